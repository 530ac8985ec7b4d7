"""The lists of chapter 40: a stage that nobody could be given is no good news."""

from datetime import date

import pandas as pd
import pytest

from capclient.notebook import stage_list
from capclient.notebook.desk import Desk, _desks
from capclient.notices import Notice, notice
from capclient.portfolio import Portfolio
from capclient.themes import lifecycle
from capclient.vocabulary import Unknown


def opened(first):
    days = pd.date_range(first, "2025-12-20", freq="20D")
    lines = pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(len(days))],
            "customer_id": "A",
            "invoice_date": days,
            "amount_ht": 90.0,
        }
    )
    return Portfolio.from_frames(lines, as_of=date(2025, 12, 31))


@pytest.mark.parametrize(("first", "judged"), [("2025-02-03", False), ("2021-02-03", True)])
def test_an_empty_stage_says_whether_anybody_could_be_judged(first, judged):
    before, portfolio = list(_desks), opened(first)
    _desks[:] = [Desk(portfolio, "fr")]
    try:
        shown = stage_list(lifecycle(portfolio), "old_age")
    finally:
        _desks[:] = before
    assert isinstance(shown, Notice)
    assert (shown != notice(Unknown("history_short:stages"), "fr")) is judged
