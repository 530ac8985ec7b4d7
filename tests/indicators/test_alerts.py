"""Losses of volume, seasons, deadlines, calls and contacts: the exact days and the exact cents (8.3 to 8.5, 16)."""

from datetime import date, timedelta
from fractions import Fraction

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.alert_dates import (
    contact_risks,
    due_deadlines,
    in_season,
    next_season,
    season_call,
    season_short,
    season_to_judge,
    uncalled,
)
from capclient.indicators.alerts import false_alarms, recovered, risen, volume_losses
from capclient.periods import clipped
from capclient.vocabulary import Unknown
from tests.examples import few

CENTS = st.integers(-20_000, 900_000)
MONTHS = st.lists(st.tuples(CENTS, CENTS), min_size=3, max_size=3)


def judged(now, before, *, age=40, **options):
    frame = [pd.DataFrame([row], index=["C"]) / 100 for row in (now, before)]
    return volume_losses(*frame, age_months=pd.Series({"C": age}), **options).loc["C"]


@given(MONTHS, st.integers(10, 20))
@settings(deadline=None, max_examples=few(150))
def test_the_alert_is_the_rule_in_whole_cents(months, age):
    now, before = [one for one, _ in months], [other for _, other in months]
    row = judged(now, before, age=age)
    base = sum(before)
    expected = (
        base > 0
        and Fraction(sum(now), base) - 1 <= Fraction(-1, 4)
        and base - sum(now) >= 50_000
        and sum(one < other for one, other in months) >= 2
        and age >= 15
    )
    assert row.alert == expected


def test_the_bounds_are_within():
    assert judged([50_000, 50_000, 50_000], [66_666, 66_667, 66_667]).alert  # 500.00 of 2 000.00 euros
    assert not judged([50_000, 50_000, 50_001], [66_666, 66_667, 66_667]).alert
    assert not judged([50_000] * 3, [66_666, 66_667, 66_667], age=14).alert
    assert judged([50_000] * 3, [66_666, 66_667, 66_667], age=15).alert
    assert not judged([50_000] * 3, [66_666, 66_667, 66_667], least="500.01").alert


def test_a_client_whose_age_is_unknown_is_not_judged():
    assert not judged([0, 0, 0], [90_000] * 3, age=pd.NA).alert


def test_an_alert_that_stands_counts_once_and_the_first_month_tells_nothing():
    stands = pd.DataFrame([[True, True, False, True, True]])
    assert risen(stands).to_numpy().tolist() == [[False, False, False, True, False]]


def test_a_client_is_back_only_in_months_that_the_alert_did_not_see():
    now = pd.DataFrame([[10.0, 100, 100, 10, 10, 10, 10, 10]])
    before = pd.DataFrame([[100.0] * 8])
    told = recovered(now, before, within=6, span=3)
    assert told.iloc[0, :2].tolist() == [False, False]  # the two good windows share months with the alert
    now[4] = 100.0
    assert recovered(now, before, within=6, span=3).iloc[0, 0]


def test_no_past_alert_gives_no_share():
    told = false_alarms(pd.Series([False]), pd.Series([True]), 10)
    assert told["share"] == Unknown("denominator_zero") and told["per_100"] == 0


def test_a_season_around_new_year_is_one():
    start = pd.Series({"C": 12})
    assert [in_season(date(2025, month, 5), start)["C"] for month in (11, 12, 1, 2, 3)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert next_season(date(2025, 12, 31), 12) == date(2026, 12, 1)
    assert season_call(next_season(date(2025, 10, 1), 12)) == date(2025, 10, 17)


@given(st.dates(date(2020, 1, 1), date(2029, 12, 31)), st.integers(1, 12))
@settings(deadline=None, max_examples=few(300))
def test_a_season_is_judged_on_the_same_days_of_last_year(day, start):
    judged_days = season_to_judge(day, start)
    if judged_days is None:
        return
    now, before = judged_days
    assert now.start <= now.end <= day <= now.start + timedelta(days=92 + 30)
    assert day >= clipped(now.start, 1).replace(day=16)
    assert (before.start.month, before.start.day) == (now.start.month, 1)
    assert abs(now.days - before.days) <= 1  # 29 February
    assert in_season(now.end, pd.Series([start])).all()


def test_seventy_percent_is_enough():
    assert season_short(pd.Series([0.70, 0.69, -1.0]), pd.Series([1.0, 1.0, 1.0])).tolist() == [
        False,
        True,
        True,
    ]


def contracts(*rows):
    names = [
        "contract_id",
        "customer_id",
        "start",
        "end",
        "notice_date",
        "tender_date",
        "renewed_by",
        "annual_amount",
    ]
    return pd.DataFrame(rows, columns=names)


def test_deadlines_are_clipped_to_the_month_and_stay_until_resolved():
    open_one = ("K1", "C", "2025-06-01", "2026-11-30", None, "2026-05-31", None, 1.0)
    table = contracts(open_one)
    assert due_deadlines(table, as_of=date(2026, 2, 27)).empty
    (first,) = due_deadlines(table, as_of=date(2026, 2, 28)).to_dict("records")
    assert (first["kind"], first["since"]) == ("tender_date", pd.Timestamp("2026-02-28"))
    late = due_deadlines(table, as_of=date(2026, 8, 30))
    assert late.kind.tolist() == ["tender_date", "end"] and late.since.iloc[1] == pd.Timestamp("2026-08-30")
    assert len(due_deadlines(table, as_of=date(2027, 8, 30))) == 2
    assert due_deadlines(contracts((*open_one[:6], "K2", 1.0)), as_of=date(2027, 8, 30)).empty
    follower = ("K2", "C", "2026-12-01", "2030-11-30", None, None, None, 1.0)
    assert due_deadlines(contracts(open_one, follower), as_of=date(2026, 12, 2)).empty
    assert len(due_deadlines(contracts(open_one, follower), as_of=date(2026, 11, 29))) == 2


def test_the_tender_that_won_a_contract_is_no_deadline():
    won = ("K1", "C", "2025-06-01", None, None, "2025-01-31", None, 1.0)
    assert due_deadlines(contracts(won), as_of=date(2025, 12, 31)).empty


def test_a_first_order_of_10_march_is_to_be_called_by_17_march():
    first, nobody = (
        pd.to_datetime(pd.Series({"C": "2026-03-10"})),
        pd.DataFrame({"customer_id": [], "date": []}),
    )
    nobody["date"] = pd.to_datetime(nobody.date)
    assert uncalled(first, nobody, as_of=date(2026, 3, 17)).isna().all()
    assert uncalled(first, nobody, as_of=date(2026, 3, 18))["C"] == pd.Timestamp("2026-03-17")
    before = pd.DataFrame({"customer_id": ["C"], "date": pd.to_datetime(["2026-03-09"])})
    assert (
        uncalled(first, before, as_of=date(2026, 3, 18)).notna().all()
    )  # a call before the order is not this one


def test_who_comes_after_the_day_is_not_known_and_who_leaves_after_it_is_still_there():
    rows = pd.DataFrame(
        [("C", "Ada", "theirs", "2020-01-01", "2026-01-01"), ("C", "Eve", None, "2025-12-31", None),
         ("C", "Tom", "ours", None, None), ("C", "Zoé", "theirs", "2026-02-01", None)],
        columns=["customer_id", "person", "side", "since", "until"],
    )  # fmt: skip
    now, later = (contact_risks(rows, as_of=day).loc["C"] for day in (date(2025, 12, 31), date(2026, 1, 31)))
    assert (now.people, now.single, now.changed) == (2, False, False)
    assert (later.people, later.single, later.changed) == (1, True, True)
    assert not contact_risks(rows, as_of=date(2027, 1, 1)).loc["C"].changed  # a year is over
