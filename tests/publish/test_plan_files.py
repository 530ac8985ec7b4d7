"""``actions.csv`` and the sheet of actions: ready for a CRM, safe in a spreadsheet, the same bytes twice."""

import csv
import io
from datetime import date

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from capclient.decisions.plan import plan
from capclient.portfolio import Portfolio
from capclient.publish.actions import HEADS, actions_csv
from capclient.publish.workbook import write_workbook
from capclient.vocabulary import ACTIONS
from capclient.wording import text

D = date(2025, 12, 31)
NAMES = ['=HYPERLINK("http://x")', "@SUM(A1)", "+33 1", "Été & Fils", "-2"]


@pytest.fixture(scope="module")
def portfolio():
    rows = [
        {"invoice_id": f"F{i}", "customer_id": f"00{i % 5}", "customer_name": NAMES[i % 5],
         "invoice_date": pd.Timestamp("2023-02-01") + pd.Timedelta(days=18 * i), "amount_ht": 100.0 + i}
        for i in range(60)
    ]  # fmt: skip
    sheet = pd.DataFrame(
        {
            "prospect_id": ["=1+1"],
            "created": ["2025-12-01"],
            "stage": ["offer"],
            "amount": [1000.0],
            "probability": [0.5],
        }
    )
    return Portfolio.from_frames(invoice_lines=pd.DataFrame(rows), prospects=sheet, as_of=D, company="poison")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_file_names_each_client_and_prospect_with_codes_and_words(portfolio, lang):
    rows = list(csv.DictReader(io.StringIO(actions_csv(portfolio, lang))))
    assert tuple(rows[0]) == HEADS
    todo = plan(portfolio)
    first = [row for row in rows if row["rank"] == "1" and not row["prospect_id"]]
    assert sorted(row["customer_id"] for row in first) == sorted(todo.clients.index)
    assert all(row["action"] == text(f"action.{row['action_code']}", lang) for row in rows)
    assert all(row["reasons"] and row["status_code"] == "open" and row["currency"] == "EUR" for row in rows)
    assert sum(bool(row["prospect_id"]) for row in rows) == 1
    assert all(date.fromisoformat(row["due"]) > D for row in rows)


def test_no_text_of_the_file_computes(portfolio):
    for row in csv.reader(io.StringIO(actions_csv(portfolio, "fr"))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_the_same_data_give_the_same_file(portfolio):
    assert actions_csv(portfolio, "fr") == actions_csv(portfolio, "fr")


@pytest.mark.parametrize(("lang", "sheet"), [("fr", "Actions"), ("en", "Actions")])
def test_the_sheet_of_actions_has_the_words_and_the_columns_to_fill(portfolio, tmp_path, lang, sheet):
    book = CalamineWorkbook.from_path(str(write_workbook(portfolio, [], tmp_path, lang)))
    rows = book.get_sheet_by_name(sheet).to_python()
    heads = rows[0]
    for name in ("owner", "due", "plan_status", "decision", "comment", "planned_on"):
        assert text(f"column.{name}", lang) in heads
    shown = [dict(zip(heads, row, strict=False)) for row in rows[1:]]
    todo = plan(portfolio).clients
    words = {text(f"action.{code}", lang) for code in ACTIONS}
    assert {row[text("column.action", lang)] for row in shown} <= words
    assert all(isinstance(row[text("column.due", lang)], date) for row in shown)
    assert len({row[heads[0]] for row in shown}) == len(todo)
    assert {row[text("column.plan_status", lang)] for row in shown} == {text("plan_status.open", lang)}


def test_an_incomplete_year_gives_the_heads_alone_and_no_sheet(tmp_path):
    lines = pd.DataFrame(
        {"invoice_id": ["F1"], "customer_id": ["A"], "invoice_date": ["2025-12-01"], "amount_ht": [10.0]}
    )
    young = Portfolio.from_frames(lines, as_of=D)
    assert actions_csv(young, "fr").splitlines() == [",".join(HEADS)]
    book = CalamineWorkbook.from_path(str(write_workbook(young, [], tmp_path, "fr")))
    assert "Actions" not in book.sheet_names
