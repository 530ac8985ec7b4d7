"""What decides on each client, side by side: value, risk, potential, margin, cost, price, credit, deadlines (13).

Floor 5. One row a client; what a source lacks stays missing, and the rules that need it stay silent.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.decisions.decided import decided
from capclient.indicators.alert_dates import due_deadlines
from capclient.indicators.concentration import abc_classes
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.effort import effort
from capclient.themes.erosion import erosion
from capclient.themes.events import events
from capclient.themes.lateness import lateness
from capclient.themes.lifecycle import lifecycle
from capclient.themes.net_margin import net_margin
from capclient.themes.once import once
from capclient.themes.origins import contracts_on
from capclient.themes.pricing import pricing
from capclient.themes.wallet import wallet
from capclient.vocabulary import ABC, Unknown

FAR = 1200  # months: whatever the day


@dataclass(frozen=True)
class Facts:
    """``clients``: the columns that rules, stakes and alerts read, pooled codes left out.

    ``basis``: what value is: ``net`` or ``gross`` margin, else ``revenue``. ``median_revenue``: euros of N of the
    active client in the middle. ``reason``: why nothing can be decided.
    """

    clients: pd.DataFrame
    basis: str
    median_revenue: float
    reason: Unknown | None


@once
def facts(portfolio: Portfolio) -> Facts:
    """Return what is known of each client at D."""
    reason = portfolio.no_days or (
        None if portfolio.is_complete(portfolio.windows.n) else Unknown("period_incomplete")
    )
    if reason is not None:
        return Facts(pd.DataFrame(), "revenue", 0.0, reason)
    frame = portfolio.customers[~portfolio.customers.is_pool]
    net, spent = net_margin(portfolio), effort(portfolio)
    basis = "revenue" if net.reason is not None else net.basis
    known = frame[["name", "segment", "sector", "salesperson", "revenue_n", "revenue_n1", "best_12m"]].copy()
    known = known.rename(columns={"revenue_n": "revenue", "revenue_n1": "revenue_before"})
    known["last_purchase"] = frame.last_purchase
    for name in (
        "group_id",
        "learning",
        "rd_collab",
        "relation_type",
    ):  # why a weak client may be worth keeping
        known[name] = frame.get(name)
    known["stage"] = lifecycle(portfolio).customers.stage.reindex(known.index)
    states = activity(portfolio).customers.reindex(known.index)
    known["state"], known["risk"] = states.state, states.risk_score.astype("float64")
    known["insolvent"] = pd.to_datetime(frame.insolvency_date) <= pd.Timestamp(portfolio.as_of)
    known["broken"] = decided(portfolio).clients.decision.reindex(known.index).eq("stop")  # people decided so
    known["deadline"] = deadlines(portfolio).reindex(known.index)
    near = deadlines(portfolio, portfolio.thresholds.actions.tender_months).index
    known["tender"] = known.index.isin(near) if portfolio.has("contracts") else None
    known["claim_open"] = open_major_claims(portfolio).reindex(known.index)
    known = known.join(_money(portfolio, known, basis))
    known["price_index"] = pricing(portfolio).customers.price_index.reindex(known.index)
    fallen = erosion(portfolio).customers
    known["erosion"] = fallen.rate_change.reindex(known.index) if len(fallen) else float("nan")
    spending = (
        spent.customers.reindex(known.index) if len(spent.customers) else pd.DataFrame(index=known.index)
    )
    for name in ("visits", "potential_class"):
        known[name] = spending.get(name)
    if not portfolio.has("interactions"):
        known["visits"] = None  # nobody wrote them down: that is not none
    paying = lateness(portfolio)
    known["payment_grade"] = (
        paying.customers.payment_grade.reindex(known.index) if paying.reason is None else None
    )
    wallets = wallet(portfolio)
    for name in ("potential", "potential_source", "wallet_share"):
        known[name] = wallets.customers[name].reindex(known.index) if wallets.reason is None else None
    full = known.wallet_share.astype("float64") > float(portfolio.thresholds.actions.low_wallet)
    full &= known.potential_class.ne(
        "high"
    )  # high comes first: the half of its purchases, or somebody who knows
    known["potential_class"] = known.potential_class.mask(full, "low")  # little is left to win there
    bought = known.revenue[known.revenue > 0]
    return Facts(known, basis, float(bought.median()) if len(bought) else 0.0, None)


def deadlines(portfolio: Portfolio, months: int = FAR) -> pd.Series:
    """Return the first tender, notice or end of each client's contracts up to so many months ahead.

    Those of the alerts: overdue ones stay until something resolves them, a tender that won the contract is over.
    """
    told = due_deadlines(contracts_on(portfolio, portfolio.as_of), as_of=portfolio.as_of, months=months)
    return told.groupby("customer_id").deadline.min()


def open_major_claims(portfolio: Portfolio) -> pd.Series:
    """Tell which clients have a major claim that is still open at D; missing when claims are not recorded."""
    table = events(portfolio)
    claims = table[table.type.eq("claim")]
    if claims.empty:
        return pd.Series(dtype="boolean")
    day = pd.Timestamp(portfolio.as_of)
    major = claims.severity.eq("major") & ~(claims.closed <= day)
    held = major.groupby(claims.customer_id).any().astype("boolean")
    return held.reindex(portfolio.customers.index, fill_value=False)


def _money(portfolio: Portfolio, known: pd.DataFrame, basis: str) -> pd.DataFrame:
    """Margins, cost to serve and class of value; revenue stands for value where no margin is known."""
    names = ["margin", "margin_rate", "gross_margin_rate", "net_rate", "cost_to_serve", "service_rate"]
    table = pd.DataFrame(float("nan"), index=known.index, columns=names)
    if basis == "revenue":
        value = known.revenue
    else:
        own = net_margin(portfolio).customers.reindex(known.index)
        for name in ("margin", "margin_rate", "gross_margin_rate"):
            table[name] = own[name]
        if basis == "net":
            table["net_rate"] = own.net_margin_rate
            table["cost_to_serve"], table["service_rate"] = own.cost_to_serve, own.service_rate
        # what serving costs only takes away: a gross rate under the target proves the net one under it
        target = float(portfolio.thresholds.actions.target_net_rate)
        gross = own.gross_margin_rate
        table["net_rate"] = table.net_rate.fillna(gross.where(gross < target))
        value = own.margin
    classed = abc_classes(value.fillna(0.0), limits=portfolio.thresholds.concentration.abc).abc_class
    buys = (known.revenue > 0) & value.notna()
    table["value"] = value
    table["value_class"] = classed.where(classed.notna() | ~buys, ABC[-1])  # a negative margin is worth least
    table["service_high"] = _service_high(portfolio, table)
    return table


def _service_high(portfolio: Portfolio, table: pd.DataFrame) -> pd.Series:
    """Tell who costs much to serve: more than three quarters of its class of value, and than the company's limit."""
    rates = table.service_rate
    quantile = float(portfolio.thresholds.actions.service_quantile)
    usual = rates.groupby(table.value_class).transform(lambda mine: mine.quantile(quantile))
    usual = usual.reindex(rates.index)  # nobody has a class where nobody buys
    least = float(portfolio.thresholds.profitability.service_rate)
    high = (rates > usual) & (rates > least)
    return high.astype("boolean").mask(rates.isna())
