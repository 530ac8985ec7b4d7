"""Records that a writer of CSV quoted: separators and line breaks inside quotes (A.4).

Floor 2. Quoting does not exist in the norm, so a quote means something only where the record would otherwise have
too many fields, or too few: a lone quote in a label stays a character.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from capclient.readers.fec.header import Header

BLOCK = 20_000
MOST_BREAKS = 50  # line breaks in one record
LONGEST_RECORD = 1 << 20  # characters; beyond it a quote was never closed
SCHEMA = pa.schema([("line", pa.int64()), ("mended", pa.list_(pa.string()))])

Mended = tuple[int, list[str] | None]


def mended_file(path: Path, header: Header, target: Path) -> bool:
    r"""Write the records that quotes change, with the line each begins at, as Parquet; tell whether there are any.

    Parameters
    ----------
    path
        UTF-8 text with ``\n`` line ends.
    target
        File with ``line`` (counted from 1) and ``mended``, the fields; it is NULL for a line that is the rest of
        the record above.
    """
    from pyarrow.parquet import ParquetWriter  # slow to import, and few files have quotes

    rows: list[Mended] = []
    with path.open(encoding="utf-8-sig", newline="\n") as file, ParquetWriter(target, SCHEMA) as writer:
        is_any = False
        for row in _mended(file, header):
            is_any = True
            rows.append(row)
            if len(rows) == BLOCK:
                writer.write_batch(_batch(rows))
                rows = []
        writer.write_batch(_batch(rows))
    return is_any


def _batch(rows: list[Mended]) -> pa.RecordBatch:
    lines = pa.array([line for line, _ in rows], pa.int64())
    return pa.record_batch(
        [lines, pa.array([cells for _, cells in rows], SCHEMA.field(1).type)], schema=SCHEMA
    )


def _mended(lines: Iterator[str], header: Header) -> Iterator[Mended]:
    waiting: list[str] = []  # a record whose quote is not closed yet
    for number, line in enumerate(lines, 1):
        text = line.removesuffix("\n")
        if waiting:
            waiting.append(text)
            if '"' in text and (cells := _cells("\n".join(waiting), header)):
                yield number - len(waiting) + 1, cells
                yield from ((number - back, None) for back in range(len(waiting) - 2, -1, -1))
                waiting = []
            elif len(waiting) <= MOST_BREAKS and sum(map(len, waiting)) < LONGEST_RECORD:
                continue
            else:  # never closed: its first line was text, the others are looked at again
                first = number - len(waiting) + 2
                yield from _again(waiting[1:], first, header)
                waiting = []
            continue
        if '"' not in text:
            continue
        fields = text.count(header.separator) + 1
        if fields > header.width:
            if cells := _cells(text, header):
                yield number, cells
        elif fields < header.width and _is_open(text, header.separator):
            waiting = [text]
    if len(waiting) > 1:
        yield from _again(waiting[1:], number - len(waiting) + 2, header)


def _again(lines: list[str], first: int, header: Header) -> Iterator[Mended]:
    """Mend the lines one by one that were taken for the rest of a record and are not."""
    for number, text in enumerate(lines, first):
        if text.count(header.separator) >= header.width and '"' in text and (cells := _cells(text, header)):
            yield number, cells


def _is_open(text: str, separator: str) -> bool:
    """Tell whether the last field begins with a quote that the line does not close."""
    last = text.rpartition(f'{separator}"')[2] if f'{separator}"' in text else text.removeprefix('"')
    begins = f'{separator}"' in text or text.startswith('"')
    return begins and last.replace('""', "").count('"') == 0


def _cells(text: str, header: Header) -> list[str] | None:
    """Return the fields of a record read with quotes, None when they are not those of the header."""
    try:
        records = list(csv.reader(text.splitlines(keepends=True), delimiter=header.separator, strict=True))
    except csv.Error:  # a quote that is text, or a field without end
        return None
    if len(records) != 1 or not header.least_width <= len(records[0]) <= header.width + 1:
        return None
    return [" ".join(cell.split("\n")) for cell in records[0]]
