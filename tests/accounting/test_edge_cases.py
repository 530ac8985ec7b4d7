"""The list C.12: each number has a test, named by what an accountant expects; then other rules of part C."""

import re
from datetime import date
from decimal import Decimal

import pytest

from capclient.errors import LedgerError, SourceError
from tests.accounting.conftest import FIXTURE, HEADER, entry, line

END = date(2025, 12, 31)


def invoice(num, day, customer="C1", ht=100, vat=20, let="", piece=""):
    piece = piece or f"F{num}"
    return entry(
        "VE",
        num,
        day,
        ("411000", ht + vat, customer, piece, let),
        ("707000", -ht, "", piece),
        ("445710", -vat, "", piece),
    )


def receipt(num, day, amount, customer="C1", let="", piece=""):
    return entry("BQ", num, day, ("512000", amount), ("411000", -amount, customer, piece or f"R{num}", let))


def opening(day, *balances):
    lines = [("411000", amount, customer, piece) for customer, amount, piece in balances]
    total = sum(amount for _, amount, _ in balances)
    return entry("AN", "AN1", day, *lines, ("101000", -total))


def test_1_a_lone_quote_in_a_label_changes_no_count_of_lines(translated):
    lines = [row.replace("Libelle", 'ECRAN 24"') for row in invoice(1, "20250110") + invoice(2, "20250111")]
    found = translated(lines)
    assert found.all("SELECT count(*) FROM fec_lines") == [(6,)]
    assert found.revenue() == {"C1": 200}


def test_2_amounts_with_the_sign_behind_are_negative(translated):
    lines = invoice(1, "20250110") + [
        row.replace("100,00", "100,00-").replace("20,00|", "20,00-|") for row in invoice(2, "20250111", "C2")
    ]
    assert translated(lines).revenue() == {"C1": 100, "C2": -100}


def test_3_a_credit_note_booked_as_a_negative_debit_is_one(translated):
    lines = [row.replace("|120,00|", "|-120,00|").replace("|100,00|", "|-100,00|").replace("|20,00|", "|-20,00|")
             for row in invoice(2, "20250111")]  # fmt: skip
    found = translated(invoice(1, "20250110", ht=500, vat=100) + lines)
    assert found.types() == {"invoice": ["VE-1"], "credit_note": ["VE-2"]}
    assert found.revenue() == {"C1": 400}
    assert found.failed() == []


@pytest.mark.parametrize(("debit", "credit"), [("+1", "-1"), ("D", "C")])
def test_4_one_amount_with_its_side_says_the_same(translated, tmp_path, debit, credit):
    rows = [row.split("|") for row in invoice(1, "20250110")]
    for row in rows:
        row[11:13] = [row[11], debit] if row[12] == "0,00" else [row[12], credit]
    path = tmp_path / "123456782FEC20251231.txt"
    header = HEADER.replace("Debit|Credit", "Montant|Sens")
    path.write_text("\n".join([header, *("|".join(row) for row in rows)]), "utf-8")
    found = translated(path)
    assert found.revenue() == {"C1": 100}
    assert found.failed() == []


@pytest.mark.parametrize("code", ["NA", "00042", "NULL", "1E5", "-"])
def test_5_a_client_code_is_a_text_whatever_it_looks_like(translated, code):
    assert translated(invoice(1, "20250110", code)).revenue() == {code: 100}


def test_6_the_customer_stands_in_the_account_number(translated):
    found = translated(
        entry("VE", 1, "20250110", ("411DUPONT", 120), ("707000", -100), ("445710", -20))
        + entry("VE", 2, "20250111", ("41100123", 60), ("707000", -50), ("445710", -10))
    )
    assert found.revenue() == {"DUPONT": 100, "00123": 50}


def test_7_without_any_customer_code_revenue_is_not_identified(translated):
    found = translated(invoice(1, "20250110", customer=""))
    assert found.revenue() == {"#NON_IDENTIFIE": 100}
    assert found.all("SELECT is_pool FROM ledger_customers") == [(True,)]
    assert found.check("R12").computed == 100
    assert "fec.limit_unidentified" in {note.code for note in found.translation.limits}


def test_8_a_detailed_opening_keeps_its_age_and_an_aggregated_one_has_none(translated):
    found = translated(
        [
            line("AN", 1, "20250101", "411000", 120, "C1", "F2024-9", piece_day="20241110"),
            line("AN", 1, "20250101", "411000", 80, "C2", "AN"),
            line("AN", 1, "20250101", "101000", -200),
            *invoice(2, "20250110", "C3"),
        ]
    )
    sql = "SELECT customer, document_date, is_undated FROM fec_items WHERE is_opening ORDER BY customer"
    assert found.all(sql) == [("C1", date(2024, 11, 10), False), ("C2", date(2025, 1, 1), True)]


def test_9_two_years_joined_have_one_opening_and_the_same_revenue(translated):
    first = invoice(1, "20251110") + invoice(2, "20251210", "C2")
    second = opening("20260101", ("C1", 120, "F1"), ("C2", 120, "F2")) + receipt(2, "20260115", 120)
    found = translated(first, second)
    assert found.failed() == ["R8"]  # revenue and VAT of the first year are in no opening here
    assert found.check("R8").facts["customers"] == 0
    assert found.revenue() == {"C1": 100, "C2": 100}
    assert found.open(date(2026, 12, 31)) == {"C2": 120}


def test_9_a_letter_of_the_next_year_goes_back_to_the_original_invoice(translated):
    second = [
        line("AN", 1, "20260101", "411000", 120, "C1", "F1", "A", piece_day="20250110"),
        line("AN", 1, "20260101", "101000", -120),
        *receipt(2, "20260115", 120, let="A"),
    ]
    found = translated(invoice(1, "20250110"), second)
    sql = "SELECT debit_id, credit_id, method FROM ledger_allocations"
    assert found.all(sql) == [("20251231-2", "20261231-5", "lettrage")]


def test_9_an_opening_that_differs_from_the_closing_is_an_item_of_its_own(translated):
    found = translated(invoice(1, "20250110"), opening("20260101", ("C1", 150, "X")) + invoice(2, "20260110"))
    assert found.open(date(2026, 12, 31)) == {"C1": 270}
    assert "R6" not in found.failed() and "R8" in found.failed()


def deposit():
    return entry(
        "VE",
        8,
        "20250601",
        ("411000", 240, "C1", "D1"),
        ("419100", -200, "C1", "D1"),
        ("445710", -40, "", "D1"),
    )


def test_10_a_deposit_is_no_revenue_and_the_final_invoice_counts_in_full(translated):
    final = entry(
        "VE",
        9,
        "20250715",
        ("411000", 960, "C1", "F9"),
        ("419100", 200, "C1", "F9"),
        ("706000", -1000, "", "F9"),
        ("445710", -160, "", "F9"),
    )
    found = translated(deposit() + final)
    assert found.revenue() == {"C1": 1000}
    assert found.check("R10").computed == 0
    assert found.all("SELECT kind, amount FROM ledger_receivable_items") == [
        ("deposit", 240),
        ("invoice", 960),
    ]


def test_10_a_deposit_alone_makes_no_revenue(translated):
    assert translated(deposit()).revenue() == {}


def test_11_an_invoice_covered_by_its_deposit_is_revenue(translated):
    lines = entry(
        "VE",
        9,
        "20250715",
        ("411000", 1200, "C1", "F9"),
        ("411000", -1200, "C1", "F9"),
        ("419100", 1200, "C1", "F9"),
        ("706000", -1000, "", "F9"),
        ("445710", -200, "", "F9"),
    )
    found = translated(lines)
    assert found.types() == {"zero_invoice": ["VE-9"]}
    assert found.revenue() == {"C1": 1000}


def test_12_an_export_has_no_vat(translated):
    found = translated(invoice(1, "20250110", ht=500, vat=0))
    assert found.all("SELECT amount_ht, vat, amount_ttc FROM ledger_invoice_lines") == [(500, 0, 500)]
    assert found.check("R10").computed == 0


def test_13_two_rates_in_one_invoice_are_known(translated):
    lines = entry(
        "VE",
        1,
        "20250110",
        ("411000", "225.50", "C1"),
        ("707000", -100),
        ("707100", -100),
        ("445711", -20),
        ("445712", "-5.50"),
    )
    found = translated(lines)
    assert found.check("R10").computed == 0
    assert found.all("SELECT sum(vat) FROM ledger_invoice_lines") == [(Decimal("25.50"),)]


def test_14_a_monthly_entry_is_shared_by_largest_remainder(translated):
    lines = entry(
        "VE",
        1,
        "20250131",
        ("411000", 40, "C1", "F1"),
        ("411000", 40, "C2", "F2"),
        ("411000", 40, "C3", "F3"),
        ("707000", -100, "", "J"),
        ("445710", -20, "", "J"),
    )
    found = translated(lines)
    assert found.revenue() == {"C1": Decimal("33.34"), "C2": Decimal("33.33"), "C3": Decimal("33.33")}
    sql = "SELECT customer_id, sum(amount_ttc) FROM ledger_invoice_lines GROUP BY 1"
    assert set(found.all(sql)) == {("C1", 40), ("C2", 40), ("C3", 40)}


def test_14_customers_with_rates_of_their_own_are_told_apart(translated):
    lines = entry(
        "VE",
        1,
        "20250131",
        ("411000", 1000, "C1", "F1"),
        ("411000", 600, "C2", "F2"),
        ("707100", -1000, "", "J"),
        ("707000", -500, "", "J"),
        ("445710", -100, "", "J"),
    )
    found = translated(lines)
    assert found.revenue() == {"C1": 1000, "C2": 500}


def test_14_invoices_that_follow_each_other_in_one_entry_are_cut(translated):
    lines = entry(
        "VE",
        1,
        "20250131",
        ("411000", 120, "C1", "F1"),
        ("707000", -100, "", "J"),
        ("445710", -20, "", "J"),
        ("411000", 211, "C2", "F2"),
        ("707000", -200, "", "J"),
        ("445710", -11, "", "J"),
    )
    found = translated(lines)
    assert found.revenue() == {"C1": 100, "C2": 200}
    assert found.types() == {"invoice": ["VE-1", "VE-1"]}


def test_15_a_number_on_each_line_is_no_number_of_entry(translated):
    lines = [
        line("VE", 1, "20250110", "411000", 120, "C1", "F1"),
        line("VE", 2, "20250110", "707000", -100, "", "F1"),
        line("VE", 3, "20250110", "445710", -20, "", "F1"),
        line("VE", 4, "20250110", "411000", 60, "C2", "x"),
        line("VE", 5, "20250110", "707000", -60, "", "y"),
    ]
    found = translated(lines)
    assert found.revenue() == {"C1": 100, "C2": 60}
    strategies = found.all("SELECT strategy FROM fec_entries ORDER BY entry")
    assert strategies == [("date_piece",), ("sequence",)]


def test_15_a_number_used_again_each_month_makes_several_entries(translated):
    found = translated(invoice(1, "20250110", piece="A") + invoice(1, "20250210", "C2", piece="B"))
    assert found.all("SELECT strategy FROM fec_entries") == [("number_date",), ("number_date",)]
    assert found.revenue() == {"C1": 100, "C2": 100}


def test_16_numbers_are_those_of_a_journal(translated):
    found = translated(invoice(1, "20250110") + receipt(1, "20250110", 120))
    assert found.types() == {"invoice": ["VE-1"], "payment": ["BQ-1"]}


def test_17_a_receipt_less_a_bank_fee_settles_in_full(translated):
    fee = entry("BQ", 2, "20250210", ("512000", 110), ("627000", 10), ("411000", -120, "C1", "R", "A"))
    found = translated(invoice(1, "20250110", let="A") + fee)
    assert found.open(END) == {}
    assert found.all("SELECT amount, kind, invoice_id FROM ledger_payments") == [(120, "payment", "F1")]


def test_18_a_cash_discount_leaves_the_revenue(translated):
    paid = entry(
        "BQ",
        2,
        "20250120",
        ("512000", "117.60"),
        ("665000", 2),
        ("445710", "0.40"),
        ("411000", -120, "C1", "R", "A"),
    )
    found = translated(invoice(1, "20250110", let="A") + paid)
    assert found.revenue() == {"C1": 100}
    assert found.open(END) == {}


def test_19_a_rejected_debit_opens_the_invoice_again(translated):
    rejected = entry("BQ", 3, "20250215", ("411000", 120, "C1", "REJ"), ("512000", -120))
    found = translated(invoice(1, "20250110", let="A") + receipt(2, "20250210", 120, let="A") + rejected)
    assert found.types()["payment_reject"] == ["BQ-3"]
    assert found.open(END) == {"C1": 120}
    assert found.all("SELECT amount FROM ledger_payments WHERE kind = 'reject'") == [(-120,)]


def test_a_rejected_debit_without_letter_belongs_to_the_invoices_of_its_receipt(translated):
    bills = entry("VE", 1, "20250110", ("411000", 120, "C1", "F1", "A"), ("706000", -100), ("445710", -20))
    bills += entry("VE", 2, "20250120", ("411000", 60, "C1", "F2", "A"), ("706000", -50), ("445710", -10))
    back = entry("BQ", 4, "20250215", ("411000", 180, "C1", "REJ"), ("512000", -180))
    found = translated(bills + receipt(3, "20250210", 180, let="A") + back)
    assert found.open(END) == {"C1": 180}
    assert found.all(
        "SELECT invoice_id, amount FROM ledger_payments WHERE kind = 'reject' ORDER BY payment_id"
    ) == [("F1", -120), ("F2", -60)]
    one = translated(invoice(1, "20250110", let="A") + receipt(2, "20250210", 120, let="A")
                     + entry("BQ", 3, "20250215", ("411000", 120, "C1", "REJ"), ("512000", -120)))  # fmt: skip
    assert one.all("SELECT invoice_id, amount FROM ledger_payments WHERE kind = 'reject'") == [("F1", -120)]


def test_a_refund_that_a_letter_sets_against_a_receipt_opens_no_invoice(translated):
    """An overpayment of 30 is given back, under the letter of its receipt; 30 were paid before for another invoice."""
    small = entry("VE", 1, "20250105", ("411000", 30, "C1", "F0", "B"), ("706000", -25), ("445710", -5))
    paid = receipt(2, "20250110", 30, let="B") + receipt(4, "20250210", 150, let="A")
    given_back = entry("BQ", 5, "20250215", ("411000", 30, "C1", "REM", "A"), ("512000", -30))
    found = translated(small + invoice(3, "20250112", let="A") + paid + given_back)
    assert found.open(END) == {}
    assert found.all("SELECT invoice_id FROM ledger_payments WHERE kind = 'reject'") in ([], [(None,)])


def test_20_a_doubtful_client_keeps_one_identity_and_the_age_of_the_invoice(translated):
    moved = entry("OD", 3, "20251231", ("416000", 120, "D1", "F1"), ("411000", -120, "C1", "F1", "A"))
    found = translated(invoice(1, "20250110", let="A") + moved)
    assert found.all("SELECT customer_id FROM ledger_customers") == [("C1",)]
    sql = "SELECT date, doubtful FROM ledger_receivable_items WHERE doubtful"
    assert found.all(sql) == [(date(2025, 1, 10), True)]
    assert found.all("SELECT count(*) FROM ledger_payments") == [(0,)]


def test_21_a_loss_is_no_payment(translated):
    lost = entry("OD", 3, "20251231", ("654000", 100), ("445710", 20), ("411000", -120, "C1", "F1"))
    found = translated(invoice(1, "20250110") + lost)
    assert found.all("SELECT kind FROM ledger_payments") == [("loss",)]
    assert found.open(END) == {}  # the piece names the invoice
    assert found.revenue() == {"C1": 100}


def test_22_vat_due_on_receipts_is_part_of_the_payment(translated):
    paid = entry(
        "BQ", 2, "20250210", ("512000", 120), ("411000", -120, "C1"), ("445800", 20), ("445710", -20)
    )
    assert translated(invoice(1, "20250110") + paid).types()["payment"] == ["BQ-2"]


@pytest.mark.parametrize(
    ("account", "label", "kind"),
    [
        ("401000", "Fournisseurs", "netting"),
        ("467200", "Factor Dupont", "factoring"),
        ("519000", "", "factoring"),
    ],
)
def test_23_24_netting_and_factoring_are_no_payments_of_the_client(translated, account, label, kind):
    lines = [
        line("OD", 2, "20250210", account, 120, label=label),
        line("OD", 2, "20250210", "411000", -120, "C1", let="A"),
    ]
    found = translated(invoice(1, "20250110", let="A") + lines)
    assert found.all("SELECT kind FROM ledger_payments") == [(kind,)]
    assert found.open(END) == {}


def test_25_a_letter_of_december_does_not_close_what_is_paid_in_january(translated):
    lines = invoice(1, "20251110", let="A") + receipt(2, "20260115", 120, let="A")
    found = translated(("123456782FEC20260131.txt", lines))
    assert found.open(END) == {"C1": 120}
    assert found.open(date(2026, 1, 15)) == {}


def test_26_a_letter_belongs_to_a_customer_and_a_year(translated):
    first = invoice(1, "20250110", let="AA") + receipt(2, "20250210", 120, "C2", let="AA")
    second = opening("20260101", ("C1", 120, "F1"), ("C2", -120, "R2")) + receipt(4, "20260310", 50, let="AA")
    found = translated(first, second, matching="letters")
    assert found.all("SELECT count(*) FROM ledger_allocations") == [(0,)]


def test_27_a_partial_letter_leaves_the_rest_open(translated):
    found = translated(invoice(1, "20250110", let="a") + receipt(2, "20250210", 50, let="a"))
    assert found.open(END) == {"C1": 70}
    assert found.failed() == []


def test_28_an_overpayment_stays_an_unallocated_credit(translated):
    found = translated(invoice(1, "20250110", let="A") + receipt(2, "20250210", 150, let="A"))
    assert found.all("SELECT rest FROM fec_left WHERE rest <> 0") == [(-30,)]


def credit_note(num, day, ht, let=""):
    return entry(
        "VE", num, day, ("411000", -ht * 6 / 5, "C1", f"A{num}", let), ("707000", ht), ("445710", ht / 5)
    )


def test_29_a_credit_note_larger_than_the_invoices_makes_a_negative_customer(translated):
    found = translated(invoice(1, "20250110") + credit_note(2, "20250120", 300))
    assert found.revenue() == {"C1": -200}


def test_30_a_credit_note_counts_in_its_own_year(translated):
    second = opening("20260101", ("C1", 120, "F1")) + credit_note(2, "20260220", 50)
    found = translated(invoice(1, "20250110"), second)
    sql = "SELECT year(accounting_date), sum(amount_ht) FROM ledger_invoice_lines GROUP BY 1 ORDER BY 1"
    assert found.all(sql) == [(2025, 100), (2026, -50)]


def test_31_an_accrual_and_its_reversal_are_cut_off(translated):
    first = entry("OD", 1, "20251231", ("418100", 120, "C1"), ("706000", -100), ("445870", -20))
    back = entry("OD", 1, "20260101", ("418100", -120, "C1"), ("706000", 100), ("445870", 20))
    found = translated(first, entry("AN", "A", "20260101", ("418100", 120), ("101000", -120)) + back)
    assert found.all("SELECT DISTINCT doc_type FROM ledger_invoice_lines") == [("cutoff",)]
    assert found.revenue() == {"C1": 0}


def test_32_rebates_accrued_without_client_are_listed_and_unassigned(translated):
    accrued = entry("OD", 2, "20251231", ("709700", 80), ("445870", 16), ("419800", -96))
    found = translated(invoice(1, "20250110") + accrued)
    assert found.revenue() == {"C1": 100, None: -80}
    assert found.types()["cutoff"] == ["OD-2"]
    assert found.check("R12").computed == -80


def test_33_deferred_income_is_cut_off_without_client(translated):
    found = translated(entry("OD", 1, "20251231", ("706000", 150), ("487000", -150)) + invoice(2, "20251231"))
    assert found.revenue() == {"C1": 100, None: -150}


@pytest.mark.parametrize("account", ["775000", "757000"])
def test_34_a_disposal_is_a_receivable_and_no_revenue(translated, account):
    found = translated(entry("OD", 1, "20250601", ("411000", 120, "C1"), (account, -100), ("445710", -20)))
    assert found.revenue() == {}
    assert found.open(END) == {"C1": 120}


def test_35_entries_that_close_the_results_are_ignored(translated):
    closing = entry("OD", 9, "20251231", ("707000", 100), ("120000", -100))
    found = translated(invoice(1, "20250110") + closing)
    assert found.revenue() == {"C1": 100}
    assert found.failed() == []


def test_35_a_closing_of_many_accounts_is_ignored_even_when_it_leaves_something(translated):
    sold = [
        row
        for at in range(5)
        for row in entry("VE", at, "20250110", ("411000", 100, "C1"), (f"70{at + 1}000", -100))
    ]
    zeroed = entry("OD", 9, "20251231", *((f"70{at + 1}000", 90) for at in range(5)), ("120000", -450))
    found = translated(sold + zeroed)
    assert found.revenue() == {"C1": 500}
    assert found.types()["closing_pl"] == ["OD-9"]
    assert found.failed() == []


def test_36_a_year_from_july_to_june_is_one_year(translated):
    lines = invoice(1, "20240710") + invoice(2, "20250610", "C2")
    found = translated(("123456782FEC20250630.txt", lines))
    (year,) = found.translation.years
    assert (year.start, year.end) == (date(2024, 7, 1), date(2025, 6, 30))
    assert found.revenue() == {"C1": 100, "C2": 100}


def test_37_a_year_of_eighteen_months_is_one_year(translated):
    (year,) = translated(
        ("123456782FEC20250630.txt", invoice(1, "20240110") + invoice(2, "20250610"))
    ).translation.years
    assert (year.start, year.end) == (date(2024, 1, 1), date(2025, 6, 30))


def test_38_cash_accounts_name_the_client_and_have_no_receivable(translated, tmp_path):
    sold = entry("BQ", 1, "20250110", ("512000", 100), ("706000", -100))
    found = translated(sold)
    assert found.revenue() == {"#COMPTOIR": 100}
    assert "fec.limit_no_receivables" in {note.code for note in found.translation.limits}
    path = tmp_path / "732829320FEC20251231.txt"
    rows = [f"{row}|20250110|CB||{client}" for row, client in zip(sold, ("", "DUPONT"), strict=True)]
    path.write_text("\n".join([HEADER + "|DateRglt|ModeRglt|NatOp|IdClient", *rows]), "utf-8")
    assert translated(path).revenue() == {"DUPONT": 100}


@pytest.mark.parametrize(("content", "code"), [("", "source.empty_file"), (HEADER + "\n", "fec.no_line")])
def test_39_an_empty_file_or_a_header_alone_is_refused(translated, tmp_path, content, code):
    (tmp_path / "123456782FEC20251231.txt").write_text(content, "utf-8")
    with pytest.raises(SourceError) as refusal:
        translated(tmp_path / "123456782FEC20251231.txt")
    assert refusal.value.code == code


def test_40_two_files_of_one_year_are_refused(translated):
    lines = invoice(1, "20250110")
    with pytest.raises(LedgerError, match="exercice clos"):
        translated(
            ("123456782FEC20251231.txt", lines),
            ("123456782FEC20251231-v2.txt", lines + receipt(2, "20250120", 10)),
        )


def test_40_the_same_lines_twice_are_refused(translated):
    lines = invoice(1, "20250110")
    with pytest.raises(LedgerError, match="mêmes écritures"):
        translated(("123456782FEC20251231_1.txt", lines), ("123456782FEC20251231_2.txt", lines))


def test_parts_of_one_year_are_joined(translated):
    found = translated(
        ("123456782FEC20251231_1.txt", invoice(1, "20250110")),
        ("123456782FEC20251231_2.txt", invoice(2, "20250210", "C2")),
    )
    assert found.revenue() == {"C1": 100, "C2": 100}


def test_missing_months_between_two_years_are_an_error(translated):
    with pytest.raises(LedgerError, match="2026-01, 2026-02"):
        translated(invoice(1, "20250110"), ("123456782FEC20261231.txt", invoice(2, "20260310")))


def test_files_of_two_companies_are_refused_unless_they_are_a_group(translated):
    files = (
        ("123456782FEC20251231.txt", invoice(1, "20250110")),
        ("732829320FEC20251231.txt", invoice(1, "20250111", "C2")),
    )
    with pytest.raises(LedgerError, match="plusieurs sociétés"):
        translated(*files)
    assert translated(*files, is_group=True).revenue() == {"C1": 100, "C2": 100}


def test_a_sales_journal_coded_an_is_no_opening(translated):
    sold = entry("AN", 1, "20250110", ("411000", 120, "C1"), ("707000", -100), ("445710", -20))
    paid = entry("AN", 2, "20250210", ("512000", 120), ("411000", -120, "C1"))
    assert translated(sold + paid).types() == {"invoice": ["AN-1"], "payment": ["AN-2"]}


def test_an_invoice_paid_on_the_spot_is_an_invoice_and_a_payment(translated):
    lines = entry(
        "VE",
        1,
        "20250110",
        ("411000", 120, "C1"),
        ("411000", -120, "C1"),
        ("707000", -100),
        ("445710", -20),
        ("512000", 120),
    )
    assert translated(lines).types() == {"invoice": ["VE-1"], "payment": ["VE-1"]}


def test_an_unbalanced_entry_is_kept_and_flagged(translated):
    found = translated(entry("VE", 1, "20250110", ("411000", 130, "C1"), ("707000", -100), ("445710", -20)))
    assert found.revenue() == {"C1": 100}
    assert {"R1", "R2", "R3", "R9"} <= set(found.failed())


@pytest.mark.parametrize(("cents", "status"), [("0.01", "warning"), ("0.02", "failed")])
def test_a_cent_of_rounding_is_said_and_does_not_fail(translated, cents, status):
    lines = entry(
        "VE", 1, "20250110", ("411000", 120 + Decimal(cents), "C1"), ("707000", -100), ("445710", -20)
    )
    found = translated(lines + invoice(2, "20250111"))
    assert {found.check(id).status for id in ("R1", "R2", "R3", "R9")} == {status}


def test_unbalanced_entries_that_make_up_for_each_other_are_seen(translated):
    over = entry("VE", 1, "20250110", ("411000", 130, "C1"), ("707000", -100), ("445710", -20))
    under = entry("VE", 2, "20250111", ("411000", 110, "C1"), ("707000", -100), ("445710", -20))
    found = translated(over + under)
    assert found.failed() == ["R2", "R9"]
    assert (found.check("R2").computed, found.check("R9").difference) == (2, 20)


@pytest.mark.parametrize(
    ("term", "due"), [("30", "2025-02-09"), ("45 FDM", "2025-02-28"), ("60 jours", "2025-03-11")]
)
def test_terms_give_due_dates(translated, term, due):
    found = translated(invoice(1, "20250110"), default_term="10", customer_terms={"C1": term})
    sql = "SELECT DISTINCT due_date::VARCHAR, due_source FROM ledger_invoice_lines"
    assert found.all(sql) == [(due, "customer_term")]


def test_the_sum_of_the_oldest_invoices_is_matched_when_asked(translated):
    lines = invoice(1, "20250110") + invoice(2, "20250111", ht=50, vat=10) + receipt(3, "20250301", 180)
    found = translated(lines, matching="sum")
    assert found.all("SELECT DISTINCT method FROM ledger_allocations") == [("sum",)]


def brought_forward(*amounts, client="C1", let=""):
    """Openings whose own letters the new year dropped."""
    debits = [("411000", amount, client, f"AN{place}", let) for place, amount in enumerate(amounts)]
    return entry("AN", 1, "20250101", *debits, ("101000", -sum(amounts)))


def lettered_receipts(*amounts, let="AAEI", client="C1"):
    return [
        row for place, amount in enumerate(amounts)
        for row in entry("BQ", 10 + place, f"202502{10 + place}", ("411000", -amount, client, f"V{place}",
                                                                  f"{let}{place}" if let else ""), ("512000", amount))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("openings", "receipts"),
    [
        ((1568,), (1568,)),  # the only one of its amount
        ((100, 60, 999), (160,)),  # exactly the oldest together
        ((1000,), (400, 600)),  # one balance paid in two times
    ],
)
def test_an_opening_meets_the_receipt_whose_letter_is_of_the_year_before(translated, openings, receipts):
    found = translated(brought_forward(*openings) + lettered_receipts(*receipts))
    assert found.all("SELECT DISTINCT method FROM ledger_allocations") == [("opening",)]
    assert found.all("SELECT sum(amount) FROM fec_allocations") == [(sum(receipts),)]
    assert found.all("SELECT coalesce(sum(rest), 0) FROM fec_left WHERE rest < 0") == [(0,)]
    assert found.open(END) == ({"C1": sum(openings) - sum(receipts)} if sum(openings) > sum(receipts) else {})
    assert found.failed() == []


@pytest.mark.parametrize(
    "lines",
    [
        brought_forward(120, 120) + lettered_receipts(120),  # which of the two?
        brought_forward(120) + lettered_receipts(120, 120),  # which of the two?
        brought_forward(120) + lettered_receipts(119),  # nearly is not exactly
        brought_forward(120) + lettered_receipts(120, client="C2"),
        brought_forward(120, let="ZZ") + lettered_receipts(120),  # each has its own letter
        invoice(1, "20250110") + lettered_receipts(120),  # a debt of the year is no opening
    ],
)
def test_a_lettered_receipt_settles_nothing_else_by_its_amount(translated, lines):
    assert translated(lines).all("SELECT count(*) FROM fec_allocations") == [(0,)]


def test_letters_alone_leave_openings_alone(translated):
    found = translated(brought_forward(120) + lettered_receipts(120), matching="letters")
    assert found.all("SELECT count(*) FROM fec_allocations") == [(0,)]


def test_declared_revenue_is_compared(translated):
    found = translated(FIXTURE, declared_revenue={END: Decimal("4900.00")})
    assert found.failed() == ["R13"]
    assert found.check("R13").difference == 70


def test_a_user_may_name_an_opening_journal(translated):
    lines = entry("ZZ", 1, "20250101", ("411000", 120, "C1"), ("101000", -120)) + invoice(2, "20250110", "C2")
    assert translated(lines, opening_journals=("ZZ",)).types()["opening"] == ["ZZ-1"]


def test_a_user_may_correct_a_closing_date(translated):
    lines = invoice(1, "20250110")
    found = translated(("export.txt", lines), closings={"export.txt": END})
    assert found.translation.years[0].end == END


def test_every_case_of_the_list_has_its_test():
    numbers = re.findall(
        r"_(\d+)",
        " ".join(re.match(r"test((?:_\d+)*)", name)[1] for name in globals() if name.startswith("test_")),
    )
    assert {int(number) for number in numbers} == set(range(1, 41))


def segments(found):
    return dict(found.all("SELECT product, any_value(family) FROM ledger_invoice_lines GROUP BY 1"))


def sold(num, account, label, ht=100):
    return [
        line("VE", num, "20250110", "411000", ht, "C1"),
        line("VE", num, "20250110", account, -ht, label=label),
    ]


def test_rebates_count_with_what_they_rebate(translated):
    rows = sold(1, "707000", "Négoce") + sold(2, "707100", "Pièces", 300) + sold(3, "706000", "Services")
    rows += (
        sold(4, "709700", "RRR", -10)
        + sold(5, "709710", "RRR pièces", -10)
        + sold(6, "709100", "RRR finis", -5)
    )
    assert segments(translated(rows)) == {
        "707000": "Négoce",
        "707100": "Pièces",
        "706000": "Services",
        "709700": "Négoce",
        "709710": "Pièces",
        "709100": "RRR finis",  # nothing of 701 was sold
    }


def test_accounts_that_share_a_label_are_told_apart(translated):
    found = segments(translated(sold(1, "707000", "Ventes") + sold(2, "706000", "Ventes")))
    assert found == {"707000": "Ventes (707000)", "706000": "Ventes (706000)"}


def test_a_single_account_of_revenue_tells_no_segment(translated):
    found = translated(sold(1, "707000", "Ventes") + sold(2, "709700", "RRR", -10))
    assert segments(found) == {None: None}
    assert "fec.limit_one_account" in {note.code for note in found.translation.limits}


def test_vat_goes_to_the_account_of_its_rate(translated):
    rows = entry(
        "VE", 1, "20250110",
        ("411000", 1411, "C1"), ("707000", -1000), ("707100", -200), ("445711", -200), ("445712", -11),
    )  # fmt: skip
    found = translated(rows)
    assert found.all("SELECT product, vat FROM ledger_invoice_lines ORDER BY 1") == [
        ("707000", Decimal("200.00")),
        ("707100", Decimal("11.00")),
    ]


def test_an_account_without_vat_gets_none_beside_one_that_has(translated):
    rows = entry(
        "VE", 1, "20250110", ("411000", 170, "C1"), ("707000", -60), ("707000", -40), ("708500", -50), ("445710", -20)
    )  # fmt: skip
    found = translated(rows)
    assert found.all("SELECT product, amount_ht, vat FROM ledger_invoice_lines ORDER BY 1, 2") == [
        ("707000", 40, 8),
        ("707000", 60, 12),
        ("708500", 50, 0),
    ]


NAME = "123456782FEC20251231"
VERSIONS = [
    (f"{NAME}.txt", f"{NAME} (1).txt"),
    (f"{NAME}.txt", "compta2025.txt"),
    (f"{NAME}_20260110.txt", f"{NAME}_20260315.txt"),
    (f"{NAME} (1).txt", f"{NAME}-2.txt"),
    (f"{NAME}_1.txt", f"{NAME}_3.txt"),
    (f"{NAME}_1.txt", f"{NAME}.txt"),
]


@pytest.mark.parametrize("names", VERSIONS)
@pytest.mark.parametrize("is_group", [False, True])
def test_two_files_of_one_year_that_are_no_numbered_parts_are_refused(translated, names, is_group):
    contents = invoice(1, "20251210"), invoice(2, "20251211")
    with pytest.raises(LedgerError) as refusal:
        translated(*zip(names, contents, strict=True), is_group=is_group)
    assert refusal.value.code == "fec.same_year"


def test_numbered_parts_that_repeat_each_other_are_refused(translated):
    lines = [row for at in range(12) for row in invoice(at, "20250110")]
    with pytest.raises(LedgerError) as refusal:
        translated((f"{NAME}_1.txt", lines), (f"{NAME}_2.txt", lines + invoice(99, "20251220")))
    assert refusal.value.code == "fec.shared_lines"


def test_a_file_of_a_group_names_its_company(translated):
    files = [
        (name, invoice(at, "20251210"))
        for at, name in enumerate((f"{NAME}.txt", "732829320FEC20251231.txt", "export.txt"))
    ]
    with pytest.raises(LedgerError) as refusal:
        translated(*files, is_group=True)
    assert refusal.value.code == "fec.unknown_company"


def test_entries_of_two_companies_may_bear_one_number(translated):
    till = entry("VE", 1, "20250310", ("530000", 60), ("707000", -50), ("445710", -10), piece="T1")
    accrued = entry("OD", 1, "20251231", ("418100", 120, "C1"), ("706000", -100), ("445870", -20))
    deferred = entry("OD", 1, "20251231", ("706000", 300), ("487000", -300))
    found = translated(
        (f"{NAME}.txt", invoice(1, "20250310") + accrued),
        ("732829320FEC20251231.txt", till + deferred),
        is_group=True,
    )
    assert found.types() == {"invoice": ["VE-1"], "cash_sale": ["VE-1"], "cutoff": ["OD-1", "OD-1"]}
    assert found.revenue() == {"#COMPTOIR": 50, "C1": 200, None: -300}
    assert found.failed() == []


def test_the_opening_of_a_company_without_earlier_file_is_kept(translated):
    found = translated(
        ("123456782FEC20241231.txt", invoice(1, "20240110") + invoice(2, "20241210")),
        (f"{NAME}.txt", opening("20250101", ("C1", 240, "F1")) + invoice(3, "20251210")),
        ("732829320FEC20251231.txt", opening("20250101", ("C9", 1000, "F9")) + invoice(4, "20251211", "C2")),
        is_group=True,
    )
    assert found.open(END) == {"C1": 360, "C2": 120, "C9": 1000}
    assert (found.check("R6").status, found.check("R7").status) == ("ok", "ok")


def test_a_client_of_two_companies_pays_the_one_it_owes(translated):
    found = translated(
        (f"{NAME}.txt", invoice(1, "20251110", let="AA")),
        ("732829320FEC20251231.txt", receipt(1, "20251210", 120, let="AA")),
        is_group=True,
    )
    assert found.all("SELECT count(*) FROM ledger_allocations") == [(0,)]


def test_a_closing_before_every_line_is_refused(translated):
    with pytest.raises(LedgerError) as refusal:
        translated(("123456782FEC20241231.txt", invoice(1, "20250110") + invoice(2, "20251210")))
    assert refusal.value.code == "fec.closing_before_lines"
    assert "accounting.closings" in str(refusal.value)


@pytest.mark.parametrize(
    ("code", "label"),
    [("BQ", "BNP Couverture"), ("RN", "Banque Rennes"), ("BQ", "Banque Ouverture"), ("BQ", "Reporting")],
)
def test_a_bank_is_no_journal_of_openings(translated, code, label):
    paid = [row.replace("BQ|Journal BQ", f"{code}|{label}") for row in receipt(2, "20250301", 120)]
    found = translated(invoice(1, "20250110") + paid)
    assert found.types() == {"invoice": ["VE-1"], "payment": [f"{code}-2"]}


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("RN", "RN"),
        ("X", "À nouveaux"),
        ("X", "Bilan d’ouverture"),
        ("X", "Report à nouveau"),
        ("X", "Reports"),
    ],
)
def test_openings_are_known_by_the_words_of_their_journal(translated, code, label):
    opened = [
        row.replace("AN|Journal AN", f"{code}|{label}") for row in opening("20250101", ("C1", 120, "F1"))
    ]
    found = translated(invoice(1, "20250110", "C2") + opened)
    assert found.types()["opening"] == [f"{code}-AN1"]


def test_what_stands_beside_an_invoice_under_its_number_is_not_its_client_s(translated):
    day = "20250310"
    ticket = entry("VE", "M3", day, ("530000", 60), ("707000", -50), ("445710", -10), piece="T1")
    rebate = [
        line("VE", "M3", day, "709000", 30, piece="RR"),
        line("VE", "M3", day, "419800", -30, piece="RR"),
    ]
    found = translated(invoice("M3", day, piece="F1") + ticket + rebate)
    assert found.revenue() == {"#COMPTOIR": 50, "C1": 100, None: -30}
    assert found.open(END) == {"C1": 120}


def test_a_client_whose_code_changes_between_two_years_owes_under_the_new_one(translated):
    second = opening("20260101", ("X1", 120, "F1"), ("C2", 60, "F2")) + receipt(3, "20260301", 120, "X1")
    found = translated(invoice(1, "20250110") + invoice(2, "20251220", "C2", ht=50, vat=10), second)
    assert found.open(date(2026, 12, 31)) == {"C1": 0, "C2": 60}
    assert found.check("R6").status == "ok"


def test_an_opening_without_clients_leaves_the_debts_to_theirs(translated):
    second = entry("AN", 1, "20260101", ("411000", 180), ("101000", -180)) + invoice(9, "20261210", "C9")
    found = translated(invoice(1, "20250110") + invoice(2, "20251220", "C2", ht=50, vat=10), second)
    assert found.open(date(2026, 12, 31)) == {"C1": 120, "C2": 60, "C9": 120}


def test_a_company_of_a_group_misses_no_year(translated):
    files = [
        ("123456782FEC20231231.txt", invoice(1, "20230110") + invoice(2, "20231210")),
        ("732829320FEC20241231.txt", invoice(1, "20240110") + invoice(2, "20241210")),
        (f"{NAME}.txt", invoice(1, "20250110")),
    ]
    with pytest.raises(LedgerError, match="2024-01, 2024-02") as refusal:
        translated(*files, is_group=True)
    assert refusal.value.code == "fec.gap"
