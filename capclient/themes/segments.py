"""RFM segments at D, and who moved between two of them in a year (9).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.portfolio import Portfolio
from capclient.themes.moves import Moves, moves
from capclient.themes.once import once
from capclient.themes.rfm import rfm
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Segments:
    """``rfm``: scores and segment of each client. ``grid``: clients by recency and frequency. ``segments``: clients and
    revenue of each segment. ``moves``: who changed segment or state in a year.
    """

    rfm: pd.DataFrame
    levels: int
    grid: pd.DataFrame
    segments: pd.DataFrame
    moves: Moves
    reason: Unknown | None
    findings: list[Finding]


@once
def segments(portfolio: Portfolio) -> Segments:
    """Return the segments of a portfolio at D."""
    scored, moved = rfm(portfolio), moves(portfolio)
    champions: int | Unknown = scored.reason or int((scored.scores.segment == "champions").sum())
    return Segments(
        rfm=scored.scores,
        levels=scored.levels,
        grid=scored.grid,
        segments=scored.table,
        moves=moved,
        reason=scored.reason,
        findings=[finding("segments.champions_customers", champions), *moved.findings],
    )
