"""Whether an executed notebook really ran, cell by cell: an exit code is never believed.

Floor 8. Pure: two notebooks in, problems out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from nbformat import NotebookNode

from capclient import wording
from capclient.batch.notebooks import EVIDENCE, FINISHED, INJECTED, RAISED

SHOWN = ("figure", "table")  # cells with these tags must show something
NOTICE = "cc-notice"  # class of the sentence that replaces a figure which cannot be drawn


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong, where, and the facts that its sentence needs."""

    chapter: str
    code: str
    cell: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str | None = None) -> str:
        """Return the sentence; cells are counted from 1 as a reader counts them, text cells included."""
        return wording.text(self.code, lang, chapter=self.chapter, cell=self.cell, **self.facts)


def verify(source: NotebookNode, executed: NotebookNode, *, chapter: str) -> list[Problem]:
    """Return every reason not to publish an executed notebook; none when it can be published.

    Parameters
    ----------
    source
        The notebook as it stands in the package.
    executed
        What :func:`capclient.batch.notebooks.execute` returned.
    """
    wanted, found = _code_cells(source), _code_cells(executed)
    if [cell.source for _, cell in wanted] != [cell.source for _, cell in found]:
        return [Problem(chapter, "chapter.cells_differ")]
    stopped = _stop(executed, chapter)
    if stopped:
        return [stopped]
    problems: list[Problem] = []
    previous = 0
    for (number, _), (_, cell) in zip(wanted, found, strict=True):
        if not cell.source.strip():
            continue
        wrong = _failure(chapter, number, cell, previous)
        if wrong:
            return [wrong]  # the cells after it did not run: one cause, one sentence
        previous = cell.execution_count
        problems += _appearance(chapter, number, cell)
    if not problems and executed.metadata.get(EVIDENCE, {}).get("ended") != FINISHED:
        problems = [Problem(chapter, "chapter.not_finished")]
    return problems


def _code_cells(notebook: NotebookNode) -> list[tuple[int, NotebookNode]]:
    """Return the code cells with their number in the notebook, without the one papermill injects."""
    own = [cell for cell in notebook.cells if INJECTED not in cell.metadata.get("tags", [])]
    return [(number, cell) for number, cell in enumerate(own, 1) if cell.cell_type == "code"]


def _stop(executed: NotebookNode, chapter: str) -> Problem | None:
    """Return why the kernel stopped before the end, from the run's own evidence."""
    evidence = executed.metadata.get(EVIDENCE, {})
    ended = evidence.get("ended")
    if ended in {FINISHED, RAISED, None}:
        return None
    injected = [n for n, cell in enumerate(executed.cells) if INJECTED in cell.metadata.get("tags", [])]
    at = evidence["at"]
    cell = None if at is None else at + 1 - sum(n <= at for n in injected)
    return Problem(chapter, f"chapter.{ended}", cell, {"timeout": evidence["timeout"]})


def _failure(chapter: str, number: int, cell: NotebookNode, previous: int) -> Problem | None:
    """Return why a cell cannot be said to have run."""
    for output in cell.outputs:
        if output.output_type == "error":
            if output.ename == "SystemExit":
                return Problem(chapter, "chapter.stopped_itself", number)
            return Problem(chapter, "chapter.raised", number, {"kind": output.ename, "detail": output.evalue})
        if output.get("name") == "stderr" and "Traceback (most recent call last)" in output.text:
            return Problem(
                chapter, "chapter.hidden_error", number, {"detail": output.text.strip().splitlines()[-1]}
            )
    if cell.execution_count is None:
        return Problem(chapter, "chapter.not_run", number)
    if cell.execution_count <= previous:
        return Problem(chapter, "chapter.out_of_order", number)
    replied = cell.metadata.get(EVIDENCE, {}).get("reply") == "ok"
    if not replied or cell.metadata.get("papermill", {}).get("status") != "completed":
        return Problem(chapter, "chapter.not_completed", number)
    return None


def _appearance(chapter: str, number: int, cell: NotebookNode) -> list[Problem]:
    """Return what is missing from a cell that promises a figure or a table."""
    tags = cell.metadata.get("tags", [])
    promised = next((tag for tag in SHOWN if tag in tags), None)
    if promised is None:
        return []
    pages = [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]
    if not any(page.strip() for page in pages):
        return [Problem(chapter, f"chapter.no_{promised}", number)]
    if promised == "figure":
        seen = _Seen()
        seen.feed("".join(pages))
        if not seen.alts and not seen.notice:
            return [Problem(chapter, "chapter.no_figure", number)]
        if not all(seen.alts):
            return [Problem(chapter, "chapter.no_alt", number)]
    return []


class _Seen(HTMLParser):
    """The images of a page, by their alternative text, and whether a notice stands in their place."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: list[str] = []
        self.notice = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "img":
            self.alts.append((given.get("alt") or "").strip())
        self.notice = self.notice or NOTICE in (given.get("class") or "").split()
