"""An executed notebook as a fragment of the report: prose, figures and tables, never code.

Floor 8. nbconvert applies the template ``reports/template/index.html.j2`` to the cells that a reader of the
report may see.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from capclient import places
from capclient.notices import Notice, is_notice, notices_in, notices_told, without_notices
from capclient.publish.anchors import with_anchors
from capclient.publish.prose import prose_renderer
from capclient.wording import LANGUAGES, text

# The cover says what ``data-check`` says in each notebook, the method what ``findings`` lists.
HIDDEN_TAGS = frozenset(
    {
        "remove-cell",
        "parameters",
        "injected-parameters",
        "setup",
        "data-check",
        "findings",
        "analyst-only",
        "teaching-only",
        "exercise",
        "solution",
    }
)


READING = "reading"  # cells that explain how to read: folded in the report, open in the notebook


class ChapterExporter(TemplateExporter):
    """nbconvert with every value escaped and every missing name an error."""

    export_from_notebook = None  # type: ignore[assignment]  # not offered in the menus of Jupyter

    def _file_extension_default(self) -> str:
        return ".html"

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.undefined = StrictUndefined
        return environment


@cache
def exporter() -> ChapterExporter:
    """Return the one exporter of the process: making it costs more than using it."""
    folder = places.template()
    return ChapterExporter(template_name=folder.name, extra_template_basedirs=[str(folder.parent)])


def chapter_html(notebook: NotebookNode, *, lang: str, slug: str = "") -> str:
    """Render the part of an executed notebook that the report shows.

    Left out: code, warnings and printed streams, cells tagged for the analyst or the classroom, and prose of
    the other language. The first heading becomes an ``h2``.

    Parameters
    ----------
    notebook
        Executed notebook; it is not changed.
    lang
        ``fr`` or ``en``.
    slug
        Name of the chapter: its answers are marked, so that sentences of the page may lead to them; empty: no marks.
    """
    prose = prose_renderer()

    def markdown(source: str) -> Markup:
        return Markup(prose(source))

    def told(cell: NotebookNode) -> Markup:
        if READING not in cell.metadata.get("tags", []):
            return markdown(cell.source)
        help_, action = _split(cell.source, text("page.action", lang))
        summary = text("page.reading", lang)
        folded = Markup('<details class="how"><summary>{}</summary>{}</details>').format(
            summary, markdown(help_)
        )
        return folded + markdown(action)

    cells = without_repeats([cell for cell in notebook.cells if is_shown(cell, lang)])
    cells = without_idle_readings(said_once(cells, lang))
    shown = NotebookNode({**notebook, "cells": cells})
    marks = with_anchors(cells, slug, lang) if slug else {}
    body, _ = exporter().from_notebook_node(
        shown, {"lang": lang, "prose": markdown, "picked": picked, "told": told, "marks": marks}
    )
    return body.strip()


def _split(source: str, action: str) -> tuple[str, str]:
    """Part the help of a reading (how to read, the trap) from what to do, which stays in sight."""
    before, mark, after = source.partition(f"**{action}")
    return before, mark + after


def is_shown(cell: NotebookNode, lang: str) -> bool:
    """Tell whether a reader of the report in a language sees a cell."""
    tags = set(cell.metadata.get("tags", []))
    other = {f"lang-{code}" for code in LANGUAGES if code != lang}
    return cell.cell_type in {"markdown", "code"} and not tags & (HIDDEN_TAGS | other)


def without_repeats(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out a notice whose reason its round gives already: one missing input is said once, with its advice.

    A round goes from one piece of prose to the next. Of two notices of one reason, the one that says what to bring is
    kept. A cell that says the same as the one just before it is left out as well.
    """
    kept: list[NotebookNode] = []
    round_: list[NotebookNode] = []
    for cell in [*cells, None]:
        if cell is not None and cell.cell_type == "code":
            round_.append(cell)
            continue
        kept += _once(round_)
        round_ = []
        if cell is not None:
            kept.append(cell)
    return kept


def _once(answers: list[NotebookNode]) -> list[NotebookNode]:
    kept: list[NotebookNode] = []
    told = [notices_told(_html(cell)) for cell in answers]
    beside = [notices_in(_html(cell)) for cell in answers]  # a notice among sentences is said as well
    for place, cell in enumerate(answers):
        if kept and _said(cell) == _said(kept[-1]):
            continue
        others = [words for at, all_ in enumerate(beside) if at != place for words in all_]
        before = {words for all_ in beside[:place] for words in all_}
        if told[place] and all(
            words in before or any(other != words and other.startswith(f"{words} ") for other in others)
            for words in told[place]
        ):
            continue
        kept.append(cell)
    return kept


def said_once(cells: list[NotebookNode], lang: str) -> list[NotebookNode]:
    """Say in full once a chapter why something is missing: later rounds leave it out, or say that it is the same.

    A round whose every answer was already explained says why in a few words, without what to bring; one that has
    something else to show is silent about it. Good news (a list without any line) is no reason, and stays.
    """
    missing, told = text("notice.head", lang), set[str]()
    kept: list[NotebookNode] = []
    for round_ in _rounds(cells):
        answers = [cell for cell in round_ if cell.cell_type == "code"]
        words = {id(cell): [_reason(said) for said in notices_told(_html(cell))] for cell in answers}
        again = {
            id(cell)
            for cell in answers
            if words[id(cell)] and all(said.startswith(missing) and said in told for said in words[id(cell)])
        }
        silent = len(again) < len(answers)
        for cell in round_:
            if id(cell) not in again:
                mixed = cell.cell_type == "code" and not words[id(cell)]
                kept.append(_without(cell, missing, frozenset(told)) if mixed else cell)
            elif not silent:
                kept.append(_same_reason(cell, lang))
                silent = True
        told.update(_reason(said) for cell in answers for said in notices_in(_html(cell)))
    return kept


def _rounds(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """Part the cells at each heading: what stands under it is a round."""
    rounds: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            rounds.append([])
        rounds[-1].append(cell)
    return rounds


def _reason(told: str) -> str:
    """Return what a notice says before its advice, which may differ from one place to the next."""
    return told.partition(". ")[0].rstrip(".")


def _without(cell: NotebookNode, missing: str, told: frozenset[str]) -> NotebookNode:
    """Leave out of a cell that has something else to say the reasons that were told before its round."""

    def dropped(words: str) -> bool:
        return words.startswith(missing) and _reason(words) in told

    html = _html(cell)
    rest = without_notices(html, dropped)
    return cell if rest == html else _answering(cell, rest)


def _answering(cell: NotebookNode, html: str) -> NotebookNode:
    output = NotebookNode(output_type="display_data", data={"text/html": html}, metadata={})
    return NotebookNode({**cell, "outputs": [output]})


def _same_reason(cell: NotebookNode, lang: str) -> NotebookNode:
    missing = text("notice.head", lang)
    reason = _reason(notices_told(_html(cell))[0]).removeprefix(missing).strip()
    reason = reason[:1].lower() + reason[1:] if not reason[1:2].isupper() else reason
    said = Notice(text("notice.same", lang, reason=Markup(reason).unescape()), "", lang)
    return _answering(cell, said.html())


def _html(cell: NotebookNode) -> str:
    """HTML of the answers of a cell, empty when one of them is not HTML."""
    shown = [found for found in map(picked, cell.get("outputs", [])) if found is not None]
    return (
        "\n".join(str(words) for _, words in shown) if all(kind == "text/html" for kind, _ in shown) else ""
    )


def without_idle_readings(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Leave out how to read, and what to do on Monday, where every answer of the round says that it is missing."""
    kept: list[NotebookNode] = []
    answers: list[str] = []
    for cell in cells:
        if cell.cell_type == "code":
            shown = [picked(output) for output in cell.get("outputs", [])]
            answers += [str(words) for _, words in filter(None, shown)]
        elif READING in cell.metadata.get("tags", []):
            idle, answers = bool(answers) and all(is_notice(words) for words in answers), []
            if idle:
                continue
        kept.append(cell)
    return kept


def _said(cell: NotebookNode) -> list[Any]:
    return [output.get("data") for output in cell.get("outputs", [])]


def picked(output: Any) -> tuple[str, Any] | None:
    """Return the richest safe form of an output: HTML of ours, prose, or plain text; None for streams.

    HTML comes from figures, tables and notices, which escape at the source. JavaScript, SVG, LaTeX and
    pictures without a text alternative are never shown.
    """
    if output.output_type not in {"display_data", "execute_result"}:
        return None
    for kind in ("text/html", "text/markdown", "text/plain"):
        if kind in output.data:
            content = output.data[kind]
            words = content if isinstance(content, str) else "".join(content)
            return (kind, Markup(words) if kind == "text/html" else words)
    return None


def chapter_title(notebook: NotebookNode, *, lang: str) -> str:
    """Return the first heading of the chapter in a language, without its marks; empty when it has none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and is_shown(cell, lang):
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    return line.lstrip("#").strip()
    return ""
