"""Figures of prices: price against volume and mix, index of each client, price against quantity (2.10, 3.7, 3.9)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import (
    customers,
    drawable,
    listed,
    money_axis,
    money_unit,
    short_money,
    shortened,
)
from capclient.figures.palette import ACCENT, ACCENT_SOFT, FAINT, INK, MUTED, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal, money, share

ENDS = ("opening", "closing")
PRODUCTS = ("new_products", "stopped_products")
NARROW, WIDE = 60.0, 160.0  # an index outside is drawn on the edge


def signed(value: float, lang: str, currency: str) -> str:
    """``+45,3 k€``: an amount with its sign."""
    return ("+" if value > 0 else "") + short_money(value, lang, currency)


def price_volume_mix_figure(bars: pd.Series | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the way from the revenue of N-1 to that of N, one step a bar (2.10).

    Parameters
    ----------
    bars
        ``opening``, the parts in order, ``closing``; opening and parts add up to closing.
    """
    missing = unusable(bars)
    if missing is not None or isinstance(bars, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    names, values = [str(name) for name in bars.index], bars.to_numpy(float)
    steps = dict(zip(names[1:-1], values[1:-1], strict=True))
    effects = _effects(steps)
    first = max(effects, key=lambda name: abs(effects[name]))
    ends = np.r_[values[0], values[0] + np.cumsum(values[1:-1])]
    stressed = PRODUCTS if first == "products" else (first,)
    unit = money_unit(values[0])
    if unit > 1 and abs(values[-1] - values[0]) < 0.1 * abs(values[0]):
        unit /= 1000  # both ends must not read the same when they differ
    facts = {
        "opening": short_money(values[0], lang, currency, unit),
        "closing": short_money(values[-1], lang, currency, unit),
        "total": signed(values[-1] - values[0], lang, currency),
        "value": signed(effects[first], lang, currency),
        "effect": text(f"figure.price_volume_mix.{first}.of", lang),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        reached = np.r_[values[0], ends]
        low, high = min(reached.min(), values[-1]), max(reached.max(), values[-1])
        room = (high - low) or abs(high) or 1.0
        floor = 0.0 if low < 3 * room else low - 0.45 * room  # small steps on a tall bar: show the steps
        for place, name in enumerate(names):
            if name in ENDS:
                ax.bar(place, values[place] - floor, bottom=floor, width=0.62, color=PETROL)
                top, words, colour = values[place], facts[name], INK
            else:
                start, step = ends[place - 1], values[place]
                colour = PETROL_SOFT if step >= 0 else ACCENT_SOFT
                ax.bar(place, step, bottom=start, width=0.62, color=colour)
                top, words = max(start, start + step), signed(step, lang, currency)
                colour = INK if name in stressed else MUTED
            ax.annotate(
                words, (place, top), xytext=(0, 4), textcoords="offset points", ha="center", va="bottom", color=colour,
                fontweight="bold" if name in ENDS or name in stressed else "normal",
            )  # fmt: skip
            if place < len(names) - 1:
                level = values[0] if place == 0 else ends[place]
                ax.plot([place + 0.31, place + 0.69], [level, level], color=FAINT, linewidth=0.9)
        ax.set_xticks(range(len(names)), [text(f"figure.price_volume_mix.{name}", lang) for name in names])
        ax.tick_params(axis="x", labelcolor=INK, labelsize=8.6)
        ax.set_ylim(floor, high + 0.16 * (high - floor))
        ax.grid(axis="x", visible=False)
        money_axis(ax.yaxis, max(abs(high), abs(low)), lang, currency)
        if floor:
            note = text("figure.price_volume_mix.cut", lang)
            ax.text(0.4, floor + 0.015 * (high - floor), note, fontsize=8, color=MUTED, va="bottom")

    parts = [
        text(
            "figure.part", lang, name=text(f"figure.price_volume_mix.{name}.long", lang),
            value=signed(steps[name], lang, currency),
        )
        for name in steps
    ]  # fmt: skip
    said = "title" if effects[first] else "title_none"
    title = text(f"figure.price_volume_mix.{said}", lang, **facts)
    alt = text("figure.price_volume_mix.alt", lang, **facts, parts=listed(parts, lang))
    return drawn(draw, name="price-volume-mix", title=title, alt=alt, height=390)


def _effects(steps: dict[str, float]) -> dict[str, float]:
    """What a title compares: new and stopped products are one effect, the range that a client changes."""
    alone = {name: value for name, value in steps.items() if name not in PRODUCTS}
    return alone | {"products": sum(steps.get(name, 0.0) for name in PRODUCTS)}


def price_index_figure(
    clients: pd.DataFrame | Unknown, *, low: float, lang: str, currency: str, named: int = 5
) -> Figure | Notice:
    """Draw the price index of each client against its revenue (3.7).

    Parameters
    ----------
    clients
        ``name``, ``revenue_n``, ``price_index`` and ``lever``; clients without index or without revenue are left out.
    low
        Index under which a client pays little.
    named
        How many clients with a low index are named, those with the most at stake.
    """
    missing = unusable(clients)
    if missing is not None or isinstance(clients, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    points = clients[clients["price_index"].notna() & (clients["revenue_n"] > 0)]
    if points.empty:
        return notice(Unknown("n_small"), lang)
    shown = points.assign(index=points["price_index"].clip(NARROW, WIDE))
    cheap: Any = shown[shown["price_index"] < low].sort_values("lever", ascending=False, kind="stable")
    facts = {
        "n": customers(len(points), lang),
        "low": decimal(low, lang, 0),
        "cheap": customers(len(cheap), lang),
        "money": short_money(cheap["revenue_n"].sum(), lang, currency),
        "outside": customers(int((points["price_index"] != shown["index"]).sum()), lang),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        is_cheap = shown["price_index"] < low
        size, faint = (34, 0.8) if len(shown) < 300 else (12, 0.35)
        for mask, colour in ((~is_cheap, PETROL), (is_cheap, ACCENT)):
            ax.scatter(
                shown.loc[mask, "revenue_n"], shown.loc[mask, "index"], s=size, color=colour,
                alpha=faint if colour == PETROL else 0.85, edgecolor="white", linewidth=0.4 if len(shown) < 300 else 0,
            )  # fmt: skip
        ax.axhline(100, color=INK, linewidth=1)
        ax.axhline(low, color=ACCENT, linewidth=0.9, linestyle=(0, (3, 3)))
        ax.set_xscale("log")
        least, most = shown["index"].min(), shown["index"].max()
        ax.set_ylim(min(least, low) - 0.18 * (max(most, 105) - least), max(most, 105) + 3)
        ax.set_xlim(shown["revenue_n"].min() * 0.8, shown["revenue_n"].max() * 2.6)
        _names(ax, [(row.revenue_n, row.index_, row.name) for row in _rows(cheap.head(named))])
        ax.xaxis.set_major_locator(LogLocator(10, numticks=6))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short_money(value, lang, currency)))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: decimal(value, lang, 0)))
        ax.set_xlabel(text("figure.price_index.x", lang))
        ax.set_ylabel(text("figure.price_index.y", lang))

    title = text("figure.price_index.title" if len(cheap) else "figure.price_index.title_none", lang, **facts)
    alt = text("figure.price_index.alt", lang, **facts)
    parts = [
        text("figure.part", lang, name=shortened(row.name, 60), value=decimal(row.price_index, lang, 0))
        for row in cheap.head(named).itertuples()
    ]
    if parts:
        alt += " " + text("figure.price_index.first", lang, parts=listed(parts, lang))
    return drawn(draw, name="price-index", title=title, alt=alt, height=400)


def _rows(table: pd.DataFrame) -> Any:
    """Rows whose column ``index`` is not taken for the index of the frame."""
    return table.rename(columns={"index": "index_"}).itertuples(index=False)


def price_volume_figure(
    positions: pd.DataFrame | Unknown, *, lang: str, currency: str, named: int = 4
) -> Figure | Notice:
    """Draw what each client pays for one product against the quantity it buys, with the line of the usual price (3.9).

    Parameters
    ----------
    positions
        Of one product: ``product``, ``name``, ``qty``, ``price``, ``expected``, ``residual`` and ``lever``.
    named
        Clients named at most, those with the most at stake.
    """
    missing = unusable(positions)
    if missing is not None or isinstance(positions, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    below: Any = (
        positions[positions["lever"] > 0].sort_values("lever", ascending=False, kind="stable").head(named)
    )
    total = float(positions["lever"].sum())
    facts = {
        "product": shortened(positions["product"].iloc[0], 40),
        "n": customers(len(positions), lang),
        "money": short_money(total, lang, currency),
        "lowest": money(positions["price"].min(), lang, currency, cents=True),
        "highest": money(positions["price"].max(), lang, currency, cents=True),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        line: Any = positions.sort_values("qty")
        far = set(below.index)
        size = 40 if len(positions) < 200 else 16
        for row in line.itertuples():
            if row.Index in far:
                ax.plot([row.qty, row.qty], [row.price, row.expected], color=ACCENT, linewidth=1.1, zorder=1)
        ax.plot(line["qty"], line["expected"], color=PETROL, linewidth=2, zorder=2)
        named_mask = positions.index.isin(far)
        ax.scatter(
            positions.loc[~named_mask, "qty"], positions.loc[~named_mask, "price"], s=size, color=PETROL_SOFT,
            edgecolor="white", linewidth=0.5, zorder=3,
        )  # fmt: skip
        ax.scatter(
            positions.loc[named_mask, "qty"], positions.loc[named_mask, "price"], s=size * 1.3, color=ACCENT,
            edgecolor="white", linewidth=0.5, zorder=4,
        )  # fmt: skip
        ax.set_xscale("log")
        ax.set_yscale("log")
        low, high = positions["price"].min(), max(positions["price"].max(), positions["expected"].max())
        ax.set_ylim(low / (high / low) ** 0.12 * 0.99, high * (high / low) ** 0.08 * 1.01)
        ax.set_xlim(positions["qty"].min() * 0.8, positions["qty"].max() * 3.2)
        _names(ax, [(row.qty, row.price, row.name) for row in below.itertuples()])
        bounds = ax.get_ylim()
        ax.yaxis.set_major_locator(FixedLocator(_ticks(*bounds)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_ylim(*bounds)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: money(value, lang, currency, cents=True)))
        ax.xaxis.set_major_locator(LogLocator(10, numticks=6))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value, lang)))
        ax.set_xlabel(text("figure.price_volume.x", lang))
        ax.set_ylabel(text("figure.price_volume.y", lang))

    parts = [
        text("figure.price_volume.part", lang, name=shortened(row.name, 60), gap=share(-row.residual, lang, 0),
             money=short_money(row.lever, lang, currency))
        for row in below.itertuples()
    ]  # fmt: skip
    title = text("figure.price_volume.title", lang, **facts)
    alt = text("figure.price_volume.alt", lang, **facts)
    if parts:
        alt += " " + text("figure.price_volume.first", lang, parts=listed(parts, lang))
    return drawn(draw, name="price-volume", title=title, alt=alt, height=430)


def _ticks(low: float, high: float) -> list[float]:
    """Five prices along a scale that multiplies, rounded as a person would."""
    steps = np.geomspace(low, high, 6)[1:]
    return sorted({float(f"{step:.2g}") for step in steps})


def _names(ax: Axes, points: list[tuple[float, float, object]]) -> None:
    """Write names to the right of their points, spread downwards so that none covers another."""
    pixels = ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    places = sorted(
        ((*ax.transData.transform((x, y)), x, y, name) for x, y, name in points), key=lambda at: -at[1]
    )
    free = float("inf")
    for _, height, x, y, name in places:
        target = min(height, free)
        free = target - 13 * pixels
        moved = (target - height) / pixels
        ax.annotate(
            drawable(name, 26),
            (x, y),
            xytext=(10 if moved > -4 else 22, moved),
            textcoords="offset points",
            va="center",
            color=ACCENT,
            fontsize=8.6,
            fontweight="bold",
            annotation_clip=False,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            arrowprops=None
            if moved > -4
            else {"arrowstyle": "-", "color": ACCENT_SOFT, "shrinkA": 0, "shrinkB": 2},
        )
