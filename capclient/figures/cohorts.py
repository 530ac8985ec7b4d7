"""Figures of cohorts: who still buys year after year, and how long clients go before a year without purchase (2.12)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import customers, listed, share_axis
from capclient.figures.palette import INK, MUTED, OTHERS, PETROL, PETROL_PALE, PETROL_SOFT, SEQUENTIAL
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share


def cohorts_figure(triangle: pd.DataFrame | Unknown, labels: dict[int, str], *, lang: str) -> Figure | Notice:
    """Draw the cohort triangle as a heat map: rows are years of arrival, columns years since (2.12).

    Parameters
    ----------
    triangle
        ``cohort``, ``k``, ``size``, ``active``, ``share``; cohort -1 is those that were there before.
    labels
        Words of each cohort.
    """
    missing = unusable(triangle)
    if missing is not None or isinstance(triangle, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    table: Any = triangle.pivot(index="cohort", columns="k", values="share")
    sizes = triangle.groupby("cohort")["size"].first()
    arrived = triangle[(triangle["cohort"] >= 0) & (triangle["k"] == 1)]
    facts = {}
    if len(arrived):
        facts["one"] = share(arrived["active"].sum() / arrived["size"].sum(), lang, 0)
    else:
        last = (
            triangle.iloc[-1]
            if (triangle["cohort"] >= 0).all()
            else triangle[triangle["cohort"] < 0].iloc[-1]
        )
        facts |= {
            "all": customers(last["size"], lang),
            "last": share(last["share"], lang, 0),
            "years": years(int(last["k"]), lang),
        }

    # the numbers stand in the cells, so colour may spend itself on their differences
    low = min(float(table[table.index >= 0].min(axis=None)) if (table.index >= 0).any() else 0.0, 0.75)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for row, cohort in enumerate(table.index):
            for k in table.columns:
                value = table.loc[cohort, k]
                if pd.isna(value):
                    continue
                depth = (float(value) - low) / (1 - low)
                tint = SEQUENTIAL(0.12 + 0.72 * depth) if cohort >= 0 else OTHERS
                ax.add_patch(Rectangle((k + 0.02, row + 0.03), 0.96, 0.94, facecolor=tint, linewidth=0))
                ink = "white" if cohort >= 0 and depth > 0.6 else INK
                words = share(value, lang, 0)
                ax.text(k + 0.5, row + 0.5, words, ha="center", va="center", color=ink, fontweight="bold")
        rows = [
            text("figure.cohorts.row", lang, cohort=labels[int(cohort)], n=customers(sizes[cohort], lang))
            for cohort in table.index
        ]
        ax.set_xticks([k + 0.5 for k in table.columns], [str(k) for k in table.columns])
        ax.set_yticks([row + 0.5 for row in range(len(rows))], rows)
        ax.set(xlim=(0, max(len(table.columns), 4)), ylim=(len(table), 0))
        ax.xaxis.tick_top()
        ax.xaxis.set_label_position("top")
        ax.set_xlabel(text("figure.cohorts.x", lang))
        ax.tick_params(labelcolor=INK)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)

    told = [
        text(
            "figure.cohorts.part",
            lang,
            cohort=labels[int(cohort)],
            n=customers(sizes[cohort], lang),
            shares=", ".join(share(v, lang, 0) for v in table.loc[cohort].dropna()),
        )
        for cohort in table.index
    ]
    key = "figure.cohorts.title" if len(arrived) else "figure.cohorts.title_old"
    alt = text("figure.cohorts.alt", lang, parts=" ; ".join(told) if lang == "fr" else "; ".join(told))
    return drawn(draw, name="cohorts", title=text(key, lang, **facts), alt=alt, height=120 + 36 * len(table))


def years(number: int, lang: str) -> str:
    """``1 an``, ``3 ans``."""
    return text("years.one" if number == 1 else "years.many", lang, n=count(number, lang))


def survival_figure(
    curve: pd.DataFrame | Unknown, *, followed: int = 0, longest: int = 0, lang: str
) -> Figure | Notice:
    """Draw the Kaplan-Meier curve of the first missed year, with its 95 % interval (2.12).

    Parameters
    ----------
    curve
        Indexed by year: ``at_risk``, ``survival``, ``low``, ``high``.
    followed, longest
        Clients behind the curve, and years they were followed at most.
    """
    if isinstance(curve, Unknown) or not followed:
        return notice(curve if isinstance(curve, Unknown) else Unknown("history_short"), lang)
    bounds = curve[["low", "high"]].astype("float64").apply(lambda side: side.fillna(curve["survival"]))
    times = np.r_[0.0, curve.index.to_numpy(float), float(longest)]
    steps, low, high = (
        np.r_[1.0, side, side[-1] if len(side) else 1.0]
        for side in (curve["survival"].to_numpy(float), bounds["low"].to_numpy(), bounds["high"].to_numpy())
    )
    facts = {
        "n": count(followed, lang),
        "years": years(int(times[-2]), lang),
        "share": share(steps[-1], lang, 0),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.fill_between(times, low, high, step="post", color=PETROL_PALE, linewidth=0)
        ax.step(times, steps, where="post", color=PETROL, linewidth=2.2)
        ax.vlines(curve.index, curve["low"], curve["high"], color=PETROL_SOFT, linewidth=2.4, zorder=1)
        ax.plot(curve.index, curve["survival"], "o", color=PETROL, markersize=5)
        for year, row in curve.iterrows():
            ax.annotate(
                f"{share(row['survival'], lang, 0)}\n",
                (float(str(year)), float(row["survival"])),
                xytext=(6, -7), textcoords="offset points", color=PETROL, fontweight="bold", va="bottom",
            )  # fmt: skip
            risk = text("figure.survival.risk", lang, n=count(row["at_risk"], lang))
            ax.text(float(str(year)), 0.02, risk, color=MUTED, ha="center", va="bottom", fontsize=8.4)
        ax.set(xlim=(0, times.max() + 0.35), ylim=(0, 1.06))
        ax.set_xticks(range(int(times.max()) + 1))
        ax.set_xlabel(text("figure.survival.x", lang))
        ax.set_ylabel(text("figure.survival.y", lang))
        share_axis(ax.yaxis, lang)

    told = []
    for year, row in curve.iterrows():
        key = "figure.survival.part" if pd.isna(row["low"]) else "figure.survival.part_interval"
        told.append(
            text(
                key, lang, years=years(int(str(year)), lang), share=share(row["survival"], lang, 0),
                low=share(row["low"], lang, 0) if pd.notna(row["low"]) else "",
                high=share(row["high"], lang, 0) if pd.notna(row["high"]) else "",
            )
        )  # fmt: skip
    told = told or [text("figure.survival.part", lang, years=years(longest, lang), share=share(1.0, lang, 0))]
    key = "figure.survival.title" if len(curve) else "figure.survival.title_none"
    alt = text("figure.survival.alt", lang, n=facts["n"], parts=listed(told, lang))
    return drawn(draw, name="survival", title=text(key, lang, **facts), alt=alt, height=320)
