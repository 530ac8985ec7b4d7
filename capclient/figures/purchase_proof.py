"""Figures of the proof: what a model of purchase and the simple rule expected, against what came (8.2, F12)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import count_axis, listed
from capclient.figures.palette import ACCENT, INK, MUTED, OTHERS, PETROL
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, decimal, ratio

LOOK = {"actual": (INK, "-"), "model": (PETROL, "-"), "naive": (ACCENT, (0, (4, 2)))}


def holdout_figure(
    groups: pd.DataFrame | Unknown,
    *,
    error: float | None,
    naive_error: float,
    period: tuple[str, str],
    lang: str,
) -> Figure | Notice:
    """Draw, by fifth of clients, the purchases that came, those of the model and those of the simple rule.

    Parameters
    ----------
    groups
        ``expected`` (missing where the model was refused), ``naive``, ``actual``: means a client; ``customers``.
    error, naive_error
        Of the model (None when refused) and of the rule.
    period
        First and last day of the hidden months, in words.
    """
    missing = unusable(groups)
    if missing is not None or isinstance(groups, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    is_told = error is not None and bool(groups.expected.notna().all())
    names = {"actual": "actual", **({"expected": "model"} if is_told else {}), "naive": "naive"}
    places = np.arange(len(groups))
    width = 0.8 / len(names)
    colours = {"actual": OTHERS, "model": PETROL, "naive": ACCENT}

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for number, (column, name) in enumerate(names.items()):
            left = places + (number - (len(names) - 1) / 2) * width
            label = text(f"figure.purchases.{name}", lang)
            ax.bar(left, groups[column], width * 0.92, color=colours[name], label=label)
            for place, value in zip(left, groups[column], strict=True):
                words = decimal(round(value, 1), lang, 0 if value >= 10 else 1)
                ink = MUTED if name == "actual" else colours[name]
                ax.annotate(
                    words,
                    (place, value),
                    (0, 3),
                    textcoords="offset points",
                    ha="center",
                    color=ink,
                    fontsize=8.2,
                )
        heads = [str(place + 1) for place in places]
        heads[0], heads[-1] = text("figure.holdout.first", lang), text("figure.holdout.last", lang)
        ax.set_xticks(places, heads)
        ax.tick_params(axis="x", labelcolor=INK)
        ax.grid(axis="x", visible=False)
        ax.set(xlabel=text("figure.holdout.x", lang), ylabel=text("figure.holdout.y", lang))
        ax.legend(loc="upper left", frameon=False)
        count_axis(ax.yaxis, lang)

    facts = {"naive": ratio(naive_error, lang), "error": ratio(error, lang) if error is not None else ""}
    won = "rule" if not is_told else "won" if error is not None and error < naive_error else "lost"
    part = "figure.holdout.part_model" if is_told else "figure.holdout.part"
    tenths = {name: [decimal(round(float(value), 1), lang, 1) for value in groups[name]] for name in names}
    parts = [
        text(part, lang, group=str(place + 1), **{name: said[place] for name, said in tenths.items()})
        for place in range(len(groups))
    ]
    facts = {key: value for key, value in facts.items() if value}
    alt = text("figure.holdout.alt", lang, start=period[0], end=period[1], parts=listed(parts, lang))
    return drawn(
        draw, name="holdout", title=text(f"figure.holdout.title.{won}", lang, **facts), alt=alt, height=340
    )


def tracking_figure(months: pd.DataFrame | Unknown, *, start: pd.Timestamp, lang: str) -> Figure | Notice:
    """Draw repeat purchases cumulated month by month: came, fitted, then expected by the model and by the rule.

    The picture begins as long before ``start`` as the hidden months last: older ones would flatten what it shows.

    Parameters
    ----------
    months
        By last day of month: ``actual``, ``fitted``, ``model``, ``naive`` (see the theme).
    start
        Day from which nothing was shown to the model.
    """
    missing = unusable(months)
    if missing is not None or isinstance(months, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    is_told = bool(months.model.notna().any())
    before, last = float(months.actual[start]), months.iloc[-1]
    shown = months[months.index >= start - (months.index[-1] - start) - pd.Timedelta(days=1)]
    shown = shown - [shown[name].iloc[0] if name == "fitted" else shown.actual.iloc[0] for name in shown]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        ax.axvspan(date2num(start), date2num(shown.index[-1]), color=OTHERS, alpha=0.28, linewidth=0)
        if is_told:
            ax.plot(shown.index, shown.fitted, color=PETROL, linewidth=1.3, linestyle=(0, (1, 1.4)))
        for name in ("naive", *(["model"] if is_told else []), "actual"):
            colour, style = LOOK[name]
            label = text(f"figure.purchases.{name}", lang)
            ax.plot(
                shown.index,
                shown[name],
                color=colour,
                linestyle=style,
                linewidth=2.2 if name == "actual" else 1.8,
                label=label,
            )
        ax.set_ylim(0, float(shown[["actual", "model", "naive"]].max(axis=None)) * 1.08)
        ax.set_xlim(shown.index[0], shown.index[-1])
        words = text("figure.tracking.hidden", lang)
        middle = start + (shown.index[-1] - start) / 2
        ax.annotate(
            words, (middle, 0.02), xycoords=("data", "axes fraction"), ha="center", color=MUTED, fontsize=8.4
        )
        years = pd.date_range(shown.index[0], shown.index[-1], freq="YS")
        quarters = pd.date_range(shown.index[0], shown.index[-1], freq="QS")
        ticks = years if len(years) >= 3 else quarters
        style = "%Y" if len(years) >= 3 else "%m/%Y"
        ax.set_xticks(ticks, [tick.strftime(style) for tick in ticks])
        ax.set_ylabel(text("figure.tracking.y", lang))
        ax.legend(loc="upper left", frameon=False)
        count_axis(ax.yaxis, lang)

    facts = {
        "actual": count(round(last.actual - before), lang),
        "naive": count(round(last.naive - before), lang),
    }
    whole = {"naive": count(round(last.naive), lang)}
    end = day(months.index[-1].date(), lang)
    if is_told:
        facts["model"], whole["model"] = (
            count(round(last.model - before), lang),
            count(round(last.model), lang),
        )
    title = text("figure.tracking.title" if is_told else "figure.tracking.title.rule", lang, **facts)
    said = text(
        "figure.tracking.alt_model" if is_told else "figure.tracking.alt_rule", lang, end=end, **whole
    )
    alt = text("figure.tracking.alt", lang, start=day(start.date(), lang), end=end, said=said,
               before=count(round(before), lang), whole=count(round(last.actual), lang))  # fmt: skip
    return drawn(draw, name="tracking", title=title, alt=alt, height=340)
