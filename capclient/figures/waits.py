"""Figure of the wait for the money of sales, in days of sales (5.2 to 5.5)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import count_axis, listed
from capclient.figures.palette import ACCENT, INK, PETROL, PETROL_MID, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import days


def wait_figure(waits: pd.Series | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the measures of the wait side by side, in days of sales; lateness is a part of the first (5.2 to 5.5).

    Parameters
    ----------
    waits
        Days by measure: ``dso dso_countback dso_best_possible``; a missing one is not drawn.
    """
    missing = unusable(waits)
    if missing is not None or isinstance(waits, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    names = [name for name in ("dso", "dso_countback", "dso_best_possible") if pd.notna(waits.get(name))]
    values = waits[names].astype(float)
    best = float(values.get("dso_best_possible", 0.0))
    whole = {"dso", "dso_best_possible"} <= set(names)
    facts = {str(name): days(value, lang) for name, value in values.items()}
    facts["late"] = days(values["dso"] - best, lang) if whole else ""
    facts["countback"] = facts.get("dso_countback", "")

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for row, name in enumerate(names):
            value = values[name]
            on_time = min(best, value) if whole and name == "dso" else value
            colour = (
                PETROL_SOFT
                if name == "dso_best_possible"
                else PETROL_MID
                if name == "dso_countback"
                else PETROL
            )
            ax.barh(row, on_time, color=colour, height=0.56)
            if on_time < value:
                ax.barh(row, value - on_time, left=on_time, color=ACCENT, height=0.56)
                if value - on_time > values.max() * 0.08:
                    ax.text((on_time + value) / 2, row, text("wait.late", lang), color="white", ha="center",
                            va="center", fontweight="bold")  # fmt: skip
            ax.text(
                value + values.max() * 0.012,
                row,
                days(value, lang),
                va="center",
                color=INK,
                fontweight="bold",
            )
        ax.set_yticks(range(len(names)), [text(f"wait.{name}", lang) for name in names])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.invert_yaxis()
        ax.set_xlim(0, (values.max() or 1.0) * 1.12)
        ax.grid(axis="y", visible=False)
        count_axis(ax.xaxis, lang)

    parts = [
        text("figure.wait.part", lang, name=text(f"wait.{name}", lang).lower(), days=facts[name])
        for name in names
    ]
    title = text("figure.wait.title" if whole else "figure.wait.title_short", lang, **facts)
    alt = text("figure.wait.alt", lang, parts=listed(parts, lang))
    return drawn(draw, name="wait", title=title, alt=alt, height=80 + 46 * len(names))
