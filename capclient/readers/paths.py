"""Which files a source names, and what a person calls them.

Floor 2. A path is one file, a pattern or a folder, relative to the parameters; the order of files never
depends on the machine.
"""

from __future__ import annotations

import glob
import os
import re
from pathlib import Path, PurePath

from capclient.errors import SourceError, nearest
from capclient.params import FileSource, expanded

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")
SUFFIXES_OF = {  # of the books, whose folders may hold other things too
    "fec": (".txt", ".csv", ".tsv", ".fec", ".xml", ".zip", ".xlsx", ".xlsm", ".xls", ".ods"),
    "einvoices": (".xml", ".pdf"),
    "database": (".sqlite", ".sqlite3", ".db"),
}
SQLITE = b"SQLite format 3\0"  # the first bytes of such a database
MOST_SHOWN = 200  # characters of a path in a message


def files(source: FileSource, *, folder: Path, suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """Return the files of a source, sorted by path.

    A file that several names reach (symbolic links, loops of folders) is read once, by the first of the shortest.
    Of a folder, only files that end like one of ``suffixes`` are taken.

    Raises
    ------
    SourceError
        If the path is blank, cannot be a path or names no file; the nearest existing name is given.
    """
    asked, shown = expanded(source.path), _shown(source.path)
    if not asked.strip():
        raise SourceError("source.no_path", path=shown)
    try:
        return _files(folder / asked, shown, suffixes)
    except ValueError:  # a zero character, half of a surrogate pair
        raise SourceError("source.bad_path", path=shown) from None
    except OSError as error:  # a name too long, a folder that may not be listed
        detail = os.strerror(error.errno) if error.errno else type(error).__name__
        raise SourceError("source.unreadable", source=shown, detail=detail) from None


def _files(path: Path, shown: str, suffixes: tuple[str, ...]) -> list[Path]:
    if b"\0" in os.fsencode(path):
        raise ValueError("zero character")
    if path.is_file():
        return [path]
    if path.is_dir():
        found = [item for item in path.iterdir() if item.suffix.lower() in suffixes]
    else:
        found = [Path(item) for item in glob.glob(str(path), recursive=True)]
    kept: dict[Path, Path] = {}
    for item in sorted(found, key=lambda item: (len(item.parts), item)):
        if item.is_file() and not item.name.startswith((".", "~$")):
            kept.setdefault(item.resolve(), item)
    if not kept:
        raise _missing(path, shown, suffixes)
    return sorted(kept.values())


def is_url(path: str) -> bool:
    """Tell whether a path is the address of a database.

    >>> is_url("postgresql+psycopg://${USER}@localhost/odoo"), is_url("C:/ventes.csv"), is_url("ventes://.csv")
    (True, False, True)
    """
    return re.match(r"[A-Za-z][A-Za-z0-9_]+(\+[A-Za-z0-9_]+)?://", path) is not None


def is_database(source: FileSource, *, folder: Path) -> bool:
    """Tell whether a source is a database in a file (SQLite)."""
    try:
        with (folder / expanded(source.path)).open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except (OSError, ValueError):
        return False


def _shown(path: str) -> str:
    """Return a path as the user wrote it, variables unreplaced (they may hold secrets), fit to be printed."""
    plain = path.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    return plain if len(plain) <= MOST_SHOWN else f"{plain[:MOST_SHOWN]}…"


def _missing(path: Path, shown: str, suffixes: tuple[str, ...]) -> SourceError:
    if path.is_dir():
        return SourceError("source.empty_folder", path=shown, suffixes=" ".join(suffixes))
    beside = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, sorted(beside))
    code = "source.missing_file_near" if near else "source.missing_file"
    return SourceError(code, path=shown, near=near or "")


def names(paths: list[Path]) -> list[str]:
    """Return the file names, with as many parent folders as tell equal names apart.

    >>> names([Path("2024/ventes.csv"), Path("2025/ventes.csv"), Path("avoirs.csv")])
    ['2024/ventes.csv', '2025/ventes.csv', 'avoirs.csv']
    """
    if not paths:
        return []
    common = os.path.commonpath(
        [path.parent for path in paths]
    )  # what stands above may be a secret or a machine's
    below = [path.relative_to(common) for path in paths]
    return [_name(path, [other for other in below if other != path]) for path in below]


def _name(path: Path, others: list[Path]) -> str:
    for depth in range(1, len(path.parts) + 1):
        tail = path.parts[-depth:]
        if all(other.parts[-depth:] != tail for other in others):
            break
    return str(PurePath(*tail).as_posix())
