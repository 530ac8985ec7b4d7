"""Tiny companies written to files, and the command line run on them as a user would."""

import csv
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

HEADER = ["invoice_id", "customer_id", "customer_name", "invoice_date", "family", "salesperson", "amount_ht"]
FIRST, LAST = date(2022, 1, 3), date(2024, 12, 31)
RECORDS = {"run.json", "batch.json"}  # the only files that may differ between two runs on the same inputs


def capclient(*words: object, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own; outputs are bytes."""
    command = [sys.executable, "-m", "capclient", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, env={**os.environ, "CAPCLIENT_LANG": "fr", **variables}
    )


def said(run: subprocess.CompletedProcess[bytes]) -> str:
    """Return what a command said on standard error, on one line whatever the width of the terminal."""
    return " ".join(run.stderr.decode().split())


def sales(clients: int = 30, *, seed: int = 0) -> list[list[str]]:
    """Return three years of lines: client k buys every 12 + 3 k days, the last ones stop or begin on the way."""
    rows = []
    for k in range(clients):
        day = FIRST + timedelta(days=(5 * k + seed) % 40)
        day = date(2024, 3, 1) + timedelta(days=k) if k % 10 == 8 else day
        last = date(2023, 6, 30) if k % 10 == 9 else LAST
        number = 0
        while day <= last:
            number += 1
            growth = 1 + (k % 5 - 2) / 10 * (day.year - 2022)
            cents = round((40_000 - 1_100 * k + 137 * (number % 9) + seed) * growth)
            rows.append(
                [f"F{k:02d}-{number:03d}", f"C{k:02d}", f"Client {k:02d}", day.isoformat(), f"Famille {number % 4}",
                 f"Vendeur {k % 3}", f"{cents / 100:.2f}"]
            )  # fmt: skip
            day += timedelta(days=12 + 3 * (k % 15))
    return sorted(rows, key=lambda row: (row[3], row[0]))


def write_company(
    folder: Path,
    id: str,
    rows: list[list[str]],
    *,
    header: list[str] = HEADER,
    file: str = "",
    extra: str = "",
) -> Path:
    """Write the ledger of a company and its YAML; return the YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    name = file or f"{id}.csv"
    with (folder / name).open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([header, *rows])
    path = folder / f"{id}.yml"
    path.write_text(
        f"company: {{id: {id}, name: Société {id}}}\nperiod: {{as_of: 2024-12-31}}\n"
        f"sources:\n  invoice_lines:\n    path: '{name}'\n{extra}",
        "utf-8",
    )
    return path


def content(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file under a folder that must be the same from one run to the next."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in RECORDS)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
