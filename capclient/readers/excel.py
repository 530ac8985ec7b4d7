"""Sheets of a workbook (xlsx, xlsm, xls, ods) as tables of texts.

Floor 2. A cell is what it holds, not how it is shown: a whole number is written without ``.0``, a text
``00042`` keeps its zeros, a date is ISO. Rows go to Parquet by blocks, with their line in the sheet.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineWorkbook

from capclient.errors import SourceError, listed, nearest
from capclient.params_sources import FileSource
from capclient.readers import records
from capclient.readers.capacity import refuse_bomb, refuse_far_cells
from capclient.readers.damage import damaged
from capclient.readers.header import (
    filled_width,
    free_name,
    header_place,
    modal_width,
    unique_names,
    with_years,
)
from capclient.readers.identifiers import clean, normal_key
from capclient.readers.merged import Range, unmerged
from capclient.readers.plan_words import sheets_of_plan, told_headings
from capclient.readers.raw import Aside, Note, RawTable
from capclient.readers.sql_text import one_file, quoted
from capclient.wording import language

HEADER_ROWS = 240  # rows in which the header is looked for, and those below it
BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet with its cells and the place of its header, None when it has none."""

    name: str
    rows: Sequence[Sequence[object]]
    place: int | None
    merges: Sequence[Range] = ()

    @property
    def header(self) -> list[str]:
        return [cell_text(cell) for cell in self.rows[self.place]] if self.place is not None else []

    @property
    def told(self) -> list[str]:
        """The header, with the years that stand above its months."""
        above = self.rows[self.place - 1] if self.place else []
        return with_years(self.header, [cell_text(cell) for cell in above])

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, those without a name included when records fill them."""
        assert self.place is not None
        below = [[cell_text(cell) for cell in row] for row in self.rows[self.place + 1 :][:HEADER_ROWS]]
        return unique_names(self.told, max(filled_width(self.header), modal_width(below)))


def excel_tables(
    path: Path, name: str, source: FileSource, workspace: Path, usual: Sequence[str] = ()
) -> list[RawTable]:
    """Return the sheets asked for, else those of the plan (``usual`` names, else headings), else those of one header.

    Raises
    ------
    SourceError
        If the workbook is damaged, too large once inflated, has a value far from all the others, lacks an
        asked sheet, or the plan, or holds no table.
    """
    refuse_bomb(path, name)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))
        here = source.sheet or [title for title in book.sheet_names if title in usual]
        if usual and not source.sheet and not source.columns:
            here = _plan(book, path, name, here)
        asked = _asked(here, book.sheet_names, name)
        wanted = list(source.columns.values())
        refuse_far_cells(path, name, asked)
        sheets = [_sheet(book, title, wanted) for title in asked]
    except SourceError:
        raise
    except MemoryError:
        raise SourceError("source.too_large", source=name) from None
    except Exception as error:  # calamine has one exception a format, all of them mean the same
        raise damaged(name, error) from None
    read, skipped = _chosen(sheets, wanted, bool(here))
    if not read:
        raise SourceError("source.no_sheet", source=name, sheets=listed(book.sheet_names))
    alone = len(book.sheet_names) == 1
    tables = [
        _table(sheet, name if alone else f"{name}, feuille {sheet.name}", source.columns, workspace)
        for sheet in read
    ]
    kept = [table for table in tables if table.rows]
    if not kept:
        raise SourceError("source.header_only", source=name, header=listed(read[0].header, 20))
    if skipped:
        facts: dict[str, object] = {
            "sheets": listed(sheet.name for sheet in skipped),
            "read": listed(sheet.name for sheet in read),
        }
        kept[0] = _noted(kept[0], Note("readers.sheets_skipped", facts))
    return kept


def cell_text(cell: object) -> str:
    """Return a cell as a machine text.

    >>> [cell_text(cell) for cell in (12.0, 12.5, "00042", datetime(2024, 3, 12), True, None)]
    ['12', '12.5', '00042', '2024-03-12', 'true', '']
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d") if cell.time() == time(0) else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _asked(wanted: list[str], titles: list[str], name: str) -> list[str]:
    for title in wanted:
        if title not in titles:
            near = nearest(title, titles) or titles[0]
            raise SourceError(
                "source.missing_sheet", source=name, sheet=title, near=near, sheets=listed(titles, 20)
            )
    return list(dict.fromkeys(wanted)) or titles


def _plan(book: CalamineWorkbook, path: Path, name: str, named: list[str]) -> list[str]:
    """Return the sheets of the plan, none where a single sheet leaves no choice."""
    heads = {title: [""] for title in book.sheet_names}
    for title in book.sheet_names:
        try:
            refuse_far_cells(path, name, [title])
            heads[title] = _sheet(book, title, ()).header
        except SourceError:  # said if it is read
            continue
    found = sheets_of_plan(heads, named)
    if not found and len(heads) > 1:
        told = told_headings(language())
        raise SourceError("source.no_plan_sheet", source=name, columns=told, sheets=listed(heads))
    return found


def _sheet(book: CalamineWorkbook, title: str, wanted: Sequence[str]) -> _Sheet:
    sheet = book.get_sheet_by_name(title)
    rows = sheet.to_python(skip_empty_area=False)
    texts = [[cell_text(cell) for cell in row] for row in rows[:HEADER_ROWS]]
    return _Sheet(title, rows, header_place(texts, wanted), sheet.merged_cell_ranges or ())


def _chosen(sheets: list[_Sheet], wanted: list[str], asked: bool) -> tuple[list[_Sheet], list[_Sheet]]:
    """Split the sheets into those to read and those to skip."""
    tables = [sheet for sheet in sheets if sheet.place is not None and sum(map(bool, sheet.header)) >= 2]
    if asked:
        tables = [sheet for sheet in sheets if sheet.place is not None]
    elif tables:
        keys = {normal_key(header) for header in wanted}
        lead = max(tables, key=lambda sheet: len(keys & {normal_key(name) for name in sheet.header}))
        tables = [sheet for sheet in tables if sheet.names == lead.names]
    return tables, [sheet for sheet in sheets if sheet not in tables]


def _table(sheet: _Sheet, name: str, columns: Mapping[str, str], workspace: Path) -> RawTable:
    assert sheet.place is not None
    written = [*sheet.header, *[""] * len(sheet.names)][: len(sheet.names)]
    header = [*sheet.told, *[""] * len(sheet.names)][: len(sheet.names)]
    dates = records.date_places(header, columns)
    from pyarrow.parquet import ParquetWriter  # slow to import, and few companies have a workbook

    kept: list[tuple[int, Sequence[object]]] = []
    asides: list[Aside] = []
    subtotals = _subtotals(sheet)
    rows, filled = unmerged(sheet.rows, sheet.merges, below=sheet.place, header=header, columns=columns)
    for number, row in enumerate(sheet.rows[sheet.place + 1 :], sheet.place + 2):
        texts = [cell_text(cell) for cell in row]
        kind = records.kind(texts[: len(header)], written, dates, subtotals)
        if kind == records.BLANK and any(map(clean, texts)):
            kind = "malformed_line"  # something stands beside the table, and no record does
        if kind is None:
            kept.append((number, rows[number - 1]))
        elif kind != records.BLANK:
            asides.append(Aside(number, kind, _joined(texts)))
    notes = [Note("readers.unmerged", {"column": name, "count": count}) for name, count in filled.items()]
    places, beyond = _filled_places(kept, len(header))
    names = tuple(unique_names(header, places[-1] + 1)[at] for at in places)
    if beyond:
        facts: dict[str, object] = {
            "count": len(beyond),
            "line": beyond[0],
            "columns": listed(names[len(header) :]),
        }
        notes.append(Note("readers.beyond_header", facts))
    line = free_name(names)
    target = workspace / f"sheet-{len(list(workspace.iterdir())):03d}.parquet"
    schema = pa.schema([*((column, pa.string()) for column in names), (line, pa.int64())])
    with ParquetWriter(target, schema) as writer:
        for block in _blocks(kept, places, schema):
            writer.write_batch(block)
    titles = [text for row in sheet.rows[: sheet.place] if (text := " ".join(_texts(row)))]
    if titles:
        notes.insert(0, Note("readers.titles", {"count": len(titles), "text": titles[0][:80]}))
    selected = ", ".join(quoted(column) for column in (*names, line))
    return RawTable(
        relation=f"(SELECT {selected} FROM read_parquet({one_file(target)}))",
        columns=names,
        source=name,
        first_line=kept[0][0] if kept else sheet.place + 2,
        rows=len(kept),
        typed=_types(names, places, [row for _, row in kept]),
        asides=tuple(asides),
        notes=tuple(notes),
        line_column=line,
    )


def _subtotals(sheet: _Sheet) -> frozenset[str]:
    """Return the labels such as ``Total DUPONT`` of which the name stands in another cell of the sheet."""
    assert sheet.place is not None
    labels: dict[str, str] = {}
    for row in sheet.rows[sheet.place + 1 :]:
        first = next((text for cell in row if (text := clean(cell_text(cell)))), "")
        if "tota" in first.lower() and (name := records.named(first)):
            labels[first] = name
    if not labels:
        return frozenset()
    names = set(labels.values())
    known = {text for row in sheet.rows for cell in row if (text := clean(cell_text(cell))) in names}
    return frozenset(label for label, name in labels.items() if name in known)


def _joined(texts: list[str]) -> str:
    """Return a row as a delimited text has it."""
    told = [f'"{text.replace(chr(34), chr(34) * 2)}"' if ";" in text else text for text in texts]
    return ";".join(told).rstrip(";")


def _filled_places(rows: list[tuple[int, Sequence[object]]], width: int) -> tuple[list[int], list[int]]:
    """Return the places of the columns of a table, those beside it that hold something too, and their lines."""
    beside: set[int] = set()
    lines: list[int] = []
    for number, row in rows:
        found = [at for at in range(width, len(row)) if clean(cell_text(row[at]))]
        beside.update(found)
        lines += [number] if found else []
    return [*range(width), *sorted(beside)], lines


def _texts(row: Sequence[object]) -> list[str]:
    return [text for cell in row if (text := clean(cell_text(cell)))]


def _blocks(
    rows: list[tuple[int, Sequence[object]]], places: list[int], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        columns = [
            pa.array([cell_text(row[at]) or None if at < len(row) else None for _, row in block], pa.string())
            for at in places
        ]
        numbers = pa.array([number for number, _ in block], pa.int64())
        yield pa.record_batch([*columns, numbers], schema=schema)


def _types(names: Sequence[str], places: list[int], rows: Sequence[Sequence[object]]) -> dict[str, str]:
    """Return the columns in which every filled cell is a number, or every one a date."""
    typed: dict[str, str] = {}
    for at, name in zip(places, names, strict=True):
        kinds = {_cell_kind(row[at]) for row in rows if at < len(row)} - {""}
        if len(kinds) == 1 and kinds <= {"number", "date"}:
            typed[name] = kinds.pop()
    return typed


def _cell_kind(cell: object) -> str:
    if cell is None or (isinstance(cell, str) and not clean(cell)):
        return ""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return "number"
    return "date" if isinstance(cell, date) else "text"


def _noted(table: RawTable, note: Note) -> RawTable:
    return replace(table, notes=(*table.notes, note))
