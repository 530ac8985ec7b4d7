"""The files of the simulated companies read with plain pandas: nothing of the analysis is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

POOL = "DIVERS"  # the counter: a code that many buyers share


@dataclass(frozen=True)
class Files:
    """What the wholesaler's files say, one table a file; ``sheet``: the clients, with the columns of the workbook."""

    lines: pd.DataFrame
    paid: pd.DataFrame
    talks: pd.DataFrame
    served: pd.DataFrame
    market: pd.DataFrame
    sheet: pd.DataFrame
    economics: dict


def wholesaler(folder: Path) -> Files:
    """Read the files of the wholesaler."""
    parts = [_csv(path, totals=1) for path in sorted(folder.glob("ventes_*.csv"))]
    sales, paid, talks = pd.concat(parts), _csv(folder / "reglements.csv"), _csv(folder / "echanges.csv")
    served, market = _csv(folder / "couts_de_service.csv"), _csv(folder / "marche.csv")
    sheet = pd.read_excel(folder / "clients.xlsx", header=3, dtype=str, engine="openpyxl")
    sheet = sheet.set_index("Code client")
    return Files(
        lines=pd.DataFrame(
            {
                "customer": _code(sales["Code client"]), "invoice": sales["N° facture"],
                "day": _day(sales["Date facture"]), "kind": sales["Type"], "product": sales["Code article"],
                "amount": _number(sales["Montant HT"]), "ttc": _number(sales["Montant TTC"]),
                "cost": _number(sales["Prix de revient"]), "due": _day(sales["Échéance"]),
                "credited": sales["Facture d'origine"],
            }
        ).reset_index(drop=True),
        paid=pd.DataFrame(
            {
                "customer": _code(paid["Code client"]), "invoice": paid["N° facture"], "kind": paid["Nature"],
                "day": _day(paid["Date règlement"]), "amount": _number(paid["Montant réglé"]),
            }
        ),
        talks=pd.DataFrame(
            {
                "customer": _code(talks["Code client"]), "day": _day(talks["Date"]), "kind": talks["Nature"],
                "severity": talks["Gravité"], "cost": _number(talks["Coût"]), "opened": _day(talks["Ouvert le"]),
                "closed": _day(talks["Clos le"]), "nps": _number(talks["Recommandation (0 à 10)"]),
            }
        ),
        served=pd.DataFrame(
            {
                "customer": _code(served["Code client"]), "year": served["Période"],
                "cost": _number(served["Quantité"]) * _number(served["Coût unitaire"]),
            }
        ),
        market=pd.DataFrame(
            {
                "segment": market["Segment"], "year": market["Année"].astype(int),
                "growth": _number(market["Croissance"]),
            }
        ),
        sheet=sheet,
        economics=yaml.safe_load((folder.parent / "grossiste.yml").read_text("utf-8"))["economics"],
    )  # fmt: skip


def services_lines(folder: Path) -> pd.DataFrame:
    """Read the invoices of the services company."""
    sheets = _book(folder / "factures.xlsx", None, 2)
    raw = pd.concat([sheet[sheet["Numéro"] != "TOTAL"] for sheet in sheets.values()])
    return pd.DataFrame(
        {
            "customer": raw["N° client"], "invoice": raw["Numéro"], "day": pd.to_datetime(raw["Date"]),
            "kind": raw["Type"], "amount": raw["Total HT"].astype(float), "ttc": raw["Total TTC"].astype(float),
            "cost": raw["Coût"].astype(float), "due": pd.to_datetime(raw["Échéance"]), "contract": raw["Contrat"],
            "product": raw["Libellé"],
        }
    ).reset_index(drop=True)  # fmt: skip


def services_sheet(folder: Path) -> pd.DataFrame:
    """Read the list of clients of the services company."""
    return _book(folder / "clients.xlsx", "Clients", 1).set_index("N° client")


def services_talks(folder: Path) -> pd.DataFrame:
    """Read what the services company writes down of its meetings."""
    raw = _book(folder / "suivi.xlsx", "Échanges", 1)
    return pd.DataFrame(
        {"customer": raw["N° client"], "day": pd.to_datetime(raw["Date"]), "kind": raw["Nature"]}
    )


def _csv(path: Path, *, totals: int = 0) -> pd.DataFrame:
    rows = pd.read_csv(path, sep=";", encoding="cp1252", dtype=str)
    return rows.iloc[: len(rows) - totals]


def _book(path: Path, sheet: str | None, titles: int) -> Any:
    return pd.read_excel(path, sheet_name=sheet, header=titles, dtype={"N° client": str}, engine="openpyxl")


def _code(said: pd.Series) -> pd.Series:
    return said.str.strip(" \u00a0\u202f").replace("", np.nan)


def _day(said: pd.Series) -> pd.Series:
    return pd.to_datetime(said, format="%d/%m/%Y")


def _number(said: pd.Series) -> pd.Series:
    bare = said.str.replace("[ \u00a0\u202f]", "", regex=True).str.replace(",", ".")
    return pd.to_numeric(bare)
