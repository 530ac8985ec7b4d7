"""The operations of purchases: baskets, and who buys which family (sections 3.1 to 3.5).

Floor 3. Behaviour is dated by the day of the document; deposits are no revenue and cut-off entries no behaviour.
Amounts leave as whole cents.
"""

from __future__ import annotations

# One row per client, one per class of basket and one for all (``grain``). A document without a declared type is a
# credit note when its total is negative. The lines of one order make one basket, whatever the invoices, counted in
# the year of its first invoice; lines without order are of the one order of their invoice, else the invoice stands
# for them (3.2, as client x day counts orders). Classes of baskets are tenths of a power of ten, so that a histogram
# needs no invoice.
_KINDS = """
WITH parts AS (
    SELECT customer_id, invoice_id, invoice_date AS day, doc_type, order_id<seller>, sum(amount_ht) AS amount
    FROM <lines>
    WHERE invoice_date BETWEEN $start AND $end AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
    GROUP BY ALL
), documents AS (
    SELECT customer_id, invoice_id, day, doc_type, sum(amount) AS total, min(order_id) AS order_id,
           max(order_id) AS last_order
    FROM parts GROUP BY ALL
), bearing AS (
    SELECT DISTINCT lines.customer_id, invoice_id, invoice_date AS day, doc_type, lines.order_id
    FROM {invoice_lines} AS lines
    JOIN (SELECT DISTINCT customer_id, order_id FROM parts WHERE order_id IS NOT NULL) AS wanted
         ON lines.order_id = wanted.order_id AND lines.customer_id IS NOT DISTINCT FROM wanted.customer_id
    WHERE invoice_date < $start AND coalesce(doc_type, 'invoice') = 'invoice'
), before AS (
    SELECT DISTINCT bearing.customer_id, bearing.order_id FROM bearing JOIN (
        SELECT lines.customer_id, lines.invoice_id, lines.invoice_date, lines.doc_type, sum(amount_ht) AS total
        FROM {invoice_lines} AS lines JOIN (SELECT DISTINCT * EXCLUDE (order_id) FROM bearing) AS known
             ON lines.customer_id IS NOT DISTINCT FROM known.customer_id AND lines.invoice_date = known.day
                AND lines.invoice_id IS NOT DISTINCT FROM known.invoice_id
                AND lines.doc_type IS NOT DISTINCT FROM known.doc_type
        GROUP BY ALL
    ) AS totals
         ON totals.customer_id IS NOT DISTINCT FROM bearing.customer_id AND totals.invoice_date = bearing.day
            AND totals.invoice_id IS NOT DISTINCT FROM bearing.invoice_id
            AND totals.doc_type IS NOT DISTINCT FROM bearing.doc_type
    WHERE totals.doc_type IS NOT NULL OR total >= 0
), kinds AS (
    SELECT parts.customer_id, parts.invoice_id, parts.day, parts.amount<seller>,
           coalesce(parts.doc_type, CASE WHEN total < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind,
           coalesce(parts.order_id, CASE WHEN documents.order_id = last_order THEN last_order END) AS order_id
    FROM parts JOIN documents
         ON parts.customer_id IS NOT DISTINCT FROM documents.customer_id AND parts.day = documents.day
            AND parts.invoice_id IS NOT DISTINCT FROM documents.invoice_id
            AND parts.doc_type IS NOT DISTINCT FROM documents.doc_type
"""

BASKETS = (
    _KINDS.replace("<seller>", "").replace("<lines>", "{invoice_lines}")
    + """), baskets AS (
    SELECT kinds.customer_id, kind, before.order_id IS NULL AS begins, (sum(amount) * 100)::BIGINT AS cents
    FROM kinds LEFT JOIN before
         ON kinds.order_id = before.order_id AND kinds.customer_id IS NOT DISTINCT FROM before.customer_id
    GROUP BY kinds.customer_id, kind, begins, kinds.order_id,
         CASE WHEN kinds.order_id IS NULL THEN invoice_id END, CASE WHEN kinds.order_id IS NULL THEN day END
), classed AS (
    SELECT *, kind = 'invoice' AND begins AS counts,
           CASE WHEN kind = 'invoice' AND begins AND cents > 0
                THEN floor(10 * log10(cents / 100) + 1e-9)::INTEGER END AS class
    FROM baskets
)
SELECT grouping(customer_id, class) AS grain, customer_id, class,
       coalesce(sum(cents), 0)::BIGINT AS net,
       coalesce(sum(cents) FILTER (kind = 'invoice'), 0)::BIGINT AS invoiced,
       coalesce(sum(cents) FILTER (kind = 'credit_note'), 0)::BIGINT AS credited,
       count(*) FILTER (counts) AS baskets, median(cents) FILTER (counts) AS median_basket
FROM classed GROUP BY GROUPING SETS ((customer_id), (class), ())
ORDER BY grain, customer_id NULLS FIRST, class
"""
)
BY_CUSTOMER, BY_CLASS, OVERALL = 1, 2, 3

# A family is bought when an invoice line of it is positive: a credit note is no purchase, and does not undo one, not
# even with a positive line (a correction of a return).
_NOTES = """
WITH lowered AS (
    SELECT DISTINCT customer_id, invoice_id, invoice_date FROM {invoice_lines}
    WHERE invoice_date BETWEEN $start AND $end AND doc_type IS NULL AND amount_ht < 0
), notes AS (
    SELECT lines.customer_id, lines.invoice_id, lines.invoice_date, true AS is_note
    FROM {invoice_lines} AS lines JOIN lowered
         ON lines.customer_id IS NOT DISTINCT FROM lowered.customer_id AND lines.invoice_date = lowered.invoice_date
            AND lines.invoice_id IS NOT DISTINCT FROM lowered.invoice_id
    WHERE doc_type IS NULL GROUP BY ALL HAVING sum(amount_ht) < 0 AND max(amount_ht) > 0
)
"""
_BOUGHT = """bool_or(
           amount_ht > 0 AND coalesce(doc_type, CASE WHEN is_note THEN 'credit_note' ELSE 'invoice' END) = 'invoice'
       )"""
_FAMILY_LINES = """FROM <lines> AS lines LEFT JOIN notes
     ON lines.customer_id IS NOT DISTINCT FROM notes.customer_id AND lines.invoice_date = notes.invoice_date
        AND lines.invoice_id IS NOT DISTINCT FROM notes.invoice_id
WHERE lines.invoice_date BETWEEN $start AND $end AND family IS NOT NULL
      AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
"""
FAMILY_CUBE = f"""{_NOTES}
SELECT lines.customer_id, family, (sum(amount_ht) * 100)::BIGINT AS revenue, {_BOUGHT} AS bought
{_FAMILY_LINES}GROUP BY ALL ORDER BY lines.customer_id NULLS FIRST, family
""".replace("<lines>", "{invoice_lines}")

# What each family brought to the whole company, and what of it no client answers for: revenue, cut-off included, on
# its accounting date. Year-end entries may move an account to another there, far from any client.
FAMILY_TOTALS = """
SELECT family, (sum(amount_ht) * 100)::BIGINT AS revenue,
       (coalesce(sum(amount_ht) FILTER (customer_id IS NULL), 0) * 100)::BIGINT AS unassigned
FROM {invoice_lines}
WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AND coalesce(doc_type, '') <> 'deposit'
      AND family IS NOT NULL
GROUP BY family ORDER BY family
"""

# Whether any document of the period bears an order number: without one, an order is an invoice (3.2).
HAS_ORDERS = """
SELECT count(order_id) > 0 AS orders FROM {invoice_lines} WHERE invoice_date BETWEEN $start AND $end
"""

# What each salesperson sold (1.12). The one of the line counts; ``$sellers`` are those of ``$clients``, for the lines
# that name none. Clients outside the list (pooled codes) are left out.
_SOLD = """(
        SELECT invoice_lines.*, coalesce(nullif(trim(invoice_lines.salesperson), ''), own.seller) AS seller
        FROM {invoice_lines} AS invoice_lines
        JOIN (SELECT unnest($clients::VARCHAR[]) AS customer_id, unnest($sellers::VARCHAR[]) AS seller) AS own
             USING (customer_id)
    )"""

# One row per client and salesperson. Money on its accounting date, as the revenue of clients; deposits are none.
SELLERS = f"""
SELECT customer_id, seller, coalesce(sum(amount_ht) FILTER (coalesce(doc_type, '') <> 'deposit') * 100, 0)::BIGINT
           AS revenue,
       (sum(cost) * 100)::BIGINT AS cost, (sum(amount_ht) FILTER (cost IS NOT NULL) * 100)::BIGINT AS costed
FROM {_SOLD} WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end GROUP BY ALL ORDER BY ALL
"""

# Orders of each client and salesperson: one that two people share counts for both.
SELLER_ORDERS = (
    _KINDS.replace("<seller>", ", seller").replace("<lines>", _SOLD)
    + """), orders AS (
    SELECT DISTINCT kinds.customer_id, seller, kinds.order_id,
           CASE WHEN kinds.order_id IS NULL THEN invoice_id END AS invoice_id,
           CASE WHEN kinds.order_id IS NULL THEN day END AS day
    FROM kinds LEFT JOIN before ON kinds.order_id = before.order_id AND kinds.customer_id = before.customer_id
    WHERE kind = 'invoice' AND before.order_id IS NULL
)
SELECT customer_id, seller, count(*) AS orders FROM orders GROUP BY ALL ORDER BY ALL
"""
)

# Units sold by each salesperson; returns are taken off. Without unit, everything is one unit.
SELLER_QUANTITIES = f"""
SELECT seller, unit, sum(qty)::DOUBLE AS qty
FROM {_SOLD}
WHERE qty IS NOT NULL AND invoice_date BETWEEN $start AND $end AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
GROUP BY ALL ORDER BY ALL
"""

# Families sold by each salesperson.
SELLER_FAMILIES = f"""{_NOTES}SELECT seller, count(*) AS families
FROM (SELECT seller, family {_FAMILY_LINES}GROUP BY ALL HAVING {_BOUGHT}) GROUP BY ALL ORDER BY ALL
""".replace("<lines>", _SOLD)
