"""Copied tables of Dolibarr become canonical tables.

Floor 2. Source: section E.4 of the sources. Revenue is that of the lines, credit notes negative; a deposit is none,
neither its invoice nor the line that deducts it. The lines of a situation invoice are cumulative: each counts for what
it adds to the line it follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from capclient.readers.book import Book
from capclient.readers.database import dolibarr_items
from capclient.readers.database.canonical import (
    book_file,
    cents,
    compared,
    copies,
    siren_sql,
    written_tables,
)
from capclient.readers.raw import Note

SOURCE = "dolibarr"
NO_DISCOUNTS = (
    "CREATE OR REPLACE TEMP VIEW dolibarr_societe_remise_except AS SELECT NULL AS id, NULL AS invoice, NULL AS line, "
    "NULL AS source, NULL AS amount, NULL AS day WHERE false"
)

# A replaced invoice lives on in the one that replaces it; another abandoned one was sold and will not be paid.
INVOICES = """
CREATE OR REPLACE TEMP TABLE dolibarr_invoices AS
SELECT id::BIGINT AS id, ref, type::INT AS type, status::INT AS status, coalesce(close_code, '') AS close_code,
       closed::DATE AS closed, soc::BIGINT AS soc, day::DATE AS day, due::DATE AS due, source::BIGINT AS source,
       template IS NOT NULL AS recurring, order_ref, contract_ref, total_ht::DECIMAL(24,8) AS total_ht,
       total_ttc::DECIMAL(24,8) AS total_ttc, stamp::DECIMAL(24,8) AS stamp, paid::INT = 1 AS is_paid,
       type::INT IN (0, 1, 2, 3, 5)
           AND (status::INT IN (1, 2) OR (status::INT = 3 AND coalesce(close_code, '') <> 'replaced')) AS is_kept
FROM dolibarr_facture
"""

# A code that two customers share names neither.
KEYS = """
CREATE OR REPLACE TEMP TABLE dolibarr_keys AS
SELECT id::BIGINT AS soc, name AS customer_name, parent::BIGINT AS parent,
       CASE WHEN trim(coalesce(code, '')) <> '' AND count(*) OVER (PARTITION BY trim(code)) = 1 THEN trim(code)
            ELSE 'tiers-' || id END AS customer_id
FROM dolibarr_societe
"""

DISCOUNTS = """
CREATE OR REPLACE TEMP TABLE dolibarr_discounts AS
SELECT discount.id::BIGINT AS id, invoice::BIGINT AS invoice, line::BIGINT AS line, discount.source::BIGINT AS source,
       amount::DECIMAL(18,2) AS amount, discount.day::DATE AS day, origin.type AS source_type
FROM dolibarr_societe_remise_except AS discount
     LEFT JOIN dolibarr_invoices AS origin ON origin.id = discount.source::BIGINT
"""

# What a line adds to the one it follows; where the sum of the lines is the total of the invoice as it stands, the
# company writes situations that are not cumulative.
LINES = """
CREATE OR REPLACE TEMP TABLE dolibarr_lines AS
WITH line AS (
    SELECT line.id::BIGINT AS id, line.invoice::BIGINT AS invoice, line.product, line.product_id, family, unit,
           qty::DECIMAL(24,8) AS qty, line.total_ht::DECIMAL(24,8) AS ht, total_tva::DECIMAL(24,8) AS vat,
           line.total_ttc::DECIMAL(24,8) AS ttc, nullif(buy_price::DECIMAL(24,8), 0) AS buy_price,
           line.discount::BIGINT AS discount, coalesce(percent::DECIMAL(24,8), 100) AS percent,
           line.previous::BIGINT AS previous, coalesce(product_type::INT, 0) AS product_type,
           invoices.type, invoices.total_ht AS header
    FROM dolibarr_facturedet AS line JOIN dolibarr_invoices AS invoices ON invoices.id = line.invoice::BIGINT
),
added AS (
    SELECT line.*, line.ht - coalesce(before.ht, 0) AS more_ht, line.vat - coalesce(before.vat, 0) AS more_vat,
           line.ttc - coalesce(before.ttc, 0) AS more_ttc, line.percent - coalesce(before.percent, 0) AS more_percent
    FROM line LEFT JOIN line AS before ON before.id = line.previous
),
told AS (
    SELECT *, type = 5 AND (round(sum(ht) OVER whole, 2) <> round(header, 2)
                            OR round(sum(more_ht) OVER whole, 2) = round(header, 2)) AS is_cumulative
    FROM added WINDOW whole AS (PARTITION BY invoice)
)
SELECT id, invoice, product, product_id, family, unit, discount, product_type, buy_price, is_cumulative,
       CASE WHEN is_cumulative THEN more_ht ELSE ht END AS ht,
       CASE WHEN is_cumulative THEN more_vat ELSE vat END AS vat,
       CASE WHEN is_cumulative THEN more_ttc ELSE ttc END AS ttc,
       CASE WHEN type = 2 THEN -abs(qty) * abs(percent) / 100
            WHEN is_cumulative THEN qty * more_percent / 100 ELSE qty * percent / 100 END AS qty
FROM told
"""

# Titles, subtotals and comments are no sales. A discount that comes from another invoice (deposit, credit note,
# money received in excess) is settled by its line, not granted.
INVOICE_LINES = """
CREATE OR REPLACE TEMP TABLE dolibarr_invoice_lines AS
SELECT invoices.ref AS invoice_id, line.id::VARCHAR AS line_id,
       CASE WHEN invoices.type = 3 OR (invoices.type = 2 AND origin.type = 3) OR used.source_type IS NOT NULL
            THEN 'deposit' WHEN invoices.type = 2 THEN 'credit_note' ELSE 'invoice' END AS doc_type,
       customer_id, customer_name, invoices.day AS invoice_date,
       CASE WHEN invoices.type <> 2 THEN invoices.due END AS due_date,
       CASE WHEN invoices.type <> 2 AND invoices.due IS NOT NULL THEN 'file' END AS due_source,
       line.product, line.family, line.qty, line.unit,
       CASE WHEN line.ht * line.qty > 0 AND abs(line.ht / line.qty) < 1e9 THEN line.ht / line.qty END AS unit_price,
       line.ht AS amount_ht, line.vat, line.ttc AS amount_ttc,
       CASE WHEN doc_type <> 'deposit' THEN line.buy_price * line.qty END AS cost, setting.currency,
       invoices.recurring, invoices.contract_ref AS contract_id, invoices.order_ref AS order_id,
       CASE WHEN invoices.type = 2 THEN origin.ref END AS credited_invoice_id, seller.salesperson,
       line.id AS source_line
FROM dolibarr_lines AS line JOIN dolibarr_invoices AS invoices ON invoices.id = line.invoice
     LEFT JOIN dolibarr_invoices AS origin ON origin.id = invoices.source
     LEFT JOIN dolibarr_keys AS keys ON keys.soc = invoices.soc
     LEFT JOIN (SELECT id::BIGINT AS soc, salesperson FROM dolibarr_societe) AS seller ON seller.soc = invoices.soc
     LEFT JOIN dolibarr_discounts AS used ON used.id = line.discount
     CROSS JOIN (SELECT any_value(currency) AS currency FROM dolibarr_const) AS setting
WHERE invoices.is_kept AND (line.ht <> 0 OR line.vat <> 0
                   OR (line.product_type <> 9 AND line.product_id IS NOT NULL AND line.qty <> 0))
"""

CUSTOMERS = f"""
CREATE OR REPLACE TEMP TABLE dolibarr_customers AS
SELECT keys.customer_id, coalesce(keys.customer_name, keys.customer_id) AS name, above.customer_id AS group_id,
       category AS segment, kind AS customer_type,
       {siren_sql("siren", "siret", "CASE WHEN upper(vat) LIKE 'FR%' THEN vat END")} AS siren, region, country,
       salesperson, coalesce(kind_code = 'TE_ADMIN', false) AS is_public, terms AS payment_terms
FROM dolibarr_keys AS keys JOIN dolibarr_societe AS customer ON customer.id::BIGINT = keys.soc
     LEFT JOIN dolibarr_keys AS above ON above.soc = keys.parent
WHERE keys.soc IN (SELECT soc FROM dolibarr_invoices WHERE is_kept)
"""


def book(con: duckdb.DuckDBPyConnection, paths: Mapping[str, Path], workspace: Path) -> Book:
    """Return the book of a copied Dolibarr database."""
    copies(con, paths, "dolibarr_")
    if "societe_remise_except" not in paths:
        con.execute(NO_DISCOUNTS)
    for statement in (INVOICES, KEYS, DISCOUNTS, LINES, INVOICE_LINES, CUSTOMERS):
        con.execute(statement)
    dolibarr_items.make_items(con)
    relations = {
        "invoice_lines": "dolibarr_invoice_lines",
        "customers": "dolibarr_customers",
        "payments": dolibarr_items.PAYMENTS,
        "receivable_items": dolibarr_items.ITEMS,
        "allocations": dolibarr_items.ALLOCATIONS,
    }
    tables = written_tables(con, relations, SOURCE, workspace)
    return Book(
        tables=tables,
        files=(book_file(con, "dolibarr_invoice_lines", SOURCE),),
        notes=tuple((SOURCE, note) for note in _notes(con)),
        limits=(Note("database.dolibarr_limit_now"),),
        checks=tuple(compared(con, id, sql) for id, sql in dolibarr_items.CHECKS.items()),
    )


def _notes(con: duckdb.DuckDBPyConnection) -> list[Note]:
    counted = {
        "drafts": "status = 0 AND type <> 4",
        "proformas": "type = 4",
        "replaced": "type <> 4 AND status = 3 AND close_code = 'replaced'",
        "abandoned": "is_kept AND status = 3",
    }
    said = []
    for code, test in counted.items():
        row = con.execute(
            f"SELECT count(*), coalesce(sum(total_ht), 0) FROM dolibarr_invoices WHERE {test}"
        ).fetchone()
        if row and row[0]:
            said.append(Note(f"database.{code}", {"count": row[0], "amount": str(cents(row[1]))}))
    row = con.execute(
        "SELECT count(*) FILTER (doc_type = 'deposit'), coalesce(sum(amount_ht) FILTER (doc_type = 'deposit'), 0), "
        "count(*) FILTER (cost IS NULL AND product IS NOT NULL AND doc_type <> 'deposit'), count(*) "
        "FROM dolibarr_invoice_lines"
    ).fetchone()
    assert row is not None
    if row[0]:
        said.append(Note("database.deposit_lines", {"count": row[0], "amount": str(cents(row[1]))}))
    if row[2]:
        said.append(Note("database.no_buy_price", {"count": row[2], "lines": row[3]}))
    row = con.execute(
        "SELECT count(DISTINCT invoice), count(DISTINCT invoice) FILTER (NOT is_cumulative) "
        "FROM dolibarr_lines JOIN dolibarr_invoices ON dolibarr_invoices.id = invoice WHERE type = 5 AND is_kept"
    ).fetchone()
    if row and row[0]:
        said.append(Note("database.situations", {"count": row[0], "plain": row[1]}))
    row = con.execute(
        "SELECT count(*), coalesce(sum(amount), 0) FROM dolibarr_paid JOIN dolibarr_invoices "
        "ON dolibarr_invoices.id = invoice WHERE NOT is_kept"
    ).fetchone()
    if row and row[0]:
        said.append(Note("database.payments_elsewhere", {"count": row[0], "amount": str(cents(row[1]))}))
    return said
