"""Margin of each client month by month, of the lines whose cost is known (G08).

Floor 3. Cents leave the engine as whole numbers.
"""

MONTHLY_MARGIN = """
SELECT customer_id, date_trunc('month', day)::DATE AS month,
       ((coalesce(sum(costed), 0) - coalesce(sum(cost), 0)) * 100)::BIGINT AS margin
FROM {customer_days} WHERE day <= $1 AND customer_id IS NOT NULL GROUP BY ALL ORDER BY customer_id, month
"""
