"""Figures of the plan: stakes by action, value against risk, what is secured before prices rise (13)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn
from capclient.figures.heat import heat
from capclient.figures.lettering import PART, customers, listed, money_axis, short_money
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import ABC, Unknown
from capclient.wording import text
from capclient.wording.numbers import count

RISKS = ("low", "medium", "high", "unknown")


def actions_figure(table: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the yearly stake of each action, the largest first, with the clients behind it.

    Parameters
    ----------
    table
        ``action`` (in words), ``customers`` and ``stake`` in euros, missing where there is none to tell. An action
        whose ``customers`` are missing could not be judged: it is not drawn.
    """
    if isinstance(table, Unknown) or table.customers.notna().sum() == 0:
        return notice(table if isinstance(table, Unknown) else Unknown("not_applicable"), lang)
    shown = table[table.customers.notna()]
    shown = shown.sort_values("stake", ascending=False, kind="stable", na_position="last").reset_index(
        drop=True
    )
    told = shown.stake.astype("float64")
    lines = list(zip(shown.action, told, shown.customers.astype(int), strict=True))

    def said(value: float) -> str:
        return short_money(value, lang, currency) if value > 0 else text("figure.actions.idle", lang)

    def label(value: float, n: int) -> str:
        return f"{said(value)} · {customers(n, lang)}" if n else customers(n, lang)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        edge = max(float(told.max()) if told.notna().any() else 0.0, 1.0)
        colours = [ACCENT, *[PETROL] * (len(lines) - 1)]
        ax.barh(np.arange(len(lines)), told.fillna(0), color=colours, height=0.6)
        for row, (_, value, n) in enumerate(lines):
            strong = value > 0
            ax.text(
                (value if strong else 0.0) + edge * 0.012, row, label(value, n), va="center",
                color=INK if strong else MUTED, fontweight="bold" if strong else "normal",
            )  # fmt: skip
        ax.set_yticks(range(len(lines)), [name for name, _, _ in lines], color=INK)
        ax.invert_yaxis()
        ax.set_xlim(0, edge * 1.34)
        money_axis(ax.xaxis, edge, lang, currency)
        ax.set_xlabel(text("figure.actions.x", lang))
        ax.grid(visible=False, axis="y")

    parts = [
        text("figure.actions.part", lang, action=name, money=said(value), customers=customers(n, lang))
        for name, value, n in lines
    ]
    first = lines[0]
    title = (
        text(
            "figure.actions.title", lang, action=first[0], money=said(first[1]),
            customers=customers(first[2], lang),
        )
        if first[1] > 0
        else text("figure.actions.title_none", lang)
    )  # fmt: skip
    alt = text("figure.actions.alt", lang, parts=PART[lang].join(parts))
    return drawn(draw, name="actions", title=title, alt=alt, height=90 + 38 * len(lines))


def value_risk_figure(clients: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw how many clients stand at each value and risk; darker cells buy for more.

    Parameters
    ----------
    clients
        One row a client that buys: ``value_class`` (A, B, C), ``band`` of risk (:data:`RISKS`), ``revenue``.
    """
    if isinstance(clients, Unknown) or clients.empty:
        return notice(clients if isinstance(clients, Unknown) else Unknown("not_applicable"), lang)
    bands = [band for band in RISKS if band != "unknown" or clients.band.eq("unknown").any()]
    counts = pd.crosstab(clients.value_class, clients.band).reindex(index=ABC, columns=bands, fill_value=0)
    money = clients.pivot_table(
        index="value_class", columns="band", values="revenue", aggfunc="sum", observed=True
    ).reindex(index=ABC, columns=bands)
    words = [text(f"risk_band.{band}", lang) for band in bands]
    counts.columns = money.columns = pd.Index(words)
    threatened = clients[clients.value_class.isin(["A", "B"]) & clients.band.eq("high")]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        heat(ax, counts, lang, colour=money.clip(lower=1))
        ax.set_xlabel(text("figure.value_risk.x", lang))
        ax.set_ylabel(text("figure.value_risk.y", lang))

    parts = [
        text(
            "figure.value_risk.part", lang, value=name,
            n=listed([f"{count(n, lang)} ({word})" for word, n in zip(words, row, strict=True)], lang),
        )
        for name, row in zip(counts.index, counts.to_numpy(), strict=True)
    ]  # fmt: skip
    title = text(
        "figure.value_risk.title", lang, customers=customers(len(threatened), lang),
        money=short_money(float(threatened.revenue.sum()), lang, currency),
    )  # fmt: skip
    alt = text("figure.value_risk.alt", lang, parts=PART[lang].join(parts))
    return drawn(draw, name="value-risk", title=title, alt=alt, height=250)


def security_figure(
    secured: tuple[bool, float, float] | Unknown, *, lang: str, currency: str
) -> Figure | Notice:
    """Draw what is won against what price rises would expose: step one before step two."""
    if isinstance(secured, Unknown):
        return notice(secured, lang)
    covered, won, exposed = secured
    facts = {"secured": short_money(won, lang, currency), "exposed": short_money(exposed, lang, currency)}
    kind = "nothing" if exposed <= 0 else "covered" if covered else "open"

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        edge = max(won, exposed, 1.0)
        ax.barh([0, 1], [won, exposed], color=[PETROL, PETROL_SOFT if covered else ACCENT], height=0.5)
        for row, (value, words) in enumerate(zip((won, exposed), facts.values(), strict=True)):
            ax.text(value + edge * 0.012, row, words, va="center", color=INK, fontweight="bold")
            name = text(f"figure.security.{('secured', 'exposed')[row]}", lang)
            ax.text(0, row - 0.32, name, va="bottom", color=MUTED)
        if exposed > 0:
            ax.axvline(exposed, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.set_yticks([])
        ax.set_ylim(1.5, -0.75)
        ax.set_xlim(0, edge * 1.16)
        ax.spines["left"].set_visible(False)
        money_axis(ax.xaxis, edge, lang, currency)

    title = text(f"figure.security.title.{kind}", lang, **facts)
    return drawn(
        draw, name="security", title=title, alt=text("figure.security.alt", lang, **facts), height=210
    )
