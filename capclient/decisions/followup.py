"""What became of the plan: done, late, dropped, and how clients did after an action beside comparable ones (G08).

Floor 5. The earlier report is computed again, nothing is remembered but the plan that people send back.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.decisions.changes import Changes, changes
from capclient.decisions.decided import CLOSED, decided, identifiers
from capclient.engine.followup import MONTHLY_MARGIN
from capclient.findings import Finding, finding
from capclient.indicators.concentration import abc_classes
from capclient.indicators.followup import compared, month_span
from capclient.indicators.retention import wilson_interval
from capclient.periods import last_complete_month
from capclient.portfolio import Portfolio
from capclient.themes.lifecycle import lifecycle
from capclient.themes.margins import margins
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.vocabulary import Unknown

STATUSES = ("done", "in_progress", "open", "late", "dropped", "replaced")
OF_PLAN = ("planned", *STATUSES, "done_rate", "late_stake")
OF_EFFECT = ("effect", "effect_amount", "effect_margin", "better_share")
PLANS = 4  # of which the actions are compared: each costs the stages of its day


@dataclass(frozen=True)
class Followup:
    """``rows``: one row a planned action, late ones first, then by stake: ``id customer_id name action owner due status
    done_on comment planned_on stake``. A status of D: ``done``, ``in_progress``, ``open``, ``late``, ``dropped``, or
    ``replaced`` (the next plan no longer holds it).

    ``effects``: actions done that can be compared: ``customer_id name action done_on months before after expected
    middle controls level`` and ``margin_before margin_after margin_expected`` (euros). ``changes``: what changed since.
    """

    rows: pd.DataFrame
    effects: pd.DataFrame
    changes: Changes
    reason: Unknown | None
    findings: list[Finding]


@once
def followup(portfolio: Portfolio) -> Followup:
    """Return the follow-up of the plan read back, and what changed since the last report."""
    since = changes(portfolio)
    reason = None if portfolio.has("actions") else Unknown("missing:actions")
    if reason is None and not len(decided(portfolio).rows):
        reason = Unknown("not_applicable")  # every plan read is of a later day
    if reason is not None:
        found = [finding(f"followup.{name}", reason) for name in (*OF_PLAN, *OF_EFFECT)]
        return Followup(pd.DataFrame(), pd.DataFrame(), since, reason, [*found, *since.findings])
    rows = planned(decided(portfolio).rows)
    effects = _effects(portfolio, rows)
    found = [*_of_plan(rows), *_of_effect(portfolio, effects), *since.findings]
    return Followup(rows, effects, since, None, found)


def planned(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the actions that somebody has to carry out, each as it stands.

    The first action of each client, but a mere follow-up (``maintain``), and the others once somebody worked on them.
    An action that comes again plan after plan counts once, as its latest row says; done, each time that it is.
    """
    known = rows.assign(id=identifiers(rows)).dropna(subset="action")
    first = known.action_rank.isna() | (known.action_rank == 1)
    engaged = known.plan_status.isin(CLOSED) | known.status_said.eq("in_progress") | known.comment.notna()
    mine = known[(first & known.action.ne("maintain")) | engaged]
    done = mine[mine.plan_status.eq("done")]
    last = mine.drop_duplicates(["id", "action"], keep="last")
    last = last[last.plan_status.ne("done")]
    newest = last.id.map(known.groupby("id").planned_on.max())
    gone = (last.planned_on < newest) & last.plan_status.isin(["open", "in_progress", "late"])
    last = last.assign(plan_status=last.plan_status.mask(gone, "replaced"))
    whole = pd.concat([done, last]).rename(columns={"plan_status": "status"})
    place = whole.status.map(
        {status: n for n, status in enumerate(("late", "in_progress", "open", "done", "dropped", "replaced"))}
    )
    names = [
        "id",
        "customer_id",
        "name",
        "action",
        "owner",
        "due",
        "status",
        "done_on",
        "comment",
        "planned_on",
        "stake",
    ]
    idle = whole.action.eq(
        "maintain"
    )  # a mere follow-up: no date, and the stake was that of what it replaced
    whole = whole.assign(stake=whole.stake.mask(idle), due=whole.due.mask(idle))
    ordered = whole.assign(place=place).sort_values(
        ["place", "stake", "id"], ascending=[True, False, True], kind="stable", na_position="last"
    )
    return ordered[names].reset_index(drop=True)


def _effects(portfolio: Portfolio, rows: pd.DataFrame) -> pd.DataFrame:
    """Compare clients after an action that was done with clients of their kind without one."""
    if not portfolio.has_lines or portfolio.no_days:
        return pd.DataFrame()
    limits, first = portfolio.thresholds.followup, pd.Timestamp(portfolio.coverage.first)
    first = first if first.day == 1 else (first + pd.offsets.MonthBegin(1))
    last = pd.Timestamp(last_complete_month(min(portfolio.as_of, portfolio.data_end))).replace(day=1)
    done = rows[rows.status.eq("done") & rows.customer_id.isin(portfolio.customers.index)].reset_index(
        drop=True
    )
    span = month_span(
        done.done_on, first=first, last=last, least=limits.least_months, most=limits.most_months
    )
    known = (
        done.join(span).dropna(subset="months").drop_duplicates("customer_id")
    )  # several actions: not told apart
    if known.empty:
        return pd.DataFrame()
    clients = portfolio.customers.index[~portfolio.customers.is_pool]
    others = clients.difference(pd.Index(done.customer_id))
    amounts = {"": portfolio.months.dropna(subset="customer_id")[["customer_id", "month", "revenue"]]}
    if margins(portfolio).reason is None:
        frame = portfolio.ledger.frame(MONTHLY_MARGIN, [portfolio.as_of])
        amounts["margin_"] = frame.assign(revenue=frame.margin / 100, month=pd.to_datetime(frame.month))
    begun = pd.Timestamp(portfolio.extent[0])
    plans = sorted(day for day in known.planned_on.unique() if day > begun)[-PLANS:]
    kinds = {day: _kinds(portfolio, pd.Timestamp(day)) for day in plans}
    parts = []
    for _, mine in known[known.planned_on.isin(plans)].groupby(["planned_on", "start", "months"]):
        day, start, months = mine.planned_on.iloc[0], mine.start.iloc[0], int(mine.months.iloc[0])
        part = mine.set_index("customer_id")
        for prefix, frame in amounts.items():
            before, after = _sides(frame, pd.Timestamp(start), months)
            table = compared(part[[]], before, after, kinds[day], others)
            names = ["before", "after", "expected"] + (["middle", "controls", "level"] if not prefix else [])
            part = part.join(table[names].rename(columns={name: f"{prefix}{name}" for name in names[:3]}))
        parts.append(part.reset_index())
    if not parts:
        return pd.DataFrame()
    return pd.concat(parts, ignore_index=True).dropna(subset="expected").reset_index(drop=True)


def _kinds(portfolio: Portfolio, day: pd.Timestamp) -> list[pd.Series]:
    """Return the kinds of clients on the day of a plan: stage and class, then class."""
    then = seen_at(portfolio, day.date())
    classes = abc_classes(then.customers.revenue_n, limits=portfolio.thresholds.concentration.abc).abc_class
    stages = lifecycle(then).customers.stage
    return [stages.astype("str") + " " + classes.astype("str"), classes]


def _sides(frame: pd.DataFrame, start: pd.Timestamp, months: int) -> tuple[pd.Series, pd.Series]:
    """Return the amounts of as many months before and after one, which is left out, by client."""
    first, last = start - pd.DateOffset(months=months), start + pd.DateOffset(months=months)
    before = frame[(frame.month >= first) & (frame.month < start)]
    after = frame[(frame.month > start) & (frame.month <= last)]
    return before.groupby("customer_id").revenue.sum(), after.groupby("customer_id").revenue.sum()


def _of_plan(rows: pd.DataFrame) -> list[Finding]:
    counts = rows.status.value_counts()
    here = len(rows) - int(counts.get("replaced", 0))
    done = int(counts.get("done", 0))
    found = [finding("followup.planned", len(rows))]
    found += [finding(f"followup.{status}", int(counts.get(status, 0))) for status in STATUSES]
    rate = done / here if here else Unknown("denominator_zero")
    late = rows[rows.status.eq("late")]
    stake = Unknown("missing:stake") if len(late) and late.stake.isna().all() else float(late.stake.sum())
    return [*found, finding("followup.done_rate", rate, n=here), finding("followup.late_stake", stake)]


def _of_effect(portfolio: Portfolio, effects: pd.DataFrame) -> list[Finding]:
    n = len(effects)
    if n < portfolio.thresholds.followup.least_actions:
        return [finding(f"followup.{name}", Unknown("n_small"), n=n) for name in OF_EFFECT]
    before, after, expected = (float(effects[name].sum()) for name in ("before", "after", "expected"))
    better = int((effects.after > effects.middle).sum())
    margin: float | Unknown = Unknown("missing:cost")
    if "margin_expected" in effects:
        known = effects.dropna(subset="margin_expected")
        margin = (
            float(known.margin_after.sum() - known.margin_expected.sum())
            if len(known)
            else Unknown("n_small")
        )
    caveat = "caveat.no_proof_of_cause"
    return [
        finding("followup.effect", (after - expected) / before, n=n, caveat=caveat),
        finding("followup.effect_amount", after - expected, n=n, caveat=caveat),
        finding("followup.effect_margin", margin, n=n, caveat=caveat),
        finding("followup.better_share", better / n, n=n, caveat=caveat, interval=wilson_interval(better, n)),
    ]
