"""The plan of a simulated company against what was planted in it: leavers, visits, prices, potentials."""

from decimal import Decimal

import pandas as pd
import pytest

from capclient.decisions.facts import facts
from capclient.decisions.plan import Plan, plan
from capclient.indicators.priorities import priority_actions
from capclient.themes.loss import loss
from capclient.themes.recovery_list import recovery_clients
from tests.e2e.test_simulated_truths import Case, opened


@pytest.fixture(scope="module")
def wholesaler(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return opened("grossiste", tmp_path_factory)


@pytest.fixture(scope="module")
def todo(wholesaler: Case) -> Plan:
    return plan(wholesaler.portfolio)


def actions(todo: Plan, ids: list[str]) -> set[str]:
    return set(todo.clients.action.reindex(ids))


def planted(case: Case, *profiles: str) -> list[str]:
    return case.clients.index[case.clients.profile.isin(profiles)].tolist()


def test_every_client_has_exactly_one_action_a_reason_and_a_date(wholesaler: Case, todo: Plan) -> None:
    people = wholesaler.portfolio.customers
    assert sorted(todo.clients.index) == sorted(people.index[~people.is_pool])
    assert todo.clients.index.is_unique and todo.clients.reasons.str.len().gt(0).all()
    assert (
        todo.clients.due.notna().all() and (todo.clients.due > pd.Timestamp(wholesaler.portfolio.as_of)).all()
    )


def test_who_left_is_won_back_or_let_go_by_its_past_weight(wholesaler: Case, todo: Plan) -> None:
    gone = planted(wholesaler, "leaver", "leaver_last_year")
    assert actions(todo, gone) == {"prospect", "exit"}
    best = todo.clients.best_12m.reindex(gone)
    median = facts(wholesaler.portfolio).median_revenue
    assert (todo.clients.action.reindex(gone).eq("prospect") == (best >= median)).all()


def test_who_is_leaving_or_falling_fast_is_held_back_where_it_is_worth_it(
    wholesaler: Case, todo: Plan
) -> None:
    worth = todo.clients.loc[planted(wholesaler, "leaving", "declining_fast")]
    worth = worth[worth.value_class.isin(["A", "B"])]
    assert len(worth) >= 20
    assert worth.action.eq("retain").all()


def test_over_visited_clients_and_destroyers_of_value_are_served_differently(
    wholesaler: Case, todo: Plan
) -> None:
    parts = wholesaler.key["parts"]
    assert actions(todo, parts["over_visited"] + parts["value_destroyers"]) == {"reduce_cost"}
    assert set(parts["value_destroyers"]) <= set(todo.lists["drained"].index)


def test_growing_and_promising_clients_are_developed(wholesaler: Case, todo: Plan) -> None:
    grown = todo.clients.action.reindex(planted(wholesaler, "developing"))
    assert grown.eq("develop").all()
    sound = todo.clients[
        todo.clients.potential_class.eq("high") & ~todo.clients.action.isin(["exit", "prospect"])
    ]
    assert "develop" in set(sound.action) and len(sound) > 20
    kept = sound[sound.action.eq("maintain")]  # what stops them is said
    assert kept.reasons.str.contains("credit|threatened").all()
    assert sound.action.isin(["develop", "retain", "reduce_cost", "maintain"]).all()


def test_prices_planted_too_low_call_for_substitution_once_their_margin_is_under_the_target(
    wholesaler: Case,
) -> None:
    cheap = wholesaler.clients.index[wholesaler.clients.price_gap.eq(-0.15)]
    known = facts(wholesaler.portfolio)
    limits = {"median_revenue": known.median_revenue, "risk_high": 60, "price_index": 95}
    strict = priority_actions(known.clients, target=Decimal("0.14"), **limits)
    under = known.clients.loc[cheap]
    under = under[(under.net_rate < 0.14) & ~under.service_high.fillna(False).astype(bool)]
    assert len(under) >= 3
    assert strict.action.reindex(under.index).eq("substitute").all()
    assert strict.reasons.reindex(under.index).str.contains("price_low").all()
    usual = priority_actions(known.clients, target=Decimal("0.05"), **limits)
    assert usual.action.eq("substitute").sum() < strict.action.eq("substitute").sum()


def test_stakes_add_up_to_the_findings_and_idle_actions_have_none(todo: Plan) -> None:
    found = {item.id: item for item in todo.findings}
    for action, mine in todo.clients.groupby("action"):
        assert found[f"actions.{action}_customers"].value == len(mine)
        if action not in {"maintain", "exit"}:
            assert found[f"actions.{action}_stake"].value == pytest.approx(mine.stake.sum(), abs=0.01)
    assert todo.clients.stake[todo.clients.action.isin(["maintain", "exit"])].isna().all()
    assert found["actions.prospects"].value == len(todo.prospects) == 50


def test_the_five_lists_hold_what_their_rule_says(todo: Plan) -> None:
    lists, clients = todo.lists, todo.clients
    assert not set(lists["cherish"].index) & (set(lists["leaving"].index) | set(lists["drained"].index))
    assert lists["develop"].potential_class.eq("high").all()
    gone = set(clients.index[clients.action.isin(["exit", "prospect"])])
    assert not any(gone & set(frame.index) for frame in lists.values())


def test_the_stake_of_a_client_to_hold_is_its_margin_times_what_the_proven_judge_announces(
    wholesaler: Case, todo: Plan
) -> None:
    judged = loss(wholesaler.portfolio)
    assert judged.reason is None
    held = todo.clients[todo.clients.action.eq("retain")]
    known = held.index.intersection(judged.clients.index)
    assert len(known) >= 20
    margin = facts(wholesaler.portfolio).clients.margin.astype("float64").clip(lower=0)
    expected = (margin * judged.clients.p_loss).reindex(known).round(2)
    pd.testing.assert_series_equal(held.stake.reindex(known), expected, check_names=False)
    caveat = next(item.caveat for item in todo.findings if item.id == "actions.retain_stake")
    assert ("caveat.p_loss_leaning" in (caveat or "")) is (judged.uncalibrated is not None)


def test_a_client_with_an_old_debt_is_developed_once_it_has_paid(wholesaler: Case, todo: Plan) -> None:
    late = recovery_clients(wholesaler.portfolio).clients
    pressing = late.index[late.stage.isin(["formal_notice", "counsel"])]
    told = todo.clients.reasons.str.contains("debt_first")
    assert told.any()
    assert set(todo.clients.index[told]) == set(
        todo.clients.index[todo.clients.action.eq("develop")].intersection(pressing)
    )
