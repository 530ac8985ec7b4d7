"""Which clients really earn money: margin, cost to serve, whale curve (section 4 of the dictionary)."""

from __future__ import annotations

import pandas as pd

from capclient.course.exercises import Exercise, of_report
from capclient.course.lesson import Lesson
from capclient.engine import margins as engine
from capclient.indicators.cost_to_serve import priced, unit_cost
from capclient.themes.margins import elements, margins
from capclient.themes.net_margin import NetMargin, net_margin
from capclient.themes.service import NO_SERVICE, service
from capclient.themes.service_drivers import drivers_of
from capclient.vocabulary import Unknown

NO_POOL = Unknown("missing:cost_pools")


def _gross(lesson: Lesson) -> pd.Series | Unknown:
    """Clients with a line of known cost, in euros."""
    known = margins(lesson.portfolio)
    if known.reason is not None:
        return known.reason
    clients = elements(known.rows, engine.BY_CUSTOMER).reindex(lesson.clients.index, fill_value=0)
    clients = clients[clients.costed_size_n > 0]
    return (clients.costed_n - clients.cost_n) / 100


def _costed(lesson: Lesson) -> pd.DataFrame:
    rows = lesson.lines
    return rows[(rows.year == "N") & rows.cost.notna()]


def _of_clients(lesson: Lesson) -> pd.DataFrame:
    rows = _costed(lesson)
    return rows[rows.is_client]


def _invoices_only(lesson: Lesson) -> pd.Series:
    rows = _of_clients(lesson)
    rows = rows[rows.doc_type == "invoice"]
    return (rows.amount_ht - rows.cost).groupby(rows.customer_id).sum()


def _rate_of(rows: pd.DataFrame, base: str) -> float | Unknown:
    total = float(rows[base].sum())
    return float((rows.amount_ht - rows.cost).sum()) / total if total > 0 else Unknown("denominator_zero")


def _mean_of_rates(lesson: Lesson) -> float:
    sums = _of_clients(lesson).groupby("customer_id")[["amount_ht", "cost"]].sum()
    sums = sums[sums.amount_ht > 0]
    return float((1 - sums.cost / sums.amount_ht).mean())


def _sheet(lesson: Lesson) -> pd.Series | Unknown:
    if not lesson.portfolio.has("cost_to_serve"):
        return NO_SERVICE
    rows, *_ = drivers_of(lesson.portfolio)
    rows = rows[(rows.source == "sheet") & rows.unit_cost.notna()]
    return priced(rows.qty, rows.unit_cost).groupby(rows.customer_id).sum()


def _sheet_of_all_years(lesson: Lesson) -> pd.Series | Unknown:
    if not lesson.portfolio.has("cost_to_serve"):
        return NO_SERVICE
    rows = lesson.table("cost_to_serve")
    return (rows.driver_qty * rows.unit_cost).groupby(rows.customer_id).sum()


def _sheet_quantities(lesson: Lesson) -> pd.Series:
    rows, *_ = drivers_of(lesson.portfolio)
    rows = rows[rows.source == "sheet"]
    return rows.groupby("customer_id").qty.sum()


def _visit_unit_cost(lesson: Lesson) -> float | Unknown:
    pool = lesson.portfolio.params.economics.cost_pools.get("visit")
    return NO_POOL if pool is None else float(unit_cost(pool.amount, pool.capacity))


def _by_visits_made(lesson: Lesson) -> float | Unknown:
    known = service(lesson.portfolio).activities
    if known.empty or not (visits := known[known.activity == "visit"]).qty.gt(0).any():
        return NO_POOL
    return float(visits.pool.iloc[0] / visits.qty.iloc[0])


def _net(lesson: Lesson) -> NetMargin | Unknown:
    """The curve must be that of margins net of service: a student who has no cost to serve has nothing to subtract."""
    found = net_margin(lesson.portfolio)
    if found.reason is None and found.basis == "gross":
        return NO_SERVICE
    return found.reason or found


def _net_margin(lesson: Lesson) -> pd.Series | Unknown:
    found = _net(lesson)
    return found if isinstance(found, Unknown) else found.curve.margin


def _everyone(lesson: Lesson) -> pd.Series | Unknown:
    known = _net_margin(lesson)
    return known if isinstance(known, Unknown) else known.reindex(lesson.clients.index, fill_value=0.0)


def _buyers(lesson: Lesson) -> pd.Series | Unknown:
    known, bought = _net_margin(lesson), _gross(lesson)
    if isinstance(known, Unknown) or isinstance(bought, Unknown):
        return NO_SERVICE
    return known[known.index.isin(bought.index)]


def _with_holes(lesson: Lesson) -> pd.Series | Unknown:
    """The subtraction of two series that do not hold the same codes."""
    bought, found = _gross(lesson), _net(lesson)
    if isinstance(bought, Unknown) or isinstance(found, Unknown):
        return NO_SERVICE
    cost = found.customers.cost_to_serve
    return bought - cost[(cost > 0) & cost.index.isin(found.curve.index)]


def _peak_share(lesson: Lesson) -> float | str | Unknown:
    found = _net(lesson)
    return found if isinstance(found, Unknown) else lesson.finding("margin.whale_peak_share")


def _makers_share(lesson: Lesson) -> float | Unknown:
    known = _net_margin(lesson)
    return known if isinstance(known, Unknown) else float((known > 0).mean())


def _destroyers(lesson: Lesson) -> set[str] | Unknown:
    known = _net_margin(lesson)
    return known if isinstance(known, Unknown) else set(known.index[known < 0])


def _dear_to_serve(lesson: Lesson) -> set[str] | Unknown:
    served = service(lesson.portfolio)
    return served.reason or set(served.customers.index[served.customers.is_high])


def _without_credit(lesson: Lesson) -> set[str] | Unknown:
    known, costs = _net_margin(lesson), service(lesson.portfolio).costs
    if isinstance(known, Unknown) or "credit" not in costs:
        return NO_SERVICE
    before = (known + costs.credit.reindex(known.index)).round(2)
    return set(before.index[before < 0])


EXERCISES = (
    Exercise(
        "gross_margin",
        _gross,
        "money",
        {
            "revenue": lambda lesson: _of_clients(lesson).groupby("customer_id").amount_ht.sum(),
            "invoices": _invoices_only,
        },
    ),
    of_report(
        "gross_rate",
        "margin.gross_rate",
        mean=_mean_of_rates,
        markup=lambda lesson: _rate_of(_costed(lesson), "cost"),
        clients=lambda lesson: _rate_of(_of_clients(lesson), "amount_ht"),
    ),
    Exercise("sheet_cost", _sheet, "money", {"years": _sheet_of_all_years, "quantity": _sheet_quantities}),
    Exercise("visit_unit_cost", _visit_unit_cost, "money", {"made": _by_visits_made}),
    Exercise(
        "net_margin",
        _net_margin,
        "money",
        {"everyone": _everyone, "buyers": _buyers, "holes": _with_holes},
    ),
    Exercise(
        "peak_share",
        _peak_share,
        "share",
        {
            "makers": _makers_share,
            "destroyed": lambda lesson: lesson.finding("margin.whale_destroyed_share"),
            "euros": lambda lesson: lesson.finding("margin.whale_peak"),
        },
    ),
    Exercise("destroyers", _destroyers, slips={"dear": _dear_to_serve, "credit": _without_credit}),
)
