"""Growth of the market of each client, where the company gave it (7, 10).

Floor 5.
"""

from __future__ import annotations

import pandas as pd

from capclient.portfolio import Portfolio

WHOLE = "total"


def market_growth(portfolio: Portfolio) -> tuple[pd.Series | None, pd.Series | None]:
    """Return the market growth of each client in N and in N-1, or None where no market is known.

    A row of the ``market`` table names a dimension of the client sheet (``segment_type``: segment, sector,
    region ...) and a value of it; the row ``total`` serves the clients that no other row knows. The year of a
    window is the year in which it ends. Shares, such as 0.02; texts so that 2 % stays 2 % exactly.
    """
    table = portfolio.table("market")
    if table.empty:
        return None, None
    years = portfolio.windows
    return _of_year(portfolio, table, years.n.end.year), _of_year(portfolio, table, years.n1.end.year)


def _of_year(portfolio: Portfolio, table: pd.DataFrame, year: int) -> pd.Series | None:
    rows = table[table.year.str[:4] == str(year)]
    frame = portfolio.customers
    growth = pd.Series(float("nan"), index=frame.index)
    for kind, group in rows.groupby("segment_type", sort=True):
        if kind in frame:
            known = group.drop_duplicates("segment").set_index("segment").growth.astype("float64")
            growth = growth.fillna(frame[kind].map(known))
    whole = rows[rows.segment.str.lower() == WHOLE].growth.astype("float64")
    if len(whole):
        growth = growth.fillna(float(whole.iloc[0]))
    return None if growth.isna().all() else growth.round(9)
