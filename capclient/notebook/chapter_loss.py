"""Chapter 45: the alarm replayed on the past, the judges compared, who is threatened today.

Floor 7.
"""

from __future__ import annotations

import pandas as pd

from capclient import figures
from capclient.notebook.desk import absent, desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.loss import Loss
from capclient.themes.loss_replay import outcomes, warnings
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import decimal

__all__ = [
    "alarms_table",
    "judges_table",
    "loss_calibration_figure",
    "loss_gain_figure",
    "loss_replay_figure",
    "loss_warning_figure",
    "threatened_table",
]


def loss_replay_figure(risk: Loss) -> figures.Figure | Notice:
    """Draw what the alarm of the states said each month, and what came."""
    if isinstance(risk.replay, Unknown):
        return absent(risk.replay)
    end = pd.Timestamp(desk().portfolio.data_end)
    return figures.loss_replay_figure(outcomes(risk.replay.months, end), lang=desk().lang)


def loss_warning_figure(risk: Loss) -> figures.Figure | Notice:
    """Draw the months between the alarm and the state ``lost``."""
    if isinstance(risk.replay, Unknown):
        return absent(risk.replay)
    months = warnings(risk.replay.months, "states")
    if months.empty:
        return absent(Unknown("history_short:warning"))
    here = desk()
    lost_after = here.portfolio.thresholds.activity.lost_after_days
    return figures.loss_warning_figure(months, lost_after=lost_after, lang=here.lang)


def alarms_table(risk: Loss) -> Table | Notice:
    """Show how soon and how surely each alarm rang in the months replayed."""
    if isinstance(risk.replay, Unknown):
        return absent(risk.replay)
    rows = risk.replay.bells.reset_index()
    rows = rows.assign(
        bell=[text(f"bell.{bell}", desk().lang) for bell in rows.bell], false_rising=rows.false_per_100
    )
    names = ["bell", "found_within_two", "found_within_three", "false_rising"]
    return listing(rows, names, "table.alarms", note="table.alarms.note")


def judges_table(risk: Loss) -> Table | Notice:
    """Show the measures of each judge on the same clients and days."""
    if isinstance(risk.proof, Unknown):
        return absent(risk.proof)
    lang = desk().lang
    words = [text(f"judge.{judge}", lang) for judge in risk.proof.judges.index]
    words = [
        text("judge.kept", lang, judge=word) if judge == risk.proof.method else word
        for judge, word in zip(risk.proof.judges.index, words, strict=True)
    ]
    rows = risk.proof.judges.reset_index(drop=True).assign(
        judge=words, brier=[decimal(value, lang, 4) for value in risk.proof.judges.brier]
    )
    names = [
        "judge",
        "brier",
        "auc",
        "lift",
        "recall_equal",
        "alarms",
        "recall",
        "precision",
        "false_per_100",
    ]
    return listing(rows, names, "table.judges", note="table.judges.note")


def loss_calibration_figure(risk: Loss) -> figures.Figure | Notice:
    """Draw what the judge announced against what happened."""
    if risk.reason is not None:
        return absent(risk.reason)
    return figures.loss_calibration_figure(risk.calibration, lang=desk().lang)


def loss_gain_figure(risk: Loss) -> figures.Figure | Notice:
    """Draw the share of the departures found as more clients are called."""
    if isinstance(risk.proof, Unknown):
        return absent(risk.proof)
    return figures.loss_gain_figure(risk.gain, risk.gain_naive, method=risk.proof.method, lang=desk().lang)


def threatened_table(risk: Loss, *, most: int = 15) -> Table | Notice:
    """Show the clients whose loss would cost most on average, with the reasons."""
    if risk.reason is not None:
        return absent(risk.reason)
    lang = desk().lang
    told = [
        ", ".join(text(f"loss_reason.{code}", lang) for code in str(codes).split(";") if code)
        for codes in risk.clients.reasons
    ]
    names = [
        "name",
        "p_loss",
        "reasons",
        "revenue_12m",
        "expected_loss",
        "state",
        "recency_days",
        "salesperson",
    ]
    frame = risk.clients.assign(reasons=told)
    if risk.uncalibrated is not None:
        names.remove("expected_loss")
        caption = "table.threatened_ranked"
        return listing(frame, names, caption, most=most, note=f"{caption}.note")
    return listing(frame, names, "table.threatened", most=most, note="table.threatened.note")
