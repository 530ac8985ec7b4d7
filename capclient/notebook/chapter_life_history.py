"""Chapter 40: stages over time, what clients bring over their life, effort by stage.

Floor 7.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from capclient import figures
from capclient.cards import Sentence
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.life import Life
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, day

__all__ = [
    "cadence_figure",
    "cadence_table",
    "composition_figure",
    "contribution_cohorts",
    "contribution_figure",
    "market_stages",
    "neglected_list",
    "over_visited_list",
    "passages_figure",
    "pending_list",
    "reviews_note",
    "stage_courses",
    "stage_outlook",
]


def reviews_note(all_of_it: Life) -> Sentence | Notice:
    """Say which reviews stand behind the history, and which of them lack a third year."""
    here, history = desk(), all_of_it.history
    if history.reason is not None:
        return absent(history.reason)
    days: list[date] = [*history.stages.columns]
    facts = {
        "n": count(len(days), here.lang),
        "first": day(days[0], here.lang),
        "last": day(days[-1], here.lang),
    }
    key = "life.reviews" if len(days) > 1 else "life.reviews_one"
    caveats: tuple[str, ...] = ()
    if history.lacking:
        short = "life.reviews_lacking_one" if history.lacking == 1 else "life.reviews_lacking"
        short = "life.reviews_lacking_only" if len(days) == 1 else short
        facts_short = {} if history.lacking == 1 else {"n": count(history.lacking, here.lang)}
        caveats = (text(short, here.lang, **facts_short),)
    return Sentence(text(key, here.lang, **facts), caveats)


def composition_figure(all_of_it: Life) -> figures.Figure | Notice:
    """Draw the portfolio by stage, review after review."""
    history = all_of_it.history
    data = history.reason if history.reason is not None else history.composition
    return figures.composition_figure(data, lang=desk().lang)


def passages_figure(all_of_it: Life) -> figures.Figure | Notice:
    """Draw where a hundred clients of each stage are a year later."""
    history = all_of_it.history
    if history.reason is not None or not history.pairs:
        return absent(history.reason or Unknown("history_short:stages"))
    return figures.passages_figure(history.rates, lang=desk().lang, pairs=len(history.pairs))


def stage_courses(all_of_it: Life, *, most: int = 15) -> Table | Notice:
    """Show the clients whose stage changed in the last year for good, largest first."""
    history = all_of_it.history
    if history.reason is not None or history.confirmed.shape[1] < 2:
        return absent(history.reason or Unknown("history_short:stages"))
    year = (pd.Timestamp(history.stages.columns[-1]) - pd.DateOffset(years=1)).date()
    moved = history.courses[(history.courses.changes > 0) & (history.courses.since > year)]
    names = [
        "name",
        "customer_id",
        "sequence",
        "since",
        "days_in_stage",
        "changes",
        "revenue_n1",
        "revenue_n",
    ]
    return listing(_worded(moved), names, "table.stage_courses", most=most)


def pending_list(all_of_it: Life, *, most: int = 10) -> Table | Notice:
    """Show the clients whose new stage waits for the next review, largest first."""
    history = all_of_it.history
    if history.reason is not None or history.confirmed.shape[1] < 2:
        return absent(history.reason or Unknown("history_short:stages"))
    waiting = _worded(history.courses[history.courses.is_pending])
    waiting = waiting.assign(stage_held=[text(f"stage.{code}", desk().lang) for code in waiting.stage])
    names = ["name", "customer_id", "stage_held", "stage_raw", "revenue_n1", "revenue_n", "salesperson"]
    return listing(waiting, names, "table.stage_pending", most=most)


def _worded(courses: pd.DataFrame) -> pd.DataFrame:
    lang = desk().lang

    def said(code: object) -> Any:
        return text(f"stage.{code}", lang) if isinstance(code, str) and code else None

    order = courses[["revenue_n", "revenue_n1"]].max(axis=1)
    courses = courses.assign(
        order=order,
        stage_raw=[said(code) for code in courses.stage_raw],
        sequence=[
            " → ".join(str(said(code)).lower() for code in str(codes).split(";") if code)
            for codes in courses.sequence
        ],
        since=pd.to_datetime(courses.since).astype("datetime64[ns]"),
    )
    return courses.sort_values(["order", "name"], ascending=[False, True], kind="stable")


def stage_outlook(all_of_it: Life) -> Table | Notice:
    """Show the clients of today by stage, and where they may stand in a year, when the past allows it."""
    outlook = all_of_it.history.next_year
    if isinstance(outlook, Unknown):
        return absent(outlook)
    frame = outlook[(outlook.now > 0) | (outlook.expected >= 0.5)].rename_axis("stage").reset_index()
    frame = frame.rename(columns={"now": "customers", "expected": "expected_customers"})
    return listing(
        frame, ["stage", "customers", "expected_customers"], "table.stage_outlook", note="table.outlook.note"
    )


def market_stages(all_of_it: Life, *, most: int = 10) -> Table | Notice:
    """Show the clients whose stage depends on the growth of their market."""
    frame = all_of_it.effort.without_market
    stages = found()["lifecycle.old_age_customers"]
    if stages.reason:  # a market would not help: no stage can be read
        return absent(Unknown(stages.reason))
    if isinstance(frame, Unknown):
        return absent(frame)
    lang = desk().lang
    frame = frame.assign(stage_without=[text(f"stage.{code}", lang) for code in frame.stage_without])
    names = ["name", "customer_id", "growth", "market_growth", "stage", "stage_without", "revenue_n"]
    return listing(frame, names, "table.market_stages", most=most)


def contribution_figure(all_of_it: Life) -> figures.Figure | Notice:
    """Draw what the clients of each year of arrival brought, month after month."""
    here, mine = desk(), all_of_it.contribution
    if mine.reason is not None:
        return absent(mine.reason)
    return figures.contribution_figure(
        mine.curves, mine.ages, mine.margin_curves, mine.margins, mine.cost, **here.drawn
    )


def contribution_cohorts(all_of_it: Life) -> Table | Notice:
    """Show, by year of arrival, what half of the clients had brought after 6, 12, 24 and 36 months."""
    mine = all_of_it.contribution
    if mine.reason is not None:
        return absent(mine.reason)
    frame = mine.cohorts.assign(cohort=mine.cohorts.cohort.astype("str"))
    names = ["cohort", "customers", "after_6m", "after_12m", "after_24m", "after_36m"]
    return listing(frame, names, "table.contribution_cohorts", note="table.contribution_cohorts.note")


def cadence_figure(all_of_it: Life) -> figures.Figure | Notice:
    """Draw intended and observed contacts by stage."""
    mine = all_of_it.effort
    if mine.reason is not None:
        return absent(mine.reason)
    return figures.cadence_figure(mine.stages, lang=desk().lang)


def cadence_table(all_of_it: Life) -> Table | Notice:
    """Show the follow-up of each stage, the cadence intended, and the contacts of the year."""
    lang, mine = desk().lang, all_of_it.effort
    if mine.reason is not None:
        return absent(mine.reason)
    frame = mine.stages.assign(
        followup=[text(f"followup.{stage}", lang) for stage in mine.stages.stage],
        intended=[_range(row.least, row.most, lang) for row in mine.stages.itertuples()],
    )
    names = ["stage", "followup", "intended", "a_year", "customers", "below", "within", "above"]
    return listing(frame, names, "table.cadence")


def _range(least: Any, most: Any, lang: str) -> str:
    return text("life.range", lang, least=count(least, lang), most=count(most, lang))


def over_visited_list(all_of_it: Life, *, most: int = 12) -> Table | Notice:
    """Show the adults and occasional clients that take more contacts than their stage calls for."""
    return _contacts(all_of_it, "above", "table.over_visited", most)


def neglected_list(all_of_it: Life, *, most: int = 12) -> Table | Notice:
    """Show the clients in childhood or old age that get fewer contacts than their stage calls for."""
    return _contacts(all_of_it, "neglected", "table.neglected", most)


def _contacts(all_of_it: Life, which: str, caption: str, most: int) -> Table | Notice:
    lang, mine = desk().lang, all_of_it.effort
    if mine.reason is not None:
        return absent(mine.reason)
    frame: pd.DataFrame = getattr(mine, which)
    frame = frame.assign(
        intended=[_range(row.least, row.most, lang) for row in frame.itertuples()],
        missing_contacts=frame.gap,
        spare_contacts=-frame.gap,
    )
    gap = "spare_contacts" if which == "above" else "missing_contacts"
    names = ["name", "customer_id", "stage", "visits", "calls", "intended", gap, "revenue_n", "salesperson"]
    return listing(frame, names, caption, most=most)
