"""Gamma-Gamma: what a purchase of each client is worth, its own mean drawn towards that of all (8.2).

Floor 4. Source: Fader and Hardie (2013), "The Gamma-Gamma model of monetary value". It assumes that what clients spend
has nothing to do with how often they come: :func:`correlation` measures that before anybody believes it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import betaln, digamma, gammaln, polygamma

from capclient.indicators.value.likelihood import Fit, Limit, Score, maximise, settled, summit
from capclient.vocabulary import Unknown

NAMES = ("p", "q", "v")
BEFORE = (1.0, 10.0, 100.0, 1_000.0)  # what a parameter is on the way to be endless
ASYMPTOTIC = 200.0  # from there, Stirling's series to its third term gives all digits


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

    Returns
    -------
    Fit, or Unknown
        ``unreliable:same_amounts`` when no client can be told to spend more than another: q and v run away together.
        ``unreliable:fixed_amounts`` when each client always spends the same: p runs away, and v vanishes.
    """
    x, mean = clients["x"].to_numpy("float64"), clients["mean_amount"].to_numpy("float64")
    spread = float(np.mean(mean))
    unit = spread or 1.0  # the search works on amounts of about one; v alone has a unit
    scaled = mean / unit
    place = summit(
        lambda values: score(values, x, scaled),
        start=(4.0, 3.0, 0.8),
        n=len(clients),
        derivatives=lambda values: derivatives(values, x, scaled),
    )
    found = settled(place, NAMES, len(clients), limits=lambda: (_alike(x, scaled), _fixed(x, scaled)))
    if isinstance(found, Unknown):
        return found
    p, q, v = found.values
    errors = (*found.errors[:2], found.errors[2] * unit)
    level = found.log_likelihood - len(clients) * float(np.log(unit))
    return Fit(NAMES, (p, q, v * unit), errors, level, found.n)


def _alike(x: np.ndarray, mean: np.ndarray) -> Limit:
    """Fit the limit where all clients spend alike: q and v endless, and ``scale`` their ratio, v over q."""

    def limit(values: np.ndarray) -> tuple[float, np.ndarray]:
        p, scale = values
        per = mean * x / scale
        level = p * x * np.log(per) - gammaln(p * x) - per - np.log(mean)
        return float(level.sum()), np.array([x @ (np.log(per) - digamma(p * x)), (per - p * x).sum() / scale])

    return _seen("unreliable:same_amounts", limit, lambda p, scale, far: (p, far, far * scale), x, mean)


def _fixed(x: np.ndarray, mean: np.ndarray) -> Limit:
    """Fit the limit where each client always spends the same: p endless, v vanishing, and ``scale`` their product."""

    def limit(values: np.ndarray) -> tuple[float, np.ndarray]:
        q, scale = values
        per = scale / mean
        level = q * np.log(per) - gammaln(q) - per - np.log(mean)
        return float(level.sum()), np.array([(np.log(per) - digamma(q)).sum(), (q - per).sum() / scale])

    return _seen("unreliable:fixed_amounts", limit, lambda q, scale, far: (far, q, scale / far), x, mean)


def _seen(
    reason: str,
    limit: Score,
    before: Callable[[float, float, float], tuple[float, float, float]],
    x: np.ndarray,
    mean: np.ndarray,
) -> Limit:
    """Return how high a limit stands, and the highest of a few places on the way there."""
    found = maximise(limit, names=("shape", "scale"), start=(3.0, 1.0), n=len(x))
    if isinstance(found, Unknown):
        return -np.inf, -np.inf, reason
    shape, scale = found.values
    way = (score(np.array(before(shape, scale, far)), x, mean)[0] for far in BEFORE)
    return found.log_likelihood, max(way), reason


def score(values: np.ndarray, x: np.ndarray, mean: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of parameters ``(p, q, v)`` and its gradient."""
    return derivatives(values, x, mean)[:2]


def derivatives(values: np.ndarray, x: np.ndarray, mean: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the log-likelihood of parameters ``(p, q, v)``, its gradient and its second derivatives.

    Amounts count in v, so that no digit is lost where q and v are large, or p.
    """
    p, q, v = values
    spent, shape = mean * x, p * x
    total = v + spent
    own, other = np.log1p(v / spent), np.log1p(spent / v)
    counts, at = np.unique(x, return_inverse=True)  # gamma functions are slow, and know nothing of amounts
    beta = _log_beta(p * counts, q)[at]
    by_own, own_bend = (gain[at] for gain in _gains(p * counts, q))
    by_other, other_bend = (gain[at] for gain in _gains(np.full(len(counts), q), p * counts))
    level = -beta - shape * own - q * other - np.log(mean)
    left, part, bent = v / total, spent / total, polygamma(1, p * counts + q)[at]
    slope = (x @ (by_own - own), (by_other - other).sum(), (q * part - shape * left).sum() / v)
    crossed = (x @ bent, -(x / total).sum(), part.sum() / v)
    bend = (
        (x**2 @ own_bend, crossed[0], crossed[1]),
        (crossed[0], other_bend.sum(), crossed[2]),
        (crossed[1], crossed[2], (shape * left**2 - q * part * (1 + left)).sum() / v**2),
    )
    return float(level.sum()), np.array(slope), np.array(bend)


def _log_beta(first: np.ndarray, second: float) -> np.ndarray:
    """Return the logarithm of the beta function, of which a difference of large gammas would leave few digits."""
    large, small = np.maximum(first, second), np.minimum(first, second)
    both = large + small
    rest = (1 / both - 1 / large) / 12 - (both**-3 - large**-3) / 360 + (both**-5 - large**-5) / 1260
    ratio = (large - 0.5) * np.log1p(small / large) + small * (np.log(both) - 1) + rest
    return np.where(large < ASYMPTOTIC, betaln(first, second), gammaln(small) - ratio)


def _gains(start: np.ndarray, more: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return what the digamma function gains from a start, and what the trigamma function does; digits as above."""
    end = start + more
    one, two, three = -more / (start * end), end**-2 - start**-2, end**-3 - start**-3
    four, five = end**-4 - start**-4, end**-5 - start**-5
    first = np.log1p(more / start) - one / 2 - two / 12 + four / 120
    second = one + two / 2 + three / 6 - five / 30
    near = start < ASYMPTOTIC
    first = np.where(near, digamma(end) - digamma(start), first)
    return first, np.where(near, polygamma(1, end) - polygamma(1, start), second)


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
