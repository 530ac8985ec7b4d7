"""The plan as rows to work through: one a client and action, then one a prospect; what people may change is marked.

Floor 5. Codes here; words are for whoever writes the rows down.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.decisions.plan import Plan

# Columns that people fill or change in the plan they send back; the others are ours.
EDITED = ("owner", "due", "plan_status", "decision", "comment")
STATUSES = ("open", "done", "late", "dropped")
COLUMNS = (
    "customer_id", "prospect_id", "name", "action", "action_rank", "reasons", "step", "stake", *EDITED, "planned_on",
)  # fmt: skip


def plan_rows(todo: Plan, *, as_of: date) -> pd.DataFrame:
    """Return one row per client and action, then one per open prospect.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`. ``action_rank``: 1 is the priority action, which alone has a ``stake`` (euros a year) and a
        ``step``; ``reasons``: codes separated by blanks; ``decision``: proposed for weak clients; ``plan_status``:
        ``open``. Clients come by stake, then prospects by theirs.
    """
    rows: list[dict[str, object]] = []
    decisions = todo.weak.decision.to_dict() if len(todo.weak) else {}
    for client in todo.clients.itertuples():
        shared: dict[str, object] = {
            "customer_id": str(client.Index),
            "name": client.name,
            "owner": client.owner,
            "due": client.due,
        }
        decision = decisions.get(client.Index)
        rows.append(
            shared | {"action": client.action, "action_rank": 1, "reasons": client.reasons, "step": client.step,
                      "stake": client.stake, "decision": decision}
        )  # fmt: skip
        told = str(client.reasons_secondary).split(";")
        rows += [
            shared | {"action": action, "action_rank": rank, "reasons": codes}
            for rank, (action, codes) in enumerate(
                zip(str(client.action_secondary).split(), told, strict=False), start=2
            )
        ]
    for prospect in todo.prospects.itertuples():
        rows.append(
            {"prospect_id": str(prospect.prospect_id), "customer_id": prospect.customer_id, "action": "prospect",
             "action_rank": 1, "reasons": "open_prospect", "stake": prospect.stake, "owner": prospect.owner,
             "due": prospect.due}
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["plan_status"], frame["planned_on"] = "open", pd.Timestamp(as_of)
    return frame
