"""What a company is read from: files and answers of databases, each with a digest that tells a change."""

import sqlite3
from pathlib import Path

import pytest

from capclient.batch.steps import RealSteps
from capclient.errors import CapclientError
from capclient.inputs import KEPT, inputs_of
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.store import PINNED

SOURCES = {
    "invoice_lines": {
        "path": "ventes.db",
        "query": "SELECT number AS invoice_id, client AS customer_id, day AS invoice_date, amount AS amount_ht "
        "FROM sales ORDER BY number",
    }
}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "ventes.db") as con:
        con.execute("CREATE TABLE sales (number TEXT, client TEXT, day TEXT, amount TEXT)")
        rows = [(f"F{place}", f"00{place % 3}", f"2025-{place:02d}-03", "10.10") for place in range(1, 13)]
        con.executemany("INSERT INTO sales VALUES (?, ?, ?, ?)", rows)
    return tmp_path


def params_of(folder: Path, sources=SOURCES):
    return make_params({"company": {"id": "base"}, "sources": sources}, folder=folder, where="base.yml")


def sell(folder: Path, number: str, amount: str) -> None:
    with sqlite3.connect(folder / "ventes.db") as con:
        con.execute("INSERT INTO sales VALUES (?, '000', '2025-12-31', ?)", (number, amount))


def test_a_question_to_a_database_is_a_source_like_any_file(base):
    portfolio = Portfolio.of(params_of(base))
    assert portfolio.total_revenue(portfolio.windows.n) == 121.2
    assert list(portfolio.customers.index) == ["000", "001", "002"]
    assert portfolio.quality["parts"][0][0] == "ventes.db (SQL)"


def test_the_same_answer_is_the_same_input_and_another_answer_another(base):
    first = inputs_of(params_of(base))
    assert inputs_of(params_of(base)).described == first.described
    sell(base, "F90", "5.00")
    assert inputs_of(params_of(base)).described != first.described
    assert first.paths[0].exists()


def test_few_answers_are_kept(base):
    for place in range(KEPT + 3):
        sell(base, f"G{place}", "1.00")
        paths = inputs_of(params_of(base)).paths
    assert len(list(paths[0].parents[1].iterdir())) == KEPT


def test_every_chapter_of_a_report_reads_what_the_batch_read(base, monkeypatch):
    path = base / "base.yml"
    query = SOURCES["invoice_lines"]["query"]
    path.write_text(
        f"company: {{id: base}}\nsources: {{invoice_lines: {{path: ventes.db, query: '{query}'}}}}\n", "utf-8"
    )
    store = Portfolio.open(path).store
    sell(base, "F99", "1000.00")
    monkeypatch.setenv(PINNED, f"base/{store.key}")
    assert Portfolio.in_batch(path).store.key == store.key
    assert Portfolio.open(path).store.key != store.key  # a variable left in a shell changes no command
    monkeypatch.setenv(PINNED, f"autre/{store.key}")
    assert Portfolio.in_batch(path).store.key != store.key


def test_a_database_that_cannot_be_read_is_an_error_without_secret(base, monkeypatch):
    monkeypatch.setenv("MOT_DE_PASSE", "tres-secret")
    sources = {
        "invoice_lines": {
            "path": "postgresql://lecture:${MOT_DE_PASSE}@127.0.0.1:1/odoo",
            "query": "SELECT 1",
        }
    }
    with pytest.raises(CapclientError) as caught:
        Portfolio.of(params_of(base, sources))
    assert "tres-secret" not in caught.value.text() and "127.0.0.1" in caught.value.text()


def test_the_key_of_a_report_follows_the_database(base):
    class Job:
        params_path = base / "base.yml"

    query = SOURCES["invoice_lines"]["query"]
    Job.params_path.write_text(
        f"company: {{id: base}}\nsources: {{invoice_lines: {{path: ventes.db, query: '{query}'}}}}\n", "utf-8"
    )
    before = RealSteps().key(Job)
    assert RealSteps().key(Job) == before
    sell(base, "F91", "5.00")
    assert RealSteps().key(Job) != before
