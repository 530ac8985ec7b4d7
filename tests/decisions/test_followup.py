"""What became of the plan, how clients did after an action, and what moved since the last report."""

import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.decisions.change_words import place_words, why_words
from capclient.decisions.changes import KINDS, NAMES, _why_stage, changes, last_report
from capclient.decisions.facts import facts
from capclient.decisions.followup import OF_EFFECT, OF_PLAN, STATUSES, followup
from capclient.decisions.plan import plan
from capclient.findings import Finding
from capclient.indicators.followup import compared, moved
from capclient.notebook.chapter_followup import _done_first
from capclient.portfolio import Portfolio
from capclient.themes.origins import seen_at
from capclient.vocabulary import finding_specs
from capclient.wording import LANGUAGES
from tests.decisions.test_decided import company, row
from tests.themes.test_themes import AS_OF, ledger

D = date(2025, 12, 31)
TREATED = [f"T{n}" for n in range(6)]


def shop(*, gain):
    """Eighteen clients that buy every month for three years; six buy ``gain`` times as much from May 2025 on."""
    rows = []
    for n, client in enumerate([*TREATED, *(f"C{n:02d}" for n in range(12))]):
        for month in pd.date_range("2023-01-10", "2025-12-31", freq="MS") + pd.Timedelta(days=9):
            amount = 100 + n % 6
            if client in TREATED and month >= pd.Timestamp("2025-05-01"):
                amount *= gain
            rows.append((f"{client}-{month:%y%m}", client, month, float(amount), amount * 0.5))
    return pd.DataFrame(rows, columns=["invoice_id", "customer_id", "invoice_date", "amount_ht", "cost"])


def done(**more):
    return pd.DataFrame(
        [row(client, "develop", "develop", planned_on="2025-03-31", plan_status="done", done_on="2025-04-15",
             stake="100") | more for client in TREATED]
    )  # fmt: skip


@pytest.fixture(scope="module")
def doubled():
    return Portfolio.from_frames(shop(gain=2), actions=done(), as_of=D)


@pytest.fixture(scope="module")
def unplanned():
    return Portfolio.from_frames(ledger(), as_of=AS_OF)


def values(found: list[Finding]):
    return {item.id.removeprefix("followup."): item for item in found}


def test_without_a_plan_the_changes_are_told_and_the_plan_says_what_is_missing(unplanned):
    found = values(followup(unplanned).findings)
    assert [f"followup.{name}" for name in found] == [
        id for id in finding_specs() if id.startswith("followup.")
    ]
    assert {found[name].reason for name in (*OF_PLAN, *OF_EFFECT)} == {"missing:actions"}
    assert found["gone_customers"].value == 1  # D, whose last purchase is more than a year old at the end


def test_each_planned_action_has_one_status_and_the_rate_leaves_out_what_was_replaced():
    rows = [
        row("A", "develop", "develop", plan_status="done"),
        row("B", "retain", due="2025-10-31", stake="250"),
        row("C", "substitute", plan_status="dropped"),
        row("F", "maintain", "maintain"),
        row("D", "retain", planned_on="2025-06-30"),
        row("D", "exit", "exit"),
        row("B", "develop", action_rank=2),
        row("C", "retain", action_rank=2, comment="vu en juin"),
        row("A", "substitute", action_rank=2, plan_status="En cours"),
        row("F", "develop", action_rank=2, plan_status="in progress", due="2025-10-31", stake="50"),
    ]
    told = followup(company(rows))
    found = {name: item.value for name, item in values(told.findings).items()}
    states = told.rows.set_index(["customer_id", "action"]).status.to_dict()
    assert states == {
        ("B", "retain"): "late", ("D", "exit"): "open", ("C", "retain"): "open", ("A", "develop"): "done",
        ("C", "substitute"): "dropped", ("D", "retain"): "replaced", ("A", "substitute"): "in_progress",
        ("F", "develop"): "late",  # begun, and its date is past
    }  # fmt: skip
    assert found["planned"] == sum(found[name] for name in STATUSES) == 8
    assert found["in_progress"] == 1 and found["late"] == 2
    assert found["done_rate"] == pytest.approx(1 / 7) and found["late_stake"] == 300.0


def test_an_action_that_comes_again_counts_once_and_what_was_done_stays_done():
    rows = [
        row("A", plan_status="done", done_on="2025-07-15", planned_on="2025-06-30"),
        row("A", plan_status="open"),
        row("B", planned_on="2025-06-30"),
        row("B"),
    ]
    told = followup(company(rows)).rows
    assert told.status.value_counts().to_dict() == {"open": 2, "done": 1}


def test_a_planted_effect_is_found_beside_comparable_clients(doubled):
    told = followup(doubled)
    found = values(told.findings)
    assert len(told.effects) == len(TREATED) and told.effects.months.eq(8).all()
    assert found["effect"].value == pytest.approx(1.0)  # they buy twice as much, the others as ever
    assert found["effect_amount"].value == pytest.approx(float(told.effects.before.sum()), abs=0.01)
    assert found["better_share"].value == 1.0 and found["better_share"].interval is not None
    assert found["effect_margin"].value == pytest.approx(found["effect_amount"].value / 2, abs=0.01)
    for name in OF_EFFECT:
        assert "caveat.no_proof_of_cause" in (found[name].caveat or "")


def test_without_any_effect_nothing_is_found():
    found = values(followup(Portfolio.from_frames(shop(gain=1), actions=done(), as_of=D)).findings)
    assert found["effect"].value == pytest.approx(0.0)
    assert found["better_share"].value == 0.0  # as much as the others is not more


@pytest.mark.parametrize("more", [{"done_on": None}, {"done_on": "2025-11-20"}])
def test_an_action_without_its_day_or_too_recent_is_done_and_not_judged(more):
    found = values(followup(Portfolio.from_frames(shop(gain=2), actions=done(**more), as_of=D)).findings)
    assert found["done"].value == len(TREATED)
    assert {found[name].reason for name in OF_EFFECT} == {"n_small"}


def test_the_last_report_is_told_or_that_of_the_last_plan_or_three_months_old(doubled, unplanned):
    assert last_report(doubled) == date(2025, 3, 31)
    assert last_report(unplanned) == date(2025, 9, 30)


def test_moves_are_those_of_both_reports_computed_again(doubled, unplanned):
    for portfolio in (doubled, unplanned):
        told = changes(portfolio)
        then = seen_at(portfolio, told.before)
        old, new = facts(then).clients, facts(portfolio).clients
        old, new = (
            old.assign(action=plan(then).clients.action),
            new.assign(action=plan(portfolio).clients.action),
        )
        for kind in ("stage", "state", "payment_grade", "action"):
            both = pd.DataFrame({"a": old[kind], "b": new[kind]}).dropna()
            both = both[(both.a != both.b) & ~both.isin(["undetermined"]).any(axis=1)]
            mine = told.rows[told.rows.kind == kind].set_index("customer_id")
            assert mine[["before", "after"]].to_dict("index") == {
                client: {"before": row.a, "after": row.b} for client, row in both.iterrows()
            }
        found = values(told.findings)
        assert found["changed_customers"].value == told.rows.customer_id.nunique()
        grades = found["changed_payment_grade"]  # nobody paid here: that no grade moved is not known
        assert grades.value is None and grades.reason == "missing:payments"
        moved = sum(found[f"changed_{kind}"].value for kind in KINDS if kind != "payment_grade")
        assert moved == len(told.rows)
        assert int(told.states.to_numpy().sum()) == len(new)


@pytest.mark.parametrize(
    ("rule", "code"), [("5", "rule_5"), ("6", "rule_6"), ("7", "rule_7"), ("8", "rule_8")]
)
def test_a_stage_is_explained_by_the_rule_that_gave_it(rule, code):
    new = {"rule": rule, "growth": -0.16, "growth_before": -0.12, "to_market": -0.18, "last_purchase": None}
    found, said = _why_stage("old_age", {"growth": -0.249}, new, {})
    assert found == code
    words = why_words("stage", found, said, "fr", "EUR")
    assert "−16,0" in words and "−18,0" in words and "24,9" not in words
    assert ("−12,0" in words) is (rule == "6")


def test_the_table_counts_each_status_and_shows_what_was_done_before_what_is_late():
    rows = [row(client, due="2025-10-15", stake="50") for client in "BCDF"]
    done = row("A", plan_status="done", done_on="2025-11-03", stake="80")
    kept = row("E", "maintain", "develop", due="2025-10-15", stake="7292", comment="on laisse")
    told = followup(company([*rows, done, kept])).rows
    ordered = _done_first(told, 1)
    assert ordered.status.tolist()[:2] == ["done", "late"] and len(ordered) == len(told)
    assert told.stake[told.action.eq("maintain")].isna().all()
    assert told.status[told.action.eq("maintain")].tolist() == ["open"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_change_says_why_in_words(unplanned, lang):
    told = changes(unplanned)
    assert len(told.rows)
    for item in told.rows.itertuples():
        words = why_words(item.kind, item.why, item.facts, lang, "EUR")
        assert words and "{" not in words
        assert place_words(item.kind, item.before, lang) != place_words(item.kind, item.after, lang)


def test_a_report_before_the_first_invoice_is_no_report():
    portfolio = Portfolio.from_frames(
        ledger(), actions=pd.DataFrame([row(planned_on="2020-01-31")]), as_of=AS_OF
    )
    assert changes(portfolio).reason.reason == "history_short:previous"
    found = followup(portfolio).findings
    assert len(found) == len({item.id for item in found}) == len(OF_PLAN) + len(OF_EFFECT) + len(NAMES)


@given(st.floats(0.1, 5), st.lists(st.integers(1, 10_000), min_size=6, max_size=30))
def test_when_all_move_alike_nothing_is_due_to_the_action(factor, amounts):
    before = pd.Series(amounts, index=[f"c{n}" for n in range(len(amounts))], dtype="float64")
    table = compared(pd.DataFrame(index=before.index[:1]), before, before * factor, [], before.index[1:])
    assert table.expected.iloc[0] == pytest.approx(table.after.iloc[0])
    assert table["middle"].iloc[0] == pytest.approx(table.after.iloc[0])


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("ABC")), max_size=20))
def test_who_moved_is_who_stands_elsewhere_up_or_down(pairs):
    table = moved(*(pd.Series([pair[side] for pair in pairs], dtype="str") for side in (0, 1)), "ABC")
    assert len(table) == sum(a != b for a, b in pairs)
    assert (table.direction == "better").sum() == sum(b < a for a, b in pairs)
    assert json.dumps(table.direction.tolist()).count("other") == 0
