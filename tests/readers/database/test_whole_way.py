"""From the parameters of a company to its portfolio, on real servers; no secret in anything that is written."""

import json
from datetime import date
from pathlib import Path

import pytest

from capclient.checks import checks
from capclient.inputs import inputs_of
from capclient.params import make_params, read_params
from capclient.portfolio import Portfolio
from capclient.themes import results
from tests.e2e.companies import capclient, said
from tests.readers.database import servers
from tests.readers.database.dolibarr_program import Dolibarr
from tests.readers.database.odoo_program import Odoo
from tests.readers.database.test_dolibarr import a_year_of_trade as a_year_of_dolibarr
from tests.readers.database.test_odoo import a_year_of_trade as a_year_of_odoo

OPTIONS = {"odoo": {"company": "1"}, "dolibarr": {}}


@pytest.fixture(scope="module")
def odoo(postgresql) -> str:
    address = postgresql.make("tout_odoo")
    with postgresql.connect("tout_odoo") as connection:
        a_year_of_odoo(Odoo(connection, 18))
    return address


@pytest.fixture(scope="module")
def dolibarr(mariadb) -> str:
    address = mariadb.make("tout_dolibarr")
    with mariadb.connect("tout_dolibarr") as connection:
        a_year_of_dolibarr(Dolibarr(connection, 18))
    return address


def opened(address: str, profile: str, folder: Path) -> Portfolio:
    content = {
        "company": {"id": profile},
        "period": {"as_of": "2024-12-31"},
        "sources": {"database": {"path": address, "profile": profile, "options": OPTIONS[profile]}},
    }
    return Portfolio.of(make_params(content, folder=folder, where=f"{profile}.yml"))


@pytest.mark.parametrize("profile", ["odoo", "dolibarr"])
def test_a_profile_gives_a_whole_portfolio(profile, request, tmp_path):
    portfolio = opened(request.getfixturevalue(profile), profile, tmp_path)
    assert {item.status for item in checks(portfolio, "fr")} == {"ok"}
    assert portfolio.origin == "database" and portfolio.has("payments") and portfolio.has("allocations")
    assert portfolio.as_of == date(2024, 12, 31)
    revenue = portfolio.ledger.frame(
        "SELECT sum(amount_ht)::DOUBLE AS ht FROM {invoice_lines} "
        "WHERE coalesce(doc_type, '') <> 'deposit' AND year(coalesce(accounting_date, invoice_date)) = 2024"
    )
    known = {item.id: item.value for item in results(portfolio)}
    assert portfolio.total_revenue(portfolio.windows.n) == revenue.ht[0]
    assert known["quality.reconciliations_failed"] == 0


@pytest.mark.slow
def test_no_secret_leaves_the_machine(odoo, tmp_path):
    params = tmp_path / "odoo.yml"
    params.write_text(
        "company: {id: odoo}\nperiod: {as_of: 2024-12-31}\n"
        f"sources: {{database: {{path: '{odoo}', profile: odoo, options: {{company: 1}}}}}}\n",
        "utf-8",
    )
    done = capclient("report", params, "--only", "00_donnees", "--out", tmp_path / "out")
    assert done.returncode == 0, said(done)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    for path in written:
        assert servers.PASSWORD.encode() not in path.read_bytes(), path.name
    manifest = json.loads((tmp_path / "out" / "odoo" / "manifest.json").read_text("utf-8"))
    assert manifest["parameters"]["sources"]["database"]["parts"][0]["path"].startswith("postgresql://***@")
    answers = inputs_of(read_params(params)).described  # asked again: the same answers, byte for byte
    assert [item.sha256 for item in answers] == [item["sha256"] for item in manifest["inputs"]]
