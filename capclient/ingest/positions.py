"""Customers' accounts as the engine reads them: every debit and credit in one list, and what settled what beside.

Floor 3. Neither depends on any day of analysis, so both are written once, at ingest, and no question joins them again.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.engine.receivables import AGAIN, UNTIL
from capclient.readers.sql_text import written

ITEMS = """
SELECT item_id, customer_id, invoice_id,
       coalesce(kind, CASE WHEN amount < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind, date,
       coalesce(accounting_date, date) AS booked, due_date, due_source, amount, coalesce(disputed, false) AS disputed,
       coalesce(doubtful, false) AS doubtful
FROM {receivable_items}
"""
# A payment that came back is a debit again, due when its invoice was and disputed as it is.
PAYMENTS = f"""
UNION ALL
SELECT payment_id, payment.customer_id, payment.invoice_id, coalesce(payment.kind, 'payment') AS kind, payment.date,
       coalesce(payment.accounting_date, payment.date) AS booked,
       CASE WHEN payment.amount < 0 THEN coalesce(bill.due_date, payment.date) END AS due_date, bill.due_source,
       -payment.amount AS amount, payment.amount < 0 AND coalesce(bill.disputed, false) AS disputed,
       false AS doubtful
FROM {{payments}} AS payment LEFT JOIN (
    SELECT customer_id, invoice_id, min(due_date) AS due_date, min(due_source) AS due_source,
           bool_or(disputed) AS disputed, {UNTIL}
    FROM {{receivable_items}}
    WHERE amount > 0 AND invoice_id IS NOT NULL GROUP BY customer_id, invoice_id, date WINDOW {AGAIN}
) AS bill ON bill.customer_id = payment.customer_id AND bill.invoice_id = payment.invoice_id
          AND payment.date >= bill.since AND payment.date < bill.until
"""
# An allocation exists as soon as both its positions do, whatever the day somebody matched them.
SETTLEMENTS = """
SELECT debit_id, credit_id, allocation.amount, coalesce(allocation.method, 'given') AS method,
       greatest(debit.booked, credit.booked) AS since, debit.customer_id, debit.invoice_id, debit.kind, debit.date,
       debit.due_date, debit.due_source, debit.amount AS whole, debit.disputed, credit.customer_id AS payer,
       credit.kind AS credit_kind, credit.date AS paid_date, credit.amount AS paid, credit.due_date AS credit_due,
       credit.disputed AS credit_disputed
FROM {allocations} AS allocation JOIN {positions} AS debit ON debit.item_id = debit_id
     JOIN {positions} AS credit ON credit.item_id = credit_id
"""
NOTHING = (
    "(SELECT NULL::VARCHAR AS debit_id, NULL::VARCHAR AS credit_id, 0::DECIMAL(18,2) AS amount,"
    " NULL::VARCHAR AS method WHERE false)"
)


def write(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write ``positions.parquet`` and ``settlements.parquet`` in a store whose ``receivable_items`` are there.

    Positions: one row an item or a payment, ``amount`` in euros including VAT (DECIMAL), positive for a debit; ``kind``
    is a code of items or of payments. Settlements: one row an allocation, with its debit (``customer_id`` to
    ``disputed``, ``whole`` its amount) and its credit (``payer`` to ``credit_disputed``, ``paid`` its amount), from the
    day ``since``.
    """
    if not (folder / "receivable_items.parquet").exists():
        return
    has_payments = (folder / "payments.parquet").exists()
    sql = ITEMS + PAYMENTS if has_payments else ITEMS
    for name in ("receivable_items", "payments"):
        sql = sql.replace(f"{{{name}}}", _table(folder, name))
    _copy(con, folder, "positions", sql)
    matched = has_payments and (folder / "allocations.parquet").exists()
    sql = SETTLEMENTS.replace("{allocations}", _table(folder, "allocations") if matched else NOTHING)
    _copy(con, folder, "settlements", sql.replace("{positions}", _table(folder, "positions")))


def _table(folder: Path, name: str) -> str:
    return f"read_parquet({written(folder / f'{name}.parquet')})"


def _copy(con: duckdb.DuckDBPyConnection, folder: Path, name: str, sql: str) -> None:
    con.execute(f"COPY ({sql}) TO {written(folder / f'{name}.parquet')} (FORMAT parquet, COMPRESSION zstd)")
