"""Every input line that was not used: source, line, reason code and its text as the file has it.

Floor 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from capclient.errors import LedgerError
from capclient.ingest.remarks import is_refusal, refusal
from capclient.ingest.sources import Part
from capclient.levels import NOT_INVOICED
from capclient.readers.sql_text import literal, quoted, written
from capclient.wording import has, language, text
from capclient.wording.numbers import share

COLUMNS = ("source", "line", "reason_code", "amount_ht", "raw")

# On purpose, by an explicit rule or because the line is no record: these never make a company fail.
DELIBERATE = (
    *("overlap", "filter", "total_row", "repeated_header", "group_row"),
    *(code for code, _ in NOT_INVOICED),
    *("einvoice_other_seller", "einvoice_duplicate", "einvoice_replaced", "einvoice_group"),
)


def write(
    con: duckdb.DuckDBPyConnection, folder: Path, parts: list[Part], others: Sequence[pd.DataFrame] = ()
) -> None:
    """Write ``rejects.parquet``: lines that ingest rejected, those that the readers set aside, rows of other tables."""
    frames = [_rejected(con, folder, part) for part in parts] + [_set_aside(part) for part in parts]
    frames += others
    filled = [frame for frame in frames if len(frame)]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(COLUMNS))
    table = table.astype({"source": "str", "line": "int64", "reason_code": "str", "raw": "str"})
    own = con.cursor()  # a connection with a result still open refuses to register a frame
    own.register("rejected", table)
    own.execute(
        "COPY (SELECT source, line, reason_code, amount_ht::DECIMAL(18,2) AS amount_ht, raw FROM rejected "
        f"ORDER BY source, line, reason_code) TO {written(folder / 'rejects.parquet')} (FORMAT parquet)"
    )
    own.close()


def _rejected(con: duckdb.DuckDBPyConnection, folder: Path, part: Part) -> pd.DataFrame:
    """Join the rejected places of a part with the texts of its source; scanned again only when there are any."""
    path = written(folder / "invoice_lines" / f"part-{part.number:03d}.parquet")
    typed = f"read_parquet({path}, file_row_number = true)"
    found = con.execute(f"SELECT count(*) FROM {typed} WHERE reject IS NOT NULL").fetchone()
    if not found or not found[0]:
        return pd.DataFrame(columns=list(COLUMNS))
    text = ", ".join(f"coalesce({quoted(name)}, '')" for name in part.raw.columns)
    line = "source_line" if part.raw.line_column else f"{part.raw.first_line} + file_row_number"
    source = "source" if part.raw.source_column else literal(part.source)
    return con.execute(
        f"SELECT {source} AS source, {line} AS line, reject AS reason_code, amount_ht, raw "
        f"FROM (SELECT row_number() OVER () - 1 AS place, concat_ws({literal(part.raw.separator)}, {text}) AS raw "
        f"FROM {part.raw.relation}) JOIN (SELECT * FROM {typed} WHERE reject IS NOT NULL) ON place = file_row_number"
    ).df()


def _set_aside(part: Part) -> pd.DataFrame:
    rows = [
        (item.source or part.source, item.line, item.reason, item.amount, item.raw)
        for item in part.raw.asides
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"amount_ht": "float64"})  # exact: it is cents


def reject_reason(code: str, lang: str) -> str:
    """Say a reject code in words; a filter is named by the user's own name for it."""
    if is_refusal(code):
        return refusal(code, lang)
    head, _, name = code.partition(":")
    key = f"reject.{head}"
    return text(key, lang, name=name) if has(key) else code


def refuse_unsound(figures: Mapping[str, Any], *, most: Decimal) -> None:
    """Refuse a ledger of which too little could be read.

    Raises
    ------
    LedgerError
        If no line is usable, or the share ``most`` of lines or of amounts is exceeded by bad lines.
    """
    lang = language()
    reasons = ", ".join(f"{reject_reason(row[0], lang)} ({row[1]})" for row in figures["rejects_by_reason"])
    if not figures["lines_kept"]:
        raise LedgerError("ledger.nothing_kept", lines=figures["lines_in"], reasons=reasons)
    by_lines = figures["lines_bad"] / figures["lines_in"]
    by_amount = figures["amount_bad"] / figures["amount_absolute"] if figures["amount_absolute"] else 0.0
    if max(by_lines, by_amount) > most:
        raise LedgerError(
            "ledger.too_many_rejects", lines=figures["lines_bad"], total=figures["lines_in"],
            share=share(by_lines, lang), amount_share=share(by_amount, lang), most=share(most, lang), reasons=reasons,
        )  # fmt: skip
