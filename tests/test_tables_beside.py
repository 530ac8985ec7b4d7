"""Payments, exchanges and prospects: recognised by ``init``, read by the words people write above their columns."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
import yaml

from capclient.errors import SourceError
from capclient.ingest import ingest
from capclient.initiation import initiated
from capclient.params import read_params
from capclient.proposal import write_yaml
from capclient.proposal.beside import sorted_tables, yaml_lines

README = Path(__file__).resolve().parents[1] / "README.md"
INVOICES = "N° facture;Code client;Date facture;Date échéance;Montant HT;Montant TTC\n" + "".join(
    f"F{i};C{i % 4};{i % 28 + 1:02d}/03/2025;{i % 28 + 1:02d}/04/2025;{i}00,00;{i * 120},00\n"
    for i in range(1, 41)
)
PAYMENTS = "N° facture;Code client;Date règlement;Montant;Mode de paiement\n" + "".join(
    f"F{i};C{i % 4};{i % 28 + 1:02d}/05/2025;{i * 120},00;Virement\n" for i in range(1, 21)
)
VISITS = [["Code client", "Date", "Type", "Durée (h)"], ["C1", date(2025, 4, 1), "Visite", 2],
          ["C2", date(2025, 4, 2), "Appel", 1]]  # fmt: skip
SURVEYS = [["Code client", "Date enquête", "Note de recommandation (0-10)"], ["C1", date(2025, 5, 1), 9],
           ["C2", date(2025, 5, 2), 3]]  # fmt: skip
PROSPECTS = [["Prospect", "Date de création", "Étape", "Issue", "Montant estimé", "Probabilité"],
             ["P1", date(2025, 1, 5), "Négociation", "En cours", 900, 0.5],
             ["P2", date(2025, 2, 5), "Signature", "Gagné", 400, 1]]  # fmt: skip


@pytest.fixture
def files(tmp_path):
    (tmp_path / "factures.csv").write_text(INVOICES, "utf-8")
    (tmp_path / "reglements.csv").write_text(PAYMENTS, "utf-8")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in {"Visites": VISITS, "Enquêtes": SURVEYS, "Prospects": PROSPECTS}.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "crm.xlsx")
    return tmp_path


def proposed(folder, *names):
    found = initiated([folder / name for name in names], folder / "p.yml")
    write_yaml(found.yaml, folder / "p.yml", force=True)
    return found, yaml.safe_load(found.yaml)["sources"]


def table(store, name, what, where="true"):
    path = f"{store.folder}/{name}.parquet"
    return duckdb.sql(f"SELECT {what} FROM '{path}' WHERE {where} ORDER BY ALL").fetchall()


def read(folder, text):
    (folder / "p.yml").write_text(text, "utf-8")
    return ingest(read_params(folder / "p.yml"))


def notes(store):
    return [code for _, code, _ in store.report["notes"]]


def test_init_proposes_each_table_under_its_own_key_and_the_yaml_is_read_as_it_stands(files):
    found, sources = proposed(files, "factures.csv", "reglements.csv", "crm.xlsx")
    assert found.blocking == ()
    assert set(sources) == {"invoice_lines", "payments", "interactions", "prospects"}
    assert sources["payments"]["columns"]["date"] == "Date règlement"
    assert [part["sheet"] for part in sources["interactions"]["parts"]] == ["Visites", "Enquêtes"]
    assert sources["interactions"]["parts"][1]["constants"] == {"type": "survey"}
    store = ingest(read_params(files / "p.yml"))
    assert table(store, "payments", "count(*), sum(amount)") == [(20, Decimal("25200.00"))]
    assert table(store, "interactions", "type, score_nps") == [
        ("call", None), ("survey", 3), ("survey", 9), ("visit", None)]  # fmt: skip
    assert table(store, "prospects", "prospect_id, outcome") == [("P1", "open"), ("P2", "won")]


def test_payments_alone_are_never_proposed_as_invoices(files):
    found, sources = proposed(files, "reglements.csv")
    assert found.blocking == ("invoice_lines",)
    assert list(sources) == ["payments"]
    assert "Aucune facture parmi ces fichiers" in found.lines[-1]


def test_a_table_that_lacks_a_required_column_is_a_comment_to_complete(files):
    text = re.sub("(?m)^(.*?);.*?;", r"\1;", PAYMENTS)  # without the client
    (files / "reglements.csv").write_text(text, "utf-8")
    found, sources = proposed(files, "factures.csv", "reglements.csv")
    assert list(sources) == ["invoice_lines"]
    assert '#   path: "reglements.csv"' in found.yaml and '#     customer_id: ""' in found.yaml
    assert any("Il manque customer_id" in line for line in found.lines)


def test_a_workbook_may_hold_the_invoices_beside_the_clients(files):
    book = openpyxl.Workbook()
    book.active.title = "Clients"
    for row in [["Code client", "Raison sociale", "Secteur"], ["C1", "Un", "BTP"], ["C2", "Deux", "Négoce"]]:
        book.active.append(row)
    sales = book.create_sheet("Factures")
    for row in [["N° facture", "Code client", "Date facture", "Montant HT"], ["F1", "C1", date(2025, 1, 2), 100],
                ["F2", "C2", date(2025, 1, 3), 50]]:  # fmt: skip
        sales.append(row)
    book.save(files / "tout.xlsx")
    _, sources = proposed(files, "tout.xlsx")
    assert sources["invoice_lines"]["sheet"] == ["Factures"]
    assert sources["customers"]["sheet"] == "Clients"
    assert sources["customers"]["columns"] == {
        "customer_id": "Code client", "name": "Raison sociale", "sector": "Secteur"}  # fmt: skip


def test_an_export_that_says_when_each_invoice_was_paid_makes_the_accounts(files):
    lines = [f"{line};{'Oui' if at % 9 == 5 else 'Non'};{'' if at > 30 else '20/05/2025'}"
             for at, line in enumerate(INVOICES.splitlines()[1:])]  # fmt: skip
    head = INVOICES.splitlines()[0] + ";Litige;Date de règlement"
    (files / "factures.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")
    found, sources = proposed(files, "factures.csv")
    assert sources["payments"]["columns"]["amount"] == "Montant TTC"
    assert sources["receivable_items"]["columns"]["disputed"] == "Litige"
    assert any("dit quand chaque facture a été réglée" in line for line in found.lines)
    store = ingest(read_params(files / "p.yml"))
    assert table(store, "payments", "count(*)") == [(31,)]
    assert table(store, "receivable_items", "count(*) FILTER (disputed)") == [(4,)]
    assert table(store, "allocations", "sum(amount)") == [(Decimal(120 * sum(range(1, 32))),)]


def test_an_invoice_of_several_lines_tells_its_dispute_on_its_lines(files):
    head, *lines = INVOICES.splitlines()
    text = [f"{line};{'x' if at == 7 else ''}" for at, line in enumerate(lines)]
    text += [
        f"F{i};C{i % 4};{i % 28 + 1:02d}/03/2025;{i % 28 + 1:02d}/04/2025;{i}0,00;{i * 12},00;"
        for i in range(1, 13)
    ]
    (files / "factures.csv").write_text("\n".join([f"{head};Facture en litige", *text]) + "\n", "utf-8")
    _, sources = proposed(files, "factures.csv", "reglements.csv")
    assert sources["invoice_lines"]["columns"]["disputed"] == "Facture en litige"
    assert "receivable_items" not in sources
    store = ingest(read_params(files / "p.yml"))
    assert table(store, "receivable_items", "invoice_id, amount", "disputed") == [("F8", Decimal("1056.00"))]


def test_a_column_of_disputes_that_says_neither_yes_nor_no_is_set_aside(files):
    head, *lines = INVOICES.splitlines()
    text = [f"{line};{'en cours' if at % 3 else 'transigé'}" for at, line in enumerate(lines)]
    (files / "factures.csv").write_text("\n".join([f"{head};Litige", *text]) + "\n", "utf-8")
    found, sources = proposed(files, "factures.csv")
    assert "disputed" not in sources["invoice_lines"]["columns"]
    assert any("ne sont ni oui ni non" in line for line in found.lines)


def test_an_amount_without_tax_pays_nothing_until_the_user_says_so(files):
    lines = [";".join(line.split(";")[:5]) for line in INVOICES.splitlines()]
    text = "\n".join([f"{lines[0]};Réglé le", *(f"{line};20/05/2025" for line in lines[1:])])
    (files / "factures.csv").write_text(text + "\n", "utf-8")
    found, sources = proposed(files, "factures.csv")
    assert list(sources) == ["invoice_lines"]
    assert "#   payments:" in found.yaml or "# payments:" in found.yaml


BASE = (
    'company: {id: a}\nsources:\n  invoice_lines: {path: factures.csv, columns: {invoice_id: "N° facture", '
    "customer_id: Code client, invoice_date: Date facture, %s}}\n"
)


def test_an_export_with_tax_only_says_what_to_write_and_a_rate_reads_it_to_the_cent(files):
    with pytest.raises(SourceError, match=r"receivables: \{vat_rate: 0.20\}"):
        read(files, BASE % "amount_ttc: Montant TTC")
    store = read(files, BASE % "amount_ttc: Montant TTC" + "receivables: {vat_rate: 0.055}\n")
    exact = sum((Decimal(120 * i) / Decimal("1.055")).quantize(Decimal("0.01")) for i in range(1, 41))
    assert Decimal(str(store.report["quality"]["amount_kept"])) == exact
    assert "readers.ht_from_ttc" in notes(store)


def test_the_common_words_of_a_sheet_are_read_without_being_declared_and_it_is_said(files):
    store = read(files, BASE % "amount_ht: Montant HT" + "  interactions: {path: crm.xlsx, sheet: Visites}\n"
                 "  payments: {path: reglements.csv}\n")  # fmt: skip
    assert table(store, "interactions", "customer_id, type") == [("C1", "visit"), ("C2", "call")]
    assert table(store, "payments", "sum(amount)") == [(Decimal("25200.00"),)]
    assert notes(store).count("readers.read_as") == 6


def test_a_word_declared_for_another_column_is_not_taken_twice(files):
    with pytest.raises(SourceError, match="il manque à la table interactions : date"):
        read(files, BASE % "amount_ht: Montant HT"
             + "  interactions: {path: crm.xlsx, sheet: Visites, columns: {opened: Date}}\n")  # fmt: skip


def test_a_survey_export_needs_no_column_of_types(files):
    store = read(files, BASE % "amount_ht: Montant HT" + "  interactions: {path: crm.xlsx, sheet: Enquêtes, "
                 "columns: {date: Date enquête, score_nps: Note de recommandation (0-10)}}\n")  # fmt: skip
    assert table(store, "interactions", "type, score_nps") == [("survey", 3), ("survey", 9)]
    assert "readers.survey" in notes(store)


def test_a_constant_gives_every_line_the_same_word(files):
    source = (
        "  interactions: {path: crm.xlsx, sheet: Enquêtes, constants: {type: réclamation, channel: web}}\n"
    )
    store = read(files, BASE % "amount_ht: Montant HT" + source)
    assert table(store, "interactions", "DISTINCT type, channel") == [("claim", "web")]
    with pytest.raises(SourceError, match="constants ne peut pas donner"):
        read(files, BASE % "amount_ht: Montant HT" + source.replace("channel", "hours"))


def test_exchanges_without_a_type_are_told_how_to_give_one(files):
    (files / "x.csv").write_text("Code client;Date\nC1;01/02/2025\n", "utf-8")
    with pytest.raises(SourceError, match=r"constants: \{type: enquête\}"):
        read(files, BASE % "amount_ht: Montant HT" + "  interactions: {path: x.csv}\n")


def test_the_tables_of_the_readme_are_read_as_they_are_written(files):
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    (block,) = [text for text in blocks if "reglements.csv" in text]
    store = read(files, "company: {id: a}\n" + block)
    assert table(store, "payments", "count(*)") == [(20,)]
    assert [row[0] for row in table(store, "interactions", "type")] == ["call", "survey", "survey", "visit"]
    assert table(store, "prospects", "probability") == [(Decimal("0.5"),), (1,)]
    assert table(store, "allocations", "count(*)") == [(20,)]


def test_payments_beside_accounts_are_a_comment_for_they_would_count_twice(files):
    (sheet,) = sorted_tables([files / "reglements.csv"]).others
    found = sorted_tables([files / "reglements.csv"])
    assert sheet.table == "payments"
    assert "  payments:   # règlements" in yaml_lines(found, files / "p.yml")
    assert all(line.startswith("  # ") for line in yaml_lines(found, files / "p.yml", booked={"payments"}))


def test_quotes_flags_empty_columns_and_mixed_shares_are_proposed(tmp_path):
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheets = {
        "Devis": [["Code client", "Date devis", "Montant HT", "Statut"], ["C1", date(2025, 4, 1), 900, "Accepté"],
                  ["C2", date(2025, 4, 9), 400, "Refusé"]],
        "Enquêtes": [["Code client", "Date enquête", "Satisfaction (1-5)", "Réalisée par un commercial"],
                     ["C1", date(2025, 5, 1), 4, "Oui"], ["C2", date(2025, 5, 2), 3, "Non"]],
        "Réclamations": [["Code client", "Date réclamation", "Motif", "Montant du litige"],
                         ["C1", date(2025, 5, 1), "Retard", None]],
        "Prospects": [["Prospect", "Date de création", "Probabilité"], ["P1", date(2025, 1, 5), "20 %"],
                      ["P2", date(2025, 1, 6), 0.8]],
        "Clients": [["Code client", "Nom", "Public", "Adresse"], ["C1", "Mairie", "oui", "1 place Foch, 69001 Lyon"],
                    ["C2", "Durand", "non", ""]],
    }  # fmt: skip
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "crm.xlsx")
    (tmp_path / "factures.csv").write_text(INVOICES, "utf-8")
    _, sources = proposed(tmp_path, "factures.csv", "crm.xlsx")
    parts = {part["sheet"]: part for part in sources["interactions"]["parts"]}
    assert parts["Devis"]["constants"] == {"type": "quote"}
    assert parts["Devis"]["columns"] == {
        "customer_id": "Code client",
        "date": "Date devis",
        "amount": "Montant HT",
    }
    assert parts["Enquêtes"]["columns"]["asked_by_sales"] == "Réalisée par un commercial"
    assert parts["Réclamations"]["columns"]["amount"] == "Montant du litige"
    assert sources["prospects"]["columns"]["probability"] == "Probabilité"
    assert (
        sources["customers"]["columns"] | {"is_public": "Public", "address": "Adresse"}
        == sources["customers"]["columns"]
    )
    store = ingest(read_params(tmp_path / "p.yml"))
    assert table(store, "prospects", "probability::DOUBLE") == [(0.2,), (0.8,)]


def test_people_met_at_clients_are_no_clients_and_a_sheet_of_clients_may_say_since_when(files):
    (files / "clients.csv").write_text(
        "Code client;Raison sociale;SIREN;Secteur;Date de création\n"
        "C1;Boulangerie Le Goff;;Boulangerie;01/11/2023\nC2;Au Pain d'Antan;;Boulangerie;01/11/2023\n", "utf-8",
    )  # fmt: skip
    (files / "contacts.csv").write_text(
        "Code client;Nom;Prénom;Fonction;Opposé prospection\nC1;Riou;Anne;Achats;non\nC2;Madec;Jean;Gérant;oui\n",
        "utf-8",
    )
    _, sources = proposed(files, "factures.csv", "clients.csv", "contacts.csv")
    assert sources["customers"]["columns"]["name"] == "Raison sociale"
    assert sources["contacts"]["columns"] == {
        "customer_id": "Code client", "person": "Nom", "role": "Fonction", "opposed": "Opposé prospection"
    }  # fmt: skip
    store = ingest(read_params(files / "p.yml"))
    assert table(store, "contacts", "customer_id, opposed") == [("C1", False), ("C2", True)]
    _, alone = proposed(files, "factures.csv", "clients.csv")  # two files, as the README says
    assert alone["invoice_lines"]["path"] == "factures.csv" and alone["customers"]["path"] == "clients.csv"
