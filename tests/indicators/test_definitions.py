"""Traps 2, 3, 4, 5 and 28 of section 17, the published examples, and the laws that tie definitions together."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators import concentration as c
from capclient.indicators import dependency as d
from capclient.indicators.definitions import (
    MEASURES,
    by_group,
    classes_by_share_after,
    compared_classes,
    side_by_side,
)
from capclient.vocabulary import Unknown

R6 = pd.Series({"A": 500.0, "B": 150.0, "C": 150.0, "D": 0.0, "E": 120.0, "F": 80.0})
# Ten clients of a French management course (BTS); two of them are equal.
BTS = pd.Series(
    [9000.0, 8125.0, 900.0, 900.0, 800.0, 600.0, 500.0, 375.0, 200.0, 10.0],
    index=[f"C{n:02}" for n in range(1, 11)],
)
# Credit notes, returns, zeros and ties, with the group of each client.
PORTFOLIOS = st.lists(
    st.tuples(
        st.integers(-50_000, 500_000) | st.sampled_from([0, 0, 10_000, 10_000, -1]),
        st.sampled_from(["G", "H", "K", " G ", "", None]),
    ),
    min_size=1,
    max_size=12,
)
TOLERANCE = 1e-12


def portfolio(rows):
    index = [f"C{n:02}" for n in range(len(rows))]
    revenue = pd.Series([cents / 100 for cents, _ in rows], index=index)
    return revenue, pd.Series([group for _, group in rows], index=index, dtype="str")


def close(one, other):
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return one == other
    return abs(one - other) <= TOLERANCE * max(1, abs(one))


# ---- traps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("absent", [0.0, -10.0])
def test_trap_2_lost_zero_or_negative_clients_enter_no_index(absent):
    found = side_by_side({"active": R6[R6 > 0], "all": pd.concat([R6, pd.Series({"Z": absent})])})
    assert found["all"].tolist() == found.active.tolist()
    assert found.loc["gini", "all"] == 0.348 != 0.4567
    assert d.hhi(pd.Series([100.0, 50.0, -10.0])) != pytest.approx(6428.6, abs=0.1)


def test_trap_3_a_client_at_exactly_80_percent_and_a_single_giant_client():
    assert "".join(c.abc_classes(pd.Series([70.0, 10.0, 8.0, 7.0, 5.0])).abc_class) == "AABBC"
    giant = pd.Series({"A": 85.0, "B": 15.0})
    assert c.abc_classes(giant).abc_class.tolist() == ["A", "B"]
    assert classes_by_share_after(giant).abc_class.tolist() == [
        "B",
        "C",
    ]  # no A at all: the other rule is wrong


def test_trap_4_shares_are_cumulated_in_cents_and_not_in_floats():
    assert 0.7 + 0.1 < 0.8
    tenths = pd.Series([0.7, 0.1, 0.08, 0.07, 0.05])
    assert "".join(c.abc_classes(tenths).abc_class) == "AABBC"
    assert c.customers_for_share(tenths) == 2
    assert classes_by_share_after(tenths).abc_class.tolist() == ["A", "A", "B", "B", "C"]


def test_trap_5_ties_share_a_rank_and_a_class_whatever_their_order():
    turned = R6[::-1]
    assert c.weights(turned)["rank"].dropna().to_dict() == {"F": 5, "E": 4, "C": 2, "B": 2, "A": 1}
    tied = c.abc_classes(pd.Series({"A": 60.0, "C": 20.0, "B": 20.0}), limits=("0.70", "0.95"))
    assert set(tied.abc_class) == {"A"}


def test_trap_28_a_group_weighs_more_than_any_of_its_clients():
    clients = pd.Series({"A1": 30.0, "A2": 25.0, "B": 45.0})
    groups = by_group(clients, pd.Series({"A1": "G", "A2": "G", "B": None}, dtype="str"))
    assert groups.to_dict() == {"B": 45.0, "G": 55.0}
    assert (d.top_share(clients, 1), d.top_share(groups, 1)) == (0.45, 0.55)


# ---- groups --------------------------------------------------------------------------------------------


def test_blank_groups_are_no_group_and_outer_blanks_do_not_split_one():
    labels = pd.Series({"A": " G", "B": "G ", "C": "", "D": None}, dtype="str")
    found = by_group(pd.Series({"A": 10.0, "B": 20.0, "C": 5.0, "D": 5.0}), labels)
    assert found.to_dict() == {"C": 5.0, "D": 5.0, "G": 30.0}


def test_a_client_that_bears_the_code_of_a_group_is_not_taken_for_it():
    labels = pd.Series({"G": None, "A": "G"}, dtype="str")
    found = by_group(pd.Series({"G": 10.0, "A": 20.0}), labels)
    assert sorted(found.tolist()) == [10.0, 20.0]


def test_a_subsidiary_of_credit_notes_does_not_hide_the_weight_of_its_group():
    revenue = pd.Series({"A1": 100.0, "A2": -90.0, "B": 50.0})
    groups = by_group(revenue, pd.Series({"A1": "G", "A2": "G"}))
    assert d.top_share(groups, 1) == d.top_share(revenue, 1) == 100 / 150


def test_the_gini_index_can_fall_when_clients_are_joined():
    clients = pd.Series({"A": 10.0, "B": 10.0, "C": 20.0})
    groups = by_group(clients, pd.Series({"A": "G", "B": "G"}))
    assert d.gini(groups) == 0.0 < d.gini(clients)
    assert d.hhi(groups) > d.hhi(clients)


# ---- the two rules of ABC ------------------------------------------------------------------------------


def test_the_two_rules_side_by_side_on_the_fixture():
    before = c.abc_classes(R6).abc_class
    after = classes_by_share_after(R6).abc_class
    assert after.dropna().to_dict() == {"A": "A", "B": "A", "C": "A", "E": "B", "F": "C"}
    table = compared_classes(before, after, R6)
    assert table.customers.tolist() == [3, 2, 0] and table.customers_after.tolist() == [3, 1, 1]
    assert table.share.round(2).tolist() == [0.8, 0.2, 0.0]
    assert table.share_after.round(2).tolist() == [0.8, 0.12, 0.08]


# ---- published numbers ---------------------------------------------------------------------------------


def test_the_teaching_table_of_ten_clients():
    reached = (c.cumulative(BTS).cumulative_share * 100).round(2).tolist()
    assert reached == [42.04, 79.99, 84.19, 88.39, 92.13, 94.93, 97.27, 99.02, 99.95, 100.0]
    assert round(d.hhi(BTS), 1) == 3273.8
    assert round(d.gini(BTS), 4) == 0.6558


def test_the_last_share_of_the_teaching_table_is_what_is_missing_to_one_hundred():
    """The share printed for the last client cannot be right: shares add up, so it is 10 / 21 410."""
    shares = c.weights(BTS).weight
    assert (shares * 100).round(2).iloc[-1] == 0.05
    assert abs(shares.sum() - 1) < TOLERANCE
    assert Fraction(10, 21_410) == 1 - Fraction(21_400, 21_410)


def test_the_teaching_table_shows_why_a_share_is_not_rounded_before_it_is_compared():
    """The first two make 79.99 %, which a course rounds to 80: the third client is then B, and it is A."""
    classes = c.abc_classes(BTS).abc_class
    assert "".join(classes) == "AAAABBCCCC"[:4] + "".join(classes[4:])
    assert classes.tolist()[:4] == [
        "A",
        "A",
        "A",
        "A",
    ]  # the third opens before 80 %, the fourth is its equal
    assert classes_by_share_after(BTS).abc_class.tolist()[:4] == ["A", "A", "B", "B"]


@pytest.mark.parametrize(
    ("shares", "published"),
    [([20, 19, 18, 17, 16, 10], 1730.0), ([20] + [5] * 16, 800.0), ([30, 30, 20, 20], 2600.0)],
)
def test_published_examples_of_the_index(shares, published):
    """Two businesses with the same first client (clientguard.app, 2026); four firms (US Department of Justice)."""
    assert d.hhi(pd.Series([float(share) for share in shares])) == published


def test_a_measure_that_cannot_be_computed_says_why():
    found = side_by_side({"one": pd.Series({"A": 5.0}), "none": pd.Series({"A": -1.0})})
    assert found.loc["gini", "one"] == found.loc["hhi_normalised", "one"] == Unknown("n_small")
    assert found.loc["customers", "none"] == 0
    assert set(found.none.drop("customers")) == {Unknown("denominator_zero")}


# ---- laws ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None)
@given(PORTFOLIOS, st.integers(1, 50), st.randoms(use_true_random=False))
def test_laws_of_concentration_on_ten_thousand_portfolios(rows, factor, order):
    revenue, group = portfolio(rows)
    gini, hhi = d.gini(revenue), d.hhi(revenue)
    places = c.weights(revenue)["rank"]
    # clients at zero or below change nothing, nor does the unit of money, nor the order of the rows
    other = {name: revenue[name] * factor for name in order.sample(list(revenue.index), len(revenue))}
    other = pd.Series(other | {"Y": 0.0, "Z": -9.0})
    assert (d.gini(other), d.hhi(other)) == (gini, hhi)
    assert c.weights(other)["rank"].reindex(revenue.index).equals(places)
    groups = by_group(revenue, group)
    if len(groups):  # a group level is never less concentrated than a client level
        assert d.hhi(groups) >= hhi
        k = 1 + len(rows) % 5
        assert d.top_share(groups, k) >= d.top_share(revenue, k)


@settings(deadline=None)
@given(PORTFOLIOS, st.integers(1, 50), st.randoms(use_true_random=False))
def test_every_definition_keeps_its_base_whatever_the_order_and_the_unit(rows, factor, order):
    revenue, group = portfolio(rows)
    more = pd.concat([revenue, pd.Series({"Y": 0.0, "Z": -9.0})])
    for measure in MEASURES.values():
        assert measure(more) == measure(revenue)
        assert close(measure(revenue * factor), measure(revenue))
    shuffled = revenue[order.sample(list(revenue.index), len(revenue))]
    for told in (c.weights, classes_by_share_after):
        pd.testing.assert_frame_equal(told(shuffled).loc[revenue.index], told(revenue))
    groups = by_group(revenue, group)
    pd.testing.assert_series_equal(by_group(shuffled, group), groups)
    assert round(groups.sum() * 100) == round(revenue[revenue > 0].sum() * 100)  # one base for both levels
    assert len(groups) <= (revenue > 0).sum()
    if len(groups):
        assert all(d.top_share(groups, k) >= d.top_share(revenue, k) - TOLERANCE for k in (5, 10))
        assert d.effective_customers(groups) <= d.effective_customers(revenue) + TOLERANCE
        assert c.customers_for_share(groups) <= c.customers_for_share(revenue)


def test_nobody_makes_no_group():
    nobody = by_group(pd.Series({"A": 0.0, "B": -1.0}), pd.Series({"A": "G", "B": "G"}))
    assert nobody.empty and nobody.dtype == "float64"
