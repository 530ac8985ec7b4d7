"""The rankings of salespeople side by side: who climbs and who falls from one to the next (1.12)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import drawable, listed, shortened
from capclient.figures.palette import ACCENT, INK, PETROL, PETROL_SOFT
from capclient.indicators.salespeople import telling_rankings
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count


def rankings_figure(table: pd.DataFrame | Unknown, *, lang: str, most: int = 12) -> Figure | Notice:
    """Draw one line per salesperson through the rankings that are known; a circle holds the rank.

    Ties bear the same rank and stand one above the other, in the order of revenue; a ranking where most are ties is
    not drawn.

    Parameters
    ----------
    table
        ``salesperson``, ``is_blank`` and the ``rank_...`` columns, largest revenue first.
    """
    missing = unusable(table)
    if missing is not None or isinstance(table, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    shown = table[~table.is_blank].head(most).reset_index(drop=True)
    rankings = telling_rankings(shown)
    if len(rankings) < 2 or shown.empty:
        return notice(Unknown("not_applicable"), lang)
    ranks = pd.DataFrame({name: shown[f"rank_{name}"] for name in rankings})
    heights = ranks.rank(method="first", na_option="bottom")
    moved = ranks.nunique(axis=1) > 1  # as the table counts: ties have not changed places
    head = {name: text(f"figure.rankings.{name}", lang) for name in rankings}
    facts = {"moved": count(int(moved.sum()), lang), "n": count(len(shown), lang)}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        places = list(range(len(rankings)))
        for row in range(len(shown)):
            path = [float(height) for height in heights.to_numpy()[row]]
            numbers = [ranks[name].iloc[row] for name in rankings]
            change = max((height - path[0] for height in path), key=abs)
            colour = ACCENT if change >= 1 else PETROL if change <= -1 else PETROL_SOFT
            ax.plot(places, path, color=colour, linewidth=2.4, zorder=2, solid_capstyle="round")
            ax.plot(places, path, "o", color="white", markersize=17, markeredgecolor=colour,
                    markeredgewidth=1.8, zorder=3)  # fmt: skip
            for place, height, number in zip(places, path, numbers, strict=True):
                known = "–" if pd.isna(number) else count(number, lang)
                ax.text(place, height, known, ha="center", va="center", fontsize=8.6, color=INK, zorder=4)
            name = drawable(shown.salesperson[row], 22)
            ax.text(-0.16, path[0], name, ha="right", va="center", color=INK)
            ax.text(places[-1] + 0.16, path[-1], name, ha="left", va="center", color=INK)
        ax.set_xticks(places, [head[name] for name in rankings])
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", labelcolor=INK, labelsize=9.6)
        ax.set(xlim=(-0.12, places[-1] + 0.12), ylim=(len(shown) + 0.6, 0.4))
        ax.yaxis.set_visible(False)
        ax.grid(visible=False)
        for side in ("left", "bottom", "top", "right"):
            ax.spines[side].set_visible(False)

    parts = [
        f"{shortened(shown.salesperson[row], 60)} ("
        + ", ".join(
            f"{head[name].lower()} {'–' if pd.isna(ranks[name][row]) else count(ranks[name][row], lang)}"
            for name in rankings
        )
        + ")"
        for row in range(len(shown))
    ]
    kind = "moved" if moved.any() else "same"
    return drawn(
        draw,
        name="rankings",
        title=text(f"figure.rankings.title_{kind}", lang, **facts),
        alt=text("figure.rankings.alt", lang, parts=listed(parts, lang)),
        height=80 + 40 * len(shown),
    )
