"""What a client brings over its life: revenue and margin added up by age, and by year of arrival (7, I06).

Floor 4. Age is counted from the first purchase; month k of a life is the k-th whole month since. A client counts at an
age only when it was followed that long, whether it still buys or not: those that left stay, with what they brought.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

QUARTILES = {"low": 0.25, "median": 0.5, "high": 0.75}


def cumulated(rows: pd.DataFrame, index: pd.Index, *, measure: str, months: int) -> pd.DataFrame:
    """Return what each client brought from its first purchase to each age, in euros.

    Parameters
    ----------
    rows
        ``customer_id``, ``age`` (whole months since the first purchase, 0 in the first month of life) and ``measure``
        in whole cents; what stands at ``months`` or later is left out.
    index
        The clients wanted, in order.
    months
        The last age.

    Returns
    -------
    DataFrame
        Clients by age from 0 (nothing yet) to ``months``.

    Examples
    --------
    >>> rows = pd.DataFrame({"customer_id": ["A", "A", "B"], "age": [0, 2, 1], "revenue": [10_000, 5_000, 700]})
    >>> cumulated(rows, pd.Index(["A", "B"]), measure="revenue", months=3).to_numpy().tolist()
    [[0.0, 100.0, 100.0, 150.0], [0.0, 0.0, 7.0, 7.0]]
    """
    place = index.get_indexer(pd.Index(rows["customer_id"]))
    age = rows["age"].to_numpy(dtype="int64")
    kept = (place >= 0) & (age < months)
    table = np.zeros((len(index), months + 1), dtype="int64")
    np.add.at(table, (place[kept], age[kept] + 1), rows[measure].fillna(0).to_numpy(dtype="int64")[kept])
    return pd.DataFrame(table.cumsum(axis=1) / 100, index=index)


def at_ages(brought: pd.DataFrame, followed: pd.Series, ages: tuple[int, ...]) -> pd.DataFrame:
    """Return median and quartiles of what clients had brought at some ages.

    Parameters
    ----------
    brought
        As :func:`cumulated` returns it.
    followed
        Whole months each client was followed, same index: it counts at the ages it reached.

    Returns
    -------
    DataFrame
        Indexed by age: ``customers``, ``low``, ``median``, ``high`` (missing where nobody reached the age) and
        ``total``, the euros of these clients together.

    Examples
    --------
    >>> brought = pd.DataFrame([[0.0, 10.0, 30.0], [0.0, 20.0, 20.0], [0.0, 60.0, 60.0]])
    >>> at_ages(brought, pd.Series([2, 2, 1]), (1, 2))[["customers", "low", "median", "high"]]
       customers   low  median  high
    1          3  15.0    20.0  40.0
    2          2  22.5    25.0  27.5
    """
    rows = {}
    for age in ages:
        reached = brought.loc[(followed >= age).to_numpy(), age] if age in brought else pd.Series(dtype=float)
        quartiles = {name: reached.quantile(q) if len(reached) else np.nan for name, q in QUARTILES.items()}
        rows[age] = {"customers": len(reached), **quartiles, "total": round(float(reached.sum()), 2)}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["customers", *QUARTILES, "total"])
    return table.astype({"customers": "int64"})


def cohort_curves(brought: pd.DataFrame, followed: pd.Series, cohort: pd.Series) -> pd.DataFrame:
    """Return the curve of each cohort, as far as every one of its clients was followed.

    Parameters
    ----------
    brought, followed
        As in :func:`at_ages`.
    cohort
        Label of each client (its year of arrival), same index; clients without one are left out.

    Returns
    -------
    DataFrame
        ``cohort``, ``customers``, ``age``, ``low``, ``median``, ``high``: one row per cohort and age, from 0. All the
        clients of a cohort count at every age of its curve: a curve never falls because the rich ones are younger.

    Examples
    --------
    >>> brought = pd.DataFrame([[0.0, 10.0, 30.0], [0.0, 20.0, 20.0]])
    >>> cohort_curves(brought, pd.Series([2, 1]), pd.Series([2024, 2024]))[["age", "median"]].to_numpy().tolist()
    [[0.0, 0.0], [1.0, 15.0]]
    """
    parts = []
    for label in sorted(cohort.dropna().unique()):
        mine = (cohort == label).to_numpy()
        reach = min(int(followed[mine].min()), brought.shape[1] - 1)
        values = brought.loc[mine].iloc[:, : reach + 1]
        quartiles = values.quantile(list(QUARTILES.values())).to_numpy()
        part = pd.DataFrame({"cohort": label, "customers": int(mine.sum()), "age": range(reach + 1)})
        parts.append(part.assign(**dict(zip(QUARTILES, quartiles, strict=True))))
    columns = ["cohort", "customers", "age", *QUARTILES]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def months_to_cover(brought: pd.DataFrame, followed: pd.Series, cost: float) -> pd.DataFrame:
    """Return when what each client brought first covered a cost, in whole months since its first purchase.

    Returns
    -------
    DataFrame
        Same index: ``months`` (age at which it was covered, else months followed) and ``is_covered``.

    Examples
    --------
    >>> brought = pd.DataFrame([[0.0, 10.0, 30.0], [0.0, 20.0, 20.0], [0.0, 60.0, 60.0]])
    >>> months_to_cover(brought, pd.Series([2, 2, 1]), 25.0).to_numpy().tolist()
    [[2, True], [2, False], [1, True]]
    """
    values = brought.round(2).to_numpy() >= round(cost, 2)
    last = followed.clip(upper=brought.shape[1] - 1).to_numpy(dtype="int64")
    reached = values & (np.arange(brought.shape[1])[None, :] <= last[:, None])
    covered = reached.any(axis=1)
    months = np.where(covered, reached.argmax(axis=1), last)
    return pd.DataFrame({"months": months, "is_covered": covered}, index=brought.index)
