"""The sheet « Alertes » of the workbook: every alert, with its evidence in words and real dates and amounts.

Floor 8.
"""

from __future__ import annotations

import pandas as pd

from capclient.decisions.alerts import alerts
from capclient.notebook.chapter_alerts import worded
from capclient.portfolio import Portfolio

COLUMNS = (
    "customer_id", "name", "salesperson", "alert_number", "alert", "alert_evidence", "alert_since", "alert_stake",
    "severity",
)  # fmt: skip


def alert_sheet(portfolio: Portfolio, lang: str) -> pd.DataFrame:
    """Return the alerts of a portfolio as rows for people, the gravest first."""
    rows = alerts(portfolio).rows
    if rows.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    told = worded(rows, lang, portfolio.currency)
    told["customer_id"], told["alert_number"] = rows["customer_id"], rows["number"]
    return told.assign(alert_since=rows["since"])[list(COLUMNS)]
