"""How much the company depends on few clients, in one number each (1.5 to 1.9).

Floor 4. Same base as :mod:`capclient.indicators.concentration`: active clients only, so that a client
lost, at zero or net negative changes nothing. For the dependency on groups (1.7), the caller sums revenue by
group first.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.concentration import active_cents
from capclient.indicators.exact import Limit, cents, number
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


@dataclass(frozen=True, slots=True)
class StressTest:
    """What losing the first client would cost, in euros; ``months_of_fixed_costs`` in months (1.9)."""

    customer_id: str
    revenue_lost: float
    contribution_lost: float | Unknown
    contribution_left: float | Unknown
    result_after: float | Unknown
    months_of_fixed_costs: float | Unknown


def stress_test(
    revenue: pd.Series,
    *,
    variable_cost_rate: Limit | None,
    fixed_costs: Limit | None,
    total: float | None = None,
) -> StressTest | Unknown:
    """Simulate the loss of the first client (1.9).

    Parameters
    ----------
    revenue
        Net revenue in euros, one value per client.
    variable_cost_rate
        Variable costs as a share of revenue, 0 to 1; the contribution is what remains. None when not given.
    fixed_costs
        Fixed costs of a year, in euros. None when not given.
    total
        Revenue of the whole company when it exceeds that of these clients (revenue without client).

    Returns
    -------
    StressTest
        With the reason in place of each amount that lacks an input; ``Unknown`` without active client.

    Examples
    --------
    A contribution of 40 % and fixed costs of 300 turn the loss of the first client into a loss of 100:

    >>> fixture = pd.Series({"A": 500.0, "B": 150.0, "C": 150.0, "E": 120.0, "F": 80.0})
    >>> outcome = stress_test(fixture, variable_cost_rate="0.60", fixed_costs=300)
    >>> outcome.contribution_lost, outcome.contribution_left, outcome.result_after
    (200.0, 200.0, -100.0)
    """
    ranked = active_cents(revenue)
    if ranked.empty:
        return Unknown("denominator_zero")
    lost = Fraction(int(ranked.iloc[0]), 100)
    name = str(ranked.index[0])
    if variable_cost_rate is None:
        missing = Unknown("missing:variable_cost_rate")
        return StressTest(name, float(lost), missing, missing, missing, missing)
    contribution = 1 - number(variable_cost_rate)
    everything = Fraction(int(cents(revenue).sum()), 100) if total is None else number(total)
    lost_contribution = contribution * lost
    left = contribution * (everything - lost)
    amounts = (float(lost), float(lost_contribution), float(left))
    if fixed_costs is None:
        missing = Unknown("missing:fixed_costs")
        return StressTest(name, *amounts, missing, missing)
    fixed = number(fixed_costs)
    months = float(lost_contribution * 12 / fixed) if fixed > 0 else Unknown("denominator_zero")
    return StressTest(name, *amounts, float(left - fixed), months)
