"""Models of purchase and silence: published formulas, gradients, recovery of planted parameters (8.2)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.special import gamma, hyp2f1

from capclient.indicators.value import beta_geometric, gamma_gamma, pareto, renewal
from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit, maximise
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


@given(
    seed=st.integers(0, 10**6),
    logs=st.lists(st.floats(-2.0, 3.0), min_size=4, max_size=4),
    modified=st.booleans(),
)
@settings(max_examples=30)
def test_derivatives_are_those_of_the_likelihood_wherever_they_are_asked(seed, logs, modified):
    histories, values = Histories.of(simulated(200, seed)), np.exp(logs)
    level, gradient, second = beta_geometric.derivatives(values, histories, modified=modified)

    def of_logs(moved):
        return beta_geometric.score(np.exp(moved), histories, modified=modified)

    steps, step = np.eye(4) * 1e-4, 1e-4
    by_level = [(of_logs(logs + one)[0] - of_logs(logs - one)[0]) / (2 * step) for one in steps]
    by_slope = [
        (of_logs(logs + one)[1] * np.exp(logs + one) - of_logs(logs - one)[1] * np.exp(logs - one))
        / (2 * step)
        for one in steps
    ]
    assert level == of_logs(np.array(logs))[0]
    size = 1e-6 * max(abs(level), 1.0)
    np.testing.assert_allclose(gradient * values, by_level, rtol=1e-6, atol=size)
    in_logs = second * np.outer(values, values) + np.diag(gradient * values)
    np.testing.assert_allclose(in_logs, by_slope, rtol=1e-6, atol=size)


@pytest.mark.parametrize("seed", range(12))
def test_both_searches_climb_to_the_same_place(seed):
    rng = np.random.default_rng(seed)
    buys, stops = (rng.uniform(0.3, 2), rng.uniform(2, 12)), (rng.uniform(0.4, 2), rng.uniform(1, 5))
    modified = bool(seed % 2)
    clients = simulated_first_stop if modified else simulated
    histories = Histories.of(clients(int(rng.integers(2_000, 6_000)), seed, buys=buys, stops=stops))

    def score(values):
        return beta_geometric.score(values, histories, modified=modified)

    start = (0.5, histories.weeks / 8, 0.8, 2.0)
    quick = beta_geometric.fit(histories, modified=modified)
    slow = maximise(score, names=beta_geometric.NAMES, start=start, n=histories.n)
    assert quick.log_likelihood == pytest.approx(slow.log_likelihood, abs=1e-6 * histories.n)
    assert quick.log_likelihood == pytest.approx(score(np.array(quick.values))[0], rel=1e-11)
    np.testing.assert_allclose(quick.errors, slow.errors, rtol=1e-3)
    assert (np.abs(np.subtract(quick.values, slow.values)) < 1e-3 * np.array(slow.errors)).all()


def test_where_second_derivatives_lead_nowhere_the_other_search_arrives():
    histories = Histories.of(simulated(2_000, 9))
    arguments = {"names": beta_geometric.NAMES, "start": (0.5, 5.0, 0.8, 2.0), "n": histories.n}

    def score(values):
        return beta_geometric.score(values, histories)

    plain = maximise(score, **arguments)
    for wrong in (np.nan, -1.0):  # no number, or a slope that goes down where it says up

        def derivatives(values, wrong=wrong):
            level, slope, bend = beta_geometric.derivatives(values, histories)
            return level, wrong * slope, bend

        assert maximise(score, **arguments, derivatives=derivatives) == plain


@pytest.mark.parametrize("modified", [False, True])
def test_a_summit_below_the_endless_slope_beside_it_is_no_fit(modified):
    """Clients of whom a model has a summit of its own, and a higher place where all have the same chance to stop."""
    clients = simulated_first_stop(4_897, 10, buys=(0.7815, 25.025), stops=(0.53292, 6.29981), weeks=42.2518)
    assert beta_geometric.fit(Histories.of(clients), modified=modified) == Unknown("unreliable:same_stops")


@pytest.mark.parametrize("change", [0.0, 0.01, -1.0, 1e9], ids=["days", "between days", "before", "for ever"])
def test_histories_are_the_same_by_whole_days_and_by_any_time(change):
    rng = np.random.default_rng(4)
    days = rng.integers(0, 12, (3, 500))
    clients = pd.DataFrame({"x": days[0] * 1.0, "t_x": days[1] / 7, "T": days[2] / 7})
    clients.loc[7, "T"] += change
    rows = Histories.of(clients).rows
    plain = clients.groupby(["x", "T", "t_x"]).size()
    assert rows.set_index(["x", "T", "t_x"]).customers.equals(plain.astype("float64").rename("customers"))


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


@pytest.mark.parametrize("modified", [False, True])
@pytest.mark.parametrize("a", [1.0, 1.0 + 1e-12, 1.0 - 1e-7, 1.00005])
def test_expected_purchases_are_regular_where_a_is_one(a, modified):
    r, alpha, b, x, t_x, age, weeks = 0.6, 5.0, 2.4, 3.0, 20.0, 40.0, 30.0
    found = Fit(beta_geometric.NAMES, (r, alpha, a, b), (0, 0, 0, 0), -1.0, 1)
    one = pd.DataFrame({"x": [x], "t_x": [t_x], "T": [age]})
    later = b + x + (1 if modified else 0)

    def of_stop(p):  # purchases until the client stops, its pace given its past, were its chance to stop p
        stays = ((alpha + age) / (alpha + age + p * weeks)) ** (r + x)
        return p ** (a - 1) * (1 - p) ** (later - 1) / beta_function(a, later) * (1 - stays) / p

    chance = beta_geometric.probability_active(found, one, modified=modified).iloc[0]
    want = chance * quad(of_stop, 0, 1, epsabs=0, epsrel=1e-10)[0]
    assert beta_geometric.expected_purchases(found, one, weeks, modified=modified).iloc[0] == pytest.approx(
        want, rel=1e-6
    )


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


def simulated_deaths(n, seed, *, r=0.7, alpha=8.0, s=0.8, beta=12.0, weeks=90.0):
    """Clients that behave as Pareto/NBD says: each stops at a moment of its own."""
    rng = np.random.default_rng(seed)
    pace = rng.gamma(r, 1 / alpha, n)
    stop = rng.exponential(1 / rng.gamma(s, 1 / beta, n))
    age = rng.integers(int(weeks * 3.5), int(weeks * 7), n) / 7
    seen = np.minimum(stop, age)
    x = rng.poisson(pace * seen).astype("float64")
    last = np.where(
        x > 0, seen * rng.random(n) ** (1 / np.maximum(x, 1)), 0.0
    )  # the largest of x uniform moments
    return pd.DataFrame({"x": x, "t_x": last, "T": age})


def simulated_first_stop(n, seed, *, buys=(0.8, 6.0), stops=(0.9, 2.5), weeks=60.0):
    """Clients that behave as MBG/NBD says: one may stop after its first purchase already."""
    rng = np.random.default_rng(seed + 1)
    clients = simulated(n, seed, buys=buys, stops=stops, weeks=weeks)
    # the first purchase is one more occasion to stop: those who take it never come back
    rng_stop = np.random.default_rng(seed)
    rng_stop.gamma(buys[0], 1 / buys[1], n)
    stop = rng_stop.beta(*stops, n)  # the same draws as simulated()
    gone = rng.random(n) < stop
    clients.loc[gone, ["x", "t_x"]] = 0.0
    return clients


@pytest.mark.parametrize(
    ("fit", "clients", "planted"),
    [
        (pareto.fit, simulated_deaths(40_000, 21), (0.7, 8.0, 0.8, 12.0)),
        (
            lambda rows: beta_geometric.fit(rows, modified=True),
            simulated_first_stop(40_000, 22),
            (0.8, 6.0, 0.9, 2.5),
        ),
        (beta_geometric.fit, simulated(60_000, 23), (0.8, 6.0, 0.9, 2.5)),  # begins from a sample
    ],
    ids=["Pareto/NBD", "MBG/NBD", "BG/NBD from a sample"],
)
def test_each_model_recovers_its_own_parameters(fit, clients, planted):
    found = fit(Histories.of(clients))
    for value, error, truth in zip(found.values, found.errors, planted, strict=True):
        assert abs(value - truth) < 4 * error and error < truth / 4


def test_a_search_from_a_sample_ends_where_the_whole_search_ends(monkeypatch):
    histories = Histories.of(simulated(60_000, 23))
    quick = beta_geometric.fit(histories)
    monkeypatch.setattr(beta_geometric, "SAMPLE", 10**9)
    np.testing.assert_allclose(quick.values, beta_geometric.fit(histories).values, rtol=1e-5)


@pytest.mark.parametrize("modified", [False, True])
def test_blocks_and_the_order_of_rows_change_nothing(monkeypatch, modified):
    rows = Histories.of(simulated(500, 4)).rows
    values = np.array([0.6, 5.0, 0.9, 2.0])
    whole = beta_geometric.score(values, Histories(rows), modified=modified)
    monkeypatch.setattr(beta_geometric, "BLOCK", 7)
    pieces = beta_geometric.score(values, Histories(rows.sample(frac=1, random_state=2)), modified=modified)
    assert whole[0] == pytest.approx(pieces[0], rel=1e-12)
    np.testing.assert_allclose(whole[1], pieces[1], rtol=1e-9)


def test_histories_keep_every_client():
    clients = simulated(2_000, 12).assign(
        t_x=lambda rows: rows.t_x.round(0), T=lambda rows: rows["T"].round(0)
    )
    rows = Histories.of(clients).rows
    plain = clients.groupby(["x", "T", "t_x"]).size()
    kept = rows.set_index(["x", "T", "t_x"]).customers
    assert (kept.sort_index() == plain.sort_index()).all() and kept.sum() == 2_000
    assert Histories.of(clients).weeks == pytest.approx(clients["T"].mean())


def test_clients_that_hardly_stop_are_said_to_be_all_alike():
    """A steady trade: every client buys at its pace and only the sixtieth purchase of some is the last."""
    rng = np.random.default_rng(2)
    pace, age = rng.gamma(4, 1 / 18, 600), rng.integers(700, 1800, 600) / 7
    rows = []
    for one, weeks in zip(pace, age, strict=True):
        now = last = 0.0
        x = 0
        while (now := now + rng.exponential(1 / one)) <= weeks:
            x, last = x + 1, now
            if x == 60:
                break
        rows.append((float(x), last, weeks))
    clients = pd.DataFrame(rows, columns=["x", "t_x", "T"])
    assert beta_geometric.fit(Histories.of(clients)) == Unknown("unreliable:same_stops")


@given(
    x=st.integers(1, 60),
    moments=st.lists(st.floats(0.1, 200), min_size=3, max_size=3, unique=True),
    model=st.sampled_from(["bg", "mbg", "pareto"]),
    weeks=st.floats(1, 60),
)
def test_silence_lowers_the_chance_and_time_brings_purchases(x, moments, model, weeks):
    last, near, far = sorted(moments)
    pair = pd.DataFrame({"x": [x, x], "t_x": [last, last], "T": [near, far]}).astype("float64")
    home, found = (pareto, Fit(pareto.NAMES, (0.55, 10.6, 0.6, 11.7), (), 0, 1)) if model == "pareto" else (
        beta_geometric, CDNOW,
    )  # fmt: skip
    more = {} if model == "pareto" else {"modified": model == "mbg"}
    chance = home.probability_active(found, pair, **more)
    assert chance.between(0, 1).all() and chance.iloc[1] <= chance.iloc[0] + 1e-12
    soon, later = (home.expected_purchases(found, pair, ahead, **more) for ahead in (weeks, 2 * weeks))
    assert (soon >= -1e-9).all() and (later >= soon - 1e-9).all()
    assert (later <= 2 * soon + 1e-9).all()  # a client that may stop buys less and less


@given(st.integers(0, 40), st.floats(0.5, 100), st.floats(1, 100))
def test_the_chance_to_buy_is_below_that_of_being_there(x, age, weeks):
    one = pd.DataFrame({"x": [float(x)], "t_x": [age * 0.7 if x else 0.0], "T": [age]})
    buys = beta_geometric.probability_of_purchase(CDNOW, one, weeks).iloc[0]
    assert 0 <= buys <= beta_geometric.probability_active(CDNOW, one).iloc[0] + 1e-12
