"""Visits and calls against those that each stage calls for; who would stand elsewhere without its market (7, I07, I08).

Floor 5. Its findings bear the group ``lifecycle`` and are handed over by the theme ``life``.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import life as engine
from capclient.findings import Finding, Value, finding
from capclient.indicators.cadence import ABOVE, BELOW, WITHIN, cadence, cadence_by_stage
from capclient.indicators.lifecycle import lifecycle_stages
from capclient.indicators.retention import share_of, wilson_interval
from capclient.periods import rolling
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.lifecycle import lifecycle
from capclient.themes.once import once
from capclient.vocabulary import STAGES, Unknown

JUDGED = ("childhood", "adolescence", "adult", "old_age", "occasional")
LATE_DAYS = 31  # after the year begins, from which a file of exchanges does not cover it
NAMES = (
    "judged_customers",
    "below_customers",
    "within_customers",
    "above_customers",
    "within_share",
    "adult_above_customers",
    "neglected_customers",
    "neglected_revenue",
    "spare_contacts",
    "missing_contacts",
)
INPUTS = ("invoice_lines", "interactions")


@dataclass(frozen=True)
class LifeEffort:
    """``customers``: contacts, intended cadence and verdict of each client; ``stages``: the table by stage.

    ``above``: adults and occasional clients seen more than intended; ``neglected``: clients in childhood or old age
    seen less, most revenue first. They are empty when ``reason`` says why. ``without_market``: the clients whose stage
    would differ if growth were not adjusted for the market (``stage``, ``stage_without``), or why nobody can tell.
    """

    customers: pd.DataFrame
    stages: pd.DataFrame
    above: pd.DataFrame
    neglected: pd.DataFrame
    reason: Unknown | None
    without_market: pd.DataFrame | Unknown
    findings: list[Finding]


@once
def life_effort(portfolio: Portfolio) -> LifeEffort:
    """Return effort by stage at D."""
    without = _without_market(portfolio)
    changed = finding(
        "lifecycle.market_changed_customers",
        without if isinstance(without, Unknown) else len(without),
        inputs=("invoice_lines", "market"),
    )
    seen = _contacts(portfolio)
    if isinstance(seen, Unknown):
        found = [finding(f"lifecycle.effort_{name}", seen, inputs=INPUTS) for name in NAMES]
        empty = pd.DataFrame()
        return LifeEffort(empty, empty, empty, empty, seen, without, [changed, *found])
    frame = portfolio.customers
    life = lifecycle(portfolio).customers.join(frame[["name", "salesperson", "revenue_n", "is_pool"]])
    life = life[~life.is_pool]
    contacts = seen.reindex(life.index, fill_value=0)
    limits = portfolio.thresholds.lifecycle
    intended = {stage: getattr(limits, f"contacts_{stage}") for stage in JUDGED}
    present = life.tenure_months.clip(upper=12).fillna(0).astype("int64")
    # a first purchase early in the data proves no youth: such a client may have been there all year
    present = present.where(life.stage.eq("childhood") & ~life["flags"].str.contains("reactivated"), 12)
    table = cadence(contacts.visits + contacts.calls, life.stage, present, intended=intended)
    table = life[["name", "salesperson", "stage", "revenue_n"]].join(contacts).join(table)
    above = table[table.verdict.eq(ABOVE) & table.stage.isin(["adult", "occasional"])]
    neglected = table[table.verdict.eq(BELOW) & table.stage.isin(["childhood", "old_age"])]
    return LifeEffort(
        customers=table,
        stages=cadence_by_stage(table, table.stage, JUDGED),
        above=above.assign(order=above.gap)
        .sort_values(["order", "name"], kind="stable")
        .drop(columns="order"),
        neglected=neglected.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable"),
        reason=None,
        without_market=without,
        findings=[changed, *_findings(table, above, neglected)],
    )


def _contacts(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """Visits and calls of each client in the last 12 months, or why they are not known."""
    if portfolio.no_days:
        return portfolio.no_days
    if not portfolio.has("interactions") or portfolio.table("interactions").empty:
        return Unknown("missing:interactions")
    year = rolling(portfolio.as_of)
    first = portfolio.ledger.frame(engine.FIRST_EXCHANGE).first_day.iloc[0]
    rows = portfolio.ledger.frame(engine.CONTACTS, {"start": year.start, "end": year.end})
    if rows.empty:
        return Unknown("missing:visits")
    if (pd.Timestamp(first) - pd.Timestamp(year.start)).days > LATE_DAYS:
        return Unknown("period_incomplete")
    return rows.set_index("customer_id").astype("int64")


def _findings(table: pd.DataFrame, above: pd.DataFrame, neglected: pd.DataFrame) -> list[Finding]:
    judged = table[table.verdict.notna()]
    n = len(judged)
    tally = {verdict: int((judged.verdict == verdict).sum()) for verdict in (BELOW, WITHIN, ABOVE)}
    gap = judged.gap
    values: dict[str, Value | Unknown] = {
        "judged_customers": n,
        **{f"{verdict}_customers": tally[verdict] for verdict in tally},
        "within_share": share_of(tally[WITHIN], n) if n else Unknown("denominator_zero"),
        "adult_above_customers": int((above.stage == "adult").sum()),
        "neglected_customers": len(neglected),
        "neglected_revenue": float(neglected.revenue_n.sum()),
        "spare_contacts": int(-gap[gap < 0].sum()),
        "missing_contacts": int(gap[gap > 0].sum()),
    }
    interval = wilson_interval(tally[WITHIN], n) if n else None
    return [
        finding(
            f"lifecycle.effort_{name}",
            values[name],
            n=n,
            inputs=INPUTS,
            interval=interval if name == "within_share" else None,
        )
        for name in NAMES
    ]


def _without_market(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """Clients whose stage would differ if growth were not adjusted, largest first."""
    if portfolio.no_days:
        return portfolio.no_days
    if portfolio.table("market").empty:
        return Unknown("missing:market")
    years, frame = portfolio.windows, portfolio.customers
    bare = lifecycle_stages(
        frame,
        states=behaviour(portfolio).state,
        as_of=portfolio.as_of,
        data_start=portfolio.coverage.first,
        thresholds=portfolio.thresholds.lifecycle,
        n1_is_complete=portfolio.is_complete(years.n) and portfolio.is_complete(years.n1),
        n2_is_complete=portfolio.is_complete(years.n2),
        n_start=years.n.start,
    )
    table = lifecycle(portfolio).customers[["stage", "growth", "growth_relative"]]
    table = table.join(bare.stage.rename("stage_without"))
    table = table.join(frame[["name", "salesperson", "revenue_n1", "revenue_n"]])
    table = table[(table.stage != table.stage_without) & ~frame.is_pool]
    market = (1 + table.growth) / (1 + table.growth_relative) - 1
    order = table[["revenue_n", "revenue_n1"]].max(axis=1)
    table = table.assign(market_growth=market.round(6), order=order)
    known = [stage for stage in STAGES if stage in set(table.stage)]
    place = table.stage.map({stage: number for number, stage in enumerate(known)})
    return (
        table.assign(place=place)
        .sort_values(["place", "order", "name"], ascending=[True, False, True], kind="stable")
        .drop(columns=["order", "place"])
    )
