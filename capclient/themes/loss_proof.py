"""Which judge of the risk of loss deserves belief, by what each would have said on days that are over (F12).

Floor 5. At each day judged, rules and model have learned only from examples whose window was over by then. A rule says
yes or no; its probabilities are the shares of losses in its arms on the same examples, so that all are compared fairly.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.indicators.back_test import (
    alarms,
    arm_rates,
    brier,
    captured,
    is_better,
    lift,
    log_loss,
    of_arms,
    ranking_quality,
)
from capclient.indicators.loss_model import LossModel, fit_loss
from capclient.indicators.recalibration import Recalibration, fit_recalibration
from capclient.themes.loss_photos import RARE
from capclient.thresholds_ahead import LossThresholds
from capclient.vocabulary import Unknown

RULES = ("naive", "states", "risk")
JUDGES = (*RULES, "model")
EARLIER = 2  # past days whose outcome is known, at least, to correct what a judge announces


@dataclass(frozen=True)
class Learned:
    """What examples taught: the chance of loss in each arm of each rule, that of all, and the model."""

    rates: dict[str, pd.Series]
    whole: float
    model: LossModel

    @classmethod
    def of(cls, examples: pd.DataFrame) -> Learned:
        """Learn from photographs whose window is over."""
        rates = {rule: arm_rates(examples[rule], examples.lost) for rule in RULES}
        return cls(rates, float(examples.lost.mean()), fit_loss(known_of(examples), examples.lost))

    def said(self, judge: str, rows: pd.DataFrame) -> pd.Series:
        """Return the probability of loss that a judge gives to each row."""
        if judge == "model":
            return self.model.probabilities(known_of(rows))
        return of_arms(rows[judge], self.rates[judge], self.whole)


@dataclass(frozen=True)
class Proof:
    """``rows``: clients judged on past days, one column of probabilities a judge; ``judges``: the measures of each.

    ``method``: the judge that is used. ``learned``: what all examples taught, to look ahead; ``corrections``: how each
    judge's probabilities are brought back to what its earlier ones were worth.
    """

    rows: pd.DataFrame
    judges: pd.DataFrame
    method: str
    learned: Learned
    corrections: dict[str, Recalibration]

    @property
    def days(self) -> pd.Index:
        """Past days that were judged."""
        return self.rows.index.unique("origin")

    def said(self, rows: pd.DataFrame) -> pd.Series:
        """Return the probability of loss of each row, by the judge that is used."""
        return self.corrections[self.method].of(self.learned.said(self.method, rows))


def known_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers that the model may read."""
    numbers = rows[[name for name in rows if str(name).startswith("x_")]]
    return numbers.rename(columns=lambda name: str(name).removeprefix("x_"))


def proof(photographs: pd.DataFrame, end: pd.Timestamp, limits: LossThresholds) -> Proof | Unknown:
    """Judge the judges on past days, the later ones with what the earlier ones taught.

    Parameters
    ----------
    photographs
        Rows of :func:`capclient.themes.loss_photos.photographs`.
    end
        Last day of the data: a row whose window ends later has no known outcome.

    Returns
    -------
    Proof or Unknown
        ``history_short`` when no day has another far enough before it; ``n_small`` when clients or losses are too
        few to learn from or to measure on.
    """
    over = photographs[photographs.window_end <= end]
    days = over.index.unique("origin").sort_values()
    asked = set(days[-limits.origins :])
    judged: list[pd.DataFrame] = []
    spoken: list[pd.DataFrame] = []
    seen = [(0, 0)]
    for day in days:
        examples, rows = over[over.window_end <= day], over[over.index.get_level_values("origin") == day]
        if examples.empty:
            continue
        few = min(int(examples.lost.sum()), int((1 - examples.lost).sum()))
        seen += [(len(rows), few)] if day in asked else []
        if few >= limits.min_losses and len(rows) >= limits.min_customers:
            learned = Learned.of(examples)
            raw = rows.assign(**{f"p_{judge}": learned.said(judge, rows) for judge in JUDGES})
            corrections = corrections_by(spoken, day, limits)
            spoken.append(raw)
            if day in asked:
                said = {f"p_{judge}": corrections[judge].of(raw[f"p_{judge}"]) for judge in JUDGES}
                judged.append(raw.assign(**said))
    if len(seen) == 1:
        rare = len(photographs) and photographs.window_end.isna().all()
        return RARE if rare else Unknown("history_short:loss")
    if not judged:
        most, losses = (max(numbers) for numbers in zip(*seen, strict=True))
        lack = f"customers={most}" if most < limits.min_customers else f"losses={losses}"
        return Unknown(f"n_small:{lack}")
    rows = pd.concat(judged)
    if not limits.min_losses <= rows.lost.sum() <= len(rows) - limits.min_losses:
        return Unknown(f"n_small:losses={int(rows.lost.sum())}")
    judges = pd.DataFrame([_measured(rows, judge) for judge in JUDGES]).set_index("judge")
    return Proof(rows, judges, chosen(rows, judges), Learned.of(over), corrections_by(spoken, end, limits))


def corrections_by(
    spoken: list[pd.DataFrame], day: pd.Timestamp, limits: LossThresholds
) -> dict[str, Recalibration]:
    """Learn, on a day, how each judge's probabilities are to be corrected: by what it had said on earlier days.

    Only forecasts whose window was over by then count; none is corrected under :data:`EARLIER` such days, or where
    losses are too few to learn from.
    """
    known = [rows[rows.window_end <= day] for rows in spoken]
    known = [rows for rows in known if len(rows)]
    past = pd.concat(known) if len(known) >= EARLIER else pd.DataFrame({"lost": []})
    if not limits.min_losses <= past.lost.sum() <= len(past) - limits.min_losses:
        return dict.fromkeys(JUDGES, Recalibration())
    return {judge: fit_recalibration(past[f"p_{judge}"], past.lost) for judge in JUDGES}


def _measured(rows: pd.DataFrame, judge: str) -> dict[str, object]:
    """Measure a judge; the model rings, each day, for as many clients as the naive rule did."""
    said, happened = rows[f"p_{judge}"], rows.lost
    rung = rows.naive_alarm.groupby(level="origin").sum()
    equal = 0.0
    for day, number in rung.items():
        here = rows.index.get_level_values("origin") == day
        equal += captured(said[here], happened[here], float(number))
    losses, number = float(happened.sum()), float(rung.sum())
    counted = alarms(rows[f"{judge}_alarm"], happened) if judge in RULES else {
        "alarms": int(number), "losses": int(losses), "found": equal, "recall": equal / losses,
        "precision": equal / number if number else Unknown("denominator_zero"),
        "false_per_100": 100 * (number - equal) / len(rows),
    }  # fmt: skip
    measures = {
        "judge": judge, "brier": brier(said, happened), "log_loss": log_loss(said, happened),
        "auc": ranking_quality(said, happened), "lift": lift(said, happened),
        "recall_equal": equal / losses, **counted,
    }  # fmt: skip
    return {name: float("nan") if isinstance(value, Unknown) else value for name, value in measures.items()}


def chosen(rows: pd.DataFrame, judges: pd.DataFrame) -> str:
    """Return the judge to use: the model if it earns it, else the best rule, the naive one where nothing beats it.

    Whoever takes the place of the naive rule errs less than it beyond chance. The model must also err less than every
    rule, and find more losses than the naive rule for as many calls.
    """
    who = rows.index.get_level_values("customer_id")
    better = {
        judge: is_better(rows[f"p_{judge}"], rows.p_naive, rows.lost, who)
        for judge in JUDGES
        if judge != "naive"
    }
    rules = judges.loc[["naive", *(rule for rule in RULES if better.get(rule))], "brier"]
    model = judges.loc["model"]
    wins = better["model"] and model.brier < judges.loc[list(RULES), "brier"].min()
    return "model" if wins and model.recall_equal > judges.recall_equal["naive"] else str(rules.idxmin())
