"""Weight of each client, concentration and dependency (section 1).

Floor 5. The base of every share is :func:`capclient.themes.base.base`; the definitions that compete, the dependency in
margin, the breakdowns and the other classes have a module each, and their findings are given here.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import SMALL, Finding, finding
from capclient.indicators import concentration as weight
from capclient.indicators import dependency
from capclient.indicators.breakdown import segments_hhi
from capclient.indicators.history import clients_to_win_back, weight_history
from capclient.indicators.status import growth
from capclient.portfolio import Portfolio
from capclient.themes.base import Base, base, unassigned_share
from capclient.themes.breakdown import Breakdown, breakdown
from capclient.themes.classes import Classes, classes
from capclient.themes.dependency import Dependency
from capclient.themes.dependency import dependency as dependency_of
from capclient.themes.once import once
from capclient.themes.views import Views, views
from capclient.vocabulary import Unknown

NAMED_IN_HISTORY = 8


@dataclass(frozen=True)
class Concentration:
    """Frames of the section, or empty ones when ``reason`` says why there are none.

    ``ranking``: one row per client, largest first. ``history``: weights of the largest clients by year (rows, oldest
    first, by the day that ends it). ``winback``: former clients, best year first; none when N-1 is unknown. The rest
    is that of the themes that it joins: ``views``, ``dependency``, ``breakdown``, ``classes``.
    """

    ranking: pd.DataFrame
    pareto: pd.DataFrame
    lorenz: pd.DataFrame
    history: pd.DataFrame
    winback: pd.DataFrame
    views: Views
    dependency: Dependency
    breakdown: Breakdown
    classes: Classes
    gini_band: str
    reason: Unknown | None
    findings: list[Finding]

    @property
    def segments(self) -> dict[str, pd.DataFrame]:
        """Breakdown of revenue by each dimension that is known."""
        return self.breakdown.tables


@once
def concentration(portfolio: Portfolio) -> Concentration:
    """Return the weights of the clients and what they say of dependency."""
    limits = portfolio.thresholds.concentration
    here = base(portfolio)
    gini = dependency.gini(here.revenue)
    # a client is a former one when a year before N is known: without it, nobody knows, which is not nobody
    known = here.before is not None and portfolio.is_complete(portfolio.windows.n)
    winback = _winback(portfolio, here) if known else here.frame.iloc[:0]
    parts = views(portfolio), dependency_of(portfolio), breakdown(portfolio), classes(portfolio)
    found = _findings(portfolio, here) + _of_winback(here, winback if known else None)
    return Concentration(
        _ranking(here, limits.abc, limits.pmg),
        weight.pareto_curve(here.revenue),
        weight.lorenz_curve(here.revenue),
        _history(portfolio, here),
        winback,
        *parts,
        gini_band=_band(gini, limits.gini_bands),
        reason=here.reason,
        findings=found + [item for part in parts for item in part.findings],
    )


def _ranking(here: Base, abc: tuple[object, object], pmg: tuple[object, object]) -> pd.DataFrame:
    revenue, before = here.revenue, here.before
    ranking = pd.DataFrame({"name": here.frame.name, "revenue_n": revenue}).join(weight.weights(revenue))
    ranking = ranking.join(weight.cumulative(revenue))
    ranking["abc_class"] = weight.abc_classes(revenue, limits=abc).abc_class  # type: ignore[arg-type]
    ranking["pmg_class"] = weight.pmg_classes(revenue, limits=pmg).pmg_class  # type: ignore[arg-type]
    if before is None:
        ranking = ranking.assign(
            revenue_n1=float("nan"), growth=float("nan"), weight_n1=float("nan"), rank_n1=None
        )
    else:
        past = weight.weights(before)
        ranking["revenue_n1"], ranking["growth"] = before, growth(revenue, before)
        ranking["weight_n1"], ranking["rank_n1"] = past.weight, past["rank"]
    ranking["weight_change"] = ranking.weight.fillna(0) - ranking.weight_n1
    ranking["change_n"] = (ranking.revenue_n - ranking.revenue_n1).round(2)
    # equal revenues stand in the order in which their shares were cumulated
    return ranking.sort_values(
        ["revenue_n", "position", "name"], ascending=[False, True, True], kind="stable"
    )


def _history(portfolio: Portfolio, here: Base) -> pd.DataFrame:
    """Weights by year (rows, oldest first): the largest clients by name, the others together."""
    years = portfolio.years_back() if portfolio.has_lines else []
    if not years:
        return pd.DataFrame()
    frame = here.frame
    revenue = pd.DataFrame({year.end: portfolio.revenue(year).reindex(frame.index) for year in years})
    weights = weight_history(revenue)
    weights = weights.loc[:, weights.notna().any()].fillna(0.0)  # a year without sales has no weights
    largest = weights.max(axis=1).sort_values(ascending=False, kind="stable").index[:NAMED_IN_HISTORY]
    names = frame.name[largest]
    twins = names.duplicated(keep=False)  # two clients of one name are told apart by their code
    shown = (
        weights.loc[largest].set_axis(names.where(~twins, names + " (" + largest.astype(str) + ")"), axis=0).T
    )
    return shown.assign(others=1 - shown.sum(axis=1)) if len(frame) > len(largest) else shown


def _winback(portfolio: Portfolio, here: Base) -> pd.DataFrame:
    """Former clients, with the age of the loss and whether their group buys on or they are insolvent (F07)."""
    frame = here.frame
    # by fiscal year, D is later than the end of N: who has bought since is not gone
    since = frame.last_purchase > pd.Timestamp(portfolio.windows.n.end)
    gone = clients_to_win_back(frame[~since])
    gone["recency_days"] = (pd.Timestamp(portfolio.as_of) - gone.last_purchase).dt.days
    buying = set(frame.group_id[(frame.revenue_n > 0) & frame.group_id.notna()])
    gone["group_buys"] = gone.group_id.isin(buying)
    gone["is_insolvent"] = gone.insolvency_date.notna() & (
        gone.insolvency_date <= pd.Timestamp(portfolio.as_of)
    )
    return gone


def _of_winback(here: Base, winback: pd.DataFrame | None) -> list[Finding]:
    unknown = Unknown("history_short") if here.total is not None and here.reason is None else here.no_change
    values: dict[str, float | Unknown] = {
        "winback_customers": unknown if winback is None else len(winback),
        "winback_revenue": unknown if winback is None else float(winback.best_12m.sum()),
        "winback_insolvent": unknown if winback is None else int(winback.is_insolvent.sum()),
    }
    return [finding(f"concentration.{name}", value, period=here.period) for name, value in values.items()]


def _band(gini: float | Unknown, bands: tuple[object, object]) -> str:
    if isinstance(gini, Unknown):
        return "unknown"
    low, high = (float(str(bound)) for bound in bands)
    return "low" if gini < low else "usual" if gini <= high else "high"


# What one arrival or departure moves: said when there are few clients.
FRAGILE = (
    "top1_share_change", "pareto_top20_share", "pareto_customers_for_80_share", "gini", "gini_corrected",
    "hhi_normalised", "hhi_change", "effective_customers", "effective_customers_entropy",
)  # fmt: skip


def _findings(portfolio: Portfolio, here: Base) -> list[Finding]:
    limits = portfolio.thresholds.concentration
    revenue, active = here.revenue, here.active
    counts = weight.abc_classes(revenue, limits=limits.abc).abc_class.value_counts()
    for_80 = weight.customers_for_share(revenue, limits.pareto_goal)
    hhi = dependency.hhi(revenue)
    top1 = dependency.top_share(revenue, 1)

    def change(of: object, value: float | Unknown) -> float | Unknown:
        if here.before is None:
            return here.no_change
        past = of(here.before)  # type: ignore[operator]
        return (
            value - past
            if not isinstance(value, Unknown) and not isinstance(past, Unknown)
            else Unknown("denominator_zero")
        )

    values: dict[str, object] = {
        **{f"top{k}_share": dependency.top_share(revenue, k) for k in (1, 3, 5, 10)},
        "top1_share_change": change(lambda past: dependency.top_share(past, 1), top1),
        "pareto_top20_share": weight.pareto_top_share(revenue, limits.pareto_top),
        "pareto_customers_for_80": for_80,
        "pareto_customers_for_80_share": for_80 if isinstance(for_80, Unknown) else for_80 / active,
        "pareto_customers_for_50": weight.customers_for_share(revenue, "0.50"),
        "gini": dependency.gini(revenue),
        "gini_corrected": dependency.gini_corrected(revenue),
        "hhi": hhi,
        "hhi_normalised": dependency.hhi_normalised(revenue),
        "hhi_change": change(dependency.hhi, hhi),
        "effective_customers": dependency.effective_customers(revenue),
        "effective_customers_entropy": dependency.entropy_customers(revenue),
        **{
            f"class_{code.lower()}_customers": int(counts.get(code, 0))
            if active
            else Unknown("denominator_zero")
            for code in "ABC"
        },
    }
    special = {"pareto_top20_share": "caveat.pareto", "hhi": "caveat.hhi", "top1_share": "caveat.dependency"}
    if active < SMALL:
        special |= dict.fromkeys(FRAGILE, "caveat.few_customers")
    return [
        finding(
            f"concentration.{name}",
            here.reason or value,  # type: ignore[arg-type]
            period=here.period,
            n=active,
            caveat=here.caveat or special.get(name),
        )
        for name, value in values.items()
    ]


__all__ = ["Concentration", "concentration", "segments_hhi", "unassigned_share"]
