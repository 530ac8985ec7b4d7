"""The operations of the concentration chapter: revenue by family and activity, quantities, new families (1.10 to 1.12).

Floor 3. Revenue is dated by its accounting date, behaviour by the day of the document; deposits are no revenue and
cut-off entries no behaviour. Amounts leave as whole cents; no line reaches pandas.
"""

from __future__ import annotations

# Families and activities of the lines, N beside N-1, in one scan. The grain says which of the two a row breaks down.
LINE_SEGMENTS = """
WITH lines AS (
    SELECT family, activity, coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AS is_n,
           sum(amount_ht) AS amount
    FROM {invoice_lines}
    WHERE (coalesce(accounting_date, invoice_date) BETWEEN $start AND $end
           OR coalesce(accounting_date, invoice_date) BETWEEN $start_n1 AND $end_n1)
          AND coalesce(doc_type, '') <> 'deposit'
    GROUP BY ALL
)
SELECT grouping(family, activity) AS grain, family, activity,
       coalesce(sum(amount) FILTER (is_n) * 100, 0)::BIGINT AS revenue,
       coalesce(sum(amount) FILTER (NOT is_n) * 100, 0)::BIGINT AS revenue_n1
FROM lines GROUP BY GROUPING SETS ((family), (activity)) ORDER BY ALL
"""
GRAINS = {"family": 1, "activity": 2}

# Revenue of N by client, in families first sold on $new_from or later and in the others (1.11).
_NEW_OFFERS = """
WITH families AS (
    SELECT {offer}, min(invoice_date) FILTER (amount_ht > 0 AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff'))
           AS first_sold
    FROM {invoice_lines} WHERE {offer} IS NOT NULL GROUP BY {offer}
), lines AS (
    SELECT customer_id, {offer}, sum(amount_ht) AS amount FROM {invoice_lines}
    WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AND coalesce(doc_type, '') <> 'deposit'
    GROUP BY ALL
)
SELECT customer_id, first_sold >= $new_from AS is_new_family, (sum(amount) * 100)::BIGINT AS revenue
FROM lines LEFT JOIN families USING ({offer}) GROUP BY ALL ORDER BY ALL
"""
# By what lines call an offer: a family, failing that an activity.
NEW_OFFERS = {name: _NEW_OFFERS.replace("{offer}", name) for name in GRAINS}
