"""Gamma-Gamma: what a purchase of each client is worth, its own mean drawn towards that of all (8.2).

Floor 4. Source: Fader and Hardie (2013), "The Gamma-Gamma model of monetary value". It assumes that what clients spend
has nothing to do with how often they come: :func:`correlation` measures that before anybody believes it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from capclient.indicators.value.likelihood import Fit, maximise
from capclient.vocabulary import Unknown

NAMES = ("p", "q", "v")


def fit(clients: pd.DataFrame) -> Fit | Unknown:
    """Fit the model on the clients with repeat purchases.

    Parameters
    ----------
    clients
        One row a client: ``x`` repeat purchase days (1 or more) and ``mean_amount``, their mean in euros (positive).

    Examples
    --------
    The 946 clients of CDNOW that came back give p 6.25, q 3.74, v 15.44 and a log-likelihood of -4055.9
    (``tests/real/test_value_models.py``).
    """
    x, mean = clients["x"].to_numpy("float64"), clients["mean_amount"].to_numpy("float64")
    spread = float(np.mean(mean))
    unit = spread or 1.0  # the search works on amounts of about one; v alone has a unit
    scaled = mean / unit
    found = maximise(
        lambda values: score(values, x, scaled), names=NAMES, start=(4.0, 3.0, 0.8), n=len(clients)
    )
    if isinstance(found, Unknown):
        return found
    p, q, v = found.values
    errors = (*found.errors[:2], found.errors[2] * unit)
    level = found.log_likelihood - len(clients) * float(np.log(unit))
    return Fit(NAMES, (p, q, v * unit), errors, level, found.n)


def score(values: np.ndarray, x: np.ndarray, mean: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of parameters ``(p, q, v)`` and its gradient."""
    p, q, v = values
    total = v + mean * x
    level = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        + (p * x - 1) * np.log(mean) + p * x * np.log(x) - (p * x + q) * np.log(total)
    )  # fmt: skip
    both = digamma(p * x + q)
    slopes = (
        x * (both - digamma(p * x) + np.log(mean) + np.log(x) - np.log(total)),
        both - digamma(q) + np.log(v) - np.log(total),
        q / v - (p * x + q) / total,
    )
    return float(level.sum()), np.array([float(slope.sum()) for slope in slopes])


def expected_amount(found: Fit, clients: pd.DataFrame) -> pd.Series:
    """Return the mean amount expected of the future purchases of each client, in euros.

    A client without repeat purchase has the mean of all; the others stand between it and their own mean.

    Examples
    --------
    >>> cdnow = Fit(NAMES, (6.25, 3.74, 15.44), (0, 0, 0), -4055.9, 946)
    >>> clients = pd.DataFrame({"x": [0, 2, 12], "mean_amount": [None, 22.35, 22.35]})
    >>> expected_amount(cdnow, clients).round(2).tolist()
    [35.22, 24.66, 22.8]
    """
    p, q, v = found.values
    x = clients["x"].to_numpy("float64")
    mean = np.where(x > 0, clients["mean_amount"].fillna(0.0).to_numpy("float64"), 0.0)
    amount = p * (v + mean * x) / (p * x + q - 1) if q > 1 else np.full(len(clients), np.nan)
    return pd.Series(amount, index=clients.index, name="expected_amount")


def correlation(clients: pd.DataFrame) -> float:
    """Return the correlation of repeat purchases and mean amount that the model supposes to be none (-1 to 1)."""
    return float(np.corrcoef(clients["x"], clients["mean_amount"])[0, 1])
