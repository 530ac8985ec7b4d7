"""Who stays, leaves, arrives and comes back, and what "lost" means (sections 0.5 and 2 of the dictionary)."""

from __future__ import annotations

import pandas as pd

from capclient.course.exercises import Exercise, of_report
from capclient.course.lesson import Lesson
from capclient.themes import counts
from capclient.vocabulary import Unknown

DAYS_A_YEAR = 365.25
TYPED_Z = 1.96  # what a student writes in place of the quantile


def _per(part: float, whole: float) -> float | Unknown:
    return float(part / whole) if whole else Unknown("denominator_zero")


def _now(lesson: Lesson) -> pd.Series:
    return lesson.portfolio.revenue(lesson.portfolio.windows.n)[lesson.clients.index]


def _before(lesson: Lesson) -> pd.Series:
    return lesson.portfolio.revenue(lesson.portfolio.windows.n1)[lesson.clients.index]


def _is_lost(lesson: Lesson) -> pd.Series:
    return (_before(lesson) > 0) & (_now(lesson) <= 0)


def _status(lesson: Lesson, *wanted: str) -> set[str] | Unknown:
    status = counts(lesson.portfolio).customers.status[lesson.clients.index]
    return Unknown("period_incomplete") if status.isna().all() else set(status.index[status.isin(wanted)])


def _bound(lesson: Lesson, place: int) -> float | Unknown:
    """A bound of the interval that the report gives to attrition."""
    rate = lesson.finding("retention.attrition_rate")
    interval = lesson.findings["retention.attrition_rate"].interval
    if isinstance(rate, Unknown):
        return rate
    return interval[place] if interval else Unknown("denominator_zero")


def _observed(lesson: Lesson) -> tuple[float, int]:
    """Attrition and the number of clients behind it; 0 of 1 where nobody was there."""
    n = int((_before(lesson) > 0).sum())
    return _is_lost(lesson).sum() / max(n, 1), max(n, 1)


def _plain_bound(lesson: Lesson) -> float:
    """The bound of the textbook, that of a bell curve around the rate."""
    rate, n = _observed(lesson)
    return float(rate + TYPED_Z * (rate * (1 - rate) / n) ** 0.5)


def _gains(lesson: Lesson) -> float:
    """What the clients of N-1 buy more, and all that the others buy."""
    now, before = _now(lesson), _before(lesson)
    return float((now - before)[before > 0].clip(lower=0).sum() + now[(before <= 0) & (now > 0)].sum())


def _first(lesson: Lesson) -> pd.Series:
    return lesson.portfolio.customers.first_purchase[lesson.clients.index].astype("datetime64[ns]")


def _seniority(lesson: Lesson) -> float | str | Unknown:
    """From the invoices alone: the report also believes a date that the client sheet tells."""
    known = lesson.finding("retention.seniority_mean_years")
    if isinstance(known, Unknown):
        return known
    return float((lesson.day - _first(lesson)[_now(lesson) > 0]).dt.days.mean() / DAYS_A_YEAR)


def _silent(lesson: Lesson, *, since: pd.Timestamp | None) -> pd.Index:
    """Clients whose last purchase, seen at the end of N-1, lies between ``since`` and the middle of that year."""
    year = lesson.portfolio.windows.n1
    last = lesson.portfolio.at(year.end).customers.last_purchase.astype("datetime64[ns]")
    last = last[last.index.isin(lesson.clients.index)]
    silent = last < pd.Timestamp(year.start) + pd.DateOffset(months=6)
    return last.index[silent if since is None else silent & (last >= since)]


def _bought(lesson: Lesson) -> pd.Index:
    """Clients with an invoice in N."""
    year = lesson.portfolio.windows.n
    last = lesson.portfolio.at(year.end).customers.last_purchase.astype("datetime64[ns]")
    return last.index[last >= pd.Timestamp(year.start)]


def _returned(lesson: Lesson) -> float | Unknown:
    at = lesson.portfolio.windows
    if not (lesson.portfolio.is_complete(at.n) and lesson.portfolio.is_complete(at.n1)):
        return Unknown("period_incomplete")
    silent = _silent(lesson, since=pd.Timestamp(at.n1.start))
    return _per(silent.isin(_bought(lesson)).sum(), len(silent))


def _returned_of_all(lesson: Lesson) -> float | Unknown:
    silent = _silent(lesson, since=None)
    return _per(silent.isin(_bought(lesson)).sum(), len(silent))


def _still_of_early(lesson: Lesson) -> float | Unknown:
    """Whoever bought in the first half of N-1, silent afterwards or not."""
    rows = lesson.lines[
        (lesson.lines.year == "N-1") & lesson.lines.is_client & (lesson.lines.doc_type == "invoice")
    ]
    middle = pd.Timestamp(lesson.years["N-1"].start) + pd.DateOffset(months=6)
    early = pd.Index(rows.customer_id[rows.invoice_date < middle].unique())
    return _per(early.isin(_bought(lesson)).sum(), len(early))


EXERCISES = (
    Exercise(
        "new_clients",
        lambda lesson: _status(lesson, "new"),
        slips={
            "back": lambda lesson: _status(lesson, "new", "reactivated"),
            "active": lambda lesson: set(lesson.clients.index[_now(lesson) > 0]),
        },
    ),
    of_report(
        "attrition_rate",
        "retention.attrition_rate",
        over_n=lambda lesson: _per(_is_lost(lesson).sum(), (_now(lesson) > 0).sum()),
        over_all=lambda lesson: _per(_is_lost(lesson).sum(), len(lesson.clients)),
        revenue=lambda lesson: lesson.finding("retention.attrition_revenue_rate"),
    ),
    Exercise(
        "attrition_high",
        lambda lesson: _bound(lesson, 1),
        "share",
        {"low": lambda lesson: _bound(lesson, 0), "plain": _plain_bound},
    ),
    of_report(
        "grr",
        "retention.grr",
        net=lambda lesson: lesson.finding("retention.nrr"),
        everybody=lambda lesson: _per(_now(lesson).sum(), _before(lesson).sum()),
        number=lambda lesson: lesson.finding("retention.retention_rate"),
    ),
    of_report(
        "renewal_rate",
        "retention.renewal_rate",
        over_n1=lambda lesson: _per(
            _gains(lesson), lesson.portfolio.total_revenue(lesson.portfolio.windows.n1)
        ),
        growing=lambda lesson: lesson.finding("retention.renewal_rate_growth"),
        clients=lambda lesson: _per(_gains(lesson), _now(lesson).sum()),
    ),
    Exercise(
        "seniority_mean_years",
        _seniority,
        "years",
        {
            "everybody": lambda lesson: float((lesson.day - _first(lesson)).dt.days.mean() / DAYS_A_YEAR),
            "weighted": lambda lesson: lesson.finding("retention.seniority_weighted_years"),
            "days": lambda lesson: float((lesson.day - _first(lesson)[_now(lesson) > 0]).dt.days.mean()),
        },
    ),
    Exercise(
        "returned_share",
        _returned,
        "share",
        {"all_silent": _returned_of_all, "all_early": _still_of_early},
    ),
)
