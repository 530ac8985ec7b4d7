"""What of a table was known on a day: rows of later days are left out, and what was told later is blank.

Floor 8. What nobody dated stays: nothing says that it came later.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.cost_to_serve import bounds_of_period

BEGUN = {
    "payments": "date",
    "allocations": "date",
    "interactions": "date",
    "evidence": "date",
    "positions": "booked",
    "settlements": "since",
    "contacts": "since",
    "contracts": "start",
    "prospects": "created",
    "actions": "planned_on",
}  # the day on which a row became known
BOOKED = {
    "invoice_lines": "invoice_date",
    "receivable_items": "date",
}  # that of the accounts where they tell it
CRITERIA = (
    "relation_type", "service_need", "decision_criteria", "ease", "outlook", "rd_collab", "learning",
    "profitability_level", "competitors_known", "declared_risk", "grid_author",
)  # fmt: skip
TOLD: dict[str, dict[str, tuple[str, ...]]] = {
    "interactions": {"closed": (), "called_back": ()},
    "prospects": {"closed_date": ("outcome", "stage", "probability", "customer_id")},
    "contacts": {"until": ()},
    "customers": {
        "insolvency_date": (),
        "wallet_date": ("wallet_amount", "wallet_level"),
        "grid_date": CRITERIA,
    },
    "actions": {"done_on": ("plan_status", "status_code")},
}  # by table, the day of an event and the columns that tell of it


def known(name: str, rows: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return what was known of a table at the end of a day, numbered from 0.

    Parameters
    ----------
    name
        Name of the table.
    rows
        All its rows.
    """
    rows = rows[~_is_later(name, rows, day)].reset_index(drop=True)
    for event, columns in TOLD.get(name, {}).items():
        later = rows[event] > day
        if later.any():
            told = [event, *columns]
            rows[told] = rows[told].mask(later)
    if name == "contracts":  # the contract that renewed this one may be of the future
        rows["renewed_by"] = rows.renewed_by.where(rows.renewed_by.isin(rows.contract_id))
    return rows


def booked(rows: pd.DataFrame, of_document: str = "invoice_date") -> pd.Series:
    """Day on which a row counts (0.2): that of the accounts, else that of the document."""
    return rows.accounting_date.fillna(rows[of_document])


def _is_later(name: str, rows: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    if name in BOOKED:
        return booked(rows, BOOKED[name]) > day
    if name == "cost_to_serve":
        return pd.Series([_begins(said, day) > day for said in rows.period], index=rows.index, dtype="bool")
    return rows[BEGUN[name]] > day if name in BEGUN else pd.Series(False, index=rows.index)


def _begins(period: object, day: pd.Timestamp) -> pd.Timestamp:
    """Return the first day of a period as the sheet says it; a period that nobody can read stands for any."""
    bounds = bounds_of_period(period) if isinstance(period, str) else None
    return pd.Timestamp(bounds[0]) if bounds else day
