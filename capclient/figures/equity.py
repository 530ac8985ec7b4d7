"""Figures of the worth of clients: by class, and what happens when a hypothesis moves (15.2)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import customers, drawable, listed, money_axis, short_money
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

PAIRS = {
    "retention": ("retention_down", "retention_up"), "discount": ("discount_up", "discount_down"),
    "horizon": ("horizon_short", "horizon_long"), "first": ("without_first", "without_first"),
}  # fmt: skip


def equity_figure(
    kinds: pd.DataFrame | Unknown, *, first: tuple[str, str, float] | None, lang: str, currency: str
) -> Figure | Notice:
    """Draw the worth of each class of clients, the first client apart within its own (15.2).

    Parameters
    ----------
    kinds
        ``kind`` (A, B, C, ``new``), ``customers`` and ``equity`` in euros.
    first
        Name, class and worth of the client of largest revenue, None when unknown.
    """
    missing = unusable(kinds)
    if missing is not None or isinstance(kinds, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    shown = kinds[kinds.customers > 0].reset_index(drop=True)
    total = float(shown.equity.sum())
    words = [text(f"equity_kind.{code}", lang) for code in shown.kind]
    amounts = list(zip(shown.equity.astype(float), shown.customers.astype(float), strict=True))
    inside = first is not None and first[2] > 0

    def said(value: float) -> str:
        return short_money(value, lang, currency)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        rows = np.arange(len(shown))
        colours = [PETROL if value >= 0 else ACCENT for value in shown.equity]
        ax.barh(rows, shown.equity, color=colours, height=0.6)
        if first is not None and inside and first[1] in shown.kind.tolist():
            row = shown.kind.tolist().index(first[1])
            ax.barh(row, first[2], color=PETROL_SOFT, height=0.6)
            name = text("figure.equity.first", lang, name=drawable(first[0], 24), amount=said(first[2]))
            ax.text(0, row + 0.34, name, ha="left", va="top", color=MUTED, fontsize=8.8)
        edge = max(shown.equity.max(), 0.0)
        for place, (worth, n) in enumerate(amounts):
            label = f"{said(worth)} · {customers(n, lang)}"
            ax.text(max(worth, 0) + edge * 0.015, place, label, va="center", color=INK, fontweight="bold")
        ax.set_yticks(rows, words)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlim(min(0.0, shown.equity.min() * 1.1), edge * 1.36 or 1.0)
        ax.grid(axis="y", visible=False)
        money_axis(ax.xaxis, edge, lang, currency)

    parts = [
        text("figure.equity.part", lang, kind=word, amount=said(worth), n=customers(n, lang))
        for word, (worth, n) in zip(words, amounts, strict=True)
    ]
    if first is not None:
        parts.append(text("figure.equity.first", lang, name=first[0], amount=said(first[2])))
    if first is not None and inside and total > 0:
        title = text("figure.equity.title", lang, total=said(total), share=share(first[2] / total, lang))
    else:
        title = text("figure.equity.title.bare", lang, total=said(total))
    alt = text("figure.equity.alt", lang, parts=listed(parts, lang))
    return drawn(draw, name="equity", title=title, alt=alt, height=110 + 56 * len(shown))


def equity_scenarios_figure(
    moved: pd.DataFrame | Unknown,
    *,
    points: tuple[float, float],
    horizons: tuple[int, int],
    lang: str,
    currency: str,
) -> Figure | Notice:
    """Draw what the worth becomes when one hypothesis moves, the strongest first (15.2).

    Parameters
    ----------
    moved
        ``scenario`` (``base`` and codes) and ``equity`` in euros.
    points
        Shares by which retention and the discount rate move, 0.05 for 5 points.
    horizons
        Short and long, in years.
    """
    missing = unusable(moved)
    if missing is not None or isinstance(moved, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = moved.set_index("scenario").equity
    base = float(known["base"])
    words = {
        "retention": text("equity_move.retention", lang, points=count(round(points[0] * 100), lang)),
        "discount": text("equity_move.discount", lang, points=count(round(points[1] * 100), lang)),
        "horizon": text(
            "equity_move.horizon", lang, short=count(horizons[0], lang), long=count(horizons[1], lang)
        ),
        "first": text("equity_move.first", lang),
    }
    rows = [
        (name, float(known[low]), float(known[high])) for name, (low, high) in PAIRS.items() if low in known
    ]
    rows.sort(key=lambda row: -max(abs(row[1] - base), abs(row[2] - base)))

    def said(value: float) -> str:
        return short_money(value, lang, currency)

    values = [value for _, worse, better in rows for value in (worse, better)]
    low, high = min([base, *values]), max([base, *values])

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        room = (high - low) or abs(base) or 1.0
        for place, (_, worse, better) in enumerate(rows):
            for value in {worse, better}:
                ax.barh(
                    place, value - base, left=base, color=PETROL if value >= base else ACCENT, height=0.56
                )
                side = "left" if value >= base else "right"
                shift = room * 0.012 * (1 if side == "left" else -1)
                ax.text(value + shift, place, said(value), ha=side, va="center", color=INK, fontweight="bold")
        ax.axvline(base, color=INK, linewidth=1.1)
        ax.set_yticks(range(len(rows)), [words[row[0]] for row in rows])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set_ylim(len(rows) - 0.5, -0.75)
        ax.set_xlim(low - room * 0.16, high + room * 0.16)
        ax.text(base, -0.52, text("figure.equity_scenarios.base", lang, base=said(base)), ha="center",
                va="bottom", color=MUTED)  # fmt: skip
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_color(FAINT)
        money_axis(ax.xaxis, max(abs(high), abs(low)), lang, currency)

    parts = [
        text(
            "figure.equity_scenarios.part",
            lang,
            scenario=text(f"equity_scenario.{code}", lang),
            amount=said(value),
        )
        for code, value in known.items()
        if code != "base"
    ]
    return drawn(
        draw, name="equity-scenarios",
        title=text("figure.equity_scenarios.title", lang, worst=said(low), best=said(high)),
        alt=text("figure.equity_scenarios.alt", lang, base=said(base), parts=listed(parts, lang)),
        height=130 + 46 * len(rows),
    )  # fmt: skip
