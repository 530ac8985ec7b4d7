"""Figures of the concentration chapter: who makes the revenue (sections 1.1 to 1.7)."""

from __future__ import annotations

import textwrap

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import (
    customers,
    drawable,
    listed,
    share_axis,
    short_money,
    shortened,
)
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_PALE, RIBBONS
from capclient.notices import Notice, notice
from capclient.vocabulary import ABC, Unknown
from capclient.wording import text
from capclient.wording.numbers import decimal, share

OTHERS_COLUMN = "others"
GOAL, TOP = 0.80, 0.20


def pareto_figure(
    curve: pd.DataFrame | Unknown, *, lang: str, goal: float = GOAL, top: float = TOP
) -> Figure | Notice:
    """Draw the cumulated revenue of clients, largest first, with the 80 % crossing and the top 20 % (1.3).

    Parameters
    ----------
    curve
        ``customers_share`` and ``revenue_share``, 0 to 1, from (0, 0), one row per client.
    goal, top
        Shares of revenue and of clients that are marked.
    """
    missing = unusable(curve)
    if missing is not None or isinstance(curve, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    x, y = curve["customers_share"].to_numpy(float), curve["revenue_share"].to_numpy(float)
    clients = len(x) - 1
    needed = int((y >= goal - 1e-9).argmax())
    leaders = min(clients, int(-(-(top * clients - 1e-9) // 1)) or 1)
    facts = {
        "goal": share(goal, lang, 0),
        "needed": customers(needed, lang),
        "all": customers(clients, lang),
        "needed_share": share(x[needed], lang, 0),
        "top": share(top, lang, 0),
        "leaders": customers(leaders, lang),
        "top_share": share(y[leaders], lang, 0),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.fill_between(x, y, color=PETROL_PALE, linewidth=0)
        ax.plot(x, y, color=PETROL, linewidth=2.2, marker="o" if clients <= 12 else "", markersize=4)
        ax.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
        ax.text(0.62, 0.585, text("figure.pareto.equal", lang), color=MUTED, fontsize=8.4, va="top")
        for column, row, key, colour in (
            (x[needed], y[needed], "figure.pareto.mark_goal", ACCENT),
            (x[leaders], y[leaders], "figure.pareto.mark_top", PETROL),
        ):
            _cross(ax, column, row, colour)
            if key == "figure.pareto.mark_goal" or leaders != needed:
                height = row - 0.035 if colour == ACCENT else min(row, y[needed] - 0.07) - 0.035
                ax.text(
                    max(x[needed], x[leaders]) + 0.015,
                    height,
                    text(key, lang, **facts),
                    color=colour,
                    fontweight="bold",
                    va="top",
                    ha="left" if max(x[needed], x[leaders]) < 0.6 else "right",
                )
        ax.set(xlim=(0, 1), ylim=(0, 1.04))
        ax.set_xlabel(text("figure.pareto.x", lang))
        ax.set_ylabel(text("figure.pareto.y", lang))
        share_axis(ax.xaxis, lang)
        share_axis(ax.yaxis, lang)

    title = text("figure.pareto.title", lang, **facts)
    return drawn(draw, name="pareto", title=title, alt=text("figure.pareto.alt", lang, **facts))


def _cross(ax: Axes, x: float, y: float, colour: str) -> None:
    ax.plot([x, x, 0], [0, y, y], color=colour, linewidth=0.9, linestyle=(0, (2, 2)))
    ax.plot([x], [y], "o", color=colour, markersize=7, markeredgecolor="white", markeredgewidth=1.4)


def lorenz_figure(curve: pd.DataFrame | Unknown, gini: float | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the Lorenz curve, smallest clients first, and the Gini index as its area (1.5)."""
    missing = unusable(curve)
    if missing is not None or isinstance(curve, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    if isinstance(gini, Unknown):
        return notice(gini, lang)
    x, y = curve["customers_share"].to_numpy(float), curve["revenue_share"].to_numpy(float)
    clients = len(x) - 1
    half = int((x >= 0.5 - 1e-9).argmax())
    facts = {
        "gini": decimal(gini, lang, 2),
        "all": customers(clients, lang),
        "half": share(x[half], lang, 0),
        "half_share": share(y[half], lang, 1),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.fill_between(x, y, x, color=PETROL_PALE, linewidth=0)
        ax.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
        ax.plot(x, y, color=PETROL, linewidth=2.2, marker="o" if clients <= 12 else "", markersize=4)
        _cross(ax, x[half], y[half], ACCENT)
        ax.annotate(
            text("figure.lorenz.mark", lang, **facts),
            (x[half], y[half]),
            xytext=(-10, 12),
            textcoords="offset points",
            ha="right",
            color=ACCENT,
            fontweight="bold",
        )
        ax.text(
            0.03, 0.97, text("figure.lorenz.gini", lang, **facts), color=PETROL, fontweight="bold", va="top"
        )
        ax.set(xlim=(0, 1), ylim=(0, 1.02))
        ax.set_xlabel(text("figure.lorenz.x", lang))
        ax.set_ylabel(text("figure.pareto.y", lang))
        share_axis(ax.xaxis, lang)
        share_axis(ax.yaxis, lang)

    title = text("figure.lorenz.title", lang, **facts)
    return drawn(draw, name="lorenz", title=title, alt=text("figure.lorenz.alt", lang, **facts))


def weights_history_figure(history: pd.DataFrame | Unknown, *, lang: str, most: int = 6) -> Figure | Notice:
    """Draw the weight of the largest clients over the years, named at the right edge (1.1).

    Parameters
    ----------
    history
        One row per year, oldest first; columns are client names and ``others``, values weights of 0 to 1.
    most
        Clients drawn apart; the rest joins the others.
    """
    missing = unusable(history)
    if missing is not None or isinstance(history, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = history.dropna(how="all").fillna(0.0).clip(lower=0.0)
    names = [name for name in known.columns if name != OTHERS_COLUMN][:most]
    weights = known[names].assign(**{OTHERS_COLUMN: 1.0 - known[names].sum(axis=1)})
    years = [str(year) for year in weights.index]
    first, last = weights[names].sum(axis=1).iloc[0], weights[names].sum(axis=1).iloc[-1]
    facts = {
        "leaders": customers(len(names), lang),
        "first": share(first, lang, 0),
        "last": share(last, lang, 0),
        "from": years[0],
        "to": years[-1],
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        order = [*names, OTHERS_COLUMN]
        colours = [*(RIBBONS[rank % len(RIBBONS)] for rank in range(len(names))), OTHERS]
        positions = list(range(len(years))) if len(years) > 1 else [0, 1]
        table = weights if len(years) > 1 else pd.concat([weights, weights])
        ax.stackplot(
            positions, *(table[name] for name in order), colors=colours, edgecolor="white", linewidth=0.9
        )
        ends = table.iloc[-1][order].cumsum() - table.iloc[-1][order] / 2
        labels = [drawable(name, 26) for name in names] + [text("figure.history.others", lang)]
        heights = _spread(list(ends), 0.052)
        for label, value, height, true, colour in zip(
            labels, table.iloc[-1][order], heights, ends, colours, strict=True
        ):
            ax.annotate(
                f"{label}  {share(value, lang, 0)}",
                (positions[-1], true),
                xytext=(positions[-1] * 1.025, height),
                va="center",
                fontsize=8.8,
                color=INK,
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1.1, "shrinkA": 1, "shrinkB": 0},
            )
        ax.set_xticks(positions[: len(years)], [textwrap.fill(year, 12) for year in years])
        if len(years) > 1:
            ax.get_xticklabels()[0].set_horizontalalignment("left")
            ax.get_xticklabels()[-1].set_horizontalalignment("right")
        ax.set(xlim=(0, positions[-1]), ylim=(0, 1))
        ax.set_ylabel(text("figure.history.y", lang))
        ax.spines["bottom"].set_visible(False)
        share_axis(ax.yaxis, lang)

    parts = [f"{shortened(name, 60)} {share(weights[name].iloc[-1], lang)}" for name in names]
    title = text("figure.history.title" if len(years) > 1 else "figure.history.title_one", lang, **facts)
    alt = text("figure.history.alt", lang, **facts, parts=listed(parts, lang))
    return drawn(draw, name="weights-history", title=title, alt=alt, height=400)


def _spread(heights: list[float], gap: float) -> list[float]:
    """Move labels apart so that none covers another, as little as possible, inside 0 to 1."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap) if placed else height)
    for index in reversed(range(len(placed))):
        ceiling = 0.985 if index == len(placed) - 1 else placed[index + 1] - gap
        placed[index] = min(placed[index], ceiling)
    return placed


def abc_figure(ranking: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the classes A, B and C: share of the clients beside share of the revenue (1.4).

    Parameters
    ----------
    ranking
        ``abc_class`` and ``revenue_n``, one row per client; clients without a class are left out.
    """
    missing = unusable(ranking)
    if missing is not None or isinstance(ranking, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    classed = ranking[ranking["abc_class"].notna()]
    if classed.empty:
        return notice(Unknown("not_applicable"), lang)
    grouped = classed.groupby(classed["abc_class"].astype(str))["revenue_n"]
    counts, sums = grouped.size().reindex(ABC, fill_value=0), grouped.sum().reindex(ABC, fill_value=0.0)
    count_share, revenue_share = counts / counts.sum(), sums / sums.sum()
    facts = {
        "a": customers(counts["A"], lang),
        "a_share": share(revenue_share["A"], lang, 0),
        "c": customers(counts["C"], lang),
        "c_share": share(revenue_share["C"], lang, 0),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for offset, values, colour in ((0.19, count_share, OTHERS), (-0.19, revenue_share, PETROL)):
            ax.barh([row + offset for row in (2, 1, 0)], values, height=0.34, color=colour)
        for row, letter in zip((2, 1, 0), ABC, strict=True):
            clients = f"{customers(counts[letter], lang)} · {share(count_share[letter], lang, 0)}"
            revenue = f"{short_money(sums[letter], lang, currency)} · {share(revenue_share[letter], lang, 0)}"
            ax.text(count_share[letter] + 0.012, row + 0.19, clients, va="center", color=MUTED)
            ax.text(
                revenue_share[letter] + 0.012,
                row - 0.19,
                revenue,
                va="center",
                color=PETROL,
                fontweight="bold",
            )
        ax.set_yticks((2, 1, 0), [text("figure.abc.class", lang, letter=letter) for letter in ABC])
        ax.tick_params(axis="y", labelcolor=INK, labelsize=10)
        ax.set(xlim=(0, 1.28), ylim=(-0.55, 2.55))
        ax.set_xticks((0, 0.25, 0.5, 0.75, 1.0))
        ax.spines["bottom"].set_bounds(0, 1)
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(text("figure.abc.x", lang))
        share_axis(ax.xaxis, lang)

    parts = [
        text(
            "figure.abc.part",
            lang,
            letter=letter,
            n=customers(counts[letter], lang),
            money=short_money(sums[letter], lang, currency),
            share=share(revenue_share[letter], lang),
        )
        for letter in ABC
    ]
    title = text("figure.abc.title", lang, **facts)
    return drawn(
        draw, name="abc", title=title, alt=text("figure.abc.alt", lang, parts=listed(parts, lang)), height=300
    )
