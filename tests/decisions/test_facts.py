"""Deadlines that decide: those of the alerts, on the day, whatever is signed later."""

from datetime import date

import pandas as pd
import pytest

from capclient.decisions.alert_relation import deadlines as alert_deadlines
from capclient.decisions.at_stake import assumptions
from capclient.decisions.facts import deadlines, facts
from capclient.portfolio import Portfolio
from capclient.themes.projection import projection

D = date(2025, 12, 31)


def lines():
    days = pd.date_range(end="2025-12-30", periods=72, freq="15D")
    return pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(len(days))],
            "customer_id": "A",
            "invoice_date": days,
            "amount_ht": 90.0,
        }
    )


def seen(*contracts):
    names = ["contract_id", "customer_id", "start", "end", "notice_date", "tender_date"]
    table = pd.DataFrame(contracts, columns=names)
    known = facts(Portfolio.from_frames(lines(), as_of=D, contracts=table)).clients.loc["A"]
    return known.deadline.date() if pd.notna(known.deadline) else None, bool(known.tender)


RUNNING = ("K1", "A", "2024-01-01", "2026-02-28", None, None)


@pytest.mark.parametrize(
    ("contracts", "deadline", "near"),
    [
        pytest.param(
            [("K1", "A", "2024-08-01", None, None, "2024-06-02")], None, False, id="the tender that won it is over"
        ),
        pytest.param([RUNNING], date(2026, 2, 28), True, id="an end within three months"),
        pytest.param(
            [RUNNING, ("K2", "A", "2026-03-01", None, None, None)], date(2026, 2, 28), True,
            id="a contract that begins after the day changes nothing",
        ),
        pytest.param(
            [("K1", "A", "2024-01-01", "2026-06-01", None, "2025-12-18")], date(2025, 12, 18), True,
            id="a tender that nobody answered stays before a later end",
        ),
        pytest.param(
            [("K1", "A", "2023-01-01", "2025-06-30", None, None), ("K2", "A", "2025-07-01", "2027-06-30", None, None)],
            date(2027, 6, 30), False, id="what came after it has its own dates",
        ),
    ],
)  # fmt: skip
def test_the_next_deadline_of_a_client_is_that_of_its_alerts(contracts, deadline, near):
    assert seen(*contracts) == (deadline, near)


def test_without_a_proven_judge_the_chance_of_loss_is_that_of_the_projection():
    days = [pd.Timestamp("2025-12-30") - pd.Timedelta(days=30 * n) for n in range(36)]
    rows = [
        {
            "invoice_id": f"{client}{day:%y%m%d}",
            "customer_id": client,
            "invoice_date": day,
            "amount_ht": amount,
        }
        for client, amount, last in (("A", 900.0, 0), ("B", 500.0, 8), ("C", 100.0, 0), ("D", 90.0, 0))
        for day in days[last:]
    ]
    portfolio = Portfolio.from_frames(pd.DataFrame(rows), as_of=D)
    chances, ahead = assumptions(portfolio), projection(portfolio).clients.p_active
    assert chances.doubt == "caveat.p_loss_state" and ahead.notna().any()
    pd.testing.assert_series_equal(chances.p_loss, 1 - ahead, check_names=False)


def test_on_a_past_day_the_plan_knows_the_deadlines_that_the_alert_knows():
    later = lines().assign(invoice_date=pd.date_range(end="2026-02-27", periods=72, freq="15D"))
    names = ["contract_id", "customer_id", "start", "end", "annual_amount", "renewed_by"]
    signed = pd.DataFrame(
        [
            ("K1", "A", "2025-01-01", "2025-12-31", "100.00", "K2"),
            ("K2", "A", "2026-01-01", None, "100.00", None),
        ],
        columns=names,
    )
    past = Portfolio.from_frames(later, as_of=date(2026, 2, 28), contracts=signed).at(D)
    rung = alert_deadlines(past)
    assert rung.customer_id.tolist() == list(deadlines(past).index) == ["A"]
