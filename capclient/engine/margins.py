"""The operations of margins: what is known of costs, why margins changed, what was given back (section 4).

Floor 3. One scan reduces lines to a row per client, family or product with its three years; amounts leave as whole
cents. A line without cost is in no margin: neither its amount nor anything in its place (4.1).
"""

from __future__ import annotations

BY_CUSTOMER, BY_FAMILY, BY_PRODUCT, OVERALL = 3, 5, 6, 7

# Sums of whole cents are exact in 64 bits and four times cheaper than in DECIMAL. ``size_*`` add up amounts whatever
# their sign: coverage measured on net revenue would pass 100 % as soon as a credit note has no cost.
_MARGINS = """
WITH lines AS (
    SELECT customer_id, family, product, round(amount_ht::DOUBLE * 100) AS amount, round(cost::DOUBLE * 100) AS cost,
           CASE WHEN day >= $n_start THEN 0 WHEN day >= $n1_start THEN 1 ELSE 2 END AS year
    FROM (SELECT *, coalesce(accounting_date, invoice_date) AS day FROM {invoice_lines})
    WHERE day BETWEEN $n2_start AND $n_end AND coalesce(doc_type, '') <> 'deposit'
)
SELECT grouping(customer_id, family, product) AS grain, customer_id, family, product,
       {years}
FROM lines GROUP BY GROUPING SETS ((customer_id), {sets} ())
ORDER BY grain, customer_id NULLS FIRST, family NULLS FIRST, product NULLS FIRST
"""
_YEAR = """
       count(*) FILTER (year = {n}) AS lines_{name},
       coalesce(sum(amount) FILTER (year = {n}), 0)::BIGINT AS revenue_{name},
       coalesce(sum(abs(amount)) FILTER (year = {n}), 0)::BIGINT AS size_{name},
       coalesce(sum(amount) FILTER (year = {n} AND cost IS NOT NULL), 0)::BIGINT AS costed_{name},
       coalesce(sum(abs(amount)) FILTER (year = {n} AND cost IS NOT NULL), 0)::BIGINT AS costed_size_{name},
       coalesce(sum(cost) FILTER (year = {n}), 0)::BIGINT AS cost_{name},
       coalesce(sum(amount) FILTER (year = {n} AND cost IS NULL AND amount < 0), 0)::BIGINT AS bare_{name}"""
_YEARS = ",".join(_YEAR.format(n=place, name=name) for place, name in enumerate(("n", "n1", "n2")))


def margins(*, by: tuple[str, ...] = ("family", "product")) -> str:
    """Return the operation that sums revenue, revenue of known cost and cost of N, N-1 and N-2 by client and ``by``.

    Rows: ``grain`` (:data:`BY_CUSTOMER` ...), the keys, and for each year ``lines``, ``revenue``, ``size`` (absolute),
    ``costed`` (revenue of known cost), ``costed_size``, ``cost`` and ``bare`` (negative, without cost), in cents.
    """
    sets = " ".join(f"({name})," for name in by)
    return _MARGINS.replace("{sets}", sets).replace("{years}", _YEARS.strip())


# F04: like price, volume and mix (2.10), on margins. A product of a client with a line of unknown cost cannot be
# compared; narrow rows and ``$parts`` rounds, as in :mod:`capclient.engine.prices`.
MARGIN_CAUSES = """
WITH lines AS (
    SELECT customer_id, product, hash(coalesce(unit, '')) AS unit, round(amount_ht::DOUBLE * 100) AS cents,
           round(cost::DOUBLE * 100) AS cost, coalesce(qty::DOUBLE, 0) AS qty,
           coalesce(accounting_date, invoice_date) >= $n_start AS now,
           product IS NOT NULL AND coalesce(qty::DOUBLE, 0) <> 0 AND coalesce(doc_type, '') <> 'cutoff' AS plain
    FROM {invoice_lines}
    WHERE coalesce(accounting_date, invoice_date) BETWEEN $n1_start AND $n_end
          AND customer_id IS NOT NULL AND hash(customer_id) % $parts = $part
          AND coalesce(doc_type, '') <> 'deposit'
), cells AS (
    SELECT customer_id, product, min(unit) FILTER (plain) AS unit, max(unit) FILTER (plain) AS other_unit,
           coalesce(bool_or(plain AND cost IS NULL), false) AS is_unknown,
           sum(CASE WHEN known AND now THEN cents ELSE 0 END) AS amount_n,
           sum(CASE WHEN known AND NOT now THEN cents ELSE 0 END) AS amount_n1,
           sum(CASE WHEN known AND now THEN cost ELSE 0 END) AS cost_n,
           sum(CASE WHEN known AND NOT now THEN cost ELSE 0 END) AS cost_n1,
           round(sum(CASE WHEN known AND now THEN qty ELSE 0 END), 6) AS qty_n,
           round(sum(CASE WHEN known AND NOT now THEN qty ELSE 0 END), 6) AS qty_n1,
           sum(CASE WHEN known OR cost IS NULL THEN 0 WHEN now THEN cents - cost ELSE cost - cents END) AS loose
    FROM (SELECT *, plain AND cost IS NOT NULL AS known FROM lines) GROUP BY customer_id, product
), kinds AS (
    SELECT *, amount_n - cost_n AS margin_n, amount_n1 - cost_n1 AS margin_n1,
           CASE WHEN is_unknown OR unit <> other_unit THEN 'loose' WHEN qty_n > 0 AND qty_n1 > 0 THEN 'kept'
                WHEN qty_n > 0 THEN 'new' WHEN qty_n1 > 0 THEN 'stopped' ELSE 'loose' END AS kind
    FROM cells
), families AS (
    SELECT product, min(family) AS family FROM {invoice_lines} WHERE $by_family AND product IS NOT NULL GROUP BY product
)
SELECT customer_id, coalesce(family, '') AS family, coalesce(unit, 0) AS unit,
       count(*) FILTER (kind = 'kept') AS products,
       {kept_sums}
       coalesce(sum(qty_n) FILTER (kind = 'kept'), 0) AS qty_n,
       coalesce(sum(qty_n1) FILTER (kind = 'kept'), 0) AS qty_n1,
       coalesce(sum(amount_n1 / qty_n1 * qty_n) FILTER (kind = 'kept'), 0) AS at_old_prices,
       coalesce(sum(cost_n1 / qty_n1 * qty_n) FILTER (kind = 'kept'), 0) AS at_old_costs,
       coalesce(sum(CASE WHEN kind = 'new' THEN margin_n END), 0)::BIGINT AS new_products,
       coalesce(sum(CASE WHEN kind = 'stopped' THEN -margin_n1 END), 0)::BIGINT AS stopped_products,
       coalesce(sum(loose + CASE kind WHEN 'kept' THEN 0 WHEN 'new' THEN -margin_n1 WHEN 'stopped' THEN margin_n
                                      ELSE margin_n - margin_n1 END), 0)::BIGINT AS not_decomposable
FROM kinds LEFT JOIN families USING (product) GROUP BY ALL ORDER BY ALL
""".replace(
    "{kept_sums}",
    "\n       ".join(
        f"coalesce(sum({name}) FILTER (kind = 'kept'), 0)::BIGINT AS {name},"
        for name in ("amount_n", "amount_n1", "cost_n", "cost_n1")
    ),
)

# 4.8: credit notes, and the negative lines of invoices (rebates; accounts 709 in a FEC), against gross invoices. Dated
# like orders; without a declared type a document of negative total is a credit note.
REDUCTIONS = """
WITH documents AS (
    SELECT customer_id, invoice_id, invoice_date >= $n_start AS now, doc_type, sum(cents) AS total,
           sum(greatest(cents, 0)) AS gross, sum(least(cents, 0)) AS rebated
    FROM (SELECT *, round(amount_ht::DOUBLE * 100) AS cents FROM {invoice_lines})
    WHERE invoice_date BETWEEN $n1_start AND $n_end AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
    GROUP BY customer_id, invoice_id, invoice_date, doc_type
), kinds AS (
    SELECT *, coalesce(doc_type, CASE WHEN total < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind FROM documents
)
SELECT grouping(customer_id) AS is_total, customer_id,
       {years}
FROM kinds GROUP BY GROUPING SETS ((customer_id), ()) ORDER BY is_total, customer_id NULLS FIRST
""".replace(
    "{years}",
    ",\n       ".join(
        f"coalesce(sum(gross) FILTER ({when} AND kind = 'invoice'), 0)::BIGINT AS invoiced_{name},\n"
        f"       coalesce(sum(rebated) FILTER ({when} AND kind = 'invoice'), 0)::BIGINT AS rebated_{name},\n"
        f"       coalesce(sum(total) FILTER ({when} AND kind = 'credit_note'), 0)::BIGINT AS credited_{name},\n"
        f"       count(*) FILTER ({when} AND kind = 'credit_note') AS credit_notes_{name}"
        for name, when in (("n", "now"), ("n1", "NOT now"))
    ),
)

# What counts as an order, an invoice or a credit note in N when no sheet gives these drivers (4.3). Orders are those of
# every other count of orders (3.2): an invoice may deliver several, and one that is delivered twice was placed once.
DOCUMENTS = """
WITH documents AS (
    SELECT customer_id, invoice_id, doc_type, sum(amount_ht) AS total
    FROM {invoice_lines}
    WHERE invoice_date BETWEEN $n_start AND $n_end AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
    GROUP BY customer_id, invoice_id, invoice_date, doc_type
), kinds AS (
    SELECT *, coalesce(doc_type, CASE WHEN total < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind FROM documents
)
SELECT kinds.customer_id, coalesce(any_value(orders), 0)::BIGINT AS "order",
       count(*) FILTER (kind = 'invoice') AS invoice, count(*) FILTER (kind = 'credit_note') AS credit_note
FROM kinds LEFT JOIN (
    SELECT customer_id, sum(orders) AS orders FROM {customer_days} WHERE day BETWEEN $n_start AND $n_end GROUP BY ALL
) AS begun ON kinds.customer_id IS NOT DISTINCT FROM begun.customer_id
GROUP BY kinds.customer_id ORDER BY kinds.customer_id NULLS FIRST
"""

# Balance of each client's account (including VAT, in cents) at the end of each day of ``$days``: its sum over the
# positions booked by then, whatever settles what.
BALANCES = """
SELECT customer_id, (sum(amount) * 100)::BIGINT AS balance
FROM {positions} JOIN (SELECT unnest($days::DATE[]) AS day) ON booked <= day
WHERE customer_id IS NOT NULL GROUP BY customer_id ORDER BY customer_id
"""
