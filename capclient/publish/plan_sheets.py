"""The sheets « Actions » and « Prospects »: what people fill in and send back.

Floor 8. The cells that may be changed are coloured; status, action and decision are chosen in lists. Texts are written
as texts.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from capclient.decisions.plan import plan
from capclient.decisions.rows import COLUMNS, EDITED, STATUSES, plan_rows
from capclient.decisions.weak import DECISIONS
from capclient.portfolio import Portfolio
from capclient.publish.actions import reasons_said
from capclient.vocabulary import ACTIONS
from capclient.wording import text
from capclient.wording.numbers import is_missing

CLIENTS = tuple(name for name in COLUMNS if name != "prospect_id")
SELDOM = "other_code"  # a column that is left out where it says nothing
PROSPECTS = ("prospect_id", "proposed", "action", "stake", *EDITED[1:-2], *EDITED[-2:], "planned_on")
CHOICES = {"action": ("action", ACTIONS), "plan_status": ("plan_status", STATUSES),
           "decision": ("decision", (*DECISIONS, "discuss"))}  # fmt: skip
DATES = ("due", "done_on")
WORDED = {
    "action": "action",
    "proposed": "action",
    "decision_proposed": "decision",
    "plan_status": "plan_status",
    "decision": "decision",
    "step": "step",
}
WIDTHS = {
    "name": 32, "action": 30, "reasons": 44, "owner": 22, "comment": 44, "decision": 22, "step": 14, "proposed": 30,
    "decision_proposed": 22,
}  # fmt: skip


def plan_sheets(portfolio: Portfolio) -> dict[str, pd.DataFrame]:
    """Return the rows of each sheet by its name; a sheet without rows is left out."""
    todo = plan(portfolio)
    if todo.reason is not None:
        return {}
    rows = plan_rows(todo, as_of=portfolio.as_of)
    waiting = rows.prospect_id.notna()
    parts = {"actions": rows.loc[~waiting, list(CLIENTS)], "prospects": rows.loc[waiting, list(PROSPECTS)]}
    if parts["actions"][SELDOM].isna().all():
        parts["actions"] = parts["actions"].drop(columns=SELDOM)
    return {name: frame for name, frame in parts.items() if len(frame)}


def write_plan_sheet(sheet: Worksheet, frame: pd.DataFrame, formats: dict[str, Format], lang: str) -> None:
    """Write one sheet of the plan.

    ``formats`` holds those of the workbook, ``editable`` and ``editable_date`` included.
    """
    for place, name in enumerate(frame):
        sheet.write_string(0, place, text(f"column.{name}", lang), formats["head"])
        for row, value in enumerate(frame[name], start=1):
            _write(sheet, row, place, name, value, formats, lang)
        sheet.set_column(place, place, WIDTHS.get(str(name), 14))
        if name in CHOICES:
            prefix, codes = CHOICES[str(name)]
            words = [text(f"{prefix}.{code}", lang) for code in codes]
            sheet.data_validation(1, place, len(frame), place, {"validate": "list", "source": words})
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _write(
    sheet: Worksheet, row: int, place: int, name: Any, value: Any, formats: dict[str, Format], lang: str
) -> None:
    changeable = name in EDITED
    if is_missing(value):
        if changeable:
            sheet.write_blank(row, place, None, formats["editable_date" if name in DATES else "editable"])
        return
    if isinstance(value, pd.Timestamp):
        style = formats["editable_date" if changeable else "date"]
        sheet.write_datetime(row, place, value.to_pydatetime(), style)
        return
    if isinstance(value, str):
        words = text(f"{WORDED[name]}.{value}", lang) if name in WORDED else value
        words = reasons_said(value, lang) if name == "reasons" else words
        style = formats["editable" if changeable else "wrap" if name == "reasons" else "text"]
        sheet.write_string(row, place, words[:32_767], style)
        return
    sheet.write_number(row, place, float(value), formats["money" if name == "stake" else "count"])
