"""What came in and what became of it: totals that close, duplicates, overlaps, and what looks odd.

Floor 3. Source: sections 0.1 and 0.4 of the dictionary, C.9 of the sources, ``quality.*`` of the outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from capclient.ingest.books import Books
from capclient.ingest.rejects import DELIBERATE
from capclient.ingest.sources import Part
from capclient.readers.book import Book
from capclient.readers.sql_text import written
from capclient.schema import TABLES

DUPLICATE_EXAMPLES = 20
NOT_CUTOFF = "coalesce(doc_type, '') <> 'cutoff'"  # moves between accounts are no credit notes


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, object]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    row = cursor.fetchone() or ()
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in zip(names, row, strict=True)
    }


def quality(
    con: duckdb.DuckDBPyConnection, folder: Path, parts: list[Part], book: Book | None = None
) -> dict[str, object]:
    """Count lines and amounts in, kept and rejected, unassigned revenue, duplicates and oddities.

    Where a book gives the lines, its files stand for the parts; accounts are counted in lines of their files.
    """
    lines = f"read_parquet({written(folder / 'invoice_lines' / '*.parquet')})"
    asides = sum(len(part.raw.asides) for part in parts)
    unknown = sum(
        aside.reason == "malformed_line" or (part.is_settled and aside.amount is None)
        for part in parts
        for aside in part.raw.asides
    )
    set_aside = [aside.amount for part in parts for aside in part.raw.asides if aside.amount is not None]
    amounts, absolute = sum(set_aside, Decimal(0)), sum(map(abs, set_aside), Decimal(0))
    counts = _one(
        con,
        f"""SELECT count(*) + {asides} AS lines_in, count(*) FILTER (reject IS NULL) AS lines_kept,
            coalesce(sum(amount_ht), 0) + {amounts} AS amount_in,
            coalesce(sum(amount_ht) FILTER (reject IS NULL), 0) AS amount_kept,
            count(*) FILTER (amount_ht IS NULL) + {unknown} AS lines_without_amount,
            count(*) FILTER (reject IS NULL AND customer_id IS NULL) AS lines_unassigned,
            coalesce(sum(amount_ht) FILTER (reject IS NULL AND customer_id IS NULL
                AND coalesce(doc_type, '') <> 'deposit'), 0) AS revenue_unassigned,
            coalesce(sum(amount_ht) FILTER (reject IS NULL AND coalesce(doc_type, '') <> 'deposit'), 0) AS revenue,
            coalesce(sum(abs(amount_ht)), 0) + {absolute} AS amount_absolute,
            count(*) FILTER (reject IS NULL AND rounding <> 0) AS lines_rounded,
            coalesce(sum(rounding) FILTER (reject IS NULL), 0) AS rounding_total,
            count(*) FILTER (reject IS NULL AND amount_ht = 0) AS lines_zero,
            count(*) FILTER (reject IS NULL AND amount_ht < 0 AND {NOT_CUTOFF}) AS lines_negative,
            coalesce(sum(amount_ht) FILTER (reject IS NULL AND amount_ht < 0 AND {NOT_CUTOFF}), 0) AS amount_negative,
            min(least(invoice_date, accounting_date)) FILTER (reject IS NULL)::VARCHAR AS first_day,
            max(greatest(invoice_date, accounting_date)) FILTER (reject IS NULL)::VARCHAR AS last_day
        FROM {lines}""",
    )
    rejected = _one(
        con,
        f"""SELECT count(*) AS lines_rejected, coalesce(sum(amount_ht), 0) AS amount_rejected,
            count(*) FILTER (NOT {_deliberate()}) AS lines_bad,
            coalesce(sum(abs(amount_ht)) FILTER (NOT {_deliberate()}), 0) AS amount_bad
        FROM {_refused_lines(folder)}""",
    )
    if book and book.counts_lines:
        read = sum(file.lines for file in book.files)
        counts |= {"lines_in": read, "lines_kept": read - int(str(rejected["lines_rejected"]))}
        counts["lines_without_amount"] = unknown
    return (
        counts
        | rejected
        | {
            "rejects_by_reason": _rows(
                con,
                f"SELECT reason_code, count(*), sum(amount_ht) FROM {_refused_lines(folder)} "
                "GROUP BY 1 ORDER BY 2 DESC, 1",
            ),
            "oddities": _rows(
                con,
                f"SELECT code, count(*), coalesce(sum(amount_ht), 0) FROM (SELECT unnest(string_split(quality, ',')) "
                f"AS code, amount_ht FROM {lines} WHERE reject IS NULL AND quality IS NOT NULL) GROUP BY 1 ORDER BY 1",
            ),
            "parts": _book_parts(book)
            if book
            else _rows(
                con,
                " UNION ALL BY NAME ".join(
                    f"SELECT {part.number} AS number, count(*), count(*) FILTER (reject IS NULL), "
                    f"min(invoice_date)::VARCHAR, max(invoice_date)::VARCHAR FROM "
                    f"{written(folder / 'invoice_lines' / f'part-{part.number:03d}.parquet')}"
                    for part in parts
                )
                + " ORDER BY number",
                names=[part.source for part in parts],
            ),
        }
        | duplicates(con, folder, parts)
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str, names: list[str] | None = None) -> list[list[object]]:
    rows = [
        [float(cell) if isinstance(cell, Decimal) else cell for cell in row]
        for row in con.execute(sql).fetchall()
    ]
    return [[name, *row[1:]] for name, row in zip(names, rows, strict=True)] if names else rows


def _refused_lines(folder: Path) -> str:
    """FROM item: the rejected lines of the ledger; rows of other tables bear the name of their table (0.1)."""
    names = ", ".join(f"'{name}'" for name in TABLES)
    return (
        f"(SELECT * FROM {written(folder / 'rejects.parquet')} "
        f"WHERE split_part(reason_code, ':', 1) NOT IN ({names}))"
    )


def _book_parts(book: Book) -> list[list[object]]:
    return [
        [
            file.source,
            file.lines,
            file.kept,
            *(day and day.isoformat() for day in (file.first_day, file.last_day)),
        ]
        for file in book.files
    ]


def _deliberate() -> str:
    """SQL: the line was left out by a rule of the user or is no record."""
    codes = ", ".join(f"'{code}'" for code in DELIBERATE)
    return f"split_part(reason_code, ':', 1) IN ({codes})"


def duplicates(con: duckdb.DuckDBPyConnection, folder: Path, parts: list[Part]) -> dict[str, object]:
    """Count kept lines that repeat another one exactly: inside a part, and from one part to another.

    They are reported and stay: two equal lines of one invoice are as often two sales as one mistake.
    """
    groups = ", ".join(f"({part.number}, {part.group})" for part in parts)
    lines = " UNION ALL BY NAME ".join(
        f"SELECT {part.number} AS number, * FROM "
        f"{written(folder / 'invoice_lines' / f'part-{part.number:03d}.parquet')} "
        "WHERE reject IS NULL"
        for part in parts
    )
    # fingerprints alone come first: few lines repeat, only these are read again with their amounts and names
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE repeated AS
        SELECT row_hash, part, count(*) AS times, any_value(amount_ht) AS amount, any_value(invoice_id) AS invoice_id,
               any_value(customer_id) AS customer_id, any_value(invoice_date) AS invoice_date
        FROM ({lines}) AS line JOIN (VALUES {groups}) AS grouped(number, part) USING (number)
        WHERE row_hash IN (SELECT row_hash FROM ({lines}) GROUP BY row_hash HAVING count(*) > 1)
        GROUP BY row_hash, part"""
    )
    inside = _one(
        con,
        "SELECT coalesce(sum(times - 1), 0)::BIGINT AS duplicate_lines, "
        "coalesce(sum((times - 1) * amount), 0) AS duplicate_amount FROM repeated WHERE times > 1",
    )
    across = _one(
        con,
        """SELECT coalesce(sum(others), 0)::BIGINT AS overlap_lines_kept, coalesce(sum(others * amount), 0) AS
        overlap_amount_kept FROM (SELECT sum(times) - max(times) AS others, any_value(amount) AS amount
        FROM repeated GROUP BY row_hash HAVING count(*) > 1)""",
    )
    examples = _rows(
        con,
        "SELECT invoice_id, customer_id, invoice_date::VARCHAR, amount, times FROM repeated WHERE times > 1 "
        f"ORDER BY abs((times - 1) * amount) DESC, invoice_id, row_hash LIMIT {DUPLICATE_EXAMPLES}",
    )
    con.execute("DROP TABLE repeated")
    return inside | across | {"duplicate_examples": examples}


def reconciliations(con: duckdb.DuckDBPyConnection, folder: Path, figures: object) -> list[dict[str, object]]:
    """Compare what must be equal; each row has an id, the computed and expected values, and a status."""
    assert isinstance(figures, dict)
    days = _one(
        con, f"SELECT coalesce(sum(revenue), 0) AS total FROM {written(folder / 'customer_days.parquet')}"
    )
    shares = _one(
        con,
        f"""SELECT coalesce(sum(revenue) FILTER (customer_id IS NOT NULL), 0) AS named,
        coalesce(sum(revenue) FILTER (customer_id IS NULL), 0) AS unnamed
        FROM {written(folder / "customer_days.parquet")}""",
    )
    return [
        _compared("lines_close", figures["lines_kept"] + figures["lines_rejected"], figures["lines_in"]),
        _compared("amounts_close", figures["amount_kept"] + figures["amount_rejected"], figures["amount_in"]),
        _compared("days_equal_lines", days["total"], figures["revenue"]),
        _compared("customers_and_unassigned", shares["named"] + shares["unnamed"], figures["revenue"]),  # type: ignore[operator]
        _compared("unassigned", shares["unnamed"], figures["revenue_unassigned"]),
    ]


def of_books(con: duckdb.DuckDBPyConnection, folder: Path, books: Books) -> list[dict[str, object]]:
    """Return the reconciliations that books bring, and the user's own ledger against the accounts beside it."""
    rows = [_plain(check) for book in books.books.values() for check in book.checks]
    accounts = books.books.get("fec")
    if accounts and accounts.covered and books.origin.get("invoice_lines") != "fec":
        first, last = accounts.covered
        found = con.execute(
            f"SELECT coalesce(sum(revenue), 0) FROM {written(folder / 'customer_days.parquet')} "
            "WHERE day BETWEEN $1 AND $2",
            [first, last],
        ).fetchone()
        booked = next(check["expected"] for check in accounts.checks if check["id"] == "R4")
        row = _compared("ledger_against_accounts", found[0] if found else 0, booked)
        rows.append(row | {"status": "ok" if row["status"] == "ok" else "warning"})
    return rows


def _plain(check: Mapping[str, Any]) -> dict[str, object]:
    """Return a check as JSON writes it: cents are exact in a float."""
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in {**check, "facts": _floats(check.get("facts", {}))}.items()
    }


def _floats(facts: Mapping[str, Any]) -> dict[str, object]:
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in facts.items()}


def _compared(identifier: str, computed: object, expected: object) -> dict[str, object]:
    difference = round(float(computed) - float(expected), 2)  # type: ignore[arg-type]
    return {
        "id": identifier,
        "computed": round(float(computed), 2),  # type: ignore[arg-type]
        "expected": round(float(expected), 2),  # type: ignore[arg-type]
        "difference": difference,
        "status": "ok" if difference == 0 else "failed",
    }
