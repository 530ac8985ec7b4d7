"""A folder of e-invoices to a book: the invoices a company issued, each once, in canonical terms.

Floor 2. Source: part D of the sources. One bad file never stops the rest: it is a reject with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb

from capclient.readers.book import Book, BookFile, BookReject
from capclient.readers.einvoice.document import RefusedError
from capclient.readers.einvoice.entry import Entry
from capclient.readers.einvoice.opening import document_of
from capclient.readers.einvoice.parties import identity
from capclient.readers.einvoice.pdf import PdfReader
from capclient.readers.einvoice.remarks import checks, limits, notes
from capclient.readers.einvoice.sellers import of_sellers
from capclient.readers.einvoice.settling import settled
from capclient.readers.einvoice.tables import write_tables
from capclient.readers.einvoice.versions import without_copies, without_replaced
from capclient.readers.paths import names
from capclient.wording import DEFAULT_LANGUAGE, text


def read_einvoices(
    con: duckdb.DuckDBPyConnection,
    paths: list[Path],
    *,
    workspace: Path,
    sellers: Collection[str] = (),
    is_group: bool = False,
) -> Book:
    """Read e-invoices: CII and UBL, alone or within a PDF.

    Parameters
    ----------
    con
        Connection that sums what was written.
    paths
        The files, in any order.
    workspace
        Folder of the tables; it must live as long as the book.
    sellers
        SIREN, SIRET, VAT numbers, identifiers or exact names of the company whose sales these are.
    is_group
        Whether several sellers are expected, when none is named.

    Returns
    -------
    Book
        ``invoice_lines`` (signed amounts in the currency of each invoice, DECIMAL(18,2)) and ``customers``; neither
        when no file is usable. The amount of a reject is given when all documents share one currency.

    Raises
    ------
    SourceError
        If no document is of ``sellers``, or none is named and the files have several.
    """
    paths = sorted(dict.fromkeys(paths))
    entries, refused = _entries(paths)
    currencies = {entry.document.currency for entry in entries}
    entries, others = of_sellers(entries, sellers, is_group=is_group)
    entries, copies, said = without_copies(entries)
    entries, replaced, said_too = without_replaced(entries)
    rejects = [*refused, *others, *copies, *replaced]
    tables = write_tables(entries, workspace)
    lines = [
        BookReject(entry.source, rank, "einvoice_group", product)
        for entry in entries
        for rank, product in entry.document.uncounted
    ]
    return Book(
        tables=tables,
        files=tuple(_file(entry) for entry in entries),
        rejects=tuple(_priced(rejects, is_one_currency=len(currencies) < 2) + lines),
        notes=(*notes(entries), *said, *said_too),
        limits=limits(),
        checks=checks(con, entries, tables, given=len(paths), refused=len(rejects)),
        facts={
            "files": len(paths),
            "invoices": len(entries),
            "reasons": dict(sorted(Counter(reject.reason for reject in rejects).items())),
        },
    )


def _entries(paths: list[Path]) -> tuple[list[Entry], list[BookReject]]:
    # the name of a product belongs to the data: it must not change with the language of who reads
    undetailed = text("einvoice.undetailed_product", DEFAULT_LANGUAGE)
    entries, rejects = [], []
    with PdfReader() as pdfs:
        for place, (path, name) in enumerate(zip(paths, names(paths), strict=True)):
            source = name.encode("utf-8", "backslashreplace").decode()  # a name may be no text at all
            try:
                entries.append(_entry(place, source, path, pdfs, undetailed))
            except RefusedError as refusal:
                rejects.append(BookReject(source, 0, refusal.code, refusal.detail))
    return entries, rejects


def _entry(place: int, source: str, path: Path, pdfs: PdfReader, undetailed: str) -> Entry:
    document = document_of(path, pdfs)
    seller, buyer = identity(document.seller), identity(document.buyer)
    if seller is None:
        raise RefusedError("einvoice_no_seller", document.number)
    if buyer is None:
        raise RefusedError("einvoice_no_buyer", document.number)
    lines = settled(document, undetailed=undetailed)
    return Entry(place, source, replace(document, lines=(), adjustments=()), lines, seller, buyer)


def _file(entry: Entry) -> BookFile:
    document, kept = entry.document, len(entry.settled.lines)
    return BookFile(entry.source, kept + len(document.uncounted), kept, document.day, document.day)


def _priced(rejects: list[BookReject], *, is_one_currency: bool) -> list[BookReject]:
    """Return rejects without their amounts where these could not be summed."""
    none: Decimal | None = None
    return [
        reject if is_one_currency else BookReject(reject.source, reject.line, reject.reason, reject.raw, none)
        for reject in sorted(rejects, key=lambda reject: (reject.source, reject.line))
    ]
