"""What the data chapter says of accounts: documents by type, what was matched and how, years, what to review.

Floor 3. Amounts are ``Decimal`` euros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb

from capclient.accounting.classes import REVIEWED
from capclient.accounting.identity import UNKNOWN
from capclient.accounting.years import Year
from capclient.readers.sql_text import literal

MOST_EXAMPLES = 20
USUAL_VAT = Fraction(1, 5)  # of a doubtful debt whose invoice is in no file

# What a document is worth: its revenue, else what it moves on the customers' accounts.
DOCUMENTS = """
SELECT type, count(*) AS count, sum(CASE WHEN n_rev > 0 THEN rev ELSE ar END) AS amount
FROM fec_docs GROUP BY type ORDER BY type
"""
REVIEW = f"""
SELECT type, journal, num AS number, doc.date, source, line, CASE WHEN n_rev > 0 THEN rev ELSE ar END AS amount,
       count(*) OVER () AS count, sum(CASE WHEN n_rev > 0 THEN rev ELSE ar END) OVER () AS total
FROM fec_docs AS doc JOIN (SELECT entry, journal, num FROM fec_entries) USING (entry)
     JOIN (SELECT id, source, line FROM {{lines}}) AS text ON text.id = doc.doc
WHERE type IN ({", ".join(literal(type) for type in REVIEWED)})
ORDER BY abs(amount) DESC, doc.doc LIMIT {MOST_EXAMPLES}
"""
# Of all that customers were credited (receipts, credit notes, losses ...), what settles a debt we can name, and how
# we know; the rest stays unallocated.
MATCHING = """
WITH credit AS (SELECT coalesce(-sum(amount) FILTER (amount < 0), 0) AS total FROM fec_items),
method AS (SELECT method, sum(amount) AS amount FROM fec_allocations GROUP BY method)
SELECT method, amount FROM method
UNION ALL SELECT 'unallocated', total - coalesce((SELECT sum(amount) FROM method), 0) FROM credit WHERE total > 0
ORDER BY method
"""
REVENUE = """
SELECT year, coalesce(-sum(balance) FILTER (role IN ('REV', 'REV_RED') AND NOT is_opening AND NOT is_closing), 0)
FROM fec_lines JOIN fec_kinds USING (entry) GROUP BY year
"""
# Balances at the end: the last file of a company with openings holds everything before it.
BASE = """
WITH opened AS (SELECT company, coalesce(max(year) FILTER (is_opening), min(year)) AS base
    FROM fec_lines JOIN fec_kinds USING (entry) WHERE role IN ('AR', 'ADVANCE', 'UNBILLED', 'IMPAIR')
        GROUP BY company),
at_end AS (SELECT line.* FROM fec_lines AS line JOIN opened USING (company) WHERE year >= base)
"""
# Deposits received are a debt to the client: never netted with what it owes (C.8.10).
ADVANCES = f"""
{BASE} SELECT coalesce(root, customer, {literal(UNKNOWN)}) AS customer_id, -sum(balance) AS amount
FROM at_end LEFT JOIN (SELECT id, customer FROM fec_parties) USING (id) LEFT JOIN fec_links ON code = customer
WHERE role = 'ADVANCE' GROUP BY ALL HAVING amount <> 0 ORDER BY amount DESC, customer_id
"""
# Impairment is on the amount excluding VAT, doubtful receivables include it (C.8.9): the VAT of each debt is that
# of its invoice, else the usual rate.
DOUBTS = """
WITH bill AS (SELECT invoice_id, customer, any_value(rev) AS rev, any_value(vat) AS vat FROM fec_doc_customers
              WHERE rev <> 0 AND rev <> vat GROUP BY ALL)
SELECT rest, rev, vat FROM fec_left LEFT JOIN bill USING (invoice_id, customer) WHERE is_doubtful AND rest <> 0
"""
BALANCES = f"""
{BASE} SELECT coalesce(-sum(balance) FILTER (account LIKE '491%'), 0) AS impairment,
              coalesce(sum(balance) FILTER (role = 'UNBILLED'), 0) AS unbilled FROM at_end
"""


def facts(
    con: duckdb.DuckDBPyConnection, lines: str, years: Sequence[Year], last_days: Mapping[int, date | None]
) -> dict[str, object]:
    """Return the facts of a translation.

    Parameters
    ----------
    lines
        FROM item of the lines of the files.
    last_days
        Last day booked of each year, by its number.

    Returns
    -------
    dict
        ``documents`` (``type count amount``), ``review`` (``count amount examples``), ``matching`` (``method amount
        share``), ``years`` (``start end last_day files revenue``); at the end of the last year, ``advances`` (deposits
        received and not yet deducted: ``customer_id amount``), ``doubtful`` (``gross net gross_without_invoice
        impairment rate``) and ``unbilled`` (invoices to issue, in no ageing).
    """
    revenue = dict(con.execute(REVENUE).fetchall())
    matching = _rows(con, MATCHING)
    total = sum(row["amount"] for row in matching)  # type: ignore[misc]
    impairment, unbilled = con.execute(BALANCES).fetchall()[0]
    return {
        "advances": _rows(con, ADVANCES),
        "doubtful": _doubtful(con, impairment),
        "unbilled": unbilled,
        "documents": _rows(con, DOCUMENTS),
        "review": _review(con, lines),
        "matching": [row | {"share": row["amount"] / total if total else None} for row in matching],  # type: ignore[operator]
        "years": [
            {
                "start": year.start,
                "end": year.end,
                "last_day": last_days[year.number],
                "files": [file.source for file in year.files],
                "revenue": revenue.get(year.number),
            }
            for year in years
        ],
    }


def _doubtful(con: duckdb.DuckDBPyConnection, impairment: Decimal) -> dict[str, object]:
    rows = con.execute(DOUBTS).fetchall()
    net = sum(
        (
            Fraction(rest) * (Fraction(rev) / Fraction(rev - vat) if rev else 1 / (1 + USUAL_VAT))
            for rest, rev, vat in rows
        ),
        Fraction(0),
    )
    return {
        "gross": sum((rest for rest, _, _ in rows), Decimal(0)),
        "net": _rounded(net, 2),
        "gross_without_invoice": sum((rest for rest, rev, _ in rows if not rev), Decimal(0)),
        "impairment": impairment,
        "rate": _rounded(Fraction(impairment) / net, 4) if net else None,
    }


def _rounded(value: Fraction, digits: int) -> Decimal:
    """Return the nearest decimal, halves to even."""
    return Decimal(round(value * 10**digits)).scaleb(-digits)


def _review(con: duckdb.DuckDBPyConnection, lines: str) -> dict[str, object]:
    rows = _rows(con, REVIEW.format(lines=lines))
    count, total = (rows[0]["count"], rows[0]["total"]) if rows else (0, None)
    examples = [
        {name: value for name, value in row.items() if name not in {"count", "total"}} for row in rows
    ]
    return {"count": count, "amount": total, "examples": examples}


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
