"""The two editions: learners get the questions, the teacher the answers, and nobody's work is overwritten."""

import json
import re
import shlex

import pytest
from typer.testing import CliRunner

from capclient import wording
from capclient.cli import app
from capclient.course.editions import lessons, write_course
from capclient.course.exercises import LESSONS
from capclient.errors import LedgerError, ParamsError
from capclient.notebook import desk
from capclient.wording import LANGUAGES

from .lesson_files import CODE, answers, cells_of, run, tags

FOLDERS = {"fr": ("eleve", "enseignant", "chapitres"), "en": ("learner", "teacher", "chapters")}


@pytest.fixture(scope="module", params=LANGUAGES)
def made(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("cours")
    write_course(out, "demo", request.param)
    return request.param, out


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    out = tmp_path_factory.mktemp("eleves")
    write_course(out, "demo", "fr")
    return out


def test_both_editions_have_every_lesson_and_one_language(made):
    lang, out = made
    learner, teacher, _ = FOLDERS[lang]
    names = [path.name for path in lessons()]
    assert len(names) == len(LESSONS)
    for edition in (learner, teacher):
        assert sorted(path.name for path in (out / edition).iterdir()) == names
        for name in names:
            cells = cells_of(out / edition / name)
            assert {tags(cell)[0] for cell in cells if cell["cell_type"] != CODE} == {f"lang-{lang}"}
            (given,) = [cell["source"] for cell in cells if "parameters" in tags(cell)]
            assert f'lang = "{lang}"' in given


def test_learners_get_neither_solutions_nor_notes_of_the_teacher(made):
    lang, out = made
    learner, teacher, _ = FOLDERS[lang]
    for source in lessons():
        solved, open_ = (cells_of(out / edition / source.name) for edition in (teacher, learner))
        assert any("teacher" in tags(cell) for cell in solved)
        assert not any("teacher" in tags(cell) for cell in open_)
        assert answers(open_) == answers(solved) == answers(cells_of(source))
        stubs = [cell["source"] for cell in open_ if "solution" in tags(cell)]
        assert [stub.partition(" = ...  # ")[0] for stub in stubs] == answers(solved)
        given = json.dumps(open_, ensure_ascii=False)
        for cell in solved:
            if "solution" in tags(cell):
                assert json.dumps(cell["source"], ensure_ascii=False)[1:-1] not in given


def test_a_link_leads_to_a_file_of_the_folder(made):
    lang, out = made
    for path in out.rglob("*.ipynb"):
        for cell in cells_of(path):
            if cell["cell_type"] == CODE:
                continue
            for link in re.findall(r"\]\(([^)#]+)", cell["source"]):
                assert (path.parent / link).is_file(), f"{path.name}: {link}"
    page = out / {"fr": "LISEZMOI.md", "en": "README.md"}[lang]
    for document in (page, out / "GLOSSARY.md"):
        for link in re.findall(r"\]\(([^)#]+)", document.read_text("utf-8")):
            assert (out / link).is_file(), f"{document.name}: {link}"
    assert page.read_text("utf-8").count(f"]({FOLDERS[lang][0]}/") == len(LESSONS)


@pytest.mark.parametrize("source", lessons(), ids=lambda path: path.stem)
def test_a_learner_who_answers_nothing_reads_the_lesson_to_its_end(source, blank):
    said = {}
    board = run(cells_of(blank / "eleve" / source.name), said)
    assert {verdict.mark for verdict in said.values()} == {"todo"}
    assert board.done == 0 and len(board.rows) == len(said)


def test_work_that_was_begun_is_kept_unless_it_is_to_be_replaced(tmp_path):
    write_course(tmp_path, "demo", "fr")
    mine = tmp_path / "eleve" / lessons()[0].name
    mine.write_text("à moi", encoding="utf-8")
    again = write_course(tmp_path, "demo", "fr")
    assert again.kept == 2 * len(LESSONS) and mine.read_text("utf-8") == "à moi"
    assert write_course(tmp_path, "demo", "fr", force=True).kept == 0
    assert cells_of(mine)


@pytest.fixture
def acme(tmp_path):
    """A company that gives its invoices and nothing else."""
    company = tmp_path / "acme.yml"
    company.write_text("company: {id: acme}\nsources: {invoice_lines: ventes.csv}\n", encoding="utf-8")
    rows = [f"F{place};C{place % 5};2025-{place % 12 + 1:02d}-10;{place}00" for place in range(1, 40)]
    (tmp_path / "ventes.csv").write_text(
        "\n".join(["invoice_id;customer_id;invoice_date;amount_ht", *rows]), encoding="utf-8"
    )
    return company


def test_a_class_may_work_on_a_company_of_its_own(acme, tmp_path):
    company = acme
    write_course(tmp_path / "cours", str(company), "fr")
    (given,) = [
        cell["source"]
        for cell in cells_of(tmp_path / "cours" / "eleve" / lessons()[0].name)
        if "parameters" in tags(cell)
    ]
    assert str(company) in given


def test_the_lessons_that_lack_a_table_are_named_beforehand_and_stop_where_it_was_said(acme, tmp_path):
    out = tmp_path / "cours"
    said = CliRunner().invoke(app, ["course", "--out", str(out), "--params", str(acme)]).output
    page = (out / "LISEZMOI.md").read_text("utf-8")
    stops = {6: ("cost_to_serve", 2), 7: ("receivable_items", 0), 9: ("evidence", 6)}
    assert said.count("s’arrête après") == page.count("s’arrête après") == len(stops)
    for number, (table, before) in stops.items():
        (line,) = [line for line in page.splitlines() if f"la leçon {number} s’arrête" in line]
        assert table in line and f"après {before} exercice" in line
        done = {}
        with pytest.raises(LedgerError, match=table):
            run(cells_of(out / "enseignant" / lessons()[number - 1].name), done)
        assert len(done) == before
    for number in set(range(1, len(LESSONS) + 1)) - set(stops):
        run(cells_of(out / "eleve" / lessons()[number - 1].name), {})


def test_errors_speak_the_language_of_the_notebook(acme, tmp_path, monkeypatch):
    monkeypatch.setattr(wording, "_spoken", ["fr"])
    monkeypatch.setattr(desk, "get_ipython", object)  # as in a kernel
    monkeypatch.setattr(desk, "display", lambda shown: None)
    monkeypatch.delenv("CAPCLIENT_LANG", raising=False)
    write_course(tmp_path / "course", str(acme), "en")
    lesson = tmp_path / "course" / "teacher" / lessons()[5].name
    with pytest.raises(LedgerError, match="From here on") as caught:
        run(cells_of(lesson), {})
    monkeypatch.setenv("CAPCLIENT_LANG", "fr")  # who reads it knows better
    assert "La suite de cette leçon" in str(caught.value)


def test_a_company_of_totals_has_no_course(tmp_path):
    company = tmp_path / "acme.yml"
    totals = "{path: t.csv, measures: [revenue], period: {start: 2025-01-01, end: 2025-12-31}}"
    company.write_text(f"company: {{id: acme}}\nsources: {{customer_totals: {totals}}}\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("customer_id;revenue\nC1;5\nC2;6\n", encoding="utf-8")
    with pytest.raises(LedgerError, match="invoice_lines"):
        write_course(tmp_path / "cours", str(company), "fr")
    assert not (tmp_path / "cours").exists()


def test_wrong_parameters_or_a_file_in_the_way_are_said_before_anything_is_written(tmp_path):
    with pytest.raises(ParamsError):
        write_course(tmp_path / "cours", str(tmp_path / "absent.yml"), "fr")
    assert not (tmp_path / "cours").exists()
    (tmp_path / "note").write_text("à moi", encoding="utf-8")
    with pytest.raises(ParamsError, match="note"):
        write_course(tmp_path / "note", "demo", "fr")


def test_the_command_says_where_the_course_is_and_how_to_begin(tmp_path):
    out = tmp_path / "cours"
    first = CliRunner().invoke(app, ["course", "--out", str(out)])
    assert first.exit_code == 0
    assert (
        f"jupyter lab {out / 'eleve'}" in first.output.replace("\n", "") and str(len(LESSONS)) in first.output
    )
    again = CliRunner().invoke(app, ["course", "--out", str(out), "--lang", "fr"])
    assert "--force" in again.output


@pytest.mark.parametrize("way", ["a file above", "a dead link", "a file for a folder", "a folder for a file"])
def test_whatever_stands_in_the_way_is_said_in_words(tmp_path, way):
    out = tmp_path / "cours"
    if way == "a file above":
        (tmp_path / "note").write_text("à moi", encoding="utf-8")
        out = tmp_path / "note" / "cours"
    elif way == "a dead link":
        out.symlink_to(tmp_path / "nowhere")
    elif way == "a file for a folder":
        out.mkdir()
        (out / "eleve").write_text("à moi", encoding="utf-8")
    else:
        (out / "eleve" / lessons()[0].name).mkdir(parents=True)
    with pytest.raises(ParamsError, match="--out"):
        write_course(out, "demo", "fr", force=True)


def test_the_page_of_a_project_is_not_replaced_by_that_of_the_course(tmp_path):
    for name in ("README.md", "GLOSSARY.md"):
        (tmp_path / name).write_text("à moi", encoding="utf-8")
    write_course(tmp_path, "demo", "en")
    assert {(tmp_path / name).read_text("utf-8") for name in ("README.md", "GLOSSARY.md")} == {"à moi"}
    write_course(tmp_path, "demo", "en", force=True)
    assert "à moi" not in (tmp_path / "README.md").read_text("utf-8")


def test_the_command_to_copy_holds_whatever_the_folder_is_called(tmp_path):
    out = tmp_path / "l'été $HOME"
    said = CliRunner().invoke(app, ["course", "--out", str(out)]).output.replace("\n", " ")
    assert shlex.split(said[said.index("jupyter lab") :])[2] == str(out / "eleve")
