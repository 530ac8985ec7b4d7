"""Figure of visits and calls against those that each stage calls for (7, I08)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import PART, customers, share_axis
from capclient.figures.palette import ACCENT, FAINT, INK, PETROL, PETROL_MID, PETROL_PALE
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, decimal, share

VERDICTS = {"below": ACCENT, "within": PETROL, "above": PETROL_MID}
LEAST_LABELLED = 0.045  # of a bar: a thinner part has no room for its number


def cadence_figure(stages: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw the intended and the observed contacts of a year by stage, and how many clients keep within.

    Parameters
    ----------
    stages
        ``stage``, ``customers``, ``least``, ``most``, ``a_year``, ``below``, ``within``, ``above``.
    """
    missing = unusable(stages)
    if missing is not None or isinstance(stages, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    labels = [text(f"stage.{stage}", lang) for stage in stages["stage"]]
    rows = np.arange(len(stages))
    within, judged = int(stages["within"].sum()), int(stages["customers"].sum())
    facts = {
        "within": count(within, lang),
        "all": customers(judged, lang),
        "share": share(within / judged, lang, 0),
    }

    def draw(axes: list[Axes]) -> None:
        left, right = axes
        reach = max(float(stages["most"].max()), float(stages["a_year"].max())) * 1.18
        left.barh(rows, stages["most"] - stages["least"], left=stages["least"], color=PETROL_PALE, height=0.5)
        inside = (stages["a_year"] >= stages["least"]) & (stages["a_year"] <= stages["most"])
        left.scatter(stages["a_year"], rows, color=np.where(inside, PETROL, ACCENT), s=48, zorder=3)
        for row, mean in zip(rows, stages["a_year"], strict=True):
            left.annotate(
                decimal(mean, lang, 1), (mean, row), xytext=(0, 10), textcoords="offset points",
                ha="center", va="center", color=INK, fontweight="bold", fontsize=8.8,
            )  # fmt: skip
        left.set(xlim=(0, reach), ylim=(len(stages) - 0.45, -0.7))
        left.set_yticks(rows, labels)
        left.tick_params(axis="y", labelcolor=INK)
        left.grid(axis="y", visible=False)
        left.set_title(text("figure.cadence.left", lang))
        left.set_xlabel(text("figure.cadence.x", lang))
        base = np.zeros(len(stages))
        for verdict, colour in VERDICTS.items():
            part = stages[verdict] / stages["customers"]
            right.barh(rows, part, left=base, color=colour, height=0.5)
            for line, width, begin, number in zip(
                range(len(stages)), part, base, stages[verdict], strict=True
            ):
                if width >= LEAST_LABELLED:
                    right.text(
                        begin + width / 2, line, count(number, lang), ha="center", va="center",
                        color="white", fontweight="bold",
                    )  # fmt: skip
            base = base + part.to_numpy()
        right.set(xlim=(0, 1), ylim=(len(stages) - 0.45, -0.7))
        right.set_yticks([])
        right.grid(visible=False)
        share_axis(right.xaxis, lang)
        right.set_title(text("figure.cadence.right", lang))
        for place, (verdict, colour) in zip((0.02, 0.31, 0.73), VERDICTS.items(), strict=True):
            right.annotate(
                "■ " + text(f"figure.cadence.{verdict}", lang), (place, -0.5), color=colour,
                fontsize=8.8, va="center", fontweight="bold",
            )  # fmt: skip
        left.spines["left"].set_color(FAINT)

    told = [
        text(
            "figure.cadence.part", lang, stage=label, n=customers(line["customers"], lang),
            least=count(line["least"], lang), most=count(line["most"], lang),
            mean=decimal(line["a_year"], lang, 1), below=count(line["below"], lang),
            within=count(line["within"], lang), above=count(line["above"], lang),
        )
        for label, (_, line) in zip(labels, stages.iterrows(), strict=True)
    ]  # fmt: skip
    title = text("figure.cadence.title", lang, **facts)
    alt = text("figure.cadence.alt", lang, parts=PART[lang].join(told))
    return drawn(draw, name="cadence", title=title, alt=alt, height=110 + 52 * len(stages), grid=(1, 2))
