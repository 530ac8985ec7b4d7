"""Whether a workbook fits in memory, told before anything of it is read.

Floor 2. A small archive can inflate without end, and a sheet becomes a rectangle as large as its farthest
cell: one value forgotten in ``XFD1048576`` makes seventeen billion cells, and the process would be killed.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from xml.etree import ElementTree

from capclient.errors import SourceError

MOST_BYTES = 2_000_000_000  # of all parts, once inflated
SUSPECT_BYTES, MOST_RATIO = 200_000_000, 200
MOST_CELLS = 200_000_000  # of the rectangle
SUSPECT_CELLS, MOST_EMPTINESS = 10_000_000, 1000  # a rectangle this large with one cell in a thousand filled
BLOCK = 1 << 20
LONGEST_TAG = 512  # bytes of an opening tag, kept from one block to the next

# A cell that is closed at once has a format and no value: it takes no room. Declared dimensions take none either.
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Za-z]{1,3})(\d{1,7})["'][^<>]*(?<!/)>(?!<v/>|<v></v>)(?:[^<]|<[^/])"""
)
_NAMESPACES = re.compile(r"\{[^}]*\}")


def refuse_bomb(path: Path, name: str) -> None:
    """Refuse an archive that would fill the memory, before anything is inflated."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        inflated = sum(item.file_size for item in archive.infolist())
    ratio = inflated / max(path.stat().st_size, 1)
    if inflated > MOST_BYTES or (inflated > SUSPECT_BYTES and ratio > MOST_RATIO):
        raise SourceError("source.zip_bomb", source=name, megabytes=inflated // 1_000_000, ratio=int(ratio))


def refuse_far_cells(path: Path, name: str, titles: Collection[str]) -> None:
    """Refuse a workbook (xlsx, xlsm) of which a sheet in ``titles`` has a value far from all the others.

    Raises
    ------
    SourceError
        With the sheet and its far cell.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for title, part in _sheet_parts(archive):
            if title not in titles:
                continue
            cells, column, row = _extent(archive, part)
            area = _column_number(column) * row
            if area > MOST_CELLS or (area > SUSPECT_CELLS and area > MOST_EMPTINESS * cells):
                raise SourceError(
                    "source.far_cell", source=name, sheet=title, cell=f"{column}{row}", count=cells,
                    millions=area // 1_000_000,
                )  # fmt: skip


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the title and the part of each sheet; nothing for what is no Excel archive."""
    present = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= present:
        return
    targets = {
        item.get("Id", ""): item.get("Target", "")
        for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    for item in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if _NAMESPACES.sub("", item.tag) != "sheet":
            continue
        keys = [value for key, value in item.attrib.items() if _NAMESPACES.sub("", key) == "id"]
        target = targets.get(keys[0], "") if keys else ""
        part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        if part in present:
            yield item.get("name", ""), part


def _extent(archive: zipfile.ZipFile, part: str) -> tuple[int, str, int]:
    """Return the number of filled cells of a sheet (those at a seam of blocks twice), its last column and row."""
    cells, last_row, columns, text = 0, 0, {"A"}, b""
    with archive.open(part) as file:
        while block := file.read(BLOCK):
            text = text[-LONGEST_TAG:] + block
            found = _CELL.findall(text)
            cells += len(found)
            columns.update(letters.decode().upper() for letters in {letters for letters, _ in found})
            last_row = max(last_row, max((int(digits) for _, digits in found), default=0))
    return cells, max(columns, key=_column_number), last_row


def _column_number(letters: str) -> int:
    """Return the number of a column.

    >>> _column_number("A"), _column_number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
