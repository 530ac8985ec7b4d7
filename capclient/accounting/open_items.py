"""C.8, points 6 and 7: what is open at a date.

Floor 3. An allocation exists at a date only if both its items do: a letter put in January on a payment of
November closes the invoice in November, and a letter of December on a payment of January does not.
"""

from __future__ import annotations

from datetime import date

OPEN_AT = """
(WITH settled AS (
    SELECT debit_id, credit_id, allocation.amount FROM fec_allocations AS allocation
         JOIN fec_items AS debit ON debit.id = debit_id JOIN fec_items AS credit ON credit.id = credit_id
    WHERE debit.date <= DATE '{day}' AND credit.date <= DATE '{day}'
)
SELECT item.* EXCLUDE (amount), item.amount,
       (item.amount - coalesce(debits.amount, 0) + coalesce(credits.amount, 0))::DECIMAL(18,2) AS open
FROM fec_items AS item
     LEFT JOIN (SELECT debit_id AS id, sum(amount) AS amount FROM settled GROUP BY ALL) AS debits USING (id)
     LEFT JOIN (SELECT credit_id AS id, sum(amount) AS amount FROM settled GROUP BY ALL) AS credits USING (id)
WHERE item.date <= DATE '{day}' AND item.amount <> coalesce(debits.amount, 0) - coalesce(credits.amount, 0))
"""


def open_items(as_of: date) -> str:
    """Return the SQL of a FROM item: the items not settled at a date, with the signed amount still ``open``.

    Their sum is the balance of the customers' accounts at that date, exactly. Debits with a due date are
    aged, debits without (``is_undated``) are older than the first file, credits are not allocated.
    """
    return OPEN_AT.format(day=as_of.isoformat())
