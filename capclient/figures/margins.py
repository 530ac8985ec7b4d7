"""Figures of margins: revenue by band of rate, erosion of the rate, causes of the change (4.1, 4.2, F04)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import customers, listed, money_axis, share_axis, short_money
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
from capclient.figures.waterfall import end_amounts, signed_money, waterfall
from capclient.indicators.erosion import Erosion
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, points, share

BANDS = (0.0, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.50)
STEP = 0.62


def margin_bands_figure(
    clients: pd.DataFrame | Unknown, *, rate: float, name: str, lang: str, currency: str
) -> Figure | Notice:
    """Draw how much revenue is sold at each margin rate (4.1).

    Parameters
    ----------
    clients
        ``revenue_n`` and ``gross_margin_rate``, one row per client; a client without rate is left out.
    rate
        Margin rate of the whole.
    name
        Name of the figure, unique in a report.
    """
    missing = unusable(clients)
    if missing is not None or isinstance(clients, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = clients[clients["gross_margin_rate"].notna() & (clients["revenue_n"] > 0)]
    if known.empty:
        return notice(Unknown("denominator_zero"), lang)
    edges = np.array([-np.inf, *BANDS, np.inf])
    place = np.digitize(known["gross_margin_rate"].round(9), edges[1:-1])
    sold = np.bincount(place, weights=known["revenue_n"], minlength=len(edges) - 1)
    numbers = np.bincount(place, minlength=len(edges) - 1)
    first, last = int(np.flatnonzero(numbers)[0]), int(np.flatnonzero(numbers)[-1])
    labels = [text("figure.margin_bands.below", lang, high=share(0, lang, 0))]
    labels += [
        text("figure.margin_bands.band", lang, low=f"{low * 100:.0f}", high=share(high, lang, 0))
        for low, high in pairwise(BANDS)
    ]
    labels += [text("figure.margin_bands.above", lang, low=share(BANDS[-1], lang, 0))]
    total = float(sold.sum())
    low = known["gross_margin_rate"] < rate
    facts = {
        "rate": share(rate, lang),
        "n": customers(len(known), lang),
        "n_of": count(len(known), lang),
        "low": customers(int(low.sum()), lang),
        "low_share": share(float(known.loc[low, "revenue_n"].sum()) / total, lang, 0),
    }
    middle = int(np.digitize(rate, edges[1:-1]))

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        spots = np.arange(first, last + 1)
        colours = [
            ACCENT_SOFT if spot < middle else PETROL_MID if spot == middle else PETROL_SOFT for spot in spots
        ]
        ax.bar(spots, sold[first : last + 1], width=0.78, color=colours)
        for spot in spots[numbers[first : last + 1] > 0]:
            ax.annotate(
                text("figure.margin_bands.count", lang, n=int(numbers[spot])), (spot, sold[spot]), xytext=(0, 3),
                textcoords="offset points", ha="center", va="bottom", fontsize=8.4, color=MUTED,
            )  # fmt: skip
        ax.set_xticks(spots, [labels[spot] for spot in spots])
        ax.tick_params(axis="x", labelcolor=INK, labelsize=8.4)
        ax.set_xlim(first - 0.7, last + 0.7)
        ax.set_ylim(0, sold.max() * 1.16)
        ax.grid(axis="x", visible=False)
        ax.set_xlabel(text("figure.margin_bands.x", lang))
        money_axis(ax.yaxis, float(sold.max()), lang, currency)

    parts = [
        text("figure.margin_bands.part", lang, band=labels[spot], money=short_money(sold[spot], lang, currency),
             n=customers(int(numbers[spot]), lang))
        for spot in range(first, last + 1) if numbers[spot]
    ]  # fmt: skip
    return drawn(
        draw, name=name, title=text("figure.margin_bands.title", lang, **facts),
        alt=text("figure.margin_bands.alt", lang, **facts, parts=listed(parts, lang)), height=330,
    )  # fmt: skip


def erosion_figure(whole: Erosion | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the way from the margin rate of N-1 to that of N: rates, weights, arrivals and departures (4.2)."""
    if isinstance(whole, Unknown):
        return notice(whole, lang)
    steps = {
        "rate": whole.rate,
        "mix": whole.mix - whole.arrived - whole.left,
        "arrived": whole.arrived,
        "left": whole.left,
    }
    facts = {
        "before": share(whole.before, lang),
        "after": share(whole.after, lang),
        "change": points(whole.after - whole.before, lang),
        "rate": points(whole.rate, lang),
        "mix": points(whole.mix, lang),
    }
    opposed = (whole.after - whole.before) * whole.rate < 0
    levels = whole.before + np.cumsum([0.0, *steps.values()])
    low, high = float(min(levels.min(), whole.after)), float(max(levels.max(), whole.after))
    room = max(high - low, 0.002)
    floor = min(0.0, low) if low < 3 * room else low - 0.6 * room

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for spot, (level, words) in zip(
            (0, 5), ((whole.before, "before"), (whole.after, "after")), strict=True
        ):
            ax.bar(spot, level - floor, bottom=floor, width=STEP, color=OTHERS)
            _above(ax, spot, level, facts[words], INK)
        for spot, (start, step) in enumerate(zip(levels, steps.values(), strict=False), start=1):
            ax.bar(spot, step, bottom=start, width=STEP, color=PETROL_SOFT if step >= 0 else ACCENT_SOFT)
            _above(ax, spot, max(start, start + step), points(step, lang), PETROL if step >= 0 else ACCENT)
        for spot, level in enumerate(levels):
            ax.plot([spot + STEP / 2, spot + 1 - STEP / 2], [level, level], color=FAINT, linewidth=0.9)
        names = ["before", *steps, "after"]
        ax.set_xticks(range(6), [text(f"figure.erosion.{name}", lang) for name in names])
        ax.tick_params(axis="x", labelcolor=INK)
        ax.grid(axis="x", visible=False)
        ax.set_ylim(floor, high + 0.22 * (high - floor))
        share_axis(ax.yaxis, lang)
        if floor > 0:
            ax.set_xlabel(text("figure.bridge.cut", lang))
            ax.yaxis.set_visible(False)
            ax.spines["left"].set_visible(False)

    parts = [
        text("figure.part", lang, name=text(f"figure.erosion.{name}.long", lang), value=points(step, lang))
        for name, step in steps.items()
    ]
    return drawn(
        draw, name="erosion", title=text(f"figure.erosion.{'paradox' if opposed else 'title'}", lang, **facts),
        alt=text("figure.erosion.alt", lang, **facts, parts=listed(parts, lang)), height=330,
    )  # fmt: skip


def _above(ax: Axes, spot: float, top: float, words: str, colour: str) -> None:
    ax.annotate(
        words, (spot, top), xytext=(0, 4), textcoords="offset points", ha="center", va="bottom", color=colour,
        fontweight="bold",
    )  # fmt: skip


def margin_causes_figure(bars: pd.Series | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the way from the margin of N-1 to that of N, cause by cause (F04).

    Parameters
    ----------
    bars
        ``opening``, the causes in order, ``closing``, in euros; opening and causes add up to closing.
    """
    missing = unusable(bars)
    if missing is not None or isinstance(bars, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    names = [str(name) for name in bars.index]
    steps = {name: float(bars[name]) for name in names[1:-1]}
    if not steps.get("not_decomposable"):
        names = [name for name in names if name != "not_decomposable"]
        steps.pop("not_decomposable", None)
    opening, closing = end_amounts(float(bars["opening"]), float(bars["closing"]), lang, currency)
    facts = {
        "opening": opening,
        "closing": closing,
        "total": signed_money(float(bars["closing"] - bars["opening"]), lang, currency),
        **{name: signed_money(steps.get(name, 0.0), lang, currency) for name in ("price", "cost")},
    }

    def draw(axes: list[Axes]) -> None:
        labels = [text(f"figure.margin_causes.{name}", lang) for name in names]
        quiet = [names.index("not_decomposable")] if "not_decomposable" in names else []
        waterfall(
            axes[0], labels, [float(bars[name]) for name in names], quiet=quiet, lang=lang, currency=currency
        )
        axes[0].tick_params(axis="x", labelsize=8.6)

    parts = [
        text("figure.part", lang, name=text(f"figure.margin_causes.{name}.long", lang),
             value=signed_money(step, lang, currency))
        for name, step in steps.items()
    ]  # fmt: skip
    return drawn(
        draw, name="margin-causes", title=text("figure.margin_causes.title", lang, **facts),
        alt=text("figure.margin_causes.alt", lang, **facts, parts=listed(parts, lang)), height=350,
    )  # fmt: skip
