"""How clients pay: what was settled and when, what is still open, and the invoices and their terms.

Floor 3. Sections 5.6 to 5.16 of the dictionary, over the positions of :mod:`capclient.engine.receivables`. Only what a
payment settled says how a client pays: a credit note, a loss or a netting pays nothing; and only where somebody said,
or the amount shows, which invoice was meant: a sum of the oldest debts (``sum``, ``fifo``) would be our own guess.
Amounts leave as whole cents, days are whole days.
"""

from __future__ import annotations

from capclient.engine.receivables import open_positions, positions

GUESSED = "('sum', 'fifo')"
# A debt told without its source is a debt of a file. An instalment is an item; the invoice is what they share.
INVOICE = "coalesce(debit.invoice_id, debit.item_id)"
ESTIMATED = "coalesce(due_source, 'file') <> 'file'"

_PAIRS = """
WITH position AS ({positions}),
pair AS (
    SELECT debit.customer_id, {invoice} AS invoice_id, debit.item_id, debit.kind, debit.date, debit.due_date,
           coalesce(debit.due_source, 'file') <> 'file' AS is_estimated, credit.kind AS credit_kind,
           credit.date AS paid_date, allocation.amount, coalesce(allocation.method, 'given') AS method
    FROM {allocations} AS allocation
         JOIN position AS debit ON debit.item_id = debit_id JOIN position AS credit ON credit.item_id = credit_id
    WHERE debit.booked <= $day AND credit.booked <= $day AND debit.amount > 0 AND debit.kind <> 'reject'
)
"""
_PAID = "credit_kind = 'payment' AND method NOT IN ('sum', 'fifo') AND due_date IS NOT NULL"

PAID = """
SELECT customer_id, due_date, paid_date, is_estimated, (sum(amount) * 100)::BIGINT AS amount,
       count(*)::BIGINT AS settlements
FROM pair WHERE {paid} AND paid_date BETWEEN $start AND $end GROUP BY ALL ORDER BY ALL
"""

# An invoice is settled on the day its last euro came, if a payment brought some of it.
SETTLED = """,
bill AS (
    SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, date, sum(amount) AS amount,
           max(due_date) AS due_date
    FROM position WHERE kind = 'invoice' AND amount > 0 AND booked <= $day GROUP BY ALL
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

OPEN = """
SELECT customer_id, due_date, coalesce(due_source, 'file') <> 'file' AS is_estimated, disputed, open > 0 AS is_debit,
       (sum(open) * 100)::BIGINT AS amount
FROM ({open}) WHERE open <> 0 GROUP BY ALL ORDER BY ALL
"""

# Invoices that owe the fixed indemnity: paid late in the year, or open and overdue; an invoice counts once.
LATE_INVOICES = """
SELECT customer_id, count(*)::BIGINT AS invoices FROM (
    SELECT DISTINCT customer_id, invoice_id, date FROM (
        SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, date FROM ({open})
        WHERE open > 0 AND due_date < $day AND NOT disputed AND kind <> 'reject'
        {settled}
    )
) GROUP BY ALL ORDER BY ALL
"""
LATE_SETTLED = """
        UNION ALL SELECT customer_id, invoice_id, date FROM ({pairs} SELECT * FROM pair
            WHERE {paid} AND paid_date BETWEEN $start AND $end AND paid_date > due_date)
"""

# The agreed term of each invoice of a period: its last instalment against its date.
TERMS = """
SELECT customer_id, date, due_date, source, count(*)::BIGINT AS invoices, (sum(amount) * 100)::BIGINT AS amount
FROM (
    SELECT customer_id, coalesce(invoice_id, item_id) AS invoice_id, date, max(due_date) AS due_date,
           coalesce(max(due_source), 'file') AS source, sum(amount) AS amount
    FROM {receivable_items}
    WHERE coalesce(kind, 'invoice') = 'invoice' AND amount > 0 AND date BETWEEN $start AND $end GROUP BY ALL
) WHERE due_date IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
LINE_TERMS = """
SELECT customer_id, date, due_date, source, count(*)::BIGINT AS invoices, (sum(amount) * 100)::BIGINT AS amount
FROM (
    SELECT customer_id, invoice_id, invoice_date AS date, max(due_date) AS due_date,
           coalesce(max(due_source), 'file') AS source, sum(amount_ht) AS amount
    FROM {invoice_lines}
    WHERE coalesce(doc_type, 'invoice') = 'invoice' AND invoice_date BETWEEN $start AND $end
          AND customer_id IS NOT NULL
    GROUP BY ALL HAVING sum(amount_ht) > 0
) WHERE due_date IS NOT NULL GROUP BY ALL ORDER BY ALL
"""

# Sales including VAT of the clients' accounts, losses, and payments that came back, by client.
EVENTS = """
WITH position AS ({positions})
SELECT customer_id,
       (coalesce(sum(amount) FILTER (kind IN ('invoice', 'credit_note')), 0) * 100)::BIGINT AS billed,
       (coalesce(-sum(amount) FILTER (kind = 'loss'), 0) * 100)::BIGINT AS lost,
       count(*) FILTER (kind = 'reject' OR (kind = 'payment' AND amount > 0)) AS rejected,
       count(*) FILTER (kind = 'payment' AND amount < 0) AS payments
FROM position WHERE date BETWEEN $start AND $end AND booked <= $day GROUP BY ALL ORDER BY ALL
"""

# The open debts of some clients, item by item: a recovery case lists them.
CASE_ITEMS = """
SELECT item_id, customer_id, invoice_id, kind, date, due_date, coalesce(due_source, 'file') <> 'file' AS is_estimated,
       disputed, (amount * 100)::BIGINT AS amount, (open * 100)::BIGINT AS open
FROM ({open}) WHERE open > 0 AND customer_id IN (SELECT unnest($customers)) ORDER BY customer_id, due_date, item_id
"""
CASE_PAYMENTS = """
SELECT payment_id, customer_id, invoice_id, date, coalesce(kind, 'payment') AS kind, (amount * 100)::BIGINT AS amount
FROM {payments} WHERE customer_id IN (SELECT unnest($customers)) AND date BETWEEN $since AND $day
      AND coalesce(accounting_date, date) <= $day
ORDER BY customer_id, date, payment_id
"""


def paid() -> str:
    """Return the operation that lists what payments settled from ``$start`` to ``$end``, as known on ``$day``.

    Rows: ``customer_id due_date paid_date is_estimated amount settlements`` (cents, number of allocations).
    """
    return _pairs() + PAID.format(paid=_PAID)


def settled() -> str:
    """Return the operation that counts invoices settled from ``$start`` to ``$end`` by client and days to settle.

    Rows: ``customer_id days is_late amount invoices``; ``is_late`` is missing without due date.
    """
    return _pairs() + SETTLED


def still_open(*, with_payments: bool, with_allocations: bool) -> str:
    """Return the operation that sums what was open at the end of ``$day`` by client and due date.

    Rows: ``customer_id due_date is_estimated disputed is_debit amount`` (signed cents).
    """
    return OPEN.format(open=_open(with_payments, with_allocations))


def late_invoices(*, with_payments: bool, with_allocations: bool) -> str:
    """Return the operation that counts by client the invoices paid late in the period or late on ``$day``."""
    late = LATE_SETTLED.format(pairs=_pairs(), paid=_PAID) if with_payments and with_allocations else ""
    return LATE_INVOICES.format(open=_open(with_payments, with_allocations), settled=late)


def events(*, with_payments: bool) -> str:
    """Return the operation that sums sales, losses and returned payments of a period by client."""
    return EVENTS.replace("{positions}", positions(with_payments=with_payments))


def case_items(*, with_payments: bool, with_allocations: bool) -> str:
    """Return the operation that lists the open debts of ``$customers`` on ``$day``, oldest first."""
    return CASE_ITEMS.format(open=_open(with_payments, with_allocations))


def _pairs() -> str:
    return _PAIRS.replace("{positions}", positions(with_payments=True)).replace("{invoice}", INVOICE)


def _open(with_payments: bool, with_allocations: bool) -> str:
    return open_positions(with_payments=with_payments, with_allocations=with_allocations)
