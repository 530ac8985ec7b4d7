"""A company of which nothing changed is not run again.

Floor 8. Reads digests only: no ledger, no notebook library.
"""

from __future__ import annotations

from capclient.batch.job import Job, Steps, Verdict
from capclient.batch.manifest import Stopwatch, files_intact, read_findings, read_manifest, report_key
from capclient.errors import CapclientError
from capclient.params import read_params


def unchanged(job: Job, steps: Steps) -> Verdict | None:
    """Return the verdict of the report that is already there, or None when it must be made.

    The report must be complete, made from the same inputs, parameters, notebooks and program for the same
    request, and every file it recorded must still have its recorded bytes.
    """
    watch = Stopwatch()
    manifest = read_manifest(job.folder)
    if job.force or job.refused or manifest.get("status") != "complete":
        return None
    try:
        key = report_key(job, read_params(job.params_path), steps.key(job))
        if manifest["key"] != key or not files_intact(job.folder, manifest["files"]):
            return None
        findings = read_findings(job.folder)
    except (CapclientError, OSError, LookupError, TypeError, ValueError, AttributeError):
        return None  # the run that follows will say what is wrong, in words
    chapters = {chapter["id"]: chapter["status"] for chapter in manifest["chapters"]}
    return Verdict(
        job.id, job.name, "complete",
        seconds=watch.seconds, findings=findings, chapters=chapters, unchanged=True,
    )  # fmt: skip
