"""The plan: one action for each client, its reasons, its stake, its owner, its date (13, D19, F21, G01 to G07).

Floor 5. Rules propose, people decide: what they wrote in the plan they send back stands above the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from capclient.decisions.at_stake import assumptions, client_stakes, secured, waiting_prospects
from capclient.decisions.decided import decided, identifiers, working_day
from capclient.decisions.facts import Facts, facts
from capclient.decisions.overruled import above_rules, as_kept, without_dropped
from capclient.decisions.twins import other_codes
from capclient.decisions.unheard import unheard, unheard_figures
from capclient.decisions.weak import DECISIONS, weak_clients
from capclient.findings import Finding, Value, finding
from capclient.indicators.priorities import priority_actions
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.themes.recovery_list import recovery_clients
from capclient.vocabulary import ACTIONS, Unknown

LISTS = ("cherish", "reprice", "develop", "leaving", "drained")  # the five questions of text 003
AT_RISK = ("at_risk", "inactive")
SECURITY = ("secured_amount", "at_risk_amount", "security_gap")
WEAK = ("weak_customers", *(f"weak_{decision}" for decision in DECISIONS))
IDLE = ("maintain", "exit")  # no effort, no stake
PRESSING = ("formal_notice", "counsel")  # steps of recovery that come before any sale
LEVEL = {"net": None, "gross": "caveat.gross_basis", "revenue": "caveat.revenue_basis"}


@dataclass(frozen=True)
class Plan:
    """``clients``: ``action``, ``rule``, ``reasons``, ``action_secondary``, ``silent``, ``stake``, ``step`` (of a
    substitution: ``to_secure`` or ``reprice``), ``owner``, ``due``, beside what decided them; the largest stake first.

    A client also has ``proposed``, the action of the rules, ``decided``, what people decided if it is weak, and
    ``other_code``, the codes under which it may stand a second time.

    ``prospects``: the open ones, to be won, with their stake. ``lists``: the five lists of names, by their code.
    ``weak``: weak clients with the ``decision`` proposed. ``secured``: whether prices may be raised, what is secured,
    what is at risk. ``basis``: what value and stakes are counted in (``net``, ``gross`` or ``revenue``).
    ``agreed``: what people wrote of each action in the plan read back (:class:`~capclient.decisions.decided.Decided`).
    """

    clients: pd.DataFrame
    prospects: pd.DataFrame
    lists: dict[str, pd.DataFrame]
    weak: pd.DataFrame
    secured: tuple[bool, float, float] | Unknown
    basis: str
    reason: Unknown | None
    findings: list[Finding]
    agreed: pd.DataFrame = field(default_factory=pd.DataFrame)


@once
def plan(portfolio: Portfolio) -> Plan:
    """Return the action plan of a portfolio at D."""
    known = facts(portfolio)
    if known.reason is not None:
        nothing = pd.DataFrame()
        found = [finding(f"actions.{name}", known.reason) for name in names()]
        return Plan(nothing, nothing, {}, nothing, known.reason, known.basis, known.reason, found)
    told, chosen = decided(portfolio), actions_of(portfolio, known)
    limits, active = portfolio.thresholds.actions, portfolio.thresholds.activity
    clients = known.clients.join(chosen)
    clients["decided"] = told.clients.decision.reindex(clients.index)
    clients["other_code"] = other_codes(portfolio).reindex(clients.index)
    clients["stake"] = client_stakes(portfolio, known, chosen.action)
    covered = secured(portfolio, known, chosen.action)
    # prices wait as long as nothing shows that what they put at risk is covered
    ready = not isinstance(covered, Unknown) and covered[0]
    repriced = chosen.action.eq("substitute")
    clients["step"] = pd.Series("reprice" if ready else "to_secure", index=clients.index).where(repriced)
    day = pd.Timestamp(portfolio.as_of)
    clients["owner"] = clients.salesperson
    clients["due"] = [working_day(day + timedelta(days=limits.due_days[action])) for action in clients.action]
    clients = _as_agreed(clients, clients.index, clients.action, told.agreed)
    clients = clients.sort_values(
        ["stake", "name"], ascending=[False, True], kind="stable", na_position="last"
    )
    waiting = waiting_prospects(portfolio, known)
    if len(waiting):
        waiting = waiting.assign(
            owner=waiting.salesperson, due=working_day(day + timedelta(days=limits.due_days["prospect"]))
        )
        asked = pd.Series("prospect", index=waiting.index)
        waiting = _as_agreed(waiting, identifiers(waiting), asked, told.agreed)
    lists = five_lists(clients, high=float(active.risk_high))
    weak = weak_clients(clients, service_rate=float(portfolio.thresholds.profitability.service_rate))
    weak["decision_proposed"] = weak.decision
    agreed = weak.decided.replace({"discuss": "stop"})  # what is still to be discussed is what was proposed
    weak["decision"] = agreed.where(weak.decided.notna(), weak.decision)
    return Plan(
        clients, waiting, lists, weak, covered, known.basis, None,
        _findings(portfolio, clients, waiting, lists, weak, covered, known.basis), told.agreed,
    )  # fmt: skip


def _as_agreed(
    frame: pd.DataFrame, ids: pd.Index | pd.Series, actions: pd.Series, agreed: pd.DataFrame
) -> pd.DataFrame:
    """Return owners and dates as people wrote them for the same actions, else as the plan proposes them."""
    mine = agreed.reindex(pd.MultiIndex.from_arrays([ids, actions]))
    said = {name: mine[name].to_numpy() for name in ("owner", "due")}
    kept = {name: frame[name].where(pd.isna(values), values) for name, values in said.items()}
    return frame.assign(**kept)


def actions_of(portfolio: Portfolio, known: Facts) -> pd.DataFrame:
    """Return the action of each client: what people chose in the plan read back, else what the rules say (13)."""
    limits = portfolio.thresholds.actions
    rules = priority_actions(
        known.clients, median_revenue=known.median_revenue, risk_high=portfolio.thresholds.activity.risk_high,
        target=limits.target_net_rate, price_index=limits.price_index, erosion=limits.erosion,
    )  # fmt: skip
    said = decided(portfolio)
    gone = rules.rule.reindex(said.clients.index).eq("0a")  # nothing is done with them, whatever was planned
    told = said.clients[~gone]
    rules = as_kept(without_dropped(rules, said.dropped), told.decision)
    rules = _done_before(above_rules(rules, told.action), said.rows, portfolio)
    return _debts_first(portfolio, rules)


def _done_before(rules: pd.DataFrame, told: pd.DataFrame, portfolio: Portfolio) -> pd.DataFrame:
    """Say beside an action that comes back that people carried it out in an earlier plan."""
    past = told[told.plan_status.eq("done") & (told.planned_on < pd.Timestamp(portfolio.as_of))]
    past = past[past.prospect_id.isna()]
    done = pd.MultiIndex.from_frame(past[["customer_id", "action"]])
    again = pd.MultiIndex.from_arrays([rules.index, rules.action]).isin(done) & ~rules.action.isin(IDLE)
    return rules.assign(reasons=rules.reasons.where(~again, rules.reasons + " done_before"))


def _debts_first(portfolio: Portfolio, rules: pd.DataFrame) -> pd.DataFrame:
    """Say beside a development that an old debt must be settled before anything more is sold."""
    late = recovery_clients(portfolio)
    if late.reason is not None:
        return rules
    pressing = late.clients.index[late.clients.stage.isin(PRESSING)]
    mine = rules.action.eq("develop") & rules.index.isin(pressing)
    return rules.assign(reasons=rules.reasons.where(~mine, rules.reasons + " debt_first"))


def first_due(dates: pd.Series, as_of: date) -> pd.Timestamp:
    """Return the first date still ahead, else the first of those that are past.

    >>> dates = pd.Series(pd.to_datetime(["2025-07-15", "2026-01-15", "2026-03-01"]))
    >>> str(first_due(dates, date(2025, 12, 31)).date()), str(first_due(dates[:1], date(2025, 12, 31)).date())
    ('2026-01-15', '2025-07-15')
    """
    dates = pd.to_datetime(dates)  # a plan without clients has no dates, and no type
    ahead = dates[dates >= pd.Timestamp(as_of)]
    first: pd.Timestamp = (ahead if len(ahead) else dates).min()
    return first


def names() -> list[str]:
    """Return the findings of the group, in order."""
    actions = [f"{action}_{what}" for action in ACTIONS for what in ("customers", "stake")]
    return [*actions, "prospects", "prospects_stake", *(f"{name}_list" for name in LISTS), *SECURITY, *WEAK]


def five_lists(clients: pd.DataFrame, *, high: float) -> dict[str, pd.DataFrame]:
    """Return the five named lists: a client may be in several, whatever its first action."""
    here = ~clients.action.isin(["exit", "prospect"])
    away = (clients.risk >= high) | clients.state.isin(AT_RISK) | clients.stage.eq("old_age")
    weak = clients.fired.str.contains("3")
    costly = clients.fired.str.contains("2")
    valuable = clients.value_class.isin(["A", "B"])
    chosen = {
        "cherish": here & valuable & ~away & ~weak & ~costly,
        "reprice": here & weak,
        "develop": here & clients.potential_class.eq("high"),
        "leaving": here & away,
        "drained": here & (costly | (clients.margin < 0)),
    }
    order = {"cherish": "value", "reprice": "revenue", "develop": "potential", "leaving": "revenue",
             "drained": "cost_to_serve"}  # fmt: skip
    return {
        name: clients[mask].sort_values([order[name], "name"], ascending=[False, True], kind="stable")
        for name, mask in chosen.items()
    }


def _findings(
    portfolio: Portfolio,
    clients: pd.DataFrame,
    waiting: pd.DataFrame,
    lists: dict[str, pd.DataFrame],
    weak: pd.DataFrame,
    covered: tuple[bool, float, float] | Unknown,
    basis: str,
) -> list[Finding]:
    values: dict[str, Value | Unknown] = {}
    for action in ACTIONS:
        mine = clients[clients.action == action]
        values[f"{action}_customers"] = len(mine)
        known = action not in IDLE and (mine.empty or mine.stake.notna().any())
        values[f"{action}_stake"] = float(mine.stake.sum()) if known else _no_stake(action)
    values["prospects"] = len(waiting)
    told = waiting.empty or waiting.stake.notna().any()
    values["prospects_stake"] = (
        (0.0 if waiting.empty else float(waiting.stake.sum())) if told else Unknown("missing:probability")
    )
    values |= {f"{name}_list": len(lists[name]) for name in LISTS}
    if isinstance(covered, Unknown):
        values |= dict.fromkeys(SECURITY, covered)
    else:
        _, has, risks = covered
        values |= {"secured_amount": has, "at_risk_amount": risks, "security_gap": max(0.0, risks - has)}
    values["weak_customers"] = len(weak)
    values |= {f"weak_{decision}": int(weak.decision.eq(decision).sum()) for decision in DECISIONS}
    lacks = unheard(clients, basis)
    mute = unheard_figures(clients, basis)
    if weak.empty and {"2", "3"} <= set(lacks):
        mute |= dict.fromkeys(WEAK, lacks["2"])
    mute = {name: reason for name, reason in mute.items() if not values[name]}
    # nothing is known of the euros of whom nobody could find
    values |= mute | {
        name.replace("_customers", "_stake"): reason
        for name, reason in mute.items()
        if name.replace("_customers", "_stake") in values
    }
    chances = assumptions(portfolio)
    caveats = {f"{action}_stake": LEVEL[basis] for action in ACTIONS} | {"prospects_stake": LEVEL[basis]}
    if chances.doubt:
        caveats["retain_stake"] = f"{chances.doubt} {LEVEL[basis] or ''}".strip()
    winback = "caveat.winback_observed" if chances.observed else "caveat.winback_assumed"
    caveats["prospect_stake"] = f"{winback} {LEVEL[basis] or ''}".strip()
    return [finding(f"actions.{name}", values[name], caveat=caveats.get(name)) for name in names()]


def _no_stake(action: str) -> Unknown:
    """Say why no euros stand behind an action."""
    needs = {
        "retain": "missing:cost",
        "develop": "missing:potential_level",
        "reduce_cost": "missing:cost_to_serve",
    }
    return Unknown(needs.get(action, "missing:cost")) if action not in IDLE else Unknown("not_applicable")
