"""Purchase histories in three numbers: repeat purchases, last purchase, age; equal ones counted once (8.2).

Floor 4. Times are in weeks from the first purchase day of each client.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

COLUMNS = (
    "x",
    "T",
    "t_x",
)  # few different values first: rows sort in the order that keeps tables in the cache


@dataclass(frozen=True)
class Values:
    """The different values of a column and the place of each row among them: logarithms are taken once a value."""

    values: np.ndarray
    place: np.ndarray

    @classmethod
    def of(cls, column: pd.Series) -> Values:
        """Return the values of a column, sorted."""
        place, values = pd.factorize(column.to_numpy("float64"), sort=True)
        return cls(np.asarray(values), place)

    def added(self, amounts: np.ndarray) -> np.ndarray:
        """Add up an amount of each row by value."""
        return np.bincount(self.place, weights=amounts, minlength=len(self.values))


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

        >>> frame = pd.DataFrame({"x": [0, 0, 2], "t_x": [0.0, 0.0, 30.43], "T": [38.86, 38.86, 38.86]})
        >>> Histories.of(frame).rows.customers.tolist()
        [2.0, 1.0]
        """
        columns = {name: Values.of(clients[name]) for name in COLUMNS}
        key = np.zeros(len(clients), dtype="int64")
        for column in columns.values():  # a thousand times a million times a million still fits
            key = key * max(len(column.values), 1) + column.place
        distinct, counts = np.unique(key, return_counts=True)
        rows: dict[str, np.ndarray] = {}
        for name, column in reversed(columns.items()):
            distinct, place = np.divmod(distinct, max(len(column.values), 1))
            rows[name] = column.values[place]
        return cls(pd.DataFrame({**{name: rows[name] for name in COLUMNS}, "customers": counts * 1.0}))

    def sample(self, most: int) -> Histories:
        """Return about ``most`` of the rows, evenly spread: enough to start a search from, the same at each run."""
        return Histories(self.rows.iloc[:: max(len(self.rows) // most, 1)])

    @cached_property
    def again(self) -> Histories:
        """Those of clients that came back."""
        return Histories(self.rows[self.rows["x"] > 0])

    @cached_property
    def n(self) -> int:
        """Number of clients."""
        return int(self.weights.sum())

    @cached_property
    def weights(self) -> np.ndarray:
        """Clients of each history."""
        return self.rows["customers"].to_numpy("float64")

    @cached_property
    def x(self) -> Values:
        """Repeat purchases."""
        return Values.of(self.rows["x"])

    @cached_property
    def last(self) -> Values:
        """Week of the last purchase."""
        return Values.of(self.rows["t_x"])

    @cached_property
    def age(self) -> Values:
        """Weeks since the first purchase."""
        return Values.of(self.rows["T"])

    @cached_property
    def repeats(self) -> np.ndarray:
        """Repeat purchases of each history."""
        return self.x.values[self.x.place]

    @cached_property
    def clients_by_x(self) -> np.ndarray:
        """Clients of each number of repeat purchases."""
        return self.x.added(self.weights)

    @cached_property
    def clients_by_age(self) -> np.ndarray:
        """Clients of each age."""
        return self.age.added(self.weights)

    @cached_property
    def repeats_by_age(self) -> np.ndarray:
        """Repeat purchases of the clients of each age."""
        return self.age.added(self.weights * self.repeats)

    @cached_property
    def weeks(self) -> float:
        """Mean age of the clients."""
        return float(self.clients_by_age @ self.age.values) / self.n
