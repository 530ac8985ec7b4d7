"""The plan that people send back: what they wrote stands above the rules, and nothing of it is lost."""

import doctest
import importlib
from datetime import date

import pandas as pd
import pytest

from capclient.decisions.decided import decided
from capclient.decisions.plan import plan
from capclient.decisions.rows import plan_rows
from capclient.decisions.synthesis import five_to_do
from capclient.ingest.rejects import reject_reason
from capclient.notebook.chapter_actions import named_lists
from capclient.notebook.desk import Desk, _desks
from capclient.portfolio import Portfolio
from capclient.readers.plan_words import plan_headers
from capclient.regulation.holidays import is_working_day
from capclient.schema import TABLES
from capclient.wording import LANGUAGES, catalogue, text
from tests.themes.test_themes import AS_OF, ledger

WORDED = {"action": "action", "plan_status": "plan_status", "decision": "decision"}


def company(rows, as_of=AS_OF):
    return Portfolio.from_frames(ledger(), actions=pd.DataFrame(rows), as_of=as_of)


def row(client="A", action="retain", proposed="retain", **more):
    return {"customer_id": client, "action": action, "proposed": proposed, "action_rank": 1, "planned_on": "2025-09-30",
            "plan_status": "open", "due": "2026-02-01"} | more  # fmt: skip


def test_without_a_plan_nobody_decided_anything():
    nothing = decided(Portfolio.from_frames(ledger(), as_of=AS_OF))
    assert nothing.rows.empty and nothing.clients.empty and nothing.agreed.empty


def test_what_nobody_changed_binds_no_rule():
    alone = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients
    same = plan(company([row(client, "substitute", "substitute") for client in "ABCDF"])).clients
    assert same.action.to_dict() == alone.action.to_dict()
    assert same.rule.ne("people").all()


def test_an_action_that_people_chose_stands_above_the_rules_which_stay_beside_it():
    rules = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients
    todo = plan(company([row("B", "substitute", "develop")]))
    mine = todo.clients.loc["B"]
    assert (mine.action, mine.rule, mine.reasons) == ("substitute", "people", "chosen")
    assert mine.proposed == rules.action["B"]
    if rules.action["B"] != "maintain":
        assert mine.action_secondary.split()[0] == rules.action["B"]
    others = rules.index.drop("B")
    assert todo.clients.action[others].to_dict() == rules.action[others].to_dict()
    assert todo.clients.action.notna().all() and todo.clients.index.is_unique  # one action a client, always


@pytest.mark.parametrize("status", ["done", "dropped"])
def test_a_chosen_action_that_is_closed_gives_the_rules_their_word_back(status):
    alone = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients.action
    again = plan(company([row("B", "substitute", "develop", plan_status=status)])).clients.action
    assert again.to_dict() == alone.to_dict()


def test_an_action_that_people_dropped_is_not_put_first_again_until_a_new_reason_appears():
    alone = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients
    client = alone.index[~alone.action.isin(["maintain", "exit"])][0]
    first = alone.loc[client]
    said = ", ".join(text(f"action_reason.{code}", "fr") for code in first.reasons.split())
    dropped = row(client, first.action, first.action, plan_status="dropped", reasons=said, comment="non")
    portfolio = company([dropped])
    todo = plan(portfolio)
    mine = todo.clients.loc[client]
    assert mine.action != first.action and mine.proposed == mine.action and mine.rule == "people"
    assert first.action in mine.action_secondary.split()
    rows = plan_rows(todo, as_of=AS_OF).set_index(["customer_id", "action"])
    assert rows.plan_status[client, first.action] == "dropped" and rows.action_rank[client, first.action] == 2
    again = plan(company([dropped | {"reasons": text("action_reason.visited", "fr")}])).clients
    assert again.action[client] == first.action  # its reasons are no longer those that were weighed


def test_a_client_that_people_keep_as_it_is_leaves_the_open_actions():
    alone = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients
    client = alone.index[~alone.action.isin(["maintain", "exit"])][0]
    mine = plan(company([row(client, alone.action[client], alone.action[client], decision="keep")])).clients
    assert mine.loc[client, ["action", "rule", "reasons", "action_secondary"]].tolist() == [
        "maintain", "people", "kept", "",
    ]  # fmt: skip
    assert pd.isna(mine.stake[client]) and mine.proposed[client] == "maintain"


@pytest.mark.parametrize("said", ["Arrêter (à discuter)", "Stop (to be discussed)"])
def test_what_is_to_be_discussed_parts_with_nobody(said):
    portfolio = company([row("B", decision=said)])
    todo = plan(portfolio)
    assert todo.clients.action["B"] != "exit" and "broken" not in todo.clients.reasons["B"]
    assert decided(portfolio).clients.decision["B"] == "discuss"
    assert portfolio.store.report["tables"]["actions"]["unreadable"] == {}


@pytest.mark.parametrize("said", ["arrêter peut-être", "arrêt", "à voir"])
def test_a_decision_in_other_words_decides_nothing_and_is_kept_as_a_comment(said):
    portfolio = company([row("B", decision=said, comment="vu le 3"), row("A", decision="  ARRETER ")])
    told = portfolio.store.report["tables"]["actions"]
    assert told["rows_kept"] == 2 and told["unreadable"] == {"decision": 1}  # said by check and by the report
    assert told["examples"] == {"decision": [[said, 1]]}
    rows = decided(portfolio).rows.set_index("customer_id")
    assert pd.isna(rows.decision["B"]) and rows.comment["B"] == f"vu le 3 · {said}"
    assert plan(portfolio).clients.action["B"] != "exit" and rows.decision["A"] == "stop"


@pytest.mark.parametrize(
    ("said", "code"),
    [("En cours", "in_progress"), ("Commencé", "in_progress"), ("in progress", "in_progress"),
     ("In Progress", "in_progress"), ("Started", "in_progress"), ("À faire", "open"), ("to do", "open")],
)  # fmt: skip
def test_the_usual_words_of_an_action_that_is_not_closed_are_understood(said, code):
    assert decided(company([row("A", plan_status=said)])).rows.plan_status.tolist() == [code]


def test_an_action_that_somebody_began_stays_begun_in_the_next_plan_until_its_date_is_past():
    action = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients.action["B"]
    begun = row("B", action, action, plan_status="En cours", owner="Zoé", due="2026-02-01")
    mine = plan_rows(plan(company([begun])), as_of=AS_OF).set_index(["customer_id", "action"])
    assert mine.plan_status["B", action] == "in_progress" and mine.owner["B", action] == "Zoé"
    told = decided(company([begun | {"due": "2025-12-15"}])).rows
    assert told.plan_status.tolist() == ["late"]
    # begun for the date that the plan had proposed: no later date takes its place
    days = Portfolio.from_frames(ledger(), as_of=AS_OF).thresholds.actions.due_days[action]
    for planned in ("2025-06-30", "2025-12-15"):
        asked = pd.Timestamp(planned) + pd.Timedelta(days=days)
        again = plan(company([begun | {"planned_on": planned, "due": f"{asked:%Y-%m-%d}", "owner": None}]))
        rows = plan_rows(again, as_of=AS_OF).set_index(["customer_id", "action"])
        assert rows.due["B", action] == asked
        assert rows.plan_status["B", action] == ("late" if asked < pd.Timestamp(AS_OF) else "in_progress")


def test_no_date_is_proposed_for_a_day_off_and_one_put_off_to_monday_is_still_nobodys_choice():
    alone = Portfolio.from_frames(ledger(), as_of=AS_OF)
    action = plan(alone).clients.action["A"]
    left = alone.thresholds.actions.due_days[action]
    for offset in range(7):
        then = plan(Portfolio.from_frames(ledger(), as_of=AS_OF - pd.Timedelta(days=offset))).clients.due
        assert all(is_working_day(day.date()) for day in then)
    planned = next(
        day
        for day in pd.date_range("2025-09-22", "2025-09-28")
        if (day + pd.Timedelta(days=left)).day_of_week == 6
    )
    monday = planned + pd.Timedelta(days=left + 1)
    rows = [row("A", action, action, planned_on=str(planned.date()), due=str(monday.date()))]
    assert plan(company(rows)).clients.due["A"] == plan(alone).clients.due["A"] > monday


def test_a_date_that_nobody_chose_is_proposed_anew_and_one_that_somebody_wrote_stays_late():
    limits = Portfolio.from_frames(ledger(), as_of=AS_OF).thresholds.actions.due_days
    alone = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients
    proposed = pd.Timestamp("2025-09-30") + pd.Timedelta(days=limits[alone.action["A"]])
    proposed_b = pd.Timestamp("2025-09-30") + pd.Timedelta(days=limits["develop"])
    rows = [
        row("A", alone.action["A"], alone.action["A"], due=str(proposed.date()), owner="Zoé"),
        row("B", "develop", "retain", due="2025-10-20"),
        row("F", "develop", "develop", due=str(proposed_b.date())),
    ]
    portfolio = company(rows)
    todo = plan(portfolio)
    assert todo.clients.due["A"] == alone.due["A"] > pd.Timestamp(AS_OF) and todo.clients.owner["A"] == "Zoé"
    assert todo.clients.due["B"] == pd.Timestamp("2025-10-20")
    told = plan_rows(todo, as_of=AS_OF).set_index(["customer_id", "action"])
    assert told.plan_status["A", alone.action["A"]] == "open"
    assert told.plan_status["B", "develop"] == "late"
    past = told.reset_index().query("due < planned_on")
    assert past.plan_status.eq("late").all() and set(past.customer_id) <= {"B"}


def test_an_action_that_comes_back_says_that_it_was_carried_out():
    alone = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients
    busy = alone.index[~alone.action.isin(["maintain", "exit"])][0]
    action = alone.action[busy]
    for status, said in (("done", True), ("open", False), ("dropped", False)):
        again = plan(company([row(busy, action, action, plan_status=status)])).clients
        assert ("done_before" in again.reasons[busy].split()) == said


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_written_of_a_quote_is_not_said_of_the_client_that_asked_for_it(order):
    mine = row("A", "develop", "retain", decision="garder")
    quote = row("A", "prospect", "prospect", prospect_id="P1", decision="arrêter", plan_status="dropped")
    said = decided(company([mine, quote][::order]))
    assert (said.clients.action["A"], said.clients.decision["A"]) == ("develop", "keep")
    assert said.dropped.empty
    silent = decided(company([row("A", "develop", "retain"), quote][::order]))
    assert pd.isna(silent.clients.decision["A"])


def test_a_mere_follow_up_is_never_late():
    told = decided(company([row("A", "maintain", "develop", due="2025-10-15", plan_status="late")]))
    assert told.rows.plan_status.tolist() == ["open"]


def test_a_decision_to_stop_leads_to_the_exit_and_says_why():
    todo = plan(company([row("B", decision="stop")]))
    assert todo.clients.action["B"] == "exit"
    assert "broken" in todo.clients.reasons["B"].split()
    chosen = plan(company([row("B", "develop", "retain", decision="stop")]))
    assert chosen.clients.action["B"] == "exit"  # nothing is developed where one parts


def test_a_decision_to_part_that_was_dropped_or_outlived_by_a_purchase_binds_no_more():
    told = Portfolio.from_frames(ledger(), as_of=AS_OF).customers.last_purchase["B"]
    before, after = (told + pd.Timedelta(days=days) for days in (-40, 1))
    assert after <= pd.Timestamp(AS_OF)

    def action(**more):
        return plan(company([row("B", decision="stop", planned_on="2020-01-31") | more])).clients.action["B"]

    assert action() == "exit" and action(plan_status="done", done_on=f"{after:%Y-%m-%d}") == "exit"
    assert action(plan_status="dropped") != "exit"
    assert action(plan_status="done", done_on=f"{before:%Y-%m-%d}") != "exit"
    assert action(plan_status="done") != "exit"  # since the plan


def test_without_the_column_of_what_was_proposed_only_a_row_that_somebody_filled_in_is_a_choice():
    rows = [row(client, "substitute", reasons="marge faible", stake=100) for client in "ABCD"]
    for own, more in zip(
        rows, [{}, {"comment": "vu"}, {"owner": "Zoé"}, {"plan_status": "late"}], strict=True
    ):
        own |= more
        del own["proposed"]
    assert decided(company(rows)).clients.action.dropna().index.tolist() == ["B", "C"]
    by_hand = [{"customer_id": "A", "action": "substitute"}]  # a plan that no report wrote
    assert decided(company(by_hand)).clients.action["A"] == "substitute"


def test_owner_and_date_agreed_stand_until_the_action_is_done():
    action = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients.action["A"]
    said = row("A", action, action, owner="Zoé", due="2026-01-15", comment="rappeler")
    portfolio = company([said])
    todo = plan(portfolio)
    assert todo.clients.owner["A"] == "Zoé" and todo.clients.due["A"] == pd.Timestamp("2026-01-15")
    first = plan_rows(todo, as_of=portfolio.as_of).set_index(["customer_id", "action"]).loc[("A", action)]
    assert (first.owner, first.plan_status, first.comment) == ("Zoé", "open", "rappeler")
    done = company([said | {"plan_status": "done", "done_on": "2025-11-03"}])
    again = plan_rows(plan(done), as_of=done.as_of).set_index(["customer_id", "action"]).loc[("A", action)]
    assert again.plan_status == "open" and pd.isna(again.comment) and pd.isna(again.done_on)


def test_a_copy_of_the_plan_of_the_same_day_keeps_what_is_done():
    action = plan(Portfolio.from_frames(ledger(), as_of=AS_OF)).clients.action["A"]
    said = row(
        "A", action, action, plan_status="done", done_on=AS_OF.isoformat(), planned_on=AS_OF.isoformat()
    )
    portfolio = company([said])
    mine = (
        plan_rows(plan(portfolio), as_of=portfolio.as_of)
        .set_index(["customer_id", "action"])
        .loc[("A", action)]
    )
    assert mine.plan_status == "done" and mine.done_on == pd.Timestamp(AS_OF)


def test_a_date_that_is_past_makes_an_action_late_whatever_the_sheet_says():
    told = decided(company([row("A", due="2025-10-15"), row("B", due="2025-10-15", done_on="2025-10-14")]))
    assert told.rows.set_index("customer_id").plan_status.to_dict() == {"A": "late", "B": "done"}


def test_the_latest_plan_speaks_and_the_earlier_ones_are_history():
    rows = [
        row("A", decision="stop", planned_on="2025-06-30"),
        row("A", action="develop", proposed="retain", planned_on="2025-09-30"),
    ]
    told = decided(company(rows))
    assert told.clients.loc["A", ["action", "decision"]].tolist()[0] == "develop"
    assert pd.isna(told.clients.decision["A"])  # taken back: the later plan no longer says it
    assert len(told.rows) == 2


def test_a_past_day_knows_neither_later_plans_nor_what_was_written_into_its_own():
    portfolio = company([row("B", decision="stop")])
    assert plan(portfolio).clients.action["B"] == "exit"
    for day in (date(2025, 6, 30), date(2025, 9, 30)):
        assert decided(portfolio.at(day)).rows.empty
    assert len(decided(portfolio.at(date(2025, 10, 31))).rows) == 1


def test_a_cell_that_nobody_can_read_is_set_aside_alone_and_the_rest_of_its_row_stands():
    rows = [
        row("A", "substitute", "develop", due="fin mars", owner="Zoé"),
        row("B", "develop", "retain", plan_status="fini", comment="vu"),
        row("C", decision="oui", owner="Paul"),
        row("D", action="je ne sais pas", owner="Max"),
        row("F", due="28/02/2026", owner="Léa"),
        row("G", due="02/30/2026", owner="Ada"),
        row("H", due="05/02/2026"),
    ]
    portfolio = company(rows)
    told = portfolio.store.report["tables"]["actions"]
    assert told["rows_kept"] == len(rows) and not told["rejects"]
    assert told["unreadable"] == {"due": 2, "plan_status": 1, "decision": 1, "action": 1}
    listed = pd.read_parquet(portfolio.store.path("rejects.parquet"))
    assert listed.reason_code.value_counts().to_dict() == {
        "actions:cell_due": 2, "actions:cell_plan_status": 1, "actions:cell_decision": 1, "actions:cell_action": 1,
    }  # fmt: skip
    assert listed.set_index("line").raw.str.contains("fini").sum() == 1 and listed.line.nunique() == 5
    assert reject_reason("actions:cell_due", "en").startswith("plan read back: unreadable “due")
    said = decided(portfolio)
    assert said.clients.action.dropna().to_dict() == {"A": "substitute", "B": "develop"}
    owners = said.agreed.owner.dropna().droplevel("action")
    assert owners.to_dict() == {"A": "Zoé", "C": "Paul", "D": "Max", "F": "Léa", "G": "Ada"}
    assert said.agreed.comment.loc[("B", "develop")] == "vu"
    due = said.rows.set_index("customer_id").due.dropna().dt.strftime("%d/%m/%Y").to_dict()
    assert (due["F"], due["H"]) == ("28/02/2026", "05/02/2026") and not {"A", "G"} & set(due)


def test_words_of_no_language_contradictions_and_rows_of_nobody_are_set_aside_with_their_reason():
    rows = [
        row("A", plan_status="peut-être"),
        row("B") | {"customer_id": None},
        row("C", due="bientôt"),
        row("D") | {"status_code": "done"},
        row("F"),
        row("F", due="2026-03-01"),
        row("inconnu"),
    ]
    portfolio = company(rows)
    told = portfolio.store.report["tables"]["actions"]
    assert told["rejects"] == {"contradiction": 1, "duplicate_key": 1, "missing_key": 1}
    assert told["unreadable"] == {"due": 1, "plan_status": 1}  # of these rows, the cell alone
    assert told["rows_in"] == told["rows_kept"] + told["rows_rejected"] == len(rows)
    assert decided(portfolio).rows.customer_id.tolist() == ["A", "C", "F", "inconnu"]
    unknown = next(check for check in portfolio.store.report["keys"] if check["table"] == "actions")
    assert unknown["unknown_examples"] == ["inconnu"]  # named, never dropped in silence


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", WORDED)
def test_every_word_that_the_sheet_offers_is_understood(name, lang):
    words = dict(TABLES["actions"].column(name).words)
    for key, said in catalogue(lang).items():
        prefix, _, code = key.partition(".")
        if prefix == WORDED[name] and code in words:
            read = company([row(action=None, plan_status=None) | {name: said}])
            assert decided(read).rows[name].iloc[0] == ("open" if code == "open" else code)


def test_headings_are_found_whatever_their_case_and_a_foreign_one_is_left_alone():
    found = plan_headers(["CODE", "action", "Echeance", "Statut", "Marge", "Fait le"])
    assert found == {"customer_id": "CODE", "action": "action", "due": "Echeance", "plan_status": "Statut",
                     "done_on": "Fait le"}  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "decisions.decided",
        "decisions.overruled",
        "decisions.plan",
        "readers.plan_words",
        "indicators.followup",
    ],
)
def test_the_examples_of_a_module_hold(name):
    outcome = doctest.testmod(importlib.import_module(f"capclient.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_date_and_the_person_that_somebody_gave_a_prospect_stand_everywhere():
    waiting = pd.DataFrame({
        "prospect_id": ["P1", "P2"], "created": "2025-11-02", "stage": "offer", "amount": [9000.0, 100.0],
        "probability": 0.5, "salesperson": "Ann",
    })  # fmt: skip
    said = {"prospect_id": "P1", "action": "prospect", "proposed": "prospect", "action_rank": 1, "owner": "Zoé",
            "planned_on": "2025-11-30", "plan_status": "open", "due": "2026-01-09"}  # fmt: skip
    told = Portfolio.from_frames(ledger(), prospects=waiting, actions=pd.DataFrame([said]), as_of=AS_OF)
    todo = plan(told)
    mine = todo.prospects.set_index("prospect_id")
    assert (mine.owner["P1"], mine.due["P1"]) == ("Zoé", pd.Timestamp("2026-01-09"))
    assert mine.owner["P2"] == "Ann" and mine.due["P2"] > pd.Timestamp("2026-01-09")
    acquire = next(item for item in five_to_do(told) if item.kind == "acquire")
    assert acquire.due == pd.Timestamp("2026-01-09")


def test_a_list_of_names_shows_beside_them_what_people_decided():
    lines = ledger()
    lines["cost"] = lines.amount_ht * 1.2  # everybody costs
    kept = pd.DataFrame([row("A", "maintain", "maintain", decision="Garder")])
    before = list(_desks)
    shown = {}
    try:
        for name, more in (("told", {"actions": kept}), ("bare", {})):
            found = Portfolio.from_frames(lines, as_of=AS_OF, **more)
            _desks[:] = [Desk(found, "fr")]
            assert "A" in plan(found).lists["drained"].index  # what it costs, it still costs
            shown[name] = named_lists(plan(found)).html()
    finally:
        _desks[:] = before
    assert "Garder" in shown["told"] and "Décision" in shown["told"]
    assert "Décision" not in shown["bare"]  # no empty column
