"""All that is known of one client, on one printable page (A18).

Floor 8. What is unknown is left out, except what a meeting ought to find out: that is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from capclient.decisions.plan import IDLE
from capclient.decisions.review import people_known, quarters, questions
from capclient.params_grid import POINTS
from capclient.portfolio import Portfolio
from capclient.publish.actions import reasons_said
from capclient.publish.client_lines import beside, short_day
from capclient.publish.client_lines import lines as lines_of
from capclient.themes import customers
from capclient.wording import has, text
from capclient.wording.numbers import is_missing, money, spoken

FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    "identity": (
        ("customer_id", "text"), ("group_id", "text"), ("segment", "text"), ("sector", "text"),
        ("customer_type", "text"), ("region", "text"), ("country", "text"), ("siren", "text"),
        ("seniority_years", "years"), ("status", "code"), ("rank", "count"), ("abc_class", "text"),
    ),
    "purchases": (
        ("revenue_n", "money"), ("revenue_n1", "money"), ("revenue_n2", "money"), ("growth", "change"),
        ("orders_n", "count"), ("average_basket", "money"), ("interval_days", "days"), ("last_purchase", "day"),
        ("recency_days", "days"), ("range_breadth", "share"), ("price_index", "index"), ("seasonal", "flag"),
    ),
    "state": (
        ("stage", "code"), ("flags", "codes"), ("state", "code"), ("risk_score", "count"), ("p_loss", "share"),
        ("deadline", "day"), ("claim_open", "flag"), ("claims_n", "count"), ("nps", "ratio"),
    ),
    "money": (
        ("gross_margin", "money"), ("gross_margin_rate", "share"), ("cost_to_serve", "money"),
        ("net_margin", "money"), ("net_margin_rate", "share"), ("receivable", "money"), ("overdue", "money"),
        ("days_late", "days"), ("payment_grade", "text"), ("payment_terms", "text"), ("credit_limit", "money"),
    ),
    "potential": (
        ("potential", "money"), ("potential_source", "code"), ("wallet_share", "share"),
        ("potential_class", "level"), ("forecast_12m", "money"), ("equity", "money"), ("rivals", "text"),
    ),
}  # fmt: skip
OF_SHEET = ("customer_type", "siren", "region", "country", "payment_terms", "credit_limit", *POINTS)
ALIASES = {"lifecycle_stage": "stage", "lifecycle_flags": "flags", "activity_state": "state"}


@dataclass(frozen=True)
class Bar:
    """One quarter of the small chart: ``height`` is 0 to 100, ``words`` what it is worth."""

    height: float
    words: str
    is_year_start: bool


@dataclass(frozen=True)
class Sheet:
    """One client in words. ``parts``: title and facts (label, value). ``lines``: title and sentences."""

    anchor: str
    name: str
    lists: tuple[str, ...]
    headline: str
    action: str
    reasons: str
    parts: list[tuple[str, list[tuple[str, str]]]]
    lines: list[tuple[str, list[str]]]
    bars: list[Bar]
    chart: str
    questions: list[str] = field(default_factory=list)


def client_sheets(
    portfolio: Portfolio, clients: pd.DataFrame, rung: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    """Return what every sheet is made of, by client, without words: one pass over each table.

    Parameters
    ----------
    clients
        Rows of the plan, for the clients wanted.
    rung
        Rows of alerts.
    """
    codes = clients.index.astype(str).tolist()
    table = customers(portfolio).set_index("customer_id").reindex(codes).rename(columns=ALIASES)
    known = clients.join(table[[name for name in table if name not in clients]])
    own = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id").reindex(codes)
    for name in OF_SHEET:
        if name in own and name not in known:
            known[name] = own[name]
    known = known.join(people_known(portfolio))
    revenue = quarters(portfolio, codes)
    tables = beside(portfolio, codes, rung)
    nothing = pd.DataFrame()
    return {
        str(code): {"facts": row, "quarters": revenue.get(str(code), []),
                    **{name: rows.get(str(code), nothing) for name, rows in tables.items()}}
        for code, row in zip(codes, known.to_dict("records"), strict=True)
    }  # fmt: skip


def sheet(
    portfolio: Portfolio, code: str, known: Mapping[str, Any], lists: tuple[str, ...], anchor: str, lang: str
) -> Sheet:
    """Return one client in words."""
    facts, money_of = dict(known["facts"]) | {"customer_id": code}, portfolio.currency
    parts = [
        (text(f"review.part.{name}", lang), [
            (text(f"review.field.{_named(key, facts)}", lang), said)
            for key, unit in fields if (said := _said(key, unit, facts.get(key), lang, money_of))
        ])
        for name, fields in FIELDS.items()
    ]  # fmt: skip
    parts.append((text("review.part.grid", lang), _grid(facts, lang)))
    lines = [
        (text(f"review.lines.{name}", lang), said) for name, said in lines_of(known, lang, money_of).items()
    ]
    bars = known["quarters"]
    top = max([*bars, 1.0])
    stake = facts.get("stake")
    worth = (
        text("review.stake", lang, amount=money(stake, lang, money_of))
        if not is_missing(stake) and stake
        else ""
    )
    idle = facts["action"] in IDLE
    until: Any = facts.get("due")
    late = not is_missing(until) and pd.Timestamp(until) < pd.Timestamp(portfolio.as_of)
    due = "" if idle else text("review.due_late" if late else "review.due", lang, day=short_day(until, lang))
    second = ", ".join(
        text(f"action.{name}", lang) for name in str(facts.get("action_secondary") or "").split()
    )
    return Sheet(
        anchor=anchor,
        name=str(facts["name"]),
        lists=tuple(text(f"review.list.{name}", lang) for name in lists),
        headline=" · ".join(part for part in (worth, due) if part),
        action=text(f"action.{facts['action']}", lang),
        reasons=". ".join(part for part in (
            _opened(reasons_said(str(facts.get("reasons") or ""), lang)),
            text("review.then", lang, actions=second) if second else "",
        ) if part),
        parts=[(title, rows) for title, rows in parts if rows],
        lines=[(title, rows) for title, rows in lines if rows],
        bars=[
            Bar(round(max(0.0, value) / top * 100, 1), money(value, lang, money_of), (len(bars) - place) % 4 == 0)
            for place, value in enumerate(bars)
        ],
        chart=text("review.chart", lang, count=str(len(bars)), best=money(max(bars, default=0.0), lang, money_of)),
        questions=[
            text(f"review.ask.{name}", lang, day=short_day(facts.get("last_purchase"), lang),
                 deadline=short_day(facts.get("deadline"), lang),
                 amount=money(_zero(facts.get("overdue")), lang, money_of))
            for name in questions(facts)
        ],
    )  # fmt: skip


def _opened(words: str) -> str:
    return words[:1].upper() + words[1:]


def _named(key: str, facts: Mapping[str, Any]) -> str:
    """Return the label of a fact; a class of potential is declared or measured, and says which.

    >>> _named("potential_class", {"potential_class": "high", "potential_level": "medium"}), _named("rank", {})
    ('potential_class.measured', 'rank')
    """
    if key != "potential_class":
        return key
    code, level = facts.get(key), facts.get("potential_level")
    is_told = code == ("low" if level == "none" else level)
    # A declared ``high`` prevails over what is measured; any other class is declared only where nothing is measured.
    return (
        key
        if is_told and (code == "high" or facts.get("potential_source") != "wallet")
        else f"{key}.measured"
    )


def _said(key: str, unit: str, value: Any, lang: str, currency: str) -> str:
    """Say one fact; nothing for what is unknown."""
    if is_missing(value) or (isinstance(value, str) and value.strip() in ("", "nan")):
        return ""
    if unit == "text":
        return str(value)
    if unit == "day":
        return short_day(value, lang)
    if unit == "flag":
        return text("review.yes", lang) if bool(value) else ""
    if unit == "level":
        return (
            text(f"level.potential_level.{value}", lang)
            if has(f"level.potential_level.{value}")
            else str(value)
        )
    if unit == "code":
        return text(f"{key}.{value}", lang) if has(f"{key}.{value}") else str(value)
    if unit == "codes":
        codes = [
            code for code in str(value).split(";") if has(f"flag.{code}") and code != "not_market_adjusted"
        ]
        return ", ".join(text(f"flag.{code}", lang) for code in codes)
    if unit == "change":
        number = float(value)
        return ("+" if number > 0 else "") + spoken(number, "share", lang, currency)
    return spoken(float(value), unit, lang, currency)


def _grid(facts: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """Say the criteria that somebody declared."""
    rows = []
    for name in POINTS:
        codes = [code for code in str(facts.get(name) or "").split() if has(f"level.{name}.{code}")]
        if codes:
            rows.append(
                (
                    text(f"criterion.{name}", lang),
                    ", ".join(text(f"level.{name}.{code}", lang) for code in codes),
                )
            )
    return rows


def _zero(value: Any) -> float:
    return 0.0 if is_missing(value) else float(value)
