"""Frames as tables: heads, units and words of the house.

Floor 7.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from markupsafe import Markup

from capclient.accounting.identity import COUNTER, UNKNOWN
from capclient.cards import Sentence
from capclient.findings import Finding
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.units import UNITS
from capclient.notices import Notice
from capclient.tables import Table, table
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day

OPTIONAL = (
    "salesperson",
    "flags",
    "risk_score",
    "remark",
    "unit",
    "kept_for",
    "owner",
    "margin_used",
    "grid_said",
    "decision",
)  # a column that says nothing for anybody is left out
UNSAID = ("", "nan", "not_market_adjusted")  # said once, as a caveat of the whole chapter


def quote(*ids: str) -> Table | Notice:
    """Show findings as a table: name, value, how it is computed."""
    here, known = desk(), found()
    chosen = [known[id] for id in ids]
    rows = pd.DataFrame(
        {
            "label": [item.spec.label(here.lang) for item in chosen],
            "value": [_said(item) for item in chosen],
            "how": [item.spec.how(here.lang) for item in chosen],
        }
    )
    return listing(rows, ["label", "value", "how"], "table.findings")


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer that another page of the report leads to by its name."""

    place: str
    answer: Table | Notice

    def html(self) -> str:
        """Return the answer as HTML, after its mark."""
        return str(Markup('<span class="cc-anchor" id="{}"></span>').format(self.place)) + self.answer.html()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {**self.answer._repr_mimebundle_(), "text/html": self.html()}


@dataclass(frozen=True, slots=True)
class Together:
    """Answers that one cell shows one under the other."""

    answers: tuple[Sentence | Table | Notice | Marked | Together, ...]

    def html(self) -> str:
        """Return the answers as HTML, in order."""
        return "\n".join(answer.html() for answer in self.answers)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        plain = [answer._repr_mimebundle_()["text/plain"] for answer in self.answers]
        return {"text/html": self.html(), "text/plain": "\n\n".join(plain)}


Answer = Sentence | Table | Notice | Marked | Together


def together(*answers: Answer) -> Together:
    """Show several sentences or tables under one cell; what two of them say alike is said once."""
    said: set[str] = set()
    kept: list[Answer] = []
    for answer in dict.fromkeys(answers):
        if isinstance(answer, Sentence):
            answer = replace(answer, caveats=tuple(item for item in answer.caveats if item not in said))
            said.update(answer.caveats)
        kept.append(answer)
    return Together(tuple(kept))


def _said(item: Finding) -> str:
    here = desk()
    bounds = item.bounds(here.lang)  # a rate on few clients never stands bare
    return item.spoken(here.lang, here.currency) + (f" ({bounds})" if bounds else "")


def listing(
    frame: pd.DataFrame | Unknown,
    names: list[str],
    caption: str,
    *,
    most: int | None = None,
    note: str = "",
    **facts: str,
) -> Table | Notice:
    """Show columns of a frame as a table whose heads and units are those of the house."""
    here = desk()
    if isinstance(frame, Unknown):
        return absent(frame)
    if frame.empty:
        said = text("table.nothing", here.lang, caption=text(caption, here.lang, **facts))
        return Notice(said, "", here.lang, "notice.nothing")
    if "revenue_n1" in names and not _knows_n1():
        frame = frame.assign(revenue_n1=float("nan"))  # part of a year is never shown as a year
    if frame.index.name == "customer_id" and "name" in names and (frame.name == frame.index).all():
        names = [name for name in names if name != "customer_id"]  # a client known by its code is named once
    worded = in_words(frame, names, here.lang)
    names = [name for name in names if name not in OPTIONAL or not _is_blank(worded[name])]
    columns = [(name, text(f"column.{name}", here.lang), UNITS[name]) for name in names]
    return table(
        worded, columns=columns, caption=text(caption, here.lang, **facts), lang=here.lang,
        currency=here.currency, most=most, note=text(note, here.lang) if note else "",
    )  # fmt: skip


def _knows_n1() -> bool:
    portfolio = desk().portfolio
    return portfolio.has_lines and portfolio.is_complete(portfolio.windows.n1)


def _is_blank(values: pd.Series) -> bool:
    return bool((values.isna() | values.eq("")).all())


def client_words(names: pd.Series, lang: str) -> pd.Series:
    """Say in words what stands for the sales of nobody known."""
    return names.replace(
        {UNKNOWN: text("customer.unidentified", lang), COUNTER: text("customer.counter", lang)}
    )


def in_words(frame: pd.DataFrame, names: list[str], lang: str) -> pd.DataFrame:
    """Turn codes and dates into words; numbers stay numbers."""
    worded = frame.reset_index() if frame.index.name == "customer_id" else frame.copy()
    for name in names:
        kind = {"stage_before": "stage"}.get(name, name)
        if name == "name":
            worded[name] = client_words(worded[name], lang)
        elif kind in {"state", "stage"}:
            worded[name] = [
                text(f"{kind}.{code}", lang) if isinstance(code, str) else None for code in worded[name]
            ]
        elif kind in {"flags", "override"}:
            prefix = {"flags": "flag"}.get(kind, kind)
            worded[name] = [
                ", ".join(
                    text(f"{prefix}.{code}", lang) for code in str(codes).split(";") if code not in UNSAID
                )
                if codes == codes
                else ""
                for codes in worded[name]
            ]
        elif pd.api.types.is_datetime64_any_dtype(worded[name]):
            worded[name] = [
                None if pd.isna(value) else day(value.date(), lang, "short") for value in worded[name]
            ]
        elif kind in {"first_day", "last_day", "invoice_date"}:
            worded[name] = [
                day(date.fromisoformat(value), lang, "short") if isinstance(value, str) else None
                for value in worded[name]
            ]
    return worded
