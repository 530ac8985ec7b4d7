import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from capclient.batch import manifest
from capclient.batch.job import Job, Steps, Verdict
from capclient.batch.local import Event, run_all
from capclient.batch.manifest import read_manifest
from capclient.batch.plan import plan

from .companies import STEPS, content, make_jobs


def kills_itself_if_acme(job: Job, *, steps: Steps, report: Callable[[str], None]) -> Verdict:
    """Behave as a worker that the system kills for its memory."""
    report("00_good")
    if job.id == "acme":
        os.kill(os.getpid(), signal.SIGKILL)
    print("noise on standard output")
    return Verdict(job.id, job.name, "complete")


def says_nothing(job: Job, *, steps: Steps, report: Callable[[str], None]) -> Verdict:
    """Behave as a worker that hangs."""
    time.sleep(60)
    return Verdict(job.id, job.name, "complete")


def leaves_early(job: Job, *, steps: Steps, report: Callable[[str], None]) -> Verdict:
    """Behave as a worker whose library calls exit."""
    raise SystemExit(3)


def test_a_worker_that_is_killed_costs_its_company_only(tmp_path: Path) -> None:
    jobs = make_jobs(tmp_path, ["beta", "acme", "gamma"], [])
    events: list[Event] = []
    verdicts = run_all(jobs, workers=2, run=kills_itself_if_acme, steps=STEPS, progress=events.append)
    assert [(verdict.id, verdict.status) for verdict in verdicts] == [
        ("beta", "complete"),
        ("acme", "failed"),
        ("gamma", "complete"),
    ]
    assert verdicts[1].reason_code == "batch.worker_killed"
    assert "SIGKILL" in verdicts[1].reason
    assert read_manifest(jobs[1].folder)["status"] == "failed"
    assert [event.chapter for event in events if event.id == "acme"] == ["", "00_good", ""]
    assert sum(event.verdict is not None for event in events) == 3


def test_a_worker_that_never_answers_is_stopped(tmp_path: Path) -> None:
    (verdict,) = run_all(make_jobs(tmp_path, ["acme"], []), run=says_nothing, steps=STEPS, silence=1.5)
    assert (verdict.status, verdict.reason_code) == ("failed", "batch.worker_silent")


def test_a_worker_that_leaves_without_verdict_is_a_failure(tmp_path: Path) -> None:
    (verdict,) = run_all(make_jobs(tmp_path, ["acme"], []), run=leaves_early, steps=STEPS)
    assert (verdict.status, verdict.reason_code) == ("failed", "batch.worker_ended")


def test_refused_and_unchanged_companies_start_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = make_jobs(tmp_path, ["acme"], [])
    assert run_all(jobs, steps=STEPS)[0].status == "complete"
    bad = tmp_path / "params" / "bad.yml"
    bad.write_text("company: [")
    jobs += plan([bad], out=tmp_path / "out", chapters_folder=tmp_path)
    monkeypatch.setattr("subprocess.Popen", None)
    verdicts = run_all(jobs, steps=STEPS)
    assert [(verdict.status, verdict.unchanged) for verdict in verdicts] == [
        ("complete", True),
        ("failed", False),
    ]


@pytest.mark.slow
def test_two_workers_write_the_same_bytes_as_one(tmp_path: Path) -> None:
    program, reports = manifest._program.__wrapped__(), []
    for place, workers in (("one", 1), ("two", 2)):
        (tmp_path / place).mkdir()
        jobs = make_jobs(tmp_path / place, ["acme", "beta", "gamma"], ["good", "tells_where_it_runs"])
        verdicts = run_all(jobs, workers=workers, steps=STEPS)
        assert [verdict.id for verdict in verdicts] == ["acme", "beta", "gamma"]
        assert all(verdict.status == "complete" for verdict in verdicts), verdicts
        reports.append(content(tmp_path / place / "out"))
    if program != manifest._program.__wrapped__():
        pytest.skip("the package was edited during the test: its digest is part of every key")
    assert reports[0] == reports[1]


@pytest.mark.slow
def test_a_kernel_killed_from_outside_costs_its_company_only(tmp_path: Path) -> None:
    jobs = make_jobs(tmp_path, ["acme", "beta"], ["waits_for_a_file"])
    killed: list[int] = []

    def kill_the_first_kernel(event: Event) -> None:
        if event.id == "acme" and event.chapter:
            threading.Thread(target=kill, daemon=True).start()

    def kill() -> None:
        killed.append(kernel_of_this_run().pid)
        os.kill(killed[0], signal.SIGKILL)
        time.sleep(2)
        (tmp_path / "params" / "go").touch()

    verdicts = run_all(jobs, workers=1, steps=STEPS, progress=kill_the_first_kernel)
    assert [(verdict.status, verdict.reason_code) for verdict in verdicts] == [
        ("failed", "chapter.died"),
        ("complete", ""),
    ]
    assert killed


@pytest.fixture
def heeds_interruptions() -> Iterator[None]:
    """A process that a shell started in the background ignores Ctrl+C, and so would the batch of the test."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("heeds_interruptions")
def test_an_interruption_stops_workers_and_kernels_and_keeps_the_old_report(tmp_path: Path) -> None:
    jobs = make_jobs(tmp_path, ["acme"], [])
    run_all(jobs, steps=STEPS)
    before = content(jobs[0].folder)
    jobs = make_jobs(tmp_path, ["acme"], ["waits_for_a_file"])
    kernels: list[psutil.Process] = []

    def interrupt() -> None:
        kernels.append(kernel_of_this_run())
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGINT)

    def when_the_chapter_starts(event: Event) -> None:
        if event.chapter:
            threading.Thread(target=interrupt, daemon=True).start()

    with pytest.raises(KeyboardInterrupt):
        run_all(jobs, steps=STEPS, progress=when_the_chapter_starts)
    psutil.wait_procs(kernels, timeout=5)
    assert not any(kernel.is_running() and kernel.status() != psutil.STATUS_ZOMBIE for kernel in kernels)
    assert content(jobs[0].folder) == before
    assert [path.name for path in jobs[0].out.iterdir()] == ["acme"]


@pytest.mark.slow
def test_a_worker_whose_batch_was_killed_ends_too(tmp_path: Path) -> None:
    make_jobs(tmp_path, ["acme"], [])
    script = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from pathlib import Path\n"
        f"from {__name__} import STEPS, plan, run_all, says_nothing\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "jobs = plan([folder / 'params' / 'acme.yml'], out=folder / 'out', chapters_folder=folder / 'chapters')\n"
        "run_all(jobs, run=says_nothing, steps=STEPS)\n"
    )
    batch = psutil.Popen([sys.executable, "-c", script], env={**os.environ, "TMPDIR": str(tmp_path)})
    while not batch.children():
        time.sleep(0.05)
    time.sleep(1.5)
    (worker,) = batch.children()
    batch.kill()
    batch.wait()
    gone, _ = psutil.wait_procs([worker], timeout=5)
    assert gone


def test_watching_workers_loads_no_notebook_library() -> None:
    script = "import sys, capclient.batch.local, capclient.batch.plan; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"papermill", "nbclient", "nbformat", "jupyter_client", "pandas", "duckdb"}
    assert not heavy & set(loaded.stdout.split())


def kernel_of_this_run() -> psutil.Process:
    """Return the kernel below this process once it has started."""
    for _ in range(200):
        for child in psutil.Process().children(recursive=True):
            try:
                if "ipykernel_launcher" in child.cmdline():
                    time.sleep(1.5)  # let it begin its cell
                    return child
            except psutil.Error:
                continue
        time.sleep(0.05)
    raise AssertionError("no kernel started")
