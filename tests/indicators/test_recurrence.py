"""Recurring revenue by contract and by habit, what is signed, and satisfaction against loyalty."""

from datetime import date

import pandas as pd
import pytest

from capclient.indicators.loyalty import QUADRANTS, loyalty, loyalty_matrix, satisfaction
from capclient.indicators.recurrence import behavioural_share, contracted_horizon, contractual_share
from capclient.periods import Period
from capclient.vocabulary import Unknown

Y2024, Y2025 = Period(date(2024, 1, 1), date(2024, 12, 31)), Period(date(2025, 1, 1), date(2025, 12, 31))


def contracts(*rows):
    return pd.DataFrame(rows, columns=["start", "end", "annual_amount", "recurring"])


def test_the_contractual_share_of_the_dictionary():
    assert contractual_share(350.0, 1000.0) == 0.35
    assert contractual_share(350.0, 0.0) == Unknown("denominator_zero")


def test_the_behavioural_share_needs_revenue_in_each_year():
    years = pd.DataFrame([[1.0, 1.0, 60.0], [0.0, 9.0, 40.0], [5.0, -1.0, 30.0]])
    assert behavioural_share(years, total=200.0) == 0.3
    assert behavioural_share(years, total=-1.0) == Unknown("denominator_zero")


def test_a_year_fully_covered_brings_its_whole_annual_amount_leap_year_or_not():
    signed = contracts(("2020-01-01", "2030-12-31", 1000.0, True))
    assert contracted_horizon(signed, years=[Y2024, Y2025]).amount.tolist() == [1000.0, 1000.0]


def test_a_contract_brings_the_days_that_it_covers_both_ends_included():
    signed = contracts(("2025-12-31", "2026-06-30", 365.0, True), ("2024-01-01", "2025-01-01", 365.0, True))
    assert contracted_horizon(signed, years=[Y2025]).amount.tolist() == [2.0]


def test_what_has_ended_is_one_off_or_has_no_amount_brings_nothing():
    signed = contracts(
        ("2020-01-01", "2024-12-31", 500.0, True),
        ("2020-01-01", "2030-12-31", 500.0, False),
        ("2020-01-01", "2030-12-31", None, True),
        ("2026-01-01", "2025-01-01", 500.0, None),
    )
    row = contracted_horizon(signed, years=[Y2025]).iloc[0]
    assert (row.contracts, row.amount, row.cumulated) == (0, 0.0, 0.0)


def test_a_contract_without_end_goes_on_and_is_shown_apart():
    signed = contracts((None, None, 120.0, None), (None, "2025-12-31", 80.0, None))
    row = contracted_horizon(signed, years=[Y2025]).iloc[0]
    assert (row.amount, row.open_ended) == (200.0, 120.0)


def test_years_add_up():
    signed = contracts(("2024-07-01", "2025-06-30", 999.99, True))
    table = contracted_horizon(signed, years=[Y2024, Y2025])
    assert table.cumulated.iloc[-1] == pytest.approx(table.amount.sum(), abs=1e-9)


def test_satisfaction_has_one_voice_per_client_and_the_mark_goes_before_the_recommendation():
    answers = pd.DataFrame(
        {
            "customer_id": ["A", "A", "B", "C", "D"],
            "score_csat": [5, 3, None, 2, None],
            "score_nps": [0, 0, 7, 10, None],
        }
    )
    table = satisfaction(answers)
    assert table.is_satisfied.to_dict() == {"A": True, "B": True, "C": False}


def test_loyalty_needs_two_known_signs_and_a_majority():
    signs = pd.DataFrame(
        {
            "old": [True, True, True, None],
            "regular": [True, False, None, None],
            "holding": [False, None, None, True],
            "wallet": [None, None, None, True],
        },
        index=list("ABCD"),
        dtype="boolean",
    )
    assert loyalty(signs).fillna(False).tolist() == [True, False, False, True]
    assert loyalty(signs).isna().tolist() == [False, False, True, False]


def test_the_four_quadrants_and_nobody_where_an_axis_is_unknown():
    happy = pd.Series([True, True, False, False, True, None], dtype="boolean")
    stays = pd.Series([True, False, True, False, None, True], dtype="boolean")
    placed = loyalty_matrix(happy, stays)
    assert placed.tolist()[:4] == list(QUADRANTS)
    assert placed[4:].isna().all()
