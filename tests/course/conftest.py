"""A company is read once for all lessons: what a portfolio has computed serves the next lesson that opens it."""

from functools import cache

import pytest

from capclient.portfolio import Portfolio

READ = cache(Portfolio.in_batch)


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """For one test at a time: any other test that follows in this process reads as the product does."""
    monkeypatch.setattr(
        Portfolio, "in_batch", staticmethod(lambda path, *, as_of=None: READ(path, as_of=as_of))
    )
