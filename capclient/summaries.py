"""The frame of clients: what the ledger says of each at D, and what the client sheet adds.

Floor 3.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from capclient.engine import operations
from capclient.periods import rolling, shifted

if TYPE_CHECKING:
    from capclient.portfolio import Portfolio

ATTRIBUTES = ("name", "group_id", "segment", "sector", "customer_type", "region", "country", "salesperson")
FLAGS = ("is_pool", "is_intragroup")
CENTS = ("revenue_n", "revenue_n1", "revenue_n2", "revenue_half", "revenue_half_before", "revenue_before")


def euros(cents: pd.Series) -> pd.Series:
    """Return whole cents as euros: the nearest floats, exact to the cent when multiplied back."""
    return cents.astype("float64") / 100


def customers(portfolio: Portfolio) -> pd.DataFrame:
    """Summarise every identified client of the ledger on or before D.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id`` (text, sorted): attributes of the client sheet (missing where unknown),
        first and last purchase, purchase days, gaps, orders, revenue of N, N-1, N-2, of the two half-years,
        before N, best twelve months, and margin where costs are known. Amounts are euros.
    """
    named = {"as_of": portfolio.as_of}
    for name in ("n", "n1", "n2", "half", "half_before"):
        period = getattr(portfolio.windows, name)
        named |= {f"{name}_start": period.start, f"{name}_end": period.end}
    # behaviour is counted in the months before D, whatever the fiscal year
    named["year_start"] = rolling(portfolio.as_of).start
    named["two_years_start"] = rolling(portfolio.as_of, months=24).start
    frame = portfolio.ledger.frame(operations.CUSTOMERS, named).set_index("customer_id")
    for column in CENTS:
        frame[column] = euros(frame[column])
    for column in ("first_purchase", "last_purchase"):
        frame[column] = frame[column].astype("datetime64[ns]")
    frame["cost_known_revenue_n"] = euros(frame.cost_known_revenue_n)
    frame["margin_n"] = frame.cost_known_revenue_n - euros(frame.pop("cost_n"))
    frame["margin_n"] = frame.margin_n.round(2)
    best = _best_years(portfolio)
    frame = frame.join(best)
    return _with_attributes(portfolio, frame)


def _best_years(portfolio: Portfolio) -> pd.DataFrame:
    """Best twelve months of each client that end on the same day of the month as D, D included (1.1)."""
    ends = [portfolio.as_of]
    first_day = date.fromisoformat(portfolio.quality["first_day"])
    while ends[-1] >= first_day:
        ends.append(shifted(portfolio.as_of, -len(ends)))
    ends.reverse()
    months = portfolio.ledger.frame(operations.CLOSED_MONTHS, [ends])
    codes, names = months.customer_id.factorize()
    client, place, revenue = best_years(
        codes, months.place.to_numpy("int64"), months.revenue.to_numpy("int64"), last=len(ends) - 1
    )
    best = pd.DataFrame(index=pd.Index(names[client], name="customer_id"))
    best["best_12m"] = euros(pd.Series(revenue, index=best.index))
    best["best_12m_end"] = pd.to_datetime(np.array(ends, dtype="datetime64[ns]")[place])
    return best


def best_years(
    client: np.ndarray, month: np.ndarray, revenue: np.ndarray, *, last: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each client, the last month of its best twelve, and their revenue; of equal years, the latest.

    Only years that hold a month of revenue count. A client is whole numbers from 0, a month from 0 to ``last``, both
    given once. A year is only looked at before one of its months comes in or goes out: what is kept is in proportion
    of the months with revenue, however far apart the first and the last stand.

    Examples
    --------
    >>> found = best_years(np.array([0, 0, 0]), np.array([0, 3, 15]), np.array([5, 7, 7]), last=20)
    >>> [item.tolist() for item in found]
    [[0], [11], [12]]
    """
    order = np.lexsort((month, client))
    client, month, revenue = client[order], month[order], revenue[order]
    width = last + 13
    known = client * width + month + 12
    reached = np.concatenate([[0], revenue.cumsum()])
    every = np.unique(client)
    who = np.concatenate([client, client, every])
    end = np.concatenate([month - 1, month + 11, np.full(len(every), last)])
    inside = (end >= 0) & (end <= last)
    who, end = who[inside], end[inside]
    until = np.searchsorted(known, who * width + end + 12, side="right")
    since = np.searchsorted(known, who * width + end, side="right")
    who, end, until, since = (item[until > since] for item in (who, end, until, since))
    year = reached[until] - reached[since]
    order = np.lexsort((end, year, who))
    who, end, year = who[order], end[order], year[order]
    best = np.append(who[1:] != who[:-1], True) if len(who) else np.zeros(0, dtype=bool)
    return who[best], end[best], year[best]


def _with_attributes(portfolio: Portfolio, frame: pd.DataFrame) -> pd.DataFrame:
    """Join the client sheet, then what only the ledger says (names, salesperson)."""
    said = portfolio.ledger.frame(operations.LEDGER_ATTRIBUTES, {"as_of": portfolio.as_of})
    said = said.set_index("customer_id")
    sheet = portfolio.table("customers").set_index("customer_id")
    sheet = sheet[~sheet.index.duplicated()].reindex(frame.index)
    for name in ATTRIBUTES:
        values = (
            sheet[name].astype("str") if name in sheet else pd.Series(pd.NA, index=frame.index, dtype="str")
        )
        if name in said:
            values = values.fillna(said[name].reindex(frame.index).astype("str"))
        frame[name] = values.astype("str")
    for name in FLAGS:
        frame[name] = sheet[name].astype("boolean").fillna(False).astype("bool") if name in sheet else False
    frame["name"] = frame.name.fillna(pd.Series(frame.index, index=frame.index)).astype("str")
    frame["first_seen_override"] = sheet.first_seen_override.astype("datetime64[ns]")
    frame["insolvency_date"] = sheet.insolvency_date.astype("datetime64[ns]")
    columns = [*ATTRIBUTES, *FLAGS]
    return frame[columns + [name for name in frame if name not in columns]].sort_index()


def customer_totals(portfolio: Portfolio) -> pd.DataFrame:
    """Return the clients of a totals file: identifier, attributes, one column a measure, ``revenue_n``."""
    frame = portfolio.ledger.frame("SELECT * FROM {customer_totals} ORDER BY customer_id").set_index(
        "customer_id"
    )
    for name in ATTRIBUTES:
        if name not in frame:
            frame[name] = pd.Series(pd.NA, index=frame.index, dtype="str")
        frame[name] = frame[name].astype("str")
    frame["name"] = frame.name.fillna(pd.Series(frame.index, index=frame.index)).astype("str")
    for name in FLAGS:
        frame[name] = False
    return frame
