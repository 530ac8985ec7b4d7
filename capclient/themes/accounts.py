"""The customers' accounts of a portfolio: whether there are any, and what was sold including VAT.

Floor 5. Sections 0.1, 0.3 and 5 of the dictionary. Receivables include VAT, so the sales they are compared with do too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from capclient.engine import receivables as engine
from capclient.periods import Period, rolling
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

ITEMS, PAYMENTS = "receivable_items", "payments"
INPUTS = (ITEMS, PAYMENTS, "allocations")
UNTAXED = 0.05  # of the amounts sold, above which sales including VAT are not known


@dataclass(frozen=True)
class Sales:
    """``days``: cents including VAT by day up to D (index: day); empty when ``reason`` says why.

    ``is_estimated``: VAT was added at the rate of the parameters.
    """

    days: pd.Series
    reason: Unknown | None
    is_estimated: bool = False

    def over(self, period: Period) -> int:
        """Return the cents sold in a period."""
        within = (self.days.index >= pd.Timestamp(period.start)) & (
            self.days.index <= pd.Timestamp(period.end)
        )
        return int(self.days[within].sum())


def no_accounts(portfolio: Portfolio) -> Unknown | None:
    """Return why nobody knows what clients owe, None when it is known."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    if portfolio.has(ITEMS):
        return None
    return Unknown(portfolio.store.report.get("receivables", {}).get("missing") or "missing:payments")


def no_history(portfolio: Portfolio) -> Unknown | None:
    """Return why past balances are not known: a list of what is open today forgot what was paid."""
    return no_accounts(portfolio) or (None if portfolio.has(PAYMENTS) else Unknown("missing:payments"))


def year(portfolio: Portfolio) -> Period:
    """Return the twelve months that end at D: what is open at D is compared with them, whatever the fiscal year (5)."""
    return rolling(portfolio.as_of)


def year_before(portfolio: Portfolio) -> Period:
    """Return the twelve months before those of :func:`year`."""
    return rolling(portfolio.as_of, back=12)


def year_caveat(portfolio: Portfolio) -> str | None:
    """Return the caveat of what is said of these twelve months when the analysis is about another year."""
    return "caveat.twelve_months" if portfolio.has_lines and portfolio.windows.n != year(portfolio) else None


def first_day(portfolio: Portfolio) -> date:
    """Return the first day on which the accounts mean something: the first that the data cover."""
    return portfolio.coverage.first


@once
def sales(portfolio: Portfolio) -> Sales:
    """Return what was sold up to D, including VAT: said by the lines, else by the items."""
    none = pd.Series(dtype="int64")
    if not portfolio.has_lines:
        return Sales(none, Unknown("missing:invoice_lines"))
    rate = portfolio.params.receivables.vat_rate
    rows = portfolio.ledger.frame(engine.sold(1 + (rate or 0)), {"day": portfolio.as_of})
    untaxed = int(rows.untaxed.sum())
    if rate is not None or untaxed <= UNTAXED * int(rows.moved.sum()):
        return Sales(_by_day(rows), None, rate is not None and untaxed > 0)
    if portfolio.has(ITEMS) and portfolio.has(PAYMENTS):
        return Sales(_by_day(portfolio.ledger.frame(engine.BILLED, {"day": portfolio.as_of})), None)
    return Sales(none, Unknown("missing:amount_ttc"))


def months_back(portfolio: Portfolio, sold: Sales) -> list[tuple[int, int]]:
    """Return cents sold and days of each month that the data cover, the latest first; D may cut the first."""
    months: list[tuple[int, int]] = []
    end, first = portfolio.as_of, first_day(portfolio)
    while end >= first:
        start = max(end.replace(day=1), first)
        month = Period(start, end)
        months.append((sold.over(month), month.days))
        end = end.replace(day=1) - timedelta(days=1)
    return months


def _by_day(rows: pd.DataFrame) -> pd.Series:
    return rows.set_index(rows.day.astype("datetime64[ns]")).cents.sort_index()
