"""A text that the engine refuses, written again as a clean one: short lines padded, broken ones set aside.

Floor 2. The slow way, taken only when the fast one fails or would number lines wrongly: one pass in
Python, line by line, with the true line of each record in one more column.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from capclient.errors import SourceError
from capclient.readers import records
from capclient.readers.dialect import Layout
from capclient.readers.header import filled_width
from capclient.readers.raw import Aside

LONGEST_LINE = 2_000_000  # bytes: the engine reads no longer one
LONGEST_RECORD = 100  # lines: a quote still open then was never meant as one
SEPARATOR = ","


@dataclass(slots=True)
class Rewritten:
    """What became of the lines of a file."""

    rows: int = 0
    padded: int = 0
    asides: list[Aside] = field(default_factory=list)


def rewrite(path: Path, layout: Layout, target: Path, source: str) -> Rewritten:
    """Write the records of ``path`` as a comma-separated UTF-8 file without header, line number last.

    Raises
    ------
    SourceError
        If more lines are broken than sound (the separator is likely wrong), or one is longer than the engine
        reads.
    """
    width = len(layout.names)
    done = Rewritten()
    with (
        path.open(encoding="utf-8-sig", newline=None) as reading,
        target.open("w", encoding="utf-8", newline="") as writing,
    ):
        writer = csv.writer(writing, delimiter=SEPARATOR, lineterminator="\n")
        for line, raw, cells in _records(reading, layout):
            _refuse_long(line, raw, source)
            if cells is None or filled_width(cells) > width:
                done.asides.append(Aside(line, "malformed_line", raw))
            elif (
                len(cells) < width
                and records.kind([*cells, ""], layout.header, layout.dates) == records.TOTAL
            ):
                done.asides.append(Aside(line, records.TOTAL, raw))
            elif len(cells) < width and width > 2 and len(cells) == 1:
                done.asides.append(Aside(line, "malformed_line", raw))  # a sentence below the table
            else:
                done.padded += len(cells) < width
                done.rows += 1
                writer.writerow([*cells[:width], *[""] * (width - len(cells)), line])
    if len(done.asides) > done.rows:
        first = done.asides[0]
        raise SourceError(
            "source.mostly_malformed", source=source, count=len(done.asides), line=first.line,
            text=first.raw[:200], separator=repr(layout.separator),
        )  # fmt: skip
    return done


def _refuse_long(line: int, raw: str, source: str) -> None:
    # quotes are doubled and the line number is added when the record is written: a tenth is kept for them
    if len(raw) * 4 > LONGEST_LINE and (size := len(raw.encode())) > LONGEST_LINE * 0.9:
        raise SourceError("source.line_too_long", source=source, line=line, bytes=size, text=raw[:80])


def _records(file: Iterator[str], layout: Layout) -> Iterator[tuple[int, str, list[str] | None]]:
    """Yield line number, text and cells of each record below the header; None cells where it is broken."""
    waiting: deque[tuple[int, str]] = deque()
    numbered = enumerate(file, 1)
    separator = layout.separator
    while True:
        number, line = waiting.popleft() if waiting else next(numbered, (0, ""))
        if not number:
            return
        raw = line.rstrip("\n")
        if number < layout.first_line or not raw.strip():
            continue
        if '"' not in raw:
            yield number, raw, raw.split(separator)
            continue
        lines = [line]
        cells = _cells(lines, separator)
        while cells is _OPEN and len(lines) < LONGEST_RECORD:
            following = waiting.popleft() if waiting else next(numbered, None)
            if following is None:
                break
            lines.append(following[1])
            cells = _cells(lines, separator)
        if len(lines) > 1 and (cells is None or cells is _OPEN or len(cells) < len(layout.names)):
            # the quote was never closed where it should be: the first line alone is broken
            waiting.extendleft(reversed([(number + at, text) for at, text in enumerate(lines)][1:]))
            cells = None
        yield number, raw if cells is None else "".join(lines).rstrip("\n"), None if cells is _OPEN else cells


_OPEN: list[str] = []  # a record whose quote is still open: more lines may close it


def _cells(lines: list[str], separator: str) -> list[str] | None:
    """Return the cells of one record, ``_OPEN`` when a quote is not closed yet, None when it is broken."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        return next(reader)
    except csv.Error as error:
        return _OPEN if "unexpected end" in str(error) else None
