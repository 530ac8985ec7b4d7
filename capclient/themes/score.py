"""The score out of 20 of the portfolio, what it is made of, what it hangs on, and where it comes from (15.1).

Floor 5. Every criterion marks a finding that stands elsewhere in the report: nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.score import contributions, criterion_score, sensitivity, weighted_score
from capclient.params_sectors import profile_name
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.concentration import concentration
from capclient.themes.devices import devices
from capclient.themes.market_position import market
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.themes.profitability import profitability
from capclient.themes.prospecting import prospecting
from capclient.themes.receivables import receivables
from capclient.themes.recurrence import recurrence
from capclient.themes.retention import retention
from capclient.themes.satisfaction import satisfaction
from capclient.themes.wallet import wallet
from capclient.vocabulary import Unknown

THEMES = (
    retention,
    concentration,
    market,
    profitability,
    recurrence,
    receivables,
    satisfaction,
    prospecting,
    wallet,
    devices,  # the register alone: the whole system of evidence asks every theme, this one too
)
YEARS = (2, 1)  # before D: the history of the score
GRADES = ("A", "B", "C")
Known = dict[str, Finding]


@dataclass(frozen=True)
class Score:
    """``criteria``: one row a criterion: ``group``, ``finding``, ``value``, ``score`` (0 to 20), ``floor``, ``goal``,
    ``weight``, ``evidence`` and ``reason`` (why it is not marked), then ``weight_share``, ``points``, ``lost``
    (its part of the score, and of what lacks to 20), ``less`` and ``more`` (the score with its weight cut or raised).

    ``profile``: the sector profile that applies, in words; None for the common base alone.
    """

    criteria: pd.DataFrame
    total: float | Unknown
    coverage: float
    profile: str | None
    findings: list[Finding]


@once
def score(portfolio: Portfolio) -> Score:
    """Return the score of a portfolio at D."""
    limits = portfolio.thresholds.score
    table = criteria(portfolio)
    total, coverage = weighted_score(table.score, table.weight, coverage=limits.coverage)
    parts = contributions(table.score, table.weight)[["weight_share", "points", "lost"]].reindex(table.index)
    table = table.join(parts).join(sensitivity(table.score, table.weight, change=limits.sensitivity))
    marked = table[table.score.notna() & (table.weight > 0)]
    none = total if isinstance(total, Unknown) else None
    moved = table[["less", "more"]]
    values: dict[str, float | Unknown] = {
        "total": total,
        "coverage": coverage,
        "lowest": none or float(moved.min(axis=1).min()),
        "highest": none or float(moved.max(axis=1).max()),
        **{
            f"evidence_{grade.lower()}_share": none
            or float(parts.weight_share.where(table.evidence == grade).sum())
            for grade in GRADES
        },
    }
    caveat = None if coverage >= 1 else "caveat.score_coverage"
    found = [
        finding(
            f"score.{name}", value, n=len(marked), caveat=caveat if name == "total" and none is None else None
        )
        for name, value in values.items()
    ]
    for name, row in table.iterrows():
        mark = Unknown(row.reason) if isinstance(row.reason, str) else float(row.score)
        found.append(finding(f"score.criterion.{name}", mark))
    return Score(table, total, coverage, profile_name(portfolio.params.company.sector), found)


def criteria(portfolio: Portfolio) -> pd.DataFrame:
    """Return the criteria of a portfolio with their figures and marks."""
    known = {item.id: item for theme in THEMES for item in theme(portfolio).findings}
    rows = []
    for name, row in portfolio.params.score.grid().items():
        value = COMPOSED[name](portfolio, known) if name in COMPOSED else _value(known, row.finding)
        unknown = value.reason if isinstance(value, Unknown) else None
        figure = None if isinstance(value, Unknown) else value
        rows.append({
            "name": name, "group": row.group, "finding": row.finding, "floor": float(row.floor),
            "goal": float(row.goal), "weight": float(row.weight), "evidence": row.evidence,
            "value": figure,
            "score": None if figure is None else criterion_score(figure, floor=row.floor, goal=row.goal),
            "reason": unknown,
        })  # fmt: skip
    table = pd.DataFrame(rows).set_index("name")
    return table.astype({"value": "float64", "score": "float64"})


def _value(known: Known, id: str) -> float | Unknown:
    item = known.get(id)
    if item is None or item.value is None:
        return Unknown(item.reason if item and item.reason else "not_applicable")
    return float(item.value)


def _nps(portfolio: Portfolio, known: Known) -> float | Unknown:
    item = known["satisfaction.nps"]
    few = item.value is not None and (item.n or 0) < portfolio.thresholds.score.nps_answers
    return Unknown("n_small") if few else _value(known, item.id)


def _recurrence(portfolio: Portfolio, known: Known) -> float | Unknown:
    """Contracts where they are kept, regulars otherwise: the two are never mixed (2.14)."""
    signed = _value(known, "recurrence.contractual_share")
    return _value(known, "recurrence.behavioural_share") if isinstance(signed, Unknown) else signed


def _old_debts(portfolio: Portfolio, known: Known) -> float | Unknown:
    """Share of open debits that is more than 60 days overdue, disputes apart: base of ``overdue_rate`` (5.2)."""
    rate, overdue = _value(known, "receivables.overdue_rate"), _value(known, "receivables.overdue")
    if isinstance(rate, Unknown) or isinstance(overdue, Unknown):
        return rate if isinstance(rate, Unknown) else Unknown("denominator_zero")
    if overdue <= 0:
        return 0.0
    old = [_value(known, f"receivables.overdue_{name}") for name in ("61_90", "over_90")]
    return sum(amount for amount in old if not isinstance(amount, Unknown)) / overdue * rate


def _pipeline(portfolio: Portfolio, known: Known) -> float | Unknown:
    amount = _value(known, "prospecting.weighted_pipeline")
    if isinstance(amount, Unknown):
        return amount
    if not portfolio.is_complete(portfolio.windows.n):
        return Unknown("period_incomplete")
    total = portfolio.total_revenue(portfolio.windows.n)
    return amount / total if total > 0 else Unknown("denominator_zero")


COMPOSED: dict[str, Callable[[Portfolio, Known], float | Unknown]] = {
    "nps": _nps, "recurrence": _recurrence, "overdue": _old_debts, "pipeline": _pipeline,
}  # fmt: skip


@once
def score_history(portfolio: Portfolio) -> pd.DataFrame:
    """Return the score one and two years before, and at D, of what was known on each day.

    Only a report that shows it pays for it: each day asks the themes of the score again. Days before a whole year of
    data are left out.

    Returns
    -------
    DataFrame
        ``day``, ``score``, ``coverage`` and ``comparable``: the score on the criteria known on all these days, the only
        one whose changes say something.
    """
    least = portfolio.thresholds.score.coverage
    days = [shifted(portfolio.as_of, -12 * back) for back in YEARS] if portfolio.has_lines else []
    views = [view for view in (seen_at(portfolio, day) for day in days) if view.is_complete(view.windows.n)]
    tables = {view.as_of: criteria(view) for view in views} | {portfolio.as_of: score(portfolio).criteria}
    common = pd.concat([table.score.notna() for table in tables.values()], axis=1).all(axis=1)
    rows = []
    for day, table in tables.items():
        past, known = weighted_score(table.score, table.weight, coverage=least)
        alike = weighted_score(table.score.where(common), table.weight, coverage=0)[0]
        if not isinstance(past, Unknown):
            rows.append(
                (pd.Timestamp(day), past, known, float("nan") if isinstance(alike, Unknown) else alike)
            )
    return pd.DataFrame(rows, columns=["day", "score", "coverage", "comparable"])
