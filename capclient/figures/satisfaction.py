"""Figures of satisfaction: marks, listening, the scenario (6.1, 6.8, A09)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.heat import heat
from capclient.figures.lettering import count_axis, customers, drawable, listed
from capclient.figures.palette import (
    ACCENT,
    ACCENT_SOFT,
    FAINT,
    INK,
    MUTED,
    OTHERS,
    PETROL,
    PETROL_SOFT,
    SEQUENTIAL,
)
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal, margin, points, share

CLAIM_STATES = {"closed": PETROL_SOFT, "open": ACCENT_SOFT, "open_major": ACCENT}
MOST_CAUSES, MOST_PHASES, MOST_NAMES, LETTERS = 10, 8, 5, 34


def nps_figure(tally: pd.Series | Unknown, *, score: float, half: float | None, lang: str) -> Figure | Notice:
    """Draw how many clients give each mark, and the score with its 95 % interval as a band (6.1).

    Parameters
    ----------
    tally
        Clients by mark, 0 to 10.
    score, half
        Score and half-width of its interval, as differences of shares; ``half`` is None when it is unknown.
    """
    missing = unusable(tally)
    if missing is not None or isinstance(tally, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    marks, numbers = list(range(11)), tally.reindex(range(11)).fillna(0).to_numpy(int)
    colours = [ACCENT] * 7 + [OTHERS] * 2 + [PETROL] * 2
    low, high = (score, score) if half is None else (max(-1.0, score - half), min(1.0, score + half))
    ends = {"low": points(low, lang), "high": points(high, lang)}

    def draw(axes: list[Axes]) -> None:
        top, band = axes
        spec = top.get_gridspec()
        if spec is not None:
            spec.set_height_ratios([3.2, 1])
        top.bar(marks, numbers, color=colours, width=0.8)
        tall = max(int(numbers.max()), 1)
        for mark, number in zip(marks, numbers, strict=True):
            if number:
                top.text(mark, number + tall * 0.02, count(number, lang), ha="center", va="bottom", color=INK)
        for name, spot, colour in (
            ("detractor", 3, ACCENT),
            ("passive", 7.5, MUTED),
            ("promoter", 9.5, PETROL),
        ):
            words = text(f"figure.nps.{name}", lang)
            top.text(spot, tall * 1.24, words, ha="center", va="top", color=colour, fontweight="bold")
        top.set_ylim(0, tall * 1.28)
        top.set_xticks(marks, [str(mark) for mark in marks])
        top.set_xlabel(text("figure.nps.x", lang))
        top.grid(axis="x", visible=False)
        count_axis(top.yaxis, lang)
        band.axvline(0, color=FAINT, linewidth=1)
        if half is not None:
            band.barh(0, high - low, left=low, height=0.55, color=PETROL_SOFT)
        band.plot([score], [0], marker="o", color=PETROL, markersize=9)
        words = points(score, lang) + ("" if half is None else f"  ({margin(half, lang)})")
        side = "right" if score > 0.5 else "left" if score < -0.5 else "center"
        band.text(
            score, 0.66, words, ha=side, va="center", color=PETROL, fontweight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
        band.set(xlim=(-1.02, 1.02), ylim=(-0.5, 1.0), yticks=[])
        ticks = (-1.0, -0.5, 0.0, 0.5, 1.0)
        band.set_xticks(ticks, [points(value, lang).replace(",0", "").replace(".0", "") for value in ticks])
        band.set_xlabel(text("figure.nps.band", lang))
        band.grid(axis="y", visible=False)
        band.spines["left"].set_visible(False)

    n = int(numbers.sum())
    facts = {"score": points(score, lang), "n": customers(n, lang)}
    said = "unknown" if half is None else "unclear" if low <= 0 <= high else "clear"
    title = text(f"figure.nps.title.{said}", lang, **facts, **ends)
    parts = [
        text("figure.nps.part", lang, mark=mark, n=count(number, lang))
        for mark, number in zip(marks, numbers, strict=True) if number
    ]  # fmt: skip
    alt = text("figure.nps.alt", lang, **facts, parts=listed(parts, lang))
    return drawn(draw, name="nps", title=title, alt=alt, height=400, grid=(2, 1))


def listening_figure(phases: pd.DataFrame | Unknown, *, sizes: dict[str, int], lang: str) -> Figure | Notice:
    """Draw, phase by phase and class by class, the share of active clients that were listened to (A09).

    Parameters
    ----------
    phases
        Indexed by phase: ``customers``, ``share`` and, by class, ``customers.A``, ``share.A`` ...
    sizes
        Active clients of each class.
    """
    missing = unusable(phases)
    if missing is not None or isinstance(phases, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    shown = phases.head(MOST_PHASES)
    groups = [name for name in sizes if f"share.{name}" in shown]
    columns = ["share", *(f"share.{name}" for name in groups)]
    shares = shown[columns].to_numpy(float)
    top = max(float(shares.max()), 1e-9)
    heads = [text("figure.listening.all", lang, n=count(sum(sizes.values()), lang))]
    heads += [
        text("figure.listening.class", lang, letter=name, n=count(sizes[name], lang)) for name in groups
    ]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for row in range(len(shown)):
            for column in range(len(columns)):
                value = shares[row, column]
                shade = SEQUENTIAL(min(1.0, value / max(top, 0.25))) if value else "#ffffff"
                edge = FAINT if not value else "none"
                box = Rectangle(
                    (column + 0.03, row + 0.06), 0.94, 0.88, facecolor=shade, edgecolor=edge, linewidth=0.6
                )
                ax.add_patch(box)
                dark = value / max(top, 0.25) > 0.5
                words = share(value, lang, 0) if value else "·"
                colour = "white" if dark else INK if value else FAINT
                ax.text(
                    column + 0.5, row + 0.5, words, ha="center", va="center", color=colour, fontweight="bold"
                )
        ax.set(xlim=(0, len(columns)), ylim=(len(shown), 0))
        ax.set_xticks(np.arange(len(columns)) + 0.5, heads)
        ax.set_yticks(np.arange(len(shown)) + 0.5, [drawable(name, 26) for name in shown.index])
        ax.xaxis.tick_top()
        ax.tick_params(labelcolor=INK)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)

    best, worst = shown.index[0], phases.index[-1]
    facts = {
        "best": drawable(best, LETTERS), "best_share": share(float(phases["share"].iloc[0]), lang, 0),
        "worst": drawable(worst, LETTERS), "worst_share": share(float(phases["share"].iloc[-1]), lang, 0),
    }  # fmt: skip
    told = [
        text("figure.listening.part", lang, phase=drawable(name, LETTERS), n=customers(n, lang))
        for name, n in zip(shown.index, shown["customers"], strict=True)
    ]
    alone = "one" if len(phases) == 1 else "many"
    title = text(f"figure.listening.title.{alone}", lang, **facts)
    alt = text("figure.listening.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="listening", title=title, alt=alt, height=96 + 44 * len(shown))


def scenario_figure(
    band: pd.DataFrame | Unknown, *, voice: float, told: float, unhappy: float, lang: str
) -> Figure | Notice:
    """Draw the potential clients put off under every pair of assumptions; the pair retained is framed (6.8).

    Parameters
    ----------
    band
        ``voice``, ``told``, ``silent``, ``potential``: one row per pair.
    """
    missing = unusable(band)
    if missing is not None or isinstance(band, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    grid = band.pivot(index="voice", columns="told", values="potential")
    silent = band.groupby("voice")["silent"].first()
    heards, spoken = grid.columns.to_numpy(float), grid.index.to_numpy(float)
    heads = [_plain(value, lang) for value in heards]
    rows = [
        text(
            "figure.scenario.row",
            lang,
            voice=share(value, lang, 0 if value * 100 % 1 < 1e-9 else 1),
            n=_plain(round(silent[value]), lang),
        )
        for value in spoken
    ]
    low, high = round(float(band["potential"].min())), round(float(band["potential"].max()))

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        heat(ax, grid.round().astype("int64"), lang)
        ax.set_xticks(np.arange(len(heads)) + 0.5, heads)
        ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
        row, column = int(np.abs(spoken - voice).argmin()), int(np.abs(heards - told).argmin())
        ax.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor=ACCENT, linewidth=2.4))
        ax.set_xlabel(text("figure.scenario.x", lang))
        ax.set_ylabel("")

    facts = {"low": count(low, lang), "high": count(high, lang), "unhappy": count(round(unhappy), lang)}
    title = text("figure.scenario.title", lang, **facts)
    return drawn(
        draw, name="scenario", title=title, alt=text("figure.scenario.alt", lang, **facts), height=330
    )


def _plain(value: float, lang: str) -> str:
    """Write a number without idle decimals."""
    return count(value, lang) if float(value).is_integer() else decimal(value, lang, 1)
