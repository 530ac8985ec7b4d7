"""Where parameters run away together, a verdict must not hang on a rounding: Pareto/NBD and Gamma-Gamma (8.2)."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import digamma, gammaln

from capclient.indicators.value import gamma_gamma, likelihood, pareto
from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit
from capclient.vocabulary import Unknown

MOVES = np.array([[1, -1, 1, -1], [-1, 1, 1, 1], [3e-4, 3e-4, -3e-4, 3e-4]]) * 1e-12
ENDLESS = np.inf
PLANTED = [  # seed, clients, r and mean interval, s and mean life (weeks), weeks seen, verdict
    (0, 3_000, 0.7, 12.0, 0.8, 15.0, 90, "fit"),
    (1, 800, 1.8, 9.0, 1.5, 40.0, 120, "fit"),
    (2, 400, 1.2, 6.0, 2.5, 30.0, 200, "fit"),
    (3, 2_989, 1.7, 25.0, ENDLESS, 140.0, 200, "unreliable:same_stops"),
    (4, 700, 2.5, 6.0, ENDLESS, 60.0, 150, "unreliable:same_stops"),
    (5, 300, 1.0, 10.0, ENDLESS, 20.0, 80, "unreliable:same_stops"),
    (6, 150, 2.0, 12.0, ENDLESS, 30.0, 100, "unreliable:same_stops"),
    (7, 900, ENDLESS, 6.0, 1.0, 20.0, 120, "unreliable:same_pace"),
    (27, 900, ENDLESS, 6.0, 1.0, 20.0, 120, "fit"),  # a summit, as half of such draws have, nearly flat
    (8, 500, ENDLESS, 3.0, 2.0, 40.0, 100, "unreliable:same_pace"),
    (29, 250, ENDLESS, 8.0, 1.5, 30.0, 150, "unreliable:same_pace"),
    (30, 1_200, ENDLESS, 10.0, ENDLESS, 50.0, 120, "unreliable:same_pace"),
    (11, 400, ENDLESS, 5.0, ENDLESS, 25.0, 80, "unreliable:same_pace"),
]
AMOUNTS = [  # seed, p and q
    (0, 6.0, 4.0), (1, 2.0, 3.0), (2, 9.0, ENDLESS), (3, 4.0, ENDLESS), (24, ENDLESS, 3.0), (25, ENDLESS, 8.0),
]  # fmt: skip


def gamma_of(rng, shape, mean_of_rate, n):
    """Rates of clients, all the same where the shape is endless; ``mean_of_rate`` is that of shape / rate."""
    rate = 1 / mean_of_rate
    return np.full(n, rate) if shape == ENDLESS else rng.gamma(shape, rate / shape, n)


def clients_of(seed, n, r, interval, s, life, weeks):
    rng = np.random.default_rng(seed)
    pace, stop = gamma_of(rng, r, interval, n), rng.exponential(1 / gamma_of(rng, s, life, n))
    age = rng.integers(weeks * 3, weeks * 7, n) / 7
    seen = np.minimum(stop, age)
    x = rng.poisson(pace * seen).astype("float64")
    last = np.where(x > 0, seen * rng.random(n) ** (1 / np.maximum(x, 1)), 0.0)
    return pd.DataFrame({"x": x, "t_x": last, "T": age})


def spending(seed, p, q, n=1_000):
    rng = np.random.default_rng(seed)
    x, rate = rng.integers(1, 12, n).astype("float64"), gamma_of(rng, q, 20.0, n)
    mean = 1 / rate if p == ENDLESS else rng.gamma(p * x, 1 / (rate * x))
    return pd.DataFrame({"x": x, "mean_amount": mean})


def verdicts(monkeypatch, module, fit, first, permuted):
    """What is said as it is, from starts moved by less than nothing, and with rows in another order."""
    plain, searched = fit(first), likelihood.summit
    told = [plain, fit(permuted)]
    for move in MOVES:

        def moved(score, *, start, move=move, **more):
            return searched(score, start=tuple(np.array(start) * (1 + move[: len(start)])), **more)

        monkeypatch.setattr(module, "summit", moved)
        told.append(fit(first))
    for other in told[1:]:
        if isinstance(plain, Unknown):
            assert other == plain
        else:
            assert isinstance(other, Fit)
            np.testing.assert_allclose(other.values, plain.values, rtol=1e-7)
            np.testing.assert_allclose(other.errors, plain.errors, rtol=1e-5)
    return "fit" if isinstance(plain, Fit) else plain.reason


@pytest.mark.parametrize("planted", PLANTED)
def test_a_rounding_changes_nothing_that_pareto_says(monkeypatch, planted):
    rows = Histories.of(clients_of(*planted[:-1])).rows
    others = Histories(rows.sample(frac=1, random_state=1))
    assert verdicts(monkeypatch, pareto, pareto.fit, Histories(rows), others) == planted[-1]


@pytest.mark.parametrize(("seed", "p", "q"), AMOUNTS)
def test_a_rounding_changes_nothing_that_gamma_gamma_says(monkeypatch, seed, p, q):
    clients = spending(seed, p, q)
    others = clients.sample(frac=1, random_state=1)
    wanted = "fixed_amounts" if p == ENDLESS else "same_amounts"
    wanted = f"unreliable:{wanted}" if ENDLESS in (p, q) else "fit"
    assert verdicts(monkeypatch, gamma_gamma, gamma_gamma.fit, clients, others) == wanted


@pytest.mark.parametrize(
    "values", [(0.7, 8.0, 0.8, 12.0), (0.7, 8.0, 2e6, 3e7), (3e6, 2e6, 0.8, 12.0), (4, 0.1, 9, 0.2)]
)
@pytest.mark.parametrize(("x", "t_x", "age"), [(0, 0.0, 250.0), (1, 3.0, 20.0), (300, 120.0, 260.0)])
def test_the_integral_keeps_its_digits_however_large_the_parameters(values, x, t_x, age):
    r, alpha, s, beta = values

    def log_of(week):
        return -(r + x) * np.log1p(week / alpha) - (s + 1) * np.log1p(week / beta)

    ends = [t_x, *(t_x + (age - t_x) * np.logspace(-5, 0, 21))]
    whole = sum(
        quad(lambda week: np.exp(log_of(week) - log_of(t_x)), *pair, epsabs=0, epsrel=1e-12)[0]
        for pair in pairwise(ends)
    )
    told = pareto._stopped(np.array(values), np.array([x]), np.array([t_x]), np.array([age]))[0][0]
    assert told == pytest.approx(np.log(s / beta) + log_of(t_x) + np.log(whole), abs=1e-11, rel=1e-13)


@pytest.mark.parametrize("endless", [1e5, 1e9])
def test_far_away_a_model_is_its_limit(endless):
    """Exponential lives, and amounts that all clients share, or never change: written out by hand."""
    clients = clients_of(*PLANTED[5][:-1])
    r, alpha, risk = 1.0, 10.0, 0.05
    x, last, age = (clients[name].to_numpy() for name in ("x", "t_x", "T"))
    each = []
    for one, begin, end in zip(x, last, age, strict=True):
        there = np.exp(-risk * end) * (1 + end / alpha) ** -(r + one)
        gone = quad(lambda t, one=one: risk * np.exp(-risk * t) * (1 + t / alpha) ** -(r + one), begin, end)[
            0
        ]
        each.append(gammaln(r + one) - gammaln(r) - one * np.log(alpha) + np.log(there + gone))
    level, slope = pareto.score(np.array([r, alpha, endless, endless / risk]), Histories.of(clients))
    assert level == pytest.approx(sum(each), rel=20 / endless + 1e-9)
    assert abs(slope[2] * endless + slope[3] * endless / risk) < 1e4 * len(x) / endless  # flat on the way
    x, mean = spending(3, 4.0, ENDLESS).to_numpy().T
    p, scale = 4.0, 18.0
    by_hand = (
        p * x * np.log(p * x / (p * scale))
        + p * x * np.log(mean)
        - gammaln(p * x)
        - np.log(mean)
        - x * mean / scale
    )
    level, slope = gamma_gamma.score(np.array([p, endless, endless * scale]), x, mean)
    assert level == pytest.approx(by_hand.sum(), rel=1e4 / endless + 1e-11)
    wanted = x @ (np.log(x * mean / scale) - digamma(p * x))
    assert slope[0] == pytest.approx(wanted, rel=1e5 / endless + 1e-8)
