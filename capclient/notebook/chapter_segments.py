"""Chapter 50: silence and risk, RFM segments, and who moved between two of them.

Floor 7.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient import figures
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.activity import Activity, behaviour
from capclient.themes.moves import Moves
from capclient.themes.segments import Segments
from capclient.wording import text
from capclient.wording.numbers import day

__all__ = [
    "at_risk_table",
    "rfm_figure",
    "rfm_list",
    "rfm_table",
    "seasonal_table",
    "segment_movers_table",
    "segment_moves_figure",
    "segment_moves_table",
    "silence_figure",
    "state_moves_figure",
    "states_figure",
    "states_table",
]


def states_figure(states: Activity) -> figures.Figure | Notice:
    """Draw clients and revenue by state."""
    if states.reason is not None:
        return figures.states_figure(states.reason, **desk().drawn)
    portfolio, table = desk().portfolio, states.states
    if not portfolio.is_complete(portfolio.windows.n1):
        table = table.assign(revenue_n1=float("nan"))
    return figures.states_figure(table, **desk().drawn)


def states_table(states: Activity) -> Table | Notice:
    """Show each state: clients and revenue of both years."""
    names = ["state", "customers", "revenue_n1", "revenue_n"]
    return listing(states.reason if states.reason is not None else states.states, names, "table.states")


def silence_figure(states: Activity) -> figures.Figure | Notice:
    """Draw each client's silence, counted in its own intervals, against what it brings."""
    here = desk()
    if states.reason is not None:
        return absent(states.reason)
    clients = here.portfolio.customers
    kept = clients.index[~clients.is_pool]
    bounds = tuple(float(bound) for bound in here.portfolio.thresholds.activity.ratios)
    return figures.silence_figure(states.customers.loc[kept], clients.loc[kept], bounds=bounds, **here.drawn)  # type: ignore[arg-type]


def at_risk_table(states: Activity, *, most: int = 15) -> Table | Notice:
    """Show who to call: silent clients, those who bring the most first."""
    names = [
        "name", "state", "recency_days", "interval_days", "revenue_n1", "revenue_n", "risk_score", "salesperson",
    ]  # fmt: skip
    return listing(
        states.reason if states.reason is not None else states.to_call, names, "table.at_risk", most=most
    )


def seasonal_table(states: Activity, *, most: int = 15) -> Table | Notice:
    """Show seasonal clients with the months of their season."""
    here = desk()
    if states.reason is not None:
        return absent(states.reason)
    clients = here.portfolio.customers
    frame = states.customers[states.customers.seasonal.fillna(False).astype(bool)].join(
        clients[["name", "revenue_n", "revenue_n1", "last_purchase"]]
    )
    frame = frame.assign(season=[_season(start, here.lang) for start in frame.season_start])
    frame = frame.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    return listing(
        frame,
        ["name", "customer_id", "season", "last_purchase", "revenue_n", "state"],
        "table.seasonal",
        most=most,
    )


def _season(start: int, lang: str) -> str:
    """First and last month of a season of three months, in words."""
    months = [
        day(pd.Timestamp(2025, (int(start) - 1 + step) % 12 + 1, 1).date(), lang, "month").split(" ")[0]
        for step in (0, 2)
    ]
    return " – ".join(months)


def rfm_figure(groups: Segments) -> figures.Figure | Notice:
    """Draw the grid of recency and frequency."""
    if groups.reason is not None:
        return absent(groups.reason)
    return figures.rfm_figure(groups.grid, groups.rfm[["r", "f", "m"]].dropna(), lang=desk().lang)


def rfm_table(groups: Segments) -> Table | Notice:
    """Show the RFM segments: clients and revenue."""
    if groups.reason is not None:
        return absent(groups.reason)
    frame = groups.segments[groups.segments.customers > 0]
    worded = frame.assign(segment=[text(f"rfm.{code}", desk().lang) for code in frame.segment])
    return listing(worded, ["segment", "customers", "revenue", "revenue_share"], "table.rfm")


def rfm_list(groups: Segments, segment: str, *, most: int = 10, calls: bool = False) -> Table | Notice:
    """Show the largest clients of a segment; a list of ``calls`` leaves out those that are active for their rhythm."""
    if groups.reason is not None:
        return absent(groups.reason)
    here = desk()
    clients, known = here.portfolio.customers, behaviour(here.portfolio)
    frame = groups.rfm[groups.rfm.segment == segment].join(
        clients[["name", "revenue_n", "purchase_days_12m", "last_purchase", "salesperson"]]
    )
    frame = frame.join(known[["state", "seasonal", "season_start"]])
    if calls:
        frame = frame[frame.state.ne("active")]
    frame["season"] = [
        _season(start, here.lang) if turns else None
        for turns, start in zip(frame.seasonal.eq(True), frame.season_start, strict=True)
    ]
    frame = frame.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    names = [
        "name",
        "customer_id",
        "state",
        *(["season"] if frame.season.notna().any() else []),
        "r",
        "f",
        "m",
        "revenue_n",
        "purchase_days_12m",
        "last_purchase",
        "salesperson",
    ]
    caption = "table.rfm_calls" if calls else "table.rfm_list"
    return listing(frame, names, caption, most=most, segment=text(f"rfm.{segment}", here.lang))


def segment_moves_figure(groups: Segments) -> figures.Figure | Notice:
    """Draw which RFM segment clients come from, and where they are now."""
    return _alluvial(groups.moves, groups.moves.segments, "rfm", "segment-moves")


def state_moves_figure(groups: Segments) -> figures.Figure | Notice:
    """Draw which activity state clients come from, and where they are now."""
    return _alluvial(groups.moves, groups.moves.states, "state", "state-moves")


def _alluvial(moves: Moves, crossed: pd.DataFrame, words: str, name: str) -> figures.Figure | Notice:
    here = desk()
    if moves.reason is not None:
        return absent(moves.reason)
    before = day(date.fromisoformat(moves.before), here.lang)
    after = day(here.portfolio.as_of, here.lang)
    return figures.moves_figure(crossed, words=words, name=name, lang=here.lang, before=before, after=after)


def segment_moves_table(groups: Segments, *, most: int = 10) -> Table | Notice:
    """Show the passages from a segment to another that carry most revenue."""
    moves = groups.moves
    if moves.reason is not None:
        return absent(moves.reason)
    names = ["segment_before", "segment", "direction", "customers", "revenue_n1", "revenue_n"]
    return listing(_worded(moves.flows), names, "table.segment_moves", most=most)


def segment_movers_table(groups: Segments, *, most: int = 12) -> Table | Notice:
    """Show the largest clients that went down a segment."""
    moves = groups.moves
    if moves.reason is not None:
        return absent(moves.reason)
    frame = _worded(moves.clients[moves.clients.direction == "worse"])
    names = ["name", "segment_before", "segment", "revenue_n1", "revenue_n", "salesperson"]
    return listing(frame, names, "table.segment_movers", most=most)


def _worded(frame: pd.DataFrame) -> pd.DataFrame:
    lang = desk().lang
    return frame.assign(
        segment_before=[text(f"rfm.{code}", lang) for code in frame.segment_before],
        segment=[text(f"rfm.{code}", lang) for code in frame.segment],
        direction=[text(f"direction.{code}", lang) for code in frame.direction],
    )
