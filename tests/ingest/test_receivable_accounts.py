"""Customers' accounts made from invoices and payments: what settles what, how we know, and what stays open."""

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.engine.payments import EVENTS
from capclient.engine.receivables import OPEN
from capclient.frames import written
from capclient.ingest.due_dates import read_term
from capclient.params import make_params
from capclient.portfolio import Portfolio
from tests.examples import few

AS_OF = date(2025, 6, 30)


def invoice(number, client, day, ttc, *, due=None, kind=None, credits=None, ht=None):
    net = ht if ht is not None else Decimal(ttc) / Decimal("1.2")
    return {"invoice_id": number, "customer_id": client, "invoice_date": day, "due_date": due, "doc_type": kind,
            "amount_ht": f"{net:.2f}", "amount_ttc": None if ttc is None else f"{Decimal(ttc):.2f}",
            "credited_invoice_id": credits}  # fmt: skip


def payment(id, client, number, day, amount, kind="payment"):
    return {
        "payment_id": id,
        "customer_id": client,
        "invoice_id": number,
        "date": day,
        "amount": amount,
        "kind": kind,
    }


def company(lines, payments=None, *, receivables=None, as_of=AS_OF, **tables):
    frames = {
        "invoice_lines": pd.DataFrame(lines),
        **{name: pd.DataFrame(rows) for name, rows in tables.items()},
    }
    if payments is not None:
        frames["payments"] = pd.DataFrame(payments)
    content = {"company": {"id": "accounts"}, "sources": {name: f"{name}.parquet" for name in frames},
               "period": {"as_of": as_of.isoformat()}, "receivables": receivables or {}}  # fmt: skip
    return Portfolio.of(make_params(content, folder=written(frames), where="test"))


def still_open(portfolio, day=AS_OF):
    """Return what is open by client and invoice or payment, in euros."""
    rows = portfolio.ledger.frame(OPEN, {"day": day})
    return {(row.customer_id, row.item_id): row.open for row in rows.itertuples()}


def methods(portfolio):
    return sorted(
        (row.debit_id, row.credit_id, row.amount, row.method)
        for row in portfolio.table("allocations").itertuples()
    )


def test_an_invoice_is_settled_instalment_by_instalment_the_oldest_first():
    lines = [invoice("F1", "C1", "2025-01-10", "120", due="2025-03-10"),
             invoice("F1", "C1", "2025-01-10", "120", due="2025-02-10")]  # fmt: skip
    portfolio = company(lines, [payment("P1", "C1", "F1", "2025-02-20", "150")])
    assert methods(portfolio) == [
        ("C1|F1|2025-02-10", "P1", 120, "given"),
        ("C1|F1|2025-03-10", "P1", 30, "given"),
    ]
    assert still_open(portfolio) == {("C1", "C1|F1|2025-03-10"): 90}
    items = portfolio.table("receivable_items")
    assert set(items.due_source) == {"file"} and set(items.kind) == {"invoice"}


def test_an_overpayment_stays_unallocated_even_when_another_invoice_has_its_amount():
    lines = [invoice("F1", "C1", "2025-01-10", "100"), invoice("F2", "C1", "2025-01-11", "30")]
    portfolio = company(lines, [payment("P1", "C1", "F1", "2025-02-20", "130")])
    assert still_open(portfolio) == {("C1", "C1|F2"): 30, ("C1", "P1"): -30}


def test_a_payment_that_names_the_invoice_of_another_client_settles_nothing():
    lines = [invoice("F1", "C1", "2025-01-10", "100"), invoice("F2", "C2", "2025-01-11", "100")]
    portfolio = company(lines, [payment("P1", "C2", "F1", "2025-02-20", "100")])
    assert still_open(portfolio) == {("C1", "C1|F1"): 100, ("C2", "C2|F2"): 100, ("C2", "P1"): -100}
    assert portfolio.store.report["receivables"]["facts"]["other_customers"] == {
        "count": 1,
        "amount": "100.00",
    }


def test_a_payment_of_an_invoice_older_than_the_ledger_is_said():
    portfolio = company(
        [invoice("F1", "C1", "2025-01-10", "100")], [payment("P1", "C1", "OLD", "2025-01-12", "40")]
    )
    assert portfolio.store.report["receivables"]["facts"]["unknown_invoices"] == {
        "count": 1,
        "amount": "40.00",
    }
    assert still_open(portfolio) == {("C1", "C1|F1"): 100, ("C1", "P1"): -40}


def test_a_payment_that_comes_back_opens_the_invoice_again_from_that_day_only():
    lines = [invoice("F1", "C1", "2025-01-10", "100", due="2025-02-10")]
    paid = [
        payment("P1", "C1", "F1", "2025-02-10", "100"),
        payment("R1", "C1", "F1", "2025-03-01", "-100", "reject"),
    ]
    portfolio = company(lines, paid)
    assert still_open(portfolio, date(2025, 2, 20)) == {}
    assert still_open(portfolio) == {("C1", "R1"): 100}
    again = company(lines, [*paid, payment("P2", "C1", "F1", "2025-03-20", "100")])
    assert still_open(again, date(2025, 3, 10)) == {("C1", "R1"): 100}
    assert still_open(again) == {}


def test_losses_netting_and_factoring_settle_too():
    lines = [invoice(f"F{n}", "C1", "2025-01-10", "100") for n in range(3)]
    kinds = ("loss", "netting", "factoring")
    portfolio = company(
        lines, [payment(f"P{n}", "C1", f"F{n}", "2025-02-01", "100", kind) for n, kind in enumerate(kinds)]
    )
    assert still_open(portfolio) == {}


def test_a_credit_note_settles_the_invoice_it_credits_and_is_not_due():
    lines = [invoice("F1", "C1", "2025-01-10", "100"), invoice("F2", "C1", "2025-01-10", "60"),
             invoice("A1", "C1", "2025-02-01", "-60", due="2025-03-01", credits="F2")]  # fmt: skip
    portfolio = company(lines, [payment("P1", "C9", None, "2025-02-20", "1")])
    assert still_open(portfolio) == {("C1", "C1|F1"): 100, ("C9", "P1"): -1}
    items = portfolio.table("receivable_items").set_index("invoice_id")
    assert items.kind["A1"] == "credit_note" and pd.isna(items.due_date["A1"])


def test_a_credit_note_among_payments_too_is_told_once():
    lines = [
        invoice("F1", "C1", "2025-01-10", "100"),
        invoice("A1", "C1", "2025-02-01", "-100", credits="F1"),
    ]
    portfolio = company(lines, [payment("P1", "C1", "F1", "2025-02-01", "100", "credit_note")])
    assert still_open(portfolio) == {}
    assert portfolio.store.report["receivables"]["facts"]["credit_notes"] == {"count": 1, "amount": "100.00"}


@pytest.mark.parametrize(
    ("matching", "left"),
    [
        ("letters", {"F1": 100, "F2": 50, "F3": 70, "P1": -70, "P2": -150}),
        ("amount", {"F1": 100, "F2": 50, "P2": -150}),
        ("sum", {}),
        ("fifo", {}),
    ],
)
def test_payments_that_name_no_invoice_are_matched_as_far_as_the_company_asks(matching, left):
    lines = [invoice("F1", "C1", "2025-01-10", "100"), invoice("F2", "C1", "2025-01-20", "50"),
             invoice("F3", "C1", "2025-02-01", "70")]  # fmt: skip
    paid = [payment("P1", "C1", None, "2025-03-01", "70"), payment("P2", "C1", None, "2025-03-02", "150")]
    portfolio = company(lines, paid, receivables={"matching": matching})
    assert {id.removeprefix("C1|"): amount for (_, id), amount in still_open(portfolio).items()} == left


def test_first_in_first_out_takes_overpayments_too_once_nothing_better_matches():
    lines = [invoice("F1", "C1", "2025-01-10", "100"), invoice("F2", "C1", "2025-01-20", "50")]
    portfolio = company(
        lines, [payment("P1", "C1", "F1", "2025-03-01", "120")], receivables={"matching": "fifo"}
    )
    assert still_open(portfolio) == {("C1", "C1|F2"): 30}


def test_due_dates_come_from_the_file_then_the_client_then_the_usual_term():
    lines = [invoice("F1", "C1", "2025-01-10", "100", due="2025-01-31"), invoice("F2", "C1", "2025-01-10", "100"),
             invoice("F3", "C2", "2025-01-10", "100"), invoice("F4", "C3", "2025-01-10", "100")]  # fmt: skip
    sheet = [{"customer_id": "C1", "payment_terms": "45 jours fin de mois"},
             {"customer_id": "C2", "payment_terms": "selon contrat"},
             {"customer_id": "C3", "payment_terms": "60"}]  # fmt: skip
    terms = {"default_term": "20", "customer_terms": {"C3": "10"}}
    portfolio = company(
        lines, [payment("P1", "C1", None, "2025-06-01", "1")], customers=sheet, receivables=terms
    )
    items = portfolio.table("receivable_items").set_index("invoice_id")
    assert {number: (f"{row.due_date:%m-%d}", row.due_source) for number, row in items.iterrows()} == {
        "F1": ("01-31", "file"), "F2": ("02-28", "customer_term"), "F3": ("01-30", "default_term"),
        "F4": ("01-20", "customer_term"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "term"),
    [("30", "30"), ("30 jours nets", "30 jours"), ("60 jours date de facture", "60 jours"), ("comptant", "0"),
     ("45 FDM", "45 FDM"), ("voir contrat 12", None), ("", None)],
)  # fmt: skip
def test_terms_are_read_as_people_write_them(words, term):
    assert read_term(words) == term


def test_invoices_alone_say_nothing_of_what_was_paid():
    portfolio = company([invoice("F1", "C1", "2025-01-10", "100")])
    assert portfolio.store.report["receivables"]["missing"] == "missing:payments"
    assert not portfolio.has("receivable_items")


def test_without_any_vat_there_is_no_account_unless_a_rate_is_given():
    lines = [invoice("F1", "C1", "2025-01-10", None, ht=Decimal("33.33")),
             invoice("F1", "C1", "2025-01-10", None, ht=Decimal("33.33"))]  # fmt: skip
    paid = [payment("P1", "C1", "F1", "2025-02-01", "79.99")]
    assert company(lines, paid).store.report["receivables"]["missing"] == "missing:amount_ttc"
    portfolio = company(lines, paid, receivables={"vat_rate": "0.20"})
    assert still_open(portfolio) == {}  # the VAT of the whole document, rounded once
    assert portfolio.store.report["receivables"]["facts"]["estimated"] == "66.66"


def test_deposits_are_owed_and_cutoff_entries_are_not():
    lines = [
        invoice("D1", "C1", "2025-01-10", "50", kind="deposit"),
        invoice("X1", "C1", "2025-01-10", "80", kind="cutoff"),
    ]
    portfolio = company(lines, [payment("P1", "C1", None, "2025-06-01", "1")])
    assert still_open(portfolio) == {("C1", "C1|D1"): 50, ("C1", "P1"): -1}
    assert portfolio.table("receivable_items").kind.tolist() == ["deposit"]


def test_sales_without_client_have_a_line_of_their_own():
    portfolio = company(
        [invoice("F1", None, "2025-01-10", "100")], [payment("P1", "C1", None, "2025-06-01", "1")]
    )
    assert still_open(portfolio) == {("#NON_IDENTIFIE", "#NON_IDENTIFIE|F1"): 100, ("C1", "P1"): -1}


def test_one_transfer_that_pays_several_invoices_and_payments_without_a_number_settle_once_each():
    lines = [invoice("F1", "C1", "2025-01-10", "100"), invoice("F2", "C1", "2025-01-10", "50")]
    paid = [payment("V1", "C1", "F1", "2025-02-01", "100"), payment("V1", "C1", "F2", "2025-02-01", "20"),
            payment(None, "C1", "F2", "2025-02-02", "10")]  # fmt: skip
    portfolio = company(lines, paid)
    assert still_open(portfolio) == {("C1", "C1|F2"): 20}
    assert portfolio.table("payments").payment_id.is_unique


def test_items_of_the_user_are_settled_by_the_payments_that_name_their_invoice():
    items = [{"item_id": "I1", "customer_id": "C1", "invoice_id": "F1", "date": "2025-01-10", "amount": "100"},
             {"item_id": "I2", "customer_id": "C1", "invoice_id": None, "date": "2025-01-01", "amount": "40",
              "kind": "opening"}]  # fmt: skip
    portfolio = company([invoice("F1", "C1", "2025-01-10", "100")], [payment("P1", "C1", "F1", "2025-02-01", "60")],
                        receivable_items=items)  # fmt: skip
    told = portfolio.store.report["receivables"]
    assert (told["basis"], told["made"]) == ("items_and_payments", ["allocations"])
    assert still_open(portfolio) == {("C1", "I1"): 40, ("C1", "I2"): 40}
    due = portfolio.table("receivable_items").set_index("item_id").due_source
    assert due["I1"] == "default_term" and pd.isna(due["I2"])  # a balance brought forward has no age


def test_a_list_of_open_items_is_what_is_open():
    items = [
        {
            "item_id": "I1",
            "customer_id": "C1",
            "date": "2025-01-10",
            "due_date": "2025-02-10",
            "amount": "100",
        }
    ]
    portfolio = company([invoice("F1", "C1", "2025-01-10", "100")], receivable_items=items)
    assert portfolio.store.report["receivables"]["basis"] == "open_items"
    assert still_open(portfolio) == {("C1", "I1"): 100}


def test_the_same_sources_give_the_same_bytes():
    lines = [invoice(f"F{n}", f"C{n % 3}", "2025-01-10", "100") for n in range(50)]
    paid = [payment(f"P{n}", f"C{n % 3}", f"F{n}" if n % 2 else None, "2025-02-01", "70") for n in range(40)]
    first = company(lines, paid)
    files = {
        name: first.store.path(f"{name}.parquet").read_bytes() for name in ("receivable_items", "allocations")
    }
    again = Portfolio.of(first.params, force=True)
    assert {name: again.store.path(f"{name}.parquet").read_bytes() for name in files} == files


def dues(portfolio, day=AS_OF):
    rows = portfolio.ledger.frame(OPEN, {"day": day})
    return {(row.item_id, row.open): row.due_date.date() for row in rows.itertuples() if row.open > 0}


def test_a_bounce_that_names_nothing_ages_from_the_invoice_of_its_receipt():
    lines = [invoice("F1", "C1", "2025-01-10", "120", due="2025-02-10")]
    for number in ("F1", None):
        paid = [payment("P1", "C1", number, "2025-02-01", "120"),
                payment("P2", "C1", None, "2025-03-01", "-120", "reject")]  # fmt: skip
        portfolio = company(lines, paid)
        assert dues(portfolio) == {("P2", 120): date(2025, 2, 10)}
        assert still_open(portfolio, date(2025, 2, 20)) == {}


def test_a_bounce_of_a_receipt_that_settled_nothing_settles_it():
    lines = [invoice("F1", "C1", "2025-01-10", "120", due="2025-02-10")]
    paid = [
        payment("P1", "C1", None, "2025-02-01", "55"),
        payment("P2", "C1", None, "2025-03-01", "-55", "reject"),
    ]
    portfolio = company(lines, paid)
    assert still_open(portfolio) == {("C1", "C1|F1|2025-02-10"): 120}
    assert still_open(portfolio, date(2025, 2, 20)) == {("C1", "C1|F1|2025-02-10"): 120, ("C1", "P1"): -55}


def test_a_receipt_comes_back_once():
    lines = [invoice("F1", "C1", "2025-01-10", "50", due="2025-02-10")]
    paid = [payment("P1", "C1", "F1", "2025-02-01", "50"),
            payment("R1", "C1", None, "2025-03-01", "-50", "reject"),
            payment("R2", "C1", None, "2025-04-01", "-50", "reject")]  # fmt: skip
    assert dues(company(lines, paid)) == {("R1", 50): date(2025, 2, 10), ("R2", 50): date(2025, 4, 1)}


def test_one_number_may_stand_for_a_payment_and_its_bounce_or_for_two_instalments():
    lines = [invoice("F1", "C1", "2025-01-10", "120", due="2025-02-10")]
    bounced = [payment("P1", "C1", "F1", "2025-02-01", "120"),
               payment("P1", "C1", "F1", "2025-03-01", "120", "reject")]  # fmt: skip
    portfolio = company(lines, bounced)
    assert sum(still_open(portfolio).values()) == 120
    assert portfolio.store.report["tables"]["payments"]["turned"] == 1
    parts = [payment("VIR", "C1", "F1", "2025-02-01", "60"), payment("VIR", "C1", "F1", "2025-03-01", "60")]
    assert still_open(company(lines, parts)) == {}


def three_bills():
    return [invoice("F1", "C1", "2025-01-10", "70", due="2025-02-10"),
            invoice("F2", "C1", "2025-01-20", "50", due="2025-03-20"),
            invoice("F3", "C1", "2025-01-25", "30", due="2025-04-25")]  # fmt: skip


def test_the_bounce_of_a_receipt_of_several_invoices_opens_each_with_its_own_due_date():
    paid = [
        payment("P1", "C1", None, "2025-02-01", "120"),
        payment("R1", "C1", None, "2025-04-01", "-120", "reject"),
    ]
    portfolio = company(three_bills(), paid, receivables={"matching": "sum"})
    assert sorted((due, rest) for (_, rest), due in dues(portfolio).items()) == [
        (date(2025, 2, 10), 70), (date(2025, 3, 20), 50), (date(2025, 4, 25), 30)]  # fmt: skip
    assert still_open(portfolio, date(2025, 3, 31)) == {
        ("C1", "C1|F3|2025-04-25"): 30
    }  # as if nothing came back
    table = portfolio.table("payments").set_index("payment_id")
    assert table.invoice_id.dropna().to_dict() == {"R1|part 1": "F1", "R1|part 2": "F2"}
    told = portfolio.ledger.frame(EVENTS, {"start": date(2025, 1, 1), "end": AS_OF, "day": AS_OF})
    assert told.rejected.tolist() == [1]  # one payment came back, in two parts


def test_what_is_paid_again_after_such_a_bounce_settles_its_parts_in_order():
    paid = [payment("P1", "C1", None, "2025-02-01", "120"), payment("R1", "C1", None, "2025-04-01", "-120", "reject"),
            payment("P2", "C1", None, "2025-05-01", "120")]  # fmt: skip
    whole = company(three_bills(), paid, receivables={"matching": "sum"})
    assert still_open(whole) == {("C1", "C1|F3|2025-04-25"): 30}
    paid[2] = payment("P2", "C1", None, "2025-05-01", "100")
    part = company(three_bills()[:2], paid, receivables={"matching": "fifo"})
    assert dues(part) == {("R1|part 2", 20): date(2025, 3, 20)}


def test_what_a_returned_receipt_had_settled_of_nothing_meets_the_rest_of_that_receipt():
    paid = [
        payment("P1", "C1", None, "2025-02-01", "90"),
        payment("R1", "C1", None, "2025-04-01", "-90", "reject"),
    ]
    portfolio = company(three_bills()[:1], paid, receivables={"matching": "fifo"})
    assert dues(portfolio) == {
        ("R1|part 2", 70): date(2025, 2, 10)
    }  # the other 20 met the rest of the receipt
    table = portfolio.table("payments").set_index("payment_id")
    assert table.amount.to_dict() == {"P1": 90, "R1|part 1": -20, "R1|part 2": -70}


def test_of_several_receipts_of_one_amount_the_last_before_it_came_back():
    lines = [invoice("F1", "C1", "2025-01-10", "50", due="2025-02-10"),
             invoice("F2", "C1", "2025-02-10", "50", due="2025-03-10"),
             invoice("F3", "C1", "2025-04-10", "50", due="2025-05-10")]  # fmt: skip
    paid = [payment(f"P{n}", "C1", f"F{n}", day, "50") for n, day in
            ((1, "2025-02-01"), (2, "2025-03-01"), (3, "2025-05-01"))]  # fmt: skip
    back = payment("R", "C1", None, "2025-03-15", "-50", "reject")
    assert dues(company(lines, [*paid, back])) == {("R", 50): date(2025, 3, 10)}
    other = payment("R", "C1", None, "2025-03-15", "-49", "reject")
    assert dues(company(lines, [*paid, other])) == {("R", 49): date(2025, 3, 15)}


BILLS = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6)
RETURNS = st.lists(
    st.tuples(st.integers(1, 8), st.integers(0, 90), st.integers(0, 40)), min_size=1, max_size=3
)


@pytest.mark.slow
@settings(max_examples=few(25), deadline=None)
@given(bills=BILLS, back=RETURNS, matching=st.sampled_from(["amount", "sum", "fifo"]))
def test_a_nameless_bounce_changes_no_total_and_no_day_before_it(bills, back, matching):
    first = date(2025, 1, 1)
    lines = [invoice(f"F{n}", "C1", f"{first + timedelta(start)}", str(10 * tens),
                     due=f"{first + timedelta(start + wait)}")
             for n, (tens, start, wait) in enumerate(bills)]  # fmt: skip
    received = [payment(f"P{n}", "C1", None, f"{first + timedelta(start)}", str(10 * tens))
                for n, (tens, start, _) in enumerate(back)]  # fmt: skip
    returned = [payment(f"R{n}", "C1", None, f"{first + timedelta(start + wait)}", str(-10 * tens), "reject")
                for n, (tens, start, wait) in enumerate(back)]  # fmt: skip
    bounced = company(lines, [*received, *returned], receivables={"matching": matching})
    silent = company(lines, received, receivables={"matching": matching})
    came = min(first + timedelta(start + wait) for _, start, wait in back)
    assert still_open(bounced, came - timedelta(1)) == still_open(silent, came - timedelta(1))
    for day in {came, *(first + timedelta(days) for days in (30, 60, 90, 120, 180))}:
        owed = sum(10 * tens for tens, start, _ in bills if first + timedelta(start) <= day)
        paid = sum(10 * tens for tens, start, _ in back if first + timedelta(start) <= day)
        gone = sum(10 * tens for tens, start, wait in back if first + timedelta(start + wait) <= day)
        assert sum(still_open(bounced, day).values()) == owed - paid + gone
