"""What the company says of its markets: their growth and size by segment and year (7, 10).

Floor 5. A row of the ``market`` table names a dimension (``segment_type``: segment, sector, region, family ...) and a
value of it; the row ``total`` stands for the whole. A segment of ours may bear this very name (a client's group, a
brand): a row of its dimension is then this segment, and only a row whose ``segment_type`` is ``total`` is the whole.
The year of a window is the year in which it ends.
"""

from __future__ import annotations

import pandas as pd

from capclient.engine.segments import LINE_DIMENSIONS, distinct
from capclient.ingest.sheet_cells import WHOLE_MARKET
from capclient.portfolio import Portfolio
from capclient.themes.segment_revenue import CLIENT_DIMENSIONS

WHOLE = "total"


def market_table(portfolio: Portfolio) -> pd.DataFrame:
    """Return the market by segment and year: ``segment_type`` (``total`` for the whole), ``segment``, ``year`` (int).

    ``growth`` is a share, ``size`` an amount in the currency of the company. A growth that is not given follows from
    the sizes of two years in a row. Of two rows for one segment and year, the first counts.
    """
    table = portfolio.table("market")
    year = pd.to_numeric(table.year.astype("str").str[:4], errors="coerce")
    table = table.assign(
        year=year.astype("Int64"),
        growth=table.growth.astype("float64"),
        size=table["size"].astype("float64"),
        segment=table.segment.astype("str"),
    )
    named = _named_whole(portfolio)
    whole = table.segment.eq(WHOLE) & ~table.segment_type.isin(named) | table.segment_type.eq(WHOLE)
    ours = table.segment.eq(WHOLE) & ~whole
    table["segment"] = table.segment.mask(ours, table.segment_type.map(named).astype("str"))
    table = table.assign(
        segment_type=table.segment_type.where(~whole, WHOLE), segment=table.segment.where(~whole, WHOLE)
    )
    keys = ["segment_type", "segment", "year"]
    table = table[table.year.notna()].drop_duplicates(keys)
    past = table[keys].assign(year=table.year + 1, before=table["size"])
    before = table[keys].merge(past, on=keys, how="left").before.set_axis(table.index)
    derived = (table["size"] / before.where(before > 0) - 1).round(9)
    return table.assign(growth=table.growth.fillna(derived)).reset_index(drop=True)


def _named_whole(portfolio: Portfolio) -> dict[str, str]:
    """Return the segments of ours that bear a name of the whole, by dimension, as they are written."""
    if "named_whole" not in portfolio.kept:
        frame, names = portfolio.customers, {}
        for kind in CLIENT_DIMENSIONS:
            names[kind] = frame[kind] if kind in frame else pd.Series(dtype="str")
        if portfolio.has_lines:
            for kind in LINE_DIMENSIONS:
                names[kind] = portfolio.ledger.frame(distinct(kind)).segment
        said = {kind: labels.astype("str").str.strip() for kind, labels in names.items()}
        alike = {kind: labels[labels.str.lower().isin(WHOLE_MARKET)] for kind, labels in said.items()}
        portfolio.kept["named_whole"] = {kind: min(labels) for kind, labels in alike.items() if len(labels)}
    return dict(portfolio.kept["named_whole"])


def market_of(table: pd.DataFrame, year: int, dimension: str) -> pd.DataFrame:
    """Return ``growth``, ``size``, ``size_n1`` and ``outlook`` by segment of a dimension in a year.

    ``table`` is that of :func:`market_table`. Segments that the year does not mention are absent.
    """
    mine = table[table.segment_type == dimension]
    now = mine[mine.year == year].set_index("segment")[["growth", "size", "outlook"]]
    before = mine[mine.year == year - 1].set_index("segment")["size"]
    return now.assign(size_n1=before.reindex(now.index))


def market_growth(portfolio: Portfolio) -> tuple[pd.Series | None, pd.Series | None]:
    """Return the market growth of each client in N and in N-1, or None where no market is known.

    The whole market serves the clients that no other row knows. Shares, such as 0.02, rounded so that 2 % stays
    2 % exactly.
    """
    if portfolio.table("market").empty:
        return None, None
    table, years = market_table(portfolio), portfolio.windows
    return _of_year(portfolio, table, years.n.end.year), _of_year(portfolio, table, years.n1.end.year)


def _of_year(portfolio: Portfolio, table: pd.DataFrame, year: int) -> pd.Series | None:
    frame = portfolio.customers
    growth = pd.Series(float("nan"), index=frame.index)
    for kind in sorted(table.segment_type.unique()):
        if kind in frame:
            growth = growth.fillna(frame[kind].map(market_of(table, year, kind).growth))
    whole = market_of(table, year, WHOLE).growth.dropna()
    if len(whole):
        growth = growth.fillna(float(whole.iloc[0]))
    return None if growth.isna().all() else growth.round(9)
