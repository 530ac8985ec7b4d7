"""Models of purchase and silence: published formulas, gradients, recovery of planted parameters (8.2)."""

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.special import gamma, hyp2f1

from capclient.indicators.value import beta_geometric, gamma_gamma, pareto, renewal
from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit
from capclient.vocabulary import Unknown

CDNOW = Fit(beta_geometric.NAMES, (0.243, 4.414, 0.793, 2.426), (0.0,) * 4, -9582.4, 2357)
ONE = pd.DataFrame({"x": [2.0], "t_x": [30.43], "T": [38.86]})


def simulated(n, seed, *, buys=(0.8, 6.0), stops=(0.9, 2.5), weeks=60.0):
    """Clients that behave as BG/NBD says; continuous time."""
    rng = np.random.default_rng(seed)
    pace, stop = rng.gamma(buys[0], 1 / buys[1], n), rng.beta(*stops, n)
    age = rng.uniform(weeks / 2, weeks, n).round(1)
    x, last, now = np.zeros(n), np.zeros(n), np.zeros(n)
    there = np.ones(n, dtype=bool)
    while there.any():
        rows = np.flatnonzero(there)
        now[rows] += rng.exponential(1 / pace[rows])
        bought = now[rows] <= age[rows]
        there[rows[~bought]] = False
        rows = rows[bought]
        x[rows] += 1
        last[rows] = now[rows].round(3)
        there[rows[rng.random(len(rows)) < stop[rows]]] = False
    return pd.DataFrame({"x": x, "t_x": last, "T": age})


def slope(score, values):
    steps = np.eye(len(values)) * 1e-6
    return np.array([(score(values + step)[0] - score(values - step)[0]) / 2e-6 for step in steps])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("model", ["bg", "mbg", "pareto"])
def test_the_gradient_is_that_of_the_likelihood(model, seed):
    histories = Histories.of(simulated(300, seed))
    values = np.random.default_rng(seed).uniform(0.2, 6.0, 4)
    score = {
        "bg": lambda at: beta_geometric.score(at, histories),
        "mbg": lambda at: beta_geometric.score(at, histories, modified=True),
        "pareto": lambda at: pareto.score(at, histories),
    }[model]
    np.testing.assert_allclose(score(values)[1], slope(score, values), rtol=1e-5, atol=1e-4)


def test_clients_with_one_history_are_counted_once():
    clients = simulated(400, 3)
    rounded = clients.assign(t_x=clients.t_x.round(0), T=clients["T"].round(-1) + 20)
    together = Histories.of(rounded)
    apart = Histories(rounded.assign(customers=1.0))
    assert len(together.rows) < len(apart.rows) and together.n == apart.n == 400
    values = np.array([0.6, 5.0, 0.9, 2.0])
    for score in (beta_geometric.score, pareto.score):
        assert score(values, together)[0] == pytest.approx(score(values, apart)[0], rel=1e-12)


@pytest.mark.parametrize(
    ("x", "t_x", "age"), [(0, 0.0, 20.0), (1, 3.0, 20.0), (7, 19.9, 20.0), (3, 5.0, 80.0)]
)
@pytest.mark.parametrize("values", [(0.55, 10.6, 0.6, 11.7), (1.4, 3.0, 0.8, 12.0), (0.7, 9.0, 2.5, 9.0)])
def test_pareto_agrees_with_the_hypergeometric_form(x, t_x, age, values):
    r, alpha, s, beta = values
    far, near = max(alpha, beta), min(alpha, beta)
    second = s + 1 if alpha >= beta else r + x

    def term(moment):
        return hyp2f1(r + s + x, second, r + s + x + 1, (far - near) / (far + moment)) / (far + moment) ** (
            r + s + x
        )

    published = (
        gamma(r + x) * alpha**r * beta**s / gamma(r)
        * ((alpha + age) ** -(r + x) * (beta + age) ** -s + s / (r + s + x) * (term(t_x) - term(age)))
    )  # fmt: skip
    rows = pd.DataFrame({"x": [float(x)], "t_x": [t_x], "T": [age], "customers": [1.0]})
    assert pareto.score(np.array(values), Histories(rows))[0] == pytest.approx(np.log(published), rel=1e-9)


def test_the_probability_of_bg_nbd_is_the_worked_example():
    assert beta_geometric.probability_active(CDNOW, ONE).iloc[0] == pytest.approx(0.72658, abs=5e-6)
    assert beta_geometric.expected_purchases(CDNOW, ONE, 39.0).iloc[0] == pytest.approx(1.2260, abs=5e-5)


def test_expected_purchases_add_up_from_week_to_week():
    """What is expected in 39 weeks is the integral of the pace: P(active at t) times the pace then."""
    weeks = np.arange(1, 40)
    for model, found in (
        (beta_geometric, CDNOW),
        (pareto, Fit(pareto.NAMES, (0.55, 10.6, 0.6, 11.7), (), 0, 1)),
    ):
        many = [model.expected_purchases(found, ONE, float(week)).iloc[0] for week in weeks]
        steps = np.diff([0.0, *many])
        assert (steps > 0).all() and (np.diff(steps) < 0).all()  # a client that may stop buys less and less


def test_a_client_without_repeat_purchase_is_always_active_in_bg_nbd_and_not_in_the_others():
    silent = pd.DataFrame({"x": [0.0], "t_x": [0.0], "T": [60.0]})
    assert beta_geometric.probability_active(CDNOW, silent).iloc[0] == 1.0
    assert beta_geometric.probability_active(CDNOW, silent, modified=True).iloc[0] < 1.0
    found = Fit(pareto.NAMES, (0.55, 10.6, 0.6, 11.7), (), 0, 1)
    assert pareto.probability_active(found, silent).iloc[0] < 1.0


def test_planted_parameters_are_recovered_within_their_errors():
    clients = simulated(30_000, 11)
    found = beta_geometric.fit(Histories.of(clients))
    for name, planted in zip(found.names, (0.8, 6.0, 0.9, 2.5), strict=True):
        error = found.errors[found.names.index(name)]
        assert abs(found[name] - planted) < 4 * error and error < planted / 4


def test_amounts_of_the_gamma_gamma_model_are_recovered():
    rng = np.random.default_rng(5)
    p, q, v, n = 6.0, 4.0, 15.0, 20_000
    x = rng.integers(1, 12, n).astype("float64")
    mean = rng.gamma(p * x, 1 / (rng.gamma(q, 1 / v, n) * x))
    clients = pd.DataFrame({"x": x, "mean_amount": mean})
    found = gamma_gamma.fit(clients)
    for planted, value, error in zip((p, q, v), found.values, found.errors, strict=True):
        assert abs(value - planted) < 4 * error
    values = np.array([5.0, 3.0, 12.0])
    np.testing.assert_allclose(
        gamma_gamma.score(values, x, mean)[1],
        slope(lambda at: gamma_gamma.score(at, x, mean), values),
        rtol=1e-4,
    )
    expected = gamma_gamma.expected_amount(found, clients)
    overall = found["p"] * found["v"] / (found["q"] - 1)
    inside = (expected - overall) * (clients.mean_amount - overall) >= 0
    assert inside.all()  # drawn towards the mean of all, never past it
    assert abs(gamma_gamma.correlation(clients)) < 0.03


def test_amounts_in_cents_change_the_unit_only():
    rng = np.random.default_rng(6)
    x = rng.integers(1, 9, 2_000).astype("float64")
    clients = pd.DataFrame({"x": x, "mean_amount": rng.gamma(6 * x, 1 / (rng.gamma(4, 1 / 15, 2_000) * x))})
    euros, cents = (
        gamma_gamma.fit(clients),
        gamma_gamma.fit(clients.assign(mean_amount=clients.mean_amount * 100)),
    )
    assert cents["v"] == pytest.approx(100 * euros["v"], rel=1e-4)
    assert cents["p"] == pytest.approx(euros["p"], rel=1e-4)
    assert cents.log_likelihood == pytest.approx(euros.log_likelihood - 2_000 * np.log(100), rel=1e-9)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806),
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182),
    ],
    ids=["High End", "Regular"],
)
def test_renewals_of_the_paper(survivors, alpha, beta):
    found = renewal.fit(pd.Series(survivors, dtype="float64"))
    assert [round(value, 3) for value in found.values] == [alpha, beta]
    curve = renewal.survival(found, 12)
    assert curve.iloc[0] == 1.0 and (curve.diff().dropna() < 0).all()
    rates = curve / curve.shift()
    assert (rates.diff().dropna() > 0).all()  # those that stay renew more
    for turn in (1, 5, 12):  # the mean, over the cohort, of the chance to stay
        own = quad(_stays, 0, 1, args=(turn, alpha, beta))[0] / beta_function(alpha, beta)
        assert curve[turn] == pytest.approx(own, rel=2e-3)


def _stays(leaves, turn, alpha, beta):
    return leaves ** (alpha - 1) * (1 - leaves) ** (beta - 1 + turn)


def test_a_likelihood_without_maximum_is_refused():
    """Everybody bought every week and nobody stopped: no parameter of silence can be told."""
    clients = pd.DataFrame({"x": [50.0] * 40, "t_x": [50.0] * 40, "T": [50.0] * 40})
    assert beta_geometric.fit(Histories.of(clients)) == Unknown("unreliable:not_converged")
    assert gamma_gamma.fit(pd.DataFrame({"x": [2.0] * 30, "mean_amount": [10.0] * 30})) == Unknown(
        "unreliable:not_converged"
    )


def test_the_order_of_clients_changes_nothing():
    clients = simulated(500, 8)
    shuffled = clients.sample(frac=1, random_state=1)
    assert beta_geometric.fit(Histories.of(clients)) == beta_geometric.fit(Histories.of(shuffled))
