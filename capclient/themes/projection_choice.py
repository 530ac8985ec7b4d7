"""Which way to project deserves to be used, and how good the choice itself is (11.1, D15).

Floor 5.
"""

from __future__ import annotations

import pandas as pd

from capclient.periods import shifted
from capclient.themes.outlook import NAIVE
from capclient.vocabulary import Unknown


def least_wrong(errors: pd.DataFrame) -> str:
    """Return the method that erred least: the naive rule, unless one erred less on the days when both spoke.

    Parameters
    ----------
    errors
        One row a past day, one column a method, missing where it said nothing. Who spoke on more days is heard first;
        who comes after takes its place only by erring less on the same days.

    Examples
    --------
    >>> least_wrong(pd.DataFrame({"naive": [10.0, 8.0, 6.0], "presence": [9.0, 8.0, 6.0], "risk": [None, 5.0, 7.0]}))
    'risk'
    >>> least_wrong(pd.DataFrame({"naive": [10.0, 8.0], "presence": [9.0, 9.0]}))
    'naive'
    """
    best = NAIVE
    for method in errors.notna().sum().sort_values(ascending=False, kind="stable").index:
        both = errors[[best, method]].dropna() if method != best else errors[:0]
        if len(both) and both[method].sum() < both[best].sum():
            best = str(method)
    return best


def rolling(errors: pd.DataFrame) -> float | Unknown:
    """Judge the choice itself: made on each day from the days whose year was over by then, measured on that day.

    Parameters
    ----------
    errors
        As :func:`least_wrong` reads them, indexed by day.

    Examples
    --------
    The method that won in 2021 and 2022 is measured in 2023, where it errs twice as much as the naive rule:

    >>> from datetime import date
    >>> days = [date(2021, 12, 31), date(2022, 12, 31), date(2023, 12, 31)]
    >>> rolling(pd.DataFrame({"naive": [10.0, 10.0, 10.0], "trend": [8.0, 7.0, 20.0]}, index=days))
    1.35
    """
    own = naive = 0.0
    for day in errors.index:
        known = errors[[shifted(past, 12) <= day for past in errors.index]]
        if known.empty:
            continue
        chosen = least_wrong(known)
        spoken = chosen if pd.notna(errors.loc[day, chosen]) else NAIVE
        own += float(errors.loc[day, spoken])
        naive += float(errors.loc[day, NAIVE])
    return own / naive if naive > 0 else Unknown("history_short")
