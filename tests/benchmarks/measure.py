"""One side of a benchmark in a process of its own: its seconds, its peak memory and what it found.

A side is a function that imports what it needs, then returns the seconds of its work and its facts. Seconds
therefore exclude imports, unless the side starts a program: then they include everything.
"""

from __future__ import annotations

import importlib
import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

REPEATS = 3


@dataclass(frozen=True)
class Measured:
    """Medians of a side over its runs; ``megabytes`` is the peak of its process or of the largest it started."""

    seconds: float
    megabytes: float
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A line of the table: ours and the baseline, and the ratio ours / baseline that DESIGN aims at.

    Where there is no baseline, ``target`` is in seconds.
    """

    what: str
    ours: Measured
    baseline: Measured | None
    target: float
    memory_target: float | None = None
    remark: str = ""


def side_by_side(*sides: tuple[str, str, Sequence[Any]], repeats: int = REPEATS) -> list[Measured]:
    """Run sides in turn, several times, and return their medians.

    Parameters
    ----------
    sides
        Module of this package, function, arguments that JSON can carry.
    """
    runs: list[list[Measured]] = [[] for _ in sides]
    for _ in range(repeats):
        for (module, function, arguments), found in zip(sides, runs, strict=True):
            found.append(fresh(module, function, *arguments))
    return [
        Measured(
            statistics.median(one.seconds for one in found),
            statistics.median(one.megabytes for one in found),
            found[-1].facts,
        )
        for found in runs
    ]


def fresh(module: str, function: str, *arguments: Any) -> Measured:
    """Run one side once in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.measure", module, function, json.dumps(arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _side() -> None:
    module, function, arguments = sys.argv[1:]
    home = importlib.import_module(f"tests.benchmarks.{module}")
    seconds, facts = getattr(home, function)(*json.loads(arguments))
    kilobytes = max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(json.dumps({"seconds": seconds, "megabytes": kilobytes / 1024, "facts": facts}))


if __name__ == "__main__":
    _side()
