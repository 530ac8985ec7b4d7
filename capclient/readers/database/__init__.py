"""Databases: any address with a query, and the tables of Odoo and Dolibarr. Nothing is ever written to them.

Floor 2. :func:`extract` copies what a source asks for into Parquet files, within one read-only transaction; what
follows (ingest, hashes, the store) knows files only. :func:`profile_book` turns the copied tables of a known program
into canonical tables.
"""

from capclient.readers.address import DatabaseSource, is_sqlite_file, is_url, shown_url
from capclient.readers.database.extraction import extract
from capclient.readers.database.profiles import PROFILES, profile_book

__all__ = [
    "PROFILES",
    "DatabaseSource",
    "extract",
    "is_sqlite_file",
    "is_url",
    "profile_book",
    "shown_url",
]
