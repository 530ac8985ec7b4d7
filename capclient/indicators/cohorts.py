"""Clients by year of first purchase: who still buys k years later, and when a first year is missed (2.12, 2.13).

Floor 4. Kaplan-Meier is forty lines here rather than a dependency; it is checked against published numbers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.indicators.exact import cents
from capclient.indicators.retention import Z95
from capclient.vocabulary import Unknown

EARLIER = -1  # place of the clients that were there before the data can tell


def cohort_triangle(revenue: pd.DataFrame, cohort: pd.Series) -> pd.DataFrame:
    """Return, for each cohort, the share of its clients with revenue in each later year (2.12).

    A client that comes back counts again: the share can rise.

    Parameters
    ----------
    revenue
        Euros, one row per client, one column per year, oldest first, the years being whole and contiguous.
    cohort
        Place (0, 1, ...) of the year of first purchase among the columns, :data:`EARLIER` for clients that were
        there before, missing for those that never bought; same index.

    Returns
    -------
    DataFrame
        One row per cohort and year: ``cohort``, ``k`` (years after the first one), ``size`` (clients of the cohort),
        ``active`` (those with revenue) and ``share``. Earlier clients are counted from the first column.

    Examples
    --------
    Of ten clients, 9, 8, 7, 6 and 5 still buy in the five years that follow:

    >>> years = pd.DataFrame([[1.0] * (6 if n < 5 else 10 - n) + [0.0] * (0 if n < 5 else n - 4) for n in range(10)])
    >>> cohort_triangle(years, pd.Series(0, index=years.index)).share.tolist()
    [1.0, 0.9, 0.8, 0.7, 0.6, 0.5]
    """
    buys = _bought(revenue)
    rows = []
    for place in sorted(cohort.dropna().unique()):
        members = buys[(cohort == place).to_numpy()]
        start = max(int(place), 0)
        for year in range(start, buys.shape[1]):
            active = int(members[:, year].sum())
            rows.append((int(place), year - start, len(members), active, active / len(members)))
    return pd.DataFrame(rows, columns=["cohort", "k", "size", "active", "share"])


def _bought(revenue: pd.DataFrame) -> np.ndarray:
    """Tell for each client and year whether revenue is strictly positive, in whole cents."""
    flat = cents(pd.Series(revenue.to_numpy(dtype="float64").ravel()))
    return flat.gt(0).to_numpy().reshape(revenue.shape)


def first_losses(revenue: pd.DataFrame, cohort: pd.Series) -> pd.DataFrame:
    """Return how long each client went before its first year without revenue (2.12).

    Parameters
    ----------
    revenue, cohort
        As in :func:`cohort_triangle`. Clients that were there before the data, and those whose first year nets to
        nothing, are left out: nobody knows when their life began.

    Returns
    -------
    DataFrame
        One row per client: ``years`` (int, whole years after the first) and ``lost`` (False when no year has
        been missed so far: the client is censored, not kept for ever).

    Examples
    --------
    >>> years = pd.DataFrame([[9.0, 9.0, 0.0], [9.0, 0.0, 9.0], [0.0, 9.0, 9.0]], index=["A", "B", "C"])
    >>> first_losses(years, pd.Series({"A": 0, "B": 0, "C": 1}))
       years   lost
    A      2   True
    B      1   True
    C      1  False
    """
    buys = _bought(revenue)
    place = cohort.fillna(EARLIER).astype(int).to_numpy()
    started = place >= 0
    started[started] &= buys[np.flatnonzero(started), place[started]]
    later = np.arange(buys.shape[1])[None, :] > place[:, None]
    missed = later & ~buys
    lost = missed.any(axis=1)
    years = np.where(lost, missed.argmax(axis=1), buys.shape[1] - 1) - place
    frame = pd.DataFrame({"years": years, "lost": lost}, index=revenue.index)
    return frame[started]


def kaplan_meier(durations: pd.Series, events: pd.Series) -> pd.DataFrame:
    """Return the Kaplan-Meier survival curve with 95 % log-log intervals from Greenwood's variance (2.12).

    Parameters
    ----------
    durations
        Time under observation, one value per case.
    events
        True when the time ended with the event, False when the case was still under observation (censored);
        a case censored at a time is still at risk at that time.

    Returns
    -------
    DataFrame
        Indexed by event time, ascending: ``at_risk``, ``lost``, ``survival``, ``low``, ``high`` (missing where
        nobody or everybody is lost: the log-log interval does not exist there).

    Examples
    --------
    Remission times of the 6-MP patients (Freireich and others, 1963):

    >>> weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    >>> relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    >>> kaplan_meier(pd.Series(weeks), pd.Series(relapse).astype(bool)).survival.round(4).tolist()
    [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    """
    ended = events.to_numpy(dtype=bool)
    times = durations.to_numpy()
    marks, lost = np.unique(times[ended], return_counts=True)
    at_risk = len(times) - np.searchsorted(np.sort(times), marks, side="left")
    survival = np.cumprod(1 - lost / at_risk)
    inner = (survival > 0) & (survival < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(lost / (at_risk * (at_risk - lost)))
        spread = Z95 * np.sqrt(greenwood) / np.abs(np.log(survival))
        low, high = (np.where(inner, survival ** np.exp(sign * spread), np.nan) for sign in (1, -1))
    return pd.DataFrame(
        {"at_risk": at_risk, "lost": lost, "survival": survival, "low": low, "high": high},
        index=pd.Index(marks, name="time"),
    )


def survival_at(curve: pd.DataFrame, time: float, *, longest: float) -> float | Unknown:
    """Return the survival at a time, unknown beyond the ``longest`` observation."""
    if time > longest:
        return Unknown("history_short")
    reached = curve["survival"][curve.index <= time]
    return float(reached.iloc[-1]) if len(reached) else 1.0


def median_survival(curve: pd.DataFrame) -> float | Unknown:
    """Return the first time at which half of the cases or more are lost, unknown while more than half remain."""
    halved = curve.index[curve["survival"].to_numpy() <= 0.5 + 1e-12]
    return float(halved[0]) if len(halved) else Unknown("history_short")


def won_back(revenue: pd.DataFrame) -> tuple[int, int]:
    """Count the clients lost in N-1 or N-2 that came back in N, and all those lost then (2.13).

    Lost in a year: positive revenue in the year before, none in that year. A client that came back before N stays
    among the lost of these months.

    Parameters
    ----------
    revenue
        Euros, one row per client, whose last four columns are N-3, N-2, N-1 and N.

    Examples
    --------
    A and B are lost in N-1, C in N-2; A comes back in N:

    >>> won_back(pd.DataFrame([[5.0, 5.0, 0.0, 7.0], [5.0, 5.0, 0.0, 0.0], [5.0, 0.0, 0.0, 0.0]]))
    (1, 3)
    """
    buys = _bought(revenue.iloc[:, -4:])
    lost = (buys[:, 1] & ~buys[:, 2]) | (buys[:, 0] & ~buys[:, 1])
    back = lost & ~buys[:, 2] & buys[:, 3]
    return int(back.sum()), int(lost.sum())
