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
from capclient.indicators.retention import wilson_interval
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

FEW = 10  # clients of a cohort under which a share is not shown: one client more or less would move it by ten points


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
    active: Any = triangle.pivot(index="cohort", columns="k", values="active")
    sizes = triangle.groupby("cohort")["size"].first()
    arrived = triangle[(triangle["cohort"] >= 0) & (triangle["k"] == 1)]
    facts = {}
    if len(arrived):
        facts["one"] = share(arrived["active"].sum() / arrived["size"].sum(), lang)
    else:
        last = (
            triangle.iloc[-1]
            if (triangle["cohort"] >= 0).all()
            else triangle[triangle["cohort"] < 0].iloc[-1]
        )
        facts |= {
            "all": customers(last["size"], lang),
            "last": share(last["share"], lang),
            "years": years(int(last["k"]), lang),
        }

    few = sizes < FEW

    def said(cohort: int, k: int) -> str:
        return count(active.loc[cohort, k], lang) if few[cohort] else share(table.loc[cohort, k], lang, 0)

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
                tint = "white" if few[cohort] else SEQUENTIAL(0.12 + 0.72 * depth) if cohort >= 0 else OTHERS
                hatch = (
                    {"hatch": "////", "edgecolor": OTHERS, "linewidth": 0.8}
                    if few[cohort]
                    else {"linewidth": 0}
                )
                ax.add_patch(Rectangle((k + 0.02, row + 0.03), 0.96, 0.94, facecolor=tint, **hatch))
                ink = "white" if cohort >= 0 and depth > 0.6 and not few[cohort] else INK
                ax.text(
                    k + 0.5, row + 0.5, said(cohort, k), ha="center", va="center", color=ink, fontweight="bold",
                    bbox={"facecolor": "white", "linewidth": 0, "pad": 1.5} if few[cohort] else None,
                )  # fmt: skip
        if few.any():
            note = text("figure.cohorts.few", lang, least=count(FEW, lang))
            ax.text(0, len(table) + 0.25, note, ha="left", va="top", color=MUTED, fontsize=8.4)
        rows = [
            text("figure.cohorts.row", lang, cohort=labels[int(cohort)], n=customers(sizes[cohort], lang))
            for cohort in table.index
        ]
        ax.set_xticks([k + 0.5 for k in table.columns], [str(k) for k in table.columns])
        ax.set_yticks([row + 0.5 for row in range(len(rows))], rows)
        ax.set(xlim=(0, max(len(table.columns), 4)), ylim=(len(table) + (0.8 if few.any() else 0), 0))
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
            shares=", ".join(said(cohort, k) for k in table.loc[cohort].dropna().index),
        )
        for cohort in table.index
    ]
    key = "figure.cohorts.title_old" if not len(arrived) else "figure.cohorts.title"
    if len(arrived) and arrived["size"].sum() < FEW:
        key = "figure.cohorts.title_few"
        facts = {
            "active": count(arrived["active"].sum(), lang),
            "all": customers(arrived["size"].sum(), lang),
        }
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
    # nobody lost proves little when few were followed: the band keeps the bound of that share
    least = 1.0 if len(curve) else wilson_interval(followed, followed)[0]
    times = np.r_[0.0, curve.index.to_numpy(float), float(longest)]
    steps, low, high = (
        np.r_[1.0, side, side[-1] if len(side) else 1.0]
        for side in (curve["survival"].to_numpy(float), bounds["low"].to_numpy(), bounds["high"].to_numpy())
    )
    facts = {
        "n": count(followed, lang),
        "years": years(int(times[-2]), lang),
        "share": share(steps[-1], lang),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.fill_between(times, np.minimum(low, least), high, step="post", color=PETROL_PALE, linewidth=0)
        ax.step(times, steps, where="post", color=PETROL, linewidth=2.2)
        ax.vlines(curve.index, curve["low"], curve["high"], color=PETROL_SOFT, linewidth=2.4, zorder=1)
        ax.plot(curve.index, curve["survival"], "o", color=PETROL, markersize=5)
        if not len(curve):
            risk = text("figure.survival.risk", lang, n=count(followed, lang))
            ax.text(times.max(), 0.02, risk, color=MUTED, ha="right", va="bottom", fontsize=8.4)
        for year, row in curve.iterrows():
            ax.annotate(
                f"{share(row['survival'], lang)}\n",
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
    if not told:
        bound = {"low": share(least, lang, 0), "high": share(1.0, lang, 0)}
        told = [
            text(
                "figure.survival.part_interval",
                lang,
                years=years(longest, lang),
                share=bound["high"],
                **bound,
            )
        ]
    key = "figure.survival.title" if len(curve) else "figure.survival.title_none"
    alt = text("figure.survival.alt", lang, n=facts["n"], parts=listed(told, lang))
    return drawn(draw, name="survival", title=text(key, lang, **facts), alt=alt, height=320)
