"""Who owes what, and since when: aged balance, lateness, days of sales (section 5 of the dictionary)."""

from __future__ import annotations

import pandas as pd

from capclient.course.exercises import of_report
from capclient.course.lesson import Lesson
from capclient.periods import shifted
from capclient.themes.accounts import months_back, sales, year
from capclient.vocabulary import Unknown


def _sum(lesson: Lesson, *ids: str) -> float | Unknown:
    """Add up figures of the report that are known."""
    values = [lesson.finding(f"receivables.{id}") for id in ids]
    unknown = next((value for value in values if isinstance(value, Unknown)), None)
    return unknown or sum(float(value) for value in values if not isinstance(value, Unknown))


def _without_credit_notes(lesson: Lesson) -> float:
    rows = lesson.table("positions")
    return float(rows.amount[rows.kind.isin(["invoice", "payment"])].sum())


def _open(lesson: Lesson, booked_by: pd.Timestamp) -> pd.DataFrame:
    """Debts booked by a day, with what is left of them today: ``due_date amount open``, disputed ones left out."""
    rows = lesson.table("positions")
    rows = rows[(rows.amount > 0) & ~rows.disputed & (rows.booked <= booked_by)].set_index("item_id")
    settled = lesson.table("settlements").groupby("debit_id").amount.sum()
    rows = rows.assign(open=(rows.amount - settled.reindex(rows.index, fill_value=0)).round(2))
    return rows[rows.open > 0]


def _due_today_too(lesson: Lesson) -> float:
    rows = _open(lesson, lesson.day)
    return float(rows.open[rows.due_date <= lesson.day].sum())


def _as_billed(lesson: Lesson) -> float:
    rows = _open(lesson, lesson.day)
    return float(rows.amount[rows.due_date < lesson.day].sum())


def _one_day_early(lesson: Lesson) -> float:
    """Classes that keep their left border."""
    rows = _open(lesson, lesson.day)
    age = (lesson.day - rows.due_date).dt.days
    return float(rows.open[(age >= 30) & (age < 60)].sum())


def _with_hindsight(lesson: Lesson) -> float:
    """The balance of a year ago, less what was paid since."""
    then = pd.Timestamp(shifted(lesson.portfolio.as_of, -12))
    rows = _open(lesson, then)
    return float(rows.open[rows.due_date < then].sum())


def _over_untaxed_sales(lesson: Lesson) -> float | Unknown:
    period, owed = year(lesson.portfolio), lesson.finding("receivables.total")
    if isinstance(owed, Unknown):
        return owed
    untaxed = lesson.portfolio.total_revenue(period)
    return float(owed) / untaxed * period.days if untaxed > 0 else Unknown("denominator_zero")


def _banker_year(lesson: Lesson) -> float | Unknown:
    """360 days, as bankers count."""
    known = lesson.finding("receivables.dso")
    return known if isinstance(known, Unknown) else float(known) * 360 / year(lesson.portfolio).days


def _whole_months(lesson: Lesson) -> float | Unknown:
    left = lesson.finding("receivables.total")
    if isinstance(left, Unknown):
        return left
    cents, total = round(float(left) * 100), 0
    for sold, days in months_back(lesson.portfolio, sales(lesson.portfolio)):
        if cents <= 0:
            break
        cents, total = cents - sold, total + days
    return float(total)


EXERCISES = (
    of_report(
        "receivable",
        "receivables.total",
        credit_notes=_without_credit_notes,
        debts=lambda lesson: _sum(lesson, "not_due", "overdue", "undated", "disputed"),
    ),
    of_report(
        "overdue",
        "receivables.overdue",
        today=_due_today_too,
        billed=_as_billed,
        net=lambda lesson: _sum(lesson, "overdue", "unallocated"),
    ),
    of_report(
        "overdue_31_60",
        "receivables.overdue_31_60",
        shifted=_one_day_early,
        beyond=lambda lesson: _sum(lesson, "overdue_31_60", "overdue_61_90", "overdue_over_90"),
    ),
    of_report(
        "overdue_before",
        "receivables.overdue_before",
        hindsight=_with_hindsight,
        owed=lambda lesson: lesson.finding("receivables.total_before"),
    ),
    of_report(
        "days_late",
        "receivables.days_late_floored",
        signed=lambda lesson: lesson.finding("receivables.days_late_signed"),
        unweighted=lambda lesson: lesson.finding("receivables.days_late_unweighted"),
    ),
    of_report("dso", "receivables.dso", untaxed=_over_untaxed_sales, banker=_banker_year),
    of_report(
        "dso_countback",
        "receivables.dso_countback",
        simple=lambda lesson: lesson.finding("receivables.dso"),
        whole=_whole_months,
    ),
)
