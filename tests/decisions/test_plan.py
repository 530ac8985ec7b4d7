"""The plan on small companies: what must hold whatever the files hold."""

import doctest
import importlib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.decisions.plan import names, plan
from capclient.decisions.rows import COLUMNS, plan_rows
from capclient.decisions.synthesis import FIVE, five_to_do, five_to_know
from capclient.decisions.weak import weak_clients
from capclient.indicators.stakes import is_secured, stakes
from capclient.notebook.chapter_actions import actions_figure, actions_table, named_lists
from capclient.notebook.desk import Desk, _desks, note, variant
from capclient.portfolio import Portfolio
from capclient.themes import customers
from capclient.vocabulary import ACTIONS, Unknown
from tests.themes.test_themes import AS_OF, ledger


def company(**tables):
    return Portfolio.from_frames(ledger(), as_of=AS_OF, **tables)


def priced():
    """The first client leaves one euro in a hundred, and its margin was forty a year before."""
    frame = ledger()
    late = frame.invoice_date >= "2025"
    frame["cost"] = (
        (frame.amount_ht * 0.6).where(~(late & frame.customer_id.eq("A")), frame.amount_ht * 0.99).round(2)
    )
    return frame


def test_without_costs_the_rules_of_margin_are_silent_and_the_stakes_say_revenue():
    todo = plan(company())
    assert todo.basis == "revenue"
    active = todo.clients[~todo.clients.action.isin(["exit", "prospect"])]
    assert active.silent.str.contains("2 3").all()
    found = {item.id.removeprefix("actions."): item for item in todo.findings}
    assert list(found) == names()
    assert "caveat.revenue_basis" in (found["retain_stake"].caveat or "")
    assert found["security_gap"].reason == "missing:cost"


def test_without_costs_no_list_of_margins_says_that_nothing_is_to_be_done():
    found = {item.id.removeprefix("actions."): item for item in plan(company()).findings}
    for name in ("reprice_list", "drained_list", "weak_customers", "weak_stop"):
        assert found[name].value is None and found[name].reason == "missing:cost", name
    assert isinstance(found["leaving_list"].value, int)


def test_an_action_that_nobody_could_look_for_is_unknown_rather_than_nil():
    found = {item.id.removeprefix("actions."): item for item in plan(company()).findings}
    for name in ("reduce_cost_customers", "reduce_cost_stake", "substitute_customers", "substitute_stake"):
        assert found[name].value is None and found[name].reason == "missing:cost", name
    assert found["develop_list"].reason == "missing:potential_level"
    # young clients are to be developed whatever their potential: some are, or nobody could look for the others
    assert found["develop_customers"].value or found["develop_customers"].reason == "missing:potential_level"
    sheet = pd.DataFrame({"customer_id": sorted(set(ledger().customer_id)), "potential_level": "low"})
    told = {
        item.id.removeprefix("actions."): item.value
        for item in plan(Portfolio.from_frames(priced(), customers=sheet, as_of=AS_OF)).findings
    }
    assert told["develop_list"] == 0  # everybody was looked at: nobody it is


def test_no_sentence_no_figure_and_no_table_shows_a_nil_that_nobody_looked_for():
    before = list(_desks)
    todo = plan(company())
    _desks[:] = [Desk(company(), "fr")]
    try:
        known = {item.id: item for item in todo.findings}
        worded = variant("actions.summary", known), note("actions.summary").html()
        rows = actions_table(todo).html()
        drawn = actions_figure(todo).alt
    finally:
        _desks[:] = before
    assert worded[0] in ("actions.summary.blind", "actions.summary.costless")
    assert "substitution" not in worded[1].lower() and "aucun client" not in worded[1].split("Pour")[1]
    line = rows[rows.index("Substitution") :].split("</tr>")[0]
    assert "–" in line and ">0<" not in line
    assert "Substitution" not in drawn and "Rétention" in drawn


def test_the_lists_of_a_company_without_costs_are_not_computed_rather_than_empty():
    before = list(_desks)
    todo = plan(company())
    _desks[:] = [Desk(company(), "fr")]
    try:
        shown = named_lists(todo).html()
        worded = variant("actions.lists", {item.id: item for item in todo.findings})
    finally:
        _desks[:] = before
    assert "Non calculé" in shown and "À revaloriser" not in shown
    assert todo.clients.owner.isna().all() and "Responsable" not in shown  # no empty column
    assert worded == "actions.lists.none"  # no sentence says that nobody is to be repriced


@pytest.mark.parametrize(("potential", "rate"), [(0.0, 0.3), (500.0, 0.0), (500.0, -0.1), (None, 0.3)])
def test_a_development_without_euros_has_no_stake_rather_than_a_stake_of_nothing(potential, rate):
    facts = pd.DataFrame({"potential": [potential, 500.0], "margin_rate": [rate, 0.2]}, index=["A", "B"])
    said = stakes(facts, pd.Series("develop", index=facts.index), success="0.30")
    assert pd.isna(said["A"]) and said["B"] == 30.0


def test_a_margin_that_falls_under_the_target_calls_for_substitution():
    todo = plan(Portfolio.from_frames(priced(), as_of=AS_OF))
    assert "3" in todo.clients.fired["A"].split()
    assert "A" in todo.lists["reprice"].index
    assert (
        todo.clients.step.dropna().eq("to_secure").all()
    )  # no prospect: nothing shows that a rise is covered


def test_prices_may_rise_only_once_what_they_expose_is_secured():
    base = {"prospect_id": "P1", "created": "2025-12-01", "stage": "offer", "probability": 0.5}
    for amount, step in ((1, "to_secure"), (10_000, "reprice")):
        sheet = pd.DataFrame([base | {"amount": amount}])
        todo = plan(Portfolio.from_frames(priced(), prospects=sheet, as_of=AS_OF))
        steps = todo.clients.step[todo.clients.action == "substitute"]
        assert len(steps) and steps.eq(step).all()
        covered, has, risks = todo.secured
        assert covered == (has >= risks) == (step == "reprice")


def test_a_stale_prospect_is_called_last_and_promises_nothing():
    won = {"stage": "won", "outcome": "won", "probability": 1, "amount": 100, "created": "2025-01-01",
           "closed_date": "2025-02-01"}  # fmt: skip
    rows = [won | {"prospect_id": f"W{n}"} for n in range(3)]
    waits = {"stage": "offer", "probability": 0.5}
    rows += [waits | {"prospect_id": "OLD", "created": "2024-01-01", "amount": 90_000},
             waits | {"prospect_id": "NEW", "created": "2025-12-01", "amount": 1_000}]  # fmt: skip
    portfolio = Portfolio.from_frames(priced(), prospects=pd.DataFrame(rows), as_of=AS_OF)
    todo = plan(portfolio)
    assert todo.prospects.prospect_id.tolist() == ["NEW", "OLD"]
    assert todo.prospects.stake.gt(0).tolist() == [True, False]
    found = {item.id: item.value for item in todo.findings}
    assert found["actions.prospects"] == 2
    assert found["actions.prospects_stake"] == todo.prospects.stake.iloc[0]
    written = plan_rows(todo, as_of=AS_OF).set_index("prospect_id").reasons
    assert written["OLD"] == "open_prospect stale_prospect" and written["NEW"] == "open_prospect"


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.lists(st.floats(-1e6, 1e6), max_size=8))
def test_repricing_is_never_allowed_while_less_is_won_than_is_exposed(pipeline, signed, margins):
    ready, has, risks = is_secured(pipeline, signed, pd.Series(margins, dtype="float64"))
    assert ready == (has >= risks)
    assert risks >= 0


def test_a_threshold_of_the_parameters_moves_the_result():
    strict = Portfolio.from_frames(priced(), as_of=AS_OF)
    assert "3" in plan(strict).clients.fired["A"]
    loose = Portfolio.from_frames(
        priced(), as_of=AS_OF, thresholds={"actions": {"target_net_rate": "0", "erosion": "-1"}}
    )
    assert "3" not in plan(loose).clients.fired["A"]


def test_an_incomplete_year_decides_nothing_and_says_why():
    frame = ledger()
    half = Portfolio.from_frames(frame[frame.invoice_date >= "2025-07"], as_of=AS_OF)
    todo = plan(half)
    assert todo.reason == Unknown("period_incomplete")
    assert {item.reason for item in todo.findings} == {"period_incomplete"}
    assert five_to_do(half) == todo.reason
    assert "action" not in customers(half)
    assert todo.lists == {} and todo.clients.empty


def test_the_table_of_clients_bears_the_action_before_the_status():
    table = customers(company())
    where = [
        list(table).index(name)
        for name in ("action", "action_secondary", "action_reasons", "stake", "status")
    ]
    assert where == sorted(where) and where[-1] - where[0] == 4
    assert table.action.isin(ACTIONS).all()


def test_rows_name_each_client_and_action_once():
    portfolio = company()
    rows = plan_rows(plan(portfolio), as_of=portfolio.as_of)
    assert tuple(rows) == COLUMNS
    assert not rows.duplicated(["customer_id", "action"]).any()
    assert rows.stake[rows.action_rank > 1].isna().all()
    assert rows.plan_status.eq("open").all() and rows.planned_on.eq(pd.Timestamp(portfolio.as_of)).all()


def test_five_things_at_most_the_growth_first_then_by_severity():
    portfolio = company()
    known = five_to_know(portfolio)
    assert known[0].topic.name == "growth" and len(known) <= FIVE
    rest = [item.severity for item in known[1:]]
    assert rest == sorted(rest, reverse=True)
    assert known[1].topic.name == "dependency" and known[1].is_alert  # half of the revenue
    todo = five_to_do(portfolio)
    stakes = [item.stake for item in todo if item.stake == item.stake]
    assert stakes == sorted(stakes, reverse=True) and len(todo) <= FIVE
    assert all(item.names for item in todo)


@pytest.mark.parametrize(
    ("facts", "decision", "kept"),
    [
        ({"learning": "high"}, "keep", "learning"),
        ({"rd_collab": "ongoing", "relation_type": "partnership"}, "keep", "research partnership"),
        ({"group_id": "G"}, "keep", "group"),
        ({"gross_margin_rate": 0.10}, "stop", ""),
        ({"gross_margin_rate": 0.10, "potential_class": "medium"}, "improve", ""),
        ({"gross_margin_rate": 0.10, "stage": "childhood"}, "improve", ""),
        ({}, "improve", ""),
    ],
)
def test_a_weak_client_is_kept_for_a_reason_stopped_without_hope_else_improved(facts, decision, kept):
    base = {"name": "x", "margin": -10.0, "fired": "2", "action": "reduce_cost", "value_class": "C", "stage": "adult",
            "gross_margin_rate": 0.4}  # fmt: skip
    first = base | {
        "name": "y",
        "margin": 900.0,
        "fired": "",
        "action": "maintain",
        "value_class": "A",
        "group_id": "G",
    }
    found = weak_clients(pd.DataFrame([base | facts, first], index=["x", "y"]), service_rate=0.15)
    assert found.index.tolist() == ["x"]
    assert (found.decision["x"], found.kept["x"]) == (decision, kept)


@pytest.mark.parametrize("name", ["weak", "synthesis", "unheard", "twins"])
def test_the_examples_of_a_module_hold(name):
    outcome = doctest.testmod(importlib.import_module(f"capclient.decisions.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
