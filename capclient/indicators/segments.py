"""Recency, frequency, monetary value: scores by rank, and readable segments (9).

Floor 4. In trade between companies many clients share a frequency of one, and cutting such values into
quantiles fails; average ranks never do, and equal clients get equal scores.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from capclient.indicators.breakdown import labelled_table
from capclient.indicators.exact import cents


class Rule(NamedTuple):
    """A segment and the scores it takes, lowest and highest included, on a scale of five."""

    segment: str
    r: tuple[int, int] = (1, 5)
    f: tuple[int, int] = (1, 5)
    m: tuple[int, int] = (1, 5)


# First match wins; every cell of the cube has one (a test walks through all 125, and the 27 of terciles).
RULES = (
    Rule("champions", r=(4, 5), f=(4, 5), m=(4, 5)),
    Rule("loyal", r=(3, 5), f=(4, 5)),
    Rule("promising", r=(4, 5), f=(2, 3)),
    Rule("new", r=(4, 5)),
    Rule("need_attention", r=(3, 3), f=(2, 3), m=(3, 5)),
    Rule("about_to_sleep", r=(3, 3)),
    Rule("cannot_lose", f=(4, 5), m=(4, 5)),
    Rule("at_risk", f=(3, 5)),
    Rule("at_risk", m=(4, 5)),
    Rule("hibernating", r=(2, 2)),
    Rule("lost"),
)
SEGMENTS = tuple(dict.fromkeys(rule.segment for rule in RULES))


def rfm_levels(customers: int, *, terciles_below: int = 25) -> int:
    """Return 3 levels for a small portfolio, 5 otherwise (9)."""
    return 3 if customers < terciles_below else 5


def rfm_scores(
    recency_days: pd.Series,
    frequency: pd.Series,
    monetary: pd.Series,
    *,
    terciles_below: int = 25,
    levels: int | None = None,
) -> pd.DataFrame:
    """Return the R, F and M scores of each client, 1 to 3 or 1 to 5, high is good (9).

    A score is ceil(levels x average rank / n), in whole numbers; recency is ranked in reverse.

    Parameters
    ----------
    recency_days, frequency, monetary
        Days since the last purchase, purchase days, and euros, with the same index.
    terciles_below
        Number of clients under which there are three levels; ``levels`` forces a number.

    Returns
    -------
    DataFrame
        Indexed like ``recency_days``: ``r``, ``f``, ``m`` (Int64). A client that lacks one of the three
        (it never bought) has no score and counts in no rank.

    Examples
    --------
    Clients two and three spend the same, and share a score:

    >>> scores = rfm_scores(
    ...     pd.Series([5, 10, 20, 40, 80]),
    ...     pd.Series([9, 4, 4, 2, 1]),
    ...     pd.Series([500.0, 150.0, 150.0, 120.0, 80.0]),
    ...     levels=5,
    ... )
    >>> scores["m"].tolist()
    [5, 4, 4, 2, 1]
    """
    values = pd.DataFrame({"r": -recency_days.astype("float64"), "f": frequency, "m": monetary})
    known = values.astype("float64").dropna()
    known = known.assign(m=cents(known["m"]))
    n = len(known)
    steps = levels or rfm_levels(n, terciles_below=terciles_below)
    doubled = (known.rank(method="average") * 2).astype("int64")  # half ranks become whole
    return level_of(doubled, n, steps).astype("Int64").reindex(recency_days.index)


def level_of(doubled: Any, customers: int, levels: int) -> Any:
    """Return the score of twice an average rank among ``customers``: ceil(levels x rank / n), in whole numbers (9).

    >>> [int(level_of(2 * rank, 10, 5)) for rank in (1, 2, 3, 10)]
    [1, 1, 2, 5]
    """
    return -(-levels * doubled // (2 * max(customers, 1)))


def rfm_segments(scores: pd.DataFrame, *, levels: int) -> pd.Series:
    """Name the segment of each client, one of :data:`SEGMENTS` (9).

    Three levels are read on the scale of five as 1, 3 and 5.

    >>> rfm_segments(pd.DataFrame({"r": [5, 1], "f": [4, 5], "m": [4, 5]}), levels=5).tolist()
    ['champions', 'cannot_lose']
    """
    known = scores.dropna().astype("int64")
    fives = known if levels == 5 else 2 * known - 1
    matches = [
        fives["r"].between(*rule.r) & fives["f"].between(*rule.f) & fives["m"].between(*rule.m)
        for rule in RULES
    ]
    names = np.select(matches, [rule.segment for rule in RULES], "")
    return pd.Series(names, index=known.index, dtype="str", name="segment").reindex(scores.index)


def rfm_grid(scores: pd.DataFrame, *, levels: int) -> pd.DataFrame:
    """Count clients by recency (rows, best first) and frequency (columns), empty cells included (9)."""
    scale = list(range(1, levels + 1))
    known = scores.dropna().astype("int64")
    grid = pd.crosstab(known["r"], known["f"])
    return grid.reindex(index=scale[::-1], columns=scale, fill_value=0).rename_axis(index="r", columns="f")


def segment_table(segments: pd.Series, revenue: pd.Series) -> pd.DataFrame:
    """Return ``segment``, ``customers``, ``revenue`` and ``revenue_share``, one row per segment (9).

    The share is that of the revenue of clients with a segment, missing when it is not positive.
    """
    measures = pd.DataFrame({"revenue": revenue})
    table = labelled_table(segments, SEGMENTS, measures).reset_index(names="segment")
    total = table["revenue"].sum()
    return table.assign(revenue_share=table["revenue"] / (total if total > 0 else np.nan))
