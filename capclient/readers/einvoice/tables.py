"""Entries as canonical tables in Parquet.

Floor 2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from capclient.readers.einvoice.document import Document
from capclient.readers.einvoice.entry import Entry
from capclient.readers.einvoice.parties import region
from capclient.schema import SQL_TYPES, TABLES

_TYPES = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
    "DECIMAL(19,9)": pa.decimal128(19, 9),
}
BLOCK_ROWS = 50_000  # all at once would hold every line twice
LINE_COLUMNS = (
    *("invoice_id", "line_id", "doc_type", "customer_id", "customer_name", "invoice_date"),
    *("due_date", "due_source", "product", "qty", "unit", "unit_price", "amount_ht", "vat"),
    *("amount_ttc", "currency", "credited_invoice_id"),
)
CUSTOMER_COLUMNS = ("customer_id", "name", "siren", "region", "country")
PLACE = [pa.field("source", pa.string()), pa.field("source_line", pa.int64())]


def write_tables(entries: list[Entry], workspace: Path) -> dict[str, Path]:
    """Write ``invoice_lines`` and ``customers``; return the file of each, none when there is no entry."""
    if not entries:
        return {}
    workspace.mkdir(parents=True, exist_ok=True)
    lines, customers = workspace / "einvoice_lines.parquet", workspace / "einvoice_customers.parquet"
    schema = pa.schema([*_fields("invoice_lines", LINE_COLUMNS), *PLACE])
    _write(lines, schema, _lines(entries))
    _write(customers, pa.schema(_fields("customers", CUSTOMER_COLUMNS)), iter(_customers(entries)))
    return {"invoice_lines": lines, "customers": customers}


def _fields(table: str, names: tuple[str, ...]) -> list[pa.Field]:
    columns = TABLES[table]
    return [pa.field(name, _TYPES[SQL_TYPES[columns.column(name).kind]]) for name in names]


def _write(path: Path, schema: pa.Schema, rows: Iterator[tuple[object, ...]]) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        while block := list(islice(rows, BLOCK_ROWS)):
            columns = zip(*block, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            file.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _lines(entries: list[Entry]) -> Iterator[tuple[object, ...]]:
    ids = invoice_ids(entries)
    by_number: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.document.is_credit:
            by_number[entry.seller.id, entry.document.number].append(entry)
    for entry in entries:
        document, settled = entry.document, entry.settled
        due = document.due_days[-1] if document.due_days else None  # the last instalment
        line_ids = [line.id for line in settled.lines]
        has_ids = all(line_ids) and len(set(line_ids)) == len(line_ids)
        credited = _credited(entry, by_number, ids)
        for line in settled.lines:
            yield (
                ids[entry.place], line.id if has_ids else str(line.rank), document.doc_type,
                entry.buyer.id, document.buyer.name or None, document.day, due, "file" if due else None,
                line.product or None, line.quantity, line.unit or None, line.unit_price,
                line.amount_ht, line.vat, line.amount_ttc, document.currency, credited,
                entry.source, line.rank,
            )  # fmt: skip


def invoice_ids(entries: list[Entry]) -> dict[int, str]:
    """Return the identifier of each entry by its place: its number, with what tells equal numbers apart.

    Two sellers of a group may use one number, as may a series that starts again each year.
    """
    ids = {entry.place: entry.document.number for entry in entries}
    tell_apart = (
        lambda entry: entry.document.day.isoformat(),
        lambda entry: entry.seller.id,
        lambda entry: entry.document.type_code,
        lambda entry: str(entry.place),
    )
    for told in tell_apart:
        places: dict[str, list[int]] = defaultdict(list)
        for place, id in ids.items():
            places[id].append(place)
        twice = {place for same in places.values() if len(same) > 1 for place in same}
        if not twice:
            break
        for entry in entries:
            if entry.place in twice:
                ids[entry.place] += f" / {told(entry)}"
    return ids


def _credited(entry: Entry, by_number: dict[tuple[str, str], list[Entry]], ids: dict[int, str]) -> str | None:
    """Return the invoice that a credit note refers to; None when it refers to none or to several."""
    document: Document = entry.document
    if not document.is_credit or len(document.references) != 1:
        return None
    number, day = document.references[0]
    found = by_number.get((entry.seller.id, number), [])
    exact = [other for other in found if other.document.day == day] or found
    return ids[exact[-1].place] if exact else number


def _customers(entries: list[Entry]) -> list[tuple[object, ...]]:
    """One row a customer, in order of identifiers; each column as the latest document that tells it."""
    told: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in sorted(entries, key=lambda entry: (entry.document.day, entry.place)):
        buyer = entry.document.buyer
        values = {
            "name": buyer.name,
            "siren": entry.buyer.siren,
            "region": region(buyer),
            "country": buyer.country.upper(),
        }
        told[entry.buyer.id].update({name: value for name, value in values.items() if value})
    return [
        (id, values.get("name", id), *(values.get(name) for name in ("siren", "region", "country")))
        for id, values in sorted(told.items())
    ]
