"""A connection that can only read, within bounds of time.

Floor 2. Everything is read in one transaction that the server holds read-only, from one snapshot; it is rolled back
at the end whatever happened.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from capclient.errors import SourceError
from capclient.readers.address import DatabaseSource, is_sqlite_file, is_url, resolved, shown_url
from capclient.readers.database.faults import explained
from capclient.readers.database.statement import STREAMED, first_word

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

CONNECT_SECONDS = 10
KEEPALIVE_SECONDS = 30
DEFAULT_TIMEOUT, LONGEST_TIMEOUT = 600, 86_400
ROWS_AT_ONCE = 10_000
SQLITE_STEPS = 100_000  # virtual instructions between two looks at the clock
# Who speaks for a database when the address names no driver: those of the extra [sql].
DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "sqlite": "sqlite+pysqlite",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """An open connection: what a person calls the database, and what no message may hold."""

    connection: Connection
    dialect: str  # postgresql, mysql, mariadb, sqlite, ...
    database: str
    shown: str
    secrets: tuple[str, ...]
    ends: float

    def rows(self, sql: str) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
        """Yield the names of the columns and rows by batches; memory holds one batch.

        Raises
        ------
        SourceError
            If the statement fails, or all that was asked takes longer than the timeout.
        """
        streams = first_word(sql) in STREAMED
        options = {"no_parameters": True, "stream_results": streams, "max_row_buffer": ROWS_AT_ONCE}
        try:
            result = self.connection.execution_options(**options).exec_driver_sql(sql)
            names = list(result.keys()) if result.returns_rows else []
            yield names, []
            while result.returns_rows:
                if time.monotonic() > self.ends:
                    raise SourceError("database.timeout", source=self.shown, detail="")
                batch = result.fetchmany(ROWS_AT_ONCE)
                if not batch:
                    break
                yield names, [tuple(row) for row in batch]
        except SourceError:
            raise
        except Exception as error:
            raise explained(error, self.shown, self.secrets, otherwise="failed") from None

    def all_rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return every row of a small answer."""
        return [row for _, batch in self.rows(sql) for row in batch]


@contextmanager
def reading(source: DatabaseSource, *, folder: Path) -> Iterator[Reading]:
    """Open a database for reading.

    Raises
    ------
    SourceError
        If the driver is not installed, the server does not answer within ten seconds, or refuses.
    """
    shown = shown_url(source.url)
    address, secrets = _address(source, folder, shown)
    seconds = _timeout(source, shown)
    url = _parsed(address, folder, shown)
    try:
        from sqlalchemy import create_engine, pool
        from sqlalchemy.exc import NoSuchModuleError

        engine = create_engine(url, poolclass=pool.NullPool, connect_args=_arguments(url))
    except ModuleNotFoundError as error:
        raise SourceError("database.no_driver", source=shown, driver=error.name or url.drivername) from None
    except NoSuchModuleError:
        raise SourceError("database.no_driver", source=shown, driver=url.drivername) from None
    except Exception as error:
        raise explained(error, shown, secrets, otherwise="bad_url") from None
    try:
        connection = engine.connect()
    except ModuleNotFoundError as error:
        raise SourceError("database.no_driver", source=shown, driver=error.name or url.drivername) from None
    except Exception as error:
        raise explained(error, shown, secrets, otherwise="unreachable") from None
    try:
        ends = time.monotonic() + seconds
        found = Reading(connection, url.get_backend_name(), _name(source, url), shown, secrets, ends)
        _begin(found, seconds)
        yield found
    finally:
        try:
            connection.rollback()
            connection.close()
        except Exception:  # a connection that broke: the reading has already said so
            connection.invalidate()
        engine.dispose()


def _begin(found: Reading, seconds: int) -> None:
    """Make the transaction read-only and consistent, before anything is asked."""
    if found.dialect == "postgresql":
        orders = [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {seconds * 1000}",
            "SET LOCAL idle_in_transaction_session_timeout = 0",
        ]
    elif found.dialect in {"mysql", "mariadb"}:
        driver: Any = found.connection.connection.driver_connection
        driver._read_timeout = (
            seconds + CONNECT_SECONDS
        )  # the server stops a statement first, if it still answers
        is_mariadb = "mariadb" in str(found.all_rows("SELECT version()")[0][0]).lower()
        limit = f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {seconds * 1000}"
        found.connection.rollback()
        orders = [
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            f"SET SESSION {limit}",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ]
    elif found.dialect == "sqlite":
        driver = found.connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > found.ends, SQLITE_STEPS)
        driver.text_factory = lambda data: data.decode("utf-8", "replace")
        orders = ["BEGIN"]
    else:
        orders = []
    for order in orders:
        for _ in found.rows(order):
            pass


def _address(source: DatabaseSource, folder: Path, shown: str) -> tuple[str, tuple[str, ...]]:
    if is_url(source.url):
        return resolved(source)
    path = folder / resolved(source)[0]
    try:
        is_file = path.is_file()
    except (OSError, ValueError):
        is_file = False
    if not is_file:
        raise SourceError("database.no_file", source=shown)
    return f"sqlite:///{quote(str(path))}", ()


def _timeout(source: DatabaseSource, shown: str) -> int:
    given = source.options.get("timeout", "") or str(DEFAULT_TIMEOUT)
    if not given.isdecimal() or len(given) > 9 or not 1 <= int(given) <= LONGEST_TIMEOUT:
        raise SourceError("database.bad_option", source=shown, option="timeout", value=given, example="600")
    return int(given)


def _parsed(address: str, folder: Path, shown: str) -> URL:
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ModuleNotFoundError as error:
        raise SourceError("database.no_driver", source=shown, driver=error.name or "sqlalchemy") from None
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise SourceError("database.bad_url", source=shown, detail="") from None
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    return _sqlite(url, folder, shown) if url.get_backend_name() == "sqlite" else url


def _sqlite(url: URL, folder: Path, shown: str) -> URL:
    """Return the address of an SQLite file that can only be read, found from the folder of the parameters."""
    from urllib.parse import unquote

    given = (url.database or "").removeprefix("file:").partition("?")[0]
    path = folder / unquote(given)
    if not given or given == ":memory:" or not path.is_file():
        raise SourceError("database.no_file", source=shown)
    if not is_sqlite_file(path):
        raise SourceError("database.not_sqlite", source=shown, detail="")
    return url.set(database=f"file:{quote(str(path.resolve()))}", query={"mode": "ro", "uri": "true"})


def _arguments(url: URL) -> dict[str, object]:
    dialect = url.get_backend_name()
    if dialect == "postgresql":
        return {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "capclient",
            "keepalives_idle": KEEPALIVE_SECONDS,  # a server that is no longer there is noticed
            "keepalives_interval": CONNECT_SECONDS,
            "keepalives_count": 3,
        }
    if dialect in {"mysql", "mariadb"} and url.get_driver_name() == "pymysql":
        return {
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": CONNECT_SECONDS,  # a server that accepts and then says nothing
            "charset": "utf8mb4",
            "local_infile": False,
            "password": (
                url.password or ""
            ).encode(),  # a text would be sent in Latin-1, without the euro sign
        }
    if dialect == "sqlite":
        return {"timeout": CONNECT_SECONDS, "isolation_level": None}
    return {}


def _name(source: DatabaseSource, url: URL) -> str:
    """Return what a person calls the database: never more of an address than its author wrote in clear."""
    text = shown_url(source.url).partition("?")[0]
    last = text.rstrip("/").rpartition("/")[2]
    return last if last and "@" not in last else url.get_backend_name()
