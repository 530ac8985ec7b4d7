"""What was planted for the alerts and for the contact plan: people who object, people who left, dates that come."""

import csv
import io

import pytest

from capclient import datasets
from capclient.decisions.alerts import RULES
from capclient.indicators.contacts import LEGAL
from capclient.portfolio import Portfolio
from capclient.publish.contacts import contacts_csv
from tests.e2e.test_simulated_truths import Case, opened


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened("services", tmp_path_factory)


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("deadlines", "deadlines"),
        ("single_contact", "single_contact"),
        ("contact_change", "contact_changed"),
    ],
)
def test_each_client_planted_for_a_rule_is_named_and_nobody_else(served, code, part):
    told = next(rule for rule in RULES if rule.code == code).ring(served.portfolio)
    assert set(told.customer_id) == set(served.key["parts"][part])


def test_people_who_are_drawn_last_leave_every_other_table_as_it_was():
    """The people of the services company have their own draw, and objections draw nothing."""
    company = datasets.simulate("services")
    assert set(company.contacts.customer_id) <= set(company.customers.customer_id)
    sheet = datasets.simulate("grossiste").customers
    assert sheet.opposed.sum() == 2 and not sheet.opposed.eq(False).any()


def planned(portfolio: Portfolio) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(contacts_csv(portfolio, "en"))):
        rows.setdefault(row["customer_id"], []).append(row)
    return rows


@pytest.mark.slow
def test_nobody_canvasses_a_client_that_objects(tmp_path_factory: pytest.TempPathFactory) -> None:
    case = opened("grossiste", tmp_path_factory)
    people, chosen = datasets.simulate("grossiste").contacts, case.key["objections"]
    frame = case.portfolio.customers
    wanted = {  # whoever owes is reminded of it, whatever it objects to
        who: [row for row in rows if row["kind_code"] not in LEGAL]
        for who, rows in planned(case.portfolio).items()
    }
    silent = chosen["customers"] + chosen["alone"]
    assert (frame.revenue_n[silent] > 0).all() and not any(wanted.get(who) for who in silent)
    others = frame.index[(frame.revenue_n > 0) & ~frame.is_pool].difference(silent)
    assert sum(bool(wanted.get(who)) for who in others) > 0.6 * len(others)
    objecting = people[people.opposed.eq(True)].groupby("customer_id").person.agg(set)
    for who in chosen["one_of_several"]:
        named = {row["person"] for row in wanted[who]}
        assert named and not named & objecting[who]
