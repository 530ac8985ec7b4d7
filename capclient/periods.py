"""Dates of an analysis: the date D, the windows before it, and whether the data cover them.

Floor 1. Source: section 0.2 of the indicator dictionary. Nothing here reads a clock: the analysis date
is an argument everywhere, and its default comes from the data.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from ``start`` to ``end``, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    def contains(self, day: date) -> bool:
        """Tell whether a day falls inside."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days that the data really cover, and the tolerance at each end, in days."""

    first: date
    last: date
    tolerance_days: int

    def is_complete(self, period: Period) -> bool:
        """Tell whether the data cover a period (0.2): an incomplete year is never compared with a full one."""
        tolerance = timedelta(days=self.tolerance_days)
        return self.first - tolerance <= period.start and period.end <= self.last + tolerance


def is_month_end(day: date) -> bool:
    """Tell whether a day is the last of its month."""
    return day.day == monthrange(day.year, day.month)[1]


def shifted(day: date, months: int) -> date:
    """Return the day ``months`` away; a month end stays a month end (0.2).

    >>> shifted(date(2025, 2, 28), -12)
    datetime.date(2024, 2, 29)
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, last if is_month_end(day) else min(day.day, last))


def clipped(day: date, months: int) -> date:
    """Return the deadline ``months`` away, clipped to the month and not sticky (8.5).

    >>> clipped(date(2026, 11, 30), -3)
    datetime.date(2026, 8, 30)
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def rolling(as_of: date, *, months: int = 12, back: int = 0) -> Period:
    """Return the window of ``months`` that ends ``back`` months before D: (D - months, D].

    >>> rolling(date(2025, 2, 28)).start
    datetime.date(2024, 3, 1)
    """
    end = shifted(as_of, -back)
    return Period(shifted(as_of, -back - months) + timedelta(days=1), end)


def fiscal_year(as_of: date, year_end: tuple[int, int], *, back: int = 0) -> Period:
    """Return the last fiscal year that ended on or before D, or one ``back`` years earlier."""
    end = _year_end(as_of.year, year_end)
    if end > as_of:
        end = _year_end(as_of.year - 1, year_end)
    end = _year_end(end.year - back, year_end)
    return Period(_year_end(end.year - 1, year_end) + timedelta(days=1), end)


def _year_end(year: int, month_day: tuple[int, int]) -> date:
    month, day = month_day
    last = monthrange(year, month)[1]
    # accounts that close at the end of February close on the 29th when there is one
    return date(year, month, last if month == 2 and day >= 28 else min(day, last))


@dataclass(frozen=True, slots=True)
class Windows:
    """The three years of an analysis: N, N-1 and N-2, and the two half-years that ``h`` compares (7)."""

    as_of: date
    n: Period
    n1: Period
    n2: Period
    half: Period
    half_before: Period


def windows(as_of: date, *, basis: str = "rolling", year_end: tuple[int, int] = (12, 31)) -> Windows:
    """Return the windows of an analysis at D, rolling or by fiscal year."""
    if basis == "fiscal":
        years = [fiscal_year(as_of, year_end, back=back) for back in range(3)]
    else:
        years = [rolling(as_of, back=12 * back) for back in range(3)]
    n, n1, n2 = years
    return Windows(as_of, n, n1, n2, rolling(as_of, months=6), rolling(as_of, months=6, back=12))


def last_complete_month(last_day: date, tolerance_days: int = 0) -> date:
    """Return the end of the last month that data ending on ``last_day`` cover: the default analysis date.

    >>> last_complete_month(date(2011, 12, 9))
    datetime.date(2011, 11, 30)
    """
    end = last_day.replace(day=monthrange(last_day.year, last_day.month)[1])
    if last_day + timedelta(days=tolerance_days) >= end:
        return end
    return last_day.replace(day=1) - timedelta(days=1)


STRAY_GAP = 366  # days of silence that part a stray date from a ledger
STRAY_DAYS = 3  # more days than that are no slip of the keyboard


def principal_days(days: list[date]) -> tuple[date, date, int]:
    """Return the first and last day of a ledger without mistyped dates, and how many days were left aside.

    A block of days that stands more than a year before or after all the others is taken for a slip: one invoice dated
    2052 must not make every client lost. All blocks left aside hold three days at most, and less than a tenth of the
    days; the latest go first.

    Parameters
    ----------
    days
        Distinct invoice days, ascending, at least one.

    >>> principal_days([date(2015, 3, 3), *(date(2025, 1, day) for day in range(1, 31))])[0]
    datetime.date(2025, 1, 1)
    """
    kept = list(days)
    for _ in range(2):  # from the end, then from the beginning
        kept = _without_last_block(kept, len(days))
        kept = [date.fromordinal(-day.toordinal() + _MIRROR) for day in reversed(kept)]
    return kept[0], kept[-1], len(days) - len(kept)


_MIRROR = date.max.toordinal() + 1  # days counted from the other end of the calendar


def _without_last_block(days: list[date], total: int) -> list[date]:
    for place in range(len(days) - 1, 0, -1):
        aside = total - place  # with what was left aside before
        if aside > STRAY_DAYS or aside * 10 >= total:
            break
        if (days[place] - days[place - 1]).days > STRAY_GAP:
            return _without_last_block(days[:place], total)
    return days
