from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.errors import LedgerError
from capclient.indicators.lifecycle import lifecycle_stages, stage_moves, stage_table, transition_matrix
from capclient.periods import shifted
from capclient.thresholds import LifecycleThresholds
from capclient.vocabulary import STAGES

D = date(2025, 12, 31)


def client(
    tenure: int, revenue: tuple[float, float, float], h: float | None = 0.0, days: int = 20
) -> pd.DataFrame:
    """Return one client from its tenure in months, (R2, R1, R0) and h."""
    r2, r1, r0 = revenue
    base = 0.0 if h is None else 1000.0
    return pd.DataFrame(
        {
            "first_purchase": [pd.Timestamp(shifted(D, -tenure))],
            "purchase_days_24m": [days],
            "revenue_n": [r0],
            "revenue_n1": [r1],
            "revenue_n2": [r2],
            "revenue_half": [base * (1 + (h or 0.0))],
            "revenue_half_before": [base],
        },
        index=["C1"],
    )


def stage(customers: pd.DataFrame, **options: Any) -> pd.Series:
    defaults = {
        "states": pd.Series("active", index=customers.index),
        "as_of": D,
        "data_start": date(2010, 1, 1),
    }
    return lifecycle_stages(customers, thresholds=LifecycleThresholds(), **{**defaults, **options}).iloc[0]


@pytest.mark.parametrize(
    ("tenure", "revenue", "h", "market", "expected", "rule"),
    [
        (5, (0, 0, 20), 0.0, None, "childhood", "3"),
        (20, (0, 40, 60), 0.4, None, "adolescence", "7"),
        (60, (100, 100, 103), 0.02, None, "adult", "8"),
        (60, (100, 90, 81), -0.09, None, "old_age", "6"),  # -10 % exactly, which floats miss
        (60, (100, 100, 75), -0.25, None, "old_age", "5"),
        (60, (100, 100, 85), -0.05, None, "adult", "8"),
        (60, (100, 100, 80), -0.20, -0.25, "adult", "8"),
        (60, (100, 100, 75), 0.05, None, "adult", "8"),
        (60, (100, 100, 80), -0.20, None, "old_age", "5"),  # both limits exactly
        (60, (100, 100, 110), 0.0, 0.0, "adolescence", "7"),
    ],
)
def test_the_worked_examples(
    tenure: int, revenue: tuple, h: float, market: float | None, expected: str, rule: str
) -> None:
    found = stage(client(tenure, revenue, h), market_growth=market)
    assert (found["stage"], found["rule"], found["tenure_months"]) == (expected, rule, tenure)


def test_a_censored_first_purchase_is_never_childhood() -> None:
    start = shifted(D, -30)
    found = stage(client(30, (0, 50, 60)), data_start=start, n2_is_complete=False)
    assert found["stage"] == "adolescence"
    short = stage(client(11, (0, 50, 60)), data_start=shifted(D, -13), n1_is_complete=False)
    assert (short["stage"], short["rule"]) == ("undetermined", "7b")


def test_flags_say_what_to_keep_in_mind() -> None:
    def flags(*row: Any, **market: Any) -> str:
        return str(stage(client(*row), **{"market_growth": 0, "market_growth_before": 0, **market})["flags"])

    assert flags(60, (100, 100, 85), -0.05) == "watch"
    assert flags(60, (100, 100, 75), 0.05) == "watch"
    assert flags(60, (100, 100, 120), 0.0) == "revival"
    assert flags(35, (100, 100, 120), 0.0) == ""
    assert flags(60, (100, 0, 20), 0.0) == "reactivated"
    assert flags(60, (100, 100, 75), None) == "h_unknown"
    assert flags(60, (100, 100, 120), 0.0, market_growth=None) == "revival;not_market_adjusted"
    assert flags(60, (100, 90, 81), 0.0, market_growth_before=None) == "not_market_adjusted"
    assert flags(5, (0, 0, 20), 0.0, market_growth=None) == ""


def test_market_growth_may_differ_by_client_and_is_exact() -> None:
    customers = pd.concat([client(60, (100, 100, 80), -0.2)] * 3)
    customers.index = pd.Index(["a", "b", "c"])
    market = pd.Series({"a": -0.25, "b": Decimal("0"), "c": None}, dtype=object)
    found = lifecycle_stages(
        customers, states=pd.Series("active", index=customers.index), as_of=D, data_start=date(2010, 1, 1),
        thresholds=LifecycleThresholds(), market_growth=market,
    )  # fmt: skip
    assert found["stage"].tolist() == ["adult", "old_age", "old_age"]
    assert found["growth_relative"].round(4).tolist() == [0.0667, -0.2, -0.2]


def test_childhood_ends_twelve_months_after_the_first_purchase() -> None:
    first_day, last_day = client(12, (0, 5, 5)), client(12, (0, 5, 5))
    first_day["first_purchase"] = pd.Timestamp("2025-01-01")
    assert stage(first_day)["stage"] == "childhood"
    assert stage(last_day)["stage"] == "adult"  # bought on the last day before N


@pytest.mark.parametrize(
    ("row", "options", "expected", "rule"),
    [
        ((60, (100, 100, 100)), {"states": pd.Series({"C1": "lost"})}, "lost", "1"),
        ((60, (100, 0, 20), 0.0, 2), {}, "childhood", "2"),
        ((60, (100, 100, 100), 0.0, 2), {}, "occasional", "4"),
        ((60, (100, 0, 0)), {}, "undetermined", "7b"),
        ((60, (100, 100, -5), -0.5), {}, "old_age", "5"),
        ((60, (100, 90, 81)), {"n2_is_complete": False}, "adult", "8"),
    ],
)
def test_the_first_rule_that_matches_decides(row: tuple, options: dict, expected: str, rule: str) -> None:
    found = stage(client(*row), **options)
    assert (found["stage"], found["rule"]) == (expected, rule)


def test_a_client_that_never_bought_is_undetermined_unless_liquidated() -> None:
    never = client(5, (0, 0, 10)).assign(first_purchase=pd.NaT, purchase_days_24m=0)
    assert stage(never)[["stage", "rule"]].tolist() == ["undetermined", "0"]
    assert stage(never, states=pd.Series({"C1": "lost"}))["stage"] == "lost"


def test_contribution_of_each_stage() -> None:
    stages = pd.Series({"a": "adult", "b": "lost", "c": "adult"})
    table = stage_table(
        stages, pd.Series({"a": 60.0, "b": 0.0, "c": 40.0}), pd.Series({"a": 6.0, "b": None, "c": 4.0})
    )
    assert table["stage"].tolist() == list(STAGES)
    assert table.columns.tolist() == ["stage", "customers", "revenue", "revenue_share", "margin"]
    adult = table.set_index("stage").loc["adult"]
    assert adult.tolist() == [2, 100.0, 1.0, 10.0]


def test_moves_between_two_pictures() -> None:
    before = pd.Series({"a": "adult", "b": "adult"})
    after = pd.Series({"a": "old_age", "b": "adult", "c": "childhood"})
    matrix = transition_matrix(before, after)
    assert matrix.index.tolist() == [*STAGES, "absent"]
    assert matrix.loc["adult", "old_age"] == matrix.loc["absent", "childhood"] == 1
    moves = stage_moves(before, after)
    assert moves.to_dict("index") == {
        "a": {"stage_before": "adult", "stage": "old_age"},
        "c": {"stage_before": "absent", "stage": "childhood"},
    }
    with pytest.raises(LedgerError, match="b"):
        transition_matrix(before, after.drop("b"))


REVENUES = st.tuples(*[st.integers(-50, 500)] * 3)
HALVES = st.sampled_from([None, -0.5, -0.2, 0.1])
ROWS = st.lists(st.tuples(st.integers(0, 120), REVENUES, HALVES, st.integers(1, 9)), min_size=1, max_size=10)


@given(ROWS)
def test_stages_partition_the_clients_and_do_not_depend_on_units_or_order(rows: list) -> None:
    customers = pd.concat([client(*row) for row in rows], ignore_index=True)

    def stages(frame: pd.DataFrame) -> pd.Series:
        return lifecycle_stages(
            frame, states=pd.Series("active", index=frame.index), as_of=D, data_start=date(2010, 1, 1),
            thresholds=LifecycleThresholds(),
        )["stage"]  # fmt: skip

    found = stages(customers)
    assert found.isin(STAGES).all()
    money = ["revenue_n", "revenue_n1", "revenue_n2", "revenue_half", "revenue_half_before"]
    doubled = customers.assign(**{column: 2 * customers[column] for column in money})
    pd.testing.assert_series_equal(stages(doubled), found)
    pd.testing.assert_series_equal(stages(customers[::-1])[::-1], found)
    before = found.iloc[: len(found) // 2]
    matrix = transition_matrix(before, found)
    assert matrix.to_numpy().sum() == len(found)
    assert matrix.loc["absent"].sum() == len(found) - len(before)
