"""Clients that may be one under two codes: whoever calls the one must know of the other (section 0.5).

Floor 5. Nothing is merged: the codes stand side by side and somebody decides.
"""

from __future__ import annotations

import pandas as pd

from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.themes.quality import quality

BETWEEN = ", "


@once
def other_codes(portfolio: Portfolio) -> pd.Series:
    """Return by client the other codes that may be the same client, in words; clients without any are left out."""
    pooled = portfolio.customers.index[portfolio.customers.is_pool.astype(bool)]
    pairs = quality(portfolio).pairs
    return twins(pairs[~pairs.customer_id.isin(pooled) & ~pairs.other_id.isin(pooled)])


def twins(pairs: pd.DataFrame) -> pd.Series:
    """Return by code the other codes of its group.

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
    groups: dict[str, set[str]] = {}
    for one, other in zip(pairs.customer_id, pairs.other_id, strict=True):
        whole = groups.get(one, {one}) | groups.get(other, {other})
        groups |= dict.fromkeys(whole, whole)
    said = {code: BETWEEN.join(sorted(whole - {code})) for code, whole in sorted(groups.items())}
    return pd.Series(said, dtype="object")
