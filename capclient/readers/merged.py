"""Merged cells of a workbook: the file says that a value holds for several lines, so it is written on each.

Floor 2. A sheet gives the value in the first cell of the range only. A client, a date or a text is repeated on
the lines below; a number is not, for an amount merged over three lines was invoiced once: it is only repeated
in a column that the user declared as an identifier or a date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from capclient.readers.identifiers import normal_key
from capclient.schema import TABLES

TYPE_OF = {column.name: column.kind for table in TABLES.values() for column in table.columns}

Range = tuple[tuple[int, int], tuple[int, int]]  # first and last cell, each as row and column from 0


def unmerged(
    rows: Sequence[Sequence[object]],
    ranges: Sequence[Range],
    *,
    below: int,
    header: Sequence[str],
    columns: Mapping[str, str],
) -> tuple[Sequence[Sequence[object]], dict[str, int]]:
    """Return the rows with each vertical merge below row ``below`` filled, and how many cells by column."""
    declared = {normal_key(name): TYPE_OF.get(canonical, "text") for canonical, name in columns.items()}
    kinds = {at: declared.get(normal_key(name), "") for at, name in enumerate(header)}
    filled = list(rows)
    counts: dict[str, int] = {}
    for (top, left), (bottom, _) in ranges:
        if top <= below or bottom == top or left >= len(header) or top >= len(rows):
            continue
        value = rows[top][left] if left < len(rows[top]) else ""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value in ("", None) or kinds[left] in {"money", "number"}:
            continue
        if is_number and kinds[left] not in {"text", "date", "code"}:
            continue
        for at in range(top + 1, min(bottom + 1, len(rows))):
            row = list(filled[at])
            row[left] = value
            filled[at] = row
            counts[header[left]] = counts.get(header[left], 0) + 1
    return filled, counts
