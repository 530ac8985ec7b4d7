"""Purchase histories for the models of value: one row a client, from the relation client x day (8.2).

Floor 3. A purchase is a client and a day with at least one invoice. Only what was known at ``$day`` counts; what was
bought later, up to ``$until``, stands beside it, to prove a model on months that it has not seen.
"""

from __future__ import annotations

# What is worth something of a repeat purchase is the revenue after the first purchase day, credit notes included,
# over the repeat purchases: an invoice that was credited a week later has brought nothing.
HISTORIES = """
WITH first AS (
    SELECT customer_id, min(day) AS first, max(day) AS last, count(*) AS purchases FROM {customer_days}
    WHERE customer_id IS NOT NULL AND invoices > 0 AND day <= $day GROUP BY customer_id
)
SELECT first.customer_id, any_value(first.first) AS first, any_value(purchases) - 1 AS x,
       any_value(last - first.first) / 7 AS t_x, any_value($day - first.first) / 7 AS "T",
       (coalesce(sum(revenue) FILTER (day > first.first AND day <= $day), 0) * 100)::BIGINT AS repeat_revenue,
       count(*) FILTER (invoices > 0 AND day > $day) AS later_purchases,
       (coalesce(sum(revenue) FILTER (day > $day), 0) * 100)::BIGINT AS later_revenue
FROM first JOIN {customer_days} USING (customer_id) WHERE day <= $until
GROUP BY first.customer_id ORDER BY first.customer_id
"""

# Repeat purchases of the clients known at $start, day by day up to $end; $pools are left out.
REPEATS = """
WITH first AS (
    SELECT customer_id, min(day) AS first FROM {customer_days}
    WHERE customer_id IS NOT NULL AND invoices > 0 AND NOT list_contains($pools::VARCHAR[], customer_id)
    GROUP BY customer_id HAVING min(day) <= $start
)
SELECT day, count(*) AS purchases
FROM first JOIN {customer_days} USING (customer_id) WHERE invoices > 0 AND day > first.first AND day <= $end
GROUP BY day ORDER BY day
"""

# First and last day on which each client was billed for something that recurs.
BILLED = """
SELECT customer_id, min(invoice_date) AS first, max(invoice_date) AS last, count(DISTINCT invoice_date) AS times
FROM {invoice_lines}
WHERE recurring AND customer_id IS NOT NULL AND amount_ht > 0 AND invoice_date <= $day
      AND coalesce(doc_type, 'invoice') = 'invoice' AND NOT list_contains($pools::VARCHAR[], customer_id)
GROUP BY customer_id ORDER BY customer_id
"""
