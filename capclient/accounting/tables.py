"""The canonical tables that the accounts give, with exactly the columns of :mod:`capclient.schema`.

Floor 3. One namespace of identifiers: an allocation names items or payments. The balance of a customer is the sum
of its items minus the sum of its payments.
"""

from __future__ import annotations

import duckdb

from capclient.accounting.identity import COUNTER, UNKNOWN, due_sql, is_pool_sql
from capclient.accounting.options import Options
from capclient.accounting.returned import link, reopened
from capclient.accounting.segments import make_segments
from capclient.readers.sql_text import literal
from capclient.schema import TABLES

SETTLEMENTS = {
    "payment": "payment",
    "payment_reject": "reject",
    "loss": "loss",
    "netting": "netting",
    "factoring": "factoring",
}
ITEMS = {"invoice": "invoice", "zero_invoice": "invoice", "credit_note": "credit_note", "opening": "opening",
         "deposit_invoice": "deposit"}  # fmt: skip
INVOICES = {
    "invoice": "invoice",
    "zero_invoice": "invoice",
    "cash_sale": "invoice",
    "credit_note": "credit_note",
}

# With a single account of revenue nothing tells what was sold: no segment at all, rather than one of 100 %.
REVENUE = """
SELECT revenue.invoice_id,
    label || '-' || text.line || CASE WHEN is_allocated THEN '/' || revenue.account ELSE '' END AS line_id,
       {doc_type} AS doc_type, coalesce(link.root, revenue.customer) AS customer_id, document_date AS invoice_date,
       revenue.date AS accounting_date, CASE WHEN {doc_type} = 'invoice' AND ttc IS NOT NULL THEN {due} END AS due_date,
       CASE WHEN {doc_type} = 'invoice' AND ttc IS NOT NULL THEN {due_source} END AS due_source,
           CASE WHEN is_told THEN revenue.account END AS product, CASE WHEN is_told THEN family END AS family,
       ht AS amount_ht, vat_amount AS vat,
       ht + vat_amount AS amount_ttc, own_names.name AS customer_name, file, source, text.line AS source_line
FROM fec_revenue AS revenue JOIN (SELECT id, file, source, line FROM {lines}) AS text USING (id)
     JOIN fec_years USING (file)
     JOIN fec_segments AS segment ON segment.account = revenue.account
     LEFT JOIN fec_links AS link ON link.code = revenue.customer
     LEFT JOIN fec_names AS own_names ON own_names.customer = coalesce(link.root, revenue.customer)
ORDER BY revenue.id, revenue.account, customer_id
"""

# The latest name said of each customer, under the code that stands for it.
NAMES = """
CREATE OR REPLACE TEMP TABLE fec_names AS
SELECT coalesce(root, customer) AS customer, arg_max(name, (date, id)) AS name FROM (
    SELECT customer, name, date, id FROM fec_parties WHERE customer IS NOT NULL AND role = 'AR'
    UNION ALL SELECT customer, NULL, date, id FROM fec_revenue WHERE customer IS NOT NULL
) LEFT JOIN fec_links ON code = customer GROUP BY ALL
"""

CUSTOMERS = f"""
SELECT customer AS customer_id, coalesce(name, customer) AS name,
       customer IN ({literal(COUNTER)}, {literal(UNKNOWN)}) OR {is_pool_sql("customer")}
           OR {is_pool_sql("name")} AS is_pool
FROM fec_names ORDER BY customer
"""

PAYMENTS = """
WITH paid AS (
    SELECT credit_id AS id, any_value(invoice_id) AS invoice_id FROM fec_allocations
        JOIN fec_items ON fec_items.id = debit_id
    GROUP BY credit_id HAVING count(DISTINCT invoice_id) = 1
), billed AS (  -- a receipt that came back whole belongs to the one invoice of its letter; else it is a refund
    SELECT company, let_account, customer, let, let_year, list(-amount) FILTER (amount < 0) AS received,
           any_value(invoice_id) FILTER (amount > 0 AND {kind} IS NULL) AS invoice_id
    FROM fec_items WHERE let IS NOT NULL GROUP BY ALL
    HAVING count(DISTINCT invoice_id) FILTER (amount > 0 AND {kind} IS NULL) = 1
)
SELECT item_id AS payment_id, customer AS customer_id,
       CASE WHEN amount < 0 THEN paid.invoice_id WHEN list_contains(received, amount) THEN billed.invoice_id END
           AS invoice_id, document_date AS date,
       fec_items.date AS accounting_date, -amount AS amount, {kind} AS kind, method
FROM fec_items LEFT JOIN paid USING (id) LEFT JOIN billed USING (company, let_account, customer, let, let_year)
WHERE {kind} IS NOT NULL ORDER BY id
"""

# What a letter sets against receipts of other amounts gives money back: it is no receipt that came back.
REFUNDS = """
SELECT item_id FROM fec_items JOIN (
    SELECT company, let_account, customer, let, let_year, list(-amount) FILTER (amount < 0) AS received
    FROM fec_items WHERE let IS NOT NULL GROUP BY ALL
) USING (company, let_account, customer, let, let_year)
WHERE amount > 0 AND NOT coalesce(list_contains(received, amount), false)
"""

RECEIVABLES = """
SELECT item_id, customer AS customer_id, invoice_id, coalesce({kind}, 'other') AS kind, document_date AS date,
       date AS accounting_date, due_date, due_source, amount, is_doubtful AS doubtful
FROM fec_items WHERE {settlement} IS NULL ORDER BY id
"""

ALLOCATIONS = """
SELECT debit.item_id AS debit_id, credit.item_id AS credit_id, allocation.amount, credit.date AS date, allocation.method
FROM fec_allocations AS allocation JOIN fec_items AS debit ON debit.id = debit_id
    JOIN fec_items AS credit ON credit.id = credit_id
ORDER BY debit.id, credit.id
"""


def make_tables(con: duckdb.DuckDBPyConnection, lines: str, options: Options) -> dict[str, str]:
    """Make the canonical tables; return the name of each one's relation."""
    con.execute(NAMES)
    make_segments(con)
    doc_type = _coded("revenue.type", INVOICES) + " ELSE 'cutoff' END"
    due, source = due_sql(
        options, "revenue.file_due", "coalesce(link.root, revenue.customer)", "document_date"
    )
    settlement = _coded("type", SETTLEMENTS) + " END"
    selects = {
        "invoice_lines": REVENUE.format(lines=lines, doc_type=doc_type, due=due, due_source=source),
        "customers": CUSTOMERS,
        "payments": PAYMENTS.format(kind=settlement),
        "receivable_items": RECEIVABLES.format(kind=_coded("type", ITEMS) + " END", settlement=settlement),
        "allocations": ALLOCATIONS,
    }
    for name, select in selects.items():
        given = con.execute(f"SELECT * FROM ({select}) LIMIT 0").description or []
        have = {column[0] for column in given}
        columns = ", ".join(
            f"{column.name if column.name in have else 'NULL'}::{column.sql_type} AS {column.name}"
            for column in TABLES[name].columns
        )
        columns += ", file, source, source_line::BIGINT AS source_line" if name == "invoice_lines" else ""
        con.execute(f"CREATE OR REPLACE TEMP TABLE ledger_{name} AS SELECT {columns} FROM ({select})")
    _reopen(con)
    return {name: f"ledger_{name}" for name in selects}


def _reopen(con: duckdb.DuckDBPyConnection) -> None:
    """Give the returned payments that name none the invoices that their receipts had settled."""
    names = {name: f"ledger_{name}" for name in ("payments", "allocations")}
    link(con, names["payments"], linked="ledger_returned", apart=REFUNDS)
    found = reopened(con, linked="ledger_returned", items="ledger_receivable_items", **names)
    for name, select in zip(names.values(), found or (), strict=False):
        con.execute(f"CREATE OR REPLACE TEMP TABLE ledger_reopened AS {select}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM ledger_reopened")


def _coded(column: str, codes: dict[str, str]) -> str:
    cases = " ".join(f"WHEN {literal(found)} THEN {literal(code)}" for found, code in codes.items())
    return f"CASE {column} {cases}"
