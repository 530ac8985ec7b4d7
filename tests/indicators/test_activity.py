from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.activity import activity_states, expected_intervals, state_table
from capclient.thresholds import ActivityThresholds
from capclient.vocabulary import STATES

LIMITS = ActivityThresholds()
D = date(2025, 9, 8)


def clients(rows: list[tuple[int | None, int, int, float | None]]) -> pd.DataFrame:
    """Return clients from (days since the last purchase, span, gaps, median gap)."""
    frame = pd.DataFrame(rows, columns=["recency", "span_days", "gaps", "median_gap"])
    frame["median_gap"] = frame["median_gap"].astype("float64")
    frame["last_purchase"] = pd.Timestamp(D) - pd.to_timedelta(frame.pop("recency"), unit="D")
    return frame


def states(frame: pd.DataFrame, **options: object) -> pd.DataFrame:
    return activity_states(frame, **{"as_of": D, "data_end": D, "thresholds": LIMITS, **options})  # type: ignore[arg-type]


def test_the_worked_example_is_at_risk_and_not_inactive() -> None:
    """Days 0, 30, 61, 91, 150 and D = 250, in a portfolio whose median gap is 45."""
    found = states(clients([(100, 150, 4, 30.5), (10, 59, 1, 59.5), (10, 45, 1, 45.0)]))
    first = found.iloc[0]
    assert (first["recency_days"], first["interval_days"], first["ratio"]) == (100, 40.0, 2.5)
    assert round(first["silence"], 4) == 0.0821
    assert first["state"] == "at_risk"


@pytest.mark.parametrize(
    ("recency", "state"),
    [(60, "active"), (61, "watch"), (92, "watch"), (93, "at_risk"), (120, "at_risk"), (121, "inactive")],
)
def test_bounds_belong_to_the_better_state(recency: int, state: str) -> None:
    assert states(clients([(recency, 160, 4, 40.0)])).loc[0, "state"] == state


def test_lost_takes_more_than_a_year() -> None:
    found = states(clients([(365, 160, 4, 40.0), (366, 160, 4, 40.0)]))
    assert found["state"].tolist() == ["inactive", "lost"]


def test_a_single_purchase_is_measured_with_the_interval_of_the_portfolio() -> None:
    found = states(clients([(60, 160, 4, 40.0), (61, 0, 0, None), (300, 0, 0, None)]))
    assert found["interval_days"].tolist() == [40.0] * 3
    assert found["state"].tolist() == ["active", "watch", "inactive"]
    assert found["override"].tolist() == ["", "single_purchase", "single_purchase"]


def test_a_client_that_never_bought_has_no_state() -> None:
    found = states(clients([(60, 160, 4, 40.0), (None, 0, 0, None)]))
    assert found.drop(columns="override").iloc[1].isna().all()


def test_without_any_repeat_purchase_no_interval_is_invented() -> None:
    frame = clients([(60, 0, 0, None)])
    intervals = expected_intervals(frame["span_days"], frame["gaps"], frame["median_gap"], shrinkage=2)
    assert intervals.isna().all()
    assert states(frame)["state"].isna().all()


def test_intervals_without_shrinkage_are_plain_means() -> None:
    frame = clients([(60, 160, 4, 30.0), (60, 0, 0, None)])
    found = expected_intervals(frame["span_days"], frame["gaps"], frame["median_gap"], shrinkage=Decimal(0))
    assert found.tolist() == [40.0, 30.0]


def test_stale_data_do_not_make_everybody_inactive() -> None:
    found = states(clients([(200, 160, 4, 40.0)]), data_end=date(2025, 3, 1))
    assert found.loc[0, "recency_days"] == 9
    assert found.loc[0, ["state", "override"]].tolist() == ["active", "data_end"]


def test_contracts_overrule_silence() -> None:
    frame = clients([(400, 160, 4, 40.0), (10, 160, 4, 40.0), (10, 160, 4, 40.0), (400, 160, 4, 40.0)])
    frame.index = pd.Index(["open", "ended", "renewed", "gone"])
    contracts = pd.DataFrame(
        {
            "customer_id": ["open", "open", "ended", "renewed", "gone"],
            "start": pd.to_datetime(["2020-01-01", "2025-01-01", "2024-01-01", "2024-01-01", "2019-01-01"]),
            "end": pd.to_datetime(["2024-12-31", None, "2025-07-09", "2025-07-09", "2021-01-01"]),
            "renewed_by": [None, None, " ", "K9", None],
        }
    )
    found = states(frame, contracts=contracts)
    assert found["state"].to_dict() == {
        "open": "active",
        "ended": "at_risk",
        "renewed": "active",
        "gone": "lost",
    }
    assert found["override"].tolist() == ["contract_active", "contract_ended", "", ""]
    sixty_days = contracts.assign(end=pd.to_datetime("2025-07-10"))
    assert states(frame, contracts=sixty_days).loc["ended", "state"] == "active"


def test_a_recorded_liquidation_is_a_loss() -> None:
    frame = clients([(10, 160, 4, 40.0), (10, 160, 4, 40.0)])
    frame["insolvency_date"] = pd.to_datetime(["2025-09-08", "2025-09-09"])
    found = states(frame)
    assert found["state"].tolist() == ["lost", "active"]
    assert found["override"].tolist() == ["insolvency", ""]


@pytest.mark.parametrize(
    ("bought", "as_of", "state"),
    [
        ("2024-11-05", "2025-08-31", "active"),  # out of season, silence stops at the end of the last season
        ("2024-11-05", "2025-11-29", "active"),  # the season is not over
        ("2024-11-05", "2025-12-29", "inactive"),  # a season missed, with 30 days of grace
        ("2024-11-05", "2025-12-30", "lost"),
        ("2021-11-05", "2025-08-31", "lost"),
    ],
)
def test_a_seasonal_client_is_judged_at_the_end_of_its_season(bought: str, as_of: str, state: str) -> None:
    frame = pd.DataFrame(
        {"last_purchase": pd.to_datetime([bought]), "span_days": [300], "gaps": [10], "median_gap": [14.0]}
    )
    seasons = pd.DataFrame({"seasonal": [True], "start_month": pd.array([9], dtype="Int64")})
    day = date.fromisoformat(as_of)
    found = activity_states(frame, as_of=day, data_end=day, thresholds=LIMITS, seasons=seasons)
    assert found.loc[0, ["state", "override"]].tolist() == [state, "seasonal"]
    assert activity_states(frame, as_of=day, data_end=day, thresholds=LIMITS).loc[0, "state"] in (
        "inactive",
        "lost",
    )


def test_states_and_their_revenue_in_a_table() -> None:
    table = state_table(pd.Series(["active", None]), pd.Series([5.0, 0.0]), pd.Series([1.0, 2.0]))
    assert table["state"].tolist() == list(STATES)
    assert table.iloc[0].tolist() == ["active", 1, 5.0, 1.0]


ROW = st.integers(0, 20).flatmap(
    lambda gaps: st.tuples(
        st.integers(0, 2000),
        st.integers(gaps, 40 * gaps),
        st.just(gaps),
        st.just(np.nan if gaps == 0 else 20.5),
    )
)


@given(st.lists(ROW, min_size=1, max_size=12))
def test_states_partition_the_clients_and_do_not_depend_on_the_order_of_rows(rows: list) -> None:
    frame = clients(rows)
    found = states(frame)
    if frame["gaps"].gt(0).any():
        assert found["state"].isin(STATES).all()
    shuffled = states(frame.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(shuffled.loc[frame.index], found)
