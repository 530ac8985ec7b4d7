"""The score out of 20 of a client portfolio: what it is made of, and how much hangs on the weights (15.1).

Floor 4. A criterion that is not known does not count as zero: its weight is shared out, and the coverage says how much
was known.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.exact import Limit, number
from capclient.vocabulary import Unknown

MARKS = 20


def criterion_score(value: float, *, floor: Limit, goal: Limit) -> float:
    """Return the mark of a criterion, 0 at its floor, 20 at its goal; the floor may be the higher of the two (15.1).

    Examples
    --------
    >>> round(criterion_score(0.8333, floor="0.60", goal="0.95"), 2)
    13.33
    >>> round(criterion_score(0.20, floor="0.25", goal="0.05"), 2)
    5.0
    >>> round(criterion_score(3.1666, floor=2, goal=20), 2), criterion_score(0.50, floor="0.40", goal="0.10")
    (1.3, 0.0)
    """
    low, high = float(number(floor)), float(number(goal))
    return MARKS * min(1.0, max(0.0, (value - low) / (high - low)))


def weighted_score(
    scores: pd.Series, weights: pd.Series, *, coverage: Limit = "0.50"
) -> tuple[float | Unknown, float]:
    """Return the mean of the known marks by weight, and the share of the weights that is known (15.1).

    Parameters
    ----------
    scores
        Marks, 0 to 20, missing where unknown.
    weights
        Same index, zero or more.

    Returns
    -------
    tuple
        The score, ``unreliable:score_coverage`` below the least coverage, and the coverage.

    Examples
    --------
    >>> weights = pd.Series({"a": 3, "b": 2, "c": 2, "d": 3})
    >>> weighted_score(pd.Series({"a": 14.0, "b": 10.0, "c": 16.0, "d": 8.0}), weights)
    (11.8, 1.0)
    >>> score, known = weighted_score(pd.Series({"a": 14.0, "b": 10.0, "c": 16.0, "d": None}, dtype=float), weights)
    >>> round(score, 2), known
    (13.43, 0.7)
    """
    total = float(weights.sum())
    known = scores.notna() & (weights > 0)
    share = float(weights[known].sum()) / total if total > 0 else 0.0
    if not known.any() or share < float(number(coverage)):
        return Unknown("unreliable:score_coverage"), share
    return float((scores[known] * weights[known]).sum()) / float(weights[known].sum()), share


def contributions(scores: pd.Series, weights: pd.Series) -> pd.DataFrame:
    """Return what each known criterion brings to the score, and takes from 20.

    Returns
    -------
    DataFrame
        Indexed by criterion: ``score``, ``weight``, ``weight_share`` (of the known weights), ``points`` (their sum is
        the score) and ``lost`` (their sum is 20 less the score).

    Examples
    --------
    >>> contributions(pd.Series({"a": 20.0, "b": 10.0}), pd.Series({"a": 1, "b": 3})).round(2).values.tolist()
    [[20.0, 1.0, 0.25, 5.0, 0.0], [10.0, 3.0, 0.75, 7.5, 7.5]]
    """
    known = scores.notna() & (weights > 0)
    frame = pd.DataFrame({"score": scores[known], "weight": weights[known].astype("float64")})
    frame["weight_share"] = frame.weight / float(frame.weight.sum()) if len(frame) else 0.0
    frame["points"] = frame.score * frame.weight_share
    frame["lost"] = (MARKS - frame.score) * frame.weight_share
    return frame


def sensitivity(scores: pd.Series, weights: pd.Series, *, change: Limit = "0.50") -> pd.DataFrame:
    """Return the score when the weight of each known criterion is cut or raised by a share, the others unchanged.

    Examples
    --------
    >>> sensitivity(pd.Series({"a": 20.0, "b": 10.0}), pd.Series({"a": 1, "b": 1})).round(2).values.tolist()
    [[13.33, 16.0], [16.67, 14.0]]
    """
    known = weights[scores.notna() & (weights > 0)].astype("float64")
    step = float(number(change))
    rows = {}
    for name in known.index:
        moved = [float(_mean(scores, known.where(known.index != name, known * factor)))
                 for factor in (1 - step, 1 + step)]  # fmt: skip
        rows[name] = moved
    return pd.DataFrame.from_dict(rows, orient="index", columns=["less", "more"], dtype="float64")


def _mean(scores: pd.Series, weights: pd.Series) -> float:
    return float((scores.reindex(weights.index) * weights).sum() / weights.sum())
