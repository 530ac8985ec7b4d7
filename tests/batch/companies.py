"""Small companies, notebooks named after their behaviour, and steps without any analysis."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from capclient.batch.job import Job
from capclient.batch.plan import plan
from capclient.errors import SourceError
from capclient.store import write_atomically

FIGURE = 'from IPython.display import HTML, display\ndisplay(HTML(\'<img src="data:," alt="Une courbe">\'))'
NOTICE = FIGURE.replace("<img ", '<p class="cc-notice">Trop peu</p><img-')
TABLE = "from IPython.display import HTML, display\ndisplay(HTML('<table><tr><td>1</td></tr></table>'))"
PARAMETERS = 'params = ""\nlang = "fr"\nas_of = ""'

NOTEBOOKS = {
    "good": [(PARAMETERS, "parameters"), (FIGURE, "figure"), (TABLE, "table")],
    "kills_kernel": [("1 + 1", ""), ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "")],
    "too_slow": [("import time\ntime.sleep(60)", "")],
    "raises": [("1 + 1", ""), ("1 / 0", ""), ("2 + 2", "")],
    "sysexit0": [("import sys\nsys.exit(0)", ""), ("2 + 2", "")],
    "skipped_cell": [("1 + 1", "skip-execution"), ("2 + 2", "")],
    "forgiven_error": [("1 / 0", "raises-exception"), ("2 + 2", "")],
    "figure_without_output": [("x = 1", "figure")],
    "figure_without_alt": [(FIGURE.replace("Une courbe", " "), "figure")],
    "figure_replaced_by_notice": [(NOTICE, "figure")],
    "table_without_output": [("x = 1", "table")],
    "hidden_error": [
        ("from threading import Thread\nt = Thread(target=lambda: 1 / 0)\nt.start(); t.join()", "")
    ],
    "tells_where_it_runs": [
        (PARAMETERS, "parameters"),
        ("import os, pathlib, sys\nprint(os.getcwd(), params, lang, os.environ['OMP_NUM_THREADS'])", ""),
        ("print(object(), pathlib.Path.home() / 'x')\nprint('warning', file=sys.stderr)", ""),
    ],
    "imports_what_lies_beside_the_data": [("import nbformat", "")],
    "plots": [("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "")],
    "waits_for_a_file": [("import os, time\nwhile not os.path.exists('go'): time.sleep(0.05)", "")],
}


def notebook(name: str) -> nbformat.NotebookNode:
    """Return the notebook that behaves as its name says."""
    cells = [new_markdown_cell(f"# {name}")]
    cells += [
        new_code_cell(source, metadata={"tags": [tag] if tag else []}) for source, tag in NOTEBOOKS[name]
    ]
    for number, cell in enumerate(cells):
        cell.id = f"{name[:40]}-{number}"
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def write_company(folder: Path, id: str, *, sales: str = "C1;100\n", extra: str = "") -> Path:
    """Write the YAML of a company and its sales, and return the path of the YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{id}.csv").write_text(sales, "utf-8")
    text = (
        f"company: {{id: {id}, name: Société {id}}}\nsources: {{invoice_lines: {{path: {id}.csv}}}}\n{extra}"
    )
    (folder / f"{id}.yml").write_text(text, "utf-8")
    return folder / f"{id}.yml"


def make_jobs(folder: Path, ids: list[str], behaviours: list[str], **asked: object) -> list[Job]:
    """Return the jobs of small companies whose chapters behave as named."""
    chapters_folder = folder / "chapters"
    chapters_folder.mkdir(exist_ok=True)
    for number, name in enumerate(behaviours):
        nbformat.write(notebook(name), chapters_folder / f"{number:02d}_{name}.ipynb")
    paths = [write_company(folder / "params", id) for id in ids]
    return plan(paths, out=folder / "out", chapters_folder=chapters_folder, **asked)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Read:
    """Sales as they were read."""

    key: str
    amount: float
    inputs: list[dict[str, object]]
    quality: dict[str, object] = field(default_factory=lambda: {"lines_in": 1, "lines_kept": 1})
    reconciliations: list[dict[str, object]] = field(default_factory=list)


class SmallSteps:
    """Steps that read one number and write one page; sales of ``boom`` are refused."""

    def key(self, job: Job) -> str:
        return hashlib.sha256(self._sales(job)).hexdigest()

    def prepare(self, job: Job) -> Read:
        sales = self._sales(job)
        if b"boom" in sales:
            raise SourceError("params.missing_file", path=job.params_path)
        if b"bug" in sales:
            raise ZeroDivisionError("a defect")
        key = self.key(job)
        inputs = [{"name": f"{job.id}.csv", "sha256": key, "size": len(sales)}]
        return Read(key, float(sales.split(b";")[1]), inputs)

    def salvage(self, job: Job) -> dict[str, str]:
        return {}

    def write(self, prepared: Read, folder: Path) -> None:
        finding = {"id": "portfolio.revenue_n", "value": prepared.amount}
        write_atomically(folder / "indicators.json", json.dumps({"findings": [finding]}))
        write_atomically(folder / "customers.csv", f"C1,{prepared.amount}\n")

    def lay_out(self, prepared: Read, shelf: Path) -> None:
        pass

    def page(self, prepared: Read, chapters: list, folder: Path) -> None:
        write_atomically(folder / "index.html", f"<html>{len(chapters)} chapters {prepared.amount}</html>")

    @staticmethod
    def _sales(job: Job) -> bytes:
        return (job.params_path.parent / f"{job.id}.csv").read_bytes()


STEPS = SmallSteps()


def content(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file of a report that must not differ between two runs."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"run.json", "batch.json"}
    ]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
