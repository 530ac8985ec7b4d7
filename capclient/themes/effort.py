"""Visits and hours against what clients bring; the middle of the portfolio that nothing holds (4.7, F17, G10).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding
from capclient.indicators import effort as indicators
from capclient.indicators.concentration import abc_classes
from capclient.portfolio import Portfolio
from capclient.themes.classes import classes
from capclient.themes.margins import INCOMPLETE, NO_LINES, of
from capclient.themes.net_margin import net_margin
from capclient.themes.once import once
from capclient.themes.service import service
from capclient.themes.wallet import wallet
from capclient.vocabulary import ABC, Unknown

CONTACTS = ("visit", "call", "mail", "listening")
VISITED = (
    "visits", "revenue_per_visit", "margin_per_visit", "over_visited_customers", "over_visited_share",
    "under_visited_customers", "misallocated_visits",
)  # fmt: skip
WORKED = ("hours", "margin_per_hour", "misallocated_hours")
HELD = ("unsecured_customers", "unsecured_margin")
INPUTS = ("invoice_lines", "interactions", "customers", "contracts")
CAVEATS = {"net": None, "gross": "caveat.gross_basis", "revenue": "caveat.revenue_basis"}


@dataclass(frozen=True)
class Effort:
    """``customers``: ``visits``, ``hours``, their shares, ``value``, ``value_share``, ``ratio``, ``verdict`` (``over``,
    ``under``, ``fit``), ``visits_beyond`` what the value deserves, their ``beyond_cost`` in euros (missing where no
    visit has a cost) and ``potential_class`` of each client; ``basis``: what value is (``net``, ``gross`` margin or
    ``revenue``).

    ``unsecured``: the clients of the middle of the portfolio that are profitable, promising and poorly secured, or why
    nobody can tell. ``classes``: clients and shares of value, visits and hours of the classes A, B, C of value, and of
    those that bring nothing (``none``). ``reason``: why visits are not compared.
    """

    customers: pd.DataFrame
    unsecured: pd.DataFrame | Unknown
    classes: pd.DataFrame | Unknown
    basis: str
    reason: Unknown | None
    findings: list[Finding]


@once
def effort(portfolio: Portfolio) -> Effort:
    """Return commercial effort against value over N."""
    reason = _reason(portfolio)
    if reason is not None:
        found = [of(portfolio, name, reason, inputs=INPUTS) for name in (*VISITED, *WORKED, *HELD)]
        return Effort(pd.DataFrame(), reason, reason, "revenue", reason, found)
    net = net_margin(portfolio)
    basis = "revenue" if net.reason is not None else net.basis
    table = _customers(portfolio, basis)
    limits = portfolio.thresholds.profitability
    compared = indicators.effort_shares(
        table.visits, table.value, over=limits.over_visited, under=limits.under_visited,
        promising=table.potential_class == "high",
    )  # fmt: skip
    shared = indicators.effort_shares(
        table.hours, table.value, over=limits.over_visited, under=limits.under_visited
    )
    if isinstance(compared, pd.DataFrame):
        table = table.join(compared)
        table["visits_beyond"] = indicators.excess(table.visits, table.value)
        table["beyond_cost"] = (table.visits_beyond * _visit_cost(portfolio, table)).round(2)
    unsecured = _unsecured(portfolio, table, basis)
    caveat = CAVEATS[basis]
    return Effort(
        customers=table,
        unsecured=unsecured,
        classes=_classes(portfolio, table),
        basis=basis,
        reason=compared if isinstance(compared, Unknown) else None,
        findings=[
            *_of_visits(portfolio, table, compared, caveat),
            *_of_hours(portfolio, table, shared, caveat),
            *_of_unsecured(portfolio, unsecured, caveat),
        ],
    )


def _reason(portfolio: Portfolio) -> Unknown | None:
    if not portfolio.has_lines:
        return NO_LINES
    return None if portfolio.is_complete(portfolio.windows.n) else INCOMPLETE


def _customers(portfolio: Portfolio, basis: str) -> pd.DataFrame:
    """Visits, hours and value of the clients that are not pooled codes."""
    frame, served = portfolio.customers, service(portfolio)
    limits = portfolio.thresholds.profitability
    table = frame[["name", "salesperson", "revenue_n"]].copy()
    table["visits"] = served.quantities.get("visit", 0.0)
    table["hours"] = served.hours
    if basis == "revenue":
        table["value"], table["value_rate"] = table.revenue_n, float("nan")
    else:
        own = net_margin(portfolio).customers
        table["value"], table["value_rate"] = own.margin, own.margin_rate
    wallets = wallet(portfolio)
    extra = pd.Series(float("nan"), index=frame.index)
    if wallets.reason is None:
        known = wallets.customers
        extra = known.potential.where(known.potential_source == "wallet")
    declared = classes(portfolio).customers.potential_level.reindex(frame.index)
    table["potential_class"] = indicators.potential_classes(
        extra, table.revenue_n, declared, high=limits.high_potential, low=limits.low_potential
    )
    table["abc_class"] = classes(portfolio).customers.abc_class.reindex(frame.index)
    return table[~frame.is_pool]


def _visit_cost(portfolio: Portfolio, table: pd.DataFrame) -> pd.Series | float:
    """Return what a visit costs: of the service costs (4.3), else of the objectives of each salesperson."""
    served = service(portfolio)
    if served.reason is None:
        own = served.activities.set_index("activity").unit_cost
        if "visit" in own.index and own.loc["visit"] == own.loc["visit"]:
            return float(own.loc["visit"])
    told = portfolio.table("targets")
    if told.empty:
        return float("nan")
    costs = (
        told.dropna(subset="cost_per_visit")
        .drop_duplicates("salesperson")
        .set_index("salesperson")
        .cost_per_visit
    )
    return table.salesperson.map(costs.astype("float64"))


def _classes(portfolio: Portfolio, table: pd.DataFrame) -> pd.DataFrame | Unknown:
    """Shares of value, visits and hours by class of value; who brings nothing and gets nothing is left out."""
    known = table[table.value.notna()]
    spent = known[["visits", "hours"]].sum()
    if float(known.value.sum()) <= 0:
        return Unknown("denominator_zero")
    if not spent.any():
        return Unknown("missing:visits")
    code = abc_classes(known.value, limits=portfolio.thresholds.concentration.abc).abc_class.fillna("none")
    seen = (code != "none") | (known.value < 0) | (known[["visits", "hours"]] > 0).any(axis=1)
    grouped = known[seen].groupby(code[seen])
    shares = grouped[["value", "visits", "hours"]].sum()
    shares = (shares / shares.sum().where(shares.sum() > 0)).add_suffix("_share")
    shares.insert(0, "customers", grouped.size())
    return shares.reindex([name for name in (*ABC, "none") if name in shares.index])


def _of_visits(
    portfolio: Portfolio, table: pd.DataFrame, compared: pd.DataFrame | Unknown, caveat: str | None
) -> list[Finding]:
    if isinstance(compared, Unknown) and compared.reason == "missing:visits":
        return [of(portfolio, name, compared, inputs=INPUTS) for name in VISITED]
    visits = float(table.visits.sum())
    none = compared if isinstance(compared, Unknown) else None
    over = table.verdict == indicators.OVER if none is None else pd.Series(False, index=table.index)
    known = table.potential_class.notna().any()
    values: dict[str, object] = {
        "visits": round(visits),
        "revenue_per_visit": float(table.revenue_n.sum()) / visits,
        "margin_per_visit": float(table.value.sum()) / visits
        if caveat != CAVEATS["revenue"]
        else Unknown("missing:cost"),
        "over_visited_customers": none or int(over.sum()),
        "over_visited_share": none or float(table.visits[over].sum()) / visits,
        "under_visited_customers": none
        or (int((table.verdict == indicators.UNDER).sum()) if known else Unknown("missing:potential_level")),
        "misallocated_visits": none or indicators.misallocated(table.effort_share, table.value_share),
    }
    seen = int((table.visits > 0).sum())
    return [
        of(
            portfolio,
            name,
            values[name],
            n=seen,
            caveat=caveat if name in {"over_visited_customers", "misallocated_visits"} else None,
            inputs=INPUTS,
        )
        for name in VISITED
    ]


def _of_hours(
    portfolio: Portfolio, table: pd.DataFrame, shared: pd.DataFrame | Unknown, caveat: str | None
) -> list[Finding]:
    if isinstance(shared, Unknown) and shared.reason == "missing:visits":
        return [of(portfolio, name, Unknown("missing:hours"), inputs=INPUTS) for name in WORKED]
    hours = float(table.hours.sum())
    values: dict[str, object] = {
        "hours": round(hours),
        "margin_per_hour": float(table.value.sum()) / hours
        if caveat != CAVEATS["revenue"]
        else Unknown("missing:cost"),
        "misallocated_hours": shared
        if isinstance(shared, Unknown)
        else indicators.misallocated(shared.effort_share, shared.value_share),
    }
    seen = int((table.hours > 0).sum())
    return [
        of(portfolio, name, values[name], n=seen, caveat=caveat if name != "hours" else None, inputs=INPUTS)
        for name in WORKED
    ]


def _unsecured(portfolio: Portfolio, table: pd.DataFrame, basis: str) -> pd.DataFrame | Unknown:
    """Clients of class B, at least as profitable as the whole, of high potential, that nothing holds (F17)."""
    if basis == "revenue":
        return net_margin(portfolio).reason or Unknown("missing:cost")
    if not table.potential_class.notna().any():
        return Unknown("missing:potential_level")
    day = pd.Timestamp(portfolio.as_of)
    contract, days = _running(portfolio, table, day), _days_since(portfolio, table, day)
    loose = indicators.poorly_secured(contract, days, days=portfolio.thresholds.profitability.contact_days)
    if isinstance(loose, Unknown):
        return loose
    revenue = portfolio.customers.cost_known_revenue_n.reindex(table.index)
    known = table.value.notna() & (revenue > 0)
    usual = float(table.value[known].sum()) / float(revenue[known].sum()) if known.any() else 0.0
    earns = (table.value > 0) & (table.value_rate >= usual)
    chosen = table[(table.abc_class == "B") & earns & (table.potential_class == "high") & loose]
    chosen = chosen.assign(
        days_since_contact=days.reindex(chosen.index) if days is not None else float("nan")
    )
    return chosen.sort_values(["value", "name"], ascending=[False, True], kind="stable")


def _running(portfolio: Portfolio, table: pd.DataFrame, day: pd.Timestamp) -> pd.Series | None:
    contracts = portfolio.table("contracts")
    if contracts.empty:
        return None
    begun = contracts.start.isna() | (pd.to_datetime(contracts.start) <= day)
    over = pd.to_datetime(contracts.end) < day
    return pd.Series(table.index.isin(contracts.customer_id[begun & ~over]), index=table.index)


def _days_since(portfolio: Portfolio, table: pd.DataFrame, day: pd.Timestamp) -> pd.Series | None:
    talks = portfolio.table("interactions")
    if talks.empty:
        return None
    dates = pd.to_datetime(talks.date)
    seen = talks.type.isin(CONTACTS) & (dates <= day)
    last = dates[seen].groupby(talks.customer_id[seen]).max()
    return (day - last).dt.days.reindex(table.index).astype("float64")


def _of_unsecured(
    portfolio: Portfolio, unsecured: pd.DataFrame | Unknown, caveat: str | None
) -> list[Finding]:
    values: dict[str, object] = {
        "unsecured_customers": unsecured if isinstance(unsecured, Unknown) else len(unsecured),
        "unsecured_margin": unsecured if isinstance(unsecured, Unknown) else float(unsecured.value.sum()),
    }
    return [of(portfolio, name, values[name], caveat=caveat, inputs=INPUTS) for name in HELD]
