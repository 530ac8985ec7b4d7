"""The company against its markets: relative growth, shift-share, market share, markets that decline (3.15, 10).

Floor 4. Value is compared with value: revenue is in current euros, so is the growth that a market table must give.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, cents, number
from capclient.vocabulary import Unknown

# What sheets write of a market that goes down, without accents.
DECLINE = frozenset({
    "declin", "decline", "declining", "baisse", "recul", "recession", "contraction", "crise", "echec", "failure",
    "negatif", "negative", "regression", "down", "shrinking", "falling",
})  # fmt: skip


def relative_growth(now: float, before: float, market: Limit) -> float | Unknown:
    """Return growth relative to the market: (1 + g) / (1 + g of the market) - 1 (10.1).

    Amounts are euros. R6 grows by 11.11 % in a market that grows by 15 %: it grows and loses share.

    >>> round(relative_growth(1000.0, 900.0, "0.15"), 4)
    -0.0338
    """
    base, factor = round(before * 100), 1 + number(market)
    if base <= 0 or factor <= 0:
        return Unknown("denominator_zero")
    return float(Fraction(round(now * 100), base) / factor - 1)


def growth_points(now: float, before: float, market: Limit) -> float | Unknown:
    """Return growth minus the growth of the market, 0.01 being one point (10.1).

    >>> round(growth_points(1000.0, 900.0, "0.15"), 4)
    -0.0389
    """
    exact = _points(now, before, market)
    return exact if isinstance(exact, Unknown) else float(exact)


def _points(now: float, before: float, market: Limit) -> Fraction | Unknown:
    base = round(before * 100)
    if base <= 0:
        return Unknown("denominator_zero")
    return Fraction(round(now * 100), base) - 1 - number(market)


def indices(revenue: pd.Series, growth: pd.Series) -> pd.DataFrame | Unknown:
    """Return our revenue and our market as indices, 100 in the first year (B06).

    Parameters
    ----------
    revenue
        Euros of years in a row, oldest first.
    growth
        Growth of the market in each of these years; that of the first is not read.

    Returns
    -------
    DataFrame
        ``revenue``, ``index_own`` and ``index_market``; ``Unknown`` when the first revenue is not positive.

    Examples
    --------
    Revenue grows by a tenth and then stands still, its market by a twentieth each year:

    >>> indices(pd.Series([400.0, 440.0, 440.0]), pd.Series([None, "0.05", "0.05"]))
       revenue  index_own  index_market
    0    400.0      100.0        100.00
    1    440.0      110.0        105.00
    2    440.0      110.0        110.25
    """
    whole = cents(revenue)
    if len(whole) == 0 or int(whole.iloc[0]) <= 0:
        return Unknown("denominator_zero")
    market = [Fraction(100)]
    for rate in growth.iloc[1:]:
        market.append(market[-1] * (1 + number(rate)))
    own = [float(Fraction(int(value) * 100, int(whole.iloc[0]))) for value in whole]
    return pd.DataFrame(
        {"revenue": revenue, "index_own": own, "index_market": [float(value) for value in market]}
    )


def position(own: Limit, points: Limit, *, flat: Limit = "0.005") -> str:
    """Say where a growth stands against its market (10.1).

    ``gaining``: grows faster; ``losing``: does not shrink and loses share; ``resisting``: shrinks less than its market;
    ``retreating``: shrinks more; ``level``: less than ``flat`` apart.

    >>> position("0.1111", "-0.0389"), position("0", "-0.15"), position("-0.05", "0.08"), position("0.02", "0.001")
    ('losing', 'losing', 'resisting', 'level')
    """
    gap, grows = number(points), number(own) >= 0
    if abs(gap) < number(flat):
        return "level"
    if gap > 0:
        return "gaining" if grows else "resisting"
    return "losing" if grows else "retreating"


def trend(growth: Limit, *, flat: Limit = "0.01") -> str:
    """Say whether a market is ``growing``, ``flat`` or ``declining`` (A02).

    >>> [trend(growth) for growth in ("0.03", "0.01", "-0.02")]
    ['growing', 'flat', 'declining']
    """
    value, bound = number(growth), number(flat)
    return "growing" if value > bound else "declining" if value < -bound else "flat"


def market_comparison(
    segments: pd.DataFrame, *, flat: Limit = "0.005", still: Limit = "0.01"
) -> pd.DataFrame:
    """Set each segment beside its market (10.1, 3.15).

    Parameters
    ----------
    segments
        ``revenue_n1``, ``revenue_n`` (euros), ``market_growth``, and ``size``, ``size_n1``: the market in euros in
        both years; anything may be missing.
    flat, still
        Gap under which a segment goes with its market; growth under which a market stands still.

    Returns
    -------
    DataFrame
        The columns given, then ``growth``, ``relative_growth``, ``relative_points`` (missing without base),
        ``market_share``, ``market_share_change`` (missing where our revenue exceeds the size: an error),
        ``trend`` and ``position`` (``not_compared`` without market data or base).

    Examples
    --------
    >>> given = pd.DataFrame({"revenue_n1": [900.0], "revenue_n": [1000.0], "market_growth": [0.15],
    ...                       "size": [11500.0], "size_n1": [10000.0]})
    >>> market_comparison(given)[["relative_points", "market_share", "position"]].round(4).values.tolist()
    [[-0.0389, 0.087, 'losing']]
    """
    rows: list[tuple[Fraction | float | str | None, ...]] = []
    for now, before, rate in zip(
        segments["revenue_n"].tolist(),
        segments["revenue_n1"].tolist(),
        segments["market_growth"].tolist(),
        strict=True,
    ):
        base = round(before * 100)
        own = Fraction(round(now * 100), base) - 1 if base > 0 else None
        if own is None or pd.isna(rate):
            rows.append((own, None, None, None if pd.isna(rate) else trend(rate, flat=still), "not_compared"))
            continue
        gap = own - number(rate)
        rows.append(
            (
                own,
                _value(relative_growth(now, before, rate)),
                gap,
                trend(rate, flat=still),
                position(own, gap, flat=flat),
            )
        )
    names = ["growth", "relative_growth", "relative_points", "trend", "position"]
    told = pd.DataFrame(rows, columns=names, index=segments.index)
    numbers = told[names[:3]].astype("float64")
    shares = market_shares(segments)
    return segments.assign(**numbers, **shares, trend=told["trend"], position=told["position"])


def _value(value: float | Unknown) -> float | None:
    return None if isinstance(value, Unknown) else value


def market_shares(segments: pd.DataFrame) -> pd.DataFrame:
    """Return ``market_share`` in N and its change since N-1, missing where a size is missing or impossible (3.15).

    A share above 1 says that the size is wrong (in thousands, or of another market); it is not capped, it is missing.
    """
    shares = []
    for revenue, size in (("revenue_n", "size"), ("revenue_n1", "size_n1")):
        known = segments[size].astype("float64")
        share = segments[revenue].astype("float64") / known.where(known > 0)
        shares.append(share.where((share >= 0) & (share <= 1)))
    return pd.DataFrame({"market_share": shares[0], "market_share_change": shares[0] - shares[1]})


def segment_mix(before: pd.Series, now: pd.Series) -> pd.DataFrame:
    """Return the share of each segment in revenue N-1 and N, and its change (1.10).

    Parameters
    ----------
    before, now
        Euros by segment, same index; the blank line is one of them, so that shares add up to 1.

    Returns
    -------
    DataFrame
        ``revenue_n1``, ``revenue_n``, ``share_n1``, ``share`` and ``share_change``; shares are missing when a total is
        not positive.

    Examples
    --------
    >>> made = segment_mix(pd.Series({"S1": 600.0, "S2": 300.0}), pd.Series({"S1": 660.0, "S2": 340.0}))
    >>> made.round(4).loc["S2"].tolist()
    [300.0, 340.0, 0.3333, 0.34, 0.0067]
    """
    table = pd.DataFrame({"revenue_n1": before, "revenue_n": now})
    for name, share in (("revenue_n1", "share_n1"), ("revenue_n", "share")):
        total = int(cents(table[name]).sum())
        table[share] = cents(table[name]) / (total if total > 0 else np.nan)
    return table.assign(share_change=table["share"] - table["share_n1"])


def is_declining(growth: pd.Series, outlook: pd.Series) -> pd.Series:
    """Say which markets decline: growth below zero, or an outlook that says so (B09).

    Returns
    -------
    Series
        Booleans, missing where neither growth nor a word of decline says anything.

    >>> is_declining(pd.Series([-0.02, 0.01, None, None]), pd.Series([None, "en déclin", "déclin", None])).tolist()
    [True, True, True, <NA>]
    """
    said = pd.Series([_tells_decline(word) for word in outlook], index=growth.index, dtype="bool")
    below = growth.astype("float64") < 0
    return (below | said).astype("boolean").mask(growth.isna() & ~said)


def _tells_decline(words: object) -> bool:
    if not isinstance(words, str):
        return False
    plain = unicodedata.normalize("NFKD", words.casefold())
    letters = "".join(c if c.isalpha() else " " for c in plain if not unicodedata.combining(c))
    return not DECLINE.isdisjoint(_not_denied(letters.split()))


def _not_denied(words: list[str]) -> Iterable[str]:
    """Words that no negation precedes: « pas de baisse » tells no decline."""
    before = ["", "", *words]
    return (
        word
        for place, word in enumerate(words)
        if {"pas", "sans", "no", "not", "aucun", "aucune"}.isdisjoint(before[place : place + 2])
    )
