"""What became of clients after an action, beside comparable clients without one; what moved between two dates (G08).

Floor 4. A client that did better after an action may have done so anyway: the difference with clients of the same stage
and class of value over the same months takes away what all of them went through, not what made somebody choose it.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

LEAST_CONTROLS = 5


def month_span(
    done_on: pd.Series, *, first: pd.Timestamp, last: pd.Timestamp, least: int, most: int
) -> pd.DataFrame:
    """Return the months compared for each action: as many before the month in which it was done as after it.

    Parameters
    ----------
    done_on
        Day of each action; missing where nobody wrote it.
    first, last
        First day of the first and of the last whole month that the data cover.
    least, most
        Months on each side: an action with fewer cannot be judged, more are not looked at.

    Returns
    -------
    DataFrame
        ``months`` (Int64, missing where the action cannot be judged) and ``start`` (first day of its month).

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2025-03-12", "2025-11-02", None]))
    >>> month_span(days, first=pd.Timestamp("2024-01-01"), last=pd.Timestamp("2025-12-01"), least=3, most=12).months
    0       9
    1    <NA>
    2    <NA>
    Name: months, dtype: Int64
    """
    start = done_on.dt.to_period("M").dt.to_timestamp()
    number = done_on.dt.year * 12 + done_on.dt.month
    after = last.year * 12 + last.month - number
    before = number - (first.year * 12 + first.month)
    months = pd.concat([after, before], axis=1).min(axis=1).clip(upper=most)
    months = months.where(done_on.notna() & (months >= least)).astype("Int64")
    return pd.DataFrame({"months": months.rename("months"), "start": start})


def compared(
    done: pd.DataFrame, before: pd.Series, after: pd.Series, strata: Sequence[pd.Series], controls: pd.Index
) -> pd.DataFrame:
    """Return what clients earned after an action beside what they would have, had they moved like the others.

    Parameters
    ----------
    done
        Clients with an action, all over the same months: index ``customer_id``.
    before, after
        Amount of the months before and after, by client.
    strata
        Kinds of clients, the narrowest first (stage and class, then class): the first one with at least five clients
        without an action, and an amount before, says how the others moved; all of them together when none has.
    controls
        Clients without an action.

    Returns
    -------
    DataFrame
        Index of ``done``: ``before after expected``, ``middle`` (what it would have earned, had it moved like the one
        in the middle of the others: few large clients do not decide who did better), ``controls`` (how many),
        ``level`` (place of the kind that was used, the number of kinds for all together). ``expected`` and ``middle``
        are missing without an amount before, or without anybody to compare with.

    Examples
    --------
    The others of its kind lose a fifth, the client loses a tenth: a tenth better than expected.

    >>> names = list("abcdefg")
    >>> before = pd.Series(100, index=names); after = pd.Series([90, 80, 80, 80, 80, 80, 200], index=names)
    >>> kind = pd.Series(["x"] * 6 + ["y"], index=names)
    >>> compared(pd.DataFrame(index=["a"]), before, after, [kind], pd.Index(names[1:])).iloc[0].tolist()
    [100.0, 90.0, 80.0, 80.0, 5.0, 0.0]
    """
    known = pd.DataFrame({"before": before, "after": after}).fillna(0)
    others = known.reindex(controls).fillna(0)
    others = others[others.before > 0]
    mine = known.reindex(done.index).fillna(0).astype("float64")
    mine["expected"], mine["middle"], mine["controls"], mine["level"] = (
        float("nan"),
        float("nan"),
        0,
        len(strata),
    )
    everybody = pd.Series("all", index=known.index.union(done.index))
    for level, kind in reversed(list(enumerate([*strata, everybody]))):
        grouped = others.groupby(kind.reindex(others.index))[["before", "after"]].sum()
        middle = (others.after / others.before).groupby(kind.reindex(others.index)).median()
        sizes = kind.reindex(others.index).value_counts()
        enough = sizes.index[sizes >= LEAST_CONTROLS]
        own = kind.reindex(mine.index)
        here = own.isin(enough) & (mine.before > 0)
        moved = (grouped.after / grouped.before).reindex(own[here]).to_numpy()
        mine.loc[here, "expected"] = mine.before[here] * moved
        mine.loc[here, "middle"] = mine.before[here] * middle.reindex(own[here]).to_numpy()
        mine.loc[here, "controls"] = sizes.reindex(own[here]).to_numpy()
        mine.loc[here, "level"] = level
    return mine


def moved(before: pd.Series, after: pd.Series, order: Sequence[str]) -> pd.DataFrame:
    """Return who is not where it was: known on both dates, and not the same.

    Parameters
    ----------
    before, after
        Code of each client on both dates.
    order
        Codes from best to worst; codes that are not in it move neither up nor down.

    Returns
    -------
    DataFrame
        ``before after direction`` (``better``, ``worse``, ``other``), clients that moved only.

    Examples
    --------
    >>> moved(pd.Series({"a": "A", "b": "B", "c": "C"}), pd.Series({"a": "B", "b": "B", "c": "A"}), "ABC").direction
    a     worse
    c    better
    Name: direction, dtype: str
    """
    both = pd.DataFrame({"before": before, "after": after}).dropna().astype("str")
    both = both[both.before != both.after]
    places = {code: place for place, code in enumerate(order)}
    step = both.after.map(places).astype("float64") - both.before.map(places).astype("float64")
    direction = (
        pd.Series("other", index=both.index, dtype="str").mask(step < 0, "better").mask(step > 0, "worse")
    )
    return both.assign(direction=direction)
