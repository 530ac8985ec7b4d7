"""The operations of lives: what each client brought in each month of its life (7, I06).

Floor 3. One scan of the client x day relation; amounts leave as whole cents. Month k of a life goes from k whole months
after the first purchase to k + 1; what was booked before it (an invoice dated later) belongs to month 0.
"""

from __future__ import annotations

_FIRSTS = """
WITH firsts AS (
    SELECT customer_id, min(day) AS first_day FROM {customer_days}
    WHERE customer_id IS NOT NULL AND invoices > 0 AND day <= $end GROUP BY ALL
)
"""

# Whole months each client was followed at $end, that day included.
FOLLOWED = f"""{_FIRSTS}
SELECT customer_id, first_day, datesub('month', first_day, ($end::DATE + 1))::INTEGER AS followed
FROM firsts ORDER BY customer_id
"""

MONTHS_OF_LIFE = f"""{_FIRSTS}
SELECT customer_id, greatest(datesub('month', first_day, day), 0)::INTEGER AS age,
       (sum(revenue) * 100)::BIGINT AS revenue, (sum(costed) * 100)::BIGINT AS costed,
       ((sum(costed) - coalesce(sum(cost), 0)) * 100)::BIGINT AS margin
FROM {{customer_days}} JOIN firsts USING (customer_id)
WHERE day <= $end AND datesub('month', first_day, day) < $months
GROUP BY ALL ORDER BY customer_id, age
"""

# Visits and calls of each client over a period, and the first day on which any exchange was written down.
CONTACTS = """
SELECT customer_id, count(*) FILTER (type = 'visit')::BIGINT AS visits, count(*) FILTER (type = 'call')::BIGINT AS calls
FROM {interactions} WHERE date BETWEEN $start AND $end AND type IN ('visit', 'call')
GROUP BY ALL ORDER BY customer_id
"""
FIRST_EXCHANGE = "SELECT min(date) AS first_day FROM {interactions}"
