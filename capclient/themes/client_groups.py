"""Groups of similar clients, when the portfolio has any: what each looks like, and how far to believe it (9).

Floor 5. Population: clients that bought in the last 24 months, pooled codes left out; for client totals, the clients
with positive revenue, described by their measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.clusters import Clusters, cluster, cluster_features, ordinal_answers
from capclient.indicators.exact import compare, number
from capclient.indicators.group_profiles import (
    Axes,
    Trait,
    apart,
    extremes,
    group_gaps,
    group_traits,
    places,
    principal_axes,
)
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.counts import counts
from capclient.themes.lateness import lateness
from capclient.themes.net_margin import net_margin
from capclient.themes.once import once
from capclient.themes.pricing import pricing
from capclient.themes.purchases import purchases
from capclient.vocabulary import Unknown
from capclient.wording import has, text

BETWEEN = 0.10  # a client is between two groups when it is at most so much nearer to its own
KNOWN = "0.50"  # share of clients for which a trait must be known to make groups


@dataclass(frozen=True)
class ClientGroups:
    """``clusters``: the groups as they were made, or why there are none; ``reason``: why they are not to be believed.

    ``labels``: group of each client, missing when there is no structure. ``profiles``: a row per group, ``customers``,
    ``revenue`` and ``revenue_share``, then medians in original units. ``gaps``: departures of each group in robust
    units. ``traits``: what names each group; ``apart``: groups that are cases apart. ``clients``: distance, margin and
    place on the map of each client; ``extremes``: clients beyond the scale on some trait.
    """

    clusters: Clusters | Unknown
    reason: Unknown | None
    labels: pd.Series
    profiles: pd.DataFrame
    gaps: pd.DataFrame
    traits: dict[int, tuple[Trait, ...]]
    apart: tuple[int, ...]
    clients: pd.DataFrame
    axes: Axes | None
    extremes: pd.DataFrame
    findings: list[Finding]


@once
def client_groups(portfolio: Portfolio) -> ClientGroups:
    """Return the groups of similar clients at D."""
    frame = portfolio.customers
    found = _clusters(portfolio)
    if isinstance(found, Unknown):
        none, empty = pd.Series(pd.NA, index=frame.index, dtype="Int64"), pd.DataFrame()
        return ClientGroups(
            found, found, none, empty, empty, {}, (), empty, None, empty, _findings(found, empty)
        )
    reason = Unknown(found.reason) if found.reason else None
    labels = found.labels.reindex(frame.index)
    axes, gaps = principal_axes(found), group_gaps(found)
    clients = places(found).join(axes.points).join(frame[["name", "revenue_n"]])
    return ClientGroups(
        clusters=found,
        reason=reason,
        labels=labels if reason is None else labels.mask(labels.notna()),
        profiles=_profiles(found, frame.revenue_n),
        gaps=gaps,
        traits=group_traits(gaps),
        apart=tuple(apart(found)),
        clients=clients,
        axes=axes,
        extremes=extremes(found).join(clients[["name", "revenue_n", "cluster"]], on="client"),
        findings=_findings(found, clients),
    )


def _clusters(portfolio: Portfolio) -> Clusters | Unknown:
    limits = portfolio.thresholds.segments
    chosen = {
        "ks": limits.clusters, "seed": limits.seed, "bootstraps": limits.bootstraps,
        "stability": limits.stability, "minimum": limits.min_customers, "near": limits.near_silhouette,
        "least": (limits.group_customers, limits.group_share),
    }  # fmt: skip
    frame = portfolio.customers
    if not portfolio.has_lines:
        measures = portfolio.store.report["totals"]["measures"]
        originals = frame.loc[frame.revenue_n > 0, ["revenue_n", *measures]].astype("float64")
        # Revenue orders the groups and describes them; the mix of measures makes them.
        return cluster(np.log1p(originals[measures].clip(lower=0)), originals, **chosen)  # type: ignore[arg-type]
    if portfolio.no_days:
        return portfolio.no_days
    if not portfolio.is_complete(portfolio.windows.n):
        return Unknown("period_incomplete")
    known = frame[(frame.purchase_days_24m > 0) & ~frame.is_pool]
    if len(known) < limits.min_customers:
        return Unknown("n_small")  # before the features are computed: most of them cost more than the groups
    features, originals = cluster_features(described(portfolio, known))
    return cluster(features, originals, **chosen)  # type: ignore[arg-type]


def described(portfolio: Portfolio, known: pd.DataFrame) -> pd.DataFrame:
    """Return the features of section 9 that this company knows for half of its clients, and its grid of answers."""
    states, bought = (
        behaviour(portfolio).reindex(known.index),
        purchases(portfolio).customers.reindex(known.index),
    )
    table = pd.DataFrame(
        {
            "revenue_n": known.revenue_n,
            "growth": counts(portfolio).customers.growth.reindex(known.index),
            "interval_days": states.interval_days,
            "ratio": states.ratio,
            "volatility": bought.volatility,
            "range_breadth": bought.range_breadth,
            "seniority_years": (pd.Timestamp(portfolio.as_of) - known.first_purchase).dt.days / 365.25,
            "season_share": states.season_share,
            "price_index": pricing(portfolio).customers.price_index.reindex(known.index),
        }
    )
    if known.margin_n.notna().any():
        base = known.cost_known_revenue_n.where(known.cost_known_revenue_n > 0)
        table["gross_margin_rate"] = known.margin_n / base
    earned, paying = net_margin(portfolio), lateness(portfolio)
    if earned.reason is None and earned.basis == "net":
        table["cost_to_serve_rate"] = earned.customers.service_rate.reindex(known.index)
    if paying.reason is None:
        table["days_late"] = paying.customers.days_late.reindex(known.index)
    table = table.apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    kept = [
        name
        for name in table
        if name == "revenue_n" or compare(int(table[name].notna().sum()), len(table), KNOWN) >= 0
    ]
    sheet = portfolio.table("customers")
    answers = sheet.drop_duplicates("customer_id").set_index("customer_id").reindex(known.index)
    return table[kept].join(ordinal_answers(answers))


def _profiles(found: Clusters, revenue: pd.Series) -> pd.DataFrame:
    """Clients and revenue of each group, then its medians."""
    earned = revenue.reindex(found.labels.index)
    sums = earned.groupby(found.labels).sum().round(2)
    total = float(earned.sum())
    counted = pd.DataFrame({"customers": found.sizes, "revenue": sums})
    counted["revenue_share"] = sums / total if total > 0 else float("nan")
    return counted.join(found.profiles.add_prefix("median_")).rename_axis("cluster")


def trait(feature: str, side: str, lang: str) -> str:
    """Say a trait in words; a measure of client totals has the company's own name.

    >>> print(trait("Milk", "high", "en"))
    high Milk
    """
    if has(f"trait.{feature}.{side}"):
        return text(f"trait.{feature}.{side}", lang)
    return text(f"trait.other.{side}", lang, name=feature)


def group_name(groups: ClientGroups, label: int, lang: str) -> str:
    """Say what a group is: its one or two traits, most marked first; a case apart is called so.

    A group like the whole portfolio has no trait; groups that nothing tells apart keep their number.
    """
    words = [trait(feature, side, lang) for feature, side in groups.traits.get(label, ())]
    name = listed(words, lang) if words else text("group.ordinary", lang)
    if label in groups.apart:
        name = text("group.apart", lang, name=name)
    twins = [
        other for other, traits in groups.traits.items() if set(traits) == set(groups.traits.get(label, ()))
    ]
    name = name[:1].upper() + name[1:]
    return text("group.numbered", lang, name=name, label=label) if len(twins) > 1 else name


def group_names(groups: ClientGroups, lang: str) -> dict[int, str]:
    """Return the name of each group by label; no two are alike."""
    return {label: group_name(groups, label, lang) for label in groups.traits}


def listed(parts: list[str], lang: str) -> str:
    """Join traits: ``a, b et c``."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + text("list.and", lang) + parts[-1]


NAMES = (
    "clusters",
    "cluster_silhouette",
    "cluster_stability",
    "cluster_gap",
    "cluster_features",
    "cluster_between",
)


def _findings(found: Clusters | Unknown, clients: pd.DataFrame) -> list[Finding]:
    if isinstance(found, Unknown):
        return [finding(f"model.{name}", found) for name in NAMES]
    n = len(found.labels)
    structure: int | Unknown = Unknown(found.reason) if found.reason else found.k
    gap: float | Unknown = Unknown("not_applicable")
    if found.next_best is not None:
        gap = float(number(float(found.curve[found.k])) - number(float(found.curve[found.next_best])))
    between = Unknown(found.reason) if found.reason else int((clients.margin < BETWEEN).sum())
    values = (structure, found.silhouette, found.stability, gap, len(found.profiles.columns), between)
    return [
        finding(f"model.{name}", value, n=n, caveat="caveat.clusters")
        for name, value in zip(NAMES, values, strict=True)
    ]
