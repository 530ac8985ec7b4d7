"""The evaluation grid: ten criteria by client, where each answer comes from, and what the blanks leave open (D03-D21).

Floor 5. Every active client of N stands in it once. Figures that measure win over declarations; figures that only
suggest fill blanks and raise questions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from capclient.findings import Finding
from capclient.indicators.grid import (
    DECLARED,
    ESTIMATED,
    REAL,
    chosen_levels,
    disagreements,
    grid_marks,
    level_points,
    rank_quarters,
    rank_sensitivity,
    reasons_to_buy,
)
from capclient.indicators.grid_proposals import proposed_outlooks, proposed_potentials, proposed_relations
from capclient.params_grid import POINTS
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.declared import CAPABILITIES, declared
from capclient.themes.grid_sheet import grid_reason, grid_sheet, own
from capclient.themes.market import market_growth
from capclient.themes.net_margin import net_margin
from capclient.themes.once import once
from capclient.themes.pricing import pricing
from capclient.themes.wallet import wallet
from capclient.vocabulary import Unknown

REASONED = "decision_criteria"
MARKED = ("answered_share", "judged_customers", "low", "high", "rank_sensitivity")
SOURCED = ("real_share", "declared_share", "estimated_share")
DOUBTED = ("disagreement_customers", "stale_customers", "price_driven_share")
NAMES = (*MARKED, *SOURCED, *DOUBTED)


@dataclass(frozen=True)
class Grid:
    """``clients``: active clients of N, the largest first: ``name salesperson revenue_n low high middle answered
    quarter said_on said_by is_stale``. ``levels`` and ``sources``: level kept by criterion, and where it comes from
    (``real``, ``declared``, ``estimated``). ``criteria``: weight, answers and rank sensitivity by criterion.

    ``differences``: declarations that figures deny. ``reasons``: what clients decide on, with prices and risk.
    """

    clients: pd.DataFrame
    levels: pd.DataFrame
    sources: pd.DataFrame
    criteria: pd.DataFrame
    differences: pd.DataFrame
    reasons: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def grid(portfolio: Portfolio) -> Grid:
    """Return the evaluation grid of a portfolio at D."""
    known = grid_sheet(portfolio)
    reason = grid_reason(portfolio)
    if reason is None and known.clients.empty:
        reason = Unknown("denominator_zero")
    if reason is not None:
        none = pd.DataFrame()
        found = [own(portfolio, name, reason) for name in NAMES]
        return Grid(none, none, none, none, none, none, reason, [*known.findings, *found])
    clients = known.clients[["name", "salesperson", "revenue_n"]].copy()
    sheet = _sheet(portfolio, clients.index)
    said = sheet[list(POINTS)]
    real, guessed = _real(portfolio, clients), _estimated(portfolio, clients, said)
    levels, sources = chosen_levels(said, real, guessed)
    own_grid = portfolio.params.grid
    weights, points = own_grid.all_weights(), own_grid.all_points()
    answers = level_points(levels, points)
    clients = clients.join(grid_marks(answers, weights, points))
    clients["quarter"] = rank_quarters(clients.middle)
    clients = clients.join(_signed(portfolio, sheet))
    order = clients.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable").index
    moved = rank_sensitivity(answers, weights, points, change=portfolio.thresholds.score.sensitivity)
    criteria = _criteria(weights, sources).join(moved)
    scales = {name: tuple(levels) for name, levels in POINTS.items() if name != REASONED}
    against = disagreements(said, real, guessed, scales=scales).join(
        clients[["name", "salesperson", "revenue_n"]]
    )
    against = against.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    reasons = _reasons(portfolio, clients, said[REASONED])
    return Grid(
        clients.loc[order], levels.loc[order], sources.loc[order], criteria,
        against.rename_axis("customer_id"), reasons, None,
        [*known.findings, *_findings(portfolio, clients, sources, criteria, against, said)],
    )  # fmt: skip


def _sheet(portfolio: Portfolio, index: pd.Index) -> pd.DataFrame:
    """What is declared of each client, as known at D: a grid signed later says nothing yet."""
    table = portfolio.table("customers").set_index("customer_id")
    table = table[~table.index.duplicated()].reindex(index)
    signed = pd.to_datetime(table.grid_date)
    names = [name for name in POINTS if name != REASONED]
    sheet = table[names].astype("object")
    sheet = sheet.where(sheet.notna(), None)
    sheet[REASONED] = [";".join(reasons_to_buy(words)) or None for words in table[REASONED]]
    sheet = sheet[list(POINTS)]
    sheet.loc[signed > pd.Timestamp(portfolio.as_of), list(POINTS)] = None
    sheet["grid_date"] = signed.where(signed <= pd.Timestamp(portfolio.as_of))
    sheet["grid_author"] = table.grid_author.where(sheet.grid_date.notna() | signed.isna())
    return sheet


def _real(portfolio: Portfolio, clients: pd.DataFrame) -> pd.DataFrame:
    """What the figures measure: margin once served, our part of known purchases, what is left of them, insolvency."""
    table = pd.DataFrame(index=clients.index)
    earned, bought = net_margin(portfolio), wallet(portfolio)
    if len(earned.customers) and earned.basis == "net":
        table["profitability_level"] = earned.customers.level.reindex(table.index)
    if bought.wallet_reason is None:
        known = bought.customers.reindex(table.index)
        table["wallet_level"] = known.wallet_class
        room = known.potential.where(known.potential_source.eq("wallet") & ~known.is_over.eq(True))
        table["potential_level"] = _potentials(portfolio, room, clients, known.wallet_class.eq("large"))
    ended = pd.to_datetime(portfolio.customers.insolvency_date).reindex(table.index)
    failed = ended <= pd.Timestamp(portfolio.as_of)
    table["outlook"] = pd.Series("failure", index=table.index).where(failed)
    return table


def _estimated(portfolio: Portfolio, clients: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """What the figures suggest: the relation from behaviour, gross margins, peers, the market of each client."""
    limits, frame = portfolio.thresholds, portfolio.customers.reindex(clients.index)
    table = pd.DataFrame(index=clients.index)
    states = activity(portfolio).customers.reindex(table.index)
    signs = pd.DataFrame({
        "orders_12m": frame.orders_n, "risk_score": states.risk_score, "state": states.state,
        "contract": _under_contract(portfolio, table.index), "rd_collab": said.rd_collab,
    })  # fmt: skip
    if portfolio.no_days is None:
        table["relation_type"] = proposed_relations(
            signs, orders=limits.declared.recurring_orders, risk=limits.activity.risk_high
        )
    earned, bought = net_margin(portfolio), wallet(portfolio)
    if len(earned.customers) and earned.basis == "gross":
        table["profitability_level"] = earned.customers.level.reindex(table.index)
    if bought.reason is None and bought.proxy_reason is None:
        known = bought.customers.reindex(table.index)
        peers = known.potential.where(known.potential_source.notna() & known.potential_source.ne("wallet"))
        table["potential_level"] = _potentials(portfolio, peers, clients)
    growth = market_growth(portfolio)[0]
    table["outlook"] = proposed_outlooks(growth, table.index, flat=limits.market.flat_market)
    return table


def _potentials(
    portfolio: Portfolio, potential: pd.Series, clients: pd.DataFrame, full: pd.Series | None = None
) -> pd.Series:
    limits = portfolio.thresholds.profitability
    return proposed_potentials(
        potential, clients.revenue_n, full=full, high=limits.high_potential, low=limits.low_potential
    )


def _under_contract(portfolio: Portfolio, index: pd.Index) -> pd.Series:
    contracts, day = portfolio.table("contracts"), pd.Timestamp(portfolio.as_of)
    start, end = pd.to_datetime(contracts.start), pd.to_datetime(contracts.end)
    running = contracts.customer_id[~(start > day) & ~(end < day)]
    return pd.Series(index.isin(running), index=index)


def _signed(portfolio: Portfolio, sheet: pd.DataFrame) -> pd.DataFrame:
    """Who declared and when: the sheet of the client, else the evidence that signs the whole grid (latest date)."""
    table = pd.DataFrame({"said_on": sheet.grid_date, "said_by": sheet.grid_author})
    rows = declared(portfolio).said
    described = sheet[list(POINTS)].notna().any(axis=1)
    if len(rows) and rows.capability.isin(CAPABILITIES).any():
        last = rows.sort_values(["date", "owner"], na_position="first").iloc[-1]
        blank = table.said_on.isna() & table.said_by.isna() & described
        table["said_on"] = table.said_on.mask(blank, last.date)
        table["said_by"] = table.said_by.mask(blank, last.owner)
    limit = pd.Timestamp(shifted(portfolio.as_of, -portfolio.thresholds.score.stale_months))
    table["is_stale"] = described & (pd.to_datetime(table.said_on) <= limit)
    return table.where(described, other=None).astype({"is_stale": "boolean"})


def _criteria(weights: Mapping[str, Decimal], sources: pd.DataFrame) -> pd.DataFrame:
    """Weight of each criterion, clients answered for, and by which source."""
    rows = {
        name: [float(weights[name]), int(sources[name].notna().sum())]
        + [int(sources[name].eq(source).sum()) for source in (REAL, DECLARED, ESTIMATED)]
        for name in POINTS
    }
    names = ["weight", "customers", REAL, DECLARED, ESTIMATED]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("criterion")


def _reasons(portfolio: Portfolio, clients: pd.DataFrame, said: pd.Series) -> pd.DataFrame:
    """What clients decide on: how many, their revenue, the price they pay and how many are about to leave (D05)."""
    rows = said.dropna().str.split(";").explode()
    columns = ["decision", "customers", "revenue", "price_index", "threatened"]
    if rows.empty:
        return pd.DataFrame(columns=columns)
    risk = activity(portfolio).customers.risk_score.reindex(clients.index).astype("float64")
    table = pd.DataFrame({"decision": rows, "revenue": clients.revenue_n.reindex(rows.index)})
    table["price_index"] = pricing(portfolio).customers.price_index.reindex(rows.index).astype("float64")
    table["threatened"] = (risk >= float(portfolio.thresholds.activity.risk_high)).reindex(rows.index)
    made = table.groupby("decision").agg(
        customers=("revenue", "size"), revenue=("revenue", "sum"), price_index=("price_index", "median"),
        threatened=("threatened", "sum"),
    )  # fmt: skip
    made = made.round({"revenue": 2}).sort_values(["customers", "revenue"], ascending=False, kind="stable")
    return made.reset_index()[columns]


def _findings(
    portfolio: Portfolio, clients: pd.DataFrame, sources: pd.DataFrame, criteria: pd.DataFrame,
    against: pd.DataFrame, said: pd.DataFrame,
) -> list[Finding]:  # fmt: skip
    revenue = clients.revenue_n / float(clients.revenue_n.sum())
    given = sources[[name for name in POINTS if criteria.weight[name] > 0]]
    answers = int(given.notna().to_numpy().sum())
    none = Unknown("denominator_zero")
    described = said.notna().any(axis=1)
    undeclared = None if described.any() else Unknown("missing:declared")
    dated = clients.said_on.notna().any()
    told = said[REASONED].dropna()
    priced = told.str.split(";").map(lambda codes: "price" in codes)
    values: dict[str, object] = {
        "answered_share": float(clients.answered.mean()),
        "judged_customers": int((clients.answered >= 1).sum()),
        "low": float((clients.low * revenue).sum()),
        "high": float((clients.high * revenue).sum()),
        "rank_sensitivity": float(criteria[["less", "more"]].max().max()),
        **{
            f"{source}_share": int((given == source).to_numpy().sum()) / answers if answers else none
            for source in (REAL, DECLARED, ESTIMATED)
        },
        "disagreement_customers": undeclared or int(against.index.nunique()),
        "stale_customers": undeclared
        or (int(clients.is_stale.fillna(False).sum()) if dated else Unknown("missing:grid_date")),
        "price_driven_share": float(priced.mean()) if len(told) else Unknown("missing:decision_criteria"),
    }  # fmt: skip
    counts = {"price_driven_share": len(told)}
    return [own(portfolio, name, values[name], n=counts.get(name, len(clients))) for name in NAMES]
