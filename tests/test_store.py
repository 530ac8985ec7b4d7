"""The store: keyed by content, healed when damaged, shared between processes."""

import gc
import json
import subprocess
import sys
from datetime import date

import pandas as pd
import pytest

from capclient.ingest import ingest
from capclient.params import read_params
from capclient.portfolio import Portfolio
from capclient.store import write_atomically

LINES = "Facture;Client;Date;Montant HT\n" + "".join(
    f"F{i};C{i % 4};{i % 28 + 1:02d}/{i % 12 + 1:02d}/2025;{100 + i},50\n" for i in range(40)
)
YAML = """company: {id: acme}
period: {as_of: 2025-12-31, covered_from: 2024-01-01, covered_to: 2025-12-31}
sources:
  invoice_lines:
    path: ventes.csv
    columns: {invoice_id: Facture, customer_id: Client, invoice_date: Date, amount_ht: Montant HT}
"""


@pytest.fixture
def params(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPCLIENT_CACHE", str(tmp_path / "l'été {customer_days}"))
    (tmp_path / "ventes.csv").write_text(LINES)
    (tmp_path / "acme.yml").write_text(YAML)
    return tmp_path / "acme.yml"


def total(params):
    return Portfolio.open(params).total_revenue(Portfolio.open(params).windows.n)


def test_quotes_and_braces_in_the_path_of_the_cache_change_nothing(params):
    assert total(params) == 4800.0


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "ingest.json").write_text("{}"),
        lambda folder: (folder / "ingest.json").write_text('{"tables'),
        lambda folder: (folder / "customer_days.parquet").write_bytes(b"PAR1"),
        lambda folder: (folder / "customer_days.parquet").unlink(),
    ],
    ids=["empty record", "cut record", "cut table", "missing table"],
)
def test_a_damaged_cache_is_read_again(params, damage):
    before = ingest(read_params(params))
    damage(before.folder)
    assert total(params) == 4800.0
    assert json.loads((before.folder / "ingest.json").read_text())["quality"] == before.report["quality"]


def test_processes_that_open_one_company_at_once_all_read_it(params):
    code = f"from capclient.portfolio import Portfolio; print(len(Portfolio.open({str(params)!r}).customers))"
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[0].strip() for process in started] == [b"4"] * 3


def test_one_mistyped_date_does_not_complete_a_year_the_data_do_not_cover(tmp_path):
    days = pd.date_range("2024-07-01", "2025-12-31", freq="10D")
    lines = pd.DataFrame(
        {
            "invoice_id": [f"F{i}" for i in range(len(days))],
            "customer_id": "A",
            "invoice_date": days,
            "amount_ht": 10.0,
        }
    )
    stray = lines.iloc[[0]].assign(invoice_id="X", invoice_date=pd.Timestamp("2015-03-03"))
    for ledger, found in ((lines, 0), (pd.concat([stray, lines]), 1)):
        portfolio = Portfolio.from_frames(ledger, as_of=date(2025, 12, 31))
        assert portfolio.stray_days == found
        assert not portfolio.is_complete(portfolio.windows.n1)


def many(number):
    lines = pd.DataFrame({"invoice_id": ["F1"], "customer_id": ["C1"], "invoice_date": ["2025-03-31"]})
    return Portfolio.from_frames(lines.assign(amount_ht=str(number)), as_of=date(2025, 3, 31))


def test_a_portfolio_in_hand_keeps_its_store_however_many_are_opened_after(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPCLIENT_CACHE", str(tmp_path))
    held = [many(number) for number in range(1, 9)]
    assert [float(one.customers.revenue_n.sum()) for one in held] == [float(number) for number in range(1, 9)]


def test_stores_that_nobody_holds_are_deleted_but_the_last_three(tmp_path, monkeypatch):
    monkeypatch.setenv("CAPCLIENT_CACHE", str(tmp_path))
    for number in range(1, 9):
        many(number)
    gc.collect()
    last = many(9)
    folder = last.store.folder.parent
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 3
    assert len(list(folder.glob(".*.used"))) == 3, "no lock outlives its store"


def test_another_process_keeps_the_store_it_reads(params, tmp_path):
    """A notebook stands open while the ledger changes three times."""
    code = (
        "import sys; from capclient.portfolio import Portfolio; one = Portfolio.open(sys.argv[1]); "
        "print('open', flush=True); sys.stdin.readline(); print(float(one.customers.revenue_n.sum()), flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(params)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout.readline() == "open\n"
        for turn in range(4):
            (tmp_path / "ventes.csv").write_text(LINES + f"X{turn};C1;01/02/2025;{turn + 1},00\n")
            total(params)
            gc.collect()
        said, _ = reader.communicate("go on\n", timeout=60)
    assert float(said) == 4800.0


def test_a_file_that_cannot_take_its_place_leaves_nothing_behind(tmp_path):
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OSError):
        write_atomically(tmp_path / "page.html", "page")
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
