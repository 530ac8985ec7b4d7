"""Maximum likelihood with an analytic gradient: the machine that every model of this room uses.

Floor 4. Parameters are positive, so the search runs on their logarithms. A model that also gives its second
derivatives is searched by Newton's method, which arrives in a few looks at the data; the others, and a place where
Newton loses its way, by a quasi-Newton search. Standard errors come from the curvature of the log-likelihood at its
maximum (differences of the analytic gradient where the model gives no more), brought back by the delta method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from capclient.vocabulary import Unknown

Score = Callable[[np.ndarray], tuple[float, np.ndarray]]
Derivatives = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]
Limit = tuple[float, float, str]  # log-likelihood, the highest seen on the way there, why no model is fitted
Place = tuple[float, np.ndarray, np.ndarray]  # log-likelihood, logarithms of the parameters, curvature there

STARTS = (1.0, 0.3, 3.0)  # factors of the first guess: a flat likelihood is tried from several places
BOUND = 23.0  # of |ln parameter|: beyond, the data do not hold the parameter
STEP = (
    1e-4  # of a difference; a Newton step so short ends the search: its error is of the order of its square
)
LONGEST = 2.0  # Newton step: a parameter is not multiplied by more than 7 at once
LOOKS = 20  # at the data by Newton's method: it arrives in six or so, or does not
NOISE = 1e-13  # relative rounding of a log-likelihood
VAGUE = 0.5  # standard error of a logarithm beyond which a higher place may be far off: both searches are run
FLAT = 2.0  # standard error of a logarithm beyond which the data say nothing of the parameter
HIGHER = 1 / (
    2 * FLAT**2
)  # than a limit, at least: what a parabola rises whose logarithm has the error above
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


def maximise(
    score: Score,
    *,
    names: tuple[str, ...],
    start: tuple[float, ...],
    n: int,
    derivatives: Derivatives | None = None,
) -> Fit | Unknown:
    """Fit positive parameters.

    Parameters
    ----------
    score
        Takes the parameters, returns the log-likelihood and its gradient.
    start
        A first guess; the search also starts from multiples of it when it does not arrive.
    n
        Number of clients, which scales what counts as a flat place.
    derivatives
        Takes the parameters, returns the log-likelihood, its gradient and its matrix of second derivatives.

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
    return told(summit(score, start=start, n=n, derivatives=derivatives), names, n)


def summit(
    score: Score, *, start: tuple[float, ...], n: int, derivatives: Derivatives | None = None
) -> Place | None:
    """Return the highest place that :func:`maximise` finds, however flat; None where no search arrives."""
    found = _newton(derivatives, np.log(start), n) if derivatives else None
    if found is not None and (_errors(found[2], n) < VAGUE).all():
        return found
    other = _quasi_newton(score, np.log(start), n)
    # as high but for roundings and the last step, it is the same place, and Newton's method knows it better
    if found is None or (other is not None and other[0] > found[0] + NOISE * abs(found[0]) + STEP**3 * n):
        return other
    return found


def told(place: Place | None, names: tuple[str, ...], n: int) -> Fit | Unknown:
    """Return a place as a fitted model, where the data hold every parameter."""
    if place is None:
        return Unknown("unreliable:not_converged")
    level, logs, curvature = place
    values, spread = np.exp(logs), _errors(curvature, n)
    if not (spread < FLAT).all():  # missing where the likelihood is flat
        return Unknown("unreliable:not_converged")
    return Fit(names, tuple(map(float, values)), tuple(map(float, spread * values)), float(level), n)


def settled(
    place: Place | None, names: tuple[str, ...], n: int, *, limits: Callable[[], Iterable[Limit]]
) -> Fit | Unknown:
    """Return a place as a fitted model, unless it stands no higher than where parameters run away together.

    On the way to such a limit the likelihood is all but flat: where a search stops there depends on roundings. How high
    the limit stands does not.

    Parameters
    ----------
    place
        What :func:`summit` found.
    limits
        Gives the limits of the model, minus infinity for one without a summit of its own. Not asked where every
        parameter is well held.
    """
    found = told(place, names, n)
    if isinstance(found, Fit) and (np.array(found.errors) < VAGUE * np.array(found.values)).all():
        return found
    level, before, reason = max(limits())
    highest = max(before, place[0]) if place else before
    return Unknown(reason) if highest < level + HIGHER else found


def _newton(derivatives: Derivatives, logs: np.ndarray, n: int) -> Place | None:
    """Climb by Newton steps in the logarithms, shortened until they climb; None where that leads nowhere."""

    def bent(logs: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        values = np.exp(logs)
        level, slope, bend = derivatives(values)
        slope = slope * values / n
        return level / n, slope, -(bend * np.outer(values, values) / n + np.diag(slope))

    here, reach = bent(logs), 1.0
    for _ in range(LOOKS):
        level, slope, curvature = here
        if not (np.isfinite(level) and np.isfinite(slope).all() and np.isfinite(curvature).all()):
            return None
        bends, axes = np.linalg.eigh(curvature)
        # along an axis where the likelihood bends the wrong way, climb all the same
        whole = axes @ (axes.T @ slope / np.maximum(np.abs(bends), STEP**2))
        size = np.abs(whole).max()
        if size < STEP and bends[0] > 0 and np.abs(slope).max() <= GRADIENT:
            return (level + slope @ whole / 2) * n, logs + whole, curvature  # the height of the parabola
        step = whole * min(reach, LONGEST / size)
        there = bent(logs + step)
        if there[0] >= level - NOISE * abs(level):
            logs, here, reach = logs + step, there, 1.0
        else:
            reach = min(reach, LONGEST / size) / 4
        if np.abs(logs).max() >= BOUND - 1:
            return None
    return None


def _quasi_newton(score: Score, start: np.ndarray, n: int) -> Place | None:
    """Search from several places and polish where the first search arrives; None where none does."""

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        values = np.exp(logs)
        level, slope = score(values)
        if not np.isfinite(level) or not np.isfinite(slope).all():
            return 1e300, np.zeros_like(logs)
        return -level / n, -slope * values / n

    # threads cost far more than the matrices of four parameters
    with threadpool_limits(limits=1, user_api="blas"):
        for factor in STARTS:
            found = minimize(
                loss, start + np.log(factor), jac=True, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * len(start),
                options={"maxiter": 500, "ftol": 1e-15, "gtol": 1e-7, "maxls": 50},
            )  # fmt: skip
            level, slope = loss(found.x)
            if np.abs(slope).max() <= GRADIENT and np.abs(found.x).max() < BOUND - 1 and level < 1e300:
                logs, curvature = _polished(loss, found.x)
                return score(np.exp(logs))[0], logs, curvature
    return None


def _curvature(loss: Score, logs: np.ndarray) -> np.ndarray:
    """Second derivatives in the logarithms, from differences of the gradient."""
    steps = np.eye(len(logs)) * STEP
    rows = [(loss(logs + step)[1] - loss(logs - step)[1]) / (2 * STEP) for step in steps]
    whole = np.array(rows)
    return (whole + whole.T) / 2


def _polished(loss: Score, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
