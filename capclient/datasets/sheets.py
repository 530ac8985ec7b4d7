"""How offices write: CSV as Excel for Windows gives it in France, workbooks with titles and totals, French numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

_MADE = datetime(2026, 1, 5, 8, 30)  # a fixed day: a workbook holds the date of its making


def write_csv(
    path: Path, header: Sequence[str], columns: Sequence[pd.Series], total: Sequence[str] | None = None
) -> None:
    """Write a CSV as Excel for Windows does in France: semicolons, cp1252, CRLF."""
    table = pd.DataFrame(dict(zip(header, columns, strict=True)))
    text = table.to_csv(sep=";", index=False, lineterminator="\r\n")
    if total:
        text += ";".join(total) + "\r\n"
    path.write_bytes(text.encode("cp1252"))


class Sheet:
    """A sheet: title rows, a header, columns and maybe a row of totals."""

    def __init__(
        self,
        titles: Sequence[str],
        header: Sequence[str],
        columns: Sequence[pd.Series],
        total: Sequence[Any] | None = None,
    ) -> None:
        self.titles, self.header, self.total = titles, header, total
        self.columns = [_cells(column) for column in columns]


def write_workbook(path: Path, sheets: dict[str, Sheet]) -> None:
    """Write a workbook of texts, numbers and dates; nothing that begins with ``=`` becomes a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _MADE})
        bold = book.add_format({"bold": True})
        for name, content in sheets.items():
            sheet = book.add_worksheet(name)
            for row, title in enumerate(content.titles):
                sheet.write(row, 0, title, bold)
            top = len(content.titles)
            sheet.write_row(top, 0, content.header, bold)
            for place, column in enumerate(content.columns):
                sheet.write_column(top + 1, place, column)
            if content.total:
                sheet.write_row(top + 1 + len(content.columns[0]), 0, content.total, bold)


def _cells(column: pd.Series) -> list[Any]:
    """Return values as a workbook takes them: datetime, number, text, None for what is missing."""
    values = column.dt.to_pydatetime() if column.dtype.kind == "M" else column
    return [None if pd.isna(value) else value for value in values]


def total_of(amounts: pd.Series) -> float:
    """Return the sum of amounts, exact to the cent."""
    return int((amounts * 100).round().astype("int64").sum()) / 100


def french(amounts: pd.Series, grouped: bool = False) -> pd.Series:
    """Write amounts with a decimal comma; thousands by U+00A0, which cp1252 knows, if ``grouped``."""
    text = amounts.map(("{:,.2f}" if grouped else "{:.2f}").format, na_action="ignore")
    return text.str.replace(".", ";").str.replace(",", "\u00a0").str.replace(";", ",")


def french_dates(dates: pd.Series) -> pd.Series:
    """Write days as ``31/12/2025``."""
    return dates.dt.strftime("%d/%m/%Y")


def yes_no(flags: pd.Series) -> pd.Series:
    """Write flags as words; what is not told stays empty."""
    return flags.map({True: "Oui", False: "Non"})
