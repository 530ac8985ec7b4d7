"""Figures of the pipeline: the funnel of decided prospects, the open amounts by stage (12.2)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import drawable, listed, money_axis, money_unit, short_money, shortened
from capclient.figures.palette import INK, OTHERS, PETROL, PETROL_SOFT
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, share

HATCH = "////"
MOST = 10


def funnel_figure(stages: pd.DataFrame | Unknown, *, lang: str) -> Figure | Notice:
    """Draw how many decided prospects reached each stage and how many of these were won (12.2).

    Parameters
    ----------
    stages
        Result of :func:`capclient.indicators.pipeline.stage_history`, in the order of the funnel. Stages without
        declared probability have no place in a funnel and are left out when others have one.
    """
    missing = unusable(stages)
    if missing is not None or isinstance(stages, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    ranked = stages[stages["declared"].notna()]
    shown = (ranked if len(ranked) else stages).head(MOST)
    if not shown["reached"].sum():
        return notice(Unknown("missing:stage_history"), lang)
    names = [drawable(name, 26) for name in shown.index]
    reached, won = shown["reached"].to_numpy(float), shown["won"].to_numpy(float)
    words = [
        _chances(observed, declared, lang)
        for observed, declared in shown[["observed", "declared"]].to_numpy(float).tolist()
    ]

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        places = range(len(shown))
        ax.barh(places, won, height=0.6, color=PETROL, label=text("figure.prospects.won", lang))
        ax.barh(
            places,
            reached - won,
            left=won,
            height=0.6,
            color=OTHERS,
            label=text("figure.prospects.lost", lang),
        )
        for place, (width, said) in enumerate(zip(reached, words, strict=True)):
            ax.annotate(said, (width, place), xytext=(7, 0), textcoords="offset points", va="center", color=INK,
                        fontsize=9)  # fmt: skip
        ax.set_yticks(places, names)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlim(0, float(reached.max()) * 1.62)
        ax.set_xticks([tick for tick in MaxNLocator(5, integer=True).tick_values(0, float(reached.max()))
                       if tick <= reached.max()])  # fmt: skip
        ax.xaxis.set_major_formatter(lambda value, _: count(value, lang))
        ax.set_xlabel(text("figure.funnel.x", lang))
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1.0), ncol=2, frameon=False, fontsize=8.8, borderaxespad=0.2
        )

    told = [
        text("figure.funnel.part", lang, stage=shortened(name, 60), reached=count(n, lang),
             won=count(w, lang), said=said)
        for name, n, w, said in zip(shown.index, reached, won, words, strict=True)
    ]  # fmt: skip
    facts = {"stage": "", "observed": "", "declared": ""}
    kind = "unseen"
    both = shown[shown["observed"].notna() & shown["declared"].notna()]
    if len(both):  # the stage whose declaration is furthest from what happens
        seen, said = both["observed"].to_numpy(float), both["declared"].to_numpy(float)
        worst = int(abs(said - seen).argmax())
        gap = float(said[worst] - seen[worst])
        kind = "level" if abs(gap) < 0.05 else "hopeful" if gap > 0 else "modest"
        facts = {
            "stage": shortened(both.index[worst], 40), "observed": share(float(seen[worst]), lang, 0),
            "declared": share(float(said[worst]), lang, 0),
        }  # fmt: skip
    title = text(f"figure.funnel.title.{kind}", lang, **facts)
    alt = text("figure.funnel.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="prospect-funnel", title=title, alt=alt, height=110 + 42 * len(shown))


def _chances(observed: float, declared: float, lang: str) -> str:
    """``32 % gagnés, 10 % déclarés``: what a stage has shown and what is said of it."""
    said = []
    if observed == observed:
        said.append(text("figure.funnel.observed", lang, rate=share(observed, lang, 0)))
    if declared == declared:
        said.append(text("figure.funnel.declared", lang, rate=share(declared, lang, 0)))
    return ", ".join(said) or text("figure.funnel.unseen", lang)


def pipeline_figure(stages: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the open amount of each stage, what it is worth once weighted, and the stale part apart (12.2).

    Parameters
    ----------
    stages
        ``stage`` (in the order of the funnel, in words), ``live``, ``weighted`` and ``stale`` in euros.
    """
    missing = unusable(stages)
    if missing is not None or isinstance(stages, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    shown = stages.head(MOST)
    live, worth, stale = (shown[name].to_numpy(float) for name in ("live", "weighted", "stale"))
    reach = float((live + stale).max())
    if reach <= 0:
        return notice(Unknown("not_applicable"), lang)
    names = [drawable(name, 26) for name in shown["stage"]]
    unit = money_unit(reach)

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        places = range(len(shown))
        ax.barh(places, live, height=0.62, color=PETROL_SOFT)
        ax.barh(places, worth, height=0.34, color=PETROL)
        ax.barh(
            places,
            stale,
            left=live,
            height=0.62,
            facecolor=OTHERS,
            hatch=HATCH,
            edgecolor="white",
            linewidth=0,
        )
        for place, (one, other, old) in enumerate(zip(live, worth, stale, strict=True)):
            said = text("figure.pipeline.worth", lang, worth=short_money(other, lang, currency, unit),
                        live=short_money(one, lang, currency, unit))  # fmt: skip
            ax.annotate(said, (one + old, place), xytext=(7, 0), textcoords="offset points", va="center", color=INK,
                        fontsize=9)  # fmt: skip
        ax.set_yticks(places, names)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.set_xlim(0, reach * 1.42)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        money_axis(ax.xaxis, reach, lang, currency)
        ax.legend(
            handles=[
                Patch(color=PETROL_SOFT, label=text("figure.pipeline.live", lang)),
                Patch(color=PETROL, label=text("figure.pipeline.weighted", lang)),
                Patch(facecolor=OTHERS, hatch=HATCH, edgecolor="white", label=text("figure.pipeline.stale", lang)),
            ],
            loc="lower left", bbox_to_anchor=(0, 1.0), ncol=3, frameon=False, fontsize=8.8, borderaxespad=0.2,
        )  # fmt: skip

    told = [
        text("figure.pipeline.part", lang, stage=shortened(name, 60), live=short_money(one, lang, currency),
             worth=short_money(other, lang, currency), stale=short_money(old, lang, currency))
        for name, one, other, old in zip(shown["stage"], live, worth, stale, strict=True)
    ]  # fmt: skip
    sums = {name: float(stages[name].sum()) for name in ("live", "weighted", "stale")}
    facts = {name: short_money(value, lang, currency) for name, value in sums.items()}
    title = text(f"figure.pipeline.title.{'stale' if sums['stale'] > 0 else 'fresh'}", lang, **facts)
    alt = text("figure.pipeline.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="prospect-pipeline", title=title, alt=alt, height=110 + 42 * len(shown))
