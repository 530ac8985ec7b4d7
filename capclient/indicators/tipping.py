"""The smallest change that would put a client in another class, all else equal (1.4, 7, 8, 9).

Floor 4. Nothing here knows a rule: each function asks the rule itself what it would answer after a change, and looks
for the smallest change, in whole cents or days, that makes the answer another one. The rules are monotone in what is
changed, so halving the search finds the exact cent, and the property tests apply it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from capclient.indicators.activity import activity_levels, named_states
from capclient.indicators.concentration import limits_passed
from capclient.indicators.exact import Limit, cents
from capclient.indicators.segments import level_of, rfm_segments
from capclient.thresholds import ActivityThresholds
from capclient.vocabulary import ABC

HORIZON_DAYS = 1_096  # beyond three years a date means nothing
DATED_DAYS = 92  # clients with a season or a contract are asked day by day, for the quarter to come
MOST_TIMES = 20  # of the revenue of both years: no stage asks for more


def smallest(changes: Callable[[np.ndarray], np.ndarray], most: np.ndarray) -> np.ndarray:
    """Return the smallest step from 1 to ``most`` that changes the answer, one a row; 0 where none does.

    Parameters
    ----------
    changes
        Says for a step a row (int64) whether the answer differs from that of today; once it does, it does for every
        larger step.

    Examples
    --------
    >>> smallest(lambda step: step >= np.array([3, 9]), np.array([8, 8])).tolist()
    [3, 0]
    """
    most = np.asarray(most, dtype="int64").clip(min=0)
    possible = (most > 0) & np.asarray(changes(np.maximum(most, 1)), dtype=bool)
    low, high = np.zeros_like(most), most.copy()
    while bool((possible & (high - low > 1)).any()):
        middle = np.maximum((low + high) // 2, 1)
        changed = np.asarray(changes(middle), dtype=bool)
        high = np.where(changed & (middle < high), middle, high)
        low = np.where(~changed & (middle > low), middle, low)
    return np.where(possible, high, 0)


def abc_tipping(revenue: pd.Series, *, limits: Sequence[Limit] = ("0.80", "0.95")) -> pd.DataFrame:
    """Return the euros that separate each active client from the class above and from the class below (1.4).

    The client's own revenue counts in the total, which moves with it; the other clients do not move.

    Returns
    -------
    DataFrame
        Indexed like ``revenue``: ``class_up`` and ``class_more`` (the class above and the euros of revenue that lead to
        it), ``class_down`` and ``class_less`` (euros to lose to fall); missing where there is no such class, or when
        the client is not active.

    Examples
    --------
    C3 stands at 80 % exactly, one cent from class A; C4 gets there by equalling it:

    >>> abc_tipping(pd.Series({"C1": 70.0, "C2": 10.0, "C3": 8.0, "C4": 7.0, "C5": 5.0})).class_more.tolist()
    [nan, nan, 0.01, 1.0, 0.01]
    """
    whole = cents(revenue)
    active = whole[whole > 0]
    own = active.to_numpy(dtype="int64")
    ascending = np.sort(own)
    reached = np.concatenate([[0], ascending.cumsum()])
    total = int(own.sum())

    def level(value: np.ndarray) -> np.ndarray:
        larger = (
            total - reached[np.searchsorted(ascending, value, side="right")] - np.where(own > value, own, 0)
        )
        return limits_passed(larger, total - own + value, limits)

    now = level(own) if len(own) else own
    top = int(ascending[-1]) if len(own) else 0
    more = smallest(lambda step: level(own + step) < now, top - own + 1)
    less = smallest(lambda step: level(np.maximum(own - step, 1)) > now, own - 1)
    names = np.asarray(ABC[: len(limits) + 1])
    columns: dict[str, pd.Series] = {}
    for word, amount, step, moved in (
        ("class_up", "class_more", more, own + more),
        ("class_down", "class_less", less, own - less),
    ):
        there = step > 0
        named = names[level(moved)] if len(own) else np.empty(0, dtype=str)
        columns[word] = pd.Series(named, active.index, dtype="str").where(there)
        columns[amount] = pd.Series(step / 100, active.index, dtype="float64").where(there)
    found = pd.DataFrame(columns)
    return found.reindex(revenue.index)


def state_tipping(
    frame: pd.DataFrame,
    *,
    as_of: date,
    data_end: date,
    thresholds: ActivityThresholds,
    contracts: pd.DataFrame | None = None,
    seasons: pd.DataFrame | None = None,
    typical_gap: float | None = None,
) -> pd.DataFrame:
    """Return the day on which each client leaves its state if it buys nothing, and its state if it ordered today (8).

    Parameters are those of :func:`activity.activity_states`. When the data stop before D, days are counted from D as if
    the data went on stopping as long before. A client with a season, a contract or a recorded insolvency is asked
    day by day for ``DATED_DAYS``, the others up to ``HORIZON_DAYS``.

    Returns
    -------
    DataFrame
        Indexed like ``frame``: ``state``, ``leaves_on`` (first day in another state, missing when there is none within
        reach), ``days_left``, ``state_next``, ``state_if_order``.
    """
    typical = float(frame["median_gap"].median()) if typical_gap is None else typical_gap

    def levels(rows: pd.DataFrame, later: int = 0) -> np.ndarray:
        ends = data_end + timedelta(days=later)
        mine = contracts
        if contracts is not None:
            mine = contracts[contracts["customer_id"].isin(rows.index)]
        return activity_levels(
            rows, as_of=as_of + timedelta(days=later), data_end=ends, thresholds=thresholds, contracts=mine,
            seasons=seasons, typical_gap=typical,
        )  # fmt: skip

    now = levels(frame)
    days, after = np.zeros(len(frame), dtype="int64"), np.full(len(frame), -1)
    dated = _dated(frame, contracts, seasons)
    plain = np.flatnonzero(~dated & (now >= 0))
    if len(plain):
        rows, before = frame.iloc[plain], now[plain]

        def silent(step: np.ndarray) -> np.ndarray:
            """Tell who has changed after so many more days of silence: the same as a purchase made earlier."""
            return levels(rows.assign(last_purchase=rows["last_purchase"] - pd.to_timedelta(step, unit="D")))

        steps = smallest(lambda step: silent(step) != before, np.full(len(plain), HORIZON_DAYS))
        days[plain], after[plain] = steps, np.where(steps > 0, silent(steps), -1)
    waiting = np.flatnonzero(dated & (now >= 0))
    for later in range(1, DATED_DAYS + 1):
        if not len(waiting):
            break
        then = levels(frame.iloc[waiting], later)
        moved = then != now[waiting]
        days[waiting[moved]], after[waiting[moved]] = later, then[moved]
        waiting = waiting[~moved]
    left = pd.Series(days, frame.index).where(days > 0)
    ordering = np.where(now >= 0, levels(_ordering(frame, min(as_of, data_end))), -1)
    return pd.DataFrame(
        {
            "state": named_states(now, frame.index),
            "leaves_on": pd.Timestamp(as_of) + pd.to_timedelta(left, unit="D"),
            "days_left": left.astype("Int64"),
            "state_next": named_states(after, frame.index),
            "state_if_order": named_states(ordering, frame.index),
        }
    )


def _dated(frame: pd.DataFrame, contracts: pd.DataFrame | None, seasons: pd.DataFrame | None) -> np.ndarray:
    """Tell whose state depends on days of the calendar, and not on silence alone."""
    dated = np.zeros(len(frame), dtype=bool)
    if contracts is not None:
        dated |= frame.index.isin(contracts["customer_id"])
    if seasons is not None:
        dated |= seasons["seasonal"].reindex(frame.index).eq(True).to_numpy(dtype=bool)
    if "insolvency_date" in frame:
        dated |= frame["insolvency_date"].notna().to_numpy()
    return dated


def _ordering(frame: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the clients as if each had bought on a day: one gap more, and no silence."""
    silence = (pd.Timestamp(day) - frame["last_purchase"]).dt.days.clip(lower=0).fillna(0).astype("int64")
    return frame.assign(
        last_purchase=frame["last_purchase"].where(frame["last_purchase"].isna(), pd.Timestamp(day)),
        span_days=frame["span_days"] + silence,
        gaps=frame["gaps"] + (silence > 0),
    )


def stage_tipping(
    customers: pd.DataFrame, stages: Callable[[pd.DataFrame], pd.Series | np.ndarray]
) -> pd.DataFrame:
    """Return the euros of revenue, more or less, that would put each client in another stage of its life (7).

    The change is an invoice, or a credit note, of today: it counts in N and in its last half-year alike.

    Parameters
    ----------
    customers
        The clients that a growth decides about, with ``revenue_n``, ``revenue_n1`` and ``revenue_half``.
    stages
        The rule: the stage of each client of such a frame, everything else being what it is.

    Returns
    -------
    DataFrame
        Indexed like ``customers``: ``stage_up`` and ``stage_more``, ``stage_down`` and ``stage_less`` (euros); missing
        where no amount changes anything. Nobody is brought below zero.
    """
    now = np.asarray(stages(customers)) if len(customers) else np.empty(0, dtype=object)

    def after(step: np.ndarray, sign: int) -> np.ndarray:
        change = sign * step / 100
        moved = customers.assign(
            revenue_n=(customers["revenue_n"] + change).round(2),
            revenue_half=(customers["revenue_half"] + change).round(2),
        )
        return np.asarray(stages(moved))

    r0, r1 = (cents(customers[name]).to_numpy() for name in ("revenue_n", "revenue_n1"))
    found = pd.DataFrame(index=customers.index)
    for sign, word, amount, most in (
        (1, "up", "more", MOST_TIMES * (np.abs(r0) + np.abs(r1)) + 1),
        (-1, "down", "less", r0),
    ):
        if not len(customers):
            found[f"stage_{word}"], found[f"stage_{amount}"] = (
                pd.Series(dtype="str"),
                pd.Series(dtype="float64"),
            )
            continue
        steps = smallest(lambda step, sign=sign: after(step, sign) != now, most)  # type: ignore[misc]
        named = pd.Series(after(steps, sign), customers.index, dtype="str")
        found[f"stage_{word}"] = named.where(steps > 0)
        found[f"stage_{amount}"] = pd.Series(steps / 100, customers.index).where(steps > 0)
    return found


def rfm_tipping(
    recency_days: pd.Series, frequency: pd.Series, monetary: pd.Series, *, levels: int
) -> pd.DataFrame:
    """Return what one more point of F or M asks of each client, and its segment if it ordered today (9).

    The other clients do not move. An order of today is one purchase day more, for who has not bought today yet,
    and a silence of 0, at the same revenue.

    Returns
    -------
    DataFrame
        Indexed like ``recency_days``: ``m_more`` (euros), ``f_more`` (purchase days), missing at the highest score;
        ``segment_if_order``. Clients that lack one of the three measures are missing everywhere.
    """
    values = pd.DataFrame({"r": -recency_days.astype("float64"), "f": frequency, "m": monetary})
    known = values.astype("float64").dropna()
    money, times, near = cents(known["m"]), known["f"].astype("int64"), known["r"].astype("int64")
    m, f, r = (_scorer(column.to_numpy(), levels) for column in (money, times, near))
    own_m, own_f = money.to_numpy(), times.to_numpy()
    m_more = smallest(lambda step: m(own_m + step) > m(own_m), _reach(own_m))
    f_more = smallest(lambda step: f(own_f + step) > f(own_f), _reach(own_f))
    days = (near < 0).to_numpy()  # who already bought today gains no purchase day (3.2)
    after = pd.DataFrame(
        {"r": r(np.zeros(len(known), dtype="int64")), "f": f(own_f + days), "m": m(own_m)}, index=known.index
    )
    return pd.DataFrame(
        {
            "m_more": pd.Series(m_more / 100, known.index).where(m_more > 0),
            "f_more": pd.Series(f_more, known.index, dtype="Int64").where(f_more > 0),
            "segment_if_order": rfm_segments(after, levels=levels),
        }
    ).reindex(recency_days.index)


def _reach(own: np.ndarray) -> np.ndarray:
    """Return the step that puts each client above everybody."""
    return own.max() - own + 1 if len(own) else own


def _scorer(own: np.ndarray, levels: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return the score of each client at another value of its own, among the others as they are."""
    ascending = np.sort(own)

    def score(value: np.ndarray) -> np.ndarray:
        below = np.searchsorted(ascending, value, side="left") - (own < value)
        ties = np.searchsorted(ascending, value, side="right") - (own <= value) - below + 1
        return np.asarray(level_of(2 * below + ties + 1, len(own), levels))

    return score
