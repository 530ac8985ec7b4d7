"""Figures of the projection: the months to come, the past put to the test, where the change comes from (11.1)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import listed, money_axis, money_unit, short_money
from capclient.figures.palette import (
    ACCENT,
    FAINT,
    INK,
    MUTED,
    OTHERS,
    PETROL,
    PETROL_MID,
    PETROL_PALE,
    PETROL_SOFT,
)
from capclient.figures.retention import signed
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, money, share

FLAT = 0.005  # of the year that is over: no rise and no fall
BAR_COLOURS = {
    "opening": OTHERS, "contracts": PETROL, "trend": PETROL_SOFT, "annualised": PETROL_MID,
    "adjusted": FAINT, "closing": OTHERS,
}  # fmt: skip


def projection_figure(
    past: pd.DataFrame | Unknown,
    months: pd.DataFrame,
    *,
    total: float,
    low: float | None,
    high: float | None,
    naive: float,
    level: float = 0.80,
    lang: str,
    currency: str,
) -> Figure | Notice:
    """Draw the months that are over, then the twelve to come with their band and the year carried over (11.1).

    Parameters
    ----------
    past
        ``month`` and ``revenue`` in euros, oldest first.
    months
        ``month projected naive low high``; the two last missing where no past projection told.
    total, low, high, naive
        Euros of the twelve months: projected, bounds (None when unknown), carried over.
    level
        Share of the cases that the bounds should hold.
    """
    missing = unusable(past)
    if missing is not None or isinstance(past, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    order = months.sort_values("projected", kind="stable")
    best, worst = order.iloc[-1], order.iloc[0]

    def said(value: float) -> str:
        return short_money(value, lang, currency)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ends = pd.concat([past.month.tail(1), months.month])
        joined = np.r_[past.revenue.iloc[-1], months.projected]
        if months.low.notna().all():
            ax.fill_between(
                months.month, months.low, months.high, color=PETROL_PALE, linewidth=0,
                label=text("figure.projection.band", lang),
            )  # fmt: skip
        ax.plot(
            past.month, past.revenue, color=PETROL, linewidth=1.8, label=text("figure.projection.past", lang)
        )
        ax.plot(months.month, months.naive, color=MUTED, linewidth=1.1, linestyle=(0, (2, 2)),
                label=text("figure.projection.naive", lang))  # fmt: skip
        ax.plot(ends, joined, color=ACCENT, linewidth=1.8, label=text("figure.projection.ahead", lang))
        ax.axvline(past.month.iloc[-1], color=FAINT, linewidth=0.9)
        top = max(
            past.revenue.max(), months.projected.max(), months.naive.max(), months.high.max(skipna=True) or 0
        )
        low_end = min(0.0, past.revenue.min(), months.naive.min())
        ax.set_ylim(low_end, top * 1.22)
        years = [m for m in [*past.month, *months.month] if m.month == 1]
        ax.set_xticks(years, [str(m.year) for m in years])
        ax.tick_params(axis="x", labelcolor=INK)
        ax.grid(axis="x", visible=False)
        money_axis(ax.yaxis, top, lang, currency)
        ax.legend(loc="upper left", frameon=False, ncols=4, fontsize=8.6, handlelength=1.6, columnspacing=1.2)

    key = (
        "figure.projection.title" if low is not None and high is not None else "figure.projection.title.bare"
    )
    # bounds that the same rounding would make equal to the total are written with one more decimal
    whole = [short_money(value, lang, currency) for value in (total, low or 0, high or 0)]
    if len(set(whole)) < len(whole) or total >= 1e6:
        whole = [_finer(value, total, lang, currency) for value in (total, low or 0, high or 0)]
    title = text(key, lang, total=whole[0], low=whole[1], high=whole[2], level=share(level, lang, 0))
    alt = text(
        "figure.projection.alt", lang, naive=said(naive), total=said(total), best=_month(best.month, lang),
        best_amount=said(best.projected), worst=_month(worst.month, lang), worst_amount=said(worst.projected),
    )  # fmt: skip
    return drawn(draw, name="projection", title=title, alt=alt, height=320)


def _finer(value: float, total: float, lang: str, currency: str) -> str:
    unit = money_unit(total)
    return short_money(value, lang, currency, unit, decimals=2 if unit > 1 else None)


def _month(when: pd.Timestamp, lang: str) -> str:
    return day(when.date(), lang, "month")


def backtest_figure(
    past: pd.DataFrame | Unknown, naive: pd.DataFrame, *, lang: str, currency: str
) -> Figure | Notice:
    """Draw, for each past day, what would have been announced with its interval, and what came (11.1).

    Parameters
    ----------
    past
        ``day projected actual low high`` of the method in use, oldest first; bounds missing where no error was known.
    naive
        ``day`` and ``projected`` of the naive rule.
    """
    missing = unusable(past)
    if missing is not None or isinstance(past, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    days: list[date] = past["day"].tolist()
    carried = naive.set_index("day").projected.reindex(days).to_numpy(float)
    same = bool(np.allclose(carried, past.projected))

    def said(value: float) -> str:
        return short_money(value, lang, currency)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        rows = np.arange(len(past))
        lows, highs = past.low.to_numpy(float), past.high.to_numpy(float)
        known = np.isfinite(lows)
        for row in np.flatnonzero(known).tolist():
            ax.plot(
                [lows[row], highs[row]], [row, row], color=PETROL_SOFT, linewidth=9, solid_capstyle="butt",
                label=text("figure.backtest.range", lang) if row == known.argmax() else None,
            )  # fmt: skip
        if not same:
            ax.plot(carried, rows, "|", color=MUTED, markersize=15, label=text("figure.backtest.naive", lang))
        ax.plot(
            past.projected,
            rows,
            "o",
            color=PETROL,
            markersize=7,
            label=text("figure.backtest.projected", lang),
        )
        ax.plot(
            past.actual, rows, "D", color=ACCENT, markersize=6.5, label=text("figure.backtest.actual", lang)
        )
        ax.set_yticks(rows, [day(when, lang, "short") for when in days])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set_ylim(len(past) - 0.5, -0.9)
        ax.grid(axis="y", visible=False)
        every = np.r_[past[["projected", "actual", "low", "high"]].to_numpy(float).ravel(), carried]
        every = every[np.isfinite(every)]
        gap = (every.max() - every.min()) * 0.08 or 1.0
        ax.set_xlim(every.min() - gap, every.max() + gap)
        ax.set_xlabel(text("figure.backtest.axis", lang))
        money_axis(ax.xaxis, every.max(), lang, currency)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False, ncols=4, fontsize=8.6)

    tested = past.dropna(subset=["low"])
    held = int(((tested.low <= tested.actual) & (tested.actual <= tested.high)).sum())
    key = "figure.backtest.title" if len(tested) else "figure.backtest.title.bare"
    parts = [
        text("figure.backtest.part", lang, day=day(when, lang), projected=said(told), actual=said(came))
        for when, told, came in zip(days, past.projected.tolist(), past.actual.tolist(), strict=True)
    ]
    return drawn(
        draw, name="backtest", title=text(key, lang, n=count(len(tested), lang), held=count(held, lang)),
        alt=text("figure.backtest.alt", lang, parts=listed(parts, lang)), height=150 + 38 * len(past),
    )  # fmt: skip


def forecast_parts_figure(parts: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the way from the year that is over to the projection, cause by cause (11.1).

    Parameters
    ----------
    parts
        ``bar`` (``opening``, causes, ``closing``) and ``amount`` in euros, signed; they add up exactly.
    """
    missing = unusable(parts)
    if missing is not None or isinstance(parts, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    names, amounts = parts["bar"].tolist(), parts["amount"].to_numpy(float)
    moves = amounts[1:-1]
    after = np.r_[0.0, moves.cumsum(), amounts[-1] - amounts[0]]  # gap with the year that is over
    words = [text(f"forecast_bar.{name}", lang) for name in names]
    whole = [money(round(amount), lang, currency) for amount in (amounts[0], amounts[-1])]
    shown = [whole[0], *(signed(amount, lang, currency) for amount in moves), whole[1]]
    low, high = after.min(), after.max()
    room = (high - low) or 1.0

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        rows = np.arange(len(names))
        ax.axvline(0, color=FAINT, linewidth=0.9)
        for row in rows[1:-1]:
            start, end = after[row - 1], after[row]
            colour = ACCENT if end < start else BAR_COLOURS.get(names[row], PETROL)
            ax.barh(row, end - start, left=start, color=colour, height=0.6)
            ax.plot([end, end], [row + 0.3, row + 0.7], color=FAINT, linewidth=0.9)
        for row in (0, rows[-1]):
            ax.plot([after[row]] * 2, [row - 0.34, row + 0.34], color=INK, linewidth=3)
        for row in range(len(names)):
            ends = row in (0, len(names) - 1)
            edge = after[row] if ends else max(after[row - 1], after[row])
            ink = INK if ends else ACCENT if amounts[row] < 0 else PETROL
            ax.text(
                edge + room * 0.025, row, shown[row], ha="left", va="center", color=ink, fontweight="bold"
            )
        ax.set_yticks(rows, words)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_xlim(low - room * 0.08, high + room * 0.28)
        ax.set_xlabel(text("figure.forecast_parts.axis", lang))
        ax.grid(axis="y", visible=False)
        money_axis(ax.xaxis, max(abs(low), abs(high)), lang, currency)

    gap = (amounts[-1] - amounts[0]) / (abs(amounts[0]) or 1.0)
    way = "flat" if abs(gap) < FLAT else "up" if gap > 0 else "down"
    # the total comes from another method, which repeats the year: what moves in between is what it does not follow
    is_kept = "adjusted" in names and abs(amounts[-1] - amounts[0]) < 0.01
    way = "kept" if is_kept else way
    told = [f"{word} {amount}" for word, amount in zip(words[1:-1], shown[1:-1], strict=True)]
    apart = float(amounts[names.index("adjusted")]) if "adjusted" in names else 0.0
    facts = {"opening": shown[0], "closing": shown[-1]}
    summed = {"summed": money(round(amounts[-1] - apart), lang, currency)} if is_kept else {}
    return drawn(
        draw, name="forecast-parts", title=text(f"figure.forecast_parts.title.{way}", lang, **facts, **summed),
        alt=text("figure.forecast_parts.alt", lang, **facts, parts=listed(told, lang)), height=70 + 44 * len(names),
    )  # fmt: skip
