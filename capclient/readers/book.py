"""What a source hands over when it gives several canonical tables at once: accounts, e-invoices, an ERP.

Floor 2. A book is already in canonical terms: signs, document types and identifiers are settled. It goes
through the same ingest as a table of the user's, so that filters, rates and merged identifiers hold for it too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from capclient.readers.raw import Note


@dataclass(frozen=True, slots=True)
class BookFile:
    """One file (or query) of a book: what a person calls it, its lines, those kept, its first and last day."""

    source: str
    lines: int
    kept: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class BookReject:
    """A line, or a whole file (line 0), that was not used; ``amount_ht`` is what it would have added to revenue."""

    source: str
    line: int
    reason: str
    raw: str
    amount_ht: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """The canonical tables of one source.

    Parameters
    ----------
    tables
        Name of a canonical table to a Parquet file with some of its columns, under their canonical names.
        ``invoice_lines`` has two more: ``source`` (VARCHAR, one of ``files``) and ``source_line`` (BIGINT). A
        table without rows is left out.
    files
        What was read.
    rejects
        What was not used.
    notes
        What was inferred, each with the file it is about.
    limits
        What such a source cannot tell, to be said where the reader needs it.
    checks
        Reconciliations: mappings ``id computed expected difference status facts``.
    covered
        First and last day that the source covers whole, when it says so itself (a fiscal year); None otherwise.
    counts_lines
        Whether ``quality.lines_*`` count the lines of ``files`` (accounts) instead of invoice lines.
    """

    tables: dict[str, Path]
    files: tuple[BookFile, ...]
    rejects: tuple[BookReject, ...] = ()
    notes: tuple[tuple[str, Note], ...] = ()
    limits: tuple[Note, ...] = ()
    checks: tuple[dict[str, object], ...] = ()
    covered: tuple[date, date] | None = None
    counts_lines: bool = False
    facts: dict[str, object] = field(default_factory=dict)
