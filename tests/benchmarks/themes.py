"""Every finding of the package from one ledger: what the engine takes, theme by theme.

No script in pandas does the same; the row says seconds, and the remark names the dearest themes.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

from tests.benchmarks.measure import Row, fresh
from tests.benchmarks.summaries import _portfolio

TARGET = 20.0  # seconds of engine for ten million lines
NAMED = 5


def rows(folder: str) -> list[Row]:
    """Return one line: the engine's time for all themes."""
    fresh("summaries", "prepare", folder)
    ours = fresh("themes", "ours", folder)
    facts = dict(ours.facts)
    whole = facts.pop("whole")
    dearest = sorted(facts.items(), key=lambda item: -item[1])[:NAMED]
    said = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in dearest)
    return [Row("every theme, engine only", ours, None, TARGET, remark=f"{whole:.1f} s in all; {said}")]


def ours(folder: str) -> tuple[float, dict[str, Any]]:
    """Ask for every theme; count the seconds inside the engine."""
    from capclient.engine.duckdb import Ledger
    from capclient.themes import THEME_OF

    spent = {"now": 0.0}
    ask = Ledger.frame

    def timed(self: Ledger, *question: Any) -> Any:
        began = perf_counter()
        answer = ask(self, *question)
        spent["now"] += perf_counter() - began
        return answer

    Ledger.frame = timed  # type: ignore[method-assign]
    portfolio = _portfolio(folder)
    began, facts = perf_counter(), {}
    for theme in dict.fromkeys(THEME_OF.values()):
        before = spent["now"]
        theme(portfolio)
        facts[theme.__name__] = spent["now"] - before
    return spent["now"], {**facts, "whole": perf_counter() - began}
