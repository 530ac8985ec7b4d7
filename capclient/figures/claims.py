"""Figures of claims: month by month, by cause, beside lateness (6.4, 6.5, A10, C09)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from babel.dates import format_date
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import count_axis, customers, drawable, listed
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
from capclient.wording.numbers import LOCALES, count, day, share

CLAIM_STATES = {"closed": PETROL_SOFT, "open": ACCENT_SOFT, "open_major": ACCENT}
MOST_CAUSES, MOST_PHASES, MOST_NAMES, LETTERS = 10, 8, 5, 34


def claims_figure(months: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the claims of each month, those still open at D on top (6.5).

    Parameters
    ----------
    months
        ``month`` (first day), ``closed``, ``open`` and ``open_major`` (counts at D).
    """
    missing = unusable(months)
    if missing is not None or isinstance(months, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    total = months[list(CLAIM_STATES)].sum(axis=1)
    still = int(months["open"].sum() + months["open_major"].sum())

    def draw(axes: list[Axes]) -> None:
        ax, bottom = axes[0], np.zeros(len(months))
        places = list(range(len(months)))
        for state, colour in CLAIM_STATES.items():
            sizes = months[state].to_numpy(float)
            if sizes.any() or state == "closed":
                label = text(f"figure.claims.{state}", lang)
                ax.bar(places, sizes, bottom=bottom, color=colour, width=0.74, label=label)
            bottom = bottom + sizes
        for place, size in zip(places, total, strict=True):
            ax.text(
                place,
                size + max(total.max(), 1) * 0.015,
                count(size, lang),
                ha="center",
                va="bottom",
                color=INK,
            )
        ax.set_xticks(places, [_short(value, lang) for value in pd.to_datetime(months["month"])])
        ax.set_ylim(0, max(total.max(), 1) * 1.25)
        ax.grid(axis="x", visible=False)
        ax.legend(loc="upper right", frameon=False, ncols=3)
        count_axis(ax.yaxis, lang)

    facts = {"n": count(total.sum(), lang), "still": count(still, lang)}
    told = [
        text("figure.claims.part", lang, month=day(month.date(), lang, "month"), n=count(size, lang))
        for month, size in zip(pd.to_datetime(months["month"]), total, strict=True)
    ]
    title = text("figure.claims.title.open" if still else "figure.claims.title.none", lang, **facts)
    alt = text("figure.claims.alt", lang, **facts, parts=listed(told, lang))
    return drawn(draw, name="claims", title=title, alt=alt, height=320)


def _short(month: pd.Timestamp, lang: str) -> str:
    return f"{format_date(month.date(), 'MMM', locale=LOCALES[lang]).rstrip('.')}\n{month:%y}"


def causes_figure(causes: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the causes of the claims, the most frequent first, those not told apart (A10).

    Parameters
    ----------
    causes
        ``cause`` (missing for those not told), ``n``, ``cumulative_share``.
    """
    missing = unusable(causes)
    if missing is not None or isinstance(causes, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    told = causes[causes["cause"].notna()]
    if told.empty:
        return notice(Unknown("missing:cause"), lang)
    whole, shown = int(told["n"].sum()), told.head(MOST_CAUSES)
    rows = [
        (drawable(name, LETTERS), int(n), PETROL) for name, n in zip(shown["cause"], shown["n"], strict=True)
    ]
    if len(told) > len(shown):
        others = text("figure.causes.others", lang, n=count(len(told) - len(shown), lang))
        rows.append((others, whole - int(shown["n"].sum()), PETROL_MID))
    untold = int(causes["n"][causes["cause"].isna()].sum())
    reached = [float(value) for value in shown["cumulative_share"]]
    reached += [1.0] * (len(rows) - len(shown))
    if untold:
        rows.append((text("figure.causes.untold", lang), untold, OTHERS))
    most = max(n for _, n, _ in rows)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (_, n, colour) in enumerate(rows):
            ax.barh(place, n, color=colour, height=0.68)
            words = count(n, lang)
            if place < len(reached):
                words += "  ·  " + text("figure.causes.reached", lang, share=share(reached[place], lang, 0))
            ax.text(n + most * 0.012, place, words, va="center", color=MUTED)
        ax.set_yticks(range(len(rows)), [name for name, _, _ in rows])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set(xlim=(0, most * 1.28), ylim=(len(rows) - 0.4, -0.6))
        ax.grid(axis="y", visible=False)
        count_axis(ax.xaxis, lang)

    first = rows[0][0]
    facts = {"first": first, "share": share(rows[0][1] / whole, lang, 0), "n": count(whole, lang)}
    parts = [text("figure.causes.part", lang, cause=name, n=count(n, lang)) for name, n, _ in rows]
    alt = text("figure.causes.alt", lang, parts=listed(parts, lang))
    height = 90 + 30 * len(rows)
    return drawn(
        draw, name="causes", title=text("figure.causes.title", lang, **facts), alt=alt, height=height
    )


def claims_lateness_figure(clients: pd.DataFrame | Unknown, *, limit: float, lang: str) -> Figure | Notice:
    """Draw claims of the year against mean days late, one dot per client (C09).

    Parameters
    ----------
    clients
        ``name``, ``claims_n``, ``days_late``, ``revenue_n``.
    limit
        Days late above which a client pays late.
    """
    missing = unusable(clients)
    if missing is not None or isinstance(clients, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    both = (clients["claims_n"] > 0) & (clients["days_late"] > limit)
    ranks = clients.groupby("claims_n").cumcount()  # dots side by side, in the order of clients: no chance
    spread = ((ranks * 0.6180339887) % 1 - 0.5) * 0.5
    heights = clients["claims_n"] + spread

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for mine, colour, size in ((~both, PETROL_SOFT, 16), (both, ACCENT, 26)):
            ax.scatter(
                clients["days_late"][mine], heights[mine], s=size, color=colour, linewidths=0, alpha=0.85
            )
        ax.axvline(limit, color=FAINT, linewidth=1, linestyle=(0, (4, 3)))
        top = max(int(clients["claims_n"].max()), 1)
        ends = (
            min(0.0, float(clients["days_late"].min())),
            max(float(clients["days_late"].max()), limit) * 1.04,
        )
        wide, tall = ends[1] - ends[0], top + 1.2
        named: list[tuple[float, float]] = []
        for place in clients[both].sort_values("revenue_n", ascending=False, kind="stable").index:
            x, y = float(clients["days_late"][place]), float(heights[place])
            near = any(abs(x - a) < wide * 0.3 and abs(y - b) < tall * 0.07 for a, b in named)
            if not near and len(named) < MOST_NAMES:
                named.append((x, y))
                ax.annotate(
                    drawable(clients["name"][place], 22), (x, y), xytext=(5 if x < wide * 0.7 else -5, 3),
                    textcoords="offset points", color=ACCENT, fontsize=8.4,
                    bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6},
                    ha="left" if x < wide * 0.7 else "right",
                )  # fmt: skip
        ax.set(xlim=(ends[0] - wide * 0.03, ends[1] + wide * 0.02), ylim=(-0.5, top + 0.7))
        ax.set_xlabel(text("figure.claims_lateness.x", lang))
        ax.set_ylabel(text("figure.claims_lateness.y", lang))
        count_axis(ax.xaxis, lang, 7)
        count_axis(ax.yaxis, lang)

    facts = {
        "n": customers(int(both.sum()), lang),
        "all": count(len(clients), lang),
        "limit": count(limit, lang),
    }
    title = text(
        "figure.claims_lateness.title" if both.any() else "figure.claims_lateness.title_none", lang, **facts
    )
    alt = text("figure.claims_lateness.alt", lang, **facts)
    return drawn(draw, name="claims-lateness", title=title, alt=alt, height=360)
