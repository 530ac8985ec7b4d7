"""How good the choice of the judge of loss is: made on each day from what was known, measured on that day (F12).

Floor 5. The measures of :mod:`capclient.themes.loss_proof` rest on the days that also chose the judge: the lead of the
one that is kept is a little flattered. Here no day judges the choice that it helped to make.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.indicators.back_test import brier, captured
from capclient.themes.loss_proof import EARLIER, JUDGES, chosen
from capclient.thresholds_ahead import LossThresholds
from capclient.vocabulary import Unknown

UNTESTED = Unknown("history_short:choice")


@dataclass(frozen=True)
class Choice:
    """``skill``: one minus the Brier score of those chosen over that of the naive rule; on ``days`` and ``rows``."""

    skill: float
    days: int
    rows: int


def rolling_choice(rows: pd.DataFrame, limits: LossThresholds) -> Choice | Unknown:
    """Choose the judge on each day from the forecasts whose window was over by then, and measure it on that day.

    Parameters
    ----------
    rows
        Those of :class:`capclient.themes.loss_proof.Proof`: ``lost``, ``window_end``, ``naive_alarm`` and a column
        ``p_<judge>`` for each judge, indexed by ``origin`` and ``customer_id``.

    Returns
    -------
    Choice or Unknown
        ``history_short:choice`` where too few days, or losses, come after those that may choose.
    """
    origin = rows.index.get_level_values("origin")
    spoken: list[pd.Series] = []
    for day in origin.unique().sort_values():
        known = rows[(rows.window_end <= day) & (origin < day)]
        few = min(known.lost.sum(), len(known) - known.lost.sum())
        if known.index.get_level_values("origin").nunique() >= EARLIER and few >= limits.min_losses:
            spoken.append(rows[f"p_{chosen(known, _measured(known))}"][origin == day])
    if not spoken:
        return UNTESTED
    said = pd.concat(spoken)
    after = rows.loc[said.index]
    naive = brier(after.p_naive, after.lost)
    if after.lost.sum() < limits.min_losses or isinstance(naive, Unknown) or not naive:
        return UNTESTED
    return Choice(1 - float(brier(said, after.lost)) / naive, len(spoken), len(said))  # type: ignore[arg-type]


def _measured(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what a choice reads of each judge: its Brier score, and the losses it finds for as many calls."""
    judges = pd.DataFrame(
        {"brier": [brier(rows[f"p_{judge}"], rows.lost) for judge in JUDGES]}, index=list(JUDGES)
    )
    judges["recall_equal"] = float("nan")
    for judge in ("naive", "model"):
        found = sum(
            captured(here[f"p_{judge}"], here.lost, float(here.naive_alarm.sum()))
            for _, here in rows.groupby(level="origin")
        )
        judges.loc[judge, "recall_equal"] = found / float(rows.lost.sum())
    return judges
