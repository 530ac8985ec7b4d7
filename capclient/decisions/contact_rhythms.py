"""The rhythms of the contact plan: young clients, visits, calls, surveys, mailings (14).

Floor 5.
"""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from capclient.decisions.contact_facts import Known, active, claims_open, days_of, followed, rows_of
from capclient.indicators import contacts as pure
from capclient.indicators.contacts import wanted
from capclient.portfolio import Portfolio
from capclient.themes.recovery_list import recovery_clients
from capclient.vocabulary import Unknown

YOUNG = ("childhood", "adolescence")
INCOMPLETE = Unknown("period_incomplete")
Wanted = pd.DataFrame | Unknown


def young_clients(portfolio: Portfolio, known: Known) -> Wanted:
    """Visits (calls for the small ones) every month at first, then every quarter."""
    if known.clients.stage.isna().all():
        return INCOMPLETE
    limits, parts = portfolio.thresholds.contacts, []
    grace = timedelta(days=limits.merge_days)
    for kind in ("visit", "call"):
        big = known.clients.value_class.isin(["A", "B"])
        mine = known.clients[
            followed(known) & known.clients.stage.isin(YOUNG) & (big if kind == "visit" else ~big)
        ]
        met = days_of(known.last["spoken"].reindex(mine.index))
        rows = [
            (client, day)
            for client, first in days_of(mine.first_purchase).items()
            for day in pure.young_dates(
                first, None if met[client] is None else met[client] + grace, as_of=known.as_of, end=known.end,
                close_months=limits.close_months, is_recorded=known.recorded["spoken"],
            )
        ]  # fmt: skip
        parts.append(rows_of(rows, kind, "young", mine.stake))
    return pd.concat(parts, ignore_index=True)


def visits(portfolio: Portfolio, known: Known) -> Wanted:
    """Visits of classes A and B: so many a year, half as many at adult age."""
    if known.clients.stage.isna().all():
        return INCOMPLETE
    each = dict(zip("AB", portfolio.thresholds.contacts.visits_per_year, strict=True))
    parts = []
    for is_adult in (True, False):
        for letter, many in each.items():
            stage = known.clients.stage
            of_stage = stage.eq("adult") if is_adult else ~stage.isin(["adult", *YOUNG])
            mine = known.clients[followed(known) & known.clients.value_class.eq(letter) & of_stage]
            every = pure.interval(pure.halved(many) if is_adult else many)
            parts.append(
                _rhythm(mine, known, "visit", every, kind="visit", reason="adult" if is_adult else "valuable")
            )
    return pd.concat(parts, ignore_index=True)


def small_calls(portfolio: Portfolio, known: Known) -> Wanted:
    """Calls to class C: so many a year, by segment where the parameters say so."""
    if known.clients.value_class.isna().all():
        return INCOMPLETE
    mine = small(known)
    rates = calls_a_year(portfolio, mine)
    parts = [
        _rhythm(mine[rates == many], known, "spoken", pure.interval(int(many)), kind="call", reason="small")
        for many in sorted(rates.unique())
    ]
    return pd.concat(parts, ignore_index=True) if parts else wanted([], [], kind="call", reason="small")


def small(known: Known) -> pd.DataFrame:
    """Return the clients of class C that are followed by telephone."""
    clients = known.clients
    return clients[followed(known) & clients.value_class.eq("C") & ~clients.stage.isin(YOUNG)]


def calls_a_year(portfolio: Portfolio, mine: pd.DataFrame) -> pd.Series:
    """Return how often a year each client of class C is called."""
    limits = portfolio.thresholds.contacts
    return mine.segment.map(limits.segment_calls).fillna(limits.calls_per_year).astype("int64")


def surveys(portfolio: Portfolio, known: Known) -> Wanted:
    """The yearly survey of every active client, not close to a claim that is still open."""
    if not portfolio.is_complete(portfolio.windows.n):
        return INCOMPLETE
    mine, days = (
        known.clients[followed(known) & active(known)],
        portfolio.thresholds.contacts.survey_claim_days,
    )
    last = days_of(known.last["survey"].reindex(mine.index))
    claims = days_of(claims_open(portfolio).groupby("customer_id").opened.max().reindex(mine.index))
    rows = []
    for client, first in days_of(mine.first_purchase).items():
        due = pure.survey_date(
            client, last[client], first, claims[client], as_of=known.as_of, claim_days=days,
            is_recorded=known.recorded["survey"],
        )  # fmt: skip
        rows.append((client, due))
    return rows_of([row for row in rows if row[1] <= known.end], "survey", "survey", mine.stake)


def mailings(portfolio: Portfolio, known: Known) -> Wanted:
    """Mailings to active clients, so many a year."""
    if not portfolio.is_complete(portfolio.windows.n):
        return INCOMPLETE
    mine = known.clients[followed(known) & active(known)]
    claimed = recovery_clients(portfolio).clients
    if len(claimed):  # a lawyer writes to them: nothing else does
        mine = mine[~mine.index.isin(claimed.index[claimed.stage.eq("counsel")])]
    every = pure.interval(portfolio.thresholds.contacts.mailings_per_year)
    return _rhythm(mine, known, "mailing", every, kind="mailing", reason="mailing")


def _rhythm(
    mine: pd.DataFrame, known: Known, sort: str, every: int | None, *, kind: str, reason: str
) -> pd.DataFrame:
    if every is None:
        return wanted([], [], kind=kind, reason=reason)
    last = days_of(known.last[sort].reindex(mine.index))
    rows = [
        (str(client), day)
        for client in mine.index
        for day in pure.cadence(
            str(client), last[client], every=every, as_of=known.as_of, end=known.end,
            is_recorded=known.recorded[sort],
        )
    ]  # fmt: skip
    return rows_of(rows, kind, reason, mine.stake)
