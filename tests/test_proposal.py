"""``capclient init`` proposes with evidence, and never guesses in silence."""

import doctest
from pathlib import Path

import pytest

from capclient.errors import ParamsError, SourceError
from capclient.params import read_params
from capclient.portfolio import Portfolio
from capclient.proposal import company_id, company_names, drafted, naming, write_yaml, yaml_text
from capclient.wording import text

SALES = "N° facture;Code client;Nom client;Date facture;Montant HT;Code article;Désignation\n" + "".join(
    f"F{i};00{i % 3};Client {i % 3};{i % 28 + 1:02d}/03/2025;{i},50;P{i};Vis {i}\n" for i in range(40)
)


@pytest.fixture
def sales(tmp_path):
    (tmp_path / "Ventes été.csv").write_bytes(SALES.encode("cp1252"))
    return tmp_path / "Ventes été.csv"


def test_a_plain_export_needs_nothing_more(sales, tmp_path):
    draft = drafted([sales])
    assert draft.blocking == []
    assert {item.canonical: item.header for item in draft.chosen}["amount_ht"] == "Montant HT"
    out = tmp_path / "params" / "acme.yml"
    write_yaml(yaml_text(draft, out), out)
    assert read_params(out).company.id == "acme"
    assert len(Portfolio.open(out).customers) == 3
    with pytest.raises(ParamsError, match="existe déjà"):
        write_yaml(yaml_text(draft, out), out)


def test_an_ambiguous_column_is_left_to_the_user_with_its_candidates(tmp_path):
    (tmp_path / "v.csv").write_text(SALES.replace("Désignation", "Référence article"), "utf-8")
    draft = drafted([tmp_path / "v.csv"])
    assert [item.header for item in draft.open["product"]] == ["Code article", "Référence article"]
    assert draft.blocking == []  # the ledger can be read without it
    write_yaml(yaml_text(draft, tmp_path / "acme.yml"), tmp_path / "acme.yml")
    whole = (tmp_path / "acme.yml").read_text("utf-8")
    assert '# product: "Code article"' in whole and '# product: "Référence article"' in whole


def test_a_column_that_no_header_names_gets_candidates_by_content(tmp_path):
    (tmp_path / "b.csv").write_text(
        "ref;acheteur;cree_le;total_ht\nA1;Dupont;03/01/2025;12,50\nA2;Martin;14/01/2025;8,00\n"
    )
    draft = drafted([tmp_path / "b.csv"])
    assert draft.missing["invoice_date"] == ("cree_le",)
    assert "acheteur" in draft.missing["customer_id"]
    assert {"customer_id", "invoice_date"} <= set(draft.blocking)
    write_yaml(yaml_text(draft, tmp_path / "b.yml"), tmp_path / "b.yml")
    with pytest.raises(SourceError, match=r"customer_id|invoice_date"):
        Portfolio.open(tmp_path / "b.yml")


def test_files_of_two_kinds_are_not_one_ledger(sales, tmp_path):
    (tmp_path / "clients.csv").write_text("Code;Nom\n1;A\n2;B\n")
    with pytest.raises(SourceError, match="mêmes colonnes"):
        drafted([sales, tmp_path / "clients.csv"])


def test_a_company_gets_an_identifier_from_the_file_name():
    assert company_id("Société Générale") == "societe-generale"
    assert company_id("§§§") == "societe"


@pytest.mark.parametrize(
    "generic", ["ventes.yml", "Ventes_2025-12.yml", "export factures été.yml", "params.yml", "fec.yml"]
)
def test_a_company_is_never_named_after_what_its_file_holds(tmp_path, generic):
    folder = tmp_path / "Dupont & Fils"
    folder.mkdir()
    (folder / "ventes.csv").write_text(SALES, "utf-8")
    out = tmp_path / generic
    whole = yaml_text(drafted([folder / "ventes.csv"]), out)
    write_yaml(whole, out)
    read = read_params(out).company
    assert (read.id, read.name) == ("dupont-fils", "Dupont & Fils")
    assert text("init.yaml.company_name", "fr") in whole  # somebody checks it


def test_where_nothing_names_the_company_a_blank_asks_for_it(tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "ventes.csv").write_text(SALES, "utf-8")
    out = tmp_path / "ventes.yml"
    write_yaml(yaml_text(drafted([folder / "ventes.csv"]), out), out)
    assert read_params(out).company.name == text("init.yaml.company_blank", "fr")


def test_a_file_of_entries_names_its_company_by_its_siren():
    assert company_names(Path("fec.yml"), [Path("data/732829320FEC20241231.txt")], "732829320")[:2] == (
        "siren-732829320",
        "SIREN 732829320",
    )
    assert company_names(Path("732829320FEC20241231.yml"), [], "732829320")[1] == "SIREN 732829320"
    assert company_names(Path("client_0042.yml"), [], "732829320") == ("client_0042", "client_0042", False)
    assert company_names(Path("株式会社.yml"))[1] == "株式会社"


def test_the_examples_of_the_names_hold():
    outcome = doctest.testmod(naming)
    assert outcome.attempted > 2 and outcome.failed == 0
