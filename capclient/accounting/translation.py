"""From the lines of a FEC to the client ledger: part C, step by step.

Floor 3. Each step is a module and leaves a table of the connection, named ``fec_...``; an accountant can stop
after any of them and look.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from capclient.accounting.amounts import make_revenue
from capclient.accounting.classes import REVIEWED, make_classes
from capclient.accounting.documents import make_documents
from capclient.accounting.entries import make_entries
from capclient.accounting.identity import linked, make_parties
from capclient.accounting.items import keep_ages, make_items
from capclient.accounting.limits import limits, notes
from capclient.accounting.matching import match
from capclient.accounting.openings import make_openings
from capclient.accounting.options import Options
from capclient.accounting.reconciliations import Reconciliation, reconcile
from capclient.accounting.tables import make_tables
from capclient.accounting.years import Year, fiscal_years
from capclient.readers.fec import FecLines
from capclient.readers.raw import Note


@dataclass(frozen=True, slots=True)
class Translation:
    """The client ledger of a FEC, as relations of the connection that made it.

    Parameters
    ----------
    tables
        Name of a canonical table (``invoice_lines``, ``customers``, ``payments``, ``receivable_items``,
        ``allocations``) to the SQL of a FROM item with exactly the columns of its schema; ``invoice_lines`` has also
        ``file`` (place of its file), ``source`` and ``source_line``.
    documents
        FROM item: one row a document, ``doc entry year date type rev ar vat`` (balances in euros).
    review
        FROM item: the documents that an accountant should look at.
    rejects
        FROM item: ``source line reason_code account amount raw``.
    reconciliations
        R1 to R13.
    years, notes, limits
        Fiscal years in order, what was inferred, what cannot be told.
    """

    tables: dict[str, str]
    documents: str
    review: str
    rejects: str
    reconciliations: tuple[Reconciliation, ...]
    years: tuple[Year, ...]
    notes: tuple[Note, ...]
    limits: tuple[Note, ...]

    @property
    def failed(self) -> tuple[Reconciliation, ...]:
        """The comparisons that failed."""
        return tuple(found for found in self.reconciliations if found.status == "failed")


def translate(con: duckdb.DuckDBPyConnection, lines: FecLines, options: Options | None = None) -> Translation:
    """Translate the lines of a FEC into the canonical tables.

    Raises
    ------
    LedgerError
        If two files hold the same year, years overlap or leave a gap, or companies differ.
    ParamsError
        If a term cannot be read.
    """
    options = options or Options()
    years = fiscal_years(con, lines, options)  # C.0, C.10
    make_entries(con, lines, years, options)  # C.1
    make_openings(con, options.opening_journals)  # C.2
    make_parties(con, lines.relation)  # C.6, C.7
    make_documents(con)  # C.3
    make_classes(con)  # C.4
    make_revenue(con)  # C.5
    links = linked(con)  # C.6
    make_items(con, links, options)  # C.8, points 1 and 8
    match(con, options)  # C.8, points 2 to 5
    keep_ages(con)  # C.8, point 9
    tables = make_tables(con, lines.relation, options)
    reviewed = ", ".join(f"'{type}'" for type in REVIEWED)
    return Translation(
        tables=tables,
        documents="fec_docs",
        review=f"(SELECT * FROM fec_docs WHERE type IN ({reviewed}))",
        rejects=lines.rejects,
        reconciliations=reconcile(con, lines.relation, years, options),  # C.9
        years=tuple(years),
        notes=notes(con, years, links),
        limits=limits(con, years),  # C.11
    )
