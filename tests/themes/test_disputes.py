"""Disputes told on the lines of invoices: apart in the aged balance, dunned by nobody, counted in their rate."""

from datetime import date

import pandas as pd
import pytest

from capclient.frames import written
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings, receivables, recovery

AS_OF = date(2025, 12, 31)


def line(bill, client, amount, disputed=None, due="2025-07-01", **more):
    return {"invoice_id": bill, "customer_id": client, "invoice_date": "2025-06-01", "due_date": due,
            "amount_ht": str(amount), "amount_ttc": str(amount), "disputed": disputed, **more}  # fmt: skip


def paid(number, client, bill, day, amount, kind="payment"):
    return {"payment_id": number, "customer_id": client, "invoice_id": bill, "date": day, "amount": str(amount),
            "kind": kind}  # fmt: skip


def company(lines, payments=None, **others):
    first = line("F0", "Z", 1, invoice_date="2023-12-01")  # two years are told, and one invoice is paid
    rows = {"invoice_lines": [first, *lines], **others}
    rows["payments"] = [paid("P0", "Z", "F0", "2025-06-30", 1), *(payments or [])]
    frames = {name: pd.DataFrame(table) for name, table in rows.items()}
    content = {"company": {"id": "disputes"}, "period": {"as_of": AS_OF.isoformat()},
               "sources": {name: f"{name}.parquet" for name in frames}}  # fmt: skip
    return Portfolio.of(make_params(content, folder=written(frames), where="test"))


def balance(portfolio):
    ages = receivables(portfolio).balance
    return ages[ages != 0].to_dict()


TWO = [line("F1", "A", 700, "oui"), line("F1", "A", 300), line("F2", "A", 500, "non"), line("F3", "B", 400)]


def test_one_disputed_line_puts_its_invoice_apart_and_no_reminder_claims_it():
    found = company(TWO)
    assert balance(found) == {"disputed": 1000, "overdue_over_90": 900}
    clients = recovery(found).clients
    assert clients.overdue.to_dict() == {"A": 500, "B": 400}
    said = Findings(found)
    assert said["receivables.disputed"].value == 1000
    assert said["receivables.dispute_rate"].value == pytest.approx(1000 / 1900, abs=1e-9)
    assert said["receivables.recovery_amount"].value == 900


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("Oui", "Non"), ("vrai", "faux"), ("x", None)])
def test_yes_and_no_are_written_as_in_the_other_tables(yes, no):
    found = company([line("F1", "A", 700, yes), line("F2", "A", 500, no)])
    assert balance(found) == {"disputed": 700, "overdue_over_90": 500}


def test_every_instalment_of_a_disputed_invoice_is_disputed_and_its_credit_note_is_not():
    lines = [line("F1", "A", 600, due="2025-07-01"), line("F1", "A", 400, "oui", due="2025-08-01"),
             line("C1", "A", -50, "oui", due=None, doc_type="credit_note")]  # fmt: skip
    assert balance(company(lines)) == {"disputed": 1000, "unallocated": -50}


def test_without_a_word_of_disputes_their_rate_is_unknown_and_with_a_no_it_is_zero():
    assert Findings(company([line("F1", "A", 700)]))["receivables.dispute_rate"].reason == "missing:disputed"
    assert Findings(company([line("F1", "A", 700, "non")]))["receivables.dispute_rate"].value == 0


def test_open_items_that_do_not_say_take_the_disputes_of_the_lines():
    items = [{"item_id": bill, "customer_id": client, "invoice_id": bill, "date": "2025-06-01",
              "due_date": "2025-07-01", "amount": amount}
             for bill, client, amount in (("F0", "Z", "1"), ("F1", "A", "1000"), ("F2", "A", "500"))]  # fmt: skip
    found = company(TWO[:3], receivable_items=items)
    assert balance(found) == {"disputed": 1000, "overdue_over_90": 500}
    known = [{**item, "disputed": "non"} for item in items]
    assert balance(company(TWO[:3], receivable_items=known))["overdue_over_90"] == 1500


def test_a_payment_that_came_back_on_a_disputed_invoice_is_disputed_too():
    back = [paid("P1", "A", "F1", "2025-08-01", 1000), paid("R1", "A", "F1", "2025-09-01", 1000, "reject")]
    assert balance(company(TWO[:3], back)) == {"disputed": 1000, "overdue_over_90": 500}


def test_a_word_that_is_neither_yes_nor_no_is_told():
    found = company([line("F1", "A", 700, "en cours"), line("F2", "A", 500, "non")])
    odd = found.ledger.frame("SELECT quality FROM {invoice_lines} WHERE quality IS NOT NULL").quality
    assert odd.tolist() == ["disputed_unreadable"]
