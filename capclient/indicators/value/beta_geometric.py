"""BG/NBD and MBG/NBD: clients buy at their own pace and, after a purchase, may stop for good (8.2).

Floor 4. Sources: Fader, Hardie and Lee (2005), "Counting your customers the easy way"; Batislam, Denizel and Filiztekin
(2007) for the modified model, in which a client may also stop after its first purchase. The two likelihoods differ by
one term, so both live here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import hyp2f1

from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit, maximise
from capclient.vocabulary import Unknown

NAMES = ("r", "alpha", "a", "b")
BLOCK = 8_192  # rows computed at once: they stay in the cache, and a product so short starts no thread
ENDLESS = 1e4  # a and b so large that clients no longer differ in their chance to stop
NEAR_ONE = 1e-4  # a so close to 1 that the formula of expected purchases loses its digits
SAMPLE = 10_000  # rows of the first search, when there are many more


def fit(histories: Histories, *, modified: bool = False) -> Fit | Unknown:
    """Fit the model (``modified`` for MBG/NBD) by maximum likelihood with its analytic gradient.

    Examples
    --------
    The CDNOW sample gives r 0.243, alpha 4.414, a 0.793, b 2.426 and a log-likelihood of -9582.4
    (``tests/real/test_value_models.py``).

    Returns
    -------
    Fit, or Unknown
        ``unreliable:same_stops`` when no client can be told to stop more readily than another: a and b run away
        together, and only their ratio is known. ``unreliable:not_converged`` when the data say nothing of a parameter,
        or are no histories: nobody, nobody with a past, a last purchase after the end.
    """
    if not histories.are_possible:
        return Unknown("unreliable:not_converged")
    rows = len(histories.rows)
    found: Fit | Unknown = Unknown("unreliable:not_converged")
    if rows > SAMPLE * 4:  # where the sample arrives, the whole is a step or two away
        found = fit(histories.sample(max(rows // 8, SAMPLE)), modified=modified)
    guess = (0.5, max(histories.weeks / 8, 0.1), 0.8, 2.0)
    found = maximise(
        lambda values: score(values, histories, modified=modified),
        names=NAMES,
        start=found.values if isinstance(found, Fit) else guess,
        n=histories.n,
        derivatives=lambda values: derivatives(values, histories, modified=modified),
    )
    if isinstance(found, Unknown) and isinstance(_alike(histories, modified), Fit):
        return Unknown("unreliable:same_stops")
    return found


def _alike(histories: Histories, modified: bool) -> Fit | Unknown:
    """Fit the limit where every client has the same chance to stop: a and b endless, their ratio free."""

    def limit(values: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, odds = values
        level, slopes = score(np.array([r, alpha, ENDLESS * odds, ENDLESS]), histories, modified=modified)
        return level, np.array([slopes[0], slopes[1], ENDLESS * slopes[2]])

    start = (0.5, max(histories.weeks / 8, 0.1), 0.1)
    return maximise(limit, names=("r", "alpha", "odds"), start=start, n=histories.n)


def score(values: np.ndarray, histories: Histories, *, modified: bool = False) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of parameters ``(r, alpha, a, b)`` and its gradient."""
    return derivatives(values, histories, modified=modified)[:2]


def derivatives(
    values: np.ndarray, histories: Histories, *, modified: bool = False
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the log-likelihood of parameters ``(r, alpha, a, b)``, its gradient and its second derivatives.

    Each gamma function over another is a product of one factor a purchase, r (r + 1) ... (r + x - 1): it is computed
    once for all clients that reached that purchase. The rest is summed row by row.
    """
    r, alpha, a, b = values
    again = histories.clients_by_rank[1:]
    asked = histories.clients_by_rank if modified else again  # the first purchase asks nothing in BG/NBD
    pace, stays = r + np.arange(len(again)), b + np.arange(len(asked))
    either = a + stays
    level = again @ np.log(pace / alpha) - asked @ np.log1p(a / stays)
    slope = (again @ (1 / pace), -again.sum() / alpha, -asked @ (1 / either), asked @ (a / stays / either))
    bend = _symmetric(
        (-again @ (1 / pace**2), 0.0, 0.0, 0.0),
        (again.sum() / alpha**2, 0.0, 0.0),
        (asked @ (1 / either**2), asked @ (1 / either**2)),
        (-asked @ (a / stays / either * (1 / stays + 1 / either)),),
    )
    rows = _by_row(values, histories, modified=modified)
    return float(level) + rows[0], np.array(slope) + rows[1], bend + rows[2]


def _by_row(
    values: np.ndarray, histories: Histories, *, modified: bool
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return what each row adds: its weeks without a purchase, and the chance that it stopped at the last one.

    The odds are those of having stopped at the last purchase against being there at the end. In BG/NBD nobody stops
    before its second purchase: without one, the odds are none. Times count in alphas, so that no digit is lost where
    alpha is large.
    """
    r, alpha, a, b = values
    stops = b + np.arange(len(histories.clients_by_rank)) - (0.0 if modified else 1.0)
    if not modified:
        stops[0] = np.inf
    log_stop, near_stop = np.log(a) - np.log(stops), 1 / stops
    level, slope, bend = 0.0, np.zeros(4), np.zeros((4, 4))
    for begin in range(0, len(histories.rows), BLOCK):
        block = slice(begin, begin + BLOCK)
        x, weight = histories.x[block], histories.weights[block]
        pace = r + x
        far, far_slope, far_bend = _waited(histories.age[block], alpha)
        near, near_slope, near_bend = _waited(histories.last[block], alpha)
        silent, silent_slope = far - near, far_slope - near_slope
        odds = log_stop.take(x) + pace * silent
        less = np.exp(-np.abs(odds))
        chance = np.where(odds > 0, 1.0, less) / (1.0 + less)
        stopped = chance * weight
        level += float((np.maximum(odds, 0.0) + np.log1p(less) - pace * far) @ weight)
        each = np.array([silent, pace * silent_slope, np.full(len(x), 1 / a), -near_stop.take(x)])
        slope += each @ stopped - (far @ weight, (pace * far_slope) @ weight, 0.0, 0.0)
        bend += (each * (stopped * (1.0 - chance))) @ each.T + _symmetric(
            (0.0, silent_slope @ stopped - far_slope @ weight, 0.0, 0.0),
            ((pace * (far_bend - near_bend)) @ stopped - (pace * far_bend) @ weight, 0.0, 0.0),
            (-stopped.sum() / a**2, 0.0),
            (each[3] ** 2 @ stopped,),
        )
    return level, slope, bend


def _waited(weeks: np.ndarray, alpha: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return ln(1 + weeks / alpha) and its first two derivatives in alpha."""
    inverse = 1 / (alpha + weeks)
    slope = weeks * inverse * (-1 / alpha)
    return np.log1p(weeks / alpha), slope, -slope * (inverse + 1 / alpha)


def _symmetric(*upper: tuple[float, ...]) -> np.ndarray:
    """Return a symmetric matrix from the rows of its upper half."""
    whole = np.zeros((len(upper), len(upper)))
    for place, row in enumerate(upper):
        whole[place, place:] = whole[place:, place] = row
    return whole


def probability_active(found: Fit, clients: pd.DataFrame, *, modified: bool = False) -> pd.Series:
    """Return the probability that each client still buys (8.2).

    In BG/NBD a client without repeat purchase has probability 1: an artefact of the model, which cannot let it stop
    before its second purchase. Such values are not to be shown (trap 26).

    Examples
    --------
    >>> cdnow = Fit(NAMES, (0.243, 4.414, 0.793, 2.426), (0, 0, 0, 0), -9582.4, 2357)
    >>> round(float(probability_active(cdnow, pd.DataFrame({"x": [2], "t_x": [30.43], "T": [38.86]})).iloc[0]), 5)
    0.72658
    """
    r, alpha, a, b = found.values
    x, last, age = (clients[name].to_numpy("float64") for name in ("x", "t_x", "T"))
    stops = b + x - (0 if modified else 1)
    odds = a / np.where(stops > 0, stops, 1.0) * ((alpha + age) / (alpha + last)) ** (r + x)
    if not modified:
        odds = np.where(x > 0, odds, 0.0)
    return pd.Series(1 / (1 + odds), index=clients.index, name="p_active")


def expected_purchases(
    found: Fit, clients: pd.DataFrame, weeks: float | np.ndarray, *, modified: bool = False
) -> pd.Series:
    """Return the purchases expected of each client in the next weeks, the same for all or one number each.

    Examples
    --------
    >>> cdnow = Fit(NAMES, (0.243, 4.414, 0.793, 2.426), (0, 0, 0, 0), -9582.4, 2357)
    >>> one = pd.DataFrame({"x": [2], "t_x": [30.43], "T": [38.86]})
    >>> round(float(expected_purchases(cdnow, one, 39.0).iloc[0]), 3)
    1.226
    """
    r, alpha, a, b = found.values
    more = 1.0 if modified else 0.0
    x, age = clients["x"].to_numpy("float64"), clients["T"].to_numpy("float64")

    def expected(a: float) -> np.ndarray:
        top = a + b + x - 1 + more
        left = ((alpha + age) / (alpha + age + weeks)) ** (r + x) * hyp2f1(
            r + x, b + x + more, top, weeks / (alpha + age + weeks)
        )
        return np.asarray(top / (a - 1) * (1 - left))

    if (
        abs(a - 1) < NEAR_ONE
    ):  # 0 / 0 at 1, where the value itself is regular: read between its two neighbours
        share = (a - 1 + NEAR_ONE) / (2 * NEAR_ONE)
        orders = (1 - share) * expected(1 - NEAR_ONE) + share * expected(1 + NEAR_ONE)
    else:
        orders = expected(a)
    chance = probability_active(found, clients, modified=modified)
    return (orders * chance).rename("expected_orders")


def probability_of_purchase(
    found: Fit, clients: pd.DataFrame, weeks: float, *, modified: bool = False
) -> pd.Series:
    """Return the probability that each client buys at least once in the next weeks.

    It has to be there, and its own pace must not leave the weeks empty: nobody stops before its next purchase.

    Examples
    --------
    >>> cdnow = Fit(NAMES, (0.243, 4.414, 0.793, 2.426), (0, 0, 0, 0), -9582.4, 2357)
    >>> one = pd.DataFrame({"x": [2.0], "t_x": [30.43], "T": [38.86]})
    >>> [round(float(probability_of_purchase(cdnow, one, weeks).iloc[0]), 3) for weeks in (0.0, 39.0, 1e9)]
    [0.0, 0.555, 0.727]
    """
    r, alpha, _, _ = found.values
    x, age = clients["x"].to_numpy("float64"), clients["T"].to_numpy("float64")
    empty = ((alpha + age) / (alpha + age + weeks)) ** (r + x)
    return ((1 - empty) * probability_active(found, clients, modified=modified)).rename("p_buys")
