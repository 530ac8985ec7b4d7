"""What a review looks back at and ahead to: what was agreed last time, and the load of the contacts planned.

Floor 8.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from capclient.decisions.contact_words import kind_words, reason_words
from capclient.decisions.contacts import UNASSIGNED, contacts
from capclient.decisions.followup import followup
from capclient.decisions.review import Review
from capclient.portfolio import Portfolio
from capclient.tables import Table, table
from capclient.wording import text
from capclient.wording.numbers import count, day, is_missing, money

AGREED = CONTACTS = 30  # lines of each: the others are counted


def agreed(portfolio: Portfolio, pack: Review, lang: str) -> tuple[str, str, Table | None]:
    """Title, sentence and table of what the plans read back say of this portfolio, late actions first."""
    title, told = text("review.agreed_before", lang), followup(portfolio)
    rows = told.rows
    if told.reason is None and len(rows):
        rows = rows[rows.customer_id.isin(pack.clients.index)]
    if told.reason is not None or rows.empty:
        return title, text("review.agreed_before.none", lang), None
    done = count(int(rows.status.eq("done").sum()), lang)
    late = count(int(rows.status.eq("late").sum()), lang)
    shown = pd.DataFrame({
        "name": rows["name"],
        "action": [text(f"action.{code}", lang) for code in rows.action],
        "status": [text(f"followup_status.{code}", lang) for code in rows.status],
        "due": [_day(when, lang) for when in rows.done_on.where(rows.status.eq("done"), rows.due)],
        "comment": rows.comment,
    })  # fmt: skip
    sentence = text("review.agreed_before.said", lang, count=count(len(rows), lang), done=done, late=late)
    return title, sentence, _table(shown, title, portfolio, lang, AGREED)


def workload(portfolio: Portfolio, pack: Review, lang: str) -> tuple[str, str, Table | None]:
    """Title, sentence and table of the contacts planned for this salesperson, beside what can be done."""
    title, ahead = text("review.load", lang), contacts(portfolio)
    owner = UNASSIGNED if pack.salesperson is None else pack.salesperson
    if ahead.reason is not None or ahead.load.empty or owner not in ahead.load.index:
        return title, text("review.load.none", lang), None
    mine = ahead.rows[ahead.rows.owner.eq(owner)]
    load: Any = ahead.load.loc[owner]
    said = [text(
        "review.load.said", lang, end=day(ahead.end, lang), visits=count(int(load.visits), lang),
        calls=count(int(load.calls), lang), can_visit=_whole(load.visits_capacity, lang),
        can_call=_whole(load.calls_capacity, lang),
    )]  # fmt: skip
    if int(load.overflow):
        euros = money(float(load.overflow_revenue), lang, portfolio.currency)
        said.append(text("review.load.over", lang, count=count(int(load.overflow), lang), amount=euros))
    shown = pd.DataFrame({
        "due": [_day(when, lang) for when in mine.due], "name": mine["name"],
        "contact": [kind_words(code, lang) for code in mine.kind],
        "reasons": [reason_words(str(codes), lang) for codes in mine.reasons],
    })  # fmt: skip
    return title, " ".join(said), _table(shown, title, portfolio, lang, CONTACTS) if len(shown) else None


def planned_contacts(portfolio: Portfolio) -> pd.DataFrame:
    """Return the contacts planned, the soonest first; empty where there is no plan."""
    return contacts(portfolio).rows


def _table(rows: pd.DataFrame, caption: str, portfolio: Portfolio, lang: str, most: int) -> Table:
    units = {"due": "spoken"}  # a day never breaks in its middle
    rows = rows[[*(name for name in rows if name != "due"), "due"]]
    columns: list[Any] = [
        (str(name), text(f"review.head.{name}", lang), units.get(str(name), "text")) for name in rows
    ]
    made = table(rows, columns=columns, caption=caption, lang=lang, currency=portfolio.currency, most=most)
    assert isinstance(made, Table)
    return made


def _day(value: Any, lang: str) -> str | None:
    return None if is_missing(value) else day(pd.Timestamp(value).date(), lang, "short")


def _whole(value: Any, lang: str) -> str:
    return text("review.load.free", lang) if is_missing(value) else count(int(float(value) + 0.5), lang)
