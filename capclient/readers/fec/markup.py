"""The XML form of a FEC: year, journals, entries and lines, one inside the other (A.3).

Floor 2. The file is read as a stream and flattened to one record a line, each with the cells of its entry and of
its journal. A document type is refused: without one there are no entities, hence nothing that swells or reaches out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from capclient.errors import SourceError, listed
from capclient.readers.damage import damaged
from capclient.readers.fec.header import ALIASES, bare_name, canonical_name

READ = 1 << 20
BLOCK = 20_000
MOST_BYTES = 8_000_000_000
DEEPEST = 32
LONGEST_CELL = 1 << 20  # characters
LONGEST_TOKEN = 1 << 24  # bytes of one tag
MOST_UNKNOWN = 50
MOST_NAMES = 500

CONTAINERS = {"COMPTABILITE", "EXERCICE", "JOURNAL", "ECRITURE", "LIGNE"}
CLOSING = "DATECLOTURE"
SCHEMA = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in ALIASES)])
SIDES = {"D": "debit", "+1": "debit", "1": "debit", "C": "credit", "-1": "credit"}


@dataclass
class Flattened:
    """What a file holds: encoding it declares, closing dates, known columns with a value, other names, lines."""

    encoding: str = "utf-8"
    closings: set[str] = field(default_factory=set)
    columns: set[str] = field(default_factory=set)
    unknown: dict[str, None] = field(default_factory=dict)
    lines: int = 0

    @property
    def closing(self) -> date | None:
        """Closing date of the year, None when the file does not say it."""
        try:
            return date.fromisoformat(next(iter(self.closings)).replace("/", "-")[:10])
        except (StopIteration, ValueError):
            return None


def is_markup(head: bytes) -> bool:
    """Tell whether a file that begins like this is XML."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    for mark, codec in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if text.startswith(mark):
            text = text[2:].decode(codec, "ignore").encode("utf-8", "ignore")
    return text.lstrip().startswith(b"<")


def flattened(path: Path, source: str, target: Path) -> Flattened:
    """Write the lines of a file as Parquet: ``line`` (of the file) and a text for each known column.

    Raises
    ------
    SourceError
        If the file is damaged, has a document type, is no FEC, or holds several fiscal years.
    """
    if path.stat().st_size > MOST_BYTES:
        raise SourceError("source.too_large", source=source)
    with ParquetWriter(target, SCHEMA) as writer:
        reading = _Reading(source, writer)
        try:
            with path.open("rb") as file:
                reading.feed_all(file)
        except (expat.ExpatError, LookupError, ValueError) as error:  # bytes, encoding, numbers of characters
            raise damaged(source, error) from None
        reading.flush()
    found = reading.found
    if len(found.closings) > 1:
        raise SourceError("fec.xml_years", source=source, closings=listed(sorted(found.closings)))
    return found


class _Reading:
    """State of a stream: open elements, cells of the open journal, entry and line."""

    def __init__(self, source: str, writer: ParquetWriter) -> None:
        self.source, self.writer, self.found = source, writer, Flattened()
        self.rows: list[tuple[object, ...]] = []
        self.open: list[tuple[str, dict[str, str], int]] = []  # containers, with their cells and line
        self.cell, self.depth, self.size = "", 0, 0
        self.text: list[str] = []
        self.names: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declared
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def feed_all(self, file: object) -> None:
        fed = 0
        while block := file.read(READ):  # type: ignore[attr-defined]
            self.parser.Parse(block, False)
            fed += len(block)
            if fed - max(self.parser.CurrentByteIndex, 0) > LONGEST_TOKEN:
                self._damaged("tag")
        self.parser.Parse(b"", True)

    def flush(self) -> None:
        arrays = [
            pa.array([row[at] for row in self.rows], SCHEMA.field(at).type) for at in range(len(SCHEMA))
        ]
        self.writer.write_batch(pa.record_batch(arrays, schema=SCHEMA))
        self.rows = []

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        self.found.encoding = (encoding or "utf-8").lower()

    def _doctype(self, *_: object) -> NoReturn:
        raise SourceError("fec.xml_doctype", source=self.source)

    def _damaged(self, detail: str) -> NoReturn:
        raise SourceError("source.damaged", source=self.source, detail=detail)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        name = self._name(tag)
        if self.depth == 1 and name != "COMPTABILITE":
            raise SourceError("fec.xml_root", source=self.source, root=tag[:80])
        if self.depth > DEEPEST:
            self._damaged(f"<{tag[:80]}>")
        self.cell, self.text, self.size = "", [], 0
        if name in CONTAINERS:
            self.open.append((name, {}, self.parser.CurrentLineNumber))
        else:
            self.cell = name

    def _name(self, tag: str) -> str:
        """Bare name of a tag without its prefix; the same few tags come by millions."""
        name = self.names.get(tag)
        if name is None:
            name = bare_name(tag.rpartition(":")[2][:100])
            if len(self.names) < MOST_NAMES:
                self.names[tag] = name
        return name

    def _characters(self, text: str) -> None:
        if not self.cell:
            return
        self.size += len(text)
        if self.size > LONGEST_CELL:
            self._damaged(f"<{self.cell[:80]}>")
        self.text.append(text)

    def _end(self, tag: str) -> None:
        self.depth -= 1
        name = self._name(tag)
        if self.cell == name:
            self._keep(name, "".join(self.text))
        elif self.open and self.open[-1][0] == name:
            _, cells, line = self.open.pop()
            if name == "LIGNE":
                self._line(cells, line)
        self.cell = ""

    def _keep(self, name: str, text: str) -> None:
        known = canonical_name(name)
        if name == CLOSING and text.strip():
            if len(self.found.closings) < MOST_UNKNOWN:
                self.found.closings.add(text.strip()[:20])
        elif known and self.open:
            self.open[-1][1][known] = text.replace("\n", " ")
        elif text.strip() and len(self.found.unknown) < MOST_UNKNOWN:
            self.found.unknown[name] = None

    def _line(self, cells: dict[str, str], line: int) -> None:
        every: dict[str, str] = {}
        for _, outer, _ in self.open:
            every.update(outer)
        every.update(cells)
        if "amount" in every and "debit" not in every and "credit" not in every:
            side = SIDES.get(every.get("side", "").strip().upper())
            # an amount whose side cannot be read is an amount that cannot be read
            every[side or "debit"] = (
                every["amount"] if side else f"{every['amount']} {every.get('side', '?')}"
            )
        self.found.columns.update(every)
        self.found.lines += 1
        self.rows.append((line, *(every.get(column) for column in ALIASES)))
        if len(self.rows) == BLOCK:
            self.flush()
