"""What stands in lists on the sheet of a client: alerts, people, contracts, exchanges, contacts planned.

Floor 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from capclient.decisions.alert_words import alert_name, evidence_words
from capclient.decisions.contact_words import kind_words, reason_words
from capclient.portfolio import Portfolio
from capclient.publish.review_more import planned_contacts
from capclient.wording import has, text
from capclient.wording.numbers import MISSING, day, is_missing, money

PEOPLE = ALERTS = CONTRACTS = 4  # lines of each: the page stays one page
TALKS = 3


def beside(portfolio: Portfolio, codes: list[str], rung: pd.DataFrame) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the rows of each table by client: ``alerts people contracts planned talks``; one pass over each."""
    tables = {
        "alerts": rung,
        "people": _people(portfolio),
        "contracts": _contracts(portfolio),
        "planned": planned_contacts(portfolio),
        "talks": _talks(portfolio),
    }
    return {name: _grouped(table, codes) for name, table in tables.items()}


def lines(known: Mapping[str, Any], lang: str, currency: str) -> dict[str, list[str]]:
    """Say what stands in lists: alerts, people, contracts, exchanges."""
    alerts: Any = known["alerts"].head(ALERTS).itertuples()
    people: Any = known["people"].head(PEOPLE).itertuples()
    contracts: Any = known["contracts"].head(CONTRACTS).itertuples()
    talks: Any = known["talks"].head(TALKS).itertuples()
    planned: Any = known["planned"].head(TALKS).itertuples()
    return {
        "alerts": [
            text("review.pair", lang, one=alert_name(row.code, lang),
                 other=evidence_words(row.code, row.evidence, lang, currency))
            for row in alerts
        ],
        "people": [
            " · ".join(part for part in (
                str(row.person), "" if is_missing(row.role) else str(row.role),
                text(f"review.side.{row.side if row.side == 'ours' else 'theirs'}", lang),
                text("review.opposed", lang) if _is_true(getattr(row, "opposed", None)) else "",
            ) if part)
            for row in people
        ],
        "contracts": [
            " · ".join([str(row.contract_id)] + [
                text(f"review.date.{name}", lang, day=short_day(getattr(row, name), lang))
                for name in ("start", "notice_date", "tender_date", "end") if not is_missing(getattr(row, name))
            ] + ([] if is_missing(row.annual_amount) else [money(float(row.annual_amount), lang, currency)]))
            for row in contracts
        ],
        "planned": [
            " · ".join((short_day(row.due, lang), kind_words(row.kind, lang), reason_words(str(row.reasons), lang)))
            for row in planned
        ],
        "talks": [
            " · ".join(part for part in (
                short_day(row.date, lang), text(f"talk.{row.type}", lang),
                "" if is_missing(row.cause) else str(row.cause),
            ) if part)
            for row in talks
        ],
    }  # fmt: skip


def _people(portfolio: Portfolio) -> pd.DataFrame:
    """People of both sides who are there at D."""
    table, now = portfolio.table("contacts"), pd.Timestamp(portfolio.as_of)
    left = pd.to_datetime(table.until) <= now
    return table[~left & ~(pd.to_datetime(table.since) > now) & table.person.notna()]


def _contracts(portfolio: Portfolio) -> pd.DataFrame:
    """Contracts that nothing replaced and that are not over for more than a year."""
    table, now = portfolio.table("contracts"), pd.Timestamp(portfolio.as_of)
    over = pd.to_datetime(table.end) < now - pd.DateOffset(years=1)
    return table[table.renewed_by.isna() & ~over].sort_values(["end", "contract_id"], kind="stable")


def _talks(portfolio: Portfolio) -> pd.DataFrame:
    """Exchanges up to D, the latest first."""
    table = portfolio.table("interactions")
    table = table[
        (pd.to_datetime(table.date) <= pd.Timestamp(portfolio.as_of)) & table.type.map(_has_word).astype(bool)
    ]
    return table.sort_values("date", ascending=False, kind="stable")


def _has_word(code: object) -> bool:
    return has(f"talk.{code}")


def _grouped(table: pd.DataFrame, codes: list[str]) -> dict[str, pd.DataFrame]:
    mine = table[table.customer_id.isin(codes)]
    return {str(code): rows for code, rows in mine.groupby("customer_id", sort=False)}


def short_day(value: Any, lang: str) -> str:
    """Say a day in figures."""
    return MISSING if is_missing(value) else day(pd.Timestamp(value).date(), lang, "short")


def _is_true(value: Any) -> bool:
    return not is_missing(value) and bool(value)
