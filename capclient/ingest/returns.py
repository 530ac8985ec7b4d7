"""Payments that came back and name no invoice: the receipt each cancels, and the invoice it had settled.

Floor 3. A return cancels the last receipt of its client and amount before it, one of its own number first; a receipt
comes back once. Where the receipt settled one invoice, the return is a debt of that invoice again and ages from its due
date; where it had settled nothing, the two settle each other.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.accounting.matching import settle
from capclient.readers.sql_text import written

# An identifier made unique begins with the number of the file (see ``NUMBERED`` of receivable_accounts).
LINKED = """
CREATE OR REPLACE TEMP TABLE {ledger}_returned AS
WITH payment AS (SELECT *, split_part(payment_id, '|', 1) AS number FROM read_parquet({path}))
SELECT * FROM (
    SELECT back.payment_id AS back, receipt.payment_id AS receipt, receipt.invoice_id, back.date
    FROM (SELECT * FROM payment WHERE kind = 'reject' AND amount < 0 AND invoice_id IS NULL) AS back
         JOIN (SELECT * FROM payment WHERE coalesce(kind, 'payment') = 'payment' AND amount > 0) AS receipt
         ON receipt.customer_id = back.customer_id AND receipt.amount = -back.amount AND receipt.date <= back.date
    QUALIFY row_number() OVER (PARTITION BY back.payment_id
        ORDER BY (receipt.number = back.number)::INTEGER DESC, receipt.date DESC, receipt.payment_id DESC) = 1
) QUALIFY row_number() OVER (PARTITION BY receipt ORDER BY date, back) = 1
"""
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
FROM read_parquet({path}) AS payment LEFT JOIN ({found}) AS found ON found.back = payment.payment_id
"""
SAID = "SELECT back, invoice_id FROM {ledger}_returned WHERE invoice_id IS NOT NULL"
SETTLED = """
SELECT back, min(debit.invoice_id) AS invoice_id
FROM {ledger}_returned AS returned JOIN {ledger}_every AS credit ON credit.item_id = receipt
     JOIN {ledger}_allocations AS allocation ON credit_id = credit.id
     JOIN {ledger}_items AS debit ON debit.id = debit_id AND NOT debit.is_payment
WHERE returned.invoice_id IS NULL
GROUP BY back HAVING count(DISTINCT debit.invoice_id) = 1 AND count(debit.invoice_id) = count(*)
"""


def link(con: duckdb.DuckDBPyConnection, payments: Path, ledger: str) -> None:
    """Find the receipt of each return, and give the return the invoice that its receipt names."""
    con.execute(LINKED.format(ledger=ledger, path=written(payments)))
    _name(con, payments, SAID.format(ledger=ledger))


def net(con: duckdb.DuckDBPyConnection, ledger: str) -> None:
    """Settle returns by their own receipts where these had settled nothing."""
    settle(con, UNSPENT.format(ledger=ledger), "pair", "amount", ledger=ledger)


def name(con: duckdb.DuckDBPyConnection, payments: Path, ledger: str) -> None:
    """Give each return the only invoice that its receipt was matched to; run once everything is settled."""
    _name(con, payments, SETTLED.format(ledger=ledger))


def _name(con: duckdb.DuckDBPyConnection, payments: Path, found: str) -> None:
    if not con.execute(f"SELECT 1 FROM ({found}) LIMIT 1").fetchone():
        return
    changed = payments.with_suffix(".made")
    sql = NAMES.format(path=written(payments), found=found)
    con.execute(f"COPY ({sql}) TO {written(changed)} (FORMAT parquet, COMPRESSION zstd)")
    changed.replace(payments)
