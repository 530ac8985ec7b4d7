"""One company, from its parameters to its folder: complete and checked, or failed and explained.

Floor 8.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from capclient.batch import manifest
from capclient.batch.environment import environment
from capclient.batch.failure import Account, fail
from capclient.batch.folders import MANIFEST, check_ours, put_in_place, workspace
from capclient.batch.job import Chapter, Job, Steps, Verdict, default_steps
from capclient.batch.notebooks import execute, notebook_bytes, read_notebook, shareable
from capclient.batch.scrub import Scrubber, machine_scrubber
from capclient.batch.unchanged import unchanged
from capclient.batch.verify import verify
from capclient.errors import LedgerError, ReportError
from capclient.params import COMPANY_ID, read_params
from capclient.store import PINNED, SHELF, write_atomically


def run_one(
    job: Job, *, steps: Steps | None = None, report: Callable[[str], None] = lambda chapter: None
) -> Verdict:
    """Make the report of one company.

    Parameters
    ----------
    job
        From :func:`capclient.batch.plan.plan`.
    steps
        What surrounds the notebooks; by default the real steps of :mod:`capclient.batch.steps`.
    report
        Called with the name of each chapter as it starts.

    Returns
    -------
    Verdict
        Always: whatever goes wrong is a failed verdict with its reason, and the folder of the company says
        the same. Only an interruption by the user passes through.
    """
    account = Account()
    if not COMPANY_ID.fullmatch(job.id):  # a job made by hand: its id would become a path
        error = ReportError("params.company_id", path=job.params_path.name, value=repr(job.id))
        return Verdict(job.id, job.name, "failed", error.text(job.lang), error.code)
    if job.refused:
        return fail(job, job.refused, account)
    try:
        steps = steps or default_steps()
        return unchanged(job, steps) or _made(job, steps, report, account)
    except Exception as error:  # one company's surprise never stops the others
        if steps and isinstance(
            error, LedgerError
        ):  # read and refused: the lines to mend go with the account
            account.files.update(steps.salvage(job))
        return fail(job, error, account)


def _made(job: Job, steps: Steps, report: Callable[[str], None], account: Account) -> Verdict:
    check_ours(job.folder)
    params = account.params = read_params(job.params_path)
    if params.company.id != job.id:
        raise ReportError(
            "batch.id_changed", file=job.params_path.name, before=job.id, after=params.company.id
        )
    with workspace(job.folder) as folder:
        prepared = account.prepared = steps.prepare(job)
        key = manifest.report_key(job, params, prepared.key)
        steps.write(prepared, folder)
        scrub = machine_scrubber(job.params_path.parent, job.out, job.chapters)
        with tempfile.TemporaryDirectory(prefix="cc-", ignore_cleanup_errors=True) as shelf:
            steps.lay_out(prepared, Path(shelf))
            pinned = {PINNED: f"{job.id}/{prepared.key}", SHELF: shelf}
            chapters = [_chapter(job, path, scrub, report, account, pinned) for path in job.chapters]
        for chapter in chapters:
            (folder / "notebooks").mkdir(exist_ok=True)
            write_atomically(folder / "notebooks" / f"{chapter.id}.ipynb", notebook_bytes(chapter.notebook))
        steps.page(prepared, chapters, folder)
        if not (folder / manifest.INDEX).is_file():
            raise ReportError("batch.no_page", company=job.name)
        content = manifest.build(
            job, status="complete", params=params, prepared=prepared, key=key,
            chapters=account.chapters, files=manifest.digests(folder),
        )  # fmt: skip
        manifest.write_json(folder / MANIFEST, content)
        account.watch.write(folder)
        findings = manifest.read_findings(folder)
        put_in_place(folder, job.folder)
    return Verdict(
        job.id, job.name, "complete",
        seconds=account.watch.seconds, findings=findings, chapters=account.statuses(job),
    )  # fmt: skip


def _chapter(
    job: Job,
    path: Path,
    scrub: Scrubber,
    report: Callable[[str], None],
    account: Account,
    pinned: Mapping[str, str],
) -> Chapter:
    """Run one notebook and check it; the copy of a notebook that failed is kept for the failure's account.

    ``pinned`` names the store that was read, which every chapter opens whatever a database says meanwhile, and the
    shelf of what was computed from it.

    Raises
    ------
    ReportError
        With the first problem found.
    """
    report(path.stem)
    since = account.watch.seconds
    try:
        source = read_notebook(path)
    except ReportError as error:
        account.chapters.append({"id": path.stem, "status": "failed", "problems": [error.text(job.lang)]})
        raise
    executed = execute(
        source,
        cwd=job.params_path.parent,
        parameters={"params": job.params_path.name, "lang": job.lang, "as_of": ""},
        timeout=job.cell_timeout,
        variables={**environment(job.lang), **pinned},
    )
    account.watch.lap(path.stem, since)
    problems = verify(source, executed, chapter=path.stem)
    told = [scrub(problem.text(job.lang)) for problem in problems]
    account.chapters.append(
        {"id": path.stem, "status": "failed" if problems else "complete", "problems": told}
    )
    saved = shareable(executed, scrub)
    if problems:
        account.notebooks[path.stem] = notebook_bytes(saved)
        first = problems[0]
        raise ReportError(first.code, chapter=first.chapter, cell=first.cell, **first.facts)
    return Chapter(path.stem, saved)
