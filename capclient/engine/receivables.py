"""Customers' accounts: what each client owed on any day, from items, payments and what settles what.

Floor 3. Sections 5 and 0.1 of the dictionary, C.8 of the sources. Items and payments are one list of **positions**: a
debit is positive, a credit negative, so that their sum is the balance of the accounts. A position exists from the day
it is booked; an allocation exists as soon as both its positions do, whatever the day somebody matched them. What is
open at a date therefore never depends on what was entered later.
"""

from __future__ import annotations

# A payment that came back is a debit again, due when its invoice was.
POSITIONS = """
SELECT item_id, customer_id, invoice_id,
       coalesce(kind, CASE WHEN amount < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind, date,
       coalesce(accounting_date, date) AS booked, due_date, due_source, amount, coalesce(disputed, false) AS disputed,
       coalesce(doubtful, false) AS doubtful
FROM {receivable_items}
"""
SETTLEMENTS = """
SELECT payment_id, payment.customer_id, payment.invoice_id, coalesce(payment.kind, 'payment') AS kind, payment.date,
       coalesce(payment.accounting_date, payment.date) AS booked,
       CASE WHEN payment.amount < 0 THEN coalesce(bill.due_date, payment.date) END AS due_date, bill.due_source,
       -payment.amount AS amount, false AS disputed, false AS doubtful
FROM {payments} AS payment LEFT JOIN (
    SELECT customer_id, invoice_id, min(due_date) AS due_date, min(due_source) AS due_source FROM {receivable_items}
    WHERE amount > 0 AND invoice_id IS NOT NULL GROUP BY ALL
) AS bill USING (customer_id, invoice_id)
"""

# What each position still held at the end of ``$day``: its amount less what had settled it by then.
OPEN = """
WITH position AS ({positions}),
settled AS (
    SELECT debit_id, credit_id, allocation.amount FROM ({allocations}) AS allocation
         JOIN position AS debit ON debit.item_id = debit_id JOIN position AS credit ON credit.item_id = credit_id
    WHERE debit.booked <= $day AND credit.booked <= $day
)
SELECT position.*, (position.amount - coalesce(debits.amount, 0) + coalesce(credits.amount, 0))::DECIMAL(18,2) AS open
FROM position
     LEFT JOIN (SELECT debit_id AS item_id, sum(amount) AS amount FROM settled GROUP BY ALL) AS debits USING (item_id)
     LEFT JOIN (SELECT credit_id AS item_id, sum(amount) AS amount FROM settled GROUP BY ALL) AS credits USING (item_id)
WHERE booked <= $day AND position.amount <> coalesce(debits.amount, 0) - coalesce(credits.amount, 0)
"""
NOTHING = (
    "SELECT NULL::VARCHAR AS debit_id, NULL::VARCHAR AS credit_id, 0::DECIMAL(18,2) AS amount WHERE false"
)


def positions(*, with_payments: bool) -> str:
    """Return the operation that lists every debit and every credit of every client, whatever the day.

    Rows: ``item_id customer_id invoice_id kind date booked due_date due_source amount disputed doubtful``. ``amount``
    is in euros including VAT (DECIMAL), positive for a debit; ``kind`` is a code of items or of payments.
    """
    return f"{POSITIONS} UNION ALL {SETTLEMENTS}" if with_payments else POSITIONS


def open_positions(*, with_payments: bool, with_allocations: bool) -> str:
    """Return the operation that lists what was open at the end of the day ``$day``.

    Rows: those of :func:`positions`, with ``open``: the signed rest. Their sum is the balance of the accounts that day.
    """
    allocations = "FROM {allocations}" if with_allocations else NOTHING
    listed = positions(with_payments=with_payments)
    return OPEN.replace("{positions}", listed).replace("({allocations})", f"({allocations})")
