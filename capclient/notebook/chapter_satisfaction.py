"""Chapter 85: what clients say, where they are listened to, what was promised, why they left.

Floor 7.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pandas as pd

from capclient import figures
from capclient.findings import Finding
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import listing
from capclient.notebook.signed import declared_devices
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.dissatisfaction import Dissatisfaction
from capclient.themes.listening import Listening, Promises
from capclient.themes.surveys import Surveys
from capclient.vocabulary import Unknown, finding_specs
from capclient.wording import text
from capclient.wording.numbers import MISSING, count, day, decimal, margin, points, share, spoken

__all__ = [
    "askers_table",
    "assumptions_table",
    "detractors_table",
    "evidence_table",
    "listening_figure",
    "loss_reasons_table",
    "nps_figure",
    "nps_years_table",
    "promises_table",
    "reach_table",
    "scenario_figure",
    "three_questions_table",
    "unexplained_losses_table",
]

QUESTIONS = ("recommend", "satisfied", "why")
EUROS = ("revenue", "at_risk")  # lines of the scenario that need a number of unhappy clients seen here


def nps_figure(said: Surveys) -> figures.Figure | Notice:
    """Draw the marks and the score with its interval."""
    score, half = found()["satisfaction.nps"], found()["satisfaction.nps_margin"]
    if score.value is None:
        return absent(Unknown(score.reason or "missing:survey"))
    spread = None if half.value is None else float(half.value)
    return figures.nps_figure(said.tally, score=float(score.value), half=spread, lang=desk().lang)


def nps_years_table(said: Surveys) -> Table | Notice:
    """Show the score of each year with its margin: two years differ when their intervals do not meet."""
    if said.reason is not None:
        return absent(said.reason)
    lang, frame = desk().lang, said.years
    worded = pd.DataFrame(
        {
            "year": [
                text("year.ending", lang, day=day(pd.Timestamp(end).date(), lang, "short"))
                for end in frame.last_day
            ],
            "score": [points(value, lang) for value in frame.nps],
            "spread": [None if pd.isna(value) else margin(value, lang) for value in frame.margin],
            "answering": frame.n,
        }
    )
    return listing(
        worded, ["year", "score", "spread", "answering"], "table.nps_years", note="table.nps_years.note"
    )


def detractors_table(said: Surveys, *, most: int = 12) -> Table | Notice:
    """Show the detractors, the largest first: they are called back by somebody who does not sell."""
    if said.reason is not None:
        return absent(said.reason)
    unhappy = said.voters[said.voters.is_dissatisfied]
    frame = unhappy.assign(
        mark=unhappy.nps.map(_mark),
        satisfaction_mark=unhappy.csat.map(_mark),
    )
    names = ["name", "customer_id", "mark", "satisfaction_mark", "revenue_n", "salesperson"]
    return listing(frame, names, "table.detractors", most=most)


def _mark(value: float) -> str:
    if pd.isna(value):
        return MISSING
    lang = desk().lang
    return count(value, lang) if float(value).is_integer() else decimal(value, lang, 1)


def three_questions_table(said: Surveys) -> Table | Notice:
    """Show the three questions of a survey, what each brings and how many answers there are in N."""
    lang = desk().lang
    given = said.voters
    have = {
        "recommend": int(given.nps.notna().sum()) if len(given) else 0,
        "satisfied": int(given.csat.notna().sum()) if len(given) else 0,
        "why": None,
    }
    worded = pd.DataFrame(
        {
            "question": [text(f"question.{code}", lang) for code in QUESTIONS],
            "brings": [text(f"question.{code}.brings", lang) for code in QUESTIONS],
            "column_of": [text(f"question.{code}.column", lang) for code in QUESTIONS],
            "answering": [have[code] for code in QUESTIONS],
        }
    )
    return listing(worded, ["question", "brings", "column_of", "answering"], "table.three_questions")


def reach_table(said: Surveys) -> Table | Notice:
    """Show the active clients by what they did with the survey."""
    if said.reason is not None or said.reach.empty:
        return absent(said.reason or Unknown("period_incomplete"))
    words = [text(f"reach.{code}", desk().lang) for code in said.reach.reach]
    names = ["reach", "customers", "revenue", "revenue_share", "mean_revenue"]
    return listing(said.reach.assign(reach=words), names, "table.reach", note="table.reach.note")


def askers_table(said: Surveys) -> Table | Notice:
    """Show the answers by who asked."""
    if said.reason is not None:
        return absent(said.reason)
    lang, frame = desk().lang, said.askers
    worded = pd.DataFrame(
        {
            "asker": [text(f"asker.{code}", lang) for code in frame.asker],
            "customers": frame.customers,
            "score": [None if pd.isna(value) else points(value, lang) for value in frame.nps],
            "csat": frame.csat,
        }
    )
    return listing(worded, ["asker", "customers", "score", "csat"], "table.askers")


def listening_figure(spoken_to: Listening) -> figures.Figure | Notice:
    """Draw where in the relation clients are listened to."""
    if spoken_to.reason is not None or spoken_to.phases.empty:
        return absent(spoken_to.reason or Unknown("missing:phase"))
    return figures.listening_figure(spoken_to.phases, sizes=spoken_to.sizes, lang=desk().lang)


def promises_table(made: Promises) -> Table | Notice:
    """Show the register of promises: target, measure, verdict, claims that cite each."""
    if made.reason is not None:
        return absent(made.reason)
    lang, frame = desk().lang, made.register
    worded = pd.DataFrame(
        {
            "promise": frame.promise,
            "target": [
                text(f"promise.{direction}", lang, value=_in_unit(value, id, typed))
                for value, direction, id, typed in zip(
                    frame.target, frame.direction, frame.indicator, frame.target_typed, strict=True
                )
            ],
            "measured": [
                _in_unit(value, id, typed)
                for value, id, typed in zip(
                    frame.measured, frame.indicator, frame.measured_typed, strict=True
                )
            ],
            "verdict": [text(f"promise.{code}", lang) for code in frame.verdict],
            "claims_citing": frame.claims_n,
            "owner": frame.owner,
        }
    )
    names = ["promise", "target", "measured", "verdict", "claims_citing", "owner"]
    return listing(worded, names, "table.promises", note="table.promises.note")


def _in_unit(value: float, indicator: object, typed: object) -> str:
    """A measure in the unit of its finding; one made elsewhere has no unit and stands as it was typed."""
    here = desk()
    if pd.isna(value):
        return MISSING
    if isinstance(indicator, str):
        return spoken(value, finding_specs()[indicator].unit, here.lang, here.currency)
    return decimal(value, here.lang, len(str(typed).partition(".")[2]))


def evidence_table(spoken_to: Listening) -> Table | Notice:
    """Show what is declared and signed of the questions that no event can answer."""
    return declared_devices(spoken_to.evidence, "table.evidence")


def loss_reasons_table(cost: Dissatisfaction) -> Table | Notice:
    """Show why clients left, with the share that nobody explains."""
    if cost.lost_reason is not None:
        return absent(cost.lost_reason)
    lang, frame = desk().lang, cost.reasons
    worded = frame.assign(
        loss_cause=[name if isinstance(name, str) else text("cause.unknown", lang) for name in frame.cause],
        customers=frame.n,
    )
    names = ["loss_cause", "customers", "share", "revenue_lost", "questionnaire", "staff", "claim_deduced"]
    return listing(worded.rename(columns={"claim": "claim_deduced"}), names, "table.loss_reasons", most=12)


def unexplained_losses_table(cost: Dissatisfaction, *, most: int = 10) -> Table | Notice:
    """Show the lost clients of whom nobody wrote why, the largest first."""
    if cost.lost.empty:
        return absent(cost.lost_reason or Unknown("not_applicable:nobody_lost"))
    frame = cost.lost if "cause" not in cost.lost else cost.lost[cost.lost.cause.isna()]
    if cost.lost_reason is not None:
        frame = frame.sort_values(["revenue_n1", "name"], ascending=[False, True], kind="stable")
    names = ["name", "customer_id", "revenue_n1", "last_purchase", "salesperson"]
    return listing(frame, names, "table.unexplained_losses", most=most)


def _as_told(name: str, people: float | Fraction) -> str:
    """Say a number of people as its finding does; the example of the text has none."""
    here, known = desk(), found()[f"satisfaction.{name}"]
    return count(round(people), here.lang) if known.value is None else known.spoken(here.lang)


def assumptions_table(cost: Dissatisfaction) -> Table | Notice:
    """Show the assumptions of the scenario, where each comes from, and what they give."""
    here = desk()
    lang = here.lang
    each = None if cost.cost.revenue is None or not cost.cost.silent else cost.cost.revenue / cost.cost.silent
    unhappy = _as_told("unhappy_customers", cost.unhappy)
    rows = [
        ("unhappy", unhappy, f"scenario.from.{cost.source}"),
        ("voice", share(cost.voice, lang), "scenario.from.text_voice"),
        ("told", decimal(cost.told, lang, 0 if cost.told.is_integer() else 1), "scenario.from.text_told"),
        ("revenue", spoken(None if each is None else float(each), "money", lang, here.currency),
         "scenario.from.revenue"),
        ("silent", _as_told("silent_lost", cost.cost.silent), "scenario.from.silent"),
        ("potential", count(round(cost.cost.potential), lang), "scenario.from.potential"),
        ("at_risk", spoken(None if each is None else float(cost.cost.revenue or 0), "money", lang, here.currency),
         "scenario.from.at_risk"),
    ]  # fmt: skip
    if cost.source == "text":  # the example of the text counts nobody of this company: no euros
        rows = [row for row in rows if row[0] not in EUROS]
    seen = found()["satisfaction.voice_observed_share"]
    if seen.value is not None:
        bounds = seen.bounds(lang)
        rows.append(
            ("observed", seen.spoken(lang) + (f" ({bounds})" if bounds else ""), "scenario.from.observed")
        )
    worded = pd.DataFrame(
        {
            "assumption": [text(f"scenario.{code}", lang) for code, _, _ in rows],
            "value": [value for _, value, _ in rows],
            "comes_from": [text(key, lang) for _, _, key in rows],
        }
    )
    made = listing(
        worded, ["assumption", "value", "comes_from"], "table.scenario", note="table.scenario.note"
    )
    if isinstance(made, Notice) or seen.value is None or not _contradicts(seen, cost.voice):
        return made
    assumed = share(cost.voice, lang, 0 if (cost.voice * 100).is_integer() else 1)
    against = text("table.scenario.contradicted", lang, observed=seen.spoken(lang), assumed=assumed)
    return replace(made, note=f"{against} {made.note}")


def _contradicts(seen: Finding, assumed: float) -> bool:
    """Tell whether the assumption lies outside the interval of what was observed here."""
    low, high = seen.interval or (0.0, 1.0)
    return not low <= assumed <= high


def scenario_figure(cost: Dissatisfaction) -> figures.Figure | Notice:
    """Draw the scenario over the two bands of assumptions."""
    return figures.scenario_figure(
        cost.band, voice=cost.voice, told=cost.told, unhappy=float(cost.unhappy), lang=desk().lang
    )
