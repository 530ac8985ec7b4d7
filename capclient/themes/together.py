"""What moves together, client by client: claims and lateness (C09), seniority and margin (E16). Never a cause.

Floor 5. Its findings bear the group ``satisfaction`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.association import Association, rank_association
from capclient.portfolio import Portfolio
from capclient.themes.cohorts import client_seniority
from capclient.themes.complaints import complaints
from capclient.themes.dissatisfaction import claims_of_year
from capclient.themes.events import NO_LINES, active_revenue
from capclient.themes.lateness import lateness
from capclient.themes.once import once
from capclient.vocabulary import Unknown

NO_PAYMENT = Unknown("missing:payments")


@dataclass(frozen=True)
class Together:
    """``clients``: claims of N and mean days late of each client that has both measures; ``both``: those that complain
    **and** pay late. ``seniority``: years and ``gain`` (margin, or revenue where costs are not known: ``measure``).

    Each pair has its :class:`Association`, or why there is none.
    """

    clients: pd.DataFrame
    both: pd.DataFrame
    lateness: Association | Unknown
    seniority: pd.DataFrame
    measure: str
    tenure: Association | Unknown
    findings: list[Finding]


@once
def together(portfolio: Portfolio) -> Together:
    """Return claims beside lateness, and seniority beside margin, at D."""
    clients = _clients(portfolio)
    late = clients if isinstance(clients, Unknown) else rank_association(clients.claims_n, clients.days_late)
    frame = pd.DataFrame() if isinstance(clients, Unknown) else clients
    both = _both(portfolio, clients)
    pairs, measure = _seniority(portfolio)
    tenure = pairs if isinstance(pairs, Unknown) else rank_association(pairs.seniority_years, pairs.gain)
    years = pd.DataFrame() if isinstance(pairs, Unknown) else pairs
    mine = pd.DataFrame() if isinstance(both, Unknown) else both
    revenue = active_revenue(portfolio)
    found: dict[str, int | float | Unknown] = {
        "complaining_late_customers": both if isinstance(both, Unknown) else len(both),
        "complaining_late_revenue": both if isinstance(both, Unknown)
        else revenue if isinstance(revenue, Unknown) else float(both.revenue_n.fillna(0).sum()),
    }  # fmt: skip
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    inputs = ("interactions", "payments")
    return Together(
        frame, mine, late, years, measure, tenure,
        [
            *(finding(f"satisfaction.{name}", value, period=period, inputs=inputs) for name, value in found.items()),
            _correlation("claims_lateness_correlation", late, "caveat.no_cause", inputs),
            _correlation("tenure_margin_correlation", tenure, f"caveat.tenure_{measure}", ("invoice_lines",)),
        ],
    )  # fmt: skip


def _correlation(name: str, value: Association | Unknown, caveat: str, inputs: tuple[str, ...]) -> Finding:
    id = f"satisfaction.{name}"
    if isinstance(value, Unknown):
        return finding(id, value, caveat=caveat, inputs=inputs)
    return finding(id, value.rho, n=value.n, caveat=caveat, interval=(value.low, value.high), inputs=inputs)


def _clients(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """Claims of N beside mean days late, for the clients whose payments tell it."""
    if not portfolio.has_lines:
        return NO_LINES
    heard = complaints(portfolio)
    if heard.reason is not None:
        return heard.reason
    late = days_late(portfolio)
    if late is None or late.notna().sum() == 0:
        return NO_PAYMENT
    frame = portfolio.customers[~portfolio.customers.is_pool]
    table = frame[["name", "salesperson", "revenue_n"]].join(claims_of_year(portfolio))
    table["days_late"] = late.reindex(table.index).astype("float64")
    return table.dropna(subset="days_late")


def days_late(portfolio: Portfolio) -> pd.Series | None:
    """Return the mean days late of each client that paid something, None where payments are not known (5.6)."""
    customers = lateness(portfolio).customers
    return None if customers.empty else customers["days_late"]


def _both(portfolio: Portfolio, clients: pd.DataFrame | Unknown) -> pd.DataFrame | Unknown:
    if isinstance(clients, Unknown):
        return clients
    limit = portfolio.thresholds.satisfaction.late_days
    rows = clients[(clients.claims_n > 0) & (clients.days_late > limit)]
    return rows.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")


def _seniority(portfolio: Portfolio) -> tuple[pd.DataFrame | Unknown, str]:
    """Years of seniority beside the gross margin N of each active client, or its revenue where costs are unknown."""
    revenue = active_revenue(portfolio)
    if isinstance(revenue, Unknown):
        return revenue, "revenue"
    frame = portfolio.customers.loc[revenue.index]
    known, whole = float(frame.cost_known_revenue_n.sum()), float(revenue.sum())
    costed = whole > 0 and known >= float(portfolio.thresholds.concentration.cost_coverage) * whole
    years = client_seniority(portfolio).loc[revenue.index]
    gain = frame.margin_n.where(frame.cost_known_revenue_n > 0) if costed else revenue
    table = pd.DataFrame({
        "name": frame.name, "seniority_years": years.seniority_years.astype("float64"),
        "seniority_censored": years.seniority_censored, "gain": gain.astype("float64"),
    })  # fmt: skip
    return table, "margin" if costed else "revenue"
