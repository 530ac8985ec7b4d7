"""Queries on real servers and files: exact types, same bytes, nothing written there, no secret told."""

import os
import sqlite3
import subprocess
import sys
import time
import traceback
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from capclient.errors import ParamsError, SourceError
from capclient.readers.database import DatabaseSource, extract
from tests.readers.database import servers

NET_SALES = """
SELECT o.order_id AS invoice_id, o.customer_id, o.order_date AS invoice_date,
       d.unit_price * d.quantity * (1 - d.discount) AS amount_ht
FROM orders o JOIN order_details d ON d.order_id = o.order_id ORDER BY o.order_id, d.product_id
"""


def extracted(url: str, query: str, folder: Path, **options: str) -> tuple[list[tuple], list[str]]:
    """Return rows and types of a query."""
    source = DatabaseSource(url, query, options=options)
    ((_, path),) = extract(source, folder=folder, target=folder / "out", currency="EUR")
    con = duckdb.connect()
    described = con.execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
    cells = [  # an instant with its zone would need a library that is not installed
        f"{column} AT TIME ZONE 'UTC'" if kind.endswith("ZONE") else column for column, kind, *_ in described
    ]
    rows = con.execute(f"SELECT {', '.join(cells)} FROM read_parquet('{path}')").fetchall()
    return rows, [kind for _, kind, *_ in described]


def refusal(url: str, query: str, folder: Path, **options: str) -> SourceError:
    with pytest.raises(SourceError) as raised:
        extracted(url, query, folder, **options)
    assert list(folder.rglob("*.parquet")) == [] and list(folder.rglob(".*")) == []  # nothing half-written
    return raised.value


@pytest.fixture(scope="module")
def base(postgresql) -> str:
    return postgresql.make("requetes")


@pytest.fixture(scope="module")
def maria(mariadb) -> str:
    return mariadb.make("requetes")


@pytest.fixture
def small_file(tmp_path) -> Path:
    with sqlite3.connect(tmp_path / "petite base.sqlite") as connection:
        connection.executescript(
            "CREATE TABLE ventes (client TEXT, montant NUMERIC); INSERT INTO ventes VALUES ('00123', 10.5), ('C2', 7);"
        )
    return tmp_path


@pytest.mark.real
def test_northwind_sells_what_its_data_sheet_says(real_data, tmp_path):
    source = DatabaseSource("northwind.sqlite", NET_SALES)
    ((name, path),) = extract(source, folder=real_data, target=tmp_path, currency="EUR")
    found = duckdb.connect().execute(
        f"SELECT count(*), sum(amount_ht)::DECIMAL(18,2), count(DISTINCT customer_id) FROM read_parquet('{path}')"
    )
    assert name == "northwind.sqlite (SQL)"
    assert found.fetchone() == (2155, Decimal("1265793.04"), 89)


def test_types_of_postgresql_are_kept_exactly(base, tmp_path):
    query = """SELECT * FROM (VALUES
        (1, 12345678901234567890.12::numeric, 1.50::numeric(10,2), 0.1::float8, true, DATE '2024-02-29',
         TIMESTAMP '2024-01-02 03:04:05', TIMESTAMPTZ '2024-01-02 03:04:05+02', '00123', ARRAY[1,2],
         '{"b": 1, "a": "é"}'::jsonb, '6a2f41a3-c54c-fce8-32d2-0324e1c32e22'::uuid, decode('ff00', 'hex'),
         INTERVAL '1 day', 5::numeric),
        (9223372036854775807, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'NaN'))
        AS t(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) ORDER BY a"""
    rows, types = extracted(base, query, tmp_path)
    assert types[:8] == [
        "BIGINT", "DECIMAL(38,2)", "DECIMAL(38,2)", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP",
        "TIMESTAMP WITH TIME ZONE",
    ]  # fmt: skip
    assert types[8:14] == ["VARCHAR"] * 6
    first = rows[0]
    assert first[:4] == (1, Decimal("12345678901234567890.12"), Decimal("1.50"), 0.1)
    assert str(first[7]) == "2024-01-02 01:04:05"  # universal time, whatever the zone of the machine
    assert first[8:13] == (
        "00123",
        "[1, 2]",
        '{"a": "é", "b": 1}',
        "6a2f41a3-c54c-fce8-32d2-0324e1c32e22",
        "ff00",
    )
    assert rows[1][0] == 2**63 - 1 and rows[1][14] is None  # NaN is no number


def test_a_number_too_long_for_an_exact_type_stays_text(base, tmp_path):
    rows, types = extracted(base, "SELECT 1e40::numeric + 0.5 AS a", tmp_path)
    assert types == ["VARCHAR"] and rows == [("10000000000000000000000000000000000000000.5",)]


def test_types_of_mariadb_are_kept_exactly(maria, tmp_path):
    query = """SELECT CAST(12.50 AS DECIMAL(10,2)) AS a, CAST('2024-02-29' AS DATE) AS b, 0.1e0 AS c, x'ff00' AS d,
        CAST('0000-00-00' AS DATE) AS e, '100 % : :nom %s' AS f, NULL AS g, 18446744073709551615 AS h"""
    rows, types = extracted(maria, query, tmp_path)
    assert types[:3] == ["DECIMAL(38,2)", "DATE", "DOUBLE"]
    assert rows[0][0] == Decimal("12.50") and rows[0][3:7] == ("ff00", None, "100 % : :nom %s", None)
    assert rows[0][7] == 18446744073709551615


def test_columns_change_their_kind_in_the_middle_without_losing_a_value(tmp_path, monkeypatch):
    from capclient.readers.database import columns

    monkeypatch.setattr(columns, "ROWS_A_GROUP", 2)
    rows = [
        (1, None, Decimal("1.5")),
        (2, None, 7),
        (Decimal("2.25"), "é", None),
        (None, 3, Decimal("NaN")),
        (True, 4.5, 8),
    ]
    path = tmp_path / "mixed.parquet"
    assert (
        columns.write_rows([(["a", "b", "A"], rows[:3]), (["a", "b", "A"], rows[3:])], path, source="x") == 5
    )
    found = duckdb.connect().execute(f"SELECT a, b FROM read_parquet('{path}')").fetchall()
    assert found == [("1", None), ("2", None), ("2.25", "é"), (None, "3"), ("true", "4.5")]


def test_an_empty_answer_keeps_its_columns(base, tmp_path):
    rows, types = extracted(base, "SELECT 1 AS a, 'x' AS b WHERE false", tmp_path)
    assert rows == [] and len(types) == 2


def test_the_same_rows_give_the_same_bytes_whatever_the_size_of_batches(base, tmp_path, monkeypatch):
    from capclient.readers.database import connection

    query = "SELECT i, i * 1.25 AS x, 'é' || i AS t FROM generate_series(1, 60000) i ORDER BY i;"
    digests = set()
    for size in (10_000, 777):
        monkeypatch.setattr(connection, "ROWS_AT_ONCE", size)
        source = DatabaseSource(base, query)
        ((_, path),) = extract(source, folder=tmp_path, target=tmp_path / str(size), currency="EUR")
        digests.add(path.read_bytes())
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "database.no_query"),
        ("DELETE FROM t", "database.not_a_reading"),
        ("/* SELECT */ DROP TABLE t", "database.not_a_reading"),
        ("SELECT 1; DROP TABLE t", "database.several_statements"),
        ("SELECT * INTO copie FROM t", "database.not_a_reading"),
        ("SELECT 'a' INTO OUTFILE '/tmp/x'", "database.not_a_reading"),
        ("COPY t TO PROGRAM 'touch x'", "database.not_a_reading"),
    ],
)
def test_what_is_no_reading_is_refused_before_it_is_sent(query, code, tmp_path):
    assert refusal("postgresql://u@127.0.0.1:1/b", query, tmp_path).code == code


@pytest.mark.parametrize(
    "query",
    [
        "-- ventes ; de l'année\nSELECT ';' AS a -- fin ;\n;",
        "(SELECT 'into' AS a)",
        "WITH x AS (SELECT 1 AS a) TABLE x",
    ],
)
def test_semicolons_and_words_inside_texts_and_comments_mean_nothing(base, tmp_path, query):
    rows, _ = extracted(base, query, tmp_path)
    assert len(rows) == 1


def test_a_function_that_writes_is_stopped_by_the_transaction(postgresql, base, tmp_path):
    with postgresql.connect("requetes") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS cible (a int)")
        connection.execute(
            "CREATE OR REPLACE FUNCTION ecrire() RETURNS int LANGUAGE sql AS 'INSERT INTO cible VALUES (1) RETURNING 1'"
        )
    assert refusal(base, "SELECT ecrire()", tmp_path).code == "database.writes"
    assert (
        refusal(base, "WITH x AS (DELETE FROM cible RETURNING a) SELECT * FROM x", tmp_path).code
        == "database.writes"
    )
    with postgresql.connect("requetes") as connection:
        assert connection.execute("SELECT count(*) FROM cible").fetchone() == (0,)


def test_a_function_that_writes_is_stopped_by_mariadb_too(mariadb, maria, tmp_path):
    with mariadb.connect("requetes") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE cible (a int)")
        cursor.execute(
            "CREATE FUNCTION ecrire() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO cible VALUES (1); RETURN 1; END"
        )
    assert refusal(maria, "SELECT ecrire()", tmp_path).code == "database.writes"


def test_an_sqlite_file_is_found_from_the_folder_and_never_written(small_file):
    for url in (
        "petite base.sqlite",
        "sqlite:///petite base.sqlite",
        f"sqlite:///{small_file}/petite base.sqlite",
    ):
        rows, _ = extracted(url, "SELECT * FROM ventes ORDER BY client", small_file)
        assert rows == [("00123", 10.5), ("C2", 7.0)]
    before = (small_file / "petite base.sqlite").read_bytes()
    assert refusal_of_sqlite(small_file, "WITH x AS (SELECT 1) DELETE FROM ventes") == "database.writes"
    assert (small_file / "petite base.sqlite").read_bytes() == before


def refusal_of_sqlite(folder: Path, query: str) -> str:
    with pytest.raises(SourceError) as raised:
        extract(
            DatabaseSource("petite base.sqlite", query), folder=folder, target=folder / "no", currency="EUR"
        )
    return raised.value.code


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT * FROM absente", "unknown_table"),
        ("SELECT absente FROM ventes", "unknown_column"),
        ("SELECT FROM FROM", "syntax"),
    ],
)
def test_mistakes_of_a_query_are_told_apart_on_every_server(
    base, maria, small_file, postgresql, mariadb, query, code
):
    with postgresql.connect("requetes") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS ventes (a int)")
    with mariadb.connect("requetes") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS ventes (a int)")
    assert refusal_of_sqlite(small_file, query) == f"database.{code}"
    for url in (base, maria):
        assert refusal(url, query, small_file / "out").code == f"database.{code}"


def test_files_that_are_no_database_are_said_so(tmp_path):
    (tmp_path / "faux.sqlite").write_text("bonjour")
    assert refusal("faux.sqlite", "SELECT 1", tmp_path).code == "database.not_sqlite"
    assert refusal("absent.sqlite", "SELECT 1", tmp_path).code == "database.no_file"
    assert refusal("sqlite://", "SELECT 1", tmp_path).code == "database.no_file"
    assert refusal("sqlite:///:memory:", "SELECT 1", tmp_path).code == "database.no_file"
    assert refusal("a\0b.sqlite", "SELECT 1", tmp_path).code == "database.no_file"


@pytest.mark.parametrize("dialect", ["postgresql", "mariadb"])
def test_a_wrong_password_is_told_without_telling_it(dialect, request, tmp_path, monkeypatch):
    server = request.getfixturevalue(dialect)
    monkeypatch.setenv("MAUVAIS", "secret/en variable@7")
    for written in ("secret-en-clair-42", "${MAUVAIS}"):
        url = f"{server.kind}://patron:{written}@127.0.0.1:{server.port}/requetes"
        error = refusal(url, "SELECT 1", tmp_path)
        assert error.code == "database.login"
        told = "".join(traceback.format_exception(error)) + error.text("fr") + error.text("en") + repr(error)
        for secret in ("secret-en-clair-42", "secret/en variable@7", "variable%407"):
            assert secret not in told


@pytest.mark.parametrize("dialect", ["postgresql", "mariadb"])
def test_a_server_or_database_that_is_not_there_is_told(dialect, request, tmp_path):
    server = request.getfixturevalue(dialect)
    login = f"{server.kind}://patron:${{MOT_DE_PASSE_DES_TESTS}}@127.0.0.1"
    assert refusal(f"{login}:{server.port}/absente", "SELECT 1", tmp_path).code == "database.no_database"
    closed = refusal(f"{login}:1/requetes", "SELECT 1", tmp_path)
    assert closed.code == "database.unreachable" and servers.PASSWORD not in closed.text("fr")
    assert refusal(f"{login}:port/requetes", "SELECT 1", tmp_path).code == "database.bad_url"


def test_a_server_that_says_nothing_is_given_up_after_ten_seconds(tmp_path, monkeypatch):
    import socket

    from capclient.readers.database import connection

    monkeypatch.setattr(connection, "CONNECT_SECONDS", 2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for kind in ("postgresql", "mariadb"):
            start = time.monotonic()
            url = f"{kind}://u:motdepasse@127.0.0.1:{silent.getsockname()[1]}/b"
            assert refusal(url, "SELECT 1", tmp_path).code in {"database.unreachable", "database.timeout"}
            assert time.monotonic() - start < 8


@pytest.mark.parametrize(
    ("dialect", "query"), [("postgresql", "SELECT pg_sleep(30)"), ("mariadb", "SELECT sleep(30), 1")]
)
def test_a_slow_statement_is_stopped(dialect, query, request, tmp_path):
    server = request.getfixturevalue(dialect)
    url = f"{server.kind}://patron:${{MOT_DE_PASSE_DES_TESTS}}@127.0.0.1:{server.port}"
    name = "postgres" if dialect == "postgresql" else "mysql"
    start = time.monotonic()
    assert refusal(f"{url}/{name}", query, tmp_path, timeout="1").code == "database.timeout"
    assert time.monotonic() - start < 10


def test_an_endless_answer_is_stopped(base, small_file):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    start = time.monotonic()
    for url, query in (
        (base, endless),
        ("../petite base.sqlite", endless),
        ("../petite base.sqlite", f"{endless} WHERE i < 0"),
    ):
        assert refusal(url, query, small_file / "out", timeout="1").code == "database.timeout"
    assert time.monotonic() - start < 15


def test_a_missing_variable_is_named(tmp_path):
    with pytest.raises(ParamsError) as raised:
        extracted("postgresql://u:${ABSENTE_DES_TESTS}@h/b", "SELECT 1", tmp_path)
    assert "ABSENTE_DES_TESTS" in raised.value.text("fr")


def test_bad_options_and_profiles_are_refused(tmp_path):
    url = "postgresql://u@127.0.0.1:1/b"
    assert refusal(url, "SELECT 1", tmp_path, timeout="jamais").code == "database.bad_option"
    for source, code in (
        (DatabaseSource(url, "SELECT 1", "odoo"), "database.query_and_profile"),
        (DatabaseSource("oracle+absent://u@h/b", "SELECT 1"), "database.no_driver"),
    ):
        with pytest.raises(SourceError) as raised:
            extract(source, folder=tmp_path, target=tmp_path, currency="EUR")
        assert raised.value.code == code


def test_a_profile_on_the_wrong_server_is_told(maria, small_file):
    for url, profile in ((maria, "odoo"), ("petite base.sqlite", "dolibarr")):
        with pytest.raises(SourceError) as raised:
            extract(
                DatabaseSource(url, profile=profile),
                folder=small_file,
                target=small_file / "o",
                currency="EUR",
            )
        assert raised.value.code == "database.profile_server"


def test_a_missing_driver_says_what_to_install(tmp_path):
    """A machine without the extra [sql], in a process of its own."""
    code = (
        "import sys\n"
        "for name in ('sqlalchemy', 'psycopg', 'pymysql'): sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from capclient.errors import SourceError\n"
        "from capclient.readers.database import DatabaseSource, extract\n"
        "source, target = DatabaseSource('postgresql://u@h/b', 'SELECT 1'), Path(sys.argv[1])\n"
        "try: extract(source, folder=Path(), target=target, currency='EUR')\n"
        "except SourceError as error: print(error.code, error.text('en'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert "database.no_driver" in done.stdout and "pip install capclient[sql]" in done.stdout, done.stderr


def test_reading_a_file_loads_no_database_library():
    code = (
        "import sys, capclient.readers.database\n"
        "assert not {'sqlalchemy', 'psycopg', 'pymysql', 'pyarrow'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["postgresql", "mariadb", "sqlite"])
def test_a_million_rows_need_the_memory_of_a_batch(dialect, request, tmp_path):
    """Measured in a process of its own: the peak with a million rows against the peak with ten."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak of memory of a process is read in /proc, which this system has not")
    rows = "SELECT i AS a, i * 1.25 AS b, 'client numero ' || i AS c, 'un texte assez long pour compter' AS d FROM n"
    series = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most})"
    if dialect == "sqlite":
        sqlite3.connect(tmp_path / "x.sqlite").executescript("CREATE TABLE t (a)")
        url = "x.sqlite"
    else:
        server = request.getfixturevalue(dialect)
        name = "postgres" if dialect == "postgresql" else "mysql"
        url = f"{server.kind}://patron:${{MOT_DE_PASSE_DES_TESTS}}@127.0.0.1:{server.port}/{name}"
    if dialect == "mariadb":
        rows, series = (
            rows.replace("'client numero ' || i", "CONCAT('client numero ', i)").replace(" FROM n", " FROM "),
            "",
        )
        rows += "(SELECT seq AS i FROM seq_1_to_{most}) n"
    code = (
        "import re, sys\nfrom pathlib import Path\n"
        "from capclient.readers.database import DatabaseSource, extract\n"
        "folder, url, query = Path(sys.argv[1]), sys.argv[2], sys.argv[3]\n"
        "((_, path),) = extract(DatabaseSource(url, query), folder=folder, target=folder / 'o', currency='EUR')\n"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]\n"
        "import pyarrow.parquet\n"
        "print(pyarrow.parquet.ParquetFile(path).metadata.num_rows, int(peak) // 1024)\n"
    )
    peaks = {}
    for most in (10, 1_000_000):
        query = f"{series} {rows}".replace("{most}", str(most))
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path), url, query],
            capture_output=True, text=True, check=True, timeout=300, env=os.environ,
        )  # fmt: skip
        count, peaks[most] = map(int, done.stdout.split())
        assert count == most
    print(f"{dialect}: {peaks[1_000_000]} MB for a million rows, {peaks[10]} MB for ten")
    assert peaks[1_000_000] - peaks[10] < 120
