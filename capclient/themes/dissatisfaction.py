"""What unhappy clients cost in the scenario of the text, and why those who left did (6.8, 6.9, A07, E22).

Floor 5. Its findings bear the group ``satisfaction`` and are handed over by that theme. The scenario is added to
nothing: it never enters a value of clients nor a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators import dissatisfaction as scenario
from capclient.indicators.loss_reasons import loss_reasons, loss_table
from capclient.portfolio import Portfolio
from capclient.themes.complaints import complaints
from capclient.themes.counts import counts
from capclient.themes.events import NO_LINES, active_revenue, events, of_clients, within
from capclient.themes.once import once
from capclient.themes.surveys import share_finding, surveys
from capclient.vocabulary import Unknown

TEXT = 100  # unhappy clients in the example of the text
INPUTS = ("interactions", "satisfaction", "invoice_lines")


@dataclass(frozen=True)
class Dissatisfaction:
    """``unhappy``: clients and where the number comes from (``declared``, ``survey``, ``claims``, ``text``).

    ``cost`` is the scenario on that number; ``source`` ``text`` is the example of the reference text, when nothing
    tells the company's own. ``band``: the scenario for every pair of assumptions of the two bands.
    ``lost``: lost clients with their reason; ``reasons``: the ranking, empty when ``lost_reason`` says why.
    """

    unhappy: Fraction
    source: str
    cost: scenario.Cost
    band: pd.DataFrame
    voice: float
    told: float
    lost: pd.DataFrame
    reasons: pd.DataFrame
    lost_reason: Unknown | None
    findings: list[Finding]


@once
def dissatisfaction(portfolio: Portfolio) -> Dissatisfaction:
    """Return the scenario of dissatisfaction and the reasons of the losses of a portfolio at D."""
    given = portfolio.params.satisfaction
    each = _revenue_per_customer(portfolio)
    known, source = _unhappy(portfolio)
    unhappy = Fraction(TEXT) if isinstance(known, Unknown) else known
    # the example of the text is no count of this company: its euros would be invented
    worth = None if isinstance(each, Unknown) or isinstance(known, Unknown) else each
    cost = scenario.dissatisfaction_cost(
        unhappy, voice=given.voice, told=given.told, revenue_per_customer=worth
    )
    voices = scenario.steps(
        min(given.voice, given.voice_band[0]), given.voice, max(given.voice, given.voice_band[1])
    )
    tolds = scenario.steps(
        min(given.told, given.told_band[0]), given.told, max(given.told, given.told_band[1])
    )
    band = scenario.sensitivity(unhappy, voices=voices, told=tolds, revenue_per_customer=worth)
    lost, reasons, why = _losses(portfolio)
    return Dissatisfaction(
        unhappy, source, cost, band, float(given.voice), float(given.told), lost, reasons, why,
        [*_scenario_findings(portfolio, known, source, cost, each), *_loss_findings(portfolio, lost, why)],
    )  # fmt: skip


def _revenue_per_customer(portfolio: Portfolio) -> Fraction | Unknown:
    given = portfolio.params.satisfaction.revenue_per_customer
    if given is not None:
        return Fraction(given)
    revenue = active_revenue(portfolio)
    if isinstance(revenue, Unknown):
        return revenue
    cents = int((revenue * 100).round().astype("int64").sum())
    return Fraction(cents, 100 * len(revenue)) if len(revenue) else Unknown("denominator_zero")


def _unhappy(portfolio: Portfolio) -> tuple[Fraction | Unknown, str]:
    """Number of unhappy clients: told, else as the survey tells, else as the claims of the year suggest.

    Claims stand for more unhappy clients than there are clients as soon as few of them speak: the assumption then
    contradicts the data and nothing is told.
    """
    given = portfolio.params.satisfaction
    if given.unhappy is not None:
        return Fraction(given.unhappy), "declared"
    revenue = active_revenue(portfolio)
    if isinstance(revenue, Unknown):
        return revenue, "text"
    said = surveys(portfolio)
    if said.reason is None:
        return scenario.estimated_unhappy(said.dissatisfied, len(said.voters), len(revenue)), "survey"
    heard = complaints(portfolio)
    if heard.reason is not None:
        return Unknown("missing:unhappy"), "text"
    behind = scenario.unhappy_behind(len(heard.clients), voice=given.voice)
    return (Unknown("unreliable:voice"), "text") if behind > len(revenue) else (behind, "claims")


def _people(name: str, value: Fraction, cost: scenario.Cost) -> float:
    """Round to whole people; to tenths where whole numbers would not multiply as they are told to."""
    whole = scenario.whole
    agrees = not cost.silent or whole(cost.silent) * (cost.potential / cost.silent) == whole(cost.potential)
    return whole(value) if agrees or name == "potential_customers_lost" else round(float(value), 1)


def _scenario_findings(
    portfolio: Portfolio,
    known: Fraction | Unknown,
    source: str,
    cost: scenario.Cost,
    each: Fraction | Unknown,
) -> list[Finding]:
    unknown = known if isinstance(known, Unknown) else None
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    worth = each if isinstance(each, Unknown) else round(float(cost.revenue or 0), 2)
    counted = {
        "unhappy_customers": cost.unhappy,
        "silent_lost": cost.silent,
        "potential_customers_lost": cost.potential,
    }
    said = f"caveat.unhappy_{source}"
    return [
        *(
            finding(f"satisfaction.{name}", unknown or _people(name, value, cost), period=period, inputs=INPUTS,
                    caveat=None if unknown else said if name == "unhappy_customers" else "caveat.scenario")
            for name, value in counted.items()
        ),
        finding("satisfaction.revenue_at_risk", unknown or worth, period=period, inputs=INPUTS,
                caveat="caveat.scenario"),
        _voice_observed(portfolio),
    ]  # fmt: skip


def _voice_observed(portfolio: Portfolio) -> Finding:
    """Share of the unhappy answering clients that also complained in N: what the text supposes to be 4 %."""
    said, heard = surveys(portfolio), complaints(portfolio)
    why = said.reason or heard.reason
    unhappy = said.voters.index[said.voters.is_dissatisfied] if said.reason is None else pd.Index([])
    spoke = int(unhappy.isin(heard.clients.index).sum()) if heard.reason is None else 0
    return share_finding(
        "voice_observed_share", spoke, len(unhappy), Unknown("denominator_zero"), reason=why,
        caveat="caveat.voice_observed", inputs=("interactions",),
    )  # fmt: skip


def _losses(portfolio: Portfolio) -> tuple[pd.DataFrame, pd.DataFrame, Unknown | None]:
    """Clients lost in N with the reason that somebody told, and the ranking of the reasons."""
    nothing = pd.DataFrame()
    if not portfolio.has_lines:
        return nothing, nothing, NO_LINES
    years = portfolio.windows
    if not (portfolio.is_complete(years.n) and portfolio.is_complete(years.n1)):
        return nothing, nothing, Unknown("period_incomplete")
    frame = portfolio.customers
    gone = counts(portfolio).customers.status.eq("lost") & ~frame.is_pool
    lost = frame.loc[gone, ["name", "salesperson", "revenue_n1", "last_purchase"]]
    if lost.empty:
        return lost, nothing, Unknown("not_applicable:nobody_lost")
    table = of_clients(portfolio, events(portfolio))
    if not table.cause.notna().any():
        return lost, nothing, Unknown("missing:cause")
    lost = lost.join(loss_reasons(lost, table, as_of=portfolio.as_of))
    lost = lost.sort_values(["revenue_n1", "name"], ascending=[False, True], kind="stable")
    return lost, loss_table(lost, lost.revenue_n1), None


def _loss_findings(portfolio: Portfolio, lost: pd.DataFrame, why: Unknown | None) -> list[Finding]:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    inputs = ("interactions", "invoice_lines")
    told = lost[lost.cause.notna()] if why is None else lost.iloc[:0]
    asked = int(told.reason_source.eq("questionnaire").sum()) if why is None else 0
    whole = float(lost.revenue_n1.sum()) if why is None else 0.0
    explained: float | Unknown = Unknown("denominator_zero")
    if why is None and whole > 0:
        explained = float(told.revenue_n1.sum()) / whole
    nobody = Unknown("not_applicable:nobody_lost")
    return [
        share_finding(
            "loss_reason_coverage", len(told), len(lost), nobody, reason=why, period=period, inputs=inputs
        ),
        share_finding(
            "loss_questionnaire_share", asked, len(lost), nobody, reason=why, period=period, inputs=inputs
        ),
        finding(
            "satisfaction.loss_reason_revenue_share",
            why or explained,
            period=period,
            n=len(lost),
            inputs=inputs,
        ),
    ]


def claims_of_year(portfolio: Portfolio) -> pd.Series:
    """Return the claims of each client in N, 0 where there is none (C09)."""
    rows = within(complaints(portfolio).claims, portfolio.windows.n)
    tally = rows.customer_id.value_counts()
    return tally.reindex(portfolio.customers.index).fillna(0).astype("int64").rename("claims_n")
