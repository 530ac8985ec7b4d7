"""Numbers that come back, credit notes of the same number, refunds: a past day never holds what came later."""

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capclient.engine.duckdb import connection
from capclient.engine.receivables import aged
from capclient.ingest.documents import part_sql
from capclient.periods import Period
from capclient.themes import Findings
from capclient.themes.lateness import lateness
from capclient.themes.settlements import paid
from tests.examples import few
from tests.ingest.test_receivable_accounts import company, dues, invoice, methods, payment, still_open

FIRST = invoice("12", "A", "2024-11-20", "1200", due="2024-12-20", kind="invoice")
THEN = date(2024, 12, 31)
NOBODY = [payment("P0", "Z", None, "2024-01-01", "1")]


def rests(portfolio, day):
    return sorted(float(rest) for (client, _), rest in still_open(portfolio, day).items() if client == "A")


@pytest.mark.parametrize(
    ("second", "left"),
    [
        (invoice("12", "A", "2025-03-10", "1200", due="2025-04-10", kind="invoice"), [1200, 1200]),
        (invoice("12", "A", "2025-03-10", "1200", kind="invoice"), [1200, 1200]),
        (invoice("12", "A", "2025-03-10", "-600", kind="credit_note"), [600]),
        (invoice("12", "A", "2025-03-10", "-1800", kind="credit_note"), [-600]),
        (invoice("12", "A", "2025-03-10", "-600"), [600]),
        (invoice("12", "A", "2025-03-10", "240", kind="deposit"), [240, 1200]),
    ],
)  # fmt: skip
def test_a_number_that_comes_back_is_another_document_and_leaves_the_past_alone(second, left):
    portfolio = company([FIRST, second], NOBODY)
    assert rests(portfolio, THEN) == [1200]
    assert rests(portfolio, date(2025, 6, 30)) == left
    assert portfolio.table("receivable_items").item_id.is_unique


def test_a_line_booked_later_is_owed_later():
    later = {**invoice("12", "A", "2024-11-20", "100", due="2024-12-20"), "accounting_date": "2025-02-01"}
    portfolio = company([FIRST, later], NOBODY)
    assert rests(portfolio, THEN) == [1200] and rests(portfolio, date(2025, 2, 1)) == [100, 1200]


def test_a_payment_pays_the_oldest_document_of_its_number_open_on_its_day():
    second = invoice("12", "A", "2025-03-10", "1200", due="2025-03-15", kind="invoice")
    late_due = {**FIRST, "due_date": "2025-05-01"}  # due after the second: still the older document
    paid_once = [payment("P1", "A", "12", "2025-01-10", "1200")]
    assert rests(company([FIRST, second], paid_once), date(2025, 2, 1)) == []
    portfolio = company([late_due, second], [payment("P1", "A", "12", "2025-04-10", "1200")])
    assert [row[0] for row in methods(portfolio)] == ["A|12|2024-11-20|2025-05-01"]
    bounced = [*paid_once, payment("R1", "A", "12", "2025-01-20", "-1200", "reject")]
    again = company([FIRST, second], bounced)
    assert dues(again, date(2025, 2, 1)) == {("R1", 1200): date(2024, 12, 20)}
    later = [payment("P1", "A", "12", "2025-01-10", "1200"), payment("P2", "A", "12", "2025-04-01", "1200"),
             payment("R2", "A", "12", "2025-04-20", "-1200", "reject")]  # fmt: skip
    assert dues(company([FIRST, second], later)) == {("R2", 1200): date(2025, 3, 15)}


def test_a_credit_note_of_the_day_of_an_invoice_it_does_not_correct_stays_apart():
    lines = [invoice("7", "A", "2024-10-01", "300", kind="invoice"), FIRST,
             invoice("12", "A", "2024-11-20", "-300", kind="credit_note", credits="7")]  # fmt: skip
    portfolio = company(lines, NOBODY)
    assert rests(portfolio, THEN) == [1200]
    assert portfolio.table("receivable_items").item_id.is_unique


@pytest.mark.parametrize("kind", ["deposit", "credit_note", None])
def test_one_line_of_another_kind_does_not_change_what_the_paper_is(kind):
    lines = [FIRST, invoice("12", "A", "2024-11-20", "-360", due="2024-12-20", kind=kind)]
    portfolio = company(lines, [payment("P", "A", "12", "2025-01-10", "840")])
    items = portfolio.table("receivable_items")
    assert items.kind.tolist() == ["invoice"] and float(items.amount.sum()) == 840
    assert Findings(portfolio)["receivables.terms_judged_invoices"].value == 1
    assert Findings(portfolio)["receivables.settlement_days"].value == 51


def test_a_paper_of_deposits_is_a_deposit_and_one_below_zero_a_credit_note():
    papers = [
        ("D", "100", "deposit"),
        ("D", "-10", "deposit"),
        ("C", "50", "invoice"),
        ("C", "-60", "credit_note"),
    ]
    lines = [invoice(number, "A", "2024-11-20", ttc, kind=kind) for number, ttc, kind in papers]
    items = company(lines, NOBODY).table("receivable_items").set_index("invoice_id")
    assert items.kind.to_dict() == {"D": "deposit", "C": "credit_note"}


NAMES = st.text(alphabet="A|\\/b2", min_size=1, max_size=4)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=2, max_size=8, unique=True))
@settings(max_examples=few(30), deadline=None)
def test_no_two_documents_share_an_identifier(tmp_path_factory, pairs):
    con = connection(tmp_path_factory.getbasetemp() / "spill")
    con.register("pairs", pd.DataFrame(pairs, columns=["a", "b"], dtype="str"))
    made = f"concat({part_sql('a')}, '|', {part_sql('b')})"
    told = con.execute(f"SELECT count(DISTINCT {made}) FROM pairs").fetchone()
    con.close()
    assert told == (len(pairs),)


def test_bars_in_names_and_numbers_that_look_like_days_mix_nothing():
    lines = [invoice("C", "A|B", "2025-06-01", "120"), invoice("B|C", "A", "2025-06-01", "120"),
             invoice(None, "A", "2025-06-01", "70"), invoice("2025-06-01", "A", "2025-06-01", "120")]  # fmt: skip
    told = [("p", "B|C", "120"), ("q", "2025-06-01", "120"), ("d", "X", "1"), ("d", "X", "2"), ("d|X|3", None, "3"),
            ("d|X|4", None, "2")]  # fmt: skip
    paid_some = [payment(id, "A", number, "2025-06-21", amount) for id, number, amount in told]
    portfolio = company(lines, paid_some)
    left = defaultdict(float)
    for (client, _), rest in still_open(portfolio).items():
        left[client] += float(rest)
    assert left == {"A|B": 120, "A": 62}
    items, payments = portfolio.table("receivable_items"), portfolio.table("payments")
    assert items.item_id.is_unique and payments.payment_id.is_unique


# ---- refunds ------------------------------------------------------------------------------------------

BILLS = [invoice(f"F{n}", "A", f"2025-0{n}-01", "120", due=f"2025-0{n}-28") for n in (1, 2, 3, 4)]
PAID = [payment(f"P{n}", "A", f"F{n}", f"2025-0{n}-20", "200" if n == 4 else "120") for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("matching", ["letters", "amount", "fifo"])
@pytest.mark.parametrize(("number", "kind"), [("F4", "payment"), ("F4", None), (None, "payment")])
def test_a_refund_of_an_overpayment_is_neither_a_bounce_nor_a_late_invoice(matching, number, kind):
    refund = payment("R", "A", number, "2025-05-10", "-80", kind)
    portfolio = company(BILLS, [*PAID, refund], receivables={"matching": matching})
    assert still_open(portfolio) == {}
    assert rests(portfolio, date(2025, 5, 9)) == [-80]
    client = lateness(portfolio).customers.loc["A"]
    assert (client.rejected, client.settled_invoices, client.payment_score) == (0, 4, 100)
    assert Findings(portfolio)["receivables.late_invoices"].value == 0


@pytest.mark.parametrize("matching", ["letters", "amount", "sum", "fifo"])
def test_a_refund_takes_a_receipt_that_nothing_names_at_every_level(matching):
    twice = payment("P5", "A", None, "2025-05-02", "77")
    refund = payment("R", "A", None, "2025-05-10", "-77")
    portfolio = company(BILLS, [*PAID[:3], payment("P4", "A", "F4", "2025-04-20", "120"), twice, refund],
                        receivables={"matching": matching})  # fmt: skip
    assert still_open(portfolio) == {} and rests(portfolio, date(2025, 5, 9)) == [-77]


def test_more_given_back_than_was_paid_is_owed_and_is_no_late_invoice():
    portfolio = company(BILLS, [*PAID, payment("R", "A", None, "2025-05-10", "-100")])
    assert still_open(portfolio) == {("A", "R"): 20}
    assert Findings(portfolio)["receivables.late_invoices"].value == 0


# ---- bounces ------------------------------------------------------------------------------------------


def settled_on(portfolio):
    rows = paid(portfolio, Period(date(2025, 1, 1), date(2025, 12, 31)))
    return [(str(row.paid_date)[:10], row.amount, row.settlements) for row in rows.itertuples()]


def test_what_replaces_a_bounced_receipt_on_its_day_is_not_what_bounced():
    lines = [invoice("F", "A", "2025-01-01", "500", due="2025-01-31")]
    rows = [payment("P1", "A", "F", "2025-02-12", "300"), payment("R1", "A", "F", "2025-02-19", "-300", "reject"),
            payment("P2", "A", "F", "2025-02-19", "300")]  # fmt: skip
    assert settled_on(company(lines, rows)) == [("2025-02-19", 30000, 1)]


def test_one_receipt_of_an_invoice_and_of_its_bounce_is_one_settlement():
    lines = [invoice("F", "A", "2025-01-01", "500", due="2025-01-31")]
    rows = [payment("P1", "A", "F", "2025-02-12", "300"), payment("R1", "A", "F", "2025-02-19", "-300", "reject"),
            payment("P2", "A", "F", "2025-03-02", "450")]  # fmt: skip
    assert settled_on(company(lines, rows)) == [("2025-03-02", 45000, 1)]


# ---- every day ----------------------------------------------------------------------------------------

START = date(2024, 1, 1)
DAYS = [START + timedelta(n) for n in range(731)]


def simulated(seed, matching):
    """Two years of a client whose numbers come back and one who names nothing; ``letters`` alone sees the first."""
    draw, lines, rows = random.Random(seed), [], []

    def after(day, most):
        return day + timedelta(draw.randrange(most))

    for n in range(14 if matching == "letters" else 0):
        number, day, amount = str(n % 5), after(START, 731), draw.choice([120, 240, 60])
        due = draw.choice([None, str(day + timedelta(30))])
        lines.append(invoice(number, "A", str(day), str(amount), due=due, kind="invoice"))
        if n % 3 == 0:
            own, corrects = draw.choice([(number, None), (f"AV{n}", number)])
            when, less = str(after(day, 60)), str(-draw.choice([30, 300]))
            lines.append(invoice(own, "A", when, less, kind="credit_note", credits=corrects))
        when, paid = after(day, 90), draw.choice([amount, amount + 40, 50])
        rows.append(payment(f"P{n}", "A", number, str(when), str(paid)))
        if n % 4 == 1:
            rows.append(payment(f"R{n}", "A", number, str(when + timedelta(9)), str(-paid), "reject"))
        if n % 4 == 2:
            rows.append(
                payment(f"G{n}", "A", draw.choice([number, None]), str(when + timedelta(20)), "-40", None)
            )
    for n in range(12):
        lines.append(invoice(f"B{n}", "B", str(after(START, 731)), str(draw.choice([100, 50, 150]))))
        rows.append(
            payment(f"Q{n}", "B", None, str(after(START, 731)), str(draw.choice([100, 50, 150, -50])))
        )
    return lines, rows


def balances(portfolio, days):
    rows = portfolio.ledger.frame(aged((0, 30, 60, 90), by_customer=True), {"days": days})
    return {(str(row.day)[:10], row.customer_id, row.bucket): row.cents for row in rows.itertuples()}


@pytest.mark.parametrize(
    ("seed", "matching"), [(1, "letters"), (2, "letters"), (3, "amount"), (4, "sum"), (5, "fifo")]
)
def test_every_day_of_two_years_adds_up_whatever_comes_after(seed, matching):
    lines, rows = simulated(seed, matching)
    whole = balances(company(lines, rows, receivables={"matching": matching}, as_of=DAYS[-1]), DAYS)
    told = defaultdict(int)
    for (day, _, _), cents in whole.items():
        told[day] += cents
    for day in map(str, DAYS):
        owed = sum(Decimal(line["amount_ttc"]) for line in lines if line["invoice_date"] <= day)
        assert told[day] == 100 * (
            owed - sum(Decimal(row["amount"]) for row in rows if row["date"] <= day)
        ), day
    cut = str(DAYS[random.Random(seed).randrange(200, 600)])
    known = (
        [line for line in lines if line["invoice_date"] <= cut],
        [row for row in rows if row["date"] <= cut],
    )
    past = balances(company(*known, receivables={"matching": matching}, as_of=date.fromisoformat(cut)),
                    [day for day in DAYS if str(day) <= cut])  # fmt: skip
    assert past == {key: cents for key, cents in whole.items() if key[0] <= cut}
