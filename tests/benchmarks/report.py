"""The report of a simulated company: against papermill and nbconvert from a shell, and against itself unchanged.

Each run has an empty cache, so that both sides read the ledger themselves. Figures are counted on both sides:
a report that lost its figures is fast and worth nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks.measure import Row, fresh, side_by_side

COMPANY = "atelier"
UNCHANGED_TARGET, BATCH_TARGET = 0.02, 1 / 3
REPEATS = 1  # a run is a minute of work: raise it on a quiet machine


def unchanged_rows(folder: str) -> list[Row]:
    """Return the line of the second run, nothing changed, against the first."""
    fresh("report", "simulate", folder)
    first = fresh("report", "first_run", folder)
    second = side_by_side(("report", "second_run", [folder]))[0]
    return [Row("second run, nothing changed / first run", second, first, UNCHANGED_TARGET)]


def batch_rows(folder: str) -> list[Row]:
    """Return the line of the batch against the programs of Jupyter."""
    fresh("report", "simulate", folder)
    ours, baseline = side_by_side(
        ("report", "batch", [folder]), ("report", "jupyter", [folder]), repeats=REPEATS
    )
    if ours.facts != baseline.facts or not ours.facts["figures"]:
        raise SystemExit(f"batch: {ours.facts} is not {baseline.facts}")
    remark = f"{ours.facts['figures']} figures on each side; one company"
    return [Row("report / papermill + nbconvert", ours, baseline, BATCH_TARGET, remark=remark)]


def simulate(folder: str) -> tuple[float, dict[str, Any]]:
    """Write the company."""
    from capclient.datasets import write_company

    write_company(COMPANY, Path(folder) / "data")
    return 0.0, {}


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _params(folder: str) -> Path:
    return Path(folder) / "data" / f"{COMPANY}.yml"


def _report(folder: str, out: Path, cache: Path) -> float:
    command = [_program("capclient"), "report", str(_params(folder)), "--out", str(out), "--lang", "fr"]
    began = perf_counter()
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "CAPCLIENT_CACHE": str(cache)},
    )
    return perf_counter() - began


def first_run(folder: str) -> tuple[float, dict[str, Any]]:
    """Make the report from nothing."""
    out, cache = Path(folder) / "twice", Path(folder) / "twice-cache"
    for path in (out, cache):
        shutil.rmtree(path, ignore_errors=True)
    return _report(folder, out, cache), {}


def second_run(folder: str) -> tuple[float, dict[str, Any]]:
    """Ask for the same report again."""
    return _report(folder, Path(folder) / "twice", Path(folder) / "twice-cache"), {}


def batch(folder: str) -> tuple[float, dict[str, Any]]:
    """Make the report of all chapters."""
    work = Path(tempfile.mkdtemp(prefix="batch-", dir=folder))
    seconds = _report(folder, work / "out", work / "cache")
    return seconds, _counted(work / "out" / COMPANY / "notebooks")


def jupyter(folder: str) -> tuple[float, dict[str, Any]]:
    """Run each chapter with the program papermill, then make a page of it with the program nbconvert."""
    from capclient.places import notebooks
    from capclient.vocabulary import CHAPTERS

    work = Path(tempfile.mkdtemp(prefix="jupyter-", dir=folder))
    done = work / "notebooks"
    done.mkdir()
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    quiet["env"] = {**os.environ, "CAPCLIENT_CACHE": str(work / "cache")}
    began = perf_counter()
    for chapter in CHAPTERS:
        target = str(done / f"{chapter}.ipynb")
        chosen = ["-r", "params", str(_params(folder)), "-r", "lang", "fr"]
        subprocess.run(
            [_program("papermill"), str(notebooks() / f"{chapter}.ipynb"), target, *chosen], **quiet
        )
        subprocess.run([_program("jupyter"), "nbconvert", "--to", "html", "--no-input", target], **quiet)
    return perf_counter() - began, _counted(done)


def _counted(folder: Path) -> dict[str, Any]:
    """Count the notebooks and the figures in their outputs."""
    paths = sorted(folder.glob("*.ipynb"))
    outputs = [
        output
        for path in paths
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        for output in cell.get("outputs", [])
    ]
    pages = ["".join(output.get("data", {}).get("text/html", "")) for output in outputs]
    shown = sum(page.count("<img ") + page.count("<svg ") for page in pages)
    return {"notebooks": len(paths), "figures": shown}
