"""Figures of the life-cycle chapter: stages, and how clients moved between them (section 7)."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.heat import heat
from capclient.figures.lettering import count_axis, customers, listed, money_axis, short_money
from capclient.figures.palette import INK, STAGE_COLOURS
from capclient.notices import Notice, notice
from capclient.vocabulary import STAGES, Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

ABSENT = "absent"


def stages_figure(stages: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw clients and revenue by stage, in the order of life.

    Parameters
    ----------
    stages
        ``stage``, ``customers``, ``revenue`` and ``revenue_share``, one row per stage.
    """
    missing = unusable(stages)
    if missing is not None or isinstance(stages, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    table = stages.set_index("stage").reindex([stage for stage in STAGES if stage in set(stages["stage"])])
    clients, revenue = table["customers"].fillna(0), table["revenue"].fillna(0.0)
    labels = [text(f"stage.{stage}", lang) for stage in table.index]
    largest = str(revenue.idxmax())
    base = revenue.sum()
    weight = share(revenue[largest] / base, lang, 0) if base > 0 else "–"
    old = revenue.get("old_age", 0.0) / base if base > 0 else 0.0
    facts = {
        "stage": text(f"stage.{largest}", lang).lower(),
        "weight": weight,
        "old": share(old, lang, 0),
        "n": customers(clients[largest], lang),
    }

    def draw(axes: list[Axes]) -> None:
        rows = range(len(table))
        colours = [STAGE_COLOURS[str(stage)] for stage in table.index]
        for ax, values, head in (
            (axes[0], clients, "figure.head.customers"),
            (axes[1], revenue, "figure.head.revenue"),
        ):
            ax.barh(rows, values, color=colours, height=0.68)
            ax.set_title(text(head, lang))
            ax.grid(axis="y", visible=False)
            ax.set_yticks(rows, labels)
            ax.tick_params(axis="y", labelcolor=INK)
            room = max(values.max(), 0) * 1.34 or 1
            ax.set_xlim(min(values.min() * 1.25, 0), room)
            for row, value in zip(rows, values, strict=True):
                words = count(value, lang) if ax is axes[0] else _with_share(value, base, lang, currency)
                ax.annotate(
                    words, (max(value, 0), row), xytext=(5, 0), textcoords="offset points", va="center"
                )
        axes[0].invert_yaxis()
        axes[1].tick_params(axis="y", labelleft=False)
        count_axis(axes[0].xaxis, lang, 4)
        money_axis(axes[1].xaxis, revenue.abs().max(), lang, currency, 4)

    parts = [
        text(
            "figure.stages.part",
            lang,
            stage=label,
            n=customers(n, lang),
            money=_with_share(value, base, lang, currency),
        )
        for label, n, value in zip(labels, clients, revenue, strict=True)
    ]
    young = largest == "undetermined"  # nobody could be judged: no stage leads, and old age is not 0 %
    title = text("figure.stages.title.young" if young else "figure.stages.title", lang, **facts)
    alt = text("figure.stages.alt", lang, parts=listed(parts, lang))
    return drawn(draw, name="stages", title=title, alt=alt, height=330, grid=(1, 2), share_rows=True)


def _with_share(value: float, total: float, lang: str, currency: str) -> str:
    money = short_money(value, lang, currency)
    return f"{money} · {share(value / total, lang, 0)}" if total > 0 and value > 0 else money


def transitions_figure(matrix: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw how many clients went from each stage a year ago to each stage now.

    Parameters
    ----------
    matrix
        Counts; index: stage a year ago (``absent`` for who was no client yet), columns: stage now.
    """
    missing = unusable(matrix)
    if missing is not None or isinstance(matrix, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    rows = [stage for stage in (ABSENT, *STAGES) if stage in matrix.index]
    columns = [stage for stage in (*STAGES, ABSENT) if stage in matrix.columns]
    counts = matrix.loc[rows, columns].fillna(0).astype(int)
    total = int(counts.to_numpy().sum())
    if not total:
        return notice(Unknown("not_applicable"), lang)
    known: Any = counts.drop(index=ABSENT, errors="ignore")
    stayed = sum(int(known.at[stage, stage]) for stage in known.index if stage in known.columns)
    before = int(known.to_numpy().sum())
    moves = [
        (int(known.at[was, now]), was, now) for was in known.index for now in known.columns if was != now
    ]
    strongest = sorted((move for move in moves if move[0]), key=lambda move: (-move[0], move[1], move[2]))[:4]
    parts = [
        text(
            "figure.transitions.part",
            lang,
            n=customers(n, lang),
            was=text(f"stage.{was}", lang),
            now=text(f"stage.{now}", lang),
        )
        for n, was, now in strongest
    ]
    facts = {
        "stayed": count(stayed, lang),
        "before": customers(before, lang),
        "share": share(stayed / before, lang, 0) if before else "–",
    }

    def draw(axes: list[Axes]) -> None:
        heat(axes[0], counts, lang)
        words = [textwrap.fill(text(f"stage.{stage}", lang), 12) for stage in columns]
        axes[0].set_xticks([place + 0.5 for place in range(len(columns))], words)
        axes[0].set_yticks(
            [place + 0.5 for place in range(len(rows))], [text(f"stage.{row}", lang) for row in rows]
        )
        axes[0].xaxis.tick_top()
        axes[0].xaxis.set_label_position("top")
        axes[0].set_xlabel(text("figure.transitions.now", lang))
        axes[0].set_ylabel(text("figure.transitions.before", lang))

    title = text("figure.transitions.title" if before else "figure.transitions.title_new", lang, **facts)
    alt = text("figure.transitions.alt", lang, **facts, all=customers(total, lang))
    if parts:
        alt += " " + text("figure.transitions.moves", lang, parts=listed(parts, lang))
    return drawn(draw, name="transitions", title=title, alt=alt, height=110 + 38 * len(rows))
