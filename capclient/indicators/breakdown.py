"""Revenue by segment, and crossed classifications (1.10, 1.11, 3.10).

Floor 4. The lines of a breakdown add up to the total, because what has no segment is a line too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.dependency import hhi
from capclient.indicators.exact import Limit, cents, number
from capclient.vocabulary import Unknown

XYZ = ("X", "Y", "Z")
HIGH_POTENTIAL = ("high", "élevé", "eleve")
LOW_POTENTIAL = ("low", "none", "faible", "aucun")


def revenue_by(revenue: pd.Series, segment: pd.Series) -> pd.DataFrame:
    """Return customers, revenue and share by segment, with an explicit line for what has none (1.10).

    Parameters
    ----------
    revenue
        Euros, one value per client; all clients, so that the lines add up to the total.
    segment
        Label of each client, same index. Missing and blank labels form one line, last.

    Returns
    -------
    DataFrame
        ``segment`` (missing on the blank line), ``customers``, ``active`` (those with revenue), ``revenue``,
        ``share`` (0 to 1, of the total; missing when the total is not positive) and ``is_blank``, largest first.

    Examples
    --------
    >>> revenue_by(
    ...     pd.Series({"C1": 60.0, "C2": 30.0, "C3": 10.0}),
    ...     pd.Series({"C1": "Retail", "C2": None, "C3": "Retail"}),
    ... )
      segment  customers  active  revenue  share  is_blank
    0  Retail          2       2     70.0    0.7     False
    1     NaN          1       1     30.0    0.3      True
    """
    whole = cents(revenue)
    label = filled(segment.reindex(revenue.index))
    lines = pd.DataFrame({"segment": label, "whole": whole, "is_active": whole > 0})
    table = (
        lines.groupby("segment", dropna=False)
        .agg(customers=("whole", "size"), active=("is_active", "sum"), revenue=("whole", "sum"))
        .reset_index()
    )
    total = int(whole.sum())
    table["share"] = table["revenue"] / (total if total > 0 else np.nan)
    table["is_blank"] = table["segment"].isna()
    table = table.sort_values(["is_blank", "revenue", "segment"], ascending=[True, False, True])
    return table.assign(revenue=table["revenue"] / 100).reset_index(drop=True)


def filled(labels: pd.Series) -> pd.Series:
    """Return labels without outer blanks, missing where nothing is left."""
    text = labels.astype("str").str.strip()
    return text.mask(text.eq(""))


def with_rest(table: pd.DataFrame, rest: Mapping[str, float]) -> pd.DataFrame:
    """Add to a breakdown the revenue of no client that it counts, so that its lines add up to the whole (1.10).

    Parameters
    ----------
    table
        A :func:`revenue_by`.
    rest
        Name of a line (``pooled``, ``unassigned``) to its euros; a line at zero is left out.

    Returns
    -------
    DataFrame
        ``table`` with ``line`` (``segment``, ``blank``, or the name of a rest) and the shares of the whole; the
        lines of the rest have no segment and count no client.

    Examples
    --------
    >>> known = revenue_by(pd.Series({"C1": 60.0}), pd.Series({"C1": "Retail"}))
    >>> with_rest(known, {"pooled": 15.0, "unassigned": 0.0})[["segment", "line", "customers", "share"]]
      segment     line  customers  share
    0  Retail  segment          1    0.8
    1     NaN   pooled          0    0.2
    """
    more = pd.DataFrame(
        [
            {"segment": None, "customers": 0, "active": 0, "revenue": amount, "is_blank": True, "line": line}
            for line, amount in rest.items()
            if round(amount, 2)
        ]
    )
    whole = table.assign(line=np.where(table["is_blank"], "blank", "segment"))
    if len(more):
        whole = pd.concat([whole, more.astype({"segment": "str"})], ignore_index=True)
    amounts = cents(whole["revenue"])
    total = int(amounts.sum())
    whole["share"] = amounts / (total if total > 0 else np.nan)
    return whole


def with_change(now: pd.DataFrame, before: pd.DataFrame | None) -> pd.DataFrame:
    """Put the year before beside a breakdown of :func:`revenue_by` (1.10).

    Parameters
    ----------
    now, before
        Breakdowns of N and N-1 by the same labels; None when N-1 is not covered.

    Returns
    -------
    DataFrame
        ``now`` with ``revenue_n1``, ``growth`` (missing when N-1 is not positive) and ``share_change`` (share of N
        less share of N-1). A segment of N-1 alone keeps its line, at zero.

    Examples
    --------
    >>> by = lambda amounts: revenue_by(pd.Series(amounts), pd.Series({"C1": "Retail", "C2": "Trade"}))
    >>> found = with_change(by({"C1": 60.0, "C2": 40.0}), by({"C1": 40.0, "C2": 40.0}))
    >>> found[["segment", "revenue_n1", "growth", "share_change"]].round(2)
      segment  revenue_n1  growth  share_change
    0  Retail        40.0     0.5           0.1
    1   Trade        40.0     0.0          -0.1
    """
    if before is None:
        return now.assign(revenue_n1=np.nan, growth=np.nan, share_change=np.nan)
    key = [name for name in ("segment", "is_blank", "line") if name in now]
    past = before[[*key, "revenue", "share"]].rename(columns={"revenue": "revenue_n1", "share": "share_n1"})
    both = now.merge(past, on=key, how="outer", sort=False)
    counts = [name for name in ("customers", "active") if name in both]
    both[["revenue", "share", *counts]] = both[["revenue", "share", *counts]].fillna(0.0)
    both[counts] = both[counts].astype("int64")
    both["revenue_n1"] = both["revenue_n1"].fillna(0.0)
    base = both["revenue_n1"].where(both["revenue_n1"] > 0)
    both["growth"] = (both["revenue"] - base) / base
    both["share_change"] = both["share"] - both.pop("share_n1").fillna(0.0)
    order = [name for name in ("is_blank", "line") if name in both]
    return both.sort_values(
        [*order, "revenue", "segment"], ascending=[True] * len(order) + [False, True], ignore_index=True
    )


def mix_change(table: pd.DataFrame) -> float:
    """Return how much of the revenue changed segment since N-1: half the sum of the changes in share (B10).

    0 when every segment keeps its share, 1 when none of the segments is the same.

    >>> mix_change(pd.DataFrame({"share_change": [0.1, -0.04, -0.06]}))
    0.1
    """
    return round(float(table["share_change"].abs().sum()) / 2, 12)


def segments_hhi(breakdown: pd.DataFrame) -> float | Unknown:
    """Return the Herfindahl-Hirschman index of the named segments of :func:`revenue_by`, 0 to 10000 (1.10).

    The blank line is no segment and is left out.
    """
    named = breakdown[~breakdown["is_blank"]]
    return hhi(named.set_index("segment")["revenue"])


def labelled_table(labels: pd.Series, order: Sequence[str], measures: pd.DataFrame) -> pd.DataFrame:
    """Count clients and sum measures by label, one row per label of ``order``, empty ones included.

    Parameters
    ----------
    labels
        Label of each client; clients without label are left out.
    order
        The labels, in the order of the rows.
    measures
        Euros, one column per measure, same index; missing values are skipped, a sum of nothing but missing
        values is missing.

    Returns
    -------
    DataFrame
        Indexed by label: ``customers`` and the measures.
    """
    key = labels.reindex(measures.index)
    sums = measures.groupby(key).sum(min_count=1).reindex(list(order)).round(2)
    counts = key.value_counts().reindex(list(order)).fillna(0).astype("int64")
    empty = counts.eq(0)
    sums = sums.where(~empty, 0.0)
    sums.insert(0, "customers", counts)
    return sums


def abc_potential(abc_class: pd.Series, potential: pd.Series) -> pd.Series:
    """Cross the ABC class with the declared potential (1.11).

    Zone 1 is class A or a high potential; zone 3 is class C with a low, absent or unknown potential; zone 2
    is the rest. A client without class (not active) is in zone 1 when its potential is high,
    in none otherwise.

    >>> abc_potential(
    ...     pd.Series({"C1": "A", "C2": "C", "C3": "C"}), pd.Series({"C1": None, "C2": "élevé", "C3": None})
    ... ).to_dict()
    {'C1': 1, 'C2': 1, 'C3': 3}
    """
    level = potential.reindex(abc_class.index).astype("str").str.strip().str.lower()
    high = level.isin(HIGH_POTENTIAL)
    low = level.isin(LOW_POTENTIAL) | level.isna() | level.eq("")
    zone = pd.Series(2, index=abc_class.index, dtype="Int64", name="zone")
    zone = zone.mask(abc_class.eq("C") & low, 3).mask(abc_class.isna())
    return zone.mask(abc_class.eq("A") | high, 1)


def xyz_classes(
    quarters: pd.DataFrame,
    *,
    limits: Sequence[Limit] = ("0.25", "0.50"),
    seasonal: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the volatility of quarterly revenue and its class (3.10, 1.11).

    Volatility is the sample standard deviation (n - 1) over the mean of the last 8 quarters, of 4 at least.
    For a seasonal client each quarter is first brought back to the client's mean by the index of its place in
    the year, which takes two full years.

    Parameters
    ----------
    quarters
        Euros, one row per client, one column per quarter in order of time; missing before the client existed.
    limits
        Highest volatility of X, then of Y.
    seasonal
        Booleans of :mod:`capclient.indicators.seasonality`, one per client; None treats all alike.

    Returns
    -------
    DataFrame
        Indexed like ``quarters``: ``volatility`` (a ratio) and ``xyz_class``, both missing with too few
        quarters or a mean that is not positive.

    Examples
    --------
    >>> xyz_classes(pd.DataFrame([[10.0, 12.0, 8.0, 10.0]], index=["C1"])).round(4)
        volatility xyz_class
    C1      0.1633         X
    """
    last = quarters.iloc[:, -8:]
    known = last.notna().to_numpy(dtype=bool)  # also of no quarter at all: less than three months of data
    whole = (last.fillna(0.0) * 100).round().astype("int64").to_numpy()
    turning = np.zeros(len(last), dtype=bool)
    if seasonal is not None:
        turning = seasonal.reindex(quarters.index).fillna(False).astype(bool).to_numpy()
    squares = [
        _squared_volatility([int(value) for value in row[mask]], is_seasonal=bool(turns))
        for row, mask, turns in zip(whole, known, turning, strict=True)
    ]
    bounds = [number(limit) ** 2 for limit in limits]  # squares compare exactly, square roots do not
    return pd.DataFrame(
        {
            "volatility": [np.nan if square is None else float(square) ** 0.5 for square in squares],
            "xyz_class": pd.Series(
                [
                    None if square is None else XYZ[sum(square > bound for bound in bounds)]
                    for square in squares
                ],
                index=quarters.index,
                dtype="str",
            ),
        },
        index=quarters.index,
    )


def _squared_volatility(values: Sequence[int], *, is_seasonal: bool) -> Fraction | None:
    n, total = len(values), sum(values)
    if n < (8 if is_seasonal else 4) or total <= 0:
        return None
    if not is_seasonal:
        return Fraction(n * (n * sum(value * value for value in values) - total**2), (n - 1) * total**2)
    place_totals = [sum(values[place::4]) for place in range(4)]
    mean = Fraction(total, n)
    # a place of the year that sells nothing, net, deviates from nothing: it stands at the mean
    flat = [
        value * mean * 2 / place_totals[i % 4] if place_totals[i % 4] > 0 else mean
        for i, value in enumerate(values)
    ]
    return sum(((value - mean) ** 2 for value in flat), Fraction(0)) / (n - 1) / mean**2
