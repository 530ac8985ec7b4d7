"""Payments that came back: the receipt they cancel, and the invoice that is open again.

Floor 3. A bounce is a debit of the day it is booked, due when its invoice was: balances of earlier days do not change,
for the receipt had settled the invoice until then. How a client pays is another question: once the bounce is booked,
its receipt settled nothing, and what is paid afterwards pays the invoice itself, with its own date and due date.

A bounce cancels the last receipt of its amount on its invoice, if no other bounce claims it; else the last euros
received before it.
"""

from __future__ import annotations

# An instalment is an item, a bounce is a debt again: the invoice is what they share.
OWED = "kind IN ('invoice', 'deposit', 'opening') AND amount > 0 AND invoice_id IS NOT NULL"
BACK = "kind IN ('reject', 'payment') AND amount > 0"

# What settled what: ``pair`` holds no receipt that came back; what paid a bounce is told of the invoice.
PAIRS = """
WITH position AS MATERIALIZED ({positions}),
owed AS (
    SELECT customer_id, invoice_id, min(date) AS date, min(kind) AS kind FROM position
    WHERE {owed} AND booked <= $day GROUP BY ALL
),
back AS (
    SELECT back.item_id, customer_id, invoice_id, back.date AS came, back.amount, owed.date, owed.kind
    FROM (SELECT * FROM position WHERE {back} AND booked <= $day) AS back JOIN owed USING (customer_id, invoice_id)
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
          AND (debit.kind <> 'reject' OR back.item_id IS NOT NULL)
),
receipt AS (
    SELECT customer_id, invoice_id, credit_id, paid_date, paid_back, sum(amount) AS amount
    FROM matched SEMI JOIN back USING (customer_id, invoice_id) WHERE credit_kind = 'payment' GROUP BY ALL
),
claim AS (
    SELECT back.item_id, credit_id, invoice_id FROM back JOIN receipt USING (customer_id, invoice_id, amount)
    WHERE paid_date < came OR (paid_date = came AND paid_back IS DISTINCT FROM back.item_id)
    QUALIFY row_number() OVER (PARTITION BY back.item_id ORDER BY paid_date DESC, credit_id DESC) = 1
),
cancelled AS (SELECT * FROM claim QUALIFY count(*) OVER (PARTITION BY credit_id, invoice_id) = 1),
left_over AS (
    SELECT matched.*, EXISTS (FROM back WHERE back.customer_id = matched.customer_id
                                        AND back.invoice_id = matched.invoice_id)
                      AND credit_kind = 'payment' AS is_shaken
    FROM matched ANTI JOIN cancelled USING (credit_id, invoice_id)
),
event AS (
    SELECT *, amount AS moved, paid_date AS came, CASE WHEN paid_back IS NULL THEN 0 ELSE 2 END AS turn
    FROM left_over WHERE is_shaken
    UNION ALL BY NAME SELECT customer_id, invoice_id, -amount AS moved, came, 1 AS turn FROM back
              ANTI JOIN cancelled USING (item_id)
),
running AS (
    SELECT *, row_number() OVER told AS place, sum(moved) OVER (told ROWS UNBOUNDED PRECEDING) AS upto FROM event
    WINDOW told AS (PARTITION BY customer_id, invoice_id ORDER BY came, turn, credit_id, due_date, amount)
),
pair AS (
    SELECT * EXCLUDE (is_shaken, credit_id, paid_back) FROM left_over WHERE NOT is_shaken
    UNION ALL BY NAME
    SELECT customer_id, invoice_id, kind, date, due_date, is_estimated, credit_kind, paid_date, kept AS amount, method
    FROM (
        SELECT *, (min(upto) OVER (PARTITION BY customer_id, invoice_id ORDER BY place
                       ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) - upto + moved)::DECIMAL(18,2) AS kept
        FROM running
    ) WHERE moved > 0 AND kept > 0
)
"""

# The invoice of an open bounce, by its own date: the two are one late invoice.
OF_INVOICE = """LEFT JOIN (
    SELECT customer_id, invoice_id, min(date) AS invoice_date FROM ({positions}) WHERE {owed} GROUP BY ALL
) AS owed USING (customer_id, invoice_id)"""


def pairs(positions: str) -> str:
    """Return the CTEs ``position`` and ``pair`` of a query: what settled which invoice, as known on ``$day``.

    Rows of ``pair``: ``customer_id invoice_id kind date due_date is_estimated credit_kind paid_date amount method``
    (euros, DECIMAL).
    """
    return PAIRS.replace("{positions}", positions).replace("{owed}", OWED).replace("{back}", BACK)


def of_invoice(positions: str) -> str:
    """Return the join that gives an open position ``invoice_date``, the date of the invoice it names."""
    return OF_INVOICE.replace("{positions}", positions).replace("{owed}", OWED)
