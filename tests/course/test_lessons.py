"""What a lesson teaches is what the report says: its solutions, in plain pandas on the raw lines, find the answers."""

import pytest

from capclient.course import open_lesson
from capclient.course.classroom import check, hint
from capclient.course.exercises import LESSONS, exercises
from capclient.course.judging import judged
from capclient.datasets import demo_params
from capclient.findings import sentence
from capclient.vocabulary import Unknown
from capclient.wording import LANGUAGES, text

from .lesson_files import PATHS, cells_of, is_answer, run

every_lesson = pytest.mark.parametrize("name", LESSONS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_solutions_of_the_teacher_are_right(path):
    said, board = run(cells_of(path))
    assert {name: verdict.words for name, verdict in said.items() if verdict.mark != "right"} == {}
    assert board.done == len(board.rows) == len(said)


@pytest.mark.parametrize("company", ["atelier", "services"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_solutions_are_right_on_other_companies_or_the_report_says_why_not(path, company):
    from capclient.errors import LedgerError

    try:
        said, _ = run(cells_of(path), params=str(demo_params(company)))
    except LedgerError as error:
        assert error.code == "course.missing_table"
        return
    assert {
        name: verdict.words for name, verdict in said.items() if verdict.mark not in {"right", "unknown"}
    } == {}


@every_lesson
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_slip_is_recognised_and_explained(name, lang):
    lesson = open_lesson(name, lang=lang)
    tried = 0
    for exercise in exercises(name).values():
        for code, wrong in exercise.slips.items():
            answer = wrong(lesson)
            if isinstance(answer, Unknown):
                continue
            assert is_answer(answer), f"{exercise.name}.{code}"
            verdict = check(exercise.name, answer)
            assert verdict.mark == "wrong", f"{exercise.name}.{code} is right"
            assert text(f"lesson.{name}.{exercise.name}.slip.{code}", lang) == verdict.words
            tried += 1
    assert tried >= len(exercises(name))


@every_lesson
def test_what_is_said_of_a_right_answer_quotes_figures_that_are_known(name):
    lesson = open_lesson(name)
    for exercise in exercises(name).values():
        expected = exercise.answer(lesson)
        assert not isinstance(expected, Unknown), exercise.name
        assert judged(expected, expected, exercise.unit).is_right
        key = f"lesson.{name}.{exercise.name}.right"
        _, unknown = sentence(key, lesson.findings, "fr", "EUR")
        assert unknown == [], exercise.name


@every_lesson
def test_hints_come_one_at_a_time_and_the_last_one_stays(name):
    open_lesson(name)
    exercise = next(iter(exercises(name)))
    first, second = hint(exercise).words, hint(exercise).words
    assert first == text(f"lesson.{name}.{exercise}.hint1")
    assert second == text(f"lesson.{name}.{exercise}.hint2") != first
    assert [hint(exercise).words for _ in range(3)][-1] != first
