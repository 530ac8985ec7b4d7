"""Many companies on this machine, a few at a time, each in a process of its own.

Floor 8. Nothing a company does can reach another one: not its memory, not its crash, not its silence.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from capclient.batch.environment import environment
from capclient.batch.failure import Account, fail
from capclient.batch.folders import recover
from capclient.batch.job import Job, Steps, Verdict, default_steps
from capclient.batch.unchanged import unchanged
from capclient.errors import ReportError

INGEST_PATIENCE = 3600.0  # seconds a worker may stay silent: reading a very large ledger says nothing
_FAREWELL = 5.0  # seconds between a polite stop and a kill
# The worker gets the search path of this process, as in multiprocessing, and not its working directory.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from capclient.batch.worker import main; main()"
)


@dataclass(frozen=True, slots=True)
class Event:
    """A company that starts, one of its chapters that starts, or a company that ends with its verdict."""

    id: str
    chapter: str = ""
    verdict: Verdict | None = None


def run_all(
    jobs: Sequence[Job],
    *,
    workers: int = 1,
    run: Callable[..., Verdict] | None = None,
    steps: Steps | None = None,
    progress: Callable[[Event], None] | None = None,
    silence: float | None = None,
) -> list[Verdict]:
    """Run jobs, ``workers`` at a time, and return their verdicts in the order of the jobs.

    Parameters
    ----------
    run
        What a worker calls with ``(job, steps=..., report=...)``; by default ``run_one``. It and ``steps``
        are sent by name: both must be importable.
    steps
        What surrounds the notebooks; by default the real steps.
    progress
        Called with each event, one at a time, from the threads that watch the workers.
    silence
        Most seconds without a word from a worker; it is then stopped and its company failed.

    Raises
    ------
    KeyboardInterrupt
        After every worker was stopped.
    """
    crew = _Crew(run, steps, progress, silence)
    with ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="company") as pool:
        futures = [pool.submit(crew.verdict, job) for job in jobs]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            crew.stop()
            raise


class _Crew:
    """The workers at work, and what every thread that watches one of them needs."""

    def __init__(
        self,
        run: Callable[..., Verdict] | None,
        steps: Steps | None,
        progress: Callable[[Event], None] | None,
        silence: float | None,
    ) -> None:
        self._run, self._steps, self._progress, self._silence = run, steps, progress, silence
        self._talk = threading.Lock()
        self._alive: set[subprocess.Popen[bytes]] = set()
        self._stopping = threading.Event()

    def verdict(self, job: Job) -> Verdict:
        """Return the verdict of one company, from its worker if it needs one."""
        self._tell(Event(job.id))
        try:
            verdict = self._without_worker(job) or self._from_worker(job)
        except Exception as error:  # one company's surprise never stops the others
            verdict = fail(job, error)
        self._tell(Event(job.id, verdict=verdict))
        return verdict

    def stop(self) -> None:
        """Stop every worker; each takes its kernel with it."""
        self._stopping.set()
        for process in list(self._alive):
            _end(process)

    def _tell(self, event: Event) -> None:
        if self._progress and not self._stopping.is_set():
            with self._talk:
                self._progress(event)

    def _without_worker(self, job: Job) -> Verdict | None:
        """Settle here what costs less than starting a Python: a refused or an unchanged company."""
        if job.refused:
            return fail(job, job.refused)
        return unchanged(job, self._steps or default_steps())

    def _from_worker(self, job: Job) -> Verdict:
        account = Account()
        silence = self._silence or max(INGEST_PATIENCE, job.cell_timeout + 120.0)
        # Whatever a killed worker and its kernel leave in their temporary folder goes with it.
        with tempfile.TemporaryDirectory(prefix="cc-", ignore_cleanup_errors=True) as scratch:
            process = _started(job, scratch)
            self._alive.add(process)
            try:
                if self._stopping.is_set():
                    raise KeyboardInterrupt
                _send(process, job, self._run, self._steps)
                verdict = self._heard(process, job, silence)
            except _SilentError:
                return self._lost(
                    job, account, ReportError("batch.worker_silent", seconds=round(silence)), process
                )
            finally:
                _end(process)
                self._alive.discard(process)
        if verdict is not None:
            return verdict
        return self._lost(job, account, _death(process.returncode), process)

    def _lost(
        self, job: Job, account: Account, error: ReportError, process: subprocess.Popen[bytes]
    ) -> Verdict:
        """Account for a worker that said nothing to the end; it is gone, so its leftovers can be deleted."""
        _end(process)
        if self._stopping.is_set():  # stopped by the user: nothing failed, the old report stays
            recover(job.folder)
            return Verdict(job.id, job.name, "failed", error.text(job.lang), error.code)
        return fail(job, error, account)

    def _heard(self, process: subprocess.Popen[bytes], job: Job, silence: float) -> Verdict | None:
        """Return the verdict that a worker announces, None if it died first."""
        lines: queue.Queue[bytes] = queue.Queue()
        assert process.stdout is not None
        threading.Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=silence)
            except queue.Empty:
                raise _SilentError from None
            if not line.endswith(b"\n"):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_FAREWELL)  # its own exit status tells why
                return None
            kind, content = json.loads(line)
            if kind == "verdict":
                return Verdict(**content)
            self._tell(Event(job.id, chapter=content))


class _SilentError(Exception):
    """A worker has not said anything for too long."""


def _listen(stream: IO[bytes], lines: queue.Queue[bytes]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(b"")


def _started(job: Job, scratch: str) -> subprocess.Popen[bytes]:
    variables = {**os.environ, **environment(job.lang), **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch)}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=variables,
        start_new_session=True,  # Ctrl-C reaches this process only, which stops the workers itself
    )


def _send(process: subprocess.Popen[bytes], *what: Any) -> None:
    """Give a worker its job. The pipe stays open: a worker whose pipe closes knows that its parent died."""
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(sys.path).encode() + b"\n")
        process.stdin.write(pickle.dumps(what))
        process.stdin.flush()
    except BrokenPipeError:
        return  # it died at once: its end of file says so


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop a process politely, then surely; closing its pipes lets go of its threads."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_FAREWELL)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdin and not process.stdin.closed:
        try:
            process.stdin.close()
        except BrokenPipeError:
            return


def _death(returncode: int) -> ReportError:
    if returncode < 0:
        return ReportError("batch.worker_killed", signal=signal.Signals(-returncode).name)
    return ReportError("batch.worker_ended", status=returncode)
