"""Clients by year of first purchase, how long they stay, how many come back (2.11 to 2.13).

Floor 5. Its findings bear the group ``retention`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from capclient.engine import retention as operations
from capclient.findings import Finding, finding
from capclient.indicators.cohorts import (
    EARLIER,
    cohort_triangle,
    first_losses,
    kaplan_meier,
    median_survival,
    survival_at,
    won_back,
)
from capclient.indicators.retention import lost_of, share_of, wilson_interval
from capclient.indicators.seniority import seniority
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

MOST_YEARS = 60  # a triangle of more rows is no ledger of ours


@dataclass(frozen=True)
class Cohorts:
    """``years``: the whole years of the data, oldest first; ``revenue``: euros of each client in each of them.

    ``clients``: seniority of every client. ``triangle``: who still buys, by cohort and year. ``survival``:
    Kaplan-Meier curve of the first year without revenue; ``followed``: clients behind it; ``longest``: years they
    were followed at most. The frames are empty when ``reason`` says why.
    """

    years: list[Period]
    revenue: pd.DataFrame
    clients: pd.DataFrame
    triangle: pd.DataFrame
    survival: pd.DataFrame
    followed: int
    longest: int
    reason: Unknown | None
    findings: list[Finding]


@once
def cohorts(portfolio: Portfolio) -> Cohorts:
    """Return the cohorts of a portfolio at D; pooled codes are no clients and left out."""
    if not portfolio.has_lines:
        missing = Unknown("missing:invoice_lines")
        return _none([], _seniority_of_nobody(portfolio), missing, missing, portfolio)
    clients = client_seniority(portfolio)
    years = portfolio.years_back(MOST_YEARS)
    if len(years) < 2:
        return _none(years, clients, Unknown("history_short"), Unknown("history_short"), portfolio)
    revenue = yearly_revenue(portfolio, years)
    revenue = revenue[~portfolio.customers.is_pool]
    places = _cohort(clients.loc[revenue.index], years)
    triangle = cohort_triangle(revenue, places)
    losses = first_losses(revenue, places)
    losses = losses[losses.years > 0]  # clients of the last year were not followed yet
    curve = kaplan_meier(losses.years, losses.lost)
    longest = int(losses.years.max()) if len(losses) else 0
    return Cohorts(
        years, revenue, clients, triangle, curve, len(losses), longest, None,
        [*_histories(portfolio, revenue, years), *_survivals(curve, losses, longest, years)],
    )  # fmt: skip


def client_seniority(portfolio: Portfolio) -> pd.DataFrame:
    """Return first day, seniority and censoring of every client at D (2.11)."""
    return seniority(
        portfolio.customers,
        as_of=portfolio.as_of,
        data_start=portfolio.params.period.covered_from or portfolio.extent[0],
        censored_months=portfolio.thresholds.retention.censored_months,
    )


def yearly_revenue(portfolio: Portfolio, years: list[Period]) -> pd.DataFrame:
    """Return the revenue of each client in contiguous years, in euros: one column a year, oldest first."""
    ends: list[date] = [year.end for year in years]
    rows = portfolio.ledger.frame(operations.YEARS, {"start": years[0].start, "ends": ends})
    index = portfolio.customers.index
    table = np.zeros((len(index), len(years)), dtype="int64")
    table[index.get_indexer(pd.Index(rows.customer_id)), rows.place] = rows.revenue
    return pd.DataFrame(table / 100, index=index)


def _cohort(clients: pd.DataFrame, years: list[Period]) -> pd.Series:
    """Place of the year of first purchase; clients that may be older than the data stand apart."""
    starts = pd.DatetimeIndex([pd.Timestamp(year.start) for year in years])
    first = clients.first_seen
    place = pd.Series(starts.searchsorted(first, side="right") - 1.0, index=clients.index)
    place = place.mask(clients.seniority_censored, EARLIER).clip(lower=EARLIER)
    return place.where(first <= pd.Timestamp(years[-1].end))


def _histories(portfolio: Portfolio, revenue: pd.DataFrame, years: list[Period]) -> list[Finding]:
    """What became of the clients of five years ago, and of those lost in the two years before N."""
    found = []
    for id, needed, tally in (("five_year_loss_rate", 6, _five_years), ("winback_rate", 4, won_back)):
        period = Period(years[-min(needed, len(years))].start, years[-1].end)
        if len(years) < needed:
            found.append(finding(f"retention.{id}", Unknown("history_short"), period=years[-1]))
            continue
        part, whole = tally(revenue)
        interval = wilson_interval(part, whole) if whole else None
        found.append(
            finding(f"retention.{id}", share_of(part, whole), period=period, n=whole, interval=interval)
        )
    return found


def _five_years(revenue: pd.DataFrame) -> tuple[int, int]:
    return lost_of(revenue.iloc[:, -1], revenue.iloc[:, -6])


def _survivals(curve: pd.DataFrame, losses: pd.DataFrame, longest: int, years: list[Period]) -> list[Finding]:
    period, n = Period(years[0].start, years[-1].end), len(losses)
    first = survival_at(curve, 1, longest=longest)
    interval = None
    if 1 in curve.index and pd.notna(curve.low[1]):
        interval = (float(curve.low[1]), float(curve.high[1]))
    elif n and not isinstance(
        first, Unknown
    ):  # nobody lost, or everybody: the log-log interval does not exist
        interval = wilson_interval(round(first * n), n)
    median = median_survival(curve)
    return [
        finding("retention.first_year_survival", first, period=period, n=n, interval=interval),
        finding("retention.survival_median_years", median, period=period, n=n),
    ]


def _seniority_of_nobody(portfolio: Portfolio) -> pd.DataFrame:
    columns = ["first_seen", "seniority_years", "seniority_censored"]
    return pd.DataFrame(index=portfolio.customers.index, columns=columns)


def _none(
    years: list[Period], clients: pd.DataFrame, reason: Unknown, unknown: Unknown, portfolio: Portfolio
) -> Cohorts:
    names = ("five_year_loss_rate", "winback_rate", "first_year_survival", "survival_median_years")
    empty = pd.DataFrame()
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    found = [finding(f"retention.{name}", unknown, period=period) for name in names]
    return Cohorts(years, empty, clients, empty, empty, 0, 0, reason, found)
