"""A company's folder changes all at once, or not at all.

Floor 8. A run works in ``<out>/.<id>.<random>.tmp/``; the finished folder takes the place of the old one by
renaming, so a reader never opens a report half of yesterday and half of today.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from capclient.errors import ReportError

try:
    import fcntl
except ImportError:  # Windows: an open file there cannot be deleted, which protects a living run as well
    fcntl = None  # type: ignore[assignment]

MANIFEST = "manifest.json"
REVIEWS = "commerciaux"  # the folder of the review files
_TEMPORARY, _ASIDE = ".tmp", ".old"
_TRIES = 3  # another run may put its own folder in place between our two renames


def check_ours(folder: Path) -> None:
    """Refuse a folder that is not ours: ``--out .`` and a company called ``data`` cost nobody their data.

    Raises
    ------
    ReportError
        If the folder holds something else than a report.
    """
    if not os.path.lexists(folder):
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / MANIFEST).is_file()):
        raise ReportError("batch.foreign_folder", folder=folder.name)


@contextmanager
def workspace(target: Path) -> Iterator[Path]:
    """Give an empty folder beside ``target``, deleted at the end unless it was put in place.

    The folder is locked while its process lives: what a killed run left behind is deleted by the next one,
    what a living run is writing is not.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    recover(target)
    folder = target.with_name(f".{target.name}.{secrets.token_hex(4)}{_TEMPORARY}")
    folder.mkdir()
    lock = _lock(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def recover(target: Path) -> None:
    """Repair what killed runs left: bring back a report that was moved aside, delete unfinished folders."""
    for aside in sorted(target.parent.glob(f".{target.name}.*{_ASIDE}")):
        if not os.path.lexists(target):
            os.rename(aside, target)
        else:
            _remove(aside)
    for folder in sorted(target.parent.glob(f".{target.name}.*{_TEMPORARY}")):
        lock = _lock(folder)
        if lock is not None or fcntl is None:
            shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def put_in_place(folder: Path, target: Path) -> None:
    """Make ``folder`` the new ``target``: the old one steps aside, and comes back if the new one cannot.

    Raises
    ------
    ReportError
        If the system refuses; the old folder is then where it was.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            _swap(folder, target)
            return
        except OSError as error:
            if attempt == _TRIES:
                raise ReportError(
                    "batch.cannot_replace", folder=target.name, detail=error.strerror or type(error).__name__
                ) from error


def _swap(folder: Path, target: Path) -> None:
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}{_ASIDE}")
    moved = os.path.lexists(target)
    if moved:
        os.rename(target, aside)
    try:
        os.rename(folder, target)
    except BaseException:
        if moved:
            os.rename(aside, target)
        raise
    if moved:
        _remove(aside)


def _remove(path: Path) -> None:
    if path.is_symlink():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def _lock(folder: Path) -> int | None:
    """Lock a folder for as long as this process lives; None when another process holds it."""
    if fcntl is None:
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
