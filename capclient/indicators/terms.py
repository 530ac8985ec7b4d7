"""Whether an agreed payment term stays under the ceiling of the law (5.10).

Floor 4. A ceiling is the latest due date an invoice may bear. Deadlines are counted in days after the invoice; « 45
days end of month » admits two computations, and both are accepted unless the parameters choose one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from capclient.regulation import Ceiling

READINGS = ("both", "fdm_then_45", "45_then_fdm", "none")


def month_end(days: pd.Series) -> pd.Series:
    """Return the last day of the month of each date."""
    return days + pd.offsets.MonthEnd(0)


def latest_due(dates: pd.Series, ceiling: Ceiling, *, reading: str = "both") -> pd.Series:
    """Return the latest due date the law allows to invoices of these dates.

    Parameters
    ----------
    dates
        Dates of the invoices (datetime64).
    ceiling
        A row of the regulation.
    reading
        How « days end of month » counts: ``fdm_then_45``, ``45_then_fdm``, ``both`` (the later of the two), or
        ``none`` when no contract says end of month.

    Examples
    --------
    >>> from datetime import date
    >>> day = pd.Series(pd.to_datetime(["2025-01-15", "2025-02-10", "2024-12-31"]))
    >>> law = Ceiling(date(2009, 1, 1), days=60, month_end=45)
    >>> latest_due(day, law, reading="none").dt.strftime("%Y-%m-%d").tolist()
    ['2025-03-16', '2025-04-11', '2025-03-01']
    >>> for reading in ("fdm_then_45", "45_then_fdm"):
    ...     end_of_month(day, 45, reading).dt.strftime("%Y-%m-%d").tolist()[:2]
    ['2025-03-17', '2025-04-14']
    ['2025-03-31', '2025-03-31']
    >>> latest_due(day, Ceiling(date(2014, 3, 19), days=45)).iloc[0].date().isoformat()
    '2025-03-01'
    """
    if ceiling.ten_days_end is not None:
        return _ten_days_end(dates) + timedelta(days=ceiling.ten_days_end)
    if ceiling.after_month_end is not None:
        return month_end(dates) + timedelta(days=ceiling.after_month_end)
    latest = dates + timedelta(days=ceiling.days or 0)
    if ceiling.month_end is None or reading == "none":
        return latest
    readings = READINGS[1:3] if reading == "both" else (reading,)
    for one in readings:
        other = end_of_month(dates, ceiling.month_end, one)
        latest = latest.where(latest >= other, other)
    return latest


def end_of_month(dates: pd.Series, days: int, reading: str) -> pd.Series:
    """Return « ``days`` end of month »: to the end of the month and then the days, or the days first."""
    if reading == "fdm_then_45":
        return month_end(dates) + timedelta(days=days)
    return month_end(dates + timedelta(days=days))


def _is_end_of_month(dates: pd.Series, due: pd.Series, ceiling: Ceiling, reading: str) -> pd.Series:
    """Tell which due dates are exactly « days end of month », by one of the readings that are accepted."""
    found = pd.Series(False, index=dates.index)
    if ceiling.month_end is None or reading == "none":
        return found
    for one in READINGS[1:3] if reading == "both" else (reading,):
        found |= due == end_of_month(dates, ceiling.month_end, one)
    return found


def _ten_days_end(dates: pd.Series) -> pd.Series:
    """Return the end of the ten-day period of each date: the 10th, the 20th or the end of the month."""
    first = dates - pd.to_timedelta(dates.dt.day - 1, unit="D")
    tenth = first + pd.to_timedelta(dates.dt.day.map(lambda day: 9 if day <= 10 else 19), unit="D")
    return tenth.where(dates.dt.day <= 20, month_end(dates))


def judged(invoices: pd.DataFrame, ceilings: Sequence[Ceiling], *, reading: str = "both") -> pd.DataFrame:
    """Compare agreed terms with the law that held on the day of each invoice.

    Parameters
    ----------
    invoices
        ``date`` and ``due_date`` (datetime64), one row an invoice or a group of invoices alike.
    ceilings
        The rows of one rule, any order; an invoice older than all of them is not judged.

    Returns
    -------
    DataFrame
        Indexed like ``invoices``: ``term_days`` (agreed), ``latest`` (latest lawful due date, missing when no law is
        known), ``excess_days`` (days beyond it, 0 when lawful), ``is_breach`` (missing when not judged) and
        ``needs_contract`` (lawful only if the contract says end of month). Between the days of the law and its end of
        month, a due date is lawful only where it is that end of month: a term of 64 days is none.
    """
    dates, due = pd.to_datetime(invoices["date"]), pd.to_datetime(invoices["due_date"])
    latest = pd.Series(pd.NaT, index=invoices.index, dtype="datetime64[ns]")
    plain = latest.copy()
    at_end = pd.Series(False, index=invoices.index)
    for ceiling in sorted(ceilings, key=lambda row: row.since):
        held = dates >= pd.Timestamp(ceiling.since)
        latest = latest.mask(held, latest_due(dates, ceiling, reading=reading).astype("datetime64[ns]"))
        plain = plain.mask(held, latest_due(dates, ceiling, reading="none").astype("datetime64[ns]"))
        at_end = at_end.mask(held, _is_end_of_month(dates, due, ceiling, reading))
    is_known = latest.notna() & due.notna()
    is_beyond = due > plain
    is_breach = (is_beyond & ~at_end).astype("boolean").mask(~is_known)
    excess = (due - latest.where((due > latest) | at_end, plain)).dt.days.clip(lower=0)
    return pd.DataFrame(
        {
            "term_days": (due - dates).dt.days,
            "latest": latest,
            "excess_days": excess,
            "is_breach": is_breach,
            "needs_contract": is_beyond.astype("boolean").mask(~is_known) & ~is_breach,
        },
        index=invoices.index,
    )
