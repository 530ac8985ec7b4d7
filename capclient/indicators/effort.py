"""Commercial effort against the value of clients: who gets more visits than it brings, who too few (4.7, F17).

Floor 4.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.exact import Limit, cents, number
from capclient.vocabulary import Unknown

OVER, UNDER, FIT = "over", "under", "fit"


def effort_shares(
    effort: pd.Series, value: pd.Series, *, over: Limit, under: Limit, promising: pd.Series | None = None
) -> pd.DataFrame | Unknown:
    """Return the share of effort of each client beside its share of value (4.7).

    Parameters
    ----------
    effort
        Visits (or hours) of the year, one value per client.
    value
        Net margin, else gross margin, else revenue, in euros, same index; missing when unknown.
    over, under
        Ratios of the two shares: strictly above ``over`` is too much, strictly below ``under`` too little.
    promising
        Whether a client has a high potential: only those can be visited too little.

    Returns
    -------
    DataFrame
        ``effort_share``, ``value_share``, ``ratio`` (missing when the client brings nothing) and ``verdict``: ``over``,
        ``under``, ``fit``, or missing when its value is unknown. A client that brings nothing and is visited is over.
        ``Unknown`` when there is no effort, or nothing positive to share.

    Examples
    --------
    >>> visits = pd.Series({"A": 10.0, "B": 60.0, "C": 30.0, "D": 20.0})
    >>> margin = pd.Series({"A": 600.0, "B": 200.0, "C": 300.0, "D": -100.0})
    >>> effort_shares(visits, margin, over=2, under="0.5", promising=pd.Series(True, index=visits.index))
       effort_share  value_share  ratio verdict
    A      0.083333          0.6   0.14   under
    B      0.500000          0.2   2.50    over
    C      0.250000          0.3   0.83     fit
    D      0.166667         -0.1    NaN    over
    """
    spent, worth = effort.fillna(0.0), value.dropna()
    total, all_value = float(spent.sum()), int(cents(worth).sum()) / 100
    if total <= 0:
        return Unknown("missing:visits")
    if all_value <= 0:
        return Unknown("denominator_zero")
    table = pd.DataFrame({"effort_share": spent / total, "value_share": value / all_value})
    ratio = table["effort_share"] / table["value_share"].where(table["value_share"] > 0)
    exact = ratio.round(12)
    likely = (
        pd.Series(False, index=effort.index)
        if promising is None
        else promising.reindex(effort.index, fill_value=False)
    )
    verdict = pd.Series(FIT, index=effort.index, dtype="str")
    verdict = verdict.mask((exact < float(number(under))) & likely, UNDER)
    verdict = verdict.mask((exact > float(number(over))) | ((table["value_share"] <= 0) & (spent > 0)), OVER)
    table["ratio"] = ratio.round(2)
    table["verdict"] = verdict.where(value.notna())
    return table


def misallocated(effort_share: pd.Series, value_share: pd.Series) -> float | Unknown:
    """Return the share of the effort that would change hands if it followed value (G10).

    A client that brings nothing deserves none; the others share by what they bring.

    >>> round(misallocated(pd.Series([0.1, 0.6, 0.3]), pd.Series([0.6, 0.3, 0.1])), 3)
    0.5
    """
    known = value_share.notna()
    deserved = value_share[known].clip(lower=0.0)
    spent = effort_share[known]
    if deserved.sum() <= 0 or spent.sum() <= 0:
        return Unknown("denominator_zero")
    return float((spent / spent.sum() - deserved / deserved.sum()).abs().sum() / 2)


def excess(effort: pd.Series, value: pd.Series) -> pd.Series:
    """Return the effort that each client gets beyond what its value deserves, in the unit of ``effort`` (G10).

    Effort shared by value is what is deserved; a client that brings nothing deserves none. Negative for whoever gets
    less; missing where the value is unknown, or when nobody brings anything.

    >>> excess(pd.Series({"A": 2.0, "B": 12.0, "C": 6.0}), pd.Series({"A": 300.0, "B": 100.0, "C": -50.0})).tolist()
    [-13.0, 7.0, 6.0]
    """
    spent = effort.fillna(0.0).where(value.notna())
    worth = value.clip(lower=0.0)
    whole = float(worth.sum())
    return spent - worth * (float(spent.sum()) / whole) if whole > 0 else spent * float("nan")


def potential_classes(
    potential: pd.Series, revenue: pd.Series, declared: pd.Series, *, high: Limit, low: Limit
) -> pd.Series:
    """Return ``high``, ``medium``, ``low`` or missing, from additional potential and what was declared (13).

    High when the additional potential reaches ``high`` times the revenue, or was declared high; low when it stays
    under ``low`` times the revenue, or was declared low or none; medium otherwise; missing when nothing is known.

    >>> potential_classes(pd.Series([60.0, 5.0, 20.0, None, None]), pd.Series(100.0, index=range(5)),
    ...                   pd.Series([None, None, None, "high", None], dtype="str"), high="0.50", low="0.10").tolist()
    ['high', 'low', 'medium', 'high', nan]
    """
    sold = revenue.where(revenue > 0)
    ratio = (potential / sold).round(12)
    known = ratio.notna()
    code = pd.Series("medium", index=revenue.index, dtype="str")
    code = code.mask(
        (known & (ratio < float(number(low)))) | (~known & declared.isin(["low", "none"])), "low"
    )
    code = code.mask((known & (ratio >= float(number(high)))) | (declared == "high"), "high")
    return code.where(known | declared.notna())


def poorly_secured(
    contract: pd.Series | None, days_since_contact: pd.Series | None, *, days: int
) -> pd.Series | Unknown:
    """Tell which clients nothing holds: no running contract, and nobody saw them for ``days`` days (F17).

    Parameters
    ----------
    contract
        Whether a contract runs at D, or None when no contract is known of anybody.
    days_since_contact
        Days since the last visit, call or mail, missing when there never was one; None when exchanges are not kept.

    Examples
    --------
    >>> poorly_secured(pd.Series([True, False, False]), pd.Series([400.0, 20.0, float("nan")]), days=90).tolist()
    [False, False, True]
    """
    if contract is None and days_since_contact is None:
        return Unknown("missing:interactions")
    if days_since_contact is None:
        return ~contract.astype(bool)  # type: ignore[union-attr]
    silent = days_since_contact.isna() | (days_since_contact > days)
    return silent if contract is None else silent & ~contract.astype(bool)
