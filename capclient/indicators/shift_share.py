"""Where a change of revenue comes from: the market, the segments one is in, what one did in them (10.2).

Floor 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from capclient.indicators.exact import Limit, cents, number
from capclient.vocabulary import Unknown

EFFECTS = ("growth", "mix", "competitive", "not_compared")


def weighted_growth(segments: pd.DataFrame) -> Fraction | Unknown:
    """Return the growth of segments taken together, each weighted by our own revenue of N-1 (10.2).

    Parameters
    ----------
    segments
        ``revenue_n1`` in euros and ``market_growth``, missing where unknown: such rows weigh nothing.
    """
    known = segments[_comparable(segments)]
    base = cents(known["revenue_n1"]).tolist()
    if sum(base) <= 0:
        return Unknown("denominator_zero")
    grown = sum(
        weight * number(rate) for weight, rate in zip(base, known["market_growth"].tolist(), strict=True)
    )
    return Fraction(grown) / sum(base)


def _comparable(segments: pd.DataFrame) -> pd.Series:
    """Segments with a market growth, and revenue to compare it with: below zero there is no base."""
    return segments["market_growth"].notna() & (cents(segments["revenue_n1"]) >= 0)


@dataclass(frozen=True)
class ShiftShare:
    """Where the change of revenue comes from, in euros; the four effects add up to it exactly.

    ``growth``: what the whole market would have given. ``mix``: because our segments are not those of the market.
    ``competitive``: done better, or less well, than each market. ``not_compared``: segments without market data.
    ``rows``: the same by segment, indexed like the segments; ``overall`` is the growth taken for the whole market.
    """

    growth: float
    mix: float
    competitive: float
    not_compared: float
    overall: float
    rows: pd.DataFrame


def shift_share(segments: pd.DataFrame, *, overall: Limit | None = None) -> ShiftShare | Unknown:
    """Decompose a change of revenue into the market, the segments one is in, and what one did in them (10.2).

    Parameters
    ----------
    segments
        One row per segment: ``revenue_n1``, ``revenue_n`` (euros) and ``market_growth`` (a share; missing where the
        market is unknown). Such a segment is not compared: its change stands apart, never read as a market at 0 %.
    overall
        Growth of the whole market. Without it, that of the compared segments weighted by our revenue of N-1; the mix
        effect is then nil by construction.

    Returns
    -------
    ShiftShare
        Whole cents are carried from row to row, so that lines and columns both add up to the cent.

    Examples
    --------
    >>> made = shift_share(
    ...     pd.DataFrame(
    ...         {"revenue_n1": [600.0, 300.0], "revenue_n": [660.0, 340.0], "market_growth": [0.15, 0.05]}
    ...     ),
    ...     overall="0.12",
    ... )
    >>> made.growth, made.mix, made.competitive
    (108.0, -3.0, -5.0)
    """
    compared = _comparable(segments)
    whole = weighted_growth(segments) if overall is None else number(overall)
    if isinstance(whole, Unknown):
        return whole
    if not compared.any():
        return Unknown("missing:market_segments")
    before, after = cents(segments["revenue_n1"]).tolist(), cents(segments["revenue_n"]).tolist()
    rows, reached = [], dict.fromkeys(("growth", "competitive"), Fraction(0))
    for base, now, rate, known in zip(
        before, after, segments["market_growth"].tolist(), compared.tolist(), strict=True
    ):
        if not known:
            rows.append((0, 0, 0, now - base))
            continue
        exact = {"growth": base * whole, "competitive": now - base * (1 + number(rate))}
        steps = {}
        for name, value in exact.items():
            steps[name] = _half_up(reached[name] + value) - _half_up(reached[name])
            reached[name] += value
        mix = now - base - steps["growth"] - steps["competitive"]
        rows.append((steps["growth"], mix, steps["competitive"], 0))
    table = pd.DataFrame(rows, columns=list(EFFECTS), index=segments.index)
    sums = {name: int(table[name].sum()) / 100 for name in EFFECTS}
    return ShiftShare(**sums, overall=float(whole), rows=table / 100)


def _half_up(value: Fraction) -> int:
    return int((value + Fraction(1, 2)).__floor__())
