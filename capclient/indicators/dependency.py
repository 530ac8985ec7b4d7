"""How much the company depends on few clients, in one number each (1.5 to 1.8).

Floor 4. Same base as :mod:`capclient.indicators.concentration`: active clients only, so that a client
lost, at zero or net negative changes nothing. For the dependency on groups (1.7), the caller sums revenue by
group first (:func:`capclient.indicators.definitions.by_group`).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.concentration import active_cents, weights
from capclient.indicators.exact import cents
from capclient.vocabulary import Unknown


def gini(revenue: pd.Series) -> float | Unknown:
    """Return the Gini index, 0 (all equal) to 1; unknown with fewer than two active clients (1.5).

    >>> gini(pd.Series([500.0, 150.0, 150.0, 0.0, 120.0, 80.0]))
    0.348
    """
    exact = _gini(revenue)
    return float(exact) if isinstance(exact, Fraction) else exact


def gini_corrected(revenue: pd.Series) -> float | Unknown:
    """Return the Gini index times n / (n - 1), unbiased for few clients (1.5).

    >>> gini_corrected(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0]))
    0.435
    """
    exact = _gini(revenue)
    if isinstance(exact, Unknown):
        return exact
    n = len(active_cents(revenue))
    return float(exact * n / (n - 1))


def _gini(revenue: pd.Series) -> Fraction | Unknown:
    ascending = active_cents(revenue)[::-1].tolist()
    n = len(ascending)
    if n == 0:
        return Unknown("denominator_zero")
    if n == 1:
        return Unknown("n_small")
    ranked_sum = sum(rank * value for rank, value in enumerate(ascending, start=1))
    return Fraction(2 * ranked_sum, n * sum(ascending)) - Fraction(n + 1, n)


def hhi(revenue: pd.Series) -> float | Unknown:
    """Return the Herfindahl-Hirschman index of the clients, 0 to 10000 (1.6).

    >>> hhi(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0]))
    3158.0
    """
    exact = _sum_of_squared_weights(revenue)
    return float(10_000 * exact) if isinstance(exact, Fraction) else exact


def hhi_normalised(revenue: pd.Series) -> float | Unknown:
    """Return the index brought to 0 (all equal) to 1 whatever the number of clients (1.6).

    >>> hhi_normalised(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0]))
    0.14475
    """
    exact = _sum_of_squared_weights(revenue)
    if isinstance(exact, Unknown):
        return exact
    n = len(active_cents(revenue))
    return float((exact - Fraction(1, n)) / (1 - Fraction(1, n))) if n > 1 else Unknown("n_small")


def effective_customers(revenue: pd.Series) -> float | Unknown:
    """Return how many clients of equal size would give the same index, 1 / sum of squared weights (1.6).

    >>> round(effective_customers(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0])), 4)
    3.1666
    """
    exact = _sum_of_squared_weights(revenue)
    return float(1 / exact) if isinstance(exact, Fraction) else exact


def _sum_of_squared_weights(revenue: pd.Series) -> Fraction | Unknown:
    values = active_cents(revenue).tolist()
    if not values:
        return Unknown("denominator_zero")
    return Fraction(sum(value * value for value in values), sum(values) ** 2)


def entropy_customers(revenue: pd.Series) -> float | Unknown:
    """Return the equivalent number of clients by entropy, exp(-sum w ln w): small ones count more (1.6).

    >>> round(entropy_customers(pd.Series([500.0, 150.0, 150.0, 120.0, 80.0])), 3)
    3.944
    """
    values = active_cents(revenue).to_numpy(dtype="float64")
    if not len(values):
        return Unknown("denominator_zero")
    share = values / values.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def top_share(revenue: pd.Series, k: int) -> float | Unknown:
    """Return the share of the ``k`` largest clients; all of it when there are fewer clients (1.7).

    At group level, one line per group gives another answer than one per client:

    >>> top_share(pd.Series({"A1": 30.0, "A2": 25.0, "B": 45.0}), 1)
    0.45
    >>> top_share(pd.Series({"G": 55.0, "B": 45.0}), 1)
    0.55
    """
    ranked = active_cents(revenue)
    if ranked.empty:
        return Unknown("denominator_zero")
    return int(ranked.iloc[:k].sum()) / int(ranked.sum())


def margin_weights(revenue: pd.Series, margin: pd.Series) -> pd.DataFrame:
    """Return the weight of each client in revenue beside its weight in margin (1.8).

    Shares of margin have the same base as shares of revenue: the clients that earn some. A client sold at a loss
    has no share of margin, as a client of credit notes has none of revenue.

    Parameters
    ----------
    revenue, margin
        Euros, one value per client, same index; a margin that nobody knows is missing.

    Returns
    -------
    DataFrame
        ``weight``, ``rank``, ``margin_weight``, ``margin_rank`` (Int64), ``gap`` (share of margin less share of
        revenue) and ``margin_rate`` (margin over revenue, missing when revenue is not positive).

    Examples
    --------
    The first client makes 60 % of the revenue and 20 % of the margin:

    >>> margin_weights(pd.Series({"A": 60.0, "B": 40.0}), pd.Series({"A": 2.0, "B": 8.0}))
       weight  rank  margin_weight  margin_rank  gap  margin_rate
    A     0.6     1            0.2            2 -0.4     0.033333
    B     0.4     2            0.8            1  0.4     0.200000
    """
    known = margin.reindex(revenue.index)
    earned = weights(known.fillna(0.0))
    table = weights(revenue)
    table["margin_weight"] = earned["weight"].where(known.notna())
    table["margin_rank"] = earned["rank"].where(known.notna())
    table["gap"] = (table["margin_weight"] - table["weight"]).round(12)
    table["margin_rate"] = known / revenue.where(cents(revenue) > 0)
    return table
