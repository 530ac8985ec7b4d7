"""Who is a client, who is new, lost or back, and how each one grows (0.5, 1.2).

Floor 4.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.indicators.exact import cents
from capclient.periods import Windows
from capclient.vocabulary import Unknown


def customer_status(customers: pd.DataFrame, *, windows: Windows, n1_is_complete: bool) -> pd.Series:
    """Say who is new, retained, reactivated, lost or inactive (0.5).

    A client with revenue in both years is retained, with revenue in N-1 only is lost. With revenue in N only,
    the client is reactivated when a purchase precedes N, new otherwise. Without revenue in either, inactive.
    Revenue counts when it is strictly positive, net of credit notes.

    Parameters
    ----------
    customers
        One row per client: ``revenue_n``, ``revenue_n1`` (euros) and ``first_purchase`` (date, missing when
        the client never bought).
    windows
        The years of the analysis.
    n1_is_complete
        Whether the data cover N and N-1. Otherwise nobody can be called new or lost, and every
        status is missing.

    Returns
    -------
    Series
        Codes of :data:`capclient.vocabulary.STATUSES`, indexed like ``customers``.

    Examples
    --------
    C2 bought years ago, C3 never before:

    >>> from datetime import date
    >>> from capclient.periods import windows
    >>> customers = pd.DataFrame(
    ...     {
    ...         "revenue_n": [500.0, 80.0, 120.0],
    ...         "revenue_n1": [400.0, 0.0, 0.0],
    ...         "first_purchase": pd.to_datetime(["2019-03-01", "2019-05-02", "2025-02-03"]),
    ...     },
    ...     index=["C1", "C2", "C3"],
    ... )
    >>> customer_status(customers, windows=windows(date(2025, 12, 31)), n1_is_complete=True).to_dict()
    {'C1': 'retained', 'C2': 'reactivated', 'C3': 'new'}
    """
    if not n1_is_complete:
        return pd.Series(pd.NA, index=customers.index, dtype="str", name="status")
    now = (cents(customers["revenue_n"]) > 0).to_numpy()
    before = (cents(customers["revenue_n1"]) > 0).to_numpy()
    older = (customers["first_purchase"] < pd.Timestamp(windows.n.start)).to_numpy()
    codes = np.select(
        [now & before, before, now & older, now], ["retained", "lost", "reactivated", "new"], "inactive"
    )
    return pd.Series(codes, index=customers.index, dtype="str", name="status")


def growth(revenue_n: pd.Series, revenue_n1: pd.Series) -> pd.Series:
    """Return the growth of each client, (N - N-1) / N-1, missing when N-1 is not positive (1.2, 0.6).

    >>> growth(pd.Series({"A": 500.0, "E": 120.0}), pd.Series({"A": 400.0, "E": 0.0})).to_dict()
    {'A': 0.25, 'E': nan}
    """
    base = revenue_n1.where(revenue_n1 > 0)
    return ((revenue_n - base) / base).rename("growth")


def total_growth(revenue_n: float, revenue_n1: float) -> float | Unknown:
    """Return the growth of a total, or why it has none (1.2).

    >>> round(total_growth(1000.0, 900.0), 4)
    0.1111
    >>> total_growth(1000.0, 0.0)
    Unknown(reason='denominator_zero')
    """
    if revenue_n1 <= 0:
        return Unknown("denominator_zero")
    return (revenue_n - revenue_n1) / revenue_n1
