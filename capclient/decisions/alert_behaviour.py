"""Alerts that the ledger raises: volumes, silence, seasons, margins, prices, products (A3 to A6, A8, A16 to A18).

Floor 5.
"""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from capclient.decisions.alert_rows import Rule, raised
from capclient.decisions.alert_volumes import volumes_at
from capclient.decisions.facts import facts
from capclient.engine import alerts as engine
from capclient.indicators.alert_dates import (
    in_season,
    next_season,
    season_call,
    season_short,
    season_to_judge,
)
from capclient.periods import Period, clipped, shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.erosion import erosion
from capclient.themes.lifecycle import lifecycle
from capclient.themes.margins import margins
from capclient.themes.origins import seen_at
from capclient.themes.purchases import purchases
from capclient.vocabulary import Unknown

VALUABLE = ("A", "B")
CALM, WORRYING = ("active", "watch"), ("at_risk", "inactive")


def volume_loss(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A3: the last months well below the same months a year before, in volume where quantities are known."""
    told = volumes_at(portfolio, portfolio.as_of)
    if isinstance(told, Unknown):
        return told
    lost = told[told.alert & ~out_of_season(portfolio).reindex(told.index, fill_value=False)]
    months = portfolio.thresholds.alerts.volume_months
    return raised(
        lost.index, since=portfolio.as_of, stake=lost["drop"], now=lost.now, before=lost.before,
        change=lost.change, down=lost.down, months=months,
    )  # fmt: skip


def out_of_season(portfolio: Portfolio) -> pd.Series:
    """Tell which clients are seasonal and out of their season at D: they are silent, and so are we."""
    known = behaviour(portfolio)
    return known.seasonal.astype(bool) & ~in_season(portfolio.as_of, known.season_start)


def risk_state(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A4: a client of value A or B whose silence has become worrying in the last months."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    known = facts(portfolio)
    if known.reason is not None:
        return known.reason
    day = shifted(portfolio.as_of, -portfolio.thresholds.alerts.state_months)
    if day < portfolio.coverage.first:
        return Unknown("history_short")
    now, before = behaviour(portfolio), behaviour(seen_at(portfolio, day)).state
    clients = known.clients
    mine = now.reindex(clients.index)
    fell = mine.state.isin(WORRYING) & before.reindex(clients.index).isin(CALM)
    quiet = out_of_season(portfolio).reindex(clients.index, fill_value=False)
    chosen = fell & clients.value_class.isin(VALUABLE) & ~quiet
    rows = mine[chosen]
    limit = float(portfolio.thresholds.activity.ratios[1])
    usual = (rows.interval_days.astype("float64") * limit).round()
    waited = clients.last_purchase[chosen] + pd.to_timedelta(usual, unit="D")
    return raised(
        rows.index, since=waited, stake=clients[["revenue", "revenue_before"]].max(axis=1)[chosen],
        recency=rows.recency_days.astype("float64"), interval=rows.interval_days.astype("float64").round(1),
        state=rows.state, value=clients.value_class[chosen],
    )  # fmt: skip


def _seasonal(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    if portfolio.no_days is not None:
        return portfolio.no_days
    known = behaviour(portfolio)
    frame = portfolio.customers
    return known[known.seasonal.astype(bool) & ~frame.is_pool & known.state.ne("lost").fillna(True)]


def season_ahead(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A8: the season of a client opens within forty-five days."""
    known = _seasonal(portfolio)
    if isinstance(known, Unknown):
        return known
    days, parts = portfolio.thresholds.alerts.season_days, []
    for month, rows in known.groupby("season_start"):
        opening = next_season(portfolio.as_of, int(str(month)))
        call = season_call(opening, days)
        if call <= portfolio.as_of:
            last = Period(clipped(opening, -12), clipped(opening, -9) - timedelta(days=1))
            bought = portfolio.revenue(last)
            parts.append(
                raised(rows.index, since=call, stake=bought.clip(lower=0), opening=opening, last=bought)
            )
    return _joined(parts)


def season_missed(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A8: from the middle of its season on, a client stands well below last year, or did not come at all."""
    known = _seasonal(portfolio)
    if isinstance(known, Unknown):
        return known
    limits, parts = portfolio.thresholds.alerts, []
    for month, rows in known.groupby("season_start"):
        judged = season_to_judge(
            portfolio.as_of, int(str(month)), grace_days=portfolio.thresholds.activity.season_grace_days
        )
        if judged is None or not portfolio.is_complete(judged[1]) or not portfolio.is_complete(judged[0]):
            continue
        now, before = (portfolio.revenue(period).reindex(rows.index) for period in judged)
        short = season_short(now, before, limit=limits.season_half)
        index = rows.index[short]
        middle = clipped(judged[0].start, 1).replace(day=16)
        parts.append(
            raised(
                index,
                since=middle,
                stake=before - now,
                now=now,
                before=before,
                change=now / before.where(before > 0) - 1,
            )
        )
    return _joined(parts)


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else raised([], since=None, stake=None)


def margin_erosion(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A5: a client kept whose margin rate fell beyond the limit two years running (4.2)."""
    known = erosion(portfolio)
    reason = known.reason or margins(portfolio).reasons["n2"]
    if reason is not None:
        return reason
    table = known.customers
    if table.empty:
        return Unknown("denominator_zero")
    fell = table[table.two_years.astype(bool)]
    return raised(
        fell.index,
        since=None,
        stake=-fell.erosion_amount,
        change=fell.rate_change,
        amount=fell.erosion_amount,
    )


def low_price(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A6: a client of value A that pays much less than the others for the same."""
    known = facts(portfolio)
    if known.reason is not None:
        return known.reason
    clients = known.clients
    if not clients.price_index.notna().any():
        return Unknown("missing:qty")
    limit = float(portfolio.thresholds.alerts.price_index)
    low = clients[clients.price_index.round(9).lt(limit) & clients.value_class.eq("A")]
    gap = low.revenue * (100 - low.price_index) / 100
    return raised(low.index, since=None, stake=gap, index=low.price_index.round(1), revenue=low.revenue)


def net_negative(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A16: a client that costs more than it leaves, or to whom more was credited than sold."""
    known = facts(portfolio)
    if known.reason is not None:
        return known.reason
    clients = known.clients
    value = clients.value.astype("float64")  # revenue where no margin is known
    lost = clients[value < 0]
    return raised(
        lost.index, since=None, stake=-value[lost.index], amount=value[lost.index], revenue=lost.revenue,
        basis=known.basis,
    )  # fmt: skip


def single_product(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A17: a client of value A or B that buys one product only, of a company that sells several."""
    known = facts(portfolio)
    if known.reason is not None:
        return known.reason
    moved = purchases(portfolio).family_reason
    if moved is not None and moved.reason == "unreliable:families_unassigned":
        return moved  # the account of an accounting file that entries without client empty at the end of the year
    year = portfolio.windows.n
    sold = portfolio.ledger.frame(
        engine.PRODUCTS, {"start": year.start, "end": min(year.end, portfolio.as_of)}
    )
    if sold.products.max() == 0 or sold.empty:
        return Unknown("missing:product")
    if int(sold.products.max()) < 2:
        return Unknown("not_applicable")
    bought = sold.dropna(subset="customer_id").drop_duplicates("customer_id").set_index("customer_id")
    clients, least = known.clients, portfolio.thresholds.alerts.single_purchases
    often = portfolio.customers.purchase_days_12m.reindex(clients.index) >= least
    one = bought.products.reindex(clients.index).eq(1) & often & clients.value_class.isin(VALUABLE)
    chosen = clients[one]
    return raised(
        chosen.index, since=None, stake=chosen.revenue, revenue=chosen.revenue,
        product=bought["product"].reindex(chosen.index).astype("object"),
    )  # fmt: skip


def market_decline(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A18: a client that still buys and falls well behind its market."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    if portfolio.table("market").empty:
        return Unknown("missing:market")
    years = portfolio.windows
    if not (portfolio.is_complete(years.n) and portfolio.is_complete(years.n1)):
        return Unknown("period_incomplete")
    stages, frame = lifecycle(portfolio).customers, portfolio.customers
    adjusted = ~stages["flags"].fillna("").str.contains("not_market_adjusted")
    relative = stages.growth_relative.astype("float64").round(10)
    limit = float(portfolio.thresholds.alerts.market_decline)
    behind = adjusted & (relative <= limit) & (frame.revenue_n > 0) & ~frame.is_pool & stages.stage.ne("lost")
    chosen = frame[behind.fillna(False).astype(bool)]
    lost = (chosen.revenue_n1 - chosen.revenue_n).clip(lower=0)
    return raised(
        chosen.index, since=None, stake=lost, growth=stages.growth.astype("float64"), relative=relative,
        revenue=chosen.revenue_n,
    )  # fmt: skip


RULES = (
    Rule("volume_loss", "A3", volume_loss),
    Rule("risk_state", "A4", risk_state, ("cost", "cost_to_serve", "contracts")),
    Rule("margin_erosion", "A5", margin_erosion, ("cost",)),
    Rule("low_price", "A6", low_price, ("cost", "cost_to_serve")),
    Rule("season_ahead", "A8", season_ahead),
    Rule("season_missed", "A8", season_missed),
    Rule("net_negative", "A16", net_negative, ("cost", "cost_to_serve", "interactions")),
    Rule("single_product", "A17", single_product, ("cost", "cost_to_serve")),
    Rule("market_decline", "A18", market_decline, ("market",)),
)
