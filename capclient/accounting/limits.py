"""C.11: what a FEC cannot tell, and what this one tells badly: codes of sentences, for the pages that need them.

Floor 3.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from capclient.accounting.identity import UNKNOWN
from capclient.accounting.years import Year
from capclient.errors import listed
from capclient.readers.raw import Note
from capclient.readers.sql_text import literal

ALWAYS = ("quantities", "product", "cost", "people", "events", "market", "payment")


def limits(con: duckdb.DuckDBPyConnection, years: Sequence[Year]) -> tuple[Note, ...]:
    """Return what cannot be computed from these files, the general first."""
    found = [Note(f"fec.limit_{name}") for name in ALWAYS]
    row = con.execute(
        f"""SELECT count(*) > 0 AND count(product) = 0, count(*) FILTER (due_source = 'file'),
            count(*) FILTER (due_source IS NOT NULL),
        coalesce(sum(amount_ht) FILTER (customer_id = {literal(UNKNOWN)}), 0), coalesce(sum(amount_ht), 0)
            FROM ledger_invoice_lines"""
    ).fetchone()
    assert row is not None
    is_one_account, dated, due, unknown, revenue = row
    if is_one_account:
        found.append(Note("fec.limit_one_account"))
    if dated < due:
        found.append(Note("fec.limit_due_dates", {"estimated": due - dated, "invoices": due}))
    if unknown:
        found.append(Note("fec.limit_unidentified", {"amount": unknown, "revenue": revenue}))
    lettered = con.execute(
        "SELECT count(*) FILTER (let IS NOT NULL), count(*) FROM fec_items WHERE NOT is_opening"
    ).fetchone()
    if lettered and lettered[1] and not lettered[0]:
        found.append(Note("fec.limit_no_letters"))
    if lettered and not lettered[1]:
        found.append(Note("fec.limit_no_receivables"))
    if len(years) < 3:
        found.append(Note(f"fec.limit_{('one_year', 'two_years')[len(years) - 1]}"))
    return tuple(found)


def notes(con: duckdb.DuckDBPyConnection, years: Sequence[Year], links: dict[str, str]) -> tuple[Note, ...]:
    """Return what the translation inferred, to be printed; each file has notes of its own."""
    said = [
        Note(
            "fec.year",
            {
                "start": year.start.isoformat(),
                "end": year.end.isoformat(),
                "files": listed(file.source for file in year.files),
            },
        )
        for year in years
    ]
    strategies = con.execute(
        "SELECT strategy, count(*) FROM fec_entries GROUP BY strategy ORDER BY strategy"
    ).fetchall()
    said += [Note(f"fec.entries_{strategy}", {"count": count}) for strategy, count in strategies]
    said += [Note("fec.linked", {"code": code, "root": root}) for code, root in links.items() if code != root]
    row = con.execute(
        """SELECT count(*) FILTER (year > 0 AND id < 0), coalesce(sum(amount) FILTER (id < 0), 0),
        count(*) FILTER (is_opening AND is_undated AND id > 0) FROM fec_items"""
    ).fetchone()
    assert row is not None
    if row[0]:
        said.append(Note("fec.opening_differences", {"count": row[0], "amount": row[1]}))
    if row[2]:
        said.append(Note("fec.openings_undated", {"count": row[2]}))
    said += _outside(con)
    return tuple(said)


def _outside(con: duckdb.DuckDBPyConnection) -> list[Note]:
    """Lines dated outside their fiscal year, openings apart."""
    row = con.execute(
        """SELECT count(*) FROM fec_lines JOIN fec_kinds USING (entry) JOIN (SELECT year, min(fy_start) AS fy_start,
        max(fy_end) AS fy_end FROM fec_years GROUP BY year) USING (year) WHERE NOT is_opening
            AND date NOT BETWEEN fy_start AND fy_end"""
    ).fetchone()
    return [Note("fec.outside_year", {"count": row[0]})] if row and row[0] else []
