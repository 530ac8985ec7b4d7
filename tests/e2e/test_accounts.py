"""The accounts of a company against its ledger of invoices: two exports of one truth, read two ways.

``services`` writes its invoices to a workbook and its accounts to five FEC. Revenue by client and year, what each
client owes, and every finding that both can give must agree.
"""

import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from capclient import datasets
from capclient.datasets.accounts import write_accounts
from capclient.initiation import initiated
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.proposal import write_yaml
from capclient.themes import results
from capclient.wording import text
from tests.accounting.conftest import FIXTURE
from tests.e2e.companies import capclient, said

END = date(2025, 12, 31)
# What weighs whatever is known: the workbook knows costs, the accounts know payments and families.
WEIGHED = (
    "quality.",
    "model.",
    "segments.",
    "actions.",
    "alerts.",
    "contacts.",
    "evidence.",
    "grid.",
    "score.",
    "followup.changed_action",
    "followup.changed_customers",  # a client whose action moved has changed
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("services")
    datasets.write_company("services", folder)
    return folder


def opened(folder: Path, sources: dict, **more) -> Portfolio:
    params = make_params(
        {"company": {"id": "fec"}, "sources": sources, **more}, folder=folder, where="fec.yml"
    )
    return Portfolio.of(params)


@pytest.fixture(scope="module")
def accounts(folder: Path) -> Portfolio:
    return opened(folder, {"fec": "services/fec"})


@pytest.fixture(scope="module")
def invoices(folder: Path) -> Portfolio:
    """The workbook of invoices alone: contracts and clients' sheet say things that accounts do not know."""
    content = yaml.safe_load((folder / "services.yml").read_text("utf-8"))
    return opened(folder, {"invoice_lines": content["sources"]["invoice_lines"]})


def test_every_comparison_holds_and_none_is_empty(accounts: Portfolio) -> None:
    found = {row["id"]: row for row in accounts.reconciliations}
    assert {row["status"] for row in found.values()} == {"ok", "not_applicable"}
    assert [id for id, row in found.items() if row["status"] == "not_applicable"] == ["R13"]
    assert found["R4"]["computed"] == 7440160.47
    assert accounts.as_of == END


def test_revenue_by_client_and_year_is_that_of_the_invoices(accounts: Portfolio, invoices: Portfolio) -> None:
    columns = ["revenue_n", "revenue_n1", "revenue_n2", "orders_n", "last_purchase", "first_purchase"]
    pd.testing.assert_frame_equal(accounts.customers[columns], invoices.customers[columns])


def test_both_ways_give_the_same_findings(accounts: Portfolio, invoices: Portfolio) -> None:
    other = {item.id: item for item in results(invoices)}
    for item in results(accounts):
        both = (
            item.reason is None and other[item.id].reason is None
        )  # accounts know families, this workbook does not
        if item.id == "satisfaction.tenure_margin_correlation":
            # on margins where costs are known, on revenue else
            assert item.caveat != other[item.id].caveat
        elif both and not item.id.startswith(WEIGHED):
            assert item.value == other[item.id].value, item.id


def test_what_clients_owe_is_what_was_invoiced_and_not_paid(accounts: Portfolio, folder: Path) -> None:
    truth = datasets.simulate("services")
    billed = truth.invoice_lines.groupby("customer_id").amount_ttc.sum()
    received = truth.payments.groupby("customer_id").amount.sum()
    owed = (billed.sub(received, fill_value=0) * 100).round().astype("int64")
    items, payments = accounts.table("receivable_items"), accounts.table("payments")
    balance = (
        items.groupby("customer_id")
        .amount.sum()
        .sub(payments.groupby("customer_id").amount.sum(), fill_value=0)
    )
    cents = (balance.astype("float64") * 100).round().astype("int64")
    pd.testing.assert_series_equal(
        cents[cents != 0].sort_index(), owed[owed != 0].sort_index(), check_names=False
    )
    open_invoices = accounts.store.report["books"]["fec"]["facts"]["matching"]
    assert {row["method"] for row in open_invoices} <= {"lettrage", "unallocated"}


def test_two_commands_are_enough(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "params" / "acme.yml"
    files = sorted((folder / "services" / "fec").glob("*202[45]1231.txt"))
    found = initiated(files, out)
    assert found.blocking == () and "000000018" in found.yaml
    write_yaml(found.yaml, out)
    portfolio = Portfolio.open(out)
    assert portfolio.params.period.fiscal_year_end == "12-31"
    assert portfolio.is_complete(portfolio.windows.n) and portfolio.is_complete(portfolio.windows.n1)


def test_a_sales_file_beside_the_accounts_gives_the_lines_and_is_compared(
    folder: Path, tmp_path: Path
) -> None:
    truth = datasets.simulate("services")
    ledger = truth.invoice_lines.iloc[1:]
    ledger.to_parquet(tmp_path / "ventes.parquet")
    (tmp_path / "fec").mkdir()
    write_accounts(truth.invoice_lines, truth.payments, tmp_path / "fec")
    both = opened(tmp_path, {"invoice_lines": "ventes.parquet", "fec": "fec"})
    assert both.origin == "" and both.has("payments")
    row = next(row for row in both.reconciliations if row["id"] == "ledger_against_accounts")
    assert row["status"] == "warning" and row["difference"] == -824.24


def test_the_same_year_twice_or_a_missing_year_is_refused_with_its_name(folder: Path) -> None:
    from capclient.errors import LedgerError

    with pytest.raises(LedgerError, match="2023"):
        opened(
            folder,
            {"fec": ["services/fec/000000018FEC20221231.txt", "services/fec/000000018FEC20241231.txt"]},
        )


@pytest.mark.slow
def test_a_comparison_that_fails_is_red_on_the_cover_and_in_the_status_of_check(tmp_path: Path) -> None:
    unbalanced = FIXTURE.read_text("utf-8").replace("|1440,00|0,00|B|", "|1450,00|0,00|B|", 1)
    (tmp_path / "123456782FEC20251231.txt").write_text(unbalanced, "utf-8")
    params = tmp_path / "rouge.yml"
    params.write_text("company: {id: rouge}\nsources: {fec: 123456782FEC20251231.txt}\n", "utf-8")
    assert capclient("check", params).returncode == 1
    done = capclient("report", params, "--only", "00_donnees", "--out", tmp_path / "out")
    assert done.returncode == 0, said(done)
    page = (tmp_path / "out" / "rouge" / "index.html").read_text("utf-8")
    assert '<section class="confidence bad"' in page
    manifest = json.loads((tmp_path / "out" / "rouge" / "manifest.json").read_text("utf-8"))
    failed = {row["id"] for row in manifest["reconciliations"] if row["status"] == "failed"}
    assert {"R1", "R2", "R3", "R9"} <= failed
    for code in failed:
        label = f"{code} · " + text(f"reconciliation.{code}", "fr")
        assert re.search(rf'<tr class="wrong"><th scope="row">{re.escape(label)}', page)
    assert "Un FEC ne donne ni coût ni marge par client" in page
