"""Figures of the segments chapter: the RFM grid and the clusters (section 9)."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.heat import heat
from capclient.figures.lettering import customers, listed
from capclient.figures.palette import ACCENT, INK, MUTED, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import has, text
from capclient.wording.numbers import count, decimal, share, spoken


def rfm_figure(grid: pd.DataFrame | Unknown, scores: pd.DataFrame, *, lang: str) -> Figure | Notice:
    """Draw how many clients stand at each recency and frequency score; darker cells buy for more.

    Parameters
    ----------
    grid
        Counts; index: recency score (5 is the most recent), columns: frequency score.
    scores
        ``r``, ``f`` and ``m`` of each client: the colour is the median money score of a cell.
    """
    missing = unusable(grid)
    if missing is not None or isinstance(grid, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    counts = grid.fillna(0).astype(int).sort_index(ascending=False).sort_index(axis=1)
    total = int(counts.to_numpy().sum())
    if not total:
        return notice(Unknown("n_small"), lang)
    numbers = scores[["r", "f", "m"]].dropna().astype(float)
    median = numbers.groupby(["r", "f"])["m"].median().unstack()
    median = median.reindex(index=counts.index.astype(float), columns=counts.columns.astype(float))
    median.index, median.columns = counts.index, counts.columns
    best = int(counts.to_numpy()[0, -1])
    sleeping = int(counts.iloc[-1].sum())
    facts = {
        "best": customers(best, lang),
        "best_share": share(best / total, lang, 0),
        "all": customers(total, lang),
        "total": count(total, lang),
        "sleeping": customers(sleeping, lang),
        "top": counts.index.max(),
        "bottom": counts.index.min(),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        heat(ax, counts, lang, colour=median)
        ax.set_xlabel(text("figure.rfm.x", lang))
        ax.set_ylabel(text("figure.rfm.y", lang))

    parts = [
        text("figure.rfm.part", lang, r=r, n=listed([count(n, lang) for n in counts.loc[r]], lang))
        for r in counts.index
    ]
    title = text("figure.rfm.title", lang, **facts)
    alt = text("figure.rfm.alt", lang, **facts, parts=" ; ".join(parts))
    return drawn(draw, name="rfm", title=title, alt=alt, height=110 + 52 * len(counts))


def clusters_figure(
    profiles: pd.DataFrame | Unknown, sizes: pd.Series, *, lang: str, currency: str, units: dict[str, str]
) -> Figure | Notice:
    """Draw the median of each feature by cluster, in original units, one small panel per feature.

    Parameters
    ----------
    profiles
        Medians; index: cluster label, columns: features.
    sizes
        Clients per cluster.
    units
        Unit of each feature (:data:`capclient.vocabulary.UNITS`); a feature without unit is a ratio.
    """
    missing = unusable(profiles)
    if missing is not None or isinstance(profiles, Unknown):
        return notice(missing or Unknown("n_small"), lang)
    known = profiles.dropna(axis=1, how="all")
    names = [
        text("figure.clusters.group", lang, label=label, n=customers(sizes[label], lang))
        for label in known.index
    ]
    across = min(3, known.shape[1])
    down = ceil(known.shape[1] / across)

    def words(feature: str) -> Callable[[object], str]:
        return lambda value: spoken(value, units.get(feature, "ratio"), lang, currency)

    def draw(axes: list[Axes]) -> None:
        for place, ax in enumerate(axes):
            if place >= known.shape[1]:
                ax.set_visible(False)
                continue
            _panel(ax, known.iloc[:, place], names, words(str(known.columns[place])), lang)
            if place % across:
                ax.set_yticklabels([])

    largest: Any = sizes.loc[known.index].idxmax()
    facts = {
        "k": count(len(known), lang),
        "n": customers(sizes[largest], lang),
        "share": share(sizes[largest] / sizes.sum(), lang, 0),
    }
    parts = [
        name
        + text("list.colon", lang)
        + listed(
            [f"{feature_label(str(f), lang)} {words(str(f))(known.at[label, f])}" for f in known.columns],
            lang,
        )
        for label, name in zip(known.index, names, strict=True)
    ]
    title = text("figure.clusters.title", lang, **facts)
    alt = text("figure.clusters.alt", lang, parts=" ; ".join(parts))
    height = down * (54 + 30 * len(known)) + 20
    return drawn(draw, name="clusters", title=title, alt=alt, height=height, grid=(down, across))


def feature_label(feature: str, lang: str) -> str:
    """Return the words of a clustering feature; the bare name when the catalogue has none."""
    key = f"feature.{feature}"
    return text(key, lang) if has(key) else feature.replace("_", " ")


def _panel(ax: Axes, medians: pd.Series, names: list[str], words: Callable[[object], str], lang: str) -> None:
    rows = range(len(medians))
    values = medians.fillna(0.0).to_numpy(float)
    highest = values.argmax()
    ax.barh(rows, values, height=0.62, color=[PETROL if row == highest else PETROL_SOFT for row in rows])
    for row, value in zip(rows, medians, strict=True):
        ax.annotate(
            words(value),
            (max(values[row], 0), row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.6,
            color=INK,
        )
    ax.set_title(feature_label(str(medians.name), lang), fontsize=9)
    ax.set_yticks(rows, names)
    ax.set_ylim(len(medians) - 0.4, -0.6)
    ax.set_xlim(min(values.min() * 1.3, 0), max(values.max(), 0) * 1.5 or 1)
    ax.set_xticks([])
    ax.grid(visible=False)
    ax.tick_params(axis="y", labelcolor=INK, labelsize=8.6)
    ax.spines["bottom"].set_visible(False)


def silhouette_figure(curve: pd.Series | Unknown, k: int | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the silhouette for each number of clusters tried, the chosen one marked.

    Parameters
    ----------
    curve
        Silhouette (-1 to 1) by number of clusters.
    """
    missing = unusable(curve)
    if missing is not None or isinstance(curve, Unknown):
        return notice(missing or Unknown("n_small"), lang)
    if isinstance(k, Unknown):
        return notice(k, lang)
    known = curve.dropna().astype(float).sort_index()
    facts = {"k": count(k, lang), "value": decimal(known[k], lang, 2)}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.plot(known.index, known, color=PETROL, linewidth=2, marker="o", markersize=5)
        ax.plot(
            [k], [known[k]], "o", color=ACCENT, markersize=10, markeredgecolor="white", markeredgewidth=1.5
        )
        ax.annotate(
            text("figure.silhouette.mark", lang, **facts),
            (k, known[k]),
            xytext=(0, 11),
            textcoords="offset points",
            ha="center",
            color=ACCENT,
            fontweight="bold",
        )
        ax.set_xticks(list(known.index))
        ax.margins(x=0.14)
        ax.set_ylim(min(0.0, known.min() * 1.2), max(known.max() * 1.3, 0.1))
        ax.set_xlabel(text("figure.silhouette.x", lang))
        ax.set_ylabel(text("figure.silhouette.y", lang), color=MUTED)
        ax.yaxis.set_major_formatter(lambda value, _: decimal(value, lang, 2))

    parts = listed(
        [f"k = {size}{text('list.colon', lang)}{decimal(value, lang, 2)}" for size, value in known.items()],
        lang,
    )
    title = text("figure.silhouette.title", lang, **facts)
    return drawn(
        draw, name="silhouette", title=title, alt=text("figure.silhouette.alt", lang, parts=parts), height=290
    )
