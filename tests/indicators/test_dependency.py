import pandas as pd
from hypothesis import given

from capclient.indicators import dependency as d
from capclient.vocabulary import Unknown

from .test_concentration import R6, REVENUES

TEXTBOOK = pd.Series([9000.0, 8125.0, 900.0, 900.0, 800.0, 600.0, 500.0, 375.0, 200.0, 10.0])


def test_indices_of_the_fixture_leave_the_lost_client_out() -> None:
    assert d.gini(R6) == 0.348  # 0.4567 with the lost client is wrong
    assert d.gini_corrected(R6) == 0.435
    assert d.hhi(R6) == 3158.0
    assert d.hhi_normalised(R6) == 0.14475
    assert round(d.effective_customers(R6), 4) == 3.1666
    assert round(d.entropy_customers(R6), 3) == 3.944


def test_the_textbook_table_of_ten_clients() -> None:
    """Ten clients of a French management course (BTS): HHI 3273.8 and Gini 0.6558."""
    assert round(d.hhi(TEXTBOOK), 1) == 3273.8
    assert round(d.gini(TEXTBOOK), 4) == 0.6558


def test_the_published_example_of_the_index() -> None:
    """Four firms of 30, 30, 20 and 20 %: 2600 (United States Department of Justice, page on the index)."""
    assert d.hhi(pd.Series([30.0, 30.0, 20.0, 20.0])) == 2600.0
    assert d.hhi(pd.Series([20.0] * 2 + [0.0])) == 5000.0


def test_a_negative_client_enters_no_index() -> None:
    assert round(d.hhi(pd.Series([100.0, 50.0, -10.0])), 1) == 5555.6


def test_one_client_has_no_inequality() -> None:
    alone = pd.Series({"A": 10.0, "B": 0.0})
    assert d.gini(alone) == d.gini_corrected(alone) == d.hhi_normalised(alone) == Unknown("n_small")
    assert d.hhi(alone) == 10_000.0
    assert d.effective_customers(alone) == d.entropy_customers(alone) == 1.0


def test_without_active_client_nothing_is_computed() -> None:
    nobody, unknown = pd.Series({"A": -1.0}), Unknown("denominator_zero")
    assert d.gini(nobody) == d.gini_corrected(nobody) == d.hhi(nobody) == d.hhi_normalised(nobody) == unknown
    assert d.effective_customers(nobody) == d.entropy_customers(nobody) == d.top_share(nobody, 1) == unknown
    assert d.stress_test(nobody, variable_cost_rate="0.6", fixed_costs=300) == unknown


def test_top_shares_count_clients_or_groups() -> None:
    assert d.top_share(R6, 1) == 0.5
    assert d.top_share(R6, 3) == 0.8
    assert d.top_share(R6, 10) == 1.0
    clients = pd.Series({"A1": 30.0, "A2": 25.0, "B": 45.0})
    groups = clients.groupby({"A1": "G", "A2": "G", "B": "B"}).sum()
    assert (d.top_share(clients, 1), d.top_share(groups, 1)) == (0.45, 0.55)


def test_losing_the_first_client_turns_a_profit_into_a_loss() -> None:
    found = d.stress_test(R6, variable_cost_rate="0.60", fixed_costs=300)
    assert found == d.StressTest("A", 500.0, 200.0, 200.0, -100.0, 8.0)


def test_a_stress_test_says_which_figure_it_lacks() -> None:
    without_rate = d.stress_test(R6, variable_cost_rate=None, fixed_costs=300)
    assert isinstance(without_rate, d.StressTest)
    assert without_rate.revenue_lost == 500.0
    assert without_rate.contribution_lost == Unknown("missing:variable_cost_rate")
    without_costs = d.stress_test(R6, variable_cost_rate="0.6", fixed_costs=None, total=1100.0)
    assert isinstance(without_costs, d.StressTest)
    assert without_costs.contribution_left == 240.0
    assert without_costs.result_after == Unknown("missing:fixed_costs")
    free = d.stress_test(R6, variable_cost_rate="0.6", fixed_costs=0)
    assert isinstance(free, d.StressTest) and free.months_of_fixed_costs == Unknown("denominator_zero")


@given(REVENUES)
def test_indices_stay_within_their_bounds_and_ignore_inactive_clients(revenue: pd.Series) -> None:
    gini, hhi = d.gini(revenue), d.hhi(revenue)
    more = pd.concat([revenue, pd.Series({"Y": 0.0, "Z": -9.0})])
    assert (d.gini(more), d.hhi(more)) == (gini, hhi)
    if not isinstance(gini, Unknown):
        assert 0 <= gini < 1
    if not isinstance(hhi, Unknown):
        n = int((revenue > 0).sum())
        assert 10_000 / n - 1e-9 <= hhi <= 10_000
