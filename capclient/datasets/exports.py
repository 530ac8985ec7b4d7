"""The files as real tools give them: title rows, total rows, French numbers, cp1252, Excel sheets by year."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from capclient.datasets.accounts import write_accounts
from capclient.datasets.company import AS_OF, YEARS, Company
from capclient.datasets.names import articles
from capclient.datasets.relation_files import (
    SHEET_COLUMNS,
    UNWANTED,
    declared_columns,
    write_relation,
    write_service_relation,
)
from capclient.datasets.sheets import Sheet, french, french_dates, total_of, write_csv, write_workbook, yes_no

_TYPES = {"invoice": "Facture", "credit_note": "Avoir"}
_SETTLEMENTS = {"payment": "Règlement", "reject": "Rejet", "loss": "Perte"}
_THOUSANDS_FROM = 2023  # the year in which the tool began to group thousands

WHOLESALER_HEADER = (
    "N° facture", "Date facture", "Code client", "Nom client", "Code article", "Désignation", "Famille",
    "Qté",
    "PU HT", "Montant HT", "Prix de revient", "Commercial", "Type", "Échéance", "Montant TTC", "Facture d'origine",
)  # fmt: skip
SERVICES_HEADER = (
    "Numéro", "Date", "Échéance", "N° client", "Client", "Type", "Contrat", "Nature", "Libellé", "Récurrent",
    "Total HT", "TVA", "Total TTC", "Coût",
)  # fmt: skip
WORKSHOP_HEADER = (
    "Numéro", "Ligne", "Type", "Date", "Client", "Prestation", "Quantité", "Prix unitaire HT", "Total HT",
)  # fmt: skip


def write_files(company: Company, folder: Path) -> None:
    """Write every file of a company into an existing folder."""
    _WRITERS[company.id](company, folder)


def _wholesaler(company: Company, folder: Path) -> None:
    lines = company.invoice_lines
    designation = {code: name for code, name, _ in articles()}
    for year in YEARS:
        one = lines[lines["invoice_date"].dt.year == year]
        grouped = year >= _THOUSANDS_FROM
        columns = [
            one["invoice_id"], french_dates(one["invoice_date"]), one["customer_id"], one["customer_name"],
            one["product"], one["product"].map(designation), one["family"], one["qty"].astype("int64"),
            french(one["unit_price"]), french(one["amount_ht"], grouped), french(one["cost"], grouped),
            one["salesperson"], one["doc_type"].map(_TYPES), french_dates(one["due_date"]),
            french(one["amount_ttc"], grouped), one["credited_invoice_id"],
        ]  # fmt: skip
        sums = {
            name: french(pd.Series([total_of(one[column])]), grouped).iloc[0]
            for name, column in (
                ("Montant HT", "amount_ht"),
                ("Prix de revient", "cost"),
                ("Montant TTC", "amount_ttc"),
            )
        }
        total = [{"N° facture": "TOTAL GENERAL", **sums}.get(name, "") for name in WHOLESALER_HEADER]
        write_csv(folder / f"ventes_{year}.csv", WHOLESALER_HEADER, columns, total)
    paid, market, customers = company.payments, company.market, company.customers
    assert paid is not None and market is not None and customers is not None
    write_csv(
        folder / "reglements.csv",
        ("N° règlement", "Code client", "N° facture", "Date règlement", "Montant réglé", "Mode", "Nature"),
        [paid["payment_id"], paid["customer_id"], paid["invoice_id"], french_dates(paid["date"]),
         french(paid["amount"]), paid["method"], paid["kind"].map(_SETTLEMENTS)],
    )  # fmt: skip
    growth = market["growth"].map("{:.4f}".format).str.replace(".", ",")
    write_csv(
        folder / "marche.csv",
        ("Type de segment", "Segment", "Année", "Croissance", "Taille"),
        [market["segment_type"], market["segment"], market["year"], growth, market["size"].astype("int64")],
    )
    write_workbook(folder / "clients.xlsx", {"Clients": Sheet(
        ("Fournitures Industrielles du Rhône", "Fichier clients", f"Édité le {AS_OF:%d/%m/%Y}"),
        ("Code client", "Raison sociale", "Groupe", "Segment", "Secteur d'activité", "Type de client",
         "Région",
         "Pays", "Commercial", "Conditions de règlement", "Client divers", *SHEET_COLUMNS.values(), UNWANTED),
        [*(customers[name] for name in (
            "customer_id", "name", "group_id", "segment", "sector", "customer_type", "region", "country",
            "salesperson", "payment_terms")), yes_no(customers["is_pool"]), *declared_columns(customers),
         yes_no(customers["opposed"])],
    )})  # fmt: skip
    write_relation(company, folder)


def _services(company: Company, folder: Path) -> None:
    lines, customers, contracts = company.invoice_lines, company.customers, company.contracts
    assert customers is not None and contracts is not None
    sheets = {}
    for year in YEARS:
        one = lines[lines["invoice_date"].dt.year == year]
        money = ("amount_ht", "vat", "amount_ttc", "cost")
        sheets[str(year)] = Sheet(
            ("Atlantique Maintenance Services", f"Journal des factures émises en {year}"),
            SERVICES_HEADER,
            [*(one[name] for name in (
                "invoice_id", "invoice_date", "due_date", "customer_id", "customer_name")),
             one["doc_type"].map(_TYPES), one["contract_id"], one["activity"], one["product"],
             yes_no(one["recurring"]), *(one[name] for name in money)],
            ["TOTAL", *[None] * 9, *(total_of(one[name]) for name in money)],
        )  # fmt: skip
    write_workbook(folder / "factures.xlsx", sheets)
    write_workbook(folder / "contrats.xlsx", {"Contrats": Sheet(
        ("Suivi des contrats d'entretien",),
        ("N° contrat", "N° client", "Début", "Fin", "Date de préavis", "Date d'appel d'offres",
         "Montant annuel HT", "Récurrent", "Renouvelé par", "Institutions", "Activité d'origine", "Partenaires"),
        [*(contracts[name] for name in (
            "contract_id", "customer_id", "start", "end", "notice_date", "tender_date",
         "annual_amount")), yes_no(contracts["recurring"]), contracts["renewed_by"],
         contracts["n_institutions"], yes_no(contracts["is_initial_activity"]), contracts["partners"]],
    )})  # fmt: skip
    write_workbook(folder / "clients.xlsx", {"Clients": Sheet(
        ("Liste des clients",),
        ("N° client", "Nom", "Secteur", "Acheteur public", "Région", "Pays", "Chargé d'affaires"),
        [customers["customer_id"], customers["name"], customers["sector"], yes_no(customers["is_public"]),
         customers["region"], customers["country"], customers["salesperson"]],
    )})  # fmt: skip
    paid = company.payments
    assert paid is not None
    write_workbook(folder / "encaissements.xlsx", {"Encaissements": Sheet(
        ("Atlantique Maintenance Services", f"Encaissements arrêtés au {AS_OF:%d/%m/%Y}"),
        ("N° règlement", "N° client", "Facture", "Date", "Nature", "Mode", "Montant"),
        [paid["payment_id"], paid["customer_id"], paid["invoice_id"], paid["date"], paid["kind"].map(_SETTLEMENTS),
         paid["method"], paid["amount"]],
        ["TOTAL", *[None] * 5, total_of(paid["amount"])],
    )})  # fmt: skip
    write_service_relation(company, folder)
    (folder / "fec").mkdir()
    write_accounts(lines, paid, folder / "fec")


def _workshop(company: Company, folder: Path) -> None:
    lines = company.invoice_lines
    table = pd.DataFrame(dict(zip(WORKSHOP_HEADER, (
        lines["invoice_id"], lines["line_id"], lines["doc_type"].map(_TYPES),
        lines["invoice_date"].dt.strftime("%Y-%m-%d"), lines["customer_name"], lines["product"],
        lines["qty"].map("{:.0f}".format), lines["unit_price"].map("{:.2f}".format),
        lines["amount_ht"].map("{:.2f}".format),
    ), strict=True)))  # fmt: skip
    table.to_csv(
        folder / "facturation.csv",
        index=False,
        encoding="utf-8-sig",
        quoting=csv.QUOTE_ALL,
        lineterminator="\r\n",
    )


_WRITERS: dict[str, Callable[[Company, Path], None]] = {
    "grossiste": _wholesaler,
    "services": _services,
    "atelier": _workshop,
}
