"""Stages over time, what clients bring over their life, and contacts by stage: by hand and by properties (7)."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.cadence import cadence, cadence_by_stage
from capclient.indicators.contribution import at_ages, cohort_curves, cumulated, months_to_cover
from capclient.indicators.stage_history import (
    IN_LIFE,
    composition,
    confirmed_stages,
    disjoint_pairs,
    passage_rates,
    passages,
    passed,
    stage_courses,
    year_pairs,
)
from capclient.indicators.stage_projection import expected_stages, kept_stages, past_guesses
from capclient.periods import shifted
from capclient.vocabulary import STAGES

D = date(2025, 12, 31)
DAYS = [shifted(D, -3 * back) for back in range(12, -1, -1)]
COURSES = st.lists(
    st.tuples(st.integers(0, 13), st.lists(st.sampled_from(STAGES), min_size=13, max_size=13)),
    min_size=1,
    max_size=8,
)


def history(rows: list) -> pd.DataFrame:
    """Stages of clients that are no client yet at their first reviews."""
    table = [[None] * absent + stages[absent:] for absent, stages in rows]
    return pd.DataFrame(table, columns=DAYS, dtype="str")


def test_a_change_is_believed_at_the_second_review_in_a_row_and_dated_from_the_first():
    raw = pd.DataFrame([["adult", "old_age", "old_age", "adult", "old_age"]], columns=DAYS[-5:])
    assert confirmed_stages(raw, confirmations=2).iloc[0].tolist() == [
        "adult", "adult", "old_age", "old_age", "old_age",
    ]  # fmt: skip
    course = stage_courses(raw, confirmations=2).iloc[0]
    assert (course.stage, course.since, course.changes, course.flickers) == ("old_age", DAYS[-4], 1, 1)
    assert (course.changes_raw, course.sequence, course.is_pending) == (3, "adult;old_age", False)


def test_a_stage_seen_once_at_the_last_review_is_pending_and_no_flicker():
    raw = pd.DataFrame([["adult", "adult", "old_age"]], columns=DAYS[-3:])
    course = stage_courses(raw, confirmations=2).iloc[0]
    assert (course.stage, course.stage_raw, course.is_pending, course.flickers) == (
        "adult",
        "old_age",
        True,
        0,
    )


def test_a_client_counts_from_its_first_review_whatever_comes_before():
    raw = pd.DataFrame([[None, "childhood", "childhood", "adult", "adult"]], columns=DAYS[-5:])
    course = stage_courses(raw, confirmations=2).iloc[0]
    assert (course.sequence, course.since, course.is_since_start) == ("childhood;adult", DAYS[-2], False)


@given(COURSES)
def test_one_confirmation_gives_the_raw_stages_back(rows):
    raw = history(rows)
    once = confirmed_stages(raw, confirmations=1)
    assert (once.isna() == raw.isna()).all(axis=None)
    assert (once.fillna("") == raw.fillna("")).all(axis=None)
    courses = stage_courses(raw, confirmations=1)
    assert (courses.changes == courses.changes_raw).all() and not courses.flickers.any()
    assert not courses.is_pending.any()


@given(COURSES, st.integers(1, 4))
def test_confirmed_stages_never_run_ahead_of_the_raw_ones(rows, confirmations):
    raw = history(rows)
    held = confirmed_stages(raw, confirmations=confirmations)
    courses = stage_courses(raw, confirmations=confirmations)
    assert (courses.changes <= courses.changes_raw).all()
    assert (courses.flickers + courses.changes <= courses.changes_raw).all()
    for client in range(len(raw)):
        for place in range(1, len(DAYS)):
            before, now = held.iloc[client, place - 1], held.iloc[client, place]
            if isinstance(before, str) and before != now:
                window = raw.iloc[client, place - confirmations + 1 : place + 1]
                assert (window == now).all() and len(window) == confirmations
        said = courses.sequence.iloc[client].split(";") if courses.sequence.iloc[client] else []
        assert len(said) == courses.changes.iloc[client] + bool(raw.iloc[client].notna().any())


@given(COURSES)
def test_later_reviews_change_nothing_confirmed_before(rows):
    raw = history(rows)
    whole = confirmed_stages(raw, confirmations=2)
    part = confirmed_stages(raw.iloc[:, :9], confirmations=2)
    assert (whole.iloc[:, :9].fillna("") == part.fillna("")).all(axis=None)


@given(COURSES)
def test_stages_partition_the_clients_at_every_review_and_rows_of_passages_sum(rows):
    raw = history(rows)
    parts = composition(raw, raw.notna().astype("float64") * 10)
    sizes = parts.groupby("day").customers.sum()
    assert (sizes == raw.notna().sum()).all()
    shares = parts.groupby("day").revenue_share.sum(min_count=1).dropna()
    assert shares.round(9).eq(1).all()
    pairs = year_pairs(DAYS)
    counts = passages(raw, pairs)
    assert len(pairs) == 9
    assert counts.customers.sum() == sum(int((raw[a].notna() & raw[b].notna()).sum()) for a, b in pairs)
    rates = passage_rates(counts)
    if len(rates):
        assert rates.groupby("stage_before").rate.sum().round(9).eq(1).all()
        assert (
            rates.groupby("stage_before").customers.sum() == rates.groupby("stage_before").of.first()
        ).all()
    there, whole = passed(counts, STAGES)
    assert 0 <= there <= whole == counts.customers.sum()


def test_pairs_that_share_no_month_are_counted_back_from_the_latest():
    assert disjoint_pairs(year_pairs(DAYS)) == [(shifted(D, -36), shifted(D, -24)), (shifted(D, -24), shifted(D, -12)),
                                                (shifted(D, -12), D)]  # fmt: skip
    assert disjoint_pairs([]) == []


@given(COURSES)
def test_a_guess_keeps_the_number_of_clients(rows):
    raw = history(rows)
    today = raw[D][raw[D].isin(IN_LIFE)].value_counts()
    rates = passage_rates(passages(raw, year_pairs(DAYS)))
    for guess in (expected_stages(today, rates), kept_stages(today)):
        assert guess.sum() == pytest.approx(today.sum())
        assert (guess >= 0).all()


def test_a_past_guess_uses_only_pairs_that_were_over():
    steady = history([(0, ["adult"] * 13), (0, ["old_age"] * 5 + ["lost"] * 8)])
    guesses = past_guesses(steady)
    assert guesses.day.tolist() == DAYS[4:9]
    assert guesses.customers.tolist() == [2, 1, 1, 1, 1]
    assert guesses.error.tolist() == [0.5, 0, 0, 0, 0]  # nobody had been seen to leave old age before
    changed = steady.copy()
    changed.iloc[:, 9:] = "childhood"  # what happens later
    assert past_guesses(changed).iloc[0].tolist()[:2] == guesses.iloc[0].tolist()[:2]


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 40), st.integers(-5_000, 90_000)),
        min_size=1,
        max_size=30,
    )
)
def test_what_was_brought_is_the_plain_sum_to_the_cent(rows):
    frame = pd.DataFrame(rows, columns=["customer_id", "age", "revenue"])
    table = cumulated(frame, pd.Index(list("ABC")), measure="revenue", months=36)
    for client in "ABC":
        for age in (0, 1, 12, 36):
            mine = frame[(frame.customer_id == client) & (frame.age < age)]
            assert table.loc[client, age] == pytest.approx(mine.revenue.sum() / 100, abs=1e-9)


def test_a_client_counts_at_the_ages_it_reached_even_when_it_left():
    rows = pd.DataFrame(
        {"customer_id": ["A", "B", "C"], "age": [0, 0, 0], "revenue": [100_00, 300_00, 900_00]}
    )
    brought = cumulated(rows, pd.Index(["A", "B", "C"]), measure="revenue", months=24)
    ages = at_ages(brought, pd.Series([24, 12, 3], index=brought.index), (6, 12, 24, 36))
    assert ages.customers.tolist() == [2, 2, 1, 0]
    assert ages["median"].tolist()[:3] == [200.0, 200.0, 100.0] and pd.isna(ages["median"][36])
    assert ages.total.tolist() == [400.0, 400.0, 100.0, 0.0]


def test_the_curve_of_a_cohort_stops_where_its_youngest_client_does():
    rows = pd.DataFrame({"customer_id": ["A", "B"], "age": [0, 0], "revenue": [100_00, 300_00]})
    brought = cumulated(rows, pd.Index(["A", "B"]), measure="revenue", months=24)
    curves = cohort_curves(brought, pd.Series([20, 8]), pd.Series([2024, 2024]))
    assert curves.age.max() == 8 and curves["median"].is_monotonic_increasing
    assert months_to_cover(brought, pd.Series([20, 8]), 200.0).is_covered.tolist() == [False, True]


INTENDED = {"childhood": (6, 12), "adult": (1, 4)}


@pytest.mark.parametrize(
    ("contacts", "stage", "present", "verdict", "gap"),
    [
        (1, "adult", 12, "within", 0), (4, "adult", 12, "within", 0), (5, "adult", 12, "above", -1),
        (0, "adult", 12, "below", 1), (3, "childhood", 6, "within", 0), (2, "childhood", 6, "below", 1),
        (7, "childhood", 6, "above", -1), (2, "childhood", 5, "below", 1), (9, "childhood", 2, None, 0),
        (9, "lost", 12, None, 0),
    ],
)  # fmt: skip
def test_contacts_are_held_against_the_cadence_in_proportion_to_presence(
    contacts, stage, present, verdict, gap
):
    row = cadence(pd.Series([contacts]), pd.Series([stage]), pd.Series([present]), intended=INTENDED).iloc[0]
    assert (row.verdict if isinstance(row.verdict, str) else None) == verdict
    assert row.gap == gap


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(STAGES), st.integers(0, 12)), max_size=20))
def test_the_table_of_cadences_counts_each_judged_client_once(rows):
    frame = pd.DataFrame(rows, columns=["contacts", "stage", "present"])
    stages = frame.stage.astype("str")
    table = cadence(frame.contacts, stages, frame.present.astype("int64"), intended=INTENDED)
    parts = cadence_by_stage(table, stages, tuple(INTENDED))
    assert parts.customers.sum() == table.verdict.notna().sum()
    assert (parts[["below", "within", "above"]].sum(axis=1) == parts.customers).all()
