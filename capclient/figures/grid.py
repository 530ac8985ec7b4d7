"""Figures of the evaluation grid: the criteria of the largest clients, and the range of each mark (3.16, D21)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from capclient.figures.figure import Figure, drawn
from capclient.figures.lettering import PART, drawable, share_axis
from capclient.figures.palette import FAINT, GRID, INK, MUTED, PETROL, PETROL_SOFT, SEQUENTIAL
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal, share

MOST = 15
SEVERAL = ";"  # between the reasons to buy of one client
DARK = 0.5  # above, letters are white
WHOLE = 100


def grid_figure(
    levels: pd.DataFrame,
    sources: pd.DataFrame,
    points: pd.DataFrame,
    names: Mapping[str, str],
    *,
    answered: float,
    lang: str,
) -> Figure | Notice:
    """Draw the criteria of clients as cells: the darker, the better; in bold what is measured, in italics estimated.

    Parameters
    ----------
    levels, sources, points
        One row a client, the largest first, one column a criterion: level, where it comes from, points of 0 to 1;
        missing where nobody answered.
    names
        Client identifier to name.
    answered
        Share of the grid that is known over all clients, 0 to 1.
    """
    if levels.empty or not levels.notna().any(axis=None):
        return notice(Unknown("missing:declared"), lang)
    rows, columns = levels.head(MOST), list(levels.columns)
    labels = [drawable(names[client], 24) for client in rows.index]
    heads = [text(f"criterion.{name}.short", lang) for name in columns]
    norm = Normalize(-0.1, 1.35)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for y, client in enumerate(rows.index):
            for x, name in enumerate(columns):
                level = rows.loc[client, name]
                if not isinstance(level, str):
                    ax.add_patch(Rectangle((x, y), 1, 1, facecolor="white", edgecolor=GRID, linewidth=0.8))
                    ax.text(x + 0.5, y + 0.5, "?", ha="center", va="center", color=FAINT)
                    continue
                shade = norm(float(points.loc[client, name]))
                ax.add_patch(
                    Rectangle((x, y), 1, 1, facecolor=SEQUENTIAL(shade), edgecolor="white", linewidth=2)
                )
                source = sources.loc[client, name]
                ax.text(
                    x + 0.5, y + 0.5, _word(name, level, lang), ha="center", va="center", fontsize=7.4,
                    color="white" if shade > DARK else INK,
                    fontweight="bold" if source == "real" else "normal",
                    fontstyle="italic" if source == "estimated" else "normal",
                )  # fmt: skip
        ax.set_xlim(0, len(columns))
        ax.set_ylim(len(rows), 0)
        ax.set_xticks([place + 0.5 for place in range(len(columns))], heads)
        ax.set_yticks([place + 0.5 for place in range(len(rows))], labels)
        ax.xaxis.tick_top()
        ax.tick_params(labelcolor=INK, labelsize=8.2)
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.set_xlabel(text("figure.grid.key", lang), color=MUTED, fontsize=8.6)
        ax.xaxis.set_label_position("bottom")

    told = []
    for client, label in zip(rows.index, labels, strict=True):
        known = [
            text(
                "figure.grid.answer",
                lang,
                criterion=text(f"criterion.{name}", lang),
                level=_words(name, level, lang),
            )
            for name in columns
            if isinstance(level := rows.loc[client, name], str)
        ]
        told.append(
            text(
                "figure.grid.part",
                lang,
                name=label,
                answers=", ".join(known) or text("criterion.blank", lang),
            )
        )
    facts = {"share": share(answered, lang, 0)}
    title = text("figure.grid.title", lang, **facts)
    alt = text("figure.grid.alt", lang, parts=PART[lang].join(told), **facts)
    return drawn(draw, name="grid", title=title, alt=alt, height=96 + 27 * len(rows))


def _word(name: str, level: str, lang: str) -> str:
    first, *others = level.split(SEVERAL)
    return text(f"level.{name}.{first}", lang) + (" +" if others else "")


def _words(name: str, level: str, lang: str) -> str:
    return " + ".join(text(f"level.{name}.{code}", lang) for code in level.split(SEVERAL))


def grid_ranges_figure(clients: pd.DataFrame, *, lang: str) -> Figure | Notice:
    """Draw the mark of the largest clients as the range that their blanks leave, the best middle first (D21).

    Parameters
    ----------
    clients
        The largest first: ``name``, ``low``, ``high``, ``middle`` (0 to 100).
    """
    if clients.empty:
        return notice(Unknown("denominator_zero"), lang)
    rows = clients.head(MOST).sort_values(["middle", "low"], ascending=False, kind="stable")
    ranges = rows[["low", "high"]].to_numpy(float).tolist()
    labels = [drawable(name, 26) for name in rows["name"]]
    exact = [low == high for low, high in ranges]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (low, high) in enumerate(ranges):
            if low == high:
                ax.scatter(low, place, s=52, color=PETROL, zorder=3)
            else:
                ax.barh(place, high - low, left=low, height=0.42, color=PETROL_SOFT)
                ax.plot([(low + high) / 2] * 2, [place - 0.21, place + 0.21], color=PETROL, linewidth=1.6)
            ax.annotate(range_words(low, high, lang), (1.0, place), xycoords=("axes fraction", "data"),
                        xytext=(6, 0), textcoords="offset points", va="center", color=INK,
                        fontweight="bold" if low == high else "normal", annotation_clip=False)  # fmt: skip
        ax.set_yticks(range(len(labels)), labels)
        ax.set_ylim(len(labels) - 0.4, -0.6)
        ax.set_xlim(0, WHOLE)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        ax.set_xlabel(text("figure.grid.ranges.axis", lang))
        ax.legend(
            handles=[
                Line2D([], [], marker="o", linestyle="", color=PETROL, label=text("figure.grid.exact", lang)),
                Line2D([], [], color=PETROL_SOFT, linewidth=7, label=text("figure.grid.range", lang)),
            ],
            loc="upper center", bbox_to_anchor=(0.4, -0.1 - 0.6 / len(labels)), ncols=2, frameon=False, fontsize=8.6,
        )  # fmt: skip

    told = [
        text("figure.grid.ranges.part", lang, name=name, mark=range_words(low, high, lang))
        for name, (low, high) in zip(labels, ranges, strict=True)
    ]
    facts = {"exact": count(sum(exact), lang), "n": count(len(exact), lang)}
    kind = "all" if all(exact) else "none" if not any(exact) else "one" if sum(exact) == 1 else "some"
    title = text(f"figure.grid.ranges.title.{kind}", lang, **facts)
    alt = text("figure.grid.ranges.alt", lang, parts=PART[lang].join(told))
    return drawn(draw, name="grid-ranges", title=title, alt=alt, height=118 + 27 * len(labels))


def range_words(low: float, high: float, lang: str) -> str:
    """``71``, or ``57 à 79`` when blanks leave a range."""
    if low == high:
        return decimal(low, lang, 0)
    return text("grid.range", lang, low=decimal(low, lang, 0), high=decimal(high, lang, 0))


def grid_weights_figure(criteria: pd.DataFrame, *, lang: str) -> Figure | Notice:
    """Draw the share of clients that change quarter of the ranking when the weight of each criterion moves (D21).

    Parameters
    ----------
    criteria
        Indexed by criterion: ``less`` and ``more`` (shares of the clients); missing where it has no weight.
    """
    known = criteria[criteria["more"].notna()].assign(most=lambda rows: rows[["less", "more"]].max(axis=1))
    if known.empty:
        return notice(Unknown("not_applicable"), lang)
    rows = known.sort_values("most", ascending=False, kind="stable")
    names = [text(f"criterion.{name}", lang) for name in rows.index]
    values = rows[["less", "more"]].to_numpy(float).tolist()

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (less, more) in enumerate(values):
            ax.barh(place - 0.19, less, height=0.34, color=PETROL_SOFT)
            ax.barh(place + 0.19, more, height=0.34, color=PETROL)
        ax.set_yticks(range(len(names)), names)
        ax.set_ylim(len(names) - 0.4, -0.6)
        ax.set_xlim(0, max(0.1, float(rows["most"].max()) * 1.1))
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        share_axis(ax.xaxis, lang)
        ax.legend(
            handles=[
                Line2D([], [], color=PETROL_SOFT, linewidth=7, label=text("figure.score.less", lang)),
                Line2D([], [], color=PETROL, linewidth=7, label=text("figure.score.more", lang)),
            ],
            loc="lower right", frameon=False, fontsize=8.6,
        )  # fmt: skip

    told = [
        text(
            "figure.grid.weights.part", lang, name=name, less=share(less, lang, 0), more=share(more, lang, 0)
        )
        for name, (less, more) in zip(names, values, strict=True)
    ]
    moved = float(rows["most"].iloc[0])
    facts = {"name": names[0], "share": share(moved, lang, 0)}
    title = text(
        "figure.grid.weights.title" if moved > 0 else "figure.grid.weights.title.still", lang, **facts
    )
    alt = text("figure.grid.weights.alt", lang, parts=PART[lang].join(told))
    return drawn(draw, name="grid-weights", title=title, alt=alt, height=96 + 34 * len(names))
