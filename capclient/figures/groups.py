"""Groups of similar clients: what sets each apart, and where clients stand between them (9)."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize

from capclient.figures.figure import Figure, drawn
from capclient.figures.lettering import customers, listed
from capclient.figures.palette import (
    ACCENT,
    ACCENT_SOFT,
    FAINT,
    INK,
    MUTED,
    OTHERS,
    PETROL,
    PETROL_MID,
    PETROL_SOFT,
)
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import has, text
from capclient.wording.numbers import is_missing, share, spoken

DIVERGING = LinearSegmentedColormap.from_list(
    "departures", [ACCENT, ACCENT_SOFT, "#ffffff", PETROL_SOFT, PETROL]
)
FAR = 2.0  # robust units at which a cell has its full colour
GROUP_COLOURS = (PETROL, ACCENT, PETROL_SOFT, ACCENT_SOFT, PETROL_MID, FAINT, "#123643", OTHERS)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def feature_label(feature: str, lang: str) -> str:
    """Return the words of a feature; the bare name when the catalogue has none."""
    for key in (f"feature.{feature}", f"column.{feature}"):
        if has(key):
            return text(key, lang)
    return feature.replace("_", " ")


def _label(label: object) -> int:
    """Return the number of a group, which pandas gives back as anything that hashes."""
    return int(str(label))


def profiles_figure(
    profiles: pd.DataFrame | Unknown,
    gaps: pd.DataFrame,
    names: dict[int, str],
    sizes: pd.Series,
    *,
    lang: str,
    currency: str,
    units: dict[str, str],
) -> Figure | Notice:
    """Draw what each group has above or below the portfolio: cells say medians, colours say departures.

    Parameters
    ----------
    profiles
        Medians in original units; index: group, columns: features.
    gaps
        Departures from the median of the portfolio in robust units, 0 for a feature that did not make the groups.
    names, sizes
        Name and number of clients of each group.
    units
        Unit of each feature (:data:`capclient.vocabulary.UNITS`); a feature without unit is a ratio.
    """
    if isinstance(profiles, Unknown):
        return notice(profiles, lang)
    known = profiles.dropna(axis=1, how="all")
    if known.empty:
        return notice(Unknown("n_small"), lang)
    departures = gaps.reindex(index=known.index, columns=known.columns).fillna(0.0)
    order = departures.abs().max().sort_values(ascending=False, kind="stable").index
    known, departures = known[order], departures[order]

    def words(feature: str, value: object) -> str:
        if is_missing(value):
            return "–"
        return spoken(value, units.get(feature, "ratio"), lang, currency)

    counts = {_label(label): int(size) for label, size in sizes.items()}
    heads = [
        f"{textwrap.fill(names[_label(label)], 24 if len(known) < 5 else 13)}\n{customers(counts[_label(label)], lang)}"
        for label in known.index
    ]
    largest = sizes.loc[known.index].idxmax()
    facts = {
        "k": str(len(known)),
        "n": customers(counts[_label(largest)], lang),
        "share": share(counts[_label(largest)] / sizes.sum(), lang, 0),
        "name": names[_label(largest)],
    }

    def draw(axes: list[Axes]) -> None:
        ax, norm = axes[0], Normalize(-FAR, FAR)
        cells = departures.clip(-FAR, FAR).to_numpy().T
        ax.imshow(cells, cmap=DIVERGING, norm=norm, aspect="auto")
        for row, feature in enumerate(known.columns):
            for place, label in enumerate(known.index):
                dark = abs(cells[row, place]) > 0.78 * FAR
                ax.text(
                    place, row, words(str(feature), known.at[label, feature]), ha="center", va="center",
                    fontsize=9 if len(known) < 6 else 7.8, color="white" if dark else INK,
                )  # fmt: skip
        ax.set_xticks(range(len(known)), heads)
        ax.set_yticks(range(len(known.columns)), [feature_label(str(f), lang) for f in known.columns])
        ax.xaxis.tick_top()
        ax.tick_params(axis="both", labelcolor=INK, labelsize=9 if len(known) < 6 else 7.6)
        ax.set_xticks(np.arange(0.5, len(known) - 1), minor=True)
        ax.set_yticks(np.arange(0.5, len(known.columns) - 1), minor=True)
        ax.grid(visible=False)
        ax.grid(which="minor", color="white", linewidth=3)
        for spine in ax.spines.values():
            spine.set_visible(False)

    parts = [
        names[_label(label)] + text("list.colon", lang)
        + listed([f"{feature_label(str(f), lang)} {words(str(f), known.at[label, f])}" for f in known.columns], lang)
        for label in known.index
    ]  # fmt: skip
    title = text("figure.groups.title", lang, **facts)
    alt = text("figure.groups.alt", lang, parts=" ; ".join(parts))
    lines = max(head.count("\n") for head in heads)
    return drawn(draw, name="groups", title=title, alt=alt, height=60 + 15 * lines + 31 * len(known.columns))


def groups_map_figure(
    points: pd.DataFrame | Unknown,
    names: dict[int, str],
    shares: tuple[float, float],
    axes_words: tuple[str, str],
    *,
    lang: str,
) -> Figure | Notice:
    """Draw each client on the two axes that spread them most, in the mark of its group.

    Parameters
    ----------
    points
        ``x``, ``y`` and ``cluster`` of each client; one group, 0, where there is no structure.
    shares
        Share of the spread that each axis keeps.
    axes_words
        What grows along each axis.
    """
    if isinstance(points, Unknown):
        return notice(points, lang)
    if points.empty:
        return notice(Unknown("n_small"), lang)
    kept = sum(shares)
    facts = {"kept": share(kept, lang, 0), "n": customers(len(points), lang)}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (label, mine) in enumerate(points.groupby("cluster")):
            ax.scatter(
                mine.x, mine.y, s=26, alpha=0.72, edgecolor="white", linewidth=0.5,
                color=GROUP_COLOURS[place % len(GROUP_COLOURS)], marker=MARKERS[place % len(MARKERS)],
                label=names.get(_label(label), ""),
            )  # fmt: skip
        ax.set_xlabel(text("figure.map.axis", lang, words=axes_words[0], share=share(shares[0], lang, 0)))
        ax.set_ylabel(text("figure.map.axis", lang, words=axes_words[1], share=share(shares[1], lang, 0)))
        ax.set_xticks([])
        ax.set_yticks([])
        ax.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
        ax.axvline(0, color=FAINT, linewidth=0.6, zorder=0)
        if names:
            ax.legend(
                loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=2, frameon=False, fontsize=8.8,
                labelcolor=MUTED,
            )  # fmt: skip

    parts = [
        f"{names[_label(label)]}{text('list.colon', lang)}{customers(len(mine), lang)}"
        for label, mine in points.groupby("cluster")
        if _label(label) in names
    ]
    key = "figure.map.title" if names else "figure.map.title_none"
    alt = text("figure.map.alt", lang, **facts, x=axes_words[0], y=axes_words[1])
    if parts:
        alt += " " + text("figure.map.parts", lang, parts=listed(parts, lang))
    return drawn(draw, name="groups-map", title=text(key, lang, **facts), alt=alt, height=430)
