"""An alarm replayed month by month: how often it rings for nothing, how long before a loss it rings (8, H02).

Floor 5. The states are those of section 8 itself, given what was known at the end of each month; only purchase days are
read, so that two years of months cost one scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from capclient.engine.loss import HISTORIES_AT
from capclient.indicators.activity import activity_states
from capclient.indicators.back_test import alarms
from capclient.indicators.loss import loss_windows, lost, naive_alarm
from capclient.indicators.seasonality import seasonality
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.themes.loss_photos import ALARMING, PRESENT, RARE
from capclient.themes.once import once
from capclient.themes.origins import contracts_on, origins
from capclient.thresholds import Thresholds
from capclient.vocabulary import Unknown

MONTHS = 24  # whose outcome is known, at most
MOST_CUSTOMERS = 20_000  # beyond, one client in two, three ... is replayed, always the same ones
BELLS = ("naive", "watch", "states")
INTERVALS = {"found_within_two": 2, "found_within_three": 3}  # usual intervals after the last purchase


@dataclass(frozen=True)
class Replay:
    """``months``: one row a client and a month end; ``bells``: the measures of each alarm.

    ``bells``: indexed by alarm, ``months`` (client-months), ``false_per_100`` (alarms that rose for a client that came
    back), ``recall`` (of the client-months before a loss, those with the alarm standing), ``warning_months`` (missing
    when nobody was lost), ``rhythm_months`` (the same, to the state ``inactive``) and ``warned`` (losses they rest on);
    ``found_within_two`` and ``found_within_three``: share of ``departures`` whose alarm rang within so many of the
    client's usual intervals, missing without any.
    """

    months: pd.DataFrame
    bells: pd.DataFrame
    departures: pd.DataFrame


@once
def loss_replay(portfolio: Portfolio) -> Replay | Unknown:
    """Replay the alarms over the last two years whose outcome is known, and the months since."""
    if portfolio.no_days is not None:
        return portfolio.no_days
    horizon = portfolio.thresholds.loss.horizon_months
    days = origins(portfolio, horizon=0, most=MONTHS + horizon + 1)
    if len(days) <= horizon:
        return Unknown("history_short")
    months = replayed(portfolio, days)
    months["followed"] = months.origin > pd.Timestamp(days[0])  # the month before is known too
    known = months[months.present & (months.window_end <= pd.Timestamp(portfolio.data_end))]
    if known.empty:
        here = months[months.present]
        return RARE if len(here) and here.window_end.isna().all() else Unknown("history_short")
    gone = departures(known, portfolio.thresholds)
    bells = pd.DataFrame([_measured(months, known, bell) for bell in BELLS]).set_index("bell")
    for name, many in INTERVALS.items():
        bells[name] = [float((gone[bell] <= np.ceil(many * gone.usual)).mean()) for bell in BELLS]
    return Replay(months, bells, gone)


def _measured(months: pd.DataFrame, known: pd.DataFrame, bell: str) -> dict[str, object]:
    followed = known[known.followed]
    counted, warning = alarms(followed[bell], followed.lost), warnings(months, bell)
    false = risen(months, bell).reindex(followed.index) & followed.lost.eq(0)
    recall = counted["recall"]
    return {
        "bell": bell,
        "months": len(followed),
        "false_per_100": 100 * float(false.mean()) if len(followed) else float("nan"),
        "recall": float("nan") if isinstance(recall, Unknown) else recall,
        "warning_months": at_least(warning),
        "rhythm_months": at_least(inside_rhythm(months, bell)),
        "warned": len(warning),
    }


def departures(known: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Return the silences that ended in a loss, and the day of each on which each alarm rings.

    While a client is silent its rhythm no longer changes, so that the day is known without replaying days one by one.
    Seasonal clients and those under contract, whose alarm waits for something else, are left out.

    Returns
    -------
    DataFrame
        ``usual`` (mean days between two purchases; the median of all for a single one) and, for each alarm, the day
        of the silence, counted from the last purchase, on which it rings.
    """
    own = known.lost.eq(1) & known.override.str.replace("single_purchase", "").str.strip(";").eq("")
    gone = known[own].drop_duplicates(["customer_id", "last_purchase"])
    watch, risk = (float(bound) for bound in thresholds.activity.ratios[:2])
    naive = float(thresholds.loss.naive_intervals)
    return pd.DataFrame(
        {
            "usual": gone.usual,
            "naive": np.ceil(naive * gone.median_gap),
            "watch": np.floor(watch * gone.interval_days) + 1,  # a bound belongs to the better state
            "states": np.floor(risk * gone.interval_days) + 1,
        }
    ).dropna()


def replayed(portfolio: Portfolio, days: list[date]) -> pd.DataFrame:
    """Return one row a client and a day: ``state present naive watch states window_end lost`` and so on.

    ``present``: not yet lost, and bought in the twelve months before; ``naive``, ``watch`` and ``states``: whether each
    alarm rings; ``lost``: whether the client then was (to be read where ``window_end`` is over).
    """
    frame = portfolio.customers
    parts = -(-len(frame) // MOST_CUSTOMERS) or 1
    named = {"days": days, "until": portfolio.data_end, "parts": parts}
    histories = portfolio.ledger.frame(HISTORIES_AT, named)
    histories = histories[~histories.customer_id.isin(frame.index[frame.is_pool])]
    contracts = portfolio.table("contracts")
    taken = [
        _month(portfolio, day, rows.set_index("customer_id"), contracts)
        for day, rows in ((day, histories[histories.origin == pd.Timestamp(day)]) for day in days)
    ]
    return pd.concat([month for month in taken if len(month)] or taken[:1]).reset_index()


def _month(portfolio: Portfolio, day: date, known: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    limits = portfolio.thresholds
    known = known.join(portfolio.customers[["insolvency_date"]])
    known["last_purchase"] = known.last_purchase.astype("datetime64[ns]")
    data = portfolio.coverage
    first = max(data.first.replace(day=1), data.first - timedelta(days=data.tolerance_days))
    seasons = seasonality(
        portfolio.months, covered=Period(first, day), customers=known.index, thresholds=limits.season
    )
    states = activity_states(
        known, as_of=day, data_end=day, thresholds=limits.activity,
        contracts=contracts_on(portfolio, day) if len(contracts) else None, seasons=seasons,
    )  # fmt: skip
    ends = loss_windows(
        states.interval_days, seasons.start_month.where(seasons.seasonal), origin=day,
        horizon=limits.loss.horizon_months, grace_days=limits.activity.season_grace_days,
    )  # fmt: skip
    bound = states.override.str.contains("contract_active")
    typical = known.median_gap.astype("float64").fillna(known.median_gap.median())
    return pd.DataFrame(
        {
            "origin": pd.Timestamp(day),
            "state": states.state,
            "present": states.state.isin(PRESENT) & (known.purchase_days_12m > 0),
            "naive": naive_alarm(
                states.recency_days.astype("float64"), known.median_gap, intervals=limits.loss.naive_intervals
            ),
            "watch": states.state.isin(PRESENT[1:]),
            "states": states.state.isin(ALARMING),
            "window_end": ends,
            "lost": lost(known.next_purchase, ends, bound, contracts),
            "last_purchase": known.last_purchase,
            "override": states.override.fillna(""),
            "interval_days": states.interval_days,
            "median_gap": typical,
            "usual": (known.span_days / known.gaps.where(known.gaps > 0)).astype("float64").fillna(typical),
        }
    )


def risen(months: pd.DataFrame, bell: str) -> pd.Series:
    """Tell at which month ends an alarm rose: it rings, and did not a month before in the same silence.

    An alarm that stands for three months is one alarm: it makes one call.
    """
    rows = months.sort_values(["customer_id", "origin"], kind="stable")
    silence = rows.groupby(["customer_id", "last_purchase"], sort=False)[bell]
    return (rows[bell] & ~silence.shift(fill_value=False).astype(bool)).reindex(months.index)


def warnings(months: pd.DataFrame, bell: str) -> pd.Series:
    """Return, for each client called lost in the replay, the months since its alarm had risen (8.1).

    The alarm is that of the silence that ended in the loss: since the last purchase, and without a break. Clients
    whose last purchase is older than the replay are left out: nobody saw their alarm rise.
    """
    place = {day: number for number, day in enumerate(sorted(months.origin.unique()))}
    rows = months.assign(place=months.origin.map(place)).sort_values(["customer_id", "place"], kind="stable")
    first = min(place) if place else pd.NaT
    seen = rows[rows.last_purchase >= first]
    silence = seen.groupby(["customer_id", "last_purchase"], sort=False)
    named = seen.state.eq("lost")
    fell = seen[named].groupby(["customer_id", "last_purchase"]).place.min()
    quiet = seen.assign(quiet=seen.place.where(~seen[bell] & ~named))
    last_quiet = quiet.groupby(["customer_id", "last_purchase"]).quiet.max()
    begun = silence.place.min() - 1  # an alarm that rang from the first month of the silence
    rose = last_quiet.fillna(begun) + 1
    return (fell - rose.reindex(fell.index)).clip(lower=0).rename("warning_months")


def inside_rhythm(months: pd.DataFrame, bell: str) -> pd.Series:
    """Return, for the clients of :func:`warnings`, the months between the alarm and the state ``inactive``.

    Past its third interval a client waits only for the year that the word ``lost`` asks for: what remains before is
    what the client's own rhythm leaves.
    """
    whole = warnings(months, bell)
    keys = ["customer_id", "last_purchase"]
    waiting = months[months.state.eq("inactive")].groupby(keys).size().reindex(whole.index, fill_value=0)
    return (whole - waiting).clip(lower=0).rename("rhythm_months")


def at_least(warning: pd.Series) -> float:
    """Return the months that half of the lost clients had at least, missing without any.

    >>> at_least(pd.Series([2, 4, 9, 11]))
    9.0
    """
    return float(warning.quantile(0.5, interpolation="higher"))


def outcomes(months: pd.DataFrame, end: pd.Timestamp, bell: str = "states") -> pd.DataFrame:
    """Count, at each month end whose outcome is known, the clients called out rightly, wrongly, and those missed.

    Returns
    -------
    DataFrame
        ``origin``, ``right``, ``wrong`` and ``missed``, the last twenty-four months at most.
    """
    known = months[months.present & (months.window_end <= end)]
    rang, left = known[bell], known.lost.eq(1)
    told = pd.DataFrame(
        {"origin": known.origin, "right": rang & left, "wrong": rang & ~left, "missed": ~rang & left}
    )
    return told.groupby("origin", as_index=False).sum().tail(MONTHS)
