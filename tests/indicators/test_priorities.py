"""The five actions: the eight clients of the dictionary, and what must hold of any portfolio."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.priorities import priority_actions
from capclient.vocabulary import ACTIONS

# section 13, TEST: the clients a to h
EIGHT = pd.DataFrame(
    [
        ("a", "adult", False, 900, "A", 70, 0.02, True, None, None, None, "B", 4, "retain"),
        ("b", "adult", False, 900, "B", 20, 0.03, True, None, None, None, "B", 4, "reduce_cost"),
        ("c", "adult", False, 900, "B", 20, 0.04, False, 88, None, None, "B", 4, "substitute"),
        ("d", "adult", False, 900, "C", 10, 0.18, False, None, None, "high", "A", 0, "develop"),
        ("e", "adult", False, 900, "C", 10, 0.18, False, None, None, "high", "D", 0, "maintain"),
        ("f", "adult", False, 900, "C", 10, 0.12, False, None, None, "low", "A", 6, "reduce_cost"),
        ("g", "lost", False, 400, None, None, None, None, None, None, None, None, 0, "prospect"),
        ("h", "lost", True, 900, None, None, None, None, None, None, None, None, 0, "exit"),
    ],
    columns=[
        "id", "stage", "insolvent", "best_12m", "value_class", "risk", "net_rate", "service_high", "price_index",
        "erosion", "potential_class", "payment_grade", "visits", "expected",
    ],
).set_index("id")  # fmt: skip


def test_the_eight_clients_of_the_dictionary():
    found = priority_actions(EIGHT.drop(columns="expected"), median_revenue=120)
    assert found.action.to_dict() == EIGHT.expected.to_dict()
    assert found.reasons["e"] == "credit"
    assert found.reasons["a"] == "valuable risk_high"
    assert found.action_secondary["a"] == "reduce_cost"  # even if its margin is low, retention comes first
    assert found.reasons["f"] == "small visited no_potential"
    assert found.reasons["h"] == "gone insolvent"


def test_a_lost_client_that_never_weighed_is_left_in_peace():
    facts = pd.DataFrame({"stage": ["lost"], "best_12m": [119.99]}, index=["x"])
    assert priority_actions(facts, median_revenue=120).action["x"] == "exit"
    facts["best_12m"] = 120.0
    assert priority_actions(facts, median_revenue=120).action["x"] == "prospect"


def test_without_margin_the_rules_of_margin_are_silent_and_say_so():
    facts = pd.DataFrame({"stage": ["adult"], "value_class": ["B"], "service_high": [True]}, index=["x"])
    found = priority_actions(facts, median_revenue=0).loc["x"]
    assert found.action == "maintain"
    assert {"2", "3"} <= set(found.silent.split())


@pytest.mark.parametrize(("erosion", "action"), [(-0.02, "substitute"), (-0.019, "maintain")])
def test_two_points_of_erosion_are_enough(erosion, action):
    facts = pd.DataFrame(
        {"stage": ["adult"], "value_class": ["B"], "net_rate": [0.04], "erosion": [erosion]}, index=["x"]
    )
    assert priority_actions(facts, median_revenue=0).action["x"] == action


maybe = st.none() | st.booleans()
clients = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(["childhood", "adolescence", "adult", "old_age", "lost", "occasional", None]),
        "insolvent": maybe, "broken": maybe, "tender": maybe, "claim_open": maybe, "service_high": maybe,
        "best_12m": st.none() | st.integers(0, 1000), "value_class": st.sampled_from(["A", "B", "C", None]),
        "risk": st.none() | st.integers(0, 100), "net_rate": st.none() | st.floats(-1, 1),
        "price_index": st.none() | st.integers(50, 150), "erosion": st.none() | st.floats(-1, 1),
        "potential_class": st.sampled_from(["high", "medium", "low", None]),
        "payment_grade": st.sampled_from(["A", "B", "C", "D", "E", None]), "visits": st.none() | st.integers(0, 9),
    }
)  # fmt: skip


@given(st.lists(clients, min_size=1, max_size=12))
def test_every_client_has_exactly_one_primary_action_and_a_reason(rows):
    found = priority_actions(pd.DataFrame(rows), median_revenue=300)
    assert found.index.tolist() == list(range(len(rows)))
    assert found.action.isin(ACTIONS).all()
    assert found.reasons.str.len().gt(0).all()
    assert not any(row.action in row.action_secondary.split() for row in found.itertuples())


@given(st.lists(clients, min_size=2, max_size=8))
def test_a_client_alone_has_the_action_it_has_among_others(rows):
    whole = priority_actions(pd.DataFrame(rows), median_revenue=300)
    alone = priority_actions(pd.DataFrame(rows[:1]), median_revenue=300)
    assert alone.iloc[0].tolist() == whole.iloc[0].tolist()
