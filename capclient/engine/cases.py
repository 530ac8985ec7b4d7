"""What a recovery case tells of one client: its open debts, its late instalments, its payments and its account.

Floor 3. A payment that came back is no debt of its own: it is told as the invoice it leaves unpaid, with the date, the
amount and the due date of that invoice. Only a debt whose invoice nobody knows is told as the entry it is. Amounts
leave as whole cents.
"""

from __future__ import annotations

from capclient.engine.bounces import OF_INVOICE, PAIRS
from capclient.engine.payments import CLAIMABLE
from capclient.engine.receivables import OPEN

# The open debts of ``$customers`` on ``$day``, oldest first: what is left of an invoice and what came back of it are
# one debt. ``billed`` is the date of the invoice, missing where nobody knows which invoice is owed.
ITEMS = f"""
SELECT min(item_id) AS item_id, customer_id, any_value(invoice_id) AS invoice_id, said AS kind, shown AS date,
       due_date, bool_or(coalesce(due_source, 'file') <> 'file') AS is_estimated, disputed,
       (CASE WHEN bool_or(is_back) THEN max(whole) ELSE sum(whole) END * 100)::BIGINT AS amount,
       (sum(open) * 100)::BIGINT AS open, billed
FROM (
    SELECT *, kind IN ('reject', 'payment') AND invoice_date IS NOT NULL AS is_back,
           CASE WHEN is_back THEN invoice_kind ELSE kind END AS said,
           CASE WHEN is_back THEN invoice_date ELSE date END AS shown,
           CASE WHEN is_back THEN invoice_amount ELSE amount END AS whole,
           coalesce(invoice_date, CASE WHEN kind IN {CLAIMABLE} THEN date END) AS billed
    FROM ({OPEN}) {OF_INVOICE} WHERE open > 0 AND customer_id IN (SELECT unnest($customers))
) GROUP BY customer_id, coalesce(invoice_id, item_id), said, shown, due_date, disputed, billed
ORDER BY customer_id, due_date, item_id
"""
# What ``$customers`` were to pay on each due date, and what of it was unpaid at the end of that day: of every invoice,
# settled ones included.
INSTALMENTS = f"""
WITH paid AS (
    SELECT debit_id AS item_id, sum(amount) AS amount FROM {{settlements}} WHERE paid_date <= due_date GROUP BY ALL
)
SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, kind, date, due_date,
       (sum(position.amount) * 100)::BIGINT AS amount,
       (sum(position.amount - coalesce(paid.amount, 0)) * 100)::BIGINT AS unpaid
FROM {{positions}} AS position LEFT JOIN paid USING (item_id)
WHERE kind IN {CLAIMABLE} AND position.amount > 0 AND booked <= $day AND customer_id IN (SELECT unnest($customers))
GROUP BY ALL ORDER BY ALL
"""
# What ``$customers`` paid late from ``$start`` to ``$end``, as known on ``$day``, by invoice.
PAID_LATE = f"""{PAIRS}
SELECT customer_id, invoice_id, date AS billed, due_date, paid_date, (sum(amount) * 100)::BIGINT AS amount FROM pair
WHERE credit_kind = 'payment' AND method NOT IN ('sum', 'fifo') AND paid_date BETWEEN $start AND $end
      AND paid_date > due_date AND customer_id IN (SELECT unnest($customers)) GROUP BY ALL ORDER BY ALL
"""
# A payment that names an invoice and is negative came back, whatever the file calls it.
PAYMENTS = """
SELECT payment_id, customer_id, invoice_id, date, method,
       CASE WHEN amount < 0 AND coalesce(kind, 'payment') = 'payment'
            THEN CASE WHEN invoice_id IS NULL THEN 'cancelled' ELSE 'reject' END
            ELSE coalesce(kind, 'payment') END AS kind, (amount * 100)::BIGINT AS amount
FROM {payments} WHERE customer_id IN (SELECT unnest($customers)) AND date BETWEEN $since AND $day
      AND coalesce(accounting_date, date) <= $day
ORDER BY customer_id, date, payment_id
"""
# Every piece of the accounts of ``$customers`` up to ``$day``, in order: their running sum is the balance.
STATEMENT = """
SELECT customer_id, item_id, invoice_id,
       CASE WHEN kind = 'payment' AND amount > 0 AND invoice_id IS NOT NULL THEN 'reject' ELSE kind END AS kind, date,
       due_date, (amount * 100)::BIGINT AS amount
FROM {positions} WHERE booked <= $day AND customer_id IN (SELECT unnest($customers))
ORDER BY customer_id, date, amount DESC, item_id
"""
