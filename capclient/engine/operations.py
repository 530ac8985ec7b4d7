"""The operations that reduce ledger lines to small summaries, as SQL.

Floor 3. ``{customer_days}`` stands for the relation client x day that ingest stores: one scan of the
lines makes it, every other summary comes from it. Amounts leave the engine as whole cents (BIGINT), so
that no binary float ever stands between a ledger and a total.
"""

from __future__ import annotations

# Sections 0.4 and 3.2: a document is what a client received under one number on one day; without a
# declared type a negative total makes it a credit note. Deposits are no revenue; cut-off entries are
# revenue and no behaviour. An order is counted once, on the day of its first invoice. An invoice may carry several
# orders; it stands for itself when it names none, and for its lines without order when it names several (when it
# names one, they are of this one). Orders and invoices are counted apart: their numbers may be the same.
_KINDS = """*, coalesce(doc_type, CASE WHEN total < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind,
           order_id IS NULL OR (order_id <> last_order AND has_rest) AS stands"""
_BEGUN = """carried AS (
    SELECT customer_id, order_id, day FROM named WHERE kind = 'invoice' AND order_id = last_order
    UNION ALL
    SELECT lines.customer_id, lines.order_id, named.day
    FROM {invoice_lines} AS lines JOIN named
         ON lines.customer_id IS NOT DISTINCT FROM named.customer_id AND lines.invoice_date = named.day
            AND lines.invoice_id IS NOT DISTINCT FROM named.invoice_id
            AND lines.doc_type IS NOT DISTINCT FROM named.doc_type
    WHERE kind = 'invoice' AND named.order_id <> last_order AND lines.order_id IS NOT NULL
), begun AS (
    SELECT customer_id, day, count(*) AS begun
    FROM (SELECT customer_id, order_id, min(day) AS day FROM carried GROUP BY ALL) GROUP BY ALL
)"""
_BOUGHT = """count(DISTINCT coalesce(invoice_id, '')) FILTER (kind = 'invoice' AND stands) AS unordered,
           count(*) FILTER (kind = 'invoice') AS invoices"""

CUSTOMER_DAYS = """
WITH documents AS (
    SELECT customer_id, invoice_id, invoice_date AS day, doc_type, min(order_id) AS order_id,
           max(order_id) AS last_order, bool_or(order_id IS NULL) AS has_rest,
           sum(amount_ht) AS total, sum(cost) AS cost, sum(amount_ht) FILTER (cost IS NOT NULL) AS costed
    FROM {invoice_lines} GROUP BY ALL
), named AS (
    SELECT <kinds> FROM documents
), <begun>, days AS (
    SELECT customer_id, day, {revenue} AS revenue, {credited} AS credited, {cost} AS cost, {costed} AS costed,
           <bought>
    FROM (SELECT *, total AS amount FROM named) GROUP BY customer_id, day
)
SELECT days.customer_id, days.day, revenue, credited, unordered + coalesce(begun, 0) AS orders, invoices, cost, costed
FROM days LEFT JOIN begun ON days.customer_id IS NOT DISTINCT FROM begun.customer_id AND days.day = begun.day
ORDER BY days.customer_id NULLS FIRST, days.day
"""


def _money(sums: dict[str, str], sql: str) -> str:
    """Fill in sums as DECIMAL(18,2): the engine makes them 128 bits wide, four times dearer to read and to sum."""
    for name, amount in sums.items():
        sql = sql.replace(f"{{{name}}}", f"sum({amount})::DECIMAL(18,2)")
    return sql


# The same for ledgers that know when a line was booked: revenue on its accounting date, which is what the fiscal
# year reconciles with; orders on the date of the document, which is when the client bought (0.4, C.7).
CUSTOMER_DAYS_BOOKED = """
WITH documents AS (
    SELECT customer_id, invoice_id, invoice_date AS day, coalesce(accounting_date, invoice_date) AS booked, doc_type,
           min(order_id) AS order_id, max(order_id) AS last_order, bool_or(order_id IS NULL) AS has_rest,
           sum(amount_ht) AS amount, sum(cost) AS cost, sum(amount_ht) FILTER (cost IS NOT NULL) AS costed
    FROM {invoice_lines} GROUP BY ALL
), named AS (
    SELECT <kinds>
    FROM (SELECT customer_id, invoice_id, day, doc_type, sum(amount) AS total, min(order_id) AS order_id,
                 max(last_order) AS last_order, bool_or(has_rest) AS has_rest
          FROM documents GROUP BY ALL)
), <begun>, bought AS (
    SELECT days.customer_id, days.day, unordered + coalesce(begun, 0) AS orders, invoices
    FROM (SELECT customer_id, day, <bought> FROM named GROUP BY customer_id, day) AS days
    LEFT JOIN begun ON days.customer_id IS NOT DISTINCT FROM begun.customer_id AND days.day = begun.day
), earned AS (
    SELECT documents.customer_id, booked AS day, {revenue} AS revenue, {credited} AS credited,
           {cost} AS cost, {costed} AS costed
    FROM documents JOIN (SELECT customer_id, invoice_id, day, doc_type, kind FROM named) AS kinds
         ON documents.customer_id IS NOT DISTINCT FROM kinds.customer_id
            AND documents.invoice_id IS NOT DISTINCT FROM kinds.invoice_id AND documents.day = kinds.day
            AND documents.doc_type IS NOT DISTINCT FROM kinds.doc_type
    GROUP BY documents.customer_id, booked
)
SELECT coalesce(earned.customer_id, bought.customer_id) AS customer_id, coalesce(earned.day, bought.day) AS day,
       coalesce(revenue, 0)::DECIMAL(18,2) AS revenue, coalesce(credited, 0)::DECIMAL(18,2) AS credited,
       coalesce(orders, 0) AS orders, coalesce(invoices, 0) AS invoices,
       cost, coalesce(costed, 0)::DECIMAL(18,2) AS costed
FROM earned FULL JOIN bought
     ON earned.customer_id IS NOT DISTINCT FROM bought.customer_id AND earned.day = bought.day
ORDER BY customer_id NULLS FIRST, day
"""

_SUMS = {
    "revenue": "CASE WHEN kind = 'deposit' THEN 0 ELSE amount END",
    "credited": "CASE WHEN kind = 'credit_note' THEN amount ELSE 0 END",
    "cost": "cost",
    "costed": "costed",
}


def _days(sql: str) -> str:
    parts = {"<kinds>": _KINDS, "<begun>": _BEGUN, "<bought>": _BOUGHT}
    for mark, part in parts.items():
        sql = sql.replace(mark, part)
    return _money(_SUMS, sql)


CUSTOMER_DAYS, CUSTOMER_DAYS_BOOKED = _days(CUSTOMER_DAYS), _days(CUSTOMER_DAYS_BOOKED)

EXTENT = """
SELECT min(day) AS first_day, max(day) AS last_day, count(DISTINCT customer_id) AS customers
FROM {customer_days}
"""

CUSTOMERS = """
WITH days AS (SELECT * FROM {customer_days} WHERE customer_id IS NOT NULL AND day <= $as_of),
gaps AS (
    SELECT customer_id, count(gap) AS gaps, median(gap) AS median_gap FROM (
        SELECT customer_id, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
        FROM days WHERE invoices > 0
    ) GROUP BY customer_id
), totals AS (
SELECT customer_id,
       min(day) FILTER (invoices > 0) AS first_purchase, max(day) FILTER (invoices > 0) AS last_purchase,
       count(*) FILTER (invoices > 0) AS purchase_days,
       count(*) FILTER (invoices > 0 AND day >= $year_start) AS purchase_days_12m,
       count(*) FILTER (invoices > 0 AND day >= $two_years_start) AS purchase_days_24m,
       coalesce(max(day) FILTER (invoices > 0) - min(day) FILTER (invoices > 0), 0) AS span_days,
       coalesce(sum(orders) FILTER (day BETWEEN $n_start AND $n_end), 0)::BIGINT AS orders_n,
       coalesce(sum(orders) FILTER (day BETWEEN $n1_start AND $n1_end), 0)::BIGINT AS orders_n1,
       {cents_n} AS revenue_n, {cents_n1} AS revenue_n1, {cents_n2} AS revenue_n2,
       {cents_half} AS revenue_half, {cents_half_before} AS revenue_half_before,
       {cents_before} AS revenue_before,
       (sum(cost) FILTER (day BETWEEN $n_start AND $n_end) * 100)::BIGINT AS cost_n,
       (sum(costed) FILTER (day BETWEEN $n_start AND $n_end) * 100)::BIGINT AS cost_known_revenue_n
FROM days GROUP BY customer_id
)
SELECT totals.*, coalesce(gaps, 0) AS gaps, median_gap
FROM totals LEFT JOIN gaps USING (customer_id) ORDER BY customer_id
"""


def _cents(condition: str) -> str:
    return f"coalesce(sum(revenue) FILTER ({condition}) * 100, 0)::BIGINT"


CUSTOMERS = (
    CUSTOMERS.replace("{cents_before}", _cents("day < $n_start"))
    .replace("{cents_half_before}", _cents("day BETWEEN $half_before_start AND $half_before_end"))
    .replace("{cents_half}", _cents("day BETWEEN $half_start AND $half_end"))
    .replace("{cents_n2}", _cents("day BETWEEN $n2_start AND $n2_end"))
    .replace("{cents_n1}", _cents("day BETWEEN $n1_start AND $n1_end"))
    .replace("{cents_n}", _cents("day BETWEEN $n_start AND $n_end"))
)

MONTHS = """
SELECT customer_id, date_trunc('month', day)::DATE AS month,
       (sum(revenue) * 100)::BIGINT AS revenue, sum(orders)::BIGINT AS orders
FROM {customer_days} WHERE day <= $1 GROUP BY ALL ORDER BY customer_id NULLS FIRST, month
"""

# Revenue of each month that closes on the day of the month of D; $1 gives these days, earliest first.
CLOSED_MONTHS = """
WITH ends AS (SELECT unnest($1::DATE[]) AS month_end, unnest(range(len($1))) AS place),
closes AS (
    SELECT day, min(place) AS place FROM (SELECT DISTINCT day FROM {customer_days}) JOIN ends ON day <= month_end
    GROUP BY day
)
SELECT customer_id, place, (sum(revenue) * 100)::BIGINT AS revenue
FROM {customer_days} JOIN closes USING (day) WHERE customer_id IS NOT NULL AND revenue <> 0 GROUP BY ALL
"""

PERIOD_REVENUE = """
SELECT customer_id, (sum(revenue) * 100)::BIGINT AS revenue, sum(orders)::BIGINT AS orders
FROM {customer_days} WHERE day BETWEEN $1 AND $2 GROUP BY customer_id ORDER BY customer_id NULLS FIRST
"""

# The days of the ledger, with their revenue: what any period earned is a difference of running sums.
DAYS = """
SELECT day, coalesce(sum(revenue) * 100, 0)::BIGINT AS revenue, coalesce(bool_or(invoices > 0), false) AS bought
FROM {customer_days} GROUP BY day ORDER BY day
"""

# Names and attributes that only the ledger knows: the latest one said of each client up to D.
LEDGER_ATTRIBUTES = """
SELECT customer_id, arg_max(customer_name, (day, customer_name)) FILTER (customer_name IS NOT NULL) AS name,
       arg_max(salesperson, (day, salesperson)) FILTER (salesperson IS NOT NULL) AS salesperson
FROM (SELECT customer_id, customer_name, salesperson, max(invoice_date) AS day
      FROM {invoice_lines} WHERE customer_id IS NOT NULL AND invoice_date <= $as_of GROUP BY ALL)
GROUP BY customer_id ORDER BY customer_id
"""
