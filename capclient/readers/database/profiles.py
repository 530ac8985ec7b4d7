"""Programs whose tables are known: which statements copy them, and what makes a book of the copies.

Floor 2.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.errors import SourceError, listed
from capclient.readers.address import DatabaseSource, shown_url
from capclient.readers.book import Book
from capclient.readers.database import dolibarr, dolibarr_tables, odoo, odoo_tables
from capclient.readers.database.connection import Reading

PROFILES = ("odoo", "dolibarr")


def statements(found: Reading, source: DatabaseSource, currency: str) -> list[tuple[str, str]]:
    """Return name and statement of every table that a profile copies, ordered by key.

    Raises
    ------
    SourceError
        If the profile is unknown, or the database is not what the profile names.
    """
    if source.profile not in PROFILES:
        raise SourceError(
            "database.no_profile", source=found.shown, name=source.profile, names=listed(PROFILES)
        )
    if source.profile == "odoo":
        return odoo_tables.statements(found, source.options)
    return dolibarr_tables.statements(found, source.options, currency)


def profile_book(
    con: duckdb.DuckDBPyConnection, files: list[tuple[str, Path]], source: DatabaseSource, *, workspace: Path
) -> Book:
    """Return the canonical tables of a copied database.

    Parameters
    ----------
    con
        Where the work is done; its own tables keep their names.
    files
        What :func:`extract` returned, or the same files under other folders.
    source
        What was asked.
    workspace
        An existing folder for the Parquet files of the book.

    Returns
    -------
    Book
        ``invoice_lines`` (with ``source`` and ``source_line``), ``customers``, ``payments``, ``receivable_items`` and
        ``allocations``. The balance of a customer is the sum of its items minus the sum of its payments;
        allocations name items or payments.
    """
    if source.profile not in PROFILES:
        shown = shown_url(source.url)
        raise SourceError("database.no_profile", source=shown, name=source.profile, names=listed(PROFILES))
    paths = {path.stem: path for _, path in files}
    program = odoo if source.profile == "odoo" else dolibarr
    return program.book(con, paths, workspace)
