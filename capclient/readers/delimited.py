"""Delimited text (CSV, TSV, bars) as a table that the engine scans where it stands.

Floor 2. The engine's strict scan decides whether the file is sound; when it is not, or when records and
lines do not go together, the file is written again by :mod:`capclient.readers.rewriting`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from capclient.errors import SourceError
from capclient.params_sources import FileSource
from capclient.readers import records
from capclient.readers.damage import damaged
from capclient.readers.dialect import Layout, layout
from capclient.readers.encoding import as_utf8
from capclient.readers.header import free_name
from capclient.readers.identifiers import clean_sql
from capclient.readers.raw import Aside, Note, RawTable
from capclient.readers.rewriting import SEPARATOR, rewrite
from capclient.readers.sql_text import literal, one_file, quoted

SPOKEN = {"\t": "tab"}
MOST_SUBTOTALS = 10_000  # labels of one file


@dataclass(frozen=True, slots=True)
class _Scan:
    """A FROM item and what is known of it."""

    relation: str
    rows: int
    suspects: int
    line_column: str | None = None
    asides: tuple[Aside, ...] = ()


def delimited_table(
    con: duckdb.DuckDBPyConnection, path: Path, name: str, source: FileSource, workspace: Path
) -> RawTable:
    """Return a text file as texts.

    Raises
    ------
    SourceError
        If the file is empty, has no header or no record, or is no delimited text.
    """
    text = as_utf8(path, name, source.encoding, workspace)
    found = layout(text.path, name, separator=source.separator, columns=source.columns)
    notes = [
        *text.notes,
        Note("readers.separator", {"separator": SPOKEN.get(found.separator, found.separator)}),
    ]
    if found.titles:
        notes.append(Note("readers.titles", {"count": len(found.titles), "text": found.titles[0][:80]}))
    scan = _strict(con, text.path, found)
    if scan is None or scan.rows != text.lines - found.first_line + 1:
        target = workspace / f"clean-{len(list(workspace.iterdir())):03d}.csv"
        done = rewrite(text.path, found, target, name)
        line = free_name(found.names)
        relation = _relation(target, SEPARATOR, [*found.names, line], 0)
        try:
            scan = _counted(con, relation, found, line, tuple(done.asides))
        except duckdb.Error as error:
            raise damaged(name, error) from None
        if done.padded:
            notes.append(Note("readers.padded", {"count": done.padded}))
    table = _records_only(con, scan, found, name)
    if not table.rows:
        raise SourceError("source.header_only", source=name, header=found.separator.join(found.header)[:200])
    return replace(table, notes=tuple(notes))


def _relation(path: Path, separator: str, names: list[str], skip: int) -> str:
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    return (
        f"read_csv({one_file(path)}, auto_detect = false, header = false, skip = {skip}, strict_mode = true, "
        f"columns = {{{columns}}}, delim = {literal(separator)}, quote = '\"', escape = '\"', nullstr = '')"
    )


def _strict(con: duckdb.DuckDBPyConnection, path: Path, found: Layout) -> _Scan | None:
    """Count the records, or return None when the engine finds the file malformed."""
    try:
        relation = _relation(path, found.separator, list(found.names), found.skip)
        return _counted(con, relation, found, None, ())
    except duckdb.Error:
        return None


def _counted(
    con: duckdb.DuckDBPyConnection, relation: str, found: Layout, line: str | None, asides: tuple[Aside, ...]
) -> _Scan:
    suspect = records.suspect_sql([quoted(name) for name in found.names], found.header)
    row = con.execute(f"SELECT count(*), count(*) FILTER ({suspect}) FROM {relation}").fetchone()
    assert row is not None
    return _Scan(relation, row[0], row[1], line, asides)


def _records_only(con: duckdb.DuckDBPyConnection, scan: _Scan, found: Layout, name: str) -> RawTable:
    """Leave out blank rows, totals and repeated headers; lines stay true."""
    table = RawTable(
        relation=scan.relation,
        columns=found.names,
        source=name,
        first_line=found.first_line,
        rows=scan.rows,
        separator=found.separator,
        asides=scan.asides,
        line_column=scan.line_column,
    )
    if not scan.suspects:
        return table
    columns = [quoted(column) for column in found.names]
    subtotals = _subtotals(con, scan, columns, found)
    kind = records.kind_sql(columns, found.header, found.dates, subtotals)
    line = scan.line_column or free_name(found.names)
    place = (
        f"{quoted(line)}::BIGINT" if scan.line_column else f"row_number() OVER () + {found.first_line - 1}"
    )
    numbered = f"(SELECT {', '.join(columns)}, {place} AS {quoted(line)} FROM {scan.relation})"
    cells = ", ".join(_written_sql(column, found.separator) for column in columns)
    text = f"concat_ws({literal(found.separator)}, {cells})"
    judged = f"(SELECT {quoted(line)} AS line, {kind} AS kind, {text} AS raw FROM {numbered})"
    row = con.execute(
        "SELECT count(*) FILTER (kind IS NULL), max(line) FILTER (kind IS NULL), "
        f"min(line) FILTER (kind IS NOT NULL) FROM {judged}"
    ).fetchone()
    assert row is not None
    rows, last_record, first_other = row
    if first_other is None:
        return table
    left_out = con.execute(f"SELECT line, kind, raw FROM {judged} WHERE kind <> '{records.BLANK}'").fetchall()
    asides = [*scan.asides, *(Aside(*found_aside) for found_aside in left_out)]
    if scan.line_column is None and last_record is not None and first_other < last_record:
        table = replace(table, relation=numbered, line_column=line)  # something stood among the records
    names = ", ".join([*columns, *(quoted(extra) for extra in [table.line_column] if extra)])
    return replace(
        table,
        relation=f"(SELECT {names} FROM {table.relation} WHERE {kind} IS NULL)",
        rows=rows,
        asides=tuple(sorted(asides, key=lambda aside: aside.line)),
    )


def _subtotals(
    con: duckdb.DuckDBPyConnection, scan: _Scan, columns: list[str], found: Layout
) -> frozenset[str]:
    """Return the labels such as ``Total DUPONT`` of which the name stands in another cell of the table."""
    first = records.first_sql(columns)
    rows = con.execute(
        f"SELECT DISTINCT {first} AS label FROM {scan.relation} WHERE {records.suspect_sql(columns, found.header)} "
        f"AND regexp_full_match({first}, {literal(records.NAMED)}) ORDER BY label LIMIT {MOST_SUBTOTALS}"
    ).fetchall()
    labels = {label: records.named(label) for (label,) in rows}
    if not labels:
        return frozenset()
    names = ", ".join(literal(name) for name in sorted(set(labels.values())))
    cells = ", ".join(clean_sql(column) for column in columns)
    present = con.execute(
        f"SELECT DISTINCT cell FROM (SELECT unnest([{cells}]) AS cell FROM {scan.relation}) WHERE cell IN ({names})"
    ).fetchall()
    known = {name for (name,) in present}
    return frozenset(label for label, name in labels.items() if name in known)


def _written_sql(column: str, separator: str) -> str:
    """Return SQL of a cell as a delimited text has it: quoted where it holds the separator."""
    cell = f"coalesce({column}, '')"
    quotes = f"'\"' || replace({cell}, '\"', '\"\"') || '\"'"
    return f"CASE WHEN contains({cell}, {literal(separator)}) THEN {quotes} ELSE {cell} END"
