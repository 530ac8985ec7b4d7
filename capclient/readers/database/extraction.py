"""What a source asks of its database, copied into files.

Floor 2.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from capclient.errors import SourceError
from capclient.readers.address import DatabaseSource, shown_url
from capclient.readers.database.connection import Reading, reading
from capclient.readers.database.statement import checked

QUERY_FILE = "query.parquet"


def extract(source: DatabaseSource, *, folder: Path, target: Path, currency: str) -> list[tuple[str, Path]]:
    """Copy a query, or the tables of a profile, into Parquet files of ``target``.

    The same rows give the same bytes. Rows stream: a million of them need the memory of one batch. Either every file
    is there at the end, or none.

    Parameters
    ----------
    source
        What to read.
    folder
        Where relative paths of SQLite files start.
    target
        An existing folder of ours; files of the same names are replaced.
    currency
        Currency of the analysis, for a program that does not say in which one it keeps its books.

    Returns
    -------
    list
        Name that a person knows and path of each file, such as ``("odoo : account_move", …)``.

    Raises
    ------
    SourceError
        If the database cannot be reached or read; the message holds no secret.
    ParamsError
        If the environment lacks a variable of the address.
    """
    shown = shown_url(source.url)
    if source.query and source.profile:
        raise SourceError("database.query_and_profile", source=shown, profile=source.profile)
    tables = None if source.profile else [("query", checked(source.query, shown))]
    target.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".extract-", dir=target))
    try:
        with reading(source, folder=folder) as found:
            written = _written(found, source, tables, scratch, currency)
        done = []
        for name, path in written:
            path.replace(target / path.name)
            done.append((name, target / path.name))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return done


def _written(
    found: Reading, source: DatabaseSource, tables: list[tuple[str, str]] | None, scratch: Path, currency: str
) -> list[tuple[str, Path]]:
    from capclient.readers.database.columns import (
        write_rows,
    )  # slow to import, and few companies have a database
    from capclient.readers.database.profiles import statements

    if tables is None:
        tables = statements(found, source, currency)
    written = []
    for table, sql in tables:
        path = scratch / f"{table}.parquet"
        write_rows(found.rows(sql), path, source=found.shown)
        written.append((f"{source.profile} : {table}" if source.profile else f"{found.database} (SQL)", path))
    return written
