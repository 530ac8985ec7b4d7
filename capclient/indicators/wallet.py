"""Our part of what each client buys, and what it could still buy from us (3.12, 3.13).

Floor 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, cents, compare, number
from capclient.periods import shifted

CLASSES = ("small", "moderate", "large")


def wallet_shares(
    clients: pd.DataFrame,
    *,
    as_of: date,
    months: int = 24,
    limits: Sequence[Limit] = ("0.25", "0.60"),
) -> pd.DataFrame:
    """Return our share of the purchases of each client, where its wallet is known and recent (3.12).

    Parameters
    ----------
    clients
        ``revenue_n`` (euros), ``wallet_amount`` (what the client buys in our categories in a year, from everyone) and
        ``wallet_date`` (when that was true).
    months
        A wallet this old, undated, or dated after D is not used.
    limits
        A share below the first is small, up to the second moderate, above it large.

    Returns
    -------
    DataFrame
        Indexed like ``clients``: ``wallet`` (euros, missing when not usable), ``wallet_share``, ``wallet_class`` and
        ``is_over`` (we sell more than the client is said to buy: the wallet is wrong; the share is shown as it is,
        without class). ``is_stale``: a wallet was given and could not be used.

    Examples
    --------
    >>> known = pd.DataFrame(
    ...     {"revenue_n": [150.0, 700.0], "wallet_amount": [600.0, 600.0], "wallet_date": pd.Timestamp("2025-03-01")}
    ... )
    >>> made = wallet_shares(known, as_of=date(2025, 12, 31))
    >>> made.wallet_share.round(4).tolist(), made.wallet_class.tolist()[0], made.is_over.tolist()
    ([0.25, 1.1667], 'moderate', [False, True])
    """
    amount = clients["wallet_amount"].astype("float64")
    day = pd.to_datetime(clients["wallet_date"])
    recent = (day > pd.Timestamp(shifted(as_of, -months))) & (day <= pd.Timestamp(as_of))
    usable = recent & (amount > 0)
    revenue = cents(clients["revenue_n"])
    wallet = cents(amount.where(usable, 1.0)).to_numpy()
    low, high = (compare(revenue.to_numpy(), wallet, limit) for limit in limits)
    over = usable & (compare(revenue.to_numpy(), wallet, "1") > 0)
    classes = np.select([low < 0, high <= 0], CLASSES[:2], CLASSES[2])
    classed = usable & ~over & (revenue >= 0)
    return pd.DataFrame(
        {
            "wallet": amount.where(usable),
            "wallet_share": (revenue / wallet).where(usable & (revenue >= 0)),
            "wallet_class": pd.Series(classes, index=clients.index, dtype="str").where(classed),
            "is_over": over,
            "is_stale": amount.notna() & ~usable,
        }
    )


def additional_potential(revenue: pd.Series, wallet: pd.Series, *, target: Limit = "0.40") -> pd.Series:
    """Return what would bring our share of each wallet to the target: max(0, target x wallet - revenue) (3.13).

    Euros; missing without wallet. Revenue below zero counts as none.

    >>> additional_potential(pd.Series([150.0, 300.0]), pd.Series([600.0, 600.0])).tolist()
    [90.0, 0.0]
    """
    sold = cents(revenue.clip(lower=0))
    whole = cents(wallet.fillna(0.0))
    goal = number(target)
    reach = [
        max(Fraction(0), goal * size - now) for size, now in zip(whole.tolist(), sold.tolist(), strict=True)
    ]
    euros = pd.Series([round(value) / 100 for value in reach], index=revenue.index, dtype="float64")
    return euros.where(wallet.notna())


def proxy_potential(
    clients: pd.DataFrame, *, quantile: Limit = "0.75", customers: int = 8
) -> tuple[pd.Series, pd.Series]:
    """Return what would bring each active client to the upper quartile of its peers: a proxy, and flagged so (3.13).

    Peers are the active clients of the same sector and segment; with fewer than ``customers`` of them, those of the
    same sector, then of the same segment. Without enough peers there is no proxy.

    Parameters
    ----------
    clients
        ``revenue_n`` (euros), ``sector`` and ``segment`` (missing where unknown).

    Returns
    -------
    tuple of Series
        Potential in euros (0 at or above the quartile), and the peers it comes from: ``sector_segment``, ``sector``
        or ``segment``. Missing for clients that are not active.

    Examples
    --------
    >>> peers = pd.DataFrame({"revenue_n": [100.0, 200.0, 300.0, 400.0, 500.0], "sector": "BTP", "segment": None})
    >>> proxy_potential(peers, customers=4)[0].tolist()
    [300.0, 200.0, 100.0, 0.0, 0.0]
    """
    active = clients[cents(clients["revenue_n"]) > 0]
    labels = active[["sector", "segment"]].astype("str").apply(lambda label: label.str.strip())
    labels = labels.mask(labels.eq(""))
    potential = pd.Series(np.nan, index=clients.index)
    basis = pd.Series(pd.NA, index=clients.index, dtype="str")
    share = float(number(quantile))
    for code, keys in (
        ("segment", ["segment"]),
        ("sector", ["sector"]),
        ("sector_segment", ["sector", "segment"]),
    ):
        known = labels[keys].notna().all(axis=1)
        groups = active.loc[known, "revenue_n"].groupby([labels.loc[known, key] for key in keys])
        enough = groups.transform("size") >= customers
        top = groups.transform(lambda values: values.quantile(share))[enough]
        potential.loc[top.index] = (top - active["revenue_n"].loc[top.index]).clip(lower=0).round(2)
        basis.loc[top.index] = code
    return potential, basis
