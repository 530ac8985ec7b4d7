"""What a recovery case tells of one client: its open debts, its late instalments, its payments and its account.

Floor 3. A payment that came back is no debt of its own: it is told as the invoice it leaves unpaid, with the date, the
amount and the due date of that invoice. Only a debt whose invoice nobody knows is told as the entry it is. Amounts
leave as whole cents.
"""

from __future__ import annotations

from capclient.engine.bounces import of_invoice, pairs
from capclient.engine.payments import CLAIMABLE
from capclient.engine.receivables import NOTHING, open_positions, positions

# The open debts of some clients: what is left of an invoice and what came back of it are one debt.
ITEMS = """
SELECT min(item_id) AS item_id, customer_id, any_value(invoice_id) AS invoice_id, said AS kind, shown AS date,
       due_date, bool_or(coalesce(due_source, 'file') <> 'file') AS is_estimated, disputed,
       (CASE WHEN bool_or(is_back) THEN max(whole) ELSE sum(whole) END * 100)::BIGINT AS amount,
       (sum(open) * 100)::BIGINT AS open, billed
FROM (
    SELECT *, kind IN ('reject', 'payment') AND invoice_date IS NOT NULL AS is_back,
           CASE WHEN is_back THEN invoice_kind ELSE kind END AS said,
           CASE WHEN is_back THEN invoice_date ELSE date END AS shown,
           CASE WHEN is_back THEN invoice_amount ELSE amount END AS whole,
           coalesce(invoice_date, CASE WHEN kind IN {claimable} THEN date END) AS billed
    FROM ({open}) {owed} WHERE open > 0 AND customer_id IN (SELECT unnest($customers))
) GROUP BY customer_id, coalesce(invoice_id, item_id), said, shown, due_date, disputed, billed
ORDER BY customer_id, due_date, item_id
"""
# What was asked on each due date, and what of it was unpaid at the end of that day.
INSTALMENTS = """
WITH position AS ({positions}),
paid AS (
    SELECT debit_id AS item_id, sum(allocation.amount) AS amount FROM ({allocations}) AS allocation
         JOIN position AS debit ON debit.item_id = debit_id JOIN position AS credit ON credit.item_id = credit_id
    WHERE credit.date <= debit.due_date GROUP BY ALL
)
SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, kind, date, due_date,
       (sum(position.amount) * 100)::BIGINT AS amount,
       (sum(position.amount - coalesce(paid.amount, 0)) * 100)::BIGINT AS unpaid
FROM position LEFT JOIN paid USING (item_id)
WHERE kind IN {claimable} AND position.amount > 0 AND booked <= $day AND customer_id IN (SELECT unnest($customers))
GROUP BY ALL ORDER BY ALL
"""
# Late part-payments of a year, by invoice.
PAID_LATE = """
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
# Every piece of the accounts of some clients, in order: their running sum is the balance.
STATEMENT = """
SELECT customer_id, item_id, invoice_id,
       CASE WHEN kind = 'payment' AND amount > 0 AND invoice_id IS NOT NULL THEN 'reject' ELSE kind END AS kind, date,
       due_date, (amount * 100)::BIGINT AS amount
FROM ({positions}) WHERE booked <= $day AND customer_id IN (SELECT unnest($customers))
ORDER BY customer_id, date, amount DESC, item_id
"""


def items(*, with_payments: bool, with_allocations: bool) -> str:
    """Return the operation that lists the open debts of ``$customers`` on ``$day``, oldest first.

    Rows: ``item_id customer_id invoice_id kind date due_date is_estimated disputed amount open billed``. ``billed`` is
    the date of the invoice, missing where nobody knows which invoice is owed.
    """
    opened = open_positions(with_payments=with_payments, with_allocations=with_allocations)
    owed = of_invoice(positions(with_payments=with_payments))
    return ITEMS.format(open=opened, owed=owed, claimable=CLAIMABLE)


def instalments(*, with_payments: bool, with_allocations: bool) -> str:
    """Return the operation that lists what ``$customers`` were to pay on each due date, and what of it they had not.

    Rows: ``customer_id invoice_id kind date due_date amount unpaid``, of every invoice, settled ones included.
    """
    allocations = "FROM {allocations}" if with_allocations else NOTHING
    sql = INSTALMENTS.replace("{claimable}", CLAIMABLE).replace("({allocations})", f"({allocations})")
    return sql.replace("{positions}", positions(with_payments=with_payments))


def paid_late() -> str:
    """Return the operation that lists what ``$customers`` paid late from ``$start`` to ``$end``, as known on ``$day``.

    Rows: ``customer_id invoice_id billed due_date paid_date amount``.
    """
    return pairs(positions(with_payments=True)) + PAID_LATE


def statement(*, with_payments: bool) -> str:
    """Return the operation that lists every piece of ``$customers`` up to ``$day``, amounts signed, in cents."""
    return STATEMENT.replace("{positions}", positions(with_payments=with_payments))
