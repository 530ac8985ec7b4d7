"""Shifted beta-geometric: contracts that are renewed or not at each date, and those that stay renew more (8.2).

Floor 4. Source: Fader and Hardie (2007), "How to project customer retention". The rate of renewal of a cohort rises
with its age because those who were going to leave have left, not because anybody grows more loyal.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import betaln

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
    return fit_decisions(pd.DataFrame({"decided": left[:-1], "lost": -np.diff(left)}), n=int(left[0]))


def fit_decisions(turns: pd.DataFrame, *, n: int) -> Fit | Unknown:
    """Fit the model on decisions to renew, from contracts of any age: those that still run are left out, not lost.

    Parameters
    ----------
    turns
        Row k: decisions taken at the k-th renewal (``decided``) and those that said no (``lost``).
    n
        Clients behind them.

    Returns
    -------
    Fit, or Unknown
        ``unreliable:same_renewal`` when the data tell no difference between clients.
    """
    decided, lost = (turns[name].to_numpy("float64") for name in ("decided", "lost"))
    found = maximise(lambda values: score(values, decided, lost), names=NAMES, start=(1.0, 2.0), n=n)
    return Unknown("unreliable:same_renewal") if isinstance(found, Unknown) else found


def score(values: np.ndarray, decided: np.ndarray, lost: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of ``(alpha, beta)`` and its gradient.

    At the k-th renewal alpha / (alpha + beta + k - 1) of those asked say no.
    """
    alpha, beta = values
    before = np.arange(len(decided))
    stayed, both = decided - lost, alpha + beta + before
    level = np.log(alpha) * lost.sum() + stayed @ np.log(beta + before) - decided @ np.log(both)
    shared = decided @ (1 / both)
    return float(level), np.array([lost.sum() / alpha - shared, stayed @ (1 / (beta + before)) - shared])


def renewal_rate(found: Fit, turn: pd.Series) -> pd.Series:
    """Return the probability that a client says yes at its k-th renewal (``turn``, 1 or more).

    >>> found = Fit(NAMES, (0.668, 3.806), (0, 0), 0.0, 1000)
    >>> renewal_rate(found, pd.Series([1, 2, 8])).round(3).tolist()
    [0.851, 0.878, 0.942]
    """
    alpha, beta = found.values
    return (beta + turn - 1) / (alpha + beta + turn - 1)


def turns_of(decisions: pd.DataFrame) -> pd.DataFrame:
    """Count decisions by number of the renewal.

    Parameters
    ----------
    decisions
        ``turn`` (1 for the first renewal) and ``renewed``.

    Returns
    -------
    DataFrame
        Index 1, 2 ... without a hole: ``decided``, ``lost``, and ``survival``, the share of a cohort that would be
        there after it if each renewal went as observed (Kaplan and Meier).

    Examples
    --------
    >>> asked = pd.DataFrame({"turn": [1, 1, 1, 1, 2, 2], "renewed": [True, True, True, False, True, False]})
    >>> turns_of(asked).to_dict("list")
    {'decided': [4, 2], 'lost': [1, 1], 'survival': [0.75, 0.375]}
    """
    grouped = decisions.groupby("turn").renewed
    every = pd.RangeIndex(1, int(decisions.turn.max()) + 1, name="turn")
    found = pd.DataFrame({"decided": grouped.size(), "lost": grouped.size() - grouped.sum()})
    found = found.reindex(every, fill_value=0).astype("int64")
    kept = 1 - found.lost / found.decided.where(found.decided > 0)
    return found.assign(survival=kept.cumprod())


def survival(found: Fit, renewals: int) -> pd.Series:
    """Return the share of a cohort still there after 0, 1 ... ``renewals`` renewals."""
    alpha, beta = found.values
    turn = np.arange(renewals + 1)
    return pd.Series(np.exp(betaln(alpha, beta + turn) - betaln(alpha, beta)), index=turn, name="survival")
