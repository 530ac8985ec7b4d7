"""Where today's clients may stand in a year, and whether that guess was any good in the past (7, F19).

Floor 4. The guess applies the passages seen so far to the clients of today. It is worth showing only where, from days
that are over, it came closer to what happened than a rule of the thumb: each keeps its stage, childhood becomes adult.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.indicators.stage_history import (
    IN_LIFE,
    disjoint_pairs,
    passage_rates,
    passages,
    year_pairs,
)
from capclient.vocabulary import STAGES


def expected_stages(now: pd.Series, rates: pd.DataFrame) -> pd.Series:
    """Return the clients expected at each stage in a year, of those that are there today.

    Parameters
    ----------
    now
        Clients by stage today.
    rates
        As :func:`~capclient.indicators.stage_history.passage_rates` returns it; of a stage that it
        does not know, clients stay, and childhood becomes adulthood.

    Examples
    --------
    >>> rates = pd.DataFrame({"stage_before": ["adult", "adult"], "stage": ["adult", "lost"], "rate": [0.9, 0.1]})
    >>> expected_stages(pd.Series({"adult": 50, "old_age": 4}), rates).loc[["adult", "old_age", "lost"]].tolist()
    [45.0, 4.0, 5.0]
    """
    expected = pd.Series(0.0, index=pd.Index(STAGES))
    for stage, number in zip(map(str, now.index), now, strict=True):
        mine = rates[rates["stage_before"] == stage]
        if mine.empty:
            expected["adult" if stage == "childhood" else stage] += number
        for after, rate in zip(mine["stage"], mine["rate"], strict=True):
            expected[after] += number * rate
    return expected


def kept_stages(now: pd.Series) -> pd.Series:
    """Return the guess of the thumb: every client keeps its stage, except childhood, which ends by definition.

    >>> kept_stages(pd.Series({"childhood": 3, "adult": 5})).loc[["childhood", "adult"]].tolist()
    [0.0, 8.0]
    """
    kept = now.reindex(list(STAGES), fill_value=0).astype("float64")
    kept["adult"] += kept["childhood"]
    kept["childhood"] = 0.0
    return kept


def past_guesses(stages: pd.DataFrame) -> pd.DataFrame:
    """Try both guesses from every review whose year before and year after are known.

    Parameters
    ----------
    stages
        Raw stage of each client (rows) at each review (columns: dates, oldest first), missing before it was one.

    Returns
    -------
    DataFrame
        One row per origin: ``day``, ``customers`` (of a living stage that day), ``error`` and ``naive_error``: the
        share of them that the guess puts at a wrong stage, as a whole (half the sum of the gaps by stage). At an
        origin, only pairs of reviews that were over by then are used, counted back from it so that they share no month:
        those of the grid of passages, had it been drawn that day.
    """
    days: list[date] = [*stages.columns]
    pairs = year_pairs(days)
    rows = []
    for origin, after in pairs:
        known = disjoint_pairs([pair for pair in pairs if pair[1] <= origin])
        living = stages[origin].isin(IN_LIFE)
        if not known or not living.any():
            continue
        now = stages[origin][living].value_counts()
        truth = stages[after][living].value_counts().reindex(list(STAGES), fill_value=0)
        guesses = expected_stages(now, passage_rates(passages(stages, known))), kept_stages(now)
        errors = [float((guess - truth).abs().sum()) / 2 / int(living.sum()) for guess in guesses]
        rows.append((origin, int(living.sum()), *errors))
    return pd.DataFrame(rows, columns=["day", "customers", "error", "naive_error"])
