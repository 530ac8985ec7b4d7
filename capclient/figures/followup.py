"""Figures of the follow-up: what is done of the plan, and how clients did after an action (G08)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn
from capclient.figures.lettering import count_axis, listed, money_axis, short_money
from capclient.figures.market import signed_share
from capclient.figures.palette import ACCENT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_MID, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count

COLOURS = {
    "done": PETROL, "in_progress": PETROL_MID, "open": PETROL_SOFT, "late": ACCENT, "dropped": OTHERS,
    "replaced": FAINT,
}  # fmt: skip
PART = {"fr": " ; ", "en": "; "}


def followup_figure(table: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the actions of the plan read back by status, one bar an action.

    Parameters
    ----------
    table
        Index: actions in words, the most planned first; one column a status (:data:`COLOURS`), counts.
    """
    if isinstance(table, Unknown) or not len(table):
        return notice(table if isinstance(table, Unknown) else Unknown("not_applicable"), lang)
    counts = table.reindex(columns=list(COLOURS), fill_value=0).astype(int)
    total = counts.to_numpy().sum()
    words = {code: text(f"followup_status.{code}", lang) for code in COLOURS}

    def draw(axes: list[Axes]) -> None:
        ax, places, left = axes[0], np.arange(len(counts)), np.zeros(len(counts))
        for code, colour in COLOURS.items():
            if not counts[code].sum():
                continue
            widths = counts[code].to_numpy(dtype="float64")
            ax.barh(places, widths, left=left, color=colour, height=0.6, label=words[code])
            left += widths
        for place, n in enumerate(left):
            ax.annotate(
                count(int(n), lang),
                (n, place),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=INK,
            )
        ax.set_yticks(places, [str(name) for name in counts.index], color=INK)
        ax.invert_yaxis()
        ax.set_xlim(0, max(float(left.max()), 1.0) * 1.1)
        count_axis(ax.xaxis, lang)
        ax.set_xlabel(text("figure.followup.x", lang))
        ax.grid(visible=False, axis="y")
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(COLOURS), frameon=False, fontsize=9, labelcolor=INK,
            handlelength=1.0, borderaxespad=0.2,
        )  # fmt: skip

    parts = [
        text(
            "figure.followup.part", lang, action=name,
            counts=listed([f"{count(int(n), lang)} {words[str(code)]}" for code, n in row.items() if n], lang),
        )
        for name, row in counts.iterrows()
    ]  # fmt: skip
    done, late = int(counts["done"].sum()), int(counts["late"].sum())
    facts = {"done": count(done, lang), "late": count(late, lang), "n": count(int(total), lang)}
    return drawn(
        draw, name="followup", title=text("figure.followup.title", lang, **facts),
        alt=text("figure.followup.alt", lang, parts=PART[lang].join(parts)), height=130 + 34 * len(counts),
    )  # fmt: skip


def effect_figure(effects: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw what clients bought before their action, what was expected after it, and what was found.

    Parameters
    ----------
    effects
        One row a client: ``before``, ``expected`` and ``after`` in euros.
    """
    if isinstance(effects, Unknown) or not len(effects):
        return notice(effects if isinstance(effects, Unknown) else Unknown("n_small"), lang)
    before, expected, after = (float(effects[name].sum()) for name in ("before", "expected", "after"))
    values = {"before": before, "expected": expected, "after": after}
    said = {name: short_money(value, lang, currency) for name, value in values.items()}

    def draw(axes: list[Axes]) -> None:
        ax, edge = axes[0], max(*values.values(), 1.0)
        ax.barh(range(3), list(values.values()), color=[OTHERS, PETROL_SOFT, PETROL], height=0.5)
        for row, (name, value) in enumerate(values.items()):
            ax.text(max(value, 0) + edge * 0.012, row, said[name], va="center", color=INK, fontweight="bold")
            ax.text(0, row - 0.32, text(f"figure.effect.{name}", lang), va="bottom", color=MUTED)
        ax.axvline(expected, color=FAINT, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.set_yticks([])
        ax.set_ylim(2.5, -0.75)
        ax.set_xlim(min(0.0, *values.values()), edge * 1.16)
        ax.spines["left"].set_visible(False)
        money_axis(ax.xaxis, edge, lang, currency)

    gap = after - expected
    title = text(
        f"figure.effect.title.{'up' if gap >= 0 else 'down'}", lang,
        money=short_money(abs(gap), lang, currency), share=signed_share(gap / before, lang) if before else "",
    )  # fmt: skip
    alt = text("figure.effect.alt", lang, n=count(len(effects), lang), **said)
    return drawn(draw, name="effect", title=title, alt=alt, height=270)
