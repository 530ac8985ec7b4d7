"""Figures of stages over time: the composition of the portfolio, and where clients go in a year (7)."""

from __future__ import annotations

import textwrap
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.heat import heat
from capclient.figures.lettering import PART, customers, listed, share_axis
from capclient.figures.palette import (
    INK,
    STAGE_COLOURS,
)
from capclient.notices import Notice, notice
from capclient.periods import shifted
from capclient.vocabulary import STAGES, Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, share

FEW = 10  # passages from a stage under which its row says nothing


def composition_figure(parts: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the share of clients and of revenue at each stage, review after review.

    Parameters
    ----------
    parts
        ``day``, ``stage``, ``customers``, ``revenue_share``; every stage at every review.
    """
    missing = unusable(parts)
    if missing is not None or isinstance(parts, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    days = sorted(parts["day"].unique())
    if len(days) < 2:
        return notice(Unknown("history_short"), lang)
    clients = parts.pivot(index="day", columns="stage", values="customers").astype("float64")
    clients = clients.div(clients.sum(axis=1).where(lambda size: size > 0), axis=0)
    revenue = parts.pivot(index="day", columns="stage", values="revenue_share").astype("float64")
    shown = [stage for stage in STAGES if clients[stage].sum() + revenue[stage].abs().sum() > 0]
    old = revenue["old_age"]
    ago = shifted(days[-1], -12)  # the first reviews may lack the year that a second fall needs
    before = ago if ago in days else days[0]
    facts = {
        "first": day(days[0], lang),
        "last": day(days[-1], lang),
        "old_first": _said(old.iloc[0], lang),
        "old_last": _said(old.iloc[-1], lang),
        "before": day(before, lang),
        "old_before": _said(old[before], lang),
    }

    def draw(axes: list[Axes]) -> None:
        for ax, shares, head in (
            (axes[0], clients, "figure.head.customers"),
            (axes[1], revenue.clip(lower=0), "figure.head.revenue"),
        ):
            base = np.zeros(len(days))
            for stage in shown:
                heights = shares[stage].fillna(0).to_numpy()
                ax.bar(range(len(days)), heights, bottom=base, color=STAGE_COLOURS[stage], width=0.86)
                base = base + heights
            ax.set_title(text(head, lang))
            ax.grid(visible=False)
            ax.set(xlim=(-0.6, len(days) - 0.4), ylim=(0, 1))
            ax.set_xticks(*_ticks(days, lang))
            ax.set_yticks([0.25, 0.5, 0.75, 1])  # none at 0, where the first review is named
            share_axis(ax.yaxis, lang)
        axes[1].tick_params(axis="y", labelleft=False)
        _names(axes[1], revenue.clip(lower=0).iloc[-1].fillna(0), shown, lang)

    told = [
        text(
            "figure.composition.part", lang, stage=text(f"stage.{stage}", lang),
            clients=_said(clients[stage].iloc[-1], lang), clients_first=_said(clients[stage].iloc[0], lang),
            revenue=_said(revenue[stage].iloc[-1], lang), revenue_first=_said(revenue[stage].iloc[0], lang),
        )
        for stage in shown
    ]  # fmt: skip
    alt = text("figure.composition.alt", lang, n=count(len(days), lang), **facts, parts=PART[lang].join(told))
    some = any(facts[name] != _said(0.0, lang) for name in ("old_last", "old_before"))
    title = text("figure.composition.title" if some else "figure.composition.title_none", lang, **facts)
    return drawn(draw, name="composition", title=title, alt=alt, height=350, grid=(1, 2))


def _said(value: float, lang: str) -> str:
    return "–" if pd.isna(value) else share(float(value), lang, 0)


def _ticks(days: list[date], lang: str) -> tuple[list[int], list[str]]:
    """Write the day of D and of each review a whole number of years before."""
    every = [place for place, when in enumerate(days) if (when.month, when.year) in {
        (days[-1].month, days[-1].year - back) for back in range(60)
    }]  # fmt: skip
    return every, [f"{days[place].month:02d}/{days[place].year}" for place in every]


def _names(axis: Axes, shares: pd.Series, shown: list[str], lang: str) -> None:
    """Name the stages at the right, each at the height of its part of the last column, none over another."""
    middles = (shares[shown].cumsum() - shares[shown] / 2).to_numpy()
    places = middles.copy()
    gap = 0.075
    for n in range(1, len(places)):
        places[n] = max(places[n], places[n - 1] + gap)
    for n in range(len(places) - 1, -1, -1):
        limit = 0.99 - gap * (len(places) - 1 - n)
        places[n] = min(places[n], limit)
    for stage, place in zip(shown, places, strict=True):
        words = text(f"stage.{stage}", lang)
        words += f" {_said(shares[stage], lang)}" if shares[stage] >= 0.005 else ""
        axis.annotate(
            words, (1.0, place), xycoords=("axes fraction", "data"), xytext=(13, 0), textcoords="offset points",
            va="center", color=INK, fontsize=8.8,
        )  # fmt: skip
        axis.annotate(
            "■", (1.0, place), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
            va="center", color=STAGE_COLOURS[stage], fontsize=9,
        )  # fmt: skip


def passages_figure(rates: pd.DataFrame | Unknown, *, lang: str, pairs: int) -> Figure | Notice:
    """Draw where a hundred clients of each stage are a year later, all known years together.

    Parameters
    ----------
    rates
        ``stage_before``, ``stage``, ``of``, ``rate``.
    pairs
        Number of pairs of reviews behind them.
    """
    missing = unusable(rates)
    if missing is not None or isinstance(rates, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = rates[~rates["stage_before"].isin(["lost", "undetermined"]) & (rates["of"] >= FEW)]
    if known.empty:
        return notice(Unknown("not_applicable"), lang)
    rows = [stage for stage in STAGES if stage in set(known["stage_before"])]
    columns = [stage for stage in STAGES if stage in set(known["stage"])]
    table = known.pivot(index="stage_before", columns="stage", values="rate").reindex(
        index=rows, columns=columns
    )
    hundred = (100 * table.fillna(0)).round().astype(int)
    sizes = known.groupby("stage_before")["of"].first()
    leaving = table["lost"].fillna(0) if "lost" in table else pd.Series(0.0, index=rows)
    told_of = next((stage for stage in ("old_age", "adult") if stage in rows), rows[0])
    facts = {
        "stage": text(f"stage.{told_of}", lang),
        "n": customers(round(100 * leaving[told_of]), lang),
        "few": count(FEW, lang),
    }

    def draw(axes: list[Axes]) -> None:
        heat(axes[0], hundred, lang)
        axes[0].set_xticks(
            [place + 0.5 for place in range(len(columns))],
            [textwrap.fill(text(f"stage.{stage}", lang), 12) for stage in columns],
        )
        labels = [
            text("figure.passages.row", lang, stage=text(f"stage.{stage}", lang), n=count(sizes[stage], lang))
            for stage in rows
        ]
        axes[0].set_yticks([place + 0.5 for place in range(len(rows))], labels, rotation=0)
        axes[0].xaxis.tick_top()
        axes[0].xaxis.set_label_position("top")
        axes[0].set_xlabel(text("figure.passages.x", lang))
        axes[0].set_ylabel(text("figure.passages.y", lang))

    told = [
        text(
            "figure.passages.part", lang, was=text(f"stage.{was}", lang),
            there=listed(
                [f"{text(f'stage.{now}', lang).lower()} {count(hundred.loc[was, now], lang)}"  # type: ignore[arg-type]
                 for now in columns if hundred.loc[was, now]], lang,
            ),
        )
        for was in rows
    ]  # fmt: skip
    title = text("figure.passages.title", lang, **facts)
    alt = text(
        "figure.passages.alt", lang, pairs=count(pairs, lang), few=facts["few"], parts=PART[lang].join(told)
    )
    return drawn(draw, name="passages", title=title, alt=alt, height=120 + 40 * len(rows))
