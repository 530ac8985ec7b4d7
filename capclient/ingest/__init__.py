"""From text columns to canonical tables: typed exactly, checked, nothing lost.

Floor 3. Rows in = rows kept + rows rejected, and the amounts too; each rejected line goes to
``rejects.parquet`` with its source, line, reason and text.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path

import duckdb
import pandas as pd

from capclient import schema
from capclient.engine.duckdb import workspace
from capclient.engine.operations import CUSTOMER_DAYS, CUSTOMER_DAYS_BOOKED
from capclient.errors import LedgerError, SourceError, listed
from capclient.ingest import (
    balance,
    keys,
    ledger,
    positions,
    receivable_accounts,
    rejects,
    restating,
    tables,
    totals,
)
from capclient.ingest.books import MERGED, Books, read_books
from capclient.ingest.pseudonyms import pseudonymise
from capclient.ingest.sources import Part, parts_of
from capclient.inputs import Inputs, inputs_of
from capclient.params import Params
from capclient.params_sources import BOOKS
from capclient.readers.sql_text import written
from capclient.store import (
    Store,
    company_folder,
    existing,
    file_sizes,
    forget_old,
    locked,
    store_key,
    write_atomically,
)

KEPT_STORES = 3  # the current store and the two before it; older ones are deleted


def ingest(params: Params, *, force: bool = False) -> Store:
    """Read every source of a company into its store, or return the store if it is already there.

    Raises
    ------
    SourceError
        If a file is missing or cannot be read; nothing is written then.
    """
    inputs = inputs_of(params)
    folder = company_folder(params)
    key = store_key(params, inputs.described)
    found = None if force else existing(folder, key)
    if found:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):  # two processes that read the same ledger: the second one finds it read
        found = None if force else existing(folder, key)
        return found or _ingested(params, inputs, folder, key)


def _ingested(params: Params, inputs: Inputs, folder: Path, key: str) -> Store:
    for leftover in folder.glob(".*-"):  # of a process that was killed: the lock says that none is at work
        shutil.rmtree(leftover, ignore_errors=True)
    scratch = Path(tempfile.mkdtemp(prefix=".read-", suffix="-", dir=folder))
    try:
        with workspace() as (con, work):
            report = _read_everything(con, params, inputs, scratch, work)
            if params.privacy.pseudonymise:
                pseudonymise(con, scratch, report, params)
            positions.write(con, scratch)  # of the names that stay
        report["inputs"] = [asdict(item) for item in inputs.described]
        report["files"] = file_sizes(scratch)
        content = json.dumps(report, ensure_ascii=False, indent=1, default=str)
        write_atomically(scratch / "ingest.json", content)
        if (folder / key).exists():
            os.rename(folder / key, scratch.with_name(scratch.name.replace(".read", ".old")))
        os.rename(scratch, folder / key)
    finally:
        for leftover in folder.glob(".*-"):
            shutil.rmtree(leftover, ignore_errors=True)
    forget_old(folder, key, kept=KEPT_STORES)
    store = existing(folder, key)
    if store is None:  # somebody deleted the cache meanwhile
        raise SourceError("store.vanished", folder=folder.name)
    return store


def _read_everything(
    con: duckdb.DuckDBPyConnection, params: Params, inputs: Inputs, folder: Path, work: Path
) -> dict[str, object]:
    described_tables: dict[str, object] = {}
    notes: list[list[object]] = []
    report: dict[str, object] = {"tables": described_tables, "notes": notes}
    books = read_books(con, params, inputs, work)
    parts = _parts(con, params, inputs, books, work)
    if not {"invoice_lines", schema.TOTALS.name} & set(parts):
        raise LedgerError("ledger.no_lines", tables=listed(parts))
    refused: list[pd.DataFrame] = []  # rows of the other tables
    for name, table_parts in parts.items():
        if name == "invoice_lines":
            ledger.write(con, table_parts, params, folder)
        elif name == schema.TOTALS.name:
            report["totals"] = totals.write(con, table_parts, params, folder)
        else:
            table = schema.TABLES[name]
            described_tables[name] = tables.write(con, table, table_parts, params, folder)
            refused.append(tables.rejected(con, table, table_parts))
        for part in table_parts:
            notes += [[part.source, note.code, note.facts] for note in part.notes]
    notes += [[source, note.code, note.facts] for source, note in books.notes]
    report["books"] = books.told
    report["origin"] = books.origin.get("invoice_lines", "")
    covered = books.ledger.covered if books.ledger else None
    report["covered"] = [day.isoformat() for day in covered] if covered else _wide_cover(notes)
    if "invoice_lines" in parts:
        lines = ledger.relation(folder, parts["invoice_lines"])
        if params.period.restate:
            here = lines.replace("{folder}", written(folder)[1:-1])
            notes.append(["invoice_lines", "ingest.restated", restating.moved(con, here)])
            report["booked_lines"] = lines  # what clients owe is told as it was booked
            lines = restating.restated(lines)
        report["lines"] = lines
        rejects.write(con, folder, parts["invoice_lines"], refused)
        bound = customer_days(parts["invoice_lines"], params).replace(
            "{invoice_lines}", lines.replace("{folder}", written(folder)[1:-1])
        )
        con.execute(
            f"COPY ({bound}) TO {written(folder / 'customer_days.parquet')} (FORMAT parquet, COMPRESSION zstd)"
        )
        figures = report["quality"] = balance.quality(con, folder, parts["invoice_lines"], books.ledger)
        report["reconciliations"] = [
            *balance.reconciliations(con, folder, figures),
            *balance.of_books(con, folder, books),
        ]
    own = [name for name in described_tables if name in params.sources]  # a book agrees with itself
    as_booked = str(report.get("booked_lines") or report.get("lines") or "")
    told = as_booked.replace("{folder}", written(folder)[1:-1]) or None
    report["receivables"] = receivable_accounts.write(
        con,
        folder,
        params,
        own=set(own),
        booked=set(books.origin),
        lines=told,
        is_fec=report["origin"] == "fec",
    )
    sheets = _own_sheets(con, params, parts, work)
    report["keys"] = keys.checked(con, folder, own, str(report.get("lines") or "") or None, sheets)
    return report


def _own_sheets(
    con: duckdb.DuckDBPyConnection, params: Params, parts: dict[str, list[Part]], work: Path
) -> dict[str, Path]:
    """Return the user's own sheets of tables that a book completes: who is missing there is missing in them."""
    sheets: dict[str, Path] = {}
    for name in MERGED:
        mine = [part for part in parts.get(name, []) if not part.is_book]
        if name in params.sources and len(mine) < len(parts[name]):
            folder = work / "own"
            folder.mkdir(exist_ok=True)
            tables.write(con, schema.TABLES[name], mine, params, folder)
            sheets[name] = folder / f"{name}.parquet"
    return sheets


def _wide_cover(notes: list[list[object]]) -> list[str | None] | None:
    """First day of a table of months or years, whose lines bear the last day of their period; None for none."""
    firsts = [str(facts["covered_from"]) for _, code, facts in notes if str(code).startswith("readers.wide_")
              and isinstance(facts, dict) and "covered_from" in facts]  # fmt: skip
    return [min(firsts), None] if firsts else None


def _parts(
    con: duckdb.DuckDBPyConnection, params: Params, inputs: Inputs, books: Books, work: Path
) -> dict[str, list[Part]]:
    """Return the parts of every table: those of the user's own sources, then those of books."""
    given = {name: source for name, source in params.sources.items() if name not in BOOKS}
    parts: dict[str, list[Part]] = {}
    for name in sorted({*given, *books.tables}):
        table = schema.TABLES.get(name, schema.TOTALS)
        own = (
            parts_of(
                con, inputs.located(name, given[name]), table, params.folder, work, params.company.currency,
                inputs.labels, is_rated=params.receivables.vat_rate is not None,
            )
            if name in given
            else []
        )  # fmt: skip
        parts[name] = [*own, *books.parts(con, name, after=len(own))]
    return parts


def customer_days(parts: list[Part], params: Params) -> str:
    """Return the operation that sums client days: by accounting date where there is one (0.4, C.7)."""
    booked = params.period.restate or any(part.column("accounting_date") for part in parts)
    return CUSTOMER_DAYS_BOOKED if booked else CUSTOMER_DAYS
