"""Figures of the score out of 20: what each criterion brings and costs, its past, what weights move (15.1)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import PART, listed
from capclient.figures.palette import ACCENT_SOFT, FAINT, INK, MUTED, PETROL, PETROL_MID
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day, decimal

MARKS = 20
MOST = 10
COSTLY = 3  # criteria that the title names
STILL = 0.05  # a change that the decimal shown does not see


def score_figure(criteria: pd.DataFrame | Unknown, total: float, *, lang: str) -> Figure | Notice:
    """Draw what each known criterion brings to the score, and what it takes from 20: the dearest first (15.1).

    Parameters
    ----------
    criteria
        Indexed by criterion: ``score``, ``points`` and ``lost``; missing where it is unknown or has no weight.
    """
    missing = unusable(criteria)
    if missing is not None or isinstance(criteria, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = criteria[criteria["points"].notna()].sort_values("lost", ascending=False, kind="stable")
    names = [text(f"score.criterion.{name}", lang) for name in known.index]
    rows: list[tuple[float, float, float]] = [
        (row[0], row[1], row[2]) for row in known[["points", "lost", "score"]].to_numpy(float).tolist()
    ]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (points, lost, mark) in enumerate(rows):
            ax.barh(place, points, height=0.62, color=PETROL)
            ax.barh(place, lost, left=points, height=0.62, color=ACCENT_SOFT)
            words = text("figure.score.mark", lang, mark=decimal(mark, lang, 1))
            ax.annotate(words, (points + lost, place), xytext=(6, 0), textcoords="offset points", va="center",
                        color=MUTED, fontsize=8.6)  # fmt: skip
        ax.set_yticks(range(len(rows)), names)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(0, max(points + lost for points, lost, _ in rows) * 1.22)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        _marks(ax, lang)
        ax.set_xlabel(text("figure.score.axis", lang))
        ax.legend(
            handles=[
                Patch(color=PETROL, label=text("figure.score.brought", lang)),
                Patch(color=ACCENT_SOFT, label=text("figure.score.lost", lang)),
            ],
            loc="upper center", bbox_to_anchor=(0.4, -0.6 / len(rows) - 0.06), ncols=2, frameon=False, fontsize=8.6,
        )  # fmt: skip

    told = [
        text("figure.score.part", lang, name=name, mark=decimal(mark, lang, 1), lost=decimal(lost, lang, 1))
        for name, (_, lost, mark) in zip(names, rows, strict=True)
    ]
    costly = [name for name, (_, lost, _) in zip(names, rows, strict=True) if lost >= STILL][:COSTLY]
    facts = {"score": decimal(total, lang, 1), "names": listed(costly, lang)}
    title = text("figure.score.title" if costly else "figure.score.title.full", lang, **facts)
    alt = text("figure.score.alt", lang, parts=PART[lang].join(told), **facts)
    return drawn(draw, name="score", title=title, alt=alt, height=116 + 26 * len(rows))


def score_history_figure(history: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the score of past years on the criteria known on every one of these days.

    Parameters
    ----------
    history
        ``day``, ``score``, ``comparable``, oldest first.
    """
    missing = unusable(history)
    if missing is not None or isinstance(history, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = history[history["comparable"].notna()]
    if len(known) < 2:
        return notice(Unknown("history_short"), lang)
    words = [day(moment.date(), lang, "month") for moment in known["day"]]
    alike, whole = known["comparable"].tolist(), known["score"].tolist()
    apart = any(abs(one - other) >= STILL for one, other in zip(alike, whole, strict=True))
    places = list(range(len(known)))

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        if apart:
            ax.plot(
                places, whole, color=FAINT, linewidth=1.4, linestyle=(0, (4, 3)), marker="o", markersize=4
            )
        ax.plot(places, alike, color=PETROL, linewidth=2.4, marker="o", markersize=7)
        for place, mark in zip(places, alike, strict=True):
            ax.annotate(decimal(mark, lang, 1), (place, mark), xytext=(0, 9), textcoords="offset points",
                        ha="center", color=PETROL, fontweight="bold")  # fmt: skip
        ax.set_xticks(places, words)
        ax.set_xlim(-0.4, len(places) - 0.6)
        ax.set_ylim(0, MARKS)
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.grid(axis="x", visible=False)
        if apart:
            handles = [
                Line2D([], [], color=PETROL, linewidth=2.4, label=text("figure.score.comparable", lang)),
                Line2D(
                    [], [], color=FAINT, linewidth=1.4, linestyle="--", label=text("figure.score.all", lang)
                ),
            ]
            ax.legend(handles=handles, loc="lower right", frameon=False, fontsize=8.6)

    change = alike[-1] - alike[0]
    kind = "still" if abs(change) < STILL else "up" if change > 0 else "down"
    shown = round(abs(change), 1)
    is_one = shown < 2 if lang == "fr" else shown == 1
    size = text("figure.score.point" if is_one else "figure.score.points", lang, n=decimal(shown, lang, 1))
    facts = {"change": size, "since": words[0]}
    told = [
        text("figure.score.history.part", lang, day=when, mark=decimal(mark, lang, 1))
        for when, mark in zip(words, alike, strict=True)
    ]
    title = text(f"figure.score.history.title.{kind}", lang, **facts)
    alt = text("figure.score.history.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="score-history", title=title, alt=alt, height=300)


def score_sensitivity_figure(criteria: pd.DataFrame | Unknown, total: float, *, lang: str) -> Figure | Notice:
    """Draw how far the score moves when the weight of each criterion is cut or raised by half, the widest first.

    Parameters
    ----------
    criteria
        Indexed by criterion: ``less`` and ``more``, the scores; missing where it is unknown or has no weight.
    """
    missing = unusable(criteria)
    if missing is not None or isinstance(criteria, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = criteria[criteria["less"].notna()]
    wide = (known["less"] - known["more"]).abs().sort_values(ascending=False, kind="stable").head(MOST)
    names = [text(f"score.criterion.{name}", lang) for name in wide.index]
    rows = known.loc[wide.index, ["less", "more"]].to_numpy(float).tolist()
    low, high = min(map(min, rows)), max(map(max, rows))

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.axvline(total, color=INK, linewidth=1.2)
        for place, (less, more) in enumerate(rows):
            ax.plot([less, more], [place, place], color=PETROL_MID, linewidth=2.2, zorder=2)
            ax.scatter(less, place, s=40, facecolor="white", edgecolor=PETROL, linewidth=1.6, zorder=3)
            ax.scatter(more, place, s=44, color=PETROL, zorder=3)
        ax.set_yticks(range(len(rows)), names)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        room = max(high - low, 0.2)
        ax.set_xlim(low - 0.1 * room, high + 0.1 * room)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.spines["left"].set_visible(False)
        _marks(ax, lang)
        ax.set_xlabel(text("figure.score.sensitivity.axis", lang))
        ax.legend(
            handles=[
                Line2D([], [], marker="o", linestyle="", markerfacecolor="white", markeredgecolor=PETROL,
                       markeredgewidth=1.6, label=text("figure.score.less", lang)),
                Line2D([], [], marker="o", linestyle="", color=PETROL, label=text("figure.score.more", lang)),
            ],
            loc="upper center", bbox_to_anchor=(0.4, -0.9 / len(rows) - 0.08), ncols=2, frameon=False, fontsize=8.6,
        )  # fmt: skip

    told = [
        text(
            "figure.score.sensitivity.part",
            lang,
            name=name,
            less=decimal(less, lang, 1),
            more=decimal(more, lang, 1),
        )
        for name, (less, more) in zip(names, rows, strict=True)
    ]
    facts = {"low": decimal(low, lang, 1), "high": decimal(high, lang, 1), "score": decimal(total, lang, 1)}
    title = text("figure.score.sensitivity.title", lang, **facts)
    alt = text("figure.score.sensitivity.alt", lang, parts=PART[lang].join(told), **facts)
    return drawn(draw, name="score-sensitivity", title=title, alt=alt, height=124 + 28 * len(rows))


def _marks(ax: Axes, lang: str) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: decimal(value, lang, 1)))
