"""Past pictures of the portfolio: weights through the years, and clients worth winning back (1.1).

Floor 4.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.concentration import weights
from capclient.indicators.exact import cents


def weight_history(revenue_by_period: pd.DataFrame) -> pd.DataFrame:
    """Return the weight of each client in each period (1.1).

    Parameters
    ----------
    revenue_by_period
        Euros, one row per client, one column per period.

    Returns
    -------
    DataFrame
        Same shape: weights of :func:`capclient.indicators.concentration.weights`, period by period.

    Examples
    --------
    >>> weight_history(pd.DataFrame({"2024": [300.0, 100.0], "2025": [300.0, 0.0]}, index=["A", "B"]))
       2024  2025
    A  0.75   1.0
    B  0.25   0.0
    """
    columns = {period: weights(revenue_by_period[period])["weight"] for period in revenue_by_period}
    return pd.DataFrame(columns, index=revenue_by_period.index)


def clients_to_win_back(customers: pd.DataFrame) -> pd.DataFrame:
    """List former clients by the best twelve months they ever made (1.1).

    Parameters
    ----------
    customers
        One row per client: ``revenue_n``, ``best_12m`` (euros; missing without history), ``best_12m_end``
        (date) and any column to keep beside them.

    Returns
    -------
    DataFrame
        The clients without revenue in N and with a positive best year, best first and then by identifier; the
        columns of ``customers`` with ``rank_before`` (Int64, ties share the lowest rank) in front.

    Examples
    --------
    >>> clients_to_win_back(
    ...     pd.DataFrame(
    ...         {"revenue_n": [0.0, 10.0, -5.0], "best_12m": [80.0, 90.0, 95.0]}, index=["C1", "C2", "C3"]
    ...     )
    ... )
        rank_before  revenue_n  best_12m
    C3            1       -5.0      95.0
    C1            2        0.0      80.0
    """
    best = cents(customers["best_12m"].fillna(0.0))
    gone = customers[(cents(customers["revenue_n"]) <= 0) & (best > 0)].sort_index(kind="stable")
    # by position: pandas would fill an empty frame with every client of the series
    gone = gone.assign(best=best.loc[gone.index].to_numpy()).sort_values(
        "best", ascending=False, kind="stable"
    )
    ranks = gone.pop("best").rank(method="min", ascending=False).astype("Int64")
    gone.insert(0, "rank_before", ranks)
    return gone
