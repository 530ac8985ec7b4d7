"""The contact plan of small companies: each trigger with its date, and whom it leaves in peace."""

import doctest
import importlib
from datetime import date

import pandas as pd
import pytest

from capclient.decisions.contact_findings import names
from capclient.decisions.contacts import contact_id, contacts
from capclient.decisions.plan import plan as action_plan
from capclient.decisions.recovery import recovery_cases
from capclient.frames import written
from capclient.indicators.contacts import LEGAL
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.regulation.holidays import is_working_day
from capclient.vocabulary import Unknown

D = date(2026, 3, 12)
MONTHS = pd.date_range("2024-01-15", "2026-03-01", freq="MS") + pd.Timedelta(days=9)


def invoices(client, days, amount):
    return [
        {
            "invoice_id": f"{client}-{n}",
            "customer_id": client,
            "invoice_date": day,
            "amount_ht": float(amount),
        }
        for n, day in enumerate(pd.to_datetime(list(days)))
    ]


def ledger():
    told = [
        *invoices("BIG", MONTHS, 5000), *invoices("MID", MONTHS, 900), *invoices("SMALL", MONTHS, 60),
        *invoices("SEEN", MONTHS, 70), *invoices("SHY", MONTHS, 800), *invoices("BROKE", MONTHS, 400),
        *invoices("GONE", MONTHS[MONTHS < "2025-01-20"], 600), *invoices("NEW", ["2026-03-10"], 200),
        *invoices("POOL", ["2026-03-10"], 50), *invoices("CREDITED", ["2026-02-02"], 300),
    ]  # fmt: skip
    told.append(
        {"invoice_id": "AV1", "customer_id": "CREDITED", "invoice_date": "2026-03-11", "amount_ht": -30.0}
    )
    return pd.DataFrame(told)


CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["POOL", "BROKE", "SHY", "BIG"],
        "is_pool": [True, False, False, False],
        "insolvency_date": [None, "2026-01-05", None, None],
        "opposed": [None, None, "oui", "non"],
        "salesperson": [None, None, "Ann", "Ann"],
    }
)
INTERACTIONS = pd.DataFrame(
    [
        ("BIG", "2026-01-05", "visit", None, None), ("SMALL", "2025-12-20", "call", None, None),
        ("SEEN", "2026-03-09", "call", None, None), ("BIG", "2025-04-02", "survey", None, None),
        ("MID", "2025-04-06", "survey", None, None), ("SMALL", "2025-10-01", "mail", None, None),
        ("MID", "2026-03-11", "claim", "2026-03-11", None),
        ("SMALL", "2025-02-01", "claim", "2025-02-01", "2025-02-03"),
        ("CREDITED", "2026-02-05", "call", None, None),
    ],
    columns=["customer_id", "date", "type", "opened", "closed"],
)  # fmt: skip
CONTRACTS = pd.DataFrame(
    {"contract_id": ["K1"], "customer_id": ["BIG"], "start": ["2024-01-01"], "tender_date": ["2026-06-30"],
     "annual_amount": [60_000.0]}
)  # fmt: skip
ITEMS = pd.DataFrame(
    [
        ("R1", "BIG", "2026-02-10", "2026-03-11", 100.0, False), ("R2", "MID", "2026-01-10", "2026-02-01", 90.0, True),
        ("R3", "SMALL", "2026-02-20", "2026-03-20", 80.0, False),
        ("R4", "BROKE", "2025-12-20", "2026-01-20", 70.0, False),
    ],
    columns=["item_id", "customer_id", "date", "due_date", "amount", "disputed"],
)  # fmt: skip
PEOPLE = pd.DataFrame(
    {
        "customer_id": ["BIG", "BIG", "BIG", "SEEN"],
        "person": ["Zoé Gone", "Ada Objects", "Bob Here", "Eve Objects"],
        "side": ["theirs"] * 4,
        "since": ["2019-01-01", "2020-01-01", "2021-01-01", "2020-01-01"],
        "until": ["2025-12-31", None, None, None],
        "opposed": [None, True, None, True],
    }
)

PEOPLE_SAY = pd.DataFrame({"customer_id": ["GONE"], "action": ["exit"], "planned_on": ["2026-03-01"]})


@pytest.fixture(scope="module")
def plan():
    return contacts(
        Portfolio.from_frames(
            ledger(), as_of=D, customers=CUSTOMERS, interactions=INTERACTIONS, contracts=CONTRACTS,
            receivable_items=ITEMS, contacts=PEOPLE, actions=PEOPLE_SAY,
        )
    )  # fmt: skip


def of(plan, client, reason):
    rows = plan.rows[plan.rows.customer_id.eq(client)]
    return rows[[reason in codes.split() for codes in rows.reasons]]


def first(plan, client, reason):
    row = of(plan, client, reason).iloc[0]
    return row.kind, row.due.date()


def test_a_first_order_of_march_10_is_called_on_march_17(plan):
    assert first(plan, "NEW", "first_order") == ("call", date(2026, 3, 17))
    assert len(of(plan, "NEW", "first_order")) == 1
    assert of(plan, "POOL", "first_order").empty
    assert of(plan, "CREDITED", "first_order").empty  # called since, and the credit note is no first order


def test_a_small_client_is_called_four_times_a_year_from_its_last_call(plan):
    assert first(plan, "SMALL", "small") == ("call", date(2026, 3, 23))  # 91 days later is Saturday, March 21


def test_an_adult_of_class_a_is_visited_half_as_often(plan):
    row = of(plan, "BIG", "adult").iloc[0]
    assert row.wanted == pd.Timestamp("2026-05-06")  # 121 days after January 5
    assert (row.kind, row.owner) == ("visit", "Ann")


def test_the_yearly_survey_waits_when_a_claim_is_open(plan):
    assert first(plan, "BIG", "survey")[1] == date(
        2026, 3, 30
    )  # wanted on April 2: the tender is prepared that week
    assert of(plan, "MID", "survey").due.min() > pd.Timestamp(
        "2026-05-30"
    )  # wanted on June 10, not on April 6


def test_a_claim_is_answered_within_two_days_by_somebody_who_does_not_sell(plan):
    row = of(plan, "MID", "claim").iloc[0]
    assert (row.kind, row.due.date(), row.owner) == ("call_back", date(2026, 3, 13), "@service")
    assert of(plan, "SMALL", "claim").empty


def test_a_tender_is_prepared_three_months_ahead(plan):
    assert first(plan, "BIG", "deadline")[1] == date(2026, 3, 30)
    assert of(plan, "BIG", "deadline").stake.item() == 60_000.0


def test_a_lost_client_is_asked_why_once(plan):
    row = of(plan, "GONE", "lost").iloc[0]
    assert row.kind == "questionnaire" and row.wanted == pd.Timestamp(
        "2026-01-26"
    )  # 366 + 15 days after January 10
    assert row.is_late and set(plan.rows.reasons[plan.rows.customer_id == "GONE"]) == {"lost"}


def test_debts_are_reminded_in_their_time_unless_disputed_or_with_the_liquidator(plan):
    letters = plan.rows[plan.rows.kind.isin(LEGAL)]
    mine = letters[letters.customer_id == "BIG"]
    assert [(row.kind, row.wanted.date()) for row in mine.itertuples()] == [
        ("reminder", date(2026, 3, 12)), ("dunning", date(2026, 3, 26)), ("formal_notice", date(2026, 4, 10)),
    ]  # fmt: skip
    small = letters[letters.customer_id == "SMALL"]
    assert [(row.kind, row.due.date()) for row in small.itertuples()] == [("reminder", date(2026, 3, 23))]
    assert not letters.customer_id.isin(["MID", "BROKE"]).any()


def test_nobody_who_objects_or_is_insolvent_is_contacted(plan):
    both = pd.concat([plan.rows, plan.overflow])
    assert not both.customer_id.isin(["SHY", "BROKE", "POOL", "SEEN"]).any()
    found = {item.id: item.value for item in plan.findings}
    assert found["contacts.opposed"] == 2  # one by its sheet, one because all its people object


def test_the_person_to_ask_for_is_still_there_and_does_not_object(plan):
    assert set(plan.rows.person[plan.rows.customer_id == "BIG"]) == {"Bob Here"}


def test_days_are_worked_and_spaced_and_identifiers_differ(plan):
    both = pd.concat([plan.rows, plan.overflow])
    assert both.id.is_unique
    assert all(D < day.date() <= plan.end and is_working_day(day.date()) for day in plan.rows.due)
    for _, mine in plan.rows[~plan.rows.kind.isin(LEGAL)].groupby("customer_id"):
        assert (mine.due.sort_values().diff().dropna() > pd.Timedelta(days=10)).all()


def test_every_finding_is_there_and_counts_what_the_plan_says(plan):
    found = {item.id.removeprefix("contacts."): item for item in plan.findings}
    assert list(found) == names()
    assert found["planned"].value == len(plan.rows)
    assert found["first_order_calls"].value == 1 and found["claim_calls"].value == 1
    assert found["prospects_to_erase"].reason == "missing:prospects"
    assert found["mailed_share"].n == found["surveyed_share"].n


def test_documents_of_later_days_change_nothing():
    later = pd.DataFrame(
        [("BIG", "2026-03-20", "call", None, None), ("MID", "2026-03-30", "claim", "2026-03-30", None)],
        columns=list(INTERACTIONS),
    )
    closed = INTERACTIONS.assign(
        closed=INTERACTIONS.closed.mask(INTERACTIONS.date.eq("2026-03-11"), "2026-03-25")
    )
    more = pd.DataFrame([*invoices("BIG", ["2026-04-02"], 70), *invoices("FRESH", ["2026-04-20"], 90)])
    contract = pd.DataFrame(
        {"contract_id": ["K2"], "customer_id": ["BIG"], "start": ["2026-04-01"], "tender_date": ["2026-07-10"],
         "annual_amount": [9.0]}
    )  # fmt: skip
    tables = {"customers": CUSTOMERS, "contacts": PEOPLE}
    now = Portfolio.from_frames(ledger(), as_of=D, interactions=INTERACTIONS, contracts=CONTRACTS, **tables)
    then = Portfolio.from_frames(
        pd.concat([ledger(), more.assign(invoice_id=more.invoice_id + "-later")]), as_of=D,
        interactions=pd.concat([closed, later]), contracts=pd.concat([CONTRACTS, contract]), **tables,
    )  # fmt: skip
    names = ["customer_id", "kind", "due", "wanted", "reasons", "owner"]
    pd.testing.assert_frame_equal(contacts(now).rows[names], contacts(then).rows[names])


def test_a_first_order_of_months_ago_is_no_longer_called_about():
    more = pd.DataFrame(invoices("STALE", ["2026-01-04"], 200) + invoices("FRESH", ["2026-01-05"], 200))
    late = contacts(Portfolio.from_frames(pd.concat([ledger(), more]), as_of=D, interactions=INTERACTIONS))
    assert of(late, "STALE", "first_order").empty and not of(late, "STALE", "young").empty
    assert len(of(late, "FRESH", "first_order")) == 1


def test_without_any_exchange_only_what_comes_is_planned_and_nobody_is_late():
    bare = contacts(Portfolio.from_frames(ledger(), as_of=D))
    assert not bare.rows.is_late.any()
    assert first(bare, "NEW", "first_order") == ("call", date(2026, 3, 17))
    assert of(bare, "CREDITED", "first_order").empty  # its week is over, and nobody writes calls down
    found = {item.id: item for item in bare.findings}
    assert found["contacts.small_reached_share"].reason == "missing:calls"
    assert found["contacts.opposed"].reason == "missing:opposed"
    assert found["contacts.reminders"].reason is not None


def test_visits_that_nobody_has_time_for_are_listed_with_the_revenue_of_their_clients():
    targets = pd.DataFrame({"salesperson": ["Ann"], "visits_per_year": [0]})
    sheet = CUSTOMERS.assign(opposed=None)
    tight = contacts(Portfolio.from_frames(ledger(), as_of=D, customers=sheet, targets=targets))
    left = tight.overflow
    assert set(left.owner) == {"Ann"} and left.due.isna().all() and left.revenue.gt(0).all()
    found = {item.id: item.value for item in tight.findings}
    assert found["contacts.overflow"] == len(left) > 0
    assert found["contacts.overflow_revenue"] == pytest.approx(
        left.drop_duplicates("customer_id").revenue.sum()
    )


def test_client_totals_alone_plan_nothing_and_say_why():
    folder = written({"customer_totals": pd.DataFrame({"customer_id": ["A", "B"], "Milk": [90.0, 10.0]})})
    source = {
        "path": "customer_totals.parquet", "measures": ["Milk"],
        "period": {"start": "2024-01-01", "end": "2024-12-31"},
    }  # fmt: skip
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    told = contacts(Portfolio.of(make_params(content, folder=folder, where="totals")))
    assert told.rows.empty and isinstance(told.reason, Unknown)
    assert {item.reason for item in told.findings} == {told.reason.reason}


def test_an_identifier_depends_on_what_the_contact_is():
    day = date(2026, 3, 17)
    ids = {contact_id(*told, day) for told in (("a", "C", "call"), ("b", "C", "call"), ("a", "D", "call"))}
    assert len(ids) == 3


@pytest.mark.parametrize("name", ["contacts", "contact_triggers", "contact_facts", "contact_rhythms"])
def test_the_examples_hold(name):
    assert doctest.testmod(importlib.import_module(f"capclient.decisions.{name}")).failed == 0


@pytest.fixture(scope="module")
def promised():
    """Clients that fade while Ann visits every other week, a former good one, debts and prospects of all sorts."""
    slow = MONTHS[MONTHS < "2025-10-20"]
    told = [row for client in ("FADE1", "FADE2", "FADE3", "DUNNED") for row in invoices(client, slow, 2000)]
    told += invoices("BACK", MONTHS[MONTHS < "2025-01-20"], 6000)
    prospects = pd.DataFrame(
        {
            "prospect_id": ["P1", "OLD", "WON", "NO", "SAID"], "stage": ["quote"] * 5, "amount": [900.0] * 5,
            "created": ["2026-01-05", "2023-01-05", "2025-09-01", "2026-01-05", "2026-01-06"],
            "probability": [0.5] * 5, "closed_date": [None, None, "2025-10-01", None, None],
            "outcome": [None, None, "won", None, None], "salesperson": ["Ann"] * 5,
            "customer_id": [None, None, None, "SHY", None],
        }
    )  # fmt: skip
    actions = pd.DataFrame(
        {
            "customer_id": ["FADE1", "FADE2", "FADE3", None], "prospect_id": [None, None, None, "SAID"],
            "action": ["retain", "retain", "retain", "prospect"], "planned_on": ["2026-03-01"] * 4,
            "due": [None, "2026-03-20", None, None], "plan_status": [None, None, None, "dropped"],
        }
    )  # fmt: skip
    days = pd.to_datetime(D) - pd.to_timedelta([50, 20, 45, 131, 8], unit="D")
    items = pd.DataFrame(
        {
            "item_id": [f"R{n}" for n in range(5)], "customer_id": ["MID", "SEEN", "SMALL", "DUNNED", "SMALL"],
            "date": days - pd.Timedelta(days=30), "due_date": days, "amount": [90.0, 80.0, 70.0, 9000.0, 60.0],
            "disputed": [False] * 5,
        }
    )  # fmt: skip
    talks = pd.DataFrame(
        [("SMALL", "2026-03-10", "mail", "relance"), ("SEEN", "2026-02-25", "mail", "relance"),
         ("BIG", "2026-01-05", "visit", None)],
        columns=["customer_id", "date", "type", "cause"],
    )  # fmt: skip
    sheet = pd.concat(
        [CUSTOMERS, pd.DataFrame({"customer_id": ["FADE1", "FADE2", "FADE3"], "salesperson": ["Ann"] * 3})]
    )
    ledger_and_more = pd.concat([ledger(), pd.DataFrame(told)])
    return Portfolio.from_frames(
        ledger_and_more, as_of=D, customers=sheet, interactions=talks, prospects=prospects, actions=actions,
        receivable_items=items, targets=pd.DataFrame({"salesperson": ["Ann"], "visits_per_year": [26]}),
    )  # fmt: skip


def test_what_the_plan_promises_takes_place_before_its_day(promised):
    told, decided = contacts(promised), action_plan(promised).clients
    mine = decided[decided.action.isin(["retain", "prospect"])]
    assert {"FADE1", "FADE2", "FADE3", "BACK"} <= set(mine.index) and "SHY" not in set(told.rows.customer_id)
    for client, due in mine.due.drop("SHY", errors="ignore").items():
        (row,) = of(told, client, "plan").itertuples()
        assert row.due <= pd.Timestamp(due), client
    assert first(told, "BACK", "plan")[0] == "call" and of(told, "BACK", "lost").empty
    kinds = [first(told, client, "plan")[0] for client in ("FADE1", "FADE2", "FADE3")]
    assert set(kinds) == {"visit", "call"}  # a visit every other week: who finds none is called


def test_open_prospects_are_called_unless_forgotten_refused_or_dropped(promised):
    rows = contacts(promised).rows
    mine = rows[rows.prospect_id.notna()]
    assert mine[["prospect_id", "name", "kind", "owner", "reasons"]].values.tolist() == [
        ["P1", "P1", "call", "Ann", "plan"]
    ]
    assert mine.customer_id.isna().all() and mine.due.max() <= pd.Timestamp("2026-05-11")


def test_letters_are_those_of_the_recovery_files_and_keep_their_distance(promised):
    rows = contacts(promised).rows
    letters = rows[rows.kind.isin(LEGAL)].sort_values("due", kind="stable")
    held = {case.customer_id: case for case in recovery_cases(promised)}
    assert held["DUNNED"].row.stage == "counsel"
    for client in ("MID", "SEEN", "SMALL"):
        assert letters.kind[letters.customer_id == client].iloc[0] == held[client].letters[0], client
    kinds = {client: list(mine.kind) for client, mine in letters.groupby("customer_id")}
    assert kinds == {
        "MID": ["formal_notice"],
        "SEEN": ["dunning", "formal_notice"],
        "SMALL": ["formal_notice"],
    }
    assert letters.due[letters.customer_id == "SMALL"].item() == pd.Timestamp("2026-03-25")  # 15 days after
    sent, notice = letters.due[letters.customer_id == "SEEN"]
    assert (notice - sent).days >= 15
    assert rows[rows.customer_id.eq("DUNNED") & rows.kind.isin([*LEGAL, "mailing"])].empty
