"""Revenue in markets that decline, and revenue made together with partners (B09, C05).

Floor 5. Its findings bear the group ``market`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import segments as engine
from capclient.findings import Finding, finding
from capclient.indicators.market import is_declining
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.market import WHOLE, market_table
from capclient.themes.once import once
from capclient.themes.segment_revenue import CLIENT_DIMENSIONS, revenue_by_segment
from capclient.vocabulary import Unknown

DECLINE = ("declining_segments", "declining_revenue", "declining_revenue_share")
SHARED = ("cooperation_contracts", "cooperation_revenue", "cooperation_revenue_share")


@dataclass(frozen=True)
class Exposure:
    """``sectors``: revenue N by sector with what is known of its market. ``cooperations``: contracts with partners.

    Empty when ``sectors_reason`` or ``cooperations_reason`` says why.
    """

    dimension: str
    sectors: pd.DataFrame
    sectors_reason: Unknown | None
    cooperations: pd.DataFrame
    cooperations_reason: Unknown | None
    findings: list[Finding]


@once
def exposure(portfolio: Portfolio) -> Exposure:
    """Return what declines around the company, and what it does with others."""
    dimension, sectors = _sectors(portfolio)
    shared = _cooperations(portfolio)
    return Exposure(
        dimension=dimension,
        sectors=pd.DataFrame() if isinstance(sectors, Unknown) else sectors,
        sectors_reason=sectors if isinstance(sectors, Unknown) else None,
        cooperations=pd.DataFrame() if isinstance(shared, Unknown) else shared,
        cooperations_reason=shared if isinstance(shared, Unknown) else None,
        findings=[*_declining(portfolio, sectors), *_shared(portfolio, shared)],
    )


def _sectors(portfolio: Portfolio) -> tuple[str, pd.DataFrame | Unknown]:
    """Revenue N by sector, else by the first dimension whose markets are known; ``is_declining`` may be missing."""
    if not portfolio.has_lines:
        return "", Unknown("missing:invoice_lines")
    if portfolio.table("market").empty:
        return "", Unknown("missing:market")
    if not portfolio.is_complete(portfolio.windows.n):
        return "", Unknown("period_incomplete")
    table = market_table(portfolio)
    year = portfolio.windows.n.end.year
    # an outlook looks ahead: the latest one that is told counts, the growth is that of the year
    told = table[(table.segment_type != WHOLE) & (table.growth.notna() | table.outlook.notna())]
    kinds = set(told.segment_type)
    every = (*CLIENT_DIMENSIONS, *engine.LINE_DIMENSIONS)
    dimension = next((name for name in every if name in kinds and _is_known(portfolio, name)), "")
    if not dimension:
        return "", Unknown("missing:market_segments")
    mine = told[told.segment_type == dimension]
    growth = mine[mine.year == year].set_index("segment").growth
    outlook = mine[mine.outlook.notna()].sort_values("year").drop_duplicates("segment", keep="last")
    rows = revenue_by_segment(portfolio, dimension)[["revenue_n"]]
    rows = rows.assign(
        market_growth=growth.reindex(rows.index),
        outlook=outlook.set_index("segment").outlook.reindex(rows.index),
    )
    return dimension, rows.assign(is_declining=is_declining(rows.market_growth, rows.outlook))


def _is_known(portfolio: Portfolio, dimension: str) -> bool:
    return dimension in engine.LINE_DIMENSIONS or bool(portfolio.customers[dimension].notna().any())


def _declining(portfolio: Portfolio, sectors: pd.DataFrame | Unknown) -> list[Finding]:
    caveat = None
    if isinstance(sectors, Unknown):
        values: tuple[object, ...] = (sectors,) * 3
    elif sectors.is_declining.isna().all():
        values = (Unknown("missing:market_year"),) * 3
    else:
        total = portfolio.total_revenue(portfolio.windows.n)
        down = sectors[sectors.is_declining.fillna(False).astype(bool)]
        revenue = float(down.revenue_n.sum())
        unknown = float(sectors.revenue_n[sectors.is_declining.isna()].sum())
        caveat = "caveat.declining_least" if unknown > 0 else None
        values = (len(down), revenue, revenue / total if total > 0 else Unknown("denominator_zero"))
    return [
        _finding(portfolio, name, value, ("invoice_lines", "market"), caveat)
        for name, value in zip(DECLINE, values, strict=True)
    ]


def _cooperations(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    contracts = portfolio.table("contracts")
    if contracts.empty:
        return Unknown("missing:contracts")
    if contracts.partners.fillna("").astype("str").str.strip().eq("").all():
        return Unknown("missing:partners")
    year = portfolio.windows.n
    if not portfolio.is_complete(year):
        return Unknown("period_incomplete")
    rows = portfolio.ledger.frame(engine.COOPERATIONS, {"start": year.start, "end": year.end})
    if not int(rows.told.iloc[0]):
        return Unknown("missing:contract_id")
    names = portfolio.customers.name.reindex(rows.customer_id).to_numpy()
    return rows.assign(revenue=euros(rows.revenue), name=names).drop(columns="told")


def _shared(portfolio: Portfolio, rows: pd.DataFrame | Unknown) -> list[Finding]:
    if isinstance(rows, Unknown):
        values: tuple[object, ...] = (rows,) * 3
    else:
        revenue, total = float(rows.revenue.sum()), portfolio.total_revenue(portfolio.windows.n)
        live = int((rows.revenue > 0).sum())
        values = (live, revenue, revenue / total if total > 0 else Unknown("denominator_zero"))
    return [
        _finding(portfolio, name, value, ("invoice_lines", "contracts"))
        for name, value in zip(SHARED, values, strict=True)
    ]


def _finding(
    portfolio: Portfolio, name: str, value: object, inputs: tuple[str, ...], caveat: str | None = None
) -> Finding:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    return finding(f"market.{name}", value, period=period, caveat=caveat, inputs=inputs)  # type: ignore[arg-type]
