"""The answer key: what was planted, for teachers and tests. The analysis never reads it.

Accepted stages and states are those of sections 7 and 8 of the indicator dictionary at the analysis
date; several are listed only where the definitions leave a border case open.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from capclient.datasets.company import AS_OF
from capclient.datasets.profiles import PROFILES, Plan

LATE_FROM_DAYS = 15.0
_GONE = ("leaver", "leaver_last_year", "leaving", "contract_ended", "contract_ended_long_ago")


def client_key(
    customer_id: str,
    name: str,
    plan: Plan,
    purchases: pd.Series,
    *,
    group_id: str | None = None,
    price_gap: float | None = None,
    days_late: float | None = None,
) -> dict[str, Any]:
    """Return what was planted for a client of the profiles.

    Parameters
    ----------
    purchases
        Days on which the client bought.
    price_gap
        What it pays above (positive) or below the others for the same product, as a share.
    days_late
        Usual days between the due date and the payment, None without payments.
    """
    kind = PROFILES[plan.profile]
    return entry(
        customer_id, name, plan.profile, kind.stages, kind.states, purchases,
        stages_without_market=kind.stages_without_market or kind.stages,
        season_months=list(plan.season) or None, group_id=group_id, price_gap=price_gap,
        late_payer=None if days_late is None else bool(days_late >= LATE_FROM_DAYS),
    )  # fmt: skip


def entry(
    customer_id: str,
    name: str,
    profile: str,
    stages: tuple[str, ...],
    states: tuple[str, ...],
    purchases: pd.Series,
    **planted: Any,
) -> dict[str, Any]:
    """Return one line of the key; ``planted`` holds what only some clients have."""
    return {
        "customer_id": customer_id,
        "name": name,
        "profile": profile,
        "stages": list(stages),
        "stages_without_market": list(planted.pop("stages_without_market", stages)),
        "states": list(states),
        "first_purchase": purchases.min().date().isoformat(),
        "leave_date": purchases.max().date().isoformat() if profile in _GONE else None,
        "season_months": None,
        "late_payer": None,
        "price_gap": None,
        "group_id": None,
    } | planted


def company_key(company_id: str, clients: list[dict[str, Any]], **planted: Any) -> dict[str, Any]:
    """Return the key of a company: its clients in order of identifier, and the flaws of its files."""
    clients = sorted(clients, key=lambda one: one["customer_id"])
    profiles = pd.Series([one["profile"] for one in clients]).value_counts().sort_index()
    return {
        "company": company_id,
        "as_of": AS_OF.date().isoformat(),
        "profiles": {str(name): int(many) for name, many in profiles.items()},
        "clients": clients,
    } | planted


def write_key(key: dict[str, Any], path: Path) -> Path:
    """Write a key as JSON; the same key gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    return path


def purchase_dates(lines: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the days of invoices of each client (credit notes are no purchases, section 0.4)."""
    bought = lines[lines["doc_type"] == "invoice"].dropna(subset="customer_id")
    return {str(customer): dates for customer, dates in bought.groupby("customer_id")["invoice_date"]}
