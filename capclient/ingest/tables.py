"""The other canonical tables (clients, contracts, payments, market ...): typed, cleaned, bad rows set aside.

Floor 3.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.ingest.sources import Part
from capclient.ingest.typed import WIDE, code_sql, date_sql, flag_sql, merged, number_sql, text_sql
from capclient.params import Params
from capclient.readers.sql_text import literal, written
from capclient.schema import Column, Table


def write(
    con: duckdb.DuckDBPyConnection, table: Table, parts: list[Part], params: Params, folder: Path
) -> dict[str, object]:
    """Write one table and return its counts; rows without a required value stay out and are counted."""
    selects = [
        "SELECT "
        + ", ".join(f"{_cell(con, part, column, params)} AS {column.name}" for column in table.columns)
        + f", {_unreadable(con, part, table, params)} AS unreadable FROM {part.texts}"
        for part in parts
    ]
    typed = " UNION ALL ".join(selects)
    whole = " AND ".join(f"{name} IS NOT NULL" for name in table.required)
    if table.name == "contracts":  # an end that cannot be read must not mean a contract without end
        whole += " AND NOT list_has_any(unreadable, ['start', 'end'])"
    # A client described twice keeps its first row: exports list the current sheet first; the others are counted.
    once = (
        "QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY place) = 1"
        if table.name == "customers"
        else ""
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE typed AS SELECT *, row_number() OVER () AS place FROM ({typed})"
    )
    con.execute(
        f"COPY (SELECT * EXCLUDE (place, unreadable) FROM typed WHERE {whole} {once} ORDER BY place) "
        f"TO {written(folder / (table.name + '.parquet'))} (FORMAT parquet, COMPRESSION zstd)"
    )
    rows = sum(part.raw.rows for part in parts)
    kept = con.execute(f"SELECT count(*) FROM {written(folder / (table.name + '.parquet'))}").fetchone()
    unread = con.execute(
        "SELECT name, count(*) FROM (SELECT unnest(unreadable) AS name FROM typed) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    con.execute("DROP TABLE typed")
    return {
        "unreadable": dict(unread),
        "rows_in": rows,
        "rows_kept": int(kept[0]) if kept else 0,
        "columns": sorted({name for part in parts for name in part.headers}),
    }


def _unreadable(con: duckdb.DuckDBPyConnection, part: Part, table: Table, params: Params) -> str:
    """Return the SQL of the names of the columns whose text a row gives and nobody can read."""
    cells = [
        f"CASE WHEN {part.column(column.name)} IS NOT NULL AND {_read(con, part, column, params)} IS NULL "
        f"THEN {literal(column.name)} END"
        for column in table.columns
        if part.column(column.name) and column.kind != "text"
    ]
    return (
        f"list_filter([{', '.join(cells)}]::VARCHAR[], lambda name: name IS NOT NULL)"
        if cells
        else "[]::VARCHAR[]"
    )


def _cell(con: duckdb.DuckDBPyConnection, part: Part, column: Column, params: Params) -> str:
    """Return the SQL of a cell; a date beyond any diary, such as 9999-12-31, means none."""
    value = _read(con, part, column, params)
    return (
        f"CASE WHEN year({value}) BETWEEN 1900 AND 2200 THEN {value} END" if column.kind == "date" else value
    )


def _read(con: duckdb.DuckDBPyConnection, part: Part, column: Column, params: Params) -> str:
    if column.kind == "date":
        return date_sql(part, column.name)
    if column.kind == "number":
        return number_sql(part, column.name, column.sql_type)
    if column.kind == "money":
        return f"TRY_CAST(round({number_sql(part, column.name, WIDE)}, 2) AS {column.sql_type})"
    if column.kind == "code":
        return f"nullif({code_sql(part, column)}, '?')"
    if column.kind == "flag":
        return flag_sql(part, column.name)
    text = text_sql(con, part, column.name)
    return merged(text, params.identity.merge) if column.name == "customer_id" else text
