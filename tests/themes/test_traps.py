"""Traps of section 17 that only the whole way, from lines to findings, can fall into."""

from datetime import date

import pandas as pd
import pytest

from capclient.findings import reason_text
from capclient.portfolio import Portfolio
from capclient.themes import Findings, activity, results
from capclient.wording import LANGUAGES


def opened(rows, as_of, **more):
    """Lines as (invoice, client, day, amount, document)."""
    names = ["invoice_id", "customer_id", "invoice_date", "amount_ht", "doc_type"]
    return Portfolio.from_frames(pd.DataFrame(rows, columns=names), as_of=as_of, **more)


def monthly(first, last, amount="100", client="C1"):
    days = pd.date_range(first, last, freq="MS")
    return [(f"F{client}{day:%y%m}", client, f"{day:%Y-%m-05}", amount, "invoice") for day in days]


def test_trap_7_a_partial_year_is_never_compared_with_a_full_one():
    """Data stop in May of N: seven months are missing, not sold."""
    found = Findings(opened(monthly("2024-01-01", "2025-05-01"), date(2025, 12, 31), company="partial"))
    for id in ("portfolio.growth", "retention.attrition_rate", "retention.nrr", "bridge.closing"):
        assert (found[id].value, found[id].reason) == (None, "period_incomplete"), id


def test_trap_7_the_29th_of_february_belongs_to_the_year_that_it_ends():
    rows = [
        *monthly("2023-03-01", "2025-02-01"), ("FL", "C1", "2024-02-29", "1000", "invoice"),
        ("FM", "C1", "2025-02-28", "10", "invoice"),
    ]  # fmt: skip
    found = Findings(opened(rows, date(2025, 2, 28), company="leap"))
    assert found["portfolio.revenue_n"].value == 1210.0
    assert found["portfolio.revenue_n1"].value == 2200.0


def test_trap_9_a_deposit_and_the_final_invoice_count_once():
    rows = [
        *monthly("2024-01-01", "2025-11-01"), ("AC1", "C2", "2025-06-10", "300", "deposit"),
        ("F9", "C2", "2025-12-10", "1000", "invoice"),
    ]  # fmt: skip
    portfolio = opened(rows, date(2025, 12, 31), company="deposit")
    found = Findings(portfolio)
    assert portfolio.customers.revenue_n["C2"] == 1000.0
    assert found["portfolio.revenue_n"].value == 11 * 100 + 1000
    assert found["purchases.orders"].value == 12


@pytest.mark.parametrize("months", [(12, 1, 2), (11, 12, 1)])
def test_trap_24_a_winter_season_goes_round_the_end_of_the_year_and_a_silent_summer_is_no_loss(months):
    rows = monthly("2021-01-01", "2025-08-01", amount="10000", client="EVERY")
    for year in range(2021, 2026):
        for month in months:
            day = f"{year}-{month:02d}-10"
            if day <= "2025-08-31":
                rows.append((f"S{year}{month}", "SNOW", day, "500", "invoice"))
    portfolio = opened(rows, date(2025, 8, 31), company="snow")
    own = activity(portfolio).customers.loc["SNOW"]
    assert own.seasonal and own.season_start == months[0]
    assert own.state not in {"inactive", "lost"}


def test_trap_36_unknown_is_never_zero_and_both_languages_say_the_same_numbers():
    short = opened(monthly("2025-01-01", "2025-12-01"), date(2025, 12, 31), company="short")
    found = results(short)
    assert any(item.value == 0 for item in found) and any(item.value is None for item in found)
    for item in found:
        assert (item.value is None) == (item.reason is not None), item.id
        if item.value is None:
            assert all("0" not in reason_text(item.reason, lang) for lang in LANGUAGES), item.id
    french, english = ([item.as_json(lang) for item in found] for lang in LANGUAGES)
    for one, other in zip(french, english, strict=True):
        for name in ("id", "value", "unit", "period", "n", "reason", "covers"):
            assert one[name] == other[name]
    winback = {item.id: item for item in found}["concentration.winback_customers"]
    assert (winback.value, winback.reason) == (None, "history_short"), "one year cannot tell who left"
