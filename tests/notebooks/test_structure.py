"""How a chapter reads: the limits of the style guide, held over the JSON of every notebook."""

import ast
import json
import re
from itertools import pairwise
from pathlib import Path
from statistics import median

import nbformat
import pytest

from capclient import places
from capclient.glossary import glossary
from capclient.vocabulary import CHAPTERS, finding_specs
from capclient.wording import LANGUAGES, catalogue

PATHS = sorted(places.notebooks().glob("[0-9][0-9]_*.ipynb"))
ROLES = {"parameters", "setup", "data-check", "result", "figure", "table", "findings"}
ANSWERS = {"result", "figure", "table"}
EXTRA = {"analyst-only", "teaching-only", "remove-input", "remove-cell", "reading"}
JUDGED = re.compile(
    r"\.(low|usual|high|calm|alert|up|down|flat|ok|failed|stable|unstable|least|exact"
    r"|gaining|losing|resisting|retreating|level|some|none|costless|blind|promising|costed|two|some_all|none_all|calm_one|failed_one)$"
)
TYPED = ("params", "lang", "as_of")

# Digits that prose may hold because they name something: the law, the years of a comparison.
NAMES = re.compile(r"20/80|\bN-[12]\b|\(\.\./GLOSSARY\.md#[a-z_]+\)|\bN1\b")

every = pytest.mark.parametrize("book", PATHS, ids=lambda path: path.stem, indirect=True)


@pytest.fixture
def book(request):
    return nbformat.read(request.param, as_version=4)


def tags(cell):
    return cell.metadata["tags"]


def role(cell):
    return tags(cell)[0]


def codes(book):
    return [cell for cell in book.cells if cell.cell_type == "code"]


def prose(book, lang):
    return [cell for cell in book.cells if cell.cell_type == "markdown" and role(cell) == f"lang-{lang}"]


def calls(book, name):
    """Texts given to every call of a function in a notebook."""
    found = []
    for cell in codes(book):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                found += [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    return found


def sentences(key):
    """Keys of the sentences that ``note(key)`` may say."""
    return [name for name in catalogue("fr") if name == key or JUDGED.sub("", name) == key]


def quoted_in(key):
    """Ids of the findings that a sentence shows."""
    shown = re.findall(r"\{([a-z0-9_.]+)[|}]", catalogue("fr")[key])
    return {id for id in shown if id in finding_specs()}


def test_there_is_a_notebook_for_each_chapter():
    assert [path.stem for path in PATHS] == list(CHAPTERS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_as_nbstripout_and_nbformat_write_it(path):
    text = path.read_text("utf-8")
    book = json.loads(text)
    assert text == json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    nbformat.validate(nbformat.from_dict(book))
    assert [cell["id"] for cell in book["cells"]] == [str(n) for n in range(len(book["cells"]))]
    assert book["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
    }
    for cell in book["cells"]:
        assert list(cell["metadata"]) == ["tags"]
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None


@every
def test_cells_come_in_the_order_of_the_house(book):
    assert [role(cell) for cell in book.cells[:5]] == [
        "lang-fr", "lang-en", "parameters", "setup", "data-check",
    ]  # fmt: skip
    assert [role(cell) for cell in book.cells[-4:]] == ["lang-fr", "lang-en"] * 2
    body = [role(cell) for cell in book.cells[5:-4]]
    rounds = body[: body.index("findings")]
    assert set(rounds) <= ANSWERS | {"lang-fr", "lang-en"}
    assert set(body[len(rounds) :]) == {"findings"}
    shape = "".join("q" if name == "lang-fr" else "" if name == "lang-en" else "a" for name in rounds)
    assert re.fullmatch(r"(qa+q){3,8}", shape), "three to eight rounds: a question, answers, a reading"


@every
def test_each_cell_has_one_role_and_only_known_tags(book):
    for cell in book.cells:
        first, *others = tags(cell)
        assert first in (ROLES if cell.cell_type == "code" else {"lang-fr", "lang-en"})
        assert set(others) <= EXTRA


@every
def test_prose_comes_as_twins_of_the_same_shape(book):
    cells = [cell for cell in book.cells if cell.cell_type == "markdown"]
    assert [role(cell) for cell in cells] == ["lang-fr", "lang-en"] * (len(cells) // 2)
    for number, cell in enumerate(book.cells):
        if role(cell) == "lang-fr":
            twin = book.cells[number + 1]
            assert role(twin) == "lang-en"
            assert _shape(cell.source) == _shape(twin.source), cell.source
            assert cell.source != twin.source


def _shape(source):
    paragraphs = source.split("\n\n")
    return [re.match(r"#*", text).group() for text in paragraphs], source.count("]("), source.count("`")


@every
def test_code_cells_are_short(book):
    sizes = [len(cell.source.splitlines()) for cell in codes(book)]
    assert max(sizes) <= 10
    assert median(sizes) <= 4
    assert max(len(line) for cell in codes(book) for line in cell.source.splitlines()) <= 110


@every
def test_there_is_at_least_as_much_prose_as_code_in_each_language(book):
    shown = [cell for cell in codes(book) if role(cell) in ANSWERS and "analyst-only" not in tags(cell)]
    for lang in LANGUAGES:
        words = sum(len(cell.source.split()) for cell in prose(book, lang))
        assert words >= 20 * len(shown)
    assert sum(cell.cell_type == "markdown" for cell in book.cells) >= len(codes(book))


@every
def test_notebooks_narrate_and_the_package_computes(book):
    forbidden = (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.Try, ast.With,
        ast.If, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.BinOp, ast.Compare,
    )  # fmt: skip
    for cell in codes(book):
        assert not re.search(r"^\s*[!%]", cell.source, re.MULTILINE)
        for node in ast.walk(ast.parse(cell.source)):
            assert not isinstance(node, forbidden), cell.source
            if isinstance(node, ast.Name):
                assert node.id not in {"print", "exec", "eval", "open", "display"}
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"[/\\]|\.(csv|yml|xlsx|parquet)$", node.value), "a path"
        if role(cell) not in {"parameters", "setup"}:
            assert "#" not in cell.source, "a cell that needs a comment becomes a function"


@every
def test_parameters_are_typed_literals_with_a_comment_each(book):
    (cell,) = [cell for cell in codes(book) if role(cell) == "parameters"]
    lines = cell.source.splitlines()
    assert [line.partition(" = ")[0] for line in lines] == list(TYPED)
    for line, node in zip(lines, ast.parse(cell.source).body, strict=True):
        assert isinstance(node, ast.Assign)
        assert isinstance(ast.literal_eval(node.value), str)
        assert re.search(r"  # \w", line)


@every
def test_setup_imports_from_one_place_what_the_notebook_uses(book):
    (cell,) = [cell for cell in codes(book) if role(cell) == "setup"]
    imports, opening = ast.parse(cell.source).body
    assert isinstance(imports, ast.ImportFrom) and imports.module == "capclient.notebook"
    assert ast.unparse(opening) == "portfolio = open_portfolio(params, lang=lang, as_of=as_of)"
    names = [alias.name for alias in imports.names]
    used = {
        node.func.id
        for cell in codes(book)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert names == sorted(used)


@every
def test_headings_step_by_one_and_begin_with_one_title(book):
    for lang in LANGUAGES:
        levels = [
            len(line.split(" ")[0])
            for cell in prose(book, lang)
            for line in cell.source.splitlines()
            if re.match(r"#+ ", line)
        ]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


@every
def test_no_number_is_typed_in_prose(book):
    for lang in LANGUAGES:
        for cell in prose(book, lang):
            assert not re.search(r"\d", NAMES.sub("", cell.source)), cell.source


@every
def test_french_prose_has_french_typography(book):
    for cell in prose(book, "fr"):
        assert "'" not in cell.source
        assert not re.search(r"[^\u00a0\u202f][;?!»%€](?!\w)", cell.source), cell.source
        assert not re.search(r" :|« ", cell.source), cell.source
    for cell in prose(book, "en"):
        assert "'" not in cell.source and "\u00a0" not in cell.source


@every
def test_every_sentence_asked_for_exists(book):
    for key in calls(book, "note"):
        assert sentences(key), key


@every
def test_the_findings_cells_list_every_finding_of_the_prose(book):
    listed = set(calls(book, "quote"))
    assert listed <= set(finding_specs())
    cells = [cell for cell in codes(book) if role(cell) == "findings"]
    assert cells and all(cell.source.startswith("quote(") for cell in cells)
    for key in calls(book, "note"):
        for name in sentences(key):
            assert quoted_in(name) <= listed, name


def test_every_finding_is_quoted_by_a_chapter():
    books = [nbformat.read(path, as_version=4) for path in PATHS]
    assert {id for book in books for id in calls(book, "quote")} == set(finding_specs())


def test_every_sentence_of_the_catalogue_is_said_by_a_chapter():
    said = {
        name for path in PATHS for key in calls(nbformat.read(path, 4), "note") for name in sentences(key)
    }
    heads = {id.partition(".")[0] for id in finding_specs()}
    kept = {key for key in notes_of("fr") if key.partition(".")[0] in heads}
    assert kept == said


def notes_of(lang):
    """Sentences that notebooks may say: those of notes.po, and those of other rooms that quote a finding."""
    from babel.messages.pofile import read_po

    import capclient.wording

    found = {}
    for path in sorted((Path(capclient.wording.__file__).parent / lang).glob("*.po")):
        with path.open("rb") as file:
            said = {str(message.id): str(message.string) for message in read_po(file) if message.id}
        found |= {key: words for key, words in said.items() if path.stem == "notes" or quoted_in(key)}
    return found


def test_no_number_is_typed_in_the_sentences_of_notes():
    for lang in LANGUAGES:
        for key, words in notes_of(lang).items():
            bare = re.sub(r"\{[^}]*\}", "", words)
            assert not re.search(r"\d", NAMES.sub("", bare)), key


@every
def test_links_lead_to_an_anchor_of_the_glossary(book):
    anchors = set(re.findall(r'<a id="([a-z_]+)">', glossary()))
    for lang in LANGUAGES:
        last = prose(book, lang)[-1].source
        links = re.findall(r"\]\(([^)]*)\)", last)
        assert links
        for link in links:
            file, _, anchor = link.partition("#")
            assert file == "../GLOSSARY.md" and anchor in anchors
