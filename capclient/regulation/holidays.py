"""Public holidays of France, and the days on which a firm works (Code du travail, L3133-1).

Floor 1. The eleven days of the law, every year alike; those that follow Easter are counted from it. The two more days
of Alsace and Moselle (L3134-13) are not among them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from dateutil.easter import easter

FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
AFTER_EASTER = (1, 39, 50)  # Easter Monday, Ascension, Whit Monday
SATURDAY = 5


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Return the public holidays of a year.

    >>> sorted(public_holidays(2026))[1:5] == [date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14)]
    True
    """
    sunday = easter(year)
    moving = (sunday + timedelta(days=days) for days in AFTER_EASTER)
    return frozenset([*(date(year, month, day) for month, day in FIXED), *moving])


def is_working_day(day: date) -> bool:
    """Tell whether a day is neither of a week end nor a public holiday.

    >>> is_working_day(date(2026, 3, 17)), is_working_day(date(2026, 3, 21)), is_working_day(date(2026, 4, 6))
    (True, False, False)
    """
    return day.weekday() < SATURDAY and day not in public_holidays(day.year)


def next_working_day(day: date) -> date:
    """Return a day, or the first working day after it.

    >>> next_working_day(date(2026, 3, 17)), next_working_day(date(2026, 4, 4)), next_working_day(date(2027, 1, 1))
    (datetime.date(2026, 3, 17), datetime.date(2026, 4, 7), datetime.date(2027, 1, 4))
    """
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
