"""``actions.csv``: the plan for a CRM, one row per client and action, prospects included.

Floor 8. Codes and words stand side by side; a text that looks like a formula is shown, never computed.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from capclient.decisions.plan import plan
from capclient.decisions.rows import plan_rows
from capclient.portfolio import Portfolio
from capclient.publish.files import shown
from capclient.store import write_atomically
from capclient.wording import text
from capclient.wording.numbers import is_missing

NAME = "actions.csv"
HEADS = (
    "customer_id", "prospect_id", "name", "other_code", "action_code", "action", "rank", "reason_codes", "reasons",
    "step", "stake", "currency", "owner", "due", "status_code", "status", "decision_code", "decision", "planned_on",
    "proposed_code",
    "decision_proposed", "done_on", "comment",
)  # fmt: skip


def write_actions(portfolio: Portfolio, folder: Path, lang: str) -> None:
    """Write ``actions.csv``; without a plan, its heads alone."""
    write_atomically(folder / NAME, actions_csv(portfolio, lang))


def actions_csv(portfolio: Portfolio, lang: str) -> str:
    """Return the plan as CSV: UTF-8, commas, dates as YYYY-MM-DD, euros with a point."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADS, lineterminator="\n")
    writer.writeheader()
    todo = plan(portfolio)
    if todo.reason is None:
        for row in plan_rows(todo, as_of=portfolio.as_of).to_dict("records"):
            writer.writerow(
                _line({str(name): value for name, value in row.items()}, portfolio.currency, lang)
            )
    return out.getvalue()


def _line(row: dict[str, Any], currency: str, lang: str) -> dict[str, str]:
    known = {name: "" if is_missing(value) else value for name, value in row.items()}
    stake = known["stake"]
    return {
        "customer_id": shown(str(known["customer_id"])),
        "prospect_id": shown(str(known["prospect_id"])),
        "name": shown(str(known["name"])),
        "other_code": shown(str(known["other_code"])),
        "action_code": known["action"],
        "action": text(f"action.{known['action']}", lang),
        "rank": str(known["action_rank"]),
        "reason_codes": known["reasons"],
        "reasons": reasons_said(known["reasons"], lang),
        "step": known["step"],
        "stake": "" if stake == "" else f"{stake:.2f}",
        "currency": currency,
        "owner": shown(str(known["owner"])),
        "due": _day(known["due"]),
        "status_code": known["plan_status"],
        "status": text(f"plan_status.{known['plan_status']}", lang),
        "decision_code": known["decision"],
        "decision": text(f"decision.{known['decision']}", lang) if known["decision"] else "",
        "planned_on": _day(known["planned_on"]),
        "proposed_code": known["proposed"],
        "decision_proposed": known["decision_proposed"],
        "done_on": _day(known["done_on"]),
        "comment": shown(str(known["comment"])),
    }


def reasons_said(codes: str, lang: str) -> str:
    """Say reason codes in words."""
    return ", ".join(text(f"action_reason.{code}", lang) for code in codes.split())


def _day(value: Any) -> str:
    return pd.Timestamp(value).date().isoformat() if value != "" else ""
