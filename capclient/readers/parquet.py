"""Parquet as texts, with the types that the file declares.

Floor 2. A floating number keeps its ``.0`` (``13085.0``): whether it is an identifier is for ingest to say.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.errors import SourceError
from capclient.readers.damage import damaged
from capclient.readers.header import unique_names
from capclient.readers.raw import RawTable
from capclient.readers.sql_text import one_file, quoted

NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
           "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip


def _decoded(described: list[tuple[str, ...]]) -> str:
    return f"bit_xor(hash({', '.join(quoted(header) for header, *_ in described)}))"


def parquet_table(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> RawTable:
    """Return a Parquet file as texts; ``first_line`` counts records.

    Raises
    ------
    SourceError
        If the file is damaged or holds no record.
    """
    from pyarrow.parquet import read_schema  # slow to import, and few companies have Parquet

    relation = f"read_parquet({one_file(path)})"
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        # a fingerprint of every cell: a count alone reads the footer, and a damaged page would fail ingest later
        counted = con.execute(f"SELECT count(*), {_decoded(described)} FROM {relation}").fetchone()
    except duckdb.Error as error:
        raise damaged(name, error) from None
    if not counted or not counted[0]:
        raise SourceError("source.header_only", source=name, header=", ".join(row[0] for row in described))
    columns = unique_names(read_schema(path).names, len(described))  # the engine renames Client, client
    typed: dict[str, str] = {}
    cells = []
    for column, (header, kind, *_) in zip(columns, described, strict=True):
        cell = quoted(header)
        if kind.startswith(NUMBERS) and "[" not in kind:
            typed[column] = "number"
        elif kind == "DATE" or kind.startswith("TIMESTAMP"):
            typed[column] = "date"
        if kind == "TIMESTAMP WITH TIME ZONE":  # never the time zone of the machine
            cell = f"{cell} AT TIME ZONE 'UTC'"
        cells.append(f"({cell})::VARCHAR AS {quoted(column)}")
    sql = f"(SELECT {', '.join(cells)} FROM {relation})"
    return RawTable(sql, columns, name, 1, counted[0], typed)
