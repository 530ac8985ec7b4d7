"""Figures of the data chapter: what the ledger covers, and what became of its lines."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import money_axis, short_money
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.periods import Windows
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, share


def months_figure(
    revenue: pd.Series | Unknown,
    *,
    windows: Windows,
    incomplete: Collection[date] = (),
    lang: str,
    currency: str,
) -> Figure | Notice:
    """Draw revenue per month over the whole history, the years N and N-1 in strong colours.

    Parameters
    ----------
    revenue
        Revenue by month (index: first day of the month). A month without a row is
        drawn empty.
    windows
        The years of the analysis.
    incomplete
        First days of the months that the data cover only in part: hatched.
    """
    missing = unusable(revenue)
    if missing is not None or isinstance(revenue, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = revenue.astype(float).sort_index()
    months = pd.date_range(known.index.min(), known.index.max(), freq="MS")
    series = known.groupby(level=0).sum().reindex(months)
    partial = {(d.year, d.month) for d in incomplete}
    in_n, in_n1 = (_inside(months, period.start, period.end) for period in (windows.n, windows.n1))
    if partial & {(month.year, month.month) for month in months[in_n1]} or sum(in_n1) < 12:
        in_n1 = np.zeros(len(months), dtype=bool)  # part of a year is never shown as a year
    totals = {"n": series[in_n].sum(), "n1": series[in_n1].sum()}
    best: Any = series.idxmax()
    facts = {
        "n": short_money(totals["n"], lang, currency),
        "n1": short_money(totals["n1"], lang, currency),
        "from": day(months[0].date(), lang, "month"),
        "to": day(months[-1].date(), lang, "month"),
        "best": day(best.date(), lang, "month"),
        "best_money": short_money(series[best], lang, currency),
        "months": count(len(months), lang),
        "partial": count(len(partial), lang),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        values = series.fillna(0.0).to_numpy()
        colours = [PETROL if n else PETROL_SOFT if n1 else OTHERS for n, n1 in zip(in_n, in_n1, strict=True)]
        bars = ax.bar(range(len(months)), values, color=colours, width=0.8)
        for bar, month in zip(bars, months, strict=True):
            if (month.year, month.month) in partial:
                bar.set_hatch("////")
        top = max(values.max(), 0) or 1
        for inside, key, colour in ((in_n, "n", PETROL), (in_n1, "n1", MUTED)):
            places = np.flatnonzero(inside)
            if places.size:
                words = text(f"figure.months.year_{key}", lang) + "\n" + facts[key]
                ax.plot([places[0] - 0.4, places[-1] + 0.4], [top * 1.07] * 2, color=colour, linewidth=1.4)
                ax.text(
                    places.mean(),
                    top * 1.09,
                    words,
                    ha="center",
                    va="bottom",
                    color=colour,
                    fontweight="bold",
                )
        ax.set_ylim(min(values.min() * 1.1, 0), top * 1.3)
        ax.set_xlim(-0.7, max(len(months), 6) - 0.3)
        if values.min() < 0:
            ax.axhline(0, color=FAINT, linewidth=0.8)
        ax.grid(axis="x", visible=False)
        _year_ticks(ax, months)
        money_axis(ax.yaxis, np.abs(values).max(), lang, currency)

    key = "figure.months.title" if in_n.any() and in_n1.any() else "figure.months.title_short"
    alt = text("figure.months.alt", lang, **facts) + (
        " " + text("figure.months.partial", lang, **facts) if partial else ""
    )
    return drawn(draw, name="months", title=text(key, lang, **facts), alt=alt, height=320)


def _inside(months: pd.DatetimeIndex, start: date, end: date) -> np.ndarray:
    """Tell which months lie in a period; a month belongs to it by its last day."""
    ends = months + pd.offsets.MonthEnd(0)
    return np.asarray((ends >= pd.Timestamp(start)) & (ends <= pd.Timestamp(end) + pd.offsets.MonthEnd(0)))


def _year_ticks(ax: Axes, months: pd.DatetimeIndex) -> None:
    places = [index for index, month in enumerate(months) if month.month == 1 or index == 0]
    if len(places) > 1 and places[1] - places[0] < 3:
        places = places[1:]
    step = -(-len(places) // 14)
    places = places[::step]
    ax.set_xticks(
        places,
        [f"{months[place]:%m/%Y}" if months[place].month != 1 else f"{months[place]:%Y}" for place in places],
    )
    ax.tick_params(axis="x", labelcolor=INK)


def lines_figure(lines_in: int | Unknown, kept: int, rejected: int, *, lang: str) -> Figure | Notice:
    """Draw the lines read as one bar: kept and rejected, which add up."""
    if isinstance(lines_in, Unknown):
        return notice(lines_in, lang)
    if not lines_in:
        return notice(Unknown("not_applicable"), lang)
    facts = {
        "read": count(lines_in, lang),
        "kept": count(kept, lang),
        "rejected": count(rejected, lang),
        "share": share(rejected / lines_in, lang, 2 if rejected else 0),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.barh([0], [kept], color=PETROL, height=0.5)
        ax.barh([0], [rejected], left=[kept], color=ACCENT, height=0.5)
        ax.text(
            0, 0.4, text("figure.lines.kept", lang, **facts), color=PETROL, fontweight="bold", va="bottom"
        )
        ax.text(
            lines_in,
            0.4,
            text("figure.lines.rejected", lang, **facts),
            color=ACCENT if rejected else MUTED,
            fontweight="bold",
            ha="right",
            va="bottom",
        )
        ax.set(xlim=(0, lines_in), ylim=(-0.35, 0.8))
        ax.axis("off")

    title = text("figure.lines.title" if rejected else "figure.lines.title_all", lang, **facts)
    return drawn(draw, name="lines", title=title, alt=text("figure.lines.alt", lang, **facts), height=90)
