"""What losing the first clients would cost, against the fixed costs of a year (1.9).

Floor 4. A scenario, not a forecast: all the revenue of these clients goes on the first day, nothing replaces it
and the fixed costs stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from capclient.indicators.concentration import active_cents
from capclient.indicators.exact import Limit, cents, number
from capclient.vocabulary import Unknown


@dataclass(frozen=True, slots=True)
class StressTest:
    """One scenario, in euros; ``months_of_fixed_costs`` in months, ``share_lost`` of the whole revenue (1.9).

    ``customers`` names the clients (or groups) that leave, largest first.
    """

    customers: tuple[str, ...]
    revenue_lost: float
    share_lost: float
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
    first: int = 1,
) -> StressTest | Unknown:
    """Simulate the loss of the first clients (1.9).

    Parameters
    ----------
    revenue
        Net revenue in euros, one value per client, or per group.
    variable_cost_rate
        Variable costs as a share of revenue, 0 to 1; the contribution is what remains. None when not given.
    fixed_costs
        Fixed costs of a year, in euros. None when not given.
    total
        Revenue of the whole company when it exceeds that of these clients (revenue without client).
    first
        How many of the largest leave together; all of them when there are fewer.

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

    With the first three, four fifths of the revenue go:

    >>> worse = stress_test(fixture, variable_cost_rate="0.60", fixed_costs=300, first=3)
    >>> worse.customers, worse.revenue_lost, worse.result_after
    (('A', 'B', 'C'), 800.0, -220.0)
    """
    ranked = active_cents(revenue)
    if ranked.empty:
        return Unknown("denominator_zero")
    gone = ranked.iloc[:first]
    lost = Fraction(int(gone.sum()), 100)
    everything = Fraction(int(cents(revenue).sum()), 100) if total is None else number(total)
    names = tuple(str(name) for name in gone.index)
    share = float(lost / everything) if everything > 0 else float("nan")
    if variable_cost_rate is None:
        missing = Unknown("missing:variable_cost_rate")
        return StressTest(names, float(lost), share, missing, missing, missing, missing)
    contribution = 1 - number(variable_cost_rate)
    lost_contribution = contribution * lost
    left = contribution * (everything - lost)
    amounts = (names, float(lost), share, float(lost_contribution), float(left))
    if fixed_costs is None:
        missing = Unknown("missing:fixed_costs")
        return StressTest(*amounts, missing, missing)
    fixed = number(fixed_costs)
    months = float(lost_contribution * 12 / fixed) if fixed > 0 else Unknown("denominator_zero")
    return StressTest(*amounts, float(left - fixed), months)
