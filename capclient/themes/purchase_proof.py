"""Models of purchase tried on months they have not seen, against the rule that costs nothing (8.2, F12).

Floor 5. The model is fitted on what was known before the last months, and says what each client will then buy; the rule
says: as many purchases as in the same time before. Both are compared with what came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from capclient.engine.value import HISTORIES, REPEATS
from capclient.indicators.value import beta_geometric, pareto
from capclient.indicators.value.histories import Histories
from capclient.indicators.value.likelihood import Fit
from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.vocabulary import Unknown

HELD_OUT = (12, 6)  # months kept for the proof: a year when the data are long enough, else half of one
GROUPS = 5  # of clients, by what was expected, in the picture of the proof


@dataclass(frozen=True)
class Proof:
    """The months kept apart, ``start`` excluded to ``end``; ``clients``: ``expected naive actual p_buys``.

    ``groups``: the means of the first three by fifth of what was expected, lowest first, and ``customers``.
    ``months``: repeat purchases cumulated at each end of month: ``actual``, ``fitted`` (by the model, up to ``start``),
    then ``model`` and ``naive``, from ``start`` on; the model is missing where it was refused. ``error``,
    ``naive_error``: root mean square error, in purchases a client; ``total``: purchases expected over purchases made;
    ``brier``: of the chance to buy at all. ``fit``: the model of that day.
    """

    start: date
    end: date
    fit: Fit | Unknown
    clients: pd.DataFrame
    groups: pd.DataFrame
    months: pd.DataFrame
    error: float | Unknown
    naive_error: float
    total: float | Unknown
    brier: float | Unknown

    @property
    def is_won(self) -> bool:
        """Tell whether the model beat the rule."""
        return not isinstance(self.error, Unknown) and self.error < self.naive_error


def histories(portfolio: Portfolio, day: date, until: date) -> pd.DataFrame:
    """Return the purchase histories at a day, pooled codes left out, and what followed up to another day."""
    frame = portfolio.ledger.frame(HISTORIES, {"day": day, "until": until}).set_index("customer_id")
    own = frame.index.isin(portfolio.customers.index[~portfolio.customers.is_pool])
    return frame[own].astype({"x": "float64", "t_x": "float64", "T": "float64"})


def too_few(portfolio: Portfolio, known: pd.DataFrame) -> Unknown | None:
    """Return why histories are too few or too short for a model, None when they are not (8.2)."""
    limits = portfolio.thresholds.value
    if known.empty or known["T"].max() < limits.min_weeks:
        return Unknown("history_short:weeks")
    if (known.x > 0).sum() < limits.min_repeat:
        return Unknown("n_small:repeat")
    return None if len(known) >= limits.min_customers else Unknown("n_small:models")


def fitted(name: str, known: pd.DataFrame) -> Fit | Unknown:
    """Fit a model by its name: ``bgnbd``, ``mbgnbd``, ``pareto``."""
    rows = Histories.of(known[known["T"] > 0])
    return pareto.fit(rows) if name == "pareto" else beta_geometric.fit(rows, modified=name == "mbgnbd")


def proof(portfolio: Portfolio) -> Proof | Unknown:
    """Fit on what was known some months ago and compare with what clients did since."""
    end = portfolio.data_end
    few: Unknown | None = Unknown("history_short:weeks")
    for months in HELD_OUT:
        start = shifted(end, -months)
        before = shifted(start, -months)
        known = histories(portfolio, start, end)
        few = too_few(portfolio, known)
        if few is None and known["T"].max() * 7 >= (start - before).days:
            break
    else:
        return few or Unknown("history_short:weeks")
    found, weeks = fitted("bgnbd", known), (end - start).days / 7
    past = histories(portfolio, before, start).later_purchases.reindex(known.index)
    # a client that is newer than the months before has bought since it came: all its purchases are of that time
    naive = past.fillna(known.x + 1).astype("float64")
    clients = pd.DataFrame({"naive": naive, "actual": known.later_purchases.astype("float64")})
    clients["expected"] = clients["p_buys"] = np.nan
    if isinstance(found, Fit):
        clients["expected"] = beta_geometric.expected_purchases(found, known, weeks)
        clients["p_buys"] = beta_geometric.probability_of_purchase(found, known, weeks)
    error, total, brier = _judged(found, clients)
    tracked = _months(portfolio, found, known, naive, (start, end))
    naive_error = _error(clients.naive, clients.actual)
    return Proof(start, end, found, clients, _groups(clients), tracked, error, naive_error, total, brier)


def _judged(
    found: Fit | Unknown, clients: pd.DataFrame
) -> tuple[float | Unknown, float | Unknown, float | Unknown]:
    """Return the error of the model, its total over what came and its Brier score; its refusal where it has none."""
    if isinstance(found, Unknown):
        return found, found, found
    made = float(clients.actual.sum())
    total = float(clients.expected.sum()) / made if made else Unknown("denominator_zero")
    bought = (clients.actual > 0).astype("float64")
    # squares: both are means, and the absolute error would reward whoever says that nobody buys
    return _error(clients.expected, clients.actual), total, float(((clients.p_buys - bought) ** 2).mean())


def _error(said: pd.Series, actual: pd.Series) -> float:
    return float(((said - actual) ** 2).mean()) ** 0.5


def _groups(clients: pd.DataFrame) -> pd.DataFrame:
    """Means by fifth of clients, by what the model expected, or the rule where there is no model."""
    order = clients.expected.fillna(clients.naive).rank(method="first")
    fifth = ((order - 1) * GROUPS // len(order)).astype("int64")
    means = clients.groupby(fifth)[["expected", "naive", "actual"]].mean()
    return means.assign(customers=clients.groupby(fifth).size())


def _months(
    portfolio: Portfolio,
    found: Fit | Unknown,
    known: pd.DataFrame,
    naive: pd.Series,
    hidden: tuple[date, date],
) -> pd.DataFrame:
    """Repeat purchases of the clients of the first hidden day, cumulated by month, and what was expected of them."""
    start, end = (pd.Timestamp(day) for day in hidden)
    pools = portfolio.customers.index[portfolio.customers.is_pool].tolist()
    seen = portfolio.ledger.frame(REPEATS, {"start": hidden[0], "end": hidden[1], "pools": pools})
    first = start - pd.Timedelta(days=round(float(known["T"].max()) * 7))
    # both ends of the hidden months may fall inside a month
    days = pd.DatetimeIndex(sorted({*pd.date_range(first, end, freq="ME"), start, end}))
    so_far = np.concatenate([[0.0], seen.purchases.cumsum().to_numpy("float64")])
    bought = pd.DatetimeIndex(seen.day).searchsorted(days, side="right")
    frame = pd.DataFrame({"actual": so_far[bought]}, index=days)
    passed = np.array([(day - start).days for day in days])
    before = float(frame.actual[start])
    frame["naive"] = np.where(passed >= 0, before + float(naive.sum()) * passed / passed[-1], np.nan)
    frame["fitted"] = frame["model"] = np.nan
    if isinstance(found, Fit):
        ages = known["T"].to_numpy()
        frame["fitted"] = [_expected_so_far(found, ages + day / 7) if day <= 0 else np.nan for day in passed]
        frame["model"] = [
            before + float(beta_geometric.expected_purchases(found, known, day / 7).sum())
            if day >= 0
            else np.nan
            for day in passed
        ]
    return frame


def _expected_so_far(found: Fit, weeks: np.ndarray) -> float:
    """Purchases that the model expects of clients since their first one, that many weeks ago."""
    ages, clients = np.unique(weeks[weeks > 0], return_counts=True)
    fresh = pd.DataFrame({"x": 0.0, "t_x": 0.0, "T": np.zeros(len(ages))})
    return float(beta_geometric.expected_purchases(found, fresh, ages).to_numpy() @ clients)
