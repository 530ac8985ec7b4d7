"""The workbook shows the same figures as the report, as numbers, and computes nothing from data."""

import zipfile
from datetime import date

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from capclient.portfolio import Portfolio
from capclient.publish.workbook import write_workbook
from capclient.themes import customers, results
from capclient.wording import has, text


@pytest.fixture(scope="module")
def portfolio():
    names = ['=HYPERLINK("http://x")', "@SUM(A1)", "+33 1", "Été & Fils", "<b>"]
    rows = [
        {"invoice_id": f"F{i}", "customer_id": f"00{i % 5}", "customer_name": names[i % 5],
         "invoice_date": pd.Timestamp("2023-01-10") + pd.Timedelta(days=17 * i), "amount_ht": 100.0 + i}
        for i in range(60)
    ]  # fmt: skip
    return Portfolio.from_frames(invoice_lines=pd.DataFrame(rows), as_of=date(2025, 9, 30), company="poison")


@pytest.fixture(scope="module")
def book(portfolio, tmp_path_factory):
    return write_workbook(portfolio, results(portfolio), tmp_path_factory.mktemp("book"), "fr")


def test_the_sheets_have_the_names_of_the_language(portfolio, book, tmp_path):
    assert book.name == "classeur.xlsx"
    assert CalamineWorkbook.from_path(str(book)).sheet_names[:2] == ["Synthèse", "Clients"]
    english = write_workbook(portfolio, results(portfolio), tmp_path, "en")
    assert english.name == "workbook.xlsx"
    assert CalamineWorkbook.from_path(str(english)).sheet_names[0] == "Synthesis"


def test_no_text_becomes_a_formula_or_a_link_and_codes_keep_their_zeros(book):
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_name("Clients").to_python()
    assert {row[0] for row in rows[1:]} == {"000", "001", "002", "003", "004"}
    assert '=HYPERLINK("http://x")' in {row[1] for row in rows[1:]}
    with zipfile.ZipFile(book) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_figures_are_numbers_equal_to_the_findings(portfolio, book):
    rows = CalamineWorkbook.from_path(str(book)).get_sheet_by_name("Synthèse").to_python()
    shown = {row[4]: row[1] for row in rows[1:]}
    for finding in results(portfolio):
        assert shown[finding.id] == ("" if finding.value is None else finding.value), finding.id


def test_every_header_of_the_client_sheet_is_worded(portfolio, book, tmp_path):
    english = write_workbook(portfolio, results(portfolio), tmp_path, "en")
    for path, sheet in ((book, "Clients"), (english, "Clients")):
        heads = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()[0]
        assert not [head for head in heads if "_" in head]
    for name in customers(portfolio):
        assert has(f"column.{name}"), name


def test_the_same_data_give_the_same_bytes(portfolio, book, tmp_path):
    assert write_workbook(portfolio, results(portfolio), tmp_path, "fr").read_bytes() == book.read_bytes()


def test_the_aged_balance_adds_up_to_what_is_owed_and_the_recovery_list_names_the_step(tmp_path):
    lines = pd.DataFrame(
        {"invoice_id": ["F1", "F2", "F3"], "customer_id": ["A", "A", "B"], "invoice_date": "2025-06-01",
         "due_date": ["2025-07-01", "2026-02-01", "2025-11-20"], "amount_ht": ["1000", "500", "200"],
         "amount_ttc": ["1200", "600", "240"]}
    )  # fmt: skip
    paid = pd.DataFrame(
        {"customer_id": ["A"], "invoice_id": ["F1"], "date": ["2025-07-05"], "amount": ["200"]}
    )
    portfolio = Portfolio.from_frames(lines, payments=paid, as_of=date(2025, 12, 31), company="owed")
    book = CalamineWorkbook.from_path(str(write_workbook(portfolio, results(portfolio), tmp_path, "fr")))
    head, *rows = book.get_sheet_by_name("Balance âgée").to_python()
    table = pd.DataFrame(rows, columns=head).set_index("Code")
    assert table["Encours"].to_dict() == {"A": 1600.0, "B": 240.0}
    classes = [
        name for name in head if name.startswith(("Non échu", "Échu 1", "Échu 3", "Échu 6", "Échu > 90"))
    ]
    assert len(classes) == 5 and (table[classes].sum(axis=1) == table["Encours"]).all()
    _, *listed = book.get_sheet_by_name("Recouvrement").to_python()
    assert {row[0] for row in listed} == {"A", "B"}


def test_segments_stand_in_the_workbook_with_what_has_none(tmp_path, portfolio):
    book = CalamineWorkbook.from_path(str(write_workbook(portfolio, results(portfolio), tmp_path, "fr")))
    _, *rows = book.get_sheet_by_name("Segments").to_python()
    assert any(row[0] == "Taille" for row in rows)


def test_the_recovery_sheet_shows_what_is_claimed_the_step_in_words_and_the_day_of_the_next(tmp_path):
    lines = pd.DataFrame(
        {"invoice_id": ["F1", "F2"], "customer_id": ["A", "B"], "invoice_date": "2025-06-01",
         "due_date": ["2025-12-10", "2025-07-01"], "amount_ht": ["1000", "200"], "amount_ttc": ["1200", "240"]}
    )  # fmt: skip
    paid = pd.DataFrame(
        {"customer_id": ["B"], "invoice_id": [None], "date": ["2025-07-05"], "amount": ["250"]}
    )
    portfolio = Portfolio.from_frames(lines, payments=paid, as_of=date(2025, 12, 31), company="claims")
    for lang in ("fr", "en"):
        book = CalamineWorkbook.from_path(str(write_workbook(portfolio, results(portfolio), tmp_path, lang)))
        head, *rows = book.get_sheet_by_name(text("sheet.recovery", lang)).to_python()
        words = [text(f"column.{name}", lang) for name in
                 ("customer_id", "name", "salesperson", "to_claim", "oldest_days", "recovery_stage", "next_date",
                  "payment_grade")]  # fmt: skip
        assert head == words
        table = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
        stage = text("column.recovery_stage", lang)
        assert table["A"][stage] == text("recovery_stage.dunning", lang)
        assert table["B"][stage] == text("recovery_stage.reconcile", lang)
        assert (table["A"][text("column.to_claim", lang)], table["B"][text("column.to_claim", lang)]) == (
            1200,
            0,
        )
        assert str(table["A"][text("column.next_date", lang)])[:4] == "2026"
