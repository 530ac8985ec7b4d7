"""The smallest change does change the class, and a cent or a day less does not."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.activity import activity_states
from capclient.indicators.concentration import abc_classes
from capclient.indicators.lifecycle import lifecycle_stages
from capclient.indicators.segments import rfm_scores, rfm_segments
from capclient.indicators.tipping import (
    DATED_DAYS,
    abc_tipping,
    rfm_tipping,
    smallest,
    stage_tipping,
    state_tipping,
)
from capclient.thresholds import ActivityThresholds, LifecycleThresholds
from tests.examples import few

AS_OF = date(2025, 12, 31)
CENTS = st.integers(-5_000, 500_000)


def euros(values):
    return pd.Series([value / 100 for value in values], index=[f"C{n}" for n in range(len(values))])


def test_the_smallest_step_is_found_wherever_it_stands():
    edges = np.arange(1, 200)
    found = smallest(lambda step: step >= edges, np.full(199, 150))
    assert found.tolist() == [edge if edge <= 150 else 0 for edge in edges]
    assert smallest(lambda step: step >= 1, np.array([0, -3])).tolist() == [0, 0]


@given(st.lists(CENTS, min_size=1, max_size=25))
@settings(deadline=None, max_examples=few(60))
def test_the_change_told_changes_the_abc_class_and_a_cent_less_does_not(values):
    revenue = euros(values)
    now = abc_classes(revenue).abc_class
    told = abc_tipping(revenue)

    def moved(client, change):
        return abc_classes(revenue.where(revenue.index != client, (revenue + change).round(2))).abc_class[
            client
        ]

    for client, row in told.iterrows():
        for word, amount, sign in (("class_up", "class_more", 1), ("class_down", "class_less", -1)):
            if pd.isna(row[amount]):
                continue
            assert moved(client, sign * row[amount]) == row[word] != now[client]
            assert moved(client, sign * round(row[amount] - 0.01, 2)) == now[client]


def test_who_has_no_class_above_or_below_has_no_amount():
    told = abc_tipping(pd.Series({"A": 100.0, "B": 0.0, "C": -5.0}))
    assert told.isna().all(axis=None)  # alone, it is in class A at any revenue
    assert len(abc_tipping(pd.Series(dtype="float64"))) == 0


def history(rows, insolvent=None):
    """Clients from days since their last purchase, days from first to last, gaps and median gap."""
    frame = pd.DataFrame(rows, columns=["silence", "span_days", "gaps", "median_gap"])
    frame.index = [f"C{n}" for n in range(len(frame))]
    frame["last_purchase"] = pd.Timestamp(AS_OF) - pd.to_timedelta(frame.pop("silence"), unit="D")
    frame["insolvency_date"] = pd.to_datetime(pd.Series(insolvent or [None] * len(frame), index=frame.index))
    return frame


def states(frame, later=0, **options):
    day = AS_OF + timedelta(days=later)
    return activity_states(frame, as_of=day, data_end=day, thresholds=ActivityThresholds(), **options).state


ROW = st.tuples(st.integers(0, 900), st.integers(1, 900), st.integers(1, 30), st.integers(1, 400))


@given(st.lists(ROW, min_size=1, max_size=12))
@settings(deadline=None, max_examples=few(40))
def test_the_day_told_changes_the_state_and_the_day_before_does_not(rows):
    frame = history(rows)
    told = state_tipping(frame, as_of=AS_OF, data_end=AS_OF, thresholds=ActivityThresholds())
    assert told.state.equals(states(frame))
    for client, days in told.days_left.items():
        if pd.isna(days):
            assert states(frame, 1_096)[client] == told.state[client]
            continue
        assert told.leaves_on[client].date() == AS_OF + timedelta(days=int(days))
        assert states(frame, int(days))[client] == told.state_next[client] != told.state[client]
        assert states(frame, int(days) - 1)[client] == told.state[client]
    assert told.state_if_order.eq("active").all()


def test_contracts_seasons_and_insolvencies_have_their_own_days():
    frame = history(
        [(10, 300, 10, 30), (700, 300, 10, 30), (10, 300, 10, 30), (120, 300, 10, 30)],
        [None, None, "2026-02-01", None],
    )
    contracts = pd.DataFrame(
        {
            "customer_id": ["C1"],
            "start": pd.to_datetime(["2025-01-01"]),
            "end": pd.to_datetime(["2026-01-31"]),
            "renewed_by": [None],
        }
    )
    seasons = pd.DataFrame(
        {"seasonal": [False, False, False, True], "start_month": [1, 1, 1, 8]}, index=frame.index
    )
    options = {"contracts": contracts, "seasons": seasons.astype({"start_month": "Int64"})}
    told = state_tipping(frame, as_of=AS_OF, data_end=AS_OF, thresholds=ActivityThresholds(), **options)
    assert told.state["C1"] == "active"  # under contract, whatever its silence
    assert told.leaves_on["C1"] == pd.Timestamp("2026-02-01") and told.state_next["C1"] == "lost"
    assert (told.leaves_on["C2"], told.state_next["C2"]) == (pd.Timestamp("2026-02-01"), "lost")
    for client in ("C1", "C2", "C3"):
        days = told.days_left[client]
        if pd.isna(days):
            assert states(frame, DATED_DAYS, **options)[client] == told.state[client]
        else:
            assert states(frame, int(days), **options)[client] == told.state_next[client]
            assert states(frame, int(days) - 1, **options)[client] == told.state[client]
    late = frame.assign(insolvency_date=pd.NaT)
    without = state_tipping(late, as_of=AS_OF, data_end=AS_OF, thresholds=ActivityThresholds())
    assert pd.isna(without.days_left["C1"]) and without.state["C1"] == "lost"


def test_a_part_of_the_portfolio_keeps_the_rhythm_of_the_whole():
    frame = history([(50, 0, 0, None), (10, 300, 10, 30), (10, 300, 3, 100)])
    whole = states(frame)
    alone = states(frame.iloc[:1], typical_gap=float(frame.median_gap.median()))
    assert alone["C0"] == whole["C0"]
    assert states(frame.iloc[:1]).isna().all()  # without it, nothing tells its rhythm


def life(rows):
    frame = pd.DataFrame(
        rows, columns=["revenue_n", "revenue_n1", "revenue_n2", "revenue_half", "revenue_half_before"]
    )
    frame = (frame / 100).assign(first_purchase=pd.Timestamp("2018-01-01"), purchase_days_24m=20)
    return frame.set_axis([f"C{n}" for n in range(len(frame))])


def stages(rows):
    return lifecycle_stages(
        rows, states=pd.Series("active", index=rows.index), as_of=AS_OF, data_start=date(2015, 1, 1),
        thresholds=LifecycleThresholds(),
    ).stage  # fmt: skip


MONEY = st.integers(1, 2_000_000)


@given(st.lists(st.tuples(MONEY, MONEY, MONEY, MONEY, MONEY), min_size=1, max_size=10))
@settings(deadline=None, max_examples=few(40))
def test_the_amount_told_changes_the_stage_and_a_cent_less_does_not(rows):
    frame = life(rows)
    now, told = stages(frame), stage_tipping(frame, stages)

    def moved(client, change):
        one = frame.loc[[client]]
        return stages(
            one.assign(
                revenue_n=(one.revenue_n + change).round(2), revenue_half=(one.revenue_half + change).round(2)
            )
        )[client]

    for client, row in told.iterrows():
        for word, amount, sign in (("stage_up", "stage_more", 1), ("stage_down", "stage_less", -1)):
            if pd.isna(row[amount]):
                continue
            assert moved(client, sign * row[amount]) == row[word] != now[client]
            assert moved(client, sign * round(row[amount] - 0.01, 2)) == now[client]
    old = now.index[now == "old_age"]
    assert (
        told.stage_more[old].notna().all() and told.stage_less[now.index[now == "adolescence"]].notna().all()
    )


def test_a_stage_that_no_amount_moves_has_none():
    frame = life([(10_000, 10_000, 10_000, 5_000, 5_000)])
    told = stage_tipping(frame, lambda rows: pd.Series("lost", index=rows.index))
    assert told.isna().all(axis=None)
    assert stage_tipping(frame.iloc[:0], stages).columns.tolist() == [
        "stage_up", "stage_more", "stage_down", "stage_less",
    ]  # fmt: skip


@pytest.mark.parametrize("levels", [3, 5])
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 5), st.integers(-100, 3_000)), min_size=1, max_size=20
    )
)
@settings(deadline=None, max_examples=few(40))
def test_one_more_point_asks_for_what_is_told_and_no_less(levels, rows):
    frame = pd.DataFrame(rows, columns=["r", "f", "m"]).assign(m=lambda table: table.m / 100)
    scores = rfm_scores(frame.r, frame.f, frame.m, levels=levels)
    told = rfm_tipping(frame.r, frame.f, frame.m, levels=levels)

    def score(client, name, value):
        changed = frame.astype("float64")
        changed.loc[client, name] = value
        return rfm_scores(changed.r, changed.f, changed.m, levels=levels).loc[client]

    for client, row in told.iterrows():
        if pd.notna(row.m_more):
            assert score(client, "m", round(frame.m[client] + row.m_more, 2)).m > scores.m[client]
            assert score(client, "m", round(frame.m[client] + row.m_more - 0.01, 2)).m == scores.m[client]
        if pd.notna(row.f_more):
            assert score(client, "f", frame.f[client] + row.f_more).f > scores.f[client]
            assert score(client, "f", frame.f[client] + row.f_more - 1).f == scores.f[client]
        after = pd.DataFrame(
            {
                "r": [score(client, "r", 0).r],
                "f": [score(client, "f", frame.f[client] + int(frame.r[client] > 0)).f],
                "m": [scores.m[client]],
            }
        )
        assert row.segment_if_order == rfm_segments(after, levels=levels).iloc[0]


def test_an_order_of_today_adds_no_day_to_who_already_bought_today():
    recency, days = pd.Series([0, 10, 20, 30, 40]), pd.Series([3, 4, 4, 4, 4])
    found = rfm_tipping(recency, days, pd.Series([400.0] * 5), levels=5)
    own = rfm_segments(rfm_scores(recency, days, pd.Series([400.0] * 5), levels=5), levels=5)
    assert found.segment_if_order[0] == own[0]


def test_who_never_bought_has_no_next_point():
    told = rfm_tipping(pd.Series([5.0, None]), pd.Series([2, 0]), pd.Series([10.0, 0.0]), levels=3)
    assert told.iloc[1].isna().all()
