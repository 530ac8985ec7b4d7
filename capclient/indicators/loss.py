"""What a loss is, on a day of the past, and the rule that costs nothing (8, F12).

Floor 4. A client is LOST to a day O when it buys nothing in its own window after O. The window is the horizon of the
company (six months by default), or twice the client's expected interval if that is longer: half a year proves nothing
of who buys every five months. A client so rare that its window would pass a year is left apart and counted. A seasonal
client is judged when the next season that opens after O is over, and a month later. A client under contract at O is
lost when, at the end of the window, no contract of its runs; where its contract names a successor that the table does
not hold, so that nobody can date it, its purchases in the window decide. The label looks only forward from O,
the features only backward: the same silence is never on both sides.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from capclient.indicators.exact import Limit, compare
from capclient.indicators.seasonality import next_season_end
from capclient.periods import shifted

RHYTHMS = 2  # expected intervals that a window holds at least
LONGEST_MONTHS = 12  # of a window that no season calls for


def loss_windows(
    interval_days: pd.Series, season_start: pd.Series, *, origin: date, horizon: int, grace_days: int = 30
) -> pd.Series:
    """Return the last day of each client's window after a day, missing for who buys too rarely to be judged.

    Parameters
    ----------
    interval_days
        Expected interval of each client (8).
    season_start
        First month of the season, 1 to 12, of seasonal clients; missing for the others.
    horizon
        Months of the company's window.
    grace_days
        Days after the end of a season before its silence counts (8).

    Examples
    --------
    >>> ends = loss_windows(pd.Series([20.0, 120.0, 300.0, 20.0]), pd.Series([None, None, None, 4], dtype="Int64"),
    ...                     origin=date(2024, 6, 30), horizon=6)
    >>> ends.dt.strftime("%Y-%m-%d").tolist()
    ['2024-12-31', '2025-02-25', nan, '2025-07-30']
    """
    start = pd.Timestamp(origin)
    usual = pd.Timestamp(shifted(origin, horizon))
    latest = pd.Timestamp(shifted(origin, LONGEST_MONTHS))
    own = start + pd.to_timedelta((RHYTHMS * interval_days.astype("float64")).apply(np.ceil), unit="D")
    ends = own.mask(own < usual, usual).where(own <= latest)
    turns = season_start.notna()
    if turns.any():
        opening = pd.Series(start, index=interval_days.index)
        over = next_season_end(opening, season_start) + timedelta(days=grace_days)
        ends = ends.mask(turns, over.mask(over < usual, usual))
    return ends.astype("datetime64[ns]").rename("window_end")


def lost(
    next_purchase: pd.Series, window_end: pd.Series, under_contract: pd.Series, contracts: pd.DataFrame
) -> pd.Series:
    """Tell who was lost: no purchase up to the end of the window; under contract, no contract left (0 or 1).

    Parameters
    ----------
    next_purchase
        First purchase day after the day O, missing when there is none.
    under_contract
        Clients whose contract ran on the day O.
    contracts
        ``customer_id``, ``start``, ``end`` and ``renewed_by`` when known; may be empty.

    Examples
    --------
    >>> ends = pd.to_datetime(pd.Series({"A": "2024-12-31", "B": "2024-12-31"}))
    >>> bought = pd.to_datetime(pd.Series({"A": "2024-12-31", "B": "2025-01-01"}))
    >>> lost(bought, ends, pd.Series(False, ends.index), pd.DataFrame()).to_dict()
    {'A': 0, 'B': 1}
    """
    silent = ~(next_purchase <= window_end)
    if under_contract.any() and len(contracts):
        runs, undated = _still_bound(window_end, contracts)
        silent = silent.where(~under_contract, ~(runs | (undated & ~silent)))
    return silent.astype("int64").rename("lost")


def _still_bound(window_end: pd.Series, contracts: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Tell who has a contract that runs at the end of its window, and whose last one names a successor without date.

    What began after the window was not known at its end: a renewal is read from the contract that renews.
    """
    own = contracts.join(window_end.rename("until"), on="customer_id", how="inner")
    begun = ~(own["start"] > own["until"])
    runs = begun & ~(own["end"] < own["until"])
    undated = pd.Series(False, index=own.index)
    if "renewed_by" in own:
        named = own["renewed_by"].fillna("").astype("str").str.strip()
        known = (
            set(contracts["contract_id"].astype("str").str.strip()) if "contract_id" in contracts else set()
        )
        last = begun & own["end"].eq(own["end"].where(begun).groupby(own["customer_id"]).transform("max"))
        undated = last & named.ne("") & ~named.isin(known)
    who = [
        pd.Series(window_end.index.isin(own.loc[rows, "customer_id"]), window_end.index)
        for rows in (runs, undated)
    ]
    return who[0], who[1]


def naive_alarm(recency_days: pd.Series, median_gap: pd.Series, *, intervals: Limit = 2) -> pd.Series:
    """Ring for who has been silent for twice its usual interval or more: the rule of thumb to beat.

    The usual interval is the median of the client's own gaps; that of the portfolio for a single purchase.

    >>> naive_alarm(pd.Series([60, 59, 40]), pd.Series([30.0, 30.0, None])).tolist()
    [True, False, False]
    """
    usual = median_gap.fillna(median_gap.median())
    known = usual.notna() & recency_days.notna()
    quarters = (usual.fillna(1) * 4).round().astype("int64")  # medians of whole days, or of such medians
    silent = (recency_days.fillna(0).astype("int64") * 4).to_numpy()
    return pd.Series(compare(silent, quarters.to_numpy(), intervals) >= 0, index=usual.index) & known


def features(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what a model may know of each client on a day, one number a column, missing where unknown.

    Parameters
    ----------
    frame
        ``ratio``, ``interval_days``, ``seasonal`` and ``override`` of the activity theme;
        ``purchase_days_12m``, ``purchase_days_24m``, ``gap_variation``, ``revenue_12m``, ``revenue_half``,
        ``revenue_half_before``, ``first_purchase``, ``origin``; ``breadth``, ``payment_score``, ``claims`` when known.

    Returns
    -------
    DataFrame
        Indexed alike; one column for each key of :data:`REASON_OF`.
    """
    half, before = frame["revenue_half"].clip(lower=0), frame["revenue_half_before"].clip(lower=0)
    recent, older = frame["purchase_days_12m"], frame["purchase_days_24m"] - frame["purchase_days_12m"]
    ratio = frame["ratio"].astype("float64")
    known = {
        # silence in three pieces: within one interval it says little, between one and two most, then ever less
        "silence_usual": ratio.clip(upper=1),
        "silence_late": ratio.clip(1, 2) - 1,
        "silence_long": np.log(ratio.clip(2, 6)),
        "interval": np.log(frame["interval_days"].astype("float64").clip(lower=1)),
        "orders": np.log1p(recent),
        "orders_trend": np.log1p(recent) - np.log1p(older),
        "revenue_trend": (half - before) / (half + before).where(half + before > 0),
        "revenue": np.log1p(frame["revenue_12m"].clip(lower=0)),
        "variation": frame["gap_variation"].clip(upper=4),
        "tenure": np.log1p((frame["origin"] - frame["first_purchase"]).dt.days),
        "seasonal": frame["seasonal"].astype("float64"),
        "contract": frame["override"].fillna("").str.contains("contract_active").astype("float64"),
    }
    if "breadth" in frame:
        known["breadth"] = np.log1p(frame["breadth"])
    for name in ("payment_score", "claims"):
        if name in frame:
            known[name] = frame[name]
    return pd.DataFrame(known, index=frame.index).astype("float64").replace([np.inf, -np.inf], np.nan)


# What each number is about, for a reader, and the side that is a reason to worry: 1 when it stands above the others.
# A coefficient may point the other way (the seasons of a short past do that): nobody could check such a reason, and it
# is not told.
REASON_OF = {
    "silence_usual": ("silence", 1),
    "silence_late": ("silence", 1),
    "silence_long": ("silence", 1),
    "interval": ("rarity", 1),
    "orders": ("rarity", -1),
    "orders_trend": ("orders_trend", -1),
    "revenue_trend": ("revenue_trend", -1),
    "revenue": ("size", -1),
    "variation": ("variation", 1),
    "tenure": ("tenure", -1),
    "seasonal": ("seasonal", 1),
    "contract": ("contract", -1),
    "breadth": ("breadth", -1),
    "payment_score": ("payment", -1),
    "claims": ("claims", 1),
}
