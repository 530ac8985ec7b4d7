"""A simulated company: its canonical tables and the truths that were planted in it.

Beside the floors: imports nothing of the package above floor 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

AS_OF = pd.Timestamp("2025-12-31")
FIRST_DAY = pd.Timestamp("2021-01-01")
CALENDAR = pd.date_range(FIRST_DAY, AS_OF)
YEARS = tuple(range(2021, 2026))

# Days on which a French company invoices nothing; weekends come on top.
_HOLIDAYS = [
    f"{year}-{day}"
    for year in range(2020, 2027)
    for day in ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")
]


@dataclass(frozen=True, slots=True)
class Company:
    """The tables of a simulated company under their canonical names, and the answer key.

    Parameters
    ----------
    invoice_lines
        The ledger as the tool exported it, its planted flaws included: duplicate lines, lines without
        client, identifiers written in two ways. Money in euros, exact to the cent.
    customers, payments, contracts, market, interactions, cost_to_serve, prospects, contacts, evidence, targets
        The other canonical tables, None where the company has none. ``prospects`` has their ``name`` too, which is
        in the files and in no canonical table.
    key
        What was planted, for teachers and tests; see :mod:`capclient.datasets.answer_key`.
    """

    id: str
    name: str
    invoice_lines: pd.DataFrame
    customers: pd.DataFrame | None = None
    payments: pd.DataFrame | None = None
    contracts: pd.DataFrame | None = None
    market: pd.DataFrame | None = None
    interactions: pd.DataFrame | None = None
    cost_to_serve: pd.DataFrame | None = None
    prospects: pd.DataFrame | None = None
    contacts: pd.DataFrame | None = None
    evidence: pd.DataFrame | None = None
    targets: pd.DataFrame | None = None
    key: dict[str, Any] = field(default_factory=dict)


def day_number(day: str) -> int:
    """Return the place of a day in ``CALENDAR``.

    >>> day_number("2021-01-31")
    30
    """
    return (pd.Timestamp(day) - FIRST_DAY).days


def working_days(days: np.ndarray) -> np.ndarray:
    """Move day numbers to the working day at or before them (after, where that leaves the calendar)."""
    dates = CALENDAR.to_numpy().astype("datetime64[D]")[days]
    before = np.busday_offset(dates, 0, roll="backward", holidays=_HOLIDAYS)
    after = np.busday_offset(dates, 0, roll="forward", holidays=_HOLIDAYS)
    moved = np.where(before < CALENDAR[0].to_datetime64(), after, before).astype("datetime64[D]")
    return (moved - CALENDAR[0].to_datetime64().astype("datetime64[D]")).astype("int64")


def workday(day: pd.Timestamp) -> pd.Timestamp:
    """Return the day, or the Friday before a weekend.

    >>> workday(pd.Timestamp("2025-12-28")).date().isoformat()
    '2025-12-26'
    """
    return day - pd.Timedelta(days=max(0, day.weekday() - 4))


def euros(cents: pd.Series) -> pd.Series:
    """Return whole cents as euros: the float nearest to the exact amount."""
    return cents.astype("float64") / 100


def numbered(lines: pd.DataFrame) -> pd.DataFrame:
    """Give invoices and credit notes their numbers, year by year in the order of their dates.

    Expects ``document`` (any integer, one a document), ``day`` (number), ``doc_type`` and ``cents``;
    adds ``invoice_date``, ``invoice_id``, ``line_id``; lines come back in the order of the ledger.
    """
    lines = lines.sort_values(["day", "document"], kind="stable").reset_index(drop=True)
    lines["invoice_date"] = CALENDAR[lines["day"].to_numpy()]
    documents = lines.drop_duplicates("document")[["document", "doc_type", "invoice_date"]]
    year = documents["invoice_date"].dt.year.astype(str)
    rank = documents.groupby([documents["doc_type"], year]).cumcount() + 1
    prefix = documents["doc_type"].map({"invoice": "FA", "credit_note": "AV"})
    numbers = prefix + year + "-" + rank.astype(str).str.zfill(5)
    lines["invoice_id"] = lines["document"].map(dict(zip(documents["document"], numbers, strict=True)))
    lines["line_id"] = (lines.groupby("document").cumcount() + 1).astype(str)
    return lines
