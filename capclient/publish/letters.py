"""The letters of a recovery case, as HTML to read, complete, print and sign.

Floor 8. A letter is a draft that a person sends: it states facts, the law, and what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd

from capclient import regulation
from capclient.decisions.recovery import Case
from capclient.portfolio import Portfolio
from capclient.templates import render
from capclient.themes.payment_terms import FOREIGN, PERIODIC, PRIVATE
from capclient.wording import text
from capclient.wording.numbers import count, day, days, decimal, money, share

DATES = 3  # reminders quoted, the last ones
MOST = 200  # rows of a table on paper; the CSV has them all
Euro = Callable[[Decimal], str]
HEADS = (
    ("invoice", "text"),
    ("date", "text"),
    ("due", "text"),
    ("late", "number"),
    ("open", "number"),
    ("penalty", "number"),
)


def letter(portfolio: Portfolio, case: Case, kind: str, lang: str) -> str:
    """Return a letter to the client: ``reminder``, or ``formal_notice`` with penalties, indemnity and their law."""
    euro = euros(portfolio, lang)
    is_formal = kind == "formal_notice"
    known = case.penalties
    credits = min(Decimal(str(case.row.credits)), case.principal)
    owed = case.principal - credits
    whole = owed + case.indemnity + (known or Decimal(0))
    facts = {
        "principal": euro(owed),
        "penalties": euro(known or Decimal(0)),
        "indemnity": euro(case.indemnity),
        "each": f"{count(case.invoices_late, lang)} × {money(regulation.indemnity(), lang, portfolio.currency)}",
        "rate": _rate(portfolio, case, lang),
        "total": euro(whole if is_formal else owed),
        "day": day(portfolio.as_of, lang),
    }
    heads = HEADS if is_formal else HEADS[:-1]
    rows = debt_rows(case.overdue_items, lang, euro)
    if credits:
        rows.append([text("case.fact.credits", lang), "", "", "", euro(-credits), ""])
    rows.append(total(case, lang, euro, credits))
    blank = "" if portfolio.params.company.address else text("letter.blank.address", lang)
    return str(
        render(
            "letter.html.j2", lang=lang, company=company(portfolio), name=case.name, registered=is_formal,
            address=portfolio.params.company.address or blank, to_address=text("letter.blank.address", lang),
            siren=case.attributes.get("siren", ""), reference=reference(portfolio, case),
            date=text("letter.date", lang, place=text("letter.blank.place", lang), day=facts["day"]),
            signatory=portfolio.params.company.signatory or text("letter.blank.signatory", lang),
            subject=text(f"letter.{kind}.subject", lang, **facts), opening=_opening(case, kind, lang, facts),
            closing=_closing(case, kind, lang, facts),
            attached=text("letter.formal_notice.attached", lang) if is_formal else "",
            heads=[(text(f"case.head.{name}", lang), align) for name, align in heads],
            rows=[row[: len(heads)] for row in rows],
        )
    )  # fmt: skip


def _opening(case: Case, kind: str, lang: str, facts: dict[str, str]) -> list[str]:
    """Say what is owed; reminders are told only where some are recorded, with their dates."""
    sent = case.dunned if kind == "formal_notice" else []
    if not sent:
        return [text(f"letter.{kind}.opening", lang, **facts)]
    told = ", ".join(day(one, lang) for one in sent[-DATES:])
    return [text("letter.formal_notice.opening_reminded", lang, **facts, dates=told)]


def _closing(case: Case, kind: str, lang: str, facts: dict[str, str]) -> list[str]:
    """Say the law of this buyer, what is asked, and what comes next."""
    if kind == "reminder":
        more = [text("letter.reminder.estimated", lang)] if case.is_estimated else []
        return more + [text(f"letter.reminder.{place}", lang, **facts) for place in ("law", "ask", "end")]
    side = "public" if is_public(case) else "private"
    rated = "law" if case.penalties is not None else "law_unrated"
    return [
        text(f"letter.formal_notice.{rated}_{side}", lang, **facts),
        text("letter.formal_notice.ask", lang, **facts),
        text(f"letter.formal_notice.end_{side}", lang),
    ]


def is_public(case: Case) -> bool:
    """Tell whether the code of public contracts holds for this buyer."""
    return case.buyer not in (PRIVATE, PERIODIC, FOREIGN)


def _rate(portfolio: Portfolio, case: Case, lang: str) -> str:
    """Say the rate of penalties in words: the margin of the law, and the rate of the last half-year."""
    used = case.statement
    if used.empty:
        return ""
    if not is_public(case) and portfolio.params.credit.penalty_rate is not None:
        return text("letter.rate.agreed", lang, rate=share(used.rate.iloc[-1] / 100, lang, 2))
    last = used.sort_values("from_day", kind="stable").iloc[-1]
    half = text(f"letter.half.{1 if last.from_day.month <= 6 else 2}", lang, year=str(last.from_day.year))
    points = regulation.margin("public" if is_public(case) else "private")
    said = text(
        "letter.rate.legal",
        lang,
        points=decimal(points, lang, 0),
        rate=share(last.rate / 100, lang, 2),
        half=half,
    )
    return said + (text("letter.rate.others", lang) if used.rate.nunique() > 1 else "")


def debt_rows(items: pd.DataFrame, lang: str, euro: Euro) -> list[list[str]]:
    """Return debts as rows of ``HEADS``, as many as a page holds."""
    rows: Any = items.head(MOST).itertuples()
    return [
        [
            piece(row, lang), short_day(row.date, lang), _due(row, lang),
            days(int(row.days_late), lang) if row.is_overdue else "", euro(cents(row.open)),
            euro(row.penalty) if isinstance(row.penalty, Decimal) else "",
        ]
        for row in rows
    ]  # fmt: skip


def total(case: Case, lang: str, euro: Euro, credits: Decimal = Decimal(0)) -> list[str]:
    """Return the row that adds up the debts to claim, less credits."""
    penalty = "" if case.penalties is None else euro(case.penalties)
    rest = len(case.overdue_items) - MOST
    more = f" ({text('case.more', lang, count=count(rest, lang))})" if rest > 0 else ""
    return [text("case.total", lang) + more, "", "", "", euro(case.principal - credits), penalty]


def company(portfolio: Portfolio) -> str:
    """Return the name of the creditor, its code when nobody told it."""
    return portfolio.params.company.name or portfolio.params.company.id


def euros(portfolio: Portfolio, lang: str) -> Euro:
    """Return how sums are written, cents included."""
    return lambda value: money(value, lang, portfolio.currency, cents=True)


def cents(value: Any) -> Decimal:
    """Return whole cents as euros."""
    return Decimal(int(value)).scaleb(-2)


def short_day(value: Any, lang: str) -> str:
    """Return a date in short, nothing for a missing one."""
    return "" if pd.isna(value) else day(pd.Timestamp(value).date(), lang, "short")


def words(value: object) -> str:
    """Return a text of the data, nothing for a missing one."""
    return value if isinstance(value, str) else ""


def piece(row: Any, lang: str) -> str:
    """Return what names a piece to its debtor: the number of the invoice, never a key made by the program."""
    own = words(row.item_id)
    return words(row.invoice_id) or (own if own and "|" not in own else text("case.no_number", lang))


def reference(portfolio: Portfolio, case: Case) -> str:
    """Return the reference of a case, the same in all its papers."""
    return f"{case.customer_id} / {portfolio.as_of:%Y%m%d}"


def _due(row: Any, lang: str) -> str:
    said = short_day(row.due_date, lang)
    return text("case.to_confirm", lang, day=said) if row.is_estimated and said else said
