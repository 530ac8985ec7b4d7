"""From ledger lines to revenue: documents, credit notes, clients, codes, years (sections 0.1 to 0.5)."""

from __future__ import annotations

import pandas as pd

from capclient.course.exercises import Exercise, of_report
from capclient.course.lesson import Lesson
from capclient.themes import quality
from capclient.vocabulary import Unknown


def _year(lesson: Lesson, name: str = "N") -> pd.DataFrame:
    """Lines of a year that are revenue."""
    return lesson.lines[(lesson.lines.year == name) & (lesson.lines.doc_type != "deposit")]


def _revenue(lesson: Lesson, name: str = "N") -> float:
    return float(_year(lesson, name).amount_ht.sum())


def _of_clients(lesson: Lesson, name: str = "N") -> float:
    rows = _year(lesson, name)
    return float(rows[rows.is_client].amount_ht.sum())


def _of_type(lesson: Lesson, kind: str) -> pd.DataFrame:
    return lesson.lines[(lesson.lines.year == "N") & (lesson.lines.doc_type == kind)]


def _per(part: float, whole: float) -> float | Unknown:
    return part / whole if whole else Unknown("denominator_zero")


def _invoices(lesson: Lesson) -> float | str | Unknown:
    """The orders of the report; where lines bear order numbers an order is no longer an invoice, and these count."""
    if lesson.table("invoice_lines").order_id.isna().all():
        return lesson.finding("purchases.orders")
    return _of_type(lesson, "invoice").invoice_id.nunique()


def _active(lesson: Lesson) -> int | Unknown:
    if not lesson.portfolio.is_complete(lesson.portfolio.windows.n):
        return Unknown("period_incomplete")
    return int((lesson.portfolio.customers.revenue_n[lesson.clients.index] > 0).sum())


def _bare(codes: pd.Series) -> pd.Series:
    """What the exercise forgets of a code: capitals and spaces."""
    return codes.str.lower().str.replace(" ", "")


def _twins(lesson: Lesson) -> set[str]:
    """The codes that the report proposes to bring together, for capitals and spaces only."""
    pairs = quality(lesson.portfolio).pairs
    pairs = pairs[_bare(pairs.customer_id) == _bare(pairs.other_id)]
    return {*pairs.customer_id, *pairs.other_id} & set(lesson.clients.index)


def _later_twins(lesson: Lesson) -> set[str]:
    codes = lesson.clients.index.to_series()
    return set(codes[_bare(codes).duplicated()])


EXERCISES = (
    Exercise(
        "invoices",
        _invoices,
        "count",
        {
            "lines": lambda lesson: len(_of_type(lesson, "invoice")),
            "documents": lambda lesson: _year(lesson).invoice_id.nunique(),
            "clients": lambda lesson: _of_type(lesson, "invoice").query("is_client").invoice_id.nunique(),
        },
    ),
    of_report(
        "revenue",
        "portfolio.revenue_n",
        invoiced=lambda lesson: _of_type(lesson, "invoice").amount_ht.sum(),
        clients=_of_clients,
        all_years=lambda lesson: lesson.lines[lesson.lines.doc_type != "deposit"].amount_ht.sum(),
    ),
    of_report(
        "credit_note_rate",
        "purchases.credit_note_rate",
        over_net=lambda lesson: _per(-_of_type(lesson, "credit_note").amount_ht.sum(), _revenue(lesson)),
        documents=lambda lesson: _per(
            _of_type(lesson, "credit_note").invoice_id.nunique(),
            _of_type(lesson, "invoice").invoice_id.nunique(),
        ),
    ),
    Exercise(
        "active_clients",
        _active,
        "customers",
        {
            "pooled": lambda lesson: int((_year(lesson).groupby("customer_id").amount_ht.sum() > 0).sum()),
            "known": lambda lesson: len(lesson.clients),
            "lines": lambda lesson: int(_year(lesson).is_client.sum()),
        },
    ),
    Exercise("twin_codes", _twins, slips={"second": _later_twins}),
    of_report(
        "growth",
        "portfolio.growth",
        over_n=lambda lesson: _per(_revenue(lesson) - _revenue(lesson, "N-1"), _revenue(lesson)),
        ratio=lambda lesson: _per(_revenue(lesson), _revenue(lesson, "N-1")),
        clients=lambda lesson: _per(
            _of_clients(lesson) - _of_clients(lesson, "N-1"), _of_clients(lesson, "N-1")
        ),
    ),
    of_report(
        "unassigned_revenue",
        "quality.revenue_unassigned",
        pooled=lambda lesson: _revenue(lesson) - _of_clients(lesson),
        all_years=lambda lesson: lesson.lines[lesson.lines.customer_id.isna()].amount_ht.sum(),
    ),
)
