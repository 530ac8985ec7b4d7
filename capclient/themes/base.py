"""What every share of section 1 is a share of: the revenue of identified active clients, or why there is none.

Floor 5. Pooled codes are left out; revenue without client stands beside and, above a threshold, makes the whole
section unknown.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

UNDATED = Unknown("missing:invoice_lines")


@dataclass(frozen=True)
class Base:
    """``frame``: the clients, pooled codes left out; ``revenue`` and ``before``: their euros of N and N-1.

    ``reason`` says why the section is unknown, and then every revenue is 0; ``before`` is None when N-1 is not
    covered. ``total`` is the revenue of the whole company in N, None for client totals; ``caveat`` is that of
    revenue without client.
    """

    frame: pd.DataFrame
    period: Period
    revenue: pd.Series
    before: pd.Series | None
    total: float | None
    reason: Unknown | None
    caveat: str | None

    @property
    def active(self) -> int:
        """Number of active clients."""
        return int((self.revenue > 0).sum())

    @property
    def no_change(self) -> Unknown:
        """Why nothing can be compared with N-1, when ``before`` is None."""
        return UNDATED if self.total is None else Unknown("period_incomplete")


@once
def base(portfolio: Portfolio) -> Base:
    """Return the base of every share of section 1."""
    frame = portfolio.customers[~portfolio.customers.is_pool]
    period, reason, caveat = _usable(portfolio)
    revenue = frame.revenue_n.fillna(0.0) if reason is None else frame.revenue_n * 0.0
    known = portfolio.has_lines and portfolio.is_complete(portfolio.windows.n1)
    total = portfolio.total_revenue(period) if portfolio.has_lines else None
    return Base(frame, period, revenue, frame.revenue_n1 if known else None, total, reason, caveat)


def _usable(portfolio: Portfolio) -> tuple[Period, Unknown | None, str | None]:
    """Return the period, why the section is unknown (or None) and the caveat it must carry (section 1)."""
    if not portfolio.has_lines:
        return portfolio.totals_period, None, None
    period = portfolio.windows.n
    if not portfolio.is_complete(period):
        return period, Unknown("period_incomplete"), None
    share = unassigned_share(portfolio)
    quality = portfolio.thresholds.quality
    if share > float(quality.unassigned_refusal):
        return period, Unknown("unreliable:unidentified"), None
    return period, None, "caveat.unassigned" if share > float(quality.unassigned_caveat) else None


def unassigned_share(portfolio: Portfolio) -> float:
    """Return the amount that no client answers for, whatever its sign, as a share of revenue N.

    Credit notes without client weigh as much as sales without client. Infinite when there is such an amount and no
    revenue to hold it against; 0 when there is neither.
    """
    total = portfolio.total_revenue(portfolio.windows.n)
    amount = abs(round(total - float(portfolio.customers.revenue_n.sum()), 2))
    return amount / total if total > 0 else math.inf if amount else 0.0
