"""A waterfall: two ends and the signed steps between them, which add up exactly."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from capclient.figures.lettering import money_axis, money_unit, short_money
from capclient.figures.palette import ACCENT, ACCENT_SOFT, FAINT, INK, MUTED, OTHERS, PETROL, PETROL_SOFT
from capclient.wording import text

WIDTH = 0.62


def end_amounts(opening: float, closing: float, lang: str, currency: str) -> tuple[str, str]:
    """Write both ends in one unit, small enough that two amounts that differ read differently."""
    unit = money_unit(max(abs(opening), abs(closing)))
    if unit > 1 and abs(closing - opening) < 0.1 * abs(opening):
        unit /= 1000
    return short_money(opening, lang, currency, unit), short_money(closing, lang, currency, unit)


def signed_money(amount: float, lang: str, currency: str) -> str:
    """``+45,3 k€``: an amount with its sign."""
    return ("+" if amount > 0 else "") + short_money(amount, lang, currency)


def waterfall(
    ax: Axes,
    labels: Sequence[str],
    amounts: Sequence[float],
    *,
    quiet: Sequence[int] = (),
    lang: str,
    currency: str,
) -> None:
    """Draw the way from the first amount to the last, one bar a step.

    Parameters
    ----------
    labels
        Under each bar, on several lines if they hold line breaks.
    amounts
        Euros: opening, signed steps, closing; opening and steps add up to closing.
    quiet
        Places of the steps that explain nothing: grey.
    """  # fmt: skip
    opening, closing, steps = amounts[0], amounts[-1], amounts[1:-1]
    levels = [opening]
    for step in steps:
        levels.append(levels[-1] + step)
    low, high = min(*levels, closing), max(*levels, closing)
    room = (high - low) or abs(high) or 1.0
    floor = min(0.0, low) if low < 3 * room else low - 0.45 * room  # small steps on tall bars: show the steps
    first, last = end_amounts(opening, closing, lang, currency)
    for place, (amount, words) in enumerate(((opening, first), (closing, last))):
        spot = place * (len(amounts) - 1)
        ax.bar(spot, amount - floor, bottom=floor, width=WIDTH, color=OTHERS)
        _above(ax, spot, amount, words, INK)
    for place, step in enumerate(steps, start=1):
        start = levels[place - 1]
        bar, ink = (PETROL_SOFT, PETROL) if step >= 0 else (ACCENT_SOFT, ACCENT)
        if place in quiet:
            bar, ink = FAINT, MUTED
        ax.bar(place, step, bottom=start, width=WIDTH, color=bar)
        _above(ax, place, max(start, start + step), signed_money(step, lang, currency), ink)
    for place, level in enumerate(levels):
        ax.plot([place + WIDTH / 2, place + 1 - WIDTH / 2], [level, level], color=FAINT, linewidth=0.9)
    if low < 0:
        ax.axhline(0, color=FAINT, linewidth=0.9)
    ax.set_ylim(floor - (0.04 * room if low < 0 else 0), high + 0.16 * (high - floor))
    ax.set_xticks(range(len(labels)), list(labels))
    ax.tick_params(axis="x", labelcolor=INK)
    ax.grid(axis="x", visible=False)
    if floor > 0:  # a scale that is cut has no level worth reading: the bars say their amounts
        ax.set_xlabel(text("figure.bridge.cut", lang))
        ax.yaxis.set_visible(False)
        ax.spines["left"].set_visible(False)
    else:
        money_axis(ax.yaxis, max(abs(high), abs(low)), lang, currency)


def _above(ax: Axes, place: int, top: float, words: str, colour: str) -> None:
    ax.annotate(
        words, (place, top), xytext=(0, 4), textcoords="offset points", ha="center", va="bottom", color=colour,
        fontweight="bold",
    )  # fmt: skip
