"""Who stays and what is renewed: attrition, rotation, renewal, NRR, GRR, seniority, claims (2.1 to 2.17).

Floor 5. Rates of clients leave pooled codes out; the renewal rate divides by the whole revenue of N.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import SMALL, Finding, finding
from capclient.indicators import retention as method
from capclient.indicators.market import trend
from capclient.indicators.retention import Renewal, share_of, wilson_interval
from capclient.indicators.seniority import mean_seniority, seniority_bands
from capclient.indicators.status import total_growth
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.bridge import not_compared
from capclient.themes.cohorts import cohorts
from capclient.themes.concentration import unassigned_share
from capclient.themes.counts import counts
from capclient.themes.loyalty import loyalty_quadrants
from capclient.themes.market import WHOLE, market_of, market_table
from capclient.themes.once import once
from capclient.themes.recurrence import UNNAMED, unnamed_share
from capclient.vocabulary import Unknown

# The claims of the reference text, as it states them: loss over five years, gain of profit for 5 more points.
CLAIMED_LOSS, CLAIMED_GAIN, CLAIMED_YEARS = (0.45, 0.50), (0.25, 0.85), 5
COUNTED = ("attrition_rate", "retention_rate")  # shares of clients: these have an interval
RATES = (
    "attrition_rate", "attrition_revenue_rate", "retention_rate", "acquisition_rate", "turnover_rate",
    "renewal_rate", "renewal_rate_growth", "renewal_rate_arrivals", "renewal_rate_reactivated", "nrr", "grr",
    "five_year_loss_projected", "lifetime_multiplier", "lifetime_gain_5_points",
)  # fmt: skip


Rates = dict[str, float | Unknown | None]


@dataclass(frozen=True)
class Retention:
    """``definitions``: the company under each definition that competes (``notion``, ``code``, ``value``, ``unit``).

    ``renewal``: gains of N in euros, or why they are unknown. ``bands``: clients by seniority. ``claims``: what the
    text affirms beside the figures of the company. ``customers``: seniority of each client.
    """

    customers: pd.DataFrame
    definitions: pd.DataFrame
    renewal: Renewal | Unknown
    bands: pd.DataFrame
    claims: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def retention(portfolio: Portfolio) -> Retention:
    """Return the loyalty of the clients at D."""
    reason = not_compared(portfolio) or _unidentified(portfolio)
    gains = reason if reason is not None else _renewal(portfolio)
    rates = Rates(dict.fromkeys(RATES, reason)) if reason is not None else _rates(portfolio, gains)
    clients, frame = cohorts(portfolio).clients, portfolio.customers
    found = _findings(portfolio, rates, reason)
    return Retention(
        customers=clients,
        definitions=pd.DataFrame() if reason is not None else _definitions(portfolio, rates),
        renewal=gains,
        bands=_bands(portfolio),
        claims=_claims({item.id: item for item in found}),
        reason=reason,
        findings=[*found, *_seniorities(portfolio, clients, frame), *loyalty_quadrants(portfolio).findings],
    )


def _tally(portfolio: Portfolio) -> dict[str, int]:
    """Clients by status, and active ones of both years; pooled codes left out."""
    frame = portfolio.customers[~portfolio.customers.is_pool]
    status = counts(portfolio).customers.status.reindex(frame.index).value_counts()
    lost, active_n1 = method.lost_of(frame.revenue_n, frame.revenue_n1)
    return {
        "lost": lost,
        "active_n1": active_n1,
        "active_n": int((frame.revenue_n > 0).sum()),
        **{code: int(status.get(code, 0)) for code in ("new", "reactivated", "retained")},
    }


def _unidentified(portfolio: Portfolio) -> Unknown | None:
    """Say that nobody is known to have bought in N: then every client would pass for lost."""
    frame = portfolio.customers
    named = ((frame.revenue_n > 0) & ~frame.is_pool).any()
    return Unknown("unreliable:unidentified") if not named and _is_unnamed(portfolio) else None


def _is_unnamed(portfolio: Portfolio) -> bool:
    """Tell whether clients answer for too little of the revenue."""
    return unassigned_share(portfolio) > float(portfolio.thresholds.quality.unassigned_refusal)


def _renewal(portfolio: Portfolio) -> Renewal | Unknown:
    frame = portfolio.customers[~portfolio.customers.is_pool]
    status = counts(portfolio).customers.status.reindex(frame.index)
    total = portfolio.total_revenue(portfolio.windows.n)
    if _is_unnamed(portfolio):  # what nobody answers for would pass for revenue that was kept
        return Unknown("unreliable:unidentified")
    return method.renewal(frame.revenue_n, frame.revenue_n1, status, total_n=total)


def _rates(portfolio: Portfolio, gains: Renewal | Unknown) -> Rates:
    frame = portfolio.customers[~portfolio.customers.is_pool]
    now, before, tally = frame.revenue_n, frame.revenue_n1, _tally(portfolio)
    attrition = share_of(tally["lost"], tally["active_n1"])
    discount = float(portfolio.thresholds.equity.discount)
    renewed: dict[str, float | Unknown] = dict.fromkeys(
        ("renewal_rate", "renewal_rate_growth", "renewal_rate_arrivals", "renewal_rate_reactivated"),
        gains if isinstance(gains, Unknown) else 0.0,
    )
    if isinstance(gains, Renewal):
        # rounded first, so that the two parts that are published add up to the rate that is published
        parts = round(gains.growth_rate, 10), round(gains.arrivals_rate, 10)
        renewed = {
            "renewal_rate": sum(parts),
            "renewal_rate_growth": parts[0],
            "renewal_rate_arrivals": parts[1],
            "renewal_rate_reactivated": gains.reactivated / gains.total,
        }
    known = not isinstance(attrition, Unknown)
    return {
        "attrition_rate": attrition,
        "attrition_revenue_rate": method.attrition_revenue_rate(now, before),
        "retention_rate": 1 - attrition if known else attrition,  # type: ignore[operator]
        "acquisition_rate": share_of(tally["new"], tally["active_n1"]),
        "turnover_rate": method.turnover_rate(
            new=tally["new"],
            reactivated=tally["reactivated"],
            lost=tally["lost"],
            active_n1=tally["active_n1"],
        ),
        **renewed,
        "nrr": method.net_revenue_retention(now, before),
        "grr": method.gross_revenue_retention(now, before),
        "five_year_loss_projected": method.compounded_loss(attrition, years=CLAIMED_YEARS)  # type: ignore[arg-type]
        if known
        else attrition,
        "lifetime_multiplier": method.lifetime_multiplier(1 - attrition, discount=discount)  # type: ignore[operator]
        if known
        else attrition,
        "lifetime_gain_5_points": method.lifetime_gain(1 - attrition, discount=discount)  # type: ignore[operator]
        if known
        else attrition,
    }


def _findings(portfolio: Portfolio, rates: Rates, reason: Unknown | None) -> list[Finding]:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    tally = {} if reason is not None else _tally(portfolio)
    n, lost = tally.get("active_n1"), tally.get("lost", 0)
    market = _trend(portfolio)
    caveats = dict.fromkeys(RATES, market)
    caveats |= dict.fromkeys(("nrr", "grr"), "caveat.nrr") | {"lifetime_gain_5_points": "caveat.lifetime"}
    caveats |= dict.fromkeys(("lifetime_multiplier", "five_year_loss_projected"), "caveat.projected")
    if reason is None and unnamed_share(portfolio) > UNNAMED:
        caveats |= {name: f"caveat.renewal_unnamed {market}" for name in RATES if name.startswith("renewal")}
    if reason is None and _is_unnamed(portfolio):
        caveats |= {
            name: f"caveat.unidentified {caveats[name]}" for name in RATES if not name.startswith("renewal")
        }
    intervals = {}
    if n and n < SMALL:
        read = [name for name in RATES if caveats[name] == market and name not in COUNTED]
        caveats |= {name: f"caveat.few_moves {market}" for name in read}
    if n:
        low, high = wilson_interval(lost, n)
        intervals = {"attrition_rate": (low, high), "retention_rate": (1 - high, 1 - low)}
        intervals |= _projected_bounds(low, high, float(portfolio.thresholds.equity.discount))
    found = [
        finding(
            f"retention.{name}",
            rates[name],
            period=period,
            n=n,
            caveat=caveats[name],
            interval=intervals.get(name),
        )
        for name in RATES
    ]
    return [*found, *cohorts(portfolio).findings]


def _trend(portfolio: Portfolio) -> str:
    """Return the caveat that says how the whole market moves, or that it must be known (A02, A04)."""
    if portfolio.has_lines and not portfolio.table("market").empty:
        growth = market_of(market_table(portfolio), portfolio.windows.n.end.year, WHOLE).growth.dropna()
        if len(growth):
            return (
                f"caveat.market_{trend(float(growth.iloc[0]), flat=portfolio.thresholds.market.flat_market)}"
            )
    return "caveat.market_trend"


def _projected_bounds(low: float, high: float, discount: float) -> dict[str, tuple[float, float]]:
    """What the bounds of attrition become once projected: both measures go one way with it."""
    losses = (
        method.compounded_loss(low, years=CLAIMED_YEARS),
        method.compounded_loss(high, years=CLAIMED_YEARS),
    )
    worth = [method.lifetime_multiplier(1 - rate, discount=discount) for rate in (high, low)]
    found: dict[str, tuple[float, float]] = {"five_year_loss_projected": losses}
    if not any(isinstance(value, Unknown) for value in worth):
        found["lifetime_multiplier"] = (float(worth[0]), float(worth[1]))  # type: ignore[arg-type]
    return found


def _seniorities(portfolio: Portfolio, clients: pd.DataFrame, frame: pd.DataFrame) -> list[Finding]:
    """Seniority of the clients active in N; a minimum as soon as one was there when the data begin."""
    names = ("seniority_mean_years", "seniority_weighted_years", "seniority_censored_customers")
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    if not portfolio.has_lines or not portfolio.is_complete(period):
        why = Unknown("period_incomplete" if portfolio.has_lines else "missing:invoice_lines")
        return [finding(f"retention.{name}", why, period=period) for name in names]
    active = clients[(frame.revenue_n > 0) & ~frame.is_pool]
    years = active.seniority_years
    censored = int(active.seniority_censored.sum())
    values = (mean_seniority(years), mean_seniority(years, frame.revenue_n), censored)
    caveat = "caveat.censored" if censored else None
    return [
        finding(f"retention.{name}", value, period=period, n=len(active), caveat=caveat)
        for name, value in zip(names, values, strict=True)
    ]


def _bands(portfolio: Portfolio) -> pd.DataFrame:
    if not portfolio.has_lines or not portfolio.is_complete(portfolio.windows.n):
        return pd.DataFrame()
    frame = portfolio.customers
    active = (frame.revenue_n > 0) & ~frame.is_pool
    return seniority_bands(cohorts(portfolio).clients[active], frame.revenue_n[active])


def _definitions(portfolio: Portfolio, rates: Rates) -> pd.DataFrame:
    """The company under each definition that competes, ours first in each notion (issue 4)."""
    tally = _tally(portfolio)
    arrivals = tally["new"] + tally["reactivated"]
    n, n1 = tally["active_n"], tally["active_n1"]
    years = portfolio.windows
    total, total_n1 = portfolio.total_revenue(years.n), portfolio.total_revenue(years.n1)
    gains = _renewal(portfolio)
    known = isinstance(gains, Renewal)
    gained = gains.growth + gains.new + gains.reactivated if isinstance(gains, Renewal) else 0.0
    # the same clients under each definition: those that were there in N-1
    past = ~portfolio.customers.is_pool & (portfolio.customers.revenue_n1 > 0)
    states = activity(portfolio).customers.state[past]
    rows = [
        ("turnover", "rotation", rates["turnover_rate"], "share"),
        ("turnover", "rotation_mean", share_of(arrivals + tally["lost"], n + n1), "share"),
        ("turnover", "departures", rates["attrition_rate"], "share"),
        ("turnover", "departures_revenue", rates["attrition_revenue_rate"], "share"),
        ("lost", "accounts", tally["lost"], "customers"),
        ("lost", "behaviour", int((states == "lost").sum()), "customers"),
        ("lost", "presumed", int(states.isin(["lost", "inactive"]).sum()), "customers"),
        ("new", "never_before", tally["new"], "customers"),
        ("new", "not_in_n1", arrivals, "customers"),
        ("acquisition", "over_n1", rates["acquisition_rate"], "share"),
        ("acquisition", "over_n", share_of(tally["new"], n), "share"),
        ("acquisition", "with_returns", share_of(arrivals, n1), "share"),
        ("renewal", "text", rates["renewal_rate"], "share"),
        ("renewal", "without_arrivals", rates["renewal_rate_growth"], "share"),
        (
            "renewal",
            "over_n1",
            share_of(round(gained * 100), round(total_n1 * 100)) if known else gains,
            "share",
        ),
        ("renewal", "net", total_growth(total, total_n1), "share"),
    ]
    return pd.DataFrame(rows, columns=["notion", "code", "value", "unit"])


def _claims(found: dict[str, Finding]) -> pd.DataFrame:
    """What the reference text affirms, low and high, beside the finding of the company."""
    yearly = [method.yearly_loss(loss, years=CLAIMED_YEARS) for loss in CLAIMED_LOSS]
    rows = [
        ("five_years", *CLAIMED_LOSS, "retention.five_year_loss_rate"),
        ("five_years_projected", *CLAIMED_LOSS, "retention.five_year_loss_projected"),
        ("one_year", *yearly, "retention.attrition_rate"),
        ("five_points", *CLAIMED_GAIN, "retention.lifetime_gain_5_points"),
    ]
    frame = pd.DataFrame(rows, columns=["code", "low", "high", "id"])
    frame["own"] = pd.Series([found[id] for id in frame.id], dtype="object")
    return frame
