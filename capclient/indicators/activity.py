"""Is the client still there? Silence measured against the client's own rhythm (8).

Floor 4. Without a contract nobody says goodbye: a client is presumed lost when it is silent for much longer
than its own interval between purchases. That is another matter than the accounting loss of
:mod:`capclient.indicators.status`, and both are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.breakdown import labelled_table
from capclient.indicators.exact import Limit, compare, number, product
from capclient.indicators.seasonality import next_season_ends, season_ends
from capclient.thresholds import ActivityThresholds
from capclient.vocabulary import STATES

AT_RISK, LOST = STATES.index("at_risk"), STATES.index("lost")


def expected_intervals(
    span_days: pd.Series, gaps: pd.Series, median_gap: pd.Series, *, shrinkage: Limit = 2
) -> pd.Series:
    """Return the days expected between two purchases of each client (8).

    The client's mean gap is drawn towards M, the median of the clients' median gaps, as if ``shrinkage`` more
    gaps of M days had been seen: (span + k M) / (gaps + k). A single purchase gives M.

    Parameters
    ----------
    span_days
        Days from first to last purchase.
    gaps
        Number of gaps between purchase days.
    median_gap
        Median gap in days, missing for a client with a single purchase day.

    Returns
    -------
    Series
        Days, indexed like ``gaps``; missing for all when no client has two purchase days.

    Examples
    --------
    Purchases on days 0, 30, 61, 91 and 150, in a portfolio whose M is 45:

    >>> expected_intervals(pd.Series([150, 0]), pd.Series([4, 0]), pd.Series([45.0, None])).tolist()
    [40.0, 45.0]
    """
    days, count = _expected_ratio(span_days, gaps, median_gap, shrinkage)
    return pd.Series(days.astype("float64") / count.astype("float64"), index=gaps.index, name="interval_days")


def _expected_ratio(
    span_days: pd.Series,
    gaps: pd.Series,
    median_gap: pd.Series,
    shrinkage: Limit,
    typical_gap: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the expected interval as whole numbers, days over count; the count is 0 when it is unknown."""
    middle, k = median_gap.median() if typical_gap is None else typical_gap, number(shrinkage)
    span, seen = span_days.to_numpy(dtype="int64"), gaps.to_numpy(dtype="int64")
    if pd.isna(middle):
        return np.full(len(seen), np.nan), np.zeros(len(seen))
    typical = Fraction(float(middle))  # medians of whole days are exact halves or quarters
    scale = k.denominator * typical.denominator
    extra = k * typical * scale
    days = product(span, scale) + int(extra)
    count = product(seen, scale) + int(k * scale)
    single = seen == 0  # the limit of the formula, also without shrinkage
    return np.where(single, typical.numerator, days), np.where(single, typical.denominator, count)


def activity_states(
    frame: pd.DataFrame,
    *,
    as_of: date,
    data_end: date,
    thresholds: ActivityThresholds,
    contracts: pd.DataFrame | None = None,
    seasons: pd.DataFrame | None = None,
    typical_gap: float | None = None,
) -> pd.DataFrame:
    """Say whether each client is active, to watch, at risk, inactive or lost (8).

    The ratio r = recency / expected interval is compared exactly with its three bounds; a bound belongs to
    the better state. Beyond the third, a client is inactive, and lost once silent for more than a year. Then
    come the overrides, the later ones stronger:

    * ``seasonal``: silence is counted to the end of the last season, and nobody is lost before 30 days after
      the next season that follows the last purchase;
    * ``contract_ended``: more than 60 days after a contract that nothing renewed, a client that is not yet
      lost is at risk;
    * ``contract_active``: a client under contract is active;
    * ``insolvency``: a liquidation recorded on or before D means lost.

    ``single_purchase`` (the interval is that of the portfolio) and ``data_end`` (the data stop before D, and
    silence is counted to their end) are recorded in the same column and decide nothing by themselves.

    Parameters
    ----------
    frame
        One row per client: ``last_purchase`` (date, missing when it never bought), ``span_days``, ``gaps``,
        ``median_gap`` and, when known, ``insolvency_date``.
    as_of, data_end
        Date D, and the last day that the data cover; pass D when they cover it within tolerance (0.2).
    contracts
        ``customer_id``, ``start``, ``end`` (open when missing), ``contract_id`` and ``renewed_by`` when known.
    seasons
        Indexed by client: ``seasonal`` and ``start_month`` of :func:`seasonality.seasonality`.
    typical_gap
        M in days, for a frame that holds part of the portfolio only, or pooled codes beside the clients; that of
        ``frame`` by default.

    Returns
    -------
    DataFrame
        Indexed like ``frame``: ``state``, ``recency_days`` (Int64, since the last purchase),
        ``interval_days``, ``ratio``, ``silence`` (probability of such a silence, exp(-r)) and ``override``
        (codes joined by ``;``, empty when none). Everything is missing for a client that never bought, save
        by contract or insolvency.
    """
    known = _judged(frame, as_of, data_end, thresholds, contracts, seasons, typical_gap)
    return pd.DataFrame(
        {
            "state": named_states(known.level, frame.index),
            "recency_days": pd.Series(pd.arrays.IntegerArray(known.recency, ~known.bought), frame.index),
            "interval_days": known.interval,
            "ratio": known.ratio,
            "silence": np.exp(-known.ratio),
            "override": joined_codes(known.codes, frame.index),
        },
        index=frame.index,
    )


def activity_levels(
    frame: pd.DataFrame,
    *,
    as_of: date,
    data_end: date,
    thresholds: ActivityThresholds,
    contracts: pd.DataFrame | None = None,
    seasons: pd.DataFrame | None = None,
    typical_gap: float | None = None,
) -> np.ndarray:
    """Return the state of :func:`activity_states` alone, as its place in ``STATES``; -1 where it is missing."""
    return _judged(frame, as_of, data_end, thresholds, contracts, seasons, typical_gap).level


def named_states(level: np.ndarray, index: pd.Index) -> pd.Series:
    """Return the states of levels, missing where the level is -1."""
    return pd.Series(np.array([*STATES, None], dtype=object)[level], index=index, dtype="str")


@dataclass(frozen=True, slots=True)
class _Judged:
    """What :func:`activity_states` says of each client, one array a column."""

    level: np.ndarray
    bought: np.ndarray
    recency: np.ndarray
    interval: np.ndarray
    ratio: np.ndarray
    codes: dict[str, np.ndarray]


def _judged(
    frame: pd.DataFrame,
    as_of: date,
    data_end: date,
    thresholds: ActivityThresholds,
    contracts: pd.DataFrame | None,
    seasons: pd.DataFrame | None,
    typical_gap: float | None,
) -> _Judged:
    reference = min(as_of, data_end)
    now = np.datetime64(reference, "ns")
    last = frame["last_purchase"].to_numpy(dtype="datetime64[ns]")
    bought = ~np.isnat(last)
    recency = _days_since(last, now)
    turns, start = _seasonal(frame.index, seasons)
    turns = turns & bought
    measured, waiting = recency.copy(), np.zeros(len(frame), dtype=bool)
    if turns.any():
        measured[turns] = _days_since(last[turns], season_ends(reference, start[turns]))
        grace = next_season_ends(last[turns], start[turns]) + np.timedelta64(
            thresholds.season_grace_days, "D"
        )
        waiting[turns] = now < grace

    days, count = _expected_ratio(
        frame["span_days"], frame["gaps"], frame["median_gap"], thresholds.shrinkage, typical_gap
    )
    known = bought & (count > 0) & (days > 0)
    days, count = np.where(known, days, 1), np.where(known, count, 1)
    silent = product(measured, count)  # r = measured / (days / count)
    passed = sum((compare(silent, days, bound) > 0).astype(int) for bound in thresholds.ratios)
    year_silent = bought & (recency > thresholds.lost_after_days)
    level = np.where((passed == 3) & year_silent & ~waiting, LOST, passed)
    level = np.where(known, level, -1)

    under_contract, contract_ended = _contract_flags(frame.index, contracts, as_of, thresholds)
    contract_ended = contract_ended & bought & (level != LOST)
    insolvent = np.zeros(len(frame), dtype=bool)
    if "insolvency_date" in frame:
        insolvent = (frame["insolvency_date"] <= pd.Timestamp(as_of)).to_numpy(dtype=bool)
    level = np.select([insolvent, under_contract, contract_ended], [LOST, 0, AT_RISK], level)

    interval = np.where(known, days.astype("float64") / count.astype("float64"), np.nan)
    codes = {
        "data_end": bought & (data_end < as_of),
        "single_purchase": bought & (frame["gaps"].to_numpy() == 0),
        "seasonal": turns,
        "contract_ended": contract_ended & ~under_contract & ~insolvent,
        "contract_active": under_contract & ~insolvent,
        "insolvency": insolvent,
    }
    return _Judged(level, bought, recency, interval, measured / interval, codes)


def _days_since(past: np.ndarray, now: np.datetime64 | np.ndarray) -> np.ndarray:
    """Return whole days, never negative; 0 where nobody knows since when."""
    since = (now - past).astype("timedelta64[D]").astype("int64")
    return np.where(np.isnat(past), 0, np.maximum(since, 0))


def _seasonal(index: pd.Index, seasons: pd.DataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    """Return which clients are seasonal, and a start month for everybody (January where none matters)."""
    if seasons is None:
        return np.zeros(len(index), dtype=bool), np.ones(len(index), dtype="int64")
    mine = seasons[["seasonal", "start_month"]]
    if mine.index is not index and not mine.index.equals(index):
        mine = mine.reindex(index)
    turns = mine["seasonal"].eq(True).to_numpy(dtype=bool)
    start = np.ones(len(index), dtype="int64")
    start[turns] = mine["start_month"][turns].fillna(1).to_numpy(dtype="int64")
    return turns, start


def _contract_flags(
    index: pd.Index, contracts: pd.DataFrame | None, as_of: date, thresholds: ActivityThresholds
) -> tuple[np.ndarray, np.ndarray]:
    """Return who is under contract at D, and whose last contract ended too long ago without renewal."""
    active, ended = np.zeros(len(index), dtype=bool), np.zeros(len(index), dtype=bool)
    if contracts is None or contracts.empty:
        return active, ended
    day = np.datetime64(as_of, "ns")
    who = index.get_indexer(pd.Index(contracts["customer_id"]))
    start, end = (contracts[name].to_numpy(dtype="datetime64[ns]") for name in ("start", "end"))
    begun, over = ~(start > day) & (who >= 0), end < day
    active[who[begun & ~over]] = True
    rows = np.flatnonzero(begun & over)
    rows = rows[np.argsort(end[rows], kind="stable")]
    last = np.full(len(index), -1)
    last[who[rows]] = rows  # of several contracts, the last written: the one that ended last
    last = last[last >= 0]
    late = last[end[last] < day - np.timedelta64(thresholds.contract_grace_days, "D")]
    if len(late) and "renewed_by" in contracts:
        named = contracts["renewed_by"].iloc[late].fillna("").astype("str").str.strip()
        names = contracts["contract_id"] if "contract_id" in contracts else pd.Series("", contracts.index)
        coming = names[start > day]  # a successor that has not begun has renewed nothing yet
        late = late[(named.eq("") | named.isin(coming)).to_numpy(dtype=bool)]
    ended[who[late]] = True
    return active, ended & ~active


def joined_codes(codes: dict[str, np.ndarray], index: pd.Index) -> pd.Series:
    """Join the codes that hold for each client by ``;``, in the order given."""
    bits = np.zeros(len(index), dtype="int64")
    for place, holds in enumerate(codes.values()):
        bits |= np.asarray(holds, dtype=bool).astype("int64") << place
    seen, where = np.unique(bits, return_inverse=True)  # few combinations: each is written once
    words = [
        ";".join(code for place, code in enumerate(codes) if held >> place & 1) for held in seen.tolist()
    ]
    return pd.Series(np.array(words, dtype=object)[where], index=index, dtype="str")


def state_table(states: pd.Series, revenue_n: pd.Series, revenue_n1: pd.Series) -> pd.DataFrame:
    """Return ``state``, ``customers``, ``revenue_n`` and ``revenue_n1``, one row per state of section 8."""
    measures = pd.DataFrame({"revenue_n": revenue_n, "revenue_n1": revenue_n1})
    return labelled_table(states, STATES, measures).reset_index(names="state")
