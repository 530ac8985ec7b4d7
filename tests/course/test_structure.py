"""A lesson is read before it is run: prose first, tiny cells, and exercises that stand on their own."""

import ast
import json
import re
from statistics import median

import nbformat
import pytest

from capclient.course.exercises import LESSONS, exercises
from capclient.wording import LANGUAGES, catalogue

from .lesson_files import PATHS, answers, cells_of, tags

PROSE = {"exercise", "teacher", "reading"}
ROLES = {"parameters", "setup", "data", "result", "figure", "table", "solution", "check", "board"}
every = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


def codes(path):
    return [cell for cell in cells_of(path) if cell["cell_type"] == "code"]


def lesson_of(path):
    (name,) = re.findall(r'open_lesson\("(\w+)"', "\n".join(cell["source"] for cell in codes(path)))
    return name


def test_there_is_a_notebook_for_each_lesson_in_order():
    assert [lesson_of(path) for path in PATHS] == list(LESSONS)
    assert [int(path.stem[:2]) for path in PATHS] == list(range(1, len(LESSONS) + 1))


@every
def test_a_lesson_is_stored_as_nbstripout_and_nbformat_write_it(path):
    content = path.read_text("utf-8")
    book = json.loads(content)
    assert content == json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    nbformat.validate(nbformat.from_dict(book))
    assert [cell["id"] for cell in book["cells"]] == [str(n) for n in range(len(book["cells"]))]
    assert all(
        cell["outputs"] == [] and cell["execution_count"] is None
        for cell in book["cells"]
        if cell["cell_type"] == "code"
    )


@every
def test_prose_comes_as_twins_of_the_same_shape(path):
    cells = cells_of(path)
    prose = [number for number, cell in enumerate(cells) if cell["cell_type"] == "markdown"]
    for first, second in zip(prose[::2], prose[1::2], strict=True):
        french, english = cells[first], cells[second]
        assert second == first + 1
        assert (tags(french)[0], tags(english)[0]) == ("lang-fr", "lang-en")
        assert tags(french)[1:] == tags(english)[1:]
        assert set(tags(french)[1:]) <= PROSE
        assert _shape(french["source"]) == _shape(english["source"]), french["source"]


def _shape(source):
    heads = [re.match(r"#*", paragraph).group() for paragraph in source.split("\n\n")]
    return (
        heads,
        re.findall(r"\]\(([^)]*)\)", source),
        sorted(re.findall(r"`([^`]*)`", source)),
        source.count("$$"),
    )


@every
def test_a_lesson_begins_and_ends_as_all_do(path):
    cells = cells_of(path)
    assert cells[0]["source"].startswith(f"# Leçon {int(path.stem[:2])}. ")
    assert cells[1]["source"].startswith(f"# Lesson {int(path.stem[:2])}. ")
    assert [tags(cell)[-1] for cell in cells[2:6]] == ["teacher", "teacher", "parameters", "setup"]
    assert cells[-1]["source"] == "scoreboard()"
    assert "](../../GLOSSARY.md#" in cells[-2]["source"]


@every
def test_cells_are_short_and_prose_leads(path):
    sizes = [len(cell["source"].splitlines()) for cell in codes(path)]
    assert max(sizes) <= 10
    assert median(sizes) <= 4
    assert all(tags(cell)[0] in ROLES and len(tags(cell)) == 1 for cell in codes(path))
    said = [cell for cell in cells_of(path) if tags(cell)[0] == "lang-fr"]
    assert len(said) >= len([cell for cell in codes(path) if tags(cell)[0] not in {"solution", "check"}]) / 2
    assert sum(len(cell["source"].split()) for cell in said) >= 20 * len(codes(path))


@every
def test_cells_hold_no_logic(path):
    forbidden = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try, ast.With,
        ast.If, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp,
    )  # fmt: skip
    for cell in codes(path):
        assert not re.search(r"^\s*[!%]", cell["source"], re.MULTILINE)
        for node in ast.walk(ast.parse(cell["source"])):
            assert not isinstance(node, forbidden), cell["source"]
            assert not (
                isinstance(node, ast.Name) and node.id in {"print", "exec", "eval", "open", "display"}
            )


@every
def test_prose_quotes_no_figure_of_the_data(path):
    for cell in cells_of(path):
        if cell["cell_type"] == "markdown":
            plain = re.sub(
                r"\$\$.*?\$\$|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|^# \w+ \d+\.", "", cell["source"], flags=re.S
            )
            assert not re.search(r"(?<![A-Za-z])\d{2,}|\d\s*%", plain), plain


@every
def test_an_exercise_is_asked_solved_and_checked_in_that_order(path):
    cells = cells_of(path)
    for place, cell in enumerate(cells):
        if "solution" in tags(cell):
            assert [tags(near)[-1] for near in cells[place - 2 : place]] == ["exercise", "exercise"]
            (name,) = answers([cells[place + 1]])
            assert cells[place + 1]["source"] == f'check("{name}", {name})'
            assert f"`{name}`" in cells[place - 1]["source"] and f"`{name}`" in cells[place - 2]["source"]
            assert name in _assigned(cell)
    assert answers(cells) == list(exercises(lesson_of(path)))
    assert 5 <= len(answers(cells)) <= 7


def _assigned(cell):
    tree = ast.parse(cell["source"])
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


@every
def test_a_learner_who_skips_an_exercise_can_go_on(path):
    """Nothing but its own check uses what a solution assigns."""
    cells = codes(path)
    for place, cell in enumerate(cells):
        if tags(cell) != ["solution"]:
            continue
        own = _assigned(cell)
        for later in cells[place + 2 :]:
            own -= _assigned(later) if tags(later) != ["solution"] else set()
            used = {
                node.id
                for node in ast.walk(ast.parse(later["source"]))
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            }
            assert not used & (own - (_assigned(later) if tags(later) == ["solution"] else set())), later[
                "source"
            ]


@every
def test_a_solution_is_the_students_own_computation(path):
    """It uses the tables of the lesson, never what the package computed."""
    for cell in codes(path):
        if tags(cell) == ["solution"]:
            assert not re.search(r"portfolio|finding|capclient|themes", cell["source"])


@every
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_exercise_has_its_words(path, lang):
    lesson = lesson_of(path)
    for name, exercise in exercises(lesson).items():
        parts = ["title", "right", "hint1", "hint2", *(f"slip.{code}" for code in exercise.slips)]
        missing = [part for part in parts if f"lesson.{lesson}.{name}.{part}" not in catalogue(lang)]
        assert missing == [], name
        assert exercise.slips, "a learner's usual mistake has a word of its own"


def test_no_sentence_of_a_lesson_is_left_without_its_exercise():
    for key in catalogue("fr"):
        if key.startswith("lesson."):
            _, lesson, name, what, *code = key.split(".")
            exercise = exercises(lesson)[name]
            assert what in {"title", "right", "slip"} or re.fullmatch(r"hint[1-9]", what)
            assert what != "slip" or code[0] in exercise.slips, key
