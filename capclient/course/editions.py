"""The course in a folder: what learners fill in, what the teacher reads, and what both look things up in.

Floor 8. The notebooks of ``notebooks/cours`` are the one source, solved; both editions are made from them.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from capclient import places
from capclient.course.lesson import missing
from capclient.course.needs import stop_of
from capclient.errors import ParamsError
from capclient.glossary import glossary
from capclient.laboratory import prepare, working_copy, write_notebook
from capclient.portfolio import Portfolio
from capclient.store import write_atomically
from capclient.wording import text

TEACHER = "teacher"  # tag of the cells that learners do not get
SOLUTION = "solution"  # tag of the cells that learners write themselves
_CHECK = re.compile(r'check\("(\w+)"')


@dataclass(frozen=True)
class Written:
    """Number of lessons, folder of the learners, and how many of their notebooks were there and left alone.

    ``stops``: a sentence for each lesson that the company lacks a table for.
    """

    lessons: int
    learner: Path
    kept: int
    stops: tuple[str, ...]


def lessons() -> list[Path]:
    """Return the solved lessons, in order."""
    return sorted((places.notebooks() / "cours").glob("[0-9][0-9]_*.ipynb"))


def write_course(out: Path, params: str, lang: str, *, force: bool = False) -> Written:
    """Write both editions, the chapters they lead to, the glossary and a page that presents them.

    A file that stands there belongs to whoever works in it: it is kept, unless ``force`` says otherwise.

    Parameters
    ----------
    params
        YAML of the company of the lessons, or ``demo``.

    Raises
    ------
    ParamsError, SourceError, LedgerError
        If the parameters or the company cannot be read, or nothing can be written in ``out``.
    """
    # said now, and not by every lesson in front of a class
    stops = () if params == "demo" else _stops(Portfolio.open(Path(params)), lang)
    if out.exists() and not out.is_dir():
        raise ParamsError("course.occupied", path=out)
    try:
        return _written(out, params, lang, stops, force=force)
    except OSError as error:  # a file or a dead link in the way, no right to write, a full disk
        raise ParamsError("batch.bad_out", out=out, detail=error.strerror or type(error).__name__) from error


def _stops(portfolio: Portfolio, lang: str) -> tuple[str, ...]:
    """Say which lessons end early for want of a table, and after how many exercises."""
    if not portfolio.has_lines:
        raise missing("invoice_lines")
    said = []
    for number, source in enumerate(lessons(), start=1):
        stop = stop_of(working_copy(source, "demo", lang)["cells"], portfolio)
        if stop is not None:
            named = text(f"crm.table.{stop.table}", lang)
            said.append(text("course.stop", lang, number=number, named=named, **asdict(stop)))
    return tuple(said)


def _written(out: Path, params: str, lang: str, stops: tuple[str, ...], *, force: bool) -> Written:
    folders = {edition: out / text(f"course.folder.{edition}", lang) for edition in ("learner", "teacher")}
    chapters = text("course.folder.chapters", lang)
    kept = 0
    for edition, folder in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        for source in lessons():
            target = folder / source.name
            if target.exists() and not force:
                kept += 1
                continue
            notebook = working_copy(source, params, lang)
            solved = edition == "teacher"
            notebook["cells"] = _linked(
                notebook["cells"] if solved else _unsolved(notebook["cells"], lang), chapters
            )
            write_notebook(target, notebook)
    prepare(out / chapters, params, lang)
    pages = {
        "GLOSSARY.md": glossary(lang).replace("](notebooks/", f"]({chapters}/"),
        text("course.folder.page", lang): _page(folders, stops, lang),
    }
    for name, content in pages.items():
        if force or not (out / name).exists():  # the README of a project may stand there
            write_atomically(out / name, content)
    return Written(len(lessons()), folders["learner"], kept, stops)


def _unsolved(cells: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Leave out the notes of the teacher, and put three dots in the place of every solution."""
    kept: list[dict[str, Any]] = []
    for place, cell in enumerate(cells):
        tags = cell["metadata"]["tags"]
        if TEACHER in tags:
            continue
        if SOLUTION in tags:
            asked = _CHECK.search("".join(cells[place + 1]["source"]))
            assert asked is not None, "a solution is followed by its check (tests/course/test_structure.py)"
            stub = f"{asked[1]} = ...  # {text('course.stub', lang, exercise=asked[1])}"
            cell = {**cell, "source": [stub]}
        kept.append(cell)
    return kept


def _linked(cells: list[dict[str, Any]], chapters: str) -> list[dict[str, Any]]:
    """Let links to the chapters and the glossary lead to the copies of the folder."""

    def led(line: str) -> str:
        line = re.sub(r"\]\(\.\./([0-9]{2}_)", rf"](../{chapters}/\1", line)
        return line.replace("](../../GLOSSARY.md", "](../GLOSSARY.md")

    return [
        {**cell, "source": [led(line) for line in cell["source"]]}
        if cell["cell_type"] == "markdown"
        else cell
        for cell in cells
    ]


def _page(folders: dict[str, Path], stops: tuple[str, ...], lang: str) -> str:
    """Present the course: how to open it, each lesson with its question, and where this company ends one early."""
    rows = []
    for source in lessons():
        cells = working_copy(source, "demo", lang)["cells"]
        head = "".join(cells[0]["source"]).splitlines()
        question = next(line for line in head if line.startswith("**")).partition("** ")[2]
        exercises = sum(SOLUTION in cell["metadata"]["tags"] for cell in cells)
        link = f"{folders['learner'].name}/{source.name}"
        rows.append(f"| [{head[0].removeprefix('# ')}]({link}) | {question} | {exercises} |")
    names = {name: folder.name for name, folder in folders.items()}
    return "\n".join(
        [
            text("course.page", lang, **names),
            "",
            text("course.page.columns", lang),
            "|---|---|---|",
            *rows,
            "",
            *(f"{said}\n" for said in stops),
        ]
    )
