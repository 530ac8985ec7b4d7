"""``contacts.ics``: the contact plan as a diary reads it, whole days, one event a contact (RFC 5545).

Floor 8. The bytes are the same for the same data: the stamp of an event is D at midnight, its identifier the hash of
what it is. Names come from the data of others: they are escaped, and no line holds more than 75 octets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

OCTETS = 75
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BREAKS = re.compile(r"\r\n|\r|\n|\u2028|\u2029")
# A calendar holds one component at least: that of an empty one says its time zone.
NOTHING = (
    "BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One day of a diary. ``categories``: under what it is filed, one text or several."""

    uid: str
    day: date
    summary: str
    description: str
    categories: tuple[str, ...] = ()


def calendar(events: Iterable[Event], *, name: str, stamp: date) -> str:
    """Return an iCalendar file: CRLF between lines, long lines folded."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//capclient//contacts//FR", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{escaped(name)}"]  # fmt: skip
    body: list[str] = []
    for event in events:
        body += [
            "BEGIN:VEVENT", f"UID:{event.uid}@capclient", f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{escaped(event.summary)}", f"DESCRIPTION:{escaped(event.description)}",
            *([f"CATEGORIES:{','.join(map(escaped, event.categories))}"] if event.categories else []),
            "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    lines += [*(body or NOTHING), "END:VCALENDAR"]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(value: str) -> str:
    r"""Return a text as a value of iCalendar: marks escaped, control characters left out.

    >>> escaped("a;b, c\\d\ne")
    'a\\;b\\, c\\\\d\\ne'
    """
    bare = CONTROLS.sub("", BREAKS.sub("\n", value).replace("\t", " "))
    for mark in ("\\", ";", ","):
        bare = bare.replace(mark, f"\\{mark}")
    return bare.replace("\n", "\\n")


def folded(line: str) -> str:
    """Fold a line at 75 octets without cutting a character.

    >>> [len(part.encode()) for part in folded("é" * 80).split("\\r\\n")]
    [74, 75, 14]
    """
    parts, part, size = [], "", 0
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > OCTETS:
            parts.append(part)
            part, size = " ", 1
        part, size = part + character, size + octets
    return "\r\n".join([*parts, part])
