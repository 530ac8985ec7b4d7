"""Satisfaction and loyalty on two separate axes, neither derived from the other (2.16).

Floor 4. Quadrants after Jones and Sasser (1995). Satisfaction is what clients answer, loyalty is what they do.
"""

from __future__ import annotations

import pandas as pd

QUADRANTS = ("ambassador", "mercenary", "captive", "deserter")


def satisfaction(
    surveys: pd.DataFrame, *, satisfied_csat: float = 4.0, satisfied_nps: float = 7.0
) -> pd.DataFrame:
    """Say which clients that answered are satisfied: one voice per client, the mean of its answers (2.16, 6.1).

    Parameters
    ----------
    surveys
        One row per answer: ``customer_id``, ``score_csat`` (1 to 5) and ``score_nps`` (0 to 10), either missing.
    satisfied_csat, satisfied_nps
        Least mean mark of a satisfied client. The satisfaction mark decides when there is one, the likelihood to
        recommend otherwise.

    Returns
    -------
    DataFrame
        Indexed by client, those with an answer only: ``csat``, ``nps`` (means) and ``is_satisfied``.

    Examples
    --------
    >>> answers = {"customer_id": ["A", "A", "B"], "score_csat": [5, 2, None], "score_nps": [9, 9, 8]}
    >>> satisfaction(pd.DataFrame(answers)).is_satisfied.to_dict()
    {'A': False, 'B': True}
    """
    marks = surveys.assign(
        csat=surveys["score_csat"].astype("float64"), nps=surveys["score_nps"].astype("float64")
    )
    means = marks.groupby("customer_id")[["csat", "nps"]].mean().dropna(how="all")
    by_csat = means["csat"] >= satisfied_csat - 1e-9
    by_nps = means["nps"] >= satisfied_nps - 1e-9
    return means.assign(is_satisfied=by_csat.where(means["csat"].notna(), by_nps))


def loyalty(signals: pd.DataFrame) -> pd.Series:
    """Say which clients are loyal: more than half of the signs that are known speak for it (2.16).

    Parameters
    ----------
    signals
        Boolean columns (missing where unknown), one row per client: seniority, regularity, trend, wallet share.

    Returns
    -------
    Series
        ``is_loyal`` (boolean); missing with fewer than two known signs.

    Examples
    --------
    >>> signs = {"old": [True, True, True], "regular": [True, False, None], "holding": [False, False, None]}
    >>> loyalty(pd.DataFrame(signs, dtype="boolean")).tolist()
    [True, False, <NA>]
    """
    marks = signals.astype("boolean")
    known, yes = marks.notna().sum(axis=1), marks.fillna(False).sum(axis=1)
    return (2 * yes > known).astype("boolean").mask(known < 2).rename("is_loyal")


def loyalty_matrix(is_satisfied: pd.Series, is_loyal: pd.Series) -> pd.Series:
    """Return the quadrant of each client, missing where one of the two axes is unknown (2.16).

    >>> loyalty_matrix(pd.Series([True, True, False, False]), pd.Series([True, False, True, False])).tolist()
    ['ambassador', 'mercenary', 'captive', 'deserter']
    """
    happy = is_satisfied.astype("boolean")
    stays = is_loyal.reindex(happy.index).astype("boolean")
    codes = pd.Series(pd.NA, index=happy.index, dtype="str", name="quadrant")
    for code, one, other in zip(
        QUADRANTS, (True, True, False, False), (True, False, True, False), strict=True
    ):
        codes[(happy == one).fillna(False) & (stays == other).fillna(False)] = code
    return codes
