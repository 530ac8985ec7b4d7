"""Figures of payment behaviour: lateness, grades, penalties (sections 5.6, 5.11 to 5.13)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import (
    count_axis,
    customers,
    drawable,
    listed,
    money_axis,
    short_money,
    shortened,
)
from capclient.figures.palette import ACCENT, ACCENT_SOFT, INK, MUTED, PETROL, PETROL_MID, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import share

NAMED = 8  # clients drawn
GRADE_COLOURS = {"A": PETROL, "B": PETROL_MID, "C": ACCENT_SOFT, "D": ACCENT}


def lateness_figure(
    classes: pd.DataFrame | Unknown, *, late_share: float | None, lang: str, currency: str
) -> Figure | Notice:
    """Draw what came early, on the day and late, and beside it what has not come yet (5.6).

    Parameters
    ----------
    classes
        ``lateness_class`` (code), ``paid`` and ``overdue`` (money), from early to very late.
    late_share
        Share of the paid amounts that came late, None when nothing was paid.
    """
    missing = unusable(classes)
    if missing is not None or isinstance(classes, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    paid, overdue = classes["paid"].to_numpy(float), classes["overdue"].to_numpy(float)
    if not (paid.any() or overdue.any()):
        return notice(Unknown("n_small"), lang)
    names = [text(f"lateness_class.{code}", lang) for code in classes["lateness_class"]]
    facts = {
        "share": share(late_share or 0.0, lang, 0),
        "overdue": short_money(overdue.sum(), lang, currency),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        places = np.arange(len(names))
        for shift, values, colour, key in ((-0.2, paid, None, "paid"), (0.2, overdue, ACCENT, "overdue")):
            colours = [PETROL if n < 2 else PETROL_SOFT for n in places] if colour is None else colour
            ax.bar(places + shift, values, width=0.38, color=colours)
            for place, value in zip(places, values, strict=True):
                if value:
                    ax.annotate(
                        short_money(value, lang, currency), (place + shift, value), xytext=(0, 3),
                        textcoords="offset points", ha="center", va="bottom", fontsize=8.2,
                        color=ACCENT if key == "overdue" else INK,
                    )  # fmt: skip
        ax.set_xticks(places, names)
        ax.tick_params(axis="x", labelcolor=INK)
        ax.set_ylim(0, max(paid.max(), overdue.max()) * 1.18)
        ax.grid(axis="x", visible=False)
        money_axis(ax.yaxis, max(paid.max(), overdue.max()), lang, currency)
        ax.legend(
            handles=[
                Patch(color=colour, label=text(f"figure.lateness.{key}", lang))
                for key, colour in (("paid", PETROL), ("paid_late", PETROL_SOFT), ("overdue", ACCENT))
            ],
            loc="upper right", frameon=False,
        )  # fmt: skip

    parts = [
        text(
            "figure.lateness.part", lang, name=name, paid=short_money(one, lang, currency),
            overdue=short_money(other, lang, currency),
        )
        for name, one, other in zip(names, paid, overdue, strict=True)
    ]  # fmt: skip
    kind = "title_open" if late_share is None else "title" if overdue.any() else "title_paid"
    return drawn(
        draw, name="lateness", title=text(f"figure.lateness.{kind}", lang, **facts),
        alt=text("figure.lateness.alt", lang, parts=listed(parts, lang)), height=360,
    )  # fmt: skip


def grades_figure(grades: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw graded clients, and what they owe, by payment grade (5.13).

    Parameters
    ----------
    grades
        Indexed by grade, best first: ``customers`` and ``receivable`` (money).
    """
    missing = unusable(grades)
    if missing is not None or isinstance(grades, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    number, owed = grades["customers"], grades["receivable"].clip(lower=0)
    poor = ["C", "D"]
    facts = {
        "worst": customers(int(number.reindex(poor).sum()), lang),
        "money": short_money(float(owed.reindex(poor).sum()), lang, currency),
        "n": customers(int(number.sum()), lang),
    }

    def draw(axes: list[Axes]) -> None:
        order = list(grades.index)[::-1]
        for ax, values, head in zip(axes, (number, owed), ("customers", "money"), strict=True):
            bars = ax.barh(
                range(len(order)), values.reindex(order), height=0.62, color=[GRADE_COLOURS[g] for g in order]
            )
            for bar, grade in zip(bars, order, strict=True):
                value = float(values[grade])
                said = f"{value:.0f}" if head == "customers" else short_money(value, lang, currency)
                ax.annotate(
                    said, (bar.get_width(), bar.get_y() + bar.get_height() / 2), xytext=(4, 0),
                    textcoords="offset points", va="center", color=INK,
                )  # fmt: skip
            ax.set_xlim(0, (float(values.max()) or 1.0) * 1.22)
            ax.grid(axis="y", visible=False)
            ax.set_title(text(f"figure.grades.{head}", lang), loc="left", color=MUTED, fontsize=9.4)
            labels = (
                [text(f"figure.grades.{g}", lang) for g in order]
                if head == "customers"
                else [""] * len(order)
            )
            ax.set_yticks(range(len(order)), labels)
            ax.tick_params(axis="y", labelcolor=INK)
            if head == "customers":
                count_axis(ax.xaxis, lang)
            else:
                money_axis(ax.xaxis, float(values.max()), lang, currency, ticks=4)

    parts = [
        text(
            "figure.grades.part", lang, name=text(f"figure.grades.{grade}", lang),
            n=customers(int(number[grade]), lang), money=short_money(float(owed[grade]), lang, currency),
        )
        for grade in grades.index
    ]  # fmt: skip
    title = "figure.grades.title" if number.reindex(poor).sum() else "figure.grades.title_good"
    return drawn(
        draw, name="payment-grades", title=text(title, lang, **facts),
        alt=text("figure.grades.alt", lang, parts=listed(parts, lang)), height=290, grid=(1, 2),
    )  # fmt: skip


def penalties_figure(owed: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw what the latest payers owe on top of their debts: interest by day, indemnity by invoice (5.11, 5.12).

    Parameters
    ----------
    owed
        By client: ``name``, ``penalty`` and ``indemnity`` (money); penalties may be missing.
    """
    missing = unusable(owed)
    if missing is not None or isinstance(owed, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    rows = owed.assign(penalty=owed["penalty"].fillna(0.0))
    rows["both"] = rows["penalty"] + rows["indemnity"]
    rows = rows[rows["both"] > 0].sort_values(["both", "name"], ascending=[False, True], kind="stable")
    if rows.empty:
        return notice(Unknown("not_applicable"), lang)
    shown: Any = rows.head(NAMED)
    facts = {
        "first": shortened(shown["name"].iloc[0], 40),
        "money": short_money(float(shown["both"].iloc[0]), lang, currency),
        "total": short_money(float(rows["both"].sum()), lang, currency),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        turned = shown.iloc[::-1]
        places = np.arange(len(turned))
        ax.barh(places, turned["penalty"], height=0.62, color=ACCENT)
        ax.barh(places, turned["indemnity"], left=turned["penalty"], height=0.62, color=ACCENT_SOFT)
        most = float(shown["both"].max())
        for place, value in zip(places, turned["both"], strict=True):
            ax.annotate(
                short_money(float(value), lang, currency), (value, place), xytext=(4, 0),
                textcoords="offset points", va="center", color=INK,
            )  # fmt: skip
        ax.set_yticks(places, [drawable(name, 26) for name in turned["name"]])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set_xlim(0, most * 1.14)
        ax.grid(axis="y", visible=False)
        money_axis(ax.xaxis, most, lang, currency)
        for at, (key, colour) in enumerate((("penalty", ACCENT), ("indemnity", "#9a6a4d"))):
            ax.text(
                0.995, 0.04 + 0.09 * (1 - at), text(f"figure.penalties.{key}", lang), color=colour, fontweight="bold",
                transform=ax.transAxes, ha="right", va="bottom",
            )  # fmt: skip

    parts = [
        text(
            "figure.penalties.part", lang, name=shortened(row.name, 60),
            penalty=short_money(row.penalty, lang, currency), indemnity=short_money(row.indemnity, lang, currency),
        )
        for row in shown.itertuples(index=False)
    ]  # fmt: skip
    return drawn(
        draw, name="penalties", title=text("figure.penalties.title", lang, **facts),
        alt=text("figure.penalties.alt", lang, parts=listed(parts, lang)), height=110 + 32 * len(shown),
    )  # fmt: skip
