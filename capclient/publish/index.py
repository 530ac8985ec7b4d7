"""The page of a batch: every company, its key figures, and the failures in plain words.

Floor 8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from capclient.templates import render
from capclient.wording.numbers import count, is_missing, spoken

Number = float | int | None

# What a total may add up: amounts and counts, within one currency.
SUMMED_UNITS = ("money", "customers", "count")


@dataclass(frozen=True, slots=True)
class Column:
    """A finding shown for every company: its id, its head, its unit."""

    id: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class Company:
    """One company of a batch.

    Parameters
    ----------
    status
        ``complete`` or ``failed``.
    link
        Address of its page relative to the page of the batch, empty when it has none.
    reason
        Why it failed, in plain words.
    values
        Value of each finding by id; None or absent when unknown.
    unknown
        Why a finding is unknown, in words, by id.
    """

    id: str
    name: str
    status: str
    currency: str = "EUR"
    link: str = ""
    reason: str = ""
    values: Mapping[str, Number] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)


def group_page(
    companies: Sequence[Company], *, columns: Sequence[Column], lang: str, version: str, sort_by: str
) -> str:
    """Write the page of a batch.

    Companies are sorted by currency, then by the finding ``sort_by`` (largest first, unknown last), then by
    name; failed ones come first, apart. Totals are made per currency and only of amounts and counts; one
    unknown makes the total unknown.
    """
    complete = [company for company in companies if company.status == "complete"]
    failed = sorted((c for c in companies if c.status != "complete"), key=lambda c: (c.name.casefold(), c.id))
    groups = []
    for currency in sorted({company.currency for company in complete}):
        members = [company for company in complete if company.currency == currency]
        members.sort(key=lambda c: (_descending(c.values.get(sort_by)), c.name.casefold(), c.id))
        groups.append(
            {
                "currency": currency,
                "n": count(len(members), lang),
                "rows": [(c, [_words(c, column, lang) for column in columns]) for c in members],
                "total": [_total(members, column, currency, lang) for column in columns],
                "wanted": len(members) > 1,
            }
        )
    notes = _notes(complete, columns)
    return str(
        render(
            "group.html.j2",
            lang=lang,
            groups=groups,
            failed=failed,
            columns=columns,
            notes=notes,
            version=version,
            numbers={
                "all": count(len(companies), lang),
                "complete": count(len(complete), lang),
                "failed": count(len(failed), lang),
            },
            alone=len(companies) == 1,
        )
    )


def _descending(value: Number) -> tuple[bool, float]:
    return (True, 0.0) if value is None else (False, -float(value))


def _words(company: Company, column: Column, lang: str) -> str | None:
    value = company.values.get(column.id)
    return None if is_missing(value) else spoken(value, column.unit, lang, company.currency)


def _total(members: list[Company], column: Column, currency: str, lang: str) -> str | None:
    values = [company.values.get(column.id) for company in members]
    if column.unit not in SUMMED_UNITS:
        return ""
    known = [value for value in values if value is not None and not is_missing(value)]
    return spoken(sum(known), column.unit, lang, currency) if len(known) == len(values) else None


def _notes(companies: list[Company], columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    """Company, finding and reason of each unknown figure."""
    return [
        (company.name, column.label, company.unknown[column.id])
        for company in sorted(companies, key=lambda c: (c.name.casefold(), c.id))
        for column in columns
        if is_missing(company.values.get(column.id)) and column.id in company.unknown
    ]
