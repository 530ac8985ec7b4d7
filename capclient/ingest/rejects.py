"""Every input line that was not used: source, line, reason code and its text as the file has it.

Floor 3.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from capclient.ingest.sources import Part
from capclient.readers.sql_text import literal, quoted

COLUMNS = ("source", "line", "reason_code", "amount_ht", "raw")

# On purpose, by an explicit rule or because the line is no record: these never make a company fail.
DELIBERATE = ("overlap", "filter", "total_row", "repeated_header")


def write(con: duckdb.DuckDBPyConnection, folder: Path, parts: list[Part]) -> None:
    """Write ``rejects.parquet``: lines that ingest rejected, and those that the readers set aside."""
    frames = [_rejected(con, folder, part) for part in parts] + [_set_aside(part) for part in parts]
    filled = [frame for frame in frames if len(frame)]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))
    table = table.astype({"source": "str", "line": "int64", "reason_code": "str", "raw": "str"})
    own = con.cursor()  # a connection with a result still open refuses to register a frame
    own.register("rejected", table)
    own.execute(
        "COPY (SELECT source, line, reason_code, amount_ht::DECIMAL(18,2) AS amount_ht, raw FROM rejected "
        f"ORDER BY source, line, reason_code) TO '{folder / 'rejects.parquet'}' (FORMAT parquet)"
    )
    own.close()


def _rejected(con: duckdb.DuckDBPyConnection, folder: Path, part: Part) -> pd.DataFrame:
    """Join the rejected places of a part with the texts of its source; scanned again only when there are any."""
    typed = f"read_parquet('{folder / 'invoice_lines' / f'part-{part.number:03d}.parquet'}', file_row_number = true)"
    found = con.execute(f"SELECT count(*) FROM {typed} WHERE reject IS NOT NULL").fetchone()
    if not found or not found[0]:
        return pd.DataFrame(columns=list(COLUMNS))
    text = ", ".join(f"coalesce({quoted(name)}, '')" for name in part.raw.columns)
    line = "source_line" if part.raw.line_column else f"{part.raw.first_line} + file_row_number"
    return con.execute(
        f"SELECT {literal(part.source)} AS source, {line} AS line, reject AS reason_code, amount_ht, raw "
        f"FROM (SELECT row_number() OVER () - 1 AS place, concat_ws({literal(part.raw.separator)}, {text}) AS raw "
        f"FROM {part.raw.relation}) JOIN (SELECT * FROM {typed} WHERE reject IS NOT NULL) ON place = file_row_number"
    ).df()


def _set_aside(part: Part) -> pd.DataFrame:
    rows = [(part.source, item.line, item.reason, None, item.raw) for item in part.raw.asides]
    return pd.DataFrame(rows, columns=list(COLUMNS))
