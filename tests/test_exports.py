"""Exports as French companies have them: ``init``, the YAML it writes, then every euro in its place.

Each file is built here, cell by cell, with a total known beforehand; what ``init`` leaves to the user is answered
by uncommenting a line of the YAML, as a person would.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from capclient.errors import SourceError
from capclient.ingest import ingest
from capclient.params import read_params
from capclient.proposal import Draft, drafted, write_yaml, yaml_text


class Company:
    """One export, from the file to the ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.yml = folder, folder / "societe.yml"

    def text(self, content: str, name: str = "ventes.csv", encoding: str = "utf-8") -> Path:
        (self.folder / name).write_bytes(content.encode(encoding))
        return self.folder / name

    def sheet(
        self, rows: list[list[object]], merges: tuple[str, ...] = (), name: str = "ventes.xlsx", **more: list
    ) -> Path:
        book = openpyxl.Workbook()
        book.active.title = "Feuil1"
        for title, lines in {"Feuil1": rows, **more}.items():
            page = book.active if title == "Feuil1" else book.create_sheet(title)
            for line in lines:
                page.append(line)
        for merge in merges:
            book["Feuil1"].merge_cells(merge)
        book.save(self.folder / name)
        return self.folder / name

    def init(self, path: Path) -> Draft:
        draft = drafted([path])
        write_yaml(yaml_text(draft, self.yml), self.yml)
        return draft

    def answer(self, line: str) -> None:
        """Uncomment one line of the YAML."""
        text = self.yml.read_text("utf-8")
        assert text.count(f"# {line}") == 1, text
        self.yml.write_text(text.replace(f"# {line}", line), "utf-8")

    def ledger(self) -> dict[str, object]:
        store = ingest(read_params(self.yml))
        told = dict(store.report["quality"])
        told["rejects"] = {code: number for code, number, _ in told["rejects_by_reason"]}
        lines = store.report["lines"].replace("{folder}", str(store.folder))
        rows = duckdb.sql(f"SELECT customer_id, sum(amount_ht) FROM {lines} GROUP BY 1 ORDER BY 1").fetchall()
        told["clients"] = {name: total for name, total in rows}
        return told


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def mapping(draft: Draft) -> dict[str, str]:
    return {item.canonical: item.header for item in draft.chosen}


def said(draft: Draft) -> str:
    return "\n".join(draft.lines)


# ---- software exports -----------------------------------------------------------------------------------


def test_odoo_list_of_invoices_leaves_drafts_and_cancelled_ones_out(company: Company) -> None:
    head = ["Numéro", "Nom d'affichage du partenaire de la facture", "Date de facturation", "Date d'échéance",
            "Montant hors taxes signé", "Total signé", "Montant dû signé", "État du paiement", "Statut"]  # fmt: skip
    rows: list[list[object]] = [
        ["FAC/25/00001", "Azur", date(2025, 1, 3), date(2025, 2, 2), 1200.5, 1440.6, 0, "Payé", "Comptabilisé"],
        ["FAC/25/00002", "Deco", date(2025, 1, 14), date(2025, 2, 13), 300, 360, 360, "Non payé", "Comptabilisé"],
        ["RFAC/25/00001", "Azur", date(2025, 1, 20), date(2025, 1, 20), -200.5, -240.6, 0, "Payé", "Comptabilisé"],
        ["/", "Gemini", None, None, 999, 1198.8, 1198.8, "Non payé", "Brouillon"],
        ["FAC/25/00003", "Gemini", date(2025, 2, 1), date(2025, 3, 1), 77, 92.4, 0, "Non payé", "Annulé"],
    ]  # fmt: skip
    draft = company.init(company.sheet([head, *rows]))
    assert draft.blocking == []
    assert mapping(draft) == {
        "invoice_id": "Numéro", "customer_id": head[1], "invoice_date": "Date de facturation",
        "due_date": "Date d'échéance", "amount_ht": "Montant hors taxes signé", "amount_ttc": "Total signé",
        "status": "Statut",
    }  # fmt: skip
    assert "« Brouillon » (1)" in said(draft)
    told = company.ledger()
    assert told["clients"] == {"Azur": Decimal("1000.00"), "Deco": Decimal("300.00")}
    assert told["rejects"] == {"draft": 1, "cancelled": 1}
    assert told["lines_bad"] == 0
    assert told["amount_rejected"] == 1076


def test_odoo_in_english_is_read_too(company: Company) -> None:
    draft = company.init(company.text(
        '"Number","Invoice Partner Display Name","Invoice Date","Due Date","Untaxed Amount Signed","Total Signed",'
        '"Status"\n'
        '"INV/2025/00001","Azur","2025-01-03","2025-02-02","100.00","120.00","Posted"\n'
        '"INV/2025/00002","Deco","2025-01-14","2025-02-13","50.10","60.12","Posted"\n'
        '"","Deco","2025-01-14","","9.00","10.80","Draft"\n'
    ))  # fmt: skip
    assert draft.blocking == []
    assert company.ledger()["amount_kept"] == 150.10


DOLIBARR = (
    "Réf. facture;Tiers;Code client;Type;Date facture;Date échéance;Total HT;Total TVA;Total TTC;État;"
    "Description ligne;Qté ligne;Total HT ligne;Total TVA ligne;Total TTC ligne\n"
)


def test_dolibarr_invoices_with_lines_never_counts_the_invoice_total_twice(company: Company) -> None:
    rows = []
    for number in range(1, 7):
        first, second = 100 * number, Decimal("50.25") * number
        total = first + second
        head = f"FA2501-{number:04d};Tiers {number % 2};CU2501-0000{number % 2};Facture standard;"
        head += f"{number + 12:02d}/01/2025;28/02/2025;{total};{total * Decimal('0.2'):.2f};"
        head += f"{total * Decimal('1.2'):.2f};Payée"
        for amount in (first, second):
            vat = Decimal(amount) * Decimal("0.2")
            rows.append(f"{head};Pose;1;{amount};{vat:.2f};{amount + vat:.2f}")
    rows.append("(PROV12);Tiers 0;CU2501-00000;Facture standard;30/01/2025;;10;2;12;Brouillon;Pose;1;10;2;12")
    draft = company.init(company.text(DOLIBARR + "\n".join(rows).replace(".", ",") + "\n"))
    assert mapping(draft)["amount_ht"] == "Total HT ligne"
    assert mapping(draft)["vat"] == "Total TVA ligne"
    assert mapping(draft)["customer_id"] == "Code client"
    assert draft.set_aside["Total HT"].code == "init.refused.repeated"
    assert draft.set_aside["Total HT"].facts["column"] == "Total HT ligne"
    assert draft.blocking == []
    told = company.ledger()
    assert told["amount_kept"] == 3155.25  # 21 × 150,25
    assert told["rejects"] == {"draft": 1}


def test_dolibarr_list_keeps_an_unknown_state_and_says_so(company: Company) -> None:
    draft = company.init(company.text(
        "Réf.;Tiers;Code client;Date facture;Échéance;Total HT;TVA;Total TTC;État\n"
        "FA1;Dupont;CU1;15/01/2025;15/02/2025;1 000,00;200,00;1 200,00;Payée\n"
        "FA2;Martin;CU2;16/01/2025;16/02/2025;500,00;100,00;600,00;Impayée\n"
        "FA3;Martin;CU2;17/01/2025;17/02/2025;70,00;14,00;84,00;Abandonnée\n"
    ))  # fmt: skip
    assert "Total HT + TVA = Total TTC sur 3 lignes" in said(draft)
    assert "« Abandonnée » (1)" in said(draft)
    told = company.ledger()
    assert told["amount_kept"] == 1570
    assert told["rejects"] == {}


def test_sage_lines_in_cp1252_with_positive_credit_notes(company: Company) -> None:
    draft = company.init(company.text(
        "Type de pièce;N° pièce;Date pièce;N° compte tiers;Intitulé client;Référence article;Désignation;Quantité;"
        "Prix unitaire HT;Montant HT\r\n"
        "Facture;FA00001;03/01/2025;CDUPONT;Société Dupont & Fils;VIS12;Vis à tête;10;1,50;15,00\r\n"
        "Facture;FA00001;03/01/2025;CDUPONT;Société Dupont & Fils;ECR12;Écrou;4;2,25;9,00\r\n"
        "Avoir;AV00001;14/01/2025;CDUPONT;Société Dupont & Fils;VIS12;Vis à tête;2;1,50;3,00\r\n"
        "Facture;FA00002;20/01/2025;CMARTIN;Martin;VIS12;Vis à tête;1;1,50;1,50\r\n",
        encoding="cp1252",
    ))  # fmt: skip
    assert mapping(draft)["doc_type"] == "Type de pièce"
    assert "Quantité × Prix unitaire HT sur 4 lignes" in said(draft)
    told = company.ledger()
    assert told["clients"] == {"CDUPONT": Decimal("21.00"), "CMARTIN": Decimal("1.50")}


def test_sage_list_with_a_subtotal_a_client_and_headers_on_each_page(company: Company) -> None:
    head = "Code client;Nom client;N° facture;Date;Montant HT\n"
    draft = company.init(company.text(
        "SARL DUVAL;;;;\nVentes du 01/01/2025 au 31/01/2025;;;;\n" + head
        + "C1;DUPONT;F1;03/01/2025;120,00\nC1;DUPONT;F2;14/01/2025;80,50\nTotal DUPONT;;;;200,50\n"
        + head + "C2;MARTIN;F3;15/01/2025;10,00\nTotal MARTIN;;;;10,00\nTOTAL GÉNÉRAL;;;;210,50\n"
    ))  # fmt: skip
    told = company.ledger()
    assert draft.blocking == []
    assert told["clients"] == {"C1": Decimal("200.50"), "C2": Decimal("10.00")}
    assert told["rejects"] == {"total_row": 3, "repeated_header": 1}
    assert told["lines_bad"] == 0


def test_ebp_documents_with_quotes_orders_and_a_discount(company: Company) -> None:
    head = ["Type document", "N° document", "Date document", "Code client", "Nom du client", "Code article",
            "Libellé", "Quantité", "PV HT", "% remise", "Montant net HT", "Taux TVA", "Montant TTC"]  # fmt: skip
    rows: list[list[object]] = [
        ["Facture", "FA001", date(2025, 1, 3), "00012", "Paul", "A1", "Farine", 10, 12, 10, 108, 5.5, 113.94],
        ["Facture", "FA001", date(2025, 1, 3), "00012", "Paul", "A2", "Levure", 2, 5, 0, 10, 5.5, 10.55],
        ["Facture", "FA002", date(2025, 1, 17), "00013", "Café", "A1", "Farine", 1, 12, 5, 11.4, 20, 13.68],
        ["Devis", "DE001", date(2025, 1, 18), "00013", "Café", "A1", "Farine", 100, 12, 0, 1200, 20, 1440],
        ["Bon de livraison", "BL01", date(2025, 1, 19), "00013", "Café", "A1", "Farine", 1, 12, 0, 12, 20, 14.4],
        ["Facture pro forma", "PF01", date(2025, 1, 20), "00013", "Café", "A1", "Farine", 1, 12, 0, 12, 20, 14.4],
    ]  # fmt: skip
    draft = company.init(company.sheet([head, *rows]))
    assert draft.blocking == []
    assert mapping(draft)["amount_ht"] == "Montant net HT"
    assert "vat" not in mapping(draft)
    assert "remise déduite" in said(draft)
    told = company.ledger()
    assert told["clients"] == {"00012": Decimal("118.00"), "00013": Decimal("11.40")}
    assert told["rejects"] == {"quote": 1, "delivery_note": 1, "proforma": 1}


def test_quickbooks_transactions_by_customer(company: Company) -> None:
    rows: list[list[object]] = [
        ["SARL Les Volets Bleus"], ["Liste des transactions par client"], ["janvier - mars 2025"], [],
        [None, "Date", "Type de transaction", "N°", "Échéance", "Montant HT"],
        ["Dupont SARL"],
        [None, date(2025, 1, 3), "Facture", "1001", date(2025, 2, 3), 1200],
        [None, date(2025, 2, 14), "Avoir", "1003", None, -200],
        [None, date(2025, 2, 20), "Paiement", "", None, -1000],
        ["Total pour Dupont SARL", None, None, None, None, 0],
        ["Martin"],
        [None, date(2025, 3, 15), "Facture", "1002", date(2025, 4, 15), 50.25],
        ["Total pour Martin", None, None, None, None, 50.25],
        ["TOTAL", None, None, None, None, 50.25],
    ]  # fmt: skip
    draft = company.init(company.sheet(rows))
    assert draft.shape.fill_down == ("colonne_1",)
    assert mapping(draft)["customer_id"] == "colonne_1"
    assert draft.blocking == []
    told = company.ledger()
    assert told["clients"] == {"Dupont SARL": Decimal("1000.00"), "Martin": Decimal("50.25")}
    assert told["rejects"] == {"total_row": 3, "group_row": 2, "payment": 1}
    assert told["lines_bad"] == 0


def test_pennylane_list_is_read_without_a_question(company: Company) -> None:
    draft = company.init(company.text(
        "Numéro de facture,Client,Date d'émission,Date d'échéance,Montant HT,Montant TVA,Montant TTC,Statut\n"
        'F-2025-001,Atelier Nord,2025-01-03,2025-02-02,"1 200,00","240,00","1 440,00",Payée\n'
        'F-2025-002,Studio Sud,2025-01-20,2025-02-19,"99,90","19,98","119,88",En retard\n'
        'F-2025-003,Studio Sud,2025-01-21,,"10,00","2,00","12,00",Brouillon\n'
    ))  # fmt: skip
    assert draft.blocking == []
    assert "aucun code client : le nom en tient lieu" in said(draft)
    told = company.ledger()
    assert (told["amount_kept"], told["rejects"]) == (1299.9, {"draft": 1})


# ---- tables made by hand --------------------------------------------------------------------------------


def test_months_as_dates_with_totals_become_lines(company: Company) -> None:
    months = [date(2024, month, 1) for month in range(1, 13)]
    rows: list[list[object]] = [["CA HT par client"], [], ["Client", "Commercial", *months, "Total"]]
    for at, name in enumerate(("Dupont", "Martin", "Leroy"), 1):
        cells = [at * 10.1 + month if (at + month) % 3 else None for month in range(12)]
        rows.append([name, "Léa", *cells, sum(cell or 0 for cell in cells)])
    total = [sum(row[at] or 0 for row in rows[3:]) for at in range(2, 15)]
    draft = company.init(company.sheet([*rows, ["TOTAL", None, *total]]))
    assert (draft.shape.wide.by, draft.blocking) == ("month", [])
    assert "12 colonnes de mois" in said(draft)
    told = company.ledger()
    assert told["amount_kept"] == pytest.approx(total[-1], abs=0.001)
    assert (told["first_day"], told["last_day"], told["lines_kept"]) == ("2024-01-31", "2024-12-31", 24)
    assert ["no_invoice_id", 24] in [row[:2] for row in told["oddities"]]


@pytest.mark.parametrize(
    "heads", [("janv.-24", "févr.-24", "mars-24"), ("01/2024", "02/2024", "03/2024"), ("2024-01", "2024-02", "2024-03"),
              ("Janvier 2024", "Février 2024", "Mars 2024"), ("Jan 24", "Feb 24", "Mar 24"),
              ("CA janv. 2024", "CA févr. 2024", "CA mars 2024"), ("01/01/2024", "01/02/2024", "01/03/2024")],
)  # fmt: skip
def test_every_way_to_write_a_month_is_one(company: Company, heads: tuple[str, ...]) -> None:
    draft = company.init(company.text(f"Client;{';'.join(heads)}\nDupont;100,50;;20\nMartin;;-5,25;0,00\n"))
    assert draft.blocking == []
    told = company.ledger()
    assert told["clients"] == {"Dupont": Decimal("120.50"), "Martin": Decimal("-5.25")}
    assert (told["first_day"], told["last_day"], told["lines_kept"]) == ("2024-01-31", "2024-03-31", 3)


def test_years_are_yearly_figures_and_nothing_more(company: Company) -> None:
    draft = company.init(company.text(
        "Code client;Client;CA 2022;CA 2023;CA 2024;Total\nC1;Dupont;100;200;300;600\nC2;Martin;;50;;50\n"
        "TOTAL;;100;250;300;650\n"
    ))  # fmt: skip
    assert draft.shape.wide.by == "year"
    assert "chiffres annuels seulement" in said(draft)
    told = company.ledger()
    assert told["clients"] == {"C1": Decimal("600.00"), "C2": Decimal("50.00")}
    notes = ingest(read_params(company.yml)).report["notes"]
    assert "readers.wide_year" in [code for _, code, _ in notes]


def test_months_without_year_take_it_from_the_title_or_ask(company: Company) -> None:
    body = "Client;Janvier;Février;Mars\nDupont;10;20;30\nMartin;1;;3\n"
    draft = company.init(company.text("Chiffre d’affaires 2023;;;\n" + body))
    assert (draft.shape.wide.year, draft.blocking) == ("2023", [])
    assert company.ledger()["last_day"] == "2023-03-31"
    asked = drafted([company.text(body, "sans.csv")])
    assert asked.blocking == ["wide"]
    assert "donnez-la" in said(asked)


def test_years_merged_above_their_months(company: Company) -> None:
    rows: list[list[object]] = [
        [None, 2023, None, 2024, None],
        ["Client", "Janvier", "Février", "Janvier", "Février"],
        ["Dupont", 1, 2, 3, 4],
        ["Martin", 10, None, None, 40],
    ]
    draft = company.init(company.sheet(rows, ("B1:C1", "D1:E1")))
    assert draft.blocking == []
    told = company.ledger()
    assert (told["amount_kept"], told["first_day"], told["last_day"]) == (60, "2023-01-31", "2024-02-29")


def test_several_measures_side_by_side_are_refused(company: Company) -> None:
    path = company.text("Client;CA 2023;CA 2024;Marge 2023;Marge 2024\nDupont;100;200;30;40\n")
    with pytest.raises(SourceError, match="plusieurs mesures") as error:
        drafted([path])
    assert "ca: CA 2023, CA 2024" in str(error.value)


def test_a_total_that_does_not_add_up_names_its_cells(company: Company) -> None:
    draft = company.init(company.text(
        "Client;janv.-24;févr.-24;mars-24;Total\nDupont;100,00;;20,00;120,00\nMartin;5,00;5,00;5,00;25,00\n"
        "TOTAL;105,00;5,00;25,00;145,00\n"
    ))  # fmt: skip
    assert "« Total », 3 : 25.00 ≠ 15.00" in said(draft)
    with pytest.raises(SourceError, match="ne sont pas la somme"):
        company.ledger()
    text = company.yml.read_text("utf-8").replace("wide: {by: month}", "wide: {by: month, totals: ignore}")
    company.yml.write_text(text, "utf-8")
    assert company.ledger()["amount_kept"] == 135


# ---- clients written once -------------------------------------------------------------------------------


def test_a_client_merged_over_its_lines_and_an_amount_that_is_not(company: Company) -> None:
    rows: list[list[object]] = [
        ["Code", "Client", "Facture", "Date", "Montant HT"],
        [12, "Dupont", "F1", date(2025, 1, 3), 100],
        [None, None, "F2", date(2025, 1, 13), 50],
        [13, "Martin", "F3", date(2025, 1, 20), 70],
        [None, None, "F3", date(2025, 1, 20), None],
    ]
    draft = company.init(company.sheet(rows, ("A2:A3", "B2:B3", "A4:A5", "B4:B5", "E4:E5")))
    assert mapping(draft)["customer_id"] == "Client"
    told = company.ledger()
    assert told["clients"] == {"Dupont": Decimal("150.00"), "Martin": Decimal("70.00")}
    assert told["rejects"] == {"missing_amount": 1}  # one amount merged over two lines was invoiced once


def test_a_client_on_its_first_line_only_is_filled_down_where_subtotals_prove_it(company: Company) -> None:
    draft = company.init(company.text(
        "Client;N° facture;Date facture;Montant HT\n"
        "Dupont;F1;03/01/2025;100,00\n;F2;14/01/2025;50,00\nTotal Dupont;;;150,00\n"
        "Martin;F3;15/01/2025;70,00\n;F4;16/01/2025;1,00\nTotal Martin;;;71,00\n"
    ))  # fmt: skip
    assert draft.shape.fill_down == ("Client",)
    assert company.ledger()["clients"] == {"Dupont": Decimal("150.00"), "Martin": Decimal("71.00")}


def test_blank_clients_without_proof_are_a_question(company: Company) -> None:
    draft = company.init(company.text(
        "Client;N° facture;Date facture;Montant HT\n"
        "Dupont;F1;03/01/2025;100,00\n;F2;14/01/2025;50,00\nMartin;F3;15/01/2025;70,00\n;F4;16/01/2025;1,00\n"
    ))  # fmt: skip
    assert (draft.shape.fill_down, draft.shape.perhaps) == ((), ("Client",))
    assert company.ledger()["lines_unassigned"] == 2
    company.answer('fill_down: ["Client"]')
    assert company.ledger()["clients"] == {"Dupont": Decimal("150.00"), "Martin": Decimal("71.00")}


# ---- with tax or without --------------------------------------------------------------------------------

LINES = [("F1", "03/01/2025", 100), ("F2", "14/01/2025", 250), ("F3", "20/01/2025", 1000)]


def amounts(*columns: Callable[[int], str]) -> str:
    return "".join(
        f"{number};C{number};{day};" + ";".join(column(amount) for column in columns) + "\n"
        for number, day, amount in LINES
    )


def test_total_alone_is_settled_by_the_tax_beside_it(company: Company) -> None:
    head = "Facture;Code client;Date;Total;TVA\n"
    draft = company.init(company.text(head + amounts(str, lambda amount: f"{amount * 0.2:.2f}")))
    assert mapping(draft)["amount_ht"] == "Total"
    assert "hors taxes" in said(draft)
    assert company.ledger()["amount_kept"] == 1350
    other = drafted(
        [company.text(head + amounts(lambda a: f"{a * 1.2:.2f}", lambda a: f"{a * 0.2:.2f}"), "b.csv")]
    )
    assert mapping(other)["amount_ttc"] == "Total" and "amount_ht" not in mapping(other)
    assert "amount_ht" in other.blocking
    assert "est TTC et aucune colonne n’est hors taxes" in said(other)


def test_total_beside_an_amount_without_tax_is_the_one_with_tax(company: Company) -> None:
    draft = company.init(company.text(
        "Facture;Code client;Date;Montant HT;Total\n" + amounts(str, lambda amount: f"{amount * 1.2:.2f}")
    ))  # fmt: skip
    assert (mapping(draft)["amount_ht"], mapping(draft)["amount_ttc"]) == ("Montant HT", "Total")


def test_an_amount_that_nothing_explains_is_left_to_the_user(company: Company) -> None:
    draft = company.init(company.text("Facture;Code client;Date;Montant\n" + amounts(str)))
    assert draft.blocking == ["amount_ht"]
    assert "hors taxes ou TTC ? Rien dans le fichier ne le dit" in said(draft)
    with pytest.raises(SourceError, match="amount_ht"):
        company.ledger()
    company.answer('amount_ht: "Montant"')
    assert company.ledger()["amount_kept"] == 1350


def test_a_discount_beside_quantity_and_price_blocks(company: Company) -> None:
    draft = company.init(company.text(
        "Facture;Code client;Date;Qté;PU HT;Remise\n"
        "F1;C1;03/01/2025;10;5,00;10\nF2;C2;14/01/2025;4;2,50;0\n"
    ))  # fmt: skip
    assert draft.blocking == ["unit_price"]
    assert "quantité × prix serait trop élevé" in said(draft)


def test_rates_of_tax_are_no_tax(company: Company) -> None:
    draft = company.init(company.text(
        "Facture;Code client;Date;Montant HT;TVA;Montant TTC\n"
        "F1;C1;03/01/2025;100,00;20;120,00\nF2;C2;14/01/2025;200,00;5,5;211,00\n"
    ))  # fmt: skip
    assert draft.set_aside["TVA"].code == "init.refused.rate"
    assert "vat" not in mapping(draft)
    assert mapping(draft)["amount_ht"] == "Montant HT"


def test_an_invoice_total_on_each_line_is_never_proposed_even_alone(company: Company) -> None:
    lines = "".join(
        f"F{number};C1;{number + 12:02d}/01/2025;{article};{100 * number},00\n"
        for number in range(1, 8)
        for article in ("Vis", "Écrou")
    )
    draft = company.init(company.text("N° facture;Code client;Date;Article;Total HT\n" + lines))
    assert draft.set_aside["Total HT"].code == "init.refused.constant"
    assert draft.blocking == ["amount_ht"]


# ---- the rest -------------------------------------------------------------------------------------------


def test_thousands_of_euros_are_read_where_the_whole_column_says_so(company: Company) -> None:
    head = "N° facture;Code client;Date;Montant HT\n"
    company.init(company.text(head + "F1;C1;03/01/2025;12 k€\nF2;C2;14/01/2025;1,2 M€\n"))
    assert company.ledger()["amount_kept"] == 1_212_000


@pytest.mark.parametrize(
    "content",
    [
        "N° facture;Client;Date;CA HT (k€)\nF1;Dupont;13/01/2025;1,5\nF2;Martin;14/01/2025;n.c.\n",
        "Ventes en milliers d’euros;;;\nN°;Client;Date;CA HT\nF1;Dupont;13/01/2025;1,5\nF2;Martin;14/01/2025;x\n",
        "CA HT en k€;;\nClient;2023;2024\nDupont;1,2;0,3\nMartin;;-\n",
    ],
)
def test_a_table_in_thousands_says_so_in_its_title_or_header(company: Company, content: str) -> None:
    draft = company.init(company.text(content.replace("n.c.", "").replace(";x", ";")))
    assert (draft.unit, draft.blocking) == ("k", [])
    assert "annonce des k€" in said(draft)
    assert company.ledger()["clients"] == {"Dupont": Decimal("1500.00")}


HOSTILE = 'Client\n  evil: "!!python/object:os.system"  # '


def test_names_of_columns_and_cells_never_become_yaml_or_commands(company: Company) -> None:
    rows: list[list[object]] = [
        ["N° facture", HOSTILE, "Date", "Montant HT", "\x1b[2J}{x}"],
        ["F1", "=cmd|' /C calc'!A0", date(2025, 1, 13), 10, "\x1b]0;a\x07"],
        ["F2", "{premier}", date(2025, 1, 14), 5, ""],
    ]
    content = "\n".join(
        ";".join(f'"{str(cell).replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows
    )
    draft = company.init(company.text(content))
    assert "\x1b" not in said(draft) + company.yml.read_text("utf-8")
    assert "evil" not in read_params(company.yml).sources
    assert company.ledger()["clients"] == {
        "=cmd|' /C calc'!A0": Decimal("10.00"),
        "{premier}": Decimal("5.00"),
    }


def test_a_column_partly_in_thousands_is_not_guessed(company: Company) -> None:
    (company.folder / "p.yml").write_text(
        "company: {id: p}\nsources:\n  invoice_lines:\n    path: p.csv\n    columns: {invoice_id: N, customer_id: C, "
        "invoice_date: D, amount_ht: M}\n"
    )
    company.text("N;C;D;M\nF1;C1;03/01/2025;12 k€\nF2;C2;14/01/2025;350\nF3;C2;14/01/2025;7\n", "p.csv")
    company.yml = company.folder / "p.yml"
    assert company.ledger()["rejects"] == {"unreadable_amount": 1}


def test_a_list_without_invoice_numbers_asks_for_nothing_else(company: Company) -> None:
    draft = company.init(
        company.text("Date;Client;Montant HT\n03/01/2025;Dupont;10,00\n14/01/2025;Dupont;5,50\n")
    )
    assert draft.blocking == ["invoice_id"]
    company.answer('invoice_id: ""')
    told = company.ledger()
    assert (told["amount_kept"], told["lines_kept"]) == (15.5, 2)


def test_a_sheet_a_year_is_one_ledger(company: Company) -> None:
    head = ["N° facture", "Client", "Date", "Montant HT"]
    path = company.sheet(
        [head, ["F1", "Dupont", date(2023, 5, 3), 10], ["TOTAL", None, None, 10]],
        **{"2024": [head, ["F2", "Dupont", date(2024, 5, 3), 20.5]], "Notes": [["À relancer"]]},
    )
    draft = company.init(path)
    assert draft.blocking == []
    assert company.ledger()["amount_kept"] == 30.5


def test_several_currencies_are_told_with_their_counts(company: Company) -> None:
    draft = company.init(company.text(
        "N° facture;Client;Date;Montant HT;Devise\nF1;Dupont;03/01/2025;10,00;EUR\nF2;Smith;14/01/2025;20,00;USD\n"
    ))  # fmt: skip
    assert "Plusieurs devises : EUR (1), USD (1)" in said(draft)
    company.answer("exchange_rates: {USD: 1}")
    assert company.ledger()["amount_kept"] == 30


def test_a_single_foreign_currency_becomes_that_of_the_company(company: Company) -> None:
    company.init(company.text("N° facture;Client;Date;Montant HT;Devise\nF1;Dupont;13/01/2025;10,00;CHF\n"))
    assert read_params(company.yml).company.currency == "CHF"
