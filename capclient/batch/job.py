"""What travels between the planner, the worker and the batch: a job, its steps and its verdict.

Floor 8. Jobs and verdicts are frozen and can be pickled: they cross processes and machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from capclient.errors import CapclientError

if TYPE_CHECKING:
    from nbformat import NotebookNode

Status = Literal["complete", "failed", "not_run"]


@dataclass(frozen=True, slots=True)
class Job:
    """One company to report on.

    ``chapters`` are the notebooks to run, in order. ``refused`` is the reason why the company cannot even
    start: its parameters cannot be read, or another file already claims its identifier.
    """

    id: str
    name: str
    params_path: Path
    out: Path
    lang: str
    chapters: tuple[Path, ...] = ()
    formats: tuple[str, ...] = ("html",)
    cell_timeout: int = 600
    force: bool = False
    refused: CapclientError | None = None

    @property
    def folder(self) -> Path:
        """Folder that readers open: ``<out>/<id>/``."""
        return self.out / self.id


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one company ended: in plain words for people, in codes for programs."""

    id: str
    name: str
    status: Literal["complete", "failed"]
    reason: str = ""
    reason_code: str = ""
    seconds: float = 0.0
    findings: Mapping[str, Any] = field(default_factory=dict)
    chapters: Mapping[str, Status] = field(default_factory=dict)
    unchanged: bool = False
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """An executed notebook that passed every check, as it is saved: no error output, no machine path."""

    id: str
    notebook: NotebookNode


class Prepared(Protocol):
    """The data of a company once read: what the manifest says of them, and whatever the other steps need."""

    @property
    def key(self) -> str:
        """Digest of every input, equal to ``Steps.key(job)`` as long as no input changes."""

    @property
    def inputs(self) -> Sequence[Mapping[str, Any]]:
        """One mapping a file: ``name``, ``sha256``, ``size``."""

    @property
    def quality(self) -> Mapping[str, Any]:
        """Rows and amounts in, kept and rejected."""

    @property
    def reconciliations(self) -> Sequence[Mapping[str, Any]]:
        """Checks of the data against themselves, each with its outcome."""


class Steps(Protocol):
    """What a job does besides running notebooks. A step that fails raises, CapclientError by preference."""

    def key(self, job: Job) -> str:
        """Return the digest of the inputs, from their bytes alone: it decides whether to run."""

    def prepare(self, job: Job) -> Prepared:
        """Read and check the data."""

    def salvage(self, job: Job) -> Mapping[str, str]:
        """Return the files that help to mend data that ``prepare`` refused, by name; they cost no reading."""

    def write(self, prepared: Prepared, folder: Path) -> None:
        """Write the files of data (``indicators.json``, ``customers.parquet``, ...) into a folder."""

    def lay_out(self, prepared: Prepared, shelf: Path) -> None:
        """Lay on a private shelf what was computed so far, for the notebooks of this run."""

    def page(self, prepared: Prepared, chapters: Sequence[Chapter], folder: Path) -> None:
        """Write ``index.html`` and the files for people from the executed chapters."""


def default_steps() -> Steps:
    """Return the real steps; imported here because they bring in every floor of the package."""
    from capclient.batch.steps import DEFAULT_STEPS

    return DEFAULT_STEPS
