"""An executed notebook as a fragment of the report: prose, figures and tables, never code.

Floor 8. nbconvert applies the template ``reports/template/index.html.j2`` to the cells that a reader of the
report may see.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from capclient import places
from capclient.publish.anchors import with_anchors
from capclient.publish.prose import prose_renderer
from capclient.publish.repeats import (
    READING,
    caveats_once,
    picked,
    rounds_folded,
    said_once,
    without_idle_readings,
    without_repeats,
)
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
    cells = caveats_once(rounds_folded(cells, lang))
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


def chapter_title(notebook: NotebookNode, *, lang: str) -> str:
    """Return the first heading of the chapter in a language, without its marks; empty when it has none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and is_shown(cell, lang):
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    return line.lstrip("#").strip()
    return ""
