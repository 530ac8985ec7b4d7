"""Childhood, adolescence, adult age, old age: where each client stands in its life (7).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.lifecycle import lifecycle_stages, stage_moves, stage_table, transition_matrix
from capclient.indicators.stage_history import KEPT
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.market import market_growth
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.vocabulary import STAGES, Unknown

SHORT = Unknown("history_short:stages")


@dataclass(frozen=True)
class Lifecycle:
    """``customers``: stage, flags and growth of each client. ``stages``: the table by stage.

    ``transitions``: clients by stage a year before (rows) and now (columns), empty when the history does not
    allow it. ``moves``: the clients that changed stage, largest first.
    """

    customers: pd.DataFrame
    stages: pd.DataFrame
    transitions: pd.DataFrame
    moves: pd.DataFrame
    before: str
    reason: Unknown | None
    findings: list[Finding]


def stages_at(portfolio: Portfolio) -> pd.DataFrame:
    """Return the stage of each client at the date of a portfolio."""
    years = portfolio.windows
    growth, growth_before = market_growth(portfolio)
    return lifecycle_stages(
        portfolio.customers,
        states=behaviour(portfolio).state,
        as_of=portfolio.as_of,
        data_start=portfolio.coverage.first,
        thresholds=portfolio.thresholds.lifecycle,
        n1_is_complete=portfolio.is_complete(years.n) and portfolio.is_complete(years.n1),
        n2_is_complete=portfolio.is_complete(years.n2),
        n_start=years.n.start,
        market_growth=growth,
        market_growth_before=growth_before,
    )


@once
def lifecycle(portfolio: Portfolio) -> Lifecycle:
    """Return the life cycle of the portfolio at D, and what moved in a year."""
    if portfolio.no_days:
        return _without_dates(portfolio, portfolio.no_days)
    frame = portfolio.customers
    counted = ~frame.is_pool
    stages = stages_at(portfolio)
    earlier = seen_at(portfolio, shifted(portfolio.as_of, -12))
    # without the year before it, a stage of that day would only say that nobody could be judged
    known_before = len(earlier.customers) > 0 and all(
        earlier.is_complete(year) for year in (earlier.windows.n, earlier.windows.n1)
    )
    transitions, moves = pd.DataFrame(), pd.DataFrame()
    if known_before:
        before = stages_at(earlier).stage[lambda stage: stage.index.isin(frame.index[counted])]
        transitions = transition_matrix(before, stages.stage[counted])
        moves = stage_moves(before, stages.stage[counted]).join(
            frame[["name", "salesperson", "revenue_n1", "revenue_n"]]
        )
        moves = moves[~moves.stage_before.isin(["absent", "undetermined"])]  # these had no stage to leave
        largest = moves[["revenue_n", "revenue_n1"]].max(axis=1)
        moves = moves.assign(stake=largest).sort_values(
            ["stake", "name"], ascending=[False, True], kind="stable"
        )
    margin = frame.margin_n[counted] if frame.margin_n.notna().any() else None
    table = stage_table(stages.stage[counted], frame.revenue_n[counted], margin)
    return Lifecycle(
        customers=stages,
        stages=table,
        transitions=transitions,
        moves=moves,
        before=shifted(portfolio.as_of, -12).isoformat(),
        reason=None,
        findings=_findings(portfolio, table, len(moves) if known_before else SHORT),
    )


def _findings(portfolio: Portfolio, table: pd.DataFrame, moved: int | Unknown) -> list[Finding]:
    rows = table.set_index("stage")
    caveat = None if portfolio.has("market") else "caveat.not_market_adjusted"
    complete = portfolio.is_complete(portfolio.windows.n)
    judged = portfolio.is_complete(portfolio.windows.n1)
    found = []
    for stage in STAGES:
        share = rows.revenue_share[stage]
        blind = not judged and stage in KEPT and not rows.customers[stage]  # nobody there, for want of a year
        number = SHORT if blind else int(rows.customers[stage])
        found.append(finding(f"lifecycle.{stage}_customers", number, caveat=caveat))
        known = (
            SHORT
            if blind
            else Unknown("period_incomplete")
            if not complete
            else float(share)
            if pd.notna(share)
            else Unknown("denominator_zero")
        )
        found.append(
            finding(f"lifecycle.{stage}_revenue_share", known, period=portfolio.windows.n, caveat=caveat)
        )
    return [*found, finding("lifecycle.customers_moved", moved)]


def _without_dates(portfolio: Portfolio, missing: Unknown) -> Lifecycle:
    names = [f"{stage}_{what}" for stage in STAGES for what in ("customers", "revenue_share")] + [
        "customers_moved"
    ]
    columns = ["stage", "flags", "rule", "tenure_months", "growth", "growth_relative"]
    return Lifecycle(
        pd.DataFrame(index=portfolio.customers.index, columns=columns),
        pd.DataFrame(columns=["stage", "customers", "revenue", "revenue_share"]),
        pd.DataFrame(),
        pd.DataFrame(),
        "",
        missing,
        [finding(f"lifecycle.{name}", missing) for name in names],
    )
