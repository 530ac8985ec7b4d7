"""Chapter 80: segments against their markets, what is exposed, what clients could still buy.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.portfolio import Portfolio
from capclient.tables import Table
from capclient.themes.exposure import Exposure
from capclient.themes.market_index import market_index
from capclient.themes.market_position import Market
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day, share

__all__ = [
    "cooperations_table",
    "market_index_table",
    "markets_table",
    "mix_figure",
    "mix_table",
    "relative_growth_figure",
    "sectors_table",
    "segment_rates_table",
    "shift_figure",
    "shift_table",
]

SEEN = 0.01, 0.0005  # a market share that no segment reaches, a change that reads as nothing: no column


def mix_figure(place: Market) -> figures.Figure | Notice:
    """Draw the weight of each segment in N-1 and in N."""
    if place.mix.empty:
        return absent(_no_mix(place))
    return figures.segment_mix_figure(place.mix, **desk().drawn)


def mix_table(place: Market) -> Table | Notice:
    """Show revenue of both years by segment; the blank line is shown."""
    if place.mix.empty:
        return absent(_no_mix(place))
    lang = desk().lang
    frame = _named(place.mix.assign(growth=_growth(place.mix)))
    frame = frame.assign(weight_n=frame.share)
    names = ["segment", "revenue_n1", "revenue_n", "growth", "share_n1", "weight_n", "share_change"]
    dimension = text(f"mix.dimension.{place.mix_dimension}", lang)
    return listing(frame, names, "table.mix", most=20, dimension=dimension)


def _no_mix(place: Market) -> Unknown:
    blocked = place.reason is not None and place.reason.reason in {
        "period_incomplete",
        "missing:invoice_lines",
    }
    if blocked or not desk().portfolio.has_lines:
        return place.reason or Unknown("missing:invoice_lines")
    years = desk().portfolio.windows
    whole = desk().portfolio.is_complete(years.n) and desk().portfolio.is_complete(years.n1)
    return Unknown("missing:segment" if whole else "period_incomplete")


def _growth(rows: pd.DataFrame) -> pd.Series:
    return rows["revenue_n"] / rows["revenue_n1"].where(rows["revenue_n1"] > 0) - 1


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Segments as a column, the blank line in words."""
    blank = text("segment.blank", desk().lang)
    names = [blank if pd.isna(name) else str(name) for name in rows.index]
    return rows.reset_index(drop=True).assign(segment=names)


def relative_growth_figure(place: Market) -> figures.Figure | Notice:
    """Draw the growth of each segment against that of its market."""
    if isinstance(place.shift, Unknown):
        return absent(place.shift)
    own, market = (found()[f"market.{name}"].value for name in ("own_growth", "growth"))
    whole = {} if own is None or market is None else {"own": float(own), "market": float(market)}
    here = desk()
    return figures.relative_growth_figure(place.segments, **whole, lang=here.lang, currency=here.currency)


def markets_table(place: Market) -> Table | Notice:
    """Show each segment beside its market, the not compared included."""
    if isinstance(place.shift, Unknown):
        return absent(place.shift)
    lang, rows = desk().lang, place.segments
    frame = _named(rows).assign(position=[text(f"position.{code}", lang) for code in rows.position])
    names = ["segment", "revenue_n", "growth", "market_growth", "relative_points", "position"]
    if (rows.market_share >= SEEN[0]).any():
        names.insert(5, "market_share")
    if "market_share" in names and (rows.market_share_change.abs() >= SEEN[1]).any():
        names.insert(6, "market_share_change")
    return listing(frame, names, "table.markets", most=20)


def market_index_table(portfolio: Portfolio) -> Table | Notice:
    """Show our revenue and the whole market year after year, 100 in the first year that both know."""
    years = market_index(portfolio)
    if isinstance(years, Unknown):
        return absent(years)
    words = [day(year, desk().lang, "month") for year in years.year]
    names = ["year", "revenue", "index_own", "index_market"]
    return listing(years.assign(year=words), names, "table.market_index")


def shift_figure(place: Market) -> figures.Figure | Notice:
    """Draw where the change of revenue comes from."""
    if isinstance(place.shift, Unknown):
        return absent(place.shift)
    rows, shift = place.segments, place.shift
    effects = {name: getattr(shift, name) for name in ("growth", "mix", "competitive", "not_compared")}
    ends = {
        "opening": round(float(rows.revenue_n1.sum()), 2),
        "closing": round(float(rows.revenue_n.sum()), 2),
    }
    bars = pd.Series({"opening": ends["opening"], **effects, "closing": ends["closing"]})
    return figures.shift_share_figure(bars, **desk().drawn)


def shift_table(place: Market) -> Table | Notice:
    """Show the four effects of each segment."""
    if isinstance(place.shift, Unknown):
        return absent(place.shift)
    rows = place.shift.rows.add_prefix("effect_")
    frame = _named(rows.assign(change=(place.segments.revenue_n - place.segments.revenue_n1).round(2)))
    names = ["segment", "change", "effect_growth", "effect_mix", "effect_competitive"]
    if rows.effect_not_compared.any():
        names.append("effect_not_compared")
    return listing(frame, names, "table.shift", most=20, note="table.shift.note")


def segment_rates_table(place: Market) -> Table | Notice:
    """Show who stays in each segment, with the interval of the rate and the trend of the market."""
    if place.reason is not None or place.rates.empty:
        return absent(place.reason or Unknown("missing:market_segments"))
    lang, rows = desk().lang, place.rates
    intervals = [
        text("interval.range", lang, low=share(low, lang), high=share(high, lang))
        for low, high in zip(rows.low, rows.high, strict=True)
    ]
    trends = [text(f"trend.{code if isinstance(code, str) else 'unknown'}", lang) for code in rows.trend]
    names = ["segment", "trend", "customers", "attrition", "interval", "nrr", "nrr_adjusted"]
    return listing(rows.assign(interval=intervals, trend=trends), names, "table.segment_rates", most=20)


def sectors_table(around: Exposure) -> Table | Notice:
    """Show the market of each sector and whether it declines."""
    if around.sectors_reason is not None:
        return absent(around.sectors_reason)
    lang, rows = desk().lang, around.sectors
    total = float(rows.revenue_n.sum())
    words = rows.is_declining.map({True: text("table.yes", lang), False: text("table.no", lang)})
    shares = rows.revenue_n / (total if total > 0 else float("nan"))
    frame = _named(rows).assign(declining=words.to_numpy(), share=shares.to_numpy())
    names = ["segment", "revenue_n", "share", "market_growth", "outlook", "declining"]
    if rows.outlook.isna().all():
        names.remove("outlook")
    return listing(frame, names, "table.sectors", most=20)


def cooperations_table(around: Exposure) -> Table | Notice:
    """Show the contracts that name partners."""
    if around.cooperations_reason is not None:
        return absent(around.cooperations_reason)
    frame = around.cooperations.assign(name=around.cooperations.name.fillna(around.cooperations.customer_id))
    return listing(frame, ["contract_id", "name", "partners", "revenue"], "table.cooperations", most=15)
