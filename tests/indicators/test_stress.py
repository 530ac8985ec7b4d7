import pandas as pd
import pytest
from hypothesis import given

from capclient.indicators.definitions import by_group
from capclient.indicators.stress import StressTest, stress_test
from capclient.vocabulary import Unknown

from .test_concentration import R6, REVENUES


def test_losing_the_first_client_turns_a_profit_into_a_loss() -> None:
    found = stress_test(R6, variable_cost_rate="0.60", fixed_costs=300)
    assert found == StressTest(("A",), 500.0, 0.5, 200.0, 200.0, -100.0, 8.0)


def test_losing_the_first_three_takes_more_than_the_fixed_costs_of_a_year() -> None:
    found = stress_test(R6, variable_cost_rate="0.60", fixed_costs=300, first=3)
    assert found == StressTest(("A", "B", "C"), 800.0, 0.8, 320.0, 80.0, -220.0, 12.8)


def test_losing_more_clients_than_there_are_takes_everything_and_no_more() -> None:
    found = stress_test(R6, variable_cost_rate="0.60", fixed_costs=300, first=99, total=1100.0)
    assert isinstance(found, StressTest)
    assert (found.revenue_lost, found.contribution_left) == (1000.0, 40.0)


def test_losing_a_group_takes_all_its_clients() -> None:
    groups = by_group(R6, pd.Series({"B": "G", "C": "G", "E": "G", "F": "G"}))
    found = stress_test(groups, variable_cost_rate="0.60", fixed_costs=300)
    assert isinstance(found, StressTest)
    assert (found.customers, found.revenue_lost) == (("A",), 500.0)
    alone = stress_test(groups.drop("A"), variable_cost_rate="0.60", fixed_costs=300)
    assert isinstance(alone, StressTest) and alone.customers == ("G",)


def test_a_stress_test_says_which_figure_it_lacks() -> None:
    without_rate = stress_test(R6, variable_cost_rate=None, fixed_costs=300)
    assert isinstance(without_rate, StressTest)
    assert without_rate.revenue_lost == 500.0
    assert without_rate.contribution_lost == Unknown("missing:variable_cost_rate")
    without_costs = stress_test(R6, variable_cost_rate="0.6", fixed_costs=None, total=1100.0)
    assert isinstance(without_costs, StressTest)
    assert without_costs.contribution_left == 240.0
    assert without_costs.result_after == Unknown("missing:fixed_costs")
    free = stress_test(R6, variable_cost_rate="0.6", fixed_costs=0)
    assert isinstance(free, StressTest) and free.months_of_fixed_costs == Unknown("denominator_zero")


def test_without_active_client_nobody_can_be_lost() -> None:
    nobody = pd.Series({"A": -1.0})
    assert stress_test(nobody, variable_cost_rate="0.6", fixed_costs=300) == Unknown("denominator_zero")


@given(REVENUES)
def test_what_is_lost_and_what_is_left_make_the_whole(revenue: pd.Series) -> None:
    previous = 0.0
    for first in (1, 2, 3):
        found = stress_test(revenue, variable_cost_rate="0.60", fixed_costs=300, first=first)
        if isinstance(found, Unknown):
            return
        assert isinstance(found.contribution_lost, float) and isinstance(found.contribution_left, float)
        whole = round(float(revenue.sum()), 2) * 0.4
        assert found.contribution_lost + found.contribution_left == pytest.approx(whole, abs=1e-6)
        assert found.revenue_lost >= previous
        previous = found.revenue_lost
