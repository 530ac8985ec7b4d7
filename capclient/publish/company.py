"""From executed chapters and findings to the page of a company.

Floor 8.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbformat import NotebookNode

from capclient.checks import checks
from capclient.findings import Finding, reason_text
from capclient.glossary import taught_in
from capclient.ingest.remarks import table_remarks
from capclient.notebook.desk import CARDS, headline
from capclient.params_sectors import profile_name
from capclient.portfolio import Portfolio
from capclient.publish.anchors import with_living_links
from capclient.publish.case_links import with_case_links
from capclient.publish.html import Balance, Input, report_page
from capclient.publish.notebook_html import chapter_html, chapter_title
from capclient.publish.privacy import privacy_lines
from capclient.publish.review import review_links
from capclient.wording import text
from capclient.wording.numbers import MISSING, count, day, money

SUPPOSED = ("readers.date_order_default",)  # notes that are a guess


def company_page(
    portfolio: Portfolio,
    findings: list[Finding],
    chapters: Sequence[tuple[str, NotebookNode]],
    *,
    lang: str,
    version: str,
    has_reviews: bool = False,
) -> str:
    """Assemble ``index.html``: cover, contents, chapters, method, sources."""
    company = portfolio.params.company
    figures = portfolio.quality
    known = {item.id: item for item in findings}
    said = with_living_links(
        [
            (
                slug,
                chapter_title(notebook, lang=lang),
                with_case_links(chapter_html(notebook, lang=lang, slug=slug), portfolio, lang),
            )
            for slug, notebook in chapters
        ]
    )
    return report_page(
        company={
            "name": company.name or company.id,
            "siren": company.siren or None,
            "sector": _sector(company.sector, lang),
        },
        lang=lang,
        as_of=portfolio.as_of,
        period=_period(portfolio, lang),
        currency=portfolio.currency,
        key_figures=[
            (card.label, card.value, card.hint) for card in headline(known, lang, portfolio.currency)
        ],
        chapters=said,
        lines=_balance(portfolio, "lines"),
        amounts=_balance(portfolio, "amount"),
        warnings=_warnings(portfolio, lang),
        reconciliations=sorted(checks(portfolio, lang), key=lambda item: item.holds is not False),
        method=[
            (item.id, item.spec.label(lang), _said(item, portfolio, lang), _how(item, lang))
            for item in defined_findings(findings, said)
        ],
        thresholds=_thresholds(portfolio),
        privacy=privacy_lines(portfolio.params.privacy, lang),
        reviews=review_links(portfolio, lang) if has_reviews else [],
        version=version,
        inputs=[
            Input(str(item["name"]), str(item["sha256"]), _rows(figures.get("parts", []), str(item["name"])))
            for item in portfolio.store.report["inputs"]
        ],
    )


def _sector(sector: str, lang: str) -> str | None:
    """Return the sector as the company wrote it; in another language, the name of the profile that it calls."""
    translated = profile_name(sector, lang) if lang != "fr" else None
    return translated or sector.replace("_", " ").capitalize() or None


def defined_findings(findings: list[Finding], chapters: Sequence[tuple[str, str, str]]) -> list[Finding]:
    """Findings whose definition the page owes: the cover's, those its chapters teach, the groups they link to.

    A report of one chapter would otherwise carry the definitions of the seventeen others.
    """
    taught = {slug for slug, _, _ in chapters}
    linked = set(re.findall(r'href="#method-([a-z_]+)', " ".join(html for _, _, html in chapters)))
    return [
        item
        for item in findings
        if item.id in CARDS or taught_in(item.id) in taught or item.id.partition(".")[0] in linked
    ]


def _warnings(portfolio: Portfolio, lang: str) -> list[str]:
    """What was supposed for want of evidence, and lines that seem to be counted twice: said on the cover."""
    notes = portfolio.store.report["notes"]
    said = [f"{source} : {text(code, lang, **facts)}" for source, code, facts in notes if code in SUPPOSED]
    for name, table in sorted(portfolio.store.report["tables"].items()):
        said += [
            f"{text(f'crm.table.{name}', lang)} : {remark}" for remark in table_remarks(name, table, lang)
        ]
    told = portfolio.quality
    if portfolio.has_lines and portfolio.stray_days:
        said.append(f"{count(portfolio.stray_days, lang)} {text('oddity.stray_dates', lang)}")
    if told.get("overlap_lines_kept"):
        amount = money(told["overlap_amount_kept"], lang, portfolio.currency)
        said.append(text("check.overlap", lang, lines=count(told["overlap_lines_kept"], lang), amount=amount))
    return said


def _said(item: Finding, portfolio: Portfolio, lang: str) -> str:
    return MISSING if item.value is None else item.spoken(lang, portfolio.currency)


def _how(item: Finding, lang: str) -> str:
    """How a figure is computed and, when it is unknown, why."""
    unknown = f" {text('page.unknown', lang, reason=reason_text(item.reason, lang))}" if item.reason else ""
    return item.spec.how(lang) + unknown


def _rows(parts: list[list[object]], name: str) -> int | None:
    """Lines read in a file: the sum of its parts, None when it is no ledger."""
    mine = [int(row[1]) for row in parts if str(row[0]).startswith(name)]  # type: ignore[call-overload]
    return sum(mine) if mine else None


def _balance(portfolio: Portfolio, what: str) -> Balance:
    figures = portfolio.quality
    if not figures:
        rows = (
            portfolio.store.report["totals"]["rows_in"]
            if what == "lines"
            else float(portfolio.customers.revenue_n.sum())
        )
        return Balance(rows, rows, 0)
    return Balance(figures[f"{what}_in"], figures[f"{what}_kept"], figures[f"{what}_rejected"])


def _period(portfolio: Portfolio, lang: str) -> str:
    if not portfolio.has_lines:
        years = portfolio.totals_period
        return text("page.period_one", lang, start=day(years.start, lang), end=day(years.end, lang))
    years = portfolio.windows.n
    before = portfolio.windows.n1
    if not portfolio.is_complete(before):
        return text("page.period_alone", lang, start=day(years.start, lang), end=day(years.end, lang))
    return text(
        "page.period_two", lang, start=day(years.start, lang), end=day(years.end, lang),
        start1=day(before.start, lang), end1=day(before.end, lang),
    )  # fmt: skip


def _thresholds(portfolio: Portfolio) -> list[tuple[str, str]]:
    """Every convention applied, by its key in the parameters: that is where a reader changes it."""
    return [
        (f"thresholds.{group}.{name}", _plain(value))
        for group, values in portfolio.thresholds.model_dump(mode="json").items()
        for name, value in values.items()
    ]


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return " · ".join(map(str, value)) if isinstance(value, list) else str(value)
