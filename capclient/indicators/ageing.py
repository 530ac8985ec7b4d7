"""The aged balance: what is owed by how late it is, what is to come, and what has no age (5.1).

Floor 4. Amounts are whole cents, so that the classes add up to the balance exactly. What is due on the day itself is
not late; a credit that settles nothing yet is no debt and has no age; a disputed invoice is apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from capclient.vocabulary import Unknown

BOUNDS = (30, 60, 90)  # last day overdue of each class
AHEAD = (30, 60)  # the same for what is to come
APART = ("undated", "unallocated", "disputed")


def classes(bounds: Sequence[int] = BOUNDS) -> tuple[str, ...]:
    """Return the names of the classes of age, in the order of the balance.

    >>> classes((30, 60, 90))[:5]
    ('not_due', 'overdue_1_30', 'overdue_31_60', 'overdue_61_90', 'overdue_over_90')
    """
    firsts = (1, *(bound + 1 for bound in bounds[:-1]))
    late = [f"overdue_{first}_{last}" for first, last in zip(firsts, bounds, strict=True)]
    return ("not_due", *late, f"overdue_over_{bounds[-1]}", *APART)


def aged_balance(open_amounts: pd.DataFrame, *, as_of: date, bounds: Sequence[int] = BOUNDS) -> pd.Series:
    """Age what is open at a date.

    Parameters
    ----------
    open_amounts
        ``due_date``, ``cents`` and ``state``: ``dated``, ``undated``, ``unallocated`` or ``disputed``.
    as_of
        The day of the balance.
    bounds
        Last day overdue of each class but the last.

    Returns
    -------
    Series
        Whole cents by class (:func:`classes`); their sum is the balance.

    Examples
    --------
    The example of the dictionary at 2025-12-31: due in January and today, 30, 31 and 91 days late, and a receipt:

    >>> items = pd.DataFrame({"due_date": pd.to_datetime(["2026-01-15", "2025-12-31", "2025-12-01", "2025-11-30",
    ...     "2025-10-01", None]), "cents": [10000, 5000, 8000, 7000, 6000, -4000],
    ...     "state": ["dated"] * 5 + ["unallocated"]})
    >>> balance = aged_balance(items, as_of=date(2025, 12, 31))
    >>> balance[balance != 0].to_dict()
    {'not_due': 15000, 'overdue_1_30': 8000, 'overdue_31_60': 7000, 'overdue_over_90': 6000, 'unallocated': -4000}
    >>> int(balance.sum()), round(overdue_rate(balance), 4)
    (32000, 0.5833)
    """
    names = classes(bounds)
    late = (pd.Timestamp(as_of) - open_amounts.due_date).dt.days
    place = pd.cut(late, [float("-inf"), 0, *bounds, float("inf")], labels=list(names[: len(bounds) + 2]))
    bucket = place.astype("object").where(open_amounts.state.eq("dated"), open_amounts.state)
    return open_amounts.cents.groupby(bucket).sum().reindex(list(names), fill_value=0).astype("int64")


def to_come(open_amounts: pd.DataFrame, *, as_of: date, bounds: Sequence[int] = AHEAD) -> pd.Series:
    """Cut what is not yet due by how soon it is.

    Returns
    -------
    Series
        Whole cents by class (``due_0_30``, ``due_31_60``, ``due_over_60``), disputed items left out.

    Examples
    --------
    >>> items = pd.DataFrame({"due_date": pd.to_datetime(["2025-12-31", "2026-01-30", "2026-01-31"]),
    ...                       "cents": [1, 2, 4], "state": "dated"})
    >>> to_come(items, as_of=date(2025, 12, 31)).to_dict()
    {'due_0_30': 3, 'due_31_60': 4, 'due_over_60': 0}
    """
    firsts = (0, *(bound + 1 for bound in bounds[:-1]))
    names = [f"due_{first}_{last}" for first, last in zip(firsts, bounds, strict=True)]
    names.append(f"due_over_{bounds[-1]}")
    ahead = (open_amounts.due_date - pd.Timestamp(as_of)).dt.days
    place = pd.cut(ahead.where(ahead >= 0), [-1, *bounds, float("inf")], labels=names).astype("object")
    return (
        open_amounts.cents.groupby(place.where(open_amounts.state.eq("dated")))
        .sum()
        .reindex(names, fill_value=0)
        .astype("int64")
    )


def overdue(balance: pd.Series) -> int:
    """Return the cents of a balance that are late, disputed items left out."""
    return int(balance[[name for name in balance.index if name.startswith("overdue_")]].sum())


def open_debits(balance: pd.Series) -> int:
    """Return the cents of open debits, disputed items left out: the base of the overdue rate."""
    return int(balance.drop(["unallocated", "disputed"]).sum())


def overdue_rate(balance: pd.Series) -> float | Unknown:
    """Return the share of open debits, disputed items left out, that is late (5.1)."""
    base = open_debits(balance)
    return overdue(balance) / base if base > 0 else Unknown("denominator_zero")
