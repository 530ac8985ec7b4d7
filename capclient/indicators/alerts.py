"""Loss of volume: the last months against the same months a year before, and what became of past alerts (8.3).

Floor 4. The same months are compared, so that a season is no loss; a client too young to have a year before is not
judged.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.indicators.exact import Limit, cents, compare, number
from capclient.indicators.retention import wilson_interval
from capclient.periods import is_month_end
from capclient.vocabulary import Unknown


def volume_losses(
    now: pd.DataFrame,
    before: pd.DataFrame,
    *,
    age_months: pd.Series,
    limit: Limit = "-0.25",
    months_down: int = 2,
    least: Limit = 500,
    min_age: int = 15,
) -> pd.DataFrame:
    """Tell which clients lose volume (8.3).

    Parameters
    ----------
    now, before
        Clients in rows, the months compared in columns, the same in both: euros of the last months and of the same
        months a year before. Volumes at constant prices where quantities are known, else revenue.
    age_months
        Whole months since the first purchase, same index; missing is not judged.
    limit
        Change at or below which there is an alert, if the loss is at least ``least`` euros (500 or 0.1 % of the
        revenue of the company, whichever is more), and ``months_down`` months at least are below the year before.

    Returns
    -------
    DataFrame
        Indexed like ``now``: ``now`` and ``before`` (euros), ``change`` (share, missing without a year before),
        ``drop`` (euros, positive), ``down`` (months below) and ``alert``.

    Examples
    --------
    Exactly a quarter less is an alert; so much in one month only is not:

    >>> before = pd.DataFrame({0: [1000.0] * 3, 1: [1000.0] * 3, 2: [1000.0] * 3}, index=["A", "B", "C"])
    >>> now = pd.DataFrame({0: [750.0, 250.0, 751.0], 1: [750.0, 1000.0, 750.0], 2: [750.0, 1000.0, 750.0]},
    ...                    index=before.index)
    >>> volume_losses(now, before, age_months=pd.Series(40, index=before.index))[["change", "drop", "down", "alert"]]
        change   drop  down  alert
    A -0.25000  750.0     3   True
    B -0.25000  750.0     1  False
    C -0.24967  749.0     3  False
    """
    late = pd.DataFrame({month: cents(now[month]) for month in now}, index=now.index)
    past = pd.DataFrame({month: cents(before[month]) for month in now}, index=now.index)
    total, base = late.sum(axis=1).astype("int64"), past.sum(axis=1).astype("int64")
    floor = number(limit)
    # -25 % or less: now / before <= 1 + limit, compared exactly where there is a base
    fallen = compare(total, base, 1 + floor) <= 0
    down = (late < past).sum(axis=1)
    drop = base - total
    enough = compare(drop, pd.Series(1, index=drop.index), number(least) * 100) >= 0
    old = age_months.reindex(now.index).ge(min_age).fillna(False).astype(bool)
    return pd.DataFrame(
        {
            "now": total / 100,
            "before": base / 100,
            "change": (total / base - 1).where(base > 0).round(5),
            "drop": drop / 100,
            "down": down.astype("int64"),
            "alert": (base > 0) & fallen & enough & (down >= months_down) & old,
        },
        index=now.index,
    )


def whole_months(first: pd.Series, as_of: date) -> pd.Series:
    """Return the whole months from each day to D.

    >>> whole_months(pd.to_datetime(pd.Series(["2024-09-30", "2024-10-01"])), date(2025, 12, 31)).tolist()
    [15, 14]
    """
    months = as_of.year * 12 + as_of.month - first.dt.year * 12 - first.dt.month
    unfinished = (first.dt.day > as_of.day) & (not is_month_end(as_of))
    return (months - unfinished).astype("Int64")


def risen(alerts: pd.DataFrame) -> pd.DataFrame:
    """Tell when alerts rose: they stand, and did not the month before (clients in rows, months in columns).

    An alert that stands for three months is one alert; the first column has nothing before it and tells nothing.

    >>> risen(pd.DataFrame([[False, True, True, False, True]])).to_numpy().tolist()
    [[False, True, False, False, True]]
    """
    before = alerts.shift(axis=1, fill_value=False).astype(bool)
    told = alerts & ~before
    if len(told.columns):
        told[told.columns[0]] = False
    return told


def recovered(now: pd.DataFrame, before: pd.DataFrame, *, within: int = 6, span: int = 3) -> pd.DataFrame:
    """Tell which clients came back, within some months, to at least their level of a year before.

    A column holds the ``span`` months that end with a month, in ``now``, and the same months a year before it, in
    ``before``. A return counts once the months that raised the alert are over: windows that end ``span`` to ``within``
    months later. The last ``within`` columns know no outcome and are missing.

    >>> now, before = pd.DataFrame([[50.0, 60, 70, 110, 80, 90]]), pd.DataFrame([[100.0] * 6])
    >>> recovered(now, before, within=4, span=3).to_numpy().tolist()
    [[True, False, nan, nan, nan, nan]]
    """
    back = (now >= before) & (before > 0)
    told = pd.DataFrame(float("nan"), index=now.index, columns=now.columns, dtype="object")
    for place in range(len(now.columns) - within):
        window = back.iloc[:, place + span : place + within + 1]
        told.isetitem(place, window.any(axis=1).astype("object").array)
    return told


def false_alarms(rose: pd.Series, false: pd.Series, months: int) -> dict[str, object]:
    """Return what past alerts were worth: ``alerts``, ``false``, ``share`` and ``interval``, ``per_100`` client-months.

    >>> told = false_alarms(pd.Series([True, True, False]), pd.Series([True, False, False]), 200)
    >>> told["alerts"], told["false"], told["share"], told["per_100"]
    (2, 1, 0.5, 0.5)
    """
    raised, wrong = int(rose.sum()), int((rose & false).sum())
    return {
        "alerts": raised,
        "false": wrong,
        "months": months,
        "share": wrong / raised if raised else Unknown("denominator_zero"),
        "interval": wilson_interval(wrong, raised) if raised else None,
        "per_100": 100 * wrong / months if months else Unknown("denominator_zero"),
    }
