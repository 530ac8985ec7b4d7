"""What a lesson teaches is what the report says: its solutions, in plain pandas on the raw lines, find the answers."""

from functools import partial

import pandas as pd
import pytest

from capclient.course import open_lesson
from capclient.course.classroom import check, hint
from capclient.course.exercises import LESSONS, exercises
from capclient.course.judging import judged
from capclient.datasets import demo_params, simulate
from capclient.errors import LedgerError
from capclient.findings import sentence
from capclient.vocabulary import Unknown
from capclient.wording import LANGUAGES, text

from .lesson_files import PATHS, cells_of, is_answer, run

every_lesson = pytest.mark.parametrize("name", LESSONS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_solutions_of_the_teacher_are_right(path):
    said = {}
    board = run(cells_of(path), said)
    assert {name: verdict.words for name, verdict in said.items() if verdict.mark != "right"} == {}
    assert board.done == len(board.rows) == len(said)


def said_of(path, params):
    """What each check says, up to the table that the company did not give."""
    said = {}
    try:
        run(cells_of(path), said, params=params)
    except LedgerError as error:
        assert error.code == "course.missing_table"
    return said


@pytest.fixture(scope="module")
def one_year(tmp_path_factory):
    """A company that has kept a single year, and neither costs nor payments."""
    folder = tmp_path_factory.mktemp("one_year")
    lines = simulate("atelier").invoice_lines
    day = pd.to_datetime(lines["invoice_date"])
    kept = lines.loc[day >= "2025-01-01", ["invoice_id", "customer_id", "invoice_date", "amount_ht"]]
    kept.to_csv(folder / "ventes.csv", index=False)
    content = "company: {id: neuve}\nperiod: {as_of: 2025-12-31}\nsources: {invoice_lines: ventes.csv}\n"
    (folder / "neuve.yml").write_text(content, encoding="utf-8")
    return str(folder / "neuve.yml")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_single_year_of_invoices_stops_no_lesson_but_for_the_table_that_it_names(path, one_year):
    said = said_of(path, one_year)
    assert {
        name: verdict.words for name, verdict in said.items() if verdict.mark not in {"right", "unknown"}
    } == {}


@pytest.mark.parametrize("company", ["atelier", "services"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_solutions_are_right_on_other_companies_or_the_report_says_why_not(path, company):
    said = said_of(path, str(demo_params(company)))
    assert {
        name: verdict.words for name, verdict in said.items() if verdict.mark not in {"right", "unknown"}
    } == {}


@pytest.mark.slow
@pytest.mark.parametrize("day", ["2025-06-30", "2024-11-17", "2024-02-29"])
@pytest.mark.parametrize("company", ["grossiste", "services"])
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_solutions_are_right_on_any_day(path, company, day, monkeypatch):
    """The middle of a year, of a month, a day that most years lack: a year of twelve months is no calendar year."""
    monkeypatch.setattr("capclient.course.open_lesson", partial(open_lesson, as_of=day))
    said = said_of(path, str(demo_params(company)))
    assert {
        name: verdict.words for name, verdict in said.items() if verdict.mark not in {"right", "unknown"}
    } == {}
    assert company == "services" or {verdict.mark for verdict in said.values()} == {"right"}


@pytest.mark.real
@pytest.mark.parametrize("file", ["0000000001FEC20220831.txt", "generated_FEC_2025.csv"])
@pytest.mark.parametrize("lesson", ["01", "04", "07"])
def test_the_solutions_are_right_on_an_accounting_file(lesson, file, real_data, tmp_path):
    """Payments that bounced, closing entries, a year that does not end in December."""
    company = tmp_path / "fec.yml"
    company.write_text(f"company: {{id: fec}}\nsources: {{fec: '{real_data / 'fec' / file}'}}\n", "utf-8")
    (path,) = [path for path in PATHS if path.stem.startswith(lesson)]
    said = said_of(path, str(company))
    assert {
        name: verdict.words for name, verdict in said.items() if verdict.mark not in {"right", "unknown"}
    } == {}
    assert "right" in {verdict.mark for verdict in said.values()}


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


@every_lesson
def test_a_company_without_an_active_client_is_asked_no_impossible_question(name, tmp_path):
    (tmp_path / "v.csv").write_text(
        "invoice_id;customer_id;customer_name;invoice_date;amount_ht;cost\n"
        + "".join(f"A{n};C{n};Client {n};2025-0{n}-10;-10,00;-4,00\n" for n in range(1, 9)),
        encoding="utf-8",
    )
    company = tmp_path / "c.yml"
    company.write_text(
        "company: {id: avoirs}\nperiod: {as_of: 2025-12-31}\nsources: {invoice_lines: v.csv}\n",
        encoding="utf-8",
    )
    lesson = open_lesson(name, str(company))
    for exercise in exercises(name).values():
        try:
            expected = exercise.answer(lesson)
        except LedgerError as error:
            assert error.code == "course.missing_table"
            continue
        assert check(exercise.name, 1e6).mark in {"wrong", "unknown"}, exercise.name
        if not isinstance(expected, Unknown):
            assert check(exercise.name, expected).mark == "right", exercise.name
