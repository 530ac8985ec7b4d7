"""What the ledger alone says of dissatisfaction: what each client was credited, as SQL.

Floor 3.
"""

from __future__ import annotations

CREDITED = """
SELECT customer_id, -(sum(credited) * 100)::BIGINT AS credited,
       (sum(revenue - credited) * 100)::BIGINT AS invoiced
FROM {customer_days} WHERE day BETWEEN $1 AND $2 AND customer_id IS NOT NULL
GROUP BY customer_id HAVING sum(credited) < 0 ORDER BY customer_id
"""
