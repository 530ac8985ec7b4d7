"""Photographs of the clients on past days: what was known of each, what each judge said, what followed (8, F12).

Floor 5. Everything but the label comes from the company as it was known on the day (:func:`seen_at`).
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.engine.loss import BREADTH_AT, HISTORIES_AT
from capclient.indicators.loss import features, loss_windows, lost, naive_alarm
from capclient.portfolio import Portfolio
from capclient.themes.activity import activity
from capclient.themes.events import claims_risk
from capclient.themes.lateness import lateness
from capclient.themes.origins import origins, seen_at
from capclient.vocabulary import Unknown

EVERY = 3  # months between two photographs
TRAINING = 2  # photographs, before the first that is judged, to learn from beside those of the horizon
PRESENT = ("active", "watch", "at_risk", "inactive")
ALARMING = ("at_risk", "inactive")
RISK_BANDS = ("low", "medium", "high", "unknown")
RARE = Unknown(
    "not_applicable:rare_buyers"
)  # nobody buys often enough for a silence to be judged within a year


def past_days(portfolio: Portfolio) -> list[date]:
    """Return the days to photograph, oldest first."""
    limits = portfolio.thresholds.loss
    most = limits.origins + -(-limits.horizon_months // EVERY) + TRAINING
    return origins(portfolio, horizon=limits.horizon_months, most=most, every=EVERY)


def photographs(portfolio: Portfolio, days: list[date]) -> pd.DataFrame:
    """Return one row a client and a day of the past or of today.

    Returns
    -------
    DataFrame
        Indexed by ``origin`` and ``customer_id``: the columns of the engine, of the activity theme, ``window_end``
        (missing for who buys too rarely), ``lost`` (0 or 1, to be read where ``window_end`` is over), the arm of each
        judge (``naive``, ``states``, ``risk``) and its alarm (``<judge>_alarm``), and the features (``x_<name>``).
        Only clients not yet lost that bought in the twelve months before.
    """
    until = portfolio.data_end
    named = {"days": days, "until": until, "parts": 1}
    histories = portfolio.ledger.frame(HISTORIES_AT, named)
    breadth = portfolio.ledger.frame(BREADTH_AT, {"days": days}).set_index(["origin", "customer_id"])
    contracts = portfolio.table("contracts")
    # origins are ends of periods of the data, which may end before D: what is asked of that day is said of D
    seen = {day: portfolio if day == until else seen_at(portfolio, day) for day in days}
    taken = [
        _photograph(seen[day], day, rows.set_index("customer_id"), contracts)
        for day, rows in ((day, histories[histories.origin == pd.Timestamp(day)]) for day in days)
    ]
    rows = pd.concat([frame for frame in taken if len(frame)] or taken[:1]).set_index("origin", append=True)
    rows = rows.swaplevel()
    if len(breadth):
        rows["breadth"] = breadth.breadth.reindex(rows.index)
    numbers = features(rows.reset_index("origin")).set_axis(rows.index)
    return rows.join(numbers.add_prefix("x_"))


def _photograph(seen: Portfolio, day: date, known: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    limits = seen.thresholds
    states = activity(seen).customers
    columns = [
        "state",
        "recency_days",
        "interval_days",
        "ratio",
        "override",
        "seasonal",
        "season_start",
        "risk_score",
    ]
    pools = seen.customers.index[seen.customers.is_pool]
    rows = known.join(states[columns], how="inner")
    rows = rows[rows.state.isin(PRESENT) & (rows.purchase_days_12m > 0) & ~rows.index.isin(pools)].copy()
    turns = rows.season_start.astype("Int64").where(rows.seasonal.eq(True))
    rows["window_end"] = loss_windows(
        rows.interval_days, turns, origin=day, horizon=limits.loss.horizon_months,
        grace_days=limits.activity.season_grace_days,
    )  # fmt: skip
    bound = rows.override.fillna("").str.contains("contract_active")
    rows["lost"] = lost(rows.next_purchase, rows.window_end, bound, contracts)
    for name in ("revenue_12m", "revenue_half", "revenue_half_before"):
        rows[name] = rows[name] / 100
    paying = lateness(seen)
    if paying.no_payments is None:
        rows["payment_score"] = paying.customers.payment_score.reindex(rows.index).astype("float64")
    rows["claims"] = claims_risk(seen).reindex(rows.index)
    return _judged(rows, limits)


def _judged(rows: pd.DataFrame, limits: object) -> pd.DataFrame:
    """Add what each rule says of each client."""
    high, medium = float(limits.activity.risk_high), float(limits.activity.risk_medium)  # type: ignore[attr-defined]
    rows["naive_alarm"] = naive_alarm(
        rows.recency_days.astype("float64"), rows.median_gap,
        intervals=limits.loss.naive_intervals,  # type: ignore[attr-defined]
    )  # fmt: skip
    rows["naive"] = rows.naive_alarm.map({True: "alarm", False: "quiet"})
    rows["states"], rows["states_alarm"] = rows.state, rows.state.isin(ALARMING)
    score = rows.risk_score.astype("float64")
    band = pd.Series("low", index=rows.index).mask(score >= medium, "medium").mask(score >= high, "high")
    rows["risk"], rows["risk_alarm"] = band.mask(score.isna(), "unknown"), score >= high
    return rows
