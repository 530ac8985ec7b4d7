"""Figures of the system of evidence: where each theme stands, and how far each device is proven (12.8)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.capabilities import THEMES
from capclient.figures.figure import Figure, drawn
from capclient.figures.lettering import count_axis, listed, shortened
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
from capclient.indicators.coverage import ANSWERED
from capclient.indicators.devices import LEVELS
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal

STATUS_COLOURS = {
    "computed": PETROL, "provided": PETROL_MID, "declared": PETROL_SOFT, "unknown": ACCENT_SOFT, "planned": OTHERS,
}  # fmt: skip
DARK = ("computed", "provided")


def coverage_figure(capabilities: pd.DataFrame, *, lang: str) -> Figure:
    """Draw how many questions of each theme are computed, declared, provided, unknown or still to come.

    Parameters
    ----------
    capabilities
        ``theme`` (A to J) and ``status``, one row a question.
    """
    table = pd.crosstab(capabilities["theme"], capabilities["status"])
    table = table.reindex(index=list(THEMES), columns=list(STATUS_COLOURS), fill_value=0)
    names = [shortened(text(f"capability_theme.{theme}", lang), 44) for theme in table.index]

    def draw(axes: list[Axes]) -> None:
        ax, left = axes[0], pd.Series(0, index=table.index)
        places = range(len(table))
        for status, colour in STATUS_COLOURS.items():
            values = table[status]
            ax.barh(
                places,
                values,
                left=left,
                color=colour,
                height=0.72,
                label=text(f"standing.{status}", lang),
                edgecolor="white",
                linewidth=0.8,
            )
            for place, value, start in zip(places, values, left, strict=True):
                if value:
                    ax.text(
                        start + value / 2,
                        place,
                        count(value, lang),
                        ha="center",
                        va="center",
                        color="white" if status in DARK else INK,
                        fontsize=8.6,
                    )
            left = left + values
        ax.set_yticks(list(places), names)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.invert_yaxis()
        ax.grid(axis="y", visible=False)
        ax.set_xlabel(text("figure.coverage.x", lang))
        count_axis(ax.xaxis, lang)
        ax.legend(loc="upper center", bbox_to_anchor=(0.3, 1.09), ncols=5, frameon=False, fontsize=8.6,
                  handlelength=1.1, columnspacing=1.2)  # fmt: skip

    answered = int(capabilities["status"].isin(ANSWERED).sum())
    facts = {"answered": count(answered, lang), "total": count(len(capabilities), lang)}
    parts = [
        text("figure.coverage.part", lang, theme=text(f"capability_theme.{theme}", lang), parts=", ".join(
            f"{count(number, lang)} {text(f'standing.{status}', lang).lower()}"
            for status, number in row.items() if number
        ))
        for theme, row in table.iterrows()
    ]  # fmt: skip
    return drawn(
        draw,
        name="coverage",
        title=text("figure.coverage.title", lang, **facts),
        alt=text("figure.coverage.alt", lang, parts=listed(parts, lang), **facts),
        height=430,
    )


def devices_figure(devices: pd.DataFrame, *, lang: str) -> Figure | Notice:
    """Draw the level declared of each device and the level kept, from absent (0) to improved (4).

    Parameters
    ----------
    devices
        Indexed by code of 12.8: ``maturity`` (declared) and ``kept``; missing where nobody declared it.
    """
    said = devices["kept"].notna()
    if not said.any():
        return notice(Unknown("missing:evidence"), lang)
    order = [*devices[said].sort_values("kept", ascending=False, kind="stable").index, *devices[~said].index]
    shown = devices.loc[order, ["maturity", "kept"]].astype("float64")
    names = [text(f"device.{code}", lang) for code in shown.index]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (declared, kept) in enumerate(shown.itertuples(index=False)):
            if pd.isna(kept):
                ax.text(
                    0.04, place, text("figure.devices.silent", lang), va="center", color=MUTED, fontsize=8.6
                )
                continue
            if declared > kept:
                ax.plot([kept, declared], [place, place], color=ACCENT_SOFT, linewidth=2, zorder=2)
                ax.plot(
                    [declared],
                    [place],
                    marker="o",
                    markersize=8,
                    markerfacecolor="white",
                    markeredgecolor=ACCENT,
                    markeredgewidth=1.6,
                    linestyle="none",
                    zorder=3,
                )
            ax.plot(
                [0, kept], [place, place], color=PETROL_SOFT, linewidth=5, solid_capstyle="butt", zorder=1
            )
            ax.plot([kept], [place], marker="o", markersize=8, color=PETROL, linestyle="none", zorder=4)
        ax.set_yticks(range(len(shown)), names)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlim(-0.12, len(LEVELS) - 0.8)
        ax.set_xticks(
            range(len(LEVELS)),
            [f"{level}\n{text(f'maturity.{level}', lang)}" for level in range(len(LEVELS))],
        )
        ax.grid(axis="y", visible=False)
        handles = [
            ax.plot(
                [], [], marker="o", color=PETROL, linestyle="none", label=text("figure.devices.kept", lang)
            )[0],
            ax.plot(
                [],
                [],
                marker="o",
                markerfacecolor="white",
                markeredgecolor=ACCENT,
                linestyle="none",
                label=text("figure.devices.declared", lang),
            )[0],
        ]
        ax.legend(
            handles=handles, loc="lower right", frameon=True, facecolor="white", edgecolor=FAINT, fontsize=8.6
        )

    lowered = int((shown["maturity"] > shown["kept"]).sum())
    facts = {
        "declared": count(int(said.sum()), lang),
        "total": count(len(devices), lang),
        "lowered": count(lowered, lang),
    }
    parts = [
        text("figure.devices.part", lang, name=name, level=decimal(kept, lang, 0))
        if pd.notna(kept) else text("figure.devices.part.silent", lang, name=name)
        for name, kept in zip(names, shown["kept"], strict=True)
    ]  # fmt: skip
    title = text(f"figure.devices.title.{'lowered' if lowered else 'whole'}", lang, **facts)
    alt = text("figure.devices.alt", lang, parts=listed(parts, lang), **facts)
    return drawn(draw, name="devices", title=title, alt=alt, height=470)
