"""The desk of a notebook: the company that is open, the language, and the sentences that quote findings.

Floor 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from IPython.core.getipython import get_ipython
from IPython.display import display

from capclient.cards import Card, Cards, Sentence
from capclient.errors import ParamsError
from capclient.findings import Finding, reason_text, sentence
from capclient.notebook.variants import variant_of
from capclient.notices import Notice, notice
from capclient.portfolio import Portfolio
from capclient.tables import Styles
from capclient.themes import Findings, concentration
from capclient.vocabulary import Unknown
from capclient.wording import catalogue, speak, text
from capclient.wording.numbers import MISSING, count, day

DEMO = "demo"

CARDS = (
    "portfolio.revenue_n", "portfolio.growth", "forecast.next_12m", "portfolio.customers_active_n",
    "concentration.top1_share", "retention.attrition_rate", "activity.at_risk_revenue",
)  # fmt: skip


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
    if get_ipython() is not None:
        speak(lang)  # errors too
    path = _demo() if params == DEMO else Path(params)
    portfolio = Portfolio.in_batch(path, as_of=date.fromisoformat(as_of) if as_of else None)
    _desks[:] = [Desk(portfolio, lang)]
    if get_ipython() is not None:
        display(Styles())  # tables and cards look in JupyterLab as they do in the report
    return portfolio


def _demo() -> Path:
    from capclient.datasets import demo_params

    return demo_params()


def absent(unknown: Unknown) -> Notice:
    """Say why something is not there, and what would bring it, given where the ledger comes from."""
    here = desk()
    return notice(unknown, here.lang, origin=here.portfolio.origin)


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
        return absent(Unknown(unknown[0].reason or "not_applicable"))
    caveats = {said for item in _quoted(full, known, here.lang) for said in item.caveats(here.lang)}
    return Sentence(words, tuple(sorted(caveats)))


def _quoted(key: str, known: dict[str, Finding], lang: str) -> list[Finding]:
    words = catalogue(lang)[key]
    return [item for id, item in known.items() if f"{{{id}}}" in words or f"{{{id}|" in words]


def _names() -> dict[str, str]:
    ranking = concentration(desk().portfolio).ranking
    return {"top1_name": str(ranking.name.iloc[0]) if len(ranking) else "–"}


def variant(key: str, known: dict[str, Finding]) -> str:
    """Return the key of the variant that the figures of this company call for."""
    here = desk()
    return variant_of(key, known, here.portfolio.thresholds, here.lang)


def key_figures(portfolio: Portfolio) -> Cards:
    """Show the headline figures as cards."""
    return Cards(tuple(headline(found(), desk().lang, portfolio.currency)))


def headline(known: dict[str, Finding], lang: str, currency: str) -> list[Card]:
    """Return the headline figures of a company: name, value in words, reason when unknown."""
    return [
        Card(
            known[id].spec.label(lang),
            _signed(known[id], lang, currency),
            _unproven(known, lang) if id == "forecast.next_12m" else _hint(known[id], lang),
        )
        for id in CARDS
    ]


def _hint(item: Finding, lang: str) -> str:
    """Say why a headline figure is unknown, or how uncertain it is on few clients."""
    return reason_text(item.reason, lang) if item.reason else item.bounds(lang)


def _unproven(known: dict[str, Finding], lang: str) -> str:
    """Say what the projection is worth: unknown, last year again, or a range that did not hold."""
    item, told = known["forecast.next_12m"], []
    if item.reason:
        return _hint(item, lang)
    if known["forecast.total_method"].value == "naive":
        told.append(text("card.forecast_naive", lang))
    if known["forecast.last_interval"].reason:
        told.append(text("card.forecast_untested", lang))
    elif known["forecast.last_interval"].value == "missed":
        told.append(text("card.forecast_missed", lang))
    return ", ".join(told)


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
