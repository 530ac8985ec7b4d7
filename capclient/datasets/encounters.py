"""How the wholesaler meets its clients: visits, calls, letters, quotes, and what delivering to them costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets.clients import Client, days_of, each
from capclient.datasets.company import AS_OF, YEARS, workday

SEED = 20_250_112
KEPT = YEARS[2:]  # the tool that keeps the encounters was bought in 2023
_A_YEAR = {  # visits, calls, mailings and quotes of a year by segment
    "Grands comptes": (11.0, 6.0, 2.0, 6.0),
    "PME": (4.2, 4.0, 1.0, 1.8),
    "Artisans": (0.4, 2.0, 0.0, 0.5),
}
_KINDS = ("visit", "call", "mail", "quote")
_CHANNELS = {"visit": "Sur place", "call": "Téléphone", "mail": "Courriel", "quote": "Courriel"}
DELIVERY, EXPRESS = ("Livraison", 18.5), ("Livraison express", 65.0)
_TOO_MUCH = 1.6  # what destroyers cost in express deliveries and visits, over their margin
_SEEN_TOO_OFTEN = (13, 19)


def encounters(clients: pd.DataFrame, parts: dict[str, list[str]]) -> pd.DataFrame:
    """Return visits, calls, mailings and quotes since 2023: rows of ``interactions``, in no order."""
    rng = np.random.default_rng(SEED)
    visited = set(parts["over_visited"]) | set(parts["value_destroyers"])
    rows: list[dict[str, Any]] = []
    for customer, client in each(clients):
        for year in KEPT:
            span = days_of(client, year)
            if span is None:
                continue
            part = (span[1] - span[0]).days / 363
            many = rng.poisson(np.array(_A_YEAR[client["segment"]]) * part)
            if customer in visited:
                many[0] = rng.integers(*_SEEN_TOO_OFTEN)
            for kind, number in zip(_KINDS, many, strict=True):
                for day in _days(span, int(number), rng):
                    rows.append(_encounter(str(customer), client, kind, day, rng))
    return pd.DataFrame(rows)


def reminders(payments: pd.DataFrame, lines: pd.DataFrame, clients: pd.DataFrame) -> pd.DataFrame:
    """Return the letters sent for invoices settled more than ten days late, or not at all, since 2023.

    At most one a client and month: an accountant writes once for all that is due.
    """
    bills = lines[lines["doc_type"] == "invoice"].dropna(subset="customer_id").drop_duplicates("invoice_id")
    day = bills["due_date"] + pd.Timedelta(days=10)
    day += pd.to_timedelta((7 - day.dt.day_of_week).where(day.dt.day_of_week > 4, 0), unit="D")
    paid = bills["invoice_id"].map(payments.set_index("invoice_id")["date"])
    bills = bills[["invoice_id", "customer_id"]].assign(paid=paid, first=day)
    known = bills["customer_id"].isin(clients.index) & bills["first"].between(f"{KEPT[0]}-01-01", AS_OF)
    late = bills[known & ~(bills["paid"] <= bills["first"])].sort_values(["first", "invoice_id"])
    late = late.groupby([late["customer_id"], late["first"].dt.to_period("M")]).head(1)
    rank = late.groupby(["customer_id", late["first"].dt.year]).cumcount() + 1
    return pd.DataFrame({
        "customer_id": late["customer_id"], "date": late["first"], "type": "mail", "phase": "Recouvrement",
        "hours": 0.2, "channel": "Courrier", "cause": "Relance n° " + rank.astype(str),
        "salesperson": "Comptabilité clients",
    })  # fmt: skip


def service_costs(clients: pd.DataFrame, parts: dict[str, list[str]]) -> pd.DataFrame:
    """Return ``cost_to_serve``: deliveries of the last two years, one an order; express ones where planted.

    The cost of what destroyers consume in the last year is above their gross margin, by their express deliveries.
    """
    rows: list[tuple[object, ...]] = []
    rng = np.random.default_rng(SEED + 1)
    for customer, client in each(clients):
        for year in YEARS[-2:]:
            orders = int(client[f"orders_{year}"])
            if orders:
                rows.append((customer, DELIVERY[0], float(orders), DELIVERY[1], str(year)))
            if customer in parts["value_destroyers"] and year == YEARS[-1]:
                many = float(np.ceil(client["margin"] * _TOO_MUCH / EXPRESS[1]))
                rows.append((customer, EXPRESS[0], many, EXPRESS[1], str(year)))
            elif orders > 12 and rng.random() < 0.3:
                rows.append((customer, EXPRESS[0], float(rng.integers(1, 4)), EXPRESS[1], str(year)))
    columns = ["customer_id", "activity", "driver_qty", "unit_cost", "period"]
    return pd.DataFrame(rows, columns=columns)


def _days(span: tuple[pd.Timestamp, pd.Timestamp], many: int, rng: np.random.Generator) -> list[pd.Timestamp]:
    """Return working days of a span, spread over it."""
    length = (span[1] - span[0]).days
    places = np.sort(rng.integers(0, length + 1, many))
    days = [span[0] + pd.Timedelta(days=int(place)) for place in places]
    return [workday(day) for day in days]


def _encounter(
    customer: str, client: Client, kind: str, day: pd.Timestamp, rng: np.random.Generator
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "customer_id": customer, "date": day, "type": kind, "channel": _CHANNELS[kind],
        "salesperson": client["salesperson"],
    }  # fmt: skip
    draw = rng.random()
    if kind == "visit":
        row |= {"hours": round(1 + 2 * draw, 1), "phase": "Vente" if draw < 0.7 else "Après-vente"}
    elif kind == "call":
        row |= {"hours": round(0.1 + 0.4 * draw, 1)}
    elif kind == "mail":
        row |= {"hours": 0.1, "cause": "Information tarifaire"}
    else:
        amount = max(client["revenue_2025"], client["revenue_2024"], 1_500) * (0.06 + 0.3 * draw)
        decided = day + pd.Timedelta(days=int(rng.integers(4, 60)))
        is_decided = decided <= AS_OF and draw < 0.8
        row |= {
            "hours": round(0.5 + 2 * draw, 1), "amount": round(float(amount), -1), "opened": day,
            "phase": "Avant-vente",
            "closed": decided if is_decided else pd.NaT,
        }  # fmt: skip
    return row
