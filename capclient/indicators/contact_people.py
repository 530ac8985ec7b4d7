"""Who knows whom: the people on both sides of a relation, and what hangs on a single one (B08, D02).

Floor 4.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.periods import shifted


def contact_people(
    people: pd.DataFrame, first_purchase: pd.Series, *, as_of: date, months: int = 12
) -> pd.DataFrame:
    """Count the people known on each side of each client at a date, and tell where they changed.

    A person without a side is the client's; one name twice is one person. A client has changed contact when one of its
    people left in the last ``months``, or when one arrived at a client that was already buying before them.

    Parameters
    ----------
    people
        ``customer_id``, ``person``, ``side`` (``theirs`` or ``ours``), ``since``, ``until``.
    first_purchase
        Day of the first purchase by client: its index is the clients.

    Returns
    -------
    DataFrame
        Indexed by client: ``theirs`` and ``ours`` (people at the date), ``is_single`` (one person of theirs, no more)
        and ``has_changed``.

    Examples
    --------
    >>> people = pd.DataFrame({"customer_id": ["C1", "C1", "C2"], "person": ["Ana", "Léo", "Max"],
    ...     "side": ["theirs", "ours", "theirs"], "since": ["2020-01-01", None, "2025-03-01"], "until": [None] * 3})
    >>> first = pd.Series(pd.to_datetime(["2019-01-01", "2019-01-01"]), index=["C1", "C2"])
    >>> contact_people(people, first, as_of=date(2025, 12, 31)).values.tolist()
    [[1, 1, True, False], [1, 0, True, True]]
    """
    day, before = pd.Timestamp(as_of), pd.Timestamp(shifted(as_of, -months))
    since, until = pd.to_datetime(people["since"]), pd.to_datetime(people["until"])
    rows = people.assign(
        who=people["person"].fillna("").astype("str").str.casefold().str.split().str.join(" "),
        side=people["side"].fillna("theirs"),
        began=since,
        ended=until.where(until <= day),  # what is planned has not happened
    )
    rows = rows[rows.who.ne("") & ~(rows.began > day)]
    here = rows[rows.ended.isna()]
    counted: pd.Series = here.groupby(["side", "customer_id"]).who.nunique()
    table = pd.DataFrame(index=first_purchase.index)
    for side in ("theirs", "ours"):
        mine = counted[counted.index.get_level_values(0) == side].droplevel(0)
        table[side] = mine.reindex(table.index, fill_value=0).astype("int64")
    table["is_single"] = table.theirs.eq(1)
    theirs = rows[rows.side.eq("theirs")]
    left = theirs.customer_id[theirs.ended > before]
    buying = theirs.customer_id.map(pd.to_datetime(first_purchase)) <= before
    came = theirs.customer_id[(theirs.began > before) & buying]
    table["has_changed"] = table.index.isin(pd.concat([left, came]).unique())
    return table
