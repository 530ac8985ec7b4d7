"""Satisfied clients and loyal clients: two axes, four quadrants (2.16).

Floor 5. Its findings bear the group ``retention`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.loyalty import QUADRANTS, loyalty, loyalty_matrix, satisfaction
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.cohorts import client_seniority
from capclient.themes.counts import counts
from capclient.themes.once import once
from capclient.themes.wallet import wallet
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Loyalty:
    """``customers``: marks, ``is_satisfied``, ``is_loyal`` and ``quadrant`` of the active clients that answered.

    ``quadrants``: clients and revenue N of each. Empty when ``reason`` says why.
    """

    customers: pd.DataFrame
    quadrants: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def loyalty_quadrants(portfolio: Portfolio) -> Loyalty:
    """Return the matrix of satisfaction against loyalty at D; without a survey, nobody is placed."""
    reason, answers = _answers(portfolio)
    if reason is not None:
        found = [_finding(portfolio, code, reason, None) for code in QUADRANTS]
        return Loyalty(pd.DataFrame(), pd.DataFrame(), reason, found)
    limits = portfolio.thresholds.retention
    frame = portfolio.customers
    placed = satisfaction(
        answers,
        satisfied_csat=float(limits.satisfied_csat),
        satisfied_nps=float(limits.satisfied_nps),
    )
    active = frame.index[(frame.revenue_n > 0) & ~frame.is_pool]
    placed = placed.loc[placed.index.isin(active)].join(loyalty(_signals(portfolio)))
    placed["quadrant"] = loyalty_matrix(placed.is_satisfied, placed.is_loyal)
    placed = placed.join(frame[["name", "revenue_n", "salesperson"]])
    known = placed[placed.quadrant.notna()]
    sums = known.groupby("quadrant").revenue_n.agg(customers="size", revenue="sum")
    table = sums.reindex(QUADRANTS, fill_value=0).rename_axis("quadrant").reset_index()
    nobody = None if len(known) else Unknown("history_short")
    return Loyalty(
        placed,
        table.assign(revenue=table.revenue.round(2)),
        nobody,
        [
            _finding(portfolio, code, nobody or int(n), len(known))
            for code, n in zip(table.quadrant, table.customers, strict=True)
        ],
    )


def _finding(portfolio: Portfolio, code: str, value: int | Unknown, n: int | None) -> Finding:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    inputs = ("invoice_lines", "interactions")
    return finding(
        f"retention.{code}_customers", value, period=period, n=n, caveat="caveat.loyalty", inputs=inputs
    )


def _answers(portfolio: Portfolio) -> tuple[Unknown | None, pd.DataFrame]:
    """Answers of the last months with a mark, dated on or before D."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines"), pd.DataFrame()
    table = portfolio.table("interactions")
    first = shifted(portfolio.as_of, -portfolio.thresholds.retention.survey_months)
    days = pd.to_datetime(table.date)
    marked = table[["score_csat", "score_nps"]].notna().any(axis=1)
    answers = table[marked & (days > pd.Timestamp(first)) & (days <= pd.Timestamp(portfolio.as_of))]
    if answers.empty:
        return Unknown("missing:survey"), answers
    if not portfolio.is_complete(portfolio.windows.n):
        return Unknown("period_incomplete"), answers
    return None, answers


def _signals(portfolio: Portfolio) -> pd.DataFrame:
    """Signs of loyal behaviour: old, regular, not shrinking, a fair share of the client's purchases."""
    limits = portfolio.thresholds.retention
    clients, frame = client_seniority(portfolio), portfolio.customers
    states = activity(portfolio).customers.state
    growth = counts(portfolio).customers.growth.round(9)
    old = clients.seniority_years >= float(limits.loyal_years)
    # a client that was there when the data begin may be older than it looks: no proof against it
    unsure = clients.seniority_censored & ~old
    signals = pd.DataFrame(
        {
            "old": old.astype("boolean").mask(clients.seniority_years.isna() | unsure),
            "regular": states.eq("active").astype("boolean").mask(states.isna()),
            "holding": growth.ge(float(limits.loyal_trend)).astype("boolean").mask(growth.isna()),
        }
    )
    signals["wallet"] = _wallet_share(portfolio).ge(float(limits.loyal_wallet)).astype("boolean")
    return signals.assign(wallet=signals.wallet.mask(_wallet_share(portfolio).isna())).loc[frame.index]


def _wallet_share(portfolio: Portfolio) -> pd.Series:
    """Our part of what each client buys (3.12), missing where no recent wallet tells."""
    known = wallet(portfolio)
    if known.reason is not None or "wallet_share" not in known.customers:
        return pd.Series(float("nan"), index=portfolio.customers.index)
    return known.customers.wallet_share.astype("float64").reindex(portfolio.customers.index)
