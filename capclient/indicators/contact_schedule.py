"""From dates wanted to a diary: contacts of a client merged, working days only, no more than each person can do (14).

Floor 4. What does not fit is listed apart with its stake; nothing is dropped in silence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor

import pandas as pd

from capclient.indicators.contacts import KINDS, LEGAL, REASONS
from capclient.regulation.holidays import is_working_day

VISITS, CALLS, LETTERS = "visits", "calls", "letters"
LOADS = {
    "visit": VISITS, "preparation": CALLS, "call": CALLS, "questionnaire": LETTERS, "survey": LETTERS,
    "mailing": LETTERS,
}  # fmt: skip
STRENGTH = {kind: place for place, kind in enumerate(KINDS)}
URGENCY = {reason: place for place, reason in enumerate(REASONS)}
PLANNED = ["customer_id", "kind", "due", "wanted", "owner", "reasons", "stake", "revenue"]


@dataclass(frozen=True)
class Capacity:
    """What one person can do: so many a week; the days share the week."""

    a_week: float

    def of_week(self, week: int) -> int:
        """Return how many fit in a week (0 is the first), so that their sum follows the rate.

        >>> [Capacity(2.5).of_week(week) for week in range(4)]
        [2, 3, 2, 3]
        """
        return floor((week + 1) * self.a_week + 1e-9) - floor(week * self.a_week + 1e-9)

    @property
    def a_day(self) -> int:
        """Return how many fit in one day at most."""
        return max(1, ceil(self.a_week / 5 - 1e-9))


def merged(contacts: pd.DataFrame, *, days: int = 10) -> pd.DataFrame:
    """Make one contact of those of a client within ``days`` days; letters about debts are merged among themselves.

    The most urgent reason gives the date, the strongest kind is kept, and all reasons stay: most urgent first, codes
    separated by blanks. The stake is the largest.

    Parameters
    ----------
    contacts
        ``customer_id kind reason wanted stake`` and ``due``, the day it would take place.

    Returns
    -------
    DataFrame
        ``customer_id kind reasons wanted due stake`` and ``merged``: the contacts spared.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["C1"] * 3, "kind": ["mailing", "call", "call"], "stake": [None, 5.0, 9.0],
    ...     "reason": ["mailing", "first_order", "young"],
    ...     "wanted": pd.to_datetime(["2026-03-12", "2026-03-17", "2026-04-10"])})
    >>> merged(rows.assign(due=rows.wanted))[["due", "kind", "reasons", "merged"]]
             due  kind              reasons  merged
    0 2026-03-17  call  first_order mailing       1
    1 2026-04-10  call                young       0
    """
    names = ["customer_id", "kind", "reasons", "wanted", "due", "stake", "merged"]
    if contacts.empty:
        return pd.DataFrame(columns=names)
    apart = timedelta(days=days)
    rows = contacts.assign(
        legal=contacts["kind"].isin(LEGAL), urgency=contacts["reason"].map(URGENCY),
        strength=contacts["kind"].map(STRENGTH),
    )  # fmt: skip
    # of debts the strongest letter comes first: it claims what the weaker one would
    rows["urgency"] = rows["urgency"].where(~rows["legal"], rows["strength"] - len(STRENGTH))
    rows = rows.sort_values(["customer_id", "urgency", "due", "kind"], kind="stable")
    kept: list[dict[str, object]] = []
    mine: dict[tuple[object, bool], list[dict[str, object]]] = defaultdict(list)
    for row in rows.to_dict("records"):
        group = mine[row["customer_id"], row["legal"]]
        near = next((one for one in group if abs(one["due"] - row["due"]) <= apart), None)
        if near is None:
            one = {name: row[name] for name in ("customer_id", "kind", "wanted", "due", "stake")}
            one |= {"reasons": row["reason"], "merged": 0}
            group.append(one)
            kept.append(one)
        else:
            absorb(near, row["kind"], str(row["reason"]), row["stake"])
    found = pd.DataFrame(kept, columns=names)
    found["stake"] = found["stake"].astype("float64")
    return found.sort_values(["customer_id", "due"], kind="stable", ignore_index=True)


def absorb(contact: dict[str, object], kind: object, reasons: str, stake: object) -> None:
    """Add to a contact the reasons of another one that it stands for; a letter claims its own debts."""
    contact["kind"] = min(str(contact["kind"]), str(kind), key=STRENGTH.__getitem__)
    told = {*str(contact["reasons"]).split(), *reasons.split()}
    contact["reasons"] = " ".join(sorted(told, key=URGENCY.__getitem__))
    if contact["kind"] not in LEGAL:
        known = [
            float(str(value)) for value in (contact["stake"], stake) if value == value and value is not None
        ]
        contact["stake"] = max(known, default=float("nan"))
    contact["merged"] = int(str(contact.get("merged", 0))) + 1


def working_days(as_of: date, end: date) -> list[date]:
    """Return the working days after D, up to ``end``.

    >>> [str(day) for day in working_days(date(2026, 4, 30), date(2026, 5, 5))]
    ['2026-05-04', '2026-05-05']
    """
    days = (as_of + timedelta(days=place) for place in range(1, (end - as_of).days + 1))
    return [day for day in days if is_working_day(day)]


def scheduled(
    contacts: pd.DataFrame,
    *,
    as_of: date,
    end: date,
    capacities: Mapping[tuple[str, str], Capacity],
    days: int = 10,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Place contacts in the diary of who makes them, the most urgent and the dearest first.

    Each takes the first working day from its date on that its owner has left; a day too near of another contact of the
    client makes one of them. A visit promised by the plan becomes a call where none is left by the day agreed.
    Letters about debts and answers to claims wait for nobody.

    Parameters
    ----------
    contacts
        ``customer_id kind reasons wanted due stake merged owner`` (a name or a role), of :func:`merged`; ``early`` when
        given: the first day that leaves the client in peace after what it has just had; ``revenue`` (euros of the year)
        when given: it ranks those without a stake.
    capacities
        By owner and load (``visits``, ``calls``, ``letters``); the owner ``""`` stands for any other.

    Returns
    -------
    tuple of DataFrame
        Planned contacts in order of days, and those that found no day, the dearest first: ``due`` is missing there.
    """
    open_days = working_days(as_of, end)
    monday = as_of - timedelta(days=as_of.weekday())
    weeks = [(day - monday).days // 7 for day in open_days]
    days_used: dict[tuple[str, str, int], int] = defaultdict(int)
    weeks_used: dict[tuple[str, str, int], int] = defaultdict(int)
    placed: dict[str, list[dict[str, object]]] = defaultdict(list)
    kept: list[dict[str, object]] = []
    left: list[dict[str, object]] = []
    first_open: dict[tuple[str, str], int] = defaultdict(int)  # before it, every day is full
    queue = deque(_in_order(contacts))
    while queue:
        row = queue.popleft()
        load, client, owner = LOADS.get(str(row["kind"]), ""), str(row["customer_id"]), str(row["owner"])
        start = bisect_left(open_days, row["due"].date())  # type: ignore[attr-defined]
        is_legal = row["kind"] in LEGAL
        room = capacities.get((owner, load), capacities.get(("", load))) if load else None
        places: Sequence[int] = range(start, len(open_days))
        if start == len(open_days) and open_days and row["due"].date() <= end:  # type: ignore[attr-defined]
            # the plan ends on days off: the last working days before them, not a lack of time
            places = range(start - 1, max(start - 6, -1), -1)
        elif (
            room is not None
        ):  # the day wanted, where another contact may stand for it, then those that have room
            places = [*places[:1], *range(max(start + 1, first_open[owner, load]), len(open_days))]
        last_day = row["wanted"].date() if load == VISITS and str(row["reasons"]).startswith("plan") else None  # type: ignore[attr-defined]
        for place in places:
            if last_day is not None and place > start and open_days[place] > last_day:
                queue.appendleft(row | {"kind": "call"})
                break
            near = None if is_legal else _near(placed[client], open_days[place], days)
            if near is not None:
                _stand_for(near, row)
                break
            week, day = (owner, load, weeks[place]), (owner, load, place)
            if room is not None:
                if weeks_used[week] >= room.of_week(weeks[place]) or days_used[day] >= room.a_day:
                    if place == first_open[owner, load]:
                        first_open[owner, load] += 1
                    continue
                weeks_used[week] += 1
                days_used[day] += 1
            row["due"] = pd.Timestamp(open_days[place])
            kept.append(row)
            if not is_legal:
                placed[client].append(row)
            break
        else:
            later = [one for one in placed[client] if not is_legal and one["due"] >= row["due"]]  # type: ignore[operator]
            if later:  # rather than none at all
                _stand_for(later[0], row)
            else:
                row["due"] = pd.NaT
                left.append(row)
    names = [*PLANNED, "merged"]
    plan, over = (pd.DataFrame(rows, columns=names) for rows in (kept, left))
    for frame in (plan, over):
        frame["due"] = pd.to_datetime(frame["due"])
        frame[["stake", "revenue"]] = frame[["stake", "revenue"]].astype("float64")
    plan["place"] = plan["reasons"].map(_urgency)
    plan = plan.sort_values(["due", "place", "stake", "customer_id"], ascending=[True, True, False, True],
                            kind="stable", na_position="last", ignore_index=True)  # fmt: skip
    over = over.sort_values(["stake", "revenue", "customer_id"], ascending=[False, False, True], kind="stable",
                            na_position="last", ignore_index=True)  # fmt: skip
    return plan.drop(columns="place"), over


def _urgency(reasons: object) -> int:
    return min(URGENCY[reason] for reason in str(reasons).split())


def _in_order(contacts: pd.DataFrame) -> list[dict[str, object]]:
    if contacts.empty:
        return []
    rows = contacts.assign(place=contacts["reasons"].map(_urgency))
    if "early" in rows:
        rows["due"] = rows[["due", "early"]].max(axis=1)
    if "revenue" not in rows:
        rows["revenue"] = float("nan")
    rows = rows.sort_values(
        ["place", "stake", "revenue", "due", "customer_id"], ascending=[True, False, False, True, True], kind="stable",
        na_position="last",
    )  # fmt: skip
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _stand_for(contact: dict[str, object], row: dict[str, object]) -> None:
    """Let a contact of the diary stand for another one of its client."""
    absorb(contact, contact["kind"], str(row["reasons"]), row["stake"])
    contact["merged"] = int(str(contact["merged"])) + int(str(row["merged"]))


def _near(placed: list[dict[str, object]], day: date, days: int) -> dict[str, object] | None:
    for one in placed:
        if abs((one["due"].date() - day).days) <= days:  # type: ignore[attr-defined]
            return one
    return None
