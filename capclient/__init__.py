"""Capital client: from a sales ledger to an analysis of the client portfolio.

>>> import capclient
>>> portfolio = capclient.open("params/acme.yml")  # doctest: +SKIP

Names are loaded on first use, so that ``import capclient`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["CapclientError", "Portfolio", "open", "results"]

if TYPE_CHECKING:
    from capclient.errors import CapclientError
    from capclient.portfolio import Portfolio
    from capclient.themes import results

    open = Portfolio.open

_HOMES = {"Portfolio": "portfolio", "CapclientError": "errors", "results": "themes"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "open":
        return import_module("capclient.portfolio").Portfolio.open
    if name in _HOMES:
        return getattr(import_module(f"capclient.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'capclient' has no attribute {name!r}")
