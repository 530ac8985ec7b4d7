"""Chapter 85, second part: what clients complain about, who does, and what goes with it.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.indicators.association import Association
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.complaints import Complaints
from capclient.themes.together import Together
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import decimal

__all__ = [
    "associations_table",
    "causes_figure",
    "claims_figure",
    "claims_lateness_figure",
    "complainers_table",
    "credited_table",
    "follow_up_table",
    "late_complainers_table",
    "sources_table",
]

FOLLOW_UP = (
    "claim_first_answer_days", "claim_resolution_days", "claim_expected_days", "claims_within_delay", "open_claims",
    "open_major_claims", "open_claims_age_days", "open_disputes", "disputed_amount", "dispute_age_days",
    "dispute_amicable_share", "hotline_calls", "hotline_called_back_share", "hotline_call_back_days",
)  # fmt: skip


def claims_figure(heard: Complaints) -> figures.Figure | Notice:
    """Draw the claims of the year, month by month."""
    if heard.reason is not None:
        return absent(heard.reason)
    if not heard.months[["closed", "open", "open_major"]].to_numpy().any():
        return listing(heard.clients.iloc[:0], ["name"], "table.complainers")  # type: ignore[return-value]
    return figures.claims_figure(heard.months, lang=desk().lang)


def follow_up_table(heard: Complaints) -> Table | Notice:
    """Show delays and stocks: claims, disputes, hotline; what is not known says why."""
    here, known = desk(), found()
    rows = [known[f"satisfaction.{name}"] for name in FOLLOW_UP]
    if all(item.value is None for item in rows):
        return absent(heard.reason or Unknown("missing:claims"))
    worded = pd.DataFrame(
        {
            "label": [item.spec.label(here.lang) for item in rows],
            "value": [item.spoken(here.lang, here.currency) for item in rows],
            "n": [item.n for item in rows],
        }
    )
    return listing(worded, ["label", "value", "n"], "table.follow_up")


def causes_figure(heard: Complaints) -> figures.Figure | Notice:
    """Draw the causes of the claims of the year."""
    if heard.reason is not None:
        return absent(heard.reason)
    return figures.causes_figure(heard.causes, lang=desk().lang)


def sources_table(heard: Complaints, *, most: int = 12) -> Table | Notice:
    """Show by which way dissatisfaction was known: kind of event and channel."""
    if heard.sources.empty:
        return absent(heard.reason or Unknown("missing:claims"))
    lang, frame = desk().lang, heard.sources
    words = [
        text("source.through", lang, kind=text(f"voice.{kind}", lang), channel=channel)
        if channel else text(f"voice.{kind}", lang)
        for kind, channel in zip(frame.type, frame.channel, strict=True)
    ]  # fmt: skip
    worded = frame.assign(voice=words, times=frame.n)
    return listing(worded, ["voice", "times", "share", "customers"], "table.sources", most=most)


def complainers_table(heard: Complaints, *, most: int = 12) -> Table | Notice:
    """Show the clients that complained most in the year, with their visits."""
    if heard.reason is not None:
        return absent(heard.reason)
    names = [
        "name",
        "customer_id",
        "claims_n",
        "open_n",
        "visits_n",
        "revenue_n",
        "claims_per_k",
        "salesperson",
    ]
    return listing(heard.clients, names, "table.complainers", most=most)


def credited_table(heard: Complaints, *, most: int = 10) -> Table | Notice:
    """Show the clients by what credit notes gave back: the ledger's own sign of dissatisfaction."""
    portfolio = desk().portfolio
    if not portfolio.has_lines:
        return absent(Unknown("missing:invoice_lines"))
    if not portfolio.is_complete(portfolio.windows.n):
        return absent(Unknown("period_incomplete"))
    names = ["name", "customer_id", "credited_back", "credited_share", "revenue_n", "salesperson"]
    return listing(
        heard.credited.rename(columns={"credited": "credited_back"}),
        names,
        "table.credited",
        most=most,
        note="table.credited.note",
    )


def claims_lateness_figure(moves: Together) -> figures.Figure | Notice:
    """Draw claims against lateness, client by client."""
    if moves.clients.empty:
        return absent(
            Unknown(found()["satisfaction.complaining_late_customers"].reason or "missing:payments")
        )
    limit = float(desk().portfolio.thresholds.satisfaction.late_days)
    return figures.claims_lateness_figure(moves.clients, limit=limit, lang=desk().lang)


def late_complainers_table(moves: Together, *, most: int = 12) -> Table | Notice:
    """Show the clients that complain and pay late."""
    if moves.clients.empty:
        return absent(
            Unknown(found()["satisfaction.complaining_late_customers"].reason or "missing:payments")
        )
    names = ["name", "customer_id", "claims_n", "days_late", "revenue_n", "salesperson"]
    return listing(moves.both, names, "table.late_complainers", most=most)


def associations_table(moves: Together) -> Table | Notice:
    """Show the two rank correlations with their intervals, and what may be said of each."""
    lang = desk().lang
    pairs = {"claims_lateness": moves.lateness, f"tenure_{moves.measure}": moves.tenure}
    known = {code: pair for code, pair in pairs.items() if isinstance(pair, Association)}
    if not known:
        return absent(next(pair for pair in pairs.values() if isinstance(pair, Unknown)))
    worded = pd.DataFrame(
        {
            "pair": [text(f"association.{code}", lang) for code in known],
            "rho": [decimal(pair.rho, lang, 2) for pair in known.values()],
            "interval": [
                text("interval.range", lang, low=decimal(pair.low, lang, 2), high=decimal(pair.high, lang, 2))
                for pair in known.values()
            ],
            "n": [pair.n for pair in known.values()],
            "verdict": [_reading(pair) for pair in known.values()],
        }
    )
    return listing(
        worded,
        ["pair", "rho", "interval", "n", "verdict"],
        "table.associations",
        note="table.associations.note",
    )


def _reading(pair: Association) -> str:
    way = "none" if not pair.is_clear else "together" if pair.rho > 0 else "against"
    return text(f"association.{way}", desk().lang)
