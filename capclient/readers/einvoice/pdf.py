"""The XML attachments of Factur-X and ZUGFeRD files, read in a process that can be ended.

Floor 2. A PDF is a program in disguise: loops of objects, streams that inflate without end. The reader of PDF files
runs apart, with a bound on its memory and a deadline for each file; a file that breaks it costs that file only.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from capclient.readers.einvoice import pdf_worker
from capclient.readers.einvoice.document import RefusedError

SECONDS, LEAST_SECONDS = 20.0, 2.0  # for one file; a sound one takes a few hundredths
SPARE_SECONDS = 60.0  # for all files that take too long; once spent, each has the least
START_SECONDS = 60.0  # for the process to start, on a busy machine


class PdfReader:
    """Asks the process for attachments; starts it at the first PDF, again after one that ended it."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._spare = SPARE_SECONDS
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[tuple[str, list[bytes]] | None] = queue.Queue()
        self._listener: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def attachments(self, path: Path) -> list[bytes]:
        """Return the XML attachments of a PDF, the most likely to be an invoice first.

        Raises
        ------
        RefusedError
            If the file is damaged, encrypted, too large, without XML attachment, or takes too long.
        """
        patience = min(self.seconds, max(self._spare, LEAST_SECONDS))
        name = os.fsencode(path)
        try:
            process = self._process or self._started()
            assert process.stdin is not None
            process.stdin.write(len(name).to_bytes(4, "big") + name)
            process.stdin.flush()
            answer = self._answers.get(timeout=patience)
        except queue.Empty:
            self._end()
            self._spare -= patience
            raise RefusedError("einvoice_slow") from None
        except OSError:  # it died before it was asked
            answer = None
        if answer is None:
            self._end()
            raise RefusedError("einvoice_damaged")
        status, contents = answer
        if status != "ok":
            raise RefusedError(status)
        return contents

    def _started(self) -> subprocess.Popen[bytes]:
        self._answers = queue.Queue()
        # -P: a module of the folder we are run in must not pass for a library
        self._process = subprocess.Popen(
            [sys.executable, "-P", pdf_worker.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._listener = threading.Thread(target=_listen, args=(self._process, self._answers), daemon=True)
        self._listener.start()
        self._answers.get(timeout=START_SECONDS)  # it says when it is ready
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if self._listener is not None:
            self._listener.join()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what was not yet sent to a process that is gone
                    pipe.close()


def _listen(process: subprocess.Popen[bytes], answers: queue.Queue[tuple[str, list[bytes]] | None]) -> None:
    """Hand over each answer; None when there will be no more."""
    assert process.stdout is not None
    try:
        while line := process.stdout.readline():
            head = json.loads(line)
            answers.put((head["status"], [process.stdout.read(size) for size in head["sizes"]]))
    except (OSError, ValueError):  # ended in the middle of an answer
        pass
    answers.put(None)
