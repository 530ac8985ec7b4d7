"""The changes of state of the coming weeks, on a calendar (8)."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from capclient.figures.figure import Figure, drawn
from capclient.figures.lettering import customers, drawable, listed, short_money
from capclient.figures.palette import FAINT, INK, MUTED, STATE_COLOURS
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day

ROWS = 16  # clients drawn: those that bring most


def coming_figure(
    coming: pd.DataFrame | Unknown, *, lang: str, currency: str, as_of: date, horizon_days: int
) -> Figure | Notice:
    """Draw on which day each silent client will change state if it orders nothing, the first day first.

    Parameters
    ----------
    coming
        ``name``, ``leaves_on`` (day), ``state_next`` and ``revenue_n``, one row per client.
    horizon_days
        Days drawn after ``as_of``.
    """
    if isinstance(coming, Unknown):
        return notice(coming, lang)
    if coming.empty:
        return notice(Unknown("not_applicable"), lang)
    ranked = coming.sort_values("revenue_n", ascending=False, kind="stable")
    shown, left = ranked.head(ROWS), ranked.iloc[ROWS:]
    shown = shown.sort_values(["leaves_on", "revenue_n"], ascending=[True, False], kind="stable")
    rest = ""
    if len(left):
        smaller = short_money(float(left.revenue_n.sum()), lang, currency)
        rest = text("figure.coming.rest", lang, n=customers(len(left), lang), revenue=smaller)
    days = (shown.leaves_on - pd.Timestamp(as_of)).dt.days.to_numpy()
    facts = {
        "n": customers(len(coming), lang),
        "revenue": short_money(float(coming.revenue_n.sum()), lang, currency),
        "last": day(as_of + timedelta(days=horizon_days), lang, "short"),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        rows = range(len(shown))
        for row, place, state, revenue in zip(rows, days, shown.state_next, shown.revenue_n, strict=True):
            colour = STATE_COLOURS[state]
            ax.hlines(row, 0, place, color=FAINT, linewidth=1.2, zorder=1)
            ax.plot(
                place,
                row,
                "o",
                color=colour,
                markersize=9,
                markeredgecolor=MUTED,
                markeredgewidth=0.6,
                zorder=3,
            )
            said = f"{text(f'state.{state}', lang)} · {short_money(float(revenue), lang, currency)}"
            late = place > 0.72 * horizon_days
            ax.annotate(
                said,
                (place, row),
                xytext=(-9 if late else 9, 7 if late else 0),
                textcoords="offset points",
                ha="right" if late else "left",
                va="center",
                fontsize=8.8,
                color=INK,
            )
        ax.set_yticks(list(rows), [drawable(name, 28) for name in shown["name"]])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set_ylim(len(shown) - 0.4 + bool(rest), -0.7)
        if rest:
            ax.text(0, len(shown), rest, va="center", fontsize=8.8, color=MUTED)
        ax.set_xlim(0, horizon_days * 1.04)
        ax.xaxis.set_major_locator(FixedLocator(list(range(0, horizon_days + 1, max(horizon_days // 3, 1)))))
        ax.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: day(as_of + timedelta(days=round(value)), lang, "short"))
        )
        ax.tick_params(axis="x", labelcolor=MUTED)
        ax.grid(visible=False, axis="y")

    parts = [
        text(
            "figure.coming.part",
            lang,
            name=drawable(name, 60),
            day=day(leaves.date(), lang, "short"),
            state=text(f"state.{state}", lang),
        )
        for name, leaves, state in zip(shown["name"], shown.leaves_on, shown.state_next, strict=True)
    ]
    title = text("figure.coming.title", lang, **facts)
    alt = text("figure.coming.alt", lang, **facts, parts=listed(parts, lang), rest=rest).rstrip()
    height = 80 + 27 * (len(shown) + bool(rest))
    return drawn(draw, name="coming", title=title, alt=alt, height=height)
