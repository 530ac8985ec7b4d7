"""Which clients are about to change class, and what it would take (1.4, 7, 8, 9).

Floor 5. Only identified clients count; pooled codes are left out. A change of state is coming when the client has
already been silent for longer than usual: any regular client would leave its state if it never bought again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.concentration import abc_classes
from capclient.indicators.lifecycle import stage_names
from capclient.indicators.tipping import abc_tipping, rfm_tipping, stage_tipping, state_tipping
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour, typical_gap
from capclient.themes.base import base
from capclient.themes.lifecycle import lifecycle
from capclient.themes.market import market_growth
from capclient.themes.once import once
from capclient.themes.origins import contracts_on
from capclient.themes.rfm import rfm, scored
from capclient.vocabulary import Unknown

GROWTH_RULES = ("5", "6", "7", "8")  # the rules of section 7 that an amount can move
YEARLY = ("class_up", "class_more", "class_down", "class_less", "m_more")  # what an amount of N would change
NAMES = (
    "near_customers", "near_revenue", "state_customers", "state_revenue", "class_customers", "stage_customers",
    "segment_customers",
)  # fmt: skip


@dataclass(frozen=True)
class Tipping:
    """``clients``: for each, where it stands and the smallest change that would move it. ``coming``: changes of state
    of the next weeks, by date. ``near``: clients within a small amount of another class or stage, largest first.
    ``reason``: why the days are not known; ``no_amounts``: why the amounts are not.
    """

    clients: pd.DataFrame
    coming: pd.DataFrame
    near: pd.DataFrame
    reason: Unknown | None
    no_amounts: Unknown | None
    findings: list[Finding]


@once
def tipping(portfolio: Portfolio) -> Tipping:
    """Return the smallest change that would put each client in another class at D."""
    here = base(portfolio)
    limits = portfolio.thresholds.concentration
    clients = here.frame[["name", "salesperson"]].assign(revenue_n=here.frame.revenue_n.fillna(0.0))
    clients["abc_class"] = abc_classes(here.revenue, limits=limits.abc).abc_class
    clients = clients.join(abc_tipping(here.revenue, limits=limits.abc))
    missing = portfolio.no_days
    if missing is None:
        clients = clients.join(_states(portfolio)).join(_segments(portfolio))
    years = portfolio.windows if portfolio.has_lines else None
    closed = None
    if years and not years.n.contains(
        portfolio.as_of
    ):  # a fiscal year that is over: no invoice of today is of it
        closed = Unknown("not_applicable")
        amounts = clients.columns.intersection(list(YEARLY))
        clients[amounts] = clients[amounts].mask(clients[amounts].notna())
    no_amounts = here.reason or closed
    no_stage = missing or closed
    if (
        no_stage is None
        and years
        and not (portfolio.is_complete(years.n) and portfolio.is_complete(years.n1))
    ):
        no_stage = Unknown("period_incomplete")
    if no_stage is None:
        clients = clients.join(_stages(portfolio))
    coming = _coming(portfolio, clients) if missing is None else pd.DataFrame()
    near = _near(portfolio, clients) if no_amounts is None else pd.DataFrame()
    found = _findings(portfolio, clients, coming, near, no_amounts, no_stage)
    return Tipping(clients, coming, near, missing, no_amounts, found)


def _states(portfolio: Portfolio) -> pd.DataFrame:
    known, contracts = behaviour(portfolio), contracts_on(portfolio, portfolio.as_of)
    found = state_tipping(
        portfolio.customers,
        as_of=portfolio.as_of,
        data_end=portfolio.data_end,
        thresholds=portfolio.thresholds.activity,
        contracts=contracts if len(contracts) else None,
        seasons=known[["seasonal", "season_start"]].rename(columns={"season_start": "start_month"}),
        typical_gap=typical_gap(portfolio),
    )
    return found.join(known[["ratio", "recency_days", "interval_days"]])


def _segments(portfolio: Portfolio) -> pd.DataFrame:
    known, rows = rfm(portfolio), scored(portfolio)
    found = rfm_tipping(rows.recency_days, rows.purchase_days_12m, rows.revenue_n, levels=known.levels)
    return known.scores[["segment"]].join(found)


def _stages(portfolio: Portfolio) -> pd.DataFrame:
    life, frame = lifecycle(portfolio).customers, portfolio.customers
    growth, growth_before = market_growth(portfolio)
    years, states = portfolio.windows, behaviour(portfolio).state

    def stages(rows: pd.DataFrame) -> np.ndarray:
        return stage_names(
            rows,
            states=states.reindex(rows.index),
            as_of=portfolio.as_of,
            data_start=portfolio.coverage.first,
            thresholds=portfolio.thresholds.lifecycle,
            n1_is_complete=True,
            n2_is_complete=portfolio.is_complete(years.n2),
            n_start=years.n.start,
            market_growth=growth,
            market_growth_before=growth_before,
        )

    return life[["stage"]].join(stage_tipping(frame[life.rule.isin(GROWTH_RULES)], stages))


def _coming(portfolio: Portfolio, clients: pd.DataFrame) -> pd.DataFrame:
    """Clients already silent for longer than usual that leave their state soon, the first day first."""
    last = pd.Timestamp(portfolio.as_of) + timedelta(days=portfolio.thresholds.segments.horizon_days)
    soon = clients[(clients.ratio > 1) & (clients.leaves_on <= last)]
    return soon.sort_values(["leaves_on", "revenue_n", "name"], ascending=[True, False, True], kind="stable")


# What a client can move to by an amount: the class or stage it is in, the next one, and the euros between them.
AMOUNTS = (
    ("class", "up", "abc_class", "class_up", "class_more"),
    ("class", "down", "abc_class", "class_down", "class_less"),
    ("stage", "up", "stage", "stage_up", "stage_more"),
    ("stage", "down", "stage", "stage_down", "stage_less"),
)


def _near(portfolio: Portfolio, clients: pd.DataFrame) -> pd.DataFrame:
    """List the changes within a small share of the client's revenue: one row per client and change."""
    share = float(portfolio.thresholds.segments.near_share)
    rows = []
    for kind, way, current, following, amount in AMOUNTS:
        if amount not in clients:
            continue
        close = clients[(clients.revenue_n > 0) & (clients[amount] <= share * clients.revenue_n)]
        rows.append(
            close[["name", "salesperson", "revenue_n"]].assign(
                kind=kind, way=way, current=close[current], following=close[following], amount=close[amount]
            )
        )
    table = pd.concat(rows)
    table["amount_share"] = table.amount / table.revenue_n
    return table.sort_values(
        ["revenue_n", "name", "amount"], ascending=[False, True, True], kind="stable"
    ).rename_axis("customer_id")


def _findings(
    portfolio: Portfolio,
    clients: pd.DataFrame,
    coming: pd.DataFrame,
    near: pd.DataFrame,
    no_amounts: Unknown | None,
    no_stage: Unknown | None,
) -> list[Finding]:
    missing = portfolio.no_days
    soon = clients.index[:0]
    if missing is None:
        soon = coming.index[coming.days_left <= portfolio.thresholds.segments.near_days]
    every = soon.union(near.index)
    kinds = {kind: near.index[near.kind == kind].nunique() if len(near) else 0 for kind in ("class", "stage")}
    better = 0
    if missing is None:
        better = int((clients.segment.notna() & (clients.segment != clients.segment_if_order)).sum())
    values: tuple[int | float | Unknown, ...] = (
        missing or no_amounts or len(every),
        missing or no_amounts or float(clients.revenue_n[every].sum()),
        missing or len(soon),
        missing or base(portfolio).reason or float(clients.revenue_n[soon].sum()),
        no_amounts or kinds["class"],
        no_stage or no_amounts or kinds["stage"],
        missing or rfm(portfolio).reason or better,
    )
    return [
        finding(f"tipping.{name}", value, n=len(clients), caveat="caveat.tipping")
        for name, value in zip(NAMES, values, strict=True)
    ]
