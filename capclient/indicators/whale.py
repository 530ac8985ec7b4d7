"""The whale curve: who makes the margin, and who takes some of it away again (4.4 to 4.6).

Floor 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.indicators.exact import cents
from capclient.vocabulary import Unknown


@dataclass(frozen=True, slots=True)
class Whale:
    """The curve in a few numbers, in euros; shares are unknown when all clients together earn nothing (4.6).

    ``peak``: the margin of the clients that make some, reached with ``makers`` clients; ``destroyed``: what the
    ``destroyers`` others take back; ``total`` = ``peak`` - ``destroyed``. ``peak_share`` is the peak over the total,
    ``destroyed_share`` what is destroyed over the peak.
    """

    total: float
    peak: float
    destroyed: float
    makers: int
    destroyers: int
    peak_share: float | Unknown
    destroyed_share: float | Unknown


def whale_curve(margin: pd.Series) -> pd.DataFrame:
    """Return the margin added up client after client, the best first (4.6).

    Parameters
    ----------
    margin
        Euros, one value per client; a client whose margin is unknown is left out.

    Returns
    -------
    DataFrame
        Same identifiers, best first (ties by identifier): ``margin``, ``cumulated`` (euros, exact to the cent),
        ``customers_share`` and ``share`` (of the total, missing when the total is not positive).

    Examples
    --------
    >>> whale_curve(pd.Series({"A": 60.0, "B": 40.0, "C": 20.0, "D": -10.0, "E": -30.0})).cumulated.tolist()
    [60.0, 100.0, 120.0, 110.0, 80.0]
    """
    known = cents(margin.dropna()).sort_index(kind="stable")
    ranked = known.sort_values(ascending=False, kind="stable")
    reached = ranked.cumsum()
    total = int(ranked.sum())
    table = pd.DataFrame({"margin": ranked / 100, "cumulated": reached / 100})
    table["customers_share"] = [place / len(ranked) for place in range(1, len(ranked) + 1)]
    table["share"] = reached / total if total > 0 else float("nan")
    return table


def whale(margin: pd.Series) -> Whale | Unknown:
    """Return the peak of the curve and what is destroyed after it (4.6).

    Examples
    --------
    Three clients make 150 % of the margin; two take back a third of that:

    >>> found = whale(pd.Series([60.0, 40.0, 20.0, -10.0, -30.0]))
    >>> found.peak_share, found.makers, found.destroyed, round(found.destroyed_share, 3)
    (1.5, 3, 40.0, 0.333)

    Where the whole earns nothing, only euros are said:

    >>> whale(pd.Series([10.0, -30.0])).peak_share
    Unknown(reason='denominator_zero')
    """
    known = cents(margin.dropna())
    if known.empty:
        return Unknown("denominator_zero")
    peak, destroyed = int(known[known > 0].sum()), -int(known[known < 0].sum())
    total = peak - destroyed
    none = Unknown("denominator_zero")
    return Whale(
        total=total / 100,
        peak=peak / 100,
        destroyed=destroyed / 100,
        makers=int((known > 0).sum()),
        destroyers=int((known < 0).sum()),
        peak_share=peak / total if total > 0 else none,
        destroyed_share=destroyed / peak if total > 0 else none,
    )
