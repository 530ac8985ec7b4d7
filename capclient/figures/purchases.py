"""Figures of purchases: size of baskets, families bought and missed, regularity (sections 3.1, 1.11, 3.10)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.heat import heat
from capclient.figures.lettering import count_axis, customers, drawable, listed, short_money, shortened
from capclient.figures.palette import ACCENT, ACCENT_SOFT, INK, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, money, share

NOT_BOUGHT, MISSED, BOUGHT = 0, 1, 2


def baskets_figure(
    classes: pd.DataFrame | Unknown, *, mean: float, middle: float, lang: str, currency: str
) -> Figure | Notice:
    """Draw how many orders there are of each size, on a scale that multiplies (3.1).

    Parameters
    ----------
    classes
        ``low``, ``high`` (money) and ``baskets``, in order of size.
    mean, middle
        Average and median basket.
    """
    missing = unusable(classes)
    if missing is not None or isinstance(classes, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    low, high = classes["low"].to_numpy(float), classes["high"].to_numpy(float)
    number = classes["baskets"].to_numpy(float)
    top = low[int(number.argmax())], high[int(number.argmax())]
    facts = {
        "mean": money(mean, lang, currency),
        "median": money(middle, lang, currency),
        "n": count(number.sum(), lang),
        "low": money(top[0], lang, currency),
        "high": money(top[1], lang, currency),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.bar(low, number, width=high - low, align="edge", color=PETROL_SOFT, edgecolor="white", linewidth=1)
        ax.set_xscale("log")
        ax.set_ylim(0, number.max() * 1.22)
        higher, lower = sorted(((mean, "mean", ACCENT), (middle, "median", PETROL)), reverse=True)
        for (value, name, colour), side, align in ((higher, 6, "left"), (lower, -6, "right")):
            if value > 0:
                ax.axvline(value, color=colour, linewidth=1.8)
                ax.annotate(
                    text(f"figure.baskets.{name}", lang, **facts), (value, 0.97), xycoords=("data", "axes fraction"),
                    xytext=(side, 0), textcoords="offset points", ha=align, va="top", color=colour, fontweight="bold",
                )  # fmt: skip
        powers = [
            10.0**power for power in range(int(np.floor(np.log10(low[0]))), int(np.log10(high[-1])) + 2)
        ]
        ax.xaxis.set_major_locator(FixedLocator(powers))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short_money(value, lang, currency)))
        marks = [value for value in (mean, middle) if value > 0]
        ax.set_xlim(
            min([low[0], *(0.6 * value for value in marks)]),
            max([high[-1], *(1.6 * value for value in marks)]),
        )
        ax.grid(axis="x", visible=False)
        ax.set_xlabel(text("figure.baskets.x", lang))
        ax.set_ylabel(text("figure.baskets.y", lang))
        count_axis(ax.yaxis, lang)

    title = text("figure.baskets.title", lang, **facts)
    return drawn(draw, name="baskets", title=title, alt=text("figure.baskets.alt", lang, **facts), height=340)


def white_space_figure(grid: pd.DataFrame | Unknown, *, lang: str, missed: int) -> Figure | Notice:
    """Draw which family each of the first clients buys, and which its peers buy and it does not (1.11).

    Parameters
    ----------
    grid
        One row per client, one column per family, both named; 0 not bought, 1 missed, 2 bought.
    missed
        Clients of the company with a family to offer, shown here or not.
    """
    missing = unusable(grid)
    if missing is not None or isinstance(grid, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    names = [drawable(name, 30) for name in grid.index]
    families = [drawable(name, 26) for name in grid.columns]
    cells = grid.to_numpy(int)
    holes = int((cells == MISSED).sum())
    per_family = pd.Series(
        (cells == MISSED).sum(axis=0), index=[shortened(name, 60) for name in grid.columns]
    )
    worst = per_family.sort_values(ascending=False, kind="stable")
    parts = [f"{name} {customers(n, lang)}" for name, n in worst.head(3).items() if n]
    facts = {"shown": customers(len(grid), lang), "holes": count(holes, lang), "n": customers(missed, lang)}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.pcolormesh(
            np.arange(cells.shape[1] + 1), np.arange(cells.shape[0] + 1), cells,
            cmap=ListedColormap(["#f4f6f7", ACCENT_SOFT, PETROL_SOFT]), vmin=0, vmax=2, edgecolors="white", linewidth=2,
        )  # fmt: skip
        for row, column in zip(*np.nonzero(cells == MISSED), strict=True):
            ax.text(
                column + 0.5, row + 0.5, "+", ha="center", va="center", color=ACCENT, fontweight="bold", fontsize=11
            )  # fmt: skip
        for row, column in zip(*np.nonzero(cells == BOUGHT), strict=True):
            ax.plot(column + 0.5, row + 0.5, "o", color=PETROL, markersize=4.5)
        ax.set_yticks(np.arange(len(names)) + 0.5, names)
        ax.set_xticks(np.arange(len(families)) + 0.5, families, rotation=38, ha="left")
        ax.xaxis.tick_top()
        ax.invert_yaxis()
        ax.tick_params(labelcolor=INK, labelsize=8.8)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.set_xlabel(text("figure.white_space.legend", lang))

    title = text("figure.white_space.title" if holes else "figure.white_space.title_none", lang, **facts)
    alt = text("figure.white_space.alt", lang, **facts)
    if parts:
        alt += " " + text("figure.white_space.first", lang, parts=listed(parts, lang))
    return drawn(draw, name="white-space", title=title, alt=alt, height=160 + 23 * max(len(names), 6))


def regularity_figure(table: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw clients by class of revenue (rows) and of regularity (columns) (1.4, 1.11).

    Parameters
    ----------
    table
        Counts of clients: rows A, B, C; columns X, Y, Z.
    """
    missing = unusable(table)
    if missing is not None or isinstance(table, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    counts: Any = table.stack()
    total = int(counts.sum())
    if not total:
        return notice(Unknown("history_short"), lang)
    facts = {
        "n": customers(total, lang),
        "all": count(total, lang),
        "x": customers(table["X"].sum(), lang),
        "z": customers(table["Z"].sum(), lang),
        "az": customers(counts["A", "Z"], lang),
        "share": share(float(table["X"].sum()) / total, lang, 0),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        shown = table.set_axis([text("figure.abc.class", lang, letter=row) for row in table.index], axis=0)
        shown = shown.set_axis(
            [text(f"figure.regularity.{column}", lang) for column in table.columns], axis=1
        )
        heat(ax, shown, lang)
        ax.set_xlabel("")
        ax.set_ylabel("")
        ax.xaxis.tick_top()

    parts = [
        text(
            "figure.regularity.part", lang, row=row, column=column, n=customers(table.loc[row, column], lang)
        )
        for row in table.index
        for column in table.columns
    ]
    title = text("figure.regularity.title", lang, **facts)
    alt = text("figure.regularity.alt", lang, **facts, parts=listed(parts, lang))
    return drawn(draw, name="regularity", title=title, alt=alt, height=250)
