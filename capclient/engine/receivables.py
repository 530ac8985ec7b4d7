"""Customers' accounts: what each client owed on any day, from items, payments and what settles what.

Floor 3. Sections 5 and 0.1 of the dictionary, C.8 of the sources. Items and payments are one list of **positions**: a
debit is positive, a credit negative, so that their sum is the balance of the accounts. A position exists from the day
it is booked; an allocation exists as soon as both its positions do, whatever the day somebody matched them. What is
open at a date therefore never depends on what was entered later. Ingest writes both lists (``ingest/positions.py``).

Whether a position is late depends on its due date and on the day, not on how much of it is open: balances at many
days are sums of movements, one scan whatever the number of days.
"""

from __future__ import annotations

from collections.abc import Sequence

# A number may come back. What names it on some day means the last invoice of that number of that day or before, the
# first one if all are later: columns ``since`` and ``until`` of a list of invoices by number and date.
AGAIN = "again AS (PARTITION BY customer_id, invoice_id ORDER BY date)"
UNTIL = """CASE WHEN row_number() OVER again = 1 THEN DATE '0001-01-01' ELSE date END AS since,
           coalesce(lead(date) OVER again, DATE '9999-12-31') AS until"""

# What each position still held at the end of ``$day``: its amount less what had settled it by then. Rows: those of
# the positions, with ``open``, the signed rest; their sum is the balance of the accounts that day.
OPEN = """
WITH settled AS (SELECT debit_id, credit_id, amount FROM {settlements} WHERE since <= $day)
SELECT position.*, (position.amount - coalesce(debits.amount, 0) + coalesce(credits.amount, 0))::DECIMAL(18,2) AS open
FROM {positions} AS position
     LEFT JOIN (SELECT debit_id AS item_id, sum(amount) AS amount FROM settled GROUP BY ALL) AS debits USING (item_id)
     LEFT JOIN (SELECT credit_id AS item_id, sum(amount) AS amount FROM settled GROUP BY ALL) AS credits USING (item_id)
WHERE booked <= $day AND position.amount <> coalesce(debits.amount, 0) - coalesce(credits.amount, 0)
"""

# What each position adds on its day, and what each allocation takes from both of its positions as soon as both exist.
# A credit is late for nobody; a disputed debit is apart, whatever its age.
MOVEMENTS = """
WITH piece AS (
    SELECT customer_id, amount AS whole, disputed, due_date, booked AS since, amount FROM {positions}
    UNION ALL SELECT customer_id, whole, disputed, due_date, since, -amount FROM {settlements}
    UNION ALL SELECT payer, paid, credit_disputed, credit_due, since, amount FROM {settlements}
),
movement AS (
    SELECT *, CASE WHEN whole < 0 THEN 'unallocated' WHEN disputed THEN 'disputed' WHEN due_date IS NULL THEN 'undated'
                   ELSE 'dated' END AS state FROM piece
),
told AS (SELECT {per} state, due_date, since, sum(amount) AS amount FROM movement GROUP BY ALL)
"""
AGED = """
SELECT day, {per} {state} AS bucket, (sum(amount) * 100)::BIGINT AS cents
FROM told JOIN (SELECT unnest($days::DATE[]) AS day) ON since <= day GROUP BY ALL HAVING cents <> 0 ORDER BY ALL
"""
BY_DUE_DATE = """
SELECT state, due_date, (sum(amount) * 100)::BIGINT AS cents
FROM told WHERE since <= $day GROUP BY ALL HAVING cents <> 0 ORDER BY ALL
"""
OPENED = """
SELECT (coalesce(sum(amount), 0) * 100)::BIGINT AS cents FROM {positions}
WHERE booked < $day OR (booked = $day AND kind = 'opening')
"""
# Due date of the oldest debt of each client that is still open.
OLDEST = """
SELECT customer_id, min(due_date) AS due_date FROM (
    SELECT customer_id, due_date FROM told WHERE state = 'dated' AND since <= $day GROUP BY ALL HAVING sum(amount) > 0
) GROUP BY ALL ORDER BY ALL
"""
# How what clients were credited was matched to what they owed; the rest is unallocated.
MATCHED = """
SELECT method, (sum(amount) * 100)::BIGINT AS cents
FROM {settlements} WHERE since <= $day GROUP BY ALL ORDER BY cents DESC, method
"""
# Open dated debits at ``$day``, by who said their due date.
DUE_SOURCES = f"""
SELECT coalesce(due_source, 'file') AS due_source, (sum(open) * 100)::BIGINT AS cents FROM ({OPEN})
WHERE amount > 0 AND due_date IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
# Invoices and credit notes of the items, where the lines do not say what they are worth including VAT.
BILLED = """
SELECT coalesce(accounting_date, date) AS day, (sum(amount) * 100)::BIGINT AS cents
FROM {receivable_items} WHERE kind IN ('invoice', 'credit_note') AND coalesce(accounting_date, date) <= $day
GROUP BY ALL ORDER BY ALL
"""
# Credit notes count when they were booked, even where revenue is restated: so they do in the balances.
SOLD = """
SELECT coalesce(accounting_date, invoice_date) AS day,
       (sum(round(coalesce(amount_ttc, amount_ht + vat, amount_ht * {factor}), 2)) * 100)::BIGINT AS cents,
       (coalesce(sum(abs(amount_ht)) FILTER (coalesce(amount_ttc, vat) IS NULL), 0) * 100)::BIGINT AS untaxed,
       (sum(abs(amount_ht)) * 100)::BIGINT AS moved
FROM {booked_lines} WHERE coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
     AND coalesce(accounting_date, invoice_date) <= $day
GROUP BY ALL ORDER BY ALL
"""


def aged(bounds: Sequence[int], *, by_customer: bool) -> str:
    """Return the operation that ages the accounts at the end of each of the ``$days``.

    Parameters
    ----------
    bounds
        Last day overdue of each class, ascending: ``(-61, -31, 0, 30, 60, 90)`` makes seven classes, 0 to 6.

    Returns
    -------
    str
        Rows ``day [customer_id] bucket cents``: ``bucket`` is the place of a class as text, or ``undated``,
        ``unallocated`` or ``disputed``. A day's cents, over every bucket, are the balance of the accounts.
    """
    late = "date_diff('day', due_date, day)"
    place = "CASE " + " ".join(f"WHEN {late} <= {bound} THEN '{at}'" for at, bound in enumerate(bounds))
    state = f"CASE WHEN state <> 'dated' THEN state ELSE {place} ELSE '{len(bounds)}' END END"
    return _movements(AGED.replace("{state}", state), by_customer=by_customer)


def by_due_date() -> str:
    """Return the operation that sums what was open at the end of ``$day`` by due date.

    Rows: ``state due_date cents``; ``state`` is ``dated``, ``undated``, ``unallocated`` or ``disputed``.
    """
    return _movements(BY_DUE_DATE, by_customer=False)


def oldest() -> str:
    """Return the operation that finds the oldest debt of each client open at the end of ``$day``.

    Rows: ``customer_id due_date``, disputed and undated debts left out.
    """
    return _movements(OLDEST, by_customer=True)


def sold(factor: object) -> str:
    """Return the operation that sums revenue including VAT by day up to ``$day``, deposits and cut-off left out.

    Rows: ``day cents untaxed moved``; ``untaxed`` are the absolute amounts of the lines that say neither their VAT
    nor their amount including it, multiplied by ``factor`` in ``cents``; ``moved`` all absolute amounts.
    """
    return SOLD.replace("{factor}", str(factor))


def _movements(then: str, *, by_customer: bool) -> str:
    return (MOVEMENTS + then).replace("{per}", "customer_id, " if by_customer else "")
