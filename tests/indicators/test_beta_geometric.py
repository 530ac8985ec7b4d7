"""BG/NBD against the formula as printed: same summit, same curvature, and no answer where there is none."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import differential_evolution
from scipy.special import gammaln

from capclient.indicators.value import beta_geometric
from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit
from capclient.vocabulary import Unknown

from .test_value_models import simulated

BOTH = pytest.mark.parametrize("modified", [False, True])


def printed(logs, clients, modified):
    """Equation 6 of Fader, Hardie and Lee (2005), or its like of Batislam and others (2007), at exp(logs)."""
    r, alpha, a, b = np.exp(logs)
    x, last, age = (clients[name].to_numpy() for name in ("x", "t_x", "T"))
    more = 1 if modified else 0
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = gammaln(a + b) + gammaln(b + x + more) - gammaln(b) - gammaln(a + b + x + more)
    there = -(r + x) * np.log(alpha + age)
    base = b + np.where(x > 0, x, 1) - 1 if not modified else b + x
    gone = np.log(a / base) - (r + x) * np.log(alpha + last)
    if not modified:
        gone = np.where(x > 0, gone, -np.inf)
    return (bought + stayed + np.logaddexp(there, gone)).sum()


@BOTH
@pytest.mark.parametrize("seed", [1, 2])
def test_the_fit_is_the_summit_of_the_printed_formula_and_its_errors_the_curvature(seed, modified):
    clients = simulated(600, seed)
    found = beta_geometric.fit(Histories.of(clients), modified=modified)
    assert isinstance(found, Fit)
    summit = np.log(found.values)
    assert printed(summit, clients, modified) == pytest.approx(found.log_likelihood, rel=1e-9)
    elsewhere = differential_evolution(
        lambda logs: -printed(logs, clients, modified), [(-5, 6)] * 4, seed=seed, maxiter=40, popsize=8
    )
    assert -elsewhere.fun <= found.log_likelihood + 1e-6
    steps = np.eye(4) * 2e-3
    bends = [
        [
            sum(
                one * two * printed(summit + one * p + two * q, clients, modified)
                for one in (1, -1)
                for two in (1, -1)
            )
            for q in steps
        ]
        for p in steps
    ]
    variances = np.diag(np.linalg.inv(-np.array(bends) / (4 * 2e-3**2)))
    assert found.errors == pytest.approx(np.sqrt(variances) * np.array(found.values), rel=0.005)


@BOTH
@pytest.mark.parametrize("scale", [7.0, 1 / 7, 1e3])
def test_another_unit_of_time_multiplies_alpha_and_nothing_else(scale, modified):
    clients = simulated(600, 3)
    weeks = beta_geometric.fit(Histories.of(clients), modified=modified)
    longer = clients.assign(t_x=clients.t_x * scale, T=clients["T"] * scale)
    found = beta_geometric.fit(Histories.of(longer), modified=modified)
    unit = np.array([1, scale, 1, 1])
    assert found.values == pytest.approx(np.array(weeks.values) * unit, rel=1e-6)
    assert found.errors == pytest.approx(np.array(weeks.errors) * unit, rel=1e-4)
    assert found.log_likelihood == pytest.approx(weeks.log_likelihood - clients.x.sum() * np.log(scale))


def rows(x, last, age, times=1):
    return pd.DataFrame({"x": [x] * times, "t_x": [last] * times, "T": [age] * times}, dtype="float64")


@BOTH
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "clients",
    [
        rows(0, 0, 0, 0),
        rows(3, 10, 20),
        rows(0, 0, 20),
        rows(0, 0, 0, 50),
        rows(0, 0, 20, 50),
        rows(2, 10, 20, 500),
    ],
    ids=["nobody", "one client", "one first purchase", "no time", "no repeat", "all equal"],
)
def test_histories_that_say_nothing_are_refused_quietly(clients, modified):
    assert beta_geometric.fit(Histories.of(clients), modified=modified) == Unknown("unreliable:not_converged")


@pytest.mark.parametrize(
    ("column", "value"), [("x", np.nan), ("t_x", np.nan), ("T", np.nan), ("x", -1), ("x", 1.5)]
)
def test_what_is_no_history_is_not_taken_for_that_of_another_client(column, value):
    clients = rows(2, 10, 20, 30)
    clients.loc[4, column] = value
    with pytest.raises(ValueError, match="history"):
        Histories.of(clients)


@BOTH
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("column", "value"), [("t_x", -1), ("t_x", 1e3), ("T", -1), ("T", np.inf)])
def test_a_purchase_outside_of_its_history_is_refused_quietly(column, value, modified):
    clients = simulated(600, 3)
    assert isinstance(beta_geometric.fit(Histories.of(clients), modified=modified), Fit)
    clients.loc[4, column] = value
    assert beta_geometric.fit(Histories.of(clients), modified=modified) == Unknown("unreliable:not_converged")
