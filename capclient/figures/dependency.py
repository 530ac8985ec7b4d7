"""Figures of dependency: weight in revenue against weight in margin, and the loss of the first clients (1.8, 1.9)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import (
    customers,
    drawable,
    listed,
    money_axis,
    share_axis,
    short_money,
    shortened,
)
from capclient.figures.palette import ACCENT, ACCENT_SOFT, FAINT, INK, MUTED, OTHERS, PETROL
from capclient.indicators.stress import StressTest
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import share


def margin_weights_figure(margins: pd.DataFrame | Unknown, *, lang: str, most: int = 12) -> Figure | Notice:
    """Draw the weight of the largest clients in revenue and in margin, joined by a line (1.8).

    Parameters
    ----------
    margins
        ``name``, ``weight``, ``margin_weight`` (0 to 1, missing when the client earns nothing), largest first.
    """
    missing = unusable(margins)
    if missing is not None or isinstance(margins, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    shown = margins[margins.weight > 0].head(most)
    if shown.empty:
        return notice(Unknown("not_applicable"), lang)
    first = shown.iloc[0]
    earned = float(first.margin_weight) if first.margin_weight == first.margin_weight else 0.0
    facts = {
        "name": shortened(first["name"], 40),
        "n": customers(len(shown), lang),
        "revenue": share(first.weight, lang),
        "margin": share(earned, lang),
    }
    rows = list(range(len(shown)))[::-1]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        margin = shown.margin_weight.fillna(0.0).to_numpy(float)
        revenue = shown.weight.to_numpy(float)
        ax.hlines(rows, revenue.clip(max=margin), revenue.clip(min=margin), color=FAINT, linewidth=2.2)
        ax.plot(revenue, rows, "o", color=PETROL, markersize=8, label=text("figure.margin.revenue", lang))
        ax.plot(margin, rows, "D", color=ACCENT, markersize=6.5, label=text("figure.margin.margin", lang))
        reach = float(max(revenue.max(), margin.max()))
        for row, name, one, other in zip(rows, shown["name"], revenue, margin, strict=True):
            ax.text(
                max(one, other) + reach * 0.02,
                row,
                f"{share(one, lang)} → {share(other, lang)}",
                va="center",
                fontsize=8.6,
                color=ACCENT if other < one else PETROL,
            )
            del name
        ax.set_yticks(rows, [drawable(name, 30) for name in shown["name"]])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set(xlim=(0, reach * 1.25), ylim=(-0.7, len(rows) - 0.3))
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(text("figure.margin.x", lang))
        share_axis(ax.xaxis, lang)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncol=2, frameon=False, fontsize=9, borderaxespad=0.2
        )

    parts = [
        text(
            "figure.margin.part",
            lang,
            name=shortened(row["name"], 60),
            revenue=share(row.weight, lang),
            margin=share(row.margin_weight if row.margin_weight == row.margin_weight else 0.0, lang),
        )
        for _, row in shown.iterrows()
    ]
    kind = "same" if abs(earned - float(first.weight)) < 0.01 else "less" if earned < first.weight else "more"
    return drawn(
        draw,
        name="margin-weights",
        title=text(f"figure.margin.title_{kind}", lang, **facts),
        alt=text("figure.margin.alt", lang, **facts, parts=listed(parts, lang)),
        height=max(200, 90 + 27 * len(shown)),
    )


def stress_figure(
    scenarios: Mapping[str, StressTest | Unknown],
    *,
    total: float,
    fixed_costs: float | None,
    lang: str,
    currency: str,
) -> Figure | Notice:
    """Draw what is left when the first clients leave: contribution against fixed costs, else revenue (1.9).

    Parameters
    ----------
    scenarios
        Code of a scenario to its outcome; one that is unknown is left out.
    total
        Revenue of the company today, in euros.
    fixed_costs
        Of a year, in euros; drawn as a line when the contribution is known.
    """
    known = {name: item for name, item in scenarios.items() if isinstance(item, StressTest)}
    if not known or total <= 0:
        unknown = next((item for item in scenarios.values() if isinstance(item, Unknown)), None)
        return notice(unknown or Unknown("not_applicable"), lang)
    one = next(iter(known.values()))
    lost, left = one.contribution_lost, one.contribution_left
    in_contribution = not isinstance(lost, Unknown) and not isinstance(left, Unknown)
    today = float(lost) + float(left) if in_contribution else total  # type: ignore[arg-type]
    remains = [
        float(item.contribution_left if in_contribution else total - item.revenue_lost)  # type: ignore[arg-type]
        for item in known.values()
    ]
    kind = "contribution" if in_contribution else "revenue"
    line = fixed_costs if in_contribution else None
    rows = [text("figure.stress.today", lang), *(text(f"figure.stress.{name}", lang) for name in known)]
    values = [today, *remains]
    short = [place for place, value in enumerate(remains) if line is not None and value < line]
    told = short[0] if short else 0
    facts = {
        "scenario": rows[told + 1],
        "left": short_money(remains[told], lang, currency),
        "today": short_money(today, lang, currency),
        "fixed": short_money(line or 0, lang, currency),
        "share": share(remains[0] / today if today else 0.0, lang, 0),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        places = list(range(len(rows)))[::-1]
        for place, value in zip(places, values, strict=True):
            under = line is not None and value < line
            ax.barh(
                place,
                value,
                height=0.56,
                color=ACCENT if under else PETROL if place == places[0] else "#5e8c9d",
            )
            if place != places[0]:
                ax.barh(
                    place, today - value, left=value, height=0.56, color=OTHERS if not under else ACCENT_SOFT
                )
            ax.text(
                max(today, value) * 1.015,
                place,
                short_money(value, lang, currency),
                va="center",
                color=ACCENT if under else INK,
                fontweight="bold",
            )
        if line is not None:
            ax.axvline(line, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
            ax.text(
                line, len(rows) - 0.42, text("figure.stress.fixed", lang, **facts), ha="center", va="bottom",
                color=INK, fontsize=8.8, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
            )  # fmt: skip
        ax.set_yticks(places, rows)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set(
            xlim=(min(0.0, *values), max(today, line or 0) * 1.2),
            ylim=(-0.6, len(rows) - (0.4 if line is None else 0.1)),
        )
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(text(f"figure.stress.x_{kind}", lang), color=MUTED)
        money_axis(ax.xaxis, today, lang, currency)

    parts = [f"{row} {short_money(value, lang, currency)}" for row, value in zip(rows, values, strict=True)]
    ending = kind if line is None else "short" if short else "holds"
    return drawn(
        draw,
        name="stress",
        title=text(f"figure.stress.title_{ending}", lang, **facts),
        alt=text(f"figure.stress.alt_{kind}", lang, **facts, parts=listed(parts, lang)),
        height=110 + 48 * len(rows),
    )
