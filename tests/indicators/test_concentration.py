import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.errors import LedgerError
from capclient.indicators import concentration as c
from capclient.vocabulary import Unknown

R6 = pd.Series({"A": 500.0, "B": 150.0, "C": 150.0, "D": 0.0, "E": 120.0, "F": 80.0})
R6_BEFORE = pd.Series({"A": 400.0, "B": 200.0, "C": 150.0, "D": 100.0, "E": 0.0, "F": 50.0})
REVENUES = st.lists(st.integers(-5_000, 1_000_000), min_size=1, max_size=30).map(
    lambda cents: pd.Series([value / 100 for value in cents], index=[f"C{i:02}" for i in range(len(cents))])
)


def test_ties_share_the_lowest_rank() -> None:
    ranked = c.weights(R6)
    assert ranked["weight"].tolist() == [0.5, 0.15, 0.15, 0.0, 0.12, 0.08]
    assert ranked["rank"].dropna().tolist() == [1, 2, 2, 4, 5]
    change = ranked["weight"] - c.weights(R6_BEFORE)["weight"]
    assert round(change["A"], 4) == 0.0556


def test_a_net_negative_client_has_no_weight_and_takes_none_from_others() -> None:
    ranked = c.weights(pd.Series({"A": 100.0, "B": 50.0, "C": -10.0}))
    assert ranked["weight"].round(4).tolist()[:2] == [0.6667, 0.3333]
    assert pd.isna(ranked.loc["C", "weight"]) and pd.isna(ranked.loc["C", "rank"])


def test_a_client_that_starts_exactly_at_80_percent_is_b() -> None:
    classes = c.abc_classes(pd.Series([70.0, 10.0, 8.0, 7.0, 5.0]))["abc_class"]
    assert "".join(classes) == "AABBC"
    tenths = c.abc_classes(pd.Series([0.7, 0.1, 0.08, 0.07, 0.05]))["abc_class"]
    assert "".join(tenths) == "AABBC"


def test_classes_of_the_fixture() -> None:
    classes = c.abc_classes(R6)
    assert classes["abc_class"].dropna().to_dict() == {"A": "A", "B": "A", "C": "A", "E": "B", "F": "B"}
    assert pd.isna(classes.loc["D", "abc_class"])
    assert classes.loc["E", "share_before"] == 0.8


def test_one_giant_client_is_a() -> None:
    assert c.abc_classes(pd.Series([85.0, 15.0]))["abc_class"].tolist() == ["A", "B"]


def test_tied_clients_take_the_class_of_the_first_of_them() -> None:
    classes = c.abc_classes(pd.Series([60.0, 20.0, 20.0]), limits=("0.70", "0.95"))["abc_class"]
    assert classes.tolist() == ["A", "A", "A"]


def test_large_medium_and_small_clients() -> None:
    assert c.pmg_classes(R6)["pmg_class"].dropna().tolist() == ["large", "medium", "medium", "small", "small"]


def test_a_portfolio_without_active_client_has_missing_classes_and_no_curve() -> None:
    empty = pd.Series({"A": 0.0, "B": -3.0})
    assert c.abc_classes(empty)["abc_class"].isna().all()
    assert c.weights(empty)["weight"].isna().all()
    assert c.cumulative(empty)["cumulative_share"].isna().all()
    assert c.pareto_curve(empty).empty and c.lorenz_curve(empty).empty
    assert c.pareto_top_share(empty) == c.customers_for_share(empty) == Unknown("denominator_zero")


def test_a_missing_revenue_is_refused() -> None:
    with pytest.raises(LedgerError, match="B"):
        c.abc_classes(pd.Series({"A": 1.0, "B": np.nan}))


def test_pareto_of_the_fixture() -> None:
    assert c.pareto_top_share(R6) == 0.5
    assert c.customers_for_share(R6) == 3
    assert c.customers_for_share(R6, "0") == 0
    assert c.pareto_curve(R6)["revenue_share"].tolist() == [0.0, 0.5, 0.65, 0.8, 0.92, 1.0]
    assert c.pareto_curve(R6)["customers_share"].tolist() == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]


def test_the_number_of_top_clients_is_rounded_up_exactly() -> None:
    hundred = pd.Series([1.0] * 100)
    assert c.pareto_top_share(hundred, "0.07") == 0.07  # 0.07 * 100 is 7.000000000000001 in floats
    assert c.pareto_top_share(pd.Series([1.0] * 11)) == 3 / 11


@given(REVENUES)
def test_weights_sum_to_one_and_the_order_of_rows_does_not_matter(revenue: pd.Series) -> None:
    found = c.weights(revenue)
    if (revenue > 0).any():
        assert abs(found["weight"].sum() - 1) < 1e-12
    shuffled = revenue.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(c.weights(shuffled).loc[revenue.index], found)
    pd.testing.assert_frame_equal(c.cumulative(shuffled).loc[revenue.index], c.cumulative(revenue))
    pd.testing.assert_frame_equal(c.abc_classes(shuffled).loc[revenue.index], c.abc_classes(revenue))


@given(REVENUES)
def test_doubling_every_amount_or_adding_a_zero_client_changes_no_class(revenue: pd.Series) -> None:
    classes = c.abc_classes(revenue)["abc_class"]
    pd.testing.assert_series_equal(c.abc_classes(2 * revenue)["abc_class"], classes)
    more = pd.concat([revenue, pd.Series({"Z": 0.0})])
    pd.testing.assert_series_equal(c.abc_classes(more)["abc_class"].drop("Z"), classes)
    assert c.pareto_top_share(more) == c.pareto_top_share(revenue)
    assert c.customers_for_share(more) == c.customers_for_share(revenue)


@given(REVENUES)
def test_the_lorenz_curve_is_convex_and_below_the_diagonal(revenue: pd.Series) -> None:
    curve = c.lorenz_curve(revenue)
    if curve.empty:
        return
    assert (curve["revenue_share"] <= curve["customers_share"] + 1e-12).all()
    assert (curve["revenue_share"].diff().diff().dropna() >= -1e-12).all()
    assert curve.iloc[0].tolist() == [0.0, 0.0] and curve.iloc[-1].tolist() == [1.0, 1.0]
