"""What a student meets: an answer is checked, an error says what to do, the board remembers what is done."""

import math

import pandas as pd
import pytest

from capclient.course import check, hint, open_lesson, scoreboard
from capclient.course.classroom import _rooms
from capclient.course.exercises import LESSONS, exercises
from capclient.course.verdict import Scoreboard, Verdict
from capclient.errors import LedgerError, ParamsError


@pytest.fixture
def lesson():
    return open_lesson("concentration")


def test_a_right_answer_is_praised_with_the_figures_of_the_report(lesson):
    verdict = check("top3_share", lesson.finding("concentration.top3_share"))
    assert verdict.mark == "right"
    assert lesson.findings["concentration.top3_share"].spoken("fr") in verdict.words


def test_the_board_keeps_what_was_done_once(lesson):
    check("gini", 3.0)
    check("top3_share", lesson.finding("concentration.top3_share"))
    check("top3_share", 12.0)
    marks = dict(
        zip(
            ["revenue_by_client", "top3_share", "class_a", "gini"],
            [m for _, m in scoreboard().rows],
            strict=False,
        )
    )
    assert marks == {"revenue_by_client": "todo", "top3_share": "right", "class_a": "todo", "gini": "wrong"}
    assert scoreboard().done == 1


def test_an_exercise_that_does_not_exist_names_the_nearest(lesson):
    for ask in (lambda: check("top3share", 1), lambda: hint("top3share")):
        with pytest.raises(ParamsError, match="top3_share"):
            ask()


def test_a_lesson_that_does_not_exist_names_the_nearest():
    with pytest.raises(ParamsError, match="concentration"):
        open_lesson("concentrations")


def test_nothing_is_checked_before_a_lesson_is_open():
    _rooms.clear()
    with pytest.raises(ParamsError, match="open_lesson"):
        check("gini", 1)


def test_a_table_that_the_company_did_not_give_is_said(lesson):
    with pytest.raises(LedgerError, match="contracts"):
        lesson.table("contracts")


def test_a_company_that_gave_totals_only_is_told_that_a_lesson_needs_lines(tmp_path):
    (tmp_path / "t.csv").write_text("Client;Lait\nA;90\nB;10\n", encoding="utf-8")
    (tmp_path / "c.yml").write_text(
        "company: {id: totals}\nsources:\n  customer_totals: {path: t.csv, measures: [Lait], "
        "columns: {customer_id: Client}, period: {start: 2024-01-01, end: 2024-12-31}}\n",
        encoding="utf-8",
    )
    for name in LESSONS:
        with pytest.raises(LedgerError, match="invoice_lines"):
            open_lesson(name, str(tmp_path / "c.yml"))


def test_a_lesson_knows_nothing_of_the_future(lesson):
    then = open_lesson("concentration", as_of="2024-06-30")
    assert then.lines.invoice_date.max() <= pd.Timestamp("2024-06-30") < lesson.lines.invoice_date.max()
    for table, day in (
        ("payments", "date"),
        ("positions", "booked"),
        ("settlements", "since"),
        ("interactions", "date"),
    ):
        assert then.table(table)[day].max() <= pd.Timestamp("2024-06-30"), table


def test_codes_that_are_read_only_once_are_compared_with_the_slips_too(lesson):
    exercise = exercises("concentration")["class_a"]
    slip = check("class_a", exercise.slips["after"](lesson))
    assert check("class_a", (code for code in exercise.slips["after"](lesson))).words == slip.words
    assert check("class_a", (code for code in exercise.answer(lesson))).mark == "right"


@pytest.mark.parametrize("answer", [1e30, -1e308, 10**400, math.inf])
def test_a_number_beyond_measure_is_answered(lesson, answer):
    for name in exercises("concentration"):
        assert check(name, answer).mark == "wrong"


def test_a_code_that_never_ends_is_cut_in_the_answer(lesson):
    assert (
        len(check("class_a", [*exercises("concentration")["class_a"].answer(lesson), "x" * 10_000]).words)
        < 500
    )


def test_what_is_said_is_escaped():
    verdict = Verdict("wrong", "<script>alert(1)</script>", "fr")
    assert "<script>" not in verdict.html() and "&lt;script&gt;" in verdict.html()
    assert "<b>" not in Scoreboard((("<b>x</b>", "todo"),), "fr").html()
    assert check_text(verdict).startswith("Pas encore.")


def check_text(shown):
    return shown._repr_mimebundle_()["text/plain"]
