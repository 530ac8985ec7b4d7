"""Customers' accounts of Dolibarr: items, payments, and what settles what.

Floor 2. Dolibarr keeps no customer account: a debt is the total of an invoice, payments name the invoices they pay,
and a credit that moves from one invoice to another is a line of ``societe_remise_except``, used as a payment
(``fk_facture``) or as a line of an invoice (``fk_facture_line``).
"""

from __future__ import annotations

import duckdb

PAID = """
CREATE OR REPLACE TEMP TABLE dolibarr_paid AS
SELECT id::BIGINT AS id, 'paiement-' || payment || '-' || id AS name, invoice::BIGINT AS invoice,
       amount::DECIMAL(18,2) AS amount, day::DATE AS day, mode
FROM dolibarr_paiement_facture WHERE amount::DECIMAL(18,2) <> 0
"""

# Where a credit from another invoice ends: the invoice that it pays, or the one whose line it is.
USED = """
CREATE OR REPLACE TEMP TABLE dolibarr_used AS
SELECT discount.id, discount.source, source_type, amount, 'remise-' || discount.id AS name,
       discount.line IS NOT NULL AS is_line, target.id AS target, target.soc,
       greatest(target.day, coalesce(discount.day, target.day)) AS day, target.day AS target_day
FROM dolibarr_discounts AS discount
     LEFT JOIN dolibarr_lines AS line ON line.id = discount.line
     JOIN dolibarr_invoices AS target ON target.id = coalesce(discount.invoice, line.invoice)
     JOIN dolibarr_invoices AS origin ON origin.id = discount.source
WHERE target.is_kept AND origin.is_kept
"""

# What the invoice itself asks for, and how far it is settled: payments, credits used as payments.
STATES = """
CREATE OR REPLACE TEMP TABLE dolibarr_states AS
SELECT invoices.*, 'facture-' || invoices.id AS name, total_ttc::DECIMAL(18,2) AS amount,
       coalesce(paid.amount, 0)::DECIMAL(18,2) AS paid, coalesce(used.amount, 0)::DECIMAL(18,2) AS used,
       (invoices.total_ttc::DECIMAL(18,2) - coalesce(paid.amount, 0) - coalesce(used.amount, 0))::DECIMAL(18,2)
           AS remaining, paid.last_day
FROM dolibarr_invoices AS invoices
     LEFT JOIN (SELECT invoice AS id, sum(amount) AS amount, max(day) AS last_day FROM dolibarr_paid GROUP BY invoice)
          AS paid USING (id)
     LEFT JOIN (SELECT target AS id, sum(amount) AS amount FROM dolibarr_used WHERE NOT is_line GROUP BY target)
          AS used USING (id)
WHERE is_kept
"""

# An invoice closed before it is paid: a loss when the customer does not pay or the sale was given up, else a
# discount for early payment, a bank charge or a tax withheld, which are no money.
CLOSED = """
CREATE OR REPLACE TEMP TABLE dolibarr_closed AS
SELECT 'cloture-' || id AS name, id AS invoice, soc, ref, remaining AS amount, coalesce(closed, last_day, day) AS day,
       status = 3 OR close_code IN ('badcustomer', 'abandon') AS is_loss
FROM dolibarr_states WHERE type <> 2 AND remaining > 0 AND (status = 3 OR (status = 2 AND close_code <> ''))
"""

# What the payments of an invoice settle, in order: those that came back, the invoice, then what was received in excess
# and used elsewhere. Both sides are laid end to end and cut where they meet.
PAID_FOR = """
CREATE OR REPLACE TEMP TABLE dolibarr_paid_for AS
WITH credit AS (
    SELECT paid.name, paid.invoice, paid.amount, paid.day,
           sum(paid.amount) OVER (PARTITION BY paid.invoice ORDER BY back.amount IS NULL, paid.day, paid.id
                                  ROWS UNBOUNDED PRECEDING) AS upto
    FROM dolibarr_paid AS paid JOIN dolibarr_states AS states ON states.id = paid.invoice AND states.type <> 2
         LEFT JOIN (SELECT DISTINCT invoice, -amount AS amount FROM dolibarr_paid WHERE amount < 0) AS back
              ON back.invoice = paid.invoice AND back.amount = paid.amount
    WHERE paid.amount > 0
),
debit AS (
    SELECT invoice, name, -amount AS amount, 0 AS rank, id FROM dolibarr_paid WHERE amount < 0
    UNION ALL
    SELECT id, name, greatest(states.amount - used - coalesce(closed.amount, 0), 0), 1, id
    FROM dolibarr_states AS states LEFT JOIN (SELECT invoice AS id, amount FROM dolibarr_closed) AS closed USING (id)
    UNION ALL
    SELECT source, CASE WHEN is_line THEN name ELSE 'facture-' || target END, amount, 2, id
    FROM dolibarr_used WHERE source_type NOT IN (2, 3)
),
laid AS (
    SELECT *, sum(amount) OVER (PARTITION BY invoice ORDER BY rank, id ROWS UNBOUNDED PRECEDING) AS upto FROM debit
    WHERE amount > 0
)
SELECT laid.name AS debit_id, credit.name AS credit_id,
       (least(laid.upto, credit.upto) - greatest(laid.upto - laid.amount, credit.upto - credit.amount))::DECIMAL(18,2)
           AS amount, credit.day AS date
FROM laid JOIN credit ON credit.invoice = laid.invoice AND laid.upto > credit.upto - credit.amount
                      AND laid.upto - laid.amount < credit.upto
"""

SETTLED = """
CREATE OR REPLACE TEMP TABLE dolibarr_settled AS
FROM dolibarr_paid_for
UNION ALL  -- a credit note that pays an invoice, or is a line of one
SELECT CASE WHEN is_line THEN used.name ELSE 'facture-' || target END, states.name, used.amount, states.day
FROM dolibarr_used AS used JOIN dolibarr_states AS states ON states.id = used.source WHERE source_type = 2
UNION ALL  -- a deposit that pays an invoice
SELECT 'facture-' || target, name, amount, day FROM dolibarr_used WHERE source_type = 3 AND NOT is_line
UNION ALL  -- a credit note paid back
SELECT paid.name, states.name, -paid.amount, states.day
FROM dolibarr_paid AS paid JOIN dolibarr_states AS states ON states.id = paid.invoice
WHERE states.type = 2 AND paid.amount < 0
UNION ALL  -- an invoice closed before it is paid
SELECT 'facture-' || invoice, name, amount, day FROM dolibarr_closed
"""

PAYMENTS = """
(SELECT paid.name AS payment_id, customer_id, ref AS invoice_id, paid.day AS date, paid.amount,
        CASE WHEN paid.amount < 0 AND type <> 2 THEN 'reject' ELSE 'payment' END AS kind, mode AS method
 FROM dolibarr_paid AS paid JOIN dolibarr_states AS states ON states.id = paid.invoice
      JOIN dolibarr_keys USING (soc)
 UNION ALL
 SELECT name, customer_id, ref, day, amount, 'loss', NULL FROM dolibarr_closed JOIN dolibarr_keys USING (soc)
 WHERE is_loss)
"""

# A deposit used as a payment is a credit that its own invoice, paid, does not show; a credit note or an excess used as
# a line lowers the invoice, and its credit must not count again.
ITEMS = """
(SELECT states.name AS item_id, customer_id, ref AS invoice_id,
        CASE type WHEN 2 THEN 'credit_note' WHEN 3 THEN 'deposit' ELSE 'invoice' END AS kind, day AS date,
        CASE WHEN type <> 2 THEN due END AS due_date, amount, status = 3 AS doubtful
 FROM dolibarr_states AS states JOIN dolibarr_keys USING (soc) WHERE amount <> 0
 UNION ALL
 SELECT used.name, customer_id, NULL, CASE WHEN is_line THEN 'other' ELSE 'deposit' END,
        CASE WHEN is_line THEN target_day ELSE day END, NULL, CASE WHEN is_line THEN amount ELSE -amount END, false
 FROM dolibarr_used AS used JOIN dolibarr_keys USING (soc)
 WHERE (source_type = 3 AND NOT is_line) OR (source_type <> 3 AND is_line)
 UNION ALL
 SELECT closed.name, customer_id, ref, 'other', day, NULL, -amount, false
 FROM dolibarr_closed AS closed JOIN dolibarr_keys USING (soc) WHERE NOT is_loss)
"""

ALLOCATIONS = (
    "(SELECT debit_id, credit_id, amount, date, 'dolibarr' AS method FROM dolibarr_settled WHERE amount <> 0)"
)

CHECKS = {
    "dolibarr_revenue": """
        SELECT round(lines.ht, 2) AS computed, round(total_ht, 2) AS expected
        FROM dolibarr_states LEFT JOIN (SELECT invoice AS id, sum(ht) AS ht FROM dolibarr_lines GROUP BY invoice)
             AS lines USING (id)""",
    "dolibarr_totals": """
        SELECT round(lines.ttc, 2) AS computed, round(total_ttc - coalesce(stamp, 0), 2) AS expected
        FROM dolibarr_states LEFT JOIN (SELECT invoice AS id, sum(ttc) AS ttc FROM dolibarr_lines GROUP BY invoice)
             AS lines USING (id)""",
    # what is left of each invoice: nothing once it is classified paid, else its total less what was received
    "dolibarr_remaining": """
        SELECT states.amount - coalesce(settled.amount, 0) + coalesce(given.amount, 0) AS computed,
               CASE WHEN type = 2 THEN states.amount - paid + coalesce(moved.amount, 0)
                    WHEN is_paid OR status = 3 THEN 0 ELSE greatest(remaining, 0) END AS expected
        FROM dolibarr_states AS states
             LEFT JOIN (SELECT debit_id AS name, sum(amount) AS amount FROM dolibarr_settled GROUP BY ALL) AS settled
                  USING (name)
             LEFT JOIN (SELECT credit_id AS name, sum(amount) AS amount FROM dolibarr_settled GROUP BY ALL) AS given
                  USING (name)
             LEFT JOIN (SELECT source AS id, sum(amount) AS amount FROM dolibarr_used GROUP BY ALL) AS moved
                  USING (id)""",
}


def make_items(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that payments, items, allocations and checks read; run once lines are there."""
    for statement in (PAID, USED, STATES, CLOSED, PAID_FOR, SETTLED):
        con.execute(statement)
