"""Chapter 30: who stays, what is renewed, how long it lasts.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.findings import Finding
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.periods import Period
from capclient.tables import Table
from capclient.themes.bridge import Bridge
from capclient.themes.cohorts import Cohorts
from capclient.themes.loyalty import Loyalty
from capclient.themes.recurrence import Recurrence
from capclient.themes.retention import Retention
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day, share, spoken

__all__ = [
    "bands_table",
    "bridge_figure",
    "captives_table",
    "claims_table",
    "cohorts_figure",
    "definitions_table",
    "horizon_table",
    "lost_table",
    "loyalty_figure",
    "loyalty_table",
    "movers_table",
    "rates_table",
    "renewal_figure",
    "survival_figure",
]

RATES = (
    "retention_rate", "attrition_rate", "attrition_revenue_rate", "acquisition_rate", "turnover_rate",
    "renewal_rate", "nrr", "grr",
)  # fmt: skip


def rates_table(loyal: Retention) -> Table | Notice:
    """Show the rates of the year, the clients behind each and the interval of those that count clients."""
    if loyal.reason is not None:
        return absent(loyal.reason)
    known, here = found(), desk()
    rows = [known[f"retention.{name}"] for name in RATES]
    frame = pd.DataFrame(
        {
            "rate": [item.spec.label(here.lang) for item in rows],
            "value": [item.spoken(here.lang) for item in rows],
            "interval": [_interval(item) for item in rows],
            "n": [item.n for item in rows],
        }
    )
    return listing(frame, ["rate", "value", "interval", "n"], "table.rates", note="table.rates.note")


def _interval(item: Finding) -> str | None:
    if item.interval is None or item.value is None:
        return None
    low, high = (share(bound, desk().lang) for bound in item.interval)
    return text("interval.range", desk().lang, low=low, high=high)


def definitions_table(loyal: Retention) -> Table | Notice:
    """Show the company under each definition that competes."""
    if loyal.reason is not None:
        return absent(loyal.reason)
    here, frame = desk(), loyal.definitions
    days = count(here.portfolio.thresholds.activity.lost_after_days, here.lang)
    worded = pd.DataFrame(
        {
            "notion": [text(f"notion.{notion}", here.lang) for notion in frame.notion],
            "definition": [
                text(f"definition.{notion}.{code}", here.lang, days=days)
                for notion, code in zip(frame.notion, frame.code, strict=True)
            ],
            "value": [
                None if isinstance(value, Unknown) else spoken(value, unit, here.lang)
                for value, unit in zip(frame.value, frame.unit, strict=True)
            ],
        }
    )
    return listing(worded, ["notion", "value", "definition"], "table.definitions")


def renewal_figure(loyal: Retention) -> figures.Figure | Notice:
    """Draw what of the revenue N is new."""
    gains = loyal.renewal
    if isinstance(gains, Unknown):
        return absent(gains)
    parts = pd.Series({"growth": gains.growth, "new": gains.new, "reactivated": gains.reactivated})
    return figures.renewal_figure(parts, total=gains.total, **desk().drawn)


def bridge_figure(moves: Bridge) -> figures.Figure | Notice:
    """Draw the revenue bridge as a waterfall."""
    return figures.bridge_figure(moves.bars, **desk().drawn) if moves.reason is None else absent(moves.reason)


def movers_table(moves: Bridge, *, most: int = 12) -> Table | Notice:
    """Show the clients that moved revenue most, up or down."""
    if moves.reason is not None:
        return absent(moves.reason)
    words = [text(f"bar.{bar}", desk().lang) for bar in moves.movers.bar]
    names = ["name", "change", "bar", "revenue_n1", "revenue_n", "customer_id"]
    return listing(moves.movers.assign(bar=words), names, "table.movers", most=most)


def lost_table(moves: Bridge, *, most: int = 15) -> Table | Notice:
    """Show the lost clients, the largest first, with their silence and their usual interval."""
    names = [
        "name", "customer_id", "revenue_n1", "last_purchase", "recency_days", "interval_days", "salesperson",
    ]  # fmt: skip
    return listing(moves.reason if moves.reason is not None else moves.lost, names, "table.lost", most=most)


def bands_table(loyal: Retention) -> Table | Notice:
    """Show the active clients by seniority."""
    here, frame = desk(), loyal.bands
    if frame.empty:
        lines = here.portfolio.has_lines
        return absent(loyal.reason or Unknown("period_incomplete" if lines else "missing:invoice_lines"))
    rows = zip(frame.low, frame.high, frame.censored, strict=True)
    worded = frame.assign(band=[_band(int(low), high, censored) for low, high, censored in rows])
    return listing(worded, ["band", "customers", "revenue", "revenue_share"], "table.bands")


def _band(low: int, high: float, censored: bool) -> str:
    lang = desk().lang
    if censored:
        key = "band.censored" if low > 1 else "band.censored_one"
        return text(key, lang, low=count(low, lang))
    if not low:
        return text("band.first", lang)
    if pd.isna(high):
        return text("band.over", lang, low=count(low, lang))
    return text("band.between", lang, low=count(low, lang), high=count(high, lang))


def cohorts_figure(life: Cohorts) -> figures.Figure | Notice:
    """Draw who still buys, by year of arrival."""
    here = desk()
    if life.reason is not None or life.triangle.empty:
        return absent(life.reason or Unknown("history_short"))
    labels = {place: _year(year) for place, year in enumerate(life.years)}
    return figures.cohorts_figure(
        life.triangle, {-1: text("figure.cohorts.earlier", here.lang), **labels}, lang=here.lang
    )


def _year(year: Period) -> str:
    """A calendar year by its number, any other by its last month."""
    whole = (year.end.month, year.end.day) == (12, 31)
    return str(year.end.year) if whole else day(year.end, desk().lang, "month")


def survival_figure(life: Cohorts) -> figures.Figure | Notice:
    """Draw how long new clients go before a year without purchase."""
    if life.reason is not None or not life.followed:
        return absent(life.reason or Unknown("history_short"))
    return figures.survival_figure(
        life.survival, followed=life.followed, longest=life.longest, lang=desk().lang
    )


def claims_table(loyal: Retention) -> Table | Notice:
    """Show what the reference text affirms beside what is seen here; a claim is called a claim."""
    lang, frame = desk().lang, loyal.claims
    ends = [(share(low, lang), share(high, lang)) for low, high in zip(frame.low, frame.high, strict=True)]
    worded = pd.DataFrame(
        {
            "claim": [text(f"claim.{code}", lang) for code in frame.code],
            "claimed": [text("claim.range", lang, low=low, high=high) for low, high in ends],
            "own": [item.spoken(lang) for item in frame.own],
        }
    )
    return listing(worded, ["claim", "own", "claimed"], "table.claims", note="table.claims.note")


def horizon_table(back: Recurrence) -> Table | Notice:
    """Show the revenue already signed, year by year."""
    if back.reason is not None:
        return absent(back.reason)
    lang = desk().lang
    spans = zip(back.horizon.start, back.horizon.end, strict=True)
    worded = back.horizon.assign(
        year=[f"{day(start, lang, 'short')} – {day(end, lang, 'short')}" for start, end in spans],
        revenue=back.horizon.amount,
    )
    return listing(worded, ["year", "contracts", "revenue", "open_ended", "cumulated"], "table.horizon")


def loyalty_figure(matrix: Loyalty) -> figures.Figure | Notice:
    """Draw satisfaction against loyalty."""
    if matrix.reason is not None:
        return absent(matrix.reason)
    return figures.loyalty_figure(matrix.quadrants, **desk().drawn)


def loyalty_table(matrix: Loyalty) -> Table | Notice:
    """Show each quadrant with what it calls for."""
    if matrix.reason is not None:
        return absent(matrix.reason)
    lang, frame = desk().lang, matrix.quadrants
    worded = frame.assign(
        followup=[text(f"quadrant.{code}.followup", lang) for code in frame.quadrant],
        quadrant=[text(f"quadrant.{code}", lang) for code in frame.quadrant],
    )
    return listing(worded, ["quadrant", "customers", "revenue", "followup"], "table.quadrants")


def captives_table(matrix: Loyalty, *, most: int = 10) -> Table | Notice:
    """Show the clients that stay and are not satisfied, the largest first."""
    if matrix.reason is not None:
        return absent(matrix.reason)
    captives = matrix.customers[matrix.customers.quadrant == "captive"]
    rows = captives.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    names = ["name", "customer_id", "revenue_n", "salesperson"]
    return listing(rows.rename_axis("customer_id"), names, "table.captives", most=most)
