"""What alerts read of the ledger: volumes of the last months beside the same months a year before, products bought.

Floor 3. One scan of the lines makes the months of several past days at once, so that the alert can be replayed.
"""

from __future__ import annotations

# ``$ends`` are month ends as seen from D, earliest first; ``$origins`` the places of the days judged among them, and
# ``$span`` the number of months compared. A volume is a quantity valued at one price for the six months or so that are
# compared: the mean price that the client paid for the product over them, so that a price cut takes no volume away and
# boots add up with laces. What bears no quantity counts for its amount. One client in ``$parts`` is kept.
VOLUMES = """
WITH ends AS (SELECT unnest($ends::DATE[]) AS month_end, unnest(range(len($ends))) AS place),
closes AS (
    SELECT day, min(place) AS place FROM (SELECT DISTINCT invoice_date AS day FROM {invoice_lines})
    JOIN ends ON day <= month_end GROUP BY day
),
cells AS (
    SELECT customer_id, coalesce(product, '') AS product, coalesce(unit, '') AS unit, place,
           sum(amount_ht)::DOUBLE AS amount, coalesce(sum(qty), 0)::DOUBLE AS qty,
           coalesce(sum(amount_ht) FILTER (qty <> 0), 0)::DOUBLE AS counted
    FROM {invoice_lines} AS lines JOIN closes ON lines.invoice_date = closes.day
    WHERE customer_id IS NOT NULL AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
          AND ('0x' || substr(md5(customer_id), 1, 7))::BIGINT % $parts = 0
    GROUP BY ALL
),
moments AS (SELECT unnest($origins::BIGINT[]) AS origin),
paired AS (
    SELECT origin, customer_id, product, unit, place <= origin - 12 AS past, origin - place - 12 * past::INT AS back,
           amount, qty, counted
    FROM cells JOIN moments ON place BETWEEN origin - $span + 1 AND origin
                               OR place BETWEEN origin - 12 - $span + 1 AND origin - 12
),
priced AS (
    SELECT *, sum(counted) OVER same / nullif(sum(qty) OVER same, 0) AS price
    FROM paired WINDOW same AS (PARTITION BY origin, customer_id, product, unit)
)
SELECT origin, customer_id, past, back, (sum(amount) * 100)::BIGINT AS revenue,
       round(sum(CASE WHEN price > 0 THEN qty * price + amount - counted ELSE amount END) * 100)::BIGINT AS volume
FROM priced GROUP BY ALL ORDER BY ALL
"""

HAS_QUANTITIES = """
SELECT count(*) FILTER (qty <> 0) > 0 AS told FROM {invoice_lines} WHERE invoice_date <= $day
"""

# Number of products each client bought over a period, and how many the company sold.
PRODUCTS = """
SELECT customer_id, count(DISTINCT product) AS products, any_value(product) AS product FROM {invoice_lines}
WHERE invoice_date BETWEEN $start AND $end AND amount_ht > 0 AND product IS NOT NULL
      AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
GROUP BY ROLLUP (customer_id) ORDER BY customer_id NULLS FIRST
"""
