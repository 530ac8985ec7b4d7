"""Loss of volume at D and on the days of the past, and what the past says of the alert (8.3, H02).

Floor 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd

from capclient.engine import alerts as engine
from capclient.indicators.alert_dates import in_season
from capclient.indicators.alerts import false_alarms, recovered, risen, volume_losses, whole_months
from capclient.indicators.seasonality import seasonality
from capclient.periods import Period, rolling, shifted
from capclient.portfolio import Portfolio
from capclient.themes.once import once
from capclient.vocabulary import Unknown

MONTHS = 24  # replayed, whose outcome is known
MOST_CUSTOMERS = 20_000  # beyond, one client in two, three ... is replayed, always the same ones


@dataclass(frozen=True)
class Replayed:
    """``rose``, ``false``: clients in rows, months replayed in columns; ``worth``: see ``false_alarms``."""

    rose: pd.DataFrame
    false: pd.DataFrame
    worth: dict[str, object]


def volumes_at(portfolio: Portfolio, day: date) -> pd.DataFrame | Unknown:
    """Return rows of :func:`~capclient.indicators.alerts.volume_losses` at D, or why nobody can tell."""
    reason = _unknown(portfolio, day)
    return reason if reason is not None else _judged(portfolio, [day], parts=1)[day]


def _unknown(portfolio: Portfolio, day: date) -> Unknown | None:
    if portfolio.no_days is not None:
        return portfolio.no_days
    span = portfolio.thresholds.alerts.volume_months
    if not portfolio.is_complete(rolling(day)):
        return Unknown("period_incomplete")
    compared = Period(rolling(day, months=12 + span).start, day)
    return None if portfolio.is_complete(compared) else Unknown("history_short")


def _judged(portfolio: Portfolio, days: list[date], *, parts: int) -> dict[date, pd.DataFrame]:
    """Return the verdicts of each day, the earliest first; days are month ends as seen from D."""
    limits, end = portfolio.thresholds.alerts, portfolio.as_of
    span, steps = limits.volume_months, {}
    ends = [end]
    while ends[-1] > shifted(days[0], -(12 + span)):
        ends.append(shifted(end, -len(ends)))
    ends.reverse()
    steps = {day: ends.index(day) for day in days}
    rows = portfolio.ledger.frame(
        engine.VOLUMES, {"ends": ends, "origins": list(steps.values()), "span": span, "parts": parts}
    )
    quantities = portfolio.ledger.frame(engine.HAS_QUANTITIES, {"day": end}).told.iloc[0]
    frame = portfolio.customers
    rows = rows[~rows.customer_id.isin(frame.index[frame.is_pool])]
    first = frame.first_purchase
    found = {}
    for day, place in steps.items():
        mine = rows[rows.origin == place]
        wide = mine.pivot(
            index="customer_id", columns=["past", "back"], values="volume" if quantities else "revenue"
        )
        wide = wide.reindex(columns=pd.MultiIndex.from_product([[False, True], range(span)])).fillna(0) / 100
        wide.index = wide.index.astype("str").rename("customer_id")
        age = whole_months(first.reindex(wide.index), day)
        share = limits.volume_share * _exact(portfolio.total_revenue(rolling(day)))
        least = max(Decimal(limits.volume_least), share)
        now, before = (
            pd.DataFrame({month: wide[past, month] for month in range(span)}) for past in (False, True)
        )
        found[day] = volume_losses(
            now, before, age_months=age, limit=limits.volume_loss, months_down=limits.volume_months_down,
            least=least, min_age=limits.volume_age_months,
        )  # fmt: skip
    return found


def _exact(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))


@once
def volume_replay(portfolio: Portfolio) -> Replayed | Unknown:
    """Replay the alert at the month ends of the last two years whose six following months are known (H02)."""
    reason = _unknown(portfolio, portfolio.as_of)
    if reason is not None:
        return reason
    limits = portfolio.thresholds.alerts
    within, span = limits.recovery_months, limits.volume_months
    days = [shifted(portfolio.as_of, -back) for back in range(MONTHS + within + 1)]
    days = [day for day in reversed(days) if _unknown(portfolio, day) is None]
    if len(days) <= within + 1:
        return Unknown("history_short")
    parts = -(-len(portfolio.customers) // MOST_CUSTOMERS) or 1
    told = _judged(portfolio, days, parts=parts)
    index = pd.Index(
        sorted(set[str]().union(*(set(table.index) for table in told.values()))), name="customer_id"
    )
    now, before = (
        pd.DataFrame({day: told[day][name].reindex(index) for day in days}).fillna(0)
        for name in ("now", "before")
    )
    rings = pd.DataFrame({day: told[day].alert.reindex(index) for day in days}).fillna(False).astype(bool)
    rings = pd.DataFrame(
        {day: rings[day] & ~_silent(portfolio, day, rings.index[rings[day]], index) for day in days}
    )
    judged = days[1:-within] if within else days[1:]
    rose, back = risen(rings)[judged], recovered(now, before, within=within, span=span)[judged]
    false = back.eq(True)
    counted = int((before[judged] > 0).to_numpy().sum())
    worth = false_alarms(_flat(rose), _flat(false), counted)
    return Replayed(rose, false, worth)


def _flat(table: pd.DataFrame) -> pd.Series:
    return pd.Series(table.to_numpy().ravel())


def _silent(portfolio: Portfolio, day: date, ringing: pd.Index, index: pd.Index) -> pd.Series:
    """Tell which of the clients that ring were seasonal and out of their season that day."""
    if ringing.empty:
        return pd.Series(False, index=index)
    months = portfolio.months
    seasons = seasonality(
        months[months.customer_id.isin(ringing) & (months.month <= pd.Timestamp(day))],
        covered=Period(covered_first(portfolio), day), customers=ringing, thresholds=portfolio.thresholds.season,
    )  # fmt: skip
    quiet = seasons.seasonal & ~in_season(day, seasons.start_month)
    return quiet.reindex(index, fill_value=False).astype(bool)


def covered_first(portfolio: Portfolio) -> date:
    """First day of the data; a first month that misses some days within tolerance is whole (0.2)."""
    data = portfolio.coverage
    return max(data.first.replace(day=1), data.first - timedelta(days=data.tolerance_days))
