"""The next twelve months of each client, and whether the forecast deserves to be believed (11.1).

Floor 4. A forecast is kept only if it beats, on the last twelve known months, the one that costs nothing: the same as
last year.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capclient.vocabulary import Unknown

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
    level: float = 0.80,
    draws: int = 2_000,
    seed: int = 20_240_101,
) -> tuple[float, float]:
    """Return the interval of a total from the relative errors that the same method made on the past.

    Parameters
    ----------
    past_errors
        Actual over forecast, one value a past origin.
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
    drawn = rng.choice(ratios, size=(draws, max(len(ratios), 2)))
    spread = np.std(ratios, ddof=1) if len(ratios) > 1 else abs(ratios[0] - 1)
    sample = drawn[:, 0] + rng.normal(
        0, spread / np.sqrt(len(ratios)), draws
    )  # few errors know their tails badly
    edge = (1 - level) / 2
    low, high = np.quantile(sample, [edge, 1 - edge])
    return float(forecast * low), float(forecast * high)


def coverage(actual: Sequence[float], low: Sequence[float], high: Sequence[float]) -> float | Unknown:
    """Return the share of past values that their interval held.

    >>> coverage([10.0, 30.0], [8.0, 12.0], [12.0, 20.0])
    0.5
    """
    if not len(actual):
        return Unknown("history_short")
    held = [bottom <= value <= top for value, bottom, top in zip(actual, low, high, strict=True)]
    return sum(held) / len(held)
