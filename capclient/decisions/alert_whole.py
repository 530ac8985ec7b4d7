"""Alerts on the whole portfolio: dependency, and data that are not good enough to conclude (A1, A2, A19, A20).

Floor 5.
"""

from __future__ import annotations

import pandas as pd

from capclient.decisions.alert_rows import Rule, raised
from capclient.findings import Finding
from capclient.indicators.exact import Limit, number
from capclient.portfolio import Portfolio
from capclient.themes.concentration import concentration
from capclient.themes.quality import quality
from capclient.vocabulary import Unknown


def first_client(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A1: the first client, or the first group, weighs too much."""
    known = concentration(portfolio)
    if known.reason is not None:
        return known.reason
    limits, found = portfolio.thresholds.alerts, _by_id(known.findings)
    alone, joined = found["concentration.top1_share"], found["concentration.top1_share_group"]
    if alone.value is None:
        return Unknown(alone.reason or "not_applicable")
    rings = _at_least(alone.value, limits.top1) or (
        joined.value is not None and _at_least(joined.value, limits.group)
    )
    if not rings:
        return _none()
    first = known.ranking.iloc[[0]]
    return raised(first.index, since=None, stake=first.revenue_n, share=alone.value, group=joined.value)


def first_client_rise(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A2: the first client weighs at least five points more than a year before."""
    known = concentration(portfolio)
    if known.reason is not None:
        return known.reason
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    if not portfolio.is_complete(portfolio.windows.n1):
        return Unknown("history_short")
    first = known.ranking.iloc[[0]]
    rise = float(first.weight_change.iloc[0])
    if pd.isna(rise) or not _at_least(round(rise, 12), portfolio.thresholds.alerts.weight_rise):
        return _none()
    return raised(first.index, since=None, stake=first.revenue_n, share=first.weight, rise=rise)


def data_quality(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A19: too much revenue without a client, or a reconciliation that fails."""
    found = _by_id(quality(portfolio).findings)
    share, failed = found["quality.revenue_unassigned_share"], found["quality.reconciliations_failed"]
    if share.value is None and failed.value is None:
        return Unknown(share.reason or "not_applicable")
    amount = found["quality.revenue_unassigned"].value
    much = share.value is not None and _above(
        float(amount or 0),
        portfolio.thresholds.alerts.unassigned,
        portfolio.total_revenue(portfolio.windows.n),
    )
    if not much and not failed.value:
        return _none()
    return raised([None], since=None, stake=amount, share=share.value, failed=failed.value)


def unreliable_concentration(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """A20: pooled codes and sales without a client hide who buys: weights of clients are no longer reliable."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    year = portfolio.windows.n
    if not portfolio.is_complete(year):
        return Unknown("period_incomplete")
    total, frame = portfolio.total_revenue(year), portfolio.customers
    if total <= 0:
        return Unknown("denominator_zero")
    hidden = round(total - float(frame.revenue_n[~frame.is_pool].sum()), 2)
    if not _above(hidden, portfolio.thresholds.alerts.pooled, total):
        return _none()
    return raised([None], since=None, stake=hidden, share=hidden / total, amount=hidden)


def _at_least(value: float | int | str, limit: object) -> bool:
    return number(round(float(value), 10)) >= number(str(limit))


def _above(amount: float, limit: Limit, total: float) -> bool:
    """Tell whether an amount is more than a share of a total, exactly: both are whole cents (0.3)."""
    return number(round(amount, 2)) > number(limit) * number(round(total, 2))


def _none() -> pd.DataFrame:
    return raised([], since=None, stake=None)


def _by_id(found: list[Finding]) -> dict[str, Finding]:
    return {item.id: item for item in found}


RULES = (
    Rule("first_client", "A1", first_client, is_whole=True),
    Rule("first_client_rise", "A2", first_client_rise, is_whole=True),
    Rule("data_quality", "A19", data_quality, is_whole=True),
    Rule("unreliable_concentration", "A20", unreliable_concentration, ("customers",), is_whole=True),
)
