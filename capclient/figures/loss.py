"""Figures of the risk of loss: the alarm replayed, its warning, the calibration and the gain of the judge (8, F12)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import count_axis, customers, listed, share_axis
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, decimal, share

CALLED = 0.10  # of the clients, whose share of the departures the title says


def loss_replay_figure(replay: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw, month by month, who was called out rightly, wrongly, and who left without having been.

    Parameters
    ----------
    replay
        One row a month end: ``origin``, ``right``, ``wrong`` and ``missed``, numbers of clients.
    """
    missing = unusable(replay)
    if missing is not None or isinstance(replay, Unknown):
        return notice(missing or Unknown("history_short"), lang)
    rung = replay["right"] + replay["wrong"]
    facts = {
        "first": day(replay["origin"].iloc[0].date(), lang, "month"),
        "last": day(replay["origin"].iloc[-1].date(), lang, "month"),
        "right": count(100 * replay["right"].sum() / rung.sum(), lang) if rung.sum() else "–",
        **{f"{name}_mean": decimal(replay[name].mean(), lang, 1) for name in ("right", "wrong", "missed")},
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        places = np.arange(len(replay))
        bottom = np.zeros(len(replay))
        for name, colour in (("right", PETROL), ("wrong", ACCENT), ("missed", OTHERS)):
            heights = replay[name].to_numpy(dtype="float64")
            ax.bar(
                places,
                heights,
                bottom=bottom,
                color=colour,
                width=0.78,
                label=text(f"figure.loss_replay.{name}", lang),
            )
            bottom += heights
        step = max(1, len(replay) // 8)
        marks = places[::-1][::step][::-1]
        labels = [f"{replay['origin'].iloc[place]:%m/%y}" for place in marks]
        ax.set_xticks(marks, labels)
        ax.set_ylabel(text("figure.loss_replay.y", lang))
        ax.grid(axis="x", visible=False)
        ax.set_ylim(0, max(bottom.max(), 1) * 1.16)
        count_axis(ax.yaxis, lang, 5)
        ax.legend(loc="upper left", ncols=3, frameon=False, fontsize=9, labelcolor=INK, handlelength=1.0)

    title = text(
        "figure.loss_replay.title" if rung.sum() else "figure.loss_replay.title_quiet", lang, **facts
    )
    return drawn(
        draw, name="loss-replay", title=title, alt=text("figure.loss_replay.alt", lang, **facts), height=320
    )


def loss_warning_figure(months: pd.Series | Unknown, *, lost_after: int, lang: str) -> Figure | Notice:
    """Draw how many months before the state ``lost`` the alarm rose, one value a lost client.

    ``lost_after``: days of silence that the state asks for.
    """
    if isinstance(months, Unknown) or months.empty:
        return notice(months if isinstance(months, Unknown) else Unknown("history_short:warning"), lang)
    numbers = months.astype("int64").value_counts().sort_index()
    counted: Any = list(numbers.items())
    middle = float(months.quantile(0.5, interpolation="higher"))
    parts = [
        text("figure.loss_warning.part", lang, months=count(month, lang), n=customers(number, lang))
        for month, number in counted
    ]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        colours = [PETROL if month >= middle else PETROL_SOFT for month in numbers.index]
        ax.bar(numbers.index, numbers, color=colours, width=0.78)
        for month, number in counted:
            ax.annotate(
                count(number, lang), (month, number), xytext=(0, 3), textcoords="offset points", ha="center",
                fontsize=9, color=INK,
            )  # fmt: skip
        ax.set_xlim(min(numbers.index.min(), 0) - 0.7, max(numbers.index.max(), 12) + 0.7)
        ax.set_ylim(0, numbers.max() * 1.18)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value, lang)))
        count_axis(ax.yaxis, lang, 4)
        ax.set_xlabel(text("figure.loss_warning.x", lang))
        ax.set_ylabel(text("figure.loss_warning.y", lang))
        ax.grid(axis="x", visible=False)

    days = count(lost_after, lang)
    title = text("figure.loss_warning.title", lang, median=count(middle, lang), days=days)
    alt = text("figure.loss_warning.alt", lang, parts=listed(parts, lang))
    return drawn(draw, name="loss-warning", title=title, alt=alt, height=270)


def loss_calibration_figure(groups: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw what was announced against what happened, with its 95 % interval, by groups of clients.

    Parameters
    ----------
    groups
        ``announced``, ``observed``, ``n``, ``low`` and ``high``, lowest first.
    """
    missing = unusable(groups)
    if missing is not None or isinstance(groups, Unknown):
        return notice(missing or Unknown("n_small"), lang)
    top: Any = groups.iloc[-1]
    rows: Any = list(groups.itertuples())
    highest = float(max(groups["high"].max(), groups["announced"].max()))
    edge = min(1.0, highest * 1.06 + 0.01)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.plot([0, edge], [0, edge], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        ax.vlines(
            groups["announced"], groups["low"], groups["high"], color=PETROL_SOFT, linewidth=3, zorder=2
        )
        sizes = 40 + 260 * np.sqrt(groups["n"] / groups["n"].max())  # the area says how many, not how sure
        outside = (groups["announced"] < groups["low"]) | (groups["announced"] > groups["high"])
        colours = [ACCENT if miss else PETROL for miss in outside]
        ax.scatter(
            groups["announced"], groups["observed"], color=colours, s=sizes, edgecolor="white", zorder=3
        )
        ax.annotate(
            text("figure.loss_calibration.perfect", lang), (edge * 0.62, edge * 0.62), xytext=(-6, 8),
            textcoords="offset points", ha="right", color=MUTED, fontsize=9,
        )  # fmt: skip
        ax.annotate(
            text("figure.loss_calibration.under", lang), (0.02, 0.96), xycoords="axes fraction", va="top",
            color=MUTED, fontsize=9, style="italic",
        )  # fmt: skip
        ax.annotate(
            text("figure.loss_calibration.over", lang), (0.98, 0.04), xycoords="axes fraction", ha="right",
            color=MUTED, fontsize=9, style="italic",
        )  # fmt: skip
        ax.set_xlim(-0.02 * edge, edge)
        ax.set_ylim(-0.02 * edge, edge)
        share_axis(ax.xaxis, lang)
        share_axis(ax.yaxis, lang)
        ax.set_xlabel(text("figure.loss_calibration.x", lang))
        ax.set_ylabel(text("figure.loss_calibration.y", lang))

    parts = [
        text(
            "figure.loss_calibration.part", lang, announced=share(row.announced, lang),
            observed=share(row.observed, lang), n=count(row.n, lang),
        )
        for row in rows
    ]  # fmt: skip
    title = text(
        "figure.loss_calibration.title",
        lang,
        announced=share(top.announced, lang, 0),
        observed=share(top.observed, lang, 0),
    )
    alt = text("figure.loss_calibration.alt", lang, parts=" ; ".join(parts))
    return drawn(draw, name="loss-calibration", title=title, alt=alt, height=400)


def loss_gain_figure(
    gain: pd.DataFrame | Unknown, naive: pd.DataFrame, *, method: str, lang: str
) -> Figure | Notice:
    """Draw the share of the departures found as more clients are called, the most threatened first.

    Parameters
    ----------
    gain, naive
        ``called`` and ``found`` of the judge that is used and of the naive rule, 0 to 1.
    method
        Code of the judge that is used.
    """
    missing = unusable(gain)
    if missing is not None or isinstance(gain, Unknown):
        return notice(missing or Unknown("n_small"), lang)

    def found(curve: pd.DataFrame, called: float) -> float:
        return float(np.interp(called, curve["called"], curve["found"]))

    word = text(f"figure.loss_gain.method.{method}", lang)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
        if method != "naive":
            ax.plot(naive["called"], naive["found"], color=ACCENT, linewidth=1.6)
            _named(ax, text("figure.loss_gain.naive", lang), 0.3, found(naive, 0.3), ACCENT, (0, -15))
        ax.plot(gain["called"], gain["found"], color=PETROL, linewidth=2.4)
        _named(ax, word, 0.42, found(gain, 0.42), PETROL, (-4, 7), "right")
        _named(ax, text("figure.loss_gain.chance", lang), 0.5, 0.5, MUTED, (8, -14))
        ax.plot([CALLED], [found(gain, CALLED)], "o", color=PETROL, markersize=8, markeredgecolor="white")
        ax.annotate(
            share(found(gain, CALLED), lang, 0), (CALLED, found(gain, CALLED)), xytext=(-9, 6),
            textcoords="offset points", ha="right", color=PETROL, fontweight="bold",
        )  # fmt: skip
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1.04)
        share_axis(ax.xaxis, lang)
        share_axis(ax.yaxis, lang)
        ax.set_xlabel(text("figure.loss_gain.x", lang))
        ax.set_ylabel(text("figure.loss_gain.y", lang))

    parts = [
        text(
            "figure.loss_gain.part",
            lang,
            found=share(found(gain, called), lang, 0),
            called=share(called, lang, 0),
        )
        for called in (0.1, 0.2, 0.5)
    ]
    naive_part = text(
        "figure.loss_gain.part",
        lang,
        found=share(found(naive, CALLED), lang, 0),
        called=share(CALLED, lang, 0),
    )
    title = text(
        "figure.loss_gain.title",
        lang,
        called=share(CALLED, lang, 0),
        found=share(found(gain, CALLED), lang, 0),
    )
    alt = text("figure.loss_gain.alt", lang, method=word, parts=listed(parts, lang), naive=naive_part)
    return drawn(draw, name="loss-gain", title=title, alt=alt, height=380)


def _named(
    ax: Axes, word: str, x: float, y: float, colour: str, shift: tuple[int, int], align: str = "left"
) -> None:
    """Write the name of a curve beside it."""
    ax.annotate(
        word,
        (x, y),
        xytext=shift,
        textcoords="offset points",
        ha=align,
        color=colour,
        fontweight="bold",
        fontsize=9.2,
    )
