"""How clients pay: what was settled and when, what is still open, and the invoices and their terms.

Floor 3. Sections 5.6 to 5.16 of the dictionary, over the positions of :mod:`capclient.engine.receivables`. Only what a
payment settled says how a client pays: a credit note, a loss or a netting pays nothing; and only where somebody said,
or the amount shows, which invoice was meant: a sum of the oldest debts (``sum``, ``fifo``) would be our own guess.
Amounts leave as whole cents, days are whole days.
"""

from __future__ import annotations

from capclient.engine.bounces import OF_INVOICE, PAIRS
from capclient.engine.receivables import OPEN

GUESSED = "('sum', 'fifo')"
# Debts that an invoice stands for; of any other, nobody knows what was billed, and no indemnity is owed for it.
CLAIMABLE = "('invoice', 'deposit', 'opening')"

BY_PAYMENT = "credit_kind = 'payment' AND method NOT IN ('sum', 'fifo') AND due_date IS NOT NULL"

# What payments settled from ``$start`` to ``$end``, as known on ``$day``; amounts in cents.
PAID = f"""{PAIRS}
SELECT customer_id, due_date, paid_date, is_estimated, (sum(amount) * 100)::BIGINT AS amount,
       count(DISTINCT (credit_id, invoice_id, date))::BIGINT AS settlements  -- one receipt of an invoice and its bounce
FROM pair WHERE {BY_PAYMENT} AND paid_date BETWEEN $start AND $end GROUP BY ALL ORDER BY ALL
"""

# Invoices settled from ``$start`` to ``$end`` by client and days to settle: on the day its last euro came, if a payment
# brought some of it; ``is_late`` is missing without due date.
SETTLED = f"""{PAIRS},
bill AS (
    SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, date, sum(amount) AS amount,
           max(due_date) AS due_date
    FROM {{positions}} WHERE kind = 'invoice' AND amount > 0 AND booked <= $day GROUP BY ALL
),
received AS (
    SELECT customer_id, invoice_id, date, sum(amount) AS amount, max(paid_date) AS paid_date
    FROM pair WHERE kind = 'invoice' GROUP BY ALL
    HAVING bool_or(credit_kind = 'payment') AND NOT bool_or(method IN ('sum', 'fifo'))
)
SELECT customer_id, paid_date - date AS days, paid_date > due_date AS is_late,
       (sum(bill.amount) * 100)::BIGINT AS amount, count(*)::BIGINT AS invoices
FROM bill JOIN received USING (customer_id, invoice_id, date, amount)
WHERE paid_date BETWEEN $start AND $end GROUP BY ALL ORDER BY ALL
"""

# What was open at the end of ``$day`` by client and due date (signed cents).
STILL_OPEN = f"""
SELECT customer_id, due_date, coalesce(due_source, 'file') <> 'file' AS is_estimated, disputed, open > 0 AS is_debit,
       (sum(open) * 100)::BIGINT AS amount
FROM ({OPEN}) WHERE open <> 0 GROUP BY ALL ORDER BY ALL
"""

# Invoices that owe the fixed indemnity: paid late in the year, or open and overdue; an invoice counts once, whether
# it is open itself or by a payment that came back.
LATE_INVOICES = """
SELECT customer_id, count(*)::BIGINT AS invoices FROM (
    SELECT DISTINCT customer_id, invoice_id, date FROM (
        SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, coalesce(invoice_date, date) AS date
        FROM ({open}) {owed}
        WHERE open > 0 AND due_date < $day AND NOT disputed AND (kind IN {claimable} OR invoice_date IS NOT NULL)
              AND coalesce(customer_id, '') NOT IN (SELECT unnest($apart::VARCHAR[]))
        {settled}
    )
) GROUP BY ALL ORDER BY ALL
"""
LATE_SETTLED = f"""
        UNION ALL SELECT customer_id, invoice_id, date FROM ({PAIRS} SELECT * FROM pair
            WHERE {BY_PAYMENT} AND paid_date BETWEEN $start AND $end AND paid_date > due_date)
"""

# The agreed term of each invoice of a period: its last instalment against its date; ``net``: excluding VAT, if known.
TERMS = """
SELECT customer_id, date, due_date, source, count(*)::BIGINT AS invoices, (sum(amount) * 100)::BIGINT AS amount,
       CASE WHEN count(net) = count(*) THEN (sum(net) * 100)::BIGINT END AS net
FROM (
    SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, date, max(due_date) AS due_date,
           coalesce(max(due_source), 'file') AS source, sum(amount) AS amount
    FROM {receivable_items}
    WHERE coalesce(kind, 'invoice') = 'invoice' AND amount > 0 AND date BETWEEN $start AND $end GROUP BY ALL
) LEFT JOIN (
    SELECT customer_id AS buyer, invoice_id AS number, invoice_date, sum(amount_ht) AS net,
           count(*) OVER (PARTITION BY customer_id, invoice_id) AS times
    FROM {invoice_lines} WHERE coalesce(doc_type, '') <> 'cutoff'
    GROUP BY customer_id, invoice_id, invoice_date HAVING bool_or(coalesce(doc_type, 'invoice') = 'invoice')
) ON buyer = customer_id AND number = invoice_id AND (times = 1 OR invoice_date = date)
WHERE due_date IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
LINE_TERMS = """
SELECT customer_id, date, due_date, source, count(*)::BIGINT AS invoices, (sum(amount) * 100)::BIGINT AS amount,
       (sum(amount) * 100)::BIGINT AS net
FROM (
    SELECT customer_id, invoice_id, invoice_date AS date, max(due_date) AS due_date,
           coalesce(max(due_source), 'file') AS source, sum(amount_ht) AS amount
    FROM {invoice_lines}
    WHERE coalesce(doc_type, '') <> 'cutoff' AND invoice_date BETWEEN $start AND $end AND customer_id IS NOT NULL
    GROUP BY ALL HAVING sum(amount_ht) > 0 AND bool_or(coalesce(doc_type, 'invoice') = 'invoice')
) WHERE due_date IS NOT NULL GROUP BY ALL ORDER BY ALL
"""

# Sales including VAT of the clients' accounts, losses, and payments that came back, by client.
EVENTS = """
SELECT customer_id,
       (coalesce(sum(amount) FILTER (kind IN ('invoice', 'credit_note')), 0) * 100)::BIGINT AS billed,
       (coalesce(-sum(amount) FILTER (kind = 'loss'), 0) * 100)::BIGINT AS lost,
       count(DISTINCT regexp_replace(item_id, '[|]part [0-9]+$', ''))  -- a return of several invoices is one
           FILTER (kind = 'reject') AS rejected,
       count(*) FILTER (kind = 'payment' AND amount < 0) AS payments
FROM {positions} WHERE date BETWEEN $start AND $end AND booked <= $day GROUP BY ALL ORDER BY ALL
"""

# Credits of one account that name an overdue debt of another on ``$day``: a client known by two codes, or a payment
# entered under the wrong one. Not when the payer has an invoice of that number, nor when somebody matched the two.
# ``payments amount``: number and cents received under the code ``payer``.
ELSEWHERE = f"""
WITH debt AS (
    SELECT DISTINCT customer_id, invoice_id FROM ({OPEN})
    WHERE open > 0 AND due_date < $day AND NOT disputed AND invoice_id IS NOT NULL
),
credit AS (
    SELECT item_id, customer_id AS payer, invoice_id, amount FROM {{positions}}
    WHERE amount < 0 AND kind IN ('payment', 'credit_note') AND booked <= $day AND invoice_id IS NOT NULL
)
SELECT debt.customer_id, payer, count(*)::BIGINT AS payments, (-sum(amount) * 100)::BIGINT AS amount
FROM credit JOIN debt USING (invoice_id)
     ANTI JOIN (SELECT customer_id, invoice_id FROM {{positions}} WHERE amount > 0 AND kind <> 'reject') AS own
     ON own.customer_id = payer AND own.invoice_id = credit.invoice_id
     ANTI JOIN {{settlements}} AS matched
     ON matched.credit_id = credit.item_id AND matched.invoice_id = debt.invoice_id
WHERE debt.customer_id <> payer GROUP BY ALL ORDER BY ALL
"""
# The codes of the accounts as known on ``$day``.
CODES = "SELECT DISTINCT customer_id FROM {positions} WHERE booked <= $day AND customer_id IS NOT NULL ORDER BY ALL"


def late_invoices(*, with_settled: bool) -> str:
    """Return the operation that counts by client the invoices late on ``$day``, and those paid late in the period.

    What is open of the clients ``$apart`` does not count. Without ``with_settled``, nobody knows what was paid when.
    """
    late = LATE_SETTLED if with_settled else ""
    return LATE_INVOICES.format(open=OPEN, owed=OF_INVOICE, settled=late, claimable=CLAIMABLE)
