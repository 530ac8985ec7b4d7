"""What is declared of clients, when and by whom, and where the figures say otherwise (3.16).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import operations
from capclient.findings import Finding, finding
from capclient.indicators.declared import CRITERIA, FREE, contradictions, declared_counts
from capclient.periods import rolling
from capclient.portfolio import Portfolio
from capclient.schema import TABLES
from capclient.themes.activity import activity
from capclient.themes.once import once
from capclient.themes.wallet import wallet
from capclient.vocabulary import Unknown

NAMES = ("described_customers", "completeness", "contradictory_customers", "failing_revenue_share")
# Capabilities of the register that the criteria answer: rows of ``evidence`` that name them date the grid.
CAPABILITIES = {
    "D03": "relation_type", "D04": "service_need", "D05": "decision_criteria", "D06": "wallet_level",
    "D08": "potential_level", "D09": "ease", "D10": "outlook", "D11": "rd_collab", "D12": "learning",
}  # fmt: skip


@dataclass(frozen=True)
class Declared:
    """``grid``: clients and revenue by declared level. ``customers``: what is declared of each client described.

    ``contradictions``: what is declared and what the figures deny. ``said``: who answers for the grid and since when
    (``owner``, ``date``), from the table ``evidence``; empty when nobody signed it.
    """

    customers: pd.DataFrame
    grid: pd.DataFrame
    contradictions: pd.DataFrame
    said: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


def scales() -> dict[str, tuple[str, ...]]:
    """Return the levels of each criterion, in the order of its scale."""
    sheet = TABLES["customers"]
    return {name: tuple(code for code, _ in sheet.column(name).words) for name in CRITERIA}


@once
def declared(portfolio: Portfolio) -> Declared:
    """Return the declared grid of a portfolio at D."""
    frame = portfolio.customers
    sheet = portfolio.table("customers").set_index("customer_id")
    sheet = sheet[~sheet.index.duplicated()].reindex(frame.index, columns=[*CRITERIA, *FREE])
    counted = sheet[~frame.is_pool]
    described = counted.notna().any(axis=1)
    reason = None if described.any() else Unknown("missing:declared")
    if not portfolio.has_lines:
        reason = Unknown("missing:invoice_lines")
    if reason is not None:
        nothing = pd.DataFrame()
        found = [_finding(portfolio, name, reason) for name in NAMES]
        return Declared(nothing, nothing, nothing, nothing, reason, found)
    against = _contradictions(portfolio, counted)
    mine = counted[described].join(frame[["name", "salesperson", "revenue_n"]])
    largest = mine.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    living = counted[frame.revenue_n.reindex(counted.index) > 0]
    return Declared(
        customers=largest,
        grid=declared_counts(living, frame.revenue_n.reindex(living.index), scales=scales()),
        contradictions=against,
        said=_said(portfolio),
        reason=None,
        findings=_findings(portfolio, int(described.sum()), living, against),
    )


def _contradictions(portfolio: Portfolio, sheet: pd.DataFrame) -> pd.DataFrame:
    frame, limits = portfolio.customers, portfolio.thresholds.declared
    year = rolling(portfolio.as_of)
    rows = portfolio.ledger.frame(operations.PERIOD_REVENUE, [year.start, year.end])
    orders = rows.dropna(subset="customer_id").set_index("customer_id").orders
    bought = wallet(portfolio).customers
    signs = pd.DataFrame(
        {
            "relation_type": sheet.relation_type,
            "wallet_level": sheet.wallet_level,
            # on an incomplete year, few orders prove nothing
            "orders_12m": orders.reindex(sheet.index, fill_value=0) if portfolio.is_complete(year) else None,
            "risk_score": activity(portfolio).customers.risk_score.reindex(sheet.index),
            "wallet_share": bought.wallet_share.reindex(sheet.index) if len(bought) else None,
        },
        index=sheet.index,
    )
    found = contradictions(
        signs,
        orders=limits.recurring_orders,
        risk=limits.endangered_risk,
        share=limits.large_share,
    )
    return found.join(frame[["name", "salesperson", "revenue_n"]]).rename_axis("customer_id")


def _said(portfolio: Portfolio) -> pd.DataFrame:
    """Rows of the evidence that name a criterion of the grid and bear an owner or a date, on or before D."""
    table = portfolio.table("evidence")
    mine = table[table.capability.isin(CAPABILITIES) & table[["owner", "date"]].notna().any(axis=1)]
    days = pd.to_datetime(mine.date)
    mine = mine.assign(date=days)[days.isna() | (days <= pd.Timestamp(portfolio.as_of))]
    return mine[["capability", "owner", "date"]].sort_values("capability").reset_index(drop=True)


def _findings(
    portfolio: Portfolio, described: int, living: pd.DataFrame, against: pd.DataFrame
) -> list[Finding]:
    ordinal = living[list(CRITERIA)].notna()
    revenue = portfolio.customers.revenue_n.reindex(living.index)
    told = living.outlook.notna()
    failing = float(revenue[living.outlook.eq("failure").fillna(False)].sum())
    total = portfolio.total_revenue(portfolio.windows.n)
    share: float | Unknown = failing / total if total > 0 else Unknown("denominator_zero")
    if not told.any():
        share = Unknown("missing:outlook")
    elif not portfolio.is_complete(portfolio.windows.n):
        share = Unknown("period_incomplete")
    filled: float | Unknown = float(ordinal.to_numpy().mean()) if len(living) else Unknown("denominator_zero")
    if len(living) and not ordinal.to_numpy().any():
        filled = Unknown("missing:declared")  # cells that nobody filled in declare no rate of nothing
    values = (described, filled, int(against.index.nunique()), share)
    caveats = (None, None, None, None if told.all() else "caveat.failing_least")
    return [
        _finding(portfolio, name, value, caveat=caveat)
        for name, value, caveat in zip(NAMES, values, caveats, strict=True)
    ]


def _finding(portfolio: Portfolio, name: str, value: object, caveat: str | None = None) -> Finding:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    inputs = ("invoice_lines", "customers")
    return finding(f"declared.{name}", value, period=period, caveat=caveat, inputs=inputs)  # type: ignore[arg-type]
