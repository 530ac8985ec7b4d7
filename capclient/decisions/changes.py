"""What changed since the last report: who moved, from where to where, and why; the company then and now (G08, J06).

Floor 5. Both dates are judged with what was known on that day; the sheet of clients (segments, declared potentials) is
that of today on both. Nothing is remembered: the earlier report is computed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from capclient.decisions.decided import decided
from capclient.decisions.facts import Facts, facts
from capclient.decisions.plan import actions_of
from capclient.findings import Finding, Value, finding
from capclient.indicators.concentration import abc_classes
from capclient.indicators.followup import moved
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import SILENT, activity
from capclient.themes.lateness import lateness
from capclient.themes.lifecycle import lifecycle
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.vocabulary import ABC, STATES, Unknown

KINDS = ("abc_class", "stage", "state", "payment_grade", "action")
ORDERS = {"abc_class": ABC, "state": STATES, "payment_grade": ("A", "B", "C", "D", "E")}
BAD_STAGES = ("old_age", "lost")
COUNTED = ("changed_customers", *(f"changed_{kind}" for kind in KINDS), "arrived_customers", "gone_customers")
NAMES = (*COUNTED, "revenue_change", "silent_change")
NOTED = ("insolvency", "contract_active", "contract_ended", "seasonal")  # decide a state, the strongest first
RULED = ("5", "7", "8")  # rules of the life cycle that one growth decides; two years decide rule 6
STEADY = 0.05  # a revenue that moved less has not moved a client: the others did
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Changes:
    """``rows``: one row a client and kind of change, the largest stake first: ``customer_id name salesperson kind
    before after direction why facts stake`` (``why`` is a code, ``facts`` its figures, ``stake`` the larger revenue of
    twelve months of both dates, euros). ``measures``: the company on both dates: ``measure unit then now``.

    ``arrived``, ``gone``: clients that bought for the first time since, and that are lost since. ``states``: clients
    by state then (rows) and now (columns). ``before``: the earlier date.
    """

    rows: pd.DataFrame
    measures: pd.DataFrame
    arrived: pd.DataFrame
    gone: pd.DataFrame
    states: pd.DataFrame
    before: date | None
    reason: Unknown | None
    findings: list[Finding]


@once
def changes(portfolio: Portfolio) -> Changes:
    """Return what changed between the last report and D."""
    now = facts(portfolio)
    day = last_report(portfolio) if portfolio.has_lines else None
    if now.reason is not None or day is None:
        return _nothing(now.reason or Unknown("missing:invoice_lines"), None)
    if not portfolio.extent[0] <= day < portfolio.as_of:
        return _nothing(Unknown("history_short:previous"), day)
    earlier = seen_at(portfolio, day)
    then = facts(earlier)
    if then.reason is not None:
        return _nothing(Unknown("history_short:previous"), day)
    old, new = _photo(earlier, then), _photo(portfolio, now)
    rows = _rows(old, new)
    arrived = new[(new.first_purchase > pd.Timestamp(day)) & new.revenue.notna()]
    before_gone = old.stage.eq("lost").reindex(new.index, fill_value=False)
    gone = new[new.stage.eq("lost") & ~before_gone].join(old.revenue.rename("revenue_then"))
    crossed = pd.crosstab(old.state.reindex(new.index).fillna("arrived"), new.state.fillna("arrived"))
    crossed = crossed.reindex(index=[*STATES, "arrived"], columns=[*STATES, "gone"], fill_value=0)
    measures = _measures(earlier, then, portfolio, now)
    graded = bool(old.payment_grade.notna().any() and new.payment_grade.notna().any())
    return Changes(
        rows, measures, _by(arrived, "revenue"), _by(gone, "best_12m"), crossed, day, None,
        _findings(rows, arrived, gone, measures, graded=graded, n=len(old)),
    )  # fmt: skip


def last_report(portfolio: Portfolio) -> date:
    """Return the day of the report before this one: told, that of the last plan read back, else some months ago."""
    if portfolio.params.period.previous:
        return portfolio.params.period.previous
    planned = decided(portfolio).rows.planned_on
    before = planned[planned < pd.Timestamp(portfolio.as_of)]
    if len(before):
        last: date = before.max().date()
        return last
    return shifted(portfolio.as_of, -portfolio.thresholds.followup.previous_months)


def _photo(portfolio: Portfolio, known: Facts) -> pd.DataFrame:
    """Return where each client stands on the day of a portfolio, and what says why."""
    frame = known.clients[
        ["name", "salesperson", "revenue", "best_12m", "stage", "state", "payment_grade"]
    ].copy()
    ranking = abc_classes(known.clients.revenue, limits=portfolio.thresholds.concentration.abc)
    frame["abc_class"], frame["rank"] = ranking.abc_class, ranking["rank"]
    rules = actions_of(portfolio, known)
    frame["action"], frame["reasons"] = rules.action, rules.reasons
    states = activity(portfolio).customers.reindex(frame.index)
    frame["recency"], frame["interval"], frame["override"] = (
        states.recency_days,
        states.interval_days,
        states.override,
    )
    stages = lifecycle(portfolio).customers.reindex(frame.index)
    frame["growth"], frame["rule"] = stages.growth, stages.get("rule")
    frame["to_market"] = stages.growth_relative
    own = portfolio.customers.reindex(frame.index)
    frame["growth_before"] = (own.revenue_n1 / own.revenue_n2 - 1).where(own.revenue_n2 > 0)
    frame["first_purchase"], frame["last_purchase"] = own.first_purchase, own.last_purchase
    frame["purchase_days"] = own.purchase_days_24m
    paying = lateness(portfolio)
    for name in ("payment_score", "days_late"):
        frame[name] = paying.customers[name].reindex(frame.index) if paying.reason is None else None
    return frame


def _rows(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return one row a client and kind of change."""
    found = []
    stakes = pd.concat([old.revenue.reindex(new.index), new.revenue], axis=1).max(axis=1)
    for kind in KINDS:
        # an undetermined stage is no stage to leave
        known = [photo[kind].where(photo[kind] != "undetermined") for photo in (old, new)]
        table = moved(known[0], known[1], ORDERS.get(kind, ()))
        if kind == "stage":
            left, fell = table.before.isin(BAD_STAGES), table.after.isin(BAD_STAGES)
            table["direction"] = table.direction.mask(fell & ~left, "worse").mask(left & ~fell, "better")
        before, now = (photo.reindex(table.index).to_dict("records") for photo in (old, new))
        for client, row, was, stands in zip(table.index, table.to_dict("records"), before, now, strict=True):
            code, told = _why(kind, row, was, stands)
            found.append((client, kind, row["before"], row["after"], row["direction"], code, told))
    names = ["customer_id", "kind", "before", "after", "direction", "why", "facts"]
    rows = pd.DataFrame(found, columns=names).astype({"customer_id": "object"})
    for name in ("name", "salesperson"):
        rows[name] = new[name].reindex(rows.customer_id).to_numpy()
    rows["stake"] = stakes.reindex(rows.customer_id).to_numpy(dtype="float64")
    return rows.sort_values(
        ["stake", "customer_id"], ascending=[False, True], kind="stable", ignore_index=True
    )


def _why(kind: str, row: Row, old: Row, new: Row) -> tuple[str, dict[str, Any]]:
    """Return why a client moved: a code, and the figures that its sentence says."""
    silence = {"recency": _plain(new["recency"]), "interval": _plain(new["interval"])}
    if kind == "abc_class":
        facts = {
            "then": old["revenue"],
            "now": new["revenue"],
            "rank": _plain(new["rank"]),
            "former": _plain(old["rank"]),
        }
        steady = abs(new["revenue"] - old["revenue"]) <= STEADY * abs(old["revenue"])
        return ("weight_others" if steady else "weight"), facts
    if kind == "payment_grade":
        names = {"former": "payment_score", "score": "payment_score", "late": "days_late"}
        return "payment", {
            key: _plain((old if key == "former" else new)[name]) for key, name in names.items()
        }
    if kind == "action":
        return "reasons", {"reasons": new["reasons"]}
    if kind == "state":
        noted = [code for code in NOTED if code in str(new["override"]).split()]
        if noted:
            return "noted", {"override": noted[0], **silence}
        better = row["direction"] == "better" and new["last_purchase"] != old["last_purchase"]
        return ("bought", {"last": _day(new["last_purchase"])}) if better else ("silence", silence)
    return _why_stage(str(row["after"]), old, new, silence)


def _why_stage(stage: str, old: Row, new: Row, silence: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if stage == "lost":
        return "silence", silence
    if stage == "childhood":
        return "arrival", {"last": _day(new["last_purchase"])}
    if stage == "occasional":
        return "few", {"purchases": _plain(new["purchase_days"])}
    if pd.isna(new["growth"]):
        return "bought", {"last": _day(new["last_purchase"])}
    growth, market = _plain(new["growth"]), _plain(new["to_market"])
    # the market counts where it is known: a client is judged beside it
    facts = {
        "growth": growth,
        "market": None if market is None or abs(market - (growth or 0.0)) < 5e-4 else market,
    }
    if new["rule"] == "6":
        return "rule_6", {**facts, "before": _plain(new["growth_before"])}
    return (f"rule_{new['rule']}" if new["rule"] in RULED else "growth"), facts | {
        "former": _plain(old["growth"])
    }


def _plain(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _measures(earlier: Portfolio, then: Facts, portfolio: Portfolio, now: Facts) -> pd.DataFrame:
    """Return the company on both dates, in a few figures."""
    both = [_told(earlier, then), _told(portfolio, now)]
    units = {"revenue": "money", "active": "customers", "silent": "customers", "silent_revenue": "money",
             "lost": "customers", "margin_rate": "share", "overdue": "money"}  # fmt: skip
    rows = [(name, unit, both[0].get(name), both[1].get(name)) for name, unit in units.items()]
    table = pd.DataFrame(rows, columns=["measure", "unit", "then", "now"])
    return table[table.then.notna() | table.now.notna()].reset_index(drop=True)


def _told(portfolio: Portfolio, known: Facts) -> dict[str, float]:
    clients = known.clients
    silent = clients.state.isin(SILENT[1:]) & (clients[["revenue", "revenue_before"]].max(axis=1) > 0)
    told = {
        "revenue": portfolio.total_revenue(portfolio.windows.n), "active": float((clients.revenue > 0).sum()),
        "silent": float(silent.sum()), "silent_revenue": float(clients.revenue[silent].sum()),
        "lost": float(clients.stage.eq("lost").sum()),
    }  # fmt: skip
    known_margin = clients[clients.margin.notna() & (clients.revenue > 0)]
    if len(known_margin):
        told["margin_rate"] = float(known_margin.margin.sum() / known_margin.revenue.sum())
    paying = lateness(portfolio)
    if paying.reason is None:
        told["overdue"] = float(paying.customers.overdue.sum())
    return told


def _by(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    return frame.sort_values([name, "name"], ascending=[False, True], kind="stable")


def _findings(
    rows: pd.DataFrame,
    arrived: pd.DataFrame,
    gone: pd.DataFrame,
    measures: pd.DataFrame,
    *,
    graded: bool,
    n: int,
) -> list[Finding]:
    counts = rows.kind.value_counts()
    values: dict[str, Value | Unknown] = {
        "changed_customers": int(rows.customer_id.nunique()),
        "arrived_customers": len(arrived), "gone_customers": len(gone),
        **{f"changed_{kind}": int(counts.get(kind, 0)) for kind in KINDS},
    }  # fmt: skip
    if not graded:  # nobody's payments are known: that is not a grade that stays
        values["changed_payment_grade"] = Unknown("missing:payments")
    known = measures.set_index("measure")
    then, now = float(known.then["revenue"]), float(known.now["revenue"])
    values["revenue_change"] = now / then - 1 if then > 0 else Unknown("denominator_zero")
    values["silent_change"] = int(known.now["silent"] - known.then["silent"])
    return [finding(f"followup.{name}", values[name], n=n if name in COUNTED else None) for name in NAMES]


def _nothing(missing: Unknown, day: date | None) -> Changes:
    none = pd.DataFrame()
    found = [finding(f"followup.{name}", missing) for name in NAMES]
    return Changes(none, none, none, none, none, day, missing, found)
