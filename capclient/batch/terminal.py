"""Progress in a terminal: companies done, rate, time left, and the chapter each worker is at.

Floor 8.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from capclient.batch.job import Job
from capclient.batch.local import Event
from capclient.wording import text


class Bars:
    """One bar for the batch, one line for each company at work."""

    def __init__(self, jobs: Sequence[Job], lang: str) -> None:
        self._names = {job.id: job.name for job in jobs}
        self._chapters = {job.id: len(job.chapters) for job in jobs}
        self._lang = lang
        self._left = len(jobs)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._whole = self._progress.add_task(text("batch.progress", lang), total=len(jobs))
        self._tasks: dict[str, object] = {}
        self._progress.start()

    def __call__(self, event: Event) -> None:
        """Hear one event."""
        name = self._names.get(event.id, event.id)
        if event.verdict is None and not event.chapter:
            self._tasks[event.id] = self._progress.add_task(name, total=self._chapters.get(event.id) or None)
        elif event.chapter:
            task = self._tasks[event.id]
            self._progress.update(task, description=f"{name} · {event.chapter}", advance=1)  # type: ignore[arg-type]
        else:
            self._ended(event, name)

    def _ended(self, event: Event, name: str) -> None:
        assert event.verdict is not None
        if event.id in self._tasks:
            self._progress.remove_task(self._tasks.pop(event.id))  # type: ignore[arg-type]
        key = "unchanged" if event.verdict.unchanged else event.verdict.status
        line = text(f"batch.line.{key}", self._lang, name=name, seconds=round(event.verdict.seconds, 1))
        self._progress.console.print(line, markup=False, highlight=False)
        self._progress.advance(self._whole)
        self._left -= 1
        if not self._left:
            self._progress.stop()
