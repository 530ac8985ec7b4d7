"""Maximum likelihood with an analytic gradient: the machine that every model of this room uses.

Floor 4. Parameters are positive, so the search runs on their logarithms. Standard errors come from the curvature of
the log-likelihood at its maximum (differences of the analytic gradient), brought back by the delta method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from capclient.vocabulary import Unknown

Score = Callable[[np.ndarray], tuple[float, np.ndarray]]
Loss = Callable[[np.ndarray], tuple[float, np.ndarray]]

STARTS = (1.0, 0.3, 3.0)  # factors of the first guess: a flat likelihood is tried from several places
BOUND = 23.0  # of |ln parameter|: beyond, the data do not hold the parameter
STEP = 1e-4
FLAT = 2.0  # standard error of a logarithm beyond which the data say nothing of the parameter
GRADIENT = 1e-3  # largest gradient, per thousand observations, of a search that arrived


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model.

    Parameters
    ----------
    names, values, errors
        Parameters and their standard errors.
    log_likelihood
        At the maximum, over all observations.
    n
        Number of clients behind it.
    """

    names: tuple[str, ...]
    values: tuple[float, ...]
    errors: tuple[float, ...]
    log_likelihood: float
    n: int

    def __getitem__(self, name: str) -> float:
        """Return a parameter by name."""
        return self.values[self.names.index(name)]


def maximise(score: Score, *, names: tuple[str, ...], start: tuple[float, ...], n: int) -> Fit | Unknown:
    """Fit positive parameters.

    Parameters
    ----------
    score
        Takes the parameters, returns the log-likelihood and its gradient.
    start
        A first guess; the search also starts from multiples of it when it does not arrive.
    n
        Number of clients, which scales what counts as a flat place.

    Returns
    -------
    Fit, or Unknown
        ``unreliable:not_converged`` when no search arrives, or the data say nothing of a parameter.

    Examples
    --------
    Ten clients that waited 20 weeks in all buy every two weeks, give or take 0.16 a week:

    >>> waited = lambda at: (10 * np.log(at[0]) - 20 * at[0], 10 / at - 20)
    >>> fitted = maximise(waited, names=("pace",), start=(1.0,), n=10)
    >>> round(fitted["pace"], 4), round(fitted.errors[0], 4)
    (0.5, 0.1581)
    """

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        values = np.exp(logs)
        level, slope = score(values)
        if not np.isfinite(level) or not np.isfinite(slope).all():
            return 1e300, np.zeros_like(logs)
        return -level / n, -slope * values / n

    with threadpool_limits(
        limits=1, user_api="blas"
    ):  # threads cost far more than the matrices of four parameters
        return _fitted(loss, score, names, start, n)


def _fitted(
    loss: Loss, score: Score, names: tuple[str, ...], start: tuple[float, ...], n: int
) -> Fit | Unknown:
    best: tuple[float, np.ndarray] | None = None
    for factor in STARTS:
        found = minimize(
            loss, np.log(np.asarray(start) * factor), jac=True, method="L-BFGS-B",
            bounds=[(-BOUND, BOUND)] * len(start), options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-7, "maxls": 50},
        )  # fmt: skip
        level, slope = loss(found.x)
        if np.abs(slope).max() <= GRADIENT and np.abs(found.x).max() < BOUND - 1 and level < 1e300:
            best = (level, found.x)
            break
    if best is None:
        return Unknown("unreliable:not_converged")
    logs, curvature = _polished(loss, best[1])
    values, spread = np.exp(logs), _errors(curvature, n)
    if not (spread < FLAT).all():  # missing where the likelihood is flat
        return Unknown("unreliable:not_converged")
    level, _ = score(values)
    return Fit(names, tuple(map(float, values)), tuple(map(float, spread * values)), float(level), n)


def _curvature(loss: Loss, logs: np.ndarray) -> np.ndarray:
    """Second derivatives in the logarithms, from differences of the gradient."""
    steps = np.eye(len(logs)) * STEP
    rows = [(loss(logs + step)[1] - loss(logs - step)[1]) / (2 * STEP) for step in steps]
    whole = np.array(rows)
    return (whole + whole.T) / 2


def _polished(loss: Loss, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One Newton step, kept if it climbs: the last digits that a quasi-Newton search leaves. And the curvature."""
    (level, slope), curvature = loss(logs), _curvature(loss, logs)
    try:
        moved = logs - np.linalg.solve(curvature, slope)
    except np.linalg.LinAlgError:
        return logs, curvature
    if np.abs(moved - logs).max() >= 0.1 or loss(moved)[0] > level:
        return logs, curvature
    return moved, curvature if np.abs(moved - logs).max() < STEP else _curvature(loss, moved)


def _errors(curvature: np.ndarray, n: int) -> np.ndarray:
    try:
        variances = np.diag(np.linalg.inv(curvature * n))
    except np.linalg.LinAlgError:
        return np.full(len(curvature), np.nan)
    return np.sqrt(np.where(variances > 0, variances, np.nan))
