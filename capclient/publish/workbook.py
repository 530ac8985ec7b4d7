"""The workbook: the tables of the report for people who work in a spreadsheet.

Floor 8. Real numbers and dates, frozen and filtered headers, widths and formats; no formula ever comes from
data: texts are written as texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from capclient.findings import Finding, reason_text
from capclient.notebook.units import UNITS
from capclient.portfolio import Portfolio
from capclient.publish.alert_sheet import alert_sheet
from capclient.publish.contacts import contact_sheet
from capclient.publish.plan_sheets import plan_sheets, write_plan_sheet
from capclient.themes import activity, concentration, customers, lifecycle, receivables, recovery
from capclient.themes.client_groups import client_groups, group_names
from capclient.wording import has, text
from capclient.wording.numbers import is_missing, symbol

NAMES = {"fr": "classeur.xlsx", "en": "workbook.xlsx"}
MOST_WIDE = 48
# Columns whose codes a reader sees as words: the prefix of their sentences.
CODED = {
    "action": "action",
    "status": "status", "lifecycle_stage": "stage", "activity_state": "state", "rfm_segment": "rfm", "stage": "stage",
    "stage_before": "stage", "state": "state", "recovery_stage": "recovery_stage",
}  # fmt: skip
LISTED = {"action_secondary": "action", "action_reasons": "action_reason"}  # several codes a cell
UNIT_OF = UNITS | {
    "revenue_n2": "money", "average_basket": "money", "gross_margin": "money", "range_breadth": "share",
    "stake": "money", "overdue_1_30": "money", "overdue_31_60": "money", "overdue_61_90": "money",
}  # fmt: skip


def write_workbook(portfolio: Portfolio, findings: list[Finding], folder: Path, lang: str) -> Path:
    """Write ``classeur.xlsx`` (``workbook.xlsx`` in English) and return its path.

    The bytes are the same for the same data: the workbook carries no date of its own.
    """
    path = folder / NAMES[lang]
    book = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "in_memory": True,
        },
    )
    book.set_properties(
        {"title": portfolio.params.company.name, "created": pd.Timestamp(portfolio.as_of).to_pydatetime()}
    )
    formats = _formats(book, portfolio.currency, lang)
    _findings_sheet(book.add_worksheet(text("sheet.synthesis", lang)), findings, formats, lang)
    for name, frame in _frames(portfolio, lang):
        if len(frame):
            _sheet(book.add_worksheet(text(f"sheet.{name}", lang)), frame, formats, lang)
        if name == "customers":
            for part, rows in plan_sheets(portfolio).items():
                write_plan_sheet(book.add_worksheet(text(f"sheet.{part}", lang)), rows, formats, lang)
    book.close()
    return path


def _frames(portfolio: Portfolio, lang: str) -> list[tuple[str, pd.DataFrame]]:
    """Tables of the workbook: all clients, then the lists that someone works through."""
    weights, life, states = concentration(portfolio), lifecycle(portfolio), activity(portfolio)
    call = [
        "name",
        "salesperson",
        "state",
        "recency_days",
        "interval_days",
        "revenue_n1",
        "revenue_n",
        "risk_score",
    ]
    back = ["name", "salesperson", "best_12m", "best_12m_end", "last_purchase"]
    moved = ["name", "salesperson", "stage_before", "stage", "revenue_n1", "revenue_n"]
    frames = [("customers", _customers(portfolio, lang)), ("segments", _segments(portfolio, lang))]
    frames.append(("alerts", alert_sheet(portfolio, lang)))
    frames.append(("contacts", contact_sheet(portfolio, lang)))
    if portfolio.has_lines:
        frames += [
            ("to_call", states.to_call[call].reset_index()),
            ("win_back", weights.winback[back].reset_index()),
        ]
    frames += _accounts(portfolio)
    if len(life.moves):
        frames.append(("moves", life.moves[moved].reset_index()))
    return frames


def _customers(portfolio: Portfolio, lang: str) -> pd.DataFrame:
    """Every client, with the name of its group beside its number where the portfolio has groups."""
    frame = customers(portfolio)
    names = group_names(client_groups(portfolio), lang)
    if not frame.cluster.notna().any():
        return frame
    frame = frame.copy()
    frame.insert(list(frame).index("cluster") + 1, "cluster_name", frame.cluster.map(names).astype("str"))
    return frame


def _segments(portfolio: Portfolio, lang: str) -> pd.DataFrame:
    """Revenue by segment, sector, region ..., one dimension below the other, what has none included (1.10)."""
    named = []
    for name, table in concentration(portfolio).breakdown.tables.items():
        words = [
            text("segment.blank" if line == "blank" else "segment.outside", lang) if line != "segment"
            else text(f"size.{label}", lang) if name == "size"
            else label
            for line, label in zip(table.line, table.segment, strict=True)
        ]  # fmt: skip
        named.append(table.assign(dimension=text(f"breakdown.{name}", lang), segment=words))
    columns = ["dimension", "segment", "customers", "revenue_n1", "revenue", "share", "growth"]
    return pd.concat(named, ignore_index=True).reindex(columns=columns) if named else pd.DataFrame()


def _accounts(portfolio: Portfolio) -> list[tuple[str, pd.DataFrame]]:
    """The aged balance of each client, and the list of whom to write to (5.1, E06)."""
    owed, late = receivables(portfolio), recovery(portfolio)
    frames = []
    if owed.reason is None:
        names = [name for name in owed.customers if name not in {"is_pool", "weight", "overdue_share"}]
        frames.append(("aged_balance", owed.customers[names].reset_index()))
    if late.reason is None and len(late.clients):
        names = ["name", "salesperson", "claim", "oldest_days", "stage", "next_date", "payment_grade"]
        listed = late.clients[names].rename(columns={"claim": "to_claim", "stage": "recovery_stage"})
        frames.append(("recovery", listed.reset_index()))
    return frames


def _formats(book: xlsxwriter.Workbook, currency: str, lang: str) -> dict[str, Format]:
    money = f'#,##0.00 "{symbol(currency, lang)}"'
    patterns = {
        "money": money, "money_cents": money, "share": "0.0%", "change": "+0.0%;-0.0%;0.0%",
        "points": "+0.0%;-0.0%;0.0%",
        "ratio": "0.00", "marks": "0.0", "years": "0.0", "days": "0", "count": "#,##0", "customers": "#,##0",
        "people": "#,##0.0",
        "index": "#,##0",
        "date": "dd/mm/yyyy", "text": "@",
    }  # fmt: skip
    made = {
        unit: book.add_format({"num_format": pattern, "valign": "top"}) for unit, pattern in patterns.items()
    }
    made["wrap"] = book.add_format({"text_wrap": True, "valign": "top"})
    pale = {"bg_color": "#f6ece6", "valign": "top", "text_wrap": True}  # what people may change
    made["editable"] = book.add_format(pale | {"num_format": "@"})
    made["editable_date"] = book.add_format(pale | {"num_format": patterns["date"]})
    made["head"] = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "font_color": "#1f5468"}
    )
    return made


def _findings_sheet(sheet: Worksheet, findings: list[Finding], formats: dict[str, Format], lang: str) -> None:
    heads = ["label", "value", "reason", "how", "code"]
    for place, name in enumerate(heads):
        sheet.write_string(0, place, text(f"column.{name}", lang), formats["head"])
    for row, finding in enumerate(findings, start=1):
        sheet.write_string(row, 0, finding.spec.label(lang), formats["wrap"])
        _write(sheet, row, 1, finding.value, formats, finding.unit)
        sheet.write_string(
            row, 2, reason_text(finding.reason, lang) if finding.reason else "", formats["wrap"]
        )
        sheet.write_string(row, 3, finding.spec.how(lang), formats["wrap"])
        sheet.write_string(row, 4, finding.id, formats["text"])
    for place, width in enumerate((44, 16, 40, 70, 44)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(findings)), len(heads) - 1)


def _sheet(sheet: Worksheet, frame: pd.DataFrame, formats: dict[str, Format], lang: str) -> None:
    for place, name in enumerate(map(str, frame.columns)):
        head = text(f"column.{name}", lang) if has(f"column.{name}") else name
        sheet.write_string(0, place, head, formats["head"])
        values = _worded(frame[name], name, lang)
        for row, value in enumerate(values, start=1):
            _write(sheet, row, place, value, formats, UNIT_OF.get(name, "text"))
        longest = max((len(str(value)) for value in values[:500]), default=0)
        sheet.set_column(place, place, min(MOST_WIDE, max(9, longest + 2, len(head) // 2)))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)


def _worded(values: pd.Series, name: str, lang: str) -> list[Any]:
    if name in LISTED:
        each = [str(codes).split(";") if isinstance(codes, str) and codes else [] for codes in values]
        return [", ".join(text(f"{LISTED[name]}.{code}", lang) for code in codes) for codes in each]
    prefix = CODED.get(name)
    if prefix is None:
        return values.tolist()
    return [text(f"{prefix}.{code}", lang) if isinstance(code, str) else None for code in values]


def _write(sheet: Worksheet, row: int, place: int, value: Any, formats: dict[str, Format], unit: str) -> None:
    """Write one cell: a missing value stays empty, a text is never read as anything else."""
    if is_missing(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, place, value.to_pydatetime(), formats["date"])
    elif isinstance(value, str):
        sheet.write_string(row, place, value[:32_767], formats["text"])
    else:
        sheet.write_number(row, place, float(value), formats.get(unit, formats["ratio"]))
