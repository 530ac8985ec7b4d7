"""The files as real tools give them: title rows, total rows, French numbers, cp1252, Excel sheets by year."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from capclient.datasets.accounts import write_accounts
from capclient.datasets.company import AS_OF, YEARS, Company
from capclient.datasets.names import articles

_TYPES = {"invoice": "Facture", "credit_note": "Avoir"}
_MADE = datetime(2026, 1, 5, 8, 30)  # a fixed day: a workbook holds the date of its making
_THOUSANDS_FROM = 2023  # the year in which the tool began to group thousands

WHOLESALER_HEADER = (
    "N° facture", "Date facture", "Code client", "Nom client", "Code article", "Désignation", "Famille",
    "Qté",
    "PU HT", "Montant HT", "Prix de revient", "Commercial", "Type", "Échéance",
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
            one["invoice_id"], _french_dates(one["invoice_date"]), one["customer_id"], one["customer_name"],
            one["product"], one["product"].map(designation), one["family"], one["qty"].astype("int64"),
            _french(one["unit_price"]), _french(one["amount_ht"], grouped), _french(one["cost"], grouped),
            one["salesperson"], one["doc_type"].map(_TYPES), _french_dates(one["due_date"]),
        ]  # fmt: skip
        sums = {
            name: _french(pd.Series([_total(one[column])]), grouped).iloc[0]
            for name, column in (("Montant HT", "amount_ht"), ("Prix de revient", "cost"))
        }
        total = [{"N° facture": "TOTAL GENERAL", **sums}.get(name, "") for name in WHOLESALER_HEADER]
        _write_csv(folder / f"ventes_{year}.csv", WHOLESALER_HEADER, columns, total)
    paid, market, customers = company.payments, company.market, company.customers
    assert paid is not None and market is not None and customers is not None
    _write_csv(
        folder / "reglements.csv",
        ("N° règlement", "Code client", "N° facture", "Date règlement", "Montant réglé", "Mode"),
        [paid["payment_id"], paid["customer_id"], paid["invoice_id"], _french_dates(paid["date"]),
         _french(paid["amount"]), paid["method"]],
    )  # fmt: skip
    growth = market["growth"].map("{:.4f}".format).str.replace(".", ",")
    _write_csv(
        folder / "marche.csv",
        ("Type de segment", "Segment", "Année", "Croissance", "Taille"),
        [market["segment_type"], market["segment"], market["year"], growth, market["size"].astype("int64")],
    )
    _write_workbook(folder / "clients.xlsx", {"Clients": _Sheet(
        ("Fournitures Industrielles du Rhône", "Fichier clients", f"Édité le {AS_OF:%d/%m/%Y}"),
        ("Code client", "Raison sociale", "Groupe", "Segment", "Secteur d'activité", "Type de client",
         "Région",
         "Pays", "Commercial", "Conditions de règlement", "Client divers"),
        [*(customers[name] for name in (
            "customer_id", "name", "group_id", "segment", "sector", "customer_type", "region", "country",
            "salesperson", "payment_terms")), _yes_no(customers["is_pool"])],
    )})  # fmt: skip


def _services(company: Company, folder: Path) -> None:
    lines, customers, contracts = company.invoice_lines, company.customers, company.contracts
    assert customers is not None and contracts is not None
    sheets = {}
    for year in YEARS:
        one = lines[lines["invoice_date"].dt.year == year]
        money = ("amount_ht", "vat", "amount_ttc", "cost")
        sheets[str(year)] = _Sheet(
            ("Atlantique Maintenance Services", f"Journal des factures émises en {year}"),
            SERVICES_HEADER,
            [*(one[name] for name in (
                "invoice_id", "invoice_date", "due_date", "customer_id", "customer_name")),
             one["doc_type"].map(_TYPES), one["contract_id"], one["activity"], one["product"],
             _yes_no(one["recurring"]), *(one[name] for name in money)],
            ["TOTAL", *[None] * 9, *(_total(one[name]) for name in money)],
        )  # fmt: skip
    _write_workbook(folder / "factures.xlsx", sheets)
    _write_workbook(folder / "contrats.xlsx", {"Contrats": _Sheet(
        ("Suivi des contrats d'entretien",),
        ("N° contrat", "N° client", "Début", "Fin", "Date de préavis", "Date d'appel d'offres",
         "Montant annuel HT", "Récurrent", "Renouvelé par"),
        [*(contracts[name] for name in (
            "contract_id", "customer_id", "start", "end", "notice_date", "tender_date",
         "annual_amount")), _yes_no(contracts["recurring"]), contracts["renewed_by"]],
    )})  # fmt: skip
    _write_workbook(folder / "clients.xlsx", {"Clients": _Sheet(
        ("Liste des clients",),
        ("N° client", "Nom", "Secteur", "Acheteur public", "Région", "Pays", "Chargé d'affaires"),
        [customers["customer_id"], customers["name"], customers["sector"], _yes_no(customers["is_public"]),
         customers["region"], customers["country"], customers["salesperson"]],
    )})  # fmt: skip
    (folder / "fec").mkdir()
    write_accounts(lines, folder / "fec")


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


def _write_csv(
    path: Path, header: Sequence[str], columns: Sequence[pd.Series], total: Sequence[str] | None = None
) -> None:
    """Write a CSV as Excel for Windows does in France: semicolons, cp1252, CRLF."""
    table = pd.DataFrame(dict(zip(header, columns, strict=True)))
    text = table.to_csv(sep=";", index=False, lineterminator="\r\n")
    if total:
        text += ";".join(total) + "\r\n"
    path.write_bytes(text.encode("cp1252"))


class _Sheet:
    """A sheet: title rows, a header, columns and maybe a row of totals."""

    def __init__(
        self,
        titles: Sequence[str],
        header: Sequence[str],
        columns: Sequence[pd.Series],
        total: Sequence[Any] | None = None,
    ) -> None:
        self.titles, self.header, self.total = titles, header, total
        self.columns = [_cells(column) for column in columns]


def _write_workbook(path: Path, sheets: dict[str, _Sheet]) -> None:
    """Write a workbook of texts, numbers and dates; nothing that begins with ``=`` becomes a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _MADE})
        bold = book.add_format({"bold": True})
        for name, content in sheets.items():
            sheet = book.add_worksheet(name)
            for row, title in enumerate(content.titles):
                sheet.write(row, 0, title, bold)
            top = len(content.titles)
            sheet.write_row(top, 0, content.header, bold)
            for place, column in enumerate(content.columns):
                sheet.write_column(top + 1, place, column)
            if content.total:
                sheet.write_row(top + 1 + len(content.columns[0]), 0, content.total, bold)


def _cells(column: pd.Series) -> list[Any]:
    """Return values as a workbook takes them: datetime, number, text, None for what is missing."""
    values = column.dt.to_pydatetime() if column.dtype.kind == "M" else column
    return [None if pd.isna(value) else value for value in values]


def _total(amounts: pd.Series) -> float:
    """Return the sum of amounts, exact to the cent."""
    return int((amounts * 100).round().astype("int64").sum()) / 100


def _french(amounts: pd.Series, grouped: bool = False) -> pd.Series:
    """Write amounts with a decimal comma; thousands by U+00A0, which cp1252 knows, if ``grouped``."""
    text = amounts.map(("{:,.2f}" if grouped else "{:.2f}").format)
    return text.str.replace(".", ";").str.replace(",", "\u00a0").str.replace(";", ",")


def _french_dates(dates: pd.Series) -> pd.Series:
    return dates.dt.strftime("%d/%m/%Y")


def _yes_no(flags: pd.Series) -> pd.Series:
    return flags.map({True: "Oui", False: "Non"})
