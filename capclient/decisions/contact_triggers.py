"""The triggers of the contact plan, one a line of section 14: each gives the contacts it wants, or why it is mute.

Floor 5.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd

from capclient.decisions.contact_facts import Known, claims_open, days_of, followed, left_alone, rows_of
from capclient.decisions.contact_letters import letters_of_cases
from capclient.decisions.contact_plan import planned
from capclient.decisions.contact_rhythms import Wanted, mailings, small_calls, surveys, visits, young_clients
from capclient.indicators import contacts as pure
from capclient.indicators.alert_dates import due_deadlines, next_season, season_call
from capclient.indicators.contacts import wanted
from capclient.indicators.seasonality import next_season_end
from capclient.periods import clipped, rolling, shifted
from capclient.portfolio import Portfolio
from capclient.themes import settlements
from capclient.themes.accounts import no_accounts
from capclient.themes.events import events
from capclient.themes.recovery_list import recovery_clients
from capclient.vocabulary import Unknown

NOT_CLAIMED = ("reconcile", "small", "counsel")


def first_orders(portfolio: Portfolio, known: Known) -> Wanted:
    """A call a week after the first order, once; a credit note is no order, and months later it makes no sense."""
    year, limits = rolling(portfolio.as_of), portfolio.thresholds.contacts
    if not (portfolio.is_complete(year) and portfolio.is_complete(rolling(portfolio.as_of, back=12))):
        return Unknown("history_short")
    new = ~known.clients.override & (known.clients.first_purchase >= pd.Timestamp(year.start))
    mine = known.clients[new & followed(known)]
    first = days_of(mine.first_purchase)
    met = known.last["spoken"].reindex(mine.index)
    due = {}
    for client, day in first.items():
        called = known.recorded["spoken"] and met[client] >= pd.Timestamp(day)
        when = day + timedelta(days=limits.call_days)
        fresh = when >= shifted(known.as_of, -limits.call_months)
        # Where nobody writes calls down, those of the past may have been made.
        if fresh and not called and (known.recorded["spoken"] or when > known.as_of):
            due[client] = when
    return wanted(list(due), list(due.values()), kind="call", reason="first_order", stake=mine.stake)


def losses(portfolio: Portfolio, known: Known) -> Wanted:
    """The questionnaire to a client presumed lost, so many days after, once; old losses are let alone."""
    limits, states = portfolio.thresholds.contacts, portfolio.thresholds.activity
    lost = known.clients[known.clients.state.eq("lost") & ~known.clients.index.isin(left_alone(known))]
    lost = lost[lost.action.ne("prospect").fillna(True).astype(bool)]  # whom one wants back is called
    silence = (lost.interval_days.astype("float64") * float(states.ratios[2])).fillna(0).round(6) // 1
    gone = lost.last_purchase + pd.to_timedelta(silence.clip(lower=states.lost_after_days) + 1, unit="D")
    turns = lost.seasonal.astype(bool)
    if turns.any():
        over = next_season_end(lost.last_purchase[turns], lost.season_start[turns].astype("int64"))
        over = over + pd.Timedelta(days=states.season_grace_days)
        gone = gone.where(~turns, pd.concat([gone[turns], over], axis=1).max(axis=1).reindex(gone.index))
    today = pd.Timestamp(known.as_of)
    gone = gone.where(gone <= today, today)
    fresh = gone > pd.Timestamp(clipped(known.as_of, -limits.lost_months))
    asked = known.last["survey"].reindex(lost.index) >= gone
    chosen = gone[fresh & ~asked]
    due = chosen + pd.Timedelta(days=limits.lost_days)
    if not known.recorded["survey"]:
        due = due[due > pd.Timestamp(known.as_of)]
    due = due[due <= pd.Timestamp(known.end)]
    return wanted(list(due.index), list(due), kind="questionnaire", reason="lost", stake=lost.stake)


def claims(portfolio: Portfolio, known: Known) -> Wanted:
    """A call-back within forty-eight hours of a claim, by somebody who does not sell."""
    table = events(portfolio)
    told = table[table["type"].eq("claim")]
    if told.empty:
        return Unknown("missing:claims")
    still = claims_open(portfolio)
    answered = known.clients.index[
        known.clients.action.ne("exit").fillna(True) & ~known.clients.index.isin(known.silent)
    ]
    still = still[~still.called & still.customer_id.isin(answered)]  # nobody is called that the plan lets go
    first = still.groupby("customer_id").opened.min()
    due = first + pd.Timedelta(days=portfolio.thresholds.contacts.claim_hours // 24)
    if told.called_back.isna().all() and told.closed.isna().all():
        due = due[due > pd.Timestamp(known.as_of)]  # nobody writes down what became of the older ones
    return wanted(list(due.index), list(due), kind="call_back", reason="claim", stake=known.clients.stake)


def deadlines(portfolio: Portfolio, known: Known) -> Wanted:
    """A meeting to prepare each tender, notice or end of contract, three months before it."""
    table = portfolio.table("contracts")
    if table.empty:
        return Unknown("missing:contracts")
    day = pd.Timestamp(portfolio.as_of)
    begun = table[
        ~(pd.to_datetime(table.start) > day)
    ]  # a later contract is not known yet, nor what it replaces
    known_ids = begun.contract_id.astype("str").str.strip()
    begun = begun.assign(
        renewed_by=begun.renewed_by.where(begun.renewed_by.astype("str").str.strip().isin(known_ids))
    )
    months = portfolio.thresholds.contacts.tender_months
    ahead = due_deadlines(begun, as_of=known.end, months=months)
    here = known.clients.index[known.clients.state.ne("lost").fillna(True)]
    ahead = ahead[(ahead.deadline > day) & ahead.customer_id.isin(here)]
    first = ahead.sort_values(["since", "deadline"], kind="stable").drop_duplicates("contract_id")
    found = wanted(first.customer_id, list(first.since), kind="preparation", reason="deadline")
    return found.assign(stake=first.annual_amount.astype("float64").to_numpy())


def seasons(portfolio: Portfolio, known: Known) -> Wanted:
    """A call before the season of a client opens."""
    mine = known.clients[followed(known) & known.clients.seasonal.astype(bool)]
    days, rows = portfolio.thresholds.contacts.season_days, []
    met = days_of(known.last["spoken"].reindex(mine.index))
    for client, month in mine.season_start.items():
        opening = next_season(known.as_of + timedelta(days=1), int(month))
        due = season_call(opening, days)
        called = met[client] is not None and met[client] >= due
        if due <= known.end and not called:
            rows.append((str(client), due))
    return rows_of(rows, "call", "season", mine.stake)


def debts(portfolio: Portfolio, known: Known) -> Wanted:
    """Letters about undisputed debts: those of the recovery file, then a reminder of what falls due later.

    What is doubtful or with counsel is left out.
    """
    missing = no_accounts(portfolio)
    if missing is not None:
        return missing
    rows, found = settlements.still_open(portfolio), recovery_clients(portfolio)
    apart = set(found.doubts.customer_id) if len(found.doubts) else set()
    if len(found.clients):
        apart |= set(found.clients.index[found.clients.stage.isin(NOT_CLAIMED)])
    balance = rows.groupby("customer_id").amount.sum()  # credits may cover what is not due yet
    apart |= set(balance.index[balance <= 0]) | known.silent
    firm = rows[rows.is_debit & ~rows.disputed.astype(bool) & ~rows.customer_id.isin(apart)].copy()
    firm = firm[firm.customer_id.isin(known.clients.index) | firm.customer_id.isin(found.clients.index)]
    firm["due_date"] = pd.to_datetime(firm.due_date)
    grouped = firm.groupby(["customer_id", "due_date"]).agg(
        amount=("amount", "sum"), guess=("is_estimated", "any")
    )
    sent = days_of(known.last["reminder"])
    steps = portfolio.thresholds.contacts.reminder_days
    told, first = letters_of_cases(portfolio, known, set(grouped.index.get_level_values(0)), sent)
    listed: Any = grouped.reset_index().itertuples()
    for row in listed:
        begun = first.get(row.customer_id)
        if begun is not None and row.due_date.date() < known.as_of:
            continue  # the letter of the case claims it
        for kind, day in pure.debt_steps(
            row.due_date.date(),
            as_of=known.as_of,
            end=known.end,
            days=steps,
            last_sent=sent.get(row.customer_id),
        ):
            if kind != "formal_notice" or not row.guess:  # a computed date puts nobody in default
                told.append((row.customer_id, kind, max(day, begun or day), row.amount / 100))
    table = pd.DataFrame(told, columns=["customer_id", "kind", "day", "amount"])
    return wanted(table.customer_id, list(table.day), kind="", reason="overdue").assign(
        kind=table.kind, stake=table.amount.astype("float64")
    )


TRIGGERS: dict[str, Callable[[Portfolio, Known], Wanted]] = {
    "overdue": debts, "claim": claims, "first_order": first_orders, "plan": planned, "deadline": deadlines,
    "season": seasons,
    "young": young_clients, "valuable": visits, "lost": losses, "small": small_calls, "survey": surveys,
    "mailing": mailings,
}  # fmt: skip
