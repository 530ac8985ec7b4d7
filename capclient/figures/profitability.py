"""Figures of profitability: cost to serve, the whale curve, effort against value (4.3 to 4.7)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import customers, drawable, listed, money_axis, short_money, shortened
from capclient.figures.palette import ACCENT, ACCENT_SOFT, FAINT, INK, MUTED, PETROL, PETROL_SOFT, RIBBONS
from capclient.indicators.whale import Whale
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share


def service_figure(
    costs: pd.DataFrame | Unknown,
    *,
    rates: pd.Series,
    words: dict[str, str],
    total: float,
    lang: str,
    currency: str,
    shown: int = 12,
) -> Figure | Notice:
    """Draw what the dearest clients cost to serve, activity by activity (4.3).

    Parameters
    ----------
    costs
        Euros, one row per client, by name, one column per activity.
    rates
        Cost to serve over revenue of the same rows, in the same order; missing without revenue.
    words
        Name of each activity in the language of the reader.
    total
        Cost to serve of all clients, those not shown included.
    """  # fmt: skip
    missing = unusable(costs)
    if missing is not None or isinstance(costs, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    sums = costs.sum(axis=1).to_numpy(float)
    first = np.argsort(-sums, kind="stable")[:shown]
    first = first[sums[first] > 0]
    if not len(first):
        return notice(Unknown("denominator_zero"), lang)
    rows = costs.iloc[first]
    order = costs.sum().sort_values(ascending=False, kind="stable").index
    kept, rest = list(order[:6]), list(order[6:])
    stack = rows[kept].assign(**({"__rest": rows[rest].sum(axis=1)} if rest else {}))
    names = [drawable(name, 30) for name in rows.index]
    said = [*(words[str(code)] for code in kept), *([text("figure.service.rest", lang)] if rest else [])]
    spent, rate = sums[first], rates.to_numpy(float)[first]
    told = [
        share(value, lang, 0) if value == value else text("figure.service.no_revenue", lang) for value in rate
    ]
    facts = {
        "shown": customers(len(first), lang),
        "share": share(float(spent.sum()) / total, lang, 0) if total > 0 else share(0, lang, 0),
        "first": shortened(rows.index[0], 60),
        "money": short_money(spent[0], lang, currency),
        "rate": told[0],
        "activity": words[str(rows.iloc[0].idxmax())],
    }

    kind = "title" if rate[0] == rate[0] else "title_bare"

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        left = np.zeros(len(first))
        colours = [ACCENT, *RIBBONS]
        for column, label, colour in zip(stack, said, colours, strict=False):
            width = stack[column].to_numpy(float)
            ax.barh(range(len(first)), width, left=left, height=0.7, color=colour, label=label)
            left += width
        for row, (end, words_) in enumerate(zip(spent, told, strict=True)):
            ax.text(end + spent[0] * 0.012, row, words_, va="center", fontsize=8.6, color=INK)
        ax.set_yticks(range(len(first)), names)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set(xlim=(0, spent[0] * 1.16), ylim=(len(first) - 0.4, -0.6))
        ax.grid(axis="y", visible=False)
        money_axis(ax.xaxis, float(spent[0]), lang, currency)
        ax.set_xlabel(text("figure.service.x", lang))
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(-0.25, 1),
            ncol=4,
            frameon=False,
            fontsize=8.6,
            borderaxespad=0.2,
        )

    parts = [
        text("figure.service.part", lang, name=shortened(name, 60), money=short_money(value, lang, currency),
             rate=words_)
        for name, value, words_ in zip(rows.index, spent, told, strict=True)
    ]  # fmt: skip
    return drawn(
        draw, name="service", title=text(f"figure.service.{kind}", lang, **facts),
        alt=text("figure.service.alt", lang, **facts, parts=listed(parts, lang)), height=150 + 26 * max(len(first), 4),
    )  # fmt: skip


def whale_figure(
    curve: pd.DataFrame | Unknown,
    whole: Whale | Unknown,
    *,
    basis: str,
    lang: str,
    currency: str,
    named: int = 8,
) -> Figure | Notice:
    """Draw the margin added up client after client, and the clients that take some of it away (4.6).

    Parameters
    ----------
    curve
        ``name``, ``margin`` and ``cumulated``, best client first.
    whole
        What the curve says in numbers.
    basis
        ``net`` or ``gross``: which margin is added up.
    """
    missing = unusable(curve)
    if missing is not None or isinstance(curve, Unknown) or isinstance(whole, Unknown):
        return notice(missing or (whole if isinstance(whole, Unknown) else Unknown("not_applicable")), lang)
    reached = np.r_[0.0, curve["cumulated"].to_numpy(float)]
    losers: Any = curve[curve["margin"] < 0].iloc[::-1].head(named)
    known = not isinstance(whole.peak_share, Unknown)
    facts = {
        "n": customers(len(curve), lang),
        "n_of": count(len(curve), lang),
        "makers": customers(whole.makers, lang),
        "losers": customers(whole.destroyers, lang),
        "peak": short_money(whole.peak, lang, currency),
        "total": short_money(whole.total, lang, currency),
        "lost": short_money(whole.destroyed, lang, currency),
        "share": share(float(whole.destroyed_share), lang) if known else "",  # type: ignore[arg-type]
        "margin": text(f"figure.whale.{basis}", lang),
    }
    kind = "none" if whole.destroyers == 0 else "title" if known else "loss"

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        spots = np.arange(len(reached))
        ax.fill_between(spots, reached, color=PETROL_SOFT, alpha=0.55, linewidth=0)
        ax.plot(spots, reached, color=PETROL, linewidth=2)
        if whole.destroyers:
            tail = spots >= whole.makers
            ax.plot(spots[tail], reached[tail], color=ACCENT, linewidth=2.6)
            ax.plot(whole.makers, whole.peak, "o", color=PETROL, markersize=5)
        ax.axhline(whole.total, color=MUTED, linewidth=0.9, linestyle=(0, (3, 3)))
        middle = max(whole.makers, 1)
        ax.annotate(
            text("figure.whale.peak", lang, **facts), (whole.makers, whole.peak), xytext=(0, 8),
            textcoords="offset points", ha="right" if middle > len(reached) / 2 else "left", va="bottom",
            color=PETROL, fontweight="bold",
        )  # fmt: skip
        ax.annotate(
            text("figure.whale.total", lang, **facts), (0.02, whole.total), xycoords=("axes fraction", "data"),
            xytext=(0, -4), textcoords="offset points", va="top", color=MUTED,
        )  # fmt: skip
        top, bottom = max(reached.max(), 0.0), min(reached.min(), 0.0)
        ax.set_ylim(bottom - 0.04 * (top - bottom or 1), top + 0.2 * (top - bottom or 1))
        ax.set_xlim(0, max(len(reached) - 1, 1) * 1.02)
        ax.set_xlabel(text("figure.whale.x", lang))
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        money_axis(ax.yaxis, top, lang, currency)
        if len(axes) > 1:
            _losers(axes[1], losers, lang, currency)

    parts = [
        text(
            "figure.part",
            lang,
            name=shortened(row["name"], 60),
            value=short_money(row["margin"], lang, currency),
        )
        for _, row in losers.iterrows()
    ]
    alt = text("figure.whale.alt" if whole.destroyers else "figure.whale.alt_none", lang, **facts)
    if parts:
        alt += " " + text("figure.whale.first", lang, parts=listed(parts, lang))
    return drawn(
        draw, name="whale", title=text(f"figure.whale.{kind}", lang, **facts), alt=alt, height=360,
        grid=(1, 2) if len(losers) else (1, 1),
    )  # fmt: skip


def _losers(ax: Axes, losers: pd.DataFrame, lang: str, currency: str) -> None:
    """Name those that destroy the most, the worst on top."""
    lost = losers["margin"].to_numpy(float)
    ax.barh(range(len(lost)), -lost, height=0.66, color=ACCENT_SOFT)
    for row, (name, value) in enumerate(zip(losers["name"], lost, strict=True)):
        ax.text(-lost.min() * 0.02, row, drawable(name, 26), va="center", fontsize=8.8, color=INK)
        ax.text(-value - lost.min() * 0.02, row, short_money(value, lang, currency), va="center", fontsize=8.8,
                color=ACCENT, fontweight="bold")  # fmt: skip
    ax.set(xlim=(0, -lost.min() * 1.3), ylim=(max(len(lost), 5) - 0.4, -0.6))
    ax.set_title(text("figure.whale.losers", lang))
    ax.xaxis.set_visible(False)
    ax.yaxis.set_visible(False)
    ax.grid(visible=False)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def effort_figure(classes: pd.DataFrame | Unknown, *, basis: str, lang: str) -> Figure | Notice:
    """Draw how visits, hours and value are shared between the classes of value (4.7).

    Parameters
    ----------
    classes
        One row per class (``A``, ``B``, ``C``, ``none``: brings nothing): ``customers`` and shares ``value_share``,
        ``visits_share``, ``hours_share`` (missing when nobody counted).
    basis
        ``net``, ``gross`` or ``revenue``: what value is.
    """
    missing = unusable(classes)
    if missing is not None or isinstance(classes, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    kinds = [name for name in ("value_share", "visits_share", "hours_share") if classes[name].notna().any()]
    first = next((name for name in ("visits_share", "hours_share") if name in kinds), None)
    if first is None:
        return notice(Unknown("missing:visits"), lang)
    gap: Any = (classes[first] - classes["value_share"].clip(lower=0)).astype(float)
    worst = str(gap.idxmax())
    row: Any = classes.loc[worst]
    facts = {
        "who": text(f"figure.effort.{worst}.long", lang),
        "n": customers(row["customers"], lang),
        "effort": share(row[first], lang, 0),
        "value": share(row["value_share"], lang, 0),
        "what": text(f"figure.effort.{first}", lang).lower(),
        "worth": text(f"figure.effort.{basis}", lang).lower(),
    }
    colours = {"value_share": PETROL, "visits_share": ACCENT, "hours_share": ACCENT_SOFT}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        spots = np.arange(len(classes))
        width = 0.8 / len(kinds)
        for place, name in enumerate(kinds):
            at = spots + (place - (len(kinds) - 1) / 2) * width
            values = classes[name].fillna(0).to_numpy(float)
            label = text(f"figure.effort.{basis if name == 'value_share' else name}", lang)
            ax.bar(at, values, width=width * 0.92, color=colours[name], label=label)
            for spot, value in zip(at, values, strict=True):
                ax.annotate(
                    share(value, lang, 0), (spot, max(value, 0)), xytext=(0, 3), textcoords="offset points",
                    ha="center", va="bottom", fontsize=8.8, color=INK,
                )  # fmt: skip
        labels = [
            text(f"figure.effort.{code}", lang, n=customers(number, lang))
            for code, number in zip(classes.index, classes["customers"], strict=True)
        ]
        ax.set_xticks(spots, labels)
        ax.tick_params(axis="x", labelcolor=INK)
        ax.grid(axis="x", visible=False)
        ax.axhline(0, color=FAINT, linewidth=0.9)
        top = float(np.nanmax(classes[kinds].to_numpy(float)))
        ax.set_ylim(min(0.0, float(np.nanmin(classes[kinds].to_numpy(float))) * 1.15), top * 1.18)
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: share(value, lang, 0)))
        ax.legend(loc="upper right", frameon=False, fontsize=9)

    parts = [
        text("figure.effort.part", lang, who=text(f"figure.effort.{code}.long", lang),
             value=share(line["value_share"], lang, 0), effort=share(line[first], lang, 0))
        for code, line in classes.iterrows()
    ]  # fmt: skip
    return drawn(
        draw, name="effort", title=text("figure.effort.title", lang, **facts),
        alt=text("figure.effort.alt", lang, **facts, parts=listed(parts, lang)), height=330,
    )  # fmt: skip
