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

# The CTE ``pair`` of a query: what settled which invoice, as known on ``$day``. It holds no receipt that came back;
# what paid a bounce is told of the invoice. Rows: ``customer_id invoice_id kind date due_date is_estimated credit_kind
# paid_date amount method credit_id`` (euros, DECIMAL); ``date`` is that of the invoice.
PAIRS = f"""
WITH back AS (
    SELECT back.item_id, back.customer_id, back.invoice_id, back.date AS came, back.amount, owed.date, owed.kind
    FROM (SELECT * FROM {{positions}} WHERE {BACK} AND booked <= $day) AS back
         JOIN (
             SELECT customer_id, invoice_id, date, min(kind) AS kind, {UNTIL}
             FROM {{positions}} SEMI JOIN (SELECT customer_id, invoice_id FROM {{positions}} WHERE {BACK}) AS named
                  USING (customer_id, invoice_id)
             WHERE {OWED} AND booked <= $day GROUP BY customer_id, invoice_id, date WINDOW {AGAIN}
         ) AS owed ON owed.customer_id = back.customer_id AND owed.invoice_id = back.invoice_id
                      AND back.date >= since AND back.date < until
),
matched AS (
    SELECT settled.customer_id, coalesce(settled.invoice_id, debit_id) AS invoice_id,
           coalesce(back.kind, settled.kind) AS kind, coalesce(back.date, settled.date) AS date, due_date,
           coalesce(due_source, 'file') <> 'file' AS is_estimated, credit_kind, paid_date, settled.amount, method,
           credit_id, back.item_id AS paid_back
    FROM {{settlements}} AS settled LEFT JOIN back ON back.item_id = debit_id
    WHERE settled.since <= $day AND whole > 0
          AND (settled.kind NOT IN ('reject', 'payment', 'loss', 'netting', 'factoring') OR back.item_id IS NOT NULL)
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

# The join that gives an open position its invoice (``invoice_date invoice_kind invoice_amount``): an open bounce and
# the invoice it was billed for are one late invoice.
OF_INVOICE = f"""LEFT JOIN (
    SELECT customer_id AS owed_by, invoice_id AS owed_number, date AS invoice_date, min(kind) AS invoice_kind,
           sum(amount) AS invoice_amount, {UNTIL}
    FROM {{positions}} WHERE {OWED} GROUP BY customer_id, invoice_id, date WINDOW {AGAIN}
) AS owed ON owed_by = customer_id AND owed_number = invoice_id AND date >= since AND date < until"""
