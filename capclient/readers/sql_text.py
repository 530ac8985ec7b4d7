"""Names and values written into SQL: the one place where they are escaped.

Floor 2. A header or a file name is data: whatever it holds (quotes, semicolons), it stays a name.
"""

from __future__ import annotations

import glob
from pathlib import Path


def quoted(identifier: str) -> str:
    """Return a column or table name as SQL.

    >>> quoted('Montant "HT"')
    '"Montant ""HT\"""'
    """
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal.

    >>> literal("l'été")
    "'l''été'"
    """
    return "'" + text.replace("'", "''") + "'"


def written(path: Path) -> str:
    """Return the SQL literal of a path of ours, whatever quotes its folders hold."""
    return literal(str(path))


def one_file(path: Path) -> str:
    """Return the SQL literal of a path that table functions read as that file, never as a pattern."""
    return literal(glob.escape(str(path)))
