"""When each client is to be contacted, and why: cadences, young clients, surveys, losses, debts (14).

Floor 4. Dates wanted, before anybody's diary is looked at: :mod:`capclient.indicators.contact_schedule` places them.
A date that has passed unanswered stays wanted; a rhythm goes on from it, or from D.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date, timedelta

import pandas as pd

from capclient.periods import clipped
from capclient.regulation.holidays import next_working_day

# Kinds, the strongest first: when two contacts become one, it is the first of them here.
KINDS = (
    "formal_notice", "dunning", "reminder", "call_back", "visit", "preparation", "call", "questionnaire", "survey",
    "mailing",
)  # fmt: skip
LEGAL = KINDS[:3]  # what is due is claimed in its time, whatever else is planned
# Why, the most urgent first: when two contacts become one, the date is that of the first of them here.
REASONS = (
    "overdue", "claim", "first_order", "plan", "deadline", "season", "young", "valuable", "adult", "lost", "small",
    "survey", "mailing",
)  # fmt: skip
YEAR = 365
LEAST_APART = 10  # days between two letters to the same client
WANTED = ["customer_id", "kind", "reason", "wanted", "stake"]


def wanted(
    clients: Collection[str],
    days: Collection[object],
    *,
    kind: str,
    reason: str,
    stake: pd.Series | None = None,
) -> pd.DataFrame:
    """Return one row a contact: ``customer_id kind reason wanted stake`` (euros, missing when nobody knows)."""
    frame = pd.DataFrame(
        {"customer_id": pd.Series(list(clients), dtype="object"), "kind": kind, "reason": reason}
    )
    frame["wanted"] = pd.to_datetime(pd.Series(list(days), dtype="object")).astype("datetime64[ns]")
    told = None if stake is None else stake.reindex(frame["customer_id"]).to_numpy(dtype="float64")
    frame["stake"] = pd.Series(float("nan") if told is None else told, index=frame.index, dtype="float64")
    return frame.dropna(subset="wanted").reset_index(drop=True)


def spread(client: str, days: int) -> int:
    """Return a place from 1 to ``days``, always the same for a client: it spreads those whose last contact is unknown.

    >>> spread("C1", 91) == spread("C1", 91), all(1 <= spread(str(n), 91) <= 91 for n in range(500))
    (True, True)
    """
    return int.from_bytes(hashlib.sha256(client.encode()).digest()[:8], "big") % max(1, days) + 1


def interval(times_a_year: int) -> int | None:
    """Return the whole days between two contacts, None when there is to be none.

    >>> interval(4), interval(3), interval(0)
    (91, 121, None)
    """
    return YEAR // times_a_year if times_a_year else None


def halved(times_a_year: int) -> int:
    """Return half of a number of visits, rounded up: a client that is followed keeps one a year.

    >>> halved(6), halved(3), halved(1), halved(0)
    (3, 2, 1, 0)
    """
    return (times_a_year + 1) // 2


def cadence(
    client: str, last: date | None, *, every: int, as_of: date, end: date, is_recorded: bool
) -> list[date]:
    """Return the dates of a rhythm up to ``end``; the first one may be past.

    Parameters
    ----------
    last
        Last contact, None when there never was one.
    every
        Days between two contacts.
    is_recorded
        Whether such contacts are written down. A client never contacted is then waited for since D; otherwise nobody
        knows, and its first date falls anywhere in the coming interval.

    Examples
    --------
    >>> rhythm = {"every": 91, "as_of": date(2025, 12, 31), "end": date(2026, 3, 31), "is_recorded": True}
    >>> cadence("C1", date(2025, 11, 1), **rhythm), cadence("C1", date(2025, 6, 1), **rhythm)
    ([datetime.date(2026, 1, 31)], [datetime.date(2025, 8, 31)])
    """
    if last is not None:
        first = last + timedelta(days=every)
    else:
        first = as_of if is_recorded else as_of + timedelta(days=spread(client, every))
    found, day = [], first
    while day <= end:
        found.append(day)
        day = max(day, as_of) + timedelta(days=every)
    return found


def young_dates(
    first: date, last: date | None, *, as_of: date, end: date, close_months: int = 3, is_recorded: bool = True
) -> list[date]:
    """Return the dates on which a young client is seen: every month for three months, then every quarter.

    They count from its first order, month by month; those that a later contact has answered are over, and of those
    missed the last one alone is still wanted.

    >>> days = young_dates(date(2025, 11, 30), None, as_of=date(2026, 1, 31), end=date(2026, 5, 31))
    >>> [str(day) for day in days]
    ['2026-01-30', '2026-02-28', '2026-05-30']
    >>> young_dates(date(2025, 11, 30), date(2026, 1, 15), as_of=date(2026, 1, 31), end=date(2026, 3, 31))
    [datetime.date(2026, 1, 30), datetime.date(2026, 2, 28)]
    """
    months, dates = 0, []
    while True:
        months += 1 if months < close_months else 3
        day = clipped(first, months)
        if day > end:
            break
        dates.append(day)
    missed = [day for day in dates if day <= as_of and (last is None or day > last)] if is_recorded else []
    return missed[-1:] + [day for day in dates if day > as_of]


def survey_date(
    client: str,
    last: date | None,
    first: date,
    claim: date | None,
    *,
    as_of: date,
    claim_days: int = 90,
    is_recorded: bool = True,
) -> date:
    """Return when a client is asked if it is satisfied: a year after the last time, else after its first order.

    A claim that is still open puts the question off, to ``claim_days`` after it was opened.

    >>> ask = {"as_of": date(2025, 12, 31)}
    >>> survey_date("C1", date(2025, 2, 28), date(2020, 1, 1), None, **ask)
    datetime.date(2026, 2, 28)
    >>> survey_date("C1", date(2025, 2, 28), date(2020, 1, 1), date(2025, 12, 20), **ask)
    datetime.date(2026, 3, 21)
    >>> survey_date("C1", None, date(2024, 2, 29), None, **ask)
    datetime.date(2025, 2, 28)
    """
    if last is None and not is_recorded:
        due = as_of + timedelta(days=spread(client, YEAR))
    else:
        due = clipped(last or first, 12)
    return due if claim is None else max(due, claim + timedelta(days=claim_days + 1))


def debt_steps(
    due: date,
    *,
    as_of: date,
    end: date,
    days: tuple[int, int, int] = (1, 15, 30),
    last_sent: date | None = None,
) -> list[tuple[str, date]]:
    """Return the letters that an undisputed debt calls for: reminder, dunning, formal notice.

    Of a debt that is late, the step reached at D is wanted unless a letter went out since; of one that is not due yet,
    the first reminder alone, for nothing says that it will not be paid.

    >>> late = debt_steps(date(2025, 12, 10), as_of=date(2025, 12, 31), end=date(2026, 3, 31))
    >>> [(kind, str(day)) for kind, day in late]
    [('dunning', '2025-12-25'), ('formal_notice', '2026-01-09')]
    >>> debt_steps(date(2026, 1, 31), as_of=date(2025, 12, 31), end=date(2026, 3, 31))
    [('reminder', datetime.date(2026, 2, 1))]
    """
    steps = [(kind, due + timedelta(days=late)) for kind, late in zip(LEGAL[::-1], days, strict=True)]
    if due >= as_of:
        return [step for step in steps[:1] if step[1] <= end]
    reached = [step for step in steps if step[1] <= as_of][-1:]
    reached = [step for step in reached if last_sent is None or last_sent < step[1]]
    return [*reached, *(step for step in steps if as_of < step[1] <= end)]


def next_letters(
    kind: str,
    *,
    reached: date,
    as_of: date,
    end: date,
    days: tuple[int, int, int] = (1, 15, 30),
    last_sent: date | None = None,
) -> list[tuple[str, date]]:
    """Return the letters of a case from the one that is due today, each at its distance from the one before.

    Parameters
    ----------
    kind
        Letter that is due, one of :data:`LEGAL`.
    reached
        Day on which it fell due.
    last_sent
        Day of the last reminder known: the letter waits for its distance from it, ten days at least. Nobody is put in
        default sooner than that after the day on which the letter before really leaves.

    >>> told = next_letters("dunning", reached=date(2025, 12, 22), as_of=date(2025, 12, 31), end=date(2026, 3, 31))
    >>> [(kind, str(day)) for kind, day in told]
    [('dunning', '2025-12-22'), ('formal_notice', '2026-01-17')]
    >>> next_letters("formal_notice", reached=date(2025, 12, 2), as_of=date(2025, 12, 31), end=date(2026, 3, 31),
    ...              last_sent=date(2025, 12, 28))
    [('formal_notice', datetime.date(2026, 1, 12))]
    """
    kinds = LEGAL[::-1]
    place = kinds.index(kind)
    apart = [days[0], days[1] - days[0], days[2] - days[1]]
    day = reached
    if last_sent is not None:
        day = max(day, last_sent + timedelta(days=max(LEAST_APART, apart[place])))
    found = [(kind, day)]
    for later in range(place + 1, len(kinds)):
        before = max(day, as_of)
        if kinds[later] == "formal_notice":
            before = next_working_day(max(day, as_of + timedelta(days=1)))
        day = before + timedelta(days=apart[later])
        found.append((kinds[later], day))
    return [step for step in found if step[1] <= end]
