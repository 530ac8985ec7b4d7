"""Figures of the activity chapter: states, and the silence of each client (section 8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import (
    count_axis,
    customers,
    drawable,
    listed,
    money_axis,
    short_money,
    shortened,
)
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, OTHERS, STATE_COLOURS
from capclient.notices import Notice, notice
from capclient.vocabulary import STATES, Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal, share

NAMES_WIDTH = 12.0  # of the logarithmic axis, kept free right of the points for the names
BOUNDS = (1.5, 2.3, 3.0)
AT_RISK = ("at_risk", "inactive")


def states_figure(states: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw clients by state, and the revenue they made in N-1 beside that of N.

    Parameters
    ----------
    states
        ``state``, ``customers``, ``revenue_n`` and ``revenue_n1``, one row per state.
    """
    missing = unusable(states)
    if missing is not None or isinstance(states, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    table: Any = states.set_index("state").reindex(
        [state for state in STATES if state in set(states["state"])]
    )
    before_known = bool(states["revenue_n1"].notna().any())  # part of a year is never drawn as a year
    table = table[["customers", "revenue_n", "revenue_n1"]].fillna(0.0)
    labels = [text(f"state.{state}", lang) for state in table.index]
    risky = table.reindex(AT_RISK).fillna(0.0)
    total = table["customers"].sum()
    active = table["customers"].get("active", 0.0)
    facts = {
        "n": customers(risky["customers"].sum(), lang),
        "money": short_money(risky["revenue_n1"].sum(), lang, currency),
        "active": customers(active, lang),
        "share": share(active / total, lang, 0) if total else "–",
    }

    def draw(axes: list[Axes]) -> None:
        rows = np.arange(len(table))
        colours = [STATE_COLOURS[str(state)] for state in table.index]
        axes[0].barh(rows, table["customers"], color=colours, height=0.66)
        if before_known:
            axes[1].barh(rows - 0.17, table["revenue_n1"], color=OTHERS, height=0.32)
        axes[1].barh(rows + 0.17, table["revenue_n"], color=colours, height=0.32)
        for row, state in enumerate(table.index):
            for ax, value, place in (
                (axes[0], table.at[state, "customers"], row),
                (axes[1], table.at[state, "revenue_n1"], row - 0.17),
                (axes[1], table.at[state, "revenue_n"], row + 0.17),
            ):
                if place < row and not before_known:
                    continue
                words = count(value, lang) if ax is axes[0] else short_money(value, lang, currency)
                if ax is axes[1] and row == 0:
                    words += "  " + ("N-1" if place < row else "N")
                ax.annotate(
                    words,
                    (max(value, 0), place),
                    xytext=(5, 0),
                    textcoords="offset points",
                    va="center",
                    color=MUTED if place < row else INK,
                    fontsize=8.6 if ax is axes[1] else 9.4,
                )
        money = table[["revenue_n", "revenue_n1"]]
        for ax, values in ((axes[0], table[["customers"]]), (axes[1], money)):
            ax.set_xlim(min(values.min(axis=None) * 1.25, 0), max(values.max(axis=None), 0) * 1.26 or 1)
            ax.set_yticks(rows, labels)
            ax.tick_params(axis="y", labelcolor=INK)
            ax.grid(axis="y", visible=False)
        axes[0].invert_yaxis()
        axes[1].tick_params(axis="y", labelleft=False)
        axes[0].set_title(text("figure.head.customers", lang))
        axes[1].set_title(text("figure.states.head_revenue", lang))
        count_axis(axes[0].xaxis, lang, 4)
        money_axis(axes[1].xaxis, money.abs().max(axis=None), lang, currency, 4)

    parts = [
        text(
            "figure.states.part",
            lang,
            state=label,
            n=customers(row.customers, lang),
            n_money=short_money(row.revenue_n, lang, currency),
            n1_money=short_money(row.revenue_n1, lang, currency) if before_known else "–",
        )
        for label, row in zip(labels, table.itertuples(), strict=True)
    ]
    risk = "figure.states.title" if before_known else "figure.states.title_short"
    title = text(risk if risky["customers"].sum() else "figure.states.title_calm", lang, **facts)
    alt = text("figure.states.alt", lang, parts=listed(parts, lang))
    return drawn(draw, name="states", title=title, alt=alt, height=320, grid=(1, 2), share_rows=True)


def silence_figure(
    activity: pd.DataFrame | Unknown,
    clients: pd.DataFrame,
    *,
    lang: str,
    currency: str,
    bounds: tuple[float, float, float] = BOUNDS,
    named: int = 5,
) -> Figure | Notice:
    """Draw each client's silence, counted in its own usual intervals, against the revenue at stake.

    Parameters
    ----------
    activity
        ``state`` and ``ratio`` (recency over own expected interval), indexed by client.
    clients
        ``name``, ``revenue_n`` and ``revenue_n1`` of the same clients. What is at stake is the better
        of the two years; clients without positive revenue in either are left out and counted in the text.
    bounds
        Ratios between states.
    named
        How many of the most valuable clients at risk are named.
    """
    missing = unusable(activity)
    if missing is not None or isinstance(activity, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    joined = activity[["state", "ratio"]].join(clients[["name", "revenue_n", "revenue_n1"]])
    joined = joined.assign(
        stake=joined[["revenue_n", "revenue_n1"]].max(axis=1), name=joined["name"].fillna("?")
    )
    points = joined[(joined["stake"] > 0) & joined["ratio"].notna()]
    if points.empty:
        return notice(Unknown("not_applicable"), lang)
    points = points.assign(ratio=points["ratio"].clip(lower=0.02))
    risky: Any = points[points["state"].isin(AT_RISK)].sort_values("stake", ascending=False, kind="stable")
    facts = {
        "n": customers(len(risky), lang),
        "money": short_money(risky["stake"].sum(), lang, currency),
        "all": customers(len(points), lang),
        "left": customers(len(joined) - len(points), lang),
        "low": decimal(bounds[0], lang, 1),
        "middle": decimal(bounds[1], lang, 1),
        "high": decimal(bounds[2], lang, 1),
    }

    def draw(axes: list[Axes]) -> None:
        import seaborn as sns  # heavy: only who draws with it waits for it

        ax = axes[0]
        ordered = points.sort_values("stake", kind="stable")
        sns.scatterplot(
            data=ordered,
            x="ratio",
            y="stake",
            hue="state",
            palette=STATE_COLOURS,
            ax=ax,
            legend=False,
            s=52 if len(points) < 300 else 18,
            alpha=0.85 if len(points) < 300 else 0.5,
            edgecolor="white",
            linewidth=0.5,
        )
        ax.set_xscale("log")
        ax.set_yscale("log")
        lowest, highest = points["ratio"].min(), points["ratio"].max()
        edge = max(highest * 1.4, 6)
        ax.set_xlim(min(lowest * 0.8, 0.5), edge * (NAMES_WIDTH if len(risky) else 1.4))
        ax.set_ylim(points["stake"].min() * 0.6, points["stake"].max() * 3.2)
        _bounds(ax, bounds, lang)
        _names(ax, risky.head(named), edge)
        ticks = [tick for tick in (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if tick <= edge]
        ax.xaxis.set_major_locator(FixedLocator(ticks))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value, lang)))
        ax.xaxis.set_minor_locator(FixedLocator([]))
        ax.yaxis.set_minor_locator(FixedLocator([]))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: short_money(v, lang, currency)))
        ax.set_xlabel(text("figure.silence.x", lang))
        ax.set_ylabel(text("figure.silence.y", lang))

    parts = [
        text(
            "figure.silence.part",
            lang,
            name=shortened(row.name, 60),
            money=short_money(row.stake, lang, currency),
            ratio=decimal(row.ratio, lang, 1),
        )
        for row in risky.head(named).itertuples()
    ]
    title = text("figure.silence.title" if len(risky) else "figure.silence.title_calm", lang, **facts)
    alt = text("figure.silence.alt", lang, **facts)
    if parts:
        alt += " " + text("figure.silence.first", lang, parts=listed(parts, lang))
    return drawn(draw, name="silence", title=title, alt=alt, height=460)


def _plain(value: float, lang: str) -> str:
    return count(value, lang) if value >= 1 else decimal(value, lang, 2).rstrip("0").rstrip(",.")


def _bounds(ax: Axes, bounds: tuple[float, float, float], lang: str) -> None:
    """Draw the bounds between states, and the states as words along the top."""
    low, high = ax.get_xlim()
    edges = [low, *bounds, high]
    for bound in bounds:
        ax.axvline(bound, color=FAINT, linewidth=0.9, linestyle=(0, (3, 3)), zorder=0)
    words = [text(f"state.{state}", lang) for state in STATES[:3]]
    words.append(text("figure.silence.beyond", lang))
    for index, word in enumerate(words):
        middle = float(np.sqrt(edges[index] * edges[index + 1]))
        colour = STATE_COLOURS["at_risk"] if index >= 2 else MUTED
        ax.annotate(
            word,
            (middle, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 15 if index == 1 else 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=8.4,
            color=colour,
        )


def _names(ax: Axes, risky: Any, edge: float) -> None:
    """Name the most valuable clients at risk in a column of their own, right of every point, each tied to its point."""
    low, high = np.log10(ax.get_ylim())
    gap = (high - low) * 0.06
    wanted = np.log10(risky["stake"].to_numpy(dtype="float64"))
    top, floor = high - gap, low + gap
    for place in range(len(wanted)):
        top = wanted[place] = min(wanted[place], top)
        top -= gap
    for place in reversed(range(len(wanted))):
        floor = wanted[place] = max(wanted[place], floor)
        floor += gap
    for row, height in zip(risky.itertuples(), wanted, strict=True):
        ax.annotate(
            drawable(row.name, 26),
            (float(row.ratio), float(row.stake)),
            xytext=(edge, 10**height),
            va="center",
            color=ACCENT,
            fontsize=8.8,
            fontweight="bold",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "relpos": (0, 0.5),
                "color": FAINT,
                "linewidth": 0.7,
                "shrinkA": 1,
                "shrinkB": 3,
            },
        )
