"""One connection a test, and a reader of small files."""

import duckdb
import pytest

from capclient.params_sources import FileSource
from capclient.readers.tabular import raw_tables


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def read(con, tmp_path):
    """Write one file, read it, return its tables."""

    def reader(content, name="ventes.csv", **options):
        if isinstance(content, str):
            content = content.encode()
        if content is not None:
            (tmp_path / name).write_bytes(content)
        source = FileSource(path=name, **options)
        return raw_tables(con, source, folder=tmp_path, workspace=tmp_path / "work")

    return reader


@pytest.fixture
def rows(con):
    """Return the records of a table, and their lines in the file."""

    def fetched(table):
        found = con.execute(f"SELECT * FROM {table.relation}").fetchall()
        assert len(found) == table.rows
        if table.line_column:
            return [row[:-1] for row in found], [int(row[-1]) for row in found]
        return found, [table.first_line + place for place in range(len(found))]

    return fetched
