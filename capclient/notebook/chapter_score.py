"""Chapter 99, the score out of 20: what it is made of, where it comes from, what weights move.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.cards import Sentence
from capclient.findings import reason_text
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.params_score import common_grid
from capclient.params_sectors import profile_name
from capclient.tables import Table
from capclient.themes.score import Score, score, score_history
from capclient.vocabulary import Unknown, finding_specs
from capclient.wording import text
from capclient.wording.numbers import MISSING, day, decimal, spoken

__all__ = [
    "score",
    "score_criteria_table",
    "score_figure",
    "score_history_figure",
    "score_history_table",
    "score_sector",
    "score_sensitivity_figure",
]
SHARES = ("pipeline", "overdue", "recurrence")  # marked on a share that no finding gives as it is


def score_sector(marked: Score) -> Sentence:
    """Say which sector profile the score follows, and what the company changed itself."""
    lang, params = desk().lang, desk().portfolio.params
    sector = params.company.sector
    if marked.profile is not None:
        words = text("score.profile.some", lang, profile=profile_name(sector, lang) or marked.profile)
    elif sector:
        words = text("score.profile.unknown", lang, sector=sector)
    else:
        words = text("score.profile.none", lang)
    base, own = common_grid(), params.score.grid()
    names = [text(f"score.criterion.{name}", lang) for name, row in own.items() if row != base[name]]
    if names:
        words += " " + text("score.profile.changed", lang, names=", ".join(names))
    return Sentence(words, ())


def score_figure(marked: Score) -> figures.Figure | Notice:
    """Draw what each criterion brings to the score, and what it costs."""
    if isinstance(marked.total, Unknown):
        return absent(marked.total)
    return figures.score_figure(marked.criteria, marked.total, lang=desk().lang)


def score_criteria_table(marked: Score) -> Table | Notice:
    """Show every criterion with its figure, its bounds, its mark, its weight and its evidence; the unknown too."""
    here, rows = desk(), marked.criteria

    def said(name: str, value: float) -> str:
        unit = "share" if name in SHARES else finding_specs()[rows.finding[name]].unit
        unit = "share" if unit in {"points", "margin"} else unit
        return MISSING if pd.isna(value) else spoken(value, unit, here.lang, here.currency)

    known = rows.sort_values(["lost", "weight"], ascending=False, kind="stable", na_position="last")
    frame = pd.DataFrame({
        "criterion": [text(f"score.criterion.{name}", here.lang) for name in known.index],
        "score_value": [said(str(name), value) for name, value in known.value.items()],
        "score_bounds": [
            text("score.bounds", here.lang, floor=said(str(name), row.floor), goal=said(str(name), row.goal))
            for name, row in known.iterrows()
        ],
        "score_mark": [MISSING if pd.isna(value) else decimal(value, here.lang, 1) for value in known.score],
        "score_weight": [decimal(value, here.lang, 0 if value % 1 == 0 else 1) for value in known.weight],
        "score_lost": [None if pd.isna(value) else decimal(value, here.lang, 2) for value in known.lost],
        "score_grade": list(known.evidence),
    })  # fmt: skip
    if known.reason.notna().any():
        frame["score_missing"] = [
            reason_text(code, here.lang) if isinstance(code, str) else None for code in known.reason
        ]
    return listing(frame, list(frame.columns), "table.score", note="table.score.note")


def score_history_figure(marked: Score) -> figures.Figure | Notice:
    """Draw the score of past years, on the same criteria."""
    if isinstance(marked.total, Unknown):
        return absent(marked.total)
    return figures.score_history_figure(score_history(desk().portfolio), lang=desk().lang)


def score_history_table(marked: Score) -> Table | Notice:
    """Show the score of past years with its coverage."""
    if isinstance(marked.total, Unknown):
        return absent(marked.total)
    lang, rows = desk().lang, score_history(desk().portfolio)
    if len(rows) < 2:
        return absent(Unknown("history_short"))
    frame = pd.DataFrame({
        "score_day": [day(moment.date(), lang) for moment in rows.day],
        "score_comparable": [decimal(value, lang, 1) for value in rows.comparable],
        "score_whole": [decimal(value, lang, 1) for value in rows.score],
        "score_known": rows.coverage,
    })  # fmt: skip
    return listing(frame, list(frame.columns), "table.score_history", note="table.score_history.note")


def score_sensitivity_figure(marked: Score) -> figures.Figure | Notice:
    """Draw how far the weights move the score."""
    if isinstance(marked.total, Unknown):
        return absent(marked.total)
    return figures.score_sensitivity_figure(marked.criteria, marked.total, lang=desk().lang)
