"""Which files tell the same document, and which document replaces another.

Floor 2. Source: D.2 of the sources. Nothing is dropped in silence: each file set aside is a reject with its reason.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from capclient.errors import listed
from capclient.readers.book import BookReject
from capclient.readers.einvoice.entry import Entry, note_of
from capclient.readers.raw import Note

Sorted = tuple[list[Entry], list[BookReject], list[tuple[str, Note]]]


def without_copies(entries: list[Entry]) -> Sorted:
    """Keep one file of each document: the one with most lines, then with a due date and an address, then the first.

    Two files of one document with different amounts contradict each other, which a note tells.
    """
    groups: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.key].append(entry)
    kept: list[Entry] = []
    rejects: list[BookReject] = []
    contradicted: list[tuple[Entry, str]] = []
    for group in groups.values():
        best, *others = sorted(group, key=_poverty)
        kept.append(best)
        against = [other for other in others if other.amounts != best.amounts]
        for other in others:
            reason = "einvoice_conflict" if other.amounts != best.amounts else "einvoice_duplicate"
            rejects.append(other.reject(reason, best.source))
        if against:
            told = ", ".join(f"{other.settled.ht} {other.document.currency}" for other in against)
            mine = f"{best.settled.ht} {best.document.currency}"
            contradicted.append((best, f"{best.document.number} ({mine} ≠ {told})"))
    entries_told, texts = [entry for entry, _ in contradicted], [text for _, text in contradicted]
    notes = note_of("conflict", entries_told, documents=listed(texts))
    return sorted(kept, key=lambda entry: entry.place), rejects, notes


def _poverty(entry: Entry) -> tuple[object, ...]:
    document = entry.document
    return (
        -len(entry.settled.lines),
        not entry.settled.is_detailed,
        not document.due_days,
        not document.buyer.postcode,
        entry.place,
    )


def without_replaced(entries: list[Entry]) -> Sorted:
    """Set aside the invoices that a corrected invoice (384) replaces, and all but the last correction of each.

    A correction replaces what came before it only, so that two that name each other do not both disappear.
    """
    before: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    replaced: dict[int, Entry] = {}
    alone: list[Entry] = []
    last: dict[tuple[str, str], Entry] = {}  # the latest correction of each original, present or not
    for entry in sorted(entries, key=_time):
        document, seller, has_found = entry.document, entry.seller.id, False
        if not document.is_credit:
            before[seller, document.number].append(entry)
        if not document.is_correction:
            continue
        for number, day in document.references or ((document.number, None),):
            found = [other for other in before[seller, number] if other is not entry]
            original = _dated(found, day)
            if original is not None:
                replaced.setdefault(original.place, entry)
                has_found = True
            earlier = last.get((seller, number))
            if earlier not in (None, entry):
                replaced.setdefault(earlier.place, entry)
            last[seller, number] = entry
        if not has_found:
            alone.append(entry)
    kept = [entry for entry in entries if entry.place not in replaced]
    rejects = [
        entry.reject("einvoice_replaced", replaced[entry.place].document.number)
        for entry in entries
        if entry.place in replaced
    ]
    return (
        kept,
        rejects,
        note_of("original_absent", [entry for entry in alone if entry.place not in replaced]),
    )


def _time(entry: Entry) -> tuple[object, ...]:
    return entry.document.day, entry.document.is_correction, entry.place


def _dated(found: list[Entry], day: date | None) -> Entry | None:
    """Return the latest of some invoices, of a day if there is one."""
    exact = [entry for entry in found if entry.document.day == day]
    among = exact or found
    return among[-1] if among else None
