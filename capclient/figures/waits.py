"""Figure of the wait for the money of sales, in days of sales (5.2 to 5.5)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import count_axis, listed
from capclient.figures.palette import ACCENT, ACCENT_SOFT, INK, OTHERS, PETROL, PETROL_MID, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import days

PARTS = {"dso_overdue": ACCENT, "dso_disputed": ACCENT_SOFT, "dso_undated": OTHERS}


def wait_figure(waits: pd.Series | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the measures of the wait, in days of sales, and what parts the first from the third (5.2 to 5.5).

    Parameters
    ----------
    waits
        Days by measure: ``dso dso_countback dso_best_possible``; a missing one is not drawn. And the parts of the
        first beyond the third: ``dso_overdue dso_disputed dso_undated``, and ``dso_unallocated``, negative.
    """
    missing = unusable(waits)
    if missing is not None or isinstance(waits, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    names = [name for name in ("dso", "dso_countback", "dso_best_possible") if pd.notna(waits.get(name))]
    values = waits[names].astype(float)
    best = float(values.get("dso_best_possible", 0.0))
    whole = {"dso", "dso_best_possible"} <= set(names)
    facts = {str(name): days(value, lang) for name, value in values.items()}
    parts = {name: float(waits.get(name) or 0.0) if whole else 0.0 for name in (*PARTS, "dso_unallocated")}
    facts["late"] = days(parts["dso_overdue"], lang)
    facts["countback"] = facts.get("dso_countback", "")

    gross = best + sum(parts[name] for name in PARTS) if whole else 0.0
    longest = max(float(values.max()), gross)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for row, name in enumerate(names):
            value = values[name]
            on_time = best if whole and name == "dso" else value
            colour = (
                PETROL_SOFT
                if name == "dso_best_possible"
                else PETROL_MID
                if name == "dso_countback"
                else PETROL
            )
            ax.barh(row, on_time, color=colour, height=0.56)
            end = on_time
            for part, colour in PARTS.items() if name == "dso" else ():
                if parts[part]:
                    ax.barh(
                        row,
                        parts[part],
                        left=end,
                        color=colour,
                        height=0.56,
                        label=text(f"wait.{part}", lang),
                    )
                    end += parts[part]
            if name == "dso" and parts["dso_unallocated"]:  # credits pull the balance back inside the bar
                ax.barh(row, parts["dso_unallocated"], left=end, height=0.56, facecolor=(1, 1, 1, 0.35), edgecolor=INK,
                        hatch="////", linewidth=0.9, label=text("wait.dso_unallocated", lang))  # fmt: skip
            ax.text(
                max(value, end) + longest * 0.012,
                row,
                days(value, lang),
                va="center",
                color=INK,
                fontweight="bold",
            )
        ax.set_yticks(range(len(names)), [text(f"wait.{name}", lang) for name in names])
        ax.tick_params(axis="y", labelcolor=INK)
        ax.invert_yaxis()
        ax.set_xlim(0, (longest or 1.0) * 1.12)
        if any(parts.values()):
            ax.legend(loc="upper left", bbox_to_anchor=(0, -0.12), frameon=False, ncols=4, handlelength=1.2)
        ax.grid(axis="y", visible=False)
        count_axis(ax.xaxis, lang)

    shown = {**values, **{name: size for name, size in parts.items() if size}}
    said = [
        text("figure.wait.part", lang, name=text(f"wait.{name}", lang).lower(), days=days(size, lang))
        for name, size in shown.items()
    ]
    kind = "title_short" if not whole else "title" if parts["dso_overdue"] else "title_calm"
    alt = text("figure.wait.alt", lang, parts=listed(said, lang))
    return drawn(draw, name="wait", title=text(f"figure.wait.{kind}", lang, **facts), alt=alt,
                 height=(110 if any(parts.values()) else 80) + 46 * len(names))  # fmt: skip
