"""Books: sources that give several canonical tables at once, read and made parts like any table of the user's.

Floor 3. A table that the user gives himself stands before that of a book; two books that give the same table
are a question for the user.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from capclient import schema
from capclient.accounting import Options
from capclient.accounting.book import fec_book
from capclient.errors import LedgerError, SourceError
from capclient.ingest.sources import Part, settled_part
from capclient.inputs import Inputs
from capclient.params import Params
from capclient.params_sources import BOOKS
from capclient.readers.book import Book
from capclient.readers.parquet import parquet_table
from capclient.readers.paths import SUFFIXES_OF, files
from capclient.readers.raw import Aside, Note, RawTable

MERGED = (
    "customers",
)  # a client may be described in several places: each column takes the first that says it
PLACE = ("source", "source_line")


@dataclass(frozen=True, slots=True)
class Books:
    """The books of a company by name, and which table comes from which of them."""

    books: dict[str, Book]
    origin: dict[str, str]

    def parts(self, con: duckdb.DuckDBPyConnection, table: str, *, after: int) -> list[Part]:
        """Return the parts of a table that come from books, numbered from ``after``."""
        found: list[Part] = []
        for name, book in self.books.items():
            if table in book.tables and (table in MERGED or self.origin.get(table) == name):
                raw = _raw(con, name, book, table)
                found.append(settled_part(con, raw, schema.TABLES[table], number=after + len(found)))
        return found

    @property
    def tables(self) -> set[str]:
        """Names of the canonical tables that books give."""
        return {
            *self.origin,
            *(name for book in self.books.values() for name in MERGED if name in book.tables),
        }

    @property
    def notes(self) -> list[tuple[str, Note]]:
        """What was inferred in each book, and which of its tables the user replaced by his own."""
        said = [note for book in self.books.values() for note in book.notes]
        for name, book in self.books.items():
            said += [
                (name, Note("book.replaced", {"table": table}))
                for table in book.tables
                if table not in MERGED and self.origin.get(table) != name
            ]
        return said

    @property
    def told(self) -> dict[str, dict[str, object]]:
        """What travels with the data: limits, days covered, and facts of each book."""
        return {
            name: {
                "limits": [[note.code, note.facts] for note in book.limits],
                "covered": [day.isoformat() for day in book.covered] if book.covered else None,
                "counts_lines": book.counts_lines,
                "facts": book.facts,
            }
            for name, book in self.books.items()
        }

    @property
    def ledger(self) -> Book | None:
        """The book that gives the invoice lines, if one does."""
        return self.books.get(self.origin.get("invoice_lines", ""))


def read_books(con: duckdb.DuckDBPyConnection, params: Params, inputs: Inputs, work: Path) -> Books:
    """Read every book of a company.

    Raises
    ------
    SourceError, LedgerError
        If a book cannot be read, has no usable line, or gives a table that another one gives too.
    """
    books: dict[str, Book] = {}
    origin: dict[str, str] = {}
    for name in sorted(set(params.sources) & set(BOOKS)):
        book = books[name] = _chosen(params, name, _read(con, params, name, inputs, work))
        if "invoice_lines" not in book.tables and not _takes_other_tables(params, name):
            if not book.rejects:
                raise LedgerError("book.no_revenue", source=name)
            raise LedgerError("book.nothing_kept", source=name, reasons=_reasons(book))
        for table in book.tables:
            if table in MERGED or table in params.sources:
                continue
            if table in origin:
                raise SourceError("book.same_table", table=table, first=origin[table], second=name)
            origin[table] = name
    return Books(books, origin)


def _read(con: duckdb.DuckDBPyConnection, params: Params, name: str, inputs: Inputs, work: Path) -> Book:
    parts = params.sources[name].parts
    workspace = work / name
    workspace.mkdir(parents=True, exist_ok=True)
    if name == "database":
        from capclient.readers.database import profile_book

        (answers,) = inputs.of(name)
        files_read = [(item.name, item.path) for item in answers]
        return profile_book(con, files_read, answers[0].source, workspace=workspace)
    paths = [path for part in parts for path in files(part, folder=params.folder, suffixes=SUFFIXES_OF[name])]
    paths = list(dict.fromkeys(paths))
    if name == "fec":
        return fec_book(con, paths, workspace=workspace, options=options_of(params))
    from capclient.readers.einvoice import read_einvoices  # its libraries are slow to import

    sellers = [text for part in parts for text in part.seller] or [params.company.siren]
    return read_einvoices(
        con,
        paths,
        workspace=workspace,
        sellers=[text for text in sellers if text],
        is_group=params.company.group,
    )


def options_of(params: Params) -> Options:
    """Return what the parameters say of accounts."""
    return Options(
        default_term=params.receivables.default_term,
        customer_terms=dict(params.receivables.customer_terms),
        matching=params.receivables.matching,
        opening_journals=tuple(params.accounting.opening_journals),
        closings=dict(params.accounting.closings),
        is_group=params.company.group,
        declared_revenue=dict(params.accounting.declared_revenue),
    )


def _takes_other_tables(params: Params, name: str) -> bool:
    """Tell whether a book is asked for other tables than its lines."""
    wanted = {table for part in params.sources[name].parts for table in part.tables}
    return "invoice_lines" in params.sources or bool(wanted and "invoice_lines" not in wanted)


def _chosen(params: Params, name: str, book: Book) -> Book:
    """Return a book with the tables that the user asked of it; all of them when he asked for none."""
    wanted = {table for part in params.sources[name].parts for table in part.tables}
    if not wanted:
        return book
    return replace(book, tables={table: path for table, path in book.tables.items() if table in wanted})


def _reasons(book: Book) -> str:
    from capclient.ingest.rejects import reject_reason
    from capclient.wording import language

    counts: dict[str, int] = {}
    for item in book.rejects:
        counts[item.reason] = counts.get(item.reason, 0) + 1
    return ", ".join(f"{reject_reason(reason, language())} ({number})" for reason, number in counts.items())


def _raw(con: duckdb.DuckDBPyConnection, name: str, book: Book, table: str) -> RawTable:
    """Return the Parquet file of a book's table as texts; its lines know their file and place in it."""
    label = book.files[0].source if len(book.files) == 1 else name
    raw = parquet_table(con, book.tables[table], label)
    if table != "invoice_lines":
        return raw
    asides = tuple(Aside(r.line, r.reason, r.raw, r.source, r.amount_ht) for r in book.rejects)
    return replace(
        raw,
        columns=tuple(column for column in raw.columns if column not in PLACE),
        asides=asides,
        line_column="source_line",
        source_column="source",
    )
