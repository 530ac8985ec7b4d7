"""Chapter 97: one action for each client, the five lists, substitution in two steps, weak clients.

Floor 7.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from capclient import figures
from capclient.decisions.contact_words import beside
from capclient.decisions.plan import IDLE, LISTS, Plan, first_due, plan
from capclient.indicators.priorities import RULES
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import Marked, Together, listing, together
from capclient.notices import Notice
from capclient.tables import Table
from capclient.vocabulary import ABC, ACTIONS, Unknown
from capclient.wording import text
from capclient.wording.numbers import day

__all__ = [
    "actions_figure",
    "actions_table",
    "clients_by_action",
    "first_actions_table",
    "named_lists",
    "plan",
    "reprice_table",
    "security_figure",
    "silent_table",
    "value_risk_figure",
    "weak_table",
]

PLAN = "97_plan_actions"  # where the five things to do lead


def in_sentence(codes: str, prefix: str, lang: str) -> str:
    """Say codes separated by blanks: ``margin_low price_low`` gives two reasons in words."""
    return ", ".join(text(f"{prefix}.{code}", lang) for code in codes.split())


def told(codes: Iterable[str], prefix: str) -> list[str]:
    """Say each line of codes in the language of the notebook."""
    return [in_sentence(line, prefix, desk().lang) for line in codes]


def _by_action(todo: Plan) -> pd.DataFrame:
    """One row an action: clients, revenue, stake, first due date; open prospects apart."""
    lang, rows = desk().lang, []
    known = {item.id: item for item in todo.findings}
    for action in ACTIONS:
        mine = todo.clients[todo.clients.action == action]
        told = known[f"actions.{action}_customers"].value is not None
        word = text("action.win_back" if action == "prospect" else f"action.{action}", lang)
        stake = float(mine.stake.sum()) if mine.stake.notna().any() else float("nan")
        rows.append(
            (
                word,
                len(mine) if told else float("nan"),  # nobody was found, nobody could be: not the same
                float(mine.revenue.sum()) if told else float("nan"),
                stake,
                first_due(mine.due, desk().portfolio.as_of),
            )
        )
    live = todo.prospects
    if len(live):
        worth = float(live.stake.sum()) if live.stake.notna().any() else float("nan")
        rows.append(
            (
                text("action.acquire", lang),
                len(live),
                float("nan"),
                worth,
                first_due(live.due, desk().portfolio.as_of),
            )
        )
    return pd.DataFrame(rows, columns=["action", "customers", "revenue", "stake", "first_due"])


def actions_figure(todo: Plan) -> figures.Figure | Notice:
    """Draw the yearly stake of each action."""
    if todo.reason is not None:
        return absent(todo.reason)
    table = _by_action(todo)
    clients = table[table.action != text("action.acquire", desk().lang)]  # prospects are no clients yet
    return figures.actions_figure(clients, **desk().drawn)


def value_risk_figure(todo: Plan) -> figures.Figure | Notice:
    """Draw the clients that buy by value and by risk."""
    if todo.reason is not None:
        return absent(todo.reason)
    limits = desk().portfolio.thresholds.activity
    here = todo.clients[todo.clients.value_class.isin(ABC)]
    band = pd.Series("unknown", index=here.index)
    band = band.mask(here.risk < float(limits.risk_medium), "low")
    band = band.mask(here.risk >= float(limits.risk_medium), "medium").mask(
        here.risk >= float(limits.risk_high), "high"
    )
    return figures.value_risk_figure(here.assign(band=band), **desk().drawn)


def actions_table(todo: Plan) -> Table | Notice:
    """Show clients, revenue and stake by action."""
    if todo.reason is not None:
        return absent(todo.reason)
    names = ["action", "customers", "revenue", "stake", "first_due"]
    return listing(_by_action(todo), names, "table.actions", note="table.actions.note")


def first_actions_table(todo: Plan, *, most: int = 20) -> Table | Notice:
    """Show the largest stakes with their reasons in words, an owner and a date."""
    if todo.reason is not None:
        return absent(todo.reason)
    lang = desk().lang
    first = todo.clients[todo.clients.stake > 0]
    frame = first.assign(
        action=[text(f"action.{code}", lang) for code in first.action],
        reasons=_why(first),
        who=_whose(first),
    )
    names = ["name", "action", "reasons", "stake", "who"]
    return listing(frame, names, "table.first_actions", most=most, note="table.first_actions.note")


def clients_by_action(todo: Plan, *, most: int = 5) -> Together | Notice:
    """Show by whom to begin under each action, open prospects included: where the synthesis leads."""
    if todo.reason is not None:
        return absent(todo.reason)
    shown = []
    for action in (code for code in ACTIONS if code not in IDLE):
        mine = todo.clients[todo.clients.action == action]
        if len(mine):
            # without euros, the largest clients come first
            first = (
                mine
                if mine.stake.gt(0).any()
                else mine.sort_values("revenue", ascending=False, kind="stable")
            )
            rows = first.assign(reasons=_why(first), who=_whose(first))
            shown.append(_begin(rows, action, ["name", "reasons", "stake", "who"], most))
    live = todo.prospects
    if len(live):
        names = desk().portfolio.customers.name.reindex(live.customer_id).to_numpy()
        known = pd.Series(names, index=live.index, dtype="object").where(live.customer_id.notna())
        called = [text("contact.prospect", desk().lang, code=code) for code in live.prospect_id]
        rows = live.assign(name=known.fillna(pd.Series(called, index=live.index)), who=_whose(live))
        shown.append(_begin(rows, "acquire", ["name", "stake", "who"], most))
    return together(*shown) if shown else absent(Unknown("not_applicable"))


def _begin(rows: pd.DataFrame, action: str, names: list[str], most: int) -> Marked:
    word = text("action.win_back" if action == "prospect" else f"action.{action}", desk().lang)
    return Marked(f"{PLAN}.{action}", listing(rows, names, "table.begin", most=most, action=word))


def _why(rows: pd.DataFrame) -> list[str]:
    """Say the reasons of each action, and the other code under which the client may stand."""
    said = told(rows.reasons, "action_reason")
    return [beside(words, other, desk().lang) for words, other in zip(said, rows.other_code, strict=True)]


def _whose(rows: pd.DataFrame) -> list[str]:
    return [_who(owner, due, desk().lang) for owner, due in zip(rows.owner, rows.due, strict=True)]


def _who(owner: object, due: pd.Timestamp, lang: str) -> str:
    """Say who does it and by when, or since when it is late."""
    name = owner if isinstance(owner, str) and owner else text("plan.nobody", lang)
    late = due < pd.Timestamp(desk().portfolio.as_of)
    return text("plan.who_late" if late else "plan.who", lang, name=name, day=day(due.date(), lang, "short"))


def named_lists(todo: Plan, *, most: int = 10) -> Together | Notice:
    """Show the five lists of text 003, a few names each."""
    if todo.reason is not None:
        return absent(todo.reason)
    known = {item.id: item for item in todo.findings}
    unsaid = {name: known[f"actions.{name}_list"].reason for name in LISTS}
    shown = {name: _named(todo.lists[name], name, most) for name in LISTS}
    return together(*(absent(Unknown(unsaid[name] or "")) if unsaid[name] else shown[name] for name in LISTS))


def _named(frame: pd.DataFrame, name: str, most: int) -> Table | Notice:
    columns = {
        "cherish": ["name", "value_class", "revenue", "margin_used", "owner"],
        "reprice": ["name", "revenue", "net_rate", "price_index", "erosion", "decision", "owner"],
        "develop": ["name", "revenue", "potential", "wallet_share", "owner"],
        "leaving": ["name", "state", "stage", "revenue", "risk_score", "owner"],
        "drained": ["name", "revenue", "cost_to_serve", "margin_used", "decision", "owner"],
    }[name]
    said = [
        in_sentence(code, "decision", desk().lang) if isinstance(code, str) else "" for code in frame.decided
    ]
    shown = frame.assign(margin_used=frame.margin, risk_score=frame.risk.round(), decision=said)
    return listing(shown, columns, f"table.named.{name}", most=most)


def security_figure(todo: Plan) -> figures.Figure | Notice:
    """Draw what is won against what price rises would expose."""
    if isinstance(todo.secured, Unknown):
        return absent(todo.secured)
    return figures.security_figure(todo.secured, **desk().drawn)


def reprice_table(todo: Plan, *, most: int = 15) -> Table | Notice:
    """Show the clients under substitution, and whether their prices may rise."""
    if todo.reason is not None:
        return absent(todo.reason)
    mine = todo.clients[todo.clients.action == "substitute"]
    frame = mine.assign(
        step=told(mine.step, "step"), reasons=told(mine.reasons, "action_reason"), margin_used=mine.margin
    )
    names = ["name", "step", "reasons", "revenue", "margin_used", "price_index", "stake", "owner"]
    return listing(frame, names, "table.reprice", most=most, note="table.reprice.note")


def weak_table(todo: Plan, *, most: int = 20) -> Table | Notice:
    """Show the weak clients with the decision proposed, those to stop first, and what may justify keeping them."""
    if todo.reason is not None:
        return absent(todo.reason)
    weak = todo.weak
    order = weak.decision.map({"stop": 0, "keep": 1, "improve": 2})
    weak = weak.iloc[order.argsort(kind="stable")]
    # the figures never part with anybody: they propose to discuss it
    open_ = weak.decision.eq("stop") & weak.decided.ne("stop")
    frame = weak.assign(
        decision=told(weak.decision.mask(open_, "discuss"), "decision"), weakness=told(weak.weakness, "weakness"),
        kept_for=told(weak.kept, "kept"), margin_used=weak.margin,
    )  # fmt: skip
    names = ["name", "decision", "weakness", "kept_for", "revenue", "margin_used", "cost_to_serve"]
    return listing(frame, names, "table.weak", most=most, note="table.weak.note")


def silent_table(todo: Plan) -> Table | Notice:
    """Show the rules that lacked an input, and for how many clients."""
    if todo.reason is not None:
        return absent(todo.reason)
    lang = desk().lang
    here = todo.clients[~todo.clients.action.isin(["exit", "prospect"])].silent.str.split()
    rows = [
        (text(f"action_rule.{rule.order}", lang), text(f"action_needs.{rule.order}", lang), n)
        for rule in RULES
        if (n := int(sum(rule.order in codes for codes in here)))
    ]
    frame = pd.DataFrame(rows, columns=["action", "needed", "customers"])
    return listing(frame, ["action", "needed", "customers"], "table.silent", note="table.silent.note")
