"""Every finding of a company that has all its tables, at a tenth of a size and at the size: what growth costs.

The company is the simulated wholesaler, several times over under other codes: each copy buys, pays, complains and is
visited like the first, so that every theme works on what it works on in a report.
"""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.measure import Row, fresh

COPIES = 100  # of 400 clients and 61,500 lines each
TARGET = 12.0  # times the seconds of a tenth: linear is ten
NAMED = 6
KEYS = (
    "customer_id",
    "invoice_id",
    "credited_invoice_id",
    "payment_id",
    "prospect_id",
    "group_id",
    "promise_id",
)
ALONE = ("targets", "market", "evidence")  # one table for the whole company, whatever its size


def rows(folder: str) -> list[Row]:
    """Return one line: all findings of the whole against those of a tenth."""
    found = []
    for copies in (COPIES // 10, COPIES):
        place = str(Path(folder) / f"copies-{copies}")
        fresh("growth", "write", place, copies)
        fresh("growth", "ingest", place)
        found.append(fresh("growth", "ours", place))
    tenth, ours = found
    dearest = sorted(ours.facts["themes"].items(), key=lambda item: -item[1])[:NAMED]
    said = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in dearest)
    return [Row(f"every finding, {400 * COPIES:,} clients / a tenth", ours, tenth, TARGET, remark=said)]


def write(folder: str, copies: int) -> tuple[float, dict[str, Any]]:
    """Write the canonical tables of the wholesaler, so many times over, and the parameters of the company."""
    import duckdb

    from capclient.datasets import write_company
    from capclient.portfolio import Portfolio
    from capclient.schema import TABLES

    place = Path(folder)
    os.environ["CAPCLIENT_CACHE"] = str(place / "first")
    store = Portfolio.open(write_company("grossiste", place)).store.folder
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    sources = []
    for name, table in TABLES.items():
        file = store / name / "*.parquet" if (store / name).is_dir() else store / f"{name}.parquet"
        if not list(file.parent.glob(file.name)) or name == "receivable_items":  # those are made again
            continue
        read = f"read_parquet('{file}', union_by_name = true)"
        told = con.execute(f"SELECT * FROM {read} LIMIT 0").description or []
        columns = [column[0] for column in told if column[0] in table.names]
        times = 1 if name in ALONE else copies
        chosen = ", ".join(_again(column, name) if times > 1 else column for column in columns)
        kept = "WHERE reject IS NULL" if name == "invoice_lines" else ""
        con.execute(
            f"COPY (SELECT {chosen} FROM {read}, range({times}) AS copy(number) {kept}) "
            f"TO '{place / name}.parquet' (FORMAT parquet)"
        )
        sources.append(f"  {name}: {name}.parquet")
    head = ["company: {id: copies, sector: commerce_de_gros}", "period: {as_of: 2025-12-31}", "sources:"]
    (place / "copies.yml").write_text("\n".join([*head, *sources, ""]), encoding="utf-8")
    return 0.0, {}


def _again(column: str, table: str) -> str:
    """Return a column under the code of its copy; names too, or all copies would be one suspected client."""
    if column not in KEYS and (table, column) not in (
        ("customers", "name"),
        ("invoice_lines", "customer_name"),
    ):
        return column
    return f"{column} || '-' || number AS {column}"


def ingest(folder: str) -> tuple[float, dict[str, Any]]:
    """Make the store that the next process finds."""
    return 0.0, {"folder": str(_portfolio(folder).store.folder)}


def ours(folder: str) -> tuple[float, dict[str, Any]]:
    """Ask for every finding."""
    from capclient.themes import THEME_OF

    portfolio = _portfolio(folder)
    began, seconds = perf_counter(), {}
    for name, theme in THEME_OF.items():
        before = perf_counter()
        theme(portfolio)
        seconds[name] = perf_counter() - before
    return perf_counter() - began, {"themes": seconds}


def _portfolio(folder: str) -> Any:
    os.environ["CAPCLIENT_CACHE"] = str(Path(folder) / "cache")
    from capclient.portfolio import Portfolio

    return Portfolio.open(Path(folder) / "copies.yml")
