"""What young offers weigh: activities, families or products first sold less than 36 months ago (12.7).

Floor 4.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from capclient.indicators.exact import cents
from capclient.indicators.retention import share_of
from capclient.vocabulary import Unknown


def new_offer_share(cells: pd.DataFrame) -> float | Unknown:
    """Return the share of the revenue made with offers first sold lately (12.7).

    Parameters
    ----------
    cells
        ``revenue`` in euros and ``is_new`` (boolean, missing for what has no name: it is in the whole and is
        not new).

    Examples
    --------
    >>> new_offer_share(pd.DataFrame({"revenue": [900.0, 80.0, 20.0], "is_new": [False, True, None]}))
    0.08
    """
    whole = cents(cells["revenue"])
    young = cells["is_new"].astype("boolean").fillna(False).astype(bool)
    return share_of(int(whole[young].sum()), int(whole.sum()))


def won_on_new(cells: pd.DataFrame, newcomers: Collection[str]) -> int:
    """Count the new clients that bought a young offer: what innovation brings in (C08).

    ``cells`` has ``customer_id``, ``revenue`` and ``is_new``; net revenue must be positive.

    >>> cells = pd.DataFrame({"customer_id": ["A", "A", "B"], "revenue": [50.0, -50.0, 9.0], "is_new": [True] * 3})
    >>> won_on_new(cells, {"A", "B"})
    1
    """
    young = cells["is_new"].astype("boolean").fillna(False).astype(bool)
    mine = cells[young & cells["customer_id"].isin(list(newcomers))]
    return int((cents(mine["revenue"]).groupby(mine["customer_id"]).sum() > 0).sum())
