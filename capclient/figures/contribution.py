"""Figure of what clients bring over their life, by year of arrival (7, I06)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import PART, customers, money_axis, short_money
from capclient.figures.palette import ACCENT, MUTED, PETROL, PETROL_MID
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count


def contribution_figure(
    curves: pd.DataFrame | Unknown,
    ages: pd.DataFrame,
    margin_curves: pd.DataFrame | Unknown,
    margins: pd.DataFrame | Unknown,
    cost: float | Unknown,
    *,
    lang: str,
    currency: str,
) -> Figure | Notice:
    """Draw what half of the clients of each year of arrival had brought, month after month of their life.

    Parameters
    ----------
    curves, margin_curves
        ``cohort``, ``customers``, ``age``, ``median``: revenue, and margin or why it is unknown.
    ages, margins
        Indexed by age: ``customers``, ``low``, ``median``, ``high`` of all clients followed that long.
    cost
        What winning a client costs, or why that is unknown.
    """
    missing = unusable(curves)
    if missing is not None or isinstance(curves, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = ages[ages["customers"] > 0]
    if known.empty:
        return notice(Unknown("history_short"), lang)
    both = not isinstance(margin_curves, Unknown) and not isinstance(margins, Unknown)
    age = 12 if 12 in known.index else int(known.index[-1])
    row = known.loc[age].astype("float64").to_dict()
    facts = {
        "age": count(age, lang),
        "median": short_money(row["median"], lang, currency),
        "low": short_money(row["low"], lang, currency),
        "high": short_money(row["high"], lang, currency),
        "n": customers(row["customers"], lang),
    }

    def draw(axes: list[Axes]) -> None:
        _curves(axes[0], curves, known, lang, currency)
        axes[0].set_title(text("figure.contribution.revenue", lang))
        if both:
            _curves(axes[1], margin_curves, margins[margins["customers"] > 0], lang, currency)  # type: ignore[arg-type,index]
            axes[1].set_title(text("figure.contribution.margin", lang))
            if not isinstance(cost, Unknown):
                axes[1].axhline(cost, color=ACCENT, linewidth=1.4, linestyle=(0, (4, 3)))
                words = text("figure.contribution.cost", lang, cost=short_money(cost, lang, currency))
                axes[1].annotate(
                    words,
                    (1, cost),
                    xycoords=("axes fraction", "data"),
                    xytext=(-2, -5),
                    textcoords="offset points",
                    color=ACCENT,
                    fontsize=8.6,
                    ha="right",
                    va="top",
                    bbox={"facecolor": "white", "linewidth": 0, "pad": 0.6, "alpha": 0.85},
                )

    told = [
        text(
            "figure.contribution.part", lang, age=count(int(str(when)), lang),
            n=customers(line["customers"], lang), median=short_money(line["median"], lang, currency),
            low=short_money(line["low"], lang, currency), high=short_money(line["high"], lang, currency),
        )
        for when, line in known.iterrows()
    ]  # fmt: skip
    title = text("figure.contribution.title", lang, **facts)
    alt = text("figure.contribution.alt", lang, parts=PART[lang].join(told))
    if not isinstance(cost, Unknown) and both:
        alt += " " + text("figure.contribution.cost_said", lang, cost=short_money(cost, lang, currency))
    return drawn(draw, name="contribution", title=title, alt=alt, height=360, grid=(1, 2 if both else 1))


def _curves(axis: Axes, curves: pd.DataFrame, ages: pd.DataFrame, lang: str, currency: str) -> None:
    """Draw a light line a cohort, named at its end, and the quartiles of all clients at the ages that are told."""
    ends: list[tuple[float, float, str]] = []
    for cohort, mine in curves.groupby("cohort"):
        axis.plot(mine["age"], mine["median"], color=PETROL_MID, linewidth=1.3, alpha=0.75)
        if len(mine) > 1:
            ends.append((float(mine["age"].iloc[-1]), float(mine["median"].iloc[-1]), str(cohort)))
    largest = max([float(ages["high"].max()), *(height for _, height, _ in ends)], default=1.0)
    axis.set_ylim(min(0.0, float(curves["median"].min())), max(largest, 0.01) * 1.1)
    taken: list[tuple[float, float]] = []
    for x, y, name in sorted(ends, key=lambda end: end[1]):
        height = y
        for other_x, other_y in taken:  # two cohorts that end near each other stay readable
            if abs(other_x - x) < 9 and abs(other_y - height) < largest * 0.055:
                height = other_y + largest * 0.055
        taken.append((x, height))
        axis.annotate(
            name,
            (x, height),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=MUTED,
            fontsize=8.4,
        )
    axis.vlines(ages.index, ages["low"], ages["high"], color=PETROL, linewidth=2.0, zorder=3, alpha=0.9)
    axis.plot(ages.index, ages["median"], "o", color=PETROL, markersize=6, zorder=4)
    reach = max([float(curves["age"].max()), float(ages.index.max())])
    axis.set_xlim(-0.5, reach * 1.13 + 1)
    axis.set_xticks([month for month in (0, 6, 12, 24, 36, 48, 60) if month <= reach])
    axis.set_xlabel(text("figure.contribution.x", lang))
    axis.grid(axis="x", visible=False)
    money_axis(axis.yaxis, largest, lang, currency)
