"""Rates of a contract against the floor of the law, and penalties of accounts that must be reconciled first."""

from datetime import date

import pandas as pd
import pytest

from capclient.frames import written
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.publish.recovery import write_recovery
from capclient.themes import Findings
from capclient.themes.payment_terms import payment_terms
from capclient.wording import text
from tests.publish.test_recovery_files import contents

D = date(2025, 12, 31)
OLD = {"F1": ("A", "2025-05-31", 12000)}


def bills(rows):
    names = ["invoice_id", "customer_id", "due_date", "amount_ttc"]
    frame = pd.DataFrame([(bill, *row) for bill, row in rows.items()], columns=names)
    return frame.assign(invoice_date="2025-05-01", amount_ttc=frame.amount_ttc.astype(str)).assign(
        amount_ht=lambda table: table.amount_ttc
    )


def paid(*rows):
    return pd.DataFrame(
        [(f"P{n}", *map(str, row)) for n, row in enumerate([("Z", "F9", "2025-06-01", 1), *rows])],
        columns=["payment_id", "customer_id", "invoice_id", "date", "amount"],
    ).replace({"invoice_id": {"": None}})


def company(rows, payments=None, *, credit=None, as_of=D, **tables):
    frames = {"invoice_lines": bills(rows), "payments": paid() if payments is None else payments, **tables}
    content = {"company": {"id": "late"}, "sources": {name: f"{name}.parquet" for name in frames},
               "period": {"as_of": as_of.isoformat()}, "credit": credit or {}}  # fmt: skip
    return Portfolio.of(make_params(content, folder=written(frames), where="test"))


def owed(portfolio):
    return Findings(portfolio)["receivables.late_penalties_due"]


NINE = {"penalty_rate": 9}
TWO_HALVES = {"2025-01-01": 3.71, "2025-07-01": 2.76}


@pytest.mark.parametrize(
    ("credit", "is_told"),
    [(NINE, True), (NINE | {"legal_interest_rate": 3}, False), (NINE | {"legal_interest_rates": TWO_HALVES}, False),
     (NINE | {"legal_interest_rates": {"2025-01-01": 3.71}}, True), ({}, False)],
)  # fmt: skip
def test_a_contract_rate_whose_floor_nobody_can_check_says_so(credit, is_told):
    found = owed(company(OLD, credit=credit))
    assert ("caveat.floor_unchecked" in (found.caveat or "").split()) is is_told


def test_a_public_buyer_never_pays_the_rate_of_the_contract_and_needs_no_floor():
    sheet = pd.DataFrame({"customer_id": ["A"], "is_public": ["oui"]})
    found = owed(company(OLD, credit=NINE, customers=sheet))
    assert found.caveat is None
    assert found.value == owed(company(OLD, customers=sheet)).value


def test_the_floor_of_a_half_year_raises_the_rate_in_that_half_year_only():
    found = owed(company(OLD, credit=NINE | {"legal_interest_rates": TWO_HALVES}))
    days = {1: 30, 2: 184}  # June, then July to December
    interest = 12000 * (days[1] * 0.1113 + days[2] * 0.09) / 365
    assert found.value == pytest.approx(interest, abs=0.005)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_file_and_the_letter_of_an_unchecked_rate_leave_it_to_be_checked(tmp_path, lang):
    letter = "fr-mise-en-demeure.html"
    said, rest = text("letter.blank.floor", "fr"), text("caveat.floor_unchecked", lang)
    written_files = {}
    for name, credit in {"unchecked": NINE, "checked": NINE | {"legal_interest_rates": TWO_HALVES}}.items():
        write_recovery(company(OLD, credit=credit), tmp_path / name, lang)
        (case,) = (tmp_path / name).rglob("A.zip")
        written_files[name] = {path.rpartition("/")[2]: page for path, page in contents(case).items()}
    pages = {name: "".join(map(str, files.values())) for name, files in written_files.items()}
    assert said in written_files["unchecked"][letter] and rest in pages["unchecked"]
    assert said not in written_files["checked"][letter] and rest not in pages["checked"]
    assert "relevé à trois fois" in written_files["checked"][letter]


def test_accounts_to_reconcile_owe_no_penalty_yet_and_the_amount_left_out_is_told():
    """B was credited as much as it owes, nobody said for what; D's debt was paid under the code of C."""
    rows = OLD | {
        "F2": ("B", "2025-05-31", 12000),
        "F3": ("C", "2025-05-31", 6000),
        "F9": ("Z", "2025-06-30", 1),
    }
    alone = company(OLD | {"F9": ("Z", "2025-06-30", 1)})
    payments = paid(
        ("B", "F2", "2025-06-30", 0.01), ("B", "OLD", "2025-07-01", 15000), ("E", "F3", "2025-07-01", 6000)
    )
    found, law = Findings(company(rows, payments)), payment_terms(company(rows, payments))
    assert found["receivables.recovery_cases"].value == 1
    for name in ("late_penalties_due", "recovery_indemnity_due", "late_invoices"):
        here, there = found[f"receivables.{name}"].value, Findings(alone)[f"receivables.{name}"].value
        kept = {"late_penalties_due": 0, "recovery_indemnity_due": 40, "late_invoices": 1}[name]
        assert here == there + kept  # one cent of B was paid late, for sure: its invoice owes the indemnity
    days = (D - date(2025, 5, 31)).days
    assert days == 214
    interest = (11999.99 + 6000) * (30 * 0.1315 + 184 * 0.1215) / 365
    assert found["receivables.penalties_to_reconcile"].value == pytest.approx(interest + 40, abs=0.005)
    assert law.penalties.loc["B", ["overdue", "penalty", "indemnity"]].tolist() == [0, 0, 40]
    assert "C" not in law.penalties.index


def test_nothing_is_left_out_where_no_account_is_to_reconcile():
    assert Findings(company(OLD))["receivables.penalties_to_reconcile"].value == 0
