"""Revenue of both years by segment, whatever a segment is: of clients, or of lines (1.10, 10).

Floor 5. Lines add up to the revenue of the company: pooled codes count where their sheet puts them, revenue without
client or without segment is the blank line.
"""

from __future__ import annotations

import pandas as pd

from capclient.engine import segments as engine
from capclient.indicators.breakdown import revenue_by
from capclient.portfolio import Portfolio
from capclient.summaries import euros

CLIENT_DIMENSIONS = ("sector", "segment", "customer_type", "region", "country")


def revenue_by_segment(portfolio: Portfolio, dimension: str) -> pd.DataFrame:
    """Return ``revenue_n1`` and ``revenue_n`` in euros, indexed by segment; the blank line, last, is missing.

    Parameters
    ----------
    dimension
        A column of the client sheet (:data:`CLIENT_DIMENSIONS`), or ``family`` or ``activity`` of the lines.
    """
    key = f"revenue_by_segment.{dimension}"
    if key not in portfolio.kept:
        portfolio.kept[key] = _computed(portfolio, dimension)
    return portfolio.kept[key].copy()


def _computed(portfolio: Portfolio, dimension: str) -> pd.DataFrame:
    years = portfolio.windows
    if dimension in engine.LINE_DIMENSIONS:
        bounds = {"n_start": years.n.start, "n_end": years.n.end}
        bounds |= {"n1_start": years.n1.start, "n1_end": years.n1.end}
        lines = portfolio.ledger.frame(engine.by_line(dimension), bounds)
        found = {
            name: revenue_by(euros(lines[name]), lines.segment.astype("object"))
            for name in ("revenue_n1", "revenue_n")
        }
        totals = dict.fromkeys(found, 0.0)
    else:
        frame = portfolio.customers
        found = {name: revenue_by(frame[name], frame[dimension]) for name in ("revenue_n1", "revenue_n")}
        totals = {
            name: portfolio.total_revenue(year) - float(frame[name].sum())
            for name, year in (("revenue_n1", years.n1), ("revenue_n", years.n))
        }
    sums = {name: table.set_index("segment").revenue for name, table in found.items()}
    named = pd.DataFrame({name: one[one.index.notna()] for name, one in sums.items()}).fillna(0.0)
    blank = {name: float(one[one.index.isna()].sum()) + totals[name] for name, one in sums.items()}
    named = named.sort_values(["revenue_n", "revenue_n1"], ascending=False, kind="stable")
    blanks = pd.DataFrame(blank, index=[None]).round(2)
    table = pd.concat([named, blanks]) if blanks.to_numpy().any() else named
    return table.astype("float64").rename_axis("segment")
