"""What the figures suggest for the criteria of the evaluation grid (D03, D08, D10).

Floor 4. A proposal never replaces what somebody signed; it fills a blank, or raises a question.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.exact import Limit, number

THREATENED = ("at_risk", "inactive", "lost")


def proposed_relations(clients: pd.DataFrame, *, orders: int = 3, risk: Limit = 60) -> pd.Series:
    """Return the type of relation that frequency, recency, contracts and risk suggest (D03).

    ``endangered``: a risk score of at least ``risk``, or a silence longer than its habits allow (state at risk or
    worse). ``partnership``: a running contract and research done together. ``recurring``: a running contract, or at
    least ``orders`` orders in twelve months. ``occasional`` otherwise.

    Parameters
    ----------
    clients
        ``orders_12m``, ``risk_score``, ``state``, ``contract`` (whether one runs at D), ``rd_collab``; what is missing
        says nothing, and a client whose orders and contracts are both unknown has no proposal.

    Examples
    --------
    >>> clients = pd.DataFrame({"orders_12m": [12, 1, 1, 8], "risk_score": [70, 10, 5, None],
    ...     "state": ["active"] * 4, "contract": [False, False, True, True],
    ...     "rd_collab": [None, None, None, "ongoing"]})
    >>> proposed_relations(clients).tolist()
    ['endangered', 'occasional', 'recurring', 'partnership']
    """
    bought = clients["orders_12m"].astype("float64")
    held = clients["contract"].fillna(False).astype(bool)
    score = clients["risk_score"].astype("float64").round(10)
    code = pd.Series("occasional", index=clients.index, dtype="object")
    code = code.mask(held | (bought >= orders), "recurring")
    code = code.mask(held & clients["rd_collab"].eq("ongoing").fillna(False).astype(bool), "partnership")
    code = code.mask((score >= float(number(risk))) | clients["state"].isin(THREATENED), "endangered")
    return code.where(bought.notna() | held | code.eq("endangered"), None)


def proposed_potentials(
    potential: pd.Series,
    revenue: pd.Series,
    *,
    full: pd.Series | None = None,
    high: Limit = "0.50",
    low: Limit = "0.10",
) -> pd.Series:
    """Return the level of additional sales that an additional potential in euros means for each client (D08).

    ``high`` from ``high`` times the revenue, ``low`` below ``low`` times, else ``moderate``; ``none`` at nothing,
    where a large part of its purchases is already ours (``full``).

    >>> room, sold = pd.Series([60.0, 20.0, 5.0, 0.0, None]), pd.Series([100.0] * 5)
    >>> proposed_potentials(room, sold, full=pd.Series([False, False, False, True, True])).tolist()
    ['high', 'moderate', 'low', 'none', None]
    >>> proposed_potentials(room, sold).tolist()[3]
    'low'
    """
    ratio = (potential / revenue.where(revenue > 0)).astype("float64").round(12)
    code = pd.Series("moderate", index=revenue.index, dtype="object")
    code = code.mask(ratio >= float(number(high)), "high").mask(ratio < float(number(low)), "low")
    if full is not None:
        code = code.mask((ratio <= 0) & full.fillna(False).astype(bool), "none")
    return code.where(ratio.notna(), None)


def proposed_outlooks(growth: pd.Series | None, index: pd.Index, *, flat: Limit = "0.01") -> pd.Series:
    """Return the outlook that the market of a client suggests: growth, or stability (D10).

    A market that shrinks fails nobody by itself: it suggests nothing, and the blank stays a blank.

    >>> proposed_outlooks(pd.Series([0.05, 0.0, -0.04, None]), pd.RangeIndex(4)).tolist()
    ['growth', 'stability', None, None]
    """
    if growth is None:
        return pd.Series(None, index=index, dtype="object")
    rate, still = growth.reindex(index).astype("float64"), float(number(flat))
    code = pd.Series("stability", index=index, dtype="object").mask(rate > still, "growth")
    return code.where(rate >= -still, None)
