"""The next twelve months of each client, and whether the forecast deserves to be believed (11.1).

Floor 4. A forecast is kept only if it beats, on the last twelve known months, the one that costs nothing: the same as
last year.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capclient.vocabulary import STATES, Unknown

LEAST_CASES = (
    10  # clients seen in a state, under which its chance is read together with that of its neighbour
)
SLOWEST, FASTEST = 0.5, 1.5  # a trend that a single year may show, before its square root


def next_twelve_months(revenue: pd.Series, before: pd.Series, p_active: pd.Series) -> pd.Series:
    """Project the revenue of each client: half its trend, and its chance to be there (11.1).

    Parameters
    ----------
    revenue, before
        Euros of the last twelve months and of the twelve before.
    p_active
        Probability that the client still buys, 0 to 1.

    Returns
    -------
    Series
        Euros; a client without revenue before keeps its last twelve months, one without revenue now brings nothing.

    Examples
    --------
    >>> index = ["A", "B"]
    >>> next_twelve_months(pd.Series([1200.0, 1200.0], index), pd.Series([1000.0, 1000.0], index),
    ...                    pd.Series([1.0, 0.9], index)).round(2).tolist()
    [1314.53, 1183.08]
    """
    trend = (revenue / before.where(before > 0)).clip(SLOWEST, FASTEST).fillna(1.0)
    return (revenue.clip(lower=0.0) * np.sqrt(trend) * p_active).rename("forecast_12m")


def mean_absolute_scaled_error(actual: pd.Series, forecast: pd.Series, naive: pd.Series) -> float | Unknown:
    """Return the mean error of a forecast over that of the naive one: below 1, it is worth something.

    >>> mean_absolute_scaled_error(pd.Series([10.0, 20.0]), pd.Series([11.0, 20.0]), pd.Series([12.0, 22.0]))
    0.25
    """
    scale = float((actual - naive).abs().mean())
    return float((actual - forecast).abs().mean()) / scale if scale > 0 else Unknown("denominator_zero")


def seasonal_profile(months: pd.DataFrame) -> pd.Series:
    """Return the share of each calendar month in a year (sums to 1), from whole years of monthly revenue.

    Parameters
    ----------
    months
        One row a year, one column a calendar month (1 to 12), euros.

    Returns
    -------
    Series
        Indexed by month; flat where the years hold no revenue.
    """
    total = months.clip(lower=0.0).sum()
    whole = float(total.sum())
    flat = pd.Series(1 / 12, index=range(1, 13))
    return (total / whole if whole > 0 else flat).rename("share")


def bootstrap_interval(
    forecast: float,
    past_errors: Sequence[float],
    *,
    noises: Sequence[float] | None = None,
    level: float = 0.80,
    draws: int = 2_000,
    seed: int = 20_240_101,
) -> tuple[float, float]:
    """Return the interval of a total from the relative errors that the same method made on the past.

    Each draw takes one past error and moves it by chance: by what that year owed to the luck of a few clients, or by
    what few years know of their own spread, whichever is larger.

    Parameters
    ----------
    past_errors
        Actual over forecast, one value a past origin.
    noises
        Standard error of each of them (see :func:`ratio_noise`), none by default.
    level
        Share of the draws that the interval holds.

    Raises
    ------
    ValueError
        If there is no past error.

    Examples
    --------
    >>> low, high = bootstrap_interval(100.0, [0.9, 1.0, 1.1, 1.05, 0.95])
    >>> 88 < low < 100 < high < 112
    True
    """
    ratios = np.asarray(past_errors, dtype="float64")
    if not len(ratios):
        raise ValueError("an interval needs the errors of at least one past origin")
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(ratios), size=draws)
    spread = np.std(ratios, ddof=1) if len(ratios) > 1 else abs(ratios[0] - 1)
    own = np.zeros(len(ratios)) if noises is None else np.asarray(noises, dtype="float64")
    # few errors know their tails badly
    sample = ratios[drawn] + rng.normal(0, 1, draws) * np.maximum(own, spread / np.sqrt(len(ratios)))[drawn]
    edge = (1 - level) / 2
    low, high = np.quantile(sample, [edge, 1 - edge])
    return float(forecast * low), float(forecast * high)


def ratio_noise(actual: pd.Series, forecast: pd.Series) -> float:
    """Return the standard error of the sum of ``actual`` over that of ``forecast``, had other clients been drawn.

    >>> round(ratio_noise(pd.Series([10.0, 30.0, 20.0, 40.0]), pd.Series([20.0, 20.0, 30.0, 30.0])), 3)
    0.231
    """
    whole = float(forecast.sum())
    if len(forecast) < 2 or whole <= 0:
        return 0.0
    left = actual - forecast * (float(actual.sum()) / whole)
    return float(np.sqrt(len(left) / (len(left) - 1) * (left**2).sum())) / whole


def monthly_band(
    actual: pd.DataFrame, forecast: pd.DataFrame, *, level: float = 0.80
) -> tuple[float, float] | Unknown:
    """Return by how much a month may miss its forecast, as two factors of it, from the months of past projections.

    Parameters
    ----------
    actual, forecast
        Euros, one row a past projection, one column a month ahead.

    Examples
    --------
    >>> monthly_band(pd.DataFrame([[80.0, 110.0, 100.0]]), pd.DataFrame([[100.0, 100.0, 100.0]]), level=0.5)
    (0.9, 1.05)
    """
    ratios = (actual / forecast.where(forecast > 0)).to_numpy(float).ravel()
    ratios = ratios[np.isfinite(ratios)]
    if not len(ratios):
        return Unknown("history_short")
    low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def observed_presence(states: pd.Series, bought: pd.Series, *, shrinkage: float = 5.0) -> pd.DataFrame:
    """Return the share of the clients of each activity state that bought in the time that followed (8, 11.1).

    It is what P(active) is here: observed on the past of this company, and drawn towards the share of all clients as
    if ``shrinkage`` more of them had been in each state. A state nobody was in is not told.

    Parameters
    ----------
    states
        State of each client on a past day.
    bought
        Whether it bought in the time that followed; same index.

    Returns
    -------
    DataFrame
        Indexed by state: ``customers``, ``bought``, ``share`` as observed, ``p_active`` once drawn.

    Examples
    --------
    >>> seen = observed_presence(pd.Series(["active"] * 80 + ["lost"] * 20), pd.Series([True] * 76 + [False] * 24))
    >>> seen.p_active.round(3).to_dict()
    {'active': 0.939, 'lost': 0.152}
    """
    seen = pd.DataFrame({"state": states, "bought": bought.astype("int64")})
    tally = seen.groupby("state").agg(customers=("bought", "size"), bought=("bought", "sum"))
    overall = tally.bought.sum() / tally.customers.sum() if len(tally) else float("nan")
    tally["share"] = tally.bought / tally.customers
    tally["p_active"] = (tally.bought + shrinkage * overall) / (tally.customers + shrinkage)
    return tally


def ordered_presence(
    tally: pd.DataFrame, *, shrinkage: float = 5.0, least: int = LEAST_CASES
) -> pd.DataFrame:
    """Return chances that never rise as a state worsens, whatever few cases say (8, 11.1).

    A state of ``least`` cases is drawn towards the share of all clients, as if ``shrinkage`` more had been in it;
    one of fewer is drawn towards the better state next to it, as if it had ``least`` cases at least. Where a worse
    state came back more often than a better one, both take their mean weighted by their cases (pooled
    adjacent violators).

    Parameters
    ----------
    tally
        Indexed by state: ``customers`` and ``bought``, as :func:`observed_presence` gives them.

    Returns
    -------
    DataFrame
        Every state, best first: ``customers``, ``bought``, ``share`` (missing under ``least`` cases), ``p_active``.

    Examples
    --------
    >>> seen = pd.DataFrame(
    ...     {"customers": [90, 40, 20, 2], "bought": [81, 30, 18, 0]}, ["active", "watch", "at_risk", "inactive"]
    ... )
    >>> ordered_presence(seen, shrinkage=0).p_active.round(3).to_dict()
    {'active': 0.9, 'watch': 0.8, 'at_risk': 0.8, 'inactive': 0.64, 'lost': 0.64}
    """
    table = tally[["customers", "bought"]].reindex(list(STATES)).fillna(0).astype("int64")
    whole = int(table.customers.sum())
    overall = near = float(table.bought.sum()) / whole if whole else float("nan")
    blocks: list[tuple[list[str], float, float]] = []  # states, cases, chance
    for state, customers, bought in table.itertuples():
        few = customers < least
        weight = max(shrinkage, least - customers) if few else shrinkage
        near = (bought + weight * (near if few else overall)) / ((customers + weight) or 1)
        blocks.append(([str(state)], float(customers), near))
        while len(blocks) > 1 and blocks[-1][2] > blocks[-2][2]:
            (names, n, chance), (more, m, other) = blocks[-2:]
            mean = (n * chance + m * other) / (n + m) if n + m else chance
            blocks[-2:] = [(names + more, n + m, mean)]
        near = blocks[-1][2]
    chances = {name: chance for names, _, chance in blocks for name in names}
    table["share"] = (table.bought / table.customers).where(table.customers >= least)
    return table.assign(p_active=pd.Series(chances))


def annualised(revenue: pd.Series, months: pd.Series, *, least: float = 6) -> pd.Series:
    """Return what a client of few months would have bought in twelve; missing under ``least`` months.

    Parameters
    ----------
    revenue
        Euros of the last twelve months.
    months
        Months since the first purchase, missing for a client of twelve months or more.

    Examples
    --------
    >>> annualised(pd.Series([600.0, 600.0, 600.0]), pd.Series([6.0, None, 3.0])).tolist()
    [1200.0, 600.0, nan]
    """
    whole = revenue * (12 / months.clip(lower=least, upper=12)).fillna(1.0)
    return whole.where(~(months < least)).rename("revenue")


def coverage(actual: Sequence[float], low: Sequence[float], high: Sequence[float]) -> float | Unknown:
    """Return the share of past values that their interval held.

    >>> coverage([10.0, 30.0], [8.0, 12.0], [12.0, 20.0])
    0.5
    """
    if not len(actual):
        return Unknown("history_short")
    held = [bottom <= value <= top for value, bottom, top in zip(actual, low, high, strict=True)]
    return sum(held) / len(held)
