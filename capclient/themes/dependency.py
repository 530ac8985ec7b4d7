"""Dependency on the first clients in margin, and what losing them would cost (1.8, 1.9).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.dependency import effective_customers, margin_weights, top_share
from capclient.indicators.stress import StressTest, stress_test
from capclient.portfolio import Portfolio
from capclient.themes.base import Base, base
from capclient.themes.net_margin import net_margin
from capclient.themes.once import once
from capclient.themes.views import groups_of
from capclient.vocabulary import Unknown

NO_COST = Unknown("missing:cost")
SCENARIOS = ("top1", "group", "top3")
OF_MARGIN = (
    "top1_margin_share", "top1_margin_share_group", "margin_top1_share", "margin_top3_share", "margin_top10_share",
    "margin_effective_customers",
)  # fmt: skip
AMOUNTS = {
    "revenue_lost": "revenue_lost",
    "contribution_lost": "contribution_lost",
    "result": "result_after",
    "months": "months_of_fixed_costs",
}


@dataclass(frozen=True)
class Dependency:
    """``margins``: weight of each client in revenue and in margin, largest revenue first, or why there is none. The
    margin is net where the cost to serve is known (``basis``), gross otherwise; ``gross_margin`` stands beside.

    ``stress``: what happens when the first client, the first group or the first three clients leave; ``margin_lost``:
    the gross margin observed on them in N, by scenario, where costs are known.
    """

    margins: pd.DataFrame | Unknown
    stress: dict[str, StressTest | Unknown]
    margin_lost: dict[str, float]
    basis: str
    findings: list[Finding]


@once
def dependency(portfolio: Portfolio) -> Dependency:
    """Return the dependency of a portfolio in margin and the scenarios of its loss."""
    here = base(portfolio)
    margins = _margins(portfolio, here)
    stress = _stress(portfolio, here)
    lost = _margin_lost(here, margins, stress)
    basis = "gross" if isinstance(margins, Unknown) else str(margins.attrs["basis"])
    return Dependency(margins, stress, lost, basis, _findings(here, margins, stress, basis))


def _margin_lost(
    here: Base, margins: pd.DataFrame | Unknown, stress: dict[str, StressTest | Unknown]
) -> dict[str, float]:
    if isinstance(margins, Unknown):
        return {}
    lost = {
        name: margins.gross_margin.reindex(_members(here, scenario.customers, name == "group")).sum(
            min_count=1
        )
        for name, scenario in stress.items()
        if isinstance(scenario, StressTest)
    }
    return {name: round(float(amount), 2) for name, amount in lost.items() if amount == amount}


def _members(here: Base, names: tuple[str, ...], is_group: bool) -> list[str]:
    """Return the active clients that leave: those of a group, or the clients named."""
    if not is_group:
        return list(names)
    groups = here.frame.group_id.astype("str").str.strip()
    members = here.frame.index[(here.revenue > 0) & groups.isin(names)]
    return list(members) or list(names)


def _margins(portfolio: Portfolio, here: Base) -> pd.DataFrame | Unknown:
    """Weights in revenue and in margin; unknown when too little of the revenue has a cost (4.1)."""
    frame = here.frame
    if here.reason is not None:
        return here.reason
    if "margin_n" not in frame or frame.margin_n.isna().all():
        return NO_COST
    sold, costed = float(frame.revenue_n.sum()), float(frame.cost_known_revenue_n.sum())
    least = portfolio.thresholds.concentration.cost_coverage
    if sold <= 0 or costed < float(least) * sold:
        return Unknown("unreliable:cost_coverage")
    net = net_margin(portfolio)
    is_net = net.reason is None and net.basis == "net"
    earned = net.customers.net_margin.reindex(frame.index) if is_net else frame.margin_n
    table = margin_weights(here.revenue, earned)
    table.insert(0, "name", frame.name)
    table["revenue_n"], table["margin"], table["gross_margin"] = here.revenue, earned, frame.margin_n
    table.attrs["basis"] = net.basis if is_net else "gross"
    table = table[(table.revenue_n > 0) | (table.margin.fillna(0) != 0)]
    return table.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")


def _stress(portfolio: Portfolio, here: Base) -> dict[str, StressTest | Unknown]:
    economics = portfolio.params.economics
    groups = groups_of(here, here.revenue)

    def lost(revenue: pd.Series, first: int) -> StressTest | Unknown:
        return here.reason or stress_test(
            revenue,
            variable_cost_rate=economics.variable_cost_rate,
            fixed_costs=economics.fixed_costs,
            total=float(here.revenue.sum()) if here.total is None else here.total,
            first=first,
        )

    return {
        "top1": lost(here.revenue, 1),
        "group": here.reason or groups if isinstance(groups, Unknown) else lost(groups, 1),
        "top3": lost(here.revenue, 3),
    }


def first_margin_share(here: Base, margins: pd.DataFrame | Unknown) -> float | Unknown:
    """Return the share in gross margin of the client that is first by revenue (1.8)."""
    margin = here.frame.get("margin_n")
    if margin is not None and here.active and pd.isna(margin.iloc[int(here.revenue.to_numpy().argmax())]):
        return NO_COST
    return margins if isinstance(margins, Unknown) else _share_of_margin(margins, list(margins.index[:1]))


def _first_group_margin_share(here: Base, margins: pd.DataFrame | Unknown) -> float | Unknown:
    groups = groups_of(here, here.revenue)
    if isinstance(margins, Unknown):
        return margins
    if isinstance(groups, Unknown):
        return groups
    if groups.empty:
        return Unknown("denominator_zero")
    first = groups.sort_values(ascending=False, kind="stable").index[0]
    return _share_of_margin(margins, _members(here, (str(first),), True))


def _share_of_margin(margins: pd.DataFrame, ids: list[str]) -> float | Unknown:
    total = float(margins.margin.sum())
    part = margins.margin.reindex(ids)
    if part.isna().all():
        return NO_COST
    return float(part.sum()) / total if total > 0 else Unknown("denominator_zero")


def _findings(
    here: Base, margins: pd.DataFrame | Unknown, stress: dict[str, StressTest | Unknown], basis: str
) -> list[Finding]:
    earned = margins if isinstance(margins, Unknown) else margins.margin.fillna(0.0)
    first = (
        margins if isinstance(margins, Unknown) else margins.gross_margin.iloc[0] if len(margins) else NO_COST
    )
    values: dict[str, object] = {
        "top1_margin_share": first_margin_share(here, margins),
        "top1_margin_share_group": _first_group_margin_share(here, margins),
        **{
            f"margin_top{k}_share": earned if isinstance(earned, Unknown) else top_share(earned, k)
            for k in (1, 3, 10)
        },
        "margin_effective_customers": earned if isinstance(earned, Unknown) else effective_customers(earned),
        "stress_top1_margin_lost": first if isinstance(first, Unknown) else _known(float(first)),
    }
    for name in SCENARIOS:
        scenario = stress[name]
        for amount, attribute in AMOUNTS.items():
            value = scenario if isinstance(scenario, Unknown) else getattr(scenario, attribute)
            values[f"stress_{name}_{amount}"] = value
    return [
        finding(
            f"concentration.{name}",
            here.reason or value,  # type: ignore[arg-type]
            period=here.period,
            n=here.active,
            caveat=" ".join([here.caveat or "", "caveat.net_basis"]).strip()
            if basis == "net" and name in OF_MARGIN
            else here.caveat,
        )
        for name, value in values.items()
    ]


def _known(value: float) -> float | Unknown:
    return value if value == value else NO_COST
