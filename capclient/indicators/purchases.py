"""How clients buy: basket, frequency, interval, range, and what they do not buy yet (3.1 to 3.5, 1.11).

Floor 4.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, compare
from capclient.vocabulary import Unknown

YEAR_DAYS, SHORTEST_PRESENCE = 365, 90
QUARTERS = 8  # 3.10 looks at the last eight


def average_basket(net_revenue: float, orders: int) -> float | Unknown:
    """Return net revenue per order: credit notes lower the amount and are no orders (3.1).

    Invoices of 100, 100, 200 and 100, a credit note of 50:

    >>> average_basket(450.0, 4)
    112.5
    >>> average_basket(-50.0, 0)
    Unknown(reason='denominator_zero')
    """
    return net_revenue / orders if orders > 0 else Unknown("denominator_zero")


def order_frequency(orders: pd.Series, first_purchase: pd.Series, *, end: date) -> pd.Series:
    """Return orders per twelve months of presence (3.2).

    Parameters
    ----------
    orders
        Orders of the twelve months that end on ``end``, one value per client.
    first_purchase
        Date of the first purchase, same index; missing when the client never bought.
    end
        Last day of the twelve months. A client present for less is brought to a year, from 90 days at least.

    Examples
    --------
    Six orders in a year, two in the half-year since the first, two in the fortnight since the first:

    >>> first = pd.to_datetime(pd.Series(["2020-01-01", "2025-07-02", "2025-12-17"]))
    >>> order_frequency(pd.Series([6, 2, 2]), first, end=date(2025, 12, 31)).round(2).tolist()
    [6.0, 4.01, 8.11]
    """
    present = (pd.Timestamp(end) - first_purchase).dt.days.clip(SHORTEST_PRESENCE, YEAR_DAYS)
    return (orders * YEAR_DAYS / present).rename("frequency")


def purchase_intervals(days: pd.Series) -> tuple[float, float] | Unknown:
    """Return the median and the mean of the gaps between the purchase days of one client, in days (3.3).

    Parameters
    ----------
    days
        Dates, in any order; several purchases of one day make one purchase day.

    >>> days = pd.Timestamp("2025-01-01") + pd.to_timedelta([0, 30, 61, 91, 150], unit="D")
    >>> purchase_intervals(days.to_series())
    (30.5, 37.5)
    """
    gaps = pd.Series(np.sort(days.unique())).diff().dt.days.dropna()
    return (float(gaps.median()), float(gaps.mean())) if len(gaps) else Unknown("history_short")


def range_breadth(cube: pd.DataFrame, customers: pd.Index) -> pd.Series:
    """Return the share of the families sold that each client buys, 0 to 1 (3.5).

    Parameters
    ----------
    cube
        ``customer_id`` (missing for sales without client), ``family`` and ``bought`` (bool), one row each.
    customers
        Clients to answer for. All are missing when no family was sold.

    >>> sold = pd.DataFrame({"customer_id": ["C1"] * 3 + ["C2"] * 5, "family": list("abcdefgh")})
    >>> range_breadth(sold.assign(bought=True), pd.Index(["C1"])).tolist()
    [0.375]
    """
    bought = cube[cube["bought"]]
    sold = bought["family"].nunique()
    families = bought.groupby("customer_id")["family"].nunique()
    return (families.reindex(customers, fill_value=0) / (sold or np.nan)).rename("range_breadth")


def effective_families(cube: pd.DataFrame, customers: pd.Index) -> pd.Series:
    """Return how many families of equal weight would be as diverse as what each client buys (3.5).

    The exponential of the entropy of its revenue by family; families without positive revenue do not count.

    Parameters
    ----------
    cube
        ``customer_id``, ``family`` and ``revenue`` (euros).

    >>> sold = pd.DataFrame({"customer_id": "C1", "family": list("abc"), "revenue": [200.0, 100.0, 100.0]})
    >>> effective_families(sold, pd.Index(["C1"])).round(3).tolist()
    [2.828]
    """
    earning = cube[cube["revenue"] > 0]
    share = earning["revenue"] / earning.groupby("customer_id")["revenue"].transform("sum")
    entropy = -(share * np.log(share)).groupby(earning["customer_id"]).sum()
    return np.exp(entropy).reindex(customers).rename("effective_families")


def white_space(
    cube: pd.DataFrame, segment: pd.Series, *, usual: Limit = "0.30", blank: str = ""
) -> pd.DataFrame:
    """List the families that a client does not buy and that its peers usually buy (1.11).

    Parameters
    ----------
    cube
        ``customer_id``, ``family``, ``revenue`` (euros) and ``bought`` (bool), one row each.
    segment
        Segment of each active client; the clients without one are peers of each other.
    usual
        Share of the clients of the segment from which a family is usual, this share included.

    Returns
    -------
    DataFrame
        ``customer_id``, ``family``, ``segment`` (``blank`` where none), ``buyers`` and ``peers`` (clients of the
        segment), ``share`` (0 to 1) and ``usual_revenue`` (median revenue of the buyers in this family),
        sorted by client and family. A client is one of its own peers.

    Examples
    --------
    >>> sold = pd.DataFrame({"customer_id": ["C1", "C2", "C1"], "family": ["a", "a", "b"]})
    >>> sold = sold.assign(revenue=[10.0, 20.0, 30.0], bought=True)
    >>> white_space(sold, pd.Series({"C1": "S", "C2": "S"}))[["customer_id", "family", "share", "usual_revenue"]]
      customer_id family  share  usual_revenue
    0          C2      b    0.5           30.0
    """
    label: pd.Series = (
        segment.astype("str").str.strip().fillna(blank).rename("segment").rename_axis("customer_id")
    )
    peers = label.value_counts()
    bought = cube.loc[
        cube["bought"] & cube["customer_id"].isin(label.index), ["customer_id", "family", "revenue"]
    ]
    # nobody known bought anything: the empty column must stay text to be merged
    bought = bought.assign(segment=bought["customer_id"].map(label).astype("str"))
    spent = bought.groupby(["segment", "family"])["revenue"]
    families = spent.agg(buyers="size", usual_revenue="median").reset_index()
    families["peers"] = families["segment"].map(peers)
    families["share"] = families["buyers"].astype("float64") / families["peers"].astype("float64")
    is_usual = compare(families["buyers"].to_numpy(), families["peers"].to_numpy(), usual) >= 0
    expected = label.reset_index().merge(families[is_usual], on="segment")
    known = pd.MultiIndex.from_frame(bought[["customer_id", "family"]])
    missed = ~pd.MultiIndex.from_frame(expected[["customer_id", "family"]]).isin(known)
    columns = ["customer_id", "family", "segment", "buyers", "peers", "share", "usual_revenue"]
    return expected.loc[missed, columns].sort_values(["customer_id", "family"], ignore_index=True)


def quarterly_revenue(
    months: pd.DataFrame, *, last: date, first: date, customers: pd.Index, most: int = QUARTERS
) -> pd.DataFrame:
    """Return the revenue of the last quarters of each client: what volatility is computed on (3.10).

    Parameters
    ----------
    months
        ``customer_id``, ``month`` (first day) and ``revenue`` (euros); months without revenue may be absent.
    last, first
        Last and first day of the whole months that the data cover. Quarters end with the month of ``last``.
    most
        Quarters at most.

    Returns
    -------
    DataFrame
        Indexed by ``customers``, one column per quarter, oldest first, named by its first month; missing before the
        quarter in which the client first appears, zero afterwards where it brought nothing.

    >>> sales = pd.DataFrame({"customer_id": "C1", "month": pd.to_datetime(["2025-05-01", "2025-10-01"])})
    >>> sales = sales.assign(revenue=[10.0, 5.0])
    >>> quarterly_revenue(
    ...     sales, last=date(2025, 12, 31), first=date(2025, 1, 1), customers=pd.Index(["C1"])
    ... ).loc["C1"].tolist()
    [nan, 10.0, 0.0, 5.0]
    """
    end = last.year * 12 + last.month - 1
    covered = max((end - (first.year * 12 + first.month - 1) + 1) // 3, 0)
    place = (
        end - (months["month"].dt.year * 12 + months["month"].dt.month - 1)
    ) // 3  # 0 is the last quarter
    kept = months[(place >= 0) & (place < covered)].assign(place=place)
    table = kept.pivot_table(index="customer_id", columns="place", values="revenue", aggfunc="sum")
    table = table.reindex(index=customers, columns=range(min(covered, most) - 1, -1, -1)).fillna(0.0).round(2)
    begins = months[place >= 0].assign(place=place).groupby("customer_id")["place"].max().reindex(customers)
    before = table.columns.to_numpy()[None, :] > begins.fillna(-1).to_numpy()[:, None]
    starts = [pd.Period(ordinal=end - 1970 * 12 - 3 * back - 2, freq="M").strftime("%Y-%m") for back in table]
    return table.mask(before).set_axis(starts, axis=1)
