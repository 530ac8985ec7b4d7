"""The five priority actions: an ordered table of rules, and the reasons that fired (13).

Floor 4. What is not known decides nothing: a rule that needs it stays silent and says so. The first rule that fires
gives the action of a client, the others stay beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.indicators.exact import Limit, number

# What the rules read of a client. A column may be absent: its rules then stay silent.
FACTS = (
    "stage", "insolvent", "broken", "best_12m", "value_class", "risk", "tender", "claim_open", "net_rate",
    "service_high", "price_index", "erosion", "potential_class", "payment_grade", "visits",
)  # fmt: skip
TEXTS = ("stage", "value_class", "potential_class", "payment_grade")
FLAGS = ("insolvent", "broken", "tender", "claim_open", "service_high")
MARGIN_RULES = ("2", "3")

Signs = dict[str, pd.Series]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: ``all_of`` must hold, and ``any_of`` at least once; both name signs.

    ``fires`` is the reason codes that are printed when the rule decides: those of its signs that hold.
    """

    order: str
    action: str
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()


RULES = (
    Rule("0a", "exit", ("gone",), ("insolvent", "broken", "small_past")),
    Rule("0b", "prospect", ("gone", "once_worth")),
    Rule("1", "retain", ("valuable",), ("risk_high", "old_age", "tender", "claim_open")),
    Rule("2", "reduce_cost", ("margin_low", "service_high")),
    Rule("3", "substitute", ("margin_low", "service_usual"), ("price_low", "eroding")),
    Rule("4", "develop", ("potential_high", "credit_sound", "risk_bearable")),
    Rule("5", "reduce_cost", ("small", "visited", "no_potential")),
    Rule("6", "develop", ("young",)),
)
QUIET = {"service_usual", "credit_sound", "risk_bearable"}  # that something is not in the way


def priority_actions(
    facts: pd.DataFrame,
    *,
    median_revenue: float,
    risk_high: Limit = 60,
    target: Limit = "0.10",
    price_index: Limit = 95,
    erosion: Limit = "-0.02",
) -> pd.DataFrame:
    """Return the priority action of each client, with the rules that fired and why (13).

    Parameters
    ----------
    facts
        One row a client, columns of :data:`FACTS` (those that are known), missing where unknown: ``stage`` (7),
        ``insolvent``, ``broken`` (somebody decided to part), ``best_12m`` (euros of its best twelve months),
        ``value_class`` (A, B, C), ``risk`` (0 to 100), ``tender`` and ``claim_open`` (booleans), ``net_rate`` (net
        margin over revenue), ``service_high``, ``price_index`` (100 is the mean), ``erosion`` (points, -0.02 is two
        points lost), ``potential_class`` (high, medium, low), ``payment_grade`` (A to E), ``visits`` (of the year).
    median_revenue
        Euros of the client in the middle of the portfolio.
    risk_high, target, price_index, erosion
        Limits of the table; each belongs to the side that the dictionary says (risk from 60, erosion down to -2).

    Returns
    -------
    DataFrame
        Indexed like ``facts``: ``action``, ``rule`` (its place in the table), ``reasons`` (codes separated by blanks),
        ``action_secondary`` (actions of the other rules that fired), ``reasons_secondary`` (theirs, in the same order,
        separated by semicolons), ``fired`` (all the rules that did), ``silent``
        (rules that lacked an input).

    Examples
    --------
    The third and fifth clients of the dictionary: prices too low, then a promising client that does not pay.

    >>> facts = pd.DataFrame({"stage": ["adult", "adult"], "value_class": ["B", "C"], "risk": [20, 10],
    ...     "net_rate": [0.04, 0.18], "service_high": [False, False], "price_index": [88, None],
    ...     "potential_class": ["low", "high"], "payment_grade": ["A", "D"]}, index=["c", "e"])
    >>> priority_actions(facts, median_revenue=120)[["action", "rule", "reasons"]].values.tolist()
    [['substitute', '3', 'margin_low price_low'], ['maintain', '7', 'credit']]
    """
    signs = _signs(facts, median_revenue, risk_high, target, price_index, erosion)
    fired = {rule: _fires(rule, signs) for rule in RULES}
    index = facts.index
    frame = pd.DataFrame(
        {"action": "maintain", "rule": "7", "reasons": "follow"}, index=index, dtype="object"
    )
    for rule in reversed(RULES):
        here = _is(fired[rule])
        frame.loc[here, "action"], frame.loc[here, "rule"] = rule.action, rule.order
    others: list[dict[str, str]] = [{} for _ in index]
    for rule in RULES:
        here = _is(fired[rule])
        first = here & (frame.rule == rule.order)
        told = _reasons(rule, signs, index)
        frame.loc[first, "reasons"] = told
        for place in map(int, (here & ~first).to_numpy().nonzero()[0]):
            if rule.action != frame.action.iat[place]:
                others[place].setdefault(rule.action, str(told.iat[place]))
    kept = frame.rule.eq("7")
    frame.loc[kept, "reasons"] = _kept(signs, index)
    frame["action_secondary"] = [" ".join(mine) for mine in others]
    frame["reasons_secondary"] = [";".join(mine.values()) for mine in others]
    frame["fired"] = _fired(fired, index)
    frame["silent"] = _silent(fired, signs, index)
    return frame.astype("str")  # texts, also of no client at all


def _signs(
    facts: pd.DataFrame, median: float, risk_high: Limit, target: Limit, price: Limit, erosion: Limit
) -> Signs:
    """Return what the rules look for, true, false or missing."""
    known = facts.reindex(columns=list(FACTS))
    text = {name: known[name].astype("object") for name in TEXTS}
    flag = {name: known[name].astype("boolean") for name in FLAGS}
    figure = {
        name: known[name].astype("float64").round(10).astype("Float64")
        for name in FACTS
        if name not in (*TEXTS, *FLAGS)
    }

    def among(name: str, *codes: str) -> pd.Series:
        held = text[name].isin(codes).astype("boolean")
        return held.mask(text[name].isna())

    grade_bad = among("payment_grade", "D", "E").fillna(False)
    high_risk = figure["risk"] >= float(number(risk_high))
    lost, broken = among("stage", "lost").fillna(False), flag["broken"].fillna(False)
    best_small = figure["best_12m"] < median
    insolvent = flag["insolvent"].fillna(False)
    return {
        "gone": lost | broken | insolvent,
        "lost": lost,
        "insolvent": insolvent,
        "broken": broken,
        "small_past": best_small & lost,
        "once_worth": ~best_small.fillna(False),
        "valuable": among("value_class", "A", "B"),
        "risk_high": high_risk,
        "old_age": among("stage", "old_age"),
        "tender": flag["tender"],
        "claim_open": flag["claim_open"],
        "margin_low": figure["net_rate"] < float(number(target)),
        "service_high": flag["service_high"],
        "service_usual": ~flag["service_high"].fillna(False),
        "price_low": figure["price_index"] < float(number(price)),
        "eroding": figure["erosion"] <= float(number(erosion)),
        "potential_high": among("potential_class", "high"),
        "credit_sound": ~grade_bad,
        "credit_bad": grade_bad,
        "risk_bearable": ~high_risk.fillna(False),
        "small": among("value_class", "C"),
        "visited": figure["visits"] > 0,
        "no_potential": ~among("potential_class", "high", "medium").fillna(False),
        "young": among("stage", "childhood", "adolescence"),
    }  # fmt: skip


def _fires(rule: Rule, signs: Signs) -> pd.Series:
    held = signs[rule.all_of[0]]
    for name in rule.all_of[1:]:
        held = held & signs[name]
    if rule.any_of:
        either = signs[rule.any_of[0]]
        for name in rule.any_of[1:]:
            either = either | signs[name]
        held = held & either
    return held


def _reasons(rule: Rule, signs: Signs, index: pd.Index) -> pd.Series:
    """Return the codes of the signs that made a rule fire."""
    told = [name for name in (*rule.all_of, *rule.any_of) if name not in QUIET]
    # whom people part with, or a liquidation takes away, is not lost by itself
    held = pd.DataFrame({name: _is(signs["lost" if name == "gone" else name]) for name in told}, index=index)
    codes = [" ".join(name for name, mark in zip(told, row, strict=True) if mark) for row in held.to_numpy()]
    return pd.Series(codes, index=index, dtype="object")


def _fired(fired: dict[Rule, pd.Series], index: pd.Index) -> list[str]:
    """Return the places in the table of all the rules that fired."""
    marks = pd.DataFrame({rule.order: _is(held) for rule, held in fired.items()}, index=index)
    return [
        " ".join(str(name) for name, mark in zip(marks, row, strict=True) if mark) for row in marks.to_numpy()
    ]


def _kept(signs: Signs, index: pd.Index) -> pd.Series:
    """Say why a client that no rule points at is left to the follow-up of its stage."""
    promising, unmargined = _is(signs["potential_high"]), signs["margin_low"].isna()
    marks = pd.DataFrame(
        {
            "credit": promising & _is(signs["credit_bad"]),
            "threatened": promising & ~_is(signs["credit_bad"]) & _is(signs["risk_high"]),
            "risk_small": ~promising & _is(signs["risk_high"]),
            "margin_unexplained": _is(signs["margin_low"]),
            "margin_unknown": unmargined,
        },
        index=index,
    )
    codes = [
        " ".join(str(name) for name, mark in zip(marks, row, strict=True) if mark) for row in marks.to_numpy()
    ]
    told = pd.Series(codes, index=index, dtype="object")
    told = told.where(told != "", "follow")
    return told.where(told != "margin_unknown", "follow margin_unknown")


def _silent(fired: dict[Rule, pd.Series], signs: Signs, index: pd.Index) -> list[str]:
    """Return the rules that could have fired, had their inputs been known; rules of margin need a margin."""
    no_margin = signs["margin_low"].isna()
    codes: list[list[str]] = [[] for _ in index]
    for rule, held in fired.items():
        missing = held.isna() | (no_margin if rule.order in MARGIN_RULES else False)
        for place, blank in enumerate(missing):
            if blank:
                codes[place].append(rule.order)
    return [" ".join(names) for names in codes]


def _is(sign: pd.Series) -> pd.Series:
    return sign.fillna(False).astype(bool)
