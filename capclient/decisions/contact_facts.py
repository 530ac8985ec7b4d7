"""What the contact plan knows of each client at D: whom to leave alone, when it was last met, and by what (14).

Floor 5. Nothing dated after D is seen: a claim closed later is still open, somebody who leaves later is still there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from capclient.decisions.facts import facts
from capclient.decisions.plan import plan
from capclient.decisions.recovery import is_reminder
from capclient.indicators.contacts import wanted
from capclient.periods import clipped
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.events import events
from capclient.themes.once import once

SPOKEN = ("call", "visit")


@dataclass(frozen=True)
class Known:
    """``clients``: ``name salesperson segment stage state value_class revenue stake first last`` (purchases)
    ``seasonal season_start action fired_reasons``, pooled codes and companies of the group left out; classes and stages
    are missing where the year is not whole.

    ``last``: the last visit, call (or visit), mailing and survey of each client; ``recorded``: what is written down at
    all. ``silent``: clients that nobody contacts (out, insolvent), ``opposed``: those that asked to be left alone.
    ``asks_opposition``: whether anybody writes down who objects. ``people``: whom to ask for at each client.
    """

    clients: pd.DataFrame
    last: dict[str, pd.Series]
    recorded: dict[str, bool]
    silent: set[str]
    opposed: set[str]
    asks_opposition: bool
    people: pd.Series
    as_of: date
    end: date


@once
def contact_facts(portfolio: Portfolio) -> Known:
    """Return what is known at D; the portfolio holds days, not totals only."""
    frame = portfolio.customers
    here = frame[~frame.is_pool.astype(bool) & ~frame.is_intragroup.fillna(False).astype(bool)]
    clients = here[["name", "salesperson", "segment", "first_purchase", "last_purchase", "revenue_n"]].copy()
    clients["override"] = here["first_seen_override"].notna()
    states = behaviour(portfolio).reindex(clients.index)
    for name in ("state", "interval_days", "seasonal", "season_start"):
        clients[name] = states[name]
    decided, known = plan(portfolio), facts(portfolio)
    for name in ("stage", "value_class"):
        clients[name] = known.clients[name].reindex(clients.index) if known.reason is None else None
    for name in ("action", "reasons", "stake"):
        clients[name] = decided.clients[name].reindex(clients.index) if decided.reason is None else None
    clients["stake"] = clients["stake"].astype("float64")
    insolvent = pd.to_datetime(here["insolvency_date"]) <= pd.Timestamp(portfolio.as_of)
    broken = clients["reasons"].fillna("").astype("str").str.contains(r"\b(?:broken|insolvent)\b")
    last, recorded = _met(portfolio)
    opposed, people = _people(portfolio)
    asked = any(
        "opposed" in table and table["opposed"].notna().any()
        for table in (portfolio.table("customers"), portfolio.table("contacts"))
    )
    limits = portfolio.thresholds.contacts
    return Known(
        clients=clients, last=last, recorded=recorded, silent=set(clients.index[insolvent | broken]),
        opposed=opposed, asks_opposition=asked, people=people, as_of=portfolio.as_of,
        end=clipped(portfolio.as_of, limits.horizon_months),
    )  # fmt: skip


def _met(portfolio: Portfolio) -> tuple[dict[str, pd.Series], dict[str, bool]]:
    """Return the last day of each sort of contact by client, and which sorts are written down."""
    table = events(portfolio)
    sent = table["type"].eq("mail")
    if len(table):
        debts = table["cause"].map(is_reminder) | table["phase"].map(is_reminder)
        debts |= table["phase"].astype("str").str.casefold().str.startswith(("recouvrement", "collection"))
        sent, letters = sent & ~debts, table[debts & table["type"].isin(("mail", "call"))]
    else:
        letters = table
    sorts = {
        "visit": table[table["type"].eq("visit")], "spoken": table[table["type"].isin(SPOKEN)],
        "mailing": table[sent], "survey": table[table["type"].eq("survey")], "reminder": letters,
    }  # fmt: skip
    last = {name: rows.groupby("customer_id")["date"].max() for name, rows in sorts.items()}
    return last, {name: len(rows) > 0 for name, rows in sorts.items()}


def _people(portfolio: Portfolio) -> tuple[set[str], pd.Series]:
    """Return the clients that object, and the person to ask for at the others: the longest known that does not object.

    A client objects by itself, or when everybody known there does.
    """
    sheet = portfolio.table("customers")
    opposed: set[str] = set()
    if "opposed" in sheet:
        opposed = set(sheet["customer_id"][sheet["opposed"].fillna(False).astype(bool)])
    table = portfolio.table("contacts")
    if table.empty:
        return opposed, pd.Series(dtype="object")
    day = pd.Timestamp(portfolio.as_of)
    since, until = (pd.to_datetime(table[name]) for name in ("since", "until"))
    here = ~table["side"].eq("ours").fillna(False) & ~(since > day) & ~(until <= day)
    mine = table.assign(since=since)[here].sort_values(["customer_id", "since", "person"], kind="stable")
    objects = (
        mine["opposed"].fillna(False).astype(bool)
        if "opposed" in mine
        else pd.Series(False, index=mine.index)
    )
    alone = objects.groupby(mine["customer_id"]).all()
    named = mine[~objects & mine["person"].notna()].drop_duplicates("customer_id").set_index("customer_id")
    return opposed | set(alone.index[alone]), named["person"].astype("object")


def active(known: Known) -> pd.Series:
    """Tell which clients bought in the year and are not presumed lost."""
    return (known.clients.revenue_n > 0) & known.clients.state.ne("lost").fillna(True)


def left_alone(known: Known) -> set[str]:
    """Return the clients that nobody canvasses: out, insolvent, opposed."""
    return known.silent | known.opposed


def followed(known: Known) -> pd.Series:
    """Tell which clients may be canvassed: neither lost, nor out, nor insolvent, nor opposed."""
    clients = known.clients
    return (
        clients.state.ne("lost").fillna(True)
        & clients.action.ne("exit").fillna(True)
        & ~clients.index.isin(left_alone(known))
        & clients.first_purchase.notna()
    ).astype(bool)


def claims_open(portfolio: Portfolio) -> pd.DataFrame:
    """Return the claims that are open at D: ``customer_id opened called`` (whether somebody has called back by D)."""
    table, day = events(portfolio), pd.Timestamp(portfolio.as_of)
    claims = table[table["type"].eq("claim")]
    told = claims.assign(opened=claims.opened.fillna(claims.date), called=claims.called_back <= day)
    return told[~(claims.closed <= day)][["customer_id", "opened", "called"]]


def days_of(dates: pd.Series) -> dict[Any, Any]:
    """Return dates by client, None where there is none."""
    return {key: None if pd.isna(day) else day.date() for key, day in pd.to_datetime(dates).items()}


def rows_of(rows: list[tuple[str, date]], kind: str, reason: str, stake: pd.Series) -> pd.DataFrame:
    """Return contacts wanted from pairs of a client and a day."""
    return wanted([row[0] for row in rows], [row[1] for row in rows], kind=kind, reason=reason, stake=stake)
