"""Payments of files that came back and name no invoice: see :mod:`capclient.accounting.returned`.

Floor 3. A return whose receipt names an invoice is named before anything is matched; where the receipt had settled
nothing, the two settle each other.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.accounting import returned
from capclient.accounting.matching import settle
from capclient.readers.sql_text import written

UNSPENT = """
WITH pair AS (
    SELECT back.id AS back_id, receipt.id AS receipt_id FROM {ledger}_returned AS returned
         JOIN fec_left AS back ON back.item_id = returned.back AND back.is_payment AND back.rest = back.amount
         JOIN fec_left AS receipt ON receipt.item_id = returned.receipt AND receipt.is_payment
                                 AND receipt.rest = receipt.amount
)
SELECT item.*, pair FROM fec_left AS item
     JOIN (SELECT back_id AS id, back_id AS pair FROM pair UNION ALL SELECT receipt_id, back_id FROM pair) USING (id)
"""
NAMES = """
SELECT payment.* REPLACE (coalesce(payment.invoice_id, found.invoice_id) AS invoice_id)
FROM read_parquet({path}) AS payment
     LEFT JOIN (SELECT back, invoice_id FROM {ledger}_returned) AS found ON found.back = payment.payment_id
"""


def link(con: duckdb.DuckDBPyConnection, payments: Path, ledger: str) -> None:
    """Find the receipt of each return, and give the return the invoice that its receipt names."""
    returned.link(con, f"read_parquet({written(payments)})", linked=f"{ledger}_returned")
    if con.execute(f"SELECT 1 FROM {ledger}_returned WHERE invoice_id IS NOT NULL LIMIT 1").fetchone():
        _rewrite(con, payments, NAMES.format(path=written(payments), ledger=ledger))


def net(con: duckdb.DuckDBPyConnection, ledger: str) -> None:
    """Settle returns by their own receipts where these had settled nothing."""
    settle(con, UNSPENT.format(ledger=ledger), "pair", "amount", ledger=ledger)


def reopen(
    con: duckdb.DuckDBPyConnection, payments: Path, ledger: str, *, items: str, allocations: str
) -> None:
    """Give each return the invoices that its receipt was matched to; run once everything is settled.

    ``items`` and ``allocations`` are temporary tables of the ledger; the second is replaced.
    """
    found = returned.reopened(
        con, linked=f"{ledger}_returned", payments=f"read_parquet({written(payments)})", items=items,
        allocations=allocations,
    )  # fmt: skip
    if found is None:
        return
    con.execute(f"CREATE OR REPLACE TEMP TABLE {ledger}_reopened AS {found[1]}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE {allocations} AS FROM {ledger}_reopened")
    _rewrite(con, payments, found[0])


def _rewrite(con: duckdb.DuckDBPyConnection, payments: Path, sql: str) -> None:
    changed = payments.with_suffix(".made")
    con.execute(f"COPY ({sql}) TO {written(changed)} (FORMAT parquet, COMPRESSION zstd)")
    changed.replace(payments)
