"""Is this silence usual for this client: own interval, states, alarms on a past day, stages (sections 7 and 8)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.course.exercises import Exercise
from capclient.course.lesson import Lesson
from capclient.indicators.activity import activity_states, expected_intervals
from capclient.indicators.loss import naive_alarm
from capclient.portfolio import Portfolio
from capclient.themes import activity, lifecycle
from capclient.themes.bridge import not_compared
from capclient.thresholds import ActivityThresholds
from capclient.vocabulary import Unknown

RULES = ActivityThresholds()  # those the lesson tells; a company may have set others for its reports
INTERVALS = 2  # of silence after which the rule of thumb rings
MONTHS_BACK, MONTHS_PRESENT = (
    6,
    12,
)  # the past day is so long ago; who bought in the year before it was present


def _buyers(lesson: Lesson, portfolio: Portfolio) -> pd.DataFrame:
    """Clients that had bought by the date of a portfolio, with their purchase days in short."""
    frame = portfolio.customers
    known = frame[frame.index.isin(lesson.clients.index) & frame.last_purchase.notna()]
    return known.drop(columns="insolvency_date", errors="ignore")


def _now(lesson: Lesson) -> pd.DataFrame | Unknown:
    reason = lesson.portfolio.no_days
    if reason is not None:
        return reason
    frame = _buyers(lesson, lesson.portfolio)
    return frame if frame.median_gap.notna().any() else Unknown("history_short")


def _expected_interval(lesson: Lesson) -> pd.Series | Unknown:
    frame = _now(lesson)
    if isinstance(frame, Unknown):
        return frame
    return expected_intervals(frame.span_days, frame.gaps, frame.median_gap, shrinkage=RULES.shrinkage)


def _own_mean(lesson: Lesson) -> pd.Series | Unknown:
    """Nothing borrowed from the others."""
    frame = _now(lesson)
    return frame if isinstance(frame, Unknown) else frame.span_days / frame.gaps.where(frame.gaps > 0)


def _own_median(lesson: Lesson) -> pd.Series | Unknown:
    frame = _now(lesson)
    return frame if isinstance(frame, Unknown) else frame.median_gap


def _states(lesson: Lesson) -> pd.Series | Unknown:
    """By rhythm alone: neither seasons nor contracts, which a student does not read here."""
    frame = _now(lesson)
    if isinstance(frame, Unknown):
        return frame
    day = lesson.portfolio.as_of
    return activity_states(frame, as_of=day, data_end=day, thresholds=RULES).state


def _states_of_report(lesson: Lesson) -> pd.Series | Unknown:
    frame = _now(lesson)
    return frame if isinstance(frame, Unknown) else activity(lesson.portfolio).customers.state[frame.index]


def _states_of_one_rhythm(lesson: Lesson) -> pd.Series | Unknown:
    """Every client held against the rhythm of the portfolio."""
    frame = _now(lesson)
    if isinstance(frame, Unknown):
        return frame
    silent = (lesson.day - frame.last_purchase).dt.days
    ratio = silent / frame.median_gap.median()
    bounds = [-1.0, *(float(bound) for bound in RULES.ratios), np.inf]
    state = pd.cut(ratio, bounds, labels=["active", "watch", "at_risk", "inactive"]).astype("str")
    return state.mask((state == "inactive") & (silent > RULES.lost_after_days), "lost")


def _states_without_year(lesson: Lesson) -> pd.Series | Unknown:
    found = _states(lesson)
    return found if isinstance(found, Unknown) else found.replace("lost", "inactive")


def _past_day(lesson: Lesson) -> pd.Timestamp:
    return lesson.day - pd.DateOffset(months=MONTHS_BACK)


def _then(lesson: Lesson) -> pd.DataFrame | Unknown:
    """Clients present on the past day: ``flagged`` with what was known then, ``back`` with what followed."""
    reason = lesson.portfolio.no_days
    if reason is not None:
        return reason
    day = _past_day(lesson)
    if (day - pd.DateOffset(months=MONTHS_PRESENT)).date() < lesson.portfolio.coverage.first:
        return Unknown("history_short")
    frame = _buyers(lesson, lesson.portfolio.at(day.date()))
    silent = (day - frame.last_purchase).dt.days
    rang = naive_alarm(silent, frame.median_gap, intervals=INTERVALS)
    back = lesson.portfolio.customers.last_purchase.reindex(frame.index) > day
    present = frame.last_purchase > day - pd.DateOffset(months=MONTHS_PRESENT)
    return pd.DataFrame({"silent": silent, "flagged": rang, "back": back})[present]


def _alarms(lesson: Lesson) -> set[str] | Unknown:
    then = _then(lesson)
    return then if isinstance(then, Unknown) else set(then.index[then.flagged])


def _alarms_that_know_the_future(lesson: Lesson) -> set[str] | Unknown:
    """Silence of the past day, habits of today."""
    then = _then(lesson)
    if isinstance(then, Unknown):
        return then
    gaps = lesson.portfolio.customers.median_gap.reindex(lesson.clients.index)
    usual = gaps.fillna(gaps.median()).reindex(then.index)
    return set(then.index[then.silent >= INTERVALS * usual])


def _alarms_of_today(lesson: Lesson) -> set[str] | Unknown:
    frame = _now(lesson)
    if isinstance(frame, Unknown):
        return frame
    rang = naive_alarm((lesson.day - frame.last_purchase).dt.days, frame.median_gap, intervals=INTERVALS)
    present = frame.last_purchase > lesson.day - pd.DateOffset(months=MONTHS_PRESENT)
    return set(frame.index[rang & present])


def _alarms_of_all(lesson: Lesson) -> set[str] | Unknown:
    """Clients long gone still ring."""
    then = _then(lesson)
    if isinstance(then, Unknown):
        return then
    day = _past_day(lesson)
    frame = _buyers(lesson, lesson.portfolio.at(day.date()))
    rang = naive_alarm((day - frame.last_purchase).dt.days, frame.median_gap, intervals=INTERVALS)
    return set(frame.index[rang])


def _share(lesson: Lesson, part: str, whole: str) -> float | Unknown:
    """Share of the clients that answer to ``whole`` that also answer to ``part``."""
    then = _then(lesson)
    if isinstance(then, Unknown):
        return then
    told = then.assign(gone=~then.back, everyone=True)
    return float(told.loc[told[whole], part].mean()) if told[whole].any() else Unknown("denominator_zero")


def _false_of_everyone(lesson: Lesson) -> float | Unknown:
    then = _then(lesson)
    if isinstance(then, Unknown) or then.empty:
        return Unknown("denominator_zero")
    return float((then.flagged & then.back).mean())


def _childhood(lesson: Lesson) -> set[str] | Unknown:
    reason = lesson.portfolio.no_days or not_compared(lesson.portfolio)
    if reason is not None:
        return reason
    stages = lifecycle(lesson.portfolio).customers.stage
    return set(stages.index[stages.eq("childhood") & stages.index.isin(lesson.clients.index)])


def _childhood_by_rule(lesson: Lesson, *, rule: str) -> set[str] | Unknown:
    """Half of the answer: first purchases (rule 3) or returns (rule 2) only."""
    found = _childhood(lesson)
    if isinstance(found, Unknown):
        return found
    rules = lifecycle(lesson.portfolio).customers.rule
    return {code for code in found if rules[code] == rule}


EXERCISES = (
    Exercise("expected_interval", _expected_interval, "days", {"mean": _own_mean, "median": _own_median}),
    Exercise(
        "states",
        _states,
        slips={
            "report": _states_of_report,
            "one_rhythm": _states_of_one_rhythm,
            "no_year": _states_without_year,
        },
    ),
    Exercise(
        "alarms",
        _alarms,
        slips={"leak": _alarms_that_know_the_future, "today": _alarms_of_today, "gone": _alarms_of_all},
    ),
    Exercise(
        "false_alarm_share",
        lambda lesson: _share(lesson, "back", "flagged"),
        "share",
        {"everyone": _false_of_everyone, "returned": lambda lesson: _share(lesson, "flagged", "back")},
    ),
    Exercise(
        "found_share",
        lambda lesson: _share(lesson, "flagged", "gone"),
        "share",
        {
            "precision": lambda lesson: _share(lesson, "gone", "flagged"),
            "flagged": lambda lesson: _share(lesson, "flagged", "everyone"),
        },
    ),
    Exercise(
        "childhood",
        _childhood,
        slips={
            "new": lambda lesson: _childhood_by_rule(lesson, rule="3"),
            "back": lambda lesson: _childhood_by_rule(lesson, rule="2"),
        },
    ),
)
