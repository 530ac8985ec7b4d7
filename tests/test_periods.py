"""Windows, month ends and coverage (section 0.2 of the dictionary)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.periods import (
    Coverage,
    Period,
    clipped,
    fiscal_year,
    is_month_end,
    last_complete_month,
    principal_days,
    rolling,
    shifted,
    windows,
)

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_the_year_before_a_28_february_starts_on_the_first_of_march():
    assert rolling(date(2025, 2, 28)) == Period(date(2024, 3, 1), date(2025, 2, 28))
    assert rolling(date(2024, 2, 29), back=12) == Period(date(2022, 3, 1), date(2023, 2, 28))


@given(days)
def test_three_rolling_years_follow_each_other_without_hole_or_overlap(as_of):
    found = windows(as_of)
    assert found.n.end == as_of
    assert found.n1.end + timedelta(days=1) == found.n.start
    assert found.n2.end + timedelta(days=1) == found.n1.start
    assert found.half.end == as_of and found.half.start > found.n.start


@given(days, st.integers(-60, 60))
def test_a_month_end_stays_a_month_end(day, months):
    moved = shifted(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert not is_month_end(day) or is_month_end(moved)


@pytest.mark.parametrize(("day", "before"), [((2026, 5, 31), (2026, 2, 28)), ((2026, 11, 30), (2026, 8, 30))])
def test_a_deadline_is_clipped_and_not_sticky(day, before):
    assert clipped(date(*day), -3) == date(*before)


@pytest.mark.parametrize("typed", [(2, 28), (2, 29)])
def test_accounts_that_close_in_february_close_on_its_last_day(typed):
    """29 February 2024 belongs to the year that it ends, however the closing was typed."""
    assert fiscal_year(date(2024, 2, 29), typed) == Period(date(2023, 3, 1), date(2024, 2, 29))
    assert fiscal_year(date(2025, 3, 31), typed) == Period(date(2024, 3, 1), date(2025, 2, 28))
    assert fiscal_year(date(2024, 2, 28), typed).end == date(2023, 2, 28)


def test_a_fiscal_year_is_the_last_one_that_ended():
    assert fiscal_year(date(2025, 11, 30), (12, 31)) == Period(date(2024, 1, 1), date(2024, 12, 31))
    assert fiscal_year(date(2025, 6, 30), (6, 30)) == Period(date(2024, 7, 1), date(2025, 6, 30))
    assert fiscal_year(date(2025, 3, 1), (2, 29), back=1).end == date(2024, 2, 29)


def test_a_period_is_complete_within_the_tolerance_at_each_end():
    coverage = Coverage(date(2024, 1, 5), date(2024, 12, 27), 5)
    assert coverage.is_complete(Period(date(2024, 1, 1), date(2024, 12, 31)))
    assert not coverage.is_complete(Period(date(2023, 12, 30), date(2024, 12, 31)))
    assert not coverage.is_complete(Period(date(2024, 1, 1), date(2025, 1, 2)))


def test_the_default_date_is_the_last_month_that_the_data_cover():
    assert last_complete_month(date(2011, 12, 9)) == date(2011, 11, 30)
    assert last_complete_month(date(2025, 12, 26), 5) == date(2025, 12, 31)
    assert last_complete_month(date(2025, 12, 26), 4) == date(2025, 11, 30)


def test_mistyped_dates_do_not_stretch_a_ledger():
    ledger = [date(2024, 7, 1) + timedelta(days=10 * step) for step in range(50)]
    stray = [date(2015, 3, 3), *ledger, date(2052, 3, 3), date(2052, 5, 3)]
    assert principal_days(stray) == (ledger[0], ledger[-1], 3)
    assert principal_days(ledger) == (ledger[0], ledger[-1], 0)


def test_all_the_days_left_aside_are_three_at_most_whatever_their_blocks():
    ledger = [date(2020, 1, 1) + timedelta(days) for days in range(56)]
    apart = [date(2010, 1, 1), date(2012, 1, 1), *ledger, date(2030, 1, 1), date(2032, 1, 1)]
    assert principal_days(apart) == (date(2012, 1, 1), ledger[-1], 3)
    few = [date(2010, 1, 1), *ledger[:18], date(2030, 1, 1)]  # two of twenty are a tenth
    assert principal_days(few) == (date(2010, 1, 1), ledger[17], 1)


def test_rare_invoices_are_no_mistake():
    rare = [date(2015, 1, 1), date(2018, 1, 1), date(2021, 1, 1), date(2024, 1, 1)]
    assert principal_days(rare) == (rare[0], rare[-1], 0)
