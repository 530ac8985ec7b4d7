"""Customers' accounts of Odoo: items, payments, and what settles what.

Floor 2. Everything on a customer's account is one entry here, so that balances are those of Odoo. A credit that holds
both money and a loss (a payment registered with a write-off on 654) is two payments.
"""

from __future__ import annotations

import duckdb

from capclient.readers.database.canonical import UNKNOWN
from capclient.readers.sql_text import literal

OPENING_JOURNALS = "('AN', 'ANO', 'RAN', 'RN', 'OUV', 'REP', 'OPEN')"

# What stands against the customers' accounts in a move.
AGAINST = """
CREATE OR REPLACE TEMP TABLE odoo_against AS
SELECT move, count(*) FILTER (is_receivable) AS receivables,
       bool_or(NOT is_receivable AND (is_cash OR regexp_matches(code, '^5[1348]'))) AS has_cash,
       coalesce(sum(balance) FILTER (regexp_matches(code, '^(654|6714)')), 0) AS loss,
       bool_or(starts_with(code, '519')) AS has_factor,
       bool_or(regexp_matches(code, '^(40|421|455|46|47)')) AS has_netting,
       bool_or(regexp_matches(code, '^[67]')) AS has_result,
       bool_and(starts_with(code, '419')) FILTER (kind = 'product') AS is_deposit
FROM odoo_lines GROUP BY move
"""

ENTRIES = f"""
CREATE OR REPLACE TEMP TABLE odoo_entries AS
WITH kinds AS (
    SELECT line.id, line.move, coalesce(line.customer::VARCHAR, {literal(UNKNOWN)}) AS customer_id, line.date,
           line.date_maturity, line.balance, line.residual, move.number, move.journal, move.is_sale, move.invoice_date,
           CASE WHEN is_sale AND coalesce(against.is_deposit, false) AND move_type <> 'out_refund' THEN 'deposit'
                WHEN move_type IN ('out_invoice', 'out_receipt') THEN 'invoice'
                WHEN move_type = 'out_refund' THEN 'credit_note'
                WHEN is_exchange THEN 'other'
                WHEN is_settlement OR has_cash THEN 'payment'
                WHEN is_opening OR (journal_code IN {OPENING_JOURNALS} AND NOT has_result) THEN 'opening'
                WHEN loss > 0 AND line.balance < 0 THEN 'loss'
                WHEN has_factor THEN 'factoring'
                WHEN has_netting THEN 'netting'
                ELSE 'other' END AS kind,
           CASE WHEN receivables = 1 AND line.balance < 0 THEN least(greatest(loss, 0), -line.balance) ELSE 0
           END AS loss
    FROM odoo_lines AS line JOIN odoo_moves AS move ON move.id = line.move JOIN odoo_against AS against USING (move)
    WHERE line.is_receivable AND (line.balance <> 0 OR line.residual <> 0)
)
SELECT *, kind IN ('payment', 'loss', 'factoring', 'netting') AS is_settlement FROM kinds
"""

# A move of money that empties a debt of ours: paid back on a credit note, or a payment that came back.
RETURNED = """
CREATE OR REPLACE TEMP TABLE odoo_returned AS
SELECT DISTINCT debit.id FROM odoo_partials AS part JOIN odoo_entries AS debit ON debit.id = part.debit
       JOIN odoo_entries AS credit ON credit.id = part.credit
WHERE debit.kind = 'payment' AND credit.kind = 'payment'
"""

PARTIALS = """
CREATE OR REPLACE TEMP TABLE odoo_partials AS
SELECT id::BIGINT AS id, debit_move_id::BIGINT AS debit, credit_move_id::BIGINT AS credit,
       amount::DECIMAL(18,2) AS amount
FROM odoo_account_partial_reconcile WHERE amount::DECIMAL(18,2) <> 0
"""

# Pieces of an entry from ``low`` to ``high``: one, or the money then the loss.
PIECES = """
CREATE OR REPLACE TEMP TABLE odoo_pieces AS
SELECT *, id::VARCHAR AS name, kind AS piece_kind, 0::DECIMAL(18,2) AS low, abs(balance)::DECIMAL(18,2) AS high
FROM odoo_entries WHERE NOT (kind = 'payment' AND loss > 0)
UNION ALL
SELECT *, id::VARCHAR, 'payment', 0, (-balance - loss)::DECIMAL(18,2)
FROM odoo_entries WHERE kind = 'payment' AND loss > 0 AND loss < -balance
UNION ALL
SELECT *, id || '-654', 'loss', (-balance - loss)::DECIMAL(18,2), (-balance)::DECIMAL(18,2)
FROM odoo_entries WHERE kind = 'payment' AND loss > 0
"""

SETTLED = """
CREATE OR REPLACE TEMP TABLE odoo_settled AS
WITH running AS (
    SELECT *, sum(amount) OVER (PARTITION BY credit ORDER BY id ROWS UNBOUNDED PRECEDING) AS upto FROM odoo_partials
)
SELECT debit, debits.name AS debit_id, debits.number, debits.is_sale, pieces.id AS credit, pieces.name AS credit_id,
       (CASE WHEN count(*) OVER (PARTITION BY running.id) = 1 THEN amount
             ELSE least(upto, high) - greatest(upto - amount, low) END)::DECIMAL(18,2) AS amount, pieces.date
FROM running JOIN odoo_pieces AS pieces ON pieces.id = running.credit
                  AND (pieces.loss = 0 OR pieces.kind <> 'payment' OR (upto > low AND upto - amount < high))
     JOIN (SELECT id, name, number, is_sale FROM odoo_pieces WHERE low = 0) AS debits ON debits.id = running.debit
"""

PAYMENTS = """
(SELECT name AS payment_id, customer_id, paid.invoice_id, date,
        (-sign(balance) * (high - low))::DECIMAL(18,2) AS amount,
        CASE WHEN id IN (SELECT id FROM odoo_returned) THEN 'reject' ELSE piece_kind END AS kind, journal AS method
 FROM odoo_pieces LEFT JOIN (
     SELECT credit_id AS name, any_value(number) AS invoice_id FROM odoo_settled WHERE is_sale
     GROUP BY credit_id HAVING count(DISTINCT number) = 1
 ) AS paid USING (name) WHERE is_settlement)
"""

ITEMS = """
(SELECT id::VARCHAR AS item_id, customer_id, CASE WHEN is_sale THEN number END AS invoice_id, kind,
        CASE WHEN is_sale THEN invoice_date ELSE date END AS date,
        CASE WHEN balance > 0 AND kind <> 'other' THEN date_maturity END AS due_date, balance AS amount
 FROM odoo_entries WHERE NOT is_settlement)
"""

ALLOCATIONS = "(SELECT debit_id, credit_id, amount, date, 'odoo' AS method FROM odoo_settled)"

_OPEN = """
SELECT entry.id, entry.move, entry.balance - coalesce(debits.amount, 0) + coalesce(credits.amount, 0) AS open, residual
FROM odoo_entries AS entry
     LEFT JOIN (SELECT debit AS id, sum(amount) AS amount FROM odoo_settled GROUP BY debit) AS debits USING (id)
     LEFT JOIN (SELECT credit AS id, sum(amount) AS amount FROM odoo_settled GROUP BY credit) AS credits USING (id)
"""

CHECKS = {
    "odoo_revenue": """
        SELECT lines.ht AS computed, untaxed AS expected
        FROM (SELECT id AS move, untaxed FROM odoo_moves WHERE is_sale AND state = 'posted')
             LEFT JOIN (SELECT move, sum(ht) AS ht FROM odoo_revenue GROUP BY move) AS lines USING (move)""",
    "odoo_totals": """
        SELECT items.amount AS computed, total AS expected
        FROM (SELECT id AS move, total FROM odoo_moves WHERE is_sale AND state = 'posted')
             LEFT JOIN (SELECT move, sum(balance) AS amount FROM odoo_entries GROUP BY move) AS items USING (move)""",
    "odoo_residuals": f"""
        SELECT items.open AS computed, moves.residual AS expected
        FROM (SELECT id AS move, residual FROM odoo_moves WHERE is_sale AND state = 'posted') AS moves
             LEFT JOIN (SELECT move, sum(open) AS open FROM ({_OPEN}) GROUP BY move) AS items USING (move)""",
    "odoo_balances": f"""
        SELECT coalesce(items.amount, 0) - coalesce(paid.amount, 0) AS computed, left_open.amount AS expected
        FROM (SELECT customer_id, sum(residual) AS amount FROM odoo_entries GROUP BY ALL) AS left_open
             LEFT JOIN (SELECT customer_id, sum(amount) AS amount FROM {ITEMS} GROUP BY ALL) AS items
                  USING (customer_id)
             LEFT JOIN (SELECT customer_id, sum(amount) AS amount FROM {PAYMENTS} GROUP BY ALL) AS paid
                  USING (customer_id)""",
}


def make_items(con: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that payments, items, allocations and checks read; run once lines are there."""
    for statement in (AGAINST, ENTRIES, PARTIALS, RETURNED, PIECES, SETTLED):
        con.execute(statement)
