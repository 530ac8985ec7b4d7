"""Canonical columns as SQL over the cleaned texts of one file (:attr:`Part.texts`).

Floor 3. Outer blanks are gone, case and inner spaces stay; a text that cannot be read as its type is NULL here
and what becomes of the line is for the caller to decide.
"""

from __future__ import annotations

import duckdb

from capclient.ingest.sources import Part
from capclient.readers.identifiers import whole_number_sql
from capclient.readers.sql_text import literal, quoted
from capclient.schema import Column

WIDE = "DECIMAL(28,9)"  # money before its one rounding to cents
CENTS = "DECIMAL(18,2)"
TRUE_WORDS = ("oui", "o", "yes", "y", "1", "1.0", "true", "vrai", "x")
FALSE_WORDS = ("non", "n", "no", "0", "0.0", "false", "faux")


def text_sql(con: duckdb.DuckDBPyConnection, part: Part, name: str) -> str:
    """Return a text column; numbers that a spreadsheet made of identifiers lose their ``.0`` (0.1)."""
    column = part.column(name)
    if column is None:
        return "NULL::VARCHAR"
    if name in part.constants:
        return column
    typed = part.raw.typed.get(part.headers[name])
    if typed == "number" or (typed is None and _all_whole(con, part, column)):
        return whole_number_sql(column)
    return column


def _all_whole(con: duckdb.DuckDBPyConnection, part: Part, column: str) -> bool:
    """Tell whether every text of a column ends in ``.0``; the first thousand nearly always settle it."""
    check = f"bool_and(regexp_full_match({column}, '-?\\d+\\.0'))"
    for relation in (f"(SELECT * FROM {part.texts} LIMIT 1000)", part.texts):
        row = con.execute(f"SELECT {check} FROM {relation}").fetchone()
        if not row or not row[0]:
            return False
    return True


def date_sql(part: Part, name: str) -> str:
    """Return a date column, NULL where unreadable."""
    column = part.column(name)
    return "NULL::DATE" if column is None else part.style(name).date_sql(column)


def number_sql(part: Part, name: str, sql_type: str) -> str:
    """Return a number column, NULL where unreadable or too large for its type."""
    column = part.column(name)
    return f"NULL::{sql_type}" if column is None else part.style(name).number_sql(column, sql_type)


def code_sql(part: Part, column: Column) -> str:
    """Return a column of codes: the words a file uses become ours, an unknown word becomes ``?``."""
    text = part.column(column.name)
    if text is None:
        return "NULL::VARCHAR"
    bare = f"trim(regexp_replace(lower(strip_accents({text})), '[^a-z0-9]+', ' ', 'g'))"
    cases = " ".join(
        f"WHEN {bare} IN ({', '.join(literal(word.replace('_', ' ')) for word in words)}) THEN {literal(code)}"
        for code, words in column.words
    )
    return f"CASE WHEN {text} IS NULL THEN NULL {cases} ELSE '?' END"


def flag_sql(part: Part, name: str) -> str:
    """Return a yes-or-no column; NULL where neither."""
    text = part.column(name)
    if text is None:
        return "NULL::BOOLEAN"
    bare = f"lower({text})"
    yes, no = (", ".join(literal(word) for word in words) for words in (TRUE_WORDS, FALSE_WORDS))
    return f"CASE WHEN {bare} IN ({yes}) THEN true WHEN {bare} IN ({no}) THEN false END"


def merged(expression: str, merge: dict[str, str]) -> str:
    """Replace identifiers that the user declared to be one client."""
    if not merge:
        return expression
    cases = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in sorted(merge.items()))
    return f"CASE {expression} {cases} ELSE {expression} END"


def row_hash_sql(part: Part) -> str:
    """Return a fingerprint of the whole line of the file, outer blanks apart: equal lines, equal numbers."""
    return f"hash({', '.join(quoted(name) for name in part.raw.columns)})"
