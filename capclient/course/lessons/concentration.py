"""Who carries the revenue: ranking, classes, Gini, Herfindahl-Hirschman (section 1 of the dictionary)."""

from __future__ import annotations

import pandas as pd

from capclient.course.exercises import Exercise, of_report
from capclient.course.lesson import Lesson
from capclient.themes import concentration
from capclient.vocabulary import Unknown


def _revenue(lesson: Lesson) -> pd.Series:
    revenue = lesson.portfolio.revenue(lesson.portfolio.windows.n)[lesson.clients.index]
    return revenue[revenue > 0]


def _invoiced(lesson: Lesson) -> pd.Series:
    """Credit notes forgotten."""
    rows = lesson.lines[(lesson.lines.year == "N") & lesson.lines.is_client]
    return rows[rows.doc_type == "invoice"].groupby("customer_id").amount_ht.sum()


def _class_a(lesson: Lesson) -> set[str] | Unknown:
    found = concentration(lesson.portfolio)
    return found.reason or set(found.ranking.index[found.ranking.abc_class == "A"])


def _class_a_after(lesson: Lesson) -> set[str]:
    revenue = _revenue(lesson).sort_values(ascending=False)
    limit = float(lesson.portfolio.thresholds.concentration.abc[0])
    return set(revenue.index[revenue.cumsum() / revenue.sum() <= limit])


def _gini_upside_down(lesson: Lesson) -> float:
    revenue = _revenue(lesson).sort_values(ascending=False).reset_index(drop=True)
    count = len(revenue)
    weighed = ((revenue.index + 1) * revenue).sum()
    return float(2 * weighed / (count * revenue.sum()) - (count + 1) / count)


def _top1_margin_share(lesson: Lesson) -> float | Unknown:
    """Gross: the student has no cost to serve yet, which the figure of the report takes away where it is known."""
    largest_first = _revenue(lesson).sort_values(ascending=False).index
    margin = lesson.portfolio.customers.margin_n[largest_first]
    if margin.isna().any():
        return Unknown("missing:cost")
    return float(margin.iloc[0] / margin.sum()) if margin.sum() > 0 else Unknown("denominator_zero")


EXERCISES = (
    Exercise("revenue_by_client", _revenue, "money", {"invoiced": _invoiced}),
    of_report(
        "top3_share",
        "concentration.top3_share",
        first=lambda lesson: lesson.finding("concentration.top1_share"),
        pooled=lambda lesson: (
            _revenue(lesson).nlargest(3).sum() / lesson.lines[lesson.lines.year == "N"].amount_ht.sum()
        ),
    ),
    Exercise("class_a", _class_a, slips={"after": _class_a_after}),
    of_report(
        "gini",
        "concentration.gini",
        upside_down=_gini_upside_down,
        corrected=lambda lesson: lesson.finding("concentration.gini_corrected"),
    ),
    of_report(
        "effective_customers",
        "concentration.effective_customers",
        hundredths=lambda lesson: lesson.finding("concentration.hhi"),
    ),
    Exercise(
        "top1_margin_share",
        _top1_margin_share,
        "share",
        {
            "net": lambda lesson: lesson.finding("concentration.top1_margin_share"),
            "revenue": lambda lesson: lesson.finding("concentration.top1_share"),
        },
    ),
)
