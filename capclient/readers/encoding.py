"""From the bytes of a text file to UTF-8 that the engine reads: how they are encoded, and a clean copy.

Floor 2. A file is read by blocks, whatever its size; a clean UTF-8 file is used where it stands.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from capclient.errors import SourceError
from capclient.readers.raw import Note

BLOCK = 1 << 20
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CANDIDATES = ("cp1252", "iso8859-15", "cp850", "mac_roman")  # the first wins a tie
BROKEN_UTF8 = "utf-8+cp1252"

# How much each decoded character speaks for a codec: letters of French by frequency, usual signs, the
# other letters of Europe; anything else (box drawing, unassigned bytes) speaks against.
WEIGHTS = {
    **dict.fromkeys("é", 3.0),
    **dict.fromkeys("èà’", 2.0),
    **dict.fromkeys("êçôûîâùïëœ", 1.5),
    **dict.fromkeys("ÉÈÀÇÊÔÎ€°«»–—…²³ºª\u00a0", 1.0),
    **dict.fromkeys("ÂÙÛËÏŒÄÖÜäöüßñÑáíóúÁÍÓÚåÅøØæÆãÃõÕìòýžŽšŠ·§µ½¼£“”‘ÿ", 0.3),
}
AGAINST, UNASSIGNED = -1.0, -20.0


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the bytes tells: lines (blank ones at the end apart), and whether they are clean."""

    lines: int
    is_utf8: bool
    has_nul: bool
    has_only_cr: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A UTF-8 file, its number of lines, and what was noted on the way."""

    path: Path
    lines: int
    notes: tuple[Note, ...]


def as_utf8(path: Path, source: str, declared: str, workspace: Path) -> Text:
    """Return the file itself when it is clean UTF-8, else a copy in ``workspace``.

    Raises
    ------
    SourceError
        If the file is empty or blank, the declared encoding is unknown, or the bytes contradict it.
    """
    if path.stat().st_size == 0:
        raise SourceError("source.empty_file", source=source)
    encoding = declared or _marked(path)
    survey = _surveyed(path)
    if not encoding and survey.is_utf8:
        encoding = "utf-8"
    encoding = encoding or _likeliest(path)
    notes = [] if encoding in {"utf-8", "utf-8-sig"} else [Note("readers.encoding", {"encoding": encoding})]
    clean = _is_utf8_name(encoding) and survey.is_utf8 and not survey.has_nul and not survey.has_only_cr
    if not clean:
        target = workspace / f"text-{len(list(workspace.iterdir())):03d}.csv"
        removed, replaced = _transcoded(path, encoding, target, source, strict=bool(declared))
        notes += [Note("readers.nul_removed", {"count": removed})] if removed else []
        notes += [Note("readers.unreadable_bytes", {"count": replaced})] if replaced else []
        path, survey = target, _surveyed(target)
    if not survey.lines:
        raise SourceError("source.blank_file", source=source)
    return Text(path, survey.lines, tuple(notes))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _marked(path: Path) -> str:
    """Return the encoding that a byte order mark, or zero bytes at every other place, declare."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    even, odd = head[::2].count(0), head[1::2].count(0)
    most = 0.4 * len(head) / 2
    if odd > most > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > most > 10 * odd else ""


def _surveyed(path: Path) -> Survey:
    decoder = codecs.getincrementaldecoder("utf-8")()
    feeds = returns = pairs = pending = 0
    is_utf8, has_nul, ended = True, False, True
    for block in _blocks(path):
        if is_utf8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
        has_nul = has_nul or b"\0" in block
        stripped = block.rstrip(b" \t\r\n")
        if stripped:  # the blank lines met so far were not at the end
            feeds += pending + stripped.count(b"\n")
            pending, ended = 0, False
        pending += block.count(b"\n", len(stripped))
        returns += block.count(b"\r")
        pairs += block.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_utf8 = False
    return Survey(0 if ended else feeds + 1, is_utf8, has_nul, returns > 0 and pairs == 0)


def _is_utf8_name(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name in {"utf-8", "utf-8-sig"}
    except LookupError:
        return False


def _likeliest(path: Path) -> str:
    """Choose a single-byte codec by what its characters would be; UTF-8 with a few broken bytes is its own case."""
    alone, in_numbers = np.zeros(256, int), np.zeros(256, int)
    valid = 0
    for block in _blocks(path):
        bytes_ = np.frombuffer(block, dtype=np.uint8)
        is_digit = np.pad((bytes_ >= 48) & (bytes_ <= 57), 1)
        between = is_digit[:-2] & is_digit[2:]
        alone += np.bincount(bytes_[~between], minlength=256)
        in_numbers += np.bincount(bytes_[between], minlength=256)
        kept = block.decode("utf-8", "ignore")
        valid += len(kept.encode()) - int((bytes_ < 128).sum())
    high = int(alone[128:].sum() + in_numbers[128:].sum())
    if valid > 0.8 * high:
        return BROKEN_UTF8
    return max(CANDIDATES, key=lambda codec: (_score(codec, alone, in_numbers), -CANDIDATES.index(codec)))


def _score(codec: str, alone: np.ndarray, in_numbers: np.ndarray) -> float:
    score = 0.0
    for byte in range(128, 256):
        letter = bytes([byte]).decode(codec, "replace")
        weight = WEIGHTS.get(letter, UNASSIGNED if letter == "\ufffd" or letter < "\u00a0" else AGAINST)
        score += weight * alone[byte]
        score += (2.0 if letter in "\u00a0’" else AGAINST) * in_numbers[
            byte
        ]  # between digits: thousands only
    return round(float(score), 6)


def _transcoded(path: Path, encoding: str, target: Path, source: str, *, strict: bool) -> tuple[int, int]:
    """Write a UTF-8 copy with ``\\n`` line ends; return how many NUL were removed and bytes replaced."""
    codec, errors = (encoding, "strict" if strict else "replace")
    if encoding == BROKEN_UTF8:
        codec, errors = "utf-8", "capclient-cp1252"
    removed = replaced = 0
    try:
        reading = path.open(encoding=codec, errors=errors, newline=None)
    except LookupError:
        raise SourceError("source.unknown_encoding", source=source, encoding=encoding) from None
    with reading, target.open("w", encoding="utf-8", newline="\n") as writing:
        try:
            while text := reading.read(BLOCK):
                removed += text.count("\0")
                replaced += text.count("\ufffd")
                writing.write(text.replace("\0", "").replace("\ufeff", ""))
        except UnicodeError as error:
            raise SourceError(
                "source.bad_encoding", source=source, encoding=encoding, detail=str(error)
            ) from None
    return removed, replaced


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read as cp1252 the bytes of a UTF-8 file that are no UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("capclient-cp1252", _as_cp1252)
