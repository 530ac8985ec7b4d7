"""What the clients of today are worth in the years to come, under hypotheses that are said (15.2).

Floor 4. It is no accounting value: a clientele that a company made itself stands on no balance sheet.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from capclient.vocabulary import Unknown


def customer_equity(margin: pd.Series, retention: pd.Series, *, discount: float, years: int) -> pd.Series:
    """Return the present value of the margins that each client will bring, retention and discount being constant.

    Flows fall at the end of each year, from one year on; no growth, nothing for the year that is over.

    Parameters
    ----------
    margin
        Yearly net margin of each client in euros; a negative one is kept.
    retention
        Share of clients of this kind that stay from one year to the next, 0 to 1; same index.
    discount
        Yearly rate, 0.10 for 10 %.
    years
        Horizon.

    Returns
    -------
    Series
        Euros, indexed like ``margin``, missing where the margin or the retention is.

    Examples
    --------
    >>> equity = customer_equity(
    ...     pd.Series({"A": 100.0, "B": 50.0, "C": -10.0}), pd.Series({"A": 0.9, "B": 0.6, "C": 0.8}),
    ...     discount=0.10, years=5,
    ... )
    >>> equity.round(2).to_dict(), round(float(equity.sum()), 2)
    ({'A': 285.01, 'B': 57.1, 'C': -21.24}, 320.87)
    """
    ratio = retention.astype("float64") / (1 + discount)
    years_worth = sum(ratio**year for year in range(1, years + 1))
    return (margin.astype("float64") * years_worth).rename("equity")


def endless_equity(margin: float, retention: float, *, discount: float) -> float | Unknown:
    """Return the same without horizon: margin x r / (1 + d - r).

    >>> round(endless_equity(100.0, 0.8, discount=0.10), 2)
    266.67
    """
    left = 1 + discount - retention
    return margin * retention / left if left > 0 else Unknown("denominator_zero")


def scenarios(
    margin: pd.Series,
    retention: pd.Series,
    *,
    discount: float,
    years: int,
    moves: Mapping[str, tuple[float, float]],
    most: float = 1.0,
) -> pd.Series:
    """Return the total under each scenario: points added to retention and discount.

    Points never bring a retention below 0 nor above ``most``; one that is higher already stays what it is.

    Examples
    --------
    >>> scenarios(pd.Series([100.0]), pd.Series([0.8]), discount=0.10, years=5,
    ...           moves={"base": (0.0, 0.0), "worse": (-0.05, 0.02)}).round(2).to_dict()
    {'base': 212.41, 'worse': 175.41}
    """
    totals = {
        name: float(
            customer_equity(
                margin, _moved(retention, points, most), discount=discount + rate, years=years
            ).sum()
        )
        for name, (points, rate) in moves.items()
    }
    return pd.Series(totals, name="equity")


def _moved(retention: pd.Series, points: float, most: float) -> pd.Series:
    return (retention + points).clip(0.0, retention.clip(lower=most))


def excess_earnings(
    revenue: float, *, margin_rate: float, charges_rate: float, attrition: float, discount: float,
    tax_rate: float = 0.25, years: int = 10,
) -> float:  # fmt: skip
    """Return the value of a customer relation as an acquirer computes it: excess earnings, mid-year (15.2).

    Each year keeps what attrition leaves at its middle, less the charges of the other assets it uses, after tax.

    >>> round(excess_earnings(1000.0, margin_rate=0.20, charges_rate=0.08, attrition=0.15, discount=0.12), 2)
    304.62
    """
    earned = revenue * (margin_rate - charges_rate) * (1 - tax_rate)
    kept = (1 - attrition) / (1 + discount)
    return earned * sum(kept ** (year - 0.5) for year in range(1, years + 1))


def newcomers_equity(number: float, margin: float, retention: float, *, discount: float, years: int) -> float:
    """Return the present value of the clients that will come in each of the years of the horizon (15.2).

    ``number`` clients come every year and leave ``margin`` euros each at its end; those of one year stay on to the next
    at the rate ``retention``. What winning them costs is not taken away.

    Examples
    --------
    Ten clients a year at 10 euros, half of which stay, over two years: 100 then 100 + 50, discounted.

    >>> round(newcomers_equity(10, 10.0, 0.5, discount=0.10, years=2), 2) == round(100 / 1.1 + 150 / 1.1**2, 2)
    True
    """
    present = 0.0
    for year in range(1, years + 1):
        alive = sum(retention**age for age in range(year))  # those of the year, of the year before...
        present += number * margin * alive / (1 + discount) ** year
    return present


def retention_by_silence(cells: pd.DataFrame, *, weight: float = 20.0) -> pd.Series:
    """Return the retention of each class, apart for clients in their rhythm and for those that had fallen silent.

    Each cell is drawn towards the retention of all clients that were as silent, itself drawn towards that of all: a
    class tells less than silence does. A silent client never keeps better than one of its class in its rhythm.

    Parameters
    ----------
    cells
        Indexed by (kind, is_silent): ``observed`` and ``stayed``.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([["A", "C"], [False, True]], names=["kind", "is_silent"])
    >>> cells = pd.DataFrame({"observed": [100, 4, 200, 96], "stayed": [98, 2, 190, 48]}, index)
    >>> retention_by_silence(cells).round(3).tolist()
    [0.975, 0.548, 0.95, 0.51]
    """
    by_silence = cells.groupby(level="is_silent")[["observed", "stayed"]].sum()
    towards = shrunk_retention(by_silence.stayed, by_silence.observed, weight=weight)
    own = towards.reindex(cells.index.get_level_values("is_silent")).to_numpy()
    kept = (cells.stayed + weight * own) / (cells.observed + weight)
    kinds = cells.index.get_level_values("kind")
    steady = kept.xs(False, level="is_silent").reindex(kinds).to_numpy()
    return kept.where(~(kept > steady), steady).rename("retention")


def shrunk_retention(stayed: pd.Series, observed: pd.Series, *, weight: float = 20.0) -> pd.Series:
    """Return the retention of each class drawn towards that of all, as if ``weight`` more clients had behaved like all.

    A class of three clients of which none left does not retain everybody for ever. Neither does a company that never
    lost anybody: half a loss is then supposed.

    Parameters
    ----------
    stayed, observed
        Clients of each class that stayed, and that could have.

    Examples
    --------
    >>> shrunk_retention(pd.Series({"A": 3, "C": 80}), pd.Series({"A": 3, "C": 100})).round(3).to_dict()
    {'A': 0.831, 'C': 0.801}
    >>> shrunk_retention(pd.Series({"A": 10}), pd.Series({"A": 10})).to_dict()
    {'A': 0.95}
    """
    could = observed.sum()
    overall = min(stayed.sum(), could - 0.5) / could if could else float("nan")
    kept = observed * overall if stayed.sum() == could else stayed
    return ((kept + weight * overall) / (observed + weight)).rename("retention")
