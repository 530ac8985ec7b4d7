"""What was known of each client on several past days at once, and what followed (8, F12).

Floor 3. One scan of the relation client x day makes all of them; a row a client and a day of the past leaves it.
"""

from __future__ import annotations

# A purchase is a client and a day with at least one invoice. ``next_purchase`` is what the day did not know: only the
# proof reads it. Nothing after ``$until`` is read. One client in ``$parts`` is kept, always the same ones.
HISTORIES_AT = """
WITH moments AS ({moments}),
known AS (
    SELECT customer_id, day, revenue, invoices > 0 AS bought,
           CASE WHEN invoices > 0 THEN day - lag(CASE WHEN invoices > 0 THEN day END IGNORE NULLS)
                                             OVER (PARTITION BY customer_id ORDER BY day) END AS gap
    FROM {customer_days}
    WHERE customer_id IS NOT NULL AND day <= $until
          AND ('0x' || substr(md5(customer_id), 1, 7))::BIGINT % $parts = 0
)
SELECT origin, customer_id,
       min(day) FILTER (bought AND day <= origin) AS first_purchase,
       max(day) FILTER (bought AND day <= origin) AS last_purchase,
       max(day) FILTER (bought AND day <= origin) - min(day) FILTER (bought AND day <= origin) AS span_days,
       count(*) FILTER (bought AND day <= origin AND day > before_12m) AS purchase_days_12m,
       count(*) FILTER (bought AND day <= origin AND day > before_24m) AS purchase_days_24m,
       count(gap) FILTER (day <= origin) AS gaps, median(gap) FILTER (day <= origin) AS median_gap,
       stddev_samp(gap) FILTER (day <= origin) / avg(gap) FILTER (day <= origin) AS gap_variation,
       {cents_12m} AS revenue_12m, {cents_half} AS revenue_half, {cents_half_before} AS revenue_half_before,
       min(day) FILTER (bought AND day > origin) AS next_purchase
FROM known CROSS JOIN moments
GROUP BY origin, customer_id HAVING count(*) FILTER (bought AND day <= origin) > 0
ORDER BY origin, customer_id
"""


def _before(months: int) -> str:
    """The day so many months before an origin: a month end stays a month end (0.2), as :func:`periods.shifted`."""
    day = f"origin - INTERVAL {months} MONTH"
    return (
        f"(CASE WHEN origin = last_day(origin) THEN last_day({day}) ELSE {day} END)::DATE AS before_{months}m"
    )


MOMENTS = (
    "SELECT origin, " + ", ".join(_before(months) for months in (6, 12, 24))
    + " FROM (SELECT unnest($days::DATE[]) AS origin)"
)  # fmt: skip


def _cents(newest: str, oldest: str) -> str:
    """Revenue in cents after one day and up to another."""
    window = f"day <= {newest} AND day > {oldest}"
    return f"(coalesce(sum(revenue) FILTER ({window}), 0) * 100)::BIGINT"


HISTORIES_AT = (
    HISTORIES_AT.replace("{moments}", MOMENTS)
    .replace("{cents_12m}", _cents("origin", "before_12m"))
    .replace("{cents_half_before}", _cents("before_6m", "before_12m"))
    .replace("{cents_half}", _cents("origin", "before_6m"))
)

# Number of families (of products where a line names no family) that each client bought in the twelve months to a day.
BREADTH_AT = """
WITH moments AS ({moments}),
bought AS (
    SELECT customer_id, coalesce(family, product) AS kind, invoice_date AS day
    FROM {invoice_lines} WHERE customer_id IS NOT NULL AND amount_ht > 0 GROUP BY ALL
)
SELECT origin, customer_id, count(DISTINCT kind) AS breadth
FROM bought JOIN moments ON day <= origin AND day > before_12m
WHERE kind IS NOT NULL GROUP BY origin, customer_id ORDER BY origin, customer_id
""".replace("{moments}", MOMENTS)
