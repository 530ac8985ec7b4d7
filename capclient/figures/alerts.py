"""Figures of the alerts: how many ring by rule, and what past alerts on volumes were worth (16, 8.3)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn
from capclient.figures.lettering import count_axis
from capclient.figures.palette import ACCENT, INK, PETROL, PETROL_MID, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day

COLOURS = {"high": ACCENT, "medium": PETROL_MID, "low": PETROL_SOFT}


def alerts_figure(table: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the clients that each rule names, by severity, the rule that rings most first.

    Parameters
    ----------
    table
        One row a rule that rings: ``alert`` (its name in words), ``high``, ``medium`` and ``low`` (clients).
    """
    if isinstance(table, Unknown):
        return notice(table, lang)
    if table.empty:
        return notice(Unknown("not_applicable"), lang)
    counts = table[list(COLOURS)].astype(int)
    shown = table.assign(n=counts.sum(axis=1)).sort_values(["n", "high"], ascending=False, kind="stable")
    lines = list(zip(shown["alert"], shown["n"], shown["high"], strict=True))
    facts = {
        "total": count(int(shown["n"].sum()), lang), "high": count(int(shown["high"].sum()), lang),
        "code": lines[0][0], "n": count(int(lines[0][1]), lang),
    }  # fmt: skip

    def draw(axes: list[Axes]) -> None:
        ax, places = axes[0], np.arange(len(lines))
        left = np.zeros(len(lines))
        for name, colour in COLOURS.items():
            widths = shown[name].to_numpy(dtype="float64")
            ax.barh(
                places, widths, left=left, color=colour, height=0.64, label=text(f"severity.{name}", lang)
            )
            left += widths
        for place, (_, n, _) in enumerate(lines):
            ax.annotate(
                count(int(n), lang), (n, place), xytext=(5, 0), textcoords="offset points", va="center", color=INK,
            )  # fmt: skip
        ax.set_yticks(places, [name for name, _, _ in lines], color=INK)
        ax.invert_yaxis()
        ax.set_xlim(0, max(left.max(), 1) * 1.1)
        count_axis(ax.xaxis, lang)
        ax.set_xlabel(text("figure.alerts.x", lang))
        ax.grid(visible=False, axis="y")
        ax.legend(loc="lower right", frameon=False, fontsize=9, labelcolor=INK, handlelength=1.0)

    parts = [
        text("figure.alerts.part", lang, code=name, n=count(int(n), lang), high=count(int(high), lang))
        for name, n, high in lines
    ]
    return drawn(
        draw, name="alerts", title=text("figure.alerts.title", lang, **facts),
        alt=text("figure.alerts.alt", lang, parts=" ; ".join(parts) if lang == "fr" else "; ".join(parts)),
        height=110 + 26 * max(4, len(lines)),
    )  # fmt: skip


def alert_replay_figure(months: pd.DataFrame | Unknown, *, within: int, lang: str) -> Figure | Notice:
    """Draw, month by month, the volume alerts that rose: those that a lasting loss followed, and those for nothing.

    Parameters
    ----------
    months
        One row a month end, the first one first: ``origin`` (date), ``right`` and ``false`` (alerts).
    within
        Months within which a client that came back proves an alert false.
    """
    if isinstance(months, Unknown):
        return notice(months, lang)
    if months.empty:
        return notice(Unknown("history_short"), lang)
    right, false = (int(months[name].sum()) for name in ("right", "false"))
    facts = {
        "n": count(right + false, lang), "false": count(false, lang), "right": count(right, lang),
        "months": count(within, lang), "first": day(months["origin"].iloc[0], lang, "month"),
        "last": day(months["origin"].iloc[-1], lang, "month"),
    }  # fmt: skip

    def draw(axes: list[Axes]) -> None:
        ax, places = axes[0], np.arange(len(months))
        bottom = np.zeros(len(months))
        for name, colour in (("right", PETROL), ("false", ACCENT)):
            heights = months[name].to_numpy(dtype="float64")
            label = text(f"figure.alert_replay.{name}", lang)
            ax.bar(places, heights, bottom=bottom, color=colour, width=0.78, label=label)
            bottom += heights
        marks = places[::-1][:: max(1, len(months) // 8)][::-1]
        ax.set_xticks(marks, [f"{months['origin'].iloc[place]:%m/%y}" for place in marks])
        ax.set_ylim(0, max(bottom.max(), 1) * 1.28)
        ax.set_ylabel(text("figure.alert_replay.y", lang))
        count_axis(ax.yaxis, lang, 4)
        ax.grid(visible=False, axis="x")
        ax.legend(loc="upper left", ncols=2, frameon=False, fontsize=9, labelcolor=INK, handlelength=1.0)

    key = "figure.alert_replay.title" if right + false else "figure.alert_replay.title_quiet"
    return drawn(
        draw, name="alert-replay", title=text(key, lang, **facts),
        alt=text("figure.alert_replay.alt", lang, **facts), height=290,
    )  # fmt: skip
