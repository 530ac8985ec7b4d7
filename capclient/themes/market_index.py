"""Our revenue and our market as indices, 100 in the first year that both know (B06).

Floor 5.
"""

from __future__ import annotations

import pandas as pd

from capclient.indicators.market import indices
from capclient.portfolio import Portfolio
from capclient.themes.market import WHOLE, market_of, market_table
from capclient.themes.once import once
from capclient.vocabulary import Unknown


@once
def market_index(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """Return ``year`` (the day that ends it), ``revenue``, ``index_own`` and ``index_market``, oldest year first.

    Only the whole market counts (row ``total``), through the last years in a row whose growth is known and that our
    lines cover; Unknown below two.
    """
    if not portfolio.has_lines:
        return Unknown("missing:invoice_lines")
    if portfolio.table("market").empty:
        return Unknown("missing:market")
    table = market_table(portfolio)
    years = portfolio.years_back()
    growth = [market_of(table, year.end.year, WHOLE).growth.dropna() for year in years]
    if not years or growth[-1].empty:
        return Unknown("missing:market_year")
    first = len(years) - 1  # the first year stands at 100: only those after it need a growth
    while first > 0 and not growth[first].empty:
        first -= 1
    if first == len(years) - 1:
        return Unknown("history_short")
    revenue = pd.Series([portfolio.total_revenue(year) for year in years[first:]])
    known = pd.Series([float("nan"), *(float(one.iloc[0]) for one in growth[first + 1 :])])
    found = indices(revenue, known)
    if isinstance(found, Unknown):
        return found
    found.insert(0, "year", [year.end for year in years[first:]])
    return found
