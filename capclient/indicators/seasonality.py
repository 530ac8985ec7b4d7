"""Seasonal clients, and the ends of their seasons (3.11).

Floor 4. A season is three consecutive months, counted around the year: December to February is one. How years
are cut decides whether such a window stays whole. Years are blocks of twelve months that end with the last
complete month of the data; for a client whose window lies across that cut, they end one or two months
earlier, just before the window opens, so that a block holds one winter and not the halves of two.
Where that would leave fewer than two complete years, the first cut stays and the two ends of the block are
joined: a block has each month of the calendar once in any case.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from capclient.indicators.exact import compare
from capclient.periods import Period, is_month_end
from capclient.thresholds import SeasonThresholds

WINDOW = 3  # months in a season


def seasonality(
    months: pd.DataFrame,
    *,
    covered: Period,
    customers: pd.Index | None = None,
    thresholds: SeasonThresholds | None = None,
) -> pd.DataFrame:
    """Tell which clients are seasonal and when their season starts (3.11).

    A client is seasonal when, in every complete year in which it bought, and in two at least, its best three
    months hold half of its revenue, and the window of one of those years overlaps that of each other year by
    two months. A client that orders once or twice in a year always fills three months of it: where orders are
    known, such a year may speak against a season and not for it. Where several windows of a year are equally good,
    each of them counts. The year in which a
    client began, part-way, is not complete for it: it is not judged where two others can be.

    Parameters
    ----------
    months
        ``customer_id``, ``month`` (first day), ``revenue`` (euros) and ``orders`` when they are known; months
        without revenue may be absent.
    covered
        Days that the data cover, up to the analysis date; only whole months inside are used.
    customers
        Clients to answer for, in this order; those of ``months``, sorted, by default.

    Returns
    -------
    DataFrame
        Indexed by client: ``seasonal`` (bool); ``to_confirm`` (bool, one complete year only, which looks
        seasonal); ``start_month`` (Int64, 1 to 12, of the season or presumed season); ``share_1`` (share of
        the window in the last complete year), ``share_2`` and so on back in time, missing for a year
        without revenue.

    Examples
    --------
    Eleven quiet months and a strong December, twice:

    >>> from capclient.periods import Period
    >>> sales = pd.DataFrame({"month": pd.date_range("2023-01-01", periods=24, freq="MS")})
    >>> sales = sales.assign(customer_id="C1", revenue=[10.0] * 11 + [300.0] + [10.0] * 11 + [300.0])
    >>> found = seasonality(sales, covered=Period(date(2023, 1, 1), date(2024, 12, 31)))
    >>> found.reset_index()[["customer_id", "seasonal", "start_month"]]
      customer_id  seasonal  start_month
    0          C1      True           11
    """
    limits = thresholds or SeasonThresholds()
    first, last = _whole_months(covered)
    whole = (months["revenue"].to_numpy(dtype="float64") * 100).round().astype("int64")
    cube, index = _cube(months, whole, first, last, customers)
    orders = None
    if "orders" in months:
        counted = months["orders"].fillna(0).to_numpy(dtype="int64")
        orders, _ = _cube(months, counted, first, last, index)
    span = last - first + 1
    profile = np.zeros((len(index), 12), dtype="int64")
    for place in range(span):
        profile[:, (first + place) % 12] += cube[:, place]
    shift = np.zeros(len(index), dtype=int)
    straddled = (last - _best_starts(profile)) % 12  # months of the window that lie before the cut, less one
    for back in range(1, WINDOW):
        if (span - back) // 12 >= limits.years:
            shift[straddled == back - 1] = back
    # years that end with the data bear the most columns: their block stands first, even of nobody
    blocks = [
        _judged(cube, orders, index, last, back, rows, limits)
        for back, rows in enumerate(shift == back for back in range(WINDOW))
        if back == 0 or rows.any()
    ]
    if len(blocks) == 1:
        return blocks[0]
    return (
        pd.concat(blocks)
        .reindex(index)
        .astype({"seasonal": bool, "to_confirm": bool, "start_month": "Int64"})
    )


def _whole_months(covered: Period) -> tuple[int, int]:
    """Return the first and last month fully covered, as months since year 0."""
    first = covered.start.year * 12 + covered.start.month - 1 + (covered.start.day > 1)
    last = covered.end.year * 12 + covered.end.month - 1 - (not is_month_end(covered.end))
    return first, last


def _cube(
    months: pd.DataFrame, amounts: np.ndarray, first: int, last: int, customers: pd.Index | None
) -> tuple[np.ndarray, pd.Index]:
    """Return amounts of the rows of ``months``, clients x months, and the clients of its rows."""
    index = customers if customers is not None else pd.Index(np.sort(months["customer_id"].unique()))
    cube = np.zeros((len(index), max(last - first + 1, 0)), dtype="int64")
    place = months["month"].to_numpy().astype("datetime64[M]").astype("int64") + 12 * 1970 - first
    row = index.get_indexer(pd.Index(months["customer_id"]))
    inside = (place >= 0) & (place < cube.shape[1]) & (row >= 0)
    np.add.at(cube, (row[inside], place[inside]), amounts[inside])
    return cube, index.rename("customer_id")


def _windows(by_month: np.ndarray) -> np.ndarray:
    """Return the revenue of the window that starts at each month of the calendar (last axis, circular)."""
    return sum((np.roll(by_month, -step, axis=-1) for step in range(WINDOW)), np.zeros_like(by_month))


def _best_starts(profile: np.ndarray) -> np.ndarray:
    """Return the start (0 to 11) of the best window: ties go to the one with the strongest middle month."""
    order = np.lexsort((np.roll(profile, -1, axis=-1), _windows(profile)), axis=-1)
    return np.asarray(order[:, -1])


def _judged(
    cube: np.ndarray,
    orders: np.ndarray | None,
    index: pd.Index,
    last: int,
    back: int,
    rows: np.ndarray,
    limits: SeasonThresholds,
) -> pd.DataFrame:
    """Judge the clients of ``rows`` on years that end ``back`` months before the last."""
    by_year = _by_year(cube[rows], back)
    years = by_year.shape[1]
    by_month = np.roll(by_year, (last - back + 1) % 12, axis=-1)  # January first, whatever the cut
    totals, sums = by_month.sum(axis=-1), _windows(by_month)
    bought = totals > 0
    best = sums == sums.max(axis=-1, keepdims=True)
    holds = compare(sums.max(axis=-1), totals, limits.window_share) >= 0
    reach = WINDOW - limits.overlap_months  # months by which two windows may differ
    near = np.logical_or.reduce([np.roll(best, step, axis=-1) for step in range(-reach, reach + 1)])
    judged = bought & ~_begun(by_year, bought, limits.years)
    shared = (near | ~judged[..., None]).all(axis=1) & (best & judged[..., None]).any(axis=1)
    agreed = (holds | ~judged).all(axis=1) & shared.any(axis=1)
    pooled = by_month.sum(axis=1)
    start = _best_starts_among(pooled, shared)
    speaks = judged
    if orders is not None:
        speaks = judged & (_by_year(orders[rows], back).sum(axis=-1) >= limits.year_orders)
    count = speaks.sum(axis=1)
    window = np.take_along_axis(sums, np.broadcast_to(start[:, None, None], (*sums.shape[:2], 1)), axis=-1)[
        ..., 0
    ]
    shares = np.where(bought, window / np.where(bought, totals, 1), np.nan)
    seasonal = agreed & (count >= limits.years)
    to_confirm = agreed & (count >= 1) & (years < limits.years)
    found = pd.DataFrame({"seasonal": seasonal, "to_confirm": to_confirm}, index=index[rows])
    found["start_month"] = pd.arrays.IntegerArray(start + 1, ~(seasonal | to_confirm))
    return found.assign(**{f"share_{year + 1}": shares[:, year] for year in range(years)})


def _by_year(cube: np.ndarray, back: int) -> np.ndarray:
    """Return amounts by client, year (latest first, ``back`` months before the last) and month."""
    end = cube.shape[1] - back
    recent_first = [cube[:, end - 12 * (year + 1) : end - 12 * year] for year in range(max(end, 0) // 12)]
    return np.stack(recent_first, axis=1) if recent_first else np.zeros((len(cube), 0, 12), dtype="int64")


def _begun(by_year: np.ndarray, bought: np.ndarray, enough: int) -> np.ndarray:
    """Tell in which year (latest first) each client began part-way, where ``enough`` others are left.

    The first year of the data never counts as such: the client may be older than the data.
    """
    bought_before = np.cumsum(bought[:, ::-1], axis=1)[:, ::-1] > bought
    began = bought & ~bought_before & (by_year[..., 0] <= 0)
    began[:, -1:] = False
    return began & (bought.sum(axis=1, keepdims=True) > enough)


def _best_starts_among(pooled: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return the best start among those allowed, strongest middle month first on ties."""
    order = np.lexsort((np.roll(pooled, -1, axis=-1), _windows(pooled), allowed), axis=-1)
    return np.asarray(order[:, -1])


def season_end(as_of: date, start_month: pd.Series) -> pd.Series:
    """Return the last day of the last season that ended on or before D, for each client (8).

    >>> season_end(date(2025, 8, 31), pd.Series({"C1": 12, "C2": 6})).dt.date.to_dict()
    {'C1': datetime.date(2025, 2, 28), 'C2': datetime.date(2025, 8, 31)}
    """
    ends = season_ends(as_of, start_month.fillna(1).to_numpy(dtype="int64"))
    return _dated(ends, start_month.index, start_month.notna().to_numpy())


def next_season_end(last_purchase: pd.Series, start_month: pd.Series) -> pd.Series:
    """Return the last day of the first season that opens after each client's last purchase (8).

    A purchase during a season leads to the season of the next year.

    >>> bought = pd.to_datetime(pd.Series({"C1": "2024-12-05", "C2": "2024-05-31"}))
    >>> next_season_end(bought, pd.Series({"C1": 12, "C2": 6})).dt.date.to_dict()
    {'C1': datetime.date(2026, 2, 28), 'C2': datetime.date(2024, 8, 31)}
    """
    known = (last_purchase.notna() & start_month.notna()).to_numpy()
    days = last_purchase.fillna(pd.Timestamp(0)).to_numpy()
    ends = next_season_ends(days, start_month.fillna(1).to_numpy(dtype="int64"))
    return _dated(ends, last_purchase.index, known)


def season_ends(as_of: date, start_month: np.ndarray) -> np.ndarray:
    """Return :func:`season_end` of known start months, as days."""
    done = as_of.year * 12 + as_of.month - 1 - (not is_month_end(as_of))
    last_month = start_month + WINDOW - 2  # from 0, not yet brought back within the year
    return _month_ends(done - (done - last_month) % 12)


def next_season_ends(last_purchase: np.ndarray, start_month: np.ndarray) -> np.ndarray:
    """Return :func:`next_season_end` of known days and start months, as days."""
    month = last_purchase.astype("datetime64[M]").astype("int64") + 12 * 1970
    opening = month + 1 + (start_month - 1 - month - 1) % 12
    return _month_ends(opening + WINDOW - 1)


def _month_ends(month: np.ndarray) -> np.ndarray:
    """Return the last day of months counted since year 0."""
    next_firsts = (month + 1 - 12 * 1970).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(next_firsts - np.timedelta64(1, "D"))


def _dated(days: np.ndarray, index: pd.Index, known: np.ndarray) -> pd.Series:
    return pd.Series(days.astype("datetime64[us]"), index=index).where(known)
