"""Pareto/NBD: clients buy at their own pace and may stop at any moment (8.2).

Floor 4. Source: Schmittlein, Morrison and Colombo (1987). The likelihood is usually written with a hypergeometric
function, which has no gradient in closed form and breaks down for some parameters. We keep the integral it stands
for: over the moment when the client stopped, between its last purchase and the end. On a logarithmic scale the
integrand is smooth, so that a Gauss-Legendre rule gives it, and its derivatives, to twelve digits.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln

from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit, maximise
from capclient.vocabulary import Unknown

NAMES = ("r", "alpha", "s", "beta")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


def fit(histories: Histories) -> Fit | Unknown:
    """Fit the model by maximum likelihood.

    Examples
    --------
    The CDNOW sample gives r 0.553, alpha 10.578, s 0.606, beta 11.669 and a log-likelihood of -9595.0
    (``tests/real/test_value_models.py``).
    """
    start = (0.6, max(histories.weeks / 4, 0.1), 0.6, max(histories.weeks / 4, 0.1))
    return maximise(lambda values: score(values, histories), names=NAMES, start=start, n=histories.n)


def score(values: np.ndarray, histories: Histories) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of parameters ``(r, alpha, s, beta)`` and its gradient."""
    r, alpha, s, beta = values
    repeats, last, age, weight = histories.x, histories.last, histories.age, histories.weights
    x = np.arange(len(histories.clients_by_rank))
    log_there = -(r + repeats) * np.log(alpha + age) - s * np.log(beta + age)
    log_stopped, parts = _stopped(values, repeats, last, age)
    top = np.logaddexp(log_there, log_stopped)
    there, stopped = np.exp(log_there - top), np.exp(log_stopped - top)
    own = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    slopes = (
        (digamma(r + x) - digamma(r) + np.log(alpha))[repeats]
        - there * np.log(alpha + age)
        - stopped * parts[0],
        r / alpha - (r + repeats) * (there / (alpha + age) + stopped * parts[1]),
        np.log(beta) - there * np.log(beta + age) + stopped * (1 / s - parts[2]),
        s / beta - there * s / (beta + age) - stopped * (s + 1) * parts[3],
    )
    return float((own[repeats] + top) @ weight), np.array([float(slope @ weight) for slope in slopes])


def _stopped(
    values: np.ndarray, repeats: np.ndarray, last: np.ndarray, age: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Return the logarithm of s times the integral of (alpha+t)^-(r+x) (beta+t)^-(s+1) over the silence.

    And the means, under that integrand, of ln(alpha+t), 1/(alpha+t), ln(beta+t), 1/(beta+t): its derivatives.
    """
    r, alpha, s, beta = values
    near = min(alpha, beta)
    low, high = np.log(near + last), np.log(near + age)
    half = (high - low) / 2
    scale = (low + half)[:, None] + half[:, None] * NODES
    moment = np.exp(scale)  # t + near
    one, two = moment + (alpha - near), moment + (beta - near)
    log_one, log_two = np.log(one), np.log(two)
    logs = scale - (r + repeats)[:, None] * log_one - (s + 1) * log_two
    peak = logs.max(axis=1)
    mass = np.exp(logs - peak[:, None]) * WEIGHTS
    whole = mass.sum(axis=1)
    means = tuple((mass * part).sum(axis=1) / whole for part in (log_one, 1 / one, log_two, 1 / two))
    with np.errstate(divide="ignore"):  # no silence yet: nothing to integrate
        level = np.log(s) + peak + np.log(whole) + np.log(half)
    return level, means


def probability_active(found: Fit, clients: pd.DataFrame) -> pd.Series:
    """Return the probability that each client still buys.

    Examples
    --------
    >>> cdnow = Fit(NAMES, (0.553, 10.578, 0.606, 11.669), (0, 0, 0, 0), -9595.0, 2357)
    >>> clients = pd.DataFrame({"x": [2, 0], "t_x": [30.43, 0.0], "T": [38.86, 38.86]})
    >>> probability_active(cdnow, clients).round(3).tolist()
    [0.869, 0.295]
    """
    r, alpha, s, beta = values = np.array(found.values)
    x, last, age = (clients[name].to_numpy("float64") for name in ("x", "t_x", "T"))
    log_there = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    log_stopped, _ = _stopped(values, x, last, age)
    return pd.Series(np.exp(log_there - np.logaddexp(log_there, log_stopped)), clients.index, name="p_active")


def expected_purchases(found: Fit, clients: pd.DataFrame, weeks: float) -> pd.Series:
    """Return the purchases expected of each client in the next weeks."""
    r, alpha, s, beta = found.values
    x, age = clients["x"].to_numpy("float64"), clients["T"].to_numpy("float64")
    years = (beta + age) / (beta + age + weeks)
    span = np.log(1 / years) if abs(s - 1) < 1e-9 else (1 - years ** (s - 1)) / (s - 1)
    expected = (r + x) * (beta + age) / (alpha + age) * span
    return (expected * probability_active(found, clients)).rename("expected_orders")
