"""From the bytes of a FEC to lines that the engine reads: line ends, encoding, blank lines (A.4).

Floor 2. Of the DOS code pages, 437 and 850 write the letters of French with the same bytes, so that 850
reads both.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from capclient.errors import SourceError
from capclient.readers.encoding import BLOCK, as_utf8
from capclient.readers.raw import Note

LONGEST_LINE = 4_000_000  # bytes
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class FecText:
    """A UTF-8 file with one line end a record, its first record and the line of the file that holds it."""

    path: Path
    encoding: str
    first: str
    first_line: int
    notes: tuple[Note, ...]


def fec_text(path: Path, source: str, workspace: Path) -> FecText:
    r"""Return a file whose lines end with ``\n`` alone and are never empty, so that numbers of lines stay true.

    Raises
    ------
    SourceError
        If the file is empty or blank, or a line has no end.
    """
    _refuse_endless(path, source)
    text = as_utf8(_folded(path, workspace), source, "", workspace)
    with path.open("rb") as file:
        is_marked = file.read(3) == codecs.BOM_UTF8
    named = [str(note.facts["encoding"]) for note in text.notes if note.code == "readers.encoding"]
    with text.path.open(encoding="utf-8-sig", newline="\n") as file:
        first_line, line = next(((at, line) for at, line in enumerate(file, 1) if line.strip()), (0, ""))
    if not first_line:  # blanks that only some encodings have
        raise SourceError("source.blank_file", source=source)
    encoding = named[0] if named else "utf-8-sig" if is_marked else "utf-8"
    return FecText(text.path, encoding, line.rstrip("\n"), first_line, text.notes)


def _refuse_endless(path: Path, source: str) -> None:
    """Refuse a line that no accounting software writes, before it is held in memory."""
    length = 0
    with path.open("rb") as reading:
        while block := reading.read(BLOCK):
            ends = max(block.rfind(b"\n"), block.rfind(b"\r"))
            length = length + len(block) if ends < 0 else len(block) - ends
            if length > LONGEST_LINE:
                raise SourceError("fec.endless_line", source=source, megabytes=LONGEST_LINE // 1_000_000)


def _folded(path: Path, workspace: Path) -> Path:
    """Write CR CR LF, CR LF and CR as LF and a blank in each empty line; the file itself where nothing changes."""
    with path.open("rb") as reading:
        if reading.read(2) in _WIDE:
            return path
    target = workspace / f"lines-{len(list(workspace.iterdir())):03d}.txt"
    is_changed = False
    with path.open("rb") as reading, target.open("wb") as writing:
        while block := reading.read(BLOCK):
            while block[-1:] in (b"\r", b"\n") and (more := reading.read(1)):
                block += more  # a line end is never cut in two
            folded = block.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            for _ in range(2):  # the second pass sees the pairs that the first one made
                folded = folded.replace(b"\n\n", b"\n \n")
            if not writing.tell() and folded.startswith(b"\n"):
                folded = b" " + folded
            is_changed = is_changed or folded != block
            writing.write(folded)
    if is_changed:
        return target
    target.unlink()
    return path
