"""What the engine says of a file that it cannot read, as an error that a person understands.

Floor 2. Its messages hold the path of the machine and, for a text, the whole line: neither is repeated.
"""

from __future__ import annotations

import re

import duckdb

from capclient.errors import SourceError

MOST_DETAIL = 200
_PATH = re.compile(r"(?:[A-Za-z]:)?[\\/][^\"']*[\\/][^\"'\s]*")


def damaged(source: str, error: duckdb.Error | Exception) -> SourceError:
    """Return the error ``source.damaged`` with the first line of the cause, paths left out.

    >>> damaged("v.parquet", ValueError("No magic bytes in '/data/in/v.parquet'\\nmore")).facts["detail"]
    "No magic bytes in 'v.parquet'"
    """
    lines = str(error).splitlines() or [type(error).__name__]
    return SourceError("source.damaged", source=source, detail=_PATH.sub(source, lines[0])[:MOST_DETAIL])
