"""Which files a source names, and what a person calls them.

Floor 2. A path is one file, a pattern or a folder, relative to the parameters; the order of files never
depends on the machine.
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from pathlib import Path, PurePath

from capclient.errors import SourceError, nearest
from capclient.params import expanded
from capclient.params_sources import FileSource
from capclient.readers.address import is_sqlite_file, is_url, masked_address, shown_url

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")
SUFFIXES_OF = {  # of the books, whose folders may hold other things too
    "fec": (".txt", ".csv", ".tsv", ".fec", ".xml", ".zip", ".xlsx", ".xlsm", ".xls", ".ods"),
    "einvoices": (".xml", ".pdf"),
    "database": (".sqlite", ".sqlite3", ".db"),
}
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


def is_database(source: FileSource, *, folder: Path) -> bool:
    """Tell whether a source is a database: an address, or a file of SQLite."""
    if is_url(source.path):
        return True
    try:
        return is_sqlite_file(folder / expanded(source.path))
    except ValueError:  # a zero character is in no path
        return False


def _shown(path: str) -> str:
    """Return a path as the user wrote it, variables unreplaced (they may hold secrets), fit to be printed."""
    path = shown_url(path) if is_url(path) else masked_address(path)
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
    # what stands above the common folder may be a secret or a machine's
    common = os.path.commonpath([path.parent for path in paths])
    below = [path.relative_to(common).parts for path in paths]
    told: dict[tuple[str, ...], str] = {}
    for depth in range(1, max(map(len, below)) + 1):
        tails = Counter(parts[-depth:] for parts in set(below))
        for parts in set(below) - told.keys():
            if tails[parts[-depth:]] == 1 or depth == len(parts):
                told[parts] = PurePath(*parts[-depth:]).as_posix()
    return [told[parts] for parts in below]
