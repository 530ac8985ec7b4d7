"""The files of the simulated companies: same bytes, true totals, readable parameters, no race."""

import filecmp
import subprocess
import sys
import unicodedata
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import python_calamine

from capclient import datasets
from capclient.datasets.exports import SERVICES_HEADER, WHOLESALER_HEADER, WORKSHOP_HEADER
from capclient.params import read_params
from capclient.schema import TABLES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("companies")
    for company in datasets.COMPANIES:
        datasets.write_company(company, made)
    return made


def cents(amounts: pd.Series) -> int:
    return int((amounts * 100).round().astype("int64").sum())


def french(text: str) -> Decimal:
    return Decimal(text.replace("\u00a0", "").replace(",", "."))


@pytest.mark.parametrize("company", datasets.COMPANIES)
def test_two_runs_give_the_same_bytes(company: str, folder: Path, tmp_path: Path) -> None:
    datasets.write_company(company, tmp_path)
    written = sorted(
        path.relative_to(folder / company).as_posix()
        for path in (folder / company).rglob("*")
        if path.is_file()
    )
    again = [
        path.relative_to(tmp_path / company) for path in (tmp_path / company).rglob("*") if path.is_file()
    ]
    assert sorted(path.as_posix() for path in again) == written
    _, differing, unreadable = filecmp.cmpfiles(folder / company, tmp_path / company, written, shallow=False)
    assert (differing, unreadable) == ([], [])


@pytest.mark.parametrize("company", datasets.COMPANIES)
def test_the_tables_bear_canonical_names_and_money_is_exact_to_the_cent(company: str) -> None:
    made = datasets.simulate(company)
    for name in ("invoice_lines", "customers", "payments", "contracts", "market"):
        table = getattr(made, name)
        if table is not None:
            unknown = set(table.columns) - set(TABLES[name].names)
            assert not unknown and set(TABLES[name].required) <= set(table.columns)
    amounts = made.invoice_lines["amount_ht"]
    assert ((amounts * 100).round() / 100 == amounts).all()


@pytest.mark.parametrize("company", datasets.COMPANIES)
def test_every_mapped_column_and_every_path_of_the_parameters_exists(company: str, folder: Path) -> None:
    params = read_params(folder / f"{company}.yml")
    headers = {"grossiste": WHOLESALER_HEADER, "services": SERVICES_HEADER, "atelier": WORKSHOP_HEADER}[
        company
    ]
    assert params.period.as_of is not None and params.period.as_of.isoformat() == "2025-12-31"
    for name, source in params.sources.items():
        for part in source.parts:
            assert list(folder.glob(part.path))
            assert set(part.columns) <= set(TABLES[name].names)
    assert set(params.sources["invoice_lines"].parts[0].columns.values()) <= set(headers)


def test_the_wholesaler_exports_by_year_in_cp1252_with_a_total_row_that_is_right(folder: Path) -> None:
    lines = datasets.simulate("grossiste").invoice_lines
    for year in range(2021, 2026):
        content = (folder / "grossiste" / f"ventes_{year}.csv").read_bytes()
        rows = [row.split(";") for row in content.decode("cp1252").split("\r\n")[:-1]]
        assert tuple(rows[0]) == WHOLESALER_HEADER
        assert rows[-1][0] == "TOTAL GENERAL"
        one = lines[lines["invoice_date"].dt.year == year]
        assert len(rows) - 2 == len(one)
        expected = Decimal(cents(one["amount_ht"])) / 100
        assert sum(french(row[9]) for row in rows[1:-1]) == expected == french(rows[-1][9])
        with_vat = Decimal(cents(one["amount_ttc"])) / 100
        assert sum(french(row[14]) for row in rows[1:-1]) == with_vat == french(rows[-1][14])
        assert (b"\xa0" in content) == (year >= 2022)  # identifiers first, thousands from 2023


def test_the_other_files_of_the_wholesaler_hold_what_the_tables_hold(folder: Path) -> None:
    made = datasets.simulate("grossiste")
    assert made.payments is not None and made.customers is not None and made.market is not None
    paid = pd.read_csv(
        folder / "grossiste/reglements.csv",
        sep=";",
        encoding="cp1252",
        decimal=",",
        dtype={"Code client": str},
    )
    assert cents(paid["Montant réglé"]) == cents(made.payments["amount"])
    rows = python_calamine.CalamineWorkbook.from_path(folder / "grossiste/clients.xlsx").get_sheet_by_name(
        "Clients"
    )
    table = rows.to_python()
    assert table[3][:2] == ["Code client", "Raison sociale"]
    assert [row[0] for row in table[4:]] == made.customers["customer_id"].tolist()
    assert len((folder / "grossiste/marche.csv").read_text("cp1252").splitlines()) == len(made.market) + 1


def test_the_columns_that_every_export_had_before_the_relation_was_kept_have_not_moved(folder: Path) -> None:
    """The ledger and the clients came first: what was added stands to the right of them."""
    assert WHOLESALER_HEADER[-3:] == ("Échéance", "Montant TTC", "Facture d'origine")
    book = python_calamine.CalamineWorkbook.from_path(folder / "grossiste/clients.xlsx")
    header = book.get_sheet_by_name("Clients").to_python()[3]
    assert header[10:12] == ["Client divers", "Encours autorisé"] and len(header) == 25
    book = python_calamine.CalamineWorkbook.from_path(folder / "services/contrats.xlsx")
    header = book.get_sheet_by_name("Contrats").to_python()[1]
    assert header[8:] == ["Renouvelé par", "Institutions", "Activité d'origine", "Partenaires"]


def test_exchanges_and_prospects_are_written_in_words_that_the_reader_knows(folder: Path) -> None:
    made = datasets.simulate("grossiste")
    for name, table in (("echanges", made.interactions), ("prospects", made.prospects)):
        text = (folder / "grossiste" / f"{name}.csv").read_bytes().decode("cp1252")
        rows = [row.split(";") for row in text.split("\r\n")[:-1]]
        assert (
            table is not None and len(rows) == len(table) + 1 and {len(row) for row in rows} == {len(rows[0])}
        )
        params = read_params(folder / "grossiste.yml")
        part = params.sources["interactions" if name == "echanges" else name].parts[0]
        assert set(part.columns.values()) <= set(rows[0])
        for column, header in part.columns.items():
            words = TABLES["interactions" if name == "echanges" else name].column(column).words
            known = {word for _, others in words for word in others}
            said = {bare(row[rows[0].index(header)]) for row in rows[1:]} - {""}
            assert not known or said <= known, header


def bare(text: str) -> str:
    """Without capitals and accents, as cells are compared with the words of a code."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def test_the_services_have_a_sheet_a_year_with_titles_above_and_a_total_below(folder: Path) -> None:
    lines = datasets.simulate("services").invoice_lines
    book = python_calamine.CalamineWorkbook.from_path(folder / "services/factures.xlsx")
    assert book.sheet_names == ["2021", "2022", "2023", "2024", "2025"]
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        assert tuple(rows[2]) == SERVICES_HEADER and rows[-1][0] == "TOTAL"
        one = lines[lines["invoice_date"].dt.year == int(name)]
        assert [row[3] for row in rows[3:-1]] == one["customer_id"].tolist()  # zeros kept
        assert round(sum(row[10] for row in rows[3:-1]) * 100) == cents(one["amount_ht"])
        assert round(rows[-1][10] * 100) == cents(one["amount_ht"])


def test_the_workshop_exports_utf8_with_bom_and_only_names(folder: Path) -> None:
    content = (folder / "atelier/facturation.csv").read_bytes()
    assert content.startswith(b'\xef\xbb\xbf"Num')
    table = pd.read_csv(folder / "atelier/facturation.csv", encoding="utf-8-sig")
    lines = datasets.simulate("atelier").invoice_lines
    assert tuple(table.columns) == WORKSHOP_HEADER and table["Client"].nunique() == 25
    assert cents(table["Total HT"]) == cents(lines["amount_ht"])


def test_nothing_is_rewritten_when_this_version_stands_and_an_old_one_is_replaced(tmp_path: Path) -> None:
    params = datasets.write_company("atelier", tmp_path)
    ledger = tmp_path / "atelier" / "facturation.csv"
    before = (ledger.stat().st_mtime_ns, params.stat().st_mtime_ns)
    datasets.write_company("atelier", tmp_path)
    assert (ledger.stat().st_mtime_ns, params.stat().st_mtime_ns) == before
    (tmp_path / "atelier" / "version.txt").write_text("old\n")
    ledger.write_text("stale")
    datasets.write_company("atelier", tmp_path)
    assert ledger.stat().st_size > 1000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["atelier", "atelier.yml"]


def test_the_demonstration_is_safe_when_several_processes_ask_for_it(tmp_path: Path) -> None:
    command = "from capclient.datasets import demo_params; print(demo_params('atelier'))"
    environment = {"CAPCLIENT_CACHE": str(tmp_path), "PATH": "", "SYSTEMROOT": ""}
    asked = [
        subprocess.Popen([sys.executable, "-c", command], env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = {process.communicate(timeout=60)[0].strip() for process in asked}
    assert [process.returncode for process in asked] == [0, 0, 0]
    (params,) = answers
    assert read_params(Path(params)).company.id == "atelier"
    assert not [path for path in Path(params).parent.iterdir() if path.name.startswith(".")]


def test_the_key_is_nowhere_beside_the_files_of_a_company(folder: Path, tmp_path: Path) -> None:
    key = datasets.write_answer_key("atelier", tmp_path / "keys" / "answer_key.json")
    assert key.read_bytes() == datasets.write_answer_key("atelier", tmp_path / "again.json").read_bytes()
    assert not list(folder.rglob("*.json"))


def test_an_unknown_company_is_refused_with_the_names_of_those_that_exist() -> None:
    with pytest.raises(ValueError, match="grossiste, services, atelier"):
        datasets.simulate("epicier")
