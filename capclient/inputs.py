"""What a company is read from: its files, and what its databases answered, each with its digest.

Floor 3. A database has no file to compare: what it answers is written once as Parquet, in a folder named after its
content, so that the same answer is the same input and a report never mixes two answers.
"""

from __future__ import annotations

import filecmp
import glob
import hashlib
import os
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from capclient import places
from capclient.params import Params
from capclient.params_sources import BOOKS, FileSource, TableSource
from capclient.readers.paths import SUFFIXES, SUFFIXES_OF, files, is_database
from capclient.store import InputFile, described

if TYPE_CHECKING:
    from capclient.readers.database import DatabaseSource

A_DAY = 86_400  # seconds
KEPT = 3  # answers of one query: the current one and the two before it


@dataclass(frozen=True, slots=True)
class Extract:
    """One answer of a database: the name a person knows it by, its Parquet file, what was asked."""

    name: str
    path: Path
    source: DatabaseSource


@dataclass(frozen=True, slots=True)
class Inputs:
    """Every input with its digest and its path.

    ``extracts`` are the answers of databases, by the name of their source and the place of their part in it.
    """

    described: list[InputFile]
    paths: list[Path]
    extracts: dict[tuple[str, int], list[Extract]]

    def of(self, source: str) -> list[list[Extract]]:
        """Return the answers of each part of a source."""
        return [items for (name, _), items in sorted(self.extracts.items()) if name == source]

    def located(self, name: str, source: TableSource) -> TableSource:
        """Return a source whose questions to databases are the files of their answers."""
        parts: list[FileSource] = []
        for place, part in enumerate(source.parts):
            answers = self.extracts.get((name, place))
            paths = [{"path": glob.escape(str(item.path)), "query": ""} for item in answers or ()]
            parts += [part.model_copy(update=path) for path in paths] if answers else [part]
        return source.model_copy(update={"parts": parts})

    @property
    def labels(self) -> dict[str, str]:
        """What a person calls each answer, by the path that :meth:`located` gives it."""
        return {glob.escape(str(item.path)): item.name for items in self.extracts.values() for item in items}


def inputs_of(params: Params) -> Inputs:
    """Find every file, ask every database, and return them in a stable order.

    Raises
    ------
    SourceError
        If a file is missing, or a database cannot be reached or refuses the question.
    """
    found: dict[Path, str] = {}
    extracts: dict[tuple[str, int], list[Extract]] = {}
    for name, source in sorted(params.sources.items()):
        for place, part in enumerate(source.parts):
            if is_database(part, folder=params.folder):
                answers = _answers(part, params)
                extracts[name, place] = answers
                found |= {answer.path: answer.name for answer in answers}
                continue
            suffixes = SUFFIXES_OF[name] if name in BOOKS else SUFFIXES
            for path in files(part, folder=params.folder, suffixes=suffixes):
                found.setdefault(path.resolve(), path.name)
    return Inputs(described([(name, path) for path, name in found.items()]), list(found), extracts)


def _answers(part: FileSource, params: Params) -> list[Extract]:
    from capclient.readers.database import DatabaseSource, extract  # few companies have one

    source = DatabaseSource(url=part.path, query=part.query, profile=part.profile, options=dict(part.options))
    asked = hashlib.sha256(repr((part.path, part.query, part.profile, sorted(part.options.items()))).encode())
    shelf = places.cache() / "answers" / asked.hexdigest()[:32]
    shelf.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".read-", dir=shelf))
    try:
        answers = extract(source, folder=params.folder, target=scratch, currency=params.company.currency)
        digest = hashlib.sha256()
        for name, path in answers:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{name}\0{path.name}\0{content}\n".encode())
        final = shelf / digest.hexdigest()[:32]
        if not _is_sound(final, answers):  # damaged since, or never there
            shutil.rmtree(final, ignore_errors=True)
            with suppress(OSError):  # another process was faster, with the same answer
                os.rename(scratch, final)
        os.utime(final)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    _forget_old(shelf, final)
    return [Extract(name, final / path.name, source) for name, path in answers]


def _is_sound(final: Path, answers: list[tuple[str, Path]]) -> bool:
    """Tell whether an earlier copy of the same answer is whole, byte for byte."""
    with suppress(OSError):
        return all(filecmp.cmp(path, final / path.name, shallow=False) for _, path in answers)
    return False


def _forget_old(shelf: Path, current: Path) -> None:
    for leftover in shelf.glob(".read-*"):  # of a process that was killed: nothing reads for a day
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > A_DAY:
                shutil.rmtree(leftover, ignore_errors=True)
    others = [path for path in shelf.iterdir() if path != current and not path.name.startswith(".")]
    others.sort(key=lambda path: path.stat().st_mtime)
    for path in others[: max(0, len(others) - KEPT + 1)]:
        shutil.rmtree(path, ignore_errors=True)
