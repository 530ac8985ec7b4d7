"""An exercise: the answer that the package computes, and the slips that are worth a word of their own.

Floor 8. Its title, its hints and what is said of each slip stand in ``wording/*/course_<lesson>.po`` under
``lesson.<lesson>.<exercise>``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from capclient.course.lesson import Lesson
from capclient.params_errors import with_near
from capclient.vocabulary import finding_specs

LESSONS = (
    "ledger",
    "concentration",
    "loyalty",
    "baskets",
    "rhythm",
    "profitability",
    "receivables",
    "worth",
    "decisions",
)  # modules of capclient.course.lessons, in the order of the course

Answer = Callable[[Lesson], Any]


@dataclass(frozen=True)
class Exercise:
    """A question with one answer.

    Parameters
    ----------
    name
        Also the name of the variable that holds the answer in the notebook.
    answer
        Computes a number, a text, a set of client codes or a Series by client code; or an ``Unknown``.
    unit
        Unit of a number, as in the catalogue of findings (``money``, ``share``, ``count`` ...).
    slips
        By code, the wrong answer that a known slip gives; ``lesson.<lesson>.<name>.slip.<code>`` explains it.
    """

    name: str
    answer: Answer
    unit: str = "ratio"
    slips: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))


def of_report(name: str, id: str, **slips: Answer) -> Exercise:
    """Return the exercise whose answer is a figure of the report, by its identifier."""
    return Exercise(name, lambda lesson: lesson.finding(id), finding_specs()[id].unit, slips)


@cache
def exercises(lesson: str) -> Mapping[str, Exercise]:
    """Return the exercises of a lesson by name, in order.

    Raises
    ------
    ParamsError
        If there is no such lesson.
    """
    if lesson not in LESSONS:
        raise with_near("course.unknown_lesson", lesson, LESSONS, lesson=lesson)
    module = import_module(f"capclient.course.lessons.{lesson}")
    return MappingProxyType({exercise.name: exercise for exercise in module.EXERCISES})
