"""The revenue bridge: what moved revenue from N-1 to N, client by client, exact to the cent (2.9).

Floor 4.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from capclient.indicators.exact import cents

BARS = ("lost", "new", "reactivated", "up", "down")


def movements(
    revenue_n: pd.Series, revenue_n1: pd.Series, status: pd.Series, *, counted: pd.Series | None = None
) -> pd.DataFrame:
    """Say in which bar of the bridge each client stands, and what it moves (2.9).

    A client goes whole into one bar: lost, new or reactivated by its status, else up or down by the sign of
    its change.

    Parameters
    ----------
    revenue_n, revenue_n1
        Euros, one value per client.
    status
        Codes of :func:`capclient.indicators.status.customer_status`.
    counted
        False for pooled codes, which are no clients: they are never lost nor new, they go up or down.

    Returns
    -------
    DataFrame
        Indexed like ``revenue_n``: ``bar`` (missing when nothing moves) and ``change`` in euros.

    Examples
    --------
    >>> movements(pd.Series({"A": 500.0, "D": 0.0}), pd.Series({"A": 400.0, "D": 100.0}),
    ...           pd.Series({"A": "retained", "D": "lost"}))
        bar  change
    A    up   100.0
    D  lost  -100.0
    """
    change = cents(revenue_n) - cents(revenue_n1)
    named = status.where(status.isin(BARS[:3]))
    if counted is not None:
        named = named.where(counted)
    by_sign = np.select([change > 0, change < 0], ["up", "down"], "")
    bar = named.fillna(pd.Series(by_sign, index=change.index)).astype("str")
    return pd.DataFrame({"bar": bar.mask(bar == ""), "change": change / 100})


def revenue_bridge(
    moved: pd.DataFrame,
    *,
    opening: float,
    closing: float,
    unassigned_change: float = 0.0,
    counted: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the bars of the bridge from the revenue of N-1 to that of N (2.9).

    Parameters
    ----------
    moved
        Result of :func:`movements`.
    opening, closing
        Whole revenue of N-1 and N in euros.
    unassigned_change
        Change of the revenue without client, which goes up or down by its sign.
    counted
        Clients to count; the amounts count everybody.

    Returns
    -------
    DataFrame
        ``bar`` (``opening``, the five of :data:`BARS`, ``closing``), ``customers`` (Int64, missing at both ends)
        and ``amount`` in euros, signed. Opening and bars add up to closing, to the cent.

    Raises
    ------
    ValueError
        If they do not: the inputs then describe two different ledgers.

    Examples
    --------
    R6: 900 - 100 + 120 + 0 + 130 - 50 = 1000.

    >>> n1 = pd.Series({"A": 400.0, "B": 200.0, "C": 150.0, "D": 100.0, "E": 0.0, "F": 50.0})
    >>> n = pd.Series({"A": 500.0, "B": 150.0, "C": 150.0, "D": 0.0, "E": 120.0, "F": 80.0})
    >>> who = pd.Series(["retained"] * 3 + ["lost", "new", "retained"], index=n.index)
    >>> revenue_bridge(movements(n, n1, who), opening=900.0, closing=1000.0).amount.tolist()
    [900.0, -100.0, 120.0, 0.0, 130.0, -50.0, 1000.0]
    """
    change = cents(moved["change"]).to_numpy()
    inside = {bar: moved["bar"].eq(bar).to_numpy() for bar in BARS}
    sums = {bar: int(change[place].sum()) for bar, place in inside.items()}
    loose = round(unassigned_change * 100)
    sums["up" if loose > 0 else "down"] += loose
    first, last = round(opening * 100), round(closing * 100)
    missing = last - first - sum(sums.values())
    if missing:
        raise ValueError(f"the bridge misses {missing} cents")
    people = True if counted is None else counted.to_numpy(dtype=bool)
    heads = [int((place & people).sum()) for place in inside.values()]
    return pd.DataFrame(
        {
            "bar": ["opening", *BARS, "closing"],
            "customers": pd.array([None, *heads, None], dtype="Int64"),
            "amount": [first / 100, *(amount / 100 for amount in sums.values()), last / 100],
        }
    )
