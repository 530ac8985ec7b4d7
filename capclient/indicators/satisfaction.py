"""What clients say: NPS with one vote per client and its margin, CSAT, response rate (6.1 to 6.3).

Floor 4. Answers are one row each; a client whose contacts answer several times has one vote, their mean.
"""

from __future__ import annotations

import math

import pandas as pd

from capclient.indicators.exact import cents
from capclient.indicators.retention import Z95
from capclient.vocabulary import Unknown

PROMOTER, DETRACTOR = 9.0, 6.0  # 9 and 10 promote, 0 to 6 detract (6.1)
SATISFIED = 4.0  # out of 5 (6.2)
VOTES = ("promoter", "passive", "detractor")
TINY = 1e-9  # means of whole marks in binary floats


def client_marks(answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row per client that answered: the mean of its marks (6.1).

    Parameters
    ----------
    answers
        One row per answer: ``customer_id``, ``score_nps`` (0 to 10) and ``score_csat`` (1 to 5), either missing.

    Returns
    -------
    DataFrame
        Indexed by client: ``nps`` and ``csat`` (floats, missing without a mark), ``answers`` (count).

    Examples
    --------
    >>> rows = {"customer_id": ["A", "A", "B"], "score_nps": [10, 7, 3], "score_csat": [5, None, None]}
    >>> client_marks(pd.DataFrame(rows)).nps.to_dict()
    {'A': 8.5, 'B': 3.0}
    """
    marks = answers[["customer_id", "score_nps", "score_csat"]].dropna(
        subset=["score_nps", "score_csat"], how="all"
    )
    marks = marks.astype({"score_nps": "float64", "score_csat": "float64"})
    grouped = marks.groupby("customer_id")
    means = grouped[["score_nps", "score_csat"]].mean().set_axis(["nps", "csat"], axis=1)
    return means.assign(answers=grouped.size().astype("int64"))


def nps_votes(marks: pd.Series) -> pd.Series:
    """Return the vote of each client: ``promoter`` from 9 on, ``detractor`` up to 6, ``passive`` between (6.1).

    A mean of 6.5 lies between the two: it is no detractor. Missing marks have no vote.

    >>> nps_votes(pd.Series([9, 8.9, 6.5, 6])).tolist()
    ['promoter', 'passive', 'passive', 'detractor']
    """
    known = marks.dropna().astype("float64")
    votes = pd.Series("passive", index=known.index, dtype="str", name="vote")
    votes[known >= PROMOTER - TINY] = "promoter"
    votes[known <= DETRACTOR + TINY] = "detractor"
    return votes


def nps(votes: pd.Series) -> float | Unknown:
    """Return the net promoter score, as a difference of shares: 0.25 is +25 points (6.1).

    >>> marks = pd.Series([10, 9, 8, 7, 6, 3, 10, 9])
    >>> nps(nps_votes(marks))
    0.25
    """
    if votes.empty:
        return Unknown("missing:survey")
    return (int((votes == "promoter").sum()) - int((votes == "detractor").sum())) / len(votes)


def nps_margin(votes: pd.Series) -> float | Unknown:
    """Return the half-width of the 95 % interval of the score, 0.57 for 57 points either way (6.1).

    The variance of one vote (+1, 0 or -1) is ``p + d - (p - d)²``. When every client votes alike, the formula would
    answer 0, as if three clients told all: the margin is then unknown.

    >>> margin = nps_margin(nps_votes(pd.Series([10, 9, 8, 7, 6, 3, 10, 9])))
    >>> round(margin * 100)
    57
    """
    n = len(votes)
    if not n:
        return Unknown("missing:survey")
    if votes.nunique() == 1:
        return Unknown("unreliable:one_voice")
    up, down = int((votes == "promoter").sum()), int((votes == "detractor").sum())
    return Z95 * math.sqrt((n * (up + down) - (up - down) ** 2) / n**3)


def nps_weighted(votes: pd.Series, revenue: pd.Series) -> float | Unknown:
    """Return the score in which each client weighs its revenue; without positive revenue it weighs nothing (6.1).

    >>> votes = pd.Series({"A": "promoter", "B": "detractor"})
    >>> nps_weighted(votes, pd.Series({"A": 300.0, "B": 100.0}))
    0.5
    """
    if votes.empty:
        return Unknown("missing:survey")
    weights = cents(revenue.reindex(votes.index).fillna(0.0)).clip(lower=0)
    whole = int(weights.sum())
    if not whole:
        return Unknown("denominator_zero")
    return (int(weights[votes == "promoter"].sum()) - int(weights[votes == "detractor"].sum())) / whole


def satisfied_marks(marks: pd.Series, *, satisfied: float = SATISFIED) -> tuple[int, int]:
    """Count the satisfied marks and all the marks given: the CSAT is their ratio (6.2).

    >>> satisfied_marks(pd.Series([5, 4, 3, None]))
    (2, 3)
    """
    known = marks.dropna().astype("float64")
    return int((known >= satisfied - TINY).sum()), len(known)


def responses(surveys: pd.DataFrame) -> tuple[int, int]:
    """Count the surveys answered and the surveys sent; one without any mark was sent and not answered (6.3).

    >>> responses(pd.DataFrame({"score_nps": [9, None, None], "score_csat": [None, 4, None]}))
    (2, 3)
    """
    return int(surveys[["score_nps", "score_csat"]].notna().any(axis=1).sum()), len(surveys)


def asker_gap(answers: pd.DataFrame) -> float | Unknown:
    """Return the score where a seller asked minus the score where somebody else did (A12, 6.1).

    Votes are one per client on each side. Unknown unless both sides have an answer.

    Parameters
    ----------
    answers
        ``customer_id``, ``score_nps``, ``score_csat`` and ``asked_by_sales`` (boolean, missing where nobody said).

    Examples
    --------
    >>> rows = {"customer_id": list("ABCD"), "score_nps": [9, 10, 9, 5], "score_csat": [None] * 4,
    ...         "asked_by_sales": [True, True, False, False]}
    >>> asker_gap(pd.DataFrame(rows))
    1.0
    """
    asked = answers["asked_by_sales"].astype("boolean")
    sides = [
        nps(nps_votes(client_marks(answers[(asked == by).fillna(False)])["nps"])) for by in (True, False)
    ]
    sold, other = sides
    if isinstance(sold, Unknown) or isinstance(other, Unknown):
        return Unknown("missing:asked_by_sales")
    return sold - other
