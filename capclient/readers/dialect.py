"""How a delimited text is laid out: separator, title rows, header, first record.

Floor 2. Decided on the first 64 KB, once the text is UTF-8.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from capclient.errors import SourceError
from capclient.readers import records
from capclient.readers.header import FARTHEST, filled_width, header_place, modal_width, unique_names
from capclient.readers.identifiers import normal_key

SAMPLE = 1 << 16
MOST_HEADER = 1 << 21  # characters of a first line longer than the sample
SEPARATORS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class Layout:
    """Separator and place of everything above the records.

    ``skip`` counts what the engine skips (rows and blank lines above the first record), ``first_line`` the
    line of the file where that record stands: a quoted line end makes them differ. ``dates`` are the places
    of the columns of dates.
    """

    separator: str
    header: tuple[str, ...]
    names: tuple[str, ...]
    skip: int
    first_line: int
    titles: tuple[str, ...]
    dates: frozenset[int] = frozenset()


def layout(
    path: Path, source: str, *, separator: str = "", columns: Mapping[str, str] | None = None
) -> Layout:
    """Find the layout of a UTF-8 text; ``columns`` are the headers that the user declared, by canonical name.

    Raises
    ------
    SourceError
        If no row looks like a header, nothing follows it, or columns are made of blanks (fixed width).
    """
    columns = columns or {}
    wanted = columns.values()
    sample, is_whole = _sample(path)
    mark = separator or _separator(sample, wanted)
    if not separator and mark not in sample:
        _refuse_fixed_width(sample, source)
    rows = _rows(sample, mark)
    filled = [(line, row) for line, row in rows if filled_width(row)]
    place = header_place([row for _, row in filled], wanted)
    if place is None:
        first = mark.join(filled[0][1]) if filled else ""
        raise SourceError("source.no_header", source=source, text=first[:200])
    if place + 1 >= len(filled) and is_whole:
        raise SourceError("source.header_only", source=source, header=mark.join(filled[place][1])[:200])
    header = filled[place][1]
    width = _width(header, [row for _, row in filled[place + 1 :]])
    skip = rows.index(filled[place]) + 1
    while skip < len(rows) and not rows[skip][1]:
        skip += 1
    titles = tuple(mark.join(row).strip(mark + " ") for _, row in filled[:place])
    padded = tuple((header + [""] * width)[:width])
    dates = records.date_places(padded, columns)
    return Layout(mark, padded, unique_names(header, width), skip, rows[skip - 1][0] + 1, titles, dates)


def _width(header: list[str], rows: list[list[str]]) -> int:
    """Return the number of columns: those with a name, those that most records fill or all lines have.

    One separator too many at the end of every line makes no column.
    """
    width = max(filled_width(header), modal_width(rows))
    lengths = Counter(len(row) for row in rows)
    usual = max(lengths, key=lambda length: (lengths[length], length), default=0)
    is_trailing = usual == width + 1 and all(filled_width(row) <= width for row in rows)
    return usual if usual == len(header) and not is_trailing else width


def _sample(path: Path) -> tuple[str, bool]:
    """Return whole lines of the beginning of the file, and whether they are all of it."""
    with path.open(encoding="utf-8-sig", newline=None) as file:
        text = file.read(SAMPLE)
        if len(text) == SAMPLE and "\n" not in text:
            text += file.readline(MOST_HEADER)
    if len(text) < SAMPLE or "\n" not in text:
        return text, len(text) < SAMPLE
    return text[: text.rindex("\n") + 1], False


def _rows(sample: str, separator: str) -> list[tuple[int, list[str]]]:
    """Return the rows of a sample, each with the line on which it ends; blank lines are empty rows."""
    reader = csv.reader(StringIO(sample, newline=""), delimiter=separator)
    rows: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):  # a field longer than the reader allows: the rows before it are enough
        rows.extend((reader.line_num, row) for row in reader)
    return rows


def _separator(sample: str, wanted: Collection[str]) -> str:
    """Return the mark that finds most of the headers ``wanted``.

    Among equals, the one that cuts most rows into the same number of cells, the larger number on a tie.
    """
    keys = {normal_key(name) for name in wanted}
    best, choice = (0, 0.0, 0), SEPARATORS[0]
    for mark in SEPARATORS:
        rows = [row for _, row in _rows(sample, mark) if filled_width(row)]
        headers = max((len(keys & {normal_key(cell) for cell in row}) for row in rows[:FARTHEST]), default=0)
        lengths = Counter(len(row) for row in rows)
        width = max(lengths, key=lambda length: (lengths[length] * length, length), default=0)
        share = lengths[width] / max(lengths.total(), 1)
        score = (headers, round(share * (width - 1) / max(width, 1), 6), width)
        if score > best:
            best, choice = score, mark
    return choice


def _refuse_fixed_width(sample: str, source: str) -> None:
    lines = [line for line in sample.splitlines() if line.strip()]
    widths = {len(line.rstrip()) for line in lines}
    if len(lines) > 2 and len(widths) == 1 and all(len(line.split()) >= 3 for line in lines):
        raise SourceError("source.fixed_width", source=source, text=lines[0])
