"""One file of a FEC as text cells by known name, with the line of each record (A.4).

Floor 2. Quoting does not exist in the norm: a lone quote is text. A field that begins and ends with a
quote loses both, as exports of spreadsheets and of some software need.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from capclient.errors import SourceError
from capclient.params_sources import FileSource
from capclient.readers.damage import damaged
from capclient.readers.excel import excel_tables
from capclient.readers.fec.header import ALIASES, Header, bare_name, header_of, named_header
from capclient.readers.fec.markup import flattened, is_markup
from capclient.readers.fec.quoting import mended_file
from capclient.readers.fec.text import fec_text
from capclient.readers.identifiers import BLANKS, clean_sql
from capclient.readers.raw import Aside, Note, RawTable
from capclient.readers.sql_text import literal, one_file, quoted

WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
HEAD = 4096
_NOT_IN_TEXT = "\x01\x02"


@dataclass(frozen=True, slots=True)
class Scan:
    """A FROM item: ``line``, ``raw``, ``is_broken`` and one text column for each place of ``header``.

    ``closing`` is the closing date that the file itself states (XML), None otherwise.
    """

    relation: str
    header: Header
    encoding: str
    asides: tuple[Aside, ...]
    notes: tuple[Note, ...]
    closing: date | None = None


def scan(con: duckdb.DuckDBPyConnection, path: Path, source: str, workspace: Path) -> Scan:
    """Recognise a file and return its records as texts.

    Raises
    ------
    SourceError
        If it is empty, damaged, no FEC, or lacks a column.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(WORKBOOK):
        return workbook_scan(path, source, workspace)
    if is_markup(head):
        return _markup_scan(path, source, workspace)
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
    # what quotes change is read apart; the rest of a record that holds a line break is no line of its own
    mended = workspace / f"mended-{len(list(workspace.iterdir())):03d}.parquet"
    if _has_quotes(con, lines) and mended_file(text.path, header, mended):
        rest = f"(SELECT *, mended IS NULL AS is_rest FROM read_parquet({one_file(mended)}))"
        lines = (
            f"(SELECT line, text, mended FROM {lines} LEFT JOIN {rest} USING (line) "
            "WHERE is_rest IS NOT true ORDER BY line)"
        )
        split = f"coalesce(mended, {split})"
    names = ", ".join(f"nullif(trim(cells[{at}]), '') AS {name}" for name, at in header.places.items())
    is_broken = (
        f"(len(cells) < {header.least_width} OR (len(cells) > {header.width} AND "
        f"len(list_filter(cells[{header.width + 1}:], lambda cell: trim(cell, ' \t') <> '')) > 0))"
    )
    relation = (
        f"(SELECT line, text AS raw, {is_broken} AS is_broken, {names} "
        f"FROM (SELECT line, text, {split} AS cells FROM {lines} WHERE text IS NOT NULL AND text <> ' '))"
    )
    notes = [*text.notes]
    if not header.has_names:
        notes.append(Note("fec.no_names"))
    return Scan(relation, header, text.encoding, (), (*notes, *_said(header)))


def _odd_blanks(header: Header) -> list[str]:
    """Blanks that a plain trim leaves, and the tab where it does not separate."""
    return [sign for sign in BLANKS if sign not in " \r\n" and sign != header.separator]


def _has_quotes(con: duckdb.DuckDBPyConnection, lines: str) -> bool:
    return con.execute(f"SELECT 1 FROM {lines} WHERE contains(text, '\"') LIMIT 1").fetchone() is not None


def _markup_scan(path: Path, source: str, workspace: Path) -> Scan:
    target = workspace / f"markup-{len(list(workspace.iterdir())):03d}.parquet"
    found = flattened(path, source, target)
    refuse_empty(found.lines, source)
    seen = found.columns | ({"debit", "credit"} if found.columns & {"debit", "credit"} else set())
    columns = [name for name in ALIASES if name in seen and name not in {"amount", "side"}]
    header = named_header([*(ALIASES[name][0] for name in columns), *found.unknown], source)
    cells = ", ".join(f"{clean_sql(name)} AS {name}" for name in columns)
    raw = ", ".join(f"coalesce({name}, '')" for name in columns)
    relation = (
        f"(SELECT line, concat_ws(';', {raw}) AS raw, false AS is_broken, {cells} "
        f"FROM read_parquet({one_file(target)}))"
    )
    return Scan(relation, header, found.encoding, (), tuple(_said(header)), found.closing)


def workbook_scan(path: Path, source: str, workspace: Path) -> Scan:
    """Return the sheet of a workbook that has most of the columns of a FEC.

    Raises
    ------
    SourceError
        If the workbook is damaged, too large, or no FEC.
    """
    options = FileSource(path=path.name, columns={"date": "EcritureDate"})
    try:
        tables = excel_tables(path, source, options, workspace)
    except zipfile.BadZipFile as error:
        raise damaged(source, error) from None
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
