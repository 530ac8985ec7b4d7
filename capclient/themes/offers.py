"""Young offers, contracts with several institutions, the matrix of Ansoff a year apart (12.6, 12.7, C06 to C08).

Floor 5. Its findings bear the group ``prospecting`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from capclient.engine import prospecting as engine
from capclient.findings import Finding, Value, finding
from capclient.indicators.contracts_signed import initial_activity, multi_institution_share
from capclient.indicators.exact import cents
from capclient.indicators.new_activity import new_offer_share, won_on_new
from capclient.indicators.retention import share_of
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.breakdown import OBSERVED_MONTHS, breakdown
from capclient.themes.newcomers import newcomers
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.vocabulary import Unknown

YOUNG = ("new_activity_share", "new_activity_revenue", "new_product_share", "new_customers_on_new_share")
SIGNED = (
    "multi_institution_share", "multi_institution_contracts", "multi_institution_revenue", "initial_revenue",
)  # fmt: skip


@dataclass(frozen=True)
class Offers:
    """``dimension``: what the lines call an offer (activity, else family, else product). ``young``: its offers first
    sold less than 36 months before D, largest first, or why there are none to name. ``contracts``: new contracts with
    several institutions, or why. ``ansoff``: revenue by quadrant with ``revenue_n1``, ``share_n1`` and
    ``share_change`` (missing when N-1 is not known), or why.
    """

    dimension: str
    young: pd.DataFrame | Unknown
    contracts: pd.DataFrame | Unknown
    ansoff: pd.DataFrame | Unknown
    findings: list[Finding]


@once
def offers(portfolio: Portfolio) -> Offers:
    """Return what is new in what the company sells."""
    carried = _carried(portfolio)
    dimension = next((name for name in engine.DIMENSIONS if carried.get(name)), "")
    young, found = _young(portfolio, dimension, bool(carried.get("product")))
    contracts, signed = _contracts(portfolio, bool(carried.get("contract_id")))
    return Offers(dimension, young, contracts, _ansoff(portfolio), [*found, *signed])


def _carried(portfolio: Portfolio) -> dict[str, bool]:
    if not portfolio.has_lines:
        return {}
    row = portfolio.ledger.frame(engine.CARRIED).iloc[0]
    return {str(name): bool(value) for name, value in row.items()}


def _young(
    portfolio: Portfolio, dimension: str, has_product: bool
) -> tuple[pd.DataFrame | Unknown, list[Finding]]:
    period, months = portfolio.windows.n, portfolio.thresholds.prospecting.new_months
    reason, caveat = _observed(portfolio, period, months)
    if reason is None and not dimension:
        reason = Unknown("missing:activity")
    if reason is not None:
        return reason, [_finding(portfolio, name, reason) for name in YOUNG]
    new_from = shifted(period.end, -months) + timedelta(days=1)
    named = {"start": period.start, "end": period.end, "new_from": new_from}
    cells = _cells(portfolio, dimension, named)
    products = _cells(portfolio, "product", named) if has_product else None
    fresh = newcomers(portfolio)
    on_new = fresh.reason or share_of(won_on_new(cells, set(fresh.clients.index)), len(fresh.clients))
    is_new = cells.is_new.astype("boolean").fillna(False).astype(bool)
    values: dict[str, Value | Unknown] = {
        "new_activity_share": new_offer_share(cells),
        "new_activity_revenue": int(cents(cells.revenue)[is_new].sum()) / 100,
        "new_product_share": Unknown("missing:product") if products is None else new_offer_share(products),
        "new_customers_on_new_share": on_new,
    }
    rows = portfolio.ledger.frame(engine.young_offers(dimension), named)
    rows = rows.assign(revenue=euros(rows.revenue), first_day=pd.to_datetime(rows.first_sold))
    return rows, [_finding(portfolio, name, value, caveat=caveat) for name, value in values.items()]


def _observed(portfolio: Portfolio, period: Period, months: int) -> tuple[Unknown | None, str | None]:
    """Why nobody can say what is new; or the caveat of a history that is only just long enough.

    Without the months that count as new, everything would be; with no month before them, what is rarely sold would be.
    """
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines"), None
    if not portfolio.is_complete(period):
        return Unknown("period_incomplete"), None
    start = shifted(period.end, -months) + timedelta(days=1)
    if not portfolio.is_complete(Period(start, period.end)):
        return Unknown("history_short"), None
    if portfolio.coverage.first >= start:  # the history begins with the months that count as new
        return Unknown("history_short"), None
    known = shifted(period.end, -months - OBSERVED_MONTHS) + timedelta(days=1)
    long = portfolio.is_complete(Period(known, period.end))
    return None, None if long else "caveat.new_offer_short"


def _cells(portfolio: Portfolio, dimension: str, named: dict[str, Any]) -> pd.DataFrame:
    cells = portfolio.ledger.frame(engine.young_cells(dimension), named)
    return cells.assign(revenue=euros(cells.revenue))


def _contracts(portfolio: Portfolio, has_contract: bool) -> tuple[pd.DataFrame | Unknown, list[Finding]]:
    reason, table = _no_contracts(portfolio, has_contract), portfolio.table("contracts")
    if reason is not None:
        return reason, [_finding(portfolio, name, reason, contracts=True) for name in SIGNED]
    period, limits = portfolio.windows.n, portfolio.thresholds.prospecting
    table = table.drop_duplicates("contract_id").set_index("contract_id")
    lines = portfolio.ledger.frame(engine.CONTRACT_LINES, {"start": period.start, "end": period.end})
    lines = lines.assign(revenue=euros(lines.revenue))
    initial = portfolio.params.activities.initial
    lines["is_initial"] = initial_activity(lines, table.is_initial_activity, activities=initial)
    start = pd.to_datetime(table.start)
    new = start.ge(pd.Timestamp(period.start)) & start.le(pd.Timestamp(period.end))
    several = table.n_institutions.astype("float64").ge(limits.institutions)
    renewal = table.index.isin(table.renewed_by.dropna())  # the next term of an old contract is no new one
    signed = table[new & several & ~renewal]
    billed = lines.groupby("contract_id").revenue.sum()
    signed = signed.assign(
        revenue=billed.reindex(signed.index).fillna(0.0).round(2),
        name=signed.customer_id.map(portfolio.customers.name).fillna(signed.customer_id),
        first_day=start.reindex(signed.index),
    )
    share = multi_institution_share(lines, set(signed.index), coverage=limits.activity_coverage)
    whole = lines[lines.is_initial.fillna(False).astype(bool)]
    known = not isinstance(share, Unknown) or share.reason == "denominator_zero"
    values: dict[str, Value | Unknown] = {
        "multi_institution_share": share,
        "multi_institution_contracts": len(signed),
        "multi_institution_revenue": float(signed.revenue.sum()),
        "initial_revenue": int(cents(whole.revenue).sum()) / 100 if known else share,
    }
    untold = cents(lines.revenue)[lines.is_initial.isna()].ne(0).any()
    caveat = "caveat.initial_least" if untold else None
    order = signed.sort_values("revenue", ascending=False, kind="stable").reset_index()
    return order, [
        _finding(portfolio, name, value, contracts=True, caveat=caveat if name in SIGNED[::3] else None)
        for name, value in values.items()
    ]


def _no_contracts(portfolio: Portfolio, has_contract: bool) -> Unknown | None:
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    table = portfolio.table("contracts")
    if table.empty:
        return Unknown("missing:contracts")
    if table.n_institutions.isna().all():
        return Unknown("missing:n_institutions")
    if table.start.isna().all():
        return Unknown("missing:contract_start")
    if not has_contract:
        return Unknown("missing:contract_id")
    return None if portfolio.is_complete(portfolio.windows.n) else Unknown("period_incomplete")


def _ansoff(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """The matrix of the concentration chapter (1.11), beside that of a year ago."""
    now = breakdown(portfolio).ansoff
    if isinstance(now, Unknown):
        return now
    past = breakdown(seen_at(portfolio, shifted(portfolio.as_of, -12))).ansoff
    if isinstance(past, Unknown):
        past = now * float("nan")
    table = now.assign(revenue_n1=past.revenue, share_n1=past.share)
    return table.assign(share_change=table.share - table.share_n1)


def _finding(
    portfolio: Portfolio,
    name: str,
    value: Value | Unknown,
    *,
    contracts: bool = False,
    caveat: str | None = None,
) -> Finding:
    inputs = ("invoice_lines", "contracts") if contracts else ("invoice_lines",)
    period = portfolio.windows.n
    return finding(f"prospecting.{name}", value, period=period, inputs=inputs, caveat=caveat)
