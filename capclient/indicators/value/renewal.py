"""Shifted beta-geometric: contracts that are renewed or not at each date, and those that stay renew more (8.2).

Floor 4. Source: Fader and Hardie (2007), "How to project customer retention". The rate of renewal of a cohort rises
with its age because those who were going to leave have left, not because anybody grows more loyal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma

from capclient.indicators.value.likelihood import Fit, maximise
from capclient.vocabulary import Unknown

NAMES = ("alpha", "beta")


def fit(survivors: pd.Series) -> Fit | Unknown:
    """Fit the model on a cohort.

    Parameters
    ----------
    survivors
        Clients left at each date of renewal, by number of renewals (0, 1, 2 ...): never rising.

    Examples
    --------
    >>> found = fit(pd.Series([1000.0, 869, 743, 653, 593, 551, 517, 491]))
    >>> [round(value, 3) for value in found.values]
    [0.668, 3.806]
    """
    left = survivors.to_numpy("float64")
    lost, stayed = -np.diff(left), float(left[-1])
    return maximise(lambda values: score(values, lost, stayed), names=NAMES, start=(1.0, 2.0), n=int(left[0]))


def score(values: np.ndarray, lost: np.ndarray, stayed: float) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of ``(alpha, beta)`` and its gradient.

    ``lost`` left at the first, second ... renewal, ``stayed`` are there after the last.
    """
    alpha, beta = values
    turn = np.arange(1, len(lost) + 1)
    end = len(lost)
    level = (betaln(alpha + 1, beta + turn - 1) - betaln(alpha, beta)) @ lost
    level += (betaln(alpha, beta + end) - betaln(alpha, beta)) * stayed
    both = digamma(alpha + beta)
    by_alpha = (digamma(alpha + 1) - digamma(alpha + beta + turn) - digamma(alpha) + both) @ lost
    by_alpha += (both - digamma(alpha + beta + end)) * stayed
    by_beta = (digamma(beta + turn - 1) - digamma(alpha + beta + turn) - digamma(beta) + both) @ lost
    by_beta += (digamma(beta + end) - digamma(alpha + beta + end) - digamma(beta) + both) * stayed
    return float(level), np.array([float(by_alpha), float(by_beta)])


def survival(found: Fit, renewals: int) -> pd.Series:
    """Return the share of a cohort still there after 0, 1 ... ``renewals`` renewals."""
    alpha, beta = found.values
    turn = np.arange(renewals + 1)
    return pd.Series(np.exp(betaln(alpha, beta + turn) - betaln(alpha, beta)), index=turn, name="survival")
