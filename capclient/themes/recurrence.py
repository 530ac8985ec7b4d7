"""Revenue that comes back: under contract, or by habit, and what is already signed (2.14, 2.15).

Floor 5. Two measures side by side; nothing adds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from capclient.engine import retention as operations
from capclient.findings import Finding, finding
from capclient.indicators.recurrence import behavioural_share, contracted_horizon, contractual_share
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.themes.cohorts import yearly_revenue
from capclient.themes.once import once
from capclient.themes.origins import contracts_on
from capclient.vocabulary import Unknown

UNNAMED = 0.05  # share of revenue without client above which a share of clients is said to be a minimum
HORIZON = (12, 24, 36)  # months after D


@dataclass(frozen=True)
class Recurrence:
    """``horizon``: what contracts bring in each of the three years after D; empty when ``reason`` says why."""

    horizon: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def recurrence(portfolio: Portfolio) -> Recurrence:
    """Return the recurring revenue of a portfolio at D."""
    horizon, reason = _horizon(portfolio)
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    found = [
        finding("recurrence.contractual_share", _contractual(portfolio), period=period),
        finding(
            "recurrence.behavioural_share",
            _behavioural(portfolio),
            period=period,
            caveat="caveat.unnamed" if unnamed_share(portfolio) > UNNAMED else None,
        ),
    ]
    for place, months in enumerate(HORIZON):
        ahead = Period(portfolio.as_of + timedelta(days=1), shifted(portfolio.as_of, months))
        value = reason or float(horizon.cumulated.iloc[place])
        endless = reason is None and float(horizon.open_ended.sum()) != 0
        found.append(
            finding(
                f"recurrence.contracted_next_{months}m",
                value,
                period=ahead,
                n=None if reason else int(horizon.contracts.iloc[place]),
                caveat="caveat.open_ended" if endless else None,
                inputs=("contracts",),
            )
        )
    return Recurrence(horizon, reason, found)


def unnamed_share(portfolio: Portfolio) -> float:
    """Share of revenue N that no client answers for, pooled codes included, whatever its sign; 0 without a revenue."""
    total = portfolio.total_revenue(portfolio.windows.n) if portfolio.has_lines else 0.0
    named = float(portfolio.customers.revenue_n[~portfolio.customers.is_pool].sum())
    return abs(total - named) / total if total > 0 else 0.0


def _contractual(portfolio: Portfolio) -> float | Unknown:
    """Lines that say they recur, or that name a contract that runs; unknown where lines say nothing."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    year = portfolio.windows.n
    if not portfolio.is_complete(year):
        return Unknown("period_incomplete")
    sql = operations.contracted(with_contracts=portfolio.has("contracts"))
    row = portfolio.ledger.frame(sql, {"start": year.start, "end": year.end}).iloc[0]
    if not row.told:
        return Unknown("missing:recurring")
    return contractual_share(int(row.revenue) / 100, portfolio.total_revenue(year))


def _behavioural(portfolio: Portfolio) -> float | Unknown:
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    if not portfolio.is_complete(portfolio.windows.n):
        return Unknown("period_incomplete")
    years = portfolio.years_back(3)
    if len(years) < 3:
        return Unknown("history_short")
    revenue = yearly_revenue(portfolio, years)[~portfolio.customers.is_pool]
    return behavioural_share(revenue, total=portfolio.total_revenue(portfolio.windows.n))


def _horizon(portfolio: Portfolio) -> tuple[pd.DataFrame, Unknown | None]:
    contracts = contracts_on(portfolio, portfolio.as_of)
    if contracts.empty:
        return pd.DataFrame(), Unknown("missing:contracts")
    if contracts.annual_amount.isna().all():
        return pd.DataFrame(), Unknown("missing:annual_amount")
    day = portfolio.as_of
    years = [
        Period(shifted(day, months - 12) + timedelta(days=1), shifted(day, months)) for months in HORIZON
    ]
    return contracted_horizon(contracts, years=years), None
