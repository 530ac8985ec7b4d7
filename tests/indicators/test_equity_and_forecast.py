"""Worth of the clients and the next twelve months: worked examples and what must always hold (11.1, 15.2)."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators import forecast
from capclient.indicators.value import equity
from capclient.vocabulary import STATES, Unknown

MONEY = st.integers(-1_000_000, 10_000_000).map(lambda cents: cents / 100)
SHARE = st.integers(0, 1000).map(lambda part: part / 1000)
CLIENTS = st.lists(st.tuples(MONEY, SHARE), min_size=1, max_size=20)


def test_trap_33_flows_begin_in_one_year_and_stop_at_the_horizon():
    one = equity.customer_equity(pd.Series([100.0]), pd.Series([0.8]), discount=0.10, years=5).iloc[0]
    assert round(one, 2) == 212.41
    assert round(one, 2) != 292.06, "a flow today is another convention"
    assert round(equity.endless_equity(100.0, 0.8, discount=0.10), 2) == 266.67


def test_the_portfolio_of_the_dictionary():
    found = equity.customer_equity(
        pd.Series([100.0, 50.0, -10.0]), pd.Series([0.9, 0.6, 0.8]), discount=0.10, years=5
    )
    assert found.round(2).tolist() == [285.01, 57.10, -21.24]
    assert round(found.sum(), 2) == 320.87
    assert round(found.clip(lower=0).sum(), 2) == 342.11, "with the right to leave those that cost"


@given(CLIENTS)
def test_equity_follows_margin_retention_and_discount(clients):
    margin, kept = (pd.Series(column) for column in zip(*clients, strict=True))
    base = equity.customer_equity(margin, kept, discount=0.10, years=5)
    doubled = equity.customer_equity(2 * margin, kept, discount=0.10, years=5)
    np.testing.assert_allclose(doubled, 2 * base, rtol=1e-12, atol=1e-9)
    dearer = equity.customer_equity(margin, kept, discount=0.12, years=5)
    assert (dearer.abs() <= base.abs() + 1e-9).all()
    longer = equity.customer_equity(margin, kept, discount=0.10, years=200)
    endless = [equity.endless_equity(*client, discount=0.10) for client in clients]
    np.testing.assert_allclose(longer, endless, rtol=1e-5, atol=1e-5)
    moved = equity.scenarios(
        margin.abs(), kept, discount=0.10, years=5,
        moves={"worse": (-0.05, 0.0), "base": (0.0, 0.0), "better": (0.05, 0.0)},
    )  # fmt: skip
    assert moved.is_monotonic_increasing


def test_a_class_of_few_clients_is_drawn_towards_all():
    kept = equity.shrunk_retention(pd.Series([3, 0, 800]), pd.Series([3, 2, 1000]))
    overall = 803 / 1005
    assert overall < kept[0] < 0.85 and 0.70 < kept[1] < overall and abs(kept[2] - 0.8) < 0.001


@given(
    st.lists(st.tuples(st.integers(-100, 10_000), st.integers(-100, 10_000), SHARE), min_size=1, max_size=20)
)
def test_a_projection_stays_within_what_its_trend_may_say(clients):
    revenue, before, active = (pd.Series(column, dtype="float64") for column in zip(*clients, strict=True))
    found = forecast.next_twelve_months(revenue, before, active)
    bought = revenue.clip(lower=0) * active
    assert (found <= bought * np.sqrt(1.5) + 1e-9).all() and (found >= bought * np.sqrt(0.5) - 1e-9).all()
    steady = forecast.next_twelve_months(revenue, revenue, active * 0 + 1)
    np.testing.assert_allclose(steady, revenue.clip(lower=0))


def test_the_scaled_error_of_the_naive_forecast_is_one():
    actual, naive = pd.Series([10.0, 0.0, 7.0]), pd.Series([12.0, 3.0, 7.0])
    assert forecast.mean_absolute_scaled_error(actual, naive, naive) == 1.0
    assert forecast.mean_absolute_scaled_error(actual, actual, naive) == 0.0
    assert forecast.mean_absolute_scaled_error(actual, naive, actual) == Unknown("denominator_zero")


def test_a_seasonal_profile_is_a_year():
    months = pd.DataFrame([[5] * 8 + [20, 20, 15, 5], [0] * 8 + [40, 40, 40, 0]], columns=range(1, 13))
    profile = forecast.seasonal_profile(months)
    assert profile.sum() == pytest.approx(1.0) and profile.idxmax() in (9, 10)
    assert forecast.seasonal_profile(months * 0).tolist() == [1 / 12] * 12


def test_an_interval_holds_about_what_it_promises():
    rng = np.random.default_rng(3)
    held = []
    for turn in range(300):
        ratios = rng.normal(1.0, 0.1, 9)
        low, high = forecast.bootstrap_interval(100.0, ratios[:8].tolist(), level=0.80, draws=400, seed=turn)
        held.append(low <= 100 * ratios[8] <= high)
    assert 0.70 <= np.mean(held) <= 0.92
    assert forecast.bootstrap_interval(100.0, [1.1, 0.9]) == forecast.bootstrap_interval(100.0, [1.1, 0.9])
    with pytest.raises(ValueError, match="at least one"):
        forecast.bootstrap_interval(100.0, [])


def test_coverage_without_a_past_is_unknown():
    assert forecast.coverage([], [], []) == Unknown("history_short")


@given(
    st.lists(
        st.integers(0, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=5, max_size=5
    )
)
def test_chances_never_rise_as_a_state_worsens_and_few_cases_are_not_told(cases):
    tally = pd.DataFrame(cases, columns=["customers", "bought"], index=list(STATES))
    found = forecast.ordered_presence(tally)
    if tally.customers.sum() == 0:
        return
    assert (found.p_active.diff().dropna() <= 1e-12).all() and found.p_active.between(0, 1).all()
    assert found.share.isna().equals(tally.customers < forecast.LEAST_CASES)
