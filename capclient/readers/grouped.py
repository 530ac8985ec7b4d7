"""Lists in which a client is written once, above its lines: repeated on each line where the user says so.

Floor 2. Source: section E.3 of the formats (transactions by customer, customer ledgers). ``fill_down`` names
the columns; a row that holds nothing else is the heading of a group, and no record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from capclient.errors import SourceError
from capclient.readers.header import free_name
from capclient.readers.identifiers import clean_sql
from capclient.readers.mapping import header_of
from capclient.readers.raw import Aside, Note, RawTable
from capclient.readers.sql_text import literal, quoted

GROUP = "group_row"


def filled_down(con: duckdb.DuckDBPyConnection, table: RawTable, wanted: Sequence[str]) -> RawTable:
    """Return a table whose blank cells, in some columns, take the value above them.

    Raises
    ------
    SourceError
        If the file lacks such a column, or if no record remains.
    """
    if not wanted:
        return table
    names = list(dict.fromkeys(header_of("fill_down", name, table.columns, table.source) for name in wanted))
    line = table.line_column or free_name(table.columns)
    place = (
        f"{quoted(line)}::BIGINT" if table.line_column else f"row_number() OVER () + {table.first_line - 1}"
    )
    others = [clean_sql(quoted(name)) for name in table.columns if name not in names]
    alone = f"coalesce({', '.join(others)}) IS NULL" if others else "false"
    columns = ", ".join(
        f"last_value({clean_sql(quoted(name))} IGNORE NULLS) OVER lines AS {quoted(name)}"
        if name in names
        else quoted(name)
        for name in table.columns
    )
    blank = " + ".join(f"({clean_sql(quoted(name))} IS NULL)::INTEGER" for name in names)
    numbered = (
        f"(SELECT {', '.join(map(quoted, table.columns))}, {place} AS {quoted(line)} FROM {table.relation})"
    )
    is_group, blanks = (
        free_name([*table.columns, line], "__group"),
        free_name([*table.columns, line], "__blanks"),
    )
    judged = (
        f"(SELECT {columns}, {quoted(line)}, {alone} AS {quoted(is_group)}, {blank} AS {quoted(blanks)} "
        f"FROM {numbered} WINDOW lines AS (ORDER BY {quoted(line)} ROWS UNBOUNDED PRECEDING))"
    )
    told = con.execute(
        f"SELECT count(*), coalesce(sum({quoted(blanks)}), 0)::BIGINT FROM {judged} WHERE NOT {quoted(is_group)}"
    ).fetchone()
    assert told is not None
    rows, count = told
    if not rows:
        raise SourceError(
            "source.header_only", source=table.source, header=table.separator.join(table.columns)
        )
    text = f"concat_ws({literal(table.separator)}, {', '.join(map(quoted, names))})"
    groups = con.execute(
        f"SELECT {quoted(line)}, {text} FROM {judged} WHERE {quoted(is_group)} ORDER BY 1"
    ).fetchall()
    asides = [*table.asides, *(Aside(number, GROUP, raw) for number, raw in groups)]
    told_names = ", ".join(map(quoted, (*table.columns, line)))
    return replace(
        table,
        relation=f"(SELECT {told_names} FROM {judged} WHERE NOT {quoted(is_group)})",
        rows=rows,
        asides=tuple(sorted(asides, key=lambda aside: aside.line)),
        notes=(*table.notes, Note("readers.filled_down", {"columns": ", ".join(names), "count": count})),
        line_column=line,
    )
