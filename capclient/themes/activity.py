"""Who is silent for longer than usual, and the risk of losing them (8, 8.6, 3.11).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.activity import activity_states, state_table
from capclient.indicators.lifecycle import lifecycle_stages
from capclient.indicators.risk import behaviour_part, risk_scores, trend_part
from capclient.indicators.seasonality import seasonality
from capclient.periods import Period, clipped
from capclient.portfolio import Portfolio
from capclient.themes.events import claims_risk
from capclient.themes.lateness import lateness
from capclient.themes.market import market_growth
from capclient.themes.once import once
from capclient.themes.origins import contracts_on
from capclient.vocabulary import STATES, Unknown

SILENT = ("watch", "at_risk", "inactive")


@dataclass(frozen=True)
class Activity:
    """``customers``: state, silence, season and risk of each client; ``states``: the table by state.

    ``to_call``: clients to watch, at risk or inactive that earned something in N or N-1, by revenue times risk.
    """

    customers: pd.DataFrame
    states: pd.DataFrame
    to_call: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def activity(portfolio: Portfolio) -> Activity:
    """Return the activity state of each client at D."""
    if portfolio.no_days:
        return _without_dates(portfolio, portfolio.no_days)
    frame = portfolio.customers
    states = behaviour(portfolio)
    states = states.join(_risk(portfolio, states, contracts_on(portfolio, portfolio.as_of)))
    counted = ~frame.is_pool
    listed = states[counted].join(frame[["name", "salesperson", "last_purchase", "revenue_n", "revenue_n1"]])
    to_call = listed[listed.state.isin(SILENT) & (listed[["revenue_n", "revenue_n1"]].max(axis=1) > 0)]
    return Activity(
        customers=states,
        states=state_table(states.state[counted], frame.revenue_n[counted], frame.revenue_n1[counted]),
        to_call=_by_stake(to_call),
        reason=None,
        findings=_findings(portfolio, states[counted], frame[counted]),
    )


@once
def behaviour(portfolio: Portfolio) -> pd.DataFrame:
    """Return state, silence and season of each client at D, without its risk, which costs more than all the rest."""
    frame = portfolio.customers
    limits = portfolio.thresholds.activity
    contracts = contracts_on(portfolio, portfolio.as_of)
    seasons = seasonality(
        portfolio.months,
        covered=_covered(portfolio),
        customers=frame.index,
        thresholds=portfolio.thresholds.season,
    )
    states = activity_states(
        frame,
        as_of=portfolio.as_of,
        data_end=portfolio.data_end,
        thresholds=limits,
        contracts=contracts if len(contracts) else None,
        seasons=seasons,
        typical_gap=typical_gap(portfolio),
    )
    states["seasonal"] = seasons.seasonal
    states["season_start"] = seasons.start_month
    states["season_share"] = seasons.filter(like="share_").mean(
        axis=1
    )  # of its best three months, over the years
    return states


def typical_gap(portfolio: Portfolio) -> float:
    """Return M of section 8 in days: the median of the clients' median gaps; pooled codes are no clients."""
    frame = portfolio.customers
    return float(frame.median_gap[~frame.is_pool].median())


def _by_stake(silent: pd.DataFrame) -> pd.DataFrame:
    """Put first the clients whose loss would cost most and is most likely: revenue times risk score."""
    revenue = silent[["revenue_n", "revenue_n1"]].max(axis=1)
    stake = (revenue * silent.risk_score.astype("float64").fillna(50.0) / 100).round(2)
    return silent.assign(stake=stake).sort_values(["stake", "name"], ascending=[False, True], kind="stable")


def _covered(portfolio: Portfolio) -> Period:
    """Days that the data cover up to D; a first month that misses some days within tolerance is whole (0.2)."""
    data = portfolio.coverage
    first = max(data.first.replace(day=1), data.first - timedelta(days=data.tolerance_days))
    return Period(first, min(portfolio.data_end, portfolio.as_of))


def _risk(portfolio: Portfolio, states: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """Risk of loss from the parts that are known; the weights of the others are shared out (8.6)."""
    limits = portfolio.thresholds.activity
    parts = pd.DataFrame({"behaviour": behaviour_part(states.ratio)})
    years = portfolio.windows
    if portfolio.is_complete(years.n) and portfolio.is_complete(years.n1):
        market, _ = market_growth(portfolio)
        stages = lifecycle_stages(
            portfolio.customers,
            states=states.state,
            as_of=portfolio.as_of,
            data_start=portfolio.coverage.first,
            thresholds=portfolio.thresholds.lifecycle,
            n_start=years.n.start,
            market_growth=market,
        )
        parts["trend"] = trend_part(stages.growth_relative.astype("float64"))
    paying = lateness(portfolio)
    if paying.no_payments is None:
        parts["payment"] = 100 - paying.customers.payment_score.reindex(states.index).astype("float64")
    if len(contracts):
        parts["contract"] = _contract_part(portfolio, contracts).reindex(states.index)
    parts["claims"] = claims_risk(portfolio).reindex(states.index)
    scores = risk_scores(parts, weights=limits.risk_weights, coverage=limits.risk_coverage)
    return scores.where(states.state.notna())


def _contract_part(portfolio: Portfolio, contracts: pd.DataFrame) -> pd.Series:
    """100 when a tender, notice or end date falls within three months, 50 within six, else 0 (8.6)."""
    day = pd.Timestamp(portfolio.as_of)
    contracts = contracts[~(contracts.start > day)]
    dates = contracts[["tender_date", "notice_date", "end"]].apply(pd.to_datetime)
    near, far = (pd.Timestamp(clipped(portfolio.as_of, months)) for months in (3, 6))
    ahead = dates.where(dates >= day).min(
        axis=1
    )  # a date that is over no longer threatens: the next one does
    part = pd.Series(0.0, index=contracts.index).mask(ahead <= far, 50.0).mask(ahead <= near, 100.0)
    return part.groupby(contracts.customer_id.to_numpy()).max()


def _findings(portfolio: Portfolio, states: pd.DataFrame, frame: pd.DataFrame) -> list[Finding]:
    tally = states.state.value_counts()
    caveat = "caveat.data_end" if portfolio.data_end < portfolio.as_of else "caveat.behaviour"
    interval = typical_gap(portfolio)
    n_known = portfolio.is_complete(portfolio.windows.n)
    silent = states.state.isin(SILENT)
    high = float(portfolio.thresholds.activity.risk_high)
    found = [
        finding(f"activity.{code}_customers", int(tally.get(code, 0)), n=len(states), caveat=caveat)
        for code in STATES
    ]
    return [
        *found,
        _lost_after(portfolio),
        finding(
            "activity.at_risk_revenue",
            float(frame.revenue_n[silent].sum()) if n_known else Unknown("period_incomplete"),
            period=portfolio.windows.n,
        ),
        finding(
            "activity.interval_median_days",
            Unknown("history_short") if pd.isna(interval) else float(interval),
        ),
        finding("activity.seasonal_customers", int(states.seasonal.sum())),
        finding(
            "activity.high_risk_customers",
            int(((states.risk_score >= high) & (states.state != "lost")).sum())
            if states.risk_score.notna().any()
            else Unknown("history_short"),
        ),
    ]


def _lost_after(portfolio: Portfolio) -> Finding:
    """Say the silence after which this company calls a client lost: a parameter, of no use without days."""
    days = portfolio.thresholds.activity.lost_after_days
    return finding(
        "activity.lost_after_days", days if portfolio.has_lines else Unknown("missing:invoice_lines")
    )


def _without_dates(portfolio: Portfolio, missing: Unknown) -> Activity:
    names = [f"{code}_customers" for code in STATES] + [
        "at_risk_revenue", "interval_median_days", "seasonal_customers", "high_risk_customers",
    ]  # fmt: skip
    columns = [
        "state", "recency_days", "interval_days", "ratio", "silence", "override", "seasonal", "season_start",
        "risk_score", "risk_coverage",
    ]  # fmt: skip
    empty = pd.DataFrame(index=portfolio.customers.index, columns=columns)
    return Activity(
        empty,
        pd.DataFrame(columns=["state", "customers", "revenue_n", "revenue_n1"]),
        empty.iloc[:0],
        missing,
        [_lost_after(portfolio), *(finding(f"activity.{name}", missing) for name in names)],
    )
