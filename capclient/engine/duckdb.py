"""The embedded engine: DuckDB, within bounds of memory and with its spill files in a folder of ours.

Floor 3.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd


def connection(spill: Path) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database that spills into a folder and loads nothing from a network.

    ``CAPCLIENT_MEMORY`` bounds its memory (default ``4GB``), ``CAPCLIENT_THREADS`` its threads.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "temp_directory": str(spill),
        "memory_limit": os.environ.get("CAPCLIENT_MEMORY", "4GB"),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "preserve_insertion_order": "true",
    }
    if os.environ.get("CAPCLIENT_THREADS"):
        config["threads"] = os.environ["CAPCLIENT_THREADS"]
    con = duckdb.connect(":memory:", config=config)
    with suppress(
        duckdb.InvalidInputException
    ):  # a kernel without ipywidgets has no bar and refuses the setting
        con.execute("SET enable_progress_bar = false")  # in a notebook it would become part of the page
    return con


@contextmanager
def workspace() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Give a connection and a scratch folder; both are gone afterwards, whatever happened."""
    with tempfile.TemporaryDirectory(prefix="capclient-") as scratch:
        con = connection(Path(scratch) / "spill")
        try:
            yield con, Path(scratch)
        finally:
            con.close()


class Ledger:
    """The canonical tables of one company, as SQL relations over its store; one connection serves all its queries.

    Parameters
    ----------
    relations
        Name of a table to the SQL of a FROM item over Parquet files.
    """

    def __init__(self, relations: dict[str, str]) -> None:
        self.relations = relations
        self._known: dict[str, pd.DataFrame] = {}

    def frame(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> pd.DataFrame:
        """Run an operation: ``{table}`` in the text stands for the relation of a table."""
        return self._connection.execute(self.bound(sql), parameters).df()

    def table(self, name: str) -> pd.DataFrame:
        """Return a whole small table, read once; what a caller writes in it stays its own."""
        return self.once(f"SELECT * FROM {{{name}}}")

    def once(self, sql: str) -> pd.DataFrame:
        """Return what an operation without parameters gives, whatever the date, run once; for small frames."""
        if sql not in self._known:
            self._known[sql] = self.frame(sql)
        return self._known[sql].copy(deep=False)  # pandas copies on write

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        scratch = tempfile.mkdtemp(prefix="capclient-")
        con = connection(Path(scratch) / "spill")
        weakref.finalize(self, _end, con, scratch)
        return con

    def bound(self, sql: str) -> str:
        """Return the text of an operation with its relations in place."""
        return re.sub(r"\{(\w+)\}", lambda match: self.relations.get(match[1], match[0]), sql)


def _end(con: duckdb.DuckDBPyConnection, scratch: str) -> None:
    con.close()
    shutil.rmtree(scratch, ignore_errors=True)
