"""How good was an alarm, once what it announced is known? Measures of a proof on the past (8, F12, H02).

Floor 4. Everything here takes what was said on a day (a probability, or an alarm that rang or not) and what happened
afterwards (0 or 1), one row a client and a day. Nothing is measured on the rows a rule was learned from.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.indicators.retention import wilson_interval
from capclient.vocabulary import Unknown

SMALLEST = 1e-6  # a probability of 0 that fails would cost an infinite log loss


def brier(probability: pd.Series, happened: pd.Series) -> float | Unknown:
    """Return the mean squared gap between what was announced and what happened: 0 is perfect (Brier, 1950).

    >>> brier(pd.Series([0.9, 0.2]), pd.Series([1, 0]))
    0.025
    """
    if not len(happened):
        return Unknown("n_small")
    return round(float(((probability - happened) ** 2).mean()), 12)


def log_loss(probability: pd.Series, happened: pd.Series) -> float | Unknown:
    """Return the mean logarithmic cost of what was announced; a certainty that fails is very dear.

    >>> round(log_loss(pd.Series([0.5, 0.5]), pd.Series([1, 0])), 4)
    0.6931
    """
    if not len(happened):
        return Unknown("n_small")
    p = probability.clip(SMALLEST, 1 - SMALLEST)
    return float(-np.where(happened > 0, np.log(p), np.log1p(-p)).mean())


def ranking_quality(score: pd.Series, happened: pd.Series) -> float | Unknown:
    """Return the chance that a loss was ranked above a client that stayed (AUC; ties count for half).

    >>> ranking_quality(pd.Series([0.9, 0.5, 0.5, 0.1]), pd.Series([1, 1, 0, 0]))
    0.875
    """
    losses = int(happened.sum())
    kept = len(happened) - losses
    if not losses or not kept:
        return Unknown("denominator_zero")
    ranks = score.rank(method="average")
    return float((ranks[happened > 0].sum() - losses * (losses + 1) / 2) / (losses * kept))


def captured(score: pd.Series, happened: pd.Series, number: float) -> float:
    """Return how many losses stand among the ``number`` highest scores; those tied at the border count in part.

    A rule gives few distinct scores: whom it rings first among equals would be chance, so equals share the places left.

    >>> captured(pd.Series([0.9, 0.5, 0.5, 0.1]), pd.Series([1, 1, 0, 0]), 2)
    1.5
    """
    by_score = happened.groupby(score).agg(["sum", "size"]).sort_index(ascending=False)
    before = by_score["size"].cumsum() - by_score["size"]
    taken = ((number - before) / by_score["size"]).clip(0, 1)
    return float((taken * by_score["sum"]).sum())


def lift(score: pd.Series, happened: pd.Series, *, top: float = 0.10) -> float | Unknown:
    """Return how many times more losses the highest scores hold than as many clients drawn at random.

    >>> lift(pd.Series(range(10)), pd.Series([0] * 8 + [0, 1]), top=0.10)
    10.0
    """
    losses = float(happened.sum())
    if not losses:
        return Unknown("denominator_zero")
    return captured(score, happened, top * len(happened)) / (top * losses)


def gain_curve(score: pd.Series, happened: pd.Series, *, steps: int = 50) -> pd.DataFrame:
    """Return the share of the losses found when the highest scores are called first.

    Returns
    -------
    DataFrame
        ``called`` and ``found``, shares from 0 to 1; empty without losses.
    """
    losses = float(happened.sum())
    if not losses:
        return pd.DataFrame(columns=["called", "found"], dtype="float64")
    called = np.linspace(0, 1, steps + 1)
    found = [captured(score, happened, part * len(happened)) / losses for part in called]
    return pd.DataFrame({"called": called, "found": found})


BANDS = (0.05, 0.10, 0.25, 0.50, 0.75)  # of announced probabilities, each read apart
FEWEST = 10  # forecasts, under which a band joins the one above it


def calibration(
    probability: pd.Series,
    happened: pd.Series,
    *,
    who: pd.Series | pd.Index | None = None,
    bands: tuple[float, ...] = BANDS,
    fewest: int = FEWEST,
) -> pd.DataFrame:
    """Set what was announced beside what happened, by bands of probability, lowest first.

    A band of fewer than ``fewest`` forecasts joins its neighbour. The same client comes back on several days whose
    windows overlap: with ``who``, its forecasts count for what they tell together (the spread of the gaps added up
    by client over that of as many strangers).

    Returns
    -------
    DataFrame
        ``announced`` (mean), ``observed`` (share), ``n``, ``lost``, ``cases`` (forecasts that do not repeat one
        another, at most ``n``), ``low`` and ``high`` (95 % Wilson interval on these cases).

    Examples
    --------
    >>> said = pd.Series([0.02] * 20 + [0.6] * 10)
    >>> calibration(said, pd.Series([0] * 20 + [1] * 5 + [0] * 5))[["announced", "observed", "n"]].round(2)
       announced  observed   n
    0       0.02       0.0  20
    1       0.60       0.5  10
    """
    place = np.searchsorted(bands, probability.to_numpy(), side="right")
    size = np.bincount(place, minlength=len(bands) + 1)
    joined, group, held = np.zeros(len(size), dtype=int), 0, 0
    for band, number in enumerate(size):
        joined[band] = group
        held += number
        if held >= fewest:
            group, held = group + 1, 0
    if held and group:
        joined[joined == group] = group - 1  # the last ones, too few to stand alone
    table = pd.DataFrame({"announced": probability, "lost": happened}).groupby(joined[place])
    found = table.agg(announced=("announced", "mean"), lost=("lost", "sum"), n=("lost", "size"))
    found["observed"] = found.lost / found.n
    gaps = happened.to_numpy() - found.observed.reindex(joined[place]).to_numpy()
    alone = pd.Series(gaps**2).groupby(joined[place]).sum()
    names = np.arange(len(gaps)) if who is None else np.asarray(who)
    together = (pd.Series(gaps).groupby([joined[place], names]).sum() ** 2).groupby(level=0).sum()
    found["cases"] = found.n / (together / alone.where(alone > 0)).fillna(1).clip(lower=1)
    bounds = [
        wilson_interval(share * cases, cases)
        for share, cases in zip(found.observed, found.cases, strict=True)
    ]
    found["low"], found["high"] = [low for low, _ in bounds], [high for _, high in bounds]
    return found.reset_index(drop=True)[["announced", "observed", "n", "lost", "cases", "low", "high"]]


def is_better(
    probability: pd.Series,
    other: pd.Series,
    happened: pd.Series,
    who: pd.Series | pd.Index,
    *,
    z: float = 1.645,
) -> bool:
    """Tell whether a judge errs less than another beyond chance: gaps of squared errors, added up by client.

    The same client comes back on several days, and its forecasts err together: clients count, not rows. ``z`` is the
    normal quantile of a one-sided test, 5 % by default.

    >>> happened = pd.Series([0, 1] * 20)
    >>> who = pd.Series(range(40))
    >>> is_better(happened * 0.8 + 0.1, pd.Series([0.5] * 40), happened, who)
    True
    >>> is_better(pd.Series([0.5] * 40), pd.Series([0.5] * 40), happened, who)
    False
    """
    gap = ((other - happened) ** 2 - (probability - happened) ** 2).groupby(np.asarray(who)).sum()
    spread = float(np.sqrt((gap**2).sum()))
    return spread > 0 and float(gap.sum()) > z * spread


def alarms(rang: pd.Series, happened: pd.Series) -> dict[str, float | int | Unknown]:
    """Count what a yes-or-no alarm found, missed and said wrongly.

    Returns
    -------
    dict
        ``alarms``, ``losses``, ``found`` (counts), ``recall`` (of the losses), ``precision`` (of the alarms) and
        ``false_per_100``: alarms standing for a client that came back, per 100 clients looked at.

    Examples
    --------
    >>> alarms(pd.Series([True, True, False, False]), pd.Series([1, 0, 1, 0]))["false_per_100"]
    25.0
    """
    found, rung, losses = int((rang & (happened > 0)).sum()), int(rang.sum()), int(happened.sum())
    return {
        "alarms": rung,
        "losses": losses,
        "found": found,
        "recall": found / losses if losses else Unknown("denominator_zero"),
        "precision": found / rung if rung else Unknown("denominator_zero"),
        "false_per_100": 100 * (rung - found) / len(rang) if len(rang) else Unknown("n_small"),
    }


def arm_rates(arm: pd.Series, happened: pd.Series) -> pd.Series:
    """Return the chance of loss in each arm of a rule, drawn towards the whole as if two more clients had been seen.

    A rule says yes or no; what its answers are worth as probabilities is learned from the past, as a model learns.

    >>> arm_rates(pd.Series(["quiet", "quiet", "alarm"]), pd.Series([0, 0, 1])).round(3).to_dict()
    {'alarm': 0.556, 'quiet': 0.167}
    """
    whole = float(happened.mean())
    seen = happened.groupby(arm).agg(["sum", "size"])
    return ((seen["sum"] + 2 * whole) / (seen["size"] + 2)).rename("p_loss")


def of_arms(arm: pd.Series, rates: pd.Series, whole: float) -> pd.Series:
    """Return the probability of each client from its arm; an arm never seen has the chance of the whole."""
    return arm.map(rates).astype("float64").fillna(whole).rename("p_loss")
