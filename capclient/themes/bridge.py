"""What moved revenue from N-1 to N: bars, counts and names (2.9, E09, A06).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.bridge import BARS, movements, revenue_bridge
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.counts import counts
from capclient.themes.once import once
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Bridge:
    """``bars``: opening, five movements and closing. ``movers``: clients with their bar and change, largest first.

    ``lost``: clients lost in the accounts, by what they brought in N-1, with their silence.
    """

    bars: pd.DataFrame
    movers: pd.DataFrame
    lost: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def bridge(portfolio: Portfolio) -> Bridge:
    """Return the revenue bridge between the two years."""
    reason = not_compared(portfolio)
    if reason is not None:
        names = ("opening", *BARS, "closing")
        period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
        found = [finding(f"bridge.{name}", reason, period=period) for name in names]
        return Bridge(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), reason, found)
    frame, years = portfolio.customers, portfolio.windows
    status = counts(portfolio).customers.status
    moved = movements(frame.revenue_n, frame.revenue_n1, status, counted=~frame.is_pool)
    opening, closing = (portfolio.total_revenue(year) for year in (years.n1, years.n))
    loose = (closing - opening) - float((frame.revenue_n - frame.revenue_n1).sum())
    bars = revenue_bridge(
        moved, opening=opening, closing=closing, unassigned_change=round(loose, 2), counted=~frame.is_pool
    )
    columns = ["name", "salesperson", "revenue_n1", "revenue_n", "last_purchase"]
    named = frame[columns].join(moved)[~frame.is_pool]
    movers = named[named.bar.notna()].sort_values(["change", "name"], kind="stable")
    silence = activity(portfolio).customers[["recency_days", "interval_days"]]
    lost = movers[movers.bar == "lost"].join(silence)
    amounts = bars.set_index("bar").amount
    heads = bars.set_index("bar").customers
    return Bridge(
        bars=bars,
        movers=movers.sort_values("change", key=abs, ascending=False, kind="stable"),
        lost=lost.sort_values(["revenue_n1", "name"], ascending=[False, True], kind="stable"),
        reason=None,
        findings=[
            finding(
                f"bridge.{bar}",
                float(amounts[bar]),
                period=years.n1 if bar == "opening" else years.n,
                n=int(heads[bar]) if bar in BARS else None,
            )
            for bar in amounts.index
        ],
    )


def not_compared(portfolio: Portfolio) -> Unknown | None:
    """Return why N and N-1 cannot be compared, or None when they can (0.2)."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    years = portfolio.windows
    whole = portfolio.is_complete(years.n) and portfolio.is_complete(years.n1)
    return None if whole else Unknown("period_incomplete")
