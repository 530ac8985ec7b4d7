"""New contracts with several institutions, over the revenue of the initial activity (12.6).

Floor 4. The reference text defines the diversification of the offer so; the denominator is not the whole revenue.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from capclient.indicators.exact import Limit, cents, compare
from capclient.vocabulary import Unknown


def initial_activity(lines: pd.DataFrame, flags: pd.Series, *, activities: Collection[str] = ()) -> pd.Series:
    """Say of each piece of revenue whether it belongs to the initial activity, or that nobody tells.

    First what its contract says (``is_initial_activity``); else whether its activity is among those that the
    parameters call initial; else, without such parameters, what the contracts that bear the same activity say, when
    they all say the same.

    Parameters
    ----------
    lines
        ``contract_id`` and ``activity`` (both may be missing), one row per contract and activity.
    flags
        ``is_initial_activity`` by contract (may be missing).

    Returns
    -------
    Series
        ``boolean``, missing where nobody tells; same index.

    Examples
    --------
    >>> lines = pd.DataFrame({"contract_id": ["K1", "K2", None, None], "activity": ["Soins", "Conseil", "Soins", None]})
    >>> initial_activity(lines, pd.Series({"K1": True, "K2": False})).tolist()
    [True, False, True, <NA>]
    """
    told = lines["contract_id"].map(flags.astype("boolean")).astype("boolean")
    activity = lines["activity"]
    if activities:
        by_activity = activity.isin(list(activities)).astype("boolean").mask(activity.isna())
    else:
        said = told.groupby(activity).agg(["min", "max"])
        same = said["min"].where(said["min"] == said["max"])
        by_activity = activity.map(same).astype("boolean")
    return told.fillna(by_activity)


def multi_institution_share(
    lines: pd.DataFrame, signed: Collection[str], *, coverage: Limit = "0.70"
) -> float | Unknown:
    """Return the revenue of new contracts with several institutions over that of the initial activity (12.6).

    Parameters
    ----------
    lines
        ``contract_id``, ``revenue`` (euros of N) and ``is_initial`` (boolean, may be missing).
    signed
        Contracts signed in N with several institutions.
    coverage
        Share of the revenue whose activity is told, under which the denominator is not known.

    Examples
    --------
    1,000 of revenue, of which 100 is a new activity; 60 under multi-institution contracts: 60 / 900.

    >>> lines = pd.DataFrame({"contract_id": ["K1", "K2", None], "revenue": [60.0, 100.0, 840.0],
    ...                       "is_initial": pd.array([True, False, True], dtype="boolean")})
    >>> round(multi_institution_share(lines, {"K1"}), 4)
    0.0667
    """
    whole = cents(lines["revenue"])
    total, told = int(whole.sum()), int(whole[lines["is_initial"].notna()].sum())
    if lines["is_initial"].isna().all():
        return Unknown("missing:initial_activity")
    if total > 0 and compare(told, total, coverage) < 0:
        return Unknown("unreliable:initial_activity")
    initial = int(whole[lines["is_initial"].fillna(False).astype(bool)].sum())
    part = int(whole[lines["contract_id"].isin(list(signed))].sum())
    return part / initial if initial > 0 else Unknown("denominator_zero")
