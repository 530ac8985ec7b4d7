"""What people wrote in the plan that they sent back: actions chosen, decisions, owners, dates, progress (13, G07).

Floor 5. The latest plan known at D speaks, earlier ones are history. What a report proposed and nobody changed is no
choice of anybody: it binds no rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.periods import last_complete_month
from capclient.portfolio import Portfolio
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
    the actions of an earlier day that are done.
    """

    rows: pd.DataFrame
    clients: pd.DataFrame
    agreed: pd.DataFrame


@once
def decided(portfolio: Portfolio) -> Decided:
    """Return what people decided, as it was known at D; nothing without the table ``actions``."""
    rows = _known(portfolio)
    latest = latest_plan(rows)
    first = latest.sort_values("action_rank", kind="stable").drop_duplicates("customer_id")
    first = first.dropna(subset="customer_id").set_index("customer_id")
    here = first.planned_on == pd.Timestamp(portfolio.as_of)
    standing = here | ~first.plan_status.isin(CLOSED)
    chosen = first.action.where(first.action.ne(first.proposed) & standing)
    told = latest.dropna(subset=["customer_id", "decision"]).drop_duplicates("customer_id")
    clients = pd.DataFrame({"action": chosen, "planned_on": first.planned_on}, index=first.index)
    clients["decision"] = told.set_index("customer_id").decision.reindex(first.index)
    keyed = latest.assign(id=identifiers(latest)).dropna(subset="action").drop_duplicates(["id", "action"])
    return Decided(rows, clients.reindex(columns=list(COLUMNS)), _agreed(keyed, portfolio))


def _agreed(rows: pd.DataFrame, portfolio: Portfolio) -> pd.DataFrame:
    """Return what stands of each action: what is done begins anew in the next plan, not in a copy of the same."""
    here = rows.planned_on == pd.Timestamp(portfolio.as_of)
    return rows[here | rows.plan_status.ne("done")].set_index(["id", "action"])[list(AGREED)]


def identifiers(rows: pd.DataFrame) -> pd.Series:
    """Return one identifier a row: that of the prospect where it is one, else that of the client."""
    prospects = "prospect " + rows.prospect_id.astype("str")
    return prospects.where(rows.prospect_id.notna(), rows.customer_id)


def latest_plan(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest plan of each client and prospect."""
    last = rows.groupby(identifiers(rows)).planned_on.transform("max")
    return rows[rows.planned_on == last]


def progress(rows: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Return the status of actions on a day: ``done``, ``dropped``, ``late`` or ``open``.

    Done: somebody wrote so, or wrote the day on which it was (``done_on``, not after ``day``). Late: neither done nor
    dropped, and the date agreed is past; or somebody wrote that it is late.

    Examples
    --------
    >>> rows = pd.DataFrame({"plan_status": ["open", "open", "done", None, "dropped"],
    ...     "due": pd.to_datetime(["2025-03-01", "2025-05-01", None, None, "2025-01-01"]),
    ...     "done_on": pd.to_datetime([None, None, None, "2025-02-01", None])})
    >>> progress(rows, pd.Timestamp("2025-03-31")).tolist()
    ['late', 'open', 'done', 'done', 'dropped']
    """
    said = rows.plan_status.astype("object")
    done = (said.eq("done") & ~(rows.done_on > day)) | (rows.done_on <= day)
    dropped = said.eq("dropped")
    late = said.eq("late") | (rows.due < day)
    status = pd.Series("open", index=rows.index, dtype="object")
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
    rows["plan_status"] = progress(rows, day)
    return rows


def _is_past(portfolio: Portfolio) -> bool:
    """Tell whether the data hold a whole month after D: it is not the day on which people speak."""
    if not portfolio.has_lines:
        return False
    return portfolio.as_of < last_complete_month(portfolio.extent[1], portfolio.coverage.tolerance_days)


def above_rules(rules: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Return what the rules say with the actions that people chose above them.

    Parameters
    ----------
    rules
        Of :func:`capclient.indicators.priorities.priority_actions`.
    chosen
        Action chosen by people, by client; missing where the rules decide.

    Returns
    -------
    DataFrame
        ``rules`` and ``proposed``, the action that they say. Where people chose another, ``action`` is theirs, ``rule``
        is ``people``, ``reasons`` is ``chosen``, and what the rules said comes first among ``action_secondary``.

    Examples
    --------
    >>> rules = pd.DataFrame({"action": ["retain", "maintain"], "rule": ["1", "7"], "reasons": ["old_age", "follow"],
    ...     "action_secondary": ["develop", ""], "reasons_secondary": ["young", ""]}, index=["a", "b"])
    >>> told = above_rules(rules, pd.Series({"a": "develop"}))
    >>> told.loc["a", ["action", "rule", "action_secondary", "reasons_secondary", "proposed"]].tolist()
    ['develop', 'people', 'retain', 'old_age', 'retain']
    """
    frame = rules.assign(proposed=rules.action)
    mine = chosen.reindex(frame.index)
    for client in frame.index[(mine.notna() & mine.ne(frame.action)).to_numpy()]:
        row = frame.loc[client]
        others = dict(
            zip(str(row.action_secondary).split(), str(row.reasons_secondary).split(";"), strict=False)
        )
        if row.action != "maintain":
            others = {str(row.action): str(row.reasons), **others}
        others.pop(str(mine[client]), None)
        told = [mine[client], "people", "chosen", " ".join(others), ";".join(others.values())]
        frame.loc[client, ["action", "rule", "reasons", "action_secondary", "reasons_secondary"]] = told
    return frame
