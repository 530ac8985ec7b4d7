"""Given allocations hold no more than their two sides; what is entered later changes no past day."""

import random
from datetime import date, timedelta

import pytest

from capclient.accounting.in_order import settled_in_order
from capclient.themes.receivables import receivables
from tests.ingest.test_receivable_accounts import company, invoice, methods, payment, still_open

LINES = [invoice("G1", "Z", "2025-01-10", "12")]


def item(id, client, number, amount, due="2025-02-10"):
    return {"item_id": id, "customer_id": client, "invoice_id": number, "date": "2025-01-10", "due_date": due,
            "amount": amount}  # fmt: skip


def given(allocations, payments, items=None):
    rows = [{"debit_id": d, "credit_id": c, "amount": a, "date": "2025-03-01"} for d, c, a in allocations]
    return company(
        LINES, payments, receivable_items=items or [item("I1", "A", "F1", "100")], allocations=rows
    )


PAID = payment("P1", "A", "F1", "2025-03-01", "100")
UNNAMED = payment("P1", "A", None, "2025-03-01", "100")


@pytest.mark.parametrize(
    ("allocations", "payments", "left", "cut"),
    [
        ([("I1", "P1", "150")], [UNNAMED], {}, "50.00"),  # more than either side
        ([("I1", "P1", "100"), ("I1", "P2", "100")], [UNNAMED, payment("P2", "A", None, "2025-03-02", "100")],
         {"P2": -100}, "100.00"),
        ([("I9", "P1", "100")], [UNNAMED], {"I1": 100, "P1": -100}, "100.00"),  # an unknown entry
        ([("P1", "I1", "100")], [UNNAMED], {"I1": 100, "P1": -100}, "100.00"),  # sides swapped
        ([("I1", "P1", "-100")], [UNNAMED], {"I1": 100, "P1": -100}, "100.00"),
        ([("I1", "P1", "30"), ("I1", "P1", "30")], [UNNAMED], {"I1": 70, "P1": -70}, "30.00"),  # a line twice
        ([("I1", "P1", "100")], [payment("P1", "B", None, "2025-03-01", "100")], {"I1": 100, "P1": -100}, "100.00"),
    ],
)  # fmt: skip
def test_an_allocation_holds_no_more_than_its_two_sides_and_what_is_cut_is_said(
    allocations, payments, left, cut
):
    portfolio = given(allocations, payments)
    assert {id: amount for (_, id), amount in still_open(portfolio).items()} == left
    fact = portfolio.store.report["receivables"]["facts"]["allocations_cut"]
    assert (fact["count"], fact["amount"]) == (1, cut)


def test_beside_given_allocations_the_payments_that_name_an_invoice_still_settle_it():
    items = [item("I1", "A", "F1", "100"), item("I2", "A", "F2", "200")]
    portfolio = given([("I1", "P1", "100")], [PAID, payment("P2", "A", "F2", "2025-03-05", "200")], items)
    assert still_open(portfolio) == {}
    assert "allocations_cut" not in portfolio.store.report["receivables"]["facts"]


def test_two_payments_under_one_number_share_what_is_allocated_to_it():
    paid = [payment("P1", "A", None, "2025-03-01", "30"), payment("P1", "A", None, "2025-03-09", "20")]
    assert sum(still_open(given([("I1", "P1", "50")], paid)).values()) == 50
    assert len(methods(given([("I1", "P1", "50")], paid))) == 2


@pytest.mark.parametrize("matching", ["amount", "sum", "fifo"])
def test_a_payment_entered_later_does_not_change_a_past_day(matching):
    lines = [invoice("F1", "A", "2025-01-01", "120", due="2025-02-01")]
    paid = [payment("P1", "A", None, "2025-02-10", "120")]
    later = [*paid, payment("P2", "A", None, "2025-04-20", "120")]
    day = date(2025, 2, 28)
    found = [company(lines, rows, receivables={"matching": matching}, as_of=day) for rows in (paid, later)]
    balances = [receivables(portfolio).balance for portfolio in found]
    assert balances[0].equals(balances[1]) and not balances[0].any()


@pytest.mark.parametrize("levels", [("amount",), ("amount", "sum"), ("amount", "sum", "fifo")])
@pytest.mark.parametrize("seed", range(20))
def test_what_is_settled_up_to_a_day_is_the_same_whatever_comes_after(levels, seed):
    draw = random.Random(seed)
    rows = []
    for id in range(120):
        booked = draw.randrange(300)
        cents = draw.choice([12000, 12000, 12000, 6000, 18000]) * draw.choice([1, -1])
        day = booked - draw.choice([0, 0, 5])
        rows.append((booked, cents < 0, id, f"C{id % 3}", cents, day, day + 30))
    rows.sort(key=lambda row: (row[3], *row[:3]))
    when = {row[2]: row[0] for row in rows}

    def pieces(last):
        told = [
            (id, name, cents, day, due, True, True)
            for booked, _, id, name, cents, day, due in rows
            if booked <= last
        ]
        return set(settled_in_order(told, levels))

    whole = pieces(300)
    assert whole
    for last in range(0, 300, 37):
        assert pieces(last) == {piece for piece in whole if max(when[piece[0]], when[piece[1]]) <= last}


def test_subscribers_who_pay_the_same_amount_each_month_settle_the_oldest_one_to_one():
    days = [date(2024, month, 1) for month in range(1, 13)]
    lines = [
        invoice(f"F{client}-{n}", client, str(day), "120") for client in "ABC" for n, day in enumerate(days)
    ]
    paid = [payment(f"P{client}-{n}", client, None, str(day + timedelta(45)), "120")
            for client in "ABC" for n, day in enumerate(days)]  # fmt: skip
    portfolio = company(lines, paid)
    assert still_open(portfolio) == {}
    assert {row[3] for row in methods(portfolio)} == {"amount"}
    assert all(debit.split("|")[1][1:] == credit[1:] for debit, credit, _, _ in methods(portfolio))


@pytest.mark.parametrize(("apart", "is_said"), [("9", False), ("11", True)])
def test_receipts_that_pay_nothing_cast_a_doubt_on_what_is_overdue(apart, is_said):
    lines = [invoice("F1", "A", "2025-01-01", "100", due="2025-02-01")]
    portfolio = company(lines, [payment("P1", "A", None, "2025-03-10", apart)])
    found = {one.id.partition(".")[2]: one for one in receivables(portfolio).findings}
    for name in ("overdue_rate", "late_penalties_due", "recovery_indemnity_due"):
        assert ("caveat.unallocated" in (found[name].caveat or "").split()) is is_said, name


def test_an_old_table_of_rates_does_not_hide_that_due_dates_are_estimated():
    lines = [invoice("F1", "A", "2031-01-01", "100")]
    portfolio = company(lines, [payment("P1", "B", None, "2031-01-10", "1")], as_of=date(2031, 6, 30))
    found = {one.id: one for one in receivables(portfolio).findings}["receivables.late_penalties_due"]
    assert (found.caveat or "").split() == ["caveat.due_estimated", "caveat.refi_old"]
