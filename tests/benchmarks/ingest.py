"""CSV to a store (types, checks, rejects, digest, Parquet), against the engine that only reads the same CSV."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks import ledger
from tests.benchmarks.measure import Row, side_by_side

TARGET = 2.0


def rows(folder: str) -> list[Row]:
    """Return the line of ingest."""
    ours, baseline = side_by_side(("ingest", "ours", [folder]), ("ingest", "duckdb_reads", [folder]))
    if ours.facts != baseline.facts:
        raise SystemExit(f"ingest: {ours.facts} is not {baseline.facts}")
    return [Row("CSV ingest / DuckDB reads every column", ours, baseline, TARGET)]


def ours(folder: str) -> tuple[float, dict[str, Any]]:
    """Ingest into an empty cache; nothing is known of the file."""
    os.environ["CAPCLIENT_CACHE"] = cache = tempfile.mkdtemp(prefix="ingest-", dir=folder)
    import capclient.portfolio  # noqa: F401  (imports are not timed)
    from capclient.ingest import ingest

    params = ledger.params(folder)
    began = perf_counter()
    quality: Any = ingest(params).report["quality"]
    seconds = perf_counter() - began
    shutil.rmtree(cache)
    return seconds, {"lines": quality["lines_kept"], "revenue": quality["amount_kept"]}


def duckdb_reads(folder: str) -> tuple[float, dict[str, Any]]:
    """Read all columns with their types, and aggregate each."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    began = perf_counter()
    found = con.execute(
        f"""SELECT count(*), sum(amount_ht)::DOUBLE, max(invoice_id), max(customer_id), max(invoice_date), max(product),
        max(family), max(line_id), sum(qty), max(unit_price), sum(cost), max(salesperson)
        FROM read_csv('{Path(folder) / "ledger.csv"}', types = {{'amount_ht': 'DECIMAL(18,2)', 'cost': 'DECIMAL(18,2)',
        'unit_price': 'DECIMAL(18,2)', 'invoice_date': 'DATE'}})"""
    ).fetchone()
    assert found is not None
    return perf_counter() - began, {"lines": found[0], "revenue": found[1]}
