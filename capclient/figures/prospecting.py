"""Figures of the prospecting chapter: cohorts, funnel, pipeline, sources, and the matrix of Ansoff (12, 1.11)."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import (
    drawable,
    listed,
    share_axis,
    shortened,
)
from capclient.figures.palette import (
    ACCENT,
    INK,
    MUTED,
    OTHERS,
    PETROL,
    PETROL_SOFT,
)
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

HATCH = "////"
MOST = 10


def prospect_cohorts_figure(quarters: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw what became of the prospects of each quarter: won, pending, lost, and the final rate as a mark (12.1).

    Parameters
    ----------
    quarters
        ``end`` (date), ``created``, ``won``, ``lost``, ``pending``, ``unsaid``, oldest first.
    """
    missing = unusable(quarters)
    if missing is not None or isinstance(quarters, Unknown) or not quarters["created"].sum():
        return notice(missing or Unknown("not_applicable"), lang)
    rows = quarters[["won", "pending", "lost", "unsaid"]].to_numpy(float)
    total = rows.sum(axis=1)
    ends = [f"{end:%m/%y}" for end in quarters["end"]]
    decided = rows[:, 0] + rows[:, 2]
    parts = {"won": rows[:, 0], "pending": rows[:, 1], "lost": rows[:, 2] + rows[:, 3]}
    looks: dict[str, dict[str, Any]] = {
        "won": {"color": PETROL},
        "pending": {"facecolor": PETROL_SOFT, "hatch": HATCH, "edgecolor": "white", "linewidth": 0},
        "lost": {"color": OTHERS},
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        base = total * 0.0
        for name, values in parts.items():
            heights = values / total.clip(min=1)
            label = text(f"figure.prospects.{name}", lang)
            ax.bar(range(len(total)), heights, bottom=base, width=0.72, label=label, **looks[name])
            base = base + heights
        for place, (won, sure, n) in enumerate(zip(rows[:, 0], decided, total, strict=True)):
            if sure:
                ax.plot([place - 0.42, place + 0.42], [won / sure] * 2, color=ACCENT, linewidth=2.4)
            ax.annotate(count(n, lang), (place, 1.0), xytext=(0, 3), textcoords="offset points", ha="center",
                        color=MUTED, fontsize=8.6)  # fmt: skip
        ax.set_xticks(range(len(ends)), ends)
        ax.set(ylim=(0, 1.08), xlabel=text("figure.prospects.quarter", lang))
        ax.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
        ax.grid(axis="x", visible=False)
        share_axis(ax.yaxis, lang)
        handles, _ = ax.get_legend_handles_labels()
        mark = Line2D([], [], color=ACCENT, linewidth=2.4, label=text("figure.prospects.final", lang))
        ax.legend(handles=[*handles, mark], loc="lower left", bbox_to_anchor=(0, 1.0), ncol=4, frameon=False,
                  fontsize=8.8, borderaxespad=0.2)  # fmt: skip

    told = [
        text("figure.prospects.part", lang, end=end, n=count(n, lang), won=count(won, lang),
             lost=count(lost, lang), pending=count(pending, lang))
        for end, n, (won, pending, lost, _) in zip(ends, total, rows, strict=True)
    ]  # fmt: skip
    pending, sure, won = float(rows[:, 1].sum()), float(decided.sum()), float(rows[:, 0].sum())
    facts = {
        "rate": share(won / sure if sure else 0.0, lang, 0),
        "pending": share(pending / float(total.sum()), lang, 0),
        "n": count(float(total.sum()), lang),
    }
    kind = "undecided" if not sure else "pending" if pending else "settled"
    title = text(f"figure.prospects.title.{kind}", lang, **facts)
    alt = text("figure.prospects.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="prospect-cohorts", title=title, alt=alt, height=330)


def prospect_sources_figure(
    sources: pd.DataFrame | Unknown, *, overall: float | None = None, lang: str
) -> Figure | Notice:
    """Draw the conversion of each source with its 95 % interval (12.1).

    Parameters
    ----------
    sources
        ``group`` in words, ``won``, ``lost``, ``rate``, ``low``, ``high``; sources without decision are left out.
    overall
        Rate of all sources together, drawn as a line.
    """
    missing = unusable(sources)
    if missing is not None or isinstance(sources, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = sources[sources["rate"].notna()]
    if known.empty:
        return notice(Unknown("denominator_zero"), lang)
    shown = known.head(MOST).sort_values("rate", ascending=False, kind="stable")
    numbers = shown[["rate", "low", "high"]].to_numpy(float)
    decided = (shown["won"] + shown["lost"]).to_numpy(int)
    names = [drawable(name, 28) for name in shown["group"]]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        if overall is not None:
            ax.axvline(overall, color=ACCENT, linewidth=1.2, linestyle=(0, (4, 3)))
        for place, (rate, low, high) in enumerate(numbers):
            ax.plot([low, high], [place, place], color=PETROL_SOFT, linewidth=5, solid_capstyle="round")
            ax.plot(rate, place, "o", color=PETROL, markersize=9)
            said = text(
                "figure.sources.label", lang, rate=share(rate, lang, 0), n=count(int(decided[place]), lang)
            )
            ax.annotate(said, (1.0, place), xycoords=("axes fraction", "data"), xytext=(6, 0), color=INK,
                        textcoords="offset points", va="center", fontsize=9, annotation_clip=False)  # fmt: skip
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_xlim(0, 1.0)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        share_axis(ax.xaxis, lang)
        handles = [
            Line2D([], [], marker="o", linestyle="", color=PETROL, label=text("figure.sources.rate", lang)),
            Line2D([], [], color=PETROL_SOFT, linewidth=5, label=text("figure.sources.interval", lang)),
        ]
        if overall is not None:
            handles.append(Line2D([], [], color=ACCENT, linewidth=1.2, linestyle=(0, (4, 3)),
                                  label=text("figure.sources.overall", lang)))  # fmt: skip
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), ncol=3, frameon=False, fontsize=8.8,
                  borderaxespad=0.2)  # fmt: skip

    told = [
        text("figure.sources.part", lang, name=shortened(name, 60), rate=share(rate, lang), n=count(int(n), lang),
             low=share(low, lang, 0), high=share(high, lang, 0))
        for name, n, (rate, low, high) in zip(shown["group"], decided, numbers, strict=True)
    ]  # fmt: skip
    best, last = numbers[0], numbers[-1]
    kind = "one" if len(shown) == 1 else "apart" if best[1] > last[2] else "together"
    facts = {
        "best": shortened(shown["group"].iloc[0], 40), "rate": share(best[0], lang, 0),
        "last": shortened(shown["group"].iloc[-1], 40), "low": share(last[0], lang, 0),
    }  # fmt: skip
    title = text(f"figure.sources.title.{kind}", lang, **facts)
    alt = text("figure.sources.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="prospect-sources", title=title, alt=alt, height=105 + 36 * len(shown))
