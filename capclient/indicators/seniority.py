"""How long clients have been clients, and what the beginning of the data hides (2.11).

Floor 4.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.indicators.exact import cents
from capclient.periods import shifted
from capclient.vocabulary import Unknown

DAYS_A_YEAR = 365.25


def seniority(
    customers: pd.DataFrame, *, as_of: date, data_start: date, censored_months: int = 3
) -> pd.DataFrame:
    """Return the seniority of each client, and whether it is only a minimum (2.11).

    Parameters
    ----------
    customers
        ``first_purchase`` (date, missing when the client never bought) and, where the client sheet tells it,
        ``first_seen_override``, which is believed and never censored.
    as_of
        Analysis date D.
    data_start
        First day of the data. A first purchase in the ``censored_months`` that follow proves nothing: the client
        may be older, so its seniority is « at least ».

    Returns
    -------
    DataFrame
        Same index: ``first_seen`` (date), ``seniority_years`` (float, missing without purchase) and
        ``seniority_censored`` (bool).

    Examples
    --------
    >>> clients = pd.DataFrame(
    ...     {"first_purchase": pd.to_datetime(["2020-01-01", "2024-01-01"])}, index=["A", "B"]
    ... )
    >>> known = seniority(clients, as_of=date(2025, 12, 31), data_start=date(2020, 1, 1))
    >>> known.seniority_years.round(2).tolist(), known.seniority_censored.tolist()
    ([6.0, 2.0], [True, False])
    """
    first = customers["first_purchase"].astype("datetime64[ns]")
    edge = pd.Timestamp(shifted(data_start, censored_months))
    censored = first.lt(edge)
    if "first_seen_override" in customers:
        told = customers["first_seen_override"].astype("datetime64[ns]")
        told = told.where(told <= pd.Timestamp(as_of))
        first, censored = told.fillna(first), censored & told.isna()
    days = (pd.Timestamp(as_of) - first).dt.days
    return pd.DataFrame(
        {"first_seen": first, "seniority_years": days / DAYS_A_YEAR, "seniority_censored": censored}
    )


def mean_seniority(years: pd.Series, revenue: pd.Series | None = None) -> float | Unknown:
    """Return the mean seniority in years, weighted by revenue when it is given; clients without one are left out.

    >>> both = pd.Series({"A": 6.0, "B": 2.0})
    >>> mean_seniority(both), round(mean_seniority(both, pd.Series({"A": 500.0, "B": 150.0})), 2)
    (4.0, 5.08)
    """
    known = years.dropna()
    if revenue is None:
        return float(known.mean()) if len(known) else Unknown("denominator_zero")
    weights = cents(revenue.reindex(known.index)).clip(lower=0)
    total = int(weights.sum())
    return float((known * weights).sum() / total) if total else Unknown("denominator_zero")


def seniority_bands(
    frame: pd.DataFrame, revenue: pd.Series, *, edges: tuple[int, ...] = (1, 2, 3, 5, 10)
) -> pd.DataFrame:
    """Count clients and add up revenue by band of seniority; those already there when the data begin stand apart.

    Parameters
    ----------
    frame
        Columns of :func:`seniority`.
    revenue
        Euros, same index.
    edges
        Upper ends of the bands in years, each band without its upper end.

    Returns
    -------
    DataFrame
        ``low``, ``high`` (years; ``high`` missing on the last band), ``censored``, ``customers``, ``revenue`` and
        ``revenue_share`` (0 to 1); the censored row last, bands without client left out.

    Examples
    --------
    >>> frame = pd.DataFrame({"seniority_years": [0.5, 0.7, 4.0], "seniority_censored": [False, False, True]})
    >>> seniority_bands(frame, pd.Series([10.0, 20.0, 70.0]))
       low  high  censored  customers  revenue  revenue_share
    0    0   1.0     False          2     30.0            0.3
    1    4   NaN      True          1     70.0            0.7
    """
    known = frame.dropna(subset="seniority_years")
    whole = cents(revenue.reindex(known.index))
    place = pd.cut(known["seniority_years"], [-1, *edges, 10_000], right=False, labels=False)
    place = place.where(~known["seniority_censored"], len(edges) + 1).astype(int)
    table = whole.groupby(place).agg(customers="size", revenue="sum")
    there = known["seniority_years"][known["seniority_censored"]]
    oldest = int(there.min()) if len(there) else 0
    lows, highs = [0, *edges, oldest], [*map(float, edges), float("nan"), float("nan")]
    total = int(whole.sum())
    return pd.DataFrame(
        {
            "low": [lows[band] for band in table.index],
            "high": [highs[band] for band in table.index],
            "censored": [band == len(edges) + 1 for band in table.index],
            "customers": table["customers"].to_numpy(),
            "revenue": table["revenue"].to_numpy() / 100,
            "revenue_share": table["revenue"].to_numpy() / (total if total > 0 else float("nan")),
        }
    )
