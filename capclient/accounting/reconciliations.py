"""C.9: thirteen comparisons that say whether the translation can be believed.

Floor 3. R1 to R9, R11 and R13 fail on a difference (R1, R2, R3 and R9 beyond a cent); R10 and R12 are measures. R8
and R13 are not applicable without a second year or a declared revenue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import duckdb

from capclient.accounting.options import Options
from capclient.accounting.years import Year

Status = Literal["ok", "warning", "failed", "not_applicable"]
TOLERANCE = Decimal("0.01")
COUNTS = ("R2", "R3", "R11")
ODD_VAT_SHARE = Decimal("0.05")  # of the revenue; beyond it R10 warns
RATES = ("0.20", "0.196", "0.13", "0.10", "0.085", "0.07", "0.055", "0.021", "0.0175", "0.0105", "0.009", "0")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One comparison, in euros or in counts (``COUNTS``).

    ``reconciliation.<id>`` of the catalogues says what is compared; ``fec.<id>`` what was found, filled with
    ``computed``, ``expected``, ``difference`` and ``facts``.
    """

    id: str
    computed: Decimal | None
    expected: Decimal | None
    difference: Decimal | None
    status: Status
    facts: dict[str, object] = field(default_factory=dict)


TOTALS = "SELECT coalesce(sum(debit), 0), coalesce(sum(credit), 0) FROM {lines}"
# How many do not balance, by how much in all, and the largest difference of one of them.
UNBALANCED = """
SELECT count(*), coalesce(sum(abs(total)), 0), coalesce(max(abs(total)), 0) FROM fec_entries WHERE total <> 0
"""
JOURNALS = """
SELECT count(*), coalesce(sum(abs(total)), 0), coalesce(max(abs(total)), 0)
FROM (SELECT sum(balance) AS total FROM fec_lines GROUP BY company, year, journal) WHERE total <> 0
"""
# Revenue that the documents carry, against minus the balance of accounts 70 without closing entries.
BY_KEY = """
SELECT coalesce(sum(derived), 0), coalesce(sum(booked), 0), coalesce(sum(abs(coalesce(derived,
    0) - coalesce(booked, 0))), 0) FROM
(SELECT {key}, sum(ht) AS derived FROM fec_revenue GROUP BY ALL)
FULL JOIN (SELECT {key}, -sum(balance) AS booked FROM fec_lines JOIN fec_kinds USING (entry)
           WHERE role IN ('REV', 'REV_RED') AND NOT is_opening AND NOT is_closing GROUP BY ALL) USING ({key})
"""
# The last year's file of a company holds openings and movements; where it has no opening, balances follow
# from the year before.
RECEIVABLES = """
WITH by_year AS (
    SELECT company, year, coalesce(sum(balance) FILTER (role = 'AR'), 0) AS moved, bool_or(is_opening) AS has_opening
    FROM fec_lines JOIN fec_kinds USING (entry) GROUP BY company, year
),
base AS (SELECT company, coalesce(max(year) FILTER (has_opening), min(year)) AS base FROM by_year GROUP BY company)
SELECT coalesce(sum(moved), 0) FROM by_year JOIN base USING (company) WHERE year >= base
"""
CUSTOMER_BALANCES = (
    "SELECT coalesce(sum(balance), 0) FROM (SELECT sum(amount) AS balance FROM fec_items GROUP BY customer)"
)
OPEN_ITEMS = "SELECT coalesce(sum(rest), 0) FROM fec_left"
# Classes 1 to 5 of a closing are the openings of the next year; 11 and 12 move when the result is appropriated.
OPENINGS = """
WITH opening AS (SELECT line.company, line.year, {key} AS key, sum(line.balance) AS amount
                 FROM {source} JOIN fec_companies USING (company) WHERE is_opening AND line.year > first_year
                 GROUP BY ALL),
opened AS (SELECT DISTINCT company, year FROM opening),
closing AS (SELECT line.company, line.year + 1 AS year, {key} AS key, sum(line.balance) AS amount FROM {source}
            WHERE (line.company, line.year + 1) IN (SELECT (company, year) FROM opened) GROUP BY ALL)
SELECT coalesce(sum(opening.amount), 0), coalesce(sum(closing.amount), 0),
       coalesce(sum(abs(coalesce(opening.amount, 0) - coalesce(closing.amount, 0))), 0), (SELECT count(*) FROM opened)
FROM opening FULL JOIN closing USING (company, year, key)
"""
_ACCOUNTS = (
    "(SELECT * FROM fec_lines WHERE account[1] IN ('1','2','3','4','5') AND account[:2] NOT IN ('11','12'))"
)
_CUSTOMERS = """
(SELECT company, year, entry, coalesce(root, customer) AS customer, balance
 FROM fec_parties LEFT JOIN fec_links ON code = customer WHERE role = 'AR')
"""
# HT + VAT + what else the document lists = what the customers owe.
EXPLAINED = """
SELECT count(*) FILTER (total <> 0), coalesce(sum(ar), 0), coalesce(sum(ar - total), 0), coalesce(sum(abs(total)), 0),
       coalesce(max(abs(total)), 0)
FROM fec_docs WHERE type IN ('invoice', 'credit_note', 'zero_invoice')
"""
# A rate is known within 0.05 point or two cents, on the revenue or on the revenue less the deposit it deducts;
# between two known rates, several accounts explain it.
VAT = """
WITH bill AS (
    SELECT rev, -vat AS vat, rev - advance AS less_deposit, n_rev, n_advance FROM fec_docs
    WHERE type IN ('invoice', 'credit_note') AND rev <> 0
)
SELECT coalesce(sum(abs(rev)) FILTER (NOT is_known), 0), coalesce(sum(abs(rev)), 0) FROM (
    SELECT rev, ({known}) OR (n_rev > 1 AND vat * sign(rev) BETWEEN 0 AND abs(rev) * 0.2) AS is_known FROM bill
)
"""
ONE_DOCUMENT = """
SELECT (SELECT count(*) FROM fec_lines WHERE role IN ('AR', 'REV', 'REV_RED')),
       (SELECT count(*) FROM (SELECT id FROM fec_line_doc SEMI JOIN fec_docs USING (doc)
                              WHERE role IN ('AR', 'REV', 'REV_RED') GROUP BY id HAVING count(*) = 1))
"""
UNASSIGNED = """
SELECT coalesce(sum(amount_ht) FILTER (customer_id IS NULL OR is_pool), 0), coalesce(sum(amount_ht), 0)
FROM ledger_invoice_lines LEFT JOIN (SELECT customer_id, is_pool FROM ledger_customers) USING (customer_id)
"""
YEARLY = """
SELECT fy_end, -sum(balance) FROM fec_lines JOIN fec_kinds USING (entry)
     JOIN (SELECT year, max(fy_end) AS fy_end FROM fec_years GROUP BY year) USING (year)
WHERE role IN ('REV', 'REV_RED') AND NOT is_opening AND NOT is_closing GROUP BY fy_end
"""


def reconcile(
    con: duckdb.DuckDBPyConnection, lines: str, years: Sequence[Year], options: Options
) -> tuple[Reconciliation, ...]:
    """Compute R1 to R13, in order."""

    def row(sql: str) -> tuple[Decimal, ...]:
        found = con.execute(sql).fetchone()
        assert found is not None
        return tuple(Decimal(value) for value in found)

    debit, credit = row(TOTALS.format(lines=lines))
    entries, entries_amount, entries_worst = row(UNBALANCED)
    journals, journals_amount, journals_worst = row(JOURNALS)
    by_year, by_account = row(BY_KEY.format(key="year")), row(BY_KEY.format(key="account"))
    (booked,), (balances,), (left,) = row(RECEIVABLES), row(CUSTOMER_BALANCES), row(OPEN_ITEMS)
    bills, owed, explained, unexplained, bills_worst = row(EXPLAINED)
    all_lines, once = row(ONE_DOCUMENT)
    return (
        _compared("R1", debit, credit, worst=abs(debit - credit)),
        _compared("R2", entries, Decimal(0), worst=entries_worst, amount=entries_amount),
        _compared("R3", journals, Decimal(0), worst=journals_worst, amount=journals_amount),
        _compared("R4", by_year[0], by_year[1], by_year[2]),
        _compared("R5", by_account[0], by_account[1], by_account[2]),
        _compared("R6", balances, booked),
        _compared("R7", left, balances),
        _continuity(row, years),
        _compared("R9", explained, owed, unexplained, worst=bills_worst, documents=int(bills)),
        _vat(row),
        _compared("R11", once, all_lines),
        _unassigned(row),
        _declared(con, options),
    )


def _compared(
    id: str,
    computed: Decimal,
    expected: Decimal,
    distance: Decimal | None = None,
    *,
    worst: Decimal | None = None,
    **facts: object,
) -> Reconciliation:
    """Compare two figures; ``distance`` adds up differences that would hide one another in the totals.

    The difference bears its sign; where the totals agree by chance, it is the distance. Entries may be a cent
    off (A.6): where no single difference is larger (``worst``), it is said and does not fail.
    """
    difference = computed - expected or distance or Decimal(0)
    facts["distance"] = abs(difference) if distance is None else distance
    status: Status = "failed" if difference else "ok"
    if difference and worst is not None and worst <= TOLERANCE:
        status = "warning"
    return Reconciliation(id, computed, expected, difference, status, facts)


def _continuity(row: object, years: Sequence[Year]) -> Reconciliation:
    assert callable(row)
    accounts = row(OPENINGS.format(key="account", source=f"{_ACCOUNTS} AS line JOIN fec_kinds USING (entry)"))
    if len(years) < 2 or not accounts[3]:
        return Reconciliation("R8", None, None, None, "not_applicable")
    customers = row(
        OPENINGS.format(key="customer", source=f"{_CUSTOMERS} AS line JOIN fec_kinds USING (entry)")
    )
    distance = accounts[2] + customers[2]
    return _compared("R8", accounts[0], accounts[1], distance, accounts=accounts[2], customers=customers[2])


def _vat(row: object) -> Reconciliation:
    assert callable(row)
    tests = [
        f"abs(vat - {base} * {rate}) <= greatest(abs({base}) * 0.0005, 0.02)"
        for base in ("rev", "less_deposit")
        for rate in RATES
    ]
    odd, revenue = row(VAT.format(known=" OR ".join(tests)))
    status: Status = "warning" if odd > ODD_VAT_SHARE * revenue else "ok"
    return Reconciliation("R10", odd, Decimal(0), odd, status, {"revenue": revenue})


def _unassigned(row: object) -> Reconciliation:
    assert callable(row)
    unassigned, revenue = row(UNASSIGNED)
    return Reconciliation("R12", unassigned, Decimal(0), unassigned, "ok", {"revenue": revenue})


def _declared(con: duckdb.DuckDBPyConnection, options: Options) -> Reconciliation:
    if not options.declared_revenue:
        return Reconciliation("R13", None, None, None, "not_applicable")
    booked = dict(con.execute(YEARLY).fetchall())
    declared = options.declared_revenue
    computed = sum((Decimal(booked.get(end, 0)) for end in declared), Decimal(0))
    distance = sum(
        (abs(Decimal(booked.get(end, 0)) - amount) for end, amount in declared.items()), Decimal(0)
    )
    return _compared("R13", computed, sum(declared.values(), Decimal(0)), distance)
