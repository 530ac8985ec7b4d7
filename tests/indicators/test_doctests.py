"""The examples of every docstring are true."""

import doctest
import importlib
import pkgutil

import pytest

import capclient.indicators as indicators

MODULES = sorted(
    module.name.removeprefix("capclient.indicators.")
    for module in pkgutil.walk_packages(indicators.__path__, "capclient.indicators.")
    if not module.ispkg
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"capclient.indicators.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
