"""What every reader hands over: text columns in file order, and where each line stands.

Floor 2. A reader types nothing and drops nothing in silence: what is no record (title rows, totals,
malformed lines) is set aside with its line number, what it inferred is noted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Aside:
    """A line of the file that is no record: its number, a reason code and its text."""

    line: int
    reason: str  # total_row, repeated_header, malformed_line
    raw: str
    source: str = ""  # of which file, where the table holds several
    amount: Decimal | None = None  # what it would have added to revenue, where that is known


@dataclass(frozen=True, slots=True)
class Note:
    """Something a reader or ingest inferred, to be printed: a sentence of ``readers.po`` and its facts."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawTable:
    """One file or sheet as a table of texts.

    Parameters
    ----------
    relation
        SQL of a FROM item (parenthesised SELECT or table function) that gives ``columns`` as VARCHAR in
        file order, NULL or text. It is scanned, never collected: ten million lines stay in the engine.
    columns
        Names as the file has them (made unique), in order.
    source
        What a person calls it: ``ventes.csv`` or ``ventes.xlsx, feuille Janvier``. Never a machine path.
    first_line
        Line (CSV, Excel) or record (Parquet) of the file at which the first record stands, from 1.
    rows
        Number of records of ``relation``.
    typed
        Columns to which the file itself gives a type: ``number`` or ``date``. Their texts are machine
        texts (``1234.5``, ``2024-03-12 07:45:00``), so no decimal mark or date order is to be inferred.
    separator
        What joins the texts of a record when it is quoted in ``rejects.csv``.
    line_column
        Name of one more column of ``relation``, after ``columns``: the true line of each record in the file.
        Given when lines between records are none (blank lines, totals, quoted line ends), so that
        ``first_line + position`` would be wrong; None when position and line go together.
    source_column
        Name of one more column of ``relation``: the file of each record, where a table holds those of several.
    """

    relation: str
    columns: tuple[str, ...]
    source: str
    first_line: int
    rows: int
    typed: dict[str, str] = field(default_factory=dict)
    separator: str = ";"
    asides: tuple[Aside, ...] = ()
    notes: tuple[Note, ...] = ()
    line_column: str | None = None
    source_column: str | None = None
