"""The 360 degree table: one row per client, every theme side by side.

Floor 5. Columns and their order are those of ``customers.parquet``; a column that nothing computes yet is
left out rather than filled with nothing.
"""

from __future__ import annotations

import pandas as pd

from capclient.engine import operations
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.concentration import concentration
from capclient.themes.counts import counts
from capclient.themes.lifecycle import lifecycle
from capclient.themes.once import once
from capclient.themes.segments import segments


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
        known[name] = base[name] if name in base else float("nan")
    known["growth"] = counts(portfolio).customers.growth
    known["weight"], known["rank"], known["abc_class"] = ranking.weight, ranking["rank"], ranking.abc_class
    if portfolio.has_lines:
        known["orders_n"] = base.orders_n
        known["average_basket"] = (base.revenue_n / base.orders_n.where(base.orders_n > 0)).round(2)
        known["interval_days"], known["recency_days"] = states.interval_days, states.recency_days
        first = base.first_purchase
        known["seniority_years"] = (pd.Timestamp(portfolio.as_of) - first).dt.days / 365.25
        known["seniority_censored"] = first < pd.Timestamp(portfolio.extent[0]) + pd.DateOffset(months=3)
        known["range_breadth"] = range_breadth(portfolio)
        known["seasonal"] = states.seasonal
        known["gross_margin"] = base.margin_n
        positive = base.cost_known_revenue_n.where(base.cost_known_revenue_n > 0)
        known["gross_margin_rate"] = base.margin_n / positive
        known["lifecycle_stage"], known["lifecycle_flags"] = stages.stage, stages["flags"]
        known["activity_state"], known["risk_score"] = states.state, states.risk_score
        known["rfm_r"], known["rfm_f"], known["rfm_m"] = groups.rfm.r, groups.rfm.f, groups.rfm.m
        known["rfm_segment"] = groups.rfm.segment
    known["cluster"] = groups.labels.astype("Int64")
    known["status"] = counts(portfolio).customers.status
    known["is_pool"] = base.is_pool  # in totals, out of counts: whoever adds the rows up must know
    return known.rename_axis("customer_id").reset_index()


def range_breadth(portfolio: Portfolio) -> pd.Series:
    """Return the share of the families sold in N that each client buys (3.5), missing when no family is known."""
    years = portfolio.windows.n
    sold = int(portfolio.ledger.frame(operations.FAMILIES_SOLD, [years.start, years.end]).families.iloc[0])
    if not sold:
        return pd.Series(float("nan"), index=portfolio.customers.index)
    bought = portfolio.ledger.frame(operations.FAMILIES, [years.start, years.end])
    counted = bought.dropna(subset="customer_id").set_index("customer_id").families
    return counted.reindex(portfolio.customers.index, fill_value=0) / sold
