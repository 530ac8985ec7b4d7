"""RFM scores and groups of similar clients (9).

Floor 5. Population: clients that bought in the last 24 months, pooled codes left out; for client totals,
the clients with positive revenue, described by their measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.clusters import Clusters, cluster, cluster_features
from capclient.indicators.segments import rfm_grid, rfm_levels, rfm_scores, rfm_segments, segment_table
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.counts import counts
from capclient.themes.once import once
from capclient.vocabulary import Unknown


@dataclass(frozen=True)
class Segments:
    """``rfm``: scores and segment of each client. ``grid``: clients by recency and frequency.

    ``clusters``: groups with their profiles, or the reason why there are none; ``labels``: group of each client.
    """

    rfm: pd.DataFrame
    levels: int
    grid: pd.DataFrame
    segments: pd.DataFrame
    clusters: Clusters | Unknown
    labels: pd.Series
    reason: Unknown | None
    findings: list[Finding]


@once
def segments(portfolio: Portfolio) -> Segments:
    """Return the segments of a portfolio at D."""
    frame = portfolio.customers
    groups = _clusters(portfolio)
    labels = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    if isinstance(groups, Clusters):
        labels = groups.labels.reindex(frame.index)
    missing = portfolio.no_days
    if missing:
        rfm = pd.DataFrame(index=frame.index, columns=["r", "f", "m", "segment"])
        empty = pd.DataFrame()
        return Segments(rfm, 5, empty, empty, groups, labels, missing, _findings(groups, missing))
    known = frame[(frame.purchase_days_24m > 0) & ~frame.is_pool]
    levels = rfm_levels(len(known), terciles_below=portfolio.thresholds.segments.terciles_below)
    scores = rfm_scores(
        activity(portfolio).customers.recency_days.reindex(known.index).astype("float64"),
        known.purchase_days_12m,
        known.revenue_n,
        levels=levels,
    )
    scores["segment"] = rfm_segments(scores, levels=levels)
    table = segment_table(scores.segment, known.revenue_n)
    champions: int | Unknown = int((scores.segment == "champions").sum())
    reason = None if len(known) else Unknown("history_short")
    return Segments(
        rfm=scores.reindex(frame.index),
        levels=levels,
        grid=rfm_grid(scores[["r", "f", "m"]], levels=levels),
        segments=table,
        clusters=groups,
        labels=labels,
        reason=reason,
        findings=_findings(groups, champions if reason is None else reason),
    )


def _clusters(portfolio: Portfolio) -> Clusters | Unknown:
    limits = portfolio.thresholds.segments
    chosen = {
        "ks": limits.clusters, "seed": limits.seed, "bootstraps": limits.bootstraps,
        "stability": limits.stability, "minimum": limits.min_customers,
    }  # fmt: skip
    frame = portfolio.customers
    if not portfolio.has_lines:
        measures = portfolio.store.report["totals"]["measures"]
        originals = frame.loc[frame.revenue_n > 0, ["revenue_n", *measures]].astype("float64")
        # Revenue orders the groups and describes them; the mix of measures makes them.
        return cluster(np.log1p(originals[measures].clip(lower=0)), originals, **chosen)  # type: ignore[arg-type]
    if portfolio.no_days:
        return portfolio.no_days
    if not portfolio.is_complete(portfolio.windows.n):
        return Unknown("period_incomplete")
    known = frame[(frame.purchase_days_24m > 0) & ~frame.is_pool]
    states = activity(portfolio).customers.reindex(known.index)
    table = pd.DataFrame(
        {
            "revenue_n": known.revenue_n,
            "growth": counts(portfolio).customers.growth.reindex(known.index),
            "interval_days": states.interval_days,
            "ratio": states.ratio,
            "seniority_years": (pd.Timestamp(portfolio.as_of) - known.first_purchase).dt.days / 365.25,
        }
    )
    if known.margin_n.notna().any():
        base = known.cost_known_revenue_n.where(known.cost_known_revenue_n > 0)
        table["gross_margin_rate"] = known.margin_n / base
    features, originals = cluster_features(table)
    return cluster(features, originals, **chosen)  # type: ignore[arg-type]


def _findings(groups: Clusters | Unknown, champions: int | Unknown) -> list[Finding]:
    caveat = "caveat.clusters"
    if isinstance(groups, Unknown):
        found = [
            finding(f"model.{name}", groups)
            for name in ("clusters", "cluster_silhouette", "cluster_stability")
        ]
    else:
        structure = Unknown(groups.reason) if groups.reason else groups.k
        count = len(groups.labels)
        found = [
            finding("model.clusters", structure, n=count, caveat=caveat),
            finding("model.cluster_silhouette", groups.silhouette, n=count, caveat=caveat),
            finding("model.cluster_stability", groups.stability, n=count, caveat=caveat),
        ]
    return [*found, finding("segments.champions_customers", champions)]
