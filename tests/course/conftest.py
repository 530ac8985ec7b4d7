"""A company is read once for all lessons: what a portfolio has computed serves the next lesson that opens it."""

from functools import cache

import pytest

from capclient.notebook import desk
from capclient.portfolio import Portfolio


@pytest.fixture(autouse=True, scope="session")
def read_once():
    with pytest.MonkeyPatch.context() as patched:
        known = cache(Portfolio.in_batch)
        patched.setattr(
            desk.Portfolio, "in_batch", staticmethod(lambda path, *, as_of=None: known(path, as_of=as_of))
        )
        yield
