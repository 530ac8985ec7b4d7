"""One portfolio under each definition, side by side: clients or groups, with pooled codes or without (1.3 to 1.7).

Floor 4. Every view is a Series of revenue; the indices are those of
:mod:`capclient.indicators.dependency`, so that only the definition changes from one column to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from capclient.indicators.concentration import active_cents, customers_for_share, pareto_top_share
from capclient.indicators.dependency import (
    effective_customers,
    entropy_customers,
    gini,
    gini_corrected,
    hhi,
    hhi_normalised,
    top_share,
)
from capclient.indicators.exact import Limit, compare
from capclient.vocabulary import ABC, Unknown

Measure = Callable[[pd.Series], float | int | Unknown]

MEASURES: dict[str, Measure] = {
    "customers": lambda revenue: len(active_cents(revenue)),
    "top1_share": lambda revenue: top_share(revenue, 1),
    "top3_share": lambda revenue: top_share(revenue, 3),
    "top5_share": lambda revenue: top_share(revenue, 5),
    "top10_share": lambda revenue: top_share(revenue, 10),
    "pareto_top20_share": pareto_top_share,
    "pareto_customers_for_80": customers_for_share,
    "gini": gini,
    "gini_corrected": gini_corrected,
    "hhi": hhi,
    "hhi_normalised": hhi_normalised,
    "effective_customers": effective_customers,
    "effective_customers_entropy": entropy_customers,
}


def by_group(revenue: pd.Series, group: pd.Series) -> pd.Series:
    """Return the revenue of client groups; a client without group is a group of its own (0.5, 1.7).

    Only active clients are added up, so that groups and clients share one base: a subsidiary whose credit notes
    exceed its invoices does not hide the weight of its sisters, and no index on the largest (top shares, HHI)
    can fall when clients are joined. The Gini index can: two small clients that join become a middling one.

    Parameters
    ----------
    revenue
        Net revenue in euros, one value per client.
    group
        Group of each client, same index; missing or blank when it has none.

    Returns
    -------
    Series
        Euros by group, sorted by name of group. A client alone bears its identifier; should a group bear it as
        well, the two stay apart.

    Examples
    --------
    >>> by_group(pd.Series({"A1": 30.0, "A2": 25.0, "B": 45.0}), pd.Series({"A1": "G", "A2": "G"})).to_dict()
    {'B': 45.0, 'G': 55.0}
    """
    whole = active_cents(revenue)
    named = group.reindex(whole.index).astype("str").str.strip()
    named = named.mask(named.eq(""))
    alone = named.isna()
    joined = whole[~alone].groupby(named[~alone]).sum()
    single = whole[alone]
    taken = single.index.astype("str").isin(joined.index.astype("str"))
    single = single.set_axis(single.index.astype("str") + np.where(taken, " *", ""), axis=0)
    both = pd.concat([joined.astype("int64"), single.astype("int64")])
    return (both.sort_index(kind="stable") / 100).rename("revenue").rename_axis(None)


def side_by_side(views: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return every measure (rows) of each view of the portfolio (columns).

    Parameters
    ----------
    views
        Name of a view to its revenue, in euros.

    Returns
    -------
    DataFrame
        Indexed by the names of ``MEASURES``; a value that cannot be computed is an ``Unknown``.

    Examples
    --------
    >>> found = side_by_side({"clients": pd.Series([30.0, 25.0, 45.0]), "groups": pd.Series([55.0, 45.0])})
    >>> found.loc[["customers", "top1_share", "hhi"]]
               clients  groups
    customers        3       2
    top1_share    0.45    0.55
    hhi         3550.0  5050.0
    """
    return pd.DataFrame(
        {
            name: pd.Series([measure(revenue) for measure in MEASURES.values()], list(MEASURES), dtype=object)
            for name, revenue in views.items()
        }
    )


def classes_by_share_after(revenue: pd.Series, *, limits: Sequence[Limit] = ("0.80", "0.95")) -> pd.DataFrame:
    """Class clients by the share reached **with** them, as many spreadsheets do (1.4, the rule that we do not use).

    A when that share does not pass the first limit, B when it does not pass the second, C otherwise. Clients
    are taken one by one, ties in the order of identifiers, as in a column of a spreadsheet.

    Returns
    -------
    DataFrame
        Indexed like ``revenue``: ``share_after`` (0 to 1) and ``abc_class``, missing when not active.

    Examples
    --------
    A single client of 85 % is B, and there is no A at all:

    >>> classes_by_share_after(pd.Series({"C1": 85.0, "C2": 15.0}))
        share_after abc_class
    C1         0.85         B
    C2         1.00         C
    """
    ranked = active_cents(revenue)
    total = int(ranked.sum())
    reached = ranked.cumsum()
    passed = sum((compare(reached, total, limit) > 0).astype(int) for limit in limits)
    classed = pd.DataFrame(
        {
            "share_after": reached / max(total, 1),
            "abc_class": pd.Series(np.asarray(ABC)[passed], index=ranked.index, dtype="str"),
        }
    )
    return classed.reindex(revenue.index)


def compared_classes(before: pd.Series, after: pd.Series, revenue: pd.Series) -> pd.DataFrame:
    """Count clients and revenue by class under the two rules, one row per class (1.4).

    Parameters
    ----------
    before, after
        Classes A, B or C under each rule, missing when not active.
    revenue
        Euros, same index.

    Returns
    -------
    DataFrame
        Indexed by class: ``customers``, ``share`` (of the revenue of active clients), ``customers_after`` and
        ``share_after``.
    """
    whole = active_cents(revenue)
    table = pd.DataFrame(index=pd.Index(ABC, name="abc_class"))
    for classes, suffix in ((before, ""), (after, "_after")):
        grouped = whole.groupby(classes.reindex(whole.index))
        table[f"customers{suffix}"] = grouped.size().reindex(table.index, fill_value=0).astype("int64")
        table[f"share{suffix}"] = grouped.sum().reindex(table.index, fill_value=0) / max(int(whole.sum()), 1)
    return table
