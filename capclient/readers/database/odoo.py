"""Copied tables of Odoo become canonical tables.

Floor 2. Source: section E.4 of the sources. Amounts are those of the books (``balance``), in the currency of the
company whatever the currency of the invoice, credit notes negative. A line on the customer's account is an item, or a
payment when money moved; what settles what is what Odoo reconciled, partial by partial.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from capclient.readers.book import Book
from capclient.readers.database import odoo_items
from capclient.readers.database.canonical import (
    UNKNOWN,
    book_file,
    cents,
    compared,
    copies,
    siren_sql,
    written_tables,
)
from capclient.readers.raw import Note
from capclient.readers.sql_text import literal

SOURCE = "odoo"
SALES = ("out_invoice", "out_refund", "out_receipt")

# A number is unique in its journal only: a second invoice of the same number bears its key.
MOVES = f"""
CREATE OR REPLACE TEMP TABLE odoo_moves AS
SELECT id::BIGINT AS id, state, move_type, move_type IN {SALES} AS is_sale, partner_id::BIGINT AS partner,
       date::DATE AS date, coalesce(invoice_date::DATE, date::DATE) AS invoice_date, invoice_date_due::DATE AS due_date,
       origin, reversed_name, salesperson, journal, upper(journal_code) AS journal_code,
       coalesce(is_settlement::BOOLEAN, false) AS is_settlement, coalesce(is_opening::BOOLEAN, false) AS is_opening,
       coalesce(is_exchange::BOOLEAN, false) AS is_exchange, untaxed::DECIMAL(18,2) AS untaxed,
       tax::DECIMAL(18,2) AS tax, total::DECIMAL(18,2) AS total, residual::DECIMAL(18,2) AS residual,
       CASE WHEN count(*) OVER (PARTITION BY name, state = 'posted' AND is_sale) > 1 THEN name || ' #' || id ELSE name
       END AS number
FROM odoo_account_move
"""

PARTNERS = """
CREATE OR REPLACE TEMP TABLE odoo_partners AS
SELECT id::BIGINT AS id, name, coalesce(commercial_partner_id::BIGINT, id::BIGINT) AS customer,
       parent_id::BIGINT AS parent, vat, registry, country, region, sector, salesperson,
       coalesce(is_own::BOOLEAN, false) AS is_own
FROM odoo_res_partner
"""

LINES = """
CREATE OR REPLACE TEMP TABLE odoo_lines AS
SELECT line.id::BIGINT AS id, move_id::BIGINT AS move, coalesce(owner.customer, line.partner_id::BIGINT) AS customer,
       line.date::DATE AS date, date_maturity::DATE AS date_maturity, balance::DECIMAL(18,2) AS balance,
       amount_residual::DECIMAL(18,2) AS residual, quantity::DECIMAL(19,9) AS quantity,
       coalesce(price_total, 0)::DECIMAL(18,2) - coalesce(price_subtotal, 0)::DECIMAL(18,2) AS tax_weight,
       kind, coalesce(code, '') AS code, coalesce(is_receivable, false) AS is_receivable,
       coalesce(is_cash, false) AS is_cash, product, family, unit
FROM (SELECT * REPLACE (is_receivable::BOOLEAN AS is_receivable, is_cash::BOOLEAN AS is_cash)
      FROM odoo_account_move_line) AS line
     LEFT JOIN odoo_partners AS owner ON owner.id = line.partner_id::BIGINT
"""

# The tax of an invoice, in the currency of the company, goes to its lines by the tax that each bears in the currency
# of the invoice, cut at running totals so that nothing is lost. Sections and notes are no lines, 4191 is a deposit,
# and other income than sales (accounts 71 to 79) is no revenue though customers owe it.
REVENUE = r"""
CREATE OR REPLACE TEMP TABLE odoo_revenue AS
WITH line AS (
    SELECT line.*, -balance AS ht, sign(sum(tax_weight) OVER (PARTITION BY move)) AS direction,
           (abs(sum(tax_weight) OVER (PARTITION BY move)) * 100)::HUGEINT AS all_weight,
           (sum(tax_weight) OVER upto * 100)::HUGEINT AS weight_upto,
           row_number() OVER upto = count(*) OVER (PARTITION BY move) AS is_last
    FROM odoo_lines AS line JOIN (SELECT id AS move FROM odoo_moves WHERE is_sale AND state = 'posted') USING (move)
    WHERE kind IN ('product', 'rounding')
    WINDOW upto AS (PARTITION BY move ORDER BY id ROWS UNBOUNDED PRECEDING)
),
cut AS (
    SELECT line.*, (coalesce(tax, 0) * 100)::HUGEINT AS all_tax, greatest(2 * all_weight, 1) AS base,
           2 * all_tax * weight_upto * direction::HUGEINT + all_weight AS numerator,
           CASE WHEN is_last THEN all_tax WHEN all_weight = 0 THEN 0
                ELSE (numerator - ((numerator % base) + base) % base) // base END AS tax_upto
    FROM line JOIN odoo_moves ON odoo_moves.id = move
)
SELECT cut.* EXCLUDE (direction, all_weight, weight_upto, is_last, all_tax, base, numerator, tax_upto, customer),
       ((tax_upto - coalesce(lag(tax_upto) OVER (PARTITION BY move ORDER BY id), 0))::DECIMAL(38,0) * 0.01
       )::DECIMAL(18,2) AS vat,
       starts_with(code, '419') AS is_deposit, kind = 'product' AND regexp_matches(code, '^7[1-9]') AS is_other_income
FROM cut
"""

# A line of nothing (a comment typed as a line) is no sale; a gift of a product is.
INVOICE_LINES = """
CREATE OR REPLACE TEMP TABLE odoo_invoice_lines AS
SELECT number AS invoice_id, line.id::VARCHAR AS line_id,
       CASE WHEN is_deposit THEN 'deposit' WHEN move_type = 'out_refund' THEN 'credit_note' ELSE 'invoice'
       END AS doc_type,
       buyer.customer::VARCHAR AS customer_id, owner.name AS customer_name, invoice_date, move.date AS accounting_date,
       CASE WHEN move_type <> 'out_refund' THEN due_date END AS due_date,
       CASE WHEN move_type <> 'out_refund' AND due_date IS NOT NULL THEN 'file' END AS due_source,
       line.product, line.family, CASE WHEN move_type = 'out_refund' THEN -quantity ELSE quantity END AS qty, line.unit,
       CASE WHEN ht * qty > 0 AND abs(ht / qty) < 1e9 THEN (ht / qty)::DECIMAL(19,9) END AS unit_price,
       ht AS amount_ht, line.vat, ht + line.vat AS amount_ttc, currency, origin AS order_id,
       CASE WHEN move_type = 'out_refund' THEN reversed_name END AS credited_invoice_id, move.salesperson,
       line.id AS source_line
FROM odoo_revenue AS line JOIN odoo_moves AS move ON move.id = line.move
     LEFT JOIN odoo_partners AS buyer ON buyer.id = move.partner
     LEFT JOIN odoo_partners AS owner ON owner.id = buyer.customer
     CROSS JOIN (SELECT any_value(currency ORDER BY id) AS currency FROM odoo_res_company)
WHERE NOT is_other_income AND (ht <> 0 OR line.vat <> 0 OR (line.product IS NOT NULL AND quantity <> 0))
"""

# The group of a customer is the highest company above it.
CUSTOMERS = f"""
CREATE OR REPLACE TEMP TABLE odoo_customers AS
WITH RECURSIVE above AS (
    SELECT DISTINCT customer AS id, customer AS top, 0 AS depth FROM odoo_partners
    UNION ALL
    SELECT above.id, parent, depth + 1 FROM above JOIN odoo_partners ON odoo_partners.id = top
    WHERE parent IS NOT NULL AND depth < 20
),
grouped AS (SELECT id, arg_max(top, depth) AS top, max(depth) AS depth FROM above GROUP BY id),
known AS (
    SELECT customer_id FROM odoo_invoice_lines WHERE customer_id IS NOT NULL
    UNION SELECT customer_id FROM odoo_entries
)
SELECT customer_id, coalesce(name, customer_id) AS name, CASE WHEN depth > 0 THEN top::VARCHAR END AS group_id, sector,
       {siren_sql("registry", "CASE WHEN upper(vat) LIKE 'FR%' THEN vat END")} AS siren, region, country, salesperson,
       customer_id = {literal(UNKNOWN)} AS is_pool, coalesce(is_own, false) AS is_intragroup
FROM known LEFT JOIN odoo_partners ON odoo_partners.id::VARCHAR = customer_id
     LEFT JOIN grouped ON grouped.id = odoo_partners.id
"""


def book(con: duckdb.DuckDBPyConnection, paths: Mapping[str, Path], workspace: Path) -> Book:
    """Return the book of a copied Odoo database."""
    copies(con, paths, "odoo_")
    for statement in (MOVES, PARTNERS, LINES, REVENUE, INVOICE_LINES):
        con.execute(statement)
    odoo_items.make_items(con)
    con.execute(CUSTOMERS)
    relations = {
        "invoice_lines": "odoo_invoice_lines",
        "customers": "odoo_customers",
        "payments": odoo_items.PAYMENTS,
        "receivable_items": odoo_items.ITEMS,
        "allocations": odoo_items.ALLOCATIONS,
    }
    tables = written_tables(con, relations, SOURCE, workspace)
    return Book(
        tables=tables,
        files=(book_file(con, "odoo_invoice_lines", SOURCE),),
        notes=tuple((SOURCE, note) for note in _notes(con)),
        limits=(Note("database.odoo_limit_cost"), Note("database.odoo_limit_now")),
        checks=tuple(compared(con, id, sql) for id, sql in odoo_items.CHECKS.items()),
    )


def _notes(con: duckdb.DuckDBPyConnection) -> list[Note]:
    row = con.execute(
        """SELECT count(*) FILTER (state = 'draft'), coalesce(sum(untaxed) FILTER (state = 'draft'), 0),
        count(*) FILTER (state = 'cancel'), coalesce(sum(untaxed) FILTER (state = 'cancel'), 0)
        FROM odoo_moves WHERE is_sale"""
    ).fetchone()
    assert row is not None
    said = []
    for place, state in enumerate(("drafts", "cancelled")):
        if row[2 * place]:
            facts = {"count": row[2 * place], "amount": str(cents(row[2 * place + 1]))}
            said.append(Note(f"database.{state}", facts))
    for code, test in (("deposit_lines", "is_deposit"), ("other_income", "is_other_income")):
        row = con.execute(f"SELECT count(*), coalesce(sum(ht), 0) FROM odoo_revenue WHERE {test}").fetchone()
        if row and row[0]:
            said.append(Note(f"database.{code}", {"count": row[0], "amount": str(cents(row[1]))}))
    row = con.execute(
        "SELECT count(DISTINCT move), coalesce(-sum(balance), 0) FROM odoo_lines JOIN odoo_moves ON odoo_moves.id = "
        "move WHERE NOT is_sale AND starts_with(code, '70') AND state = 'posted'"
    ).fetchone()
    if row and row[0]:
        said.append(Note("database.revenue_in_entries", {"count": row[0], "amount": str(cents(row[1]))}))
    return said
