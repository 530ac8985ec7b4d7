"""The page of a recovery case: what is owed, how it is computed, what was done, and what to join.

Floor 8. It is read by a lawyer; letters are in :mod:`capclient.publish.letters`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from capclient import regulation
from capclient.decisions.recovery import FOUR_YEARS, Case, owed
from capclient.portfolio import Portfolio
from capclient.publish.chronology import payment_word
from capclient.publish.letters import (
    HEADS,
    MOST,
    cents,
    company,
    debt_rows,
    euros,
    is_prolonged,
    is_public,
    is_unchecked,
    piece,
    reference,
    short_day,
    total,
    words,
)
from capclient.templates import render
from capclient.themes.buyers import FOREIGN
from capclient.themes.recovery_list import doubt_lines
from capclient.wording import text
from capclient.wording.numbers import MISSING, count, day, days, money, share

STATEMENT = (
    ("invoice", "words"),
    ("base", "number"),
    ("from", "date"),
    ("to", "date"),
    ("days", "number"),
    ("rate", "number"),
    ("penalty", "number"),
)
JOINED = ("order", "delivery", "invoices", "terms", "proof")


def case_page(portfolio: Portfolio, case: Case, lang: str) -> str:
    """Return the page of a case: what is owed, since when, what was done, and what the law says."""
    euro = euros(portfolio, lang)
    firm, known = case.overdue_items, case.penalties
    facts = [
        (text("case.fact.code", lang), case.customer_id),
        (text("case.fact.reference", lang), reference(portfolio, case)),
        (text("case.fact.buyer", lang), text(f"buyer.{case.buyer}", lang)),
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
        *_settled(portfolio, case, lang),
        (text("case.fact.oldest", lang), days(int(case.row.oldest_days), lang)),
        (text("case.fact.lapses", lang), MISSING if case.lapses is None else day(case.lapses, lang)),
        (text("case.fact.score", lang), _score(case, lang)),
        (text("case.fact.rejected", lang), count(int(case.row.rejected), lang)),
        (text("case.fact.broken", lang), count(int(case.row.broken_promises), lang)),
    ]
    unrated = text("case.unrated" if known is None else "case.none", lang)
    others = case.items[~(case.items.is_overdue & ~case.items.disputed)]
    parts = [
        _part("overdue", HEADS, [*debt_rows(firm, lang, euro), total(firm, lang, euro)], lang, total=True),
        _part("statement", STATEMENT, statement_rows(case, lang, euro), lang, none=unrated),
        _part("others", HEADS, debt_rows(others, lang, euro), lang),
        _part(
            "payments", (("date", "date"), ("kind", "words"), ("invoice", "words"), ("amount", "number")),
            [
                [
                    short_day(row.date, lang), payment_word(row, lang), words(row.invoice_id),
                    euro(cents(row.amount)),
                ]
                for row in case.payments.tail(MOST).itertuples()
            ],
            lang,
        ),
        _part(
            "reminders", (("date", "date"), ("kind", "words"), ("channel", "words"), ("cause", "words")),
            [
                [short_day(row.date, lang), text(f"talk.{row.type}", lang), words(row.channel), words(row.cause)]
                for row in case.reminders.tail(MOST).itertuples()
            ],
            lang,
        ),
    ]  # fmt: skip
    return str(
        render(
            "case.html.j2", lang=lang, case=case, company=company(portfolio), day=day(portfolio.as_of, lang),
            stage=text(f"recovery_stage.{case.row.stage}", lang), claim=euro(Decimal(str(case.row.claim))),
            facts=facts, parts=parts, caveats=_caveats(portfolio, case, lang),
            joined=[text(f"case.join.{name}", lang) for name in JOINED], law=_law(case, lang),
        )
    )  # fmt: skip


def statement_rows(case: Case, lang: str, euro: Any) -> list[list[str]]:
    """Return how the interest of a case is computed, a row an invoice and half-year, as many as a page holds."""
    items = case.items
    listed: Any = case.statement.head(MOST).itertuples()
    rows = [
        [
            piece(items.loc[row.item], lang), euro(cents(row.base)), short_day(row.from_day, lang),
            short_day(row.to_day, lang), count(row.days, lang), share(row.rate / 100, lang, 2), euro(row.penalty),
        ]
        for row in listed
    ]  # fmt: skip
    rest = len(case.statement) - MOST
    if rest > 0:
        rows.append([text("case.more_rows", lang, count=count(rest, lang)), *[""] * 6])
    return rows


def _law(case: Case, lang: str) -> str:
    """Say the law of this buyer, and how long a debt may be claimed."""
    if not is_public(case):
        return text("case.law.foreign" if case.buyer == FOREIGN else "case.law.private", lang)
    lapse = text("case.law.four" if case.buyer in FOUR_YEARS else "case.law.five", lang)
    return f"{text('case.law.public', lang)} {lapse}"


def _part(
    name: str,
    heads: tuple[tuple[str, str], ...],
    rows: list[list[str]],
    lang: str,
    *,
    total: bool = False,
    none: str = "",
) -> dict[str, object]:
    return {
        "title": text(f"case.part.{name}", lang),
        "heads": [(text(f"case.head.{head}", lang), kind) for head, kind in heads],
        "rows": rows,
        "total": total,
        "none": none or text("case.none", lang),
    }


def _caveats(portfolio: Portfolio, case: Case, lang: str) -> list[str]:
    said = doubt_lines(case.doubts, lang, portfolio.currency)
    if case.is_estimated:
        said.append(text("case.caveat.estimated", lang))
    if float(case.row.credits) > 0:
        said.append(text("case.caveat.credits", lang))
    if float(case.row.disputed) > 0:
        said.append(text("case.caveat.disputed", lang))
    if len(case.unknown_items):
        said.append(
            text("case.caveat.unknown", lang, amount=euros(portfolio, lang)(owed(case.unknown_items)))
        )
    if case.open_claims:
        said.append(text("case.caveat.claims", lang, count=count(case.open_claims, lang)))
    if portfolio.params.credit.penalty_rate is None and is_prolonged(portfolio, portfolio.as_of):
        said.append(text("caveat.refi_old", lang))
    if is_unchecked(portfolio, case):
        said.append(text("caveat.floor_unchecked", lang))
    return said


def _settled(portfolio: Portfolio, case: Case, lang: str) -> list[tuple[str, str]]:
    """Say what late payments of other invoices cost: with the two lines above, all that chapter 70 counts."""
    if case.settled is None:
        return []
    each = f"{count(case.settled.invoices, lang)} × {money(regulation.indemnity(), lang, portfolio.currency)}"
    said = text("case.settled.value", lang, penalty=euros(portfolio, lang)(case.settled.penalty), each=each)
    return [(text("case.settled", lang), said)]


def _score(case: Case, lang: str) -> str:
    if pd.isna(case.row.payment_score):
        return MISSING
    return f"{round(float(case.row.payment_score))} ({case.row.payment_grade})"
