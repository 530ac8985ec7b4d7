"""What a client is worth: discounting, retention, purchase models, the naive forecast (sections 8.2, 11.1 and 15.2)."""

from __future__ import annotations

import pandas as pd

from capclient.course.exercises import Answer, Exercise
from capclient.course.lesson import Lesson
from capclient.indicators.value.beta_geometric import NAMES, probability_active
from capclient.indicators.value.equity import customer_equity
from capclient.indicators.value.likelihood import Fit
from capclient.themes.purchase_proof import histories
from capclient.vocabulary import Unknown

DISCOUNT, YEARS = 0.10, 5  # typed in the notebook as well: hypotheses of the lesson, not of the company
POINTS = 0.05
CODES = ["C1", "C2", "C3", "C4", "C5"]
FIVE = pd.DataFrame(
    {"margin": [100, 100, 50, 300, -10], "retention": [0.90, 0.80, 0.60, 0.30, 0.80]}, index=CODES
)
BUYERS = pd.DataFrame({"x": [20, 2, 2, 1, 20], "t_x": [28.0, 28.0, 10.0, 5.0, 38.0], "T": 39.0}, index=CODES)
# Fader, Hardie and Lee (2005), the CDNOW sample: 2,357 clients
PUBLISHED = Fit(NAMES, (0.243, 4.414, 0.793, 2.426), (0.0, 0.0, 0.0, 0.0), -9582.4, 2357)


def _five_worth(
    retention: float | None = None, discount: float = DISCOUNT, *, at_start: bool = False
) -> Answer:
    """Worth of the five invented clients; a client that surely stays has a retention of 1."""
    kept = FIVE.retention if retention is None else pd.Series(retention, index=CODES)

    def answer(lesson: Lesson) -> pd.Series:
        worth = customer_equity(FIVE.margin, kept, discount=discount, years=YEARS)
        return worth * (1 + discount) / kept if at_start else worth

    return answer


def _active(lesson: Lesson, year: str) -> set[str]:
    revenue = lesson.portfolio.revenue(lesson.years[year])[lesson.clients.index]
    return set(revenue.index[revenue > 0])


def _staying(lesson: Lesson, year: str, later: str) -> float | Unknown:
    """Share of the clients active in a year that are active in another one."""
    at_first = _active(lesson, year)
    return len(at_first & _active(lesson, later)) / len(at_first) if at_first else Unknown("history_short")


def _margin(lesson: Lesson) -> float | Unknown:
    margin = lesson.portfolio.customers.margin_n[sorted(_active(lesson, "N"))]
    return Unknown("missing:cost") if margin.isna().any() else float(margin.sum())


def _equity(points: float = 0.0, discount: float = DISCOUNT, *, forever: bool = False) -> Answer:
    """Worth of all active clients with one retention for all, moved by some points."""

    def answer(lesson: Lesson) -> float | Unknown:
        margin, kept = _margin(lesson), _staying(lesson, "N-1", "N")
        if isinstance(margin, Unknown):
            return margin
        if isinstance(kept, Unknown):
            return kept
        retention = 1.0 if forever else kept + points
        worth = customer_equity(pd.Series([margin]), pd.Series([retention]), discount=discount, years=YEARS)
        return float(worth.iloc[0])

    return answer


def _of_revenue(lesson: Lesson) -> float | Unknown:
    """Costs forgotten: revenue taken for margin."""
    kept = _staying(lesson, "N-1", "N")
    if isinstance(kept, Unknown):
        return kept
    revenue = lesson.portfolio.revenue(lesson.years["N"])[sorted(_active(lesson, "N"))]
    worth = customer_equity(
        pd.Series([float(revenue.sum())]), pd.Series([kept]), discount=DISCOUNT, years=YEARS
    )
    return float(worth.iloc[0])


def _change(points: float) -> Answer:
    """Euros between the simple worth and what it is once retention has moved, as a positive number."""

    def answer(lesson: Lesson) -> float | Unknown:
        now, moved = _equity()(lesson), _equity(points)(lesson)
        return now if isinstance(now, Unknown) else abs(moved - now)

    return answer


def _repeats(lesson: Lesson) -> pd.Series | Unknown:
    if lesson.portfolio.no_days is not None:
        return lesson.portfolio.no_days
    known = histories(lesson.portfolio, lesson.portfolio.as_of, lesson.portfolio.as_of)
    return known.x[known.index.isin(lesson.clients.index)]


def _rows(lesson: Lesson) -> pd.Series:
    """Each invoice line taken for a purchase."""
    rows = lesson.lines[lesson.lines.is_client & (lesson.lines.doc_type == "invoice")]
    return rows.groupby("customer_id").size() - 1


def _with_first(lesson: Lesson) -> pd.Series | Unknown:
    """The first purchase day counted as well."""
    repeats = _repeats(lesson)
    return repeats if isinstance(repeats, Unknown) else repeats + 1


def _with_credit_notes(lesson: Lesson) -> pd.Series:
    """Credit notes taken for purchases."""
    rows = lesson.lines[lesson.lines.is_client]
    return rows.groupby("customer_id").invoice_date.nunique() - 1


def _p_active(lesson: Lesson) -> pd.Series:
    return probability_active(PUBLISHED, BUYERS)


def _without_pace(lesson: Lesson) -> pd.Series:
    """The power x, without the r that stands for what nobody has seen yet."""
    _, alpha, a, b = PUBLISHED.values
    odds = a / (b + BUYERS.x - 1) * ((alpha + BUYERS["T"]) / (alpha + BUYERS.t_x)) ** BUYERS.x
    return 1 / (1 + odds)


def _announced(lesson: Lesson) -> pd.DataFrame:
    """Clients active in N-1: what is announced for N (``N-1``) and what came (``N``)."""
    revenue = lesson.portfolio.revenue
    both = pd.DataFrame({year: revenue(lesson.years[year]) for year in ("N-1", "N")})
    return both.loc[sorted(_active(lesson, "N-1"))]


def _naive_error(lesson: Lesson) -> float | Unknown:
    said = _announced(lesson)
    came = float(said["N"].sum())
    return float((said["N"] - said["N-1"]).abs().sum()) / came if came > 0 else Unknown("denominator_zero")


def _total_error(lesson: Lesson) -> float | Unknown:
    """The gaps of clients left to make up for each other."""
    said = _announced(lesson)
    came = float(said["N"].sum())
    return abs(float((said["N"] - said["N-1"]).sum())) / came if came > 0 else Unknown("denominator_zero")


def _over_announced(lesson: Lesson) -> float | Unknown:
    said = _announced(lesson)
    if said.empty:
        return Unknown("denominator_zero")
    return float((said["N"] - said["N-1"]).abs().sum()) / float(said["N-1"].sum())


EXERCISES = (
    Exercise(
        "five_worth",
        _five_worth(),
        "money",
        {
            "at_start": _five_worth(at_start=True),
            "undiscounted": _five_worth(discount=0.0),
            "forever": _five_worth(1.0),
        },
    ),
    Exercise(
        "still_there",
        lambda lesson: _staying(lesson, "N-2", "N"),
        "share",
        {
            "survivors": lambda lesson: _staying(lesson, "N", "N-2"),
            "one_year": lambda lesson: _staying(lesson, "N-1", "N"),
        },
    ),
    Exercise(
        "simple_equity",
        _equity(),
        "money",
        {"undiscounted": _equity(discount=0.0), "forever": _equity(forever=True), "revenue": _of_revenue},
    ),
    Exercise("points_lost", _change(-POINTS), "money", {"gained": _change(POINTS)}),
    Exercise(
        "repeats",
        _repeats,
        "count",
        {"first": _with_first, "rows": _rows, "credit_notes": _with_credit_notes},
    ),
    Exercise(
        "p_active",
        _p_active,
        "share",
        {"gone": lambda lesson: 1 - _p_active(lesson), "pace": _without_pace},
    ),
    Exercise("naive_error", _naive_error, "share", {"total": _total_error, "announced": _over_announced}),
)
