"""The cost of dissatisfaction (6.8), and rank correlations checked against SciPy (E16, C09)."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from capclient.indicators.association import rank_association
from capclient.indicators.dissatisfaction import (
    dissatisfaction_cost,
    estimated_unhappy,
    sensitivity,
    steps,
    unhappy_behind,
    whole,
)
from capclient.vocabulary import Unknown


def test_a_hundred_unhappy_clients_are_96_lost_and_1440_put_off_not_1500():
    cost = dissatisfaction_cost(100, revenue_per_customer=2000)
    assert (cost.silent, cost.potential, cost.revenue) == (96, 1440, 192_000)
    assert cost.potential not in {1500, 96 + 1440}


def test_four_complaints_stand_for_a_hundred_unhappy_clients():
    assert unhappy_behind(4) == 100
    assert unhappy_behind(4, voice="0.08") == 50


@given(st.integers(0, 10_000), st.decimals("0.0001", "1", places=4), st.decimals("0", "100", places=1))
def test_the_scenario_goes_both_ways_and_never_counts_anybody_twice(unhappy, voice, told):
    cost = dissatisfaction_cost(unhappy, voice=voice, told=told)
    assert 0 <= cost.silent <= unhappy
    assert cost.potential == cost.silent * Fraction(told)
    assert (unhappy - cost.silent) / Fraction(voice) == unhappy  # those that speak stand for all


@pytest.mark.parametrize("wrong", [{"voice": 0}, {"voice": "1.1"}, {"told": -1}])
def test_an_impossible_assumption_is_refused(wrong):
    with pytest.raises(ValueError, match="no scenario"):
        dissatisfaction_cost(100, **wrong)


def test_the_band_holds_the_example_of_the_text_and_falls_with_those_that_speak():
    band = sensitivity(
        100, voices=steps("0.02", "0.04", "0.08"), told=steps(8, 15, 20), revenue_per_customer="2000"
    )
    assert len(band) == 25
    middle = band[(band.voice == 0.04) & (band.told == 15)].iloc[0]
    assert (middle.silent, middle.potential, middle.revenue) == (96, 1440, 192_000)
    assert band.groupby("told").potential.apply(lambda values: values.is_monotonic_decreasing).all()


def test_people_are_whole_and_halves_go_up():
    assert [whole(Fraction(n, 2)) for n in (0, 1, 2, 3, 71)] == [0, 1, 1, 2, 36]


def test_a_survey_that_nobody_answered_estimates_nothing():
    assert estimated_unhappy(0, 0, 400) == Unknown("missing:survey")
    assert estimated_unhappy(1, 3, 100) == Fraction(100, 3)


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)), min_size=5, max_size=60))
def test_the_rank_correlation_is_that_of_scipy_ties_included(pairs):
    one, other = (pd.Series(values) for values in zip(*pairs, strict=True))
    found = rank_association(one, other)
    if one.nunique() == 1 or other.nunique() == 1:
        assert found == Unknown("not_applicable")
    else:
        assert found.rho == pytest.approx(spearmanr(one, other).statistic, abs=1e-9)
        assert -1 <= found.low <= found.rho <= found.high <= 1


def test_the_interval_covers_the_true_correlation_about_19_times_in_20():
    rng, held, runs = np.random.default_rng(3), 0, 300
    pearson = 0.5
    true = 6 / np.pi * np.arcsin(pearson / 2)  # Spearman's coefficient of a normal pair
    for _ in range(runs):
        pair = rng.multivariate_normal([0, 0], [[1, pearson], [pearson, 1]], size=60)
        found = rank_association(pd.Series(pair[:, 0]), pd.Series(pair[:, 1]))
        held += found.low <= true <= found.high
    assert 0.91 <= held / runs <= 0.98


def test_a_perfect_order_on_few_clients_is_not_certain():
    found = rank_association(pd.Series(range(6)), pd.Series(range(6)))
    assert found.rho == 1.0 and found.high == 1.0 and found.low < 0.9 and found.is_clear
    assert rank_association(pd.Series([1, 2, 3, 4]), pd.Series([1, 2, 3, 4])) == Unknown("n_small")
