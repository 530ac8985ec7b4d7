"""Figure of the models of purchase: who is still there, by frequency and silence (8.2)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import listed
from capclient.figures.palette import FAINT, INK, SEQUENTIAL
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

SILENCES = (30.4, 60.9, 121.8, 243.5, 365.25)  # days: one, two, four, eight, twelve months
PURCHASES = (1, 2, 4, 8, 16, 32)  # repeat purchases from which a row of the picture begins


def active_figure(clients: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the mean probability of being active by repeat purchases and silence.

    Parameters
    ----------
    clients
        ``x`` (repeat purchases), ``t_x``, ``T`` (weeks), ``p_active`` (missing without repeat purchase).
    """
    missing = unusable(clients)
    if missing is not None or isinstance(clients, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    known = clients.dropna(subset="p_active")
    silence = ((known["T"] - known.t_x) * 7).to_numpy()
    grid = pd.DataFrame(
        {
            "row": np.searchsorted(PURCHASES, known.x.to_numpy(), side="right") - 1,
            "column": np.searchsorted(SILENCES, silence, side="left"),
            "p": known.p_active.to_numpy(),
        }
    )
    means = grid.pivot_table(index="row", columns="column", values="p", aggfunc="mean").round(2)
    sizes = grid.pivot_table(index="row", columns="column", values="p", aggfunc="size")
    columns = range(len(SILENCES) + 1)
    means, sizes = (
        frame.reindex(index=sorted(means.index, reverse=True), columns=columns) for frame in (means, sizes)
    )
    chances, many = means.to_numpy("float64"), sizes.fillna(0).to_numpy("int64")
    rows = [_purchases(int(row)) for row in means.index]
    heads = [text(f"figure.active.silence.{column + 1}", lang) for column in columns]

    def draw(axes: list[Axes]) -> None:
        ax, norm = axes[0], Normalize(0, 1)
        ax.imshow(chances, cmap=SEQUENTIAL, norm=norm, aspect="auto")
        for row in range(len(rows)):
            for column in columns:
                chance = float(chances[row, column])
                if not many[row, column]:
                    ax.text(column, row, "·", ha="center", va="center", color=FAINT)
                    continue
                ink = "white" if chance > 0.5 else INK
                for words, lower, size, weight in (
                    (share(chance, lang, 0), -0.14, 9.4, "bold"),
                    (count(int(many[row, column]), lang), 0.24, 7.8, "normal"),
                ):
                    ax.text(column, row + lower, words, ha="center", va="center", color=ink, fontsize=size,
                            fontweight=weight)  # fmt: skip
        ax.set_xticks(list(columns), [head.replace(" ", "\n", 1) for head in heads])
        ax.set_yticks(range(len(rows)), rows)
        ax.tick_params(labelcolor=INK)
        ax.set(xlabel=text("figure.active.x", lang), ylabel=text("figure.active.y", lang))
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)

    parts = [
        text("figure.active.part", lang, x=rows[row], silence=heads[column],
             chance=share(float(chances[row, column]), lang, 0), n=count(int(many[row, column]), lang))
        for row in range(len(rows)) for column in columns if many[row, column]
    ]  # fmt: skip
    alive = count(round(float(known.p_active.sum())), lang)
    title = text("figure.active.title", lang, many=alive, n=count(len(known), lang))
    alt = text("figure.active.alt", lang, parts=listed(parts, lang))
    return drawn(draw, name="active", title=title, alt=alt, height=120 + 46 * len(rows))


def _purchases(row: int) -> str:
    """``2–3``: the repeat purchases of a row."""
    low = PURCHASES[row]
    if row + 1 == len(PURCHASES):
        return f"{low}+"
    high = PURCHASES[row + 1] - 1
    return str(low) if high == low else f"{low}–{high}"
