"""Who changed segment or state since a year ago: improved, worsened, arrived, gone (8, 9).

Floor 5. Both dates are judged with what was known on that day: the earlier one is the portfolio as it stood then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.findings import Finding, finding
from capclient.indicators.segments import SEGMENTS
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes.activity import behaviour
from capclient.themes.once import once
from capclient.themes.origins import seen_at
from capclient.themes.rfm import rfm
from capclient.vocabulary import STATES, Unknown

ARRIVED, GONE = "arrived", "gone"  # no segment yet at the earlier date, none any more at the later one
MONTHS = 12
NAMES = (
    "moved_customers", "improved_customers", "worsened_customers", "worsened_revenue",
    "states_improved_customers", "states_worsened_customers",
)  # fmt: skip


@dataclass(frozen=True)
class Moves:
    """``segments`` and ``states``: clients by where they stood (rows, ``arrived`` last) and stand (columns, ``gone``
    last). ``flows``: each change of segment with its clients and their revenue of both years, largest first.
    ``clients``: those that changed segment, largest stake first, with ``direction`` (better, worse). ``before``: date.
    """

    segments: pd.DataFrame
    states: pd.DataFrame
    flows: pd.DataFrame
    clients: pd.DataFrame
    before: str
    reason: Unknown | None
    findings: list[Finding]


@once
def moves(portfolio: Portfolio) -> Moves:
    """Return who changed segment or state between D a year ago and D."""
    missing = portfolio.no_days or rfm(portfolio).reason
    day = shifted(portfolio.as_of, -MONTHS) if portfolio.has_lines else None
    earlier = seen_at(portfolio, day) if day and not missing else None
    if earlier is not None and not (len(earlier.customers) and earlier.is_complete(earlier.windows.n)):
        missing = Unknown("history_short")
    if missing or earlier is None or day is None:
        return _nothing(missing or Unknown("history_short"))
    frame = portfolio.customers[~portfolio.customers.is_pool]
    names = ["name", "salesperson", "revenue_n1", "revenue_n"]
    both = frame[names].assign(
        segment_before=rfm(earlier).scores.segment.reindex(frame.index),
        segment=rfm(portfolio).scores.segment.reindex(frame.index),
        state_before=behaviour(earlier).state.reindex(frame.index),
        state=behaviour(portfolio).state.reindex(frame.index),
    )
    clients = _changed(both)
    return Moves(
        segments=_crossed(both.segment_before, both.segment, SEGMENTS),
        states=_crossed(both.state_before, both.state, STATES),
        flows=_flows(clients),
        clients=clients,
        before=day.isoformat(),
        reason=None,
        findings=_findings(both, clients),
    )


def _changed(both: pd.DataFrame) -> pd.DataFrame:
    """Clients with a segment at both dates, and not the same."""
    known = both[both.segment_before.notna() & both.segment.notna()]
    change = _steps(known.segment_before, known.segment, SEGMENTS)
    known = known.assign(direction=np.where(change < 0, "better", "worse"))[change != 0]
    stake = known[["revenue_n", "revenue_n1"]].max(axis=1)
    return known.assign(stake=stake).sort_values(["stake", "name"], ascending=[False, True], kind="stable")


def _steps(before: pd.Series, after: pd.Series, order: Sequence[str]) -> pd.Series:
    """Return how many places each client went down the order, best first."""
    places = {code: place for place, code in enumerate(order)}
    return after.map(places).astype("float64") - before.map(places).astype("float64")


def _crossed(before: pd.Series, after: pd.Series, order: Sequence[str]) -> pd.DataFrame:
    known = before.notna() | after.notna()
    pairs = pd.crosstab(before[known].fillna(ARRIVED), after[known].fillna(GONE))
    return pairs.reindex(index=[*order, ARRIVED], columns=[*order, GONE], fill_value=0).rename_axis(
        index="before", columns="after"
    )


def _flows(clients: pd.DataFrame) -> pd.DataFrame:
    grouped = clients.groupby(["segment_before", "segment", "direction"], observed=True)
    table = grouped.agg(
        customers=("stake", "size"), revenue_n1=("revenue_n1", "sum"), revenue_n=("revenue_n", "sum"),
        stake=("stake", "sum"),
    ).reset_index()  # fmt: skip
    return table.round({"revenue_n1": 2, "revenue_n": 2, "stake": 2}).sort_values(
        ["stake", "segment_before", "segment"], ascending=[False, True, True], kind="stable"
    )


def _findings(both: pd.DataFrame, clients: pd.DataFrame) -> list[Finding]:
    worse = clients[clients.direction == "worse"]
    states = both[both.state_before.notna() & both.state.notna()]
    steps = _steps(states.state_before, states.state, STATES)
    seen = int((both.segment_before.notna() & both.segment.notna()).sum())
    values = (
        len(clients), int((clients.direction == "better").sum()), len(worse), float(worse.revenue_n1.sum()),
        int((steps < 0).sum()), int((steps > 0).sum()),
    )  # fmt: skip
    sizes = (seen, seen, seen, seen, len(states), len(states))
    return [
        finding(f"segments.{name}", value, n=n) for name, value, n in zip(NAMES, values, sizes, strict=True)
    ]


def _nothing(missing: Unknown) -> Moves:
    none = pd.DataFrame()
    return Moves(
        none, none, none, none, "", missing, [finding(f"segments.{name}", missing) for name in NAMES]
    )
