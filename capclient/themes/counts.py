"""Revenue of the years and who the clients are: new, lost, back, kept (0.5).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.status import customer_status, growth, total_growth
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Counts:
    """``customers``: ``status`` and ``growth`` per client; ``totals``: revenue of N and N-1 in euros."""

    customers: pd.DataFrame
    findings: list[Finding]


@once
def counts(portfolio: Portfolio) -> Counts:
    """Return the status of each client and the counts of the portfolio."""
    if not portfolio.has_lines:
        return _from_totals(portfolio)
    frame = portfolio.customers[~portfolio.customers.is_pool]
    years = portfolio.windows
    n_known, n1_known = portfolio.is_complete(years.n), portfolio.is_complete(years.n1)
    both = n_known and n1_known
    status = customer_status(portfolio.customers, windows=years, n1_is_complete=both)
    customers = pd.DataFrame({"status": status})
    customers["growth"] = (
        growth(portfolio.customers.revenue_n, portfolio.customers.revenue_n1) if both else float("nan")
    )
    incomplete = Unknown("period_incomplete")
    revenue_n = portfolio.total_revenue(years.n) if n_known else incomplete
    revenue_n1 = portfolio.total_revenue(years.n1) if n1_known else incomplete
    tally = status[~portfolio.customers.is_pool].value_counts()
    short = "caveat.new_short_history" if portfolio.coverage.first >= years.n1.start else None

    def counted(code: str) -> int | Unknown:
        return int(tally.get(code, 0)) if both else incomplete

    active_n1 = int((frame.revenue_n1 > 0).sum())
    return Counts(
        customers,
        [
            finding("portfolio.revenue_n", revenue_n, period=years.n),
            finding("portfolio.revenue_n1", revenue_n1, period=years.n1),
            finding(
                "portfolio.growth",
                incomplete if not both else total_growth(revenue_n, revenue_n1),  # type: ignore[arg-type]
                period=years.n,
            ),
            finding("portfolio.customers", len(frame)),
            finding(
                "portfolio.customers_active_n",
                int((frame.revenue_n > 0).sum()) if n_known else incomplete,
                period=years.n,
            ),
            finding("portfolio.customers_active_n1", active_n1 if n1_known else incomplete, period=years.n1),
            finding("portfolio.customers_new", counted("new"), period=years.n, caveat=short),
            finding("portfolio.customers_lost", counted("lost"), period=years.n),
            finding("portfolio.customers_reactivated", counted("reactivated"), period=years.n),
            finding("portfolio.customers_retained", counted("retained"), period=years.n),
            finding(
                "portfolio.customers_net_negative",
                int((frame.revenue_n < 0).sum()) if n_known else incomplete,
                period=years.n,
            ),
        ],
    )


def _from_totals(portfolio: Portfolio) -> Counts:
    """Totals know one period and no date: how many clients, how much, and nothing else."""
    frame = portfolio.customers
    period = portfolio.totals_period
    undated = Unknown("missing:invoice_lines")
    known = {
        "portfolio.revenue_n": float(frame.revenue_n.sum()),
        "portfolio.customers": len(frame),
        "portfolio.customers_active_n": int((frame.revenue_n > 0).sum()),
    }
    unknown = (
        "portfolio.revenue_n1", "portfolio.growth", "portfolio.customers_active_n1", "portfolio.customers_new",
        "portfolio.customers_lost", "portfolio.customers_reactivated", "portfolio.customers_retained",
        "portfolio.customers_net_negative",
    )  # fmt: skip
    customers = pd.DataFrame({"status": pd.NA, "growth": float("nan")}, index=frame.index)
    inputs = ("customer_totals",)
    return Counts(
        customers,
        [finding(id, value, period=period, inputs=inputs) for id, value in known.items()]
        + [finding(id, undated) for id in unknown],
    )
