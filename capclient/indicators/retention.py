"""How many clients stay, and how much of the revenue is renewed: attrition, rotation, renewal, NRR, GRR (2.1 to 2.8).

Floor 4. Revenue is in euros, one value per client, and is compared in whole cents.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.indicators.exact import cents
from capclient.vocabulary import Unknown

Z95 = 1.959963984540054  # normal quantile of a 95 % interval


def wilson_interval(successes: float, n: float, *, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson interval of a share observed on ``n`` cases: honest on small counts, inside 0 to 1.

    ``n`` may be a fraction where cases that repeat one another were brought back to what they are worth.
    Source: Wilson (1927). Raises ValueError unless ``0 <= successes <= n`` and ``n > 0``.

    >>> low, high = wilson_interval(1, 5)
    >>> round(low, 4), round(high, 4)
    (0.0362, 0.6245)
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is no share")
    share, spread = successes / n, z * z / n
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    low, high = ((middle + sign * half) / (1 + spread) for sign in (-1, 1))
    # at 0 and at n the bound is the share itself, which binary floats miss by a hair
    return (0.0 if successes == 0 else max(0.0, low)), (1.0 if successes == n else min(1.0, high))


def share_of(part: int, whole: int) -> float | Unknown:
    """Return ``part / whole``, unknown when the denominator is not positive (0.6)."""
    return part / whole if whole > 0 else Unknown("denominator_zero")


def lost_of(revenue: pd.Series, revenue_before: pd.Series) -> tuple[int, int]:
    """Count the clients lost between two years, and those active in the first: the attrition in number (2.1).

    >>> lost_of(pd.Series({"A": 500.0, "D": 0.0, "E": 120.0}), pd.Series({"A": 400.0, "D": 100.0, "E": 0.0}))
    (1, 2)
    """
    now, before = _whole(revenue, revenue_before)
    return int(((before > 0) & (now <= 0)).sum()), int((before > 0).sum())


def _whole(revenue: pd.Series, revenue_before: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Both years in whole cents, client by client."""
    return cents(revenue).to_numpy(), cents(revenue_before).to_numpy()


def attrition_revenue_rate(revenue_n: pd.Series, revenue_n1: pd.Series) -> float | Unknown:
    """Return the share of revenue N-1 that the lost clients made (2.2).

    Denominator: revenue N-1 of the clients active in N-1. R6: 100 of 900.

    >>> round(attrition_revenue_rate(pd.Series([500.0, 0.0]), pd.Series([800.0, 100.0])), 4)
    0.1111
    """
    now, before = _whole(revenue_n, revenue_n1)
    return share_of(int(before[(before > 0) & (now <= 0)].sum()), int(before[before > 0].sum()))


def turnover_rate(*, new: int, reactivated: int, lost: int, active_n1: int) -> float | Unknown:
    """Return the rotation of the portfolio: half of arrivals and departures, over the clients of N-1 (2.5).

    The reference texts name the rate and give no formula; this one is that of staff turnover.

    >>> turnover_rate(new=1, reactivated=0, lost=1, active_n1=5)
    0.2
    """
    return share_of(new + reactivated + lost, 2 * active_n1)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Parts of revenue N that are gains, in euros: clients that buy more, new ones, those that came back.

    ``total`` is the whole revenue of N, the denominator of every rate (2.6).
    """

    growth: float
    new: float
    reactivated: float
    total: float

    @property
    def growth_rate(self) -> float:
        """Part of the rate made by clients of N-1 that buy more."""
        return self.growth / self.total

    @property
    def arrivals_rate(self) -> float:
        """Part of the rate made by clients that were not there in N-1: new, and back."""
        return (self.new + self.reactivated) / self.total

    @property
    def rate(self) -> float:
        """The renewal rate of the reference text; exactly the sum of its two parts."""
        return self.growth_rate + self.arrivals_rate


def renewal(
    revenue_n: pd.Series, revenue_n1: pd.Series, status: pd.Series, *, total_n: float
) -> Renewal | Unknown:
    """Return the gains of N that make the renewal rate of the reference text (2.6).

    Gains are gross: what clients of N-1 buy less is not subtracted. Clients that came back after a year
    without revenue count as arrivals and are kept apart.

    Parameters
    ----------
    revenue_n, revenue_n1
        Revenue of the two years, one value per client.
    status
        Codes of :func:`capclient.indicators.status.customer_status`.
    total_n
        Whole revenue of N in euros, revenue without client included.

    Examples
    --------
    R6: (100 + 30 + 120) / 1000. Neither 11.1 % (net gains), nor 27.8 % (over N-1), nor 13 % (without arrivals):

    >>> n1 = pd.Series({"A": 400.0, "B": 200.0, "C": 150.0, "D": 100.0, "E": 0.0, "F": 50.0})
    >>> n = pd.Series({"A": 500.0, "B": 150.0, "C": 150.0, "D": 0.0, "E": 120.0, "F": 80.0})
    >>> who = pd.Series(["retained"] * 3 + ["lost", "new", "retained"], index=n.index)
    >>> made = renewal(n, n1, who, total_n=1000.0)
    >>> made.rate, made.growth_rate, made.arrivals_rate
    (0.25, 0.13, 0.12)
    """
    if round(total_n * 100) <= 0:
        return Unknown("denominator_zero")
    now, before = _whole(revenue_n, revenue_n1)
    gains = (now - before)[(before > 0) & (now > before)]
    new, back = (int(now[status.eq(code).to_numpy()].sum()) / 100 for code in ("new", "reactivated"))
    return Renewal(growth=int(gains.sum()) / 100, new=new, reactivated=back, total=total_n)


def net_revenue_retention(revenue_n: pd.Series, revenue_n1: pd.Series) -> float | Unknown:
    """Return the NRR: revenue N of the clients of N-1, credit notes included, over their revenue N-1 (2.7).

    >>> net_revenue_retention(pd.Series([630.0, 250.0, 120.0]), pd.Series([600.0, 300.0, 0.0])).__round__(4)
    0.9778
    """
    now, before = _whole(revenue_n, revenue_n1)
    return share_of(int(now[before > 0].sum()), int(before[before > 0].sum()))


def gross_revenue_retention(revenue_n: pd.Series, revenue_n1: pd.Series) -> float | Unknown:
    """Return the GRR: the revenue N-1 that was kept, growth left out, never above 1 nor below 0 (2.8).

    >>> gross_revenue_retention(pd.Series([630.0, 150.0]), pd.Series([600.0, 300.0])).__round__(4)
    0.8333
    """
    now, before = _whole(revenue_n, revenue_n1)
    was = before > 0
    return share_of(int(np.clip(np.minimum(now[was], before[was]), 0, None).sum()), int(before[was].sum()))


def yearly_loss(loss: float, *, years: int) -> float:
    """Return the yearly attrition that makes a loss over several years: geometric, not a division (2.2).

    The reference text claims 45 to 50 % in five years; a fifth of 45 % would be 9 %, which is wrong.

    >>> round(yearly_loss(0.45, years=5), 4), round(yearly_loss(0.50, years=5), 4)
    (0.1127, 0.1294)
    """
    return float(1 - (1 - loss) ** (1 / years))


def compounded_loss(yearly: float, *, years: int) -> float:
    """Return what several years at the same attrition take away: the inverse of :func:`yearly_loss`.

    >>> round(compounded_loss(0.20, years=5), 5)
    0.67232
    """
    return float(1 - (1 - yearly) ** years)


def lifetime_multiplier(retention: float, *, discount: float) -> float | Unknown:
    """Return how many times a yearly margin a client is worth: r / (1 + d - r) (2.17).

    >>> [round(lifetime_multiplier(r, discount=0.10), 3) for r in (0.80, 0.85)]
    [2.667, 3.4]
    """
    left = 1 + discount - retention
    return retention / left if left > 0 else Unknown("denominator_zero")


def lifetime_gain(retention: float, *, discount: float, step: float = 0.05) -> float | Unknown:
    """Return by how much the lifetime multiplier grows when retention gains ``step`` (2.17).

    ``not_applicable:full_retention`` when retention has no such step left before 100 %.

    >>> round(lifetime_gain(0.80, discount=0.10), 3)
    0.275
    >>> lifetime_gain(0.98, discount=0.10)
    Unknown(reason='not_applicable:full_retention')
    """
    if round(retention + step, 9) > 1:
        return Unknown("not_applicable:full_retention")
    base = lifetime_multiplier(retention, discount=discount)
    better = lifetime_multiplier(retention + step, discount=discount)
    if isinstance(base, Unknown) or isinstance(better, Unknown) or base <= 0:
        return Unknown("denominator_zero")
    return better / base - 1
