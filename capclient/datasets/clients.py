"""What the other files of the wholesaler must know of its clients, and which client plays which part in them.

The ledger is finished when this is read: nothing drawn here changes an invoice, a client or a payment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets.company import AS_OF, YEARS

SEED = 20_250_111
GOING = ("leaver_last_year", "leaving")
Client = Mapping[str, Any]  # a row of :func:`histories`
STAYING = ("stable", "growing", "declining_slowly")


def histories(
    customers: pd.DataFrame, lines: pd.DataFrame, payments: pd.DataFrame, late: pd.Series
) -> pd.DataFrame:
    """Return one row a client of the profiles, indexed by identifier.

    Parameters
    ----------
    customers
        ``customer_id name segment salesperson profile``.
    lines
        The ledger before its flaws, amounts in euros.
    payments
        What was received.
    late
        Usual days late, by identifier.

    Returns
    -------
    DataFrame
        The columns of ``customers`` with ``late``, ``first`` and ``last`` purchase, ``revenue_<year>`` and
        ``orders_<year>`` of every year, ``margin`` of the last year and ``exposure``, what the client owes at the
        analysis date with VAT, in euros.
    """
    known = customers.set_index("customer_id")[["name", "segment", "salesperson", "profile"]].copy()
    lines = lines.assign(year=lines["invoice_date"].dt.year)
    sold = lines[lines["doc_type"] == "invoice"]
    known["late"] = late
    days = sold.groupby("customer_id")["invoice_date"].agg(["min", "max"])
    known["first"], known["last"] = days["min"], days["max"]
    revenue = lines.pivot_table(index="customer_id", columns="year", values="amount_ht", aggfunc="sum")
    orders = sold.pivot_table(index="customer_id", columns="year", values="invoice_id", aggfunc="nunique")
    for year in YEARS:
        known[f"revenue_{year}"], known[f"orders_{year}"] = revenue[year], orders[year]
    last = lines[lines["year"] == YEARS[-1]]
    known["margin"] = (last["amount_ht"] - last["cost"]).groupby(last["customer_id"]).sum()
    billed = lines.groupby("customer_id")["amount_ht"].sum() * 1.2
    known["exposure"] = billed.sub(payments.groupby("customer_id")["amount"].sum(), fill_value=0.0)
    numbers = known.columns[known.columns.str.startswith(("revenue", "orders"))]
    return known.fillna(dict.fromkeys([*numbers, "margin", "exposure"], 0.0)).sort_index()


def parts(clients: pd.DataFrame) -> dict[str, list[str]]:
    """Choose who plays which part in the files of the relation; no client plays two parts.

    ``over_visited``: small clients seen every month. ``value_destroyers``: middling clients that cost more than
    they bring. ``detractors_gone``, ``satisfied_gone``: what those who left had said. ``captives``: dissatisfied,
    and they stay. ``claims_and_late``: complain much and pay late. ``single_contact``: much revenue, one person
    known. ``contact_changed``: that person has just left.
    """
    rng = np.random.default_rng(SEED)
    free = pd.Series(True, index=clients.index)
    found: dict[str, list[str]] = {}

    def draw(part: str, many: int, fit: pd.Series) -> None:
        chosen = rng.permutation(clients.index[fit & free].to_numpy())[:many]
        free[chosen] = False
        found[part] = sorted(map(str, chosen))

    revenue, staying = clients["revenue_2025"], clients["profile"].isin(STAYING)
    prompt, going = clients["late"] < 10, clients["profile"].isin(GOING)
    draw("over_visited", 10, staying & prompt & revenue.between(2_400, 4_500))
    draw("value_destroyers", 8, staying & prompt & revenue.between(8_000, 25_000))
    draw("claims_and_late", 10, clients["late"] >= 20)
    draw("detractors_gone", 18, going)
    draw("satisfied_gone", 5, going)
    draw("captives", 10, clients["profile"].eq("stable") & prompt & revenue.gt(4_000))
    draw("single_contact", 12, staying & revenue.gt(20_000))
    draw("contact_changed", 8, staying & revenue.gt(9_000))
    return found


def each(clients: pd.DataFrame) -> list[tuple[str, Client]]:
    """Return the clients one by one, in order: identifier and what is known."""
    rows: list[Any] = clients.to_dict("records")
    return list(zip(map(str, clients.index), rows, strict=True))


def days_of(client: Client, year: int) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the days of a year between which somebody saw the client: a month before it bought, two after."""
    start = max(pd.Timestamp(year, 1, 2), client["first"] - pd.Timedelta(days=30))
    end = min(pd.Timestamp(year, 12, 30), AS_OF, client["last"] + pd.Timedelta(days=60))
    return (start, end) if start < end else None
