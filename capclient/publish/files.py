"""The data files of a report: indicators, clients, rejects. Names and columns as ``spec/outputs.md``.

Floor 8.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd

from capclient.findings import Finding
from capclient.ingest.rejects import reject_reason
from capclient.portfolio import Portfolio
from capclient.store import Store, write_atomically
from capclient.themes import customers

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def shown(value: str) -> str:
    """Return a text that a spreadsheet shows and never computes."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def indicators_json(portfolio: Portfolio, findings: list[Finding], lang: str) -> str:
    """Return ``indicators.json``: every finding, sorted by id."""
    content = {
        "company": portfolio.params.company.id,
        "as_of": portfolio.as_of.isoformat(),
        "currency": portfolio.currency,
        "findings": [finding.as_json(lang) for finding in findings],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def indicators_csv(portfolio: Portfolio, findings: list[Finding], lang: str) -> str:
    """Return the findings as CSV, one a row."""
    rows = [finding.as_json(lang) for finding in findings]
    names = ["id", "label", "value", "unit", "start", "end", "n", "reason", "caveat"]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        period = row["period"] or {}
        flat = row | {"start": period.get("start"), "end": period.get("end")}
        writer.writerow({name: flat[name] for name in names})
    return out.getvalue()


def rejects_csv(store: Store, lang: str) -> str:
    """Return ``rejects.csv``: every input line not used, with its source, line, reason and text."""
    frame = pd.read_parquet(store.path("rejects.parquet")) if store.path("rejects.parquet").exists() else None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["source", "line", "reason_code", "reason", "raw", "amount_ht"])
    if frame is not None:
        said = {code: reject_reason(code, lang) for code in frame.reason_code.unique()}
        columns = ("source", "line", "reason_code", "raw", "amount_ht")
        for source, line, code, raw, amount in zip(*(frame[name] for name in columns), strict=True):
            value = "" if amount is None else str(amount)
            writer.writerow([shown(source), line, code, shown(said[code]), shown(raw), value])
    return out.getvalue()


def write_data_files(portfolio: Portfolio, findings: list[Finding], folder: Path, lang: str) -> None:
    """Write ``indicators.json``, ``customers.parquet``, ``customers.csv`` and ``rejects.csv``."""
    table = customers(portfolio)
    write_atomically(folder / "indicators.json", indicators_json(portfolio, findings, lang))
    table.to_parquet(folder / "customers.parquet", index=False)
    write_atomically(folder / "customers.csv", table.to_csv(index=False, lineterminator="\n"))
    write_atomically(folder / "rejects.csv", rejects_csv(portfolio.store, lang))
