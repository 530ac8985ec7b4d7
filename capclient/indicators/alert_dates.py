"""Alerts that a calendar raises: seasons, tenders and contracts, first orders, people who come and go (8.4, 8.5, 16).

Floor 4.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from capclient.indicators.exact import Limit, cents, compare, number
from capclient.indicators.seasonality import WINDOW
from capclient.periods import Period, clipped, shifted

DATES = ("tender_date", "notice_date", "end")


def in_season(as_of: date, start_month: pd.Series) -> pd.Series:
    """Tell whether D falls in the three months of each client's season; missing months are never in season.

    >>> in_season(date(2025, 1, 15), pd.Series({"C1": 12, "C2": 6})).to_dict()
    {'C1': True, 'C2': False}
    """
    place = (as_of.month - start_month.astype("Int64")) % 12
    return (place < WINDOW).fillna(False).astype(bool)


def next_season(as_of: date, start_month: int) -> date:
    """Return the first day of the next season, D included.

    >>> next_season(date(2025, 11, 2), 12), next_season(date(2025, 12, 1), 12), next_season(date(2025, 12, 2), 12)
    (datetime.date(2025, 12, 1), datetime.date(2025, 12, 1), datetime.date(2026, 12, 1))
    """
    first = date(as_of.year, start_month, 1)
    return first if first >= as_of else date(as_of.year + 1, start_month, 1)


def season_call(start: date, days: int = 45) -> date:
    """Return the day from which a season is announced (8.4).

    >>> season_call(date(2025, 6, 1))
    datetime.date(2025, 4, 17)
    """
    return start - timedelta(days=days)


def season_to_judge(as_of: date, start_month: int, *, grace_days: int = 30) -> tuple[Period, Period] | None:
    """Return the part of the current season up to D and the same days a year before, from mid-season on (8.4).

    The middle of a season is the sixteenth of its second month. A season that is over is judged whole for
    ``grace_days`` more, then it is an affair of the past; before its middle, and out of season, None.

    >>> season_to_judge(date(2025, 7, 15), 6) is None  # the middle is July 16
    True
    >>> now, before = season_to_judge(date(2025, 7, 16), 6)
    >>> now.start, now.end, before.start, before.end
    (datetime.date(2025, 6, 1), datetime.date(2025, 7, 16), datetime.date(2024, 6, 1), datetime.date(2024, 7, 16))
    >>> season_to_judge(date(2025, 9, 20), 6)[0].end, season_to_judge(date(2025, 10, 1), 6)
    (datetime.date(2025, 8, 31), None)
    """
    start = date(as_of.year, start_month, 1)
    if start > as_of:
        start = date(as_of.year - 1, start_month, 1)
    middle = clipped(start, 1).replace(day=16)
    last = clipped(start, WINDOW) - timedelta(days=1)
    if not middle <= as_of <= last + timedelta(days=grace_days):
        return None
    end = min(as_of, last)
    return Period(start, end), Period(clipped(start, -12), shifted(end, -12))


def season_short(now: pd.Series, before: pd.Series, *, limit: Limit = "0.70") -> pd.Series:
    """Tell whose season so far is below a share of the same days of last year (8.4), exactly.

    >>> season_short(pd.Series([69.99, 70.0, 5.0]), pd.Series([100.0, 100.0, 0.0])).tolist()
    [True, False, False]
    """
    base = cents(before)
    return (base > 0) & (compare(cents(now), base, number(limit)) < 0)


def due_deadlines(contracts: pd.DataFrame, *, as_of: date, months: int = 3) -> pd.DataFrame:
    """Return the tenders, notices and ends of contracts to prepare at D, and those whose day passed unanswered (8.5).

    The day of the alert is the deadline less ``months``, clipped to the month. A deadline stays listed until it is
    resolved: the contract has a successor (``renewed_by``), or a later contract of the client began. A tender on or
    before the first day of the contract is the one that won it.

    Parameters
    ----------
    contracts
        ``contract_id customer_id start end notice_date tender_date renewed_by annual_amount``.

    Returns
    -------
    DataFrame
        One row a deadline, the earliest first: ``customer_id contract_id kind deadline since annual_amount``.

    Examples
    --------
    >>> clipped(date(2026, 5, 31), -3), clipped(date(2026, 11, 30), -3)
    (datetime.date(2026, 2, 28), datetime.date(2026, 8, 30))
    >>> one = pd.DataFrame({"contract_id": ["K"], "customer_id": ["C"], "start": [None], "end": [None],
    ...     "notice_date": [None], "tender_date": ["2026-05-31"], "renewed_by": [None], "annual_amount": [1.0]})
    >>> [len(due_deadlines(one, as_of=date(2026, month, day))) for month, day in ((2, 27), (2, 28), (9, 1))]
    [0, 1, 1]
    """
    day = pd.Timestamp(as_of)
    table = contracts.reset_index(drop=True)
    start = pd.to_datetime(table["start"]).astype("datetime64[ns]")
    begun = start.where(start <= day)
    last = begun.groupby(table["customer_id"]).transform("max")
    renewed = table["renewed_by"].notna() | (start < last)
    live = (start.isna() | (start <= day)) & ~renewed
    parts = []
    for kind in DATES:
        dates = pd.to_datetime(table[kind]).astype("datetime64[ns]")
        known = live & dates.notna() & ~((kind == "tender_date") & (dates <= start))
        rows = table.loc[known, ["customer_id", "contract_id", "annual_amount"]]
        since = [clipped(value.date(), -months) for value in dates[known]]
        parts.append(
            rows.assign(
                kind=kind, deadline=dates[known], since=pd.to_datetime(pd.Series(since, index=rows.index))
            )
        )
    found = pd.concat(parts)
    found = found[found["since"] <= day]
    return found.sort_values(["deadline", "contract_id", "kind"], kind="stable", ignore_index=True)


def uncalled(first: pd.Series, contacts: pd.DataFrame, *, as_of: date, days: int = 7) -> pd.Series:
    """Return the day by which each new client should have been called and was not, missing when it was or may still be.

    Parameters
    ----------
    first
        First order of each new client.
    contacts
        ``customer_id`` and ``date`` of calls and visits up to D.

    >>> first = pd.to_datetime(pd.Series({"C1": "2026-03-10", "C2": "2026-03-10", "C3": "2026-03-20"}))
    >>> called = pd.DataFrame({"customer_id": ["C2"], "date": pd.to_datetime(["2026-03-12"])})
    >>> uncalled(first, called, as_of=date(2026, 3, 18), days=7).dropna().astype(str).to_dict()
    {'C1': '2026-03-17'}
    """
    last = contacts.groupby("customer_id")["date"].max().reindex(first.index)
    by = first + pd.Timedelta(days=days)
    waiting = ~(last >= first) & (by < pd.Timestamp(as_of))
    return by.where(waiting)


def contact_risks(contacts: pd.DataFrame, *, as_of: date, months: int = 12) -> pd.DataFrame:
    """Return, for each client whose people are known, how many are there and who left in the last months (B08).

    Parameters
    ----------
    contacts
        ``customer_id person side since until``; ``side`` ``ours`` is left out, a missing side is theirs.

    Returns
    -------
    DataFrame
        Indexed by client: ``people`` (theirs, at D), ``left_on`` (last departure in the months before D, missing
        without), ``single`` and ``changed``.

    Examples
    --------
    >>> known = pd.DataFrame({"customer_id": ["C1", "C2", "C2"], "person": ["Ada", "Bob", "Eve"],
    ...     "side": ["theirs"] * 3, "since": ["2020-01-01", "2019-01-01", "2025-06-01"],
    ...     "until": [None, "2025-05-20", None]})
    >>> contact_risks(known, as_of=date(2025, 12, 31))[["people", "single", "changed"]].reset_index()
      customer_id  people  single  changed
    0          C1       1    True    False
    1          C2       1    True     True
    """
    day, since_day = pd.Timestamp(as_of), pd.Timestamp(shifted(as_of, -months))
    theirs = contacts[~contacts["side"].eq("ours").fillna(False)]
    since = pd.to_datetime(theirs["since"]).astype("datetime64[ns]")
    until = pd.to_datetime(theirs["until"]).astype("datetime64[ns]")
    known = since.isna() | (since <= day)
    theirs, since, until = theirs[known], since[known], until[known]
    who = theirs["customer_id"]
    here = until.isna() | (until > day)
    names = (
        theirs["person"].astype("str").str.casefold().str.split().str.join(" ")
    )  # one name twice is one person
    people = names.where(here & theirs["person"].notna()).groupby(who).nunique()
    left = until.where((until <= day) & (until > since_day)).groupby(who).max()
    table = pd.DataFrame({"people": people, "left_on": left})
    table["single"] = table["people"].eq(1)
    table["changed"] = table["left_on"].notna()
    return table.rename_axis("customer_id").sort_index()
