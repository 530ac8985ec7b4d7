"""The concentration of one portfolio under each definition, and year after year (1.3 to 1.7).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import SMALL, Finding, finding
from capclient.indicators import concentration as weight
from capclient.indicators import dependency
from capclient.indicators.definitions import (
    by_group,
    classes_by_share_after,
    compared_classes,
    side_by_side,
)
from capclient.portfolio import Portfolio
from capclient.themes.base import Base, base
from capclient.themes.once import once
from capclient.vocabulary import ABC, Unknown

NO_GROUP = Unknown("missing:group_id")
NOT_APPLICABLE = Unknown("not_applicable")
BY_GROUP = {
    "groups": "customers",
    **{f"top{k}_share_group": f"top{k}_share" for k in (1, 3, 5, 10)},
    "pareto_customers_for_80_group": "pareto_customers_for_80",
    "gini_group": "gini",
    "hhi_group": "hhi",
    "effective_customers_group": "effective_customers",
}
WITH_POOLS = {f"{name}_with_pools": name for name in ("top1_share", "hhi", "effective_customers")}


@dataclass(frozen=True)
class Views:
    """``table``: measures (rows) of each view (columns): ``clients``, then, where they say something else,
    ``groups``, ``with_pools``, ``without_intragroup`` and ``without_first``.

    ``groups``: revenue by client group, or why there is none. ``classes``: classes A, B and C under the two rules;
    ``moved``: the clients whose class depends on the rule. ``years``: the main indices of every complete year,
    that ends on ``year``.
    """

    table: pd.DataFrame
    groups: pd.Series | Unknown
    classes: pd.DataFrame
    moved: pd.DataFrame
    years: pd.DataFrame
    findings: list[Finding]


@once
def views(portfolio: Portfolio) -> Views:
    """Return the concentration of a portfolio under each definition of client and of class."""
    here = base(portfolio)
    groups = groups_of(here, here.revenue)
    shown = _revenues(portfolio, here, groups)
    table = side_by_side(shown)
    limits = portfolio.thresholds.concentration
    before = weight.abc_classes(here.revenue, limits=limits.abc).abc_class
    after = classes_by_share_after(here.revenue, limits=limits.abc).abc_class
    moved = pd.DataFrame({"name": here.frame.name, "revenue_n": here.revenue, "abc_class": before})
    moved["abc_after"] = after
    moved = moved[before.notna() & (before != after)].sort_values(
        ["revenue_n", "name"], ascending=[False, True], kind="stable"
    )
    classes = compared_classes(before, after, here.revenue)
    return Views(
        table=table,
        groups=groups,
        classes=classes,
        moved=moved,
        years=_years(portfolio),
        findings=_findings(here, table, groups, classes, len(moved)),
    )


def groups_of(here: Base, revenue: pd.Series) -> pd.Series | Unknown:
    """Return the revenue by client group, or why nobody can say."""
    labels = here.frame.group_id
    return NO_GROUP if labels.isna().all() else by_group(revenue, labels)


def _revenues(portfolio: Portfolio, here: Base, groups: pd.Series | Unknown) -> dict[str, pd.Series]:
    """Revenue of each view; one that would repeat the first is left out."""
    frame, revenue = portfolio.customers, here.revenue
    found = {"clients": revenue}
    if not isinstance(groups, Unknown):
        found["groups"] = groups
    if here.reason is None and (frame.revenue_n[frame.is_pool] > 0).any():
        found["with_pools"] = frame.revenue_n.fillna(0.0)
    if (revenue[here.frame.is_intragroup] > 0).any():
        found["without_intragroup"] = revenue[~here.frame.is_intragroup]
    found["without_first"] = weight.active_cents(revenue).iloc[1:] / 100
    return found


def _years(portfolio: Portfolio) -> pd.DataFrame:
    """Return the main indices of every complete year, oldest first: is the portfolio spreading its risks?"""
    if not portfolio.has_lines:
        return pd.DataFrame()
    here = base(portfolio)
    rows = []
    for year in portfolio.years_back():
        revenue = portfolio.revenue(year).reindex(here.frame.index)
        found = side_by_side({"clients": revenue}).clients
        groups = groups_of(here, revenue)
        first_group = groups if isinstance(groups, Unknown) else dependency.top_share(groups, 1)
        rows.append(
            {
                "year": year.end,
                "active": found.customers,
                "top1_share": found.top1_share,
                "top1_share_group": first_group,
                "top10_share": found.top10_share,
                "hhi": found.hhi,
                "effective_customers": found.effective_customers,
            }
        )
    return pd.DataFrame(rows)


def _findings(
    here: Base, table: pd.DataFrame, groups: pd.Series | Unknown, classes: pd.DataFrame, moved: int
) -> list[Finding]:
    of_groups: dict[str, object] = {
        name: NO_GROUP if isinstance(groups, Unknown) else table.loc[measure, "groups"]
        for name, measure in BY_GROUP.items()
    }
    past = NO_GROUP if here.before is None else groups_of(here, here.before)
    change: float | Unknown = here.no_change if here.before is None else NO_GROUP
    if not isinstance(past, Unknown) and not isinstance(groups, Unknown):
        now, then = dependency.top_share(groups, 1), dependency.top_share(past, 1)
        known = not isinstance(now, Unknown) and not isinstance(then, Unknown)
        change = now - then if known else Unknown("denominator_zero")  # type: ignore[operator]
    pooled = {
        name: table.loc[measure, "with_pools"] if "with_pools" in table else NOT_APPLICABLE
        for name, measure in WITH_POOLS.items()
    }
    counts = {
        f"class_{code.lower()}_customers_after": int(classes.customers_after[code])
        if here.active
        else Unknown("denominator_zero")
        for code in ABC
    }
    values = {
        **of_groups,
        "top1_share_group_change": change,
        **pooled,
        **counts,
        "class_changes": moved if here.active else Unknown("denominator_zero"),
    }
    special = {"gini_group": "caveat.gini_group"}
    few = "caveat.few_customers" if here.active < SMALL else None
    return [
        finding(
            f"concentration.{name}",
            here.reason or value,  # type: ignore[arg-type]
            period=here.period,
            n=here.active,
            caveat=here.caveat or special.get(name) or (few if name == "hhi_group" else None),
        )
        for name, value in values.items()
    ]
