"""What people wrote in the plan that they sent back: actions chosen, decisions, owners, dates, progress (13, G07).

Floor 5. The latest plan known at D speaks, earlier ones are history. What a report proposed and nobody changed is no
choice of anybody: it binds no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.periods import last_complete_month
from capclient.portfolio import Portfolio
from capclient.regulation.holidays import next_working_day
from capclient.themes.once import once

CLOSED = ("done", "dropped")
AGREED = ("owner", "due", "plan_status", "comment", "done_on")
COLUMNS = ("action", "decision", "planned_on")


@dataclass(frozen=True)
class Decided:
    """``rows``: every row of the plans known at D, in order: ``customer_id``, ``prospect_id``, ``name``, ``action``,
    ``proposed`` (what the rules said), ``action_rank``, ``reasons``, ``stake``, ``decision``, ``planned_on`` and
    :data:`AGREED`; ``plan_status`` is that of D (:func:`progress`).

    ``clients``: by client, of its latest plan: ``action`` that people chose and that is not closed yet, ``decision``;
    missing where nobody said anything. ``agreed``: :data:`AGREED` by identifier and action, of the latest plan, without
    the actions of an earlier day that are done; ``due`` only where somebody changed the date proposed, or began.
    ``dropped``: the actions that people dropped, of the latest plan: ``customer_id action reasons`` (these in words).
    """

    rows: pd.DataFrame
    clients: pd.DataFrame
    agreed: pd.DataFrame
    dropped: pd.DataFrame


@once
def decided(portfolio: Portfolio) -> Decided:
    """Return what people decided, as it was known at D; nothing without the table ``actions``."""
    rows = _known(portfolio)
    latest = latest_plan(rows)
    mine = latest[latest.prospect_id.isna()].dropna(subset="customer_id")  # a quote's row speaks of the quote
    first = mine.sort_values("action_rank", kind="stable").drop_duplicates("customer_id")
    first = first.set_index("customer_id")
    here = first.planned_on == pd.Timestamp(portfolio.as_of)
    standing = here | ~first.plan_status.isin(CLOSED)
    free = _may_be_chosen(first, rows, portfolio)
    chosen = first.action.where(first.action.ne(first.proposed) & standing & free)
    told = mine.dropna(subset="decision").drop_duplicates("customer_id")
    told = told[~_lapsed(told, portfolio)]
    clients = pd.DataFrame({"action": chosen, "planned_on": first.planned_on}, index=first.index)
    clients["decision"] = told.set_index("customer_id").decision.reindex(first.index)
    keyed = latest.assign(id=identifiers(latest)).dropna(subset="action").drop_duplicates(["id", "action"])
    dropped = mine[mine.plan_status.eq("dropped")].dropna(subset="action")
    agreed = _agreed(keyed, portfolio)
    return Decided(
        rows, clients.reindex(columns=list(COLUMNS)), agreed, dropped[["customer_id", "action", "reasons"]]
    )


def _may_be_chosen(first: pd.DataFrame, rows: pd.DataFrame, portfolio: Portfolio) -> pd.Series:
    """Tell which actions somebody may have chosen: all of them, unless the column of what was proposed is gone.

    Then nothing tells a choice from what our rules wrote, with its reasons or its stake: only the actions count of
    which somebody filled in the row. ``first``: one row a client, of its latest plan, among ``rows``.
    """
    by_plan = rows.assign(ours=rows[["reasons", "stake"]].notna().any(axis=1)).groupby("planned_on")
    is_bare = by_plan.ours.any() & (by_plan.proposed.count() == 0)
    filled = first[["comment", "decision", "done_on"]].notna().any(axis=1)
    sellers = portfolio.customers.get("salesperson", pd.Series(dtype="object"))
    filled |= first.owner.notna() & first.owner.ne(
        sellers.reindex(first.index)
    )  # the plan names the salesperson
    return filled | ~first.planned_on.map(is_bare).astype("bool")


def _lapsed(told: pd.DataFrame, portfolio: Portfolio) -> pd.Series:
    """Tell which decisions to part are over: dropped, or carried out by a client that bought again since."""
    since = told.done_on.where(told.done_on.notna(), told.planned_on)
    last = portfolio.customers.get("last_purchase", pd.Series(dtype="datetime64[ns]"))
    bought = last.reindex(
        told.customer_id.astype("object")
    ).to_numpy()  # of nobody too, when no client has a code
    again = pd.Series(pd.to_datetime(bought), index=told.index) > since
    over = told.plan_status.eq("dropped") | (told.plan_status.eq("done") & again)
    return told.decision.eq("stop") & over


def _agreed(rows: pd.DataFrame, portfolio: Portfolio) -> pd.DataFrame:
    """Return what stands of each action: what is done begins anew in the next plan, not in a copy of the same."""
    here = rows.planned_on == pd.Timestamp(portfolio.as_of)
    # whoever began an action began it for its date, chosen or proposed
    renewed = proposed_dates(rows, portfolio.thresholds.actions.due_days) & rows.status_said.ne("in_progress")
    late = rows.plan_status.eq("late") & rows.status_said.ne("late")
    rows = rows.assign(due=rows.due.mask(renewed), plan_status=rows.plan_status.mask(renewed & late, "open"))
    return rows[here | rows.plan_status.ne("done")].set_index(["id", "action"])[list(AGREED)]


def proposed_dates(rows: pd.DataFrame, days: dict[str, int]) -> pd.Series:
    """Tell whose date is the one that the plan proposed: nobody agreed on it, and the next plan proposes another.

    Parameters
    ----------
    rows
        Of a plan: ``id``, ``action``, ``proposed``, ``action_rank``, ``planned_on``, ``due``.
    days
        Days that the plan leaves, by action. All the rows of a client bear the date of its first action.

    Examples
    --------
    >>> rows = pd.DataFrame({"id": ["a", "a", "b"], "action": ["retain", "develop", "retain"], "action_rank": [1, 2, 1],
    ...     "proposed": ["retain", "develop", "retain"], "planned_on": pd.to_datetime(["2025-06-30"] * 3),
    ...     "due": pd.to_datetime(["2025-07-15", "2025-07-15", "2025-07-20"])})
    >>> proposed_dates(rows, {"retain": 15, "develop": 60}).tolist()
    [True, True, False]
    """
    firsts = rows.sort_values("action_rank", kind="stable").drop_duplicates("id").set_index("id")
    same = pd.Series(False, index=rows.index)
    for action in (
        rows.action,
        rows.proposed,
        rows.id.map(firsts.action),
        rows.id.map(firsts.proposed),
    ):
        left = pd.to_timedelta(action.map(days).astype("float64"), unit="D")
        plain = rows.planned_on + left
        same |= (rows.due == plain) | (rows.due == plain.map(working_day, na_action="ignore"))
    return same


def working_day(day: pd.Timestamp) -> pd.Timestamp:
    """Return a day that a plan proposes, or the next on which somebody works.

    >>> str(working_day(pd.Timestamp("2025-12-25")).date())
    '2025-12-26'
    """
    return pd.Timestamp(next_working_day(day.date()))


def identifiers(rows: pd.DataFrame) -> pd.Series:
    """Return one identifier a row: that of the prospect where it is one, else that of the client."""
    prospects = "prospect " + rows.prospect_id.astype("str")
    return prospects.where(rows.prospect_id.notna(), rows.customer_id)


def latest_plan(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest plan of each client and prospect."""
    last = rows.groupby(identifiers(rows)).planned_on.transform("max")
    return rows[rows.planned_on == last]


def progress(rows: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Return the status of actions on a day: ``done``, ``dropped``, ``late``, ``in_progress`` or ``open``.

    Done: somebody wrote so, or wrote the day on which it was (``done_on``, not after ``day``). Late: neither done nor
    dropped, and the date agreed is past, even where somebody has begun; or somebody wrote that it is late. A mere
    follow-up (``action`` ``maintain``, where that column is) has no date to miss.

    Examples
    --------
    >>> rows = pd.DataFrame({"plan_status": ["open", "open", "done", None, "dropped", "in_progress"],
    ...     "due": pd.to_datetime(["2025-03-01", "2025-05-01", None, None, "2025-01-01", "2025-05-01"]),
    ...     "done_on": pd.to_datetime([None, None, None, "2025-02-01", None, None])})
    >>> progress(rows, pd.Timestamp("2025-03-31")).tolist()
    ['late', 'open', 'done', 'done', 'dropped', 'in_progress']
    """
    said = rows.plan_status.astype("object")
    done = (said.eq("done") & ~(rows.done_on > day)) | (rows.done_on <= day)
    dropped = said.eq("dropped")
    late = said.eq("late") | (rows.due < day)
    if "action" in rows:
        late &= rows.action.ne("maintain")
    status = pd.Series("open", index=rows.index, dtype="object").mask(said.eq("in_progress"), "in_progress")
    return status.mask(late, "late").mask(done, "done").mask(dropped, "dropped")


def _known(portfolio: Portfolio) -> pd.DataFrame:
    """Return the rows known at D, once each; what says no date is of the latest plan.

    On a day of the past, the plan of that very day was not filled in yet.
    """
    rows = portfolio.table("actions").copy()
    for word, code in (
        ("action", "action_code"),
        ("plan_status", "status_code"),
        ("decision", "decision_code"),
    ):
        rows[word] = rows[word].astype("object").where(rows[word].notna(), rows[code]).astype("object")
    # an action taken away or that nobody can read leaves the one proposed, and what is written beside it
    rows["action"] = rows.action.where(rows.action.notna(), rows.proposed.astype("object"))
    for name in ("due", "done_on", "planned_on"):
        rows[name] = pd.to_datetime(rows[name])
    for name in ("action_rank", "stake"):
        rows[name] = rows[name].astype("float64")
    day = pd.Timestamp(portfolio.as_of)
    last = rows.planned_on.max()
    rows["planned_on"] = rows.planned_on.fillna(day if pd.isna(last) else last)
    rows = rows[rows.planned_on < day] if _is_past(portfolio) else rows[rows.planned_on <= day]
    # of two workbooks saved from one plan the later file speaks; its action may have been changed
    place = rows.action_rank.astype("str").where(rows.action_rank.notna(), rows.action.astype("str"))
    kept = ~pd.DataFrame({"id": identifiers(rows), "place": place, "day": rows.planned_on}).duplicated(
        keep="last"
    )
    rows = rows[kept].sort_values("planned_on", kind="stable", ignore_index=True)
    rows["status_said"] = rows.plan_status
    rows["plan_status"] = progress(rows, day)
    return rows


def _is_past(portfolio: Portfolio) -> bool:
    """Tell whether the data hold a whole month after D: it is not the day on which people speak."""
    if not portfolio.has_lines:
        return False
    return portfolio.as_of < last_complete_month(portfolio.extent[1], portfolio.coverage.tolerance_days)
