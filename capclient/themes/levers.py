"""The steps of improvement that a company has begun: who, by when, and how far (J04).

Floor 5. Its findings bear the group ``evidence`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.portfolio import Portfolio
from capclient.vocabulary import Unknown

CLOSED = ("done", "dropped")
NO_LEVER = Unknown("missing:levers")


@dataclass(frozen=True)
class Levers:
    """``rows``: one per step: ``lever``, ``capability``, ``owner``, ``due``, ``status``, ``is_late``."""

    rows: pd.DataFrame
    findings: list[Finding]


def levers(portfolio: Portfolio) -> Levers:
    """Return the steps of improvement at D: late ones are due before D and not closed."""
    asked, named = portfolio.params.levers, portfolio.params.privacy.person
    rows = pd.DataFrame(
        [
            {
                "lever": lever.text, "capability": lever.capability, "owner": named(lever.owner),
                "due": pd.Timestamp(lever.due) if lever.due else pd.NaT, "status": lever.status,
                "is_late": lever.due is not None and lever.due < portfolio.as_of and lever.status not in CLOSED,
            }
            for lever in asked
        ],
        columns=["lever", "capability", "owner", "due", "status", "is_late"],
    )  # fmt: skip
    reason = None if asked else NO_LEVER
    values = {
        "levers": len(rows),
        "levers_done": int(rows["status"].eq("done").sum()),
        "levers_late": int(rows["is_late"].sum()),
        "levers_unowned": int((rows["owner"].isna() & ~rows["status"].isin(CLOSED)).sum()),
    }
    found = [
        finding(f"evidence.{name}", reason or value, inputs=("levers",)) for name, value in values.items()
    ]
    return Levers(rows, found)
