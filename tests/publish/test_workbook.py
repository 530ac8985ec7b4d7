"""The workbook shows the same figures as the report, as numbers, and computes nothing from data."""

import zipfile
from datetime import date

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from capclient.portfolio import Portfolio
from capclient.publish.workbook import write_workbook
from capclient.themes import results


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


def test_the_same_data_give_the_same_bytes(portfolio, book, tmp_path):
    assert write_workbook(portfolio, results(portfolio), tmp_path, "fr").read_bytes() == book.read_bytes()
