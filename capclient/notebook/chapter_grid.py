"""Chapter 82: who the clients are, who knows them, what each relation is worth, and what that hangs on.

Floor 7.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from capclient import figures
from capclient.figures.grid import range_words
from capclient.indicators.grid import level_points
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.params_grid import POINTS
from capclient.tables import Table
from capclient.themes.grid import Grid
from capclient.themes.grid_sheet import GridSheet, grid_sheet
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import day, decimal

__all__ = [
    "grid_criteria_table",
    "grid_decisions_table",
    "grid_differences_table",
    "grid_fields_table",
    "grid_figure",
    "grid_people_table",
    "grid_ranges_figure",
    "grid_rivals_table",
    "grid_sheet",
    "grid_table",
    "grid_weights_figure",
]


def grid_fields_table(known: GridSheet) -> Table | Notice:
    """Show which basic information is filled in."""
    if known.reason is not None:
        return absent(known.reason)
    lang = desk().lang
    frame = known.fields.assign(grid_field=[text(f"grid.field.{code}", lang) for code in known.fields.field])
    return listing(frame, ["grid_field", "customers", "share"], "table.grid_fields")


def grid_people_table(known: GridSheet, *, most: int = 15) -> Table | Notice:
    """Show the clients held by one contact, and those that changed theirs, the largest first."""
    if known.reason is not None:
        return absent(known.reason)
    if known.clients.theirs.isna().all():
        return absent(Unknown("missing:contacts"))
    lang, rows = desk().lang, known.clients
    single, changed = (rows[name].fillna(False).astype(bool) for name in ("is_single", "has_changed"))
    mine = rows[single | changed].sort_values(["revenue_n", "name"], ascending=[False, True], kind="stable")
    words = [
        ", ".join(text(f"grid.people.{name}", lang) for name in ("is_single", "has_changed") if flags[name])
        for flags in mine[["is_single", "has_changed"]].to_dict("records")
    ]
    frame = mine.assign(grid_people=words, grid_theirs=mine.theirs, grid_ours=mine.ours)
    names = ["name", "customer_id", "revenue_n", "grid_people", "grid_theirs", "grid_ours", "salesperson"]
    return listing(frame, names, "table.grid_people", most=most)


def grid_figure(marked: Grid) -> figures.Figure | Notice:
    """Draw the answers of the largest clients, criterion by criterion."""
    if marked.reason is not None:
        return absent(marked.reason)
    names = [name for name in POINTS if marked.criteria.weight[name] > 0]
    points = level_points(marked.levels, desk().portfolio.params.grid.all_points())
    known = {str(client): str(name) for client, name in marked.clients.name.items()}
    return figures.grid_figure(
        marked.levels[names], marked.sources[names], points[names], known,
        answered=float(marked.clients.answered.mean()), lang=desk().lang,
    )  # fmt: skip


def grid_ranges_figure(marked: Grid) -> figures.Figure | Notice:
    """Draw the range of the mark of the largest clients."""
    if marked.reason is not None:
        return absent(marked.reason)
    return figures.grid_ranges_figure(marked.clients, lang=desk().lang)


def grid_table(marked: Grid, *, most: int = 15) -> Table | Notice:
    """Show the mark of the largest clients with what is missing to narrow it, who declared and when."""
    if marked.reason is not None:
        return absent(marked.reason)
    lang, rows = desk().lang, marked.clients.head(most)
    used = [name for name in POINTS if marked.criteria.weight[name] > 0]
    blanks = marked.levels.loc[rows.index, used].isna()
    frame = rows.assign(
        grid_mark=[range_words(low, high, lang) for low, high in zip(rows.low, rows.high, strict=True)],
        grid_missing=[
            ", ".join(text(f"criterion.{name}", lang) for name in used if line[name])
            for line in blanks.to_dict("records")
        ],
        grid_said=[_said(line, lang) for line in rows[["said_on", "said_by", "is_stale"]].to_dict("records")],
    )
    names = ["name", "customer_id", "revenue_n", "grid_mark", "grid_missing", "grid_said"]
    return listing(frame, names, "table.grid", note="table.grid.note")


def _said(line: dict[Hashable, Any], lang: str) -> str:
    """Who declared, when, and whether that is old."""
    parts = [line["said_by"]] if isinstance(line["said_by"], str) else []
    if not pd.isna(line["said_on"]):
        parts.append(day(pd.Timestamp(line["said_on"]).date(), lang, "short"))
    if line["is_stale"] is True:
        parts.append(text("grid.stale", lang))
    return ", ".join(parts)


def grid_criteria_table(marked: Grid) -> Table | Notice:
    """Show the ten criteria: their weight, and where the answers come from."""
    if marked.reason is not None:
        return absent(marked.reason)
    lang, rows = desk().lang, marked.criteria
    frame = rows.assign(
        criterion=[text(f"criterion.{name}", lang) for name in rows.index],
        grid_weight=[decimal(value, lang, 0 if value % 1 == 0 else 1) for value in rows.weight],
        grid_real=rows.real, grid_declared=rows.declared, grid_estimated=rows.estimated,
        grid_blank=len(marked.clients) - rows.customers,
    ).reset_index(drop=True)  # fmt: skip
    names = ["criterion", "grid_weight", "grid_real", "grid_declared", "grid_estimated", "grid_blank"]
    return listing(frame, names, "table.grid_criteria")


def grid_differences_table(marked: Grid, *, most: int = 15) -> Table | Notice:
    """Show what is declared and what the figures say instead."""
    if marked.reason is not None:
        return absent(marked.reason)
    lang, rows = desk().lang, marked.differences
    said, seen = (
        [text(f"level.{name}.{code}", lang) for name, code in zip(rows.criterion, rows[column], strict=True)]
        for column in ("declared", "seen")
    )
    frame = rows.assign(
        criterion=[text(f"criterion.{name}", lang) for name in rows.criterion], grid_said_level=said,
        grid_seen_level=seen, grid_source=[text(f"grid.source.{code}", lang) for code in rows.source],
    )  # fmt: skip
    names = ["name", "customer_id", "criterion", "grid_said_level", "grid_seen_level", "grid_source", "revenue_n",
             "salesperson"]  # fmt: skip
    return listing(frame, names, "table.grid_differences", most=most)


def grid_weights_figure(marked: Grid) -> figures.Figure | Notice:
    """Draw how many clients change quarter when a weight moves."""
    if marked.reason is not None:
        return absent(marked.reason)
    return figures.grid_weights_figure(marked.criteria, lang=desk().lang)


def grid_decisions_table(marked: Grid) -> Table | Notice:
    """Show what clients decide on, what they pay, and how many of them are about to leave."""
    if marked.reason is not None:
        return absent(marked.reason)
    if marked.reasons.empty:
        return absent(Unknown("missing:decision_criteria"))
    lang, rows = desk().lang, marked.reasons
    words = [text(f"level.decision_criteria.{code}", lang) for code in rows.decision]
    frame = rows.assign(grid_decision=words, grid_threatened=rows.threatened)
    names = ["grid_decision", "customers", "revenue", "price_index", "grid_threatened"]
    return listing(frame, names, "table.grid_decisions", note="table.grid_decisions.note")


def grid_rivals_table(known: GridSheet, *, most: int = 10) -> Table | Notice:
    """Show the competitors that clients have at hand, with the revenue exposed."""
    if known.reason is not None:
        return absent(known.reason)
    if known.rivals.empty:
        return absent(Unknown("missing:competitors_known"))
    frame = known.rivals.assign(
        grid_rival=known.rivals.competitor, grid_risk_revenue=known.rivals.risk_revenue
    )
    names = ["grid_rival", "customers", "revenue", "grid_risk_revenue"]
    return listing(frame, names, "table.grid_rivals", most=most, note="table.grid_rivals.note")
