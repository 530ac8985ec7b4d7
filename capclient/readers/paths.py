"""Which files a source names, and what a person calls them.

Floor 2. A path is one file, a pattern or a folder, relative to the parameters; the order of files never
depends on the machine.
"""

from __future__ import annotations

import glob
from pathlib import Path, PurePath

from capclient.errors import SourceError, nearest
from capclient.params import FileSource, expanded

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods", ".parquet")


def files(source: FileSource, *, folder: Path) -> list[Path]:
    """Return the files of a source, sorted by path.

    Raises
    ------
    SourceError
        If the path names no file; the nearest existing name is given.
    """
    asked = expanded(source.path)
    path = folder / asked
    if path.is_file():
        return [path]
    if path.is_dir():
        found = [item for item in path.iterdir() if item.suffix.lower() in SUFFIXES]
    else:
        found = [Path(item) for item in glob.glob(str(path), recursive=True)]
    kept = sorted(item for item in found if item.is_file() and not item.name.startswith((".", "~$")))
    if not kept:
        raise _missing(path, asked)
    return kept


def _missing(path: Path, asked: str) -> SourceError:
    if path.is_dir():
        return SourceError("source.empty_folder", path=asked, suffixes=" ".join(SUFFIXES))
    beside = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, sorted(beside))
    code = "source.missing_file_near" if near else "source.missing_file"
    return SourceError(code, path=asked, near=near or "")


def names(paths: list[Path]) -> list[str]:
    """Return the file names, with as many parent folders as tell equal names apart.

    >>> names([Path("2024/ventes.csv"), Path("2025/ventes.csv"), Path("avoirs.csv")])
    ['2024/ventes.csv', '2025/ventes.csv', 'avoirs.csv']
    """
    return [_name(path, [other for other in paths if other != path]) for path in paths]


def _name(path: Path, others: list[Path]) -> str:
    for depth in range(1, len(path.parts) + 1):
        tail = path.parts[-depth:]
        if all(other.parts[-depth:] != tail for other in others):
            break
    return str(PurePath(*tail).as_posix())
