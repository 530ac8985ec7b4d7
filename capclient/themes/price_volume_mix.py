"""Price, volume and mix: why the revenue of retained clients changed from N-1 to N (2.10).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.engine import prices as engine
from capclient.findings import Finding, finding
from capclient.indicators.price_volume_mix import PARTS, totals
from capclient.indicators.price_volume_mix import price_volume_mix as split_of
from capclient.portfolio import Portfolio
from capclient.themes.counts import counts
from capclient.themes.once import once
from capclient.themes.pricing import unpriced
from capclient.vocabulary import Unknown

LINES_A_ROUND = 6_000_000  # bounds the memory of the engine, whatever the size of the ledger


@dataclass(frozen=True)
class PriceVolumeMix:
    """``customers``: the parts of each retained client in euros, the largest changes first.

    ``bars``: what a waterfall shows, in euros: revenue of the retained clients in N-1 (``opening``), the six parts,
    and their revenue in N (``closing``).
    """

    customers: pd.DataFrame
    bars: pd.Series
    reason: Unknown | None
    findings: list[Finding]


@once
def price_volume_mix(portfolio: Portfolio) -> PriceVolumeMix:
    """Split the change of revenue of the clients that bought in both years."""
    years = portfolio.windows
    reason = unpriced(portfolio)
    if reason is None and not portfolio.is_complete(years.n1):
        reason = Unknown("period_incomplete")
    if reason is None:
        status = counts(portfolio).customers.status
        retained = status.index[
            (status == "retained") & ~portfolio.customers.is_pool
        ]  # a pooled code is nobody
        if retained.empty:
            reason = Unknown("denominator_zero")
    if reason is not None:
        found = [finding(f"price_volume_mix.{part}", reason) for part in (*PARTS, "total")]
        return PriceVolumeMix(pd.DataFrame(), pd.Series(dtype="float64"), reason, found)
    named = {"n1_start": years.n1.start, "n_start": years.n.start, "n_end": years.n.end}  # N follows N-1
    parts = -(-portfolio.quality["lines_kept"] // LINES_A_ROUND)
    by_family = bool(
        portfolio.ledger.frame(engine.HAS_QUANTITIES, {"as_of": portfolio.as_of}).several_units.iloc[0]
    )
    rounds = [
        portfolio.ledger.frame(
            engine.PRICE_VOLUME_MIX, {**named, "by_family": by_family, "parts": parts, "part": part}
        )
        for part in range(parts)
    ]
    split = split_of(pd.concat(rounds, ignore_index=True))
    split = split[split.index.isin(retained)]
    whole = totals(split)
    frame = portfolio.customers.loc[retained]
    before = int((frame.revenue_n1 * 100).round().sum())
    cents = {"opening": before} | {part: whole[part] for part in PARTS} | {"closing": before + whole["total"]}
    customers = (split / 100).round(2).join(frame[["name", "revenue_n", "revenue_n1"]])
    order = customers.total.abs().sort_values(ascending=False, kind="stable").index
    return PriceVolumeMix(
        customers=customers.loc[order],
        bars=pd.Series(cents) / 100,
        reason=None,
        findings=[
            finding(
                f"price_volume_mix.{part}",
                whole[part] / 100,
                period=years.n,
                n=len(frame),
                caveat="caveat.price_volume_mix" if part == "mix" else None,
            )
            for part in (*PARTS, "total")
        ],
    )
