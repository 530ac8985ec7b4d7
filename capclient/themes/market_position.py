"""The company against its markets: faster or slower, why, with whom it stays, what is exposed (3.15, 10, B09, C05).

Floor 5. With a row ``total``, the whole company is set against the whole market. Without it, like is compared with
like: the segments whose market is known, weighted by our own revenue of N-1, against our revenue in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators import market as method
from capclient.indicators.exact import number
from capclient.indicators.retention import (
    attrition_revenue_rate,
    lost_of,
    net_revenue_retention,
    share_of,
    wilson_interval,
)
from capclient.indicators.shift_share import EFFECTS, ShiftShare, shift_share, weighted_growth
from capclient.indicators.status import total_growth
from capclient.portfolio import Portfolio
from capclient.themes.bridge import not_compared
from capclient.themes.exposure import exposure
from capclient.themes.market import WHOLE, market_of, market_table
from capclient.themes.once import once
from capclient.themes.segment_revenue import CLIENT_DIMENSIONS, revenue_by_segment
from capclient.vocabulary import Unknown

DIMENSIONS = (*CLIENT_DIMENSIONS, "family", "activity")
COMPARED = (
    "growth", "own_growth", "relative_growth", "relative_growth_points", "nrr_market_adjusted", "compared_share",
    "segments_gaining", "segments_losing",
)  # fmt: skip
SHIFTS = tuple(f"shift_{name}" for name in EFFECTS)


@dataclass(frozen=True)
class Market:
    """``dimension``: what segments are (empty when no market names one). ``segments``: each beside its market.

    ``shift``: where the change of revenue comes from. ``rates``: who stays, by segment, with the trend of its market.
    ``mix``: weights of segments in both years, known without any market (``mix_dimension`` says of what).
    """

    dimension: str
    segments: pd.DataFrame
    shift: ShiftShare | Unknown
    rates: pd.DataFrame
    mix_dimension: str
    mix: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


@once
def market(portfolio: Portfolio) -> Market:
    """Return the position of the company in its markets in N."""
    blocked = not_compared(portfolio)
    dimension, mix = ("", pd.DataFrame()) if blocked is not None else _mix(portfolio)
    reason = _reason(portfolio) or blocked
    found = [*_shares(portfolio, reason), *exposure(portfolio).findings]
    if reason is not None:
        unknown = [_finding(portfolio, name, reason) for name in (*COMPARED, *SHIFTS)]
        nothing = pd.DataFrame()
        return Market("", nothing, reason, nothing, dimension, mix, reason, [*unknown, *found])
    compared = compared_dimension(portfolio)
    whole = _whole(portfolio)
    segments = _segments(portfolio, compared) if compared else pd.DataFrame()
    shift = shift_share(segments, overall=whole.growth) if compared else unmatched(portfolio)
    return Market(
        dimension=compared,
        segments=segments,
        shift=shift,
        rates=_rates(portfolio, compared, segments) if compared in CLIENT_DIMENSIONS else pd.DataFrame(),
        mix_dimension=dimension,
        mix=mix,
        reason=None,
        findings=[*_comparison(portfolio, segments, whole.growth), *_effects(portfolio, shift), *found],
    )


def _finding(portfolio: Portfolio, name: str, value: object, caveat: str | None = None) -> Finding:
    period = portfolio.windows.n if portfolio.has_lines else portfolio.totals_period
    inputs = ("invoice_lines", "market")
    return finding(f"market.{name}", value, period=period, caveat=caveat, inputs=inputs)  # type: ignore[arg-type]


def _reason(portfolio: Portfolio) -> Unknown | None:
    """Return why no market can be compared with, or None."""
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    if portfolio.table("market").empty:
        return Unknown("missing:market")
    if _whole(portfolio).growth is None and not compared_dimension(portfolio):
        return unmatched(portfolio, "missing:market_year")
    return None


def unmatched(portfolio: Portfolio, otherwise: str = "missing:market_segments") -> Unknown:
    """Return why no segment has a market: none is told for the year, clients bear no segment, or other names."""
    table = market_table(portfolio)
    told = table[(table.year == portfolio.windows.n.end.year) & table.growth.notna()]
    kinds = [kind for kind in DIMENSIONS if kind in set(told.segment_type)]
    if not kinds:
        return Unknown(otherwise)
    if not portfolio.has_lines or not portfolio.is_complete(portfolio.windows.n):
        return Unknown("period_incomplete")
    bare = [kind for kind in kinds if not revenue_by_segment(portfolio, kind).index.notna().any()]
    return Unknown(f"missing:{bare[0]}" if bare else "unreliable:market_names")


@dataclass(frozen=True)
class _Whole:
    growth: float | None
    size: float | None
    size_n1: float | None


def _whole(portfolio: Portfolio) -> _Whole:
    rows = market_of(market_table(portfolio), portfolio.windows.n.end.year, WHOLE)
    if rows.empty:
        return _Whole(None, None, None)
    return _Whole(*(None if pd.isna(rows[name].iloc[0]) else float(rows[name].iloc[0])
                    for name in ("growth", "size", "size_n1")))  # fmt: skip


def compared_dimension(portfolio: Portfolio) -> str:
    """Return the dimension whose known markets cover most of our revenue of N-1; empty when none does."""
    table, best, covered = market_table(portfolio), "", 0.0
    for dimension in DIMENSIONS:
        if dimension not in set(table.segment_type):
            continue
        rows = _segments(portfolio, dimension)
        known = float(rows.revenue_n1[rows.market_growth.notna()].clip(lower=0).sum())
        if known > covered:
            best, covered = dimension, known
    return best


def _segments(portfolio: Portfolio, dimension: str) -> pd.DataFrame:
    """Revenue by segment beside its market."""
    limits = portfolio.thresholds.market
    rows = revenue_by_segment(portfolio, dimension)
    year = portfolio.windows.n.end.year
    known = market_of(market_table(portfolio), year, dimension).rename(columns={"growth": "market_growth"})
    joined = rows.join(known)
    sizes = joined[["market_growth", "size", "size_n1"]].astype("float64")
    return method.market_comparison(joined.assign(**sizes), flat=limits.flat_gap, still=limits.flat_market)


def _comparison(portfolio: Portfolio, segments: pd.DataFrame, whole: float | None) -> list[Finding]:
    """Growth of the company and of its market on the same ground, and how many segments gain or lose."""
    years = portfolio.windows
    now, before = portfolio.total_revenue(years.n), portfolio.total_revenue(years.n1)
    growth = number(whole) if whole is not None else Unknown("missing:market")
    caveat = "caveat.market_value" if _is_calendar(portfolio) else "caveat.market_calendar"
    compared = segments[segments.position != "not_compared"] if len(segments) else segments
    if whole is None:
        mine = segments[segments.market_growth.notna()]
        now, before = float(mine.revenue_n.sum()), float(mine.revenue_n1.sum())
        growth, caveat = weighted_growth(segments), "caveat.market_weighted"
    frame = portfolio.customers[~portfolio.customers.is_pool]
    kept = net_revenue_retention(frame.revenue_n, frame.revenue_n1)
    values: dict[str, object] = dict.fromkeys(COMPARED, growth)
    if isinstance(growth, Fraction):
        values |= {
            "growth": float(growth),
            "own_growth": total_growth(now, before),
            "relative_growth": method.relative_growth(now, before, growth),
            "relative_growth_points": method.growth_points(now, before, growth),
            "nrr_market_adjusted": kept
            if isinstance(kept, Unknown)
            else kept / float(1 + growth)
            if growth > -1
            else Unknown("denominator_zero"),
        }
    gained = compared.position.isin(["gaining", "resisting"]) if len(compared) else pd.Series(dtype=bool)
    lost = compared.position.isin(["losing", "retreating"]) if len(compared) else pd.Series(dtype=bool)
    none = Unknown("missing:market_segments") if len(segments) else unmatched(portfolio)
    ground = float(compared.revenue_n1.sum()) if len(compared) else 0.0
    # a segment that is negative counts for its size: else the rest would be more than the whole
    total = float(segments.revenue_n1.abs().sum()) if len(segments) else 0.0
    values |= {
        "compared_share": none
        if not len(segments)
        else ground / total
        if total > 0
        else Unknown("denominator_zero"),
        "segments_gaining": int(gained.sum()) if len(segments) else none,
        "segments_losing": int(lost.sum()) if len(segments) else none,
    }
    warned = {"growth", "own_growth", "relative_growth", "relative_growth_points", "nrr_market_adjusted"}
    return [_finding(portfolio, name, values[name], caveat if name in warned else None) for name in COMPARED]


def _is_calendar(portfolio: Portfolio) -> bool:
    end = portfolio.windows.n.end
    return (end.month, end.day) == (12, 31)


def _effects(portfolio: Portfolio, shift: ShiftShare | Unknown) -> list[Finding]:
    told = _whole(portfolio).growth is not None
    return [
        _finding(
            portfolio,
            f"shift_{name}",
            shift if isinstance(shift, Unknown) else getattr(shift, name),
            "caveat.mix_nil" if name == "mix" and not told else None,
        )
        for name in EFFECTS
    ]


def _shares(portfolio: Portfolio, reason: Unknown | None) -> list[Finding]:
    """Share of the whole market, and how it moved (3.15)."""
    names = ("share", "share_change")
    if reason is not None:
        return [_finding(portfolio, name, reason) for name in names]
    whole, years = _whole(portfolio), portfolio.windows
    shares = [
        _share(portfolio.total_revenue(year), size)
        for year, size in ((years.n, whole.size), (years.n1, whole.size_n1))
    ]
    now, before = shares
    unknown = now if isinstance(now, Unknown) else before if isinstance(before, Unknown) else None
    change = unknown if unknown is not None else now - before  # type: ignore[operator]
    return [_finding(portfolio, name, value) for name, value in zip(names, (now, change), strict=True)]


def _share(revenue: float, size: float | None) -> float | Unknown:
    if size is None:
        return Unknown("missing:market_size")
    if size <= 0:
        return Unknown("denominator_zero")
    # more than the market: its size is in thousands, or of another market; capping would hide it
    return revenue / size if 0 <= revenue <= size else Unknown("unreliable:market_size")


def _mix(portfolio: Portfolio) -> tuple[str, pd.DataFrame]:
    """Weights of segments in both years: of the dimension compared, else of the first that sheets or lines know."""
    compared = compared_dimension(portfolio) if portfolio.has("market") else ""
    for dimension in (compared, "segment", *DIMENSIONS):
        if not dimension:
            continue
        if dimension in CLIENT_DIMENSIONS and portfolio.customers[dimension].isna().all():
            continue
        rows = revenue_by_segment(portfolio, dimension)
        if len(rows.index.dropna()) > 1:
            return dimension, method.segment_mix(rows.revenue_n1, rows.revenue_n)
    return "", pd.DataFrame()


def _rates(portfolio: Portfolio, dimension: str, segments: pd.DataFrame) -> pd.DataFrame:
    """Attrition and net retention of each segment, beside the trend of its market (10.3, A02)."""
    frame = portfolio.customers[~portfolio.customers.is_pool]
    label = frame[dimension].astype("str").str.strip()
    rows = []
    for name in segments.index[segments.index.notna()]:
        mine = frame[label == name]
        lost, active = lost_of(mine.revenue_n, mine.revenue_n1)
        if not active:
            continue
        kept = net_revenue_retention(mine.revenue_n, mine.revenue_n1)
        gone = attrition_revenue_rate(mine.revenue_n, mine.revenue_n1)
        growth = segments.market_growth[name]
        known = not isinstance(kept, Unknown) and pd.notna(growth) and growth > -1
        low, high = wilson_interval(lost, active)
        rows.append(
            {
                "segment": name,
                "customers": active,
                "lost": lost,
                "attrition": share_of(lost, active),
                "low": low,
                "high": high,
                "attrition_revenue": None if isinstance(gone, Unknown) else gone,
                "nrr": None if isinstance(kept, Unknown) else kept,
                "market_growth": growth,
                "trend": segments.trend[name],
                "nrr_adjusted": kept / (1 + growth) if known else None,
            }
        )
    return pd.DataFrame(rows)
