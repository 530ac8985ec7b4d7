"""Figure of the contact plan: the weeks to come, by what is to be done in them (14)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from capclient.figures.figure import Figure, drawn
from capclient.figures.heat import heat
from capclient.figures.lettering import PART
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day

GROUPS = {
    "visit": ("visit",), "call": ("call", "preparation"), "call_back": ("call_back",),
    "question": ("survey", "questionnaire"), "mailing": ("mailing",), "debt": ("reminder", "dunning", "formal_notice"),
}  # fmt: skip


def contacts_figure(rows: pd.DataFrame | Unknown, *, end: pd.Timestamp, lang: str) -> Figure | Notice:
    """Draw the contacts of each week by kind, darker where there are more.

    Parameters
    ----------
    rows
        ``kind`` and ``due`` of each contact of the plan.
    end
        Last day of the plan.
    """
    if isinstance(rows, Unknown):
        return notice(rows, lang)
    last = day(end.date(), lang)
    if rows.empty:
        return notice(Unknown("not_applicable"), lang)
    group = {kind: name for name, kinds in GROUPS.items() for kind in kinds}
    monday = rows["due"].dt.normalize() - pd.to_timedelta(rows["due"].dt.day_of_week, unit="D")
    weeks = pd.date_range(monday.min(), end, freq="7D")
    counts = pd.crosstab(rows["kind"].map(group), monday).reindex(columns=weeks, fill_value=0)
    counts = counts.reindex([name for name in GROUPS if name in counts.index])
    busiest = counts.sum().idxmax()
    words = [text(f"contact_group.{name}", lang) for name in counts.index]
    shown = counts.set_axis(words, axis=0).set_axis([f"{week:%d/%m}" for week in weeks], axis=1)
    shown.index.name = shown.columns.name = None

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        heat(ax, shown, lang)
        ax.set_xlabel(text("figure.contacts.x", lang))
        ax.set_ylabel("")

    title = text(
        "figure.contacts.title", lang, n=count(len(rows), lang), end=last,
        week=day(pd.Timestamp(str(busiest)).date(), lang), most=count(int(counts[busiest].sum()), lang),
    )  # fmt: skip
    parts = [
        text("figure.contacts.part", lang, kind=word, n=count(int(n), lang))
        for word, n in zip(words, counts.sum(axis=1), strict=True)
    ]
    alt = text("figure.contacts.alt", lang, parts=PART[lang].join(parts))
    return drawn(draw, name="contacts", title=title, alt=alt, height=96 + 38 * max(3, len(shown)))
