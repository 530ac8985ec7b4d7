"""A client that may stand under two codes is said to, wherever somebody would call it."""

import csv
import io

import icalendar
import pandas as pd
import pytest

from capclient.decisions.contacts import contacts
from capclient.decisions.plan import plan
from capclient.decisions.twins import MOST, other_codes, twins
from capclient.notebook.chapter_actions import clients_by_action
from capclient.notebook.chapter_contacts import contacts_table
from capclient.notebook.desk import Desk, _desks
from capclient.portfolio import Portfolio
from capclient.publish.actions import actions_csv
from capclient.publish.contacts import contact_sheet, contacts_csv, contacts_ics
from capclient.publish.plan_sheets import plan_sheets
from tests.themes.test_themes import AS_OF, ledger


@pytest.fixture(scope="module")
def portfolio():
    """A and B bear the same name but for its case; the others have their own."""
    names = {"A": "Dupont et fils", "B": "DUPONT ET FILS"}
    lines = ledger()
    lines["customer_name"] = lines.customer_id.map(names).fillna("Client " + lines.customer_id)
    talks = pd.DataFrame({"customer_id": ["F"], "date": ["2025-12-12"], "type": ["call"]})
    return Portfolio.from_frames(lines, interactions=talks, as_of=AS_OF)


def test_each_code_of_a_pair_names_the_other_and_nobody_else_does(portfolio):
    assert other_codes(portfolio).to_dict() == {"A": "B", "B": "A"}
    said = plan(portfolio).clients.other_code
    assert (said["A"], said["B"]) == ("B", "A") and said.drop(["A", "B"]).isna().all()
    rows = contacts(portfolio).rows
    assert rows.other_code[rows.customer_id.isin(["A", "B"])].notna().all()
    assert rows.other_code[~rows.customer_id.isin(["A", "B"])].isna().all()


def test_a_name_that_many_bear_is_no_sign_of_one_client():
    def group(most):
        return pd.DataFrame({"customer_id": "C0", "other_id": [f"C{n}" for n in range(1, most)]})

    assert len(twins(group(MOST))) == MOST and twins(group(MOST + 1)).empty
    chain = pd.DataFrame({"customer_id": ["a", "c", "b"], "other_id": ["b", "d", "c"]})
    assert twins(chain).to_dict() == {"a": "b, c, d", "b": "a, c, d", "c": "a, b, d", "d": "a, b, c"}
    assert twins(group(20_000)).empty


def test_the_files_of_the_plan_and_of_the_contacts_show_the_other_code(portfolio):
    for content in (actions_csv(portfolio, "fr"), contacts_csv(portfolio, "fr")):
        lines = list(csv.DictReader(io.StringIO(content)))
        shown = {line["customer_id"]: line["other_code"] for line in lines}
        assert shown["A"] == "B" and shown["B"] == "A" and not shown.get("F")
    assert plan_sheets(portfolio)["actions"].set_index("customer_id").other_code["A"] == "B"
    sheet = contact_sheet(portfolio, "fr")
    assert set(sheet.other_code[sheet.customer_id.eq("A")]) == {"B"}
    events = icalendar.Calendar.from_ical(contacts_ics(portfolio, "en")).walk("VEVENT")
    told = [str(event["DESCRIPTION"]) for event in events if "dupont" in str(event["SUMMARY"]).lower()]
    assert told and all("May be the same client: " in words for words in told)


def test_the_chapter_shows_the_other_code_beside_the_reasons(portfolio):
    before = list(_desks)
    _desks[:] = [Desk(portfolio, "fr")]
    try:
        shown = clients_by_action(plan(portfolio)).html(), contacts_table(contacts(portfolio)).html()
    finally:
        _desks[:] = before
    assert all("peut-être aussi sous le code B" in html for html in shown)


def test_a_company_without_such_clients_has_no_such_column():
    alone = Portfolio.from_frames(ledger(), as_of=AS_OF)
    assert other_codes(alone).empty and "other_code" not in plan_sheets(alone)["actions"]
