"""Quotes sent and the orders that followed (I13).

Floor 5. Its findings bear the group ``prospecting`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from capclient.engine import prospecting as engine
from capclient.findings import Finding, finding
from capclient.indicators.prospecting import Conversion, conversion
from capclient.indicators.quotes import quote_outcomes
from capclient.portfolio import Portfolio
from capclient.summaries import euros
from capclient.themes.once import once
from capclient.vocabulary import Unknown

NAMES = (
    "quotes_sent", "quotes_conversion", "quotes_amount_conversion", "quotes_open", "quotes_open_amount", "quotes_days",
)  # fmt: skip


@dataclass(frozen=True)
class Quotes:
    """``sent``: quotes of N with their ``state`` and, when an order followed, its ``document`` and ``days``.

    Empty when ``reason`` says why.
    """

    sent: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def quotes(portfolio: Portfolio) -> Quotes:
    """Return the quotes of N and what became of them."""
    reason = _reason(portfolio)
    if reason is not None:
        return Quotes(pd.DataFrame(), reason, [_finding(portfolio, name, reason) for name in NAMES])
    sent = _sent(portfolio)
    if sent.empty:
        nothing = Unknown("missing:quotes")
        return Quotes(sent, nothing, [_finding(portfolio, name, nothing) for name in NAMES])
    cohort = conversion(sent)
    priced = Unknown("missing:quote_amount") if sent.amount.isna().all() else None
    days = sent.days.dropna()
    values: dict[str, float | Unknown] = {
        "quotes_sent": len(sent),
        "quotes_conversion": cohort.final,
        "quotes_amount_conversion": priced or cohort.final_amount,
        "quotes_open": cohort.pending,
        "quotes_open_amount": priced or cohort.pending_amount,
        "quotes_days": float(days.median()) if len(days) else Unknown("not_applicable"),
    }
    return Quotes(sent, None, [_finding(portfolio, name, value, cohort) for name, value in values.items()])


def _reason(portfolio: Portfolio) -> Unknown | None:
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    if not portfolio.table("interactions").type.eq("quote").any():
        return Unknown("missing:quotes")
    return None if portfolio.is_complete(portfolio.windows.n) else Unknown("period_incomplete")


def _sent(portfolio: Portfolio) -> pd.DataFrame:
    """Quotes of N, the oldest first; those just before N compete for the same invoices."""
    limits, year = portfolio.thresholds.prospecting, portfolio.windows.n
    start = year.start - timedelta(days=limits.quote_days)
    named = {"start": start, "as_of": portfolio.as_of}
    rows = portfolio.ledger.frame(engine.QUOTES, named).set_index("quote")
    more = {"days": limits.quote_days, "share": str(limits.quote_share)}
    answers = portfolio.ledger.frame(engine.ANSWERS, named | more)
    rows = rows.assign(
        date=pd.to_datetime(rows.date), closed=pd.to_datetime(rows.closed), amount=euros(rows.amount)
    )
    answers = answers.assign(day=pd.to_datetime(answers.day))
    rows = rows.join(quote_outcomes(rows, answers, as_of=portfolio.as_of, valid_days=limits.quote_days))
    names = portfolio.customers.name
    rows = rows.assign(name=rows.customer_id.map(names).fillna(rows.customer_id))
    inside = rows.date.ge(pd.Timestamp(year.start)) & rows.date.le(pd.Timestamp(year.end))
    return rows[inside]


def _finding(
    portfolio: Portfolio, name: str, value: float | Unknown, cohort: Conversion | None = None
) -> Finding:
    rate = name == "quotes_conversion"
    return finding(
        f"prospecting.{name}", value, period=portfolio.windows.n, inputs=("interactions", "invoice_lines"),
        n=cohort.decided if cohort and "conversion" in name else None,
        interval=cohort.final_interval if cohort and rate else None,
        caveat="caveat.quotes" if rate else None,
    )  # fmt: skip
