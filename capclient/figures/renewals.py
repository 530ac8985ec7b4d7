"""Figure of the renewals of contracts: the share of a generation still there after each (8.2)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import listed, share_axis
from capclient.figures.palette import ACCENT, FAINT, INK, PETROL
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

FEW = 5  # decisions below which the line of a year of entry stops


def renewal_curve_figure(
    turns: pd.DataFrame | Unknown, cohorts: pd.DataFrame, *, rate: float, is_curve: bool, lang: str
) -> Figure | Notice:
    """Draw the share of contracts still there after each renewal: observed, and as the model or the rule has it.

    Parameters
    ----------
    turns
        By number of the renewal (1, 2 ...): ``decided lost survival`` and ``fitted``, the share expected.
    cohorts
        The first three by year of entry and number of the renewal.
    rate
        Share of all decisions that said yes.
    is_curve
        Whether ``fitted`` is the curve, or the same chance for all.
    """
    missing = unusable(turns)
    if missing is not None or isinstance(turns, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    seen = turns[turns.survival.notna()]
    x = [0, *seen.index]
    colour = PETROL if is_curve else ACCENT
    lines = {
        year: [1.0, *rows.droplevel("cohort").survival[rows.decided.to_numpy() >= FEW]]
        for year, rows in cohorts.groupby(level="cohort")
    }
    lines = {year: line for year, line in lines.items() if len(line) > 2}  # one renewal draws no line

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (year, line) in enumerate(lines.items() if len(lines) > 1 else ()):
            label = text("figure.renewals.cohort", lang) if place == 0 else None
            ax.plot(range(len(line)), line, color=FAINT, linewidth=1.1, label=label)
            ax.annotate(
                str(year),
                (len(line) - 1, line[-1]),
                (4, -3),
                textcoords="offset points",
                color=FAINT,
                fontsize=8,
            )
        words = text("figure.renewals.curve" if is_curve else "figure.renewals.constant", lang)
        ax.plot(x, [1.0, *seen.fitted], color=colour, linewidth=1.8, linestyle=(0, (4, 2)), label=words)
        ax.plot(
            x,
            [1.0, *seen.survival],
            color=INK,
            linewidth=2.2,
            marker="o",
            markersize=5,
            label=text("figure.renewals.observed", lang),
        )
        for turn, value in seen.survival.items():
            box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
            ax.annotate(share(value, lang, 0), (turn, value), (0, 8), textcoords="offset points", ha="center",
                        color=INK, fontsize=8.4, bbox=box)  # fmt: skip
        heads = [
            text("figure.renewals.turn", lang, turn=str(t), n=count(int(many), lang))
            for t, many in seen.decided.items()
        ]
        ax.set_xticks(x, ["0", *heads])
        ax.set(ylim=(0, 1.12), xlim=(-0.15, max(x) + 0.35))
        ax.set(xlabel=text("figure.renewals.x", lang), ylabel=text("figure.renewals.y", lang))
        share_axis(ax.yaxis, lang)
        ax.legend(loc="lower left", frameon=False)

    parts = [
        text("figure.renewals.part", lang, turn=str(turn), share=share(float(kept), lang, 0),
             fitted=share(float(fitted), lang, 0), n=count(int(many), lang))
        for turn, kept, fitted, many in zip(seen.index, seen.survival, seen.fitted, seen.decided, strict=True)
    ]  # fmt: skip
    title = text(
        "figure.renewals.title", lang, rate=share(rate, lang), n=count(int(turns.decided.sum()), lang)
    )
    alt = text("figure.renewals.alt", lang, parts=listed(parts, lang))
    return drawn(draw, name="renewals", title=title, alt=alt, height=350)
