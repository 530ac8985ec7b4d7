"""The operations of purchases: baskets, and who buys which family (sections 3.1 to 3.5).

Floor 3. Behaviour is dated by the day of the document; deposits are no revenue and cut-off entries no behaviour.
Amounts leave as whole cents.
"""

from __future__ import annotations

# One row per client, one per class of basket and one for all (``grain``). A document without a declared type is a
# credit note when its total is negative; the invoices of one order make one basket, counted in the year it began.
# Classes of baskets are tenths of a power of ten, so that a histogram needs no invoice.
BASKETS = """
WITH documents AS (
    SELECT customer_id, invoice_id, invoice_date AS day, doc_type, min(order_id) AS order_id, sum(amount_ht) AS amount
    FROM {invoice_lines}
    WHERE invoice_date BETWEEN $start AND $end AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
    GROUP BY ALL
), begun AS (
    SELECT customer_id, order_id, min(invoice_date) AS day FROM {invoice_lines}
    WHERE order_id IS NOT NULL AND coalesce(doc_type, 'invoice') = 'invoice' AND invoice_date <= $end GROUP BY ALL
), kinds AS (
    SELECT documents.*, coalesce(doc_type, CASE WHEN amount < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind,
           begun.day >= $start OR documents.order_id IS NULL AS begins
    FROM documents LEFT JOIN begun
         ON documents.order_id = begun.order_id AND documents.customer_id IS NOT DISTINCT FROM begun.customer_id
), baskets AS (
    SELECT customer_id, kind, begins, (sum(amount) * 100)::BIGINT AS cents
    FROM kinds GROUP BY customer_id, kind, begins, coalesce(order_id, invoice_id),
         CASE WHEN order_id IS NULL THEN day END
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
BY_CUSTOMER, BY_CLASS, OVERALL = 1, 2, 3

# A family is bought when an invoice line of it is positive: a credit note is no purchase, and does not undo one.
FAMILY_CUBE = """
SELECT customer_id, family, (sum(amount_ht) * 100)::BIGINT AS revenue, bool_or(amount_ht > 0) AS bought
FROM {invoice_lines}
WHERE invoice_date BETWEEN $start AND $end AND family IS NOT NULL
      AND coalesce(doc_type, '') NOT IN ('deposit', 'cutoff')
GROUP BY ALL ORDER BY customer_id NULLS FIRST, family
"""
