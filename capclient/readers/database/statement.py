"""The query of a user: one statement that reads, or nothing is sent.

Floor 2. The transaction is read-only whatever the statement says; this check is for a clear message, and for what
a read-only transaction lets through (files written by the server, several statements in one).
"""

from __future__ import annotations

import re

from capclient.errors import SourceError

READS = ("SELECT", "WITH", "VALUES", "TABLE", "SHOW", "DESCRIBE", "EXPLAIN")
STREAMED = READS[:4]  # a server gives these through a cursor; the others are a few rows
# Comments and quoted texts, in which a semicolon or a keyword means nothing. A backslash escapes a quote for some
# servers and not for others: texts end at the first quote that could end them, so that more is refused, never less.
_SILENT = re.compile(
    r"--[^\n]*|/\*.*?\*/|'(?:''|[^'])*'|\"(?:\"\"|[^\"])*\"|`(?:``|[^`])*`|\$(\w*)\$.*?\$\1\$", re.DOTALL
)


def checked(query: str, source: str) -> str:
    """Return a query without its final semicolon.

    Raises
    ------
    SourceError
        If it is empty, holds several statements, does not begin like a reading or writes somewhere.
    """
    text = query.strip()
    if not text:
        raise SourceError("database.no_query", source=source)
    bare = _SILENT.sub(lambda match: " " if match[0].startswith(("--", "/*")) else "''", text).strip()
    if bare.endswith(";"):
        bare = bare.rstrip("; \t\r\n")
        text = text.rstrip("; \t\r\n") if text.endswith(";") else text
    if ";" in bare:
        raise SourceError("database.several_statements", source=source)
    word = first_word(bare)
    if word not in READS:
        raise SourceError(
            "database.not_a_reading", source=source, word=word or bare[:20], allowed=", ".join(READS)
        )
    if re.search(r"\binto\b", bare, re.IGNORECASE):
        raise SourceError("database.not_a_reading", source=source, word="INTO", allowed=", ".join(READS))
    if "\0" in text:
        raise SourceError("database.not_a_reading", source=source, word="\\0", allowed=", ".join(READS))
    return text


def first_word(text: str) -> str:
    """Return the keyword that a statement begins with, past comments and parentheses, in capitals."""
    bare = _SILENT.sub(" ", text).lstrip(" \t\r\n(")
    found = re.match(r"[A-Za-z]+", bare)
    return found[0].upper() if found else ""
