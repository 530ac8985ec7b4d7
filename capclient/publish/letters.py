"""The letters of a recovery case, as HTML to read, complete, print and sign.

Floor 8. A letter is a draft that a person sends: it states facts, the law, and what is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from capclient import regulation
from capclient.decisions.recovery import Case, indemnity, interest, owed
from capclient.portfolio import Portfolio
from capclient.templates import render
from capclient.themes.buyers import FOREIGN, PERIODIC, PRIVATE
from capclient.themes.penalty_rates import floor_unchecked
from capclient.wording import text
from capclient.wording.numbers import count, day, days, decimal, money, share

DATES = 3  # reminders quoted, the last ones
MOST = 200  # rows of a table on paper; the CSV has them all
Euro = Callable[[Decimal], str]
HEADS = (
    ("invoice", "words"),
    ("date", "date"),
    ("due", "date"),
    ("late", "number"),
    ("open", "number"),
    ("penalty", "number"),
)


def letter(portfolio: Portfolio, case: Case, kind: str, lang: str) -> str:
    """Return a letter to the client: ``reminder``, ``dunning`` (a second one), or ``formal_notice``.

    A formal notice claims the debts that are late enough, with penalties, indemnity and their law; what fell due since
    is told under it and claimed by no law yet.
    """
    euro = euros(portfolio, lang)
    is_formal = kind == "formal_notice"
    firm = case.noticed_items if is_formal else case.overdue_items
    more = case.overdue_items.drop(firm.index)
    more = more[more.billed.notna()]
    credits = min(Decimal(str(case.row.credits)), owed(firm))
    facts = _facts(portfolio, case, firm, credits, is_formal, lang)
    heads = HEADS if is_formal else HEADS[:-1]
    rows = debt_rows(firm, lang, euro)
    if credits:
        rows.append([text("case.fact.credits", lang), "", "", "", euro(-credits), ""])
    rows.append(total(firm, lang, euro, credits))
    firm_address = portfolio.params.company.address
    blank = text("letter.blank.address", lang)
    siren = portfolio.params.company.siren
    return str(
        render(
            "letter.html.j2", lang=lang, company=company(portfolio), name=case.name, registered=is_formal,
            coded=portfolio.params.privacy.pseudonymise,
            address=firm_address or blank, to_address=case.attributes.get("address", blank),
            own_siren=siren, siren=case.attributes.get("siren", ""), reference=reference(portfolio, case),
            date=text("letter.date", lang, place=_town(firm_address) or text("letter.blank.place", lang),
                      day=facts["day"]),
            signatory=portfolio.params.company.signatory or text("letter.blank.signatory", lang),
            subject=text(f"letter.{kind}.subject", lang, **facts), opening=_opening(case, kind, lang, facts),
            closing=_closing(case, kind, lang, facts),
            attached=text("letter.formal_notice.attached", lang) if is_formal else "",
            heads=[(text(f"case.head.{name}", lang), align) for name, align in heads],
            rows=[row[: len(heads)] for row in rows],
            more_heads=[(text(f"case.head.{name}", lang), align) for name, align in HEADS[:-1]],
            more=text("letter.more", lang, amount=euro(owed(more))) if len(more) else "",
            more_rows=[row[: len(HEADS) - 1] for row in debt_rows(more, lang, euro)],
        )
    )  # fmt: skip


def _facts(
    portfolio: Portfolio, case: Case, firm: pd.DataFrame, credits: Decimal, is_formal: bool, lang: str
) -> dict[str, str]:
    """Return the amounts and the words that the sentences of a letter quote."""
    euro, known, fixed = euros(portfolio, lang), interest(firm), indemnity(firm)
    rest = owed(firm) - credits
    due = rest + fixed + (known or Decimal(0)) if is_formal else rest
    invoices = int(fixed / regulation.indemnity())
    number = "sums" if firm.billed.isna().any() else "one" if len(firm) == 1 else "many"
    return {
        "principal": euro(rest),
        "penalties": euro(known or Decimal(0)),
        "indemnity": euro(fixed),
        "each": f"{count(invoices, lang)} × {money(regulation.indemnity(), lang, portfolio.currency)}",
        "rate": _rate(portfolio, case, firm, lang),
        "total": euro(due),
        "day": day(portfolio.as_of, lang),
        "late": text(f"letter.late.{number}", lang),
        "unpaid": text(f"letter.unpaid.{number}", lang),
    }


def _town(address: str) -> str:
    """Return what follows the postcode of an address, nothing where no postcode is told.

    >>> _town("12 rue des Lices, 31000 Toulouse"), _town("Cedex"), _town("ZA, 44800 Saint-Herblain Cedex 2, France")
    ('Toulouse', '', 'Saint-Herblain')
    """
    found = re.search(r"\b[0-9]{5}[ \u00a0]+([^,;\n]{1,60})", address)
    return re.sub(r"(?i)\s+cedex\b.*", "", found.group(1)).strip() if found else ""


def _opening(case: Case, kind: str, lang: str, facts: dict[str, str]) -> list[str]:
    """Say what is owed; reminders are told only where some are recorded, with their dates."""
    sent = [] if kind == "reminder" else case.dunned
    if not sent:
        said = text(f"letter.{kind}.opening", lang, **facts)
        return [said[:1].upper() + said[1:]]
    told = ", ".join(day(one, lang) for one in sent[-DATES:])
    again = text(f"letter.again.{'one' if len(sent) == 1 else 'many'}", lang, dates=told)
    return [text("letter.opening_reminded", lang, **facts, again=again)]


def _closing(case: Case, kind: str, lang: str, facts: dict[str, str]) -> list[str]:
    """Say the law of this buyer, what is asked, and what comes next."""
    if kind != "formal_notice":
        more = [text("letter.reminder.estimated", lang)] if case.is_estimated else []
        more += [text("letter.reminder.unknown", lang)] if len(case.unknown_items) else []
        return more + [text(f"letter.{kind}.{place}", lang, **facts) for place in ("law", "ask", "end")]
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


def _rate(portfolio: Portfolio, case: Case, firm: pd.DataFrame, lang: str) -> str:
    """Say the rate of penalties in words: the margin of the law, and the rate of the last half-year."""
    used = case.statement[case.statement["item"].isin(firm.index)]
    if used.empty:
        return ""
    agreed = portfolio.params.credit.penalty_rate
    last = used.sort_values("from_day", kind="stable").iloc[-1]
    if agreed is not None and not is_public(case):
        code = "floor" if used.rate.max() > agreed else "agreed"
        said = text(
            f"letter.rate.{code}",
            lang,
            agreed=share(agreed / 100, lang, 2),
            rate=share(last.rate / 100, lang, 2),
        )
        return f"{said} {text('letter.blank.floor', lang)}" if is_unchecked(portfolio, case) else said
    half = text(f"letter.half.{1 if last.from_day.month <= 6 else 2}", lang, year=str(last.from_day.year))
    points = regulation.margin("public" if is_public(case) else "private")
    said = text(
        "letter.rate.legal",
        lang,
        points=decimal(points, lang, 0),
        rate=share(last.rate / 100, lang, 2),
        half=half,
    )
    if is_prolonged(portfolio, last.from_day):
        said += text("letter.rate.prolonged", lang)
    return said + (text("letter.rate.others", lang) if used.rate.nunique() > 1 else "")


def is_prolonged(portfolio: Portfolio, last: date) -> bool:
    """Tell whether the rate of the ECB of a day was not known yet: the last one known stands for it."""
    refi = regulation.refi_rates(portfolio.params.credit.refi_rates)
    return last > regulation.rates_known_to(refi)


def is_unchecked(portfolio: Portfolio, case: Case) -> bool:
    """Tell whether the interest of a case rests on a contract rate whose legal floor nobody could check."""
    used = case.statement
    return not used.empty and floor_unchecked(portfolio, case.buyer, used.from_day.min(), used.to_day.max())


def debt_rows(items: pd.DataFrame, lang: str, euro: Euro) -> list[list[str]]:
    """Return debts as rows of ``HEADS``, as many as a page holds."""
    rows: Any = items.head(MOST).itertuples()
    return [
        [
            _debt(row, lang), short_day(row.date, lang), _due(row, lang),
            days(int(row.days_late), lang) if row.is_overdue else "", euro(cents(row.open)),
            euro(row.penalty) if isinstance(row.penalty, Decimal) else "",
        ]
        for row in rows
    ]  # fmt: skip


def _debt(row: Any, lang: str) -> str:
    """Return what names a debt: its number, or what it is where no invoice is known, never a line of a file."""
    if words(row.invoice_id) or pd.notna(row.billed):
        return piece(row, lang)
    return text(f"item_kind.{row.kind}", lang)


def total(debts: pd.DataFrame, lang: str, euro: Euro, credits: Decimal = Decimal(0)) -> list[str]:
    """Return the row that adds up some debts, less credits."""
    known = interest(debts)
    rest = len(debts) - MOST
    more = f" ({text('case.more', lang, count=count(rest, lang))})" if rest > 0 else ""
    return [
        text("case.total", lang) + more, "", "", "", euro(owed(debts) - credits), "" if known is None else euro(known),
    ]  # fmt: skip


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
