"""Clients that may be one under two codes: whoever calls the one must know of the other (section 0.5).

Floor 5. Nothing is merged: the codes stand side by side and somebody decides.
"""

from __future__ import annotations

import pandas as pd

from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.themes.quality import quality

BETWEEN = ", "
MOST = 5  # codes; beyond, a name that so many bear is nobody's: it is no sign of one client


@once
def other_codes(portfolio: Portfolio) -> pd.Series:
    """Return by client the other codes that may be the same client, in words; clients without any are left out."""
    pooled = portfolio.customers.index[portfolio.customers.is_pool.astype(bool)]
    pairs = quality(portfolio).pairs
    return twins(pairs[~pairs.customer_id.isin(pooled) & ~pairs.other_id.isin(pooled)])


def twins(pairs: pd.DataFrame) -> pd.Series:
    """Return by code the other codes of its group, without the groups of more than :data:`MOST` codes.

    Parameters
    ----------
    pairs
        ``customer_id`` and ``other_id`` of :func:`~capclient.readers.identifiers.near_duplicates`: each code of a group
        stands beside the first one.

    Examples
    --------
    >>> twins(pd.DataFrame({"customer_id": ["a", "a"], "other_id": ["b", "c"]})).to_dict()
    {'a': 'b, c', 'b': 'a, c', 'c': 'a, b'}
    """
    head: dict[str, str] = {}

    def first(code: str) -> str:
        while head.setdefault(code, code) != code:
            head[code] = head[head[code]]
            code = head[code]
        return code

    for one, other in zip(pairs.customer_id, pairs.other_id, strict=True):
        head[first(other)] = first(one)
    groups = pd.Series({code: first(code) for code in sorted(head)}, dtype="object")
    said = {
        code: BETWEEN.join(other for other in sorted(mine.index) if other != code)
        for _, mine in groups.groupby(groups)
        if len(mine) <= MOST
        for code in mine.index
    }
    return pd.Series(dict(sorted(said.items())), dtype="object")
