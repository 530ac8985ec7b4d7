"""Revenue that comes back: by contract, or by habit; two measures that are never added (2.14, 2.15).

Floor 4.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capclient.indicators.exact import cents
from capclient.periods import Period
from capclient.vocabulary import Unknown


def contractual_share(recurring: float, total: float) -> float | Unknown:
    """Return the share of revenue under contract (2.14 a); both amounts in euros, of the same year.

    >>> contractual_share(350.0, 1000.0)
    0.35
    """
    return (
        round(recurring * 100) / round(total * 100) if round(total * 100) > 0 else Unknown("denominator_zero")
    )


def behavioural_share(revenue: pd.DataFrame, *, total: float) -> float | Unknown:
    """Return the share of revenue N made by the clients that bought in each of the last three years (2.14 b).

    Parameters
    ----------
    revenue
        Euros, one row per client, three columns: N-2, N-1, N.
    total
        Whole revenue of N in euros.

    Examples
    --------
    >>> behavioural_share(pd.DataFrame([[1.0, 1.0, 60.0], [0.0, 9.0, 40.0]]), total=100.0)
    0.6
    """
    if round(total * 100) <= 0:
        return Unknown("denominator_zero")
    years = [cents(revenue.iloc[:, place]) for place in range(3)]
    every = (years[0] > 0) & (years[1] > 0) & (years[2] > 0)
    return int(years[2][every].sum()) / round(total * 100)


def contracted_horizon(contracts: pd.DataFrame, *, years: Sequence[Period]) -> pd.DataFrame:
    """Return what contracts already signed will bring in each of the years to come (2.15).

    A contract brings its annual amount in proportion of the days of the year that it covers. Without start it has
    begun, without end it goes on; contracts declared not recurring, and those without an amount, bring nothing.

    Parameters
    ----------
    contracts
        ``start``, ``end`` (dates, both included), ``annual_amount`` (euros a year) and ``recurring``.
    years
        Periods after D, contiguous, earliest first.

    Returns
    -------
    DataFrame
        One row per year: ``start``, ``end``, ``contracts`` (those that bring something), ``amount``,
        ``open_ended`` (part of the amount that no end date bounds) and ``cumulated``, in euros.

    Examples
    --------
    >>> from datetime import date
    >>> signed = pd.DataFrame({"start": [None, "2026-07-02"], "end": ["2026-06-30", None],
    ...                        "annual_amount": [365.0, 730.0], "recurring": [True, None]})
    >>> year = Period(date(2026, 1, 1), date(2026, 12, 31))
    >>> contracted_horizon(signed, years=[year])[["contracts", "amount", "open_ended", "cumulated"]]
       contracts  amount  open_ended  cumulated
    0          2   547.0       366.0      547.0
    """
    kept = contracts[contracts["annual_amount"].notna() & contracts["recurring"].fillna(True).astype(bool)]
    starts, ends = (kept[name].astype("datetime64[ns]") for name in ("start", "end"))
    amounts = cents(kept["annual_amount"])
    rows = []
    for year in years:
        first, last = pd.Timestamp(year.start), pd.Timestamp(year.end)
        begin = starts.where(starts > first, first)
        finish = ends.where(ends < last, last)
        days = ((finish - begin).dt.days + 1).clip(lower=0).to_numpy()
        # half a cent away from zero, in integers: an annual amount covered all year comes out whole
        size = (2 * amounts.abs().to_numpy() * days + year.days) // (2 * year.days)
        due = np.sign(amounts.to_numpy()) * size
        endless = due[ends.isna().to_numpy()]
        rows.append((year.start, year.end, int((due != 0).sum()), int(due.sum()), int(endless.sum())))
    frame = pd.DataFrame(rows, columns=["start", "end", "contracts", "amount", "open_ended"])
    frame["cumulated"] = frame["amount"].cumsum() / 100
    return frame.assign(amount=frame["amount"] / 100, open_ended=frame["open_ended"] / 100)
