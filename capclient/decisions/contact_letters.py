"""The letters of the recovery files, as the contact plan sends them: the one due today, then those after it (14, E07).

Floor 5.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from capclient.decisions.contact_facts import Known
from capclient.decisions.recovery import is_reminder, recovery_cases
from capclient.indicators import contacts as pure
from capclient.indicators.recovery import CLAIMED
from capclient.portfolio import Portfolio
from capclient.themes import settlements
from capclient.themes.once import once
from capclient.themes.recovery_list import recovery_clients, reminders


@once
def letters_due(portfolio: Portfolio) -> dict[str, tuple[str, bool]]:
    """Return by client the letter due today, as its file holds it, and whether it may be put in default after it."""
    found = recovery_clients(portfolio)
    if found.reason is not None or found.clients.empty:
        return {}
    cases = {case.customer_id: case for case in recovery_cases(portfolio)}
    told = {id: (case.letters[0], not case.is_estimated) for id, case in cases.items() if case.letters}
    claimed = found.clients[found.clients.stage.isin(CLAIMED)]
    beyond = claimed[~claimed.index.isin(list(cases))]  # too many for a file each
    if beyond.empty:
        return told
    talks = reminders(portfolio)
    talks = talks[talks["type"].isin(("mail", "call")) & talks.cause.map(is_reminder).astype(bool)]
    last = talks.groupby("customer_id")["date"].max()
    late = settlements.overdue(portfolio)
    guessed = set(late.customer_id[late.is_estimated.astype(bool) & ~late.disputed.astype(bool)])
    for id, stage, oldest in zip(beyond.index, beyond.stage, beyond.oldest_due, strict=True):
        is_firm = id not in guessed
        letter = "reminder"
        if stage in ("formal_notice", "counsel") and is_firm:
            letter = "formal_notice"
        elif stage != "reminder" and id in last.index and last[id] > oldest:
            letter = "dunning"
        told[str(id)] = (letter, is_firm)
    return told


def letters_of_cases(
    portfolio: Portfolio, known: Known, clients: set[str], sent: dict[Any, Any]
) -> tuple[list[tuple[str, str, date, float]], dict[str, date]]:
    """Return the letters of the cases of today, from the one that their file holds, and the day of each first one."""
    told: list[tuple[str, str, date, float]] = []
    first: dict[str, date] = {}
    days, found = portfolio.thresholds.contacts.reminder_days, recovery_clients(portfolio).clients
    for client, (letter, notice) in letters_due(portfolio).items():
        if client not in clients:
            continue
        row: Any = found.loc[client]
        late = days[pure.LEGAL[::-1].index(letter)]
        reached = min((row.oldest_due + timedelta(days=late)).date(), known.as_of)
        for kind, day in pure.next_letters(
            letter, reached=reached, as_of=known.as_of, end=known.end, days=days, last_sent=sent.get(client)
        ):
            first.setdefault(client, day)
            if kind != "formal_notice" or notice:
                told.append((client, kind, day, float(row.claim)))
    return told, first
