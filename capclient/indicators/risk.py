"""The risk of losing a client, 0 to 100, from the parts that are known (8.6).

Floor 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import lcm

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, compare, number
from capclient.thresholds import ActivityThresholds


def behaviour_part(ratio: pd.Series) -> pd.Series:
    """Return the behaviour part, 0 to 100: the improbability of such a silence, full from 95 % (8.6).

    >>> behaviour_part(pd.Series([2.5])).round(2).tolist()
    [96.62]
    """
    return (100 * ((1 - np.exp(-ratio)) / 0.95).clip(upper=1)).rename("behaviour")


def trend_part(growth_relative: pd.Series) -> pd.Series:
    """Return the trend part, 0 to 100: the decline against the market, full from a loss of half (8.6).

    >>> trend_part(pd.Series([-0.20, 0.10])).tolist()
    [40.0, 0.0]
    """
    return (100 * (-growth_relative / 0.5).clip(0, 1) + 0.0).rename("trend")


def risk_scores(
    parts: pd.DataFrame, *, weights: Mapping[str, Limit] | None = None, coverage: Limit = "0.50"
) -> pd.DataFrame:
    """Return the risk score of each client, with weights brought back to the parts that are known (8.6).

    Parameters
    ----------
    parts
        Values 0 to 100, one row per client, in the columns ``behaviour``, ``trend``, ``claims``, ``payment``
        and ``contract``; a column may be absent, a value missing.
    weights
        Weight of each part; those of the dictionary by default (35, 25, 15, 15, 10).
    coverage
        Share of the weights below which there is no score.

    Returns
    -------
    DataFrame
        Indexed like ``parts``: ``risk_score`` (0 to 100, missing below the coverage) and ``risk_coverage`` (0
        to 1).

    Examples
    --------
    >>> risk_scores(pd.DataFrame({"behaviour": [96.62], "trend": [40.0]}, index=["C1"])).round(1)
        risk_score  risk_coverage
    C1        73.0            0.6
    """
    asked = {part: number(w) for part, w in (weights or ActivityThresholds().risk_weights).items()}
    values = parts.reindex(columns=list(asked)).astype("float64")
    whole = lcm(*(weight.denominator for weight in asked.values()))
    scaled = np.array([int(weight * whole) for weight in asked.values()], dtype="int64")
    known = values.notna().to_numpy() @ scaled
    enough = compare(known, int(scaled.sum()), coverage) >= 0
    score = (values.fillna(0).to_numpy() @ scaled.astype("float64")) / np.where(known > 0, known, 1)
    return pd.DataFrame(
        {"risk_score": np.where(enough & (known > 0), score, np.nan), "risk_coverage": known / scaled.sum()},
        index=parts.index,
    )
