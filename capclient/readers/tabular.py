"""Every file or sheet of a source as one table of texts, whatever its format.

Floor 2. The only door of the readers of tables: text, Excel and OpenDocument, Parquet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from capclient.errors import SourceError, listed
from capclient.params_sources import FileSource
from capclient.readers.delimited import delimited_table
from capclient.readers.excel import excel_tables
from capclient.readers.grouped import filled_down
from capclient.readers.header import free_name
from capclient.readers.identifiers import normal_key
from capclient.readers.multiples import multiplied, scaled
from capclient.readers.parquet import parquet_table
from capclient.readers.paths import files, names
from capclient.readers.raw import Note, RawTable
from capclient.readers.sql_text import quoted
from capclient.readers.wide import unpivoted
from capclient.schema import TABLES

__all__ = ["files", "raw_tables"]

EMPTY = ("source.empty_file", "source.blank_file", "source.header_only")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def raw_tables(
    con: duckdb.DuckDBPyConnection,
    source: FileSource,
    *,
    folder: Path,
    workspace: Path,
    sheets: Sequence[str] = (),
) -> list[RawTable]:
    """Return one table for each file or sheet of a source, in the order of their names.

    Parameters
    ----------
    con
        Connection that will scan the relations.
    source
        What to read; what it leaves out (encoding, separator, header, sheets) is inferred and noted.
    folder
        Where relative paths start.
    workspace
        Folder for the clean copies that some files need; it must live as long as the relations.
    sheets
        Names of the sheets to read in a workbook that has one of them, where ``source`` names none.

    Raises
    ------
    SourceError
        If a file is missing, damaged or no table, or if every file is empty.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    paths = files(source, folder=folder)
    tables: list[RawTable] = []
    empty: dict[str, SourceError] = {}
    for path, name in zip(paths, names(paths), strict=True):
        try:
            found = _read(con, path, name, source, workspace, sheets)
        except OSError as error:
            detail = error.strerror or type(error).__name__
            raise SourceError("source.unreadable", source=name, detail=detail) from None
        except SourceError as error:
            if error.code not in EMPTY:
                raise
            empty[name] = error
            continue
        tables += [_with_asides_noted(_shaped(con, table, source)) for table in found]
    if empty and not tables:
        raise next(iter(empty.values()))
    if empty:  # a day without sales among others
        note = Note("readers.empty_files", {"count": len(empty), "files": listed(empty)})
        tables[0] = replace(tables[0], notes=(note, *tables[0].notes))
    return tables


def _read(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    source: FileSource,
    workspace: Path,
    sheets: Sequence[str],
) -> list[RawTable]:
    """Read one file by what it is; the suffix only says what it should be."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1") or path.suffix.lower() == ".parquet":
        return [parquet_table(con, path, name)]
    is_workbook = head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if is_workbook or (path.suffix.lower() in WORKBOOKS and head):
        return excel_tables(path, name, source, workspace, sheets)
    return [delimited_table(con, path, name, source, workspace)]


def _with_asides_noted(table: RawTable) -> RawTable:
    counts = Counter(aside.reason for aside in table.asides)
    notes = [Note(f"readers.aside_{reason}", {"count": counts[reason]}) for reason in sorted(counts)]
    return replace(table, notes=(*table.notes, *notes))


def _shaped(con: duckdb.DuckDBPyConnection, table: RawTable, source: FileSource) -> RawTable:
    """Give a table the form of a ledger: a client on each line, one line a period, plain amounts."""
    table = _bounded(con, filled_down(con, table, source.fill_down), source)
    if source.wide:
        table = unpivoted(con, table, source.wide, decimal=source.decimal)
    headers = money_headers(source, table)
    return multiplied(con, scaled(con, table, headers), headers, source.unit, decimal=source.decimal)


def money_headers(source: FileSource, table: RawTable) -> list[str]:
    """Return the columns of a table that hold amounts: those that the user declared or that bear such a name."""
    names = {column.name for kind in TABLES.values() for column in kind.columns if column.kind == "money"}
    names.add("unit_price")
    declared = {normal_key(header) for canonical, header in source.columns.items() if canonical in names}
    return [header for header in table.columns if header in names or normal_key(header) in declared]


def _bounded(con: duckdb.DuckDBPyConnection, table: RawTable, source: FileSource) -> RawTable:
    """Keep the records that ``rows`` asks for, and the lines set aside among them."""
    first, last = max(1, source.row_bounds[0]), source.row_bounds[1]
    if first == 1 and last is None:
        return table
    rows = max(0, min(table.rows, last or table.rows) - first + 1)
    if not rows:
        raise SourceError("source.no_such_rows", source=table.source, rows=source.rows, count=table.rows)
    extra = [table.line_column] if table.line_column else []
    columns = ", ".join(quoted(name) for name in (*table.columns, *extra))
    place = quoted(free_name([*table.columns, *extra], "__place"))
    numbered = f"(SELECT *, row_number() OVER () AS {place} FROM {table.relation})"
    line = (
        f"{quoted(table.line_column)}::BIGINT" if table.line_column else f"{place} + {table.first_line - 1}"
    )

    def line_of(record: int) -> int:
        row = con.execute(f"SELECT {line} FROM {numbered} WHERE {place} = {record}").fetchone()
        return int(row[0]) if row else 0

    asides = table.asides
    if asides and first > 1:
        from_line = line_of(first)
        asides = tuple(aside for aside in asides if aside.line >= from_line)
    if asides and last is not None and last < table.rows:
        to_line = line_of(last + 1)
        asides = tuple(aside for aside in asides if aside.line < to_line)
    return replace(
        table,
        source=f"{table.source} [{source.rows}]",
        relation=f"(SELECT {columns} FROM {numbered} WHERE {place} BETWEEN {first} AND {first + rows - 1})",
        rows=rows,
        first_line=table.first_line + first - 1,
        asides=asides,
    )
