"""The desk of a notebook: the company that is open, the language, and the sentences that quote findings.

Floor 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd
from IPython.core.getipython import get_ipython
from IPython.display import display

from capclient.cards import Card, Cards, Sentence
from capclient.errors import ParamsError
from capclient.findings import Finding, reason_text, sentence
from capclient.notices import Notice, notice
from capclient.portfolio import Portfolio
from capclient.tables import Styles, Table, table
from capclient.themes import Findings, concentration
from capclient.vocabulary import Unknown
from capclient.wording import catalogue, text
from capclient.wording.numbers import MISSING, count, day

DEMO = "demo"
OPTIONAL = ("salesperson", "flags", "risk_score")  # a column that says nothing for anybody is left out
UNSAID = ("", "nan", "not_market_adjusted")  # said once, as a caveat of the whole chapter

CARDS = (
    "portfolio.revenue_n", "portfolio.growth", "portfolio.customers_active_n", "concentration.top1_share",
    "retention.attrition_rate", "activity.at_risk_revenue",
)  # fmt: skip

# Unit of each column a table may show; its head is the sentence ``column.<name>``.
UNITS = {
    "customer_id": "text", "name": "text", "salesperson": "text", "revenue_n": "money", "revenue_n1": "money",
    "revenue": "money", "growth": "change", "weight": "share", "weight_change": "points", "rank": "count",
    "cumulative_share": "share", "abc_class": "text", "best_12m": "money", "best_12m_end": "text",
    "last_purchase": "text", "recency_days": "days", "interval_days": "days", "ratio": "ratio", "state": "text",
    "risk_score": "count", "stage": "text", "stage_before": "text", "flags": "text", "customers": "customers",
    "revenue_share": "share", "share": "share", "segment": "text", "followup": "text", "active": "customers",
    "orders": "count", "source": "text", "lines": "count", "kept": "count", "first_day": "text",
    "last_day": "text", "reason": "text", "amount": "money_cents", "code": "text", "check": "text",
    "computed": "spoken", "expected": "spoken", "difference": "spoken", "status": "text", "verdict": "text",
    "invoice_id": "text", "invoice_date": "text", "times": "count", "other_id": "text", "other_name": "text",
    "label": "text", "value": "text", "how": "text", "theme": "text", "known": "count", "total": "count",
    "season": "text", "r": "count", "f": "count", "m": "count", "margin": "money", "cluster": "count",
    "seniority_years": "years", "gross_margin_rate": "share", "what": "text", "override": "text",
    "rank_revenue": "count", "rule": "text", "orders_n": "count", "purchase_days_12m": "count",
}  # fmt: skip


@dataclass
class Desk:
    """One portfolio and one language: a kernel runs one notebook about one company."""

    portfolio: Portfolio
    lang: str

    @property
    def currency(self) -> str:
        """Currency of the company."""
        return self.portfolio.currency

    @cached_property
    def findings(self) -> Findings:
        """Findings of the company by id."""
        return Findings(self.portfolio)

    @cached_property
    def drawn(self) -> dict[str, str]:
        """Options every figure takes."""
        return {"lang": self.lang, "currency": self.currency}


_desks: list[Desk] = []


def desk() -> Desk:
    """Return the open desk.

    Raises
    ------
    ParamsError
        If ``open_portfolio`` was not called yet.
    """
    if not _desks:
        raise ParamsError("notebook.not_open")
    return _desks[-1]


def open_portfolio(params: str = DEMO, *, lang: str = "fr", as_of: str = "") -> Portfolio:
    """Open a company for this notebook.

    Parameters
    ----------
    params
        YAML file of the company, or ``"demo"`` for the simulated wholesaler.
    lang
        ``fr`` or ``en``.
    as_of
        Analysis date ``YYYY-MM-DD``; empty for that of the parameters.
    """
    path = _demo() if params == DEMO else Path(params)
    portfolio = Portfolio.open(path, as_of=date.fromisoformat(as_of) if as_of else None)
    _desks[:] = [Desk(portfolio, lang)]
    if get_ipython() is not None:
        display(Styles())  # tables and cards look in JupyterLab as they do in the report
    return portfolio


def _demo() -> Path:
    from capclient.datasets import demo_params

    return demo_params()


def found() -> Findings:
    """Return the findings of the open portfolio by id."""
    return desk().findings


def note(key: str) -> Sentence | Notice:
    """Say a sentence of ``notes.po`` with the findings of this company, or why it cannot be said."""
    here = desk()
    known = found()
    full = variant(key, known)
    words, unknown = sentence(full, known, here.lang, here.currency, **_names())
    if unknown:
        return notice(Unknown(unknown[0].reason or "not_applicable"), here.lang)
    caveats = sorted({item.caveat for item in _quoted(full, known, here.lang) if item.caveat})
    return Sentence(words, tuple(text(code, here.lang) for code in caveats))


def _quoted(key: str, known: dict[str, Finding], lang: str) -> list[Finding]:
    words = catalogue(lang)[key]
    return [item for id, item in known.items() if f"{{{id}}}" in words or f"{{{id}|" in words]


def _names() -> dict[str, str]:
    ranking = concentration(desk().portfolio).ranking
    return {"top1_name": str(ranking.name.iloc[0]) if len(ranking) else "–"}


def variant(key: str, known: dict[str, Finding]) -> str:
    """Return the key of the variant that the figures call for: a sentence never says what they do not."""
    limits = desk().portfolio.thresholds
    judged = {
        "concentration.gini": (
            "concentration.gini",
            lambda value: _band(value, limits.concentration.gini_bands),
        ),
        "concentration.dependency": (
            "concentration.top1_share",
            lambda value: "alert" if value >= float(limits.concentration.dependency_alert) else "calm",
        ),
        "lifecycle.old_age": (
            "lifecycle.old_age_revenue_share",
            lambda value: "alert" if value > float(limits.lifecycle.old_age_alert) else "calm",
        ),
        "portfolio.growth": (
            "portfolio.growth",
            lambda value: "up" if value >= 0.005 else "down" if value <= -0.005 else "flat",
        ),
        "quality.reconciled": ("quality.reconciliations_failed", lambda value: "failed" if value else "ok"),
        "model.clusters": ("model.clusters", lambda value: "stable"),
    }
    if key not in judged:
        return key
    id, judge = judged[key]
    value = known[id].value
    fallback = {"model.clusters": "unstable"}.get(key)
    if value is None:
        if fallback and known[id].reason == "unreliable:no_structure":
            return f"{key}.{fallback}"
        return next(name for name in sorted(catalogue(desk().lang)) if name.startswith(f"{key}."))
    return f"{key}.{judge(value)}"


def _band(value: float, bands: tuple[object, object]) -> str:
    low, high = (float(str(bound)) for bound in bands)
    return "low" if value < low else "usual" if value <= high else "high"


def quote(*ids: str) -> Table | Notice:
    """Show findings as a table: name, value, how it is computed."""
    here, known = desk(), found()
    chosen = [known[id] for id in ids]
    rows = pd.DataFrame(
        {
            "label": [item.spec.label(here.lang) for item in chosen],
            "value": [item.spoken(here.lang, here.currency) for item in chosen],
            "how": [item.spec.how(here.lang) for item in chosen],
        }
    )
    return listing(rows, ["label", "value", "how"], "table.findings")


def key_figures(portfolio: Portfolio) -> Cards:
    """Show the headline figures as cards."""
    return Cards(tuple(headline(found(), desk().lang, portfolio.currency)))


def headline(known: dict[str, Finding], lang: str, currency: str) -> list[Card]:
    """Return the headline figures of a company: name, value in words, reason when unknown."""
    return [
        Card(
            known[id].spec.label(lang),
            _signed(known[id], lang, currency),
            "" if known[id].reason is None else reason_text(known[id].reason or "", lang),
        )
        for id in CARDS
    ]


def _signed(item: Finding, lang: str, currency: str) -> str:
    """Say a headline figure; a growth shows its sign."""
    if item.value is None:
        return MISSING
    plus = "+" if item.id.endswith("growth") and float(item.value) > 0 else ""
    return plus + item.spoken(lang, currency)


def data_check(portfolio: Portfolio) -> Sentence:
    """Say what was read, what was rejected and for which date this is."""
    lang = desk().lang
    figures = portfolio.quality
    if not portfolio.has_lines:
        rows = count(portfolio.store.report["totals"]["rows_in"], lang)
        return Sentence(text("notebook.data_check.totals", lang, rows=rows), ())
    years = portfolio.windows
    words = text(
        "notebook.data_check", lang, lines=count(figures["lines_in"], lang), kept=count(figures["lines_kept"], lang),
        rejected=count(figures["lines_rejected"], lang), as_of=day(portfolio.as_of, lang),
        start=day(years.n.start, lang), end=day(years.n.end, lang),
    )  # fmt: skip
    caveats = [] if portfolio.is_complete(years.n) else [text("notebook.data_check.incomplete", lang)]
    return Sentence(words, tuple(caveats))


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
        return notice(frame, here.lang)
    if frame.empty:
        return Notice(text("table.nothing", here.lang), "", here.lang)
    if frame.index.name == "customer_id" and "name" in names and (frame.name == frame.index).all():
        names = [name for name in names if name != "customer_id"]  # a client known by its code is named once
    worded = in_words(frame, names, here.lang)
    names = [name for name in names if name not in OPTIONAL or not _is_blank(worded[name])]
    columns = [(name, text(f"column.{name}", here.lang), UNITS[name]) for name in names]
    return table(
        worded, columns=columns, caption=text(caption, here.lang, **facts), lang=here.lang,
        currency=here.currency, most=most, note=text(note, here.lang) if note else "",
    )  # fmt: skip


def _is_blank(values: pd.Series) -> bool:
    return bool((values.isna() | values.eq("")).all())


def in_words(frame: pd.DataFrame, names: list[str], lang: str) -> pd.DataFrame:
    """Turn codes and dates into words; numbers stay numbers."""
    worded = frame.reset_index() if frame.index.name == "customer_id" else frame.copy()
    for name in names:
        kind = {"stage_before": "stage"}.get(name, name)
        if kind in {"state", "stage"}:
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
