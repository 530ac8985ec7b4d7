"""One folder of Parquet per company, keyed by the content of its inputs. Deleting it loses nothing.

Floor 3. The key is the SHA-256 of every input file and of every parameter that ingest obeys: a changed
byte is another key, an unchanged ledger is parsed once and read in milliseconds afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from capclient import places
from capclient.params import Params

try:
    import fcntl
except ImportError:  # Windows: two readings at once cost time, nothing else
    fcntl = None  # type: ignore[assignment]

OBEYED = {"sources", "filters", "identity", "exchange_rates", "receivables", "accounting"}
PINNED = "CAPCLIENT_STORE"
SHELF = "CAPCLIENT_SHELF"  # of a batch's notebooks: the private folder of what was computed already
FORMAT = 15  # raise it when ingest writes something else for the same inputs


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read: the name a person knows it by, its SHA-256 and its size in bytes."""

    name: str
    sha256: str
    size: int


class Hold:
    """A store that somebody reads: nobody deletes it as long as this object lives, in this process or another."""

    def __init__(self, folder: Path) -> None:
        try:
            file = os.open(_hold_path(folder), os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:  # a cache that nobody may write to loses nothing either
            return
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_SH)
        weakref.finalize(self, os.close, file)


def _hold_path(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.used"


@dataclass(frozen=True, slots=True)
class Store:
    """A finished store: its folder, its key and what ingest said of the data (``ingest.json``)."""

    folder: Path
    key: str
    report: dict[str, Any]
    hold: Hold | None = field(default=None, repr=False, compare=False)

    def path(self, name: str) -> Path:
        """Return the Parquet file or folder of a table."""
        return self.folder / name


def company_folder(params: Params) -> Path:
    """Return the folder of a company in the store: two files that claim one id never share a key."""
    return places.cache() / "store" / params.company.id


def store_key(params: Params, inputs: list[InputFile]) -> str:
    """Return the key of a store: inputs, and the parameters that change what is read from them."""
    obeyed = params.model_dump(mode="json", include=OBEYED) | {
        "currency": params.company.currency,
        "siren": params.company.siren,
        "group": params.company.group,
        "restate": params.period.restate,
    }
    if params.privacy.pseudonymise:
        coded = params.privacy.identifiers
        periodic = params.credit.periodic_customers if coded else []
        obeyed["privacy"] = [params.privacy.mark(), coded, params.company.language, periodic]
    text = json.dumps([FORMAT, obeyed, [asdict(item) for item in inputs]], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def described(paths: list[tuple[str, Path]]) -> list[InputFile]:
    """Return the digest of each input; unchanged files are not read twice (size, times and inode tell)."""
    memo = places.cache() / "digests"
    return [InputFile(name, _digest(path, memo), path.stat().st_size) for name, path in paths]


def _digest(path: Path, memo: Path) -> str:
    stat = path.stat()
    mark = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ctime_ns}|{stat.st_ino}"
    known = memo / hashlib.sha256(mark.encode()).hexdigest()[:40]
    with suppress(OSError, ValueError):  # a memo that is damaged is made again
        remembered = known.read_text("ascii")
        if re.fullmatch(r"[0-9a-f]{64}", remembered):
            return remembered
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    memo.mkdir(parents=True, exist_ok=True)
    write_atomically(known, digest)
    return digest


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name, then rename it: it is never seen half-written, nor is the temporary one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    except OSError:  # a full disk, a folder of that name, no right to write
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder of the store: one process reads a company's sources at a time. Freed when the process ends."""
    with (folder / ".lock").open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def existing(folder: Path, key: str) -> Store | None:
    """Return a finished and sound store, or None: whatever is wrong with a cache, reading again mends it."""
    try:
        if not (folder / key).is_dir():
            return None
        hold = Hold(folder / key)  # before it is looked at: it may be going
        report = json.loads((folder / key / "ingest.json").read_text("utf-8"))
        sizes = report["files"]
        sound = sizes == file_sizes(folder / key)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Store(folder / key, key, report, hold) if sound else None


def forget_old(folder: Path, key: str, *, kept: int) -> None:
    """Delete the oldest stores of a company but ``kept``, the one of ``key`` included; those in use stay."""
    stores = [path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")]
    stores.sort(key=lambda path: path.stat().st_mtime)
    others = [path for path in stores if path.name != key]
    for path in others[: max(0, len(others) - kept + 1)]:
        with _hold_path(path).open("w") as file:
            try:
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:  # somebody reads it
                continue
            shutil.rmtree(path, ignore_errors=True)
            _hold_path(path).unlink(missing_ok=True)


def pinned(params: Params) -> Store | None:
    """Return the store that the batch read for this company and put in the environment of its notebooks."""
    company, _, key = os.environ.get(PINNED, "").partition("/")
    return existing(company_folder(params), key) if company == params.company.id and key else None


def file_sizes(folder: Path) -> dict[str, int]:
    """Return the size of every file of a store but its own record: a truncated cache is read again."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "ingest.json")
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
