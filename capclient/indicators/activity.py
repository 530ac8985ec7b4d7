"""Is the client still there? Silence measured against the client's own rhythm (8).

Floor 4. Without a contract nobody says goodbye: a client is presumed lost when it is silent for much longer
than its own interval between purchases. That is another matter than the accounting loss of
:mod:`capclient.indicators.status`, and both are shown.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd

from capclient.indicators.breakdown import labelled_table
from capclient.indicators.exact import Limit, compare, number, product
from capclient.indicators.seasonality import next_season_end, season_end
from capclient.thresholds import ActivityThresholds
from capclient.vocabulary import STATES


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
    reference = min(as_of, data_end)
    now = pd.Timestamp(reference)
    last = frame["last_purchase"]
    bought = last.notna().to_numpy()
    recency = (now - last).dt.days.clip(lower=0).astype("Int64")
    turns, start = _seasonal(frame.index, seasons)
    turns = turns & bought
    season_days = (season_end(reference, start) - last).dt.days.clip(lower=0).astype("Int64")
    measured = recency.mask(turns, season_days).fillna(0).to_numpy(dtype="int64")

    days, count = _expected_ratio(
        frame["span_days"], frame["gaps"], frame["median_gap"], thresholds.shrinkage, typical_gap
    )
    known = bought & (count > 0) & (days > 0)
    days, count = np.where(known, days, 1), np.where(known, count, 1)
    silent = product(measured, count)  # r = measured / (days / count)
    passed = sum((compare(silent, days, bound) > 0).astype(int) for bound in thresholds.ratios)
    year_silent = (recency > thresholds.lost_after_days).fillna(False).to_numpy(dtype=bool)
    grace = next_season_end(last, start) + timedelta(days=thresholds.season_grace_days)
    waiting = turns & (now < grace).to_numpy()
    level = np.where((passed == 3) & year_silent & ~waiting, 4, passed)
    state = pd.Series(np.asarray(STATES)[level], index=frame.index, dtype="str").where(known)

    under_contract, contract_ended = _contract_flags(frame.index, contracts, as_of, thresholds)
    contract_ended = contract_ended & bought & state.ne("lost").to_numpy()
    insolvent = np.zeros(len(frame), dtype=bool)
    if "insolvency_date" in frame:
        insolvent = (frame["insolvency_date"] <= pd.Timestamp(as_of)).to_numpy()
    state = state.mask(contract_ended, "at_risk").mask(under_contract, "active").mask(insolvent, "lost")

    interval = pd.Series(days.astype("float64") / count.astype("float64"), index=frame.index).where(known)
    ratio = measured / interval
    codes = {
        "data_end": bought & (data_end < as_of),
        "single_purchase": bought & frame["gaps"].eq(0).to_numpy(),
        "seasonal": turns,
        "contract_ended": contract_ended & ~under_contract & ~insolvent,
        "contract_active": under_contract & ~insolvent,
        "insolvency": insolvent,
    }
    return pd.DataFrame(
        {
            "state": state,
            "recency_days": recency,
            "interval_days": interval,
            "ratio": ratio,
            "silence": np.exp(-ratio),
            "override": joined_codes(codes, frame.index),
        }
    )


def _seasonal(index: pd.Index, seasons: pd.DataFrame | None) -> tuple[np.ndarray, pd.Series]:
    """Return which clients are seasonal, and a start month for everybody (January where none matters)."""
    if seasons is None:
        return np.zeros(len(index), dtype=bool), pd.Series(1, index=index, dtype="Int64")
    mine = seasons[["seasonal", "start_month"]].reindex(index)
    turns = mine["seasonal"].eq(True).to_numpy(dtype=bool)
    return turns, mine["start_month"].where(turns).fillna(1).astype("Int64")


def _contract_flags(
    index: pd.Index, contracts: pd.DataFrame | None, as_of: date, thresholds: ActivityThresholds
) -> tuple[np.ndarray, np.ndarray]:
    """Return who is under contract at D, and whose last contract ended too long ago without renewal."""
    if contracts is None or contracts.empty:
        return np.zeros(len(index), dtype=bool), np.zeros(len(index), dtype=bool)
    day = pd.Timestamp(as_of)
    begun = contracts[~(contracts["start"] > day)]
    running = begun[~(begun["end"] < day)]
    over = begun[begun["end"] < day].sort_values("end", kind="stable")
    last = over.drop_duplicates("customer_id", keep="last")
    late = last["end"] < day - timedelta(days=thresholds.contract_grace_days)
    if "renewed_by" in last:
        named = last["renewed_by"].fillna("").astype("str").str.strip()
        names = (
            contracts["contract_id"] if "contract_id" in contracts else pd.Series("", index=contracts.index)
        )
        coming = names[contracts["start"] > day]
        late &= named.eq("") | named.isin(coming)  # a successor that has not begun has renewed nothing yet
    active = index.isin(running["customer_id"])
    return active, index.isin(last["customer_id"][late]) & ~active


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
