"""The score of payment behaviour of a client, 0 to 100, and its grade (5.13): behaviour, not solvency.

Floor 4.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from capclient.indicators.exact import Limit, number

GRADES = ("A", "B", "C", "D")
BANDS: tuple[Limit, Limit, Limit] = (80, 60, 40)
FULL_DAYS = 60  # lateness beyond which the forty points are lost


def payment_scores(
    behaviour: pd.DataFrame, *, bands: tuple[Limit, Limit, Limit] = BANDS, least_invoices: int = 3
) -> pd.DataFrame:
    """Return the payment score and grade of each client.

    100 − 40 × min(1, days late / 60) − 30 × share overdue for more than 60 days − 20 × share disputed − 10 when a
    payment came back unpaid.

    Parameters
    ----------
    behaviour
        One row a client: ``days_late`` (weighted, 0 at least), ``over_60_share``, ``dispute_share`` (0 to 1),
        ``rejected`` (number of payments that came back) and ``paid_invoices``. Fractions are kept exact.
    bands
        Scores from which a client is in grade A, B, C.
    least_invoices
        Paid invoices below which nothing is said.

    Returns
    -------
    DataFrame
        ``payment_score`` (float) and ``payment_grade`` (A to D), missing below ``least_invoices``.

    Examples
    --------
    >>> payment_scores(pd.DataFrame({"days_late": [15], "over_60_share": [0.20], "dispute_share": [0.05],
    ...                              "rejected": [0], "paid_invoices": [3]}))
       payment_score payment_grade
    0           83.0             A
    """
    limits = [number(band) for band in bands]
    scores: list[float | None] = []
    grades: list[str | None] = []
    rows: Any = behaviour.itertuples()
    for row in rows:
        if int(row.paid_invoices) < least_invoices or row.days_late is None or row.days_late != row.days_late:
            scores.append(None)
            grades.append(None)
            continue
        score = (
            100
            - 40 * min(Fraction(1), max(number(row.days_late), Fraction(0)) / FULL_DAYS)
            - 30 * _bounded(row.over_60_share)
            - 20 * _bounded(row.dispute_share)
            - 10 * (row.rejected > 0)
        )
        scores.append(float(score))
        grades.append(
            next((grade for grade, least in zip(GRADES, limits, strict=False) if score >= least), "D")
        )
    return pd.DataFrame(
        {
            "payment_score": pd.Series(scores, index=behaviour.index, dtype="float64"),
            "payment_grade": pd.Series(grades, index=behaviour.index, dtype="str"),
        }
    )


def _bounded(share: Limit) -> Fraction:
    return min(max(number(share), Fraction(0)), Fraction(1))
