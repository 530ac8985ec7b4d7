"""The cells of a sheet as SQL: what each canonical column takes from the text of its file.

Floor 3. Beside the types of :mod:`capclient.ingest.typed`: percentages, months and years, marks said in words,
and the row that stands for the whole market.
"""

from __future__ import annotations

import duckdb

from capclient.ingest.scales import SHARES
from capclient.ingest.sources import Part
from capclient.ingest.typed import WIDE, code_sql, date_sql, flag_sql, merged, number_sql, text_sql
from capclient.params import Params
from capclient.readers import date_text
from capclient.readers.sql_text import literal, quoted
from capclient.schema import Column, Table

WHOLE_MARKET = ("total", "ensemble")  # names that people give to the row of the whole market
FIRST_YEAR, LAST_YEAR = 1900, 2200
SHOWN = 60  # characters of a text that is quoted back
_PERCENT = r"[-+]?\d{1,6}([.,]\d+)?%"


def kept_sql(column: Column) -> str:
    """Return the SQL of a cell already read; a date beyond any diary, such as 9999-12-31, means none."""
    name = quoted(column.name)
    if column.kind == "date":
        return f"CASE WHEN year({name}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN {name} END AS {name}"
    return name


def text_of(column: Column) -> str:
    """Return the name under which the text of a cell stands beside what was read in it."""
    return quoted(f"text of {column.name}")


def unreadable_sql(part: Part, table: Table) -> str:
    """Return the SQL of a list of cells, ``name`` and ``text``, that a row fills and nobody can read.

    Over the cells read and their texts (:func:`text_of`), dates still unbounded.
    """
    cells = []
    for column in judged_columns(part, table):
        name, text = quoted(column.name), text_of(column)
        missing = f"{name} IS NULL"
        if (
            column.kind == "date" and column.required
        ):  # beyond any diary means « none » where there may be none
            missing = f"({missing} OR year({name}) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR})"
        filled = f"{text} IS NOT NULL AND {text} NOT IN ('-', '–', '—')"
        shown = f"{{'name': {literal(column.name)}, 'text': left({text}, {SHOWN})}}"
        cells.append(f"CASE WHEN {missing} AND {filled} THEN {shown} END")
    typed = 'STRUCT("name" VARCHAR, "text" VARCHAR)[]'
    return f"list_filter([{', '.join(cells)}]::{typed}, lambda cell: cell IS NOT NULL)"


def judged_columns(part: Part, table: Table) -> list[Column]:
    """Return the columns of a part in which a text may be unreadable."""
    return [
        column
        for column in table.columns
        if column.name in part.headers and (column.kind != "text" or (table.name, column.name) in _TIMES)
    ]


def percent_sql(part: Part, table: Table) -> str:
    """Return the SQL of a list of columns whose cell bears its own ``%``."""
    name = SHARES.get(table.name, "")
    text = part.column(name)
    if not text:
        return "[]::VARCHAR[]"
    return f"CASE WHEN {_is_percent(text)} THEN [{literal(name)}] ELSE [] END::VARCHAR[]"


def read_sql(con: duckdb.DuckDBPyConnection, part: Part, table: Table, column: Column, params: Params) -> str:
    """Return the SQL of what is read in the text of a cell; NULL where there is nothing or nobody can read it."""
    name, text = column.name, part.column(column.name)
    if column.kind == "date":
        return date_sql(part, name)
    if column.kind == "number":
        return _number(part, table, column, text)
    if column.kind == "money":
        return f"TRY_CAST(round({number_sql(part, name, WIDE)}, 2) AS {column.sql_type})"
    if column.kind == "code":
        return f"nullif({code_sql(part, column)}, '?')"
    if column.kind == "flag":
        return flag_sql(part, name)
    cell = text_sql(con, part, name)
    if (table.name, name) in _TIMES:
        return _time(cell, *_TIMES[table.name, name])
    if (table.name, name) == ("market", "segment"):
        whole = ", ".join(map(literal, WHOLE_MARKET))
        kind = code_sql(part, table.column("segment_type"))
        return f"CASE WHEN {kind} = 'total' OR lower({cell}) IN ({whole}) THEN 'total' ELSE {cell} END"
    if table.name == "actions":  # the quote with which our CSV keeps a spreadsheet from computing a text
        cell = f"regexp_replace({cell}, '^''([=+@-])', '\\1')"
    return merged(cell, params.identity.merge) if name == "customer_id" else cell


def _number(part: Part, table: Table, column: Column, text: str | None) -> str:
    """Return the SQL of a number, of a percentage as its share, of a mark said in words."""
    value = number_sql(part, column.name, column.sql_type)
    if text and SHARES.get(table.name) == column.name:
        bare = f"replace(rtrim({_unspaced(text)}, '%'), ',', '.')"
        share = f"(TRY_CAST({bare} AS DECIMAL(17,9)) * 0.01)::{column.sql_type}"
        return f"CASE WHEN {_is_percent(text)} THEN {share} ELSE {value} END"
    if text and column.words:
        return f"coalesce({value}, TRY_CAST(nullif({code_sql(part, column)}, '?') AS {column.sql_type}))"
    return value


def _is_percent(text: str) -> str:
    return f"coalesce(regexp_full_match({_unspaced(text)}, {literal(_PERCENT)}), false)"


def _unspaced(text: str) -> str:
    return f"translate({text}, {literal('−– ' + chr(0xA0) + chr(0x202F) + chr(0x2009))}, '--')"


# Texts that name a month or a year: how it is kept, and the ways of dates that may name it.
_TIMES: dict[tuple[str, str], tuple[str, tuple[int, ...]]] = {
    ("cost_to_serve", "period"): (
        "%Y-%m",
        (date_text.ISO, date_text.WORD_MONTH, date_text.MONTH_YEAR, date_text.YEAR_MONTH),
    ),
    ("market", "year"): ("%Y", (date_text.ISO,)),
}


def _time(cell: str, form: str, families: tuple[int, ...]) -> str:
    """Return the SQL of a year as it is, of a month or a date in the form of its column."""
    month = date_text.date_sql(cell, families, "dmy", is_serial=False, is_sound=False)
    return f"CASE WHEN regexp_full_match({cell}, '(19|20|21)\\d\\d') THEN {cell} ELSE strftime({month}, '{form}') END"
