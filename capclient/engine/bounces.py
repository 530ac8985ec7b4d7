"""Payments that came back: the receipt they cancel, and the invoice that is open again.

Floor 3. A bounce is a debit of the day it is booked, due when its invoice was: balances of earlier days do not change,
for the receipt had settled the invoice until then. How a client pays is another question: once the bounce is booked,
its receipt settled nothing, and what is paid afterwards pays the invoice itself, with its own date and due date.

A bounce cancels the last receipt of its amount on its invoice, if no other bounce claims it; else the last euros
received before it.
"""

from __future__ import annotations

from capclient.engine.receivables import AGAIN, UNTIL

# An instalment is an item, a bounce is a debt again: the invoice is what they share.
OWED = "kind IN ('invoice', 'deposit', 'opening') AND amount > 0 AND invoice_id IS NOT NULL"
BACK = "kind = 'reject' AND amount > 0"  # a refund of what was paid too much gives back, and bounces nothing

# What settled what: ``pair`` holds no receipt that came back; what paid a bounce is told of the invoice.
PAIRS = """
WITH position AS MATERIALIZED ({positions}),
owed AS (
    SELECT customer_id, invoice_id, date, min(kind) AS kind, {until} FROM position
    WHERE {owed} AND booked <= $day GROUP BY customer_id, invoice_id, date WINDOW {again}
),
back AS (
    SELECT back.item_id, back.customer_id, back.invoice_id, back.date AS came, back.amount, owed.date, owed.kind
    FROM (SELECT * FROM position WHERE {back} AND booked <= $day) AS back
         JOIN owed ON owed.customer_id = back.customer_id AND owed.invoice_id = back.invoice_id
                      AND back.date >= since AND back.date < until
),
matched AS (
    SELECT debit.customer_id, coalesce(debit.invoice_id, debit.item_id) AS invoice_id,
           coalesce(back.kind, debit.kind) AS kind,
           coalesce(back.date, debit.date) AS date, debit.due_date,
           coalesce(debit.due_source, 'file') <> 'file' AS is_estimated, credit.kind AS credit_kind,
           credit.date AS paid_date, allocation.amount, coalesce(allocation.method, 'given') AS method,
           credit_id, back.item_id AS paid_back
    FROM {allocations} AS allocation
         JOIN position AS debit ON debit.item_id = debit_id JOIN position AS credit ON credit.item_id = credit_id
         LEFT JOIN back ON back.item_id = debit_id
    WHERE debit.booked <= $day AND credit.booked <= $day AND debit.amount > 0
          AND (debit.kind NOT IN ('reject', 'payment', 'loss', 'netting', 'factoring') OR back.item_id IS NOT NULL)
),
receipt AS (
    SELECT customer_id, invoice_id, date, credit_id, paid_date, paid_back, sum(amount) AS amount
    FROM matched SEMI JOIN back USING (customer_id, invoice_id, date) WHERE credit_kind = 'payment' GROUP BY ALL
),
claim AS (
    SELECT back.item_id, credit_id, invoice_id, date
    FROM back JOIN receipt USING (customer_id, invoice_id, date, amount)
    WHERE paid_date < came OR (paid_date = came AND paid_back IS DISTINCT FROM back.item_id)
    QUALIFY row_number() OVER (PARTITION BY back.item_id
                ORDER BY paid_date < came DESC, paid_date DESC, credit_id DESC) = 1  -- what replaces it is no bounce
),
cancelled AS (SELECT * FROM claim QUALIFY count(*) OVER (PARTITION BY credit_id, invoice_id, date) = 1),
left_over AS (
    SELECT matched.*, EXISTS (FROM back WHERE back.customer_id = matched.customer_id
                                        AND back.invoice_id = matched.invoice_id AND back.date = matched.date)
                      AND credit_kind = 'payment' AS is_shaken
    FROM matched ANTI JOIN cancelled USING (credit_id, invoice_id, date)
),
event AS (
    SELECT *, amount AS moved, paid_date AS came, CASE WHEN paid_back IS NULL THEN 0 ELSE 2 END AS turn
    FROM left_over WHERE is_shaken
    UNION ALL BY NAME SELECT customer_id, invoice_id, date, -amount AS moved, came, 1 AS turn FROM back
              ANTI JOIN cancelled USING (item_id)
),
running AS (
    SELECT *, row_number() OVER told AS place, sum(moved) OVER (told ROWS UNBOUNDED PRECEDING) AS upto FROM event
    WINDOW told AS (PARTITION BY customer_id, invoice_id, date ORDER BY came, turn, credit_id, due_date, amount)
),
pair AS (
    SELECT * EXCLUDE (is_shaken, paid_back) FROM left_over WHERE NOT is_shaken
    UNION ALL BY NAME
    SELECT customer_id, invoice_id, kind, date, due_date, is_estimated, credit_kind, paid_date, kept AS amount, method,
           credit_id
    FROM (
        SELECT *, (min(upto) OVER (PARTITION BY customer_id, invoice_id, date ORDER BY place
                       ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) - upto + moved)::DECIMAL(18,2) AS kept
        FROM running
    ) WHERE moved > 0 AND kept > 0
)
"""

# The invoice of an open bounce, as it was billed: the two are one late invoice.
OF_INVOICE = """LEFT JOIN (
    SELECT customer_id AS owed_by, invoice_id AS owed_number, date AS invoice_date, min(kind) AS invoice_kind,
           sum(amount) AS invoice_amount, {until}
    FROM ({positions}) WHERE {owed} GROUP BY customer_id, invoice_id, date WINDOW {again}
) AS owed ON owed_by = customer_id AND owed_number = invoice_id AND date >= since AND date < until"""


def pairs(positions: str) -> str:
    """Return the CTEs ``position`` and ``pair`` of a query: what settled which invoice, as known on ``$day``.

    Rows of ``pair``: ``customer_id invoice_id kind date due_date is_estimated credit_kind paid_date amount method
    credit_id`` (euros, DECIMAL); ``date`` is that of the invoice.
    """
    return _bound(PAIRS, positions).replace("{back}", BACK)


def of_invoice(positions: str) -> str:
    """Return the join that gives an open position its invoice: ``invoice_date invoice_kind invoice_amount``."""
    return _bound(OF_INVOICE, positions)


def _bound(sql: str, positions: str) -> str:
    sql = sql.replace("{owed}", OWED).replace("{until}", UNTIL).replace("{again}", AGAIN)
    return sql.replace("{positions}", positions)
