"""Payments that came back and name no invoice: the receipt each cancels, and the invoices that are open again.

Floor 3. Section C.8 of the sources. A return cancels the last receipt of its client and amount before it, one of its
own number first; a receipt comes back once. It is a debt of the invoices that its receipt had settled, each with its
due date: the return of a receipt that settled several is told in as many parts. What its receipt settled is known from
what came before, so that a later entry changes nothing, and the total is that of the return.
"""

from __future__ import annotations

import duckdb

# An identifier made unique begins with the number of the file (see ``NUMBERED`` of receivable_accounts).
LINKED = """
CREATE OR REPLACE TEMP TABLE {linked} AS
WITH payment AS (SELECT *, split_part(payment_id, '|', 1) AS number FROM {payments})
SELECT * FROM (
    SELECT back.payment_id AS back, receipt.payment_id AS receipt, receipt.invoice_id, back.date,
           -back.amount AS amount
    FROM (SELECT * FROM payment WHERE kind = 'reject' AND amount < 0 AND invoice_id IS NULL
              AND payment_id NOT IN ({apart})) AS back
         JOIN (SELECT * FROM payment WHERE coalesce(kind, 'payment') = 'payment' AND amount > 0) AS receipt
         ON receipt.customer_id = back.customer_id AND receipt.amount = -back.amount AND receipt.date <= back.date
    QUALIFY row_number() OVER (PARTITION BY back.payment_id
        ORDER BY (receipt.number = back.number)::INTEGER DESC, receipt.date < back.date DESC, receipt.date DESC,
                 receipt.payment_id DESC) = 1  -- what comes on the day of a return may replace what came back
) QUALIFY row_number() OVER (PARTITION BY receipt ORDER BY date, back) = 1
"""
# What each return opens again, the first due first. What its receipt had settled of no invoice is a debt of its own
# day, and comes before: the rest of the receipt is the first credit that meets it.
PARTS = """
CREATE OR REPLACE TEMP TABLE returned_parts AS
WITH named AS (
    SELECT back, invoice_id, NULL::DATE AS due_date, amount FROM {linked} WHERE invoice_id IS NOT NULL
    UNION ALL
    SELECT back, debit.invoice_id, min(debit.due_date), sum(allocation.amount)
    FROM {linked} AS returned JOIN {allocations} AS allocation ON credit_id = receipt
         JOIN {items} AS debit ON debit.item_id = debit_id
    WHERE returned.invoice_id IS NULL AND debit.invoice_id IS NOT NULL GROUP BY ALL
),
part AS (
    FROM named UNION ALL
    SELECT back, NULL, NULL, any_value(returned.amount) - sum(named.amount)
    FROM named JOIN {linked} AS returned USING (back)
    GROUP BY back HAVING any_value(returned.amount) > sum(named.amount)
)
SELECT back, invoice_id, amount, row_number() OVER told AS place, count(*) OVER (PARTITION BY back) AS parts,
       sum(amount) OVER (told ROWS UNBOUNDED PRECEDING) - amount AS start
FROM part WINDOW told AS (PARTITION BY back ORDER BY invoice_id IS NOT NULL, due_date, invoice_id)
"""
PART_ID = "concat({id}, '|part ', place)"
PAYMENTS = f"""
SELECT payment.* REPLACE (
           CASE WHEN parts > 1 THEN {PART_ID.format(id="payment_id")} ELSE payment_id END AS payment_id,
           coalesce(payment.invoice_id, part.invoice_id) AS invoice_id,
           (CASE WHEN parts > 1 THEN -part.amount ELSE payment.amount END)::DECIMAL(18,2) AS amount)
FROM {{payments}} AS payment LEFT JOIN returned_parts AS part ON back = payment_id
"""
# What settled a return settles its parts in order: both running totals are cut at each other's bounds.
ALLOCATIONS = f"""
WITH cut AS (SELECT * FROM returned_parts WHERE parts > 1),
settled AS (
    SELECT *,
           sum(amount) OVER (PARTITION BY debit_id ORDER BY date, credit_id ROWS UNBOUNDED PRECEDING) - amount AS begin
    FROM {{allocations}} WHERE debit_id IN (SELECT back FROM cut)
)
SELECT * FROM {{allocations}} WHERE debit_id NOT IN (SELECT back FROM cut)
UNION ALL BY NAME
SELECT {PART_ID.format(id="debit_id")} AS debit_id, credit_id, method, date,
       (least(begin + settled.amount, start + cut.amount) - greatest(begin, start))::DECIMAL(18,2) AS amount
FROM settled JOIN cut ON back = debit_id AND begin < start + cut.amount AND start < begin + settled.amount
"""


def link(con: duckdb.DuckDBPyConnection, payments: str, *, linked: str, apart: str = "''") -> None:
    """Make the table ``linked`` of returns and their receipts: ``back receipt invoice_id date amount``.

    ``invoice_id`` is that of the receipt. ``payments`` is a FROM item of canonical payments; ``apart`` lists, or
    selects, the identifiers of what is known to be no return.
    """
    con.execute(LINKED.format(linked=linked, payments=payments, apart=apart))


def reopened(
    con: duckdb.DuckDBPyConnection, *, linked: str, payments: str, items: str, allocations: str
) -> tuple[str, str] | None:
    """Give each return the invoices of its receipt; run once everything is settled.

    Returns
    -------
    tuple
        Queries of the payments and of the allocations as they become; None when nothing changes.
    """
    con.execute(PARTS.format(linked=linked, items=items, allocations=allocations))
    if not con.execute("SELECT 1 FROM returned_parts LIMIT 1").fetchone():
        return None
    return PAYMENTS.format(payments=payments), ALLOCATIONS.format(allocations=allocations)
