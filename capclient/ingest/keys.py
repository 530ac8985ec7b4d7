"""Do the sheets and the ledger speak of the same clients, invoices, contracts, people and segments?

Floor 3. Each check compares the identifiers of one column with those it refers to; who is present on one side
only is listed, both ways where both matter. What differs by case, blanks or leading zeros alone is proposed with
what it looks like, never merged. Source: sections 0.1 and 0.5 of the dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from capclient.readers.identifiers import BLANKS
from capclient.readers.sql_text import literal, quoted, written
from capclient.schema import TABLES

EXAMPLES = 20
LEDGER = "invoice_lines"
# What a row is worth, where the table says it; for the ledger it is revenue.
AMOUNTS = {
    "payments": "amount",
    "receivable_items": "amount",
    "interactions": "amount",
    "contracts": "annual_amount",
    "prospects": "amount",
}
BOTH_WAYS = ("customers.customer_id", "interactions.salesperson")
LISTS = {"check": "VARCHAR", "side": "VARCHAR", "id": "VARCHAR", "name": "VARCHAR", "rows": "BIGINT",
         "amount": "DECIMAL(38,2)", "near": "VARCHAR"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One column against what it refers to; both sides are SELECTs of ``id rows amount``."""

    id: str
    table: str
    column: str
    against: str
    left: str
    right: str
    is_both_ways: bool = False


def checked(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: list[str],
    lines: str | None,
    sheets: Mapping[str, Path] | None = None,
) -> list[dict[str, object]]:
    """Compare the keys of the tables of a store and write the complete lists to ``keys.parquet``.

    Parameters
    ----------
    folder
        The store: ``<table>.parquet`` of each of ``tables``, and ``customer_days.parquet`` when there is a ledger.
    tables
        Names of the canonical tables written, ``invoice_lines`` left out or not.
    lines
        SQL of a FROM item over the kept invoice lines (``{folder}`` may stand for the store), None without ledger.

    sheets
        Parquet files that stand for those of the store: what the user gave, before a book completed it.

    Returns
    -------
    list of dict
        A mapping a check: ``check table column against rows ids unknown unknown_rows unknown_examples near
        near_examples``; where both ways matter also ``missing missing_examples missing_amount`` (euros, as text,
        None without amount). ``unknown``: identifiers of the table that what it refers to lacks; ``missing``: the
        reverse; ``near``: pairs of unknown or missing ones and of what they look like on the other side.
    """
    ledger = lines.replace("{folder}", written(folder)[1:-1]) if lines else None
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in LISTS.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE key_lists ({columns})")
    found = [_compared(con, check) for check in _checks(con, folder, tables, ledger, sheets or {})]
    _name(con, folder, tables, ledger)
    con.execute(
        f'COPY (SELECT * FROM key_lists ORDER BY "check", side DESC, abs(amount) DESC NULLS LAST, rows DESC, id) '
        f"TO {written(folder / 'keys.parquet')} (FORMAT parquet, COMPRESSION zstd)"
    )
    con.execute("DROP TABLE key_lists")
    return found


def _checks(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: list[str],
    ledger: str | None,
    sheets: Mapping[str, Path],
) -> Iterator[Check]:
    """Every pair of columns that both exist, in the order of the tables."""
    here = [name for name in TABLES if name in tables and name != LEDGER]
    files = {
        name: f"read_parquet({written(sheets.get(name, folder / (name + '.parquet')))})" for name in here
    }
    clients = (
        f"SELECT customer_id AS id, count(*) AS rows, sum(revenue) AS amount FROM {_days(folder)} GROUP BY 1"
    )
    items = [
        f"SELECT {key} AS id FROM {files[name]}"
        for name, key in (("receivable_items", "item_id"), ("payments", "payment_id"))
        if name in files
    ]

    def check(table: str, column: str, against: str, right: str) -> Check:
        """Compare a column of a table of the store."""
        left = _grouped(files[table], column, AMOUNTS.get(table))
        name = f"{table}.{column}"
        return Check(name, table, column, against, left, right, name in BOTH_WAYS)

    for name in here:
        columns = TABLES[name].names
        if ledger and "customer_id" in columns:
            yield check(name, "customer_id", LEDGER, clients)
        if ledger and name in ("payments", "receivable_items"):
            yield check(name, "invoice_id", LEDGER, _grouped(ledger, "invoice_id", "amount_ht"))
        if name == "allocations" and items:
            whole = f"SELECT id, 1 AS rows, NULL AS amount FROM ({' UNION '.join(items)})"
            yield check(name, "debit_id", "receivable_items", whole)
            yield check(name, "credit_id", "receivable_items", whole)
        if name == "contracts":
            own = _grouped(files[name], "contract_id", "annual_amount")
            yield check(name, "renewed_by", name, own)
            if ledger:
                left = _grouped(ledger, "contract_id", "amount_ht")
                yield Check(f"{LEDGER}.contract_id", LEDGER, "contract_id", name, left, own)
        if "salesperson" in columns and name != "targets" and "targets" in files:
            yield check(name, "salesperson", "targets", _grouped(files["targets"], "salesperson", None))
    if "market" in files:
        yield from _segments(con, files, ledger)


def _segments(con: duckdb.DuckDBPyConnection, files: dict[str, str], ledger: str | None) -> Iterator[Check]:
    """The segments of the market against the values of the column that each kind names, both ways."""
    kinds = con.execute(f"SELECT DISTINCT segment_type FROM {files['market']} ORDER BY 1").fetchall()
    for (kind,) in kinds:
        if kind in TABLES["customers"].names and "customers" in files:
            against, right = "customers", _grouped(files["customers"], kind, None)
        elif ledger and kind in ("family", "activity"):
            against, right = LEDGER, _grouped(ledger, kind, "amount_ht")
        else:
            continue
        only = (
            f"(SELECT * FROM {files['market']} WHERE segment_type = {literal(kind)} AND segment <> 'total')"
        )
        yield Check(f"market.{kind}", "market", kind, against, _grouped(only, "segment", None), right, True)


def _days(folder: Path) -> str:
    return f"read_parquet({written(folder / 'customer_days.parquet')})"


def _grouped(relation: str, column: str, amount: str | None) -> str:
    """Return the SELECT of the identifiers of a column: how many rows bear each, what they are worth."""
    total = f"sum({amount})" if amount else "NULL"
    return (
        f"SELECT {quoted(column)} AS id, count(*) AS rows, {total}::DECIMAL(38,2) AS amount "
        f"FROM {relation} GROUP BY 1"
    )


def _compared(con: duckdb.DuckDBPyConnection, check: Check) -> dict[str, object]:
    """Compare both sides of a check, add to the complete lists, and return its counts and examples."""
    for side, select in (("key_left", check.left), ("key_right", check.right)):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT *, {_near_key('id')} AS alike "
            f"FROM ({select}) WHERE id IS NOT NULL"
        )
    con.execute(
        f"INSERT INTO key_lists SELECT {literal(check.id)}, 'unknown', id, NULL, rows, amount, near FROM "
        "(SELECT * FROM key_left ANTI JOIN key_right USING (id)) LEFT JOIN "
        "(SELECT alike, min(id) AS near FROM key_right GROUP BY 1) USING (alike)"
    )
    if check.is_both_ways:
        con.execute(
            f"INSERT INTO key_lists SELECT {literal(check.id)}, 'missing', id, NULL, rows, amount, near FROM "
            "(SELECT * FROM key_right ANTI JOIN key_left USING (id)) LEFT JOIN "
            "(SELECT alike, min(id) AS near FROM key_left GROUP BY 1) USING (alike)"
        )
    (rows, ids) = con.execute("SELECT coalesce(sum(rows), 0)::BIGINT, count(*) FROM key_left").fetchone() or (
        0,
        0,
    )
    counted = {
        side: con.execute(
            "SELECT count(*), coalesce(sum(rows), 0)::BIGINT, sum(amount) FROM key_lists "
            'WHERE "check" = ? AND side = ?',
            [check.id, side],
        ).fetchone()
        or (0, 0, None)
        for side in ("unknown", "missing")
    }
    near, pairs = _alike(con, check)
    told: dict[str, object] = {
        "check": check.id,
        "table": check.table,
        "column": check.column,
        "against": check.against,
        "rows": rows,
        "ids": ids,
        "unknown": counted["unknown"][0],
        "unknown_rows": counted["unknown"][1],
        "unknown_examples": _examples(con, check, "unknown"),
        "near": near,
        "near_examples": pairs,
    }
    if check.is_both_ways:
        amount = counted["missing"][2]
        told |= {
            "missing": counted["missing"][0],
            "missing_examples": _examples(con, check, "missing"),
            "missing_amount": None if amount is None else str(amount),
        }
    con.execute("DROP TABLE key_left; DROP TABLE key_right")
    return told


def _examples(con: duckdb.DuckDBPyConnection, check: Check, side: str) -> list[str]:
    """The first identifiers of a side, those worth most first."""
    rows = con.execute(
        'SELECT id FROM key_lists WHERE "check" = ? AND side = ? '
        f"ORDER BY abs(amount) DESC NULLS LAST, rows DESC, id LIMIT {EXAMPLES}",
        [check.id, side],
    ).fetchall()
    return [row[0] for row in rows]


def _alike(con: duckdb.DuckDBPyConnection, check: Check) -> tuple[int, list[list[str]]]:
    """Count the pairs of identifiers that may be one, and give the first: the table's, then the other side's."""
    rows = con.execute(
        "SELECT CASE side WHEN 'unknown' THEN id ELSE near END AS one, "
        "CASE side WHEN 'unknown' THEN near ELSE id END AS other, count(*) OVER () FROM "
        '(SELECT * FROM key_lists WHERE "check" = ? AND near IS NOT NULL) '
        f"GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {EXAMPLES}",
        [check.id],
    ).fetchall()
    return (rows[0][2] if rows else 0), [[one, other] for one, other, _ in rows]


def _near_key(text: str) -> str:
    """Return SQL of what spellings of one identifier share: no case, accents, blanks or leading zeros."""
    bare = f"regexp_replace(lower(strip_accents({text})), {literal(f'[{BLANKS}]+')}, '', 'g')"
    return f"regexp_replace({bare}, '^0+(.)', '\\1')"


def _name(con: duckdb.DuckDBPyConnection, folder: Path, tables: list[str], ledger: str | None) -> None:
    """Give the listed clients their names: the sheet's, else the one that the ledger says."""
    sources = []
    if "customers" in tables:
        sources.append(
            f"SELECT customer_id, name, 1 AS rank FROM read_parquet({written(folder / 'customers.parquet')})"
        )
    if ledger:
        listed = "SELECT id FROM key_lists WHERE \"check\" LIKE '%.customer_id'"
        sources.append(
            f"SELECT customer_id, max(customer_name) AS name, 2 AS rank FROM {ledger} "
            f"WHERE customer_id IN ({listed}) GROUP BY 1"
        )
    if sources:
        con.execute(
            "UPDATE key_lists SET name = known.name FROM (SELECT customer_id, arg_min(name, rank) AS name FROM "
            f"({' UNION ALL '.join(sources)}) WHERE name IS NOT NULL GROUP BY 1) AS known "
            "WHERE key_lists.id = known.customer_id AND key_lists.\"check\" LIKE '%.customer_id'"
        )
