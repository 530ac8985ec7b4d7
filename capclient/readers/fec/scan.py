"""One file of a FEC as text cells by known name, with the line of each record (A.4).

Floor 2. Quoting does not exist in the norm: a lone quote is text. A field that begins and ends with a
quote loses both, as exports of spreadsheets and of some software need.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import duckdb

from capclient.errors import SourceError
from capclient.params import FileSource
from capclient.readers.excel import excel_tables
from capclient.readers.fec.header import Header, bare_name, header_of, named_header
from capclient.readers.fec.text import fec_text
from capclient.readers.identifiers import BLANKS, clean_sql
from capclient.readers.raw import Aside, Note, RawTable
from capclient.readers.sql_text import literal, one_file, quoted

WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NOT_IN_TEXT = "\x01\x02"


@dataclass(frozen=True, slots=True)
class Scan:
    """A FROM item: ``line``, ``raw``, ``is_broken`` and one text column for each place of ``header``."""

    relation: str
    header: Header
    encoding: str
    asides: tuple[Aside, ...]
    notes: tuple[Note, ...]


def scan(con: duckdb.DuckDBPyConnection, path: Path, source: str, workspace: Path) -> Scan:
    """Recognise a file and return its records as texts.

    Raises
    ------
    SourceError
        If it is empty, damaged, no FEC, or lacks a column.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(WORKBOOK):
        return _workbook_scan(path, source, workspace)
    return _text_scan(con, path, source, workspace)


def _text_scan(con: duckdb.DuckDBPyConnection, path: Path, source: str, workspace: Path) -> Scan:
    text = fec_text(path, source, workspace)
    header = header_of(text.first, source)
    skipped = text.first_line if header.has_names else text.first_line - 1
    lines = (
        f"(SELECT row_number() OVER () + {skipped} AS line, text FROM read_csv({one_file(text.path)}, "
        f"auto_detect = false, header = false, skip = {skipped}, columns = {{text: 'VARCHAR'}}, "
        f"delim = '{_NOT_IN_TEXT}', quote = '', escape = '', nullstr = '\x03', new_line = '\\n', "
        "max_line_size = 16777216))"
    )
    mark = literal(header.separator)
    # few lines hold a quote or an odd blank: only these pay for looking at each cell
    odd = " OR ".join(f"contains(text, {literal(sign)})" for sign in ('"', *_odd_blanks(header)))
    careful = (
        f"list_transform(string_split(text, {mark}), lambda cell: CASE WHEN length(trim(cell)) > 1 "
        "AND starts_with(trim(cell), '\"') AND ends_with(trim(cell), '\"') "
        f"THEN replace(trim(cell)[2:-2], '\"\"', '\"') ELSE trim(cell, {literal(BLANKS)}) END)"
    )
    split = f"CASE WHEN {odd} THEN {careful} ELSE string_split(text, {mark}) END"
    mended = _mended(con, lines, header)
    joined = f"{lines} LEFT JOIN {mended} USING (line)" if mended else lines
    cells = f"coalesce(mended, {split})" if mended else split
    names = ", ".join(f"nullif(trim(cells[{at}]), '') AS {name}" for name, at in header.places.items())
    is_broken = (
        f"(len(cells) < {header.least_width} OR (len(cells) > {header.width} AND "
        f"len(list_filter(cells[{header.width + 1}:], lambda cell: trim(cell, ' \t') <> '')) > 0))"
    )
    relation = (
        f"(SELECT line, text AS raw, {is_broken} AS is_broken, {names} "
        f"FROM (SELECT line, text, {cells} AS cells FROM {joined} WHERE text IS NOT NULL AND text <> ' '))"
    )
    notes = [*text.notes]
    if not header.has_names:
        notes.append(Note("fec.no_names"))
    return Scan(relation, header, text.encoding, (), (*notes, *_said(header)))


def _odd_blanks(header: Header) -> list[str]:
    """Blanks that a plain trim leaves, and the tab where it does not separate."""
    return [sign for sign in BLANKS if sign not in " \r\n" and sign != header.separator]


def _mended(con: duckdb.DuckDBPyConnection, lines: str, header: Header) -> str:
    """Read again, with quotes that hide separators, the lines that have too many fields; name the table."""
    found = con.execute(
        f"SELECT line, text FROM {lines} WHERE contains(text, '\"') "
        f"AND len(string_split(text, {literal(header.separator)})) > {header.width}"
    ).fetchall()
    rows = []
    for line, text in found:
        cells = next(csv.reader([text], delimiter=header.separator))
        if len(cells) <= header.width + 1:
            rows.append((line, cells))
    if not rows:
        return ""
    con.execute("CREATE OR REPLACE TEMP TABLE fec_mended (line BIGINT, mended VARCHAR[])")
    con.executemany("INSERT INTO fec_mended VALUES (?, ?)", rows)
    return "fec_mended"


def _workbook_scan(path: Path, source: str, workspace: Path) -> Scan:
    tables = excel_tables(
        path, source, FileSource(path=path.name, columns={"date": "EcritureDate"}), workspace
    )
    table = max(tables, key=lambda found: len({bare_name(name) for name in found.columns}))
    header = named_header(table.columns, source)
    return Scan(_workbook_relation(table, header), header, "", table.asides, (*table.notes, *_said(header)))


def _workbook_relation(table: RawTable, header: Header) -> str:
    line = (
        f"{quoted(table.line_column)}::BIGINT"
        if table.line_column
        else f"row_number() OVER () + {table.first_line - 1}"
    )
    names = ", ".join(
        f"{clean_sql(quoted(table.columns[at - 1]))} AS {name}" for name, at in header.places.items()
    )
    raw = ", ".join(f"coalesce({quoted(name)}, '')" for name in table.columns)
    return (
        f"(SELECT {line} AS line, concat_ws(';', {raw}) AS raw, false AS is_broken, {names} "
        f"FROM {table.relation})"
    )


def _said(header: Header) -> list[Note]:
    return [Note("fec.unknown_columns", {"columns": ", ".join(header.unknown)})] if header.unknown else []


def refuse_empty(rows: int, source: str) -> None:
    """Refuse a file in which no line follows the header.

    Raises
    ------
    SourceError
        Always, when there is no row.
    """
    if not rows:
        raise SourceError("fec.no_line", source=source)
