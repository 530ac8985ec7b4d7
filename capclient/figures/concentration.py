"""Figures of the concentration chapter: who makes the revenue (sections 1.1 to 1.7)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import (
    customers,
    listed,
    share_axis,
    short_money,
)
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_PALE
from capclient.notices import Notice, notice
from capclient.vocabulary import ABC, Unknown
from capclient.wording import text
from capclient.wording.numbers import decimal, share

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
                    bbox={"facecolor": PETROL_PALE, "edgecolor": "none", "pad": 1.5},
                )
        ax.set(xlim=(0, 1), ylim=(0, 1.04))
        ax.set_yticks((0.2, 0.4, 0.6, 0.8, 1.0))  # one zero is enough in a corner
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
