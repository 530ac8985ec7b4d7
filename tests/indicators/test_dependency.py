import numpy as np
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


def test_top_shares_count_clients_or_groups() -> None:
    assert d.top_share(R6, 1) == 0.5
    assert d.top_share(R6, 3) == 0.8
    assert d.top_share(R6, 10) == 1.0
    clients = pd.Series({"A1": 30.0, "A2": 25.0, "B": 45.0})
    groups = clients.groupby({"A1": "G", "A2": "G", "B": "B"}).sum()
    assert (d.top_share(clients, 1), d.top_share(groups, 1)) == (0.45, 0.55)


def test_a_client_may_weigh_30_percent_of_revenue_and_5_percent_of_margin() -> None:
    revenue = pd.Series({"A": 30.0, "B": 40.0, "C": 30.0, "D": 0.0})
    margin = pd.Series({"A": 1.0, "B": 9.0, "C": 10.0, "D": np.nan})
    found = d.margin_weights(revenue, margin)
    assert (found.loc["A", "weight"], found.loc["A", "margin_weight"]) == (0.3, 0.05)
    assert found["margin_rank"].tolist()[:3] == [3, 2, 1]
    assert pd.isna(found.loc["D", "margin_weight"]) and pd.isna(found.loc["D", "margin_rate"])


def test_a_client_sold_at_a_loss_has_no_share_of_margin_and_takes_none_from_others() -> None:
    found = d.margin_weights(pd.Series({"A": 50.0, "B": 50.0}), pd.Series({"A": 10.0, "B": -5.0}))
    assert found.loc["A", "margin_weight"] == 1.0
    assert pd.isna(found.loc["B", "margin_weight"]) and found.loc["B", "margin_rate"] == -0.1


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
