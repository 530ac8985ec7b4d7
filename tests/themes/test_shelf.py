"""What a batch computed once is taken by its notebooks as it is, and by nobody else."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from capclient.portfolio import Portfolio
from capclient.store import SHELF
from capclient.themes import results
from capclient.themes.once import lay_out, once

LINES = pd.DataFrame(
    {
        "invoice_id": [f"F{place}" for place in range(24)],
        "customer_id": ["A", "B", "C"] * 8,
        "invoice_date": pd.date_range("2024-01-15", periods=24, freq="MS").strftime("%Y-%m-%d"),
        "amount_ht": [f"{100 + place}.00" for place in range(24)],
    }
)


@dataclass
class Counted:
    times: int = 0


counted = Counted()


@once
def expensive(portfolio: Portfolio) -> float:
    counted.times += 1
    return float(portfolio.customers.revenue_n.sum())


def opened(as_of: date = date(2025, 12, 31)) -> Portfolio:
    return Portfolio.from_frames(invoice_lines=LINES, as_of=as_of, company="rayon")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv(SHELF, str(tmp_path))
    return tmp_path


def test_a_result_on_the_shelf_is_not_computed_again(shelf):
    first = opened()
    value = expensive(first)
    lay_out(first, shelf)
    before = counted.times
    assert expensive(opened()) == value
    assert counted.times == before


def test_another_day_finds_nothing_on_the_shelf(shelf):
    first = opened()
    expensive(first)
    lay_out(first, shelf)
    before = counted.times
    expensive(opened(date(2025, 6, 30)))
    assert counted.times == before + 1


def test_an_empty_shelf_changes_nothing(shelf):
    before = counted.times
    expensive(opened())
    assert counted.times == before + 1


def test_every_finding_is_the_same_from_the_shelf(shelf, monkeypatch):
    monkeypatch.delenv(SHELF)
    first = opened()
    expected = results(first)
    lay_out(first, shelf)
    monkeypatch.setenv(SHELF, str(shelf))
    assert results(opened()) == expected
