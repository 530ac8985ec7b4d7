"""Rows of a driver become a Parquet file: exact types, the same bytes for the same rows, memory for one batch.

Floor 2. A driver gives values, not types: the type of a column is known when its last value is. Batches are therefore
set aside with the types of their own values, then written again with the types of all of them.
"""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from capclient.errors import SourceError
from capclient.readers.header import unique_names

ROWS_A_GROUP = 50_000
DIGITS = 38  # of the widest exact number; longer ones stay texts
MOST_COLUMNS = 2_000
MOST_TEXT = 1_000_000  # characters of a cell; nobody's invoice line is longer
PLAIN = (bool, int, float, Decimal, datetime.datetime, datetime.date, str)
ZERO_DATES = ("0000-00-00", "0000-00-00 00:00:00")  # what MariaDB says for no date


def write_rows(batches: Iterable[tuple[list[str], list[tuple[Any, ...]]]], path: Path, *, source: str) -> int:
    """Write rows to a Parquet file and return their number; without any column there is nothing to write.

    Whole and decimal numbers are exact (``BIGINT``, ``DECIMAL``), binary ones stay binary, dates are dates; a
    uuid, a JSON value, an interval, an array or bytes are texts; a column of several kinds is text. NaN and the
    infinities are no numbers: NULL. The file appears when it is finished.

    Raises
    ------
    SourceError
        If the statement gives no column, or too many.
    """
    names: list[str] = []
    types: list[pa.DataType] = []
    rows = 0
    staging = Path(tempfile.mkdtemp(prefix=".rows-", dir=path.parent))
    try:
        waiting: list[tuple[Any, ...]] = []
        parts = 0
        for headers, batch in batches:
            if not names:
                if not headers or len(headers) > MOST_COLUMNS:
                    raise SourceError(
                        "database.no_columns", source=source, columns=len(headers), most=MOST_COLUMNS
                    )
                names = list(unique_names([str(header) for header in headers], len(headers)))
                types = [pa.null()] * len(names)
            waiting += batch
            while len(waiting) >= ROWS_A_GROUP:
                types = _staged(waiting[:ROWS_A_GROUP], names, types, staging / f"{parts:06d}.arrow")
                parts, rows, waiting = parts + 1, rows + ROWS_A_GROUP, waiting[ROWS_A_GROUP:]
        if not names:
            raise SourceError("database.no_columns", source=source, columns=0, most=MOST_COLUMNS)
        if waiting or not parts:
            types = _staged(waiting, names, types, staging / f"{parts:06d}.arrow")
            rows += len(waiting)
        _finished(staging, names, [_final(kind) for kind in types], path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return rows


def _staged(
    batch: Sequence[tuple[Any, ...]], names: list[str], types: list[pa.DataType], path: Path
) -> list[pa.DataType]:
    """Set one batch aside and return the types of all rows so far."""
    columns = [_array([row[place] for row in batch]) for place in range(len(names))]
    table = pa.table(columns, names=[str(place) for place in range(len(names))])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return [_wider(known, column.type) for known, column in zip(types, columns, strict=True)]


def _array(values: list[Any]) -> pa.Array:
    """Return values of one kind as they are, others as texts."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds - set(PLAIN) or str in kinds:
        values = [_plain(value) for value in values]
        kinds = set(map(type, values)) - {type(None)}
    if float in kinds:
        values = [None if isinstance(value, float) and value - value != 0 else value for value in values]
    if Decimal in kinds:
        values = [None if isinstance(value, Decimal) and not value.is_finite() else value for value in values]
    kinds = set(map(type, values)) - {type(None)}
    try:
        if not kinds:
            return pa.nulls(len(values))
        if kinds == {datetime.datetime}:
            return _moments(values)
        if kinds == {int, Decimal}:
            return pa.array([None if value is None else Decimal(value) for value in values])
        if kinds == {int, float}:
            return pa.array([None if value is None else float(value) for value in values], pa.float64())
        if len(kinds) == 1:
            return pa.array(values)
    except (pa.ArrowInvalid, OverflowError):  # an integer of more than 64 bits
        if kinds <= {int, Decimal}:
            return _wide(values)
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _moments(values: list[Any]) -> pa.Array:
    """Return instants; those with a zone in universal time, so that no machine's zone matters."""
    if all(value is None or value.tzinfo is None for value in values):
        return pa.array(values, pa.timestamp("us"))
    utc = [value if value is None else value.astimezone(datetime.UTC) for value in values]
    return pa.array(utc, pa.timestamp("us", tz="UTC"))


def _wide(values: list[Any]) -> pa.Array:
    try:
        return pa.array([None if value is None else Decimal(value) for value in values])
    except (pa.ArrowInvalid, OverflowError):
        return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _plain(value: Any) -> Any:
    """Return a value of a driver as one of the plain kinds."""
    if isinstance(value, str):
        return None if value in ZERO_DATES else value[:MOST_TEXT]
    if value is None or type(value) in PLAIN:
        return value
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)[:MOST_TEXT]
        try:
            text = data.decode("utf-8")
            return text if "\0" not in text else data.hex()
        except UnicodeDecodeError:
            return data.hex()
    if isinstance(value, (dict, list, tuple)):
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    elif isinstance(value, float):
        text = repr(value)
    elif isinstance(value, Decimal):
        text = format(value, "f")
    else:
        text = str(value)
    return text[:MOST_TEXT]


def _wider(known: pa.DataType, new: pa.DataType) -> pa.DataType:
    """Return the type that holds both; text when nothing else does."""
    if known.equals(new) or pa.types.is_null(new):
        return known
    if pa.types.is_null(known):
        return new
    kinds = {_kind(known), _kind(new)}
    if kinds <= {"integer", "decimal"}:
        (whole, scale), (other_whole, other_scale) = _digits(known), _digits(new)
        scale = max(scale, other_scale)
        digits = max(whole, other_whole) + scale
        return pa.decimal256(min(digits, 76), scale) if digits > DIGITS else pa.decimal128(digits, scale)
    if kinds <= {"integer", "float"}:
        return pa.float64()
    return pa.string()


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_decimal(kind):
        return "decimal"
    return "float" if pa.types.is_floating(kind) else str(kind)


def _digits(kind: pa.DataType) -> tuple[int, int]:
    return (19, 0) if pa.types.is_integer(kind) else (kind.precision - kind.scale, kind.scale)


def _final(kind: pa.DataType) -> pa.DataType:
    """Return the type in the file: an exact number has all the digits there are, so that its bytes do not depend
    on how large its neighbours happen to be."""
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_decimal(kind):
        return pa.string() if kind.precision > DIGITS or kind.scale < 0 else pa.decimal128(DIGITS, kind.scale)
    return kind


def _finished(staging: Path, names: list[str], types: list[pa.DataType], path: Path) -> None:
    """Write the batches again with their final types, under a temporary name first."""
    schema = pa.schema(list(zip(names, types, strict=True)))
    temporary = staging / "finished.parquet"
    with pq.ParquetWriter(temporary, schema, compression="zstd", write_statistics=True) as writer:
        for part in sorted(staging.glob("*.arrow")):
            with pa.memory_map(str(part)) as file:
                table = pa.ipc.open_file(file).read_all()
                columns = [
                    _cast(column.combine_chunks(), kind)
                    for column, kind in zip(table.columns, types, strict=True)
                ]
                writer.write_table(pa.table(columns, schema=schema), row_group_size=ROWS_A_GROUP)
            part.unlink()
    temporary.replace(path)


def _cast(column: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    if column.type.equals(kind):
        return column
    if pa.types.is_string(kind) and not pa.types.is_null(column.type):
        return pa.array(
            [None if value is None else _text(value) for value in column.to_pylist()], pa.string()
        )
    return column.cast(kind)
