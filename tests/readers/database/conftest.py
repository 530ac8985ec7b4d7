"""Servers that the tests of databases share."""

import os
from collections.abc import Iterator

import pytest

from tests.readers.database import servers


@pytest.fixture(scope="session", autouse=True)
def password_in_the_environment() -> Iterator[None]:
    os.environ["MOT_DE_PASSE_DES_TESTS"] = servers.PASSWORD
    yield
    del os.environ["MOT_DE_PASSE_DES_TESTS"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[servers.Server]:
    with servers.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[servers.Server]:
    with servers.mariadb() as server:
        yield server


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that starts a server is slow."""
    for item in items:
        if {"postgresql", "mariadb"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)
