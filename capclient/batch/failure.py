"""What stands in the place of a report that could not be made: its reason, and nothing like a report.

Floor 8.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from capclient.batch import manifest
from capclient.batch.folders import MANIFEST, check_ours, put_in_place, workspace
from capclient.batch.job import Job, Prepared, Status, Verdict
from capclient.batch.scrub import machine_scrubber
from capclient.errors import CapclientError, ReportError
from capclient.params import Params
from capclient.store import write_atomically

UNTOUCHED = ("batch.claimed_twice", "batch.foreign_folder")  # the folder belongs to somebody else


@dataclass
class Account:
    """What is known of a company while its report is being made, should it fail."""

    params: Params | None = None
    prepared: Prepared | None = None
    chapters: list[dict[str, Any]] = field(default_factory=list)
    notebooks: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    watch: manifest.Stopwatch = field(default_factory=manifest.Stopwatch)

    def statuses(self, job: Job) -> dict[str, Status]:
        """Return the status of every chapter asked for, those never reached included."""
        known: dict[str, Status] = {chapter["id"]: chapter["status"] for chapter in self.chapters}
        return {path.stem: known.get(path.stem, "not_run") for path in job.chapters}


def fail(job: Job, error: Exception, account: Account | None = None) -> Verdict:
    """Replace the folder of a company by the account of its failure, and return the verdict.

    The folder holds ``manifest.json``, ``index.html`` and the notebook that failed, if one did. If even that
    cannot be written, the old report is deleted: a stale report never stays in place.
    """
    account = account or Account()
    told = explained(error, job.params_path.name)
    scrub = machine_scrubber(job.params_path.parent, job.out, job.chapters)
    reason = scrub(told.text(job.lang))
    if told.code not in UNTOUCHED and _replaceable(job.folder):
        try:
            _write(job, account, told.code, reason)
        except (OSError, ReportError):  # a full disk, most often: deleting the old report makes room
            shutil.rmtree(job.folder, ignore_errors=True)
            with suppress(OSError, ReportError):
                _write(job, account, told.code, reason)
    return Verdict(
        job.id, job.name, "failed", reason, told.code,
        seconds=account.watch.seconds, chapters=account.statuses(job),
        trace="".join(traceback.format_exception(error)),
    )  # fmt: skip


def _replaceable(folder: Path) -> bool:
    try:
        check_ours(folder)
    except ReportError:
        return False
    return True


def explained(error: Exception, file: str) -> CapclientError:
    """Return an error that a person understands, whatever was raised."""
    if isinstance(error, CapclientError):
        return error
    if isinstance(error, MemoryError):
        return ReportError("batch.no_memory", file=file)
    if isinstance(error, OSError):
        where = Path(str(error.filename)).name if error.filename else "–"
        return ReportError("batch.system", where=where, detail=error.strerror or type(error).__name__)
    return ReportError("batch.unexpected", file=file, kind=type(error).__name__, detail=str(error))


def _write(job: Job, account: Account, code: str, reason: str) -> None:
    chapters = [
        next(
            (known for known in account.chapters if known["id"] == id),
            {"id": id, "status": status, "problems": []},
        )
        for id, status in account.statuses(job).items()
    ]
    with workspace(job.folder) as folder:
        for name, saved in account.files.items():
            write_atomically(folder / name, saved)
        for name, notebook in account.notebooks.items():
            (folder / "notebooks").mkdir(exist_ok=True)
            write_atomically(folder / "notebooks" / f"{name}.ipynb", notebook)
        write_atomically(folder / manifest.INDEX, page(job, reason, chapters))
        content = manifest.build(
            job, status="failed", reason=reason, reason_code=code, params=account.params,
            prepared=account.prepared, chapters=chapters, files=manifest.digests(folder),
        )  # fmt: skip
        manifest.write_json(folder / MANIFEST, content)
        put_in_place(folder, job.folder)


def page(job: Job, reason: str, chapters: Sequence[Mapping[str, Any]]) -> str:
    """Return the page that readers find instead of the report."""
    from capclient.publish.failure import failure_page

    failed = next((str(chapter["id"]) for chapter in chapters if chapter["status"] == "failed"), "")
    return failure_page(
        name=job.name, lang=job.lang, reason=reason, chapter=failed, version=manifest.version()
    )
