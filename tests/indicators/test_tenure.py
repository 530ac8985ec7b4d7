"""Contracts and subscriptions as decisions to renew, and the curve that they tell (8.2)."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.value.likelihood import Fit
from capclient.indicators.value.renewal import (
    NAMES,
    fit,
    fit_decisions,
    renewal_rate,
    score,
    survival,
    turns_of,
)
from capclient.indicators.value.tenure import billed_decisions, contract_decisions
from capclient.vocabulary import Unknown

D = date(2025, 12, 31)


def contracts(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "start", "end"]).astype(
        {"start": "datetime64[ns]", "end": "datetime64[ns]"}
    )


def asked(frame, day=D):
    decided, ahead = contract_decisions(frame, day=day)
    return [tuple(row) for row in decided[["customer_id", "turn", "renewed"]].to_numpy()], ahead


def test_contracts_that_follow_each_other_are_one_chain():
    rows = contracts(
        ("A", "2022-01-01", "2022-12-31"), ("A", "2023-01-15", "2023-12-31"), ("A", "2023-12-20", "2024-12-31"),
        ("A", "2025-07-01", "2026-06-30"),
    )  # fmt: skip
    decided, ahead = asked(rows)
    # the last one begins half a year later: the client had left, and this is another chain
    assert decided == [("A", 1, True), ("A", 2, True), ("A", 3, False)]
    assert ahead.turn.tolist() == [1] and ahead.cohort.tolist() == [2025]


def test_an_end_too_recent_is_not_decided():
    rows = contracts(("A", "2025-01-01", "2025-11-30"), ("B", "2025-01-01", "2025-10-31"))
    decided, ahead = asked(rows)
    assert decided == [("B", 1, False)] and ahead.empty


def test_a_contract_that_names_its_successor_is_renewed():
    rows = contracts(("A", "2023-01-01", "2023-12-31")).assign(renewed_by="CT-2")
    assert asked(rows)[0] == [("A", 1, True)]


def test_contracts_side_by_side_or_not_recurring_are_no_renewal():
    rows = contracts(
        ("A", "2023-01-01", "2024-12-31"),
        ("A", "2023-06-01", "2024-05-31"),
        ("B", "2024-01-01", "2024-03-31"),
    ).assign(recurring=[True, True, False])
    assert asked(rows)[0] == [("A", 1, False)]


def test_contracts_without_both_dates_are_left_out():
    rows = contracts(("A", "2023-01-01", None), ("B", None, "2024-01-01"))
    decided, ahead = asked(rows)
    assert decided == [] and ahead.empty


def test_what_begins_after_the_day_is_not_known():
    rows = contracts(("A", "2023-01-01", "2023-12-31"), ("A", "2024-01-01", "2024-12-31"))
    assert asked(rows, date(2023, 12, 31))[0] == []
    decided, ahead = asked(rows, date(2024, 6, 30))
    assert decided == [("A", 1, True)] and ahead.turn.tolist() == [2]


def test_subscriptions_are_followed_from_anniversary_to_anniversary():
    billed = pd.DataFrame(
        {
            "customer_id": ["OLD", "STAYS", "LEFT", "ONCE"],
            "first": ["2021-01-05", "2023-03-01", "2023-03-01", "2024-03-01"],
            "last": ["2025-12-05", "2025-12-01", "2024-09-01", "2024-03-01"],
            "times": [60, 34, 19, 1],
        }
    )
    decided, ahead = billed_decisions(billed, day=D, begins=date(2021, 1, 4))
    assert [tuple(row) for row in decided[["customer_id", "turn", "renewed"]].to_numpy()] == [
        ("STAYS", 1, True), ("STAYS", 2, True), ("LEFT", 1, True), ("LEFT", 2, False),
    ]  # fmt: skip
    assert ahead.customer_id.tolist() == ["STAYS"] and ahead.turn.tolist() == [3]


def test_contracts_that_run_are_left_out_and_not_lost():
    """Planted curve, cohorts of different ages: those that still run would bias a curve that took them for lost."""
    rng = np.random.default_rng(3)
    leaves = rng.beta(0.7, 2.5, 20_000)
    seen = rng.integers(1, 9, 20_000)
    rows = []
    for turn in range(1, 9):
        at = (seen >= turn) & (leaves >= 0)
        stays = rng.random(20_000) >= leaves
        rows.append(pd.DataFrame({"turn": turn, "renewed": stays[at]}))
        seen[at & ~stays] = 0
    found = fit_decisions(turns_of(pd.concat(rows)), n=20_000)
    assert isinstance(found, Fit)
    for planted, value, error in zip((0.7, 2.5), found.values, found.errors, strict=True):
        assert abs(value - planted) < 4 * error and error < planted / 5


def test_one_chance_for_all_is_said_and_no_curve_drawn():
    turns = pd.DataFrame({"decided": [1000, 900, 810, 729], "lost": [100, 90, 81, 73]})
    assert fit_decisions(turns, n=1000) == Unknown("unreliable:same_renewal")
    assert fit_decisions(pd.DataFrame({"decided": [50, 50], "lost": [0, 0]}), n=50) == Unknown(
        "unreliable:same_renewal"
    )


@pytest.mark.parametrize("values", [(0.668, 3.806), (0.704, 1.182), (4.0, 9.0)])
def test_the_gradient_is_that_of_the_likelihood(values):
    decided, lost = np.array([1000.0, 869, 743]), np.array([131.0, 126, 90])
    at = np.array(values)
    steps = np.eye(2) * 1e-6
    slope = [(score(at + s, decided, lost)[0] - score(at - s, decided, lost)[0]) / 2e-6 for s in steps]
    np.testing.assert_allclose(score(at, decided, lost)[1], slope, rtol=1e-5)


@given(alpha=st.floats(0.1, 20), beta=st.floats(0.1, 50), turns=st.integers(1, 12))
def test_the_curve_is_the_product_of_its_renewals(alpha, beta, turns):
    found = Fit(NAMES, (alpha, beta), (0, 0), 0.0, 1)
    rates = renewal_rate(found, pd.Series(range(1, turns + 1), dtype="float64"))
    assert survival(found, turns).iloc[-1] == pytest.approx(rates.prod(), rel=1e-9)
    assert (rates.diff().dropna() > 0).all()


def test_twice_the_clients_keep_the_curve():
    left = pd.Series([1000.0, 869, 743, 653, 593, 551, 517, 491])
    once, twice = fit(left), fit(left * 2)
    np.testing.assert_allclose(once.values, twice.values, rtol=1e-4)
    np.testing.assert_allclose(np.array(once.errors) / np.array(twice.errors), 2**0.5, rtol=1e-3)
