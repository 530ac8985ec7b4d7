"""From figures to one action a client: ordered rules, blanks, stakes, alerts, evidence (sections 12.8, 13 and 16)."""

from __future__ import annotations

from datetime import date

import pandas as pd

from capclient.course.exercises import Answer, Exercise
from capclient.course.lesson import Lesson
from capclient.decisions.facts import facts
from capclient.decisions.plan import plan
from capclient.indicators.devices import device_maturity
from capclient.indicators.grid import grid_marks
from capclient.indicators.priorities import priority_actions
from capclient.periods import Period, shifted
from capclient.vocabulary import Unknown

CODES = ["C1", "C2", "C3", "C4", "C5"]
FIVE = pd.DataFrame(
    {
        "value_class": ["A", "B", "C", "C", "B"],
        "risk": [70, 20, 10, None, 65],
        "net_rate": [0.03, 0.03, 0.18, None, 0.18],
        "service_high": [True, True, False, True, False],
        "potential_class": ["low", "low", "high", None, "high"],
    },
    index=CODES,
)  # typed in the notebook as well, as are the grid and its weights
GRID = pd.DataFrame(
    {
        "profitability": [1.0, 0.5, None, 0.0, 1.0],
        "outlook": [1.0, None, None, 0.5, None],
        "ease": [1.0, 0.5, 1.0, 0.0, None],
    },
    index=CODES,
)
WEIGHTS = {"profitability": 3, "outlook": 2, "ease": 1}
POINTS = {name: {"best": 1, "worst": 0} for name in WEIGHTS}
SERVICE_LIMIT = 0.15
FALL, LEAST = 0.25, 500.0  # of the alert that the lesson tries
MONTHS = 3  # of a block


def _first_actions(lesson: Lesson) -> pd.Series:
    return priority_actions(FIVE, median_revenue=0.0).action


def _last_actions(lesson: Lesson) -> pd.Series:
    """The rules applied from first to last, each one writing over those before it."""
    return _first_actions(lesson).mask((FIVE.net_rate < 0.10) & FIVE.service_high, "reduce_cost")


def _blanks_as_zero(lesson: Lesson) -> pd.Series:
    """What is not known taken for a zero."""
    known = FIVE.assign(risk=FIVE.risk.fillna(0), net_rate=FIVE.net_rate.fillna(0))
    return priority_actions(known, median_revenue=0.0).action


def _to_retain(lesson: Lesson) -> set[str] | Unknown:
    """The rules of the house, with its own limits: what people decided above them is left out."""
    known = facts(lesson.portfolio)
    if known.reason is not None:
        return known.reason
    ruled = priority_actions(known.clients, median_revenue=known.median_revenue)
    return set(ruled.index[ruled.action == "retain"])


def _risky(lesson: Lesson) -> set[str] | Unknown:
    """The risk alone, the three other signs forgotten."""
    retained = _to_retain(lesson)
    clients = facts(lesson.portfolio).clients
    return retained if isinstance(retained, Unknown) else retained & set(clients.index[clients.risk >= 60])


def _of_any_value(lesson: Lesson) -> set[str] | Unknown:
    """The condition of value forgotten."""
    known = facts(lesson.portfolio)
    if known.reason is not None:
        return known.reason
    ruled = priority_actions(known.clients.assign(value_class="A"), median_revenue=known.median_revenue)
    return set(ruled.index[ruled.action == "retain"])


def _reduce_stake(*, floor: bool = True, limit: float = SERVICE_LIMIT, everyone: bool = False) -> Answer:
    def answer(lesson: Lesson) -> float | Unknown:
        todo = plan(lesson.portfolio)
        if todo.reason is not None:
            return todo.reason
        clients = todo.clients if everyone else todo.clients[todo.clients.action == "reduce_cost"]
        if todo.clients.cost_to_serve.isna().all():
            return Unknown("missing:cost_to_serve")
        excess = clients.cost_to_serve - limit * clients.revenue
        return float((excess.clip(lower=0) if floor else excess).sum())

    return answer


def _lowest(lesson: Lesson) -> pd.Series:
    return grid_marks(GRID, WEIGHTS, POINTS).low


def _skipped(lesson: Lesson) -> pd.Series:
    """The blanks left out, and their weight with them."""
    weights = pd.Series(WEIGHTS)
    return 100 * (GRID * weights).sum(axis=1) / (GRID.notna() * weights).sum(axis=1)


def _block(lesson: Lesson, number: int) -> pd.Series:
    """Revenue of the clients over the calendar months of a block, counted back from that of D."""
    this = lesson.portfolio.as_of.replace(day=1)
    last = shifted(this, 1 - MONTHS * number)
    period = Period(shifted(this, 1 - MONTHS * (number + 1)), date.fromordinal(last.toordinal() - 1))
    return lesson.portfolio.revenue(period)[lesson.clients.index].round(2)


def _rings(lesson: Lesson, now: int = 4, before: int = 8, least: float = LEAST) -> set[str] | Unknown:
    """Clients whose block ``now`` is well below their block ``before``."""
    first = shifted(lesson.portfolio.as_of.replace(day=1), 1 - MONTHS * (before + 1))
    if lesson.portfolio.no_days is not None:
        return lesson.portfolio.no_days
    if (lesson.portfolio.coverage.first - first).days > lesson.portfolio.coverage.tolerance_days:
        return Unknown("history_short")
    then, since = _block(lesson, before), _block(lesson, now)
    return set(then.index[(then - since >= least) & (since <= (1 - FALL) * then)])


def _false_share(against: int = 7, *, of_all: bool = False) -> Answer:
    """Share of the alarms after which the client was back at the level of a block."""

    def answer(lesson: Lesson) -> float | Unknown:
        rung = _rings(lesson)
        if isinstance(rung, Unknown):
            return rung
        clients = sorted(rung)
        back = (_block(lesson, 3)[clients] >= _block(lesson, against)[clients]).sum()
        base = len(lesson.clients) if of_all else len(clients)
        return float(back) / base if base else Unknown("denominator_zero")

    return answer


def _kept_level(*, declared: bool = False, worthless: bool = False) -> Answer:
    """Mean level of the rows of the register; a row without evidence is worth at most 1, or nothing at all."""

    def answer(lesson: Lesson) -> float | Unknown:
        if not lesson.portfolio.has("evidence"):
            return Unknown("missing:evidence")
        register = lesson.table("evidence")
        rated = device_maturity(register, as_of=lesson.portfolio.as_of, unproven=0.0 if worthless else 1.0)
        levels = register.maturity if declared else rated.kept
        return float(levels.mean()) if levels.notna().any() else Unknown("missing:evidence")

    return answer


EXERCISES = (
    Exercise("first_actions", _first_actions, slips={"last": _last_actions, "blank": _blanks_as_zero}),
    Exercise("to_retain", _to_retain, slips={"risk": _risky, "value": _of_any_value}),
    Exercise(
        "reduce_stake",
        _reduce_stake(),
        "money",
        {
            "floor": _reduce_stake(floor=False),
            "whole": _reduce_stake(limit=0.0),
            "everyone": _reduce_stake(everyone=True),
        },
    ),
    Exercise(
        "lowest",
        _lowest,
        "index",
        {
            "skipped": _skipped,
            "middle": lambda lesson: grid_marks(GRID, WEIGHTS, POINTS).middle,
            "share": lambda lesson: _lowest(lesson) / 100,
        },
    ),
    Exercise(
        "rung",
        _rings,
        slips={
            "today": lambda lesson: _rings(lesson, 0, 4),
            "previous": lambda lesson: _rings(lesson, 4, 5),
            "small": lambda lesson: _rings(lesson, least=0.01),
        },
    ),
    Exercise(
        "false_share",
        _false_share(),
        "share",
        {"alarm": _false_share(4), "every": _false_share(of_all=True)},
    ),
    Exercise(
        "kept_level",
        _kept_level(),
        "ratio",
        {"declared": _kept_level(declared=True), "worthless": _kept_level(worthless=True)},
    ),
)
