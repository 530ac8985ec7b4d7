"""Measures of a proof on the past, against scikit-learn and by hand (8, F12, H02)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from capclient.indicators import back_test
from capclient.indicators.recalibration import holds
from capclient.indicators.retention import wilson_interval
from capclient.vocabulary import Unknown

probabilities = st.floats(0.001, 0.999)
examples = st.lists(st.tuples(probabilities, st.booleans()), min_size=2, max_size=60)


def split(rows):
    said = pd.Series([p for p, _ in rows], dtype="float64")
    return said, pd.Series([int(happened) for _, happened in rows])


@given(examples)
def test_measures_are_those_of_scikit_learn(rows):
    said, happened = split(rows)
    assert back_test.brier(said, happened) == pytest.approx(brier_score_loss(happened, said), abs=1e-9)
    assert back_test.log_loss(said, happened) == pytest.approx(
        log_loss(happened, said, labels=[0, 1]), rel=1e-6
    )
    ranking = back_test.ranking_quality(said, happened)
    if happened.nunique() < 2:
        assert ranking == Unknown("denominator_zero")
    else:
        assert ranking == pytest.approx(roc_auc_score(happened, said))


@given(examples, st.integers(0, 60))
def test_more_calls_never_find_fewer_losses_and_all_calls_find_all(rows, number):
    said, happened = split(rows)
    found = back_test.captured(said, happened, number)
    assert 0 <= found <= min(number, happened.sum()) + 1e-9
    assert back_test.captured(said, happened, number + 1) >= found - 1e-9
    assert back_test.captured(said, happened, len(said)) == happened.sum()


@given(examples)
def test_bands_of_a_calibration_hold_every_forecast_once(rows):
    said, happened = split(rows)
    found = back_test.calibration(said, happened, fewest=3)
    assert found.n.sum() == len(rows) and found.lost.sum() == happened.sum()
    assert (found.low <= found.observed + 1e-12).all() and (found.observed <= found.high + 1e-12).all()
    assert found.announced.is_monotonic_increasing
    assert len(found) == 1 or (found.n >= 3).all()


def test_a_client_that_comes_back_counts_for_what_its_days_tell_together():
    said, happened = pd.Series([0.3] * 60), pd.Series([1] * 20 + [0] * 40)
    alone = back_test.calibration(said, happened)
    assert alone.cases.tolist() == [60] and list(alone[["low", "high"]].iloc[0]) == list(
        wilson_interval(20, 60)
    )
    thrice = back_test.calibration(
        said, happened, who=pd.Series(range(60)) // 3
    )  # each says the same three times
    assert thrice.cases.iloc[0] == pytest.approx(20, rel=0.06)
    assert thrice.low.iloc[0] < alone.low.iloc[0] and thrice.high.iloc[0] > alone.high.iloc[0]
    opposed = back_test.calibration(said, happened, who=pd.Series([*range(20), *range(20), *range(20)]))
    assert opposed.cases.iloc[0] == 60, "never more cases than forecasts"


def company_of_forecasts(rng, *, slope, many=400):
    """Losses by quarter, judged on six overlapping half-years; ``slope`` 1: the chance told is the true one."""
    hazard = 1 / (1 + np.exp(3.2 - rng.normal(0, 1.0, (many, 1)) - rng.normal(0, 1.0, (many, 8))))
    gone = np.cumsum(rng.random((many, 8)) < hazard, axis=1) > 0
    said, happened, who = [], [], []
    for day in range(6):
        here = ~gone[:, day - 1] if day else np.ones(many, dtype=bool)
        chance = 1 - (1 - hazard[:, day]) * (1 - hazard[:, day + 1])
        odds = np.log(chance / (1 - chance))[here]
        said += list(1 / (1 + np.exp(-(odds.mean() + (odds - odds.mean()) / slope))))
        happened += list(gone[here, day + 1].astype(int))
        who += list(np.flatnonzero(here))
    return pd.Series(said), pd.Series(happened), pd.Series(who)


@pytest.mark.parametrize(("slope", "least", "most"), [(1.0, 35, 40), (0.6, 0, 3)])
def test_right_forecasts_bear_euros_and_overconfident_ones_do_not(slope, least, most):
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(40):
        said, happened, who = company_of_forecasts(rng, slope=slope)
        held += holds(back_test.calibration(said, happened, who=who))
    assert least <= held <= most


def test_a_lift_by_hand_with_ties_at_the_border():
    """20 clients, 4 lost; the first tenth is one sure loss and half of a pair of equals of which one was lost."""
    said = pd.Series([0.9, 0.5, 0.5] + [0.1] * 17)
    happened = pd.Series([1, 1, 0, 1, 1] + [0] * 15)
    assert back_test.captured(said, happened, 2) == 1.5
    assert back_test.lift(said, happened) == pytest.approx((1.5 / 2) / (4 / 20))
    assert back_test.lift(said, happened * 0) == Unknown("denominator_zero")


def test_an_alarm_is_counted_right_wrong_and_missed():
    rang = pd.Series([True, True, True, False, False])
    found = back_test.alarms(rang, pd.Series([1, 1, 0, 1, 0]))
    assert found == {
        "alarms": 3, "losses": 3, "found": 2, "recall": 2 / 3, "precision": 2 / 3, "false_per_100": 20.0,
    }  # fmt: skip
    silent = back_test.alarms(pd.Series([False]), pd.Series([0]))
    assert silent["recall"] == silent["precision"] == Unknown("denominator_zero")


def test_an_arm_never_seen_has_the_chance_of_all():
    rates = back_test.arm_rates(pd.Series(["quiet"] * 8 + ["alarm"] * 2), pd.Series([0] * 9 + [1]))
    assert rates.round(3).to_dict() == {"alarm": 0.3, "quiet": 0.02}
    said = back_test.of_arms(pd.Series(["alarm", "unheard"]), rates, 0.1)
    assert said.tolist() == pytest.approx([0.3, 0.1])


def test_a_judge_that_guesses_is_not_better_beyond_chance():
    rng = np.random.default_rng(1)
    won = 0
    for _ in range(200):
        happened = pd.Series((rng.random(300) < 0.3).astype(int))
        noise = pd.Series(0.3 + rng.normal(0, 0.05, 300))
        won += back_test.is_better(noise, pd.Series([0.3] * 300), happened, pd.RangeIndex(300))
    assert won <= 10  # of 200: the level of the test, and noise only costs


def test_forecasts_of_the_same_client_count_as_one():
    happened = pd.Series([1, 1, 1, 1, 0, 0, 0, 0])
    better, plain = pd.Series([0.9] * 4 + [0.1] * 4), pd.Series([0.5] * 8)
    assert back_test.is_better(better, plain, happened, pd.RangeIndex(8))
    assert not back_test.is_better(better, plain, happened, pd.Series([1] * 4 + [2] * 4))


def test_a_gain_curve_begins_at_nothing_and_ends_at_all():
    curve = back_test.gain_curve(pd.Series([0.9, 0.1, 0.5]), pd.Series([1, 0, 1]), steps=3)
    assert curve.found.tolist() == pytest.approx([0, 0.5, 1, 1])
    assert back_test.gain_curve(pd.Series([0.5]), pd.Series([0])).empty
