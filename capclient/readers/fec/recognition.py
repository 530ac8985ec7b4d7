"""Is this file a FEC? Told by its first bytes, without reading it whole.

Floor 2.
"""

from __future__ import annotations

import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

from capclient.errors import SourceError
from capclient.readers.fec.file_name import file_name
from capclient.readers.fec.header import header_of
from capclient.readers.fec.markup import is_markup
from capclient.readers.fec.scan import WORKBOOK, workbook_scan

HEAD = 65536


def is_fec(path: Path) -> bool:
    """Tell whether a file holds accounts: the names of its columns say it, or its own name where it is packed."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    if path.suffix.lower() == ".zip":
        return _names_accounts(path)
    if head.startswith(WORKBOOK):
        return _is_workbook_of_accounts(path)
    if is_markup(head):
        return b"ecriture" in head.lower().replace(b"\0", b"")
    text = head.decode("utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252", "replace")
    first = next((line for line in text.removeprefix("ï»¿").splitlines() if line.strip()), "")
    try:
        header_of(first, path.name)
    except SourceError:
        return False
    return True


def _is_workbook_of_accounts(path: Path) -> bool:
    """Tell whether the columns of a workbook are those of accounts; it has to be read for that."""
    with tempfile.TemporaryDirectory(prefix="capclient-") as scratch:
        try:
            workbook_scan(path, path.name, Path(scratch))
        except SourceError:
            return False
    return True


def _names_accounts(path: Path) -> bool:
    """Tell whether the name of an archive, or of a file inside, is that of accounts."""
    names = [path.name]
    with suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        names += [name.rsplit("/", 1)[-1] for name in archive.namelist()[:100]]
    return any(file_name(name).closing is not None for name in names)
