"""Alerts at D: each with its rule, its evidence in figures and, where the past can be replayed, its false alarms (16).

Floor 5. A rule that lacks its table keeps silent and says so; it takes nothing from the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from capclient.decisions import alert_behaviour, alert_relation, alert_whole
from capclient.decisions.alert_rows import Rule, raised
from capclient.decisions.alert_volumes import Replayed, volume_replay
from capclient.findings import Finding, finding
from capclient.indicators.alerts import false_alarms
from capclient.indicators.exact import Limit, number
from capclient.portfolio import Portfolio
from capclient.themes.loss_replay import Replay, loss_replay
from capclient.themes.loss_replay import risen as states_risen
from capclient.themes.once import once
from capclient.vocabulary import Unknown

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (*alert_whole.RULES, *alert_behaviour.RULES, *alert_relation.RULES),
        key=lambda rule: int(rule.number[1:]),
    )
)
SEVERITIES = ("high", "medium", "low")
REPLAYED = ("volume_loss", "risk_state")


@dataclass(frozen=True)
class Alerts:
    """``rows``: one row an alert, the gravest first: ``code number customer_id name salesperson since evidence stake
    severity``; the last ones name no client where they speak of the whole. ``evidence`` maps facts to values.

    ``rules``: one row a rule, by code: ``number is_whole alerts stake reason`` and what its past was worth:
    ``past_alerts false_share per_100`` (missing where nothing can be replayed), with ``past_reason``.
    """

    rows: pd.DataFrame
    rules: pd.DataFrame
    findings: list[Finding]


@once
def alerts(portfolio: Portfolio) -> Alerts:
    """Return the alerts of a portfolio at D."""
    rung, rows = current(portfolio)
    past = {"volume_loss": _of_volumes(portfolio), "risk_state": _of_states(portfolio)}
    rules = pd.DataFrame([_rule(rule, rung[rule.code], past.get(rule.code)) for rule in RULES]).set_index(
        "code"
    )
    return Alerts(rows, rules, _findings(portfolio, rows, rules, rung, past))


def current(portfolio: Portfolio) -> tuple[dict[str, pd.DataFrame | Unknown], pd.DataFrame]:
    """Return what each rule answers at D, and all alerts in order, without replaying any past."""
    rung = {rule.code: rule.ring(portfolio) for rule in RULES}
    parts = [
        told.assign(code=rule.code, number=rule.number)
        for rule in RULES
        if not isinstance(told := rung[rule.code], Unknown) and len(told)
    ]
    none = raised([], since=None, stake=None).assign(code="", number="")
    return rung, _ordered(portfolio, pd.concat(parts, ignore_index=True) if parts else none)


def severities(
    stake: pd.Series, unsaid: pd.Series, revenue: float, *, limits: tuple[Limit, Limit]
) -> list[str]:
    """Return how grave each alert is, by its share of the revenue of the company; ``unsaid`` where it has no stake.

    >>> stakes = pd.Series([999.99, 1000.0, 100.0, 99.0, None])
    >>> severities(stakes, pd.Series("low", index=stakes.index), 100_000.0, limits=("0.001", "0.01"))
    ['medium', 'high', 'medium', 'low', 'low']
    """
    medium, high = (number(limit) * number(round(revenue, 2)) for limit in limits)
    told = []
    for value, default in zip(stake.astype("float64"), unsaid, strict=True):
        if revenue <= 0 or value != value:
            told.append(str(default))
            continue
        amount = number(round(value, 2))
        told.append("high" if amount >= high else "medium" if amount >= medium else "low")
    return told


def _ordered(portfolio: Portfolio, rows: pd.DataFrame) -> pd.DataFrame:
    """Name the clients of the alerts, weigh the alerts, and put first what is most at stake."""
    frame = portfolio.customers
    names, sellers = frame["name"], frame["salesperson"]
    if portfolio.has("customers"):  # a debtor that bought before the ledger begins
        sheet = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")
        beside = sheet[~sheet.index.isin(frame.index)]
        names = pd.concat(
            [names, beside["name"].fillna(pd.Series(beside.index, index=beside.index)).astype("str")]
        )
        sellers = pd.concat([sellers, beside["salesperson"].astype("str")])
    who = rows["customer_id"].astype("object")
    rows["name"] = who.map(names).where(who.map(names).notna(), who).astype("str").where(who.notna())
    rows["salesperson"] = who.map(sellers).astype("str")
    year = portfolio.windows.n if portfolio.has_lines else None
    revenue = portfolio.total_revenue(year) if year else float(frame.revenue_n.sum())
    unsaid = rows["code"].map({rule.code: rule.severity for rule in RULES})
    rows["severity"] = severities(rows["stake"], unsaid, revenue, limits=portfolio.thresholds.alerts.severity)
    grave = rows["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    rows = rows.assign(grave=grave).sort_values(
        ["grave", "stake", "name", "code"], ascending=[True, False, True, True], kind="stable", na_position="last",
        ignore_index=True,
    )  # fmt: skip
    return rows[
        ["code", "number", "customer_id", "name", "salesperson", "since", "evidence", "stake", "severity"]
    ]


def _rule(
    rule: Rule, told: pd.DataFrame | Unknown, past: dict[str, Any] | Unknown | None
) -> dict[str, object]:
    rows = None if isinstance(told, Unknown) else told
    worth = past if isinstance(past, dict) else {}
    share, rate = (worth.get(name, float("nan")) for name in ("share", "per_100"))
    return {
        "code": rule.code,
        "number": rule.number,
        "is_whole": rule.is_whole,
        "alerts": None if rows is None else len(rows),
        "stake": float("nan") if rows is None or rule.is_whole else float(rows.stake.sum()),
        "reason": told.reason if isinstance(told, Unknown) else None,
        "past_alerts": worth.get("alerts"),
        "false_share": float("nan") if isinstance(share, Unknown) else share,
        "false_per_100": float("nan") if isinstance(rate, Unknown) else rate,
        "past_reason": past.reason if isinstance(past, Unknown) else None,
    }


def _of_volumes(portfolio: Portfolio) -> dict[str, Any] | Unknown:
    replayed = volume_replay(portfolio)
    return replayed.worth if isinstance(replayed, Replayed) else replayed


def _of_states(portfolio: Portfolio) -> dict[str, Any] | Unknown:
    """What the alarm of the states was worth: false when the client was back within its usual silence (8.1).

    All clients are counted, whatever their value: too few of class A fall to measure anything.
    """
    replay = loss_replay(portfolio)
    if not isinstance(replay, Replay):
        return replay
    months = replay.months
    known = months[months.present & months.followed & (months.window_end <= pd.Timestamp(portfolio.data_end))]
    rose = states_risen(months, "states").reindex(known.index)
    return false_alarms(rose, known.lost.eq(0), len(known))


def _findings(
    portfolio: Portfolio, rows: pd.DataFrame, rules: pd.DataFrame, rung: dict[str, Any], past: dict[str, Any]
) -> list[Finding]:
    of_clients = rows[~rows.code.isin(rules.index[rules.is_whole])]
    who = of_clients.customer_id.dropna().unique()
    known = portfolio.has_lines and portfolio.is_complete(portfolio.windows.n)
    revenue = portfolio.customers.revenue_n.reindex(who).clip(lower=0).sum() if known else None
    quiet = portfolio.no_days if portfolio.no_days is not None else Unknown("period_incomplete")
    found = [
        finding("alerts.total", len(rows)),
        finding("alerts.customers", len(who)),
        finding("alerts.high", int((rows.severity == "high").sum())),
        finding("alerts.silent_rules", int(rules.reason.notna().sum())),
        finding("alerts.revenue_exposed", quiet if revenue is None else float(revenue)),
    ]
    for rule in RULES:
        told = rung[rule.code]
        found.append(
            finding(
                f"alerts.{rule.code}", told if isinstance(told, Unknown) else len(told),
                inputs=("invoice_lines", *rule.inputs),
            )
        )  # fmt: skip
    for code in ("single_contact", "contact_change", "competitors"):
        told = rung[code]
        found.append(
            finding(f"alerts.{code}_revenue", told if isinstance(told, Unknown) else float(told.stake.sum()))
        )
    for code in REPLAYED:
        worth = past[code]
        share, rate = (worth, worth) if isinstance(worth, Unknown) else (worth["share"], worth["per_100"])
        facts = {} if isinstance(worth, Unknown) else {"n": worth["alerts"], "interval": worth["interval"]}
        found.append(finding(f"alerts.{code}_false_share", share, **facts))
        found.append(finding(f"alerts.{code}_false_per_100", rate))
    return found
