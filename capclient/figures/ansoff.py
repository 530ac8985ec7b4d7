"""The matrix of Ansoff as a picture: known and new clients by known and new families (1.11)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import listed, short_money
from capclient.figures.palette import ACCENT_SOFT, INK, PETROL, PETROL_SOFT, RIBBONS
from capclient.indicators.ansoff import QUADRANTS
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import points, share


def ansoff_figure(matrix: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the matrix of Ansoff: known and new clients by known and new families, with the change in a year (1.11).

    Parameters
    ----------
    matrix
        Indexed by quadrant: ``revenue``, ``share``, ``share_change`` (missing when N-1 is not known).
    """
    missing = unusable(matrix)
    if missing is not None or isinstance(matrix, Unknown) or not matrix["share"].notna().any():
        return notice(missing or Unknown("not_applicable"), lang)
    rows = matrix.reindex([*QUADRANTS])
    amounts, shares, moved = (
        dict(zip(QUADRANTS, rows[column].astype("float64").tolist(), strict=True))
        for column in ("revenue", "share", "share_change")
    )
    looks = {  # darker where the company stands on known ground, the accent where both are new
        "penetration": (PETROL, "white"), "new_products": (RIBBONS[1], "white"),
        "new_customers": (PETROL_SOFT, INK), "diversification": (ACCENT_SOFT, INK),
    }  # fmt: skip
    places = {
        "penetration": (0, 1),
        "new_products": (1, 1),
        "new_customers": (0, 0),
        "diversification": (1, 0),
    }

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for name, (x, y) in places.items():
            colour, ink = looks[name]
            ax.add_patch(Rectangle((x + 0.012, y + 0.02), 0.976, 0.96, color=colour))
            ax.text(
                x + 0.05, y + 0.76, text(f"ansoff.short.{name}", lang), color=ink, fontsize=10.5, va="center"
            )
            ax.text(x + 0.05, y + 0.47, share(shares[name], lang), color=ink, fontsize=19, fontweight="bold",
                    va="center")  # fmt: skip
            said = short_money(amounts[name], lang, currency)
            if moved[name] == moved[name]:
                gap = points(moved[name], lang)
                said = text("figure.ansoff.cell", lang, revenue=said, change=gap)
            ax.text(x + 0.05, y + 0.2, said, color=ink, fontsize=9.6, va="center")
        ax.set(xlim=(0, 2), ylim=(0, 2))
        ax.set_xticks(
            [0.5, 1.5], [text("figure.ansoff.known_family", lang), text("figure.ansoff.new_family", lang)]
        )
        ax.set_yticks([1.5, 0.5], [text("figure.ansoff.known", lang), text("figure.ansoff.new", lang)])
        ax.tick_params(axis="both", labelcolor=INK, labelsize=9.6)
        ax.xaxis.tick_top()
        ax.grid(visible=False)
        for spine in ax.spines.values():
            spine.set_visible(False)

    told = [
        text("figure.ansoff.part", lang, name=text(f"ansoff.{name}", lang),
             share=share(shares[name], lang), revenue=short_money(amounts[name], lang, currency))
        for name in QUADRANTS
    ]  # fmt: skip
    best = max(QUADRANTS[1:], key=lambda name: shares[name])
    facts = {
        "known": share(shares["penetration"], lang, 0),
        "way": text(f"figure.ansoff.way.{best}", lang), "share": share(shares[best], lang, 0),
    }  # fmt: skip
    renewed = sum(shares[name] for name in QUADRANTS[1:]) > 0
    title = text(f"figure.ansoff.title.{'some' if renewed else 'none'}", lang, **facts)
    alt = text("figure.ansoff.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="ansoff", title=title, alt=alt, height=300)
