"""The report of one company as one self-contained page.

Floor 8. The page opens offline, runs nothing and loads nothing: its content security policy says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup

from capclient.checks import Check
from capclient.decisions.review import MOST_REVIEWS
from capclient.templates import render
from capclient.wording import text
from capclient.wording.numbers import count, day, money

# « N-1 » is one word, and no line ends in its middle; what the sources say, inside bdi, is left as it is.
_YEAR_BEFORE = re.compile(r"(<bdi>.*?</bdi>)|\bN-([12])\b", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Balance:
    """What was read, kept and rejected: lines as counts, amounts in the currency of the company."""

    read: float
    kept: float
    rejected: float

    @property
    def holds(self) -> bool:
        """Tell whether nothing was lost, to the cent."""
        return round(self.read * 100) == round(self.kept * 100) + round(self.rejected * 100)


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read."""

    name: str
    sha256: str
    rows: int | None


def report_page(
    *,
    company: Mapping[str, str | None],
    lang: str,
    as_of: date,
    period: str,
    currency: str,
    key_figures: Sequence[tuple[str, str, str]],
    chapters: Sequence[tuple[str, str, str]],
    lines: Balance,
    amounts: Balance,
    warnings: Sequence[str] = (),
    reconciliations: Sequence[Check],
    method: Sequence[tuple[str, str, str, str]],
    thresholds: Sequence[tuple[str, str]],
    version: str,
    inputs: Sequence[Input],
    privacy: Sequence[str] = (),
    reviews: Sequence[tuple[str, str]] = (),
) -> str:
    """Write the page of a complete report; a failed one gets :func:`~capclient.publish.failure.failure_page`.

    Parameters
    ----------
    company
        ``name``, and ``siren`` and ``sector`` or None.
    period
        The years compared, in words.
    key_figures
        ``(label, value in words, hint)``, most important first. An unknown value says why in its hint.
    chapters
        ``(slug, title for the contents, HTML of chapter_html)`` in order.
    warnings
        What the reader must know before trusting the figures.
    method
        ``(id, label, value in words, definition)`` of each figure, those of a group (``concentration.gini``:
        ``concentration``) together: prose leads to a group by its name.
    thresholds
        ``(name, value in words)`` of each convention applied.
    privacy
        What is said of personal data, a sentence or two each.
    reviews
        ``(name, address)`` of each review file beside the page.
    """
    failed = [check for check in reconciliations if check.holds is False]
    trouble = len(failed) + (not lines.holds) + (not amounts.holds)
    groups = [
        (name, text(f"theme.{name}", lang), list(rows))
        for name, rows in groupby(method, key=lambda row: row[0].partition(".")[0])
    ]
    return _unbroken(
        render(
            "report.html.j2",
            lang=lang,
            company=company,
            period=period,
            key_figures=key_figures,
            as_of=day(as_of, lang),
            chapters=[(slug, title, Markup(html)) for slug, title, html in chapters],
            lines=[count(value, lang) for value in (lines.read, lines.kept, lines.rejected)],
            lines_hold=lines.holds,
            amounts_hold=amounts.holds,
            amounts=[
                money(v, lang, currency, cents=True) for v in (amounts.read, amounts.kept, amounts.rejected)
            ],
            warnings=warnings,
            reconciliations=reconciliations,
            trouble=trouble,
            trouble_text=count(trouble, lang),
            method=groups,
            thresholds=thresholds,
            privacy=privacy,
            reviews=reviews,
            most_reviews=MOST_REVIEWS,
            version=version,
            inputs=[(i.name, i.sha256, "–" if i.rows is None else count(i.rows, lang)) for i in inputs],
        )
    )


def _unbroken(page: str) -> str:
    return _YEAR_BEFORE.sub(lambda found: found[1] or f"N\u2011{found[2]}", page)
