"""Contacts, before anybody's portfolio: dates, merging, working days, what fits in a diary."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.indicators.contact_schedule import CALLS, VISITS, Capacity, merged, scheduled, working_days
from capclient.indicators.contacts import (
    KINDS,
    LEGAL,
    REASONS,
    cadence,
    debt_steps,
    spread,
    survey_date,
    young_dates,
)
from capclient.regulation.holidays import is_working_day, next_working_day, public_holidays

D = date(2025, 12, 31)
END = date(2026, 3, 31)


def test_the_eleven_holidays_of_2026_and_the_leap_years():
    assert sorted(public_holidays(2026)) == [
        date(2026, *day)
        for day in (
            (1, 1),
            (4, 6),
            (5, 1),
            (5, 8),
            (5, 14),
            (5, 25),
            (7, 14),
            (8, 15),
            (11, 1),
            (11, 11),
            (12, 25),
        )
    ]
    assert (
        date(2008, 5, 1) in public_holidays(2008) and len(public_holidays(2008)) == 10
    )  # Ascension fell on May 1
    assert is_working_day(date(2024, 2, 29))
    assert next_working_day(date(2026, 5, 14)) == date(2026, 5, 15)
    assert next_working_day(date(2026, 12, 25)) == date(2026, 12, 28)


def test_a_rhythm_goes_on_from_the_last_contact_or_from_today_when_it_is_late():
    rhythm = {"every": 30, "as_of": D, "end": END}
    assert cadence("C", date(2025, 12, 20), is_recorded=True, **rhythm) == [
        date(2026, 1, 19), date(2026, 2, 18), date(2026, 3, 20),
    ]  # fmt: skip
    late = cadence("C", date(2024, 1, 1), is_recorded=True, **rhythm)
    assert late[:2] == [date(2024, 1, 31), date(2026, 1, 30)]
    assert cadence("C", None, is_recorded=True, **rhythm)[0] == D
    unknown = cadence("C", None, is_recorded=False, **rhythm)
    assert D < unknown[0] <= D + timedelta(days=30)


def test_clients_whose_contacts_nobody_wrote_down_are_spread_evenly():
    places = pd.Series([spread(f"client {n}", 91) for n in range(5_000)])
    assert places.between(1, 91).all() and places.value_counts().max() < 100


def test_a_young_client_is_seen_at_month_ends_and_on_the_29th_of_february():
    days = young_dates(date(2023, 11, 30), None, as_of=date(2024, 1, 31), end=date(2024, 5, 31))
    assert days == [date(2024, 1, 30), date(2024, 2, 29), date(2024, 5, 30)]
    days = young_dates(date(2024, 2, 29), None, as_of=date(2024, 3, 1), end=date(2024, 9, 1))
    assert days == [date(2024, 3, 29), date(2024, 4, 29), date(2024, 5, 29), date(2024, 8, 29)]


def test_a_survey_waits_for_ninety_days_after_an_open_claim():
    last = date(2024, 2, 29)
    assert survey_date("C", last, last, None, as_of=D) == date(2025, 2, 28)
    assert survey_date("C", last, last, date(2025, 12, 1), as_of=D) == date(2026, 3, 2)


def test_letters_follow_a_debt_by_one_fifteen_and_thirty_days():
    assert debt_steps(D, as_of=D, end=END) == [("reminder", date(2026, 1, 1))]
    yesterday = debt_steps(date(2025, 12, 30), as_of=D, end=END)
    assert yesterday == [
        ("reminder", D), ("dunning", date(2026, 1, 14)), ("formal_notice", date(2026, 1, 29)),
    ]  # fmt: skip
    assert debt_steps(date(2025, 12, 30), as_of=D, end=END, last_sent=D)[0][0] == "dunning"
    assert debt_steps(date(2024, 2, 28), as_of=D, end=END) == [("formal_notice", date(2024, 3, 29))]


def rows(*told):
    frame = pd.DataFrame(told, columns=["customer_id", "kind", "reason", "due", "stake"])
    frame["due"] = pd.to_datetime(frame["due"])
    return frame.assign(wanted=frame["due"])


def test_the_most_urgent_reason_gives_the_date_and_the_strongest_kind_stays():
    found = merged(
        rows(
            ("A", "mailing", "mailing", "2026-03-10", None),
            ("A", "call", "first_order", "2026-03-17", 10.0),
            ("A", "visit", "young", "2026-03-20", 30.0),
            ("A", "survey", "survey", "2026-03-28", None),
            ("B", "survey", "survey", "2026-03-18", None),
        )
    )
    assert found.customer_id.tolist() == ["A", "A", "B"]
    first = found.iloc[0]
    assert (first.kind, first.reasons, first.stake) == ("visit", "first_order young mailing", 30.0)
    assert first.due == pd.Timestamp("2026-03-17") and first["merged"] == 2


def test_ten_days_apart_are_one_contact_and_eleven_are_two():
    for day, many in (("2026-03-11", 1), ("2026-03-12", 2)):
        pair = rows(("A", "call", "small", "2026-03-01", None), ("A", "call", "small", day, None))
        assert len(merged(pair)) == many


def test_a_letter_about_a_debt_never_merges_with_a_call_and_claims_its_own_amount():
    found = merged(
        rows(
            ("A", "formal_notice", "overdue", "2026-03-03", 100.0),
            ("A", "reminder", "overdue", "2026-03-02", 900.0),
            ("A", "call", "small", "2026-03-02", None),
        )
    )
    assert sorted(found.kind) == ["call", "formal_notice"]
    assert found.stake[found.kind == "formal_notice"].item() == 100.0


def diary(frame, **capacities):
    whole = merged(frame).assign(owner="Ann")
    rooms = {("", name): Capacity(rate) for name, rate in capacities.items()}
    return scheduled(whole, as_of=D, end=END, capacities=rooms)


def test_what_does_not_fit_is_told_with_its_stake_and_the_dearest_is_served_first():
    visits = rows(*((f"C{n:02}", "visit", "adult", "2026-01-02", float(n)) for n in range(40)))
    plan, over = diary(visits, **{VISITS: 2.0, CALLS: 30.0})
    assert len(plan) == 27 and len(plan) + len(over) == 40  # two a week for thirteen weeks, one on January 2
    assert over.due.isna().all() and over.stake.tolist() == sorted(over.stake, reverse=True)
    assert plan.stake.min() > over.stake.max()
    assert plan.groupby(plan.due.dt.isocalendar().week).size().max() == 2
    assert plan[plan.due == plan.due.min()].stake.item() == 39.0


def test_a_contact_wanted_on_a_day_off_at_the_end_of_the_plan_takes_place_before():
    calls = rows(*((f"C{n}", "call", "small", "2026-01-31", None) for n in range(5)))  # a Saturday
    plan, over = scheduled(
        merged(calls).assign(owner="Ann"),
        as_of=D,
        end=date(2026, 1, 31),
        capacities={("", CALLS): Capacity(20.0)},
    )
    assert over.empty and [str(day.date()) for day in plan.due] == ["2026-01-29"] + ["2026-01-30"] * 4


def test_no_more_calls_a_day_than_a_person_can_make():
    calls = rows(*((f"C{n:02}", "call", "small", "2026-01-02", None) for n in range(30)))
    plan, over = diary(calls, **{VISITS: 2.0, CALLS: 20.0})
    assert over.empty and plan.groupby("due").size().max() == 4


contact = st.tuples(
    st.sampled_from(["A", "B", "C"]),
    st.sampled_from([reason for reason in REASONS if reason != "overdue"]),
    st.sampled_from([kind for kind in KINDS if kind not in LEGAL]),
    st.integers(-40, 88),
    st.one_of(st.none(), st.floats(0, 1e6)),
)


@settings(max_examples=60)
@given(st.lists(contact, max_size=25), st.sampled_from([0.5, 1.0, 10.0]))
def test_nobody_is_contacted_twice_within_ten_days_nor_on_a_holiday(told, rate):
    frame = rows(
        *((who, kind, reason, D + timedelta(days=day), stake) for who, reason, kind, day, stake in told)
    )
    if len(frame):
        soonest = [next_working_day(max(day.date(), D + timedelta(days=1))) for day in frame.due]
        frame["due"] = pd.to_datetime(pd.Series(soonest))
    plan, over = diary(frame, visits=rate, calls=rate, letters=rate)
    assert all(is_working_day(day.date()) and D < day.date() <= END for day in plan.due)
    for _, mine in plan.groupby("customer_id"):
        gaps = mine.due.sort_values().diff().dropna()
        assert (gaps > pd.Timedelta(days=10)).all()
    for whole in (plan, over):
        assert whole.reasons.str.len().gt(0).all()
    asked = {(who, reason) for who, reason, *_ in told}
    both = pd.concat([plan, over])
    kept = {
        (who, code)
        for who, codes in zip(both.customer_id, both.reasons, strict=True)
        for code in codes.split()
    }
    assert kept == asked  # merged or without a day, no reason is lost


def test_the_days_of_a_plan_are_those_that_people_work():
    days = working_days(date(2026, 4, 30), date(2026, 5, 31))
    assert len(days) == 17 and date(2026, 5, 25) not in days


@pytest.mark.parametrize("rate", [0.0, 0.4, 2.5, 3.2, 30.0])
def test_the_weeks_of_a_capacity_add_up_to_its_rate(rate):
    assert abs(sum(Capacity(rate).of_week(week) for week in range(52)) - rate * 52) < 1
