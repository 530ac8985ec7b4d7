"""What the same methods would have projected on past days, against what came (11.1, D15).

Floor 5. An interval shown for a past day knows only the errors whose year was over on that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from capclient.indicators.forecast import (
    bootstrap_interval,
    coverage,
    monthly_band,
    ratio_noise,
    seasonal_profile,
)
from capclient.periods import Period, shifted
from capclient.portfolio import Portfolio
from capclient.themes.origins import origins
from capclient.themes.outlook import NAIVE, Outlook, outlook, year_after
from capclient.themes.projection_choice import least_wrong, rolling
from capclient.vocabulary import Unknown

HISTORIES = (24, 12)  # months known before a past day: two years when enough days have them, else one
ENOUGH = 2  # days of the past from which a share of intervals that held is said


@dataclass(frozen=True)
class Proof:
    """``methods``: one row a method: ``method origins mase total_error bias projected``. ``total_error`` and ``bias``
    are errors of the total, mean absolute then signed, as shares of what came; ``naive_error`` is that of the naive
    rule on the same days; ``overshoots`` counts the days on which it announced too much; ``projected`` is what it
    says today.
    Totals are those of the clients known on each day, and of sales without client, whatever the method.

    ``rolling``: error by client of the method that would have been chosen on each past day from those whose outcome was
    known by then, over that of the naive rule on the same days.

    ``origins``: one row a past day and method: ``day method projected actual noise low high``, missing bounds where no
    error was known yet. ``used``: the method that the report uses client by client; ``used_total``: for the company.
    """

    days: list[date]
    methods: pd.DataFrame
    origins: pd.DataFrame
    used: str
    used_total: str
    rolling: float | Unknown

    def of(self, method: str) -> pd.DataFrame:
        """Return the past days of one method."""
        return self.origins[self.origins.method == method]

    @property
    def mase(self) -> float | Unknown:
        """Error of the method in use, client by client, over that of the naive rule."""
        known = self.methods.set_index("method").mase[self.used]
        return float(known) if pd.notna(known) else Unknown("history_short")

    @property
    def coverage(self) -> float | Unknown:
        """Share of the past intervals that held what came."""
        tested = self.of(self.used_total).dropna(subset=["low"])
        if len(tested) < ENOUGH:
            return Unknown("history_short")
        return coverage(tested.actual.tolist(), tested.low.tolist(), tested.high.tolist())

    @property
    def last_interval(self) -> str | Unknown:
        """Tell whether the interval of the last past day ``held`` what came or ``missed`` it."""
        tested = self.of(self.used_total).dropna(subset=["low"])
        if tested.empty:
            return Unknown("history_short")
        last = tested.iloc[-1]
        return "held" if last.low <= last.actual <= last.high else "missed"


def prove(portfolio: Portfolio, now: Outlook) -> Proof:
    """Project again from past days and choose the method that erred least; the naive rule when none beats it."""
    limits = portfolio.thresholds.forecast
    days: list[date] = []
    for history in HISTORIES:
        days = origins(portfolio, horizon=12, most=limits.origins, every=limits.every_months, history=history)
        if len(days) >= ENOUGH:
            break
    views = [outlook(portfolio, day) for day in days]
    came = [portfolio.revenue(year_after(view.day)).reindex(view.clients.index) for view in views]
    rows = [
        _row(portfolio, view, method, actual)
        for view, actual in zip(views, came, strict=True)
        for method in view.methods
    ]
    past = pd.DataFrame(rows, columns=["day", "method", "projected", "actual", "noise"])
    past = _with_intervals(past, level=float(limits.level), seed=limits.seed)
    table = _methods(views, came, past, now)
    spoke = table.method.tolist()
    missed = past.assign(gap=(past.projected - past.actual).abs()).pivot(
        index="day", columns="method", values="gap"
    )
    used_total = least_wrong(missed.reindex(columns=spoke))
    by_client = _missed(views, came, spoke)
    used = least_wrong(by_client)
    return Proof(days, table, past, used, used_total, rolling(by_client))


def _missed(views: list[Outlook], came: list[pd.Series], methods: list[str]) -> pd.DataFrame:
    """Absolute error summed over the clients, a row a day and a column a method."""
    rows = {
        view.day: {
            method: float((actual - view.clients[method])[view.clients[method].notna()].abs().sum())
            for method in methods
            if method in view.methods
        }
        for view, actual in zip(views, came, strict=True)
    }
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=methods)


def _mase(views: list[Outlook], came: list[pd.Series], method: str) -> float:
    """Summed absolute error by client over that of the naive rule, on the days when the method speaks."""
    error = naive = 0.0
    for view, actual in zip(views, came, strict=True):
        if method not in view.methods:
            continue
        known = view.clients[method].notna()
        error += float((actual - view.clients[method])[known].abs().sum())
        naive += float((actual - view.clients[NAIVE])[known].abs().sum())
    return error / naive if naive > 0 else float("nan")


def _row(
    portfolio: Portfolio, view: Outlook, method: str, came: pd.Series
) -> tuple[date, str, float, float, float]:
    """One past projection against what the same clients brought; who came later is in no total, by any method."""
    later = portfolio.revenue(year_after(view.day)).drop(view.clients.index)
    arrived = float(later[~portfolio.customers.is_pool.reindex(later.index)].sum())
    actual = portfolio.total_revenue(year_after(view.day)) - arrived
    known = view.clients[method].notna()
    noise = ratio_noise(came[known], view.clients[method][known])
    return view.day, method, view.total(method), round(actual, 2), noise


def _with_intervals(past: pd.DataFrame, *, level: float, seed: int) -> pd.DataFrame:
    """Add to each past day the interval that it would have shown: from errors already known, never its own."""
    low, high = [], []
    for row in past.to_dict("records"):
        over = past.day.map(lambda day: shifted(day, 12)).le(row["day"])
        before = past[past.method.eq(row["method"]) & over & past.projected.gt(0)]
        if before.empty:
            low.append(float("nan"))
            high.append(float("nan"))
            continue
        bottom, top = bootstrap_interval(
            row["projected"],
            (before.actual / before.projected).tolist(),
            noises=before.noise.tolist(),
            level=level,
            seed=seed,
        )
        low.append(round(max(bottom, _floor(before)), 2))
        high.append(round(top, 2))
    return past.assign(low=np.array(low, dtype="float64"), high=np.array(high, dtype="float64"))


def _methods(views: list[Outlook], came: list[pd.Series], past: pd.DataFrame, now: Outlook) -> pd.DataFrame:
    """Compare the methods that speak today and spoke on enough past days to be compared."""
    rows = []
    naive = past[past.method == NAIVE].set_index("day")
    for method in now.methods:
        own = past[past.method == method]
        if method != NAIVE and len(own) < min(len(views), ENOUGH):
            continue
        rule = naive.reindex(own.day)
        whole, gap = float(own.actual.sum()), own.projected - own.actual
        rows.append(
            {
                "method": method,
                "origins": len(own),
                "mase": _mase(views, came, method),
                "total_error": float(gap.abs().sum()) / whole if whole > 0 else float("nan"),
                "naive_error": float((rule.projected - rule.actual).abs().sum()) / whole
                if whole > 0
                else float("nan"),
                "overshoots": int((gap > 0).sum()),
                "bias": float(gap.sum()) / whole if whole > 0 else float("nan"),
                "projected": now.total(method),
            }
        )
    return pd.DataFrame(rows)


def interval(proof: Proof, total: float, *, level: float, seed: int) -> tuple[float, float] | Unknown:
    """Return the interval of today's projection from every past error of the method in use for the company."""
    past = proof.of(proof.used_total)
    past = past[past.projected > 0]
    if past.empty or total <= 0:
        return Unknown("history_short")
    low, high = bootstrap_interval(
        total, (past.actual / past.projected).tolist(), noises=past.noise.tolist(), level=level, seed=seed
    )
    return round(max(low, _floor(past)), 2), round(high, 2)


def _floor(past: pd.DataFrame) -> float:
    """Least that a year may bring: nothing, unless a past year ended below."""
    return min(0.0, float(past.actual.min()))


def months_ahead(portfolio: Portfolio, total: float, proof: Proof, *, level: float) -> pd.DataFrame:
    """Spread a yearly projection over its months by the season of the last years, with a band from past months.

    Returns
    -------
    DataFrame
        ``month``, ``projected``, ``naive`` (the same month of the year that is over), ``low``, ``high`` (missing
        without a past projection).
    """
    end = portfolio.as_of
    spread = _spread(portfolio, end)
    ahead = pd.DataFrame({"month": [pd.Timestamp(shifted(end, n).replace(day=1)) for n in range(1, 13)]})
    ahead["projected"] = total * spread
    ahead["naive"] = [_between(portfolio, shifted(end, n - 13), shifted(end, n - 12)) for n in range(1, 13)]
    actual, forecast = [], []
    for row in proof.of(proof.used_total).to_dict("records"):
        months = np.array(
            [_between(portfolio, shifted(row["day"], n), shifted(row["day"], n + 1)) for n in range(12)]
        )
        foreseen = (
            row["actual"] / months.sum() if months.sum() > 0 else 1.0
        )  # arrivals that nobody could foresee
        actual.append(months * foreseen)
        forecast.append((row["projected"] * _spread(portfolio, row["day"])).tolist())
    band = (
        monthly_band(pd.DataFrame(actual), pd.DataFrame(forecast), level=level)
        if actual
        else Unknown("history_short")
    )
    low, high = (float("nan"),) * 2 if isinstance(band, Unknown) else band
    return ahead.assign(low=ahead.projected * low, high=ahead.projected * high)


def _spread(portfolio: Portfolio, day: date) -> np.ndarray:
    """Shares of the twelve months that follow a day, from the whole years before it (at most three)."""
    data = portfolio.coverage
    years = []
    for back in range(3):
        start = shifted(day, -12 * (back + 1))
        if (data.first - start).days > data.tolerance_days + 1:
            break
        years.append([_between(portfolio, shifted(start, n), shifted(start, n + 1)) for n in range(12)])
    if not years:
        return np.full(12, 1 / 12)
    return seasonal_profile(pd.DataFrame(years, columns=range(1, 13))).to_numpy()


def _between(portfolio: Portfolio, start: date, end: date) -> float:
    """Revenue of the company after a day and up to another."""
    return portfolio.total_revenue(Period(start + timedelta(days=1), end))
