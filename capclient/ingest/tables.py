"""The other canonical tables (clients, contracts, payments, market ...): typed, cleaned, bad rows set aside.

Floor 3.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.ingest.sources import Part
from capclient.ingest.typed import WIDE, code_sql, date_sql, flag_sql, merged, number_sql, text_sql
from capclient.params import Params
from capclient.schema import Column, Table


def write(
    con: duckdb.DuckDBPyConnection, table: Table, parts: list[Part], params: Params, folder: Path
) -> dict[str, object]:
    """Write one table and return its counts; rows without a required value stay out and are counted."""
    selects = [
        "SELECT "
        + ", ".join(f"{_cell(con, part, column, params)} AS {column.name}" for column in table.columns)
        + f" FROM {part.texts}"
        for part in parts
    ]
    typed = " UNION ALL ".join(selects)
    whole = " AND ".join(f"{name} IS NOT NULL" for name in table.required)
    # A client described twice keeps its first row: exports list the current sheet first; the others are counted.
    once = (
        "QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY place) = 1"
        if table.name == "customers"
        else ""
    )
    con.execute(
        f"COPY (SELECT * EXCLUDE (place) FROM (SELECT *, row_number() OVER () AS place FROM ({typed})) "
        f"WHERE {whole} {once} ORDER BY place) TO '{folder / table.name}.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
    rows = sum(part.raw.rows for part in parts)
    kept = con.execute(f"SELECT count(*) FROM '{folder / table.name}.parquet'").fetchone()
    return {
        "rows_in": rows,
        "rows_kept": int(kept[0]) if kept else 0,
        "columns": sorted({name for part in parts for name in part.headers}),
    }


def _cell(con: duckdb.DuckDBPyConnection, part: Part, column: Column, params: Params) -> str:
    if column.kind == "date":
        return date_sql(part, column.name)
    if column.kind == "number":
        return number_sql(part, column.name, column.sql_type)
    if column.kind == "money":
        return f"round({number_sql(part, column.name, WIDE)}, 2)::{column.sql_type}"
    if column.kind == "code":
        return f"nullif({code_sql(part, column)}, '?')"
    if column.kind == "flag":
        return flag_sql(part, column.name)
    text = text_sql(con, part, column.name)
    return merged(text, params.identity.merge) if column.name == "customer_id" else text
