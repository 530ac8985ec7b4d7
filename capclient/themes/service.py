"""What serving each client costs: sheets of drivers, exchanges, documents, and pools of costs (4.3, 4.5, F16).

Floor 5. Each unit of work is charged once. A sheet of drivers (``cost_to_serve``) speaks for the clients, activities
and periods of its rows; what it does not name is counted from exchanges, then from documents. An exchange that carries
its own cost is charged that cost and takes nothing from a pool. Hours pay for the exchanges that nothing else has paid
for.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding
from capclient.indicators import cost_to_serve as indicators
from capclient.indicators.cost_to_serve import OUTSIDE
from capclient.portfolio import Portfolio
from capclient.themes.margins import INCOMPLETE, NO_LINES, of
from capclient.themes.once import once
from capclient.themes.service_drivers import drivers_of
from capclient.vocabulary import Unknown

NO_SERVICE = Unknown("missing:cost_to_serve")
FOUND = (
    "cost_to_serve", "cost_to_serve_rate", "service_outside", "unused_capacity", "unused_capacity_share",
    "overused_activities", "high_service_customers", "high_service_cost",
)  # fmt: skip
INPUTS = ("invoice_lines", "cost_to_serve", "interactions", "economics")
COLUMNS = (
    "activity", "source", "qty", "unit_cost", "charged", "outside", "unused", "capacity", "over", "pool",
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """``costs``: euros of each client (rows) by activity (columns); ``quantities``: units by activity, costed or not.

    ``customers``: ``cost_to_serve``, ``service_rate``, ``is_high``; ``activities``: one row per activity with where its
    quantities come from (``source``), its unit cost, what it charges and what nobody used. ``ignored``: rows of the
    sheet whose period or quantity cannot be read; ``uncounted``: pools of which no quantity is known. Costs are empty
    when ``reason`` says why; quantities may stand all the same.
    """

    costs: pd.DataFrame
    quantities: pd.DataFrame
    hours: pd.Series
    customers: pd.DataFrame
    activities: pd.DataFrame
    ignored: int
    uncounted: tuple[str, ...]
    reason: Unknown | None
    findings: list[Finding]


@once
def service(portfolio: Portfolio) -> Service:
    """Return what serving the clients of a portfolio costs over N."""
    if not portfolio.has_lines:
        return _nothing(portfolio, NO_LINES, pd.DataFrame(), pd.Series(dtype="float64"))
    drivers, hours, ignored = drivers_of(portfolio)
    index = portfolio.customers.index
    drivers["customer_id"] = drivers.customer_id.where(drivers.customer_id.isin(index), OUTSIDE)
    inside = drivers[drivers.customer_id != OUTSIDE]
    quantities = inside.pivot_table(index="customer_id", columns="activity", values="qty", aggfunc="sum")
    quantities = quantities.reindex(index, fill_value=0.0).fillna(0.0)
    own = hours.groupby(level=0).sum().reindex(index, fill_value=0.0)
    if not portfolio.is_complete(portfolio.windows.n):
        return _nothing(portfolio, INCOMPLETE, quantities, own)
    costs, activities, uncounted = _charged(portfolio, drivers)
    if activities.empty or not activities.charged.notna().any():
        reason = Unknown("missing:interactions") if uncounted else NO_SERVICE
        return _nothing(portfolio, reason, quantities, own, ignored=ignored, uncounted=uncounted)
    table = costs.drop(index=OUTSIDE, errors="ignore").reindex(index, fill_value=0.0).fillna(0.0).round(2)
    customers = _customers(portfolio, table)
    return Service(
        costs=table,
        quantities=quantities,
        hours=own,
        customers=customers,
        activities=activities,
        ignored=ignored,
        uncounted=uncounted,
        reason=None,
        findings=_findings(portfolio, customers, activities),
    )


def _charged(
    portfolio: Portfolio, drivers: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Euros by client and activity, one row per activity, and the pools that nothing measures."""
    pools = portfolio.params.economics.cost_pools
    columns: dict[str, pd.Series] = {}
    rows = []
    for activity, part in drivers.groupby("activity"):
        name = str(activity)
        direct, priced = part[part.cost.notna()], part[part.cost.isna() & part.unit_cost.notna()]
        pooled = part[part.cost.isna() & part.unit_cost.isna()]
        euros = [
            direct.set_index("customer_id").cost,
            indicators.priced(priced.qty, priced.unit_cost).set_axis(priced.customer_id),
        ]
        row: dict[str, object] = {"activity": name, "qty": float(part.qty.sum())}
        row["source"] = str(part.source.iloc[0]) if part.source.nunique() == 1 else "several"
        if name in pools and len(pooled):
            used = pooled.groupby("customer_id").qty.sum()
            charged, pool = indicators.charges(used, amount=pools[name].amount, capacity=pools[name].capacity)
            euros.append(charged)
            row |= {key: pool[key] for key in ("unit_cost", "unused", "capacity", "over")}
            row["pool"] = float(pools[name].amount)
        whole = pd.concat(euros)
        if len(whole):
            own = whole.groupby(level=0).sum().round(2)
            columns[name] = own
            row["outside"] = float(own[own.index == OUTSIDE].sum())
            row["charged"] = round(float(own.sum()) - float(row["outside"]), 2)  # type: ignore[arg-type]
            if "unit_cost" not in row and row["qty"]:
                row["unit_cost"] = float(own.sum()) / float(row["qty"])  # type: ignore[arg-type]
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        ["charged", "activity"], ascending=[False, True], ignore_index=True
    )
    measured = set(table.activity[table.pool.notna()])
    return pd.DataFrame(columns), table, tuple(sorted(set(pools) - measured - set(table.activity)))


def _customers(portfolio: Portfolio, costs: pd.DataFrame) -> pd.DataFrame:
    frame = portfolio.customers
    table = frame[["name", "salesperson", "revenue_n"]].copy()
    table["cost_to_serve"] = costs.sum(axis=1).round(2)
    rates = indicators.service_rates(
        frame.revenue_n, table.cost_to_serve, high=portfolio.thresholds.profitability.service_rate
    )
    table["service_rate"] = rates.rate
    table["is_high"] = rates.is_high & ~frame.is_pool
    named = costs.columns.to_series()
    table["first_activity"] = costs.idxmax(axis=1).where(costs.max(axis=1) > 0) if len(named) else None
    return table


def _findings(portfolio: Portfolio, customers: pd.DataFrame, activities: pd.DataFrame) -> list[Finding]:
    cost = round(float(customers.cost_to_serve.sum()), 2)
    pooled = activities[activities.pool.notna()]
    pool, unused = float(pooled.pool.sum()), round(float(pooled.unused.sum()), 2)
    no_pool = Unknown("missing:cost_pools")
    high = customers[customers.is_high]
    values: dict[str, object] = {
        "cost_to_serve": cost,
        "cost_to_serve_rate": indicators.total_rate(portfolio.total_revenue(portfolio.windows.n), cost),
        "service_outside": float(activities.outside.sum()),
        "unused_capacity": unused if len(pooled) else no_pool,
        "unused_capacity_share": unused / pool if pool > 0 else no_pool,
        "overused_activities": int((pooled.over > 0).sum()) if len(pooled) else no_pool,
        "high_service_customers": len(high),
        "high_service_cost": float(high.cost_to_serve.sum()),
    }
    served = int((customers.cost_to_serve > 0).sum())
    caveats = {"unused_capacity": "caveat.unused_capacity"} if unused else {}
    return [
        of(portfolio, name, values[name], n=served, caveat=caveats.get(name), inputs=INPUTS) for name in FOUND
    ]


def _nothing(
    portfolio: Portfolio,
    reason: Unknown,
    quantities: pd.DataFrame,
    hours: pd.Series,
    *,
    ignored: int = 0,
    uncounted: tuple[str, ...] = (),
) -> Service:
    found = [of(portfolio, name, reason, inputs=INPUTS) for name in FOUND]
    none = pd.DataFrame()
    return Service(none, quantities, hours, none, none, ignored, uncounted, reason, found)
