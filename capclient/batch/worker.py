"""The process of one company: reads its job on standard input, says how it goes on standard output.

Floor 8. One JSON line an event: ``["chapter", name]``, then ``["verdict", {...}]``.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import sys
import threading
from dataclasses import asdict
from typing import Any


def main() -> None:
    """Run the job that the parent sent."""
    voice = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints cannot be mistaken for an event
    signal.signal(signal.SIGTERM, _stopped)
    run, job, steps = _received()
    threading.Thread(target=_follow_parent, daemon=True).start()

    def say(kind: str, content: Any) -> None:
        voice.write(json.dumps([kind, content], ensure_ascii=False, default=str) + "\n")
        voice.flush()

    verdict = run(job, steps=steps, report=lambda chapter: say("chapter", chapter))
    say("verdict", asdict(verdict))


def _received() -> tuple[Any, Any, Any]:
    job, run, steps = pickle.load(sys.stdin.buffer)
    if run is None:
        from capclient.batch.run import run_one as run
    return run, job, steps


def _stopped(signum: int, frame: object) -> None:
    """Leave through every ``finally``: the kernel is stopped and the unfinished folder deleted."""
    raise SystemExit(128 + signum)


def _follow_parent() -> None:
    """Die with the parent: an orphan would write into a folder that the next batch believes its own."""
    while os.read(0, 1):  # not sys.stdin: Python aborts when it ends while a thread holds that lock
        continue
    os.kill(os.getpid(), signal.SIGTERM)
