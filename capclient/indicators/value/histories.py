"""Purchase histories in three numbers: repeat purchases, last purchase, age; equal ones counted once (8.2).

Floor 4. Times are in weeks from the first purchase day of each client.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

COLUMNS = ("x", "T", "t_x")
DAYS = 7  # of a week
MOST = 1e6  # days, or different values, of a column: three of them multiplied still fit in a whole number


@dataclass(frozen=True)
class Histories:
    """Distinct histories (``x t_x T``) and how many clients share each.

    Parameters
    ----------
    rows
        ``x`` repeat purchase days, ``t_x`` week of the last one (0 when none), ``T`` weeks since the first purchase,
        ``customers`` number of clients (float).
    """

    rows: pd.DataFrame

    @classmethod
    def of(cls, clients: pd.DataFrame) -> Histories:
        """Aggregate one row a client (columns ``x t_x T``).

        Raises
        ------
        ValueError
            If a number is missing, or ``x`` is no count.

        Examples
        --------
        >>> frame = pd.DataFrame({"x": [0, 0, 2], "t_x": [0.0, 0.0, 30.43], "T": [38.86, 38.86, 38.86]})
        >>> Histories.of(frame).rows.customers.tolist()
        [2.0, 1.0]
        """
        told = {name: clients[name].to_numpy("float64", na_value=np.nan) for name in COLUMNS}
        x = told["x"]
        if not ((x >= 0) & (x == np.rint(x))).all() or any(
            np.isnan(column).any() for column in told.values()
        ):
            raise ValueError("a purchase history lacks a number, or its purchases are no count")
        key = np.zeros(len(clients), dtype="int64")
        read = []
        for name, column in told.items():
            place, values = _placed(column)
            key *= max(len(values), 1)
            key += place
            read.append((name, values))
        distinct, counts = np.unique(key, return_counts=True)
        rows = {"customers": counts.astype("float64")}
        for name, values in reversed(read):
            distinct, place = np.divmod(distinct, max(len(values), 1))
            rows[name] = values[place]
        return cls(pd.DataFrame({name: rows[name] for name in (*COLUMNS, "customers")}, copy=False))

    def sample(self, most: int) -> Histories:
        """Return about ``most`` of the rows, evenly spread: enough to start a search from, the same at each run."""
        return Histories(self.rows.iloc[:: max(len(self.rows) // most, 1)])

    @cached_property
    def n(self) -> int:
        """Number of clients."""
        return int(self.weights.sum())

    @cached_property
    def weights(self) -> np.ndarray:
        """Clients of each history."""
        return self.rows["customers"].to_numpy("float64")

    @cached_property
    def x(self) -> np.ndarray:
        """Repeat purchases, whole numbers."""
        return self.rows["x"].to_numpy("float64").astype("int64")

    @cached_property
    def last(self) -> np.ndarray:
        """Week of the last purchase."""
        return self.rows["t_x"].to_numpy("float64")

    @cached_property
    def age(self) -> np.ndarray:
        """Weeks since the first purchase."""
        return self.rows["T"].to_numpy("float64")

    @property
    def are_possible(self) -> bool:
        """Tell whether each last purchase lies between the first one and the end, and somebody has a past."""
        inside = (self.last >= 0) & (self.last <= self.age) & np.isfinite(self.age)
        return bool(inside.all() and self.age.any())

    @cached_property
    def clients_by_rank(self) -> np.ndarray:
        """Clients that made their repeat purchase number 0 (all of them), 1, 2 ... and perhaps more."""
        return np.bincount(self.x, weights=self.weights)[::-1].cumsum()[::-1]

    @cached_property
    def weeks(self) -> float:
        """Mean age of the clients."""
        return float(np.average(self.age, weights=self.weights))


def _placed(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the place of each number among values in order, and the values.

    Whole days need no look-up: the values are then all days up to the last one, seen or not.
    """
    days = np.rint(column * DAYS)
    if len(days) and days.min() >= 0 and days.max() < MOST and (days / DAYS == column).all():
        return days.astype("int64"), np.arange(days.max() + 1) / DAYS
    place, values = pd.factorize(column, sort=True)
    return place, np.asarray(values)
