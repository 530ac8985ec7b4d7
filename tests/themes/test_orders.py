"""What an order, a purchase and a family bought are, whatever documents carry them (3.1 to 3.5); and short ledgers."""

from datetime import date

import pandas as pd
import pytest

from capclient.portfolio import Portfolio
from capclient.themes import Findings, purchases, results

AS_OF = date(2025, 12, 31)
NAMES = ["invoice_id", "customer_id", "invoice_date", "order_id", "amount_ht"]


def opened(*rows: tuple, **more) -> Portfolio:
    """Two covered years: a client X buys each month."""
    filler = [
        (f"Z{month:%y%m}", "X", f"{month:%Y-%m-%d}", None, 1)
        for month in pd.date_range("2024-01-01", periods=24, freq="MS")
    ]
    return Portfolio.from_frames(pd.DataFrame([*filler, *rows], columns=NAMES).assign(**more), as_of=AS_OF)


def orders_of(portfolio: Portfolio, customer: str = "A") -> int:
    """Orders of a client, which both relations count alike."""
    counted = portfolio.customers.orders_n[customer]
    assert counted == purchases(portfolio).customers.orders[customer]
    return int(counted)


@pytest.mark.parametrize("booked", [None, "2025-07-02"])
def test_an_invoice_of_two_orders_is_two_orders(booked):
    portfolio = opened(
        ("F1", "A", "2025-06-30", "O1", 100), ("F1", "A", "2025-06-30", "O2", 200), accounting_date=booked
    )
    assert orders_of(portfolio) == 2
    own = purchases(portfolio).customers.loc["A"]
    assert (own.average_basket, own.median_basket) == (150.0, 150.0)
    assert portfolio.customers.purchase_days["A"] == 1  # one client on one day


def test_lines_without_order_are_of_the_one_order_of_their_invoice_else_of_the_invoice():
    freight = ("F1", "A", "2025-06-30", None, 9)
    one = opened(("F1", "A", "2025-06-30", "O1", 100), freight)
    assert orders_of(one) == 1 and purchases(one).customers.median_basket["A"] == 109.0
    assert (
        orders_of(opened(("F1", "A", "2025-06-30", "O1", 100), ("F1", "A", "2025-06-30", "O2", 50), freight))
        == 3
    )


def test_an_order_and_an_invoice_may_bear_one_number():
    assert (
        orders_of(opened(("1001", "A", "2025-06-30", None, 100), ("1002", "A", "2025-06-30", "1001", 100)))
        == 2
    )


def test_a_credit_note_without_type_begins_no_order():
    note, invoice = ("AV", "A", "2024-12-20", "O1", -10), ("F1", "A", "2025-01-20", "O1", 100)
    assert orders_of(opened(("F0", "A", "2024-06-30", None, 100), note, invoice)) == 1
    assert orders_of(opened(("F0", "A", "2024-06-30", None, 100), (*note[:4], 10), invoice)) == 0


def test_baskets_are_rounded_half_away_from_zero():
    found = Findings(
        Portfolio.from_frames(
            pd.DataFrame(
                [("F0", "A", "2024-01-01", None, "1.00"), ("F1", "A", "2025-06-30", None, "199.40"),
                 ("F2", "A", "2025-12-31", None, "199.43")], columns=NAMES,
            ),
            as_of=AS_OF,
        )
    )  # fmt: skip
    assert (
        found["purchases.median_basket"].value == found["purchases.average_basket"].value == 199.42
    )  # of 199.415


@pytest.mark.parametrize("kind", [None, "credit_note"])
def test_a_positive_line_of_a_credit_note_is_no_family_bought(kind):
    rows = [("F1", "A", "2025-06-30", None, 100), ("AV", "A", "2025-07-30", None, 5),
            ("AV", "A", "2025-07-30", None, -9), ("F2", "B", "2025-07-30", None, 1)]  # fmt: skip
    portfolio = opened(
        *rows,
        doc_type=["invoice"] * 25 + [kind] * 2 + ["invoice"],
        family=["bolts"] * 25 + ["nuts", "bolts", "nuts"],
    )
    own = purchases(portfolio).customers
    assert own.range_breadth.to_dict() == {"A": 0.5, "B": 0.5, "X": 0.5}


@pytest.mark.parametrize("as_of", ["2025-06-15", "2025-06-30", "2025-08-31", "2026-06-14", "2040-02-29"])
def test_one_line_answers_at_any_date(as_of):
    line = pd.DataFrame([("F1", "A", "2025-06-15", "O1", 100)], columns=NAMES).assign(
        family="bolts", product="P", qty=1
    )
    found = {item.id: item for item in results(Portfolio.from_frames(line, as_of=date.fromisoformat(as_of)))}
    assert found["purchases.volatility_median"].reason == "history_short"
    assert found["purchases.orders"].reason == "period_incomplete"


def test_the_first_weeks_of_a_long_ledger_answer_too():
    early = opened().at(date(2024, 2, 20))
    assert (
        next(item for item in results(early) if item.id == "purchases.volatility_median").reason
        == "history_short"
    )


def test_families_sold_to_nobody_known_are_no_white_space():
    lines = pd.DataFrame(
        [("F0", None, "2024-01-01", None, 1), ("F1", None, "2025-12-31", None, 9)], columns=NAMES
    )
    found = Findings(Portfolio.from_frames(lines.assign(family="bolts"), as_of=AS_OF))
    assert found["purchases.white_space_customers"].value in (0, None)
