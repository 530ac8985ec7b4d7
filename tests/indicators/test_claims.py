"""Claims: delays with open ones apart, causes, ways out of disputes, the part of the risk, reasons of losses."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.claims import (
    causes,
    causes_for,
    claims_part,
    delays,
    expected_days,
    rate_per,
    resolution_days,
    same_words,
    way_out,
    within_delay,
)
from capclient.indicators.loss_reasons import loss_reasons, loss_table, reason_source
from capclient.vocabulary import Unknown

D = date(2025, 6, 30)
HALF, SINCE = date(2024, 12, 31), date(2023, 6, 30)


def claims(*rows):
    columns = ["customer_id", "date", "closed", "type", "severity", "score_nps"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("date", "closed"):
        frame[name] = pd.to_datetime(frame[name])
    return frame.assign(opened=pd.NaT, called_back=pd.NaT)


def test_what_is_closed_after_d_is_still_open_at_d():
    lasted = delays(claims(("A", "2025-06-01", "2025-07-15", "claim", None, None)), as_of=D)
    assert lasted.is_closed.tolist() == [False] and lasted.days.tolist() == [29.0]


def test_a_closing_before_the_opening_has_no_delay_and_stays_closed():
    lasted = delays(claims(("A", "2025-06-10", "2025-06-01", "claim", None, None)), as_of=D)
    assert lasted.is_closed.tolist() == [True] and lasted.days.isna().all()
    assert resolution_days(lasted) == Unknown("missing:closed")


def test_the_median_of_the_closed_ones_hides_what_drags_on_and_kaplan_meier_does_not():
    lasted = pd.DataFrame(
        {"is_closed": [True] * 3 + [False] * 3, "days": [2.0, 4.0, 6.0, 90.0, 120.0, 200.0]}
    )
    assert resolution_days(lasted) == 4.0
    assert expected_days(lasted) == 6.0
    stuck = pd.DataFrame({"is_closed": [True, False, False], "days": [2.0, 90.0, 120.0]})
    assert expected_days(stuck) == Unknown("history_short")


def test_a_young_open_claim_is_not_judged_and_an_old_one_is_late():
    rows = pd.DataFrame({"is_closed": [True, True, False, False], "days": [30.0, 31.0, 30.0, 31.0]})
    assert within_delay(rows, days=30) == (1, 3)


def test_no_order_makes_no_rate():
    assert rate_per(3, 0, 100) == Unknown("denominator_zero")
    assert rate_per(3, 200, 100) == 1.5


LABELS = st.lists(st.sampled_from(["Retard", "retard", "Casse ", "  ", "É<b>", "=1+1", None]), max_size=40)


@given(LABELS)
def test_causes_add_up_to_all_events_whatever_their_spelling(labels):
    table = causes(pd.Series(labels, dtype="object"))
    assert table.n.sum() == len(labels)
    assert not len(labels) or table.share.sum() == pytest.approx(1)
    told = table[table.cause.notna()]
    assert told.n.is_monotonic_decreasing
    assert told.empty or told.cumulative_share.iloc[-1] == pytest.approx(1)
    assert told.cause.str.casefold().is_unique
    goal = causes_for(table)
    assert isinstance(goal, Unknown) if told.empty else 1 <= goal <= len(told)


def test_one_spelling_stands_for_all():
    said = same_words(
        pd.Series(["Retard de  livraison", "retard de livraison", "Retard de livraison", "", None])
    )
    assert said.tolist()[:3] == ["Retard de livraison"] * 3 and said.isna().tolist()[3:] == [True, True]


def test_four_fifths_is_exact():
    assert causes_for(causes(pd.Series(["a"] * 7 + ["b"] + ["c"] * 2))) == 2  # 7 + 2 of 10, not 8 of 10
    assert causes_for(causes(pd.Series(["a"] * 8 + ["b"] * 2))) == 1  # exactly four fifths


def test_a_word_of_justice_wins_over_an_amicable_one():
    said = way_out(
        pd.Series(["Médiation", "Transaction", None, "Règlement"]), pd.Series([None, "Tribunal", None, "x"])
    )
    assert said.tolist()[:2] == ["amicable", "judicial"] and said.isna().tolist()[2:] == [True, True]


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (("A", "2025-01-10", None, "claim", "major", None), 100.0),
        (("A", "2022-01-10", None, "claim", "major", None), 100.0),  # open for years, and still open
        (("A", "2025-01-10", None, "claim", "minor", None), 50.0),
        (("A", "2025-01-10", "2025-01-12", "claim", "major", None), 50.0),
        (
            ("A", "2024-12-31", "2025-01-02", "claim", "major", None),
            0.0,
        ),  # the last day before the six months
        (("A", "2025-01-01", "2025-01-02", "claim", "minor", None), 50.0),
        (("A", "2025-03-01", None, "survey", None, 6), 100.0),
        (("A", "2025-03-01", None, "survey", None, 7), 0.0),
    ],
)
def test_the_claims_part_of_the_risk(row, part):
    closed = ("Z", "2024-01-01", "2024-01-02", "claim", "minor", None)
    found = claims_part(claims(row, closed), as_of=D, since=SINCE, half_year=HALF)
    assert found["A"] == part


def test_only_the_last_answer_counts_and_old_ones_say_nothing_of_today():
    better = claims(
        ("A", "2024-03-01", None, "survey", None, 2), ("A", "2025-03-01", None, "survey", None, 9)
    )
    assert claims_part(better, as_of=D, since=SINCE, half_year=HALF).to_dict() == {"A": 0.0}
    old = claims(("A", "2023-06-30", None, "survey", None, 2))
    assert claims_part(old, as_of=D, since=SINCE, half_year=HALF).empty


def test_a_table_without_any_closing_date_does_not_say_that_its_claims_are_open():
    rows = claims(("A", "2023-01-10", None, "claim", "major", None))
    assert claims_part(rows, as_of=D, since=SINCE, half_year=HALF).to_dict() == {"A": 0.0}


def told(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "date", "type", "channel", "cause"])


LOST = pd.DataFrame({"last_purchase": pd.to_datetime(["2024-05-01"])}, index=["A"])


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([("A", "2024-02-01", "claim", None, "Casse")], "Casse"),  # ninety days before the last purchase
        ([("A", "2024-01-31", "claim", None, "Casse")], None),
        ([("A", "2025-07-01", "call", None, "Prix")], None),  # after D
        ([("A", "2024-06-01", "call", None, "Prix"), ("A", "2024-08-01", "claim", None, "Casse")], "Prix"),
        ([("A", "2024-06-01", "call", None, "Prix"), ("A", "2024-08-01", "survey", None, "Offre")], "Offre"),
        ([("B", "2024-06-01", "call", None, "Prix")], None),
    ],
)
def test_the_reason_of_a_loss(rows, cause):
    found = loss_reasons(LOST, told(*rows), as_of=D).cause["A"]
    assert (None if pd.isna(found) else found) == cause


def test_the_channel_says_who_spoke_before_the_kind_of_event_does():
    rows = told(
        ("A", "2024-06-01", "survey", "Entretien commercial", "x"), ("A", "2024-06-01", "mail", "Questionnaire", "x"),
        ("A", "2024-06-01", "dispute", None, "x"), ("A", "2024-06-01", "visit", "", "x"),
    )  # fmt: skip
    assert reason_source(rows).tolist() == ["staff", "questionnaire", "claim", "staff"]


def test_the_revenue_lost_by_reason_adds_up_to_the_cent():
    reasons = pd.DataFrame(
        {"cause": ["Prix", None, "prix", "Casse"], "reason_source": ["staff", None, "claim", "staff"]}
    )
    table = loss_table(reasons, pd.Series([0.1, 0.2, 0.3, 7.0]))
    assert round(table.revenue_lost.sum(), 2) == 7.6
    assert table[["staff", "claim", "questionnaire"]].to_numpy().sum() == 3
