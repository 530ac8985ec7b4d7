"""What the contact plan counts: contacts by reason, what is late, what finds no day, who was reached (14, H01 to H08).

Floor 5.
"""

from __future__ import annotations

import pandas as pd

from capclient.decisions.contact_facts import Known, active
from capclient.decisions.contact_rhythms import calls_a_year, small
from capclient.findings import Finding, Value, finding
from capclient.indicators.contact_schedule import VISITS
from capclient.indicators.retention import wilson_interval
from capclient.periods import clipped
from capclient.portfolio import Portfolio
from capclient.vocabulary import Unknown

# Findings that count the contacts of a reason: id, trigger, what it needs.
COUNTED = {
    "first_order_calls": "first_order", "small_calls": "small", "surveys": "survey", "mailings": "mailing",
    "questionnaires": "lost", "claim_calls": "claim", "preparations": "deadline", "season_calls": "season",
    "reminders": "overdue",
}  # fmt: skip
INPUTS = ("invoice_lines", "interactions", "contracts", "contacts", "targets")


def names() -> list[str]:
    """Return the findings of the group, in order."""
    return [
        "planned", "customers", "merged", "overdue", "overflow", "overflow_revenue", "workload", *COUNTED, "visits",
        "small_reached_share", "mailed_share", "surveyed_share", "opposed", "prospects_to_erase",
    ]  # fmt: skip


def plan_findings(
    portfolio: Portfolio,
    known: Known,
    rows: pd.DataFrame,
    over: pd.DataFrame,
    load: pd.DataFrame,
    mute: dict[str, Unknown],
    due: pd.DataFrame,
) -> list[Finding]:
    """Return the findings of a plan: its rows, those without a day, its load, the mute triggers, what was wanted."""
    told = pd.concat([rows, over], ignore_index=True)
    spared = len(due) - len(told)
    values: dict[str, Value | Unknown] = {
        "planned": len(rows),
        "customers": int(rows["customer_id"].nunique()),
        "merged": spared,
        "overdue": int(told["is_late"].sum()),
        "overflow": len(over),
        "overflow_revenue": float(over.drop_duplicates("customer_id")["revenue"].sum()),
        "workload": _workload(load),
        "visits": mute.get("valuable") or int(rows["kind"].eq("visit").sum()),
        "opposed": len(known.opposed) if known.asks_opposition else Unknown("missing:opposed"),
        "prospects_to_erase": _old_prospects(portfolio),
    }  # fmt: skip
    reasons = rows["reasons"].str.split()
    for name, reason in COUNTED.items():
        wanted_for = int(sum(reason in codes for codes in reasons))
        values[name] = mute.get(reason) or wanted_for
    shares = _reached(portfolio, known)
    found = []
    for name in names():
        if name in shares:
            value, n, interval = shares[name]
            found.append(finding(f"contacts.{name}", value, n=n, interval=interval, inputs=INPUTS))
        else:
            found.append(finding(f"contacts.{name}", values[name], inputs=INPUTS))
    return found


def _workload(load: pd.DataFrame) -> float | Unknown:
    """Return the share of the visits that salespeople can make which the plan takes."""
    room = 0.0 if load.empty else float(load["visits_capacity"].sum())
    return (
        float(load.loc[load["visits_capacity"].notna(), VISITS].sum()) / room
        if room
        else Unknown("denominator_zero")
    )


def _reached(
    portfolio: Portfolio, known: Known
) -> dict[str, tuple[float | Unknown, int | None, tuple[float, float] | None]]:
    """Return the shares of clients that were called, written to or asked in time (H05, H06, H07)."""
    day = pd.Timestamp(portfolio.as_of)
    year = pd.Timestamp(clipped(portfolio.as_of, -12))
    here = known.clients[active(known)]
    complete = portfolio.is_complete(portfolio.windows.n)
    classed = bool(known.clients["value_class"].notna().any())
    mine = small(known)
    mine = mine[mine["first_purchase"] <= year]  # of a newer one the rhythm has not had its time
    rhythm = pd.to_timedelta(365 // calls_a_year(portfolio, mine).clip(lower=1), unit="D")
    asked = {
        "small_reached_share": ("spoken", mine, day - rhythm, "missing:calls", classed),
        "mailed_share": ("mailing", here, pd.Series(year, index=here.index), "missing:mails", complete),
        "surveyed_share": ("survey", here, pd.Series(year, index=here.index), "missing:surveys", complete),
    }
    found: dict[str, tuple[float | Unknown, int | None, tuple[float, float] | None]] = {}
    for name, (sort, clients, since, lack, is_known) in asked.items():
        if not is_known:
            found[name] = (Unknown("period_incomplete"), None, None)
        elif not known.recorded[sort]:
            found[name] = (Unknown(lack), None, None)
        elif clients.empty:
            found[name] = (Unknown("denominator_zero"), None, None)
        else:
            reached = int((known.last[sort].reindex(clients.index) > since).sum())
            found[name] = (reached / len(clients), len(clients), wilson_interval(reached, len(clients)))
    return found


def _old_prospects(portfolio: Portfolio) -> int | Unknown:
    """Count the prospects, neither won nor open for less, that have not spoken for three years (CNIL).

    A prospect speaks when it is noted and when its case is closed; nothing else tells of it.
    """
    table = portfolio.table("prospects")
    if table.empty:
        return Unknown("missing:prospects")
    created, closed = (pd.to_datetime(table[name]) for name in ("created", "closed_date"))
    day = pd.Timestamp(portfolio.as_of)
    if created.isna().all() and closed.isna().all():
        return Unknown("missing:created")
    last = created.where(~(closed <= day), closed)
    old = last <= pd.Timestamp(clipped(portfolio.as_of, -portfolio.thresholds.contacts.prospect_months))
    won = table["outcome"].eq("won").fillna(False) & (closed <= day)
    return int((old & ~won & table["customer_id"].isna()).sum())
