"""Recency, frequency and amount of each client at D, and the segment they make (9).

Floor 5. Population: clients that bought in the last 24 months, pooled codes left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.indicators.segments import rfm_grid, rfm_levels, rfm_scores, rfm_segments, segment_table
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.once import once
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Rfm:
    """``scores``: ``r``, ``f``, ``m`` and ``segment`` of each client; ``grid``: clients by recency and frequency;
    ``table``: clients and revenue of each segment. ``levels`` is 3 or 5.
    """

    scores: pd.DataFrame
    levels: int
    grid: pd.DataFrame
    table: pd.DataFrame
    reason: Unknown | None


@once
def rfm(portfolio: Portfolio) -> Rfm:
    """Return the RFM segments of a portfolio at its date."""
    frame = portfolio.customers
    if portfolio.no_days:
        none = pd.DataFrame(index=frame.index, columns=["r", "f", "m", "segment"])
        return Rfm(none, 5, pd.DataFrame(), pd.DataFrame(), portfolio.no_days)
    known = scored(portfolio)
    levels = rfm_levels(len(known), terciles_below=portfolio.thresholds.segments.terciles_below)
    scores = rfm_scores(known.recency_days, known.purchase_days_12m, known.revenue_n, levels=levels)
    scores["segment"] = rfm_segments(scores, levels=levels)
    return Rfm(
        scores=scores.reindex(frame.index),
        levels=levels,
        grid=rfm_grid(scores[["r", "f", "m"]], levels=levels),
        table=segment_table(scores.segment, known.revenue_n),
        reason=None if len(known) else Unknown("history_short"),
    )


def scored(portfolio: Portfolio) -> pd.DataFrame:
    """Return the clients that receive scores, with their ``recency_days``, purchase days and revenue."""
    frame = portfolio.customers
    known = frame[(frame.purchase_days_24m > 0) & ~frame.is_pool]
    recency = behaviour(portfolio).recency_days.reindex(known.index).astype("float64")
    return known.assign(recency_days=recency)
