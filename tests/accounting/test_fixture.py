"""The worked example of C.13, figure by figure."""

from datetime import date
from decimal import Decimal

import pytest

from capclient.accounting import open_items
from tests.accounting.conftest import FIXTURE

CLOSING = date(2025, 12, 31)


@pytest.fixture
def fixture(translated):
    return translated(FIXTURE)


def test_every_comparison_holds_and_totals_are_those_worked_by_hand(fixture):
    assert fixture.failed() == []
    assert fixture.check("R1").computed == Decimal("20056.00")
    assert fixture.check("R4").computed == Decimal("4970.00")
    assert fixture.all("SELECT count(*) FROM fec_lines") == [(57,)]


def test_revenue_by_account(fixture):
    found = dict(fixture.all("SELECT product, sum(amount_ht) FROM ledger_invoice_lines GROUP BY 1"))
    assert found == {"701100": 1450, "706000": 1650, "707000": 2050, "709100": -100, "709700": -80}


def test_billed_revenue_by_customer_and_cut_off_apart(fixture):
    billed = {"#COMPTOIR": 50, "C001": 1100, "C002": 500, "C003": 1250, "C004": 2000}
    assert fixture.revenue(cutoff=False) == billed
    sql = (
        "SELECT customer_id, amount_ht FROM ledger_invoice_lines WHERE doc_type = 'cutoff' ORDER BY amount_ht"
    )
    assert fixture.all(sql) == [(None, -150), (None, -80), ("C002", 300)]


def test_each_entry_is_what_an_accountant_says_it_is(fixture):
    assert fixture.types() == {
        "opening": ["AN-1"],
        "invoice": ["VE-2", "VE-6", "VE-10", "VE-11"],
        "credit_note": ["VE-4"],
        "deposit_invoice": ["VE-8"],
        "payment": ["BQ-3", "BQ-5", "BQ-7", "BQ-9", "BQ-13"],
        "cash_sale": ["CA-12"],
        "cutoff": ["OD-14", "OD-18", "OD-19"],
        "reclass": ["OD-15"],
        "impairment": ["OD-16"],
        "loss": ["OD-17"],
    }


def test_receipts_are_the_gross_amounts_on_the_customers_accounts(fixture):
    sql = "SELECT amount FROM ledger_payments WHERE kind = 'payment' ORDER BY payment_id"
    assert [row[0] for row in fixture.all(sql)] == [1200, 1320, 400, 240, 2000]
    assert fixture.all("SELECT customer_id, amount FROM ledger_payments WHERE kind = 'loss'") == [
        ("C009", 360)
    ]


def test_balances_at_the_closing_add_up_to_the_accounts(fixture):
    assert fixture.open(CLOSING) == {"C002": 800, "C003": 1260}
    sql = f"SELECT is_doubtful, sum(open) FROM {open_items(CLOSING)} GROUP BY 1 ORDER BY 1"
    assert fixture.all(sql) == [(False, 1760), (True, 300)]
    assert fixture.check("R6").computed == 2060


def test_payment_delays_run_from_the_document_to_the_receipt(fixture):
    sql = """SELECT item.invoice_id, payment.date - item.date FROM ledger_allocations AS paid
    JOIN ledger_receivable_items AS item ON item.item_id = debit_id
    JOIN ledger_payments AS payment ON payment.payment_id = credit_id WHERE payment.kind = 'payment' ORDER BY 1"""
    assert fixture.all(sql) == [("F2024-098", 36), ("F2025-001", 64), ("F2025-004", 9), ("F2025-006", 61)]


def test_a_letter_put_after_the_closing_does_not_reopen_the_invoice(fixture):
    assert "C004" not in fixture.open(date(2025, 11, 30))
    assert fixture.open(date(2025, 11, 29))["C004"] == 2000


def test_open_items_with_their_ages(fixture):
    sql = f"""SELECT customer, open, is_undated, due_date, DATE '2025-12-31' - due_date FROM {open_items(CLOSING)}
    ORDER BY customer, open DESC, is_undated DESC"""
    assert fixture.all(sql) == [
        ("C002", 600, True, None, None),
        ("C002", 600, False, date(2025, 4, 30), 245),
        ("C002", -400, False, None, None),
        ("C003", 960, False, date(2025, 8, 14), 139),
        ("C003", 300, False, date(2025, 4, 30), 245),
    ]


def test_first_in_first_out_settles_the_oldest_balance(translated):
    found = translated(FIXTURE, matching="fifo")
    sql = f"SELECT open, is_undated FROM {open_items(CLOSING)} WHERE customer = 'C002' ORDER BY open"
    assert found.all(sql) == [(200, True), (600, False)]
    assert found.open(CLOSING) == {"C002": 800, "C003": 1260}


def test_what_is_not_assigned_is_said(fixture):
    assert fixture.check("R12").computed == -180  # counter 50, rebates -80, deferred income -150
    codes = {note.code for note in fixture.translation.limits}
    assert {"fec.limit_quantities", "fec.limit_due_dates", "fec.limit_one_year"} <= codes


def test_wrong_answers_are_not_given(fixture):
    revenue = sum(fixture.revenue().values())
    (credits,) = fixture.all("SELECT -sum(balance) FROM fec_lines WHERE account LIKE '70%' AND balance < 0")
    (billed,) = fixture.all("SELECT sum(balance) FROM fec_lines WHERE account LIKE '411%' AND balance > 0")
    assert credits == (5300,)  # credits of 70 alone forget rebates and deferred income
    assert round(billed[0] / Decimal("1.2"), 2) == Decimal(
        "6116.67"
    )  # debits of 411 hold the opening and the deposit
    assert revenue == 4970  # a deposit counted as revenue would give 5,170


def test_a_credit_note_settles_the_invoice_it_corrects(fixture):
    sql = """SELECT debit.invoice_id, credit.invoice_id, allocation.amount FROM fec_allocations AS allocation
    JOIN fec_items AS debit ON debit.id = debit_id JOIN fec_items AS credit ON credit.id = credit_id
    WHERE debit.customer = 'C001' ORDER BY ALL"""
    assert fixture.all(sql) == [
        ("F2024-098", "VIR ALPHA", 1200),
        ("F2025-001", "A2025-001", 120),
        ("F2025-001", "VIR ALPHA", 1320),
    ]


def test_the_bank_fee_is_no_part_of_what_the_client_paid(fixture):
    assert fixture.all("SELECT amount FROM ledger_payments WHERE customer_id = 'C004'") == [(2000,)]


def test_invoices_to_issue_are_outside_the_ageing(translated):
    found = translated(FIXTURE)
    assert found.all("SELECT sum(balance) FROM fec_lines WHERE role = 'UNBILLED'") == [(360,)]
    assert found.all("SELECT count(*) FROM fec_items WHERE account LIKE '418%'") == [(0,)]
    assert sum(found.open(CLOSING).values()) == 2060


def test_ageing_of_what_is_due_thirty_days_after_the_invoice(fixture):
    sql = f"""SELECT CASE WHEN open < 0 THEN 'unallocated' WHEN is_undated THEN 'undated'
        WHEN DATE '2025-12-31' - due_date > 90 THEN 'over 90' ELSE 'other' END AS bucket, sum(open)
    FROM {open_items(CLOSING)} GROUP BY 1 ORDER BY 1"""
    assert fixture.all(sql) == [("over 90", 1860), ("unallocated", -400), ("undated", 600)]


def test_an_entry_of_two_clients_is_shared_by_what_each_owes(fixture):
    sql = (
        "SELECT customer, ht, vat_amount, is_allocated FROM fec_revenue WHERE is_allocated ORDER BY customer"
    )
    assert fixture.all(sql) == [("C002", 500, 100, True), ("C003", 250, 50, True)]


def test_the_lost_client_owes_nothing_and_its_loss_is_no_receipt(fixture):
    assert "C009" not in fixture.open(CLOSING)
    assert fixture.all("SELECT sum(balance) FROM fec_lines WHERE role = 'LOSS'") == [(300,)]
    assert fixture.all(
        "SELECT count(*) FROM ledger_payments WHERE customer_id = 'C009' AND kind = 'payment'"
    ) == [(0,)]
