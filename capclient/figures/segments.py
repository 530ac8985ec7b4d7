"""Figures of segments: the RFM grid, and how well each number of groups separates clients (section 9)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.heat import heat
from capclient.figures.lettering import customers, listed
from capclient.figures.palette import ACCENT, MUTED, PETROL
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal, share


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
    sharpest = known[k] >= known.max()
    title = text("figure.silhouette.title" if sharpest else "figure.silhouette.title_near", lang, **facts)
    return drawn(
        draw, name="silhouette", title=title, alt=text("figure.silhouette.alt", lang, parts=parts), height=290
    )
