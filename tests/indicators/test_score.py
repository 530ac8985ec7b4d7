"""The score out of 20: the worked examples of 15.1, and what holds whatever the marks."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.score import contributions, criterion_score, sensitivity, weighted_score
from capclient.params_score import common_grid
from capclient.vocabulary import Unknown, finding_specs

NAMES = ["a", "b", "c", "d"]
marks = st.lists(st.one_of(st.none(), st.floats(0, 20)), min_size=4, max_size=4)
weights = st.lists(st.integers(0, 5), min_size=4, max_size=4)


def series(values):
    return pd.Series(values, index=NAMES, dtype="float64")


@pytest.mark.parametrize(
    ("name", "value", "mark"),
    [
        ("grr", 0.8333, 13.33), ("attrition", 0.20, 5.0), ("nrr", 0.9778, 11.85),
        ("effective_customers", 3.1666, 1.30), ("top1", 0.50, 0.0),
    ],
)  # fmt: skip
def test_the_worked_marks_of_the_dictionary(name, value, mark):
    row = common_grid()[name]
    assert criterion_score(value, floor=row.floor, goal=row.goal) == pytest.approx(mark, abs=0.005)


def test_the_worked_score_and_its_renormalisation():
    four, heavy = series([14, 10, 16, 8]), pd.Series([3, 2, 2, 3], index=NAMES)
    assert weighted_score(four, heavy) == (pytest.approx(11.8), 1.0)
    score, coverage = weighted_score(four.where(four.index != "d"), heavy)
    assert (score, coverage) == (pytest.approx(13.4286, abs=1e-4), pytest.approx(0.7))


def test_below_half_of_the_weights_there_is_no_score():
    score, coverage = weighted_score(series([14, None, None, None]), pd.Series([3, 2, 2, 3], index=NAMES))
    assert score == Unknown("unreliable:score_coverage") and coverage == pytest.approx(0.3)
    assert isinstance(weighted_score(series([1, 1, 1, 1]), pd.Series([0] * 4, index=NAMES))[0], Unknown)


@given(marks, weights, st.sampled_from(NAMES))
def test_a_score_without_a_criterion_is_that_of_the_others_with_their_weights(values, heavy, left_out):
    scores, weight = series(values), pd.Series(heavy, index=NAMES)
    without = scores.where(scores.index != left_out)
    others = [name for name in NAMES if name != left_out]
    assert (
        weighted_score(without, weight, coverage=0)[0]
        == weighted_score(scores[others], weight[others], coverage=0)[0]
    )


@given(marks, weights)
def test_points_add_up_to_the_score_and_what_lacks_to_twenty(values, heavy):
    scores, weight = series(values), pd.Series(heavy, index=NAMES)
    score, _ = weighted_score(scores, weight, coverage=0)
    parts = contributions(scores, weight)
    if isinstance(score, Unknown):
        assert parts.empty
        return
    assert parts.points.sum() == pytest.approx(score)
    assert parts.lost.sum() == pytest.approx(20 - score)
    assert 0 <= score <= 20


@given(marks, weights)
def test_the_score_lies_between_what_its_weights_can_make_of_it(values, heavy):
    scores, weight = series(values), pd.Series(heavy, index=NAMES)
    score, _ = weighted_score(scores, weight, coverage=0)
    for less, more in sensitivity(scores, weight).to_numpy():
        assert min(less, more) - 1e-9 <= score <= max(less, more) + 1e-9


@given(st.floats(-1e6, 1e6), st.sampled_from(sorted(common_grid())))
def test_a_mark_never_leaves_zero_to_twenty(value, name):
    row = common_grid()[name]
    assert 0 <= criterion_score(value, floor=row.floor, goal=row.goal) <= 20


def test_the_common_base_marks_figures_that_exist_and_every_criterion_has_its_finding():
    for name, row in common_grid().items():
        assert row.finding in finding_specs()
        assert f"score.criterion.{name}" in finding_specs()
        assert row.evidence in "ABC" and row.weight > 0
    assert len(common_grid()) == 18
