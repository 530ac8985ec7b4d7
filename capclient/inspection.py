"""What ``capclient check`` says: what was read, what was rejected, what can be computed or not, and why.

Floor 8: it speaks, it computes nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date

from capclient.checks import Check, checks, limits_said, spoken_facts
from capclient.errors import LedgerError
from capclient.findings import Finding, reason_text
from capclient.ingest import ingest
from capclient.ingest.rejects import reject_reason
from capclient.ingest.remarks import key_remarks, table_remarks
from capclient.params import Params
from capclient.portfolio import Portfolio
from capclient.themes import results
from capclient.wording import has, language, text
from capclient.wording.numbers import MISSING, count, day, money, share

MOST_NAMED = 6  # indicators named for each reason
MARKS = {"ok": "✓", "failed": "✗", "warning": "!", "not_applicable": "–"}


@dataclass(frozen=True, slots=True)
class Inspection:
    """Lines to print, and whether the data can be analysed as they are."""

    lines: list[str]
    is_good: bool


def inspection(params: Params, *, as_of: date | None = None) -> Inspection:
    """Read, validate and reconcile the sources of a company.

    Raises
    ------
    SourceError, ParamsError
        If a source cannot be read at all.
    """
    lang = language() if os.environ.get("CAPCLIENT_LANG") else params.company.language
    portfolio = Portfolio(params, ingest(params), as_of)
    lines = [text("check.title", lang, company=params.company.name or params.company.id), ""]
    lines += _read(portfolio, lang)
    if portfolio.has_lines:
        lines += _balance(portfolio, lang)
    try:
        portfolio.check()
    except LedgerError as error:
        return Inspection([*lines, "", error.text(lang)], False)
    failed = [row for row in portfolio.reconciliations if row["status"] == "failed"]
    return Inspection([*lines, *_limits(portfolio, lang), "", *_computable(portfolio, lang)], not failed)


def _read(portfolio: Portfolio, lang: str) -> list[str]:
    lines = [text("check.sources", lang)]
    parts = portfolio.quality.get("parts", [])
    for source, total, kept, first, last in parts:
        dates = (
            text("check.dates", lang, first=_spoken(first, lang), last=_spoken(last, lang)) if first else ""
        )
        lines.append(
            "  "
            + text("check.part", lang, source=source, lines=count(total, lang), kept=count(kept, lang))
            + dates
        )
    for name, told in portfolio.store.report["tables"].items():
        lines.append(
            "  "
            + text(
                "check.table",
                lang,
                table=name,
                rows=count(told["rows_in"], lang),
                kept=count(told["rows_kept"], lang),
            )
        )
        lines += [f"    {said}" for said in table_remarks(name, told, lang)]
    known = key_remarks(portfolio.store.report["keys"], lang, portfolio.currency)
    return [*lines, *_notes(portfolio, lang), *(f"  {said}" for said in known)]


def _notes(portfolio: Portfolio, lang: str) -> list[str]:
    """What was inferred, under the name of the file it is about."""
    lines: list[str] = []
    before = ""
    for source, code, facts in portfolio.store.report["notes"]:
        if source != before:
            lines.append(f"  {source} :")
            before = source
        lines.append(f"    {spoken_facts(code, facts, lang) if has(code) else f'{code} {facts}'}")
    return lines


def _spoken(value: str, lang: str) -> str:
    return day(date.fromisoformat(value), lang, "short")


def _balance(portfolio: Portfolio, lang: str) -> list[str]:
    figures, currency = portfolio.quality, portfolio.currency
    lines = ["", text("check.reconciliations", lang)]
    for item in checks(portfolio, lang):
        lines.append(f"  {MARKS[item.status]} {item.label} : {item.computed}{_against(item)}")
        lines += [f"      {item.sentence}"] if item.sentence else []
    lines += [
        "",
        text(
            "check.rejects",
            lang,
            lines=count(figures["lines_rejected"], lang),
            total=count(figures["lines_in"], lang),
        ),
    ]
    for code, number, amount in figures["rejects_by_reason"]:
        lines.append(
            f"  {count(number, lang):>12}  {_amount(amount, lang, currency):>20}  {reject_reason(code, lang)}"
        )
    lines.append(
        text(
            "check.duplicates",
            lang,
            lines=count(figures["duplicate_lines"], lang),
            amount=money(figures["duplicate_amount"], lang, currency, cents=True),
        )
    )
    if figures["overlap_lines_kept"]:
        lines.append(
            text(
                "check.overlap",
                lang,
                lines=count(figures["overlap_lines_kept"], lang),
                amount=money(figures["overlap_amount_kept"], lang, currency, cents=True),
            )
        )
    unassigned = figures["revenue_unassigned"] / figures["revenue"] if figures["revenue"] > 0 else None
    if unassigned:
        lines.append(
            text(
                "check.unassigned",
                lang,
                lines=count(figures["lines_unassigned"], lang),
                share=share(unassigned, lang),
            )
        )
    return lines


def _amount(value: float | None, lang: str, currency: str) -> str:
    """Return an amount, or a dash where the lines left out do not tell one in our currency."""
    return MISSING if value is None else money(value, lang, currency, cents=True)


def _against(item: Check) -> str:
    """Return the other side of a comparison that does not hold."""
    return "" if item.status != "failed" else f" ≠ {item.expected} ({item.difference})"


def _limits(portfolio: Portfolio, lang: str) -> list[str]:
    """What the sources cannot tell, whatever the report does with them."""
    said = limits_said(portfolio, lang)
    return ["", text("check.limits", lang), *(f"  {line}" for line in said)] if said else []


def _computable(portfolio: Portfolio, lang: str) -> list[str]:
    found = results(portfolio)
    unknown = [finding for finding in found if finding.reason]
    given = portfolio.asked_as_of or portfolio.params.period.as_of
    key = "check.as_of" if given else "check.as_of_default"
    lines = [text(key, lang, day=day(portfolio.as_of, lang)),
             text("check.computed", lang, known=len(found) - len(unknown), total=len(found))]  # fmt: skip
    by_reason: dict[str, list[Finding]] = {}
    for finding in unknown:
        by_reason.setdefault(finding.reason or "", []).append(finding)
    for reason, group in sorted(by_reason.items()):
        named = [finding.spec.label(lang) for finding in group]
        more = (
            text("check.more", lang, count=count(len(named) - MOST_NAMED, lang))
            if len(named) > MOST_NAMED
            else ""
        )
        lines.append(f"  {reason_text(reason, lang)} : {', '.join(named[:MOST_NAMED])}{more}")
    return lines
