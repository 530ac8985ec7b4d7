"""A FEC in a ZIP, alone or in several parts: which files it holds, and clean copies of them.

Floor 2. The name of a member is only ever read, never used as a path; what it would weigh is known before anything
is inflated.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from capclient.errors import SourceError, listed
from capclient.readers.capacity import refuse_bomb
from capclient.readers.damage import damaged
from capclient.readers.fec.file_name import FileName, file_name
from capclient.readers.paths import names

ZIP = b"PK\x03\x04"
TEXTS = {".txt", ".csv", ".tsv", ".fec", ".xml"}
OFFICE = {"[Content_Types].xml", "mimetype", "xl/workbook.xml"}  # a workbook is an archive too
MOST_MEMBERS = 100
ENCRYPTED = 0x1
SHOWN = 120  # characters of the name of a member


@dataclass(frozen=True, slots=True)
class Given:
    """One file to read: where its bytes are, what a person calls it, what its name says."""

    path: Path
    source: str
    name: FileName


def given_files(paths: list[Path], workspace: Path) -> list[Given]:
    """Return the files of a FEC, those inside archives included, in order.

    Raises
    ------
    SourceError
        If a file cannot be read, or an archive is damaged, locked, too large once inflated or holds no FEC.
    """
    found: list[Given] = []
    for path, source in zip(paths, names(paths), strict=True):
        try:
            with path.open("rb") as file:
                is_archive = file.read(len(ZIP)) == ZIP
            inside = _inside(path, source, workspace, len(found)) if is_archive else None
        except OSError as error:
            raise SourceError(
                "source.unreadable", source=source, detail=error.strerror or type(error).__name__
            ) from None
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise damaged(source, error) from None
        found += [Given(path, source, file_name(path.name))] if inside is None else inside
    return found


def _inside(path: Path, source: str, workspace: Path, place: int) -> list[Given] | None:
    """Return copies of the FEC files of an archive; None for a workbook."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if OFFICE & {member.filename for member in members}:
            return None
        kept = [member for member in members if _is_fec(member)]
        if not kept or len(kept) > MOST_MEMBERS:
            inside = listed(_shown(member.filename) for member in members if not member.is_dir())
            raise SourceError("fec.zip_members", source=source, count=len(kept), members=inside)
        locked = [member.filename for member in kept if member.flag_bits & ENCRYPTED]
        if locked:
            raise SourceError("fec.zip_locked", source=source, member=_shown(locked[0]))
        refuse_bomb(path, source)
        bases = [PurePosixPath(member.filename).name for member in kept]
        found = []
        for number, (member, base) in enumerate(zip(kept, bases, strict=True)):
            target = workspace / f"member-{place:03d}-{number:03d}.bin"
            with archive.open(member) as reading, target.open("wb") as writing:
                shutil.copyfileobj(reading, writing, 1 << 20)
            shown = _shown(base if bases.count(base) == 1 else member.filename)
            own = file_name(base)
            name = file_name(path.name) if own.closing is None and len(kept) == 1 else own
            found.append(Given(target, f"{source}, {shown}", name))
        return found


def _is_fec(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member may be a FEC: a text, or a file named as the norm says, which asks for no extension."""
    base = PurePosixPath(member.filename).name
    if member.is_dir() or base.startswith((".", "~$")) or "__MACOSX" in member.filename:
        return False
    return PurePosixPath(base).suffix.lower() in TEXTS or file_name(base).closing is not None


def _shown(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:SHOWN]
