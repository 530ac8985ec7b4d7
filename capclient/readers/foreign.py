"""Amounts that bear the sign or the code of another currency than the company's.

Floor 2. Such a number is unreadable: to add dollars to euros would be wrong in silence.
"""

from __future__ import annotations

from collections import Counter

import duckdb

from capclient.readers import number_text
from capclient.readers.raw import RawTable
from capclient.readers.sql_text import literal, quoted


def foreign_counts(
    con: duckdb.DuckDBPyConnection, tables: list[RawTable], header: str, currency: str
) -> dict[str, int]:
    """Count the values of a column that would be numbers without their sign or code of another currency.

    Returns
    -------
    dict
        Sign or code as written, upper case, to the number of values, sorted by sign or code.
    """
    found: Counter[str] = Counter()
    own, bare = (number_text.core_unless_plain_sql("text", kept) for kept in (currency, ""))
    mark = f"upper(regexp_extract(text, {literal(number_text.currencies())}))"
    for table in (table for table in tables if header in table.columns):
        rows = con.execute(
            f"SELECT {mark}, count(*) FROM (SELECT text, {own} AS own, {bare} AS bare "
            f"FROM (SELECT {quoted(header)} AS text FROM {table.relation})) "
            f"WHERE {number_text.class_sql('text', 'own')} = {number_text.UNREADABLE} "
            f"AND {number_text.class_sql('text', 'bare')} NOT IN ({number_text.MISSING}, {number_text.UNREADABLE}) "
            "GROUP BY 1"
        ).fetchall()
        found.update(dict(rows))
    return dict(sorted(found.items()))
