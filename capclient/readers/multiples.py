"""Amounts written ``12 k€`` or ``1,2 M€``: read where a whole column is written so.

Floor 2. Source: section E.2 of the formats. A whole table may be in thousands too: its header or its title says
so, and the user confirms it (``unit``). In a column where some cells only have such a unit, those cells
stay unreadable and are rejected: 12 may be twelve euros or twelve thousand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import duckdb

from capclient.readers import inference
from capclient.readers.identifiers import clean_sql
from capclient.readers.raw import Note, RawTable
from capclient.readers.sql_text import literal, quoted

SAMPLE = 1000
_BLANK = r"[ \x{00a0}\x{202f}]"
# three digits behind a mark may be thousands: such a cell is not read
NUMBER = rf"[-−]?{_BLANK}?\d+(?:{_BLANK}\d{{3}})*(?:[.,]\d{{1,2}}|[.,]\d{{4,}})?"
SHAPE = rf"({NUMBER}){_BLANK}?([kKmM]){_BLANK}?(?:€|EUR|eur|euros?)?"


def scaled(con: duckdb.DuckDBPyConnection, table: RawTable, headers: Sequence[str]) -> RawTable:
    """Return a table in which the columns written in thousands or millions are plain machine numbers."""
    found = [name for name in headers if name in table.columns and _is_written_so(con, table, name)]
    if not found:
        return table
    told = [_plain_sql(name) if name in found else quoted(name) for name in table.columns]
    told += [quoted(name) for name in (table.line_column, table.source_column) if name]
    return replace(
        table,
        relation=f"(SELECT {', '.join(told)} FROM {table.relation})",
        typed=table.typed | dict.fromkeys(found, "number"),
        notes=(*table.notes, *(Note("readers.multiples", {"column": name}) for name in found)),
    )


def _is_written_so(con: duckdb.DuckDBPyConnection, table: RawTable, name: str) -> bool:
    if name in table.typed:
        return False
    for relation in (f"(SELECT * FROM {table.relation} LIMIT {SAMPLE})", table.relation):
        row = con.execute(
            f"SELECT count(cell), count(*) FILTER (regexp_full_match(cell, {literal(SHAPE)})) "
            f"FROM (SELECT {clean_sql(quoted(name))} AS cell FROM {relation})"
        ).fetchone()
        if not row or not row[0] or row[0] != row[1]:
            return False
    return True


def _plain_sql(name: str) -> str:
    cell = clean_sql(quoted(name))
    digits = f"translate(regexp_extract({cell}, {literal(SHAPE)}, 1), ',− \u00a0\u202f', '.-')"
    unit = f"CASE lower(regexp_extract({cell}, {literal(SHAPE)}, 2)) WHEN 'k' THEN 1000 ELSE 1000000 END"
    return f"(TRY_CAST({digits} AS DECIMAL(24,9)) * {unit})::DECIMAL(28,2)::VARCHAR AS {quoted(name)}"


FACTORS = {"k": 1000, "M": 1_000_000}
_THOUSANDS = re.compile(r"\bk ?(?:€|eur)|\bmilliers? d.euros|\ben milliers\b", re.IGNORECASE)
_MILLIONS = re.compile(r"\bm ?(?:€|eur\b)|\bmillions? d.euros|\ben millions\b", re.IGNORECASE)


def unit_of(words: str) -> str:
    """Return the unit that a header or a title announces: ``k``, ``M`` or nothing.

    >>> unit_of("CA (k€)"), unit_of("Chiffre d’affaires en millions d’euros"), unit_of("Montant €")
    ('k', 'M', '')
    """
    return "k" if _THOUSANDS.search(words) else "M" if _MILLIONS.search(words) else ""


def multiplied(
    con: duckdb.DuckDBPyConnection, table: RawTable, headers: Sequence[str], unit: str, *, decimal: str = ""
) -> RawTable:
    """Return a table whose amounts, written in thousands or in millions, are in euros; the unreadable ones stay.

    Raises
    ------
    SourceError
        If the numbers of a column can be read in two ways.
    """
    if not unit or not headers:
        return table
    found = inference.styles(con, [table], dict.fromkeys(headers, "number"), decimal=decimal, currency="")
    told = []
    for name in table.columns:
        cell = quoted(name)
        if name in found:
            number = found[name].number_sql(clean_sql(quoted(name)), "DECIMAL(24,9)")
            cell = f"coalesce(({number} * {FACTORS[unit]})::DECIMAL(28,9)::VARCHAR, {cell}) AS {cell}"
        told.append(cell)
    told += [quoted(name) for name in (table.line_column, table.source_column) if name]
    return replace(
        table,
        relation=f"(SELECT {', '.join(told)} FROM {table.relation})",
        typed=table.typed | dict.fromkeys(headers, "number"),
        notes=(*table.notes, Note("readers.multiplied", {"columns": ", ".join(headers), "unit": f"{unit}€"})),
    )
