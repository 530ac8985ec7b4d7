"""Each theme is computed once per portfolio and date.

Floor 5.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from capclient.portfolio import Portfolio

T = TypeVar("T")


def once(theme: Callable[[Portfolio], T]) -> Callable[[Portfolio], T]:
    """Keep the result of a theme with its portfolio."""

    @wraps(theme)
    def kept(portfolio: Portfolio) -> T:
        name = theme.__name__
        if name not in portfolio.kept:
            portfolio.kept[name] = theme(portfolio)
        result: T = portfolio.kept[name]
        return result

    return kept
