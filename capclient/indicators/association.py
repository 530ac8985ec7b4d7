"""Two measures that move together or not: a rank correlation with its interval, and no word on causes.

Floor 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from capclient.indicators.retention import Z95
from capclient.vocabulary import Unknown

FEWEST = 5  # with four pairs Fisher's interval covers nearly everything; with three it does not exist


@dataclass(frozen=True)
class Association:
    """Spearman's rank correlation, from -1 to 1, its 95 % bounds and the number of pairs."""

    rho: float
    low: float
    high: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Tell whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def rank_association(one: pd.Series, other: pd.Series) -> Association | Unknown:
    """Return the rank correlation of two measures over the clients that have both (E16, C09).

    Ties share the mean of their ranks. The interval is Fisher's on the transformed coefficient, with the standard
    error of Bonett and Wright (2000), ``sqrt((1 + rho²/2) / (n - 3))``. An association is no cause.

    Parameters
    ----------
    one, other
        Numbers, same kind of index; pairs with a missing value are left out.

    Returns
    -------
    Association, or Unknown
        ``n_small`` under five pairs, ``not_applicable`` when one of the two never varies.

    Examples
    --------
    >>> years, margin = pd.Series([1, 2, 3, 4, 5, 6]), pd.Series([10, 30, 20, 50, 40, 60])
    >>> found = rank_association(years, margin)
    >>> round(found.rho, 4), round(found.low, 2), round(found.high, 2), found.n
    (0.8857, 0.07, 0.99, 6)
    """
    pairs = pd.DataFrame({"one": one, "other": other}).astype("float64").dropna()
    n = len(pairs)
    if n < FEWEST:
        return Unknown("n_small")
    ranks = pairs.rank(method="average")
    if (ranks.nunique() == 1).any():
        return Unknown("not_applicable")
    rho = max(-1.0, min(1.0, float(ranks["one"].corr(ranks["other"]))))
    # a perfect order has no interval of its own: it takes that of the order one swap away
    most = 1 - 12 / (n * (n * n - 1))
    near = max(-most, min(most, rho))
    half = Z95 * math.sqrt((1 + near * near / 2) / (n - 3))
    low, high = (math.tanh(math.atanh(near) + sign * half) for sign in (-1, 1))
    return Association(rho, min(low, rho), max(high, rho), n)
