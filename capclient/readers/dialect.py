"""How a delimited text is laid out: separator, title rows, header, first record.

Floor 2. Decided on the first 64 KB, once the text is UTF-8.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from capclient.errors import SourceError
from capclient.readers.header import filled_width, header_place, modal_width, unique_names

SAMPLE = 1 << 16
SEPARATORS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class Layout:
    """Separator and place of everything above the records.

    ``skip`` counts what the engine skips (rows and blank lines above the first record), ``first_line`` the
    line of the file where that record stands: a quoted line end makes them differ.
    """

    separator: str
    header: tuple[str, ...]
    names: tuple[str, ...]
    skip: int
    first_line: int
    titles: tuple[str, ...]


def layout(path: Path, source: str, *, separator: str = "", wanted: Collection[str] = ()) -> Layout:
    """Find the layout of a UTF-8 text.

    Raises
    ------
    SourceError
        If no row looks like a header, nothing follows it, or columns are made of blanks (fixed width).
    """
    sample = _sample(path)
    mark = separator or _separator(sample)
    if not separator and mark not in sample:
        _refuse_fixed_width(sample, source)
    rows = _rows(sample, mark)
    filled = [(line, row) for line, row in rows if filled_width(row)]
    place = header_place([row for _, row in filled], wanted)
    if place is None:
        first = mark.join(filled[0][1]) if filled else ""
        raise SourceError("source.no_header", source=source, text=first[:200])
    if place + 1 >= len(filled) and len(sample) < SAMPLE:
        raise SourceError("source.header_only", source=source, header=mark.join(filled[place][1])[:200])
    header = filled[place][1]
    width = _width(header, [row for _, row in filled[place + 1 :]])
    skip = rows.index(filled[place]) + 1
    while skip < len(rows) and not rows[skip][1]:
        skip += 1
    titles = tuple(mark.join(row).strip(mark + " ") for _, row in filled[:place])
    padded = tuple((header + [""] * width)[:width])
    return Layout(mark, padded, unique_names(header, width), skip, rows[skip - 1][0] + 1, titles)


def _width(header: list[str], records: list[list[str]]) -> int:
    """Return the number of columns: those with a name, those that most records fill or all lines have.

    One separator too many at the end of every line makes no column.
    """
    width = max(filled_width(header), modal_width(records))
    lengths = Counter(len(row) for row in records)
    usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
    is_trailing = usual == width + 1 and all(filled_width(row) <= width for row in records)
    return usual if usual == len(header) and not is_trailing else width


def _sample(path: Path) -> str:
    """Return whole lines of the beginning of the file."""
    with path.open(encoding="utf-8-sig", newline=None) as file:
        text = file.read(SAMPLE)
    if len(text) < SAMPLE or "\n" not in text:
        return text
    return text[: text.rindex("\n") + 1]


def _rows(sample: str, separator: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a sample, each with the line on which it ends; blank lines are empty rows."""
    reader = csv.reader(StringIO(sample, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):  # a field longer than the reader allows: the rows before it are enough
        rows.extend((reader.line_num, row) for row in reader)
    return rows


def _separator(sample: str) -> str:
    """Return the mark that cuts most rows into the same number of cells, the larger number on a tie."""
    best, choice = (0.0, 0), SEPARATORS[0]
    for mark in SEPARATORS:
        lengths = Counter(len(row) for _, row in _rows(sample, mark) if filled_width(row))
        width = max(lengths, key=lambda length: (lengths[length] * length, length), default=0)
        share = lengths[width] / max(lengths.total(), 1)
        score = (round(share * (width - 1) / max(width, 1), 6), width)
        if score > best:
            best, choice = score, mark
    return choice


def _refuse_fixed_width(sample: str, source: str) -> None:
    lines = [line for line in sample.splitlines() if line.strip()]
    widths = {len(line.rstrip()) for line in lines}
    if len(lines) > 2 and len(widths) == 1 and all(len(line.split()) >= 3 for line in lines):
        raise SourceError("source.fixed_width", source=source, text=lines[0])
