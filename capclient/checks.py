"""Reconciliations in words, the same for the terminal, the notebook and the page.

Floor 6. Source: section C.9 of the sources.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from capclient.portfolio import Portfolio
from capclient.wording import has, text
from capclient.wording.numbers import MISSING, count, day, decimal, money

MEASURES = ("R10", "R12")  # they tell a share and never fail
HOLDS: dict[str, bool | None] = {"ok": True, "failed": False, "warning": None, "not_applicable": None}


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what must be equal, both sides and their difference in words, and the verdict.

    ``status`` is ``ok``, ``failed``, ``warning`` or ``not_applicable``; ``sentence`` says more where there is more
    to say, else it is empty.
    """

    id: str
    label: str
    computed: str
    expected: str
    difference: str
    status: str
    verdict: str
    sentence: str

    @property
    def holds(self) -> bool | None:
        """True, False, or None when it is no verdict (a measure, or nothing to compare)."""
        return HOLDS[self.status]


def checks(portfolio: Portfolio, lang: str) -> list[Check]:
    """Return the reconciliations of a company, in order."""
    return [_check(row, lang, portfolio.currency) for row in portfolio.reconciliations]


# What another table of the user's brings, whatever a FEC lacks.
BROUGHT = {
    "fec.limit_people": ("customers", "contacts"),
    "fec.limit_events": ("interactions", "contracts"),
    "fec.limit_market": ("market", "prospects"),
}


def limits_said(portfolio: Portfolio, lang: str) -> list[str]:
    """Return what the books of a company cannot tell (C.11), without what its other sources tell.

    Revenue whose credit notes were moved to the date of their invoice is said first: it is no revenue of accounts.
    """
    given = portfolio.params.sources
    moved = [facts for _, code, facts in portfolio.store.report["notes"] if code == "ingest.restated"]
    return [spoken_facts("ingest.restated", facts, lang) for facts in moved] + [
        spoken_facts(code, facts, lang)
        for book in portfolio.books.values()
        for code, facts in book["limits"]
        if not any(table in given for table in BROUGHT.get(code, ()))
    ]


def spoken_facts(code: str, facts: Mapping[str, Any], lang: str) -> str:
    """Return a sentence whose facts are written as its reader writes them: counts, amounts, days.

    Amounts are texts with two decimals and days ISO texts, as ``ingest.json`` keeps both.
    """
    return text(code, lang, **{name: _written(value, lang) for name, value in facts.items()})


def _written(value: object, lang: str) -> str:
    if isinstance(value, bool | float) or value is None:
        return str(value)
    if isinstance(value, int):
        return count(value, lang)
    if re.fullmatch(r"-?\d+\.\d\d", str(value)):
        return decimal(Decimal(str(value)), lang)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value)):
        return day(date.fromisoformat(str(value)), lang, "short")
    return str(value)


def _check(row: Mapping[str, Any], lang: str, currency: str) -> Check:
    counts = row.get("kind") == "count" or row["id"].startswith("lines")
    currency = (
        row.get("facts", {}).get("currency") or currency
    )  # invoices in another one are never summed with ours

    def said(value: float | None) -> str:
        if value is None:
            return MISSING
        return count(value, lang) if counts else money(value, lang, currency, cents=True)

    return Check(
        row["id"],
        _label(row["id"], lang),
        said(row["computed"]),
        said(row["expected"]),
        said(row["difference"]),
        row["status"],
        text(
            f"check.status.{'measure' if row['id'] in MEASURES and row['status'] == 'ok' else row['status']}",
            lang,
        ),
        _sentence(row, lang, counts),
    )


def _label(code: str, lang: str) -> str:
    """Return what is compared, under its number where the specification of accounts gives it one."""
    label = text(f"reconciliation.{code}", lang)
    return f"{code} · {label}" if re.fullmatch(r"R\d+", code) else label


def _sentence(row: Mapping[str, Any], lang: str, counts: bool) -> str:
    """Say the figures of a comparison that fails, warns or measures."""
    key = f"fec.{row['id']}"
    told = row["status"] in {"failed", "warning"} or (row["id"] in MEASURES and row["computed"])
    if not told or not has(key):
        return ""
    facts = {name: row[name] for name in ("computed", "expected", "difference")} | dict(row.get("facts", {}))
    whole = {"computed", "expected", "difference"} if counts else {"documents"}
    return text(
        key,
        lang,
        **{
            name: count(value, lang) if name in whole else decimal(value, lang)
            for name, value in facts.items()
            if isinstance(value, int | float)
        },
    )
