"""Figures of what clients owe: its ages, who owes it, how it moved, how long the company waits (5.1 to 5.5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import drawable, listed, money_axis, short_money, shortened
from capclient.figures.palette import (
    ACCENT,
    ACCENT_SOFT,
    FAINT,
    INK,
    MUTED,
    OTHERS,
    PETROL,
    PETROL_MID,
    PETROL_SOFT,
)
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, share

AHEAD = {"due_over_60": PETROL_SOFT, "due_31_60": PETROL_MID, "due_0_30": PETROL}
LATE = ("#e7b291", "#d98a5c", "#c9672f", "#8f3a0f")  # paler to darker as debts grow old
APART = ("undated", "disputed", "unallocated")


def class_name(code: str, lang: str) -> str:
    """Say a class of age in a few words: ``overdue_31_60`` → « 31 à 60 j »."""
    kind, *bounds = code.split("_")
    if code in APART:
        return text(f"ageing.{code}", lang)
    if bounds[0] == "over":
        return text("ageing.due_over" if kind == "due" else "ageing.over", lang, n=bounds[1])
    return text("ageing.between", lang, first=bounds[0], last=bounds[1])


def credits_exceed(balance: pd.Series) -> bool:
    """Tell whether clients owe less than what is overdue: credits that nobody filed exceed the rest."""
    late = [name for name in balance.index if name.startswith("overdue_")]
    return float(balance["unallocated"]) < 0 and float(balance.sum()) < float(balance[late].sum())


def ageing_figure(
    balance: pd.Series | Unknown, ahead: pd.Series, *, lang: str, currency: str
) -> Figure | Notice:
    """Draw the aged balance as a line of time: to come at the left, overdue at the right, what has no age apart (5.1).

    Parameters
    ----------
    balance
        Euros by class of age (:func:`capclient.indicators.ageing.classes`).
    ahead
        Euros to come, by how soon.
    """
    missing = unusable(balance)
    if missing is not None or isinstance(balance, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    late = [name for name in balance.index if name.startswith("overdue_")]
    apart = [name for name in APART if balance[name]]
    names = [*AHEAD, *late, *apart]
    amounts = np.array(
        [*(ahead[name] for name in AHEAD), *(balance[name] for name in [*late, *apart])], float
    )
    colours = [*AHEAD.values(), *LATE, *([OTHERS] * len(apart))]
    places = np.array(
        [*range(len(AHEAD) + len(late)), *(len(AHEAD) + len(late) + 0.6 + at for at in range(len(apart)))]
    )
    facts = {
        "overdue": short_money(float(balance[late].sum()), lang, currency),
        "ahead": short_money(float(balance["not_due"]), lang, currency),
        "total": short_money(float(balance.sum()), lang, currency),
        "open": short_money(float(balance.sum() - balance["unallocated"]), lang, currency),
        "credits": short_money(-float(balance["unallocated"]), lang, currency),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.bar(places, amounts, color=colours, width=0.8)
        high, low = max(amounts.max(), 0.0) or 1.0, min(amounts.min(), 0.0)
        span = high - low
        for place, amount in zip(places, amounts, strict=True):
            words = short_money(amount, lang, currency) if amount else "–"
            below = amount < 0
            ax.text(
                place, amount - span * 0.02 if below else amount + span * 0.02, words, ha="center",
                va="top" if below else "bottom", color=INK if amount else FAINT, fontweight="bold",
            )  # fmt: skip
        ax.set_ylim(low - span * (0.14 if low < 0 else 0), high + span * 0.24)
        ax.axhline(0, color=FAINT, linewidth=0.9)
        border = len(AHEAD) - 0.5
        ax.axvline(border, color=MUTED, linewidth=1.1, linestyle=(0, (4, 3)))
        heads = [(0, border, "ahead", PETROL), (border, len(AHEAD) + len(late) - 0.5, "late", ACCENT)]
        heads += [(places[-len(apart)] - 0.5, places[-1] + 0.5, "apart", MUTED)] if apart else []
        for start, end, key, colour in heads:
            where = -0.5 if start == 0 else start
            ax.text(
                (where + end) / 2, high + span * 0.22, text(f"figure.ageing.{key}", lang), ha="center", va="top",
                color=colour, fontweight="bold", fontsize=10.2,
            )  # fmt: skip
        ax.set_xlim(-0.6, places[-1] + 0.6)
        ax.set_xticks(places, [class_name(name, lang).replace(" ", "\n", 1) for name in names])
        ax.tick_params(axis="x", labelcolor=INK)
        ax.grid(axis="x", visible=False)
        money_axis(ax.yaxis, max(high, -low), lang, currency)

    parts = [
        text("figure.ageing.part", lang, name=_said(name, lang), amount=short_money(amount, lang, currency))
        for name, amount in zip(names, amounts, strict=True) if amount
    ]  # fmt: skip
    overdue = float(balance[late].sum())
    side = "title" if overdue > 0 else "title_calm"
    key = f"figure.ageing.{'title_credits' if credits_exceed(balance) else side}"
    alt = text("figure.ageing.alt", lang, **facts, parts=listed(parts, lang))
    return drawn(draw, name="ageing", title=text(key, lang, **facts), alt=alt, height=340)


def _said(name: str, lang: str) -> str:
    """Say a class where nothing around it tells on which side of today it is."""
    words = class_name(name, lang)
    if name in APART:
        return words
    return (
        f"{text('figure.ageing.' + ('ahead' if name.startswith('due_') else 'late'), lang).lower()} {words}"
    )


def debtors_figure(clients: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw what the first debtors owe, by age (5.1).

    Parameters
    ----------
    clients
        ``name``, ``receivable``, ``overdue`` and the classes of age in euros, largest first.
    """
    missing = unusable(clients)
    if missing is not None or isinstance(clients, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    parts = pd.DataFrame(
        {
            "not_due": clients.not_due,
            "short": clients.overdue_1_30 + clients.overdue_31_60,
            "long": clients.overdue_61_90 + clients.overdue_over_90,
            "other": clients.undated + clients.disputed,
        }
    ).to_numpy(float)
    first = clients.iloc[0]
    facts = {
        "first": shortened(first["name"], 40),
        "amount": short_money(float(first.receivable), lang, currency),
        "late": short_money(float(first.overdue), lang, currency),
        "n": count(len(clients), lang),
    }
    colours = {"not_due": PETROL_SOFT, "short": ACCENT_SOFT, "long": ACCENT, "other": OTHERS}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        left, rows = np.zeros(len(parts)), np.arange(len(parts))
        for at, (name, colour) in enumerate(colours.items()):
            if parts[:, at].any():
                ax.barh(rows, parts[:, at], left=left, color=colour, height=0.66,
                        label=text(f"figure.debtors.{name}", lang))  # fmt: skip
            left = left + parts[:, at]
        for row, (end, amount) in enumerate(zip(left, clients.receivable, strict=True)):
            ax.text(end + left.max() * 0.012, row, short_money(float(amount), lang, currency), va="center",
                    color=INK, fontweight="bold")  # fmt: skip
        apart = np.abs(left - clients.receivable.to_numpy(float)) > left.max() * 0.01
        if apart.any():  # receipts not yet allocated: the balance stands inside the bar
            ax.scatter(clients.receivable[apart], rows[apart], marker="|", s=260, color=INK, linewidths=2.2,
                       label=text("figure.debtors.balance", lang), zorder=3)  # fmt: skip
        ax.set_yticks(rows, [drawable(name, 28) for name in clients["name"]])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.invert_yaxis()
        ax.set_xlim(0, (left.max() or 1.0) * 1.16)
        ax.grid(axis="y", visible=False)
        ax.legend(loc="lower right", frameon=False)
        money_axis(ax.xaxis, left.max(), lang, currency)

    said = [
        text(
            "figure.debtors.part", lang, name=shortened(row["name"], 60),
            amount=short_money(float(row.receivable), lang, currency),
            late=short_money(float(row.overdue), lang, currency),
        )
        for _, row in clients.head(5).iterrows()
    ]  # fmt: skip
    key = "figure.debtors.title" if float(first.overdue) > 0 else "figure.debtors.title_calm"
    alt = text("figure.debtors.alt", lang, **facts, parts=listed(said, lang))
    return drawn(draw, name="debtors", title=text(key, lang, **facts), alt=alt,
                 height=110 + 26 * max(len(clients), 4))  # fmt: skip


def owed_figure(history: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw what clients owed at the end of each month, and how much of it was late (5.1).

    Parameters
    ----------
    history
        Index: days, oldest first; ``receivable not_due overdue apart unallocated`` in euros, ``overdue_rate``.
    """
    missing = unusable(history)
    if missing is not None or isinstance(history, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    months = [moment.date() for moment in history.index]
    top, bottom = (months[at] for at in (int(history.receivable.argmax()), int(history.receivable.argmin())))
    rates = history.overdue_rate.fillna(0.0)
    facts = {
        "first": day(months[0], lang, "month"),
        "last": day(months[-1], lang, "month"),
        "before": share(float(rates.iloc[0]), lang),
        "after": share(float(rates.iloc[-1]), lang),
        "high": short_money(float(history.receivable.max()), lang, currency),
        "high_month": day(top, lang, "month"),
        "low": short_money(float(history.receivable.min()), lang, currency),
        "low_month": day(bottom, lang, "month"),
        "now": short_money(float(history.receivable.iloc[-1]), lang, currency),
        "late": short_money(float(history.overdue.iloc[-1]), lang, currency),
    }
    layers = {"overdue": ACCENT, "not_due": PETROL_SOFT, "apart": OTHERS}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        rows, base = np.arange(len(history)), np.zeros(len(history))
        for name, colour in layers.items():
            if history[name].any():
                ax.bar(rows, history[name], bottom=base, color=colour, width=0.82,
                       label=text(f"figure.owed.{name}", lang))  # fmt: skip
            base = base + history[name].to_numpy(float)
        if history.unallocated.any():
            ax.bar(rows, history.unallocated, color="#f0f2f3", edgecolor=FAINT, linewidth=0.7, width=0.82,
                   label=text("figure.owed.unallocated", lang))  # fmt: skip
        ax.plot(rows, history.receivable, color=INK, linewidth=1.6, marker="o", markersize=3.4,
                label=text("figure.owed.balance", lang))  # fmt: skip
        low = min(float(history.unallocated.min()), float(history.receivable.min()), 0.0)
        ax.set_ylim(low * 1.08, max(base.max(), 1.0) * 1.2)
        if low < 0:
            ax.axhline(0, color=FAINT, linewidth=0.9)
        step = -(-len(rows) // 8)
        shown = rows[::-1][::step][::-1]
        ax.set_xticks(shown, [f"{months[place]:%m/%Y}" for place in shown])
        ax.tick_params(axis="x", labelcolor=INK)
        ax.set_xlim(-0.7, max(len(rows), 6) - 0.3)
        ax.grid(axis="x", visible=False)
        ax.legend(loc="upper left", frameon=False, ncols=5, columnspacing=1.2, handlelength=1.2)
        money_axis(ax.yaxis, max(base.max(), -low), lang, currency)

    key = "figure.owed.title" if len(history) > 1 else "figure.owed.title_one"
    alt = text("figure.owed.alt", lang, **facts)
    return drawn(draw, name="owed", title=text(key, lang, **facts), alt=alt, height=330)
