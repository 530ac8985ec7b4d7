"""Figures of the segment chapter: growth against each market, shift-share, weights of segments (10, 1.10)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from capclient.figures.figure import Figure, drawn, unusable
from capclient.figures.lettering import drawable, listed, share_axis, short_money
from capclient.figures.palette import ACCENT, ACCENT_SOFT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_SOFT
from capclient.figures.waterfall import signed_money, waterfall
from capclient.notices import Notice, notice
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import points, share

MOST = 10
WIDEST = 1.0  # a growth outside of -100 % to +100 % is drawn on the edge; its number is written


AHEAD, BEHIND = ("gaining", "resisting"), ("losing", "retreating")


def signed_share(value: float, lang: str) -> str:
    """``+3,4 %``: a growth with its sign."""
    return ("+" if value > 0 else "") + share(value, lang)


def _said(index: pd.Index, lang: str, most: int = 30) -> list[str]:
    return [text("segment.blank", lang) if pd.isna(name) else drawable(name, most) for name in index]


def relative_growth_figure(
    segments: pd.DataFrame | Unknown,
    *,
    own: float | None = None,
    market: float | None = None,
    lang: str,
    currency: str,
) -> Figure | Notice:
    """Draw the growth of each segment as a bar, and the growth of its market as a mark (10.1).

    Parameters
    ----------
    segments
        Indexed by segment: ``revenue_n1``, ``growth``, ``market_growth``, ``relative_points``, ``position``; those
        that are not compared are left out. The largest are drawn.
    own, market
        Growth of the company and of its market, drawn first.
    """
    missing = unusable(segments)
    if missing is not None or isinstance(segments, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    compared = segments[segments["position"] != "not_compared"]
    if compared.empty:
        return notice(Unknown("missing:market_segments"), lang)
    largest = compared.sort_values("revenue_n1", ascending=False, kind="stable").head(MOST)
    shown = largest.sort_values("relative_points", ascending=False, kind="stable")
    numbers = shown[["growth", "market_growth", "relative_points"]].to_numpy(float).tolist()
    rows: list[tuple[str, float, float, float]] = [
        (name, *row) for name, row in zip(_said(shown.index, lang), numbers, strict=True)
    ]
    has_whole = own is not None and market is not None
    if own is not None and market is not None:
        rows.insert(0, (text("figure.market.whole", lang), own, market, own - market))
    ahead, behind = (int(compared["position"].isin(codes).sum()) for codes in (AHEAD, BEHIND))

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (_, growth, rate, gap) in enumerate(rows):
            strong = place == 0 and has_whole
            colour = (
                (PETROL if gap >= 0 else ACCENT) if strong else (PETROL_SOFT if gap >= 0 else ACCENT_SOFT)
            )
            ax.barh(place, _inside(growth), height=0.56, color=colour)
            mark = _inside(rate)
            ax.plot([mark, mark], [place - 0.4, place + 0.4], color=INK, linewidth=2.2, solid_capstyle="butt")
            ax.annotate(
                points(gap, lang),
                (1.0, place),
                xycoords=("axes fraction", "data"),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=PETROL if gap >= 0 else ACCENT,
                fontweight="bold",
                annotation_clip=False,
            )
        ax.axvline(0, color=FAINT, linewidth=0.9)
        ax.set_yticks(range(len(rows)), [row[0] for row in rows])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        low, high = (
            pick(min(max(v, -WIDEST), WIDEST) for row in rows for v in row[1:3]) for pick in (min, max)
        )
        room = max(high, 0.0) - min(low, 0.0) or 0.1
        ax.set_xlim(min(low, 0.0) - 0.04 * room, max(high, 0.0) + 0.04 * room)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.grid(axis="y", visible=False)
        ax.spines["left"].set_visible(False)
        share_axis(ax.xaxis, lang)
        ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], min_n_ticks=3))
        ax.legend(
            handles=[
                Patch(color=PETROL_SOFT, label=text("figure.market.ahead", lang)),
                Patch(color=ACCENT_SOFT, label=text("figure.market.behind", lang)),
                Line2D([], [], color=INK, linewidth=2.2, label=text("figure.market.mark", lang)),
            ],
            loc="upper center",
            bbox_to_anchor=(0.4, -0.07 - 0.1 / len(rows)),
            ncols=3,
            frameon=False,
            fontsize=8.6,
        )

    told = [
        text(
            "figure.market.part", lang, name=name, growth=signed_share(growth, lang), market=signed_share(rate, lang),
            gap=points(gap, lang),
        )
        for name, growth, rate, gap in rows
    ]  # fmt: skip
    facts = {"ahead": str(ahead), "behind": str(behind), "all": str(len(compared))}
    kind = _kind(ahead, behind, len(compared))
    title = text(f"figure.market.title.{kind}", lang, **facts)
    alt = text("figure.market.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="relative-growth", title=title, alt=alt, height=110 + 34 * len(rows))  # fmt: skip


def _kind(ahead: int, behind: int, every: int) -> str:
    """Return which title counts right: segments level with their market are neither ahead nor behind."""
    if every == 1:
        return "one_ahead" if ahead else "one_behind" if behind else "one_level"
    if ahead:
        return "all" if ahead == every else "some"
    return "none" if behind == every else "some_behind" if behind else "level"


def _inside(value: float) -> float:
    return min(max(value, -WIDEST), WIDEST)


def shift_share_figure(effects: pd.Series | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw where the change of revenue comes from, as a waterfall; the title names the largest effect (10.2).

    Parameters
    ----------
    effects
        Euros: ``opening``, ``growth``, ``mix``, ``competitive``, ``not_compared``, ``closing``; opening and effects
        add up to closing. What is not compared is left out when it is nothing.
    """
    missing = unusable(effects)
    if missing is not None or isinstance(effects, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    kept = effects.drop("not_compared") if effects["not_compared"] == 0 else effects
    names = [str(name) for name in kept.index]
    amounts = [float(value) for value in kept]
    quiet = [place for place, name in enumerate(names) if name == "not_compared"]
    labels = [text(f"figure.shift.{name}", lang).replace(" ", "\n", 1) for name in names]

    def draw(axes: list[Axes]) -> None:
        waterfall(axes[0], labels, amounts, quiet=quiet, lang=lang, currency=currency)

    parts = [
        text("figure.shift.part", lang, name=text(f"figure.shift.{name}.long", lang),
             amount=signed_money(amount, lang, currency))
        for name, amount in zip(names[1:-1], amounts[1:-1], strict=True)
    ]  # fmt: skip
    largest = str(effects[["growth", "mix", "competitive"]].astype("float64").abs().idxmax())
    facts = {
        "effect": text(f"figure.shift.{largest}.long", lang),
        "amount": signed_money(float(effects[largest]), lang, currency),
    }
    title = text("figure.shift.title" if effects[largest] else "figure.shift.title.flat", lang, **facts)
    alt = text(
        "figure.shift.alt", lang, parts=listed(parts, lang), opening=short_money(amounts[0], lang, currency),
        closing=short_money(amounts[-1], lang, currency),
    )  # fmt: skip
    return drawn(draw, name="shift-share", title=title, alt=alt, height=350)


def segment_mix_figure(mix: pd.DataFrame | Unknown, *, lang: str, currency: str) -> Figure | Notice:
    """Draw the weight of each segment in N-1 and in N (1.10).

    Parameters
    ----------
    mix
        Indexed by segment (missing for the blank line): ``share_n1``, ``share``, ``share_change``. Beyond the largest,
        segments are drawn together.
    """
    missing = unusable(mix)
    if missing is not None or isinstance(mix, Unknown):
        return notice(missing or Unknown("not_applicable"), lang)
    rows = _grouped(mix[["share_n1", "share"]], lang)
    moved = (rows["share"] - rows["share_n1"]).drop(labels=[text("figure.mix.others", lang)], errors="ignore")
    up, down = str(moved.idxmax()), str(moved.idxmin())

    def draw(axes: list[Axes]) -> None:
        ax = axes[0]
        for place, (before, now) in enumerate(rows.itertuples(index=False)):
            colour = PETROL if now >= before else ACCENT
            ax.plot(
                [before, now], [place, place], color=OTHERS, linewidth=4, solid_capstyle="round", zorder=1
            )
            ax.scatter(before, place, s=46, facecolor="white", edgecolor=MUTED, linewidth=1.6, zorder=3)
            ax.scatter(now, place, s=52, color=colour, zorder=2 if before == now else 4)
            words = f"{share(now, lang)}  ({points(now - before, lang)})"
            ax.annotate(words, (max(before, now), place), xytext=(9, 0), textcoords="offset points", va="center",
                        color=colour)  # fmt: skip
        ax.set_yticks(range(len(rows)), [str(name) for name in rows.index])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(min(0.0, float(rows.to_numpy().min())), float(rows.to_numpy().max()) * 1.28 or 1.0)
        ax.tick_params(axis="y", labelcolor=INK)
        ax.spines["left"].set_visible(False)
        share_axis(ax.xaxis, lang)
        ax.legend(
            handles=[
                Line2D([], [], marker="o", linestyle="", markerfacecolor="white", markeredgecolor=MUTED,
                       markeredgewidth=1.6, label=text("figure.mix.before", lang)),
                Line2D([], [], marker="o", linestyle="", color=PETROL, label=text("figure.mix.now", lang)),
            ],
            loc="lower right", frameon=False, fontsize=8.6,
        )  # fmt: skip

    told = [
        text("figure.mix.part", lang, name=str(name), before=share(before, lang), now=share(now, lang))
        for name, (before, now) in zip(rows.index, rows.itertuples(index=False), strict=True)
    ]
    facts = {
        "up": up, "gain": points(float(moved[up]), lang), "down": down, "loss": points(float(moved[down]), lang),
    }  # fmt: skip
    still = max(abs(float(moved[up])), abs(float(moved[down]))) < 0.005
    title = text("figure.mix.title.still" if still else "figure.mix.title", lang, **facts)
    alt = text("figure.mix.alt", lang, parts=listed(told, lang))
    return drawn(draw, name="segment-mix", title=title, alt=alt, height=90 + 34 * len(rows))


def _grouped(mix: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The largest segments by name, the others together, the blank line last."""
    named, blank = mix[mix.index.notna()], mix[mix.index.isna()]
    largest = named.sort_values("share", ascending=False, kind="stable")
    first, rest = largest.iloc[:MOST], largest.iloc[MOST:]
    table = first.set_axis(_told_apart(_said(first.index, lang)), axis=0)
    if len(rest):
        table.loc[text("figure.mix.others", lang)] = rest.sum()
    if len(blank):
        table.loc[text("segment.blank", lang)] = blank.iloc[0]
    return table.astype("float64")


def _told_apart(names: list[str]) -> list[str]:
    """Names cut to the same letters get a number, so that none is lost."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told
