"""Chapter 20: dependency in margin, loss of the first clients, breakdowns and salespeople.

Floor 7.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from capclient import figures
from capclient.findings import reason_text
from capclient.indicators.salespeople import telling_rankings
from capclient.indicators.stress import StressTest
from capclient.notebook.comparison import by_name, unranked, with_purpose
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.breakdown import OF_LINES
from capclient.themes.concentration import Concentration
from capclient.themes.salespeople import Salespeople
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import MINUS, count

__all__ = [
    "ansoff_table",
    "margin_figure",
    "rankings_figure",
    "rankings_table",
    "salespeople_table",
    "segment_table",
    "stress_figure",
    "stress_table",
]

NUMBERS = ("active", "revenue", "total_share", "growth", "weight_change")


def margin_figure(weights: Concentration) -> figures.Figure | Notice:
    """Draw the weight of the largest clients in revenue beside their weight in margin."""
    margins = weights.dependency.margins
    if isinstance(margins, Unknown):
        return absent(margins)
    return figures.margin_weights_figure(margins, lang=desk().lang)


def stress_figure(weights: Concentration) -> figures.Figure | Notice:
    """Draw what is left when the first clients leave."""
    here = desk()
    if weights.reason is not None:
        return absent(weights.reason)
    lines = here.portfolio.has_lines
    total = (
        here.portfolio.total_revenue(here.portfolio.windows.n)
        if lines
        else float(weights.ranking.revenue_n.sum())
    )
    fixed = here.portfolio.params.economics.fixed_costs
    return figures.stress_figure(
        weights.dependency.stress,
        total=total,
        fixed_costs=None if fixed is None else float(fixed),
        **here.drawn,
    )


def stress_table(weights: Concentration) -> Table | Notice:
    """Show what losing the first client, the first group and the first three would cost."""
    lang = desk().lang
    if weights.reason is not None:
        return absent(weights.reason)
    rows = [
        {
            "scenario": text(f"figure.stress.{name}", lang),
            "revenue_lost": outcome.revenue_lost,
            "share_lost": outcome.share_lost,
            "margin_lost": weights.dependency.margin_lost.get(name),
            "contribution_lost": outcome.contribution_lost,
            "result_after": outcome.result_after,
            "months": outcome.months_of_fixed_costs,
        }
        for name, outcome in weights.dependency.stress.items()
        if isinstance(outcome, StressTest)
    ]
    if not rows:
        return absent(Unknown("denominator_zero"))
    frame = pd.DataFrame([{name: _known(value) for name, value in row.items()} for row in rows])
    names = [str(name) for name in frame if frame[name].notna().any()]
    return _unpriced(listing(frame, names, "table.stress_scenarios"))


def _known(value: object) -> object:
    return None if isinstance(value, Unknown) else value


def _unpriced(made: Table | Notice) -> Table | Notice:
    """Say under the table which line of the parameters would tell what is lost after variable costs."""
    economics = desk().portfolio.params.economics
    needed = [name for name in ("variable_cost_rate", "fixed_costs") if getattr(economics, name) is None]
    if not needed or isinstance(made, Notice):
        return made
    return replace(made, note=text(f"notice.missing.{needed[0]}", desk().lang))


def segment_table(weights: Concentration, *dimensions: str, most: int = 12) -> Table | Notice:
    """Show revenue by dimensions of the client sheet or of the lines, one after the other.

    What belongs to no segment is shown, and a dimension that nobody filled in says so. ``most`` named lines each;
    the smaller ones make a line of their own.
    """
    if weights.reason is not None:
        return absent(weights.reason)
    known = [name for name in dimensions if name in weights.segments]
    if not known:
        return absent(Unknown(f"missing:{dimensions[0]}"))
    parts = [_segments(weights, name, most) for name in dimensions]
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
    names = ["segment", "dimension", "active", "revenue", "total_share", "growth", "weight_change"]
    told = [
        name for name in names if name in ("dimension", "segment", "revenue") or frame[name].notna().any()
    ]
    caption = "table.by_lines" if known[0] in OF_LINES else "table.by_segments"
    return listing(frame, told, caption)


def _segments(weights: Concentration, dimension: str, most: int) -> pd.DataFrame:
    lang = desk().lang
    head = text(f"breakdown.{dimension}", lang)
    if dimension not in weights.segments:
        reason = reason_text(f"missing:{dimension}", lang)
        return pd.DataFrame({"dimension": [head], "segment": [reason], **{key: [None] for key in NUMBERS}})
    frame = weights.segments[dimension]
    named, rest = frame[frame.line == "segment"], frame[frame.line != "segment"]
    if dimension == "salesperson":
        named = by_name(named, "segment", most=most)
    shown, small = named.head(most), named.iloc[most:]
    outside = rest.line.isin(["pooled", "unassigned"])
    blank = rest[~outside & (rest.revenue.ne(0) | rest.revenue_n1.fillna(0).ne(0))]
    frame = pd.concat(
        [
            shown if len(small) > 1 else named,
            *([_together(small, "smaller")] if len(small) > 1 else []),
            blank,
            *([_together(rest[outside], "outside")] if outside.any() else []),
        ]
    )
    labels = [
        text(f"segment.{line}", lang, n=count(len(small), lang))
        if line != "segment"
        else text(f"size.{label}", lang)
        if dimension == "size"
        else label
        for line, label in zip(frame.line, frame.segment, strict=True)
    ]
    frame = frame.assign(
        dimension=head, segment=labels, total_share=frame.share, weight_change=frame.share_change
    )
    return frame.reindex(columns=["dimension", "segment", *NUMBERS])


def _together(small: pd.DataFrame, line: str) -> pd.DataFrame:
    """Add up lines of a breakdown into one."""
    names = ["active", "revenue", "share", "revenue_n1", "share_change"]
    sums = small[[name for name in names if name in small]].sum(min_count=1)
    before = sums.revenue_n1
    growth = (sums.revenue - before) / before if before > 0 else None
    return pd.DataFrame([{**sums, "growth": growth, "line": line, "segment": None}])


def ansoff_table(weights: Concentration) -> Table | Notice:
    """Show revenue by age of the client and of the product family."""
    table = weights.breakdown.ansoff
    if isinstance(table, Unknown):
        return absent(table)
    names = [text(f"ansoff.{code}", desk().lang) for code in table.index]
    shown = table.assign(quadrant=names, total_share=table.share)
    return listing(shown, ["quadrant", "revenue", "total_share"], "table.ansoff")


def salespeople_table(team: Salespeople) -> Table | Notice:
    """Show what each salesperson sold, and the portfolio of each; by name where nobody says why they are compared."""
    if isinstance(team.table, Unknown):
        return absent(team.table)
    names = ["salesperson", "customers", "active", "revenue", "share", "orders"]
    more = ["margin"] if "margin" in team.table else []
    rows = _named(by_name(team.table))
    return with_purpose(listing(rows, names + more, "table.salespeople", note="table.salespeople_note"))


def rankings_table(team: Salespeople) -> Table | Notice:
    """Show the ranks of each salesperson, and the places gained or lost against the ranking by revenue."""
    if isinstance(team.table, Unknown):
        return absent(team.table)
    frame = _named(team.table[~team.table.is_blank])
    shown = telling_rankings(frame)
    if len(shown) < 2:
        return absent(next(iter(team.absent.values()), Unknown("not_applicable")))
    barred = unranked()
    if barred is not None:
        return barred
    for name in shown:
        change = None if name == "revenue" else frame[f"rank_change_{name}"]
        frame[f"ranking_{name}"] = [
            _placed(rank, 0 if change is None else change.iloc[row])
            for row, rank in enumerate(frame[f"rank_{name}"])
        ]
    return with_purpose(
        listing(frame, ["salesperson", *(f"ranking_{name}" for name in shown)], "table.rankings")
    )


def rankings_figure(team: Salespeople) -> figures.Figure | Notice:
    """Draw the rankings side by side."""
    if isinstance(team.table, Unknown):
        return absent(team.table)
    return unranked() or figures.rankings_figure(team.table, lang=desk().lang)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(salesperson=table.salesperson.fillna(text("segment.blank", desk().lang)))


def _placed(rank: object, change: object) -> str:
    """``3``, ``3 (+2)``, ``3 (−1)``, or a dash when nobody knows."""
    if pd.isna(rank):  # type: ignore[call-overload]
        return "–"
    lang, moved = desk().lang, 0 if pd.isna(change) else int(str(change))  # type: ignore[call-overload]
    words = count(int(str(rank)), lang)
    return f"{words} ({'+' if moved > 0 else MINUS}{count(abs(moved), lang)})" if moved else words
