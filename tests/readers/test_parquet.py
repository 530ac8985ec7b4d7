"""Parquet as texts with the types of the file."""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from capclient.errors import SourceError


def test_types_become_texts_and_are_told(read, rows, tmp_path):
    table = pa.table(
        {
            "Client": pa.array([13085.0, None]),
            "client": pa.array(["00042", "NA"]),
            "Quand": pa.array([datetime(2024, 3, 12, 7, 45)] * 2),
            "Jour": pa.array([date(2024, 3, 12)] * 2),
            "HT": pa.array([Decimal("12.50"), Decimal("-3.00")]),
            "N": pa.array([1, 2]),
        }
    )
    pq.write_table(table, tmp_path / "v.parquet")
    (raw,) = read(None, name="v.parquet")
    assert raw.columns == ("Client", "client (2)", "Quand", "Jour", "HT", "N")
    assert raw.typed == {"Client": "number", "Quand": "date", "Jour": "date", "HT": "number", "N": "number"}
    assert rows(raw) == (
        [
            ("13085.0", "00042", "2024-03-12 07:45:00", "2024-03-12", "12.50", "1"),
            (None, "NA", "2024-03-12 07:45:00", "2024-03-12", "-3.00", "2"),
        ],
        [1, 2],
    )


def test_an_instant_is_written_in_utc_whatever_the_machine(con, read, rows, tmp_path):
    instants = pd.to_datetime(["2024-01-01 00:30"]).tz_localize("Europe/Paris")
    pq.write_table(pa.table({"a": instants, "b": ["x"]}), tmp_path / "v.parquet")
    con.execute("SET TimeZone = 'America/New_York'")
    assert rows(read(None, name="v.parquet")[0])[0][0][0] == "2023-12-31 23:30:00"


def test_bounds_count_records(read, rows, tmp_path):
    pq.write_table(pa.table({"a": list("abcd")}), tmp_path / "v.parquet")
    (table,) = read(None, name="v.parquet", rows="2-3")
    assert rows(table) == ([("b",), ("c",)], [2, 3])


def test_a_damaged_or_empty_parquet_is_an_error(read, tmp_path):
    with pytest.raises(SourceError, match=r"v\.parquet") as error:
        read(b"PAR1 and then nothing", name="v.parquet")
    assert str(tmp_path) not in str(error.value)
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "w.parquet")
    with pytest.raises(SourceError, match=r"w\.parquet"):
        read(None, name="w.parquet")


def test_a_damaged_page_is_found_when_the_file_is_read(read, tmp_path):
    names = pa.array([f"client {place * 7919 % 1009}" for place in range(20_000)])
    pq.write_table(pa.table({"a": names, "b": pa.array(range(20_000))}), tmp_path / "w.parquet")
    content = bytearray((tmp_path / "w.parquet").read_bytes())
    third = len(content) // 3
    content[third : third + 400] = bytes(byte ^ 0xFF for byte in content[third : third + 400])
    with pytest.raises(SourceError, match=r"v\.parquet") as error:
        read(bytes(content), name="v.parquet")
    assert error.value.code == "source.damaged"
    assert str(tmp_path) not in str(error.value)
