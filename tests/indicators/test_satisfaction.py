"""NPS with its margin, CSAT, responses, promises and listening: worked examples, an independent count, properties."""

import math
from collections import Counter
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.listening import listening_by_phase, promise_verdict
from capclient.indicators.satisfaction import (
    asker_gap,
    client_marks,
    nps,
    nps_margin,
    nps_votes,
    nps_weighted,
    responses,
    satisfied_marks,
)
from capclient.vocabulary import Unknown

EXAMPLE = [10, 9, 8, 7, 6, 3, 10, 9]  # 6.1: +25 points, 57 either way
marks_of_clients = st.lists(st.integers(0, 10), min_size=1, max_size=80)


def answers(rows):
    return pd.DataFrame(rows, columns=["customer_id", "score_nps", "score_csat", "asked_by_sales"])


def test_the_worked_example_gives_25_points_and_57_either_way():
    votes = nps_votes(pd.Series(EXAMPLE))
    assert nps(votes) == 0.25
    assert round(nps_margin(votes) * 100) == 57


def test_the_margin_is_that_of_the_mean_of_votes_worth_one_nothing_or_minus_one():
    rng = np.random.default_rng(11)
    for _ in range(50):
        marks = rng.integers(0, 11, size=int(rng.integers(5, 200)))
        worth = np.where(marks >= 9, 1, np.where(marks <= 6, -1, 0))
        if len(set(worth)) > 1:
            wanted = NormalDist().inv_cdf(0.975) * worth.std(ddof=0) / math.sqrt(len(worth))
            assert nps_margin(nps_votes(pd.Series(marks))) == pytest.approx(wanted, abs=1e-12)
            assert nps(nps_votes(pd.Series(marks))) == pytest.approx(worth.mean(), abs=1e-12)


def test_the_interval_covers_the_true_score_about_19_times_in_20():
    rng = np.random.default_rng(5)
    true, held, runs = 0.45 - 0.20, 0, 400
    for _ in range(runs):
        marks = pd.Series(rng.choice([10, 8, 3], p=[0.45, 0.35, 0.20], size=120))
        votes = nps_votes(marks)
        held += abs(nps(votes) - true) <= nps_margin(votes)
    assert 0.92 <= held / runs <= 0.98


@given(marks_of_clients)
def test_the_score_is_a_difference_of_shares_whatever_the_order(marks):
    votes = nps_votes(pd.Series(marks))
    tally = Counter("p" if mark >= 9 else "d" if mark <= 6 else "n" for mark in marks)
    assert nps(votes) == pytest.approx((tally["p"] - tally["d"]) / len(marks))
    assert nps(nps_votes(pd.Series(marks[::-1]))) == nps(votes)
    margin = nps_margin(votes)
    assert isinstance(margin, Unknown) == (len(tally) == 1)
    assert isinstance(margin, Unknown) or 0 < margin < 2


@given(marks_of_clients)
def test_clients_of_equal_revenue_weigh_as_their_votes(marks):
    votes = nps_votes(pd.Series(marks))
    assert nps_weighted(votes, pd.Series(12.5, index=votes.index)) == pytest.approx(nps(votes))


def test_a_client_has_one_vote_however_many_contacts_answer():
    rows = answers([("A", 10, None, None)] * 9 + [("B", 2, None, None)])
    assert nps(nps_votes(client_marks(rows).nps)) == 0.0


def test_a_mean_between_six_and_nine_is_passive():
    assert nps_votes(pd.Series([6.0, 6.5, 8.99, 9.0])).tolist() == [
        "detractor",
        "passive",
        "passive",
        "promoter",
    ]


def test_three_clients_that_all_promote_have_no_margin_rather_than_a_margin_of_zero():
    votes = nps_votes(pd.Series([9, 10, 10]))
    assert nps(votes) == 1.0
    assert nps_margin(votes) == Unknown("unreliable:one_voice")


def test_nobody_asked_is_unknown_and_never_zero():
    nothing = nps_votes(pd.Series([], dtype="float64"))
    assert (
        nps(nothing) == nps_margin(nothing) == nps_weighted(nothing, pd.Series()) == Unknown("missing:survey")
    )


def test_weights_without_positive_revenue_are_no_weights():
    votes = nps_votes(pd.Series({"A": 10, "B": 1}))
    assert nps_weighted(votes, pd.Series({"A": -5.0, "B": 0.0})) == Unknown("denominator_zero")


def test_marks_of_four_satisfy_and_unanswered_surveys_count_as_sent():
    assert satisfied_marks(pd.Series([4, 3.9, 5, None])) == (2, 3)
    assert responses(answers([("A", 9, None, True), ("B", None, None, True)])) == (1, 2)


def test_the_gap_needs_an_answer_on_both_sides():
    assert asker_gap(answers([("A", 9, None, True), ("B", 2, None, None)])) == Unknown(
        "missing:asked_by_sales"
    )
    assert asker_gap(answers([("A", 9, None, True), ("B", 2, None, False)])) == 2.0


def test_a_promise_on_its_target_is_kept_in_both_directions():
    assert {promise_verdict(0.95, 0.95, at_most=way) for way in (True, False)} == {"kept"}
    assert promise_verdict(0.949, 0.95, at_most=False) == "broken"
    assert promise_verdict(5.1, 5, at_most=True) == "broken"
    assert promise_verdict(None, 5, at_most=True) == "unmeasured"


def test_listening_counts_each_client_once_a_phase_and_leaves_strangers_out():
    rows = pd.DataFrame(
        [("A", "Devis"), ("A", "devis "), ("B", "Devis"), ("Z", "Devis"), ("B", None)],
        columns=["customer_id", "phase"],
    )
    grid = listening_by_phase(rows, pd.Series({"A": "A", "B": "C", "C": "C"}))
    assert grid.customers.to_dict() == {"Devis": 2}
    assert grid["share.C"].to_dict() == {"Devis": 0.5}
