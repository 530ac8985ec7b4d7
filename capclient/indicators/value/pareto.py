"""Pareto/NBD: clients buy at their own pace and may stop at any moment (8.2).

Floor 4. Source: Schmittlein, Morrison and Colombo (1987). The likelihood is usually written with a hypergeometric
function, which has no gradient in closed form and breaks down for some parameters. We keep the integral it stands
for: over the moment when the client stopped, between its last purchase and the end. On a logarithmic scale the
integrand is smooth, and cut where nothing is left of it: a Gauss-Legendre rule gives it, and its derivatives.

Times count in alphas and in betas, and ratios stay ratios: no digit is lost where parameters run away in pairs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import exprel

from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit, Limit, maximise, settled, summit
from capclient.vocabulary import Unknown

NAMES = ("r", "alpha", "s", "beta")
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2  # from 0 to 1
FADED = 45.0  # of a logarithm: past it, what is left of an integrand is below the last digit of the whole
BLOCK = 512  # rows computed at once: their nodes stay in the cache, and a product so short starts no thread
ENDLESS = (("unreliable:same_stops", (2,)), ("unreliable:same_pace", (0,)), ("unreliable:same_pace", (0, 2)))
FAR = 1e6  # r, or s, so large that clients no longer differ in their pace, or in their risk to stop
BEFORE = (1.0, 10.0, 100.0, 1_000.0)  # what r, or s, is on the way there


def fit(histories: Histories) -> Fit | Unknown:
    """Fit the model by maximum likelihood.

    Examples
    --------
    The CDNOW sample gives r 0.553, alpha 10.578, s 0.606, beta 11.669 and a log-likelihood of -9595.0
    (``tests/real/test_value_models.py``).

    Returns
    -------
    Fit, or Unknown
        ``unreliable:same_stops`` when no client can be told to stop more readily than another: s and beta run away
        together, and only their ratio is known. ``unreliable:same_pace`` when r and alpha do, or all four.
    """
    weeks = max(histories.weeks / 4, 0.1)
    place = summit(
        lambda values: score(values, histories),
        start=(0.6, weeks, 0.6, weeks),
        n=histories.n,
        derivatives=lambda values: derivatives(values, histories),
    )
    return settled(place, NAMES, histories.n, limits=lambda: (_limit(histories, *pair) for pair in ENDLESS))


def _limit(histories: Histories, reason: str, held: tuple[int, ...]) -> Limit:
    """Return how high the model stands where some parameters, by their place, are endless.

    Each is endless with the next one, and their ratio is free: the mean life of clients, or their mean interval.
    """
    free = [place for place in range(4) if place not in held]
    paired = np.array([place - 1 in held for place in free])

    def whole(values: np.ndarray, size: float) -> np.ndarray:
        at = np.full(4, size)
        at[free] = values * np.where(paired, size, 1.0)
        return at

    def bent(values: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        level, slope, bend = derivatives(whole(values, FAR), histories)
        scale = np.where(paired, FAR, 1.0)
        return level, slope[free] * scale, bend[np.ix_(free, free)] * np.outer(scale, scale)

    weeks = max(histories.weeks / 4, 0.1)
    found = maximise(
        lambda values: bent(values)[:2],
        names=tuple(NAMES[place] for place in free),
        start=tuple(np.array([0.6, weeks, 0.6, weeks])[free] / np.where(paired, 0.6, 1.0)),
        n=histories.n,
        derivatives=bent,
    )
    if isinstance(found, Unknown):
        return -np.inf, -np.inf, reason
    before = (score(whole(np.array(found.values), size), histories)[0] for size in BEFORE)
    return found.log_likelihood, max(before), reason


def score(values: np.ndarray, histories: Histories) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of parameters ``(r, alpha, s, beta)`` and its gradient."""
    return derivatives(values, histories)[:2]


def derivatives(values: np.ndarray, histories: Histories) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the log-likelihood of parameters ``(r, alpha, s, beta)``, its gradient and its second derivatives.

    Each gamma function over another is a product of one factor a purchase, r (r + 1) ... (r + x - 1). Each row then
    adds the logarithm of a sum: it is there at the end, or it stopped at some moment of its silence.
    """
    r, alpha, s, beta = values
    again = histories.clients_by_rank[1:]
    pace, bought, gone = r + np.arange(len(again)), again.sum(), 0.0
    level = float(again @ np.log(pace / alpha))
    slope = np.array([again @ (1 / pace), -bought / alpha, 0.0, 0.0])
    bend = np.diag([-again @ (1 / pace**2), bought / alpha**2, 0.0, 0.0])
    for begin in range(0, len(histories.rows), BLOCK):
        block = slice(begin, begin + BLOCK)
        x, age, weight = histories.x[block], histories.age[block], histories.weights[block]
        log_there, there, there_bend = _silence(values, x, 0.0, age)
        log_stopped, shares, each, each_bend = _stopped(values, x, histories.last[block], age)
        odds = log_stopped - log_there
        less = np.exp(-np.abs(odds))
        chance = np.where(odds > 0, 1.0, less) / (1.0 + less)
        stopped, stays = chance * weight, (1.0 - chance) * weight
        mean = (each * shares).sum(axis=2)
        apart, moments = mean - there, (shares * stopped[:, None]).ravel()
        each = each.reshape(4, -1)
        level += float((np.maximum(log_there, log_stopped) + np.log1p(less)) @ weight)
        slope += there @ stays + mean @ stopped
        bend += (each * moments) @ each.T - (mean * stopped) @ mean.T
        bend += (apart * (stopped * (1.0 - chance))) @ apart.T
        bend += _crossed(there_bend @ stays + each_bend.reshape(4, -1) @ moments)
        gone += float(stopped.sum())
    return level, slope, bend + np.diag([0.0, 0.0, -gone / s**2, gone / beta**2])


def _silence(
    values: np.ndarray, x: np.ndarray, stop: float, weeks: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return -(r + x) ln(1 + weeks / alpha) - (s + stop) ln(1 + weeks / beta), its gradient and what bends it.

    That is the second derivatives in r and alpha, alpha twice, s and beta, beta twice: the others are zero.
    """
    r, alpha, s, beta = values
    pace, risk = r + x, s + stop
    far, long = np.log1p(weeks / alpha), np.log1p(weeks / beta)
    in_far, in_long = 1 / (alpha + weeks), 1 / (beta + weeks)
    less_far, less_long = weeks * in_far / alpha, weeks * in_long / beta
    up, right = pace * less_far, risk * less_long
    bends = (less_far, -up * (in_far + 1 / alpha), less_long, -right * (in_long + 1 / beta))
    return -pace * far - risk * long, np.array([-far, up, -long, right]), np.array(bends)


def _crossed(bends: np.ndarray) -> np.ndarray:
    """Return the matrix of second derivatives from the four of :func:`_silence`."""
    far, up, long, right = bends
    return np.array([[0, far, 0, 0], [far, up, 0, 0], [0, 0, 0, long], [0, 0, long, right]])


def _stopped(
    values: np.ndarray, x: np.ndarray, last: np.ndarray, age: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the logarithm of the integral of a stop over the silence, and what it is made of.

    What is integrated is s / beta (1 + t / alpha)^-(r+x) (1 + t / beta)^-(s+1). The others are the share of each
    moment in the integral (row x node), the gradient of its logarithm there (4 x row x node), and what bends that.
    """
    r, alpha, s, beta = values
    near = min(alpha, beta) + last
    # on the scale of ln(near + t), it falls ever faster: past this span, nothing is left of it
    fall = near * ((r + x) / (alpha + last) + (s + 1) / (beta + last)) - 1
    span = np.minimum(np.log1p((age - last) / near), FADED / np.maximum(fall, 1e-9))
    weeks = last[:, None] + near[:, None] * np.expm1(span[:, None] * NODES)
    level, slope, bends = _silence(values, x[:, None], 1.0, weeks)
    slope[2] += 1 / s
    slope[3] -= 1 / beta
    peak = level.max(axis=1)
    mass = np.exp(level - peak[:, None]) * (near[:, None] + weeks - last[:, None]) * WEIGHTS
    whole = mass.sum(axis=1)
    with np.errstate(divide="ignore"):  # no silence yet: nothing to integrate
        return np.log(s / beta) + peak + np.log(whole * span), mass / whole[:, None], slope, bends


def probability_active(found: Fit, clients: pd.DataFrame) -> pd.Series:
    """Return the probability that each client still buys.

    Examples
    --------
    >>> cdnow = Fit(NAMES, (0.553, 10.578, 0.606, 11.669), (0, 0, 0, 0), -9595.0, 2357)
    >>> clients = pd.DataFrame({"x": [2, 0], "t_x": [30.43, 0.0], "T": [38.86, 38.86]})
    >>> probability_active(cdnow, clients).round(3).tolist()
    [0.869, 0.295]
    """
    values = np.array(found.values)
    x, last, age = (clients[name].to_numpy("float64") for name in ("x", "t_x", "T"))
    log_there, log_stopped = _silence(values, x, 0.0, age)[0], _stopped(values, x, last, age)[0]
    return pd.Series(np.exp(log_there - np.logaddexp(log_there, log_stopped)), clients.index, name="p_active")


def expected_purchases(found: Fit, clients: pd.DataFrame, weeks: float) -> pd.Series:
    """Return the purchases expected of each client in the next weeks."""
    r, alpha, s, beta = found.values
    x, age = clients["x"].to_numpy("float64"), clients["T"].to_numpy("float64")
    ahead = np.log1p(weeks / (beta + age))
    expected = (r + x) * (beta + age) / (alpha + age) * ahead * exprel((1 - s) * ahead)
    return (expected * probability_active(found, clients)).rename("expected_orders")
