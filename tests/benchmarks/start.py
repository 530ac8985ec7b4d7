"""How long until the first answer: whole processes, interpreter included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.measure import Row, side_by_side

COMMANDS = {
    "capclient --help": ([str(Path(sys.executable).with_name("capclient")), "--help"], 0.3),
    "import capclient": ([sys.executable, "-c", "import capclient"], 0.15),
    "first use of Portfolio": ([sys.executable, "-c", "import capclient; capclient.Portfolio"], 0.6),
}


def rows() -> list[Row]:
    """Return one line a command."""
    found = side_by_side(*(("start", "run", [command]) for command, _ in COMMANDS.values()), repeats=5)
    return [
        Row(what, measured, None, target)
        for (what, (_, target)), measured in zip(COMMANDS.items(), found, strict=True)
    ]


def run(command: list[str]) -> tuple[float, dict[str, Any]]:
    """Run a program to its end."""
    began = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began, {}
