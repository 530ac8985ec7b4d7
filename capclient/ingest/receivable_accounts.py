"""Customers' accounts from whatever is there: invoices and payments, open items, or a book that has them.

Floor 3. Sections 0.1 and 5 of the dictionary, C.7 and C.8 of the sources. An item is an invoice of a client at one due
date: an invoice to be paid in three times is three items. A payment that names an invoice settles it, oldest due date
first; one that names none is matched as the receipts of accounts are. What is too much stays unallocated.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.accounting.matching import begin, levels_of, match_unnamed, settle
from capclient.ingest import given_allocations, returns
from capclient.ingest.documents import DOCUMENTS, MADE, part_sql
from capclient.ingest.due_dates import due_sql
from capclient.ingest.numbers import settle_in_time
from capclient.params import Params
from capclient.readers.sql_text import written
from capclient.schema import TABLES

LEDGER = "ar"
UNTAXED = 0.05  # of the amounts: with more lines that say neither TTC nor VAT, there is no account

# Items that a user gives: those without a due date get that of their client's term; balances brought forward do not.
COMPLETED = """
SELECT * EXCLUDE (file_due, kind, buyer, number, day, contested, times) REPLACE (
           CASE WHEN amount > 0 AND kind <> 'opening' THEN {due} ELSE file_due END AS due_date,
           CASE WHEN amount > 0 AND (kind <> 'opening' OR file_due IS NOT NULL) THEN coalesce(due_source, {source}) END
               AS due_source,
           CASE WHEN amount > 0 THEN coalesce(disputed, contested) ELSE disputed END AS disputed),
       kind, NULL::VARCHAR AS credited
FROM (SELECT * REPLACE (coalesce(kind, CASE WHEN amount < 0 THEN 'credit_note' ELSE 'invoice' END) AS kind),
             due_date AS file_due FROM {items})
     LEFT JOIN ({contested}) ON buyer = customer_id AND number = invoice_id AND (times = 1 OR day = date)
"""
# Disputes that lines tell, for items that do not.
CONTESTED = """
SELECT customer_id AS buyer, invoice_id AS number, invoice_date AS day, bool_or(disputed) AS contested,
       count(*) OVER (PARTITION BY customer_id, invoice_id) AS times
FROM {lines} WHERE invoice_id IS NOT NULL GROUP BY customer_id, invoice_id, invoice_date
"""
NO_LINES = """
SELECT NULL::VARCHAR AS buyer, NULL::VARCHAR AS number, NULL::DATE AS day, NULL::BOOLEAN AS contested,
       1 AS times LIMIT 0
"""
# Debits and credits in one list, as the matching wants them; whoever named an invoice is matched to no other. A credit
# note that bears the number of an earlier invoice names it.
LEDGER_ITEMS = """
CREATE OR REPLACE TEMP TABLE ar_items AS
SELECT row_number() OVER (ORDER BY is_payment, document_date, item_id) AS id, 1 AS company, '' AS piece, *,
       CASE WHEN is_named AND amount < 0 THEN 'named' END AS let
FROM (
    SELECT item_id, customer_id AS customer, amount, coalesce(accounting_date, date) AS date, date AS document_date,
           due_date, coalesce(credited, invoice_id) AS invoice_id,
           credited IS NOT NULL OR coalesce(since <= coalesce(accounting_date, date), false) AS is_named,
           false AS is_payment, false AS is_refund
    FROM {items} LEFT JOIN (
        SELECT customer_id, invoice_id, min(coalesce(accounting_date, date)) AS since
        FROM {items} WHERE amount > 0 AND invoice_id IS NOT NULL GROUP BY ALL
    ) AS namesake USING (customer_id, invoice_id)
    UNION ALL
    SELECT payment_id, customer_id, -amount, coalesce(accounting_date, date), date, NULL, invoice_id,
           invoice_id IS NOT NULL, true, amount < 0 AND coalesce(kind, 'payment') = 'payment'
    FROM {payments}
)
"""
# An invoice is settled before the payments of it that came back: what was paid at a past date stays paid at that date.
FIRST = "SELECT * FROM fec_left WHERE invoice_id IS NOT NULL AND (amount < 0 OR NOT is_payment)"
BACK = "SELECT * FROM fec_left WHERE invoice_id IS NOT NULL"
ALLOCATIONS = """
SELECT debit.item_id AS debit_id, credit.item_id AS credit_id, allocation.amount, credit.date, allocation.method
FROM ar_allocations AS allocation JOIN ar_every AS debit ON debit.id = debit_id
     JOIN ar_every AS credit ON credit.id = credit_id ORDER BY debit.id, credit.id
"""
# Identifiers of payments are made unique: one transfer may pay several invoices, an export may number nothing.
NUMBERED = f"""
SELECT * EXCLUDE (times, taken, place) REPLACE (
           CASE WHEN payment_id NOT LIKE '%|%' AND times = 1 AND taken IS NULL THEN payment_id
                ELSE concat({part_sql("coalesce(payment_id, 'R')")}, '|', {part_sql("coalesce(invoice_id, '')")},
                            '|', place) END AS payment_id)
FROM (SELECT payment.*, count(*) OVER (PARTITION BY payment_id) AS times, taken, row_number() OVER () AS place
      FROM {{payments}} AS payment LEFT JOIN (SELECT item_id AS taken FROM {{items}}) ON taken = payment_id)
"""
LINES_SAY = """
SELECT count(*), count(*) FILTER (coalesce(amount_ttc, vat) IS NULL), coalesce(sum(abs(amount_ht)), 0),
       coalesce(sum(abs(amount_ht)) FILTER (coalesce(amount_ttc, vat) IS NULL), 0),
       coalesce(bool_or(doc_type = 'credit_note' OR amount_ht < 0), false)
FROM {lines} WHERE coalesce(doc_type, '') <> 'cutoff'
"""
# Payments that name an invoice which this client has not: of a time before the ledger, or of somebody else.
ASTRAY = """
SELECT (bill.invoice_id IS NOT NULL) AS is_of_another, count(*), sum(amount) FROM {payments} AS payment
ANTI JOIN (SELECT DISTINCT customer_id, invoice_id FROM {items} WHERE invoice_id IS NOT NULL) AS own
     ON own.customer_id = payment.customer_id AND own.invoice_id = payment.invoice_id
LEFT JOIN (SELECT DISTINCT invoice_id FROM {items}) AS bill ON bill.invoice_id = payment.invoice_id
WHERE payment.invoice_id IS NOT NULL GROUP BY ALL
"""


def write(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    params: Params,
    *,
    own: set[str],
    booked: set[str],
    lines: str | None,
    is_fec: bool,
) -> dict[str, object]:
    """Make or complete ``receivable_items``, ``payments`` and ``allocations`` in a store.

    Parameters
    ----------
    own, booked
        Canonical tables that the user's sources give, and those that a book gives.
    lines
        FROM item of the invoice lines, None without any.
    is_fec
        Whether they come from accounts.

    Returns
    -------
    dict
        ``basis`` (``book``, ``items_and_payments``, ``open_items``, ``invoices_and_payments``, or empty), ``missing``
        (why there are no accounts), ``made`` (tables this function wrote) and ``facts``: ``estimated`` (amount whose
        VAT was added at the given rate), ``untaxed`` (without VAT), ``unknown_invoices``, ``other_customers`` and
        ``credit_notes`` (payments so named: ``count amount``), ``allocations_cut`` (of those given, the same).
    """
    given = own | booked
    if "receivable_items" in booked:
        return _told("book")
    if "receivable_items" in own:
        return _completed(con, folder, params, given, lines)
    if lines is None:
        return _told("", missing="missing:receivable_items")
    if "payments" not in own and is_fec:  # accounts whose sales go through no account of a customer
        return _told("", missing="missing:receivable_accounts")
    if "payments" not in given:
        return _told("", missing="missing:payments")
    return _made(con, folder, params, lines, own="payments" in own)


def _told(
    basis: str, *, missing: str = "", made: tuple[str, ...] = (), facts: dict[str, object] | None = None
) -> dict[str, object]:
    return {"basis": basis, "missing": missing, "made": list(made), "facts": facts or {}}


def _made(
    con: duckdb.DuckDBPyConnection, folder: Path, params: Params, lines: str, *, own: bool
) -> dict[str, object]:
    rate = params.receivables.vat_rate
    (count, silent, total, untaxed, has_credits), *_ = con.execute(LINES_SAY.format(lines=lines)).fetchall()
    if rate is None and (silent == count or untaxed > float(total) * UNTAXED):
        return _told("", missing="missing:amount_ttc")
    con.execute(DOCUMENTS.format(lines=lines, factor=1 + (rate or 0)))
    due, source = due_sql(con, folder, params, file_due="file_due", customer="customer", day="day")
    con.execute(f"CREATE OR REPLACE TEMP TABLE ar_made AS {MADE.format(due=due, source=source)}")
    facts: dict[str, object] = {"untaxed" if rate is None else "estimated": str(untaxed)}
    payments = folder / "payments.parquet"
    if own:
        facts |= _without_credit_notes(con, payments) if has_credits else {}
        _rewrite(con, payments, NUMBERED.format(payments=_table("payments"), items="ar_made"))
    facts |= _astray(con, payments)
    _copy(con, "ar_made", folder, "receivable_items")
    _allocate(con, folder, params)
    return _told("invoices_and_payments", made=("receivable_items", "allocations"), facts=facts)


def _completed(
    con: duckdb.DuckDBPyConnection, folder: Path, params: Params, given: set[str], lines: str | None
) -> dict[str, object]:
    path = folder / "receivable_items.parquet"
    due, source = due_sql(con, folder, params, file_due="file_due", customer="customer_id", day="date")
    contested = CONTESTED.format(lines=lines) if lines else NO_LINES
    items = f"read_parquet({written(path)})"
    sql = COMPLETED.format(items=items, due=due, source=source, contested=contested)
    con.execute(f"CREATE OR REPLACE TEMP TABLE ar_made AS {sql}")
    _copy(con, "ar_made", folder, "receivable_items")
    if "payments" not in given:
        return _told("open_items")
    payments = folder / "payments.parquet"
    named = NUMBERED.format(
        payments=f"(SELECT *, payment_id AS given_id FROM read_parquet({written(payments)}))", items="ar_made"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE ar_numbered AS {named}")
    _rewrite(con, payments, "SELECT * EXCLUDE given_id FROM ar_numbered")
    facts = _astray(con, payments)
    facts |= _allocate(con, folder, params, is_given="allocations" in given)
    made = () if "allocations" in given else ("allocations",)
    return _told("items_and_payments", made=made, facts=facts)


def _allocate(
    con: duckdb.DuckDBPyConnection, folder: Path, params: Params, *, is_given: bool = False
) -> dict[str, object]:
    """Settle ``ar_made`` by the payments of the store, and write the allocations; return what was cut of those given.

    A user who gives allocations says what settles what: beside them, only payments that name an invoice are matched.
    """
    payments = folder / "payments.parquet"
    returns.link(con, payments, LEDGER)
    con.execute(LEDGER_ITEMS.format(items="ar_made", payments=f"read_parquet({written(payments)})"))
    con.execute("CREATE OR REPLACE TEMP TABLE ar_every AS SELECT id, item_id, date FROM ar_items")
    begin(con, ledger=LEDGER)
    facts: dict[str, object] = {}
    if is_given:
        told = f"read_parquet({written(folder / 'allocations.parquet')})"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE ar_given AS SELECT *, row_number() OVER () AS place FROM {told}"
        )
        facts = given_allocations.keep(con)
    settle_in_time(con)
    settle(con, FIRST, "customer, invoice_id", "given", ledger=LEDGER)
    settle(con, BACK, "customer, invoice_id", "given", ledger=LEDGER)
    refunds = {id for (id,) in con.execute("SELECT id FROM ar_items WHERE is_refund").fetchall()}
    levels = () if is_given else levels_of(params.receivables.matching)
    match_unnamed(con, levels, ledger=LEDGER, refunds=refunds)
    returns.net(con, LEDGER)
    con.execute(f"CREATE OR REPLACE TEMP TABLE ar_settled AS {ALLOCATIONS}")
    returns.reopen(con, payments, LEDGER, items="ar_made", allocations="ar_settled")
    _copy(con, "ar_settled", folder, "allocations")
    return facts


def _without_credit_notes(con: duckdb.DuckDBPyConnection, payments: Path) -> dict[str, object]:
    """Leave out the payments that are credit notes: those of the ledger are told once."""
    found = con.execute(
        f"SELECT count(*), coalesce(sum(amount), 0) FROM read_parquet({written(payments)}) WHERE kind = 'credit_note'"
    ).fetchone()
    if not found or not found[0]:
        return {}
    _rewrite(con, payments, "SELECT * FROM {payments} WHERE kind IS DISTINCT FROM 'credit_note'")
    return {"credit_notes": {"count": found[0], "amount": str(found[1])}}


def _astray(con: duckdb.DuckDBPyConnection, payments: Path) -> dict[str, object]:
    sql = ASTRAY.format(payments=f"read_parquet({written(payments)})", items="ar_made")
    return {
        "other_customers" if is_of_another else "unknown_invoices": {"count": count, "amount": str(amount)}
        for is_of_another, count, amount in con.execute(sql).fetchall()
    }


def _table(name: str) -> str:
    return f"{{{name}}}"


def _rewrite(con: duckdb.DuckDBPyConnection, path: Path, sql: str) -> None:
    """Replace a table of the store by a query on it, which calls it ``{payments}``."""
    changed = path.with_suffix(".made")
    con.execute(
        f"COPY ({sql.replace('{payments}', f'read_parquet({written(path)})')}) TO {written(changed)} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    changed.replace(path)


def _copy(con: duckdb.DuckDBPyConnection, relation: str, folder: Path, name: str) -> None:
    """Write a relation as a canonical table: every column of the schema, in its order."""
    have = {row[0] for row in con.execute(f"DESCRIBE {relation}").fetchall()}
    columns = ", ".join(
        f"{column.name if column.name in have else 'NULL'}::{column.sql_type} AS {column.name}"
        for column in TABLES[name].columns
    )
    con.execute(
        f"COPY (SELECT {columns} FROM {relation}) TO {written(folder / f'{name}.parquet')} "
        "(FORMAT parquet, COMPRESSION zstd)"
    )
