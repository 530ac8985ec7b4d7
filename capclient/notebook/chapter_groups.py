"""Chapter 55: groups of similar clients, what each is, and how far to believe them.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.indicators.clusters import Clusters
from capclient.indicators.group_profiles import Trait
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import UNITS, listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.client_groups import BETWEEN, ClientGroups, group_names, listed, trait
from capclient.vocabulary import Unknown
from capclient.wording import has, text

__all__ = [
    "between_table",
    "extremes_table",
    "groups_figure",
    "groups_map_figure",
    "groups_table",
    "silhouette_figure",
    "typical_table",
]

# Units of the features that no table shows under this name.
FEATURE_UNITS = {
    "growth": "share", "season_share": "share", "cost_to_serve_rate": "share", "range_breadth": "share",
}  # fmt: skip


def silhouette_figure(groups: ClientGroups) -> figures.Figure | Notice:
    """Draw how well each number of groups separates the clients."""
    if isinstance(groups.clusters, Unknown):
        return absent(groups.clusters)
    return figures.silhouette_figure(groups.clusters.curve, groups.clusters.k, lang=desk().lang)


def groups_map_figure(groups: ClientGroups) -> figures.Figure | Notice:
    """Draw clients on two axes, in the marks of their groups; without structure they are one cloud."""
    here = desk()
    if groups.axes is None:
        return absent(groups.reason or Unknown("n_small"))
    points, names = groups.clients[["x", "y", "cluster"]], group_names(groups, here.lang)
    if groups.reason is not None:
        points, names = points.assign(cluster=0), {}
    words = (_axis(groups.axes.leading[0]), _axis(groups.axes.leading[1]))
    return figures.groups_map_figure(points, names, groups.axes.shares, words, lang=here.lang)


def _axis(traits: tuple[Trait, ...]) -> str:
    """Say what grows along an axis: its heaviest features, with the arrow of each."""
    lang = desk().lang
    return (
        listed(
            [
                text(f"figure.map.{side}", lang, feature=figures.feature_label(feature, lang))
                for feature, side in traits
            ],
            lang,
        )
        if traits
        else "–"
    )


def groups_figure(groups: ClientGroups) -> figures.Figure | Notice:
    """Draw the medians of each group and how far they stand from those of the portfolio."""
    here = desk()
    if groups.reason is not None or not isinstance(groups.clusters, Clusters):
        return absent(groups.reason or Unknown("n_small"))
    profiles = groups.clusters.profiles
    units = {name: _unit(name) for name in map(str, profiles)}
    names = group_names(groups, here.lang)
    return figures.profiles_figure(
        profiles, groups.gaps, names, groups.clusters.sizes, units=units, **here.drawn
    )


def _unit(name: str) -> str:
    """Unit of a feature; a measure of client totals is an amount, an answer of the grid a place from 0 to 1."""
    if has(f"trait.{name}.high"):
        return FEATURE_UNITS.get(name, UNITS.get(name, "ratio"))
    return UNITS.get(name, "money")


def groups_table(groups: ClientGroups) -> Table | Notice:
    """Show each group by its name: clients, revenue and share of the revenue."""
    if groups.reason is not None:
        return absent(groups.reason)
    names = group_names(groups, desk().lang)
    frame = groups.profiles.assign(cluster_name=[names[int(label)] for label in groups.profiles.index])
    return listing(frame, ["cluster_name", "customers", "revenue", "revenue_share"], "table.groups")


def typical_table(groups: ClientGroups, *, most: int = 3) -> Table | Notice:
    """Show the clients that stand nearest to the middle of their group."""
    if groups.reason is not None:
        return absent(groups.reason)
    frame = groups.clients.sort_values(["cluster", "distance", "name"], kind="stable")
    return listing(
        _named(groups, frame.groupby("cluster").head(most)),
        ["cluster_name", "name", "revenue_n"],
        "table.typical",
    )


def between_table(groups: ClientGroups, *, most: int = 10) -> Table | Notice:
    """Show the clients that stand between two groups, the largest first."""
    if groups.reason is not None:
        return absent(groups.reason)
    frame = groups.clients[groups.clients.margin < BETWEEN]
    frame = frame.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    named = _named(groups, frame).assign(margin_between=frame.margin)
    names = ["name", "cluster_name", "nearest_name", "margin_between", "revenue_n"]
    return listing(named, names, "table.between", most=most)


def extremes_table(groups: ClientGroups, *, most: int = 10) -> Table | Notice:
    """Show the clients farthest from the middle of their group on all traits, with those beyond the scale."""
    if groups.reason is not None:
        return absent(groups.reason)
    lang = desk().lang
    told = groups.extremes.assign(
        said=[
            trait(feature, side, lang)
            for feature, side in zip(groups.extremes.feature, groups.extremes.side, strict=True)
        ]
    )
    traits = told.groupby("client").said.apply(", ".join)
    frame = groups.clients.loc[traits.index].assign(traits=traits)
    # One extreme trait is common: the farthest from the middle of their group on all traits together are few.
    frame = frame.sort_values(["distance", "name"], ascending=[False, True], kind="stable").head(most)
    return listing(_named(groups, frame), ["name", "cluster_name", "traits", "revenue_n"], "table.extremes")


def _named(groups: ClientGroups, frame: pd.DataFrame) -> pd.DataFrame:
    names = group_names(groups, desk().lang)
    return frame.assign(
        cluster_name=frame.cluster.map(names), nearest_name=frame.nearest_other.map(names)
    ).rename_axis("customer_id")
