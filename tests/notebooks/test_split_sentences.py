"""A figure that is known stays said when another one is refused, and a limit is that of the company (7, 8)."""

import pandas as pd
import pytest

from capclient.cards import Sentence
from capclient.frames import written
from capclient.notebook import definitions_table, departures_table, loss_warning_figure, note
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import activity, counts, loss, retention


def lines(first):
    """Twenty clients that buy each month; half of them fell silent between one and two years ago."""
    days = [day for day in pd.date_range("2021-01-10", "2025-12-31", freq="28D") if str(day) >= first]
    rows = [
        (f"{name}{day:%Y%m%d}", name, f"{day:%Y-%m-%d}", 100.0 + place)
        for place, name in enumerate("ABCDEFGHIJKLMNOPQRST")
        for day in days
        if name < "K" or day < pd.Timestamp(2024, 1, 1) + pd.Timedelta(days=30 * place)
    ]
    return pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht"])


def opened(first="2021", lost_after=365):
    content = {
        "company": {"id": "s"},
        "period": {"as_of": "2025-12-31"},
        "sources": {"invoice_lines": "invoice_lines.parquet"},
        "thresholds": {"activity": {"lost_after_days": lost_after}},
    }
    folder = written({"invoice_lines": lines(first)})
    return Portfolio.of(make_params(content, folder=folder, where="test"))


@pytest.fixture
def seat():
    before = list(_desks)

    def sit(portfolio, lang="fr"):
        _desks[:] = [Desk(portfolio, lang)]
        return portfolio

    yield sit
    _desks[:] = before


def test_a_refused_expectation_leaves_the_other_counts_said(seat):
    """The forecast of losses needs a hundred clients; the stages of the year to come may be refused too."""
    seat(opened())
    assert isinstance(note("loss.count_window"), Notice)
    assert isinstance(note("loss.four_counts"), Sentence)
    assert isinstance(note("lifecycle.stages_apart"), Sentence)


def test_stages_that_need_no_second_year_are_said_without_it(seat):
    seat(opened(first="2024-06"))
    assert isinstance(note("lifecycle.stages"), Notice)
    assert "Hors du cycle" in note("lifecycle.stages_apart").words


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_silence_of_a_lost_client_is_that_of_the_company(seat, lang):
    portfolio = seat(opened(lost_after=180), lang)
    told = [row[0].text for row in departures_table(counts(portfolio), activity(portfolio)).rows]
    assert any("180" in words for words in told)
    defined = [cell.text for row in definitions_table(retention(portfolio)).rows for cell in row]
    assert sum("180" in words for words in defined) == 2
    assert "180" in loss_warning_figure(loss(portfolio)).title
    assert "180" in note("loss.warning").words
