"""The plan as rows to work through: one a client and action, then one a prospect; what people may change is marked.

Floor 5. Codes here; words are for whoever writes the rows down.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.decisions.decided import AGREED, identifiers
from capclient.decisions.plan import Plan

# Columns that people fill or change in the plan they send back; the others are ours.
EDITED = ("action", "owner", "due", "plan_status", "done_on", "decision", "comment")
STATUSES = ("open", "in_progress", "done", "late", "dropped")
COLUMNS = (
    "customer_id", "prospect_id", "name", "other_code", "proposed", "action", "action_rank", "reasons", "step", "stake",
    *EDITED[1:-2], "decision_proposed", *EDITED[-2:], "planned_on",
)  # fmt: skip


def plan_rows(todo: Plan, *, as_of: date) -> pd.DataFrame:
    """Return one row per client and action, then one per open prospect.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`. ``action_rank``: 1 is the priority action, which alone has a ``stake`` (euros a year) and a
        ``step``; ``reasons``: codes separated by blanks; ``proposed``: the action of the rules, another ``action`` was
        chosen by people; ``decision_proposed`` for weak clients, ``decision`` once people wrote it; ``other_code``:
        under which the client may stand again. What they wrote of an action that is not done yet stands: ``owner``,
        ``due``, ``comment`` and ``plan_status`` (``in_progress``, ``late`` when its date is past, ``dropped``); else
        ``open``. Clients come by stake, then prospects by theirs.
    """
    rows: list[dict[str, object]] = []
    # a report never decides to part: it proposes to discuss it
    decisions = todo.weak.decision_proposed.replace({"stop": "discuss"}).to_dict() if len(todo.weak) else {}
    for client in todo.clients.itertuples():
        shared: dict[str, object] = {
            "customer_id": str(client.Index),
            "name": client.name,
            "other_code": client.other_code,
            "owner": client.owner,
            "due": client.due,
        }
        rows.append(
            shared | {"action": client.action, "action_rank": 1, "reasons": client.reasons, "step": client.step,
                      "stake": client.stake, "proposed": client.proposed, "decision": client.decided,
                      "decision_proposed": decisions.get(client.Index)}
        )  # fmt: skip
        told = str(client.reasons_secondary).split(";")
        # a date that is past is that of the first action: nobody wrote one for the others
        if pd.Timestamp(str(client.due)) < pd.Timestamp(as_of):
            shared["due"] = pd.NaT
        rows += [
            shared | {"action": action, "proposed": action, "action_rank": rank, "reasons": codes}
            for rank, (action, codes) in enumerate(
                zip(str(client.action_secondary).split(), told, strict=False), start=2
            )
        ]
    for prospect in todo.prospects.itertuples():
        reasons = "open_prospect stale_prospect" if prospect.is_stale else "open_prospect"
        rows.append(
            {"prospect_id": str(prospect.prospect_id), "customer_id": prospect.customer_id, "action": "prospect",
             "proposed": "prospect", "action_rank": 1, "reasons": reasons, "stake": prospect.stake,
             "owner": prospect.owner, "due": prospect.due}
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["plan_status"], frame["planned_on"] = "open", pd.Timestamp(as_of)
    return _carried(frame, todo.agreed)


def _carried(frame: pd.DataFrame, agreed: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with what people wrote of the same actions; what is done begins anew."""
    if not len(agreed) or not len(frame):
        return frame
    told = agreed.reindex(pd.MultiIndex.from_arrays([identifiers(frame), frame.action])).set_axis(frame.index)
    for name in AGREED:
        frame[name] = frame[name].astype("datetime64[ns]" if name in ("due", "done_on") else "object")
        frame[name] = frame[name].where(told[name].isna(), told[name])
    return frame
