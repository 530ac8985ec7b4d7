"""Weight of each client, concentration and dependency (section 1).

Floor 5. Base of every share: revenue of the active clients that are identified, pooled codes left out;
revenue without client stands beside it and, above a threshold, makes the whole section unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import operations
from capclient.findings import Finding, finding
from capclient.indicators import concentration as weight
from capclient.indicators import dependency
from capclient.indicators.breakdown import revenue_by, salesperson_table, segments_hhi
from capclient.indicators.history import clients_to_win_back, weight_history
from capclient.indicators.status import growth
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.once import once
from capclient.vocabulary import Unknown
from capclient.wording.numbers import day

DIMENSIONS = ("segment", "sector", "region", "country", "customer_type")
NAMED_IN_HISTORY = 8


@dataclass(frozen=True)
class Concentration:
    """Frames of the section, or empty ones when ``reason`` says why there are none.

    ``ranking``: one row per client, largest first. ``history``: weights of every client by year (columns).
    ``segments``: breakdown by each dimension that is known.
    """

    ranking: pd.DataFrame
    pareto: pd.DataFrame
    lorenz: pd.DataFrame
    history: pd.DataFrame
    winback: pd.DataFrame
    segments: dict[str, pd.DataFrame]
    salespeople: pd.DataFrame
    stress: dependency.StressTest | Unknown
    gini_band: str
    reason: Unknown | None
    findings: list[Finding]


@once
def concentration(portfolio: Portfolio) -> Concentration:
    """Return the weights of the clients and what they say of dependency."""
    limits = portfolio.thresholds.concentration
    frame = portfolio.customers[~portfolio.customers.is_pool]
    period, reason, caveat = _usable(portfolio)
    revenue = frame.revenue_n.where(~frame.revenue_n.isna(), 0.0) if reason is None else frame.revenue_n * 0
    known_before = portfolio.has_lines and portfolio.is_complete(portfolio.windows.n1)
    before = frame.revenue_n1 if known_before else None
    economics = portfolio.params.economics
    stress = dependency.stress_test(
        revenue,
        variable_cost_rate=economics.variable_cost_rate,
        fixed_costs=economics.fixed_costs,
        total=_total(portfolio, period),
    )
    gini = dependency.gini(revenue)
    winback = (
        clients_to_win_back(frame)
        if portfolio.has_lines and portfolio.is_complete(portfolio.windows.n)
        else frame.iloc[:0]
    )
    return Concentration(
        ranking=_ranking(frame, revenue, before, limits.abc, limits.pmg),
        pareto=weight.pareto_curve(revenue),
        lorenz=weight.lorenz_curve(revenue),
        history=_history(portfolio),
        winback=winback,
        segments=_segments(portfolio, frame, period) if reason is None else {},
        salespeople=salesperson_table(frame) if reason is None and portfolio.has_lines else pd.DataFrame(),
        stress=stress,
        gini_band=_band(gini, limits.gini_bands),
        reason=reason,
        findings=_findings(portfolio, frame, revenue, before, stress, winback, period, reason, caveat),
    )


def _usable(portfolio: Portfolio) -> tuple[Period, Unknown | None, str | None]:
    """Return the period, why the section is unknown (or None) and the caveat it must carry (section 1)."""
    if not portfolio.has_lines:
        return portfolio.totals_period, None, None
    period = portfolio.windows.n
    if not portfolio.is_complete(period):
        return period, Unknown("period_incomplete"), None
    share = unassigned_share(portfolio)
    quality = portfolio.thresholds.quality
    if share > float(quality.unassigned_refusal):
        return period, Unknown("unreliable:unidentified"), None
    return period, None, "caveat.unassigned" if share > float(quality.unassigned_caveat) else None


def unassigned_share(portfolio: Portfolio) -> float:
    """Return the share of revenue N that no client answers for; 0 when there is no revenue."""
    total = portfolio.total_revenue(portfolio.windows.n)
    return (total - float(portfolio.customers.revenue_n.sum())) / total if total > 0 else 0.0


def _total(portfolio: Portfolio, period: Period) -> float | None:
    return portfolio.total_revenue(period) if portfolio.has_lines else None


def _ranking(
    frame: pd.DataFrame,
    revenue: pd.Series,
    before: pd.Series | None,
    abc: tuple[object, object],
    pmg: tuple[object, object],
) -> pd.DataFrame:
    weights = weight.weights(revenue)
    ranking = pd.DataFrame({"name": frame.name, "revenue_n": revenue}).join(weights)
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
    return ranking.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")


def _history(portfolio: Portfolio) -> pd.DataFrame:
    """Weights by year (rows, oldest first): the largest clients by name, the others together."""
    if not portfolio.has_lines:
        return pd.DataFrame()
    lang = portfolio.params.company.language
    years = portfolio.years_back()
    if not years:
        return pd.DataFrame()
    frame = portfolio.customers[~portfolio.customers.is_pool]
    revenue = pd.DataFrame(
        {day(year.end, lang, "month"): portfolio.revenue(year).reindex(frame.index) for year in years}
    )
    weights = weight_history(revenue).fillna(0.0)
    largest = weights.max(axis=1).sort_values(ascending=False, kind="stable").index[:NAMED_IN_HISTORY]
    names = frame.name[largest]
    twins = names.duplicated(keep=False)  # two clients of one name are told apart by their code
    shown = (
        weights.loc[largest].set_axis(names.where(~twins, names + " (" + largest.astype(str) + ")"), axis=0).T
    )
    return shown.assign(others=1 - shown.sum(axis=1)) if len(frame) > len(largest) else shown


def _segments(portfolio: Portfolio, frame: pd.DataFrame, period: Period) -> dict[str, pd.DataFrame]:
    """Breakdown of revenue by what is known of the clients, and by product family."""
    tables = {
        name: revenue_by(frame.revenue_n, frame[name])
        for name in DIMENSIONS
        if name in frame and frame[name].notna().any()
    }
    if portfolio.has_lines:
        lines = portfolio.ledger.frame(operations.FAMILY_REVENUE, [period.start, period.end])
        if lines.family.notna().any():
            families = revenue_by(euros(lines.revenue), lines.family)
            tables["family"] = families.drop(columns="customers")
    return tables


def _band(gini: float | Unknown, bands: tuple[object, object]) -> str:
    if isinstance(gini, Unknown):
        return "unknown"
    low, high = (float(str(bound)) for bound in bands)
    return "low" if gini < low else "usual" if gini <= high else "high"


def _by_group(frame: pd.DataFrame, revenue: pd.Series) -> pd.Series | Unknown:
    """Revenue by client group; a client without group is a group of its own."""
    if frame.group_id.isna().all():
        return Unknown("missing:group_id")
    group = frame.group_id.fillna(pd.Series(frame.index, index=frame.index))
    return revenue.groupby(group).sum().round(2)


def _margin_share(frame: pd.DataFrame) -> float | Unknown:
    """Share in gross margin of the client that is first by revenue (1.8)."""
    if "margin_n" not in frame or frame.margin_n.isna().all():
        return Unknown("missing:cost")
    total = float(frame.margin_n.sum())
    first = frame.margin_n.iloc[int(frame.revenue_n.to_numpy().argmax())]
    if pd.isna(first):
        return Unknown("missing:cost")
    return float(first) / total if total > 0 else Unknown("denominator_zero")


def _findings(
    portfolio: Portfolio,
    frame: pd.DataFrame,
    revenue: pd.Series,
    before: pd.Series | None,
    stress: dependency.StressTest | Unknown,
    winback: pd.DataFrame,
    period: Period,
    reason: Unknown | None,
    caveat: str | None,
) -> list[Finding]:
    limits = portfolio.thresholds.concentration
    active = int((revenue > 0).sum())
    groups = _by_group(frame, revenue)
    classes = weight.abc_classes(revenue, limits=limits.abc).abc_class.value_counts()
    for_80 = weight.customers_for_share(revenue, limits.pareto_goal)
    hhi = dependency.hhi(revenue)
    undated = Unknown("missing:invoice_lines") if not portfolio.has_lines else Unknown("period_incomplete")
    top1 = dependency.top_share(revenue, 1)

    def change(of: object, value: float | Unknown) -> float | Unknown:
        if before is None:
            return undated
        past = of(before)  # type: ignore[operator]
        return (
            value - past
            if not isinstance(value, Unknown) and not isinstance(past, Unknown)
            else Unknown("denominator_zero")
        )

    values: dict[str, object] = {
        **{f"top{k}_share": dependency.top_share(revenue, k) for k in (1, 3, 5, 10)},
        "top1_share_group": groups if isinstance(groups, Unknown) else dependency.top_share(groups, 1),
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
            f"class_{code.lower()}_customers": int(classes.get(code, 0))
            if active
            else Unknown("denominator_zero")
            for code in "ABC"
        },
        "top1_margin_share": _margin_share(frame) if portfolio.has_lines else Unknown("missing:cost"),
        "stress_top1_revenue_lost": stress if isinstance(stress, Unknown) else stress.revenue_lost,
        "stress_top1_contribution_lost": stress if isinstance(stress, Unknown) else stress.contribution_lost,
        "stress_top1_result": stress if isinstance(stress, Unknown) else stress.result_after,
        "stress_top1_months": stress if isinstance(stress, Unknown) else stress.months_of_fixed_costs,
    }
    special = {"pareto_top20_share": "caveat.pareto", "hhi": "caveat.hhi", "top1_share": "caveat.dependency"}
    found = [
        finding(
            f"concentration.{name}",
            value if reason is None else reason,  # type: ignore[arg-type]
            period=period,
            n=active,
            caveat=caveat or special.get(name),
        )
        for name, value in values.items()
    ]
    known = portfolio.has_lines and portfolio.is_complete(portfolio.windows.n)
    back: list[tuple[str, int | float | Unknown]] = [
        ("winback_customers", len(winback) if known else undated),
        ("winback_revenue", float(winback.best_12m.sum()) if known else undated),
    ]
    return found + [finding(f"concentration.{name}", value, period=period) for name, value in back]


__all__ = ["Concentration", "concentration", "segments_hhi", "unassigned_share"]
