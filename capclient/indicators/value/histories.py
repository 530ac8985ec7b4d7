"""Purchase histories in three numbers: repeat purchases, last purchase, age; equal ones counted once (8.2).

Floor 4. Times are in weeks from the first purchase day of each client.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

COLUMNS = ("x", "t_x", "T")


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
        counted = clients.groupby(list(COLUMNS), sort=True).size().rename("customers").reset_index()
        return cls(counted.astype("float64"))

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
