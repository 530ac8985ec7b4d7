"""The part of a projection that contracts already decide: what is signed, and what is likely to be renewed (11.1).

Floor 4.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from capclient.periods import Period, shifted

DECIDED_DAYS = 60  # after its end, a contract without a next one is not renewed (8)


def _kept(contracts: pd.DataFrame, day: date) -> pd.DataFrame:
    """Contracts begun by a day that bring a yearly amount; dates as timestamps, endless ones far away."""
    frame = contracts[contracts.annual_amount.notna() & contracts.recurring.fillna(True).astype(bool)]
    frame = frame.assign(
        start=frame.start.astype("datetime64[ns]"),
        end=frame.end.astype("datetime64[ns]"),
        amount=frame.annual_amount.astype("float64"),
    )
    begun = frame.start.isna() | (frame.start <= pd.Timestamp(day))
    return frame[begun]


def _due(frame: pd.DataFrame, period: Period) -> pd.Series:
    """Euros of each contract over a period, in proportion of a year of days."""
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    begin, finish = frame.start.where(frame.start > first, first), frame.end.where(frame.end < last, last)
    days = ((finish - begin).dt.days + 1).clip(lower=0)
    year = Period(shifted(period.end, -12) + timedelta(days=1), period.end)
    return frame.amount * days / year.days


def renewals(contracts: pd.DataFrame, *, day: date) -> tuple[int, int]:
    """Return how many contracts had ended by a day, long enough ago to be decided, and how many were renewed.

    A contract is renewed when another one of the same client begins by the time it is decided, from a month before its
    end; only what had begun by ``day`` is known.

    Examples
    --------
    >>> signed = pd.DataFrame({
    ...     "customer_id": ["A", "A", "B"], "start": ["2023-01-01", "2024-01-01", "2023-01-01"],
    ...     "end": ["2023-12-31", "2024-12-31", "2023-12-31"], "annual_amount": [100.0] * 3, "recurring": [True] * 3})
    >>> renewals(signed, day=date(2024, 6, 30))
    (2, 1)
    """
    frame = _kept(contracts, day)
    ended = frame[frame.end + timedelta(days=DECIDED_DAYS) <= pd.Timestamp(day)]
    if ended.empty:
        return 0, 0
    pairs = (
        ended[["customer_id", "end"]].reset_index().merge(frame[["customer_id", "start"]], on="customer_id")
    )
    wait = (pairs.start - pairs.end).dt.days
    return len(ended), int(pairs[wait.between(-31, DECIDED_DAYS)]["index"].nunique())


def contract_parts(contracts: pd.DataFrame, *, day: date, renewal: float) -> pd.DataFrame:
    """Return what contracts brought each client in the two years before a day, and what they will bring in the next.

    Parameters
    ----------
    contracts
        ``customer_id``, ``start``, ``end`` (both included), ``annual_amount``, ``recurring``; only those begun by
        ``day`` are looked at.
    renewal
        Chance that a contract which ends in the year is followed by another, 0 to 1.

    Returns
    -------
    DataFrame
        Indexed by client, euros: ``last``, ``before`` (of the two years up to ``day``), ``signed`` (until the ends),
        ``renewed`` (after them, times the chance). Only clients with a contract that runs on ``day``.

    Examples
    --------
    >>> signed = pd.DataFrame({"customer_id": ["A"], "start": ["2024-07-01"], "end": ["2025-06-30"],
    ...                        "annual_amount": [365.0], "recurring": [True]})
    >>> contract_parts(signed, day=date(2024, 12, 31), renewal=0.5).round(2).loc["A"].to_dict()
    {'last': 183.5, 'before': 0.0, 'signed': 181.0, 'renewed': 92.0}
    """
    frame = _kept(contracts, day)
    ahead = Period(day + timedelta(days=1), shifted(day, 12))
    years = (
        Period(shifted(day, -12) + timedelta(days=1), day),
        Period(shifted(day, -24) + timedelta(days=1), shifted(day, -12)),
    )
    runs = frame.end.isna() | (frame.end > pd.Timestamp(day))
    signed = _due(frame, ahead)
    parts = pd.DataFrame(
        {
            "customer_id": frame.customer_id,
            "last": _due(frame, years[0]),
            "before": _due(frame, years[1]),
            "signed": signed,
        }
    )
    parts["renewed"] = np.where(runs, (frame.amount - signed).clip(lower=0) * renewal, 0.0)
    running = frame.customer_id[runs].unique()
    sums = parts[parts.customer_id.isin(running)].groupby("customer_id").sum()
    return sums.sort_index()
