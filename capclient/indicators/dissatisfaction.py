"""The cost of dissatisfaction as the reference text tells it: a scenario, with every assumption in the open (6.8).

Floor 4. « In a hundred unhappy clients, four speak and ninety-six leave; each tells fifteen people »: assumptions
about services to consumers, never measured on the company. The result is an upper bound and is added to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from capclient.indicators.exact import Limit, number
from capclient.vocabulary import Unknown

VOICE, TOLD = "0.04", "15"  # of the text: one in twenty-five speaks, fifteen people are told
CENTS = 100


@dataclass(frozen=True)
class Cost:
    """What so many unhappy clients would cost: ``silent`` clients lost, ``potential`` ones, ``revenue`` at risk.

    Exact numbers, not rounded; ``revenue`` is in euros, None when the revenue of a client is unknown.
    """

    unhappy: Fraction
    silent: Fraction
    potential: Fraction
    revenue: Fraction | None


def dissatisfaction_cost(
    unhappy: Limit, *, voice: Limit = VOICE, told: Limit = TOLD, revenue_per_customer: Limit | None = None
) -> Cost:
    """Return the scenario of 6.8: ``silent = unhappy × (1 - voice)``, ``potential = silent × told``.

    Parameters
    ----------
    unhappy
        Number of unhappy clients.
    voice
        Share of them that speaks, above 0 and at most 1.
    told
        People each of the silent ones tells.
    revenue_per_customer
        Euros a year; the revenue at risk is that of the silent clients, never of the potential ones.

    Raises
    ------
    ValueError
        If a number is negative, or ``voice`` is 0 or above 1.

    Examples
    --------
    A hundred unhappy clients are 96 lost and 1,440 potential clients put off; neither 1,500 nor 1,536:

    >>> cost = dissatisfaction_cost(100, revenue_per_customer=2000)
    >>> int(cost.silent), int(cost.potential), int(cost.revenue)
    (96, 1440, 192000)
    """
    many, spoken, heard = number(unhappy), number(voice), number(told)
    if many < 0 or heard < 0 or not 0 < spoken <= 1:
        raise ValueError(f"no scenario with {unhappy} unhappy, {voice} that speak and {told} told")
    silent = many * (1 - spoken)
    worth = None if revenue_per_customer is None else silent * number(revenue_per_customer)
    return Cost(many, silent, silent * heard, worth)


def unhappy_behind(complaints: int, *, voice: Limit = VOICE) -> Fraction:
    """Return the unhappy clients that so many complaining ones stand for (6.8, inverse).

    >>> int(unhappy_behind(4))
    100
    """
    return complaints / number(voice)


def sensitivity(
    unhappy: Limit,
    *,
    voices: Sequence[Limit],
    told: Sequence[Limit],
    revenue_per_customer: Limit | None = None,
) -> pd.DataFrame:
    """Return the scenario for every pair of assumptions.

    Returns
    -------
    DataFrame
        One row per pair, voices first: ``voice``, ``told``, ``silent``, ``potential`` and ``revenue`` (floats;
        ``revenue`` missing when the revenue of a client is unknown).

    Examples
    --------
    >>> sensitivity(100, voices=["0.04"], told=[8, 15])[["silent", "potential"]].values.tolist()
    [[96.0, 768.0], [96.0, 1440.0]]
    """
    rows = []
    for voice in voices:
        for heard in told:
            cost = dissatisfaction_cost(
                unhappy, voice=voice, told=heard, revenue_per_customer=revenue_per_customer
            )
            worth = float("nan") if cost.revenue is None else round(float(cost.revenue), 2)
            rows.append(
                (float(number(voice)), float(number(heard)), float(cost.silent), float(cost.potential), worth)
            )
    return pd.DataFrame(rows, columns=["voice", "told", "silent", "potential", "revenue"])


def steps(low: Limit, middle: Limit, high: Limit) -> list[Fraction]:
    """Return five values from ``low`` to ``high`` through ``middle``: the band of an assumption.

    >>> [float(value) for value in steps("0.02", "0.04", "0.08")]
    [0.02, 0.03, 0.04, 0.06, 0.08]
    """
    first, centre, last = number(low), number(middle), number(high)
    values = {first, (first + centre) / 2, centre, (centre + last) / 2, last}
    return sorted(values)


def whole(value: Fraction) -> int:
    """Round half up to whole people.

    >>> whole(Fraction(71, 2))
    36
    """
    return int((2 * value + 1) // 2)


def estimated_unhappy(dissatisfied: int, answered: int, active: int) -> Fraction | Unknown:
    """Return the unhappy clients of a portfolio as a survey tells: the share that is, of the active clients.

    >>> int(estimated_unhappy(5, 20, 400))
    100
    """
    return Fraction(dissatisfied * active, answered) if answered > 0 else Unknown("missing:survey")
