"""Figures of the loyalty chapter: the bridge, the renewal, satisfaction against loyalty (2.6, 2.9, 2.16)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

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
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

BAR_COLOURS = {
    "opening": OTHERS, "lost": ACCENT, "new": PETROL, "reactivated": PETROL_MID, "up": PETROL_SOFT,
    "down": ACCENT_SOFT, "closing": OTHERS,
}  # fmt: skip


def bridge_figure(bars: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the revenue bridge as a waterfall (2.9).

    Parameters
    ----------
    bars
        ``bar`` (opening, movements, closing) and ``amount`` in euros, signed; opening and movements add up to
        closing; ``customers`` behind each movement, where known.
    """
    missing = unusable(bars)
    if missing is not None or isinstance(bars, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    names, amounts = bars["bar"].tolist(), bars["amount"].to_numpy(float)
    heads = [None] * len(bars) if "customers" not in bars else bars["customers"].tolist()
    moves = amounts[1:-1]
    after = amounts[0] + np.r_[0.0, moves.cumsum()]  # height after each movement
    bottoms = np.r_[0.0, np.minimum(after[:-1], after[1:]), 0.0]
    heights = np.r_[amounts[0], np.abs(moves), amounts[-1]]
    facts = {
        "opening": short_money(amounts[0], lang, currency),
        "closing": short_money(amounts[-1], lang, currency),
        "gains": signed(moves[moves > 0].sum(), lang, currency),
        "losses": signed(moves[moves < 0].sum(), lang, currency),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.bar(range(len(names)), heights, bottom=bottoms, color=[BAR_COLOURS[n] for n in names], width=0.66)
        levels = [amounts[0], *after[1:]]
        for place, level in enumerate(levels):
            start = place + 0.33 if heights[place] else place - 0.33  # a movement of nothing is a line
            ax.plot([start, place + 0.67], [level, level], color=FAINT, linewidth=0.9)
        low, high = min(bottoms.min(), after.min(), 0.0), max((bottoms + heights).max(), after.max(), 1.0)
        # a scale that starts near the bars would make small movements look large: the ends stay whole when they matter
        floor = low if low < 0 or (high - bottoms[1:-1].min()) > 0.25 * high else bottoms[1:-1].min() * 0.94
        for place, (bottom, height, amount) in enumerate(zip(bottoms, heights, amounts, strict=True)):
            ends = place in (0, len(names) - 1)
            words = short_money(amount, lang, currency) if ends else signed(amount, lang, currency)
            colour = INK if ends else ACCENT if amount < 0 else PETROL
            top = max(bottom + height, bottom) + (high - floor) * 0.015
            ax.text(place, top, words, ha="center", va="bottom", color=colour, fontweight="bold")
        ax.set_ylim(floor if low >= 0 else low * 1.05, high + (high - floor) * 0.10)
        if low < 0:
            ax.axhline(0, color=FAINT, linewidth=0.9)
        ax.set_xticks(range(len(names)), [_bar_label(n, h, lang) for n, h in zip(names, heads, strict=True)])
        ax.tick_params(axis="x", labelcolor=INK)
        ax.grid(axis="x", visible=False)
        if floor > 0:
            ax.set_xlabel(text("figure.bridge.cut", lang))
        money_axis(ax.yaxis, high, lang, currency)

    parts = [
        text("figure.bridge.part", lang, bar=text(f"bar.{n}", lang).lower(), amount=signed(a, lang, currency))
        for n, a in zip(names[1:-1], moves, strict=True)
    ]
    way = "up" if amounts[-1] >= amounts[0] else "down"
    title = text(f"figure.bridge.title.{way}", lang, **facts)
    alt = text("figure.bridge.alt", lang, **facts, parts=listed(parts, lang))
    return drawn(draw, name="bridge", title=title, alt=alt, height=360)


def _bar_label(name: str, heads: Any, lang: str) -> str:
    """Name of a bar, and how many clients it holds."""
    words = text(f"bar.{name}", lang).replace(" ", "\n", 1)
    return words if heads is None or heads is pd.NA else f"{words}\n({count(int(heads), lang)})"


def signed(amount: float, lang: str, currency: str) -> str:
    """Write an amount with its sign; nothing is neither gained nor lost."""
    return ("+" if amount > 0 else "") + short_money(amount, lang, currency)


def renewal_figure(
    parts: pd.Series | Unknown, *, total: float = 0.0, lang: str, currency: str
) -> Figure | Notice:
    """Draw revenue N as one bar: what was there in N-1, increases, new clients, clients that came back (2.6).

    Parameters
    ----------
    parts
        Euros of ``growth``, ``new`` and ``reactivated``.
    total
        Whole revenue of N.
    """
    missing = unusable(parts)
    if missing is not None or isinstance(parts, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    gained = parts.reindex(["growth", "new", "reactivated"]).fillna(0.0)
    whole: dict[str, float] = {"kept": total - gained.sum(), **{str(k): float(v) for k, v in gained.items()}}
    shares = {name: amount / total for name, amount in whole.items()}
    facts = {
        "rate": share(gained.sum() / total, lang),
        "growth": share(shares["growth"], lang),
        "arrivals": share(shares["new"] + shares["reactivated"], lang),
        "total": short_money(total, lang, currency),
    }
    colours = {"kept": OTHERS, "growth": PETROL_SOFT, "new": PETROL, "reactivated": PETROL_MID}

    def draw(axes: list[Axes]) -> None:
        ax, left = axes[0], 0.0
        for row, (name, size) in enumerate(shares.items()):
            ax.barh(row, size, left=left, color=colours[name], height=0.62)
            words = f"{short_money(whole[name], lang, currency)} · {share(size, lang)}"
            ink = MUTED if name == "kept" else PETROL
            after = left + max(size, 0.0)
            beside, side = (left - 0.012, "right") if left > 0.4 else (after + 0.012, "left")
            if size > 0.4:
                beside, side = left + size / 2, "center"
                ink = "white" if name in {"new", "reactivated"} else INK
            ax.text(beside, row, words, ha=side, va="center", color=ink, fontweight="bold")
            left += size
            ax.plot([left, left], [row + 0.31, row + 0.69], color=FAINT, linewidth=0.9)
        ax.plot([1, 1], [-0.4, len(shares) - 0.6], color=FAINT, linewidth=0.9, linestyle=(0, (3, 3)))
        ax.set(xlim=(min(0.0, *shares.values()), max(1.02, left)), ylim=(len(shares) - 0.5, -0.5))
        ax.set_yticks(range(len(shares)), [text(f"figure.renewal.{name}", lang) for name in shares])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(text("figure.renewal.x", lang))
        share_axis(ax.xaxis, lang)

    told = [
        f"{text(f'figure.renewal.{name}', lang)} {short_money(whole[name], lang, currency)} ({share(size, lang)})"
        for name, size in shares.items()
    ]
    alt = text("figure.renewal.alt", lang, **facts, parts=listed(told, lang))
    title = text("figure.renewal.title", lang, **facts)
    return drawn(draw, name="renewal", title=title, alt=alt, height=230)


def loyalty_figure(quadrants: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw satisfaction against loyalty: four squares, clients and revenue in each (2.16).

    Parameters
    ----------
    quadrants
        ``quadrant``, ``customers``, ``revenue``, one row per quadrant.
    """
    missing = unusable(quadrants)
    if missing is not None or isinstance(quadrants, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    rows = quadrants.set_index("quadrant")
    total = int(rows["customers"].sum())
    spots = {"ambassador": (1, 1), "mercenary": (0, 1), "captive": (1, 0), "deserter": (0, 0)}
    tints = {"ambassador": PETROL, "mercenary": PETROL_SOFT, "captive": ACCENT_SOFT, "deserter": ACCENT}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for code, (x, y) in spots.items():
            ax.add_patch(Rectangle((x + 0.01, y + 0.02), 0.98, 0.96, facecolor=tints[code], linewidth=0))
            ink = "white" if code in {"ambassador", "deserter"} else INK
            n, amount = int(rows["customers"][code]), float(rows["revenue"][code])
            lines = (text(f"quadrant.{code}", lang), customers(n, lang), short_money(amount, lang, currency))
            for line, (height, weight) in zip(
                lines, ((0.68, "bold"), (0.46, "normal"), (0.28, "normal")), strict=True
            ):
                ax.text(x + 0.5, y + height, line, ha="center", va="center", color=ink, fontweight=weight)
        ax.set(xlim=(0, 2), ylim=(0, 2))
        ax.set_xticks([0.5, 1.5], [text(f"figure.loyalty.{w}", lang) for w in ("not_loyal", "loyal")])
        ax.set_yticks([0.5, 1.5], [text(f"figure.loyalty.{w}", lang) for w in ("dissatisfied", "satisfied")])
        ax.tick_params(labelcolor=INK)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)

    told = [
        text(
            "figure.loyalty.part", lang, quadrant=text(f"quadrant.{code}", lang).lower(),
            n=count(rows["customers"][code], lang), money=short_money(float(rows["revenue"][code]), lang, currency),
        )
        for code in spots
    ]  # fmt: skip
    facts = {"ambassadors": customers(rows["customers"]["ambassador"], lang), "all": count(total, lang)}
    alt = text("figure.loyalty.alt", lang, all=customers(total, lang), parts=listed(told, lang))
    return drawn(draw, name="loyalty", title=text("figure.loyalty.title", lang, **facts), alt=alt, height=300)
