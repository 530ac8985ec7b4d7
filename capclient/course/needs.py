"""Where a lesson stops for a company that lacks a table: known before a class sits in front of it.

Floor 8. A lesson says itself what it reads, by the tables that its cells name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from capclient.course.lesson import MADE, is_given
from capclient.portfolio import Portfolio

_TABLE = re.compile(r'lesson\.table\("(\w+)"\)')
CHECKED = "check"  # tag of the cells that check an answer


@dataclass(frozen=True)
class Stop:
    """The first table of a lesson that is not there, how many exercises come before it, and how many there are."""

    table: str
    before: int
    exercises: int


def stop_of(cells: list[dict[str, Any]], portfolio: Portfolio) -> Stop | None:
    """Return where a lesson stops for a company, None when it reads to its end.

    Parameters
    ----------
    cells
        Those of the notebook, in order.
    """
    exercises = sum(CHECKED in cell["metadata"]["tags"] for cell in cells)
    before = 0
    for cell in cells:
        if CHECKED in cell["metadata"]["tags"]:
            before += 1
        if cell["cell_type"] != "code":
            continue
        for named in _TABLE.findall("".join(cell["source"])):
            table = MADE.get(named, named)
            if not is_given(portfolio, table):
                return Stop(table, before, exercises)
    return None
