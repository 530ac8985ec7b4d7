"""Probabilities brought back to the diagonal by what earlier forecasts were worth, and whether they hold (8, F12).

Floor 4. Platt's correction: a logistic regression of what happened on the log-odds that were announced. It has two
numbers, which a few hundred forecasts settle, and never changes who comes before whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from capclient.indicators.retention import wilson_interval

SMALLEST = 1e-4  # log-odds of a certainty would be infinite
TOTAL = (
    0.80,
    1.25,
)  # losses announced over losses observed: beyond, euros would mislead however few the cases
DOUBT = 0.05  # chance that forecasts which are right are refused, all bands together


@dataclass(frozen=True)
class Recalibration:
    """``slope`` and ``constant`` of the log-odds; ``1, 0`` leaves a probability as it is."""

    slope: float = 1.0
    constant: float = 0.0

    def of(self, probability: pd.Series) -> pd.Series:
        """Return the corrected probabilities, 0 to 1, in the same order."""
        if self == Recalibration():
            return probability
        score = self.slope * _log_odds(probability) + self.constant
        return pd.Series(1 / (1 + np.exp(-score)), index=probability.index, name=probability.name)


def _log_odds(probability: pd.Series) -> np.ndarray:
    p = probability.astype("float64").clip(SMALLEST, 1 - SMALLEST).to_numpy()
    return np.asarray(np.log(p / (1 - p)))


def fit_recalibration(probability: pd.Series, happened: pd.Series) -> Recalibration:
    """Learn the correction from forecasts whose outcome is known; none where they do not tell losses from the others.

    Parameters
    ----------
    probability, happened
        What was announced, and 0 or 1; same rows.

    Examples
    --------
    Of those announced at one half, four out of five were lost:

    >>> said, happened = pd.Series([0.05] * 100 + [0.5] * 50), pd.Series([0] * 95 + [1] * 5 + [1] * 40 + [0] * 10)
    >>> fit_recalibration(said, happened).of(pd.Series([0.05, 0.5])).round(2).tolist()
    [0.05, 0.8]
    """
    if happened.nunique() < 2 or probability.nunique() < 2:
        return Recalibration()
    from sklearn.linear_model import LogisticRegression  # heavy: only who fits one waits for it

    model = LogisticRegression(C=1e3, max_iter=1_000)
    model.fit(_log_odds(probability).reshape(-1, 1), happened.to_numpy())
    slope = float(model.coef_[0, 0])
    return Recalibration(slope, float(model.intercept_[0])) if slope > 0 else Recalibration()


def holds(groups: pd.DataFrame) -> bool:
    """Tell whether probabilities held out of sample, so that euros may be multiplied by them.

    The losses announced are those observed within a fifth (or a quarter above), and no band strays from what was
    observed beyond chance, all bands judged together: with six of them, each at 95 %, forecasts that are right would
    fail one time in four. So each is given its part of the doubt (Bonferroni), and clients count, not rows.

    Parameters
    ----------
    groups
        Bands of :func:`capclient.indicators.back_test.calibration`.

    Examples
    --------
    >>> groups = pd.DataFrame({"announced": [0.02, 0.6], "observed": [20 / 900, 0.9], "n": [900, 100],
    ...                        "cases": [900.0, 100.0], "lost": [20, 90]})
    >>> holds(groups), holds(groups.assign(announced=[0.02, 0.88]))
    (False, True)
    """
    if groups.empty or not groups.lost.sum():
        return False
    ratio = float((groups.announced * groups.n).sum() / groups.lost.sum())
    z = NormalDist().inv_cdf(1 - DOUBT / 2 / len(groups))
    rows: Any = groups.itertuples()
    inside = [low <= row.announced <= high for row in rows
              for low, high in [wilson_interval(row.observed * row.cases, row.cases, z=z)]]  # fmt: skip
    return TOTAL[0] <= ratio <= TOTAL[1] and all(inside)


def held_share(groups: pd.DataFrame) -> float:
    """Return the share of the forecasts whose band stands within the 95 % interval of what was observed.

    >>> groups = pd.DataFrame({"announced": [0.02, 0.6], "low": [0.01, 0.8], "high": [0.05, 0.97], "n": [900, 100]})
    >>> held_share(groups)
    0.9
    """
    inside = groups.announced.between(groups.low, groups.high)
    return float(groups.n[inside].sum() / groups.n.sum())
