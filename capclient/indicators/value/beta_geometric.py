"""BG/NBD and MBG/NBD: clients buy at their own pace and, after a purchase, may stop for good (8.2).

Floor 4. Sources: Fader, Hardie and Lee (2005), "Counting your customers the easy way"; Batislam, Denizel and Filiztekin
(2007) for the modified model, in which a client may also stop after its first purchase. The two likelihoods differ by
one term, so both live here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import digamma, gammaln, hyp2f1

from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit, maximise
from capclient.vocabulary import Unknown

NAMES = ("r", "alpha", "a", "b")


def fit(histories: Histories, *, modified: bool = False) -> Fit | Unknown:
    """Fit the model (``modified`` for MBG/NBD) by maximum likelihood with its analytic gradient.

    Examples
    --------
    The CDNOW sample gives r 0.243, alpha 4.414, a 0.793, b 2.426 and a log-likelihood of -9582.4
    (``tests/real/test_value_models.py``).
    """
    weeks = float(np.average(histories.age.values[histories.age.place], weights=histories.weights))
    return maximise(
        lambda values: score(values, histories, modified=modified),
        names=NAMES,
        start=(0.5, max(weeks / 8, 0.1), 0.8, 2.0),
        n=histories.n,
    )


def score(values: np.ndarray, histories: Histories, *, modified: bool = False) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of parameters ``(r, alpha, a, b)`` and its gradient."""
    r, alpha, a, b = values
    x, at_x = histories.x.values, histories.x.place
    age, last = histories.age, histories.last
    log_age, log_last = np.log(alpha + age.values)[age.place], np.log(alpha + last.values)[last.place]
    repeats, more = histories.repeats, 1.0 if modified else 0.0
    # odds that the client had stopped at its last purchase against being there at the end; never after x = 0 in BG/NBD
    stops = b + x - 1 + more
    log_stop = np.log(a) - np.log(np.where(stops > 0, stops, 1.0))
    odds = log_stop[at_x] + (r + repeats) * (log_age - log_last)
    if not modified:
        odds = np.where(repeats > 0, odds, -np.inf)
    stopped = 1.0 / (1.0 + np.exp(-odds))
    there = 1.0 - stopped
    own = (
        gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        + gammaln(a + b) + gammaln(b + x + more) - gammaln(b) - gammaln(a + b + x + more)
    )  # fmt: skip
    level = own[at_x] - (r + repeats) * log_age + np.logaddexp(0.0, odds)
    weight = histories.weights
    total = digamma(a + b) - digamma(a + b + x + more)
    slopes = (
        (digamma(r + x) - digamma(r) + np.log(alpha))[at_x] - there * log_age - stopped * log_last,
        r / alpha - (r + repeats) * (
            there * (1 / (alpha + age.values))[age.place] + stopped * (1 / (alpha + last.values))[last.place]
        ),
        total[at_x] + stopped / a,
        (total + digamma(b + x + more) - digamma(b))[at_x] - stopped * (1 / np.where(stops > 0, stops, 1.0))[at_x],
    )  # fmt: skip
    return float(level @ weight), np.array([float(slope @ weight) for slope in slopes])


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
    found: Fit, clients: pd.DataFrame, weeks: float, *, modified: bool = False
) -> pd.Series:
    """Return the purchases expected of each client in the next weeks.

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
    top = a + b + x - 1 + more
    left = ((alpha + age) / (alpha + age + weeks)) ** (r + x) * hyp2f1(
        r + x, b + x + more, top, weeks / (alpha + age + weeks)
    )
    expected = top / (a - 1) * (1 - left)
    return (expected * probability_active(found, clients, modified=modified)).rename("expected_orders")


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
    [0.0, 0.552, 0.727]
    """
    r, alpha, _, _ = found.values
    x, age = clients["x"].to_numpy("float64"), clients["T"].to_numpy("float64")
    empty = ((alpha + age) / (alpha + age + weeks)) ** (r + x)
    return ((1 - empty) * probability_active(found, clients, modified=modified)).rename("p_buys")
