"""How clients pay, what the law allows and whom to remind, on small companies whose answer is known."""

from datetime import date

import pandas as pd
import pytest

from capclient.decisions.recovery import recovery_cases
from capclient.decisions.synthesis import TOPICS, Known
from capclient.notebook import chapter_synthesis
from capclient.notebook.desk import Desk, _desks, note
from capclient.portfolio import Portfolio
from capclient.themes import activity, customers, lateness, payment_terms, recovery, results
from capclient.themes.buyers import kinds_of_buyers
from capclient.themes.payment_terms import terms_by_client
from capclient.wording.numbers import money

D = date(2025, 12, 31)
OWN = [
    *("days_late_floored", "days_late_signed", "settlement_days", "late_share", "open_lateness_days"),
    *(
        "late_penalties_due",
        "recovery_indemnity_due",
        "bad_debt_rate",
        "recovery_cases",
        "payment_score_mean",
    ),
]


def lines(*rows):
    """Invoices: client, number, day, due date, amount including VAT (VAT is nil here)."""
    names = ["customer_id", "invoice_id", "invoice_date", "due_date", "amount_ttc"]
    frame = pd.DataFrame([[str(cell) if cell else None for cell in row] for row in rows], columns=names)
    return frame.assign(amount_ht=frame.amount_ttc)


def paid(*rows):
    """Payments: client, invoice, day, amount and, if it is no payment, its kind."""
    names = ["customer_id", "invoice_id", "date", "amount", "kind"]
    full = [(*row, "payment") if len(row) == 4 else row for row in rows]
    frame = pd.DataFrame(
        [[None if cell is None else str(cell) for cell in row] for row in full], columns=names
    )
    return frame.assign(payment_id=[f"P{n}" for n in range(len(frame))])


def company(invoices, payments=None, *, as_of=D, **tables):
    if payments is not None:
        tables["payments"] = payments
    return Portfolio.from_frames(invoices, as_of=as_of, **tables)


def findings(portfolio):
    themes = (lateness, payment_terms, recovery)
    return {one.id: one for theme in themes for one in theme(portfolio).findings}


def value(portfolio, name):
    return findings(portfolio)[f"receivables.{name}"].value


TWO = lines(("A", "F1", "2025-01-30", "2025-03-01", 1000), ("A", "F2", "2025-01-30", "2025-03-01", 500))


def test_the_example_of_the_dictionary_through_a_portfolio():
    found = company(TWO, paid(("A", "F1", "2025-03-31", 1000), ("A", "F2", "2025-02-20", 500)))
    assert value(found, "days_late_floored") == 20
    assert value(found, "days_late_signed") == 17
    assert value(found, "days_late_unweighted") == 15
    assert value(found, "settlement_days") == pytest.approx((60 + 21) / 2)
    assert value(found, "paid_on_time_share") == 0.5


def test_the_worst_payer_does_not_disappear():
    """Whoever never pays is in no average of payments: the open lateness and the late share tell it."""
    good = ("B", "F3", "2025-01-30", "2025-03-01", 500)
    found = company(
        lines(good, ("A", "F1", "2025-01-30", "2025-03-01", 1000)), paid(("B", "F3", "2025-03-01", 500))
    )
    assert value(found, "days_late_floored") == 0
    assert value(found, "open_lateness_days") == (D - date(2025, 3, 1)).days
    assert value(found, "late_share") == pytest.approx(2 / 3)


def test_a_partial_payment_counts_for_its_part_and_settles_nothing():
    found = company(TWO.head(1), paid(("A", "F1", "2025-03-31", 400)))
    assert value(found, "days_late_floored") == 30
    assert findings(found)["receivables.settlement_days"].reason == "n_small"
    client = lateness(found).customers.loc["A"]
    assert (client.overdue, client.receivable, client.settled_invoices) == (600, 600, 0)


def test_what_is_no_payment_says_nothing_of_punctuality():
    none = company(
        TWO, paid(("A", "F1", "2025-06-30", 1000, "loss"), ("A", "F2", "2025-06-30", 500, "netting"))
    )
    assert findings(none)["receivables.days_late_floored"].reason == "n_small"
    assert value(none, "bad_debt") == 1000
    assert value(none, "bad_debt_rate") is None  # the year is not covered
    assert value(none, "recovery_cases") == 0


def test_a_past_date_is_not_changed_by_later_payments():
    early = company(TWO, paid(("A", "F2", "2025-02-20", 500)), as_of=date(2025, 3, 10))
    late = company(
        TWO, paid(("A", "F2", "2025-02-20", 500), ("A", "F1", "2025-03-31", 1000)), as_of=date(2025, 3, 10)
    )
    for name in OWN:
        assert value(early, name) == value(late, name), name
    assert value(late, "recovery_amount") == 1000


def test_due_today_is_not_late():
    found = company(lines(("A", "F1", "2025-12-01", "2025-12-31", 1000)), paid(("A", None, "2025-12-31", 1)))
    assert value(found, "recovery_cases") == 0 and value(found, "late_penalties_due") == 0


def test_an_invoice_of_three_instalments_owes_one_indemnity():
    parts = [("A", "F1", "2025-01-01", f"2025-0{month}-01", 100) for month in (2, 3, 4)]
    found = company(lines(*parts), paid(("A", "F1", "2025-06-01", 150)))
    assert value(found, "late_invoices") == 1 and value(found, "recovery_indemnity_due") == 40


def test_the_penalties_of_the_dictionary_through_a_portfolio():
    found = company(
        lines(("A", "F1", "2025-05-01", "2025-05-31", 12000)), paid(("A", "F1", "2025-07-30", 12000))
    )
    assert value(found, "late_penalties_due") == 249.53


def test_a_public_buyer_has_its_own_rate_and_ceiling():
    sheet = pd.DataFrame({"customer_id": ["A"], "customer_type": ["Commune"]})
    found = company(
        lines(("A", "F1", "2025-04-16", "2025-05-31", 12000)),
        paid(("A", "F1", "2025-07-30", 12000)),
        customers=sheet,
    )
    assert value(found, "late_penalties_due") == pytest.approx(12000 * 60 * 0.1115 / 365, abs=0.005)
    assert value(found, "lme_breach_share") == 1  # 45 days for a town


def test_foreign_clients_are_not_judged():
    sheet = pd.DataFrame({"customer_id": ["A"], "country": ["Belgique"]})
    found = company(
        lines(("A", "F1", "2025-01-01", "2025-12-01", 10)),
        paid(("A", "F1", "2025-12-01", 10)),
        customers=sheet,
    )
    assert findings(found)["receivables.lme_breach_share"].reason == "not_applicable:no_terms"
    assert value(found, "terms_judged_invoices") == 0


def test_terms_are_judged_on_invoices_alone():
    found = company(
        lines(("A", "F1", "2025-01-15", "2025-04-01", 10), ("A", "F2", "2025-01-15", "2025-03-31", 10))
    )
    assert value(found, "lme_breach_share") == 0.5
    assert findings(found)["receivables.lme_breach_share"].caveat == "caveat.terms"


def test_computed_due_dates_are_no_agreed_terms_and_make_estimates():
    found = findings(company(lines(("A", "F1", "2025-01-01", None, 10)), paid(("A", "F1", "2025-03-01", 10))))
    assert found["receivables.lme_breach_share"].reason in {"missing:agreed_terms", "missing:due_date"}
    assert found["receivables.days_late_floored"].value == 29
    assert found["receivables.days_late_floored"].caveat == "caveat.due_estimated"


def test_invoices_alone_say_nothing_of_payments():
    found = findings(company(TWO))
    for name in OWN:
        assert found[f"receivables.{name}"].reason == "missing:payments", name
    assert recovery_cases(company(TWO)) == []


def test_rates_after_the_table_are_said_to_be_old():
    invoices = lines(("A", "F1", "2026-01-10", "2026-02-10", 1000))
    found = findings(company(invoices, paid(("A", "F1", "2026-03-01", 1)), as_of=date(2026, 6, 30)))
    assert found["receivables.late_penalties_due"].caveat == "caveat.refi_old"


def three(client, late):
    """Three invoices paid so many days late."""
    bills = [(client, f"{client}{n}", f"2025-0{n}-01", f"2025-0{n}-28", 100) for n in (1, 2, 3)]
    days = [
        (client, f"{client}{n}", pd.Timestamp(2025, n, 28) + pd.Timedelta(days=late), 100) for n in (1, 2, 3)
    ]
    return bills, [(c, i, str(day.date()), amount) for c, i, day, amount in days]


def test_the_score_enters_the_client_table_and_the_risk():
    (good, paid_good), (bad, paid_bad) = three("A", 0), three("B", 60)
    sheet = company(
        lines(*good, *bad, ("B", "B9", "2025-01-05", "2025-02-05", 1000)), paid(*paid_good, *paid_bad)
    )
    table = customers(sheet).set_index("customer_id")
    assert table.payment_score.to_dict() == {
        "A": 100.0,
        "B": 30.0,
    }  # all lateness lost, all that is open is old
    assert table.payment_grade.to_dict() == {"A": "A", "B": "D"}
    assert table.loc["B", ["receivable", "overdue", "days_late"]].tolist() == [1000, 1000, 60]
    without = company(lines(*good, *bad, ("B", "B9", "2025-01-05", "2025-02-05", 1000)))
    risk, before = activity(sheet).customers, activity(without).customers
    assert risk.risk_coverage["B"] > before.risk_coverage["B"]


def test_limits_of_credit():
    sheet = pd.DataFrame({"customer_id": ["A", "B"], "credit_limit": ["400.00", None]})
    found = company(TWO, paid(("A", "F1", "2025-03-31", 1000)), customers=sheet)
    assert value(found, "limit_exceeded_customers") == 1 and value(found, "limit_exceeded_amount") == 100
    assert recovery(found).limits.limit_used["A"] == 1.25
    assert findings(company(TWO, paid(("A", "F1", "2025-03-31", 1))))[
        "receivables.limit_exceeded_amount"
    ].reason == ("missing:credit_limit")


def test_an_unallocated_receipt_stops_the_reminder():
    found = company(TWO.head(1), paid(("A", None, "2025-02-02", 2000)))
    assert recovery(found).clients.stage.to_dict() == {"A": "reconcile"}
    assert value(found, "recovery_cases") == 0 and recovery_cases(found) == []


def test_a_debt_that_another_code_paid_is_to_be_matched_first():
    bills = lines(("a1", "F1", "2025-01-30", "2025-03-01", 1000), ("B", "F2", "2025-01-30", "2025-03-01", 500),
                  ("C", "F3", "2025-01-30", "2025-03-01", 200))  # fmt: skip
    found = company(bills, paid(("A1", "F1", "2025-04-01", 900), ("D", "F3", "2025-04-01", 50)))
    assert recovery(found).clients.stage.to_dict() == {
        "a1": "reconcile",
        "B": "formal_notice",
        "C": "reconcile",
    }
    doubts = recovery(found).doubts
    assert doubts.values.tolist() == [["C", "D", 1, 5000], ["a1", "A1", 1, 90000]]
    assert value(found, "recovery_cases") == 1 and value(found, "recovery_amount") == 500


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_synthesis_says_how_much_of_what_is_overdue_is_not_claimed_and_both_pages_agree(lang):
    bills = lines(("a1", "F1", "2025-01-30", "2025-03-01", 1000), ("B", "F2", "2025-01-30", "2025-03-01", 500),
                  ("C", "F3", "2025-01-30", "2025-03-01", 200))  # fmt: skip
    found = company(bills, paid(("A1", "F1", "2025-04-01", 900), ("D", "F3", "2025-04-01", 50)))
    told = {item.id: item.value for item in results(found)}
    assert told["receivables.overdue_to_reconcile"] == 1200
    both = told["receivables.recovery_amount"] + told["receivables.overdue_to_reconcile"]
    assert both == told["receivables.overdue"]  # nothing is counted twice, nothing is forgotten
    before = list(_desks)
    _desks[:] = [Desk(found, lang)]
    try:
        known = Known(next(topic for topic in TOPICS if topic.name == "overdue"), 1.0, 0.2, 5.0)
        amount = money(1200, lang, "EUR")
        assert amount in chapter_synthesis._known(known).words
        assert amount in note("receivables.recovery").words
    finally:
        _desks[:] = before
    firm = company(bills, paid(("B", "X", "2025-04-01", 1)))
    assert value(firm, "overdue_to_reconcile") <= 1  # the credit of one euro alone


def test_codes_that_differ_by_case_alone_are_to_be_matched_first():
    bills = lines(
        ("a 1", "F1", "2025-01-30", "2025-03-01", 1000), ("A1", "F2", "2025-01-30", "2025-03-01", 500)
    )
    found = company(bills, paid(("Z", "X", "2025-04-01", 900)))
    assert set(recovery(found).clients.stage) == {"reconcile"}


def test_a_payer_with_an_invoice_of_that_number_pays_its_own():
    bills = lines(("A", "1", "2025-01-30", "2025-03-01", 1000), ("B", "1", "2025-01-30", "2025-03-01", 500))
    found = company(bills, paid(("B", "1", "2025-04-01", 500)))
    assert recovery(found).clients.stage.to_dict() == {"A": "counsel"}


def test_breaches_are_told_excluding_vat():
    bills = lines(("A", "F1", "2025-01-15", "2025-04-01", 120), ("A", "F2", "2025-01-15", "2025-03-31", 12),
                  ("B", "F3", "2025-01-15", "2025-02-15", 12))  # fmt: skip
    found = company(bills.assign(amount_ht=["100", "10", "10"]), paid(("A", "F1", "2025-04-01", 120)))
    table = terms_by_client(payment_terms(found).terms)
    assert table.loc["A", ["breach_invoices", "contract_invoices", "amount"]].tolist() == [1, 1, 100]
    assert table.loc["B", ["breach_invoices", "contract_invoices", "amount"]].tolist() == [0, 0, 0]


def test_penalties_of_pooled_codes_are_told_apart():
    sheet = pd.DataFrame({"customer_id": ["A", "B"], "is_pool": ["true", "false"]})
    bills = [(c, f"F{c}", "2025-01-30", "2025-03-01", 1000) for c in "AB"]
    pays = [(c, f"F{c}", "2025-06-01", 1000) for c in "AB"]
    found = company(lines(*bills), paid(*pays), customers=sheet)
    both = value(found, "late_penalties_due") + value(found, "recovery_indemnity_due")
    assert value(found, "unclaimable_penalties") == pytest.approx(both / 2, abs=0.01)


def test_promises_not_kept_are_counted_and_the_case_tells_them():
    talks = pd.DataFrame(
        {"customer_id": ["A", "A", "B"], "date": ["2025-06-01", "2025-07-01", "2025-06-01"],
         "type": ["call", "quote", "call"], "cause": ["Promesse de paiement", None, "promesse"]}
    )  # fmt: skip
    found = company(TWO, paid(("A", "F2", "2025-02-20", 500)), interactions=talks)
    (case,) = recovery_cases(found)
    assert case.row.broken_promises == 1 and len(case.reminders) == 1
    assert (str(case.principal), str(case.indemnity)) == ("1000.00", "40")


def test_a_zero_portfolio_of_debts_is_calm():
    found = company(TWO, paid(("A", "F1", "2025-03-01", 1000), ("A", "F2", "2025-03-01", 500)))
    assert value(found, "recovery_indemnity_due") == 0 and value(found, "late_share") == 0
    assert payment_terms(found).penalties.empty


def test_a_blank_in_the_sheet_does_not_make_a_public_buyer_private():
    sheet = pd.DataFrame({"customer_id": ["A", "B"], "is_public": ["oui", None]})
    portfolio = Portfolio.from_frames(
        lines(("A", "F1", "2025-01-15", "2025-03-16", 1200), ("B", "F2", "2025-01-15", "2025-03-16", 1200)),
        payments=paid(("A", "F1", "2025-06-30", 1200), ("B", "F2", "2025-06-30", 1200)),
        customers=sheet, as_of=D, company="public",
    )  # fmt: skip
    assert kinds_of_buyers(portfolio).to_dict() == {"A": "state", "B": "private"}


def test_the_table_of_clients_keeps_the_order_that_programs_read():
    portfolio = Portfolio.from_frames(
        lines(("A", "F1", "2025-01-15", "2025-03-16", 1200)),
        payments=paid(("A", "F1", "2025-06-30", 1200)),
        as_of=D,
    )
    names = list(customers(portfolio))
    order = ["receivable", "overdue", "days_late", "payment_score", "payment_grade", "claims_n", "nps"]
    assert [name for name in names if name in order] == order


@pytest.mark.parametrize("due", ["9999-12-31", "1600-01-01"])
def test_a_due_date_beyond_any_diary_is_none(due):
    portfolio = Portfolio.from_frames(
        lines(("A", "F1", "2025-01-15", due, 120)), payments=paid(("A", None, "2025-01-20", 1)), as_of=D
    )
    found = {item.id: item.value for item in results(portfolio)}
    assert found["receivables.total"] == 119.0


def test_a_margin_on_a_tenth_of_the_revenue_is_no_margin():
    months = [("B", f"M{month}", f"2025-{month:02d}-20", None, 10) for month in range(1, 13)]
    told = [("A", "F1", "2025-01-15", None, 1200), ("A", "F2", "2025-02-15", None, 120)]
    rows = lines(*told, ("B", "F3", "2025-02-15", None, 12000), *months)
    rows["cost"] = [None, "12", "7200", *["5"] * 12]
    table = customers(Portfolio.from_frames(rows, as_of=D, company="margin")).set_index("customer_id")
    assert pd.isna(table.gross_margin["A"]) and table.gross_margin["B"] == 4860.0


THREE = lines(*[("A", f"F{k}", "2025-02-01", "2025-03-01", 1200) for k in (1, 2, 3)])
BOUNCED = [
    row
    for k in (1, 2, 3)
    for row in (
        ("A", f"F{k}", "2025-02-28", 1200),
        ("A", f"F{k}", "2025-03-10", -1200, "reject"),
    )
]
OF_PAYMENTS = (
    "days_late_floored",
    "settlement_days",
    "late_penalties_due",
    "recovery_indemnity_due",
    "late_share",
)


def test_an_invoice_paid_again_after_a_bounce_is_as_late_as_its_last_payment():
    again = [("A", f"F{k}", "2025-06-29", 1200) for k in (1, 2, 3)]
    bounced, late = (company(THREE, paid(*rows)) for rows in (BOUNCED + again, again))
    for name in OF_PAYMENTS:
        assert value(bounced, name) == value(late, name), name
    assert value(bounced, "days_late_floored") == 120 and value(bounced, "recovery_indemnity_due") == 120


def test_an_invoice_whose_payment_bounced_is_late_since_its_due_date_and_was_never_settled():
    portfolio = company(THREE, paid(*BOUNCED))
    never = company(THREE, paid(("A", "OLD", "2025-01-01", 1)))
    assert value(portfolio, "recovery_indemnity_due") == 120
    assert value(portfolio, "late_penalties_due") == value(never, "late_penalties_due") > 0
    assert value(portfolio, "settlement_days") is None
    (case,) = recovery_cases(portfolio)
    assert case.indemnity == 120


def test_before_the_bounce_the_invoice_was_paid_on_time():
    portfolio = company(THREE, paid(*BOUNCED), as_of=date(2025, 3, 5))
    assert value(portfolio, "days_late_floored") == 0 and value(portfolio, "recovery_indemnity_due") == 0


def test_a_bounce_cancels_the_receipt_of_its_amount_and_not_the_last_one():
    invoices = lines(
        ("A", "F1", "2025-01-30", "2025-03-01", 120), ("A", "F2", "2025-01-30", "2025-03-01", 10)
    )
    rows = [
        ("A", "F1", "2025-02-20", 50),
        ("A", "F1", "2025-03-11", 70),
        ("A", "F1", "2025-03-12", -50, "reject"),
    ]
    portfolio = company(invoices, paid(*rows))
    assert value(portfolio, "days_late_signed") == 10  # only the 70 euros are paid, 10 days late
    cut = company(invoices, paid(*rows[:2], ("A", "F1", "2025-03-12", -90, "reject")))
    assert (
        value(cut, "days_late_signed") == -9
    )  # no receipt of 90: the last euros go first, 30 of the first stay
