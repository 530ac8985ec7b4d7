"""Sources that give several tables: which table comes from where, what is counted, what is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from capclient.checks import checks
from capclient.errors import LedgerError, ParamsError, SourceError
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import results
from tests.accounting.conftest import FIXTURE

NAME = "123456782FEC20251231.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / NAME).write_bytes(FIXTURE.read_bytes())
    return tmp_path


def opened(folder: Path, sources: dict, **more) -> Portfolio:
    content = {"company": {"id": "livre"}, "sources": sources, **more}
    return Portfolio.of(make_params(content, folder=folder, where="livre.yml"))


def value(portfolio: Portfolio, id: str):
    found = next(item for item in results(portfolio) if item.id == id)
    return found.reason if found.value is None else found.value


def test_accounts_are_counted_in_lines_of_their_file_and_euros_of_accounts_70(folder):
    portfolio = opened(folder, {"fec": NAME})
    told = portfolio.quality
    assert (told["lines_in"], told["lines_kept"], told["lines_rejected"]) == (57, 57, 0)
    assert (told["amount_in"], told["amount_kept"]) == (4970.0, 4970.0)
    assert value(portfolio, "quality.lines_in") == 57
    assert portfolio.as_of == date(2025, 12, 31)
    assert value(portfolio, "portfolio.revenue_n") == 4970.0


def test_a_line_that_cannot_be_read_is_rejected_with_its_revenue(folder):
    text = (folder / NAME).read_text("utf-8")
    broken = text.replace("0,00|2000,00|||20250930", "0,00|deux mille|||20250930", 1)
    assert broken != text
    (folder / NAME).write_text(broken, "utf-8")
    portfolio = opened(folder, {"fec": NAME}, thresholds={"quality": {"max_rejected_share": "0.5"}})
    told = portfolio.quality
    assert (told["lines_in"], told["lines_kept"], told["lines_rejected"]) == (57, 56, 1)
    assert told["amount_in"] == told["amount_kept"] == 2970.0
    assert told["lines_without_amount"] == 1
    failed = {item.id for item in checks(portfolio, "fr") if item.holds is False}
    assert {"R1", "R2"} <= failed
    assert value(portfolio, "quality.reconciliations_failed") == len(failed)


def test_revenue_falls_in_the_year_of_its_booking_and_purchases_on_the_day_of_the_document(folder):
    lines = pd.DataFrame(
        {
            "invoice_id": ["F1", "F2", "F2"], "customer_id": ["A", "A", "A"],
            "invoice_date": ["2024-12-30", "2025-03-01", "2025-03-01"],
            "accounting_date": ["2025-01-02", "2025-03-01", None],
            "amount_ht": ["100.00", "40.00", "2.50"],
        }
    )  # fmt: skip
    portfolio = Portfolio.from_frames(invoice_lines=lines, as_of=date(2025, 12, 31))
    client = portfolio.customers.loc["A"]
    assert client.revenue_n == 142.5 and client.revenue_n1 == 0
    assert client.first_purchase == pd.Timestamp("2024-12-30")
    assert (client.orders_n, client.orders_n1, client.purchase_days) == (1, 1, 2)
    days = portfolio.ledger.frame("SELECT day, revenue, orders FROM {customer_days} ORDER BY day")
    assert days.revenue.astype("float64").tolist() == [0.0, 100.0, 42.5]
    assert days.orders.tolist() == [1, 0, 1]


def test_both_ways_of_summing_days_agree_when_every_line_is_booked_on_its_day(folder):
    lines = pd.DataFrame(
        {
            "invoice_id": ["F1", "F1", "A1", None, "F2"], "customer_id": ["A", "A", "A", None, "B"],
            "doc_type": ["invoice", "invoice", "credit_note", "invoice", "deposit"],
            "invoice_date": ["2025-01-02", "2025-01-02", "2025-02-03", "2025-02-03", "2025-03-01"],
            "amount_ht": ["100.00", "1.10", "-40.00", "7.00", "9.00"], "order_id": ["O1", "O1", None, None, None],
            "cost": ["60.00", None, "-20.00", "1.00", "2.00"],
        }
    )  # fmt: skip
    plain = Portfolio.from_frames(invoice_lines=lines, as_of=date(2025, 12, 31))
    booked = Portfolio.from_frames(
        invoice_lines=lines.assign(accounting_date=lines.invoice_date), as_of=date(2025, 12, 31)
    )
    select = "SELECT * FROM {customer_days} ORDER BY ALL"
    pd.testing.assert_frame_equal(plain.ledger.frame(select), booked.ledger.frame(select), check_dtype=False)


def test_an_order_that_begins_with_a_deposit_is_an_order(folder):
    lines = pd.DataFrame(
        {
            "invoice_id": ["AC1", "F1"], "customer_id": ["A", "A"], "doc_type": ["deposit", "invoice"],
            "invoice_date": ["2025-01-02", "2025-02-02"], "amount_ht": ["30.00", "100.00"], "order_id": ["O1", "O1"],
        }
    )  # fmt: skip
    for more in ({}, {"accounting_date": lines.invoice_date}):
        portfolio = Portfolio.from_frames(invoice_lines=lines.assign(**more), as_of=date(2025, 12, 31))
        assert portfolio.customers.orders_n["A"] == 1 and portfolio.customers.revenue_n["A"] == 100.0


def test_the_user_s_sheet_of_clients_completes_that_of_the_accounts(folder):
    pd.DataFrame(
        {"customer_id": ["C001", "C777"], "name": [None, "Absent"], "sector": ["Bois", "Fer"]}
    ).to_parquet(folder / "clients.parquet")
    portfolio = opened(folder, {"fec": NAME, "customers": "clients.parquet"})
    clients = portfolio.customers
    assert clients.name["C001"] == "ALPHA SAS" and clients.sector["C001"] == "Bois"
    assert "C777" not in clients.index
    assert portfolio.customers.is_pool["#COMPTOIR"]


def test_a_table_of_the_user_stands_before_that_of_the_book_and_it_is_said(folder):
    pd.DataFrame(
        {"payment_id": ["P1"], "customer_id": ["C001"], "date": ["2025-02-01"], "amount": ["12.00"]}
    ).to_parquet(folder / "payments.parquet")
    portfolio = opened(folder, {"fec": NAME, "payments": "payments.parquet"})
    assert portfolio.table("payments").payment_id.tolist() == ["P1"]
    assert ["fec", "book.replaced", {"table": "payments"}] in portfolio.store.report["notes"]


def test_only_the_tables_asked_for_are_taken(folder):
    portfolio = opened(folder, {"fec": {"path": NAME, "tables": ["invoice_lines"]}})
    assert not portfolio.has("payments") and portfolio.has_lines


def test_accounts_without_any_line_of_revenue_are_refused(folder):
    lines = [
        line for line in (folder / NAME).read_text("utf-8").splitlines() if line.startswith(("Journal", "AN"))
    ]
    (folder / NAME).write_text("\n".join(lines), "utf-8")
    with pytest.raises(LedgerError, match="ne contient aucune vente"):
        opened(folder, {"fec": NAME})


def test_two_companies_are_one_portfolio_only_when_it_is_said(folder):
    text = (folder / NAME).read_text("utf-8")
    other = text.replace("C001", "D001").replace("1440,00", "1441,00").replace("700,00", "701,00")
    (folder / "732829320FEC20251231.txt").write_text(other, "utf-8")
    with pytest.raises(LedgerError, match="732829320"):
        opened(folder, {"fec": "*FEC*.txt"})
    both = opened(folder, {"fec": "*FEC*.txt"}, company={"id": "livre", "group": "true"})
    assert both.total_revenue(both.windows.n) == 9941.0


def test_the_parameters_of_accounts_are_obeyed(folder):
    plain = opened(folder, {"fec": NAME})
    later = opened(folder, {"fec": NAME}, receivables={"default_term": "45 FDM"})
    due = "SELECT max(due_date) AS due FROM {receivable_items} WHERE invoice_id = 'F2025-005'"
    assert plain.ledger.frame(due).due[0].date() == date(2025, 8, 14)
    assert later.ledger.frame(due).due[0].date() == date(2025, 8, 31)
    declared = opened(folder, {"fec": NAME}, accounting={"declared_revenue": {"2025-12-31": "4971"}})
    row = next(row for row in declared.reconciliations if row["id"] == "R13")
    assert (row["status"], row["difference"]) == ("failed", -1.0)


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({"fec": {"path": NAME, "decimal": ","}}, "decimal"),
        ({"fec": {"path": NAME, "tables": ["factures"]}}, "factures"),
        ({"database": "postgresql://localhost/x"}, "profile"),
        ({"invoice_lines": {"path": "x.csv", "profile": "odoo"}}, "profile"),
    ],
)
def test_a_key_that_means_nothing_to_a_source_is_refused(folder, sources, words):
    with pytest.raises(ParamsError, match=words):
        opened(folder, sources)


def test_two_books_with_the_same_table_are_a_question_to_the_user(folder):
    (folder / "factures").mkdir()
    xml = Path(__file__).parent / "data" / "facture.xml"
    (folder / "factures" / "f.xml").write_bytes(xml.read_bytes())
    with pytest.raises(SourceError, match="invoice_lines"):
        opened(folder, {"fec": NAME, "einvoices": "factures"})
    chosen = opened(
        folder, {"fec": {"path": NAME, "tables": ["payments", "receivable_items"]}, "einvoices": "factures"}
    )
    assert chosen.origin == "einvoices" and chosen.has("payments")


def test_amounts_of_checks_stay_exact_to_the_cent(folder):
    portfolio = opened(folder, {"fec": NAME})
    row = next(row for row in portfolio.reconciliations if row["id"] == "R1")
    assert Decimal(str(row["computed"])) == Decimal("20056.0")
