"""Cohorts, Kaplan-Meier and win-back against published numbers and counts made by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.cohorts import (
    EARLIER,
    cohort_triangle,
    first_losses,
    kaplan_meier,
    median_survival,
    survival_at,
    won_back,
)
from capclient.vocabulary import Unknown
from tests.examples import few

WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSE = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_the_6_mp_patients_as_published():
    """Freireich and others (1963); the curve of every textbook, with Greenwood's standard errors."""
    curve = kaplan_meier(pd.Series(WEEKS), pd.Series(RELAPSE).astype(bool))
    assert curve.index.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival.round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert median_survival(curve) == 23.0
    # log-log bounds recomputed from the published standard errors 0.0764 and 0.1346
    for week, error in ((6, 0.0764), (23, 0.1346)):
        s = curve.survival[week]
        spread = 1.96 * error / (s * abs(np.log(s)))
        assert curve.low[week] == pytest.approx(s ** np.exp(spread), abs=2e-3)
        assert curve.high[week] == pytest.approx(s ** np.exp(-spread), abs=2e-3)


def test_without_censoring_the_curve_is_the_share_that_remains():
    curve = kaplan_meier(pd.Series([1, 2, 2, 3]), pd.Series([True] * 4))
    assert curve.survival.round(10).tolist() == [0.75, 0.25, 0.0]
    assert np.isnan(curve.low[3]) and np.isnan(curve.high[3])
    assert 0 < curve.low[1] < 0.75 < curve.high[1] < 1


def test_nobody_lost_gives_a_flat_curve_and_no_median():
    curve = kaplan_meier(pd.Series([1, 2]), pd.Series([False, False]))
    assert curve.empty
    assert median_survival(curve) == Unknown("history_short")
    assert survival_at(curve, 1, longest=2) == 1.0
    assert survival_at(curve, 3, longest=2) == Unknown("history_short")


@settings(max_examples=few(60), deadline=None)
@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=40))
def test_survival_falls_and_stays_inside_its_interval(cases):
    times, lost = (pd.Series(column) for column in zip(*cases, strict=True))
    curve = kaplan_meier(times, lost.astype(bool))
    assert curve.survival.is_monotonic_decreasing
    inner = curve.dropna()
    assert ((inner.low <= inner.survival) & (inner.survival <= inner.high)).all()
    shuffled = kaplan_meier(times[::-1], lost[::-1].astype(bool))
    pd.testing.assert_frame_equal(curve, shuffled)


def test_the_cohort_of_the_dictionary():
    """10 clients of 2020, active 9, 8, 7, 6, 5 in years 1 to 5: half survive five years."""
    years = pd.DataFrame(0.0, index=range(10), columns=range(6))
    for year, active in enumerate((10, 9, 8, 7, 6, 5)):
        years.loc[: active - 1, year] = 100.0
    table = cohort_triangle(years, pd.Series(0, index=years.index))
    assert table.active.tolist() == [10, 9, 8, 7, 6, 5]
    assert table.share.iloc[-1] == 0.5
    curve = kaplan_meier(
        *(first_losses(years, pd.Series(0, index=years.index))[name] for name in ("years", "lost"))
    )
    assert curve.survival.round(10).tolist() == [0.9, 0.8, 0.7, 0.6, 0.5]


def test_a_client_that_comes_back_counts_again_in_the_triangle_and_never_in_the_survival():
    years = pd.DataFrame([[9.0, 0.0, 9.0]], index=["A"])
    cohort = pd.Series({"A": 0})
    assert cohort_triangle(years, cohort).share.tolist() == [1.0, 0.0, 1.0]
    assert first_losses(years, cohort).iloc[0].tolist() == [1, True]


def test_clients_older_than_the_data_stand_apart_and_do_not_enter_the_survival():
    years = pd.DataFrame([[9.0, 9.0], [9.0, 0.0], [0.0, 9.0]], index=["old", "gone", "new"])
    cohort = pd.Series({"old": EARLIER, "gone": EARLIER, "new": 1})
    table = cohort_triangle(years, cohort)
    assert table[["cohort", "k", "size", "active"]].to_numpy().tolist() == [
        [-1, 0, 2, 2],
        [-1, 1, 2, 1],
        [1, 0, 1, 1],
    ]
    assert first_losses(years, cohort).index.tolist() == ["new"]


def test_a_first_year_that_nets_to_nothing_begins_no_life():
    years = pd.DataFrame([[0.0, 5.0], [-3.0, 5.0]], index=["A", "B"])
    assert first_losses(years, pd.Series({"A": 0, "B": 0})).empty


def test_clients_that_never_bought_have_no_cohort():
    years = pd.DataFrame([[-5.0, 0.0]], index=["A"])
    assert cohort_triangle(years, pd.Series({"A": np.nan})).empty
    assert first_losses(years, pd.Series({"A": np.nan})).empty


def test_win_back_counts_each_client_once():
    years = pd.DataFrame(
        [
            [5.0, 5.0, 0.0, 7.0],  # lost in N-1, back
            [5.0, 0.0, 0.0, 7.0],  # lost in N-2, back
            [5.0, 0.0, 0.0, 0.0],  # lost in N-2, gone
            [5.0, 0.0, 4.0, 4.0],  # lost in N-2, back before N: among the lost, not won back in N
            [5.0, 5.0, 5.0, 0.0],  # lost in N only
            [0.0, 0.0, 0.0, 9.0],  # new
        ]
    )
    assert won_back(years) == (2, 4)
