"""A batch of six companies of which two are broken on purpose: four reports, two explained failures."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from capclient.batch import manifest
from capclient.publish.contact_texts import PAGES

from .companies import HEADER, capclient, content, said, sales, write_company

pytestmark = pytest.mark.slow

GOOD = ["alpha", "beta", "delta", "epsilon"]
IDS = ["alpha", "beta", "broken_file", "delta", "epsilon", "killed_kernel"]
MARK = re.compile(
    r"^(commerciaux/.+)-[0-9a-f]{8}(?=\.html$)"
)  # of a salesperson: two names never share a file
REPORT = {
    "actions.csv", "contacts.csv", "contacts.ics", "customers.csv", "customers.parquet", "index.html",
    "indicators.json", "manifest.json", "notebooks/10_synthese.ipynb", "rejects.csv",
    *(f"modeles/{name}.{lang}.html" for name in PAGES for lang in ("en", "fr")),
    *(f"commerciaux/{name}.html" for name in ("Vendeur-0", "Vendeur-1", "Vendeur-2")),
}  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """A folder of parameters and the reports made from it."""

    params: Path
    out: Path
    program: str

    def run(self) -> subprocess.CompletedProcess[bytes]:
        return capclient("report", self.params, "--only", "10_synthese", "--out", self.out, "-j", "2")


def write_all(folder: Path) -> Path:
    """Write six companies; one lacks a column, one brings a notebook that kills its own kernel."""
    for number, id in enumerate(GOOD):
        write_company(folder, id, sales(seed=number))
    without_date = [row[:3] + row[4:] for row in sales()]
    write_company(folder, "broken_file", without_date, header=[*HEADER[:3], *HEADER[4:]])
    killer = new_notebook(
        cells=[
            new_markdown_cell("# Tueur"),
            new_code_cell("import os, signal\nprint('avant')\nos.kill(os.getpid(), signal.SIGKILL)"),
            new_code_cell("print('après')"),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(killer, folder / "killer.ipynb")
    write_company(folder, "killed_kernel", sales(), extra="report: {own_chapters: [killer.ipynb]}\n")
    return folder


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Six companies reported on once, two at a time."""
    folder = tmp_path_factory.mktemp("six")
    made = Batch(write_all(folder / "params"), folder / "out", manifest._program.__wrapped__())
    run = made.run()
    assert run.returncode == 1, said(run)
    assert "4 sur 6" in run.stdout.decode() and "Traceback" not in said(run)
    return made


def told(out: Path) -> dict[str, dict]:
    companies = json.loads((out / "batch.json").read_text("utf-8"))["companies"]
    return {one["id"]: one for one in companies}


def account(out: Path, id: str) -> dict:
    return json.loads((out / id / "manifest.json").read_text("utf-8"))


def test_four_companies_are_complete_and_two_say_why_not(batch: Batch) -> None:
    companies = told(batch.out)
    assert list(companies) == IDS
    assert {id for id, one in companies.items() if one["status"] == "complete"} == set(GOOD)
    for id in GOOD:
        assert companies[id]["reason"] is None and companies[id]["findings"]["portfolio.revenue_n"] > 0
        assert account(batch.out, id)["status"] == "complete"
        assert {MARK.sub(r"\1", name) for name in content(batch.out / id)} == REPORT
    assert len({companies[id]["findings"]["portfolio.revenue_n"] for id in GOOD}) == 4
    assert "invoice_date" in companies["broken_file"]["reason"]
    reason = companies["killed_kernel"]["reason"]
    assert "killer, cellule 2" in reason and "noyau s’est arrêté" in reason
    assert account(batch.out, "killed_kernel")["reason_code"] == "chapter.died"


def test_the_folder_of_a_failure_holds_its_account_and_no_report(batch: Batch) -> None:
    assert set(content(batch.out / "broken_file")) == {"index.html", "manifest.json"}
    killed = {"index.html", "manifest.json", "notebooks/killer.ipynb"}
    assert set(content(batch.out / "killed_kernel")) == killed
    for id in ("broken_file", "killed_kernel"):
        page = (batch.out / id / "index.html").read_text("utf-8")
        assert 'class="failure"' in page and "cc-figure" not in page.split("</style>")[1]
        assert account(batch.out, id)["reason"] == told(batch.out)[id]["reason"]
    chapters = {one["id"]: one["status"] for one in account(batch.out, "killed_kernel")["chapters"]}
    assert chapters == {"10_synthese": "complete", "killer": "failed"}


def test_the_page_of_the_group_links_reports_and_tells_failures(batch: Batch) -> None:
    page = (batch.out / "index.html").read_text("utf-8")
    for id in IDS:
        assert f"Société {id}" in page and f'href="{id}/index.html"' in page
    assert "invoice_date" in page and "noyau s’est arrêté" in page
    assert page.index("Société broken_file") < page.index("invoice_date")


def test_nothing_half_written_is_left(batch: Batch) -> None:
    assert sorted(path.name for path in batch.out.iterdir()) == sorted([*IDS, "batch.json", "index.html"])
    left = [path for path in batch.out.rglob("*") if path.name.startswith(".") or path.suffix == ".tmp"]
    assert not left
    beside = {path.suffix for path in batch.params.iterdir()}
    assert beside == {".csv", ".yml", ".ipynb"}


def test_no_machine_path_is_in_a_report(batch: Batch) -> None:
    machine = str(batch.params.parent).encode()
    for name, data in content(batch.out).items():
        assert machine not in data, name


def test_a_second_run_executes_only_the_failures_and_changes_no_byte(batch: Batch) -> None:
    before = content(batch.out)
    records = {id: (batch.out / id / "run.json").read_bytes() for id in GOOD}
    run = batch.run()
    assert run.returncode == 1
    assert run.stderr.decode().count("inchangée") == 4
    assert content(batch.out) == before
    assert {id: (batch.out / id / "run.json").read_bytes() for id in GOOD} == records


def test_one_worker_and_another_cache_give_the_same_bytes_as_two(batch: Batch, tmp_path: Path) -> None:
    chosen = [batch.params / f"{id}.yml" for id in ("alpha", "broken_file", "killed_kernel")]
    run = capclient(
        "report", *chosen, "--only", "10_synthese", "--out", tmp_path / "alone", "-j", "1",
        CAPCLIENT_CACHE=str(tmp_path / "cache"),
    )  # fmt: skip
    assert run.returncode == 1
    if manifest._program.__wrapped__() != batch.program:
        pytest.skip("the package was edited during the test: its digest is part of every key")
    for path in chosen:
        assert content(tmp_path / "alone" / path.stem) == content(batch.out / path.stem)


def test_one_byte_of_a_source_makes_one_company_again(batch: Batch) -> None:
    before = content(batch.out)
    path = batch.params / "beta.csv"
    original = path.read_bytes()
    path.write_bytes(original.replace(b"Client 04", b"Client O4", 1))
    try:
        run = batch.run()
        after = content(batch.out)
    finally:
        path.write_bytes(original)
    assert run.stderr.decode().count("inchangée") == 3 and "✓ Société beta" in run.stderr.decode()
    changed = {name for name in before if before[name] != after[name]}
    assert "beta/manifest.json" in changed and all(name.startswith("beta/") for name in changed)
