"""Yearly euros behind each action, and whether prices may be raised yet (13).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.decisions.facts import Facts
from capclient.findings import SMALL
from capclient.indicators.stakes import is_secured, stakes
from capclient.portfolio import Portfolio
from capclient.themes.cohorts import cohorts
from capclient.themes.loss import loss
from capclient.themes.once import once
from capclient.themes.projection import projection
from capclient.themes.prospects import prospects
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Assumptions:
    """What stakes are multiplied by: ``p_loss`` by client, and ``doubt``, the caveat it needs, if any.

    A judge tried on the past says ``p_loss`` better than anything else, even where its probabilities lean. Without one
    it is the share of clients of the same state that did not come back, as in the projection; the score of 0 to 100
    stands for a probability only where neither is known.

    ``winback``: share of former clients won back; ``observed``: whether the past says it, else it is a parameter.
    """

    p_loss: pd.Series
    doubt: str | None
    winback: float
    observed: bool


@once
def assumptions(portfolio: Portfolio) -> Assumptions:
    """Return the chances that the company's own past says, else those of the parameters."""
    risk, returns = loss(portfolio), _winback(portfolio)
    tried = risk.reason is None
    chances = risk.clients.p_loss if tried else _gone_before(portfolio)
    leaning = None if risk.uncalibrated is None else "caveat.p_loss_leaning"
    doubt = leaning if tried else "caveat.p_loss_state" if chances.notna().any() else "caveat.p_loss_score"
    usual = float(portfolio.thresholds.actions.winback_success)
    return Assumptions(chances, doubt, usual if returns is None else returns, returns is not None)


def _gone_before(portfolio: Portfolio) -> pd.Series:
    """Return one minus the chance to buy again that the projection reads on the clients of the same state."""
    seen = projection(portfolio)
    return (
        pd.Series(dtype="float64") if seen.reason is not None else 1 - seen.clients.p_active.astype("float64")
    )


def _winback(portfolio: Portfolio) -> float | None:
    """Return the share of lost clients that came back, where enough of them were lost to say it."""
    found = next(item for item in cohorts(portfolio).findings if item.id == "retention.winback_rate")
    return float(found.value) if found.value is not None and (found.n or 0) >= SMALL else None


def client_stakes(portfolio: Portfolio, known: Facts, actions: pd.Series) -> pd.Series:
    """Return the yearly euros behind the action of each client; without margins, those of revenue."""
    limits, chances = portfolio.thresholds, assumptions(portfolio)
    frame = known.clients.copy()
    scored = frame.risk / 100
    frame["p_loss"] = chances.p_loss.reindex(frame.index).fillna(scored)
    if known.basis == "revenue":
        frame["margin"], frame["margin_rate"] = frame.revenue, 1.0
    else:
        # whoever bought nothing has no rate of its own: that of the whole stands for it
        frame["margin_rate"] = frame.margin_rate.fillna(mean_rate(known))
    return stakes(
        frame, actions, target=limits.actions.target_net_rate, success=limits.actions.development_success,
        winback=str(chances.winback), service_rate=limits.profitability.service_rate,
        price_index=limits.actions.price_index,
    )  # fmt: skip


def mean_rate(known: Facts) -> float:
    """Return the margin rate of the whole portfolio, never below zero; 1 where value is revenue."""
    if known.basis == "revenue":
        return 1.0
    revenue = float(known.clients.revenue.sum())
    return max(0.0, float(known.clients.margin.sum()) / revenue) if revenue > 0 else 0.0


def waiting_prospects(portfolio: Portfolio, known: Facts) -> pd.DataFrame:
    """Return the open prospects with ``stake``: their weighted amount times the margin rate, the largest first.

    A stale one is expected to bring nothing, as in the pipeline (12.2): it is called again or closed, after the others.
    """
    live = prospects(portfolio).pipeline
    if live.empty:
        return live
    old = live.is_stale.astype(bool)
    worth = (live.weighted.astype("float64") * mean_rate(known)).round(2).mask(old, 0.0)
    order = ["is_stale", "stake", "prospect_id"]
    rows = live.assign(stake=worth, is_stale=old)
    return rows.sort_values(order, ascending=[True, False, True], kind="stable")


def secured(portfolio: Portfolio, known: Facts, actions: pd.Series) -> tuple[bool, float, float] | Unknown:
    """Tell whether what is won covers what the repriced clients might take away, and both amounts (13)."""
    if known.basis == "revenue":
        return Unknown("missing:cost")
    waiting = prospects(portfolio)
    if waiting.reason is not None:
        return waiting.reason
    rate = mean_rate(known)
    fresh = (
        waiting.pipeline[~waiting.pipeline.is_stale.astype(bool)]
        if len(waiting.pipeline)
        else waiting.pipeline
    )
    coming = float(fresh.weighted.sum()) * rate if len(fresh) else 0.0
    signed = float(waiting.uninvoiced.amount.sum()) * rate if len(waiting.uninvoiced) else 0.0
    return is_secured(coming, signed, known.clients.margin[actions == "substitute"])
