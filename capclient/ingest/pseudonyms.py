"""Pseudonyms instead of names, in every file of a store before anybody reads it.

Floor 3. It comes last, once everything is matched and counted: every figure is the one that names would give. Two
spellings of one name, which chapter 00 reports, have one pseudonym; free texts (causes, proofs, comments) stay.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from capclient.ingest.documents import as_part
from capclient.params import Params
from capclient.params_privacy import UNSAID, keyed
from capclient.readers.identifiers import normal_key
from capclient.readers.sql_text import literal, quoted, written
from capclient.wording import text

DIGITS, ID_DIGITS = 10, 12  # 40 bits: of 100,000 clients, hardly two share one; codes must not at all
KIND_OF = {
    "customer_name": "client", "name": "client", "person": "person", "salesperson": "seller", "owner": "seller",
    "grid_author": "seller", "partners": "partner", "group_id": "group",
}  # fmt: skip
CODES = {"customer_id": "id", "prospect_id": "prospect"}
ITEMS = (
    "item_id",
    "debit_id",
    "credit_id",
    "payment_id",
)  # those that ingest makes begin with the code of the client
LAST = ("group", "item")  # after the codes of clients, which they may bear
BLANKED = ("siren", "address", "email", "phone")

Maps = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Column:
    """One column of one file: ``kind`` of what it names, ``when`` the SQL of the rows concerned."""

    path: Path
    name: str
    kind: str
    when: str = "true"


def pseudonymise(
    con: duckdb.DuckDBPyConnection, folder: Path, report: dict[str, Any], params: Params
) -> None:
    """Replace names in the files of a store and in its report, in place.

    Raises
    ------
    ParamsError
        If the environment holds no key.
    """
    secret, lang = params.privacy.secret(), params.company.language
    paths = sorted([*folder.glob("*.parquet"), *folder.glob("invoice_lines/*.parquet")])
    columns = [column for path in paths for column in _columns(con, path, codes=params.privacy.identifiers)]
    maps: Maps = {}
    for column in sorted(columns, key=lambda column: LAST.index(column.kind) if column.kind in LAST else -1):
        known = maps.setdefault(column.kind, {})
        is_item = column.kind == "item"
        heads = {as_part(code): said for code, said in maps.get("id", {}).items()} if is_item else {}
        for value in _values(con, column):
            if value not in known:
                known[value] = _item(value, heads) if is_item else pseudonym(secret, column.kind, value, lang)
    _keep_head_codes(con, paths, maps)
    for path in paths:
        _rewrite(con, path, [column for column in columns if column.path == path], maps)
    _report(report, maps)
    if params.privacy.identifiers:
        periodic = params.credit.periodic_customers
        report["periodic"] = [pseudonym(secret, "id", name, lang) for name in periodic]


def pseudonym(secret: bytes, kind: str, value: str, lang: str) -> str:
    """Return the pseudonym of a name: the same on every run under one key.

    >>> pseudonym(b"a key of sixteen.", "client", "DUPONT", "fr")
    'Client 62B500AB11'
    >>> pseudonym(b"a key of sixteen.", "client", "Dupont ", "fr")  # chapter 00 reports both spellings as one
    'Client 62B500AB11'
    """
    if is_pseudonym(kind, value, lang):  # of a plan that was sent back
        return value
    found = keyed(secret, kind, FOLDED.get(kind, str)(value) or f"\0{value}")
    if kind in CODES.values():
        return ("C" if kind == "id" else "P") + found[:ID_DIGITS]
    return text(f"pseudonym.{kind}", lang, code=found[:DIGITS])


def is_pseudonym(kind: str, value: str, lang: str) -> bool:
    """Tell whether a text has the form of a pseudonym of this kind.

    >>> is_pseudonym("client", "Client 62B500AB11", "fr"), is_pseudonym("id", "C62B500AB1162", "fr")
    (True, True)
    """
    if kind in CODES.values():
        return re.fullmatch(f"[CP][0-9A-F]{{{ID_DIGITS}}}", value) is not None
    code = value[-DIGITS:]
    return re.fullmatch("[0-9A-F]+", code) is not None and value == text(f"pseudonym.{kind}", lang, code=code)


def _person(value: str) -> str:
    return " ".join(value.casefold().split())


# What the analysis holds for one name: it must still hold it for one, and nothing else.
FOLDED: dict[str, Callable[[str], str]] = {
    "client": normal_key,
    "person": _person,
    "group": str.strip,
    "partner": str.strip,
}


def _item(value: str, heads: dict[str, str]) -> str:
    """Return an identifier of an item without the code of the client that ingest began it with.

    >>> _item("C1|F3|2025-04-25", {"C1": "C62B500AB1162"}), _item("R1|part 1", {"C1": "C62B500AB1162"})
    ('C62B500AB1162|F3|2025-04-25', 'R1|part 1')
    """
    head, bar, rest = value.partition("|")
    return heads.get(head, head) + bar + rest if bar else value


def _columns(con: duckdb.DuckDBPyConnection, path: Path, *, codes: bool) -> Iterator[Column]:
    """Yield the columns of a file that name somebody."""
    source = f"read_parquet({written(path)})"
    names = [row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    kinds = KIND_OF | (CODES if codes else {})
    yield from (Column(path, name, kinds[name]) for name in names if name in kinds)
    yield from (Column(path, name, "") for name in names if name in BLANKED)
    if codes:
        yield from (Column(path, name, "item") for name in names if name in ITEMS)
    if path.stem == "keys":  # identifiers of all tables stand in one column
        for name in ("id", "near"):
            yield Column(path, name, "seller", "\"check\" LIKE '%.salesperson'")
            if codes:
                yield Column(path, name, "id", "\"check\" LIKE '%.customer_id'")


def _values(con: duckdb.DuckDBPyConnection, column: Column) -> list[str]:
    if not column.kind:
        return []
    name = quoted(column.name)
    rows = con.execute(
        f"SELECT DISTINCT {name} FROM read_parquet({written(column.path)}) WHERE {name} <> '' AND {column.when}"
    ).fetchall()
    return [row[0] for row in rows]


def _keep_head_codes(con: duckdb.DuckDBPyConnection, paths: list[Path], maps: Maps) -> None:
    """A group named by the code of its head client goes on bearing that code."""
    groups = maps.get("group", {})
    for path in paths:
        if groups and path.stem in ("customers", "customer_days"):
            source = f"read_parquet({written(path)})"
            found = con.execute(f"SELECT DISTINCT customer_id FROM {source}").fetchall()
            groups |= {code: maps.get("id", {}).get(code, code) for (code,) in found if code in groups}


def _rewrite(con: duckdb.DuckDBPyConnection, path: Path, columns: list[Column], maps: Maps) -> None:
    """Write a file again, its rows in the same order."""
    raw = ["raw"] if path.stem == "rejects" else []
    if not columns and not raw:
        return
    cells: dict[str, list[str]] = {}
    joins = []
    own = con.cursor()
    for place, column in enumerate(columns):
        name = quoted(column.name)
        if not column.kind:
            cells.setdefault(column.name, []).append("WHEN true THEN NULL")
            continue
        known = pd.DataFrame(sorted(maps[column.kind].items()), columns=["old", "new"], dtype="str")
        own.register(f"known_{place}", known)
        joins.append(f"LEFT JOIN known_{place} AS k{place} ON k{place}.old = t.{name} AND {column.when}")
        # a name that is in no list is forgotten rather than shown
        cells.setdefault(column.name, []).append(f"WHEN {column.when} THEN k{place}.new")
    replaced = [
        f"CASE {' '.join(cases)} ELSE t.{quoted(name)} END AS {quoted(name)}" for name, cases in cells.items()
    ]
    replaced += [f"{literal('')} AS {name}" for name in raw]
    fresh = path.with_name(f"{path.name}.new")
    own.execute(
        f"COPY (SELECT t.* EXCLUDE (file_row_number) REPLACE ({', '.join(replaced)}) "
        f"FROM read_parquet({written(path)}, file_row_number = true) AS t {' '.join(joins)} "
        f"ORDER BY t.file_row_number) TO {written(fresh)} (FORMAT parquet, COMPRESSION zstd)"
    )
    own.close()
    os.replace(fresh, path)


def _report(report: dict[str, Any], maps: Maps) -> None:
    """Replace the examples that a report names; cells that nobody could read are not shown."""
    every = {
        old: new for kind in ("id", "prospect", "seller", "client") for old, new in maps.get(kind, {}).items()
    }
    for table in report.get("tables", {}).values():
        table["examples"] = {
            name: [[UNSAID, count] for _, count in rows] for name, rows in table.get("examples", {}).items()
        }
        table["duplicates"] = [
            [" · ".join(every.get(part, part) for part in str(key).split(" · ")), count]
            for key, count in table.get("duplicates", [])
        ]
    examples = ("unknown_examples", "missing_examples", "near_examples")
    for check in report.get("keys", []):
        check |= {name: _mapped(check[name], every) for name in examples if name in check}
    quality = report.get("quality") or {}
    if "duplicate_examples" in quality:
        quality["duplicate_examples"] = _mapped(quality["duplicate_examples"], every)


def _mapped(value: Any, every: dict[str, str]) -> Any:
    if isinstance(value, (list, tuple)):
        return [_mapped(item, every) for item in value]
    return every.get(value, value) if isinstance(value, str) else value
