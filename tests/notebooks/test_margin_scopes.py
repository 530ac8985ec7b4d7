"""Each total of the margin says who is in it, and the gaps between totals add up on the page (4.4, 4.6, 15.2)."""

from datetime import date

import pandas as pd
import pytest

from capclient.cards import Sentence
from capclient.frames import written
from capclient.notebook import margin_scopes_table, note
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.wording import catalogue

POOLS = {"visite": {"amount": "1000", "capacity": "10"}}


def opened(*, served=True, cost=True):
    """A and B buy every month, the counter too; C is served and buys nothing; some sales bear no client."""
    rows = [
        (f"{name}{year}-{month}", name, f"{year}-{month:02d}-15", amount, amount * 0.6)
        for name, amount in (("A", 100.4), ("B", 50.0), ("COUNTER", 20.3), (None, 5.5))
        for year in range(2021, 2026)
        for month in range(1, 13)
    ]
    rows.append(("C1", "C", "2024-07-02", 100.0, 60.0))
    frame = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht", "cost"])
    sheet = pd.DataFrame({"customer_id": ["A", "B", "C", "COUNTER"], "is_pool": ["0", "0", "0", "1"]})
    frames = {"invoice_lines": frame if cost else frame.drop(columns="cost"), "customers": sheet}
    if served:
        visits = [("A", "2025-03-01", "visit"), ("C", "2025-03-02", "visit")]
        frames["interactions"] = pd.DataFrame(visits, columns=["customer_id", "date", "type"])
    content = {
        "company": {"id": "x"},
        "period": {"as_of": "2025-12-31"},
        "sources": {name: f"{name}.parquet" for name in frames},
        "economics": {"cost_pools": POOLS} if served else {},
    }
    return Portfolio.of(make_params(content, folder=written(frames), where="test"))


def shown(portfolio):
    before = list(_desks)
    _desks[:] = [Desk(portfolio, "fr")]
    try:
        return margin_scopes_table(), _desks[0].findings
    finally:
        _desks[:] = before


def euros(cell):
    return int("".join(sign for sign in cell.text.replace("\u2212", "-") if sign.isdigit() or sign == "-"))


@pytest.mark.parametrize("served", [True, False])
def test_totals_and_their_gaps_add_up_as_a_reader_adds_them(served):
    table, known = shown(opened(served=served))
    told = {row[0].text: euros(row[2]) for row in table.rows}
    words = {key: catalogue("fr")[f"margin_scope.{key}"] for key in ("valued", "curve", "whole")}
    valued, curve, whole = (told[words[key]] for key in ("valued", "curve", "whole"))
    basis = "net" if served else "gross"
    assert table.caption == catalogue("fr")[f"table.margin_scopes.{basis}"]
    assert (valued, curve, whole) == tuple(
        round(known[id].value) for id in ("equity.margin", "margin.whale_total", f"margin.{basis}")
    )
    assert told.get(catalogue("fr")["margin_scope.curve_gap"], 0) == curve - valued
    assert told[catalogue("fr")["margin_scope.whole_gap"]] == whole - curve > 0
    assert (curve - valued < 0) is served, "C was served and bought nothing"


def test_without_costs_the_table_says_what_is_missing():
    table, _ = shown(opened(served=False, cost=False))
    assert isinstance(table, Notice)


def test_totals_that_are_one_are_said_in_one_sentence():
    lines = pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(60)],
            "customer_id": ["A", "B"] * 30,
            "invoice_date": pd.date_range("2021-01-15", periods=60, freq="MS"),
            "amount_ht": 100.0,
            "cost": 60.0,
        }
    )
    told, known = shown(Portfolio.from_frames(lines, as_of=date(2025, 12, 31)))
    assert isinstance(told, Sentence)
    assert known["margin.whale_total"].spoken("fr") in told.words


def test_a_margin_that_nobody_takes_back_is_not_said_to_lose_nothing_of_it():
    before = list(_desks)
    _desks[:] = [Desk(opened(served=False), "fr")]
    try:
        told = note("margin.whale").words
    finally:
        _desks[:] = before
    assert "aucun autre n’en reprend." in told and "0\u00a0€, soit" not in told
