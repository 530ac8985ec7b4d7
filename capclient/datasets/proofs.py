"""Who knows whom at the clients of the wholesaler, what its salespeople are asked for, and what proves its habits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets.clients import each
from capclient.datasets.company import AS_OF
from capclient.datasets.names import SALESPEOPLE

SEED = 20_250_116
_FIRST = (
    "Alice",
    "Hugo",
    "Nadia",
    "Étienne",
    "Corinne",
    "Mehdi",
    "Sylvie",
    "Arnaud",
    "Clémence",
    "Pascal",
    "Jeanne",
)
_LAST = (
    "Ravel", "D'Orval", "Mercadier", "Lenoir", "Sauvage", "Benali", "Cazal", "Frémont", "Gilles", "Hénaut", "Jourdan",
    "Kessler", "Lambrecht",
)  # fmt: skip
_ROLES = ("Achats", "Maintenance", "Direction", "Comptabilité", "Atelier")
_KNOWN = 170


def contacts(clients: pd.DataFrame, parts: dict[str, list[str]]) -> pd.DataFrame:
    """Return the people known on both sides; some clients hang on one person, some have just lost theirs."""
    rng = np.random.default_rng(SEED)
    buying = clients[clients["revenue_2025"] > 0].sort_values("revenue_2025", ascending=False)
    single, changed = set(parts["single_contact"]), set(parts["contact_changed"])
    rows: list[tuple[Any, ...]] = []
    for rank, (customer, client) in enumerate(each(buying)):
        many = 1 if customer in single else int(rng.integers(2, 5))
        start = client["first"]
        mine = start + pd.Timedelta(days=int(rng.integers(0, 200))) if rank % 9 else start
        if rank >= _KNOWN and customer not in single | changed:
            continue
        rows.append((customer, client["salesperson"], "Commercial", "ours", min(mine, AS_OF), pd.NaT))
        for place in range(many):
            since = min(start + pd.Timedelta(days=int(rng.integers(0, 400)) * place), AS_OF)
            left: pd.Timestamp | None = None
            if customer in changed and place == 0:
                left = AS_OF - pd.Timedelta(days=int(rng.integers(20, 200)))
                rows.append(
                    (customer, person(rng), _ROLES[0], "theirs", left + pd.Timedelta(days=12), pd.NaT)
                )
            rows.append((customer, person(rng), _ROLES[place], "theirs", since, left))
    table = pd.DataFrame(rows, columns=["customer_id", "person", "role", "side", "since", "until"])
    return table.sort_values(["customer_id", "side", "role", "since"], kind="stable", ignore_index=True)


def targets() -> pd.DataFrame:
    """Return what each salesperson is asked for."""
    return pd.DataFrame({
        "salesperson": SALESPEOPLE, "visits_per_year": 150.0,
        "cost_per_visit": [180.0 + 5 * (place % 3) for place in range(len(SALESPEOPLE))],
    })  # fmt: skip


def evidence() -> pd.DataFrame:
    """Return what the company can show of its habits: capability, device, maturity, proof, day, who answers for it."""
    rows = (
        (
            "A09",
            "Club clients et ateliers de conception",
            2,
            "Comptes rendus du club",
            "2025-10-14",
            "Émilie Charvet",
        ),
        (
            "A12",
            "Enquête annuelle par le service qualité",
            3,
            "Rapport d'enquête 2025",
            "2025-07-10",
            "Service qualité",
        ),
        (
            "A13",
            "Assistance téléphonique avec rappel",
            2,
            "Journal des appels",
            "2025-12-19",
            "Service clients",
        ),
        ("A14", "Questionnaire en ligne", 2, "Modèle de questionnaire", "2024-06-01", "Service qualité"),
        ("A15", "Service clients de deux personnes", 2, "Organigramme", "2025-09-01", "Direction"),
        (
            "A16",
            "Balance âgée revue chaque mois",
            3,
            "Procès-verbaux de revue",
            "2025-12-05",
            "Comptabilité clients",
        ),
        ("B01", "Revue annuelle du portefeuille", 1, "", "2025-02-20", "Direction"),
        ("C01", "Fichier de prospection", 2, "Tableau de suivi", "2025-12-01", "Karim Benattar"),
        ("C04", "Deux salons par an", 2, "Bilans de salon", "2025-11-21", "Émilie Charvet"),
        ("D03", "Grille des relations", 2, "Grille remplie en revue", "2025-11-28", "Inès Garnier"),
        ("D06", "Part d'achats demandée en visite", 1, "", "2025-11-28", "Inès Garnier"),
        ("D08", "Potentiel noté en revue", 2, "Grille remplie en revue", "2025-11-28", "Inès Garnier"),
        ("D10", "Perspectives notées en revue", 2, "Grille remplie en revue", "2025-11-28", "Inès Garnier"),
        ("E01", "Charte de la relation client", 2, "Charte signée", "2023-03-15", "Direction"),
        (
            "E21.1",
            "Le portefeuille suivi comme un actif",
            2,
            "Compte rendu de direction",
            "2025-10-02",
            "Direction",
        ),
        ("E21.2", "Le CRM tient ses promesses", 3, "Bilan du CRM", "2025-10-02", "Direction"),
        ("E21.3", "La fidélité est mesurée", 3, "Tableau de bord", "2025-10-02", "Direction"),
        ("E21.4", "Un client satisfait peut partir", 1, "", "2025-10-02", "Direction"),
    )
    table = pd.DataFrame(rows, columns=["capability", "device", "maturity", "evidence", "date", "owner"])
    return table.assign(date=pd.to_datetime(table["date"]), maturity=table["maturity"].astype("float64"))


def person(rng: np.random.Generator) -> str:
    """Draw the name of somebody."""
    return f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
