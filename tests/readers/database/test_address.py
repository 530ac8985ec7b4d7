"""Addresses of databases: what is one, and what of it is shown."""

import pytest

from capclient.readers.address import resolved
from capclient.readers.database import DatabaseSource, is_sqlite_file, is_url, shown_url
from capclient.readers.database.faults import cleaned


@pytest.mark.parametrize(
    "path",
    [
        "postgresql://u:p@h/b",
        "postgresql+psycopg://u@h:5432/b?sslmode=require",
        "mariadb://u:${MDP}@h/b",
        "sqlite:///../data/ventes.sqlite",
        "oracle+oracledb://h",
    ],
)
def test_an_address_is_recognised(path):
    assert is_url(path)


@pytest.mark.parametrize(
    "path",
    ["../data/ventes.csv", "C:\\ventes\\2024.csv", "ventes.sqlite", "", "${DOSSIER}/ventes.csv", "12://x"],
)
def test_a_path_is_no_address(path):
    assert not is_url(path)


def test_a_variable_may_hold_the_whole_address(monkeypatch):
    monkeypatch.setenv("BASE_ODOO", "postgresql://u:sesame@h/b")
    monkeypatch.setenv("DOSSIER", "/srv/ventes")
    assert is_url("${BASE_ODOO}") and not is_url("${DOSSIER}") and not is_url("${ABSENTE_DES_TESTS}")
    assert shown_url("${BASE_ODOO}") == "${BASE_ODOO}"
    assert "sesame" in resolved(DatabaseSource("${BASE_ODOO}"))[1]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("postgresql://u:sesame@h/b", "postgresql://u:***@h/b"),
        ("postgresql://u:${MDP}@h/b", "postgresql://u:${MDP}@h/b"),
        ("postgresql://${QUI}:${MDP}@${OU}:${PORT}/b", "postgresql://${QUI}:${MDP}@${OU}:${PORT}/b"),
        ("postgresql://u:${MDP:-sesame}@h/b", "postgresql://u:${MDP:-***}@h/b"),
        ("postgresql://u:debut${MDP}@h/b", "postgresql://u:***@h/b"),
        ("postgresql://u:ses@me/x:y@h/b", "postgresql://u:***@h/b"),
        ("postgresql://u:ses?me@h/b", "postgresql://u:***@h/b"),
        (
            "postgresql://u@h/b?password=sesame&sslmode=require",
            "postgresql://u@h/b?password=***&sslmode=require",
        ),
        ("mysql://u@h/b?ssl_key=sesame&token=${JETON}", "mysql://u@h/b?ssl_key=***&token=${JETON}"),
        ("mssql://?odbc_connect=DRIVER%3DX%3BPWD%3Dsesame", "mssql://?odbc_connect=***"),
        ("sqlite:///../data/ventes.sqlite", "sqlite:///../data/ventes.sqlite"),
    ],
)
def test_an_address_is_shown_as_written_without_its_secrets(written, shown):
    assert shown_url(written) == shown


def test_a_variable_holds_a_password_as_it_is(monkeypatch):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    monkeypatch.setenv("MDP", "s@me/?#:%41 é")
    address, secrets = resolved(DatabaseSource("postgresql://u:${MDP}@h:5432/b?sslmode=require"))
    url = sqlalchemy.make_url(address)
    assert (url.password, url.host, url.port, url.database) == ("s@me/?#:%41 é", "h", 5432, "b")
    assert "s@me/?#:%41 é" in secrets


def test_messages_of_drivers_lose_secrets_and_folders():
    message = 'connection to server on socket "/run/postgresql/.s.PGSQL.5432" failed for s@same\nHINT: secret'
    assert cleaned(message, ("s@same",)) == 'connection to server on socket "…" failed for ***'
    assert cleaned("cannot parse postgresql://u:sesame@h/b", ()) == "cannot parse ***"
    assert len(cleaned("x" * 5000, ())) < 300


def test_an_sqlite_file_is_known_by_its_first_bytes(tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / "vraie.txt") as connection:
        connection.execute("CREATE TABLE t (a)")
    (tmp_path / "fausse.sqlite").write_text("SQLite format 4")
    assert is_sqlite_file(tmp_path / "vraie.txt")
    assert not is_sqlite_file(tmp_path / "fausse.sqlite") and not is_sqlite_file(tmp_path / "absente")
