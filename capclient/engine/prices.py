"""The operations of prices: what each client pays for each product, and price against volume and mix.

Floor 3 (sections 2.10, 3.6 to 3.9). Lines become one row per client, product and unit inside the engine; only sums
per client, per product or per family leave it, whatever the size of the ledger.
"""

from __future__ import annotations

# 3.6: net amount over net quantity. A credit note with a quantity counts in both, one without in the amount only;
# an invoice line without quantity says nothing of a price. A credit note with neither quantity nor unit (a rebate in
# money) lowers the price of what the client buys without unit, else of the one unit in which it buys the product; a
# client of several units leaves no telling which, and the note is left out. Pooled codes are no clients: they have no
# price.
_SALES = """
WITH cells AS (
    SELECT customer_id, product, coalesce(unit, '') AS unit, unit IS NULL AND coalesce(qty, 0) = 0 AS is_loose,
           sum(amount_ht)::DOUBLE AS amount, coalesce(sum(qty), 0)::DOUBLE AS qty
    FROM {invoice_lines}
    WHERE invoice_date BETWEEN $start AND $end AND customer_id IS NOT NULL AND product IS NOT NULL
          AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff') AND (qty <> 0 OR amount_ht < 0)
          AND NOT list_contains($pools::VARCHAR[], customer_id){only}
    GROUP BY ALL
), rebates AS (
    SELECT customer_id, product, units.unit, loose.amount
    FROM (SELECT * FROM cells WHERE is_loose) AS loose JOIN (
        SELECT customer_id, product, min(unit) AS unit FROM cells WHERE NOT is_loose
        GROUP BY customer_id, product HAVING count(*) = 1 OR min(unit) = ''
    ) AS units USING (customer_id, product)
), sales AS (
    SELECT *, amount / qty AS price FROM (
        SELECT customer_id, product, unit, cells.amount + coalesce(rebates.amount, 0) AS amount, qty
        FROM cells LEFT JOIN rebates USING (customer_id, product, unit) WHERE NOT is_loose
    ) WHERE qty > 0
)"""

# 3.7 to 3.9 in one pass: products first (mean price, line of ln price on ln quantity), then each sale against them.
# A code whose prices differ by more than ``$mixed`` covers several things, and is compared with nothing.
PRICES = (
    _SALES.replace("{only}", "")
    + """, products AS (
    SELECT product, unit, count(*) AS customers, sum(amount) AS revenue, sum(qty) AS qty,
           sum(amount) / sum(qty) AS mean_price, min(price) AS lowest, max(price) AS highest,
           count(*) FILTER (price > 0) AS points,
           regr_slope(ln(price), ln(qty)) FILTER (price > 0) AS slope,
           regr_intercept(ln(price), ln(qty)) FILTER (price > 0) AS intercept
    FROM sales GROUP BY product, unit
), spread AS (
    SELECT products.*, sqrt(variance / products.qty) / mean_price AS dispersion FROM products JOIN (
        SELECT product, unit, sum(sales.qty * (price - mean_price) ** 2) AS variance
        FROM sales JOIN products USING (product, unit) GROUP BY product, unit
    ) USING (product, unit)
), compared AS (
    SELECT customer_id, product, unit, spread.* EXCLUDE (product, unit, qty, customers), sales.qty AS sold, amount,
           spread.qty AS qty, spread.customers AS customers,
           spread.customers >= $mean_customers AND mean_price > 0 AND dispersion <= $mixed::DOUBLE AS comparable,
           CASE WHEN points >= $fit_customers AND isfinite(slope) AND price > 0
                     AND mean_price > 0 AND dispersion <= $mixed::DOUBLE
                THEN greatest(exp(intercept + slope * ln(sold)) - price, 0) * sold END AS lever
    FROM sales JOIN spread USING (product, unit)
)
SELECT grouping(customer_id) AS grain, customer_id, product, unit, any_value(customers) AS customers,
       any_value(qty) AS qty, any_value(mean_price) AS mean_price, any_value(lowest) AS lowest,
       any_value(highest) AS highest, any_value(dispersion) AS dispersion, any_value(points) AS points,
       any_value(slope) AS slope, any_value(intercept) AS intercept,
       sum(amount) AS revenue, count(*) FILTER (comparable) AS compared,
       sum(amount) FILTER (comparable) AS paid, sum(mean_price * sold) FILTER (comparable) AS expected,
       sum(lever) AS lever
FROM compared GROUP BY GROUPING SETS ((customer_id), (product, unit))
ORDER BY grain, customer_id, product, unit
"""
)
BY_CUSTOMER, BY_PRODUCT = 0, 1

# The sales of a few products, one row per client: what a figure draws and a table names.
SALES = (
    _SALES.replace("{only}", " AND list_contains($products::VARCHAR[], product)")
    + " SELECT customer_id, product, unit, qty, amount FROM sales ORDER BY product, unit, customer_id"
)

# Average prices by family and unit (3.6, 3.14): quantities add up only where the unit is one. A credit note with
# neither quantity nor unit counts in the unit of its client for its product, as above, else in the one unit of its
# family, else in a row without unit.
FAMILY_PRICES = """
WITH lines AS (
    SELECT customer_id, product, family, coalesce(unit, '') AS unit, invoice_date BETWEEN $n_start AND $n_end AS now,
           unit IS NULL AND coalesce(qty, 0) = 0 AS is_loose, amount_ht AS amount, qty
    FROM {invoice_lines}
    WHERE (invoice_date BETWEEN $n_start AND $n_end OR invoice_date BETWEEN $n1_start AND $n1_end)
          AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff') AND (qty <> 0 OR amount_ht < 0)
), cells AS (
    SELECT family, unit, now, sum(amount) AS amount, sum(qty) AS qty FROM lines WHERE NOT is_loose GROUP BY ALL
), loose AS (
    SELECT customer_id, product, family, now, sum(amount) AS amount FROM lines WHERE is_loose GROUP BY ALL
), owners AS (
    SELECT lines.customer_id, lines.product, lines.now, min(unit) AS unit
    FROM lines JOIN (SELECT DISTINCT customer_id, product, now FROM loose) AS wanted USING (customer_id, product, now)
    WHERE NOT is_loose GROUP BY ALL HAVING min(unit) = max(unit) OR min(unit) = ''
), families AS (
    SELECT family, now, min(unit) AS unit FROM cells GROUP BY ALL HAVING min(unit) = max(unit)
), placed AS (
    SELECT * FROM cells
    UNION ALL
    SELECT loose.family, coalesce(owners.unit, families.unit, ''), loose.now, amount, NULL
    FROM loose LEFT JOIN owners USING (customer_id, product, now)
    LEFT JOIN families ON loose.family IS NOT DISTINCT FROM families.family AND loose.now = families.now
)
SELECT family, unit,
       (sum(amount) FILTER (now) * 100)::BIGINT AS revenue_n, sum(qty) FILTER (now)::DOUBLE AS qty_n,
       (sum(amount) FILTER (NOT now) * 100)::BIGINT AS revenue_n1, sum(qty) FILTER (NOT now)::DOUBLE AS qty_n1
FROM placed GROUP BY ALL ORDER BY revenue_n DESC NULLS LAST, family, unit
"""

HAS_QUANTITIES = """
SELECT count(*) FILTER (qty <> 0) > 0 AS quantities, count(product) > 0 AS products,
       coalesce(min(coalesce(unit, '')) <> max(coalesce(unit, '')), false) AS several_units
FROM {invoice_lines} WHERE invoice_date <= $as_of
"""

# 2.10. Quantities stand with the amounts they explain, on the date of the revenue, so that the parts add up to the
# change of revenue. A product of a client is kept, new or stopped by its net quantities; what has no quantity, is
# cut-off, or came in two units of one product is not decomposable. There may be as many products of clients as
# lines, so their rows are narrow (64 bits: whole cents, exact; quantities summed as decimals, so that what came back
# whole is zero and the smallest is not; units as hashes) and clients come in ``$parts`` rounds. Families part the
# products only where a company sells in several units (``$by_family``).
PRICE_VOLUME_MIX = """
WITH lines AS (
    SELECT customer_id, product, hash(coalesce(unit, '')) AS unit, round(amount_ht::DOUBLE * 100) AS cents,
           coalesce(qty, 0) AS qty,
           coalesce(accounting_date, invoice_date) >= $n_start AS now,
           product IS NOT NULL AND coalesce(qty, 0) <> 0 AND coalesce(doc_type, '') <> 'cutoff' AS plain
    FROM {invoice_lines}
    WHERE coalesce(accounting_date, invoice_date) BETWEEN $n1_start AND $n_end
          AND customer_id IS NOT NULL AND hash(customer_id) % $parts = $part
          AND coalesce(doc_type, '') <> 'deposit'
), cells AS (
    SELECT customer_id, product, min(unit) FILTER (plain) AS unit, max(unit) FILTER (plain) AS other_unit,
           sum(CASE WHEN plain AND now THEN cents ELSE 0 END) AS amount_n,
           sum(CASE WHEN plain AND NOT now THEN cents ELSE 0 END) AS amount_n1,
           sum(CASE WHEN plain AND now THEN qty ELSE 0 END)::DOUBLE AS qty_n,
           sum(CASE WHEN plain AND NOT now THEN qty ELSE 0 END)::DOUBLE AS qty_n1,
           sum(CASE WHEN plain THEN 0 WHEN now THEN cents ELSE -cents END) AS loose
    FROM lines GROUP BY customer_id, product
), kinds AS (
    SELECT *,
           CASE WHEN unit <> other_unit THEN 'loose' WHEN qty_n > 0 AND qty_n1 > 0 THEN 'kept'
                WHEN qty_n > 0 THEN 'new' WHEN qty_n1 > 0 THEN 'stopped' ELSE 'loose' END AS kind
    FROM cells
), families AS (
    SELECT product, min(family) AS family FROM {invoice_lines}
    WHERE $by_family AND product IS NOT NULL AND coalesce(accounting_date, invoice_date) <= $n_end GROUP BY product
)
SELECT customer_id, coalesce(family, '') AS family, coalesce(unit, 0) AS unit,
       count(*) FILTER (kind = 'kept') AS products,
       {kept_n} AS amount_n, {kept_n1} AS amount_n1,
       coalesce(sum(qty_n) FILTER (kind = 'kept'), 0) AS qty_n,
       coalesce(sum(qty_n1) FILTER (kind = 'kept'), 0) AS qty_n1,
       coalesce(sum(amount_n1 / qty_n1 * qty_n) FILTER (kind = 'kept'), 0) AS at_old_prices,
       {new} AS new_products, {stopped} AS stopped_products, {loose} AS not_decomposable
FROM kinds LEFT JOIN families USING (product) GROUP BY ALL ORDER BY ALL
"""


def _cents(amount: str) -> str:
    return f"coalesce(sum({amount}), 0)::BIGINT"


PRICE_VOLUME_MIX = (
    PRICE_VOLUME_MIX.replace("{kept_n}", _cents("CASE WHEN kind = 'kept' THEN amount_n END"))
    .replace("{kept_n1}", _cents("CASE WHEN kind = 'kept' THEN amount_n1 END"))
    .replace("{new}", _cents("CASE WHEN kind = 'new' THEN amount_n END"))
    .replace("{stopped}", _cents("CASE WHEN kind = 'stopped' THEN -amount_n1 END"))
    .replace(
        "{loose}",
        _cents(
            "loose + CASE kind WHEN 'kept' THEN 0 WHEN 'new' THEN -amount_n1 WHEN 'stopped' THEN amount_n "
            "ELSE amount_n - amount_n1 END"
        ),
    )
)
