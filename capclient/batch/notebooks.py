"""A notebook run by papermill, with the evidence of what really happened, and its copy fit to be shared.

Floor 8. Papermill marks the cell that killed its kernel ``completed``, and every cell after it: evidence is
therefore taken from the kernel's own replies, cell by cell, and judged by :mod:`capclient.batch.verify`.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill import execute_notebook
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from capclient.batch.kernels import KERNEL, kernel_manager
from capclient.batch.scrub import Scrubber
from capclient.errors import ReportError

EVIDENCE = "capclient"  # metadata key under which a run leaves its evidence
INJECTED = "injected-parameters"
FINISHED, TIMED_OUT, DIED, NO_KERNEL, RAISED = "finished", "timed_out", "died", "no_kernel", "raised"
_MARKER = "papermill-error-cell-tag"
_PATIENCE = 60  # seconds for a kernel to start, and for outputs of a finished cell, on a busy machine


class _EvidenceEngine(NBClientEngine):
    """The stock engine, which hands over its notebook even when the run ends badly."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, run: dict[str, Any], **kwargs: Any
    ) -> None:
        run["notebook"] = nb_man.nb
        super().execute_managed_notebook(nb_man, kernel_name, **kwargs)


papermill_engines.register("capclient", _EvidenceEngine)
logging.getLogger("papermill").setLevel(logging.CRITICAL)  # the verdict says it, in words


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook as version 4.

    Raises
    ------
    ReportError
        If the file is absent, truncated or no notebook.
    """
    try:
        notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise ReportError("chapter.missing", chapter=path.stem) from None
    except (OSError, ValueError, nbformat.ValidationError, AttributeError, KeyError):
        raise ReportError("chapter.not_a_notebook", chapter=path.stem) from None
    return notebook


def execute(
    source: NotebookNode,
    *,
    cwd: Path,
    parameters: Mapping[str, str],
    timeout: int,
    variables: Mapping[str, str],
    kernel_name: str = KERNEL,
) -> NotebookNode:
    """Run a notebook from top to bottom in a fresh kernel and return it with outputs and evidence.

    Parameters
    ----------
    source
        The notebook; it is not changed.
    cwd
        Working directory of the kernel; the process's own directory is left alone.
    parameters
        Texts to inject after the cell tagged ``parameters``.
    timeout
        Most seconds one cell may take.
    variables
        Environment of the kernel, on top of this process's.

    Returns
    -------
    NotebookNode
        Never to be believed before :func:`capclient.batch.verify.verify` has read it.
    """
    run: dict[str, Any] = {"notebook": copy.deepcopy(source), "at": None}
    ended = FINISHED
    with kernel_manager(variables) as manager:
        try:
            execute_notebook(
                copy.deepcopy(source),
                None,
                parameters=dict(parameters),
                engine_name="capclient",
                kernel_name=kernel_name,
                language="python",
                progress_bar=False,
                autosave_cell_every=0,
                start_timeout=_PATIENCE,
                execution_timeout=timeout,
                run=run,
                # papermill's own cwd would move the whole process, and with it every other thread
                resources={"metadata": {"path": str(cwd)}},
                kernel_manager_class=manager,
                extra_arguments=[
                    "--InteractiveShellApp.ignore_cwd=True"
                ],  # IPython before 9.7 trusts the folder
                iopub_timeout=_PATIENCE,
                record_timing=False,
                coalesce_streams=True,
                shutdown_kernel="immediate",  # nothing to save: a polite farewell costs a second a notebook
                on_cell_execute=lambda cell, cell_index: run.update(at=cell_index),
                on_cell_executed=_note_reply,
            )
        except PapermillExecutionError:
            ended = RAISED
        except CellTimeoutError:
            ended = TIMED_OUT
        except DeadKernelError:
            ended = DIED
        except RuntimeError:
            if run["at"] is not None:
                raise
            ended = NO_KERNEL
    notebook = run["notebook"]
    notebook.cells = [cell for cell in notebook.cells if _MARKER not in cell.metadata.get("tags", [])]
    notebook.metadata[EVIDENCE] = {"ended": ended, "at": run["at"], "timeout": timeout}
    return notebook


def _note_reply(cell: NotebookNode, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
    cell.metadata[EVIDENCE] = {"reply": execute_reply["content"]["status"]}


def shareable(executed: NotebookNode, scrub: Scrubber) -> NotebookNode:
    """Return the copy that is saved: same cells and outputs; no path, date, duration or random identifier.

    A cell that never ended loses its outputs and its count: what of them arrived is a matter of chance.
    """
    notebook = copy.deepcopy(executed)
    evidence = notebook.metadata.get(EVIDENCE, {})
    unended = evidence.get("at") if evidence.get("ended") in {DIED, TIMED_OUT} else None
    for key in ("papermill", "widgets", EVIDENCE):
        notebook.metadata.pop(key, None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        for key in ("papermill", "execution", EVIDENCE):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            told = [] if number == unended else cell.outputs
            cell.execution_count = None if number == unended else cell.execution_count
            cell.outputs = [_clean(output, scrub) for output in told if output.get("name") != "stderr"]
    return notebook


def _clean(output: NotebookNode, scrub: Scrubber) -> NotebookNode:
    for key in ("text", "evalue"):
        if key in output:
            output[key] = scrub(output[key])
    if "traceback" in output:
        output["traceback"] = [scrub(line) for line in output["traceback"]]
    for kind, content in output.get("data", {}).items():
        if isinstance(content, str) and kind.startswith(("text/", "image/svg")):
            output["data"][kind] = scrub(content)
    return output


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """Return the bytes of a notebook file."""
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
