"""The files that tell of the relation with clients, as the tools of a French firm export them: codes in words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from capclient.datasets.company import AS_OF, Company
from capclient.datasets.sheets import Sheet, french, french_dates, write_csv, write_workbook, yes_no

KINDS = {
    "visit": "Visite", "call": "Appel", "mail": "Courriel", "claim": "Réclamation", "dispute": "Litige",
    "survey": "Enquête", "quote": "Devis", "hotline": "Assistance", "listening": "Écoute",
}  # fmt: skip
OUTCOMES = {"won": "Gagné", "lost": "Perdu", "open": "En cours"}
_AMOUNTS = {"high": "Élevé", "moderate": "Modéré", "low": "Faible", "none": "Aucun"}
_WORDS = {
    "wallet_level": {"small": "Petite", "moderate": "Moyenne", "large": "Grande"},
    "potential_level": _AMOUNTS,
    "learning": _AMOUNTS,
    "relation_type": {"partnership": "Partenariat", "recurring": "Récurrent", "endangered": "En danger"},
    "service_need": {"full": "Total", "specialised": "Spécialisé", "basic": "De base"},
    "ease": {"easy": "Facile", "medium": "Moyen", "challenging": "Stimulant"},
    "outlook": {"growth": "Croissance", "stability": "Stabilité", "failure": "Échec"},
    "rd_collab": {"ongoing": "En cours", "emerging": "Émergente", "none": "Aucune"},
}
_MATURITIES = {1.0: "Informel", 2.0: "Formel", 3.0: "Mesuré", 4.0: "Amélioré"}
SHEET_COLUMNS = {  # of the clients' file, after those that every export has
    "credit_limit": "Encours autorisé", "wallet_amount": "Achats totaux estimés", "wallet_date": "Estimés le",
    "wallet_level": "Notre part", "potential_level": "Potentiel", "relation_type": "Relation",
    "service_need": "Besoin de service", "decision_criteria": "Critères de décision", "ease": "Collaboration",
    "outlook": "Perspectives", "rd_collab": "R&D commune", "learning": "Apprentissage",
    "competitors_known": "Concurrents connus",
}  # fmt: skip
UNWANTED = "Ne plus solliciter"
EXCHANGES_HEADER = (
    "Code client", "Date", "Nature", "Phase", "Gravité", "Coût", "Heures", "Recommandation (0 à 10)",
    "Satisfaction (1 à 5)", "Demandé par le commercial", "Ouvert le", "Clos le", "Rappelé le", "Montant", "Canal",
    "Motif", "Engagement", "Auteur",
)  # fmt: skip
PROSPECTS_HEADER = (
    "N° prospect", "Société", "Origine", "Créé le", "Étape", "Montant annuel", "Probabilité", "Clos le", "Issue",
    "Code client", "Commercial",
)  # fmt: skip


def declared_columns(customers: pd.DataFrame) -> list[pd.Series]:
    """Return the columns of ``SHEET_COLUMNS`` as a salesperson fills them in."""
    return [
        customers[name].map(_WORDS[name]) if name in _WORDS else customers[name] for name in SHEET_COLUMNS
    ]


def write_exchanges(met: pd.DataFrame, path: Path) -> None:
    """Write ``interactions`` as a customer-relationship tool exports it."""
    severity = met["severity"].map({"major": "Majeure", "minor": "Mineure"})
    write_csv(path, EXCHANGES_HEADER, [
        met["customer_id"], french_dates(met["date"]), met["type"].map(KINDS), met["phase"], severity,
        french(met["cost"]), _hours(met["hours"]), _whole(met["score_nps"]), _whole(met["score_csat"]),
        yes_no(met["asked_by_sales"]), *(french_dates(met[name]) for name in ("opened", "closed", "called_back")),
        french(met["amount"], grouped=True), met["channel"], met["cause"], met["promise_id"], met["salesperson"],
    ])  # fmt: skip


def write_prospects(table: pd.DataFrame, path: Path) -> None:
    """Write ``prospects``: probabilities in percent, as salespeople think of them."""
    share = (table["probability"] * 100).round().astype("int64").astype(str) + " %"
    write_csv(path, PROSPECTS_HEADER, [
        table["prospect_id"], table["name"], table["source"], french_dates(table["created"]), table["stage"],
        french(table["amount"], grouped=True), share, french_dates(table["closed_date"]),
        table["outcome"].map(OUTCOMES), table["customer_id"], table["salesperson"],
    ])  # fmt: skip


def write_relation(company: Company, folder: Path) -> None:
    """Write every file of the relation that the wholesaler keeps."""
    met, costs, file = company.interactions, company.cost_to_serve, company.prospects
    people, proofs, asked = company.contacts, company.evidence, company.targets
    assert met is not None and costs is not None and file is not None
    assert people is not None and proofs is not None and asked is not None
    write_exchanges(met, folder / "echanges.csv")
    write_prospects(file, folder / "prospects.csv")
    write_csv(
        folder / "couts_de_service.csv", ("Code client", "Activité", "Quantité", "Coût unitaire", "Période"),
        [costs["customer_id"], costs["activity"], costs["driver_qty"].astype("int64"), french(costs["unit_cost"]),
         costs["period"]],
    )  # fmt: skip
    side = people["side"].map({"theirs": "Client", "ours": "Nous"})
    maturity = proofs["maturity"].map(_MATURITIES)
    write_workbook(folder / "relation.xlsx", {
        "Interlocuteurs": Sheet(
            (f"Interlocuteurs, édité le {AS_OF:%d/%m/%Y}",),
            ("Code client", "Personne", "Fonction", "Côté", "Depuis", "Jusqu'au", UNWANTED),
            [people["customer_id"], people["person"], people["role"], side, people["since"], people["until"],
             yes_no(people["opposed"])],
        ),
        "Objectifs": Sheet(
            ("Objectifs des commerciaux",), ("Commercial", "Visites par an", "Coût d'une visite"),
            [asked[name] for name in ("salesperson", "visits_per_year", "cost_per_visit")],
        ),
        "Preuves": Sheet(
            ("Ce que nous pouvons montrer",), ("Code", "Dispositif", "Niveau", "Preuve", "Date", "Responsable"),
            [proofs["capability"], proofs["device"], maturity, proofs["evidence"], proofs["date"], proofs["owner"]],
        ),
    })  # fmt: skip


def write_service_relation(company: Company, folder: Path) -> None:
    """Write what the services company keeps: a workbook filled in by hand, no tool behind it."""
    met, file, people = company.interactions, company.prospects, company.contacts
    assert met is not None and file is not None and people is not None
    severity = met["severity"].map({"major": "Majeure", "minor": "Mineure"})
    write_workbook(folder / "suivi.xlsx", {
        "Échanges": Sheet(
            ("Suivi des clients",),
            ("N° client", "Date", "Nature", "Gravité", "Heures", "Note sur 10", "Demandé par le commercial",
             "Ouvert le", "Clos le", "Montant", "Motif", "Chargé d'affaires"),
            [met["customer_id"], met["date"], met["type"].map(KINDS), severity, met["hours"], met["score_nps"],
             yes_no(met["asked_by_sales"]), met["opened"], met["closed"], met["amount"], met["cause"],
             met["salesperson"]],
        ),
        "Prospects": Sheet(
            ("Appels d'offres et demandes",),
            ("N°", "Origine", "Créé le", "Étape", "Montant annuel HT", "Clos le", "Issue", "N° client",
             "Chargé d'affaires"),
            [file["prospect_id"], file["source"], file["created"], file["stage"], file["amount"],
             file["closed_date"], file["outcome"].map(OUTCOMES), file["customer_id"], file["salesperson"]],
        ),
        "Interlocuteurs": Sheet(
            ("Qui appeler",), ("N° client", "Personne", "Fonction", "Depuis", "Jusqu'au"),
            [people[name] for name in ("customer_id", "person", "role", "since", "until")],
        ),
    })  # fmt: skip


def _hours(hours: pd.Series) -> pd.Series:
    return hours.map("{:.1f}".format, na_action="ignore").str.replace(".", ",")


def _whole(marks: pd.Series) -> pd.Series:
    return marks.map("{:.0f}".format, na_action="ignore")
