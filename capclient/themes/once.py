"""Each theme is computed once per portfolio and date.

Floor 5. In a batch, what the data files needed is there for the chapters: the worker lays its results on a shelf, a
private folder of the run, and each notebook takes from it what it looks at instead of computing it again.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from capclient.portfolio import Portfolio
from capclient.store import SHELF

T = TypeVar("T")

_NAMES: set[str] = set()


def once(theme: Callable[[Portfolio], T]) -> Callable[[Portfolio], T]:
    """Keep the result of a theme with its portfolio."""
    name = f"{theme.__module__}.{theme.__name__}"
    _NAMES.add(name)

    @wraps(theme)
    def kept(portfolio: Portfolio) -> T:
        if name not in portfolio.kept:
            laid = _laid(portfolio, name)
            portfolio.kept[name] = theme(portfolio) if laid is None else laid
        result: T = portfolio.kept[name]
        return result

    return kept


def lay_out(portfolio: Portfolio, shelf: Path) -> None:
    """Lay the results of a portfolio on a shelf, one file a theme, for the notebooks of the same run.

    ``shelf`` is an empty folder that nobody else can write to: what lies there is believed.
    """
    for name in sorted(_NAMES & set(portfolio.kept)):
        with (shelf / name).open("wb") as file:
            pickle.dump(portfolio.kept[name], file, protocol=pickle.HIGHEST_PROTOCOL)
    (shelf / _place(portfolio)).touch()


def _laid(portfolio: Portfolio, name: str) -> Any:
    """Return the result that lies on the shelf, None where there is none for this company and this day."""
    folder = os.environ.get(SHELF)
    if not folder or not (Path(folder) / _place(portfolio)).exists():
        return None
    path = Path(folder) / name
    return pickle.loads(path.read_bytes()) if path.exists() else None


def _place(portfolio: Portfolio) -> str:
    """Name the company, its store and its day: a past day, or another company, finds nothing on the shelf."""
    return f"{portfolio.params.company.id}-{portfolio.store.key}-{portfolio.as_of}"
