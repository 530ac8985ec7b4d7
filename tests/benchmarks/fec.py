"""How long, and how much memory, a FEC of two million lines takes: ``python tests/benchmarks/fec.py [LINES]``.

Run by hand; the file is made by SQL and the same every time: sales with two products, credit notes, lettered
and un-lettered receipts, purchases, several customers in one entry.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb

from capclient.accounting import fec_book
from capclient.engine.duckdb import workspace
from capclient.readers.fec import read_fec

HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
# Ten lines for each k: an invoice (4), its receipt (2), a purchase (3 or 4 in all), lettered two times out of three.
LINES = """
WITH sale AS (
    SELECT k, (hash(k) % 5000)::INT AS client, DATE '2025-01-01' + (k * 7 % 360)::INT AS day,
           (100 + hash(k, 1) % 100000)::BIGINT AS first_cents, (hash(k, 2) % 50000)::BIGINT * 5 AS second_cents
    FROM range({documents}) AS range(k)
),
priced AS (SELECT *, first_cents * 5 AS one, second_cents AS two, (first_cents * 5 + second_cents) // 5 AS vat
           FROM sale),
line AS (
    SELECT k * 10 AS place, 'VE' AS j, 'V' || k AS n, day, '411000' AS account, client, 'F' || k AS piece,
           one + two + vat AS cents, CASE WHEN k % 3 < 2 THEN 'L' || k % 700 END AS let FROM priced
    UNION ALL SELECT k * 10 + 1, 'VE', 'V' || k, day, '707100', NULL, 'F' || k, -one, NULL FROM priced
    UNION ALL SELECT k * 10 + 2, 'VE', 'V' || k, day, '706000', NULL, 'F' || k, -two, NULL FROM priced
    UNION ALL SELECT k * 10 + 3, 'VE', 'V' || k, day, '445710', NULL, 'F' || k, -vat, NULL FROM priced
    UNION ALL SELECT k * 10 + 4, 'BQ', 'B' || k, day + 35, '512000', NULL, 'R' || k, one + two + vat, NULL FROM priced
    UNION ALL SELECT k * 10 + 5, 'BQ', 'B' || k, day + 35, '411000', client, 'R' || k, -(one + two + vat),
                     CASE WHEN k % 3 < 2 THEN 'L' || k % 700 END FROM priced
    UNION ALL SELECT k * 10 + 6, 'AC', 'A' || k, day, '607000', NULL, 'A' || k, one, NULL FROM priced
    UNION ALL SELECT k * 10 + 7, 'AC', 'A' || k, day, '445660', NULL, 'A' || k, vat, NULL FROM priced
    UNION ALL SELECT k * 10 + 8, 'AC', 'A' || k, day, '607100', NULL, 'A' || k, two, NULL FROM priced
    UNION ALL SELECT k * 10 + 9, 'AC', 'A' || k, day, '401000', NULL, 'A' || k, -(one + two + vat), NULL FROM priced
)
SELECT concat_ws('|', j, 'Journal ' || j, n, strftime(day, '%Y%m%d'), account, 'Compte ' || account,
       coalesce('C' || lpad(client::VARCHAR, 5, '0'), ''), coalesce('CLIENT ' || client, ''), piece,
       strftime(day, '%Y%m%d'),
       'Ecriture ' || piece || ' société', CASE WHEN cents > 0 THEN {euros} ELSE '0,00' END,
       CASE WHEN cents < 0 THEN {euros} ELSE '0,00' END, coalesce(let, ''),
       CASE WHEN let IS NULL THEN '' ELSE '20251231' END,
       strftime(day, '%Y%m%d'), '', '') AS line
FROM line ORDER BY place
"""
EUROS = "(abs(cents) // 100) || ',' || lpad((abs(cents) % 100)::VARCHAR, 2, '0')"


def generated(path: Path, lines: int) -> None:
    """Write a balanced FEC of about ``lines`` lines."""
    body = path.with_suffix(".body")
    with duckdb.connect() as con:
        sql = LINES.format(documents=lines // 10, euros=EUROS)
        con.execute(
            f"COPY ({sql}) TO '{body}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
        )
    with path.open("wb") as writing, body.open("rb") as reading:
        writing.write(HEADER.encode() + b"\r\n")
        while block := reading.read(1 << 22):
            writing.write(block.replace(b"\n", b"\r\n"))
    body.unlink()


def main() -> None:
    """Generate in a process of its own, read, translate and write the book; print seconds and the largest memory."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    with tempfile.TemporaryDirectory() as folder, workspace() as (con, scratch):
        path = Path(folder) / "123456782FEC20251231.txt"
        with ProcessPoolExecutor(1) as pool:
            pool.submit(generated, path, lines).result()
        start = time.perf_counter()
        found = read_fec(con, [path], workspace=scratch / "alone")
        read = time.perf_counter()
        book = fec_book(con, [path], workspace=scratch / "book")
        end = time.perf_counter()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{found.files[0].lines:,} lines, {path.stat().st_size / 1e6:.0f} MB: read alone {read - start:.1f} s, "
        )
        print(f"book (read, translated, written) {end - read:.1f} s, largest memory {peak:.0f} MB")
        print([f"{check['id']} {check['status']}" for check in book.checks])


if __name__ == "__main__":
    main()
