"""The weight of the largest clients through the years, as ribbons that cross when ranks change (1.1)."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import customers, drawable, listed, shortened
from capclient.figures.palette import ACCENT_SOFT, FAINT, INK, MUTED, RIBBONS
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import share

OTHERS_COLUMN = "others"
BAR = 0.07  # width of the bar of a year, in years
SMOOTH = np.linspace(0.0, 1.0, 25)
EASE = SMOOTH * SMOOTH * (3 - 2 * SMOOTH)


def weights_history_figure(history: pd.DataFrame | Unknown, *, lang: str, most: int = 8) -> Figure | Notice:
    """Draw the weight of the largest clients over the years: thick when heavy, high when first.

    Clients that bought nothing in the last year are named at the left, in the colour of what is lost.

    Parameters
    ----------
    history
        One row per year, oldest first; columns are client names and ``others``, values weights of 0 to 1.
    most
        Clients drawn; the others are counted in the total under each year.
    """
    missing = unusable(history)
    if missing is not None or isinstance(history, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = history.dropna(how="all").fillna(0.0).clip(lower=0.0)
    names = [name for name in known.columns if name != OTHERS_COLUMN][:most]
    weights = known[names].set_axis(range(len(names)), axis=1)  # two clients may bear one name
    totals = weights.sum(axis=1)
    years = [str(year) for year in known.index]
    facts = {
        "leaders": customers(len(names), lang),
        "first": share(totals.iloc[0], lang, 0),
        "last": share(totals.iloc[-1], lang, 0),
        "from": years[0],
        "to": years[-1],
    }

    def draw(axes: list[Axes]) -> None:
        _ribbons(axes[0], weights)
        _labels(axes[0], weights, [drawable(name, 24) for name in names], lang)
        axes[0].set_xticks(
            range(len(years)),
            [
                f"{textwrap.fill(year, 12)}\n{share(total, lang, 0)}"
                for year, total in zip(years, totals, strict=True)
            ],
        )
        axes[0].tick_params(axis="x", labelcolor=MUTED)

    parts = [
        f"{shortened(name, 60)} {share(weights[place].iloc[-1], lang)}"
        for place, name in enumerate(names)
        if weights[place].iloc[-1] > 0
    ]
    gone = [shortened(name, 60) for place, name in enumerate(names) if weights[place].iloc[-1] <= 0]
    title = text("figure.history.title" if len(years) > 1 else "figure.history.title_one", lang, **facts)
    alt = text("figure.history.alt", lang, **facts, parts=listed(parts, lang))
    if gone:
        alt += " " + text("figure.history.gone", lang, names=listed(gone, lang))
    return drawn(draw, name="weights-history", title=title, alt=alt, height=430)


def _places(weights: pd.DataFrame) -> list[dict[int, tuple[float, float]]]:
    """Return the top and the bottom of each client in each year, heaviest first, from 0 downwards."""
    gap = 0.012 * float(weights.sum(axis=1).max() or 1)
    stacks = []
    for _, row in weights.iterrows():
        reached, stack = 0.0, {}
        for place in sorted(row.index, key=lambda place: (-row[place], place)):
            stack[place] = (reached, reached + float(row[place]))
            reached += float(row[place]) + (gap if row[place] > 0 else 0)
        stacks.append(stack)
    return stacks


def _colours(weights: pd.DataFrame) -> dict[int, str]:
    last = weights.iloc[-1]
    staying = sorted((place for place in last.index if last[place] > 0), key=lambda place: -last[place])
    shades = {place: RIBBONS[min(rank, len(RIBBONS) - 1)] for rank, place in enumerate(staying)}
    return {place: shades.get(place, ACCENT_SOFT) for place in last.index}


def _ribbons(ax: Axes, weights: pd.DataFrame) -> None:
    stacks, colours = _places(weights), _colours(weights)
    half = BAR / 2
    for place in sorted(range(weights.shape[1]), key=lambda place: weights[place].max()):
        for year, stack in enumerate(stacks):
            top, bottom = stack[place]
            if bottom > top:
                ax.fill_between([year - half, year + half], top, bottom, color=colours[place], linewidth=0)
            if year + 1 == len(stacks) or (
                bottom <= top and stacks[year + 1][place][1] <= stacks[year + 1][place][0]
            ):
                continue
            next_top, next_bottom = stacks[year + 1][place]
            ax.fill_between(
                year + half + SMOOTH * (1 - BAR),
                top + (next_top - top) * EASE,
                bottom + (next_bottom - bottom) * EASE,
                color=colours[place],
                alpha=0.55,
                linewidth=0,
            )
    deepest = max(bottom for stack in stacks for _, bottom in stack.values())
    ax.set(ylim=(deepest * 1.01, -deepest * 0.01), xlim=(-half, max(len(stacks) - 1, 0.5) + half))
    ax.yaxis.set_visible(False)
    ax.grid(visible=False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _labels(ax: Axes, weights: pd.DataFrame, names: list[str], lang: str) -> None:
    """Name at the right who buys in the last year, at the left who does not; lines lead to the ribbons."""
    stacks = _places(weights)
    deepest = ax.get_ylim()[0]
    for year, side in ((0, -1), (len(stacks) - 1, 1)):
        if side < 0 and len(stacks) == 1:
            continue
        seen = [place for place in range(weights.shape[1]) if weights[place].iloc[year] > 0]
        seen.sort(key=lambda place: stacks[year][place])
        middles = [sum(stacks[year][place]) / 2 for place in seen]
        for place, middle, height in zip(
            seen, middles, spread(middles, 0.045 * deepest, deepest), strict=True
        ):
            weight = share(weights[place].iloc[year], lang, 0)
            gone = weights[place].iloc[-1] <= 0
            label = f"{names[place]}  {weight}" if side > 0 or gone else weight
            edge = year + side * BAR / 2
            ax.plot(
                [edge, edge + side * 0.07, edge + side * 0.1],
                [middle, height, height],
                color=FAINT,
                linewidth=0.8,
                clip_on=False,
            )
            ax.text(
                edge + side * 0.12,
                height,
                label,
                ha="left" if side > 0 else "right",
                va="center",
                fontsize=8.8,
                color=INK if side > 0 else MUTED,
            )


def spread(heights: list[float], gap: float, most: float) -> list[float]:
    """Move labels apart so that none covers another, as little as possible; ``heights`` ascend from 0 to ``most``."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else max(height, gap / 2))
    for index in reversed(range(len(placed))):
        ceiling = max(most, gap * len(placed)) if index == len(placed) - 1 else placed[index + 1] - gap
        placed[index] = min(placed[index], ceiling)
    return placed
