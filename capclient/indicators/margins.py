"""Gross margin, how much of revenue has a known cost, and what was given back (4.1, 4.8).

Floor 4. Amounts come in euros; whatever has no cost is in neither the margin nor the revenue it is divided by.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, cents, compare, number
from capclient.vocabulary import Unknown

LEVELS = ("low", "moderate", "high")
NO_COST = Unknown("missing:cost")


def cost_coverage(size: int, costed: int) -> float | Unknown:
    """Return the share of revenue whose cost is known, 0 to 1 (4.1).

    Parameters
    ----------
    size, costed
        Sum of the amounts of all lines, and of those with a cost, whatever their sign, in one unit. On net amounts, a
        credit note without cost would push the coverage above 1.

    Examples
    --------
    >>> cost_coverage(100_000, 92_000)
    0.92
    >>> cost_coverage(0, 0)
    Unknown(reason='denominator_zero')
    """
    return costed / size if size > 0 else Unknown("denominator_zero")


def uncovered(size: int, costed: int, *, least: Limit) -> Unknown | None:
    """Return why no margin can be said, None when enough of the revenue has a cost (4.1).

    >>> uncovered(100, 70, least="0.70") is None, uncovered(100, 69, least="0.70"), uncovered(100, 0, least="0.70")
    (True, Unknown(reason='unreliable:cost_coverage'), Unknown(reason='missing:cost'))
    """
    if costed <= 0:
        return NO_COST
    return None if costed >= number(least) * size else Unknown("unreliable:cost_coverage")


def margin_rate(revenue: int, margin: int) -> float | Unknown:
    """Return the margin as a share of the revenue it comes from; unknown when there is no positive revenue (4.1).

    >>> margin_rate(5_000_000, 1_500_000), margin_rate(-10, -3)
    (0.3, Unknown(reason='denominator_zero'))
    """
    return margin / revenue if revenue > 0 else Unknown("denominator_zero")


def gross_margins(customers: pd.DataFrame, *, least: Limit) -> pd.DataFrame:
    """Return the gross margin of each client (4.1).

    Parameters
    ----------
    customers
        One row per client, whole cents: ``revenue``, ``size`` (amounts whatever their sign), ``costed`` (revenue of
        known cost), ``costed_size``, ``cost``; and ``lines``, their number.
    least
        Share of a client's own revenue that must have a cost.

    Returns
    -------
    DataFrame
        Same index, euros and shares: ``coverage``, ``gross_margin`` (0 for a client without any line, missing when too
        little of its revenue has a cost) and ``gross_margin_rate`` (missing without positive revenue).

    Examples
    --------
    A sells 500 with a cost, B too little of it, C bought nothing this year:

    >>> given = pd.DataFrame(
    ...     {"lines": [2, 2, 0], "revenue": [50000, 10000, 0], "size": [50000, 10000, 0],
    ...      "costed": [50000, 5000, 0], "costed_size": [50000, 5000, 0], "cost": [35000, 2000, 0]},
    ...     index=["A", "B", "C"])
    >>> gross_margins(given, least="0.70")
       coverage  gross_margin  gross_margin_rate
    A       1.0         150.0                0.3
    B       0.5           NaN                NaN
    C       NaN           0.0                NaN
    """
    size, costed = customers["size"], customers["costed_size"]
    enough = (size > 0) & (costed > 0) & (compare(costed, size.where(size > 0, 1), least) >= 0)
    known = enough | (customers["lines"] == 0)
    margin = (customers["costed"] - customers["cost"]) / 100
    table = pd.DataFrame(index=customers.index)
    table["coverage"] = costed / size.where(size > 0)
    table["gross_margin"] = margin.where(known)
    positive = (customers["costed"] / 100).where(customers["costed"] > 0)
    table["gross_margin_rate"] = table["gross_margin"] / positive
    return table


def reduction_rate(invoiced: int, *given_back: int) -> float | Unknown:
    """Return what was given back (credit notes, rebates: negative amounts) as a share of gross invoices (4.8).

    >>> reduction_rate(100_000, -2_000, -1_500), reduction_rate(0, -500)
    (0.035, Unknown(reason='denominator_zero'))
    """
    return -sum(given_back) / invoiced if invoiced > 0 else Unknown("denominator_zero")


def reductions(customers: pd.DataFrame, *, alert: Limit) -> pd.DataFrame:
    """Return credit notes and rebates of each client against its gross invoices (4.8).

    Parameters
    ----------
    customers
        Whole cents: ``invoiced`` (gross), ``rebated`` and ``credited`` (zero or negative).
    alert
        Rate above which the cause deserves an inquiry.

    Returns
    -------
    DataFrame
        ``invoiced``, ``credited``, ``rebated`` (euros, positive: what was given back), ``reductions``,
        ``reductions_rate`` (missing without invoice) and ``is_high``: strictly above the alert, or given back to a
        client that was invoiced nothing in the year.

    Examples
    --------
    >>> given = pd.DataFrame({"invoiced": [100000, 100000, 0], "rebated": [0, -1000, 0],
    ...                       "credited": [-3000, -2500, -800]}, index=["A", "B", "C"])
    >>> reductions(given, alert="0.03")[["reductions", "reductions_rate", "is_high"]]
       reductions  reductions_rate  is_high
    A        30.0            0.030    False
    B        35.0            0.035     True
    C         8.0              NaN     True
    """
    back, invoiced = -(customers["rebated"] + customers["credited"]), customers["invoiced"]
    sold = invoiced > 0
    above = compare(back, invoiced.where(sold, 1), alert) > 0
    return pd.DataFrame(
        {
            "invoiced": invoiced / 100,
            "credited": -customers["credited"] / 100 + 0.0,
            "rebated": -customers["rebated"] / 100 + 0.0,
            "reductions": back / 100,
            "reductions_rate": back / invoiced.where(sold),
            "is_high": (sold & above) | (~sold & (back > 0)),
        },
        index=customers.index,
    )


def profitability_levels(rate: pd.Series, *, limits: tuple[Limit, Limit]) -> pd.Series:
    """Return the level of each client's margin rate: ``low``, ``moderate`` or ``high``, missing when unknown (D07).

    A bound belongs to the better level.

    >>> profitability_levels(pd.Series([0.02, 0.05, 0.15, float("nan")]), limits=("0.05", "0.15")).tolist()
    ['low', 'moderate', 'high', nan]
    """
    first, second = (float(number(limit)) for limit in limits)
    shown = rate.round(12)
    codes = np.where(shown >= second, "high", np.where(shown >= first, "moderate", "low"))
    return pd.Series(codes, index=rate.index, dtype="str").where(rate.notna())


def fixed_cost_cover(margin: float, fixed_costs: Limit | None) -> float | Unknown:
    """Return how many times a margin pays the fixed costs of a year (I11).

    >>> fixed_cost_cover(450.0, 300), fixed_cost_cover(450.0, None)
    (1.5, Unknown(reason='missing:fixed_costs'))
    """
    if fixed_costs is None:
        return Unknown("missing:fixed_costs")
    fixed = number(fixed_costs)
    if fixed <= 0:
        return Unknown("denominator_zero")
    return float(Fraction(int(cents(pd.Series([margin])).iloc[0]), 100) / fixed)
