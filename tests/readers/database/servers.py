"""Real servers for the tests: started in a folder of their own on a free port of this machine, stopped at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "sésame/ouvre:toi@2024"
READER_PASSWORD = "lecture-seule-77"
PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Server:
    """A running server: its administrator's and its reader's addresses, and a way to make a database."""

    kind: str
    port: int

    def connect(self, database: str):
        if self.kind == "postgresql":
            import psycopg

            return psycopg.connect(
                host="127.0.0.1",
                port=self.port,
                user="patron",
                password=PASSWORD,
                dbname=database,
                autocommit=True,
            )
        import pymysql

        return pymysql.connect(
            host="127.0.0.1", port=self.port, user="patron", password=PASSWORD.encode(), database=database,
            autocommit=True, charset="utf8mb4",
        )  # fmt: skip

    def make(self, database: str) -> str:
        """Make an empty database and return its address, the password in a variable of the environment."""
        with self.connect("postgres" if self.kind == "postgresql" else "mysql") as connection:
            connection.cursor().execute(f"CREATE DATABASE {database}")
        return f"{self.kind}://patron:${{MOT_DE_PASSE_DES_TESTS}}@127.0.0.1:{self.port}/{database}"


def _program(name: str) -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return shutil.which(
        name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin"])
    )


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def _account(name: str) -> list[str]:
    """Return how to run as another account: servers refuse to run as root."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        pytest.skip(f"no account {name}, and the server refuses to run as root")
    runner = shutil.which("setpriv")
    if runner is None:
        pytest.skip("setpriv is absent, and the server refuses to run as root")
    return [runner, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


@contextmanager
def _home(account: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="capclient-server-"))
    if os.geteuid() == 0:
        shutil.chown(folder, account, account)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str], home: Path, answers) -> Iterator[None]:
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home)
    try:
        ends = time.monotonic() + PATIENCE
        while not answers():
            if process.poll() is not None or time.monotonic() > ends:
                pytest.skip(f"the server did not start: {(home / 'log').read_text(errors='replace')[-300:]}")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait(20)


def _try(connect) -> bool:
    try:
        connect().close()
    except Exception:
        return False
    return True


@contextmanager
def postgresql() -> Iterator[Server]:
    initdb, program = _program("initdb"), _program("postgres")
    if not initdb or not program:
        pytest.skip("PostgreSQL is not installed (initdb and postgres were not found)")
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install capclient[sql]")
    run_as = _account("postgres")
    with _home("postgres") as home:
        secret = home / "secret"
        secret.write_text(PASSWORD, "utf-8")
        secret.chmod(0o644)
        subprocess.run(
            [*run_as, initdb, "-D", str(home / "data"), "-U", "patron", "--auth=scram-sha-256", "--encoding=UTF8",
             "--locale=C.UTF-8", "--no-sync", f"--pwfile={secret}"],
            check=True, capture_output=True, cwd=home,
        )  # fmt: skip
        server = Server("postgresql", _free_port())
        command = [*run_as, program, "-D", str(home / "data"), "-h", "127.0.0.1", "-p", str(server.port)]
        for setting in (
            f"unix_socket_directories={home}",
            "fsync=off",
            "full_page_writes=off",
            "shared_buffers=32MB",
        ):
            command += ["-c", setting]
        with _running(command, home, lambda: _try(lambda: server.connect("postgres"))):
            yield server


@contextmanager
def mariadb() -> Iterator[Server]:
    install, program = _program("mariadb-install-db"), _program("mariadbd")
    if not install or not program:
        pytest.skip("MariaDB is not installed (mariadb-install-db and mariadbd were not found)")
    pymysql = pytest.importorskip("pymysql", reason="PyMySQL is not installed: pip install capclient[sql]")
    run_as = _account("mysql")
    with _home("mysql") as home:
        subprocess.run(
            [*run_as, install, "--no-defaults", f"--datadir={home / 'data'}", "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            check=True, capture_output=True, cwd=home,
        )  # fmt: skip
        server = Server("mariadb", _free_port())
        handle = home / "socket"
        command = [
            *run_as, program, "--no-defaults", f"--datadir={home / 'data'}", f"--socket={handle}",
            "--bind-address=127.0.0.1", f"--port={server.port}", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-buffer-pool-size=32M", f"--pid-file={home / 'pid'}",
        ]  # fmt: skip

        def root():
            return pymysql.connect(unix_socket=str(handle), user="root")

        with _running(command, home, lambda: _try(root)):
            with root() as connection, connection.cursor() as cursor:
                for host in ("localhost", "127.0.0.1"):  # whichever name the server gives to this machine
                    cursor.execute("CREATE USER 'patron'@%s IDENTIFIED BY %s", (host, PASSWORD))
                    cursor.execute("GRANT ALL ON *.* TO 'patron'@%s", (host,))
            yield server
