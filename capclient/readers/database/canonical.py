"""What both programs share on the way to canonical tables.

Floor 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import duckdb

from capclient.readers.book import BookFile
from capclient.readers.sql_text import literal, one_file, written
from capclient.schema import TABLES

UNKNOWN = "#NON_IDENTIFIE"  # an item of nobody: the same code as in accounts
ORDERS = {
    "invoice_lines": "source_line",
    "customers": "customer_id",
    "payments": "date, payment_id",
    "receivable_items": "date, item_id",
    "allocations": "date, debit_id, credit_id",
}


def copies(con: duckdb.DuckDBPyConnection, paths: Mapping[str, Path], prefix: str) -> None:
    """Make a view of each copied table, ``prefix`` before its name."""
    for name, path in paths.items():
        con.execute(f"CREATE OR REPLACE TEMP VIEW {prefix}{name} AS FROM read_parquet({one_file(path)})")


def written_tables(
    con: duckdb.DuckDBPyConnection, relations: Mapping[str, str], source: str, workspace: Path
) -> dict[str, Path]:
    """Write each canonical table that has rows, its columns typed as :mod:`capclient.schema` says, in a fixed order."""
    done: dict[str, Path] = {}
    for name, relation in relations.items():
        have = {column[0] for column in con.execute(f"SELECT * FROM {relation} LIMIT 0").description or []}
        columns = [f"{c.name}::{c.sql_type} AS {c.name}" for c in TABLES[name].columns if c.name in have]
        if name == "invoice_lines":
            columns += [f"{literal(source)} AS source", "source_line::BIGINT AS source_line"]
        row = con.execute(f"SELECT count(*) FROM {relation}").fetchone()
        if not row or not row[0]:
            continue
        path = workspace / f"{name}.parquet"
        con.execute(
            f"COPY (SELECT {', '.join(columns)} FROM {relation} ORDER BY {ORDERS[name]}) "
            f"TO {written(path)} (FORMAT parquet, COMPRESSION zstd)"
        )
        done[name] = path
    return done


def book_file(con: duckdb.DuckDBPyConnection, relation: str, source: str) -> BookFile:
    """Return what was read of a program: its invoice lines, and their first and last day."""
    row = con.execute(f"SELECT count(*), min(invoice_date), max(invoice_date) FROM {relation}").fetchone()
    assert row is not None
    return BookFile(source, row[0], row[0], row[1], row[2])


def compared(con: duckdb.DuckDBPyConnection, id: str, sql: str) -> dict[str, object]:
    """Compare two figures of a statement that gives them by document: ``computed`` and ``expected``.

    The difference adds up those of the documents, so that none hides another.
    """
    row = con.execute(
        "SELECT coalesce(sum(computed), 0), coalesce(sum(expected), 0), "
        "coalesce(sum(abs(coalesce(computed, 0) - coalesce(expected, 0))), 0), "
        "count(*) FILTER (coalesce(computed, 0) <> coalesce(expected, 0)) "
        f"FROM ({sql})"
    ).fetchone()
    assert row is not None
    computed, expected, distance, documents = row
    return {
        "id": id,
        "computed": cents(computed),
        "expected": cents(expected),
        "difference": cents(distance),
        "status": "failed" if documents else "ok",
        "facts": {"documents": documents},
    }


def cents(amount: object) -> Decimal:
    """Return an amount with two decimals."""
    return Decimal(str(amount)).quantize(Decimal("0.01"))


def siren_sql(*texts: str) -> str:
    """SQL: the nine digits of a SIREN, out of a SIREN, a SIRET or a French VAT number, in this order."""
    cases = []
    for text in texts:
        digits = f"regexp_replace({text}, '[^0-9A-Za-z]', '', 'g')"
        cases.append(f"regexp_extract(upper({digits}), '^(?:FR..)?([0-9]{{9}})(?:[0-9]{{5}})?$', 1)")
    found = ", ".join("nullif(" + case + ", '')" for case in cases)
    return f"coalesce({found})"
