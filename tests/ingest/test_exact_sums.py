"""Orders counted once, amounts beyond a ledger refused, best years found whatever the day of the month."""

from datetime import date

import pandas as pd
import pytest

from capclient.portfolio import Portfolio


def ledger(rows, **more):
    columns = ["invoice_id", "customer_id", "invoice_date", "amount_ht", *more]
    return pd.DataFrame(
        [(*row, *[None] * (len(columns) - len(row))) for row in rows], columns=columns
    ).assign(**more)


def test_an_order_invoiced_twice_counts_once_on_its_first_day():
    lines = ledger(
        [
            ("F1", "A", "2025-01-10", "100.00"),
            ("F2", "A", "2025-02-10", "50.00"),
            ("F3", None, "2025-02-10", "7.00"),
            ("F4", None, "2025-03-10", "8.00"),
            ("F5", "A", "2025-03-10", "9.00"),
        ],
        order_id=["C1", "C1", "C1", "C1", None],
    )
    portfolio = Portfolio.from_frames(invoice_lines=lines, as_of=date(2025, 3, 31))
    assert portfolio.customers.orders_n.to_dict() == {"A": 2}
    assert portfolio.months.orders.tolist() == [1, 0, 1, 0, 1]  # lines without client first


def test_an_amount_too_large_for_a_ledger_is_rejected_and_stops_nothing():
    rows = [(f"F{i}", "A", "2025-03-01", "10.00") for i in range(6)]
    lines = ledger([*rows, ("F7", "A", "2025-03-02", "99999999999999999")])
    share = {"quality": {"max_rejected_share": "0.5"}}
    portfolio = Portfolio.from_frames(invoice_lines=lines, as_of=date(2025, 3, 31), thresholds=share)
    assert portfolio.quality["rejects_by_reason"] == [["amount_too_large", 1, None]]
    assert portfolio.customers.revenue_n.to_dict() == {"A": 60.0}


@pytest.mark.parametrize(
    ("as_of", "best", "end"),
    [
        (date(2025, 3, 31), 150.0, "2024-12-31"),  # of equal years, the latest
        (date(2025, 3, 30), 150.0, "2024-12-30"),
        (date(2025, 1, 9), 150.0, "2024-12-09"),
    ],
)
def test_the_best_year_is_the_latest_of_those_that_earn_most(as_of, best, end):
    lines = ledger(
        [
            ("F1", "A", "2024-01-05", "100.00"),
            ("F2", "A", "2024-06-30", "50.00"),
            ("F3", "B", "2024-02-29", "-20.00"),
        ]
    )
    clients = Portfolio.from_frames(invoice_lines=lines, as_of=as_of).customers
    assert clients.best_12m.to_dict() == {"A": best, "B": -20.0}
    assert clients.best_12m_end["A"] == pd.Timestamp(end)
