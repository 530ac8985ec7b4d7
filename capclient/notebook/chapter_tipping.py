"""Chapter 50, last round: which clients are about to change class, and what it would take.

Floor 7.
"""

from __future__ import annotations

from capclient import figures
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.tipping import Tipping
from capclient.wording import text

__all__ = ["coming_figure", "coming_table", "near_table", "segment_order_table"]


def coming_figure(changes: Tipping) -> figures.Figure | Notice:
    """Draw on which day silent clients will change state if they order nothing."""
    here = desk()
    if changes.reason is not None:
        return absent(changes.reason)
    days = here.portfolio.thresholds.segments.horizon_days
    return figures.coming_figure(changes.coming, as_of=here.portfolio.as_of, horizon_days=days, **here.drawn)


def coming_table(changes: Tipping, *, most: int = 15) -> Table | Notice:
    """Show the largest clients that will change state soon without an order, the first day first."""
    here = desk()
    if changes.reason is not None:
        return absent(changes.reason)
    largest = changes.coming.revenue_n.nlargest(most).index  # the dates of small ones would hide them
    coming = changes.coming.assign(later=~changes.coming.index.isin(largest))
    coming = coming.sort_values(
        ["later", "leaves_on", "revenue_n"], ascending=[True, True, False], kind="stable"
    )
    frame = coming.assign(
        state_next=[text(f"state.{code}", here.lang) for code in coming.state_next],
        state_if_order=[text(f"state.{code}", here.lang) for code in coming.state_if_order],
    )
    names = ["name", "leaves_on", "state", "state_next", "revenue_n", "salesperson"]
    if coming.state_if_order.ne("active").any():  # else the text says it once
        names.insert(4, "state_if_order")
    return listing(frame, names, "table.coming", most=most)


def near_table(changes: Tipping, *, most: int = 15) -> Table | Notice:
    """Show the clients within a small amount of another class or stage, the smallest share of revenue first."""
    lang = desk().lang
    if changes.no_amounts is not None:
        return absent(changes.no_amounts)
    near = changes.near.sort_values(
        ["amount_share", "revenue_n", "name"], ascending=[True, False, True], kind="stable"
    )
    frame = near.assign(
        kind=[text(f"tipping.kind.{code}", lang) for code in near.kind],
        current=[_code(kind, code) for kind, code in zip(near.kind, near.current, strict=True)],
        following=[_code(kind, code) for kind, code in zip(near.kind, near.following, strict=True)],
        amount_needed=near.amount.where(near.way == "up", -near.amount),
    )
    names = [
        "name",
        "kind",
        "current",
        "following",
        "amount_needed",
        "amount_share",
        "revenue_n",
        "salesperson",
    ]
    return listing(frame, names, "table.near", most=most)


def segment_order_table(changes: Tipping, *, most: int = 10) -> Table | Notice:
    """Show the largest clients that a single order of today would put in another RFM segment."""
    lang = desk().lang
    if changes.reason is not None:
        return absent(changes.reason)
    known = changes.clients[changes.clients.segment.notna()]
    frame = known[known.segment != known.segment_if_order]
    frame = frame.sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    frame = frame.assign(
        segment=[text(f"rfm.{code}", lang) for code in frame.segment],
        segment_if_order=[text(f"rfm.{code}", lang) for code in frame.segment_if_order],
    )
    names = ["name", "segment", "segment_if_order", "revenue_n", "salesperson"]
    return listing(frame, names, "table.segment_order", most=most)


def _code(kind: str, code: str) -> str:
    """Say a class, which is a letter, or a stage."""
    return code if kind == "class" else text(f"stage.{code}", desk().lang)
