"""The page and the letters of a recovery case, as HTML to read, print and sign.

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
from capclient.wording import text
from capclient.wording.numbers import MISSING, count, day, days, money

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


def case_page(portfolio: Portfolio, case: Case, lang: str) -> str:
    """Return the summary of a case: what is owed, since when, what was done."""
    euro = _euro(portfolio, lang)
    firm, known = case.overdue_items, case.penalties
    facts = [
        (text("case.fact.code", lang), case.customer_id),
        *(
            (text(f"column.{name}", lang), value)
            for name, value in case.attributes.items()
            if name == "salesperson"
        ),
        *((name.upper(), value) for name, value in case.attributes.items() if name == "siren"),
        (text("case.fact.principal", lang), euro(case.principal)),
        (text("case.fact.credits", lang), euro(Decimal(str(case.row.credits)))),
        (text("case.fact.disputed", lang), euro(Decimal(str(case.row.disputed)))),
        (text("case.fact.penalties", lang), MISSING if known is None else euro(known)),
        (text("case.fact.indemnity", lang), euro(case.indemnity)),
        (text("case.fact.oldest", lang), days(int(case.row.oldest_days), lang)),
        (text("case.fact.score", lang), _score(case, lang)),
        (text("case.fact.rejected", lang), count(int(case.row.rejected), lang)),
        (text("case.fact.broken", lang), count(int(case.row.broken_promises), lang)),
    ]
    others = case.items[~(case.items.is_overdue & ~case.items.disputed)]
    parts = [
        _part("overdue", HEADS, [*_rows(firm, lang, euro), _total(case, lang, euro)], lang, total=True),
        _part("others", HEADS, _rows(others, lang, euro), lang),
        _part(
            "payments", (("date", "text"), ("kind", "text"), ("invoice", "text"), ("amount", "number")),
            [
                [
                    _day(row.date, lang), text(f"payment_kind.{row.kind}", lang), _text(row.invoice_id),
                    euro(_cents(row.amount)),
                ]
                for row in case.payments.tail(MOST).itertuples()
            ],
            lang,
        ),
        _part(
            "reminders", (("date", "text"), ("kind", "text"), ("channel", "text"), ("cause", "text")),
            [
                [_day(row.date, lang), text(f"talk.{row.type}", lang), _text(row.channel), _text(row.cause)]
                for row in case.reminders.tail(MOST).itertuples()
            ],
            lang,
        ),
    ]  # fmt: skip
    return str(
        render(
            "case.html.j2", lang=lang, case=case, company=_company(portfolio), day=day(portfolio.as_of, lang),
            stage=text(f"recovery_stage.{case.row.stage}", lang), claim=euro(Decimal(str(case.row.claim))),
            facts=facts, parts=parts, caveats=_caveats(portfolio, case, lang),
        )
    )  # fmt: skip


def letter(portfolio: Portfolio, case: Case, kind: str, lang: str) -> str:
    """Return a letter to the client: ``reminder``, or ``formal_notice`` with penalties, indemnity and their law."""
    euro = _euro(portfolio, lang)
    is_formal = kind == "formal_notice"
    known = case.penalties
    credits = min(Decimal(str(case.row.credits)), case.principal)
    owed = case.principal - credits
    total = owed + case.indemnity + (known or Decimal(0))
    facts = {
        "principal": euro(owed),
        "penalties": euro(known or Decimal(0)),
        "indemnity": euro(case.indemnity),
        "total": euro(total if is_formal else owed),
        "day": day(portfolio.as_of, lang),
    }
    heads = HEADS if is_formal else HEADS[:-1]
    rows = _rows(case.overdue_items, lang, euro)
    if credits:
        rows.append([text("case.fact.credits", lang), "", "", "", euro(-credits), ""])
    rows.append(_total(case, lang, euro, credits))
    closing = [text(f"letter.{kind}.{place}", lang, **facts) for place in ("law", "ask", "end")]
    if is_formal and known is None:
        closing[0] = text("letter.formal_notice.law_unrated", lang, **facts)
    return str(
        render(
            "letter.html.j2", lang=lang, company=_company(portfolio), name=case.name, day=facts["day"],
            registered=is_formal, subject=text(f"letter.{kind}.subject", lang, **facts),
            opening=[text(f"letter.{kind}.opening", lang, **facts)], closing=closing,
            heads=[(text(f"case.head.{name}", lang), align) for name, align in heads],
            rows=[row[: len(heads)] for row in rows],
        )
    )  # fmt: skip


def _part(
    name: str, heads: tuple[tuple[str, str], ...], rows: list[list[str]], lang: str, *, total: bool = False
) -> dict[str, object]:
    return {
        "title": text(f"case.part.{name}", lang),
        "heads": [(text(f"case.head.{head}", lang), kind) for head, kind in heads],
        "rows": rows,
        "total": total,
        "none": text("case.none", lang),
    }


def _rows(items: pd.DataFrame, lang: str, euro: Euro) -> list[list[str]]:
    rows: Any = items.head(MOST).itertuples()
    return [
        [
            _text(row.invoice_id) or _text(row.item_id), _day(row.date, lang), _day(row.due_date, lang),
            days(int(row.days_late), lang) if row.is_overdue else "", euro(_cents(row.open)),
            euro(row.penalty) if isinstance(row.penalty, Decimal) else "",
        ]
        for row in rows
    ]  # fmt: skip


def _total(case: Case, lang: str, euro: Euro, credits: Decimal = Decimal(0)) -> list[str]:
    penalty = "" if case.penalties is None else euro(case.penalties)
    rest = len(case.overdue_items) - MOST
    more = f" ({text('case.more', lang, count=count(rest, lang))})" if rest > 0 else ""
    return [text("case.total", lang) + more, "", "", "", euro(case.principal - credits), penalty]


def _caveats(portfolio: Portfolio, case: Case, lang: str) -> list[str]:
    said = [text("caveat.due_estimated", lang)] if case.is_estimated else []
    if float(case.row.credits) > 0:
        said.append(text("case.caveat.credits", lang))
    if float(case.row.disputed) > 0:
        said.append(text("case.caveat.disputed", lang))
    refi = regulation.refi_rates(portfolio.params.credit.refi_rates)
    if portfolio.params.credit.penalty_rate is None and portfolio.as_of > regulation.rates_known_to(refi):
        said.append(text("caveat.refi_old", lang))
    return said


def _score(case: Case, lang: str) -> str:
    if pd.isna(case.row.payment_score):
        return MISSING
    return f"{round(float(case.row.payment_score))} ({case.row.payment_grade})"


def _company(portfolio: Portfolio) -> str:
    return portfolio.params.company.name or portfolio.params.company.id


def _euro(portfolio: Portfolio, lang: str) -> Euro:
    return lambda value: money(value, lang, portfolio.currency, cents=True)


def _cents(value: Any) -> Decimal:
    return Decimal(int(value)).scaleb(-2)


def _day(value: Any, lang: str) -> str:
    return "" if pd.isna(value) else day(pd.Timestamp(value).date(), lang, "short")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
