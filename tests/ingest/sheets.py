"""Sheets as people keep them, read as the company's YAML declares them: shared by the tests of tables and keys."""

from contextlib import contextmanager

import pandas as pd

from capclient.engine.duckdb import workspace
from capclient.ingest import tables
from capclient.ingest.sources import parts_of
from capclient.params import make_params
from capclient.schema import TABLES

HEADERS = {
    "customers": {
        "customer_id": "Code client", "name": "Raison sociale", "sector": "Secteur", "salesperson": "Commercial",
        "is_public": "Acheteur public", "wallet_amount": "Achats totaux", "potential_level": "Potentiel",
        "relation_type": "Type de relation", "rd_collab": "R&D", "insolvency_date": "Liquidation",
    },
    "contacts": {"customer_id": "Code client", "person": "Nom", "side": "Côté", "since": "Depuis", "until": "Jusqu'au"},
    "interactions": {
        "customer_id": "Code client", "date": "Date", "type": "Nature", "severity": "Gravité", "hours": "Heures",
        "score_nps": "Recommandation", "score_csat": "Satisfaction", "opened": "Ouverte le", "closed": "Close le",
        "called_back": "Rappelé le", "salesperson": "Commercial",
    },
    "contracts": {
        "contract_id": "N° contrat", "customer_id": "Code client", "start": "Début", "end": "Fin",
        "annual_amount": "Montant annuel", "renewed_by": "Renouvelé par",
    },
    "prospects": {
        "prospect_id": "N° affaire", "created": "Créée le", "amount": "Montant", "probability": "Probabilité",
        "closed_date": "Close le", "outcome": "Issue", "customer_id": "Code client",
    },
    "market": {
        "segment_type": "Axe", "segment": "Valeur", "year": "Année", "growth": "Croissance", "size": "Taille",
    },
    "cost_to_serve": {
        "customer_id": "Code client", "activity": "Activité", "driver_qty": "Nombre", "unit_cost": "Coût unitaire",
        "period": "Mois",
    },
    "targets": {"salesperson": "Commercial", "visits_per_year": "Visites par an", "cost_per_visit": "Coût visite"},
    "evidence": {
        "capability": "Capacité", "device": "Dispositif", "maturity": "Maturité", "evidence": "Preuve", "date": "Date",
    },
    "payments": {
        "payment_id": "N° règlement", "customer_id": "Code client", "invoice_id": "N° facture", "date": "Date",
        "amount": "Montant", "kind": "Nature",
    },
    "receivable_items": {
        "item_id": "N° pièce", "customer_id": "Code client", "invoice_id": "N° facture", "kind": "Nature",
        "date": "Date", "due_date": "Échéance", "amount": "Montant",
    },
    "allocations": {"debit_id": "Débit", "credit_id": "Crédit", "amount": "Montant", "date": "Date"},
}  # fmt: skip


class Sheets:
    """The tables of one company in a scratch store."""

    def __init__(self, con, work, folder):
        self.con, self.work, self.folder = con, work, folder
        self.parts = {}
        self.told = {}

    def write(self, name, *texts, merge=None, headers=None):
        """Write the CSV texts as sheets of a table, in their order, and return its report."""
        files = []
        for number, content in enumerate(texts):
            path = self.folder / f"{name}_{number}.csv"
            path.write_text(content, "utf-8")
            named = HEADERS[name] if headers is None else headers
            columns = {
                key: header for key, header in named.items() if header in content.split("\n")[0].split(";")
            }
            files.append({"path": path.name, "columns": columns})
        source = files[0] if len(files) == 1 else {"parts": files}
        content = {"company": {"id": "essai"}, "sources": {name: source}}
        if merge:
            content["identity"] = {"merge": merge}
        params = make_params(content, folder=self.folder, where="essai")
        parts = parts_of(self.con, params.sources[name], TABLES[name], self.folder, self.work, "EUR", {})
        self.parts[name] = parts
        self.told[name] = tables.write(self.con, TABLES[name], parts, params, self.folder)
        return self.told[name]

    def kept(self, name, *columns):
        """Return the rows that the store keeps: exact decimals, dates, None."""
        named = ", ".join(f'"{column}"' for column in columns)
        return self.con.execute(f"SELECT {named} FROM '{self.folder / name}.parquet'").fetchall()

    def rejected(self, name):
        """Return the rows that it does not: line, reason and text."""
        found = tables.rejected(self.con, TABLES[name], self.parts[name])
        return found[["line", "reason_code", "raw"]].values.tolist()

    def ledger(self, *lines):
        """Write invoice lines (client, name, invoice, amount, then contract and family) and the days of clients."""
        names = ["customer_id", "customer_name", "invoice_id", "amount_ht", "contract_id", "family"]
        frame = pd.DataFrame([(*line, *[None] * (len(names) - len(line))) for line in lines], columns=names)
        self.con.register("lines", frame.astype("str"))
        target = self.folder / "lines.parquet"
        self.con.execute(
            f"COPY (SELECT * REPLACE (amount_ht::DECIMAL(18,2) AS amount_ht) FROM lines) TO '{target}' (FORMAT parquet)"
        )
        self.con.execute(
            f"COPY (SELECT customer_id, DATE '2025-01-31' AS day, sum(amount_ht)::DECIMAL(18,2) AS revenue "
            f"FROM '{target}' GROUP BY 1) TO '{self.folder / 'customer_days.parquet'}' (FORMAT parquet)"
        )
        return "read_parquet('{folder}/lines.parquet')"


@contextmanager
def sheets(folder):
    """Give :class:`Sheets` over a connection of their own."""
    with workspace() as (con, work):
        yield Sheets(con, work, folder)
