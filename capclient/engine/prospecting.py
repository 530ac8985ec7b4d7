"""The operations of the prospecting chapter: young offers, contracts signed, quotes answered (12.6, 12.7, I13).

Floor 3. Revenue is dated by its accounting date, behaviour by the day of the document; deposits are no revenue and
cut-off entries no behaviour. Amounts leave as whole cents; no line reaches pandas.
"""

from __future__ import annotations

DIMENSIONS = ("activity", "family", "product")  # what lines may call an offer, the broadest first

# Which of these columns the lines carry at all.
CARRIED = """
SELECT count(activity) > 0 AS activity, count(family) > 0 AS family, count(product) > 0 AS product,
       count(contract_id) > 0 AS contract_id
FROM {invoice_lines}
"""

_FIRST_SOLD = """
WITH offers AS (
    SELECT {offer},
           min(invoice_date) FILTER (amount_ht > 0 AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff'))
           AS first_sold
    FROM {invoice_lines} WHERE {offer} IS NOT NULL AND invoice_date <= $end GROUP BY ALL
)
"""
_IN_YEAR = """
WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AND coalesce(doc_type, '') <> 'deposit'
"""

# Revenue of a year by client, in offers first sold on $new_from or later and in the others.
_CELLS = f"""
SELECT customer_id, first_sold >= $new_from AS is_new, (sum(amount_ht) * 100)::BIGINT AS revenue
FROM {{invoice_lines}} LEFT JOIN offers USING ({{offer}}) {_IN_YEAR} GROUP BY ALL ORDER BY ALL
"""

# The young offers by name, the largest first.
_YOUNG = f"""
SELECT {{offer}} AS offer, first_sold, (sum(amount_ht) * 100)::BIGINT AS revenue,
       count(DISTINCT customer_id) AS customers
FROM {{invoice_lines}} JOIN offers USING ({{offer}}) {_IN_YEAR} AND first_sold >= $new_from
GROUP BY ALL ORDER BY revenue DESC, offer LIMIT 200
"""


def young_cells(dimension: str) -> str:
    """Return the operation on the revenue in young offers of a dimension, by client.

    Raises
    ------
    KeyError
        If lines have no such column.
    """
    return _of(dimension, _FIRST_SOLD + _CELLS)


def young_offers(dimension: str) -> str:
    """Return the operation that names the young offers of a dimension."""
    return _of(dimension, _FIRST_SOLD + _YOUNG)


def _of(dimension: str, sql: str) -> str:
    if dimension not in DIMENSIONS:
        raise KeyError(dimension)
    return sql.replace("{offer}", dimension)


# Revenue of N by contract and activity.
CONTRACT_LINES = """
SELECT contract_id, activity, (sum(amount_ht) * 100)::BIGINT AS revenue
FROM {invoice_lines}
WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AND coalesce(doc_type, '') <> 'deposit'
GROUP BY ALL ORDER BY ALL
"""

# Quotes sent since $start; the row is their name.
QUOTES = """
SELECT (row_number() OVER (ORDER BY date, customer_id, amount, closed, salesperson))::BIGINT AS quote,
       customer_id, date, closed, (amount * 100)::BIGINT AS amount, salesperson
FROM {interactions} WHERE type = 'quote' AND date BETWEEN $start AND $as_of ORDER BY quote
"""

# The invoices of the same client that could answer each quote: soon enough, and of enough weight.
ANSWERS = """
WITH quotes AS (
    SELECT (row_number() OVER (ORDER BY date, customer_id, amount, closed, salesperson))::BIGINT AS quote,
           customer_id, date, amount
    FROM {interactions} WHERE type = 'quote' AND date BETWEEN $start AND $as_of
), documents AS (
    SELECT customer_id, invoice_id, invoice_date AS day, sum(amount_ht) AS amount
    FROM {invoice_lines}
    WHERE customer_id IN (SELECT customer_id FROM quotes) AND invoice_date BETWEEN $start AND $as_of
          AND coalesce(doc_type, 'invoice') = 'invoice'
    GROUP BY ALL HAVING sum(amount_ht) > 0
)
SELECT quote, invoice_id AS document, day
FROM quotes JOIN documents ON quotes.customer_id = documents.customer_id AND day BETWEEN date AND date + $days::INTEGER
WHERE quotes.amount IS NULL OR documents.amount >= quotes.amount * $share::DECIMAL(9,6)
ORDER BY ALL
"""

# Revenue of the first twelve months of clients that came in a period, and of the twelve that follow, client by client.
SECOND_YEAR = """
WITH firsts AS (
    SELECT customer_id, min(day) FILTER (invoices > 0) AS first_day
    FROM {customer_days} WHERE customer_id IS NOT NULL GROUP BY customer_id
    HAVING first_day BETWEEN $start AND $end
)
SELECT customer_id,
       coalesce(sum(revenue) FILTER (day < first_day + INTERVAL 12 MONTH) * 100, 0)::BIGINT AS first_year,
       coalesce(sum(revenue) FILTER (day >= first_day + INTERVAL 12 MONTH) * 100, 0)::BIGINT AS second_year
FROM firsts JOIN {customer_days} USING (customer_id)
WHERE day < first_day + INTERVAL 24 MONTH AND day <= $as_of
GROUP BY ALL ORDER BY customer_id
"""
