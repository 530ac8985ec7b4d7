"""The 360 degree table: one row per client, every theme side by side.

Floor 5. Columns and their order are those of ``customers.parquet``; a column that nothing computes yet is
left out rather than filled with nothing.
"""

from __future__ import annotations

import pandas as pd

from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.client_groups import client_groups
from capclient.themes.cohorts import cohorts
from capclient.themes.concentration import concentration
from capclient.themes.counts import counts
from capclient.themes.equity import equity
from capclient.themes.lateness import lateness
from capclient.themes.lifecycle import lifecycle
from capclient.themes.loss import loss
from capclient.themes.margins import margins
from capclient.themes.net_margin import net_margin
from capclient.themes.once import once
from capclient.themes.pricing import pricing
from capclient.themes.projection import projection
from capclient.themes.purchase_models import purchase_models
from capclient.themes.purchases import purchases
from capclient.themes.satisfaction import satisfaction
from capclient.themes.segments import segments
from capclient.themes.service import service
from capclient.themes.wallet import wallet


@once
def customers(portfolio: Portfolio) -> pd.DataFrame:
    """Return one row per identified client that ever appears in the ledger up to D.

    Returns
    -------
    DataFrame
        ``customer_id`` first, then the columns of ``spec/outputs.md`` in their order; missing values are null.
    """
    base = portfolio.customers
    ranking = concentration(portfolio).ranking.reindex(base.index)
    states, stages, groups = (
        activity(portfolio).customers,
        lifecycle(portfolio).customers,
        segments(portfolio),
    )
    known = pd.DataFrame(index=base.index)
    for name in ("name", "group_id", "segment", "sector", "salesperson"):
        known[name] = base[name]
    for name in ("revenue_n", "revenue_n1", "revenue_n2"):
        year = getattr(portfolio.windows, name.removeprefix("revenue_")) if portfolio.has_lines else None
        is_known = name in base and (year is None or portfolio.is_complete(year))
        known[name] = base[name] if is_known else float("nan")
    known["growth"] = counts(portfolio).customers.growth
    known["weight"], known["rank"], known["abc_class"] = ranking.weight, ranking["rank"], ranking.abc_class
    if portfolio.has_lines:
        known["orders_n"] = base.orders_n
        bought = purchases(portfolio).customers
        known["average_basket"] = bought.average_basket
        known["interval_days"], known["recency_days"] = bought.interval_days, states.recency_days
        age = cohorts(portfolio).clients
        known["seniority_years"], known["seniority_censored"] = age.seniority_years, age.seniority_censored
        known["range_breadth"] = bought.range_breadth
        known["price_index"] = pricing(portfolio).customers.price_index
        known["volatility"] = bought.volatility.round(9)
        known["seasonal"] = states.seasonal
        earning = margins(
            portfolio
        )  # none where too little of the revenue has a cost: of the client, or of all
        for name in ("gross_margin", "gross_margin_rate"):
            known[name] = earning.customers[name] if earning.reasons["n"] is None else float("nan")
        served = service(portfolio)
        if served.reason is None:  # what serving a client costs is known without the cost of what it bought
            known["cost_to_serve"] = served.customers.cost_to_serve.reindex(base.index)
        earned = net_margin(portfolio)
        if (
            earned.reason is None and earned.basis == "net"
        ):  # the same gross margin on both sides of the subtraction
            for name in (
                "gross_margin",
                "gross_margin_rate",
                "cost_to_serve",
                "net_margin",
                "net_margin_rate",
            ):
                known[name] = earned.customers[name].reindex(base.index)
        paying = lateness(portfolio)
        if paying.reason is None:
            for name in ("receivable", "overdue", "days_late", "payment_score", "payment_grade"):
                known[name] = paying.customers[name].reindex(base.index)
        said = satisfaction(portfolio).customers
        known["claims_n"], known["nps"] = said.claims_n, said.nps
        known["lifecycle_stage"], known["lifecycle_flags"] = stages.stage, stages["flags"]
        known["activity_state"], known["risk_score"] = states.state, states.risk_score
        known["rfm_r"], known["rfm_f"], known["rfm_m"] = groups.rfm.r, groups.rfm.f, groups.rfm.m
        known["rfm_segment"] = groups.rfm.segment
    known["cluster"] = client_groups(portfolio).labels.astype("Int64")
    if portfolio.has_lines:
        models = purchase_models(portfolio).clients.reindex(base.index)
        known["p_active"], known["expected_orders_12m"] = models.p_active, models.expected_orders_12m
    ahead = projection(portfolio)
    if ahead.reason is None:
        known["forecast_12m"] = ahead.clients.forecast_12m.reindex(base.index)
    wallets = wallet(portfolio)
    if wallets.reason is None:
        known["potential"] = wallets.customers.potential
        known["potential_source"] = wallets.customers.potential_source
    worth = equity(portfolio)
    if worth.reason is None:
        known["equity"] = worth.clients.equity.reindex(base.index)
    known = known.join(_actions(portfolio))
    known["status"] = counts(portfolio).customers.status
    known["is_pool"] = base.is_pool  # in totals, out of counts: whoever adds the rows up must know
    if portfolio.has_lines:  # of the clients that the model of loss can judge
        known["p_loss"] = loss(portfolio).clients.p_loss.reindex(base.index).astype("float64")
    return known.rename_axis("customer_id").reset_index()


def _actions(portfolio: Portfolio) -> pd.DataFrame:
    """Return the action of each client, codes separated by semicolons; no column where nothing can be decided."""
    from capclient.decisions.plan import plan  # decisions stand on the themes, which this table sums up

    todo = plan(portfolio)
    if todo.reason is not None:
        return pd.DataFrame(index=portfolio.customers.index)
    named = todo.clients[["action", "action_secondary", "reasons", "stake"]]
    named = named.rename(columns={"reasons": "action_reasons"})
    for name in ("action_secondary", "action_reasons"):
        named[name] = named[name].str.replace(" ", ";")
    return named
