"""The lesson that is open in this kernel: check an answer, ask for a hint, see what is done.

Floor 8. A kernel runs one lesson about one company, as a chapter does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from capclient.course.exercises import Exercise, exercises
from capclient.course.judging import Judgement, judged
from capclient.course.lesson import Lesson, missing
from capclient.course.verdict import Scoreboard, Verdict
from capclient.errors import ParamsError
from capclient.findings import reason_text, sentence
from capclient.notebook.desk import desk, open_portfolio
from capclient.params_errors import with_near
from capclient.vocabulary import Unknown
from capclient.wording import has, text
from capclient.wording.numbers import spoken

MOST = 1_000_000  # codes that are read one by one: an answer that never ends is cut
HUGE = 1e15  # beyond, a number is written with a power of ten
LONGEST = 80  # characters of a code, or of a word of a student, in a sentence


@dataclass
class Classroom:
    """A lesson, the mark of each exercise that was tried, and how many hints of each were asked for."""

    lesson: Lesson
    marks: dict[str, str] = field(default_factory=dict)
    hints: dict[str, int] = field(default_factory=dict)

    def exercise(self, name: str) -> Exercise:
        """Return an exercise of the lesson.

        Raises
        ------
        ParamsError
            If the lesson has none of that name.
        """
        known = exercises(self.lesson.name)
        if name not in known:
            raise with_near("course.unknown_exercise", name, tuple(known), exercise=name)
        return known[name]

    def key(self, name: str, what: str) -> str:
        """Return the key of a sentence about an exercise."""
        return f"lesson.{self.lesson.name}.{name}.{what}"


_rooms: list[Classroom] = []


def open_lesson(name: str, params: str = "demo", *, lang: str = "fr", as_of: str = "") -> Lesson:
    """Open the data of a lesson.

    Parameters
    ----------
    name
        Name of the lesson, among ``capclient.course.exercises.LESSONS``.
    params, lang, as_of
        As for :func:`capclient.notebook.open_portfolio`: any company will do.

    Raises
    ------
    ParamsError, SourceError, LedgerError
        If there is no such lesson, or the company cannot be read, or gave totals by client and no line.
    """
    exercises(name)
    portfolio = open_portfolio(params, lang=lang, as_of=as_of)
    if not portfolio.has_lines:
        raise missing("invoice_lines")
    lesson = Lesson(name, portfolio, desk().findings, lang)
    _rooms[:] = [Classroom(lesson)]
    return lesson


def classroom() -> Classroom:
    """Return what is open.

    Raises
    ------
    ParamsError
        If ``open_lesson`` was not called yet.
    """
    if not _rooms:
        raise ParamsError("course.not_open")
    return _rooms[-1]


def check(name: str, answer: Any) -> Verdict:
    """Say whether an answer is right; when it is not, which slip it looks like.

    Parameters
    ----------
    name
        Name of the exercise.
    answer
        A number, a text, codes of clients, or a Series by client code; ``...`` while nothing was written.

    Raises
    ------
    ParamsError
        If the lesson has no such exercise.
    """
    room = classroom()
    exercise, lesson = room.exercise(name), room.lesson
    if isinstance(answer, Iterator):  # read once here, looked at several times below
        answer = list(islice(answer, MOST))
    judgement = judged(answer, exercise.answer(lesson), exercise.unit)
    mark = (
        "right"
        if judgement.is_right
        else judgement.code
        if judgement.code in {"todo", "unknown"}
        else "wrong"
    )
    if room.marks.get(name) != "right" or mark == "right":
        room.marks[name] = mark
    return Verdict(mark, _words(room, exercise, judgement, answer), lesson.lang)


def hint(name: str) -> Verdict:
    """Give the next hint of an exercise; once all are given, the last one again."""
    room = classroom()
    room.exercise(name)
    wanted = room.hints.get(name, 0) + 1
    room.hints[name] = wanted if has(room.key(name, f"hint{wanted}")) else wanted - 1
    return Verdict(
        "hint", text(room.key(name, f"hint{room.hints[name]}"), room.lesson.lang), room.lesson.lang
    )


def scoreboard() -> Scoreboard:
    """Return the exercises of the lesson, done or not."""
    room = classroom()
    rows = [
        (text(room.key(name, "title"), room.lesson.lang), room.marks.get(name, "todo"))
        for name in exercises(room.lesson.name)
    ]
    return Scoreboard(tuple(rows), room.lesson.lang)


def _words(room: Classroom, exercise: Exercise, judgement: Judgement, answer: Any) -> str:
    lesson, name = room.lesson, exercise.name
    if judgement.is_right:
        said, _ = sentence(room.key(name, "right"), lesson.findings, lesson.lang, lesson.portfolio.currency)
        return said if judgement.code == "right" else f"{text('course.rounded', lesson.lang)} {said}"
    if judgement.code == "todo":
        return text("course.todo", lesson.lang, exercise=name)
    if judgement.code == "unknown":
        return text("course.unknown", lesson.lang, reason=reason_text(judgement.facts["reason"], lesson.lang))
    for code, wrong in exercise.slips.items():
        slipped = wrong(lesson)
        if not isinstance(slipped, Unknown) and judged(answer, slipped, exercise.unit).code == "right":
            return text(room.key(name, f"slip.{code}"), lesson.lang)
    return text(f"course.{_code(judgement)}", lesson.lang, **_facts(judgement, exercise, lesson))


def _code(judgement: Judgement) -> str:
    """Say only what differs: clients that are missing, or too many, or both."""
    if judgement.code == "codes_differ" and not judgement.facts["n_extra"]:
        return "codes_missing"
    if judgement.code == "codes_differ" and not judgement.facts["n_missing"]:
        return "codes_extra"
    return judgement.code


def _facts(judgement: Judgement, exercise: Exercise, lesson: Lesson) -> dict[str, str]:
    """Say the facts of a judgement in words: numbers in their unit, codes with the names of clients."""

    def said(name: str, fact: Any) -> str:
        if isinstance(fact, list):
            return ", ".join(code[:LONGEST] for code in fact) or text("course.none", lesson.lang)
        if name in {"given", "gap", "value"} and isinstance(fact, float | int):
            if abs(fact) > HUGE:
                return f"{fact:.3g}"
            unit = "points" if name == "gap" and exercise.unit == "share" else exercise.unit
            unit = "money_cents" if name == "value" and unit == "money" else unit  # judged to the cent
            return spoken(fact, unit, lesson.lang, lesson.portfolio.currency)
        return text(f"course.kind.{fact}", lesson.lang) if name == "kind" else str(fact)[:LONGEST]

    return {name: said(name, fact) for name, fact in judgement.facts.items()}
