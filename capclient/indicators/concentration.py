"""Who makes the revenue: weights, ABC and PMG classes, Pareto and Lorenz curves (1.1 to 1.5, 1.11).

Floor 4. Everywhere the base is the revenue of active clients (strictly positive, net of credit notes); pooled
codes are left out by the caller. Clients at zero or below keep their row and never enter a share. The indices
made of one number are in :mod:`capclient.indicators.dependency`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, cents, compare, number
from capclient.vocabulary import ABC, Unknown

PMG = ("large", "medium", "small")


def active_cents(revenue: pd.Series) -> pd.Series:
    """Return the revenue of active clients in cents, largest first, then by identifier."""
    whole = cents(revenue)
    return whole[whole > 0].sort_index(kind="stable").sort_values(ascending=False, kind="stable")


def weights(revenue: pd.Series) -> pd.DataFrame:
    """Return the weight and the rank of each client (1.1).

    Parameters
    ----------
    revenue
        Net revenue excluding VAT in euros, one value per client, indexed by client identifier.

    Returns
    -------
    DataFrame
        Indexed like ``revenue``: ``weight`` (share of the revenue of active clients; 0 for a client at zero,
        missing for one whose credit notes exceed its invoices) and ``rank`` (Int64, 1 is the largest, equal
        revenues share the lowest rank, missing for clients that are not active).

    Raises
    ------
    LedgerError
        If a revenue is missing.

    Examples
    --------
    B and C share rank 2; D bought nothing:

    >>> weights(pd.Series({"A": 500.0, "B": 150.0, "C": 150.0, "D": 0.0, "E": 120.0, "F": 80.0}))
       weight  rank
    A    0.50     1
    B    0.15     2
    C    0.15     2
    D    0.00  <NA>
    E    0.12     4
    F    0.08     5
    """
    whole = cents(revenue)
    active = whole.where(whole > 0)
    total = active.sum()
    return pd.DataFrame(
        {
            "weight": whole.where(whole >= 0) / (total if total > 0 else np.nan),
            "rank": active.rank(method="min", ascending=False).astype("Int64"),
        }
    )


def cumulative(revenue: pd.Series) -> pd.DataFrame:
    """Return the place of each client in the ranking and the share reached with it (1.1, 1.3).

    Returns
    -------
    DataFrame
        Indexed like ``revenue``: ``position`` (Int64, 1 is the largest, ties in the order of identifiers, no
        number used twice) and ``cumulative_share`` (0 to 1, this client included); missing when not active.

    Examples
    --------
    >>> cumulative(pd.Series({"F": 80.0, "A": 320.0, "D": 0.0}))
       position  cumulative_share
    F         2               1.0
    A         1               0.8
    D      <NA>               NaN
    """
    ranked = active_cents(revenue)
    places = pd.DataFrame(
        {
            "position": pd.Series(range(1, len(ranked) + 1), index=ranked.index, dtype="Int64"),
            "cumulative_share": ranked.cumsum() / max(int(ranked.sum()), 1),
        }
    )
    return places.reindex(revenue.index)


def abc_classes(revenue: pd.Series, *, limits: Sequence[Limit] = ("0.80", "0.95")) -> pd.DataFrame:
    """Class clients A, B or C by the share of revenue earned by larger clients (1.4).

    A client is in class A when the clients ranked before it earn less than the first limit of the revenue,
    in class B below the second, in class C otherwise. Equal revenues share the class of the first of them. So
    one client with 85 % of the revenue is in class A, as a reader expects.

    Parameters
    ----------
    revenue
        Net revenue excluding VAT in euros, one value per client. Credit notes can make it negative.
    limits
        Two increasing shares, as text or decimals so that 0.80 means 80 % exactly.

    Returns
    -------
    DataFrame
        Indexed like ``revenue``: ``rank`` (Int64), ``share_before`` (0 to 1) and ``abc_class``; clients
        without positive revenue keep their row, with missing values.

    Raises
    ------
    LedgerError
        If a revenue is missing.

    Examples
    --------
    The client that starts exactly at 80 % opens class B:

    >>> abc_classes(pd.Series({"C1": 70.0, "C2": 10.0, "C3": 8.0, "C4": 7.0, "C5": 5.0}))
        rank  share_before abc_class
    C1     1          0.00         A
    C2     2          0.70         A
    C3     3          0.80         B
    C4     4          0.88         B
    C5     5          0.95         C
    """
    return _classes_by_share_before(revenue, limits, ABC, "abc_class")


def pmg_classes(revenue: pd.Series, *, limits: Sequence[Limit] = ("0.50", "0.80")) -> pd.DataFrame:
    """Class clients large, medium or small (gros, moyen, petit), as :func:`abc_classes` does (1.11).

    >>> pmg_classes(pd.Series({"C1": 50.0, "C2": 30.0, "C3": 20.0}))["pmg_class"].to_dict()
    {'C1': 'large', 'C2': 'medium', 'C3': 'small'}
    """
    return _classes_by_share_before(revenue, limits, PMG, "pmg_class")


def limits_passed(before: Any, total: Any, limits: Sequence[Limit]) -> np.ndarray:
    """Return how many limits the revenue of larger clients reaches, exactly: 0 is the first class (1.4, 1.11).

    ``before`` and ``total`` are whole cents, one number a row; totals are positive.
    """
    return np.asarray(sum((compare(before, total, limit) >= 0).astype(int) for limit in limits))


def _classes_by_share_before(
    revenue: pd.Series, limits: Sequence[Limit], classes: Sequence[str], name: str
) -> pd.DataFrame:
    ranked = active_cents(revenue)
    total = int(ranked.sum())
    before = (ranked.cumsum() - ranked).groupby(ranked).transform("min")
    passed = limits_passed(before, total, limits)
    classed = pd.DataFrame(
        {
            "rank": ranked.rank(method="min", ascending=False).astype("Int64"),
            "share_before": before / max(total, 1),
            name: pd.Series(np.asarray(classes)[passed], index=ranked.index, dtype="str"),
        }
    )
    return classed.reindex(revenue.index)


def pareto_curve(revenue: pd.Series) -> pd.DataFrame:
    """Return the Pareto curve: share of clients, largest first, and share of revenue they make (1.3).

    Both columns, ``customers_share`` and ``revenue_share``, begin at 0 and end at 1; without active client
    there is no row.
    """
    return _curve(active_cents(revenue))


def lorenz_curve(revenue: pd.Series) -> pd.DataFrame:
    """Return the Lorenz curve: as :func:`pareto_curve`, smallest first (1.5).

    >>> lorenz_curve(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0]))["revenue_share"].tolist()
    [0.0, 0.08, 0.2, 0.35, 0.5, 1.0]
    """
    return _curve(active_cents(revenue)[::-1])


def _curve(ordered: pd.Series) -> pd.DataFrame:
    if ordered.empty:
        return pd.DataFrame({"customers_share": [], "revenue_share": []}, dtype="float64")
    reached = np.concatenate([[0], ordered.to_numpy().cumsum()])
    return pd.DataFrame(
        {"customers_share": np.arange(len(reached)) / len(ordered), "revenue_share": reached / reached[-1]}
    )


def pareto_top_share(revenue: pd.Series, top: Limit = "0.20") -> float | Unknown:
    """Return the share of revenue of the largest ``top`` of active clients, rounded up to a client (1.3).

    >>> pareto_top_share(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0]))
    0.5
    """
    ranked = active_cents(revenue)
    if ranked.empty:
        return Unknown("denominator_zero")
    return int(ranked.iloc[: ceil(number(top) * len(ranked))].sum()) / int(ranked.sum())


def customers_for_share(revenue: pd.Series, goal: Limit = "0.80") -> int | Unknown:
    """Return the smallest number of clients that together reach a share of the revenue (1.3).

    Three clients make 80 % exactly:

    >>> customers_for_share(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0]))
    3
    """
    ranked = active_cents(revenue)
    if ranked.empty:
        return Unknown("denominator_zero")
    short = compare(ranked.cumsum(), int(ranked.sum()), goal) < 0
    return int(short.sum()) + 1 if number(goal) > 0 else 0
