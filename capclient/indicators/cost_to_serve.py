"""What serving a client costs, by activities driven by time (4.3, 4.5).

Floor 4. A pool of costs divided by what can be done in practice gives a unit cost; clients pay for what they use, and
what nobody used stays apart: charged to clients, it would punish the last ones for an empty diary.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, compare, number
from capclient.vocabulary import Unknown

OUTSIDE = ""  # the row of what served no client of the ledger: prospects, errors of codes


def unit_cost(amount: Limit, capacity: Limit) -> Fraction:
    """Return the cost of one unit of an activity: its pool over its practical capacity (4.3).

    >>> unit_cost(120000, 1500)
    Fraction(80, 1)
    """
    return number(amount) / number(capacity)


def charges(quantities: pd.Series, *, amount: Limit, capacity: Limit) -> tuple[pd.Series, dict[str, float]]:
    """Charge a pool to those who used it (4.3).

    Parameters
    ----------
    quantities
        Units used in the year, one value per client; the row :data:`OUTSIDE` for what served no client.
    amount, capacity
        Cost of the pool over the year in euros, and units that can be done in practice.

    Returns
    -------
    Series, dict
        Euros per row, to the cent, that add up exactly to what is charged (largest remainders); and ``unit_cost``,
        ``used``, ``capacity``, ``charged`` (to clients), ``outside``, ``unused`` (euros nobody used, never negative)
        and ``over`` (units beyond the capacity). Not over-used: charged + outside + unused = the pool.

    Examples
    --------
    A pool of 1 000 for 10 units; 7 are used, one of them for a prospect:

    >>> euros, pool = charges(pd.Series({"A": 4.0, "B": 2.0, "": 1.0}), amount=1000, capacity=10)
    >>> euros.to_dict(), pool["charged"], pool["outside"], pool["unused"], pool["over"]
    ({'A': 400.0, 'B': 200.0, '': 100.0}, 600.0, 100.0, 300.0, 0.0)

    Twelve units out of ten: nothing is unused, and the diary was longer than said:

    >>> charges(pd.Series({"A": 12.0}), amount=1000, capacity=10)[1]["over"]
    2.0
    """
    each = unit_cost(amount, capacity)
    used = quantities.astype("float64").clip(lower=0.0)
    whole = Fraction(str(round(float(used.to_numpy(float).sum()), 9)))
    pool = round(number(amount) * 100)
    total = pool if whole == number(capacity) else round(whole * each * 100)
    cents = _allocated(used, total)
    outside = int(cents[cents.index == OUTSIDE].to_numpy().sum())
    found = {
        "unit_cost": float(each),
        "used": float(whole),
        "capacity": float(number(capacity)),
        "charged": (total - outside) / 100,
        "outside": outside / 100,
        "unused": max(pool - total, 0) / 100 if whole <= number(capacity) else 0.0,
        "over": max(float(whole - number(capacity)), 0.0),
    }
    return cents / 100, found


def _allocated(parts: pd.Series, total: int) -> pd.Series:
    """Share whole cents in proportion, the largest remainders first (0.3)."""
    whole = float(parts.sum())
    if whole <= 0:
        return pd.Series(0, index=parts.index, dtype="int64")
    exact = parts.to_numpy(float) / whole * total
    floors = np.floor(np.round(exact, 6)).astype("int64")
    left = total - int(floors.sum())
    order = np.argsort(-(exact - floors), kind="stable")
    floors[order[:left]] += 1
    return pd.Series(floors, index=parts.index)


def priced(quantities: pd.Series, unit_costs: pd.Series) -> pd.Series:
    """Return quantity times unit cost in euros, rounded half up to the cent, row by row (4.3).

    >>> priced(pd.Series([12.0, 40.0, 100.0, 5.0]), pd.Series([150.0, 20.0, 15.0, 80.0])).tolist()
    [1800.0, 800.0, 1500.0, 400.0]
    """
    exact = np.round(quantities.to_numpy(float) * unit_costs.to_numpy(float) * 100, 6)
    return pd.Series(np.floor(exact + 0.5) / 100, index=quantities.index)


MONTH = re.compile(r"(\d{4})-(\d{1,2})(-\d{1,2})?(?: .*)?")
YEAR = re.compile(r"(\d{4})(\.0)?")


def bounds_of_period(said: str) -> tuple[date, date] | None:
    """Return the first and the last day of a month or a year, written ``2025-06`` or ``2025``; None when unreadable.

    >>> bounds_of_period("2025-06"), bounds_of_period("juin")
    ((datetime.date(2025, 6, 1), datetime.date(2025, 6, 30)), None)
    """
    words = said.strip()
    if year := YEAR.fullmatch(words):
        return date(int(year[1]) or 1, 1, 1), date(int(year[1]) or 1, 12, 31)
    if (month := MONTH.fullmatch(words)) and 1 <= int(month[2]) <= 12 and int(month[1]):
        first = date(int(month[1]), int(month[2]), 1)
        later = (first + timedelta(days=31)).replace(day=1) if first.year < 9999 else None
        return first, later - timedelta(days=1) if later else first
    return None


def share_of_period(said: str | None, start: date, end: date) -> float | None:
    """Return which part of a month or a year lies between two days, both included; None when it cannot be read (4.3).

    A row without period is taken to speak of the year that is analysed.

    >>> share_of_period("2025-06", date(2025, 1, 1), date(2025, 12, 31)), share_of_period("2024", date(2025, 1, 1),
    ...     date(2025, 12, 31)), share_of_period("juin", date(2025, 1, 1), date(2025, 12, 31))
    (1.0, 0.0, None)

    Where the year analysed runs from July to June, half of 2025 is in it:

    >>> round(share_of_period("2025", date(2024, 7, 1), date(2025, 6, 30)), 3)
    0.496
    """
    if said is None or said != said or not str(said).strip():
        return 1.0
    bounds = bounds_of_period(str(said))
    if bounds is None:
        return None
    first, last = bounds
    inside = (min(last, end) - max(first, start)).days + 1
    return max(inside, 0) / ((last - first).days + 1)


def shares_of_periods(periods: pd.Series, start: date, end: date) -> pd.Series:
    """Return :func:`share_of_period` of each row, missing where nobody can read its period (4.3).

    >>> shares_of_periods(pd.Series(["2025", None, "juin"]), date(2025, 1, 1), date(2025, 12, 31)).tolist()
    [1.0, 1.0, nan]
    """
    told = [share_of_period(said if isinstance(said, str) else None, start, end) for said in periods]
    return pd.Series(told, index=periods.index, dtype="float64")


def credit_cost(average_receivable: pd.Series, *, rate: Limit) -> pd.Series:
    """Return what the money that each client owes costs in a year (4.3): average receivable including VAT x rate.

    >>> credit_cost(pd.Series({"A": 24000.0, "B": -500.0}), rate="0.05").to_dict()
    {'A': 1200.0, 'B': 0.0}
    """
    return priced(
        average_receivable.clip(lower=0.0), pd.Series(float(number(rate)), index=average_receivable.index)
    )


def service_rates(revenue: pd.Series, cost: pd.Series, *, high: Limit) -> pd.DataFrame:
    """Return the cost to serve over revenue, and who costs more than revenue justifies (4.5, F16).

    Parameters
    ----------
    revenue, cost
        Euros, one value per client, same index; the cost is 0 for a client that used nothing.
    high
        Rate above which serving costs much.

    Returns
    -------
    DataFrame
        ``rate`` (missing without positive revenue) and ``is_high``: strictly above the limit, or cost without revenue.

    Examples
    --------
    >>> service_rates(pd.Series([50000.0, 1000.0, 0.0]), pd.Series([4500.0, 150.01, 20.0]), high="0.15")
          rate  is_high
    0  0.09000    False
    1  0.15001     True
    2      NaN     True
    """
    sold = (revenue * 100).round().astype("int64")
    spent = (cost * 100).round().astype("int64")
    positive = sold > 0
    above = compare(spent, sold.where(positive, 1), high) > 0
    return pd.DataFrame(
        {"rate": spent / sold.where(positive), "is_high": (positive & above) | (~positive & (spent > 0))},
        index=revenue.index,
    )


def total_rate(revenue: float, cost: float) -> float | Unknown:
    """Return the cost to serve over revenue of the whole; unknown without positive revenue (4.5).

    >>> total_rate(50000.0, 4500.0)
    0.09
    """
    return cost / revenue if revenue > 0 else Unknown("denominator_zero")
