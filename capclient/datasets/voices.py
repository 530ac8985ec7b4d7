"""What clients of the wholesaler say: surveys, claims, disputes, calls to the hotline, reasons of those who left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets.clients import GOING, Client, days_of, each
from capclient.datasets.company import AS_OF, YEARS, workday

SEED = 20_250_113
KEPT = YEARS[2:]
CAUSES = {  # claims: how often, and the promise that each breaks
    "Retard de livraison": (0.38, "P1"), "Erreur de préparation": (0.22, None), "Produit défectueux": (0.17, None),
    "Erreur de facturation": (0.13, "P4"), "Délai de réponse": (0.10, "P2"),
}  # fmt: skip
REASONS = {  # why clients left: how often
    "Prix": 0.3, "Retard de livraison": 0.27, "Concurrent": 0.16, "Changement d’interlocuteur": 0.12,
    "Cessation d’activité": 0.15,
}  # fmt: skip
PHASES = ("Avant-vente", "Commande", "Livraison", "Après-vente")
_CLAIMS = {"Grands comptes": 2.2, "PME": 0.6, "Artisans": 0.2}
_HOTLINE = {"Grands comptes": 2.5, "PME": 0.7, "Artisans": 0.25}
_SEEN_BY_SALES = 1.0  # marks that clients add when their salesperson asks


def voices(clients: pd.DataFrame, parts: dict[str, list[str]]) -> pd.DataFrame:
    """Return everything that clients said since 2023: rows of ``interactions``, in no order."""
    rng = np.random.default_rng(SEED)
    part = {customer: name for name, members in parts.items() for customer in members}
    rows: list[dict[str, Any]] = []
    for name, client in each(clients):
        role = part.get(name, "")
        for year in KEPT:
            span = days_of(client, year)
            if span is None:
                continue
            spoken = [*_claims(client, role, year, span, rng), *_calls(client, span, rng)]
            spoken += [
                *_listened(client, span, rng),
                *_disputes(client, span, rng),
                *_asked(client, role, year, rng),
            ]
            rows += [{"customer_id": name, **one} for one in spoken]
        if client["profile"] in ("leaver", *GOING[:1]) and client["last"].year >= KEPT[0] - 1:
            rows += [{"customer_id": name, **one} for one in _farewell(client, rng)]
    return pd.DataFrame(rows)


def _claims(
    client: Client, role: str, year: int, span: tuple, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Claims of a year; those who are about to leave, and those of some parts, have more to say."""
    last = year == YEARS[-1]
    leaves = client["profile"] in GOING and year == client["last"].year
    usual = int(rng.poisson(_CLAIMS[client["segment"]]))
    many = {
        "value_destroyers": int(rng.integers(8, 12)) if last else 3,
        "claims_and_late": int(rng.integers(5, 8)) if last else 2,
        "detractors_gone": int(rng.integers(2, 5)) if leaves else usual,
        "captives": int(rng.integers(2, 4)),
    }.get(role, usual + int(leaves and rng.random() < 0.4))
    found = []
    for _ in range(many):
        day = _day(span, rng)
        cause = str(rng.choice(list(CAUSES), p=[often for often, _ in CAUSES.values()]))
        major = bool(rng.random() < 0.2)
        closed = day + pd.Timedelta(days=int(np.ceil(rng.lognormal(1.8 + 0.5 * major, 0.8))))
        forgotten = last and rng.random() < 0.04
        called = day + pd.Timedelta(days=int(rng.integers(0, 4)))
        answered = rng.random() < 0.7 and called <= min(AS_OF, closed)
        found.append({
            "date": day, "type": "claim", "phase": PHASES[2] if cause.startswith("Retard") else PHASES[3],
            "severity": "major" if major else "minor", "opened": day,
            "closed": pd.NaT if forgotten or closed > AS_OF else closed, "called_back": called if answered else pd.NaT,
            "cost": round(float(rng.uniform(20, 180)), 2) if rng.random() < 0.3 else None, "hours": 0.5 + major,
            "cause": cause, "promise_id": CAUSES[cause][1], "channel": str(rng.choice(["Téléphone", "Courriel"])),
            "salesperson": client["salesperson"],
        })  # fmt: skip
    return found


def _asked(client: Client, role: str, year: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """The yearly survey, in June: who is asked, who answers, and what."""
    told = role in ("detractors_gone", "satisfied_gone", "captives", "claims_and_late", "value_destroyers")
    begun = client["first"] <= pd.Timestamp(year, 5, 1)
    bought = client[f"revenue_{year}"] > 0 or client[f"revenue_{year - 1}"] > 0
    gone = client["last"] < pd.Timestamp(year, 1, 1) or not begun or not bought
    if gone or not (told or rng.random() < 0.75):
        return []
    by_sales = bool(not told and rng.random() < 0.4)
    day = workday(pd.Timestamp(year, 6, 2) + pd.Timedelta(days=int(rng.integers(0, 26))))
    low, high = {
        "detractors_gone": (2, 5), "captives": (3, 5), "claims_and_late": (3, 6), "value_destroyers": (4, 7),
        "satisfied_gone": (9, 10),
    }.get(role, (0, 0))  # fmt: skip
    mark = float(rng.integers(low, high + 1)) if told else 8.5 + 1.4 * rng.standard_normal()
    mark = mark + (by_sales * _SEEN_BY_SALES) - (client["profile"] in GOING and not told)
    mark = int(np.clip(round(mark), 0, 10))
    answers = told or rng.random() < (0.6 if by_sales else 0.42)
    out_of_five = int(np.clip(round(mark / 2 + 0.35 * rng.standard_normal()), 1, 5))
    return [{
        "date": day, "type": "survey", "phase": PHASES[3], "asked_by_sales": by_sales,
        "score_nps": float(mark) if answers else None, "score_csat": float(out_of_five) if answers else None,
        "channel": "Visite" if by_sales else "Questionnaire en ligne",
        "salesperson": client["salesperson"] if by_sales else "Service qualité",
    }]  # fmt: skip


def _farewell(client: Client, rng: np.random.Generator) -> list[dict[str, Any]]:
    """What six lost clients in ten answered when they were asked why, two months later."""
    day = client["last"] + pd.Timedelta(days=int(rng.integers(70, 200)))
    if day > AS_OF or day.year < KEPT[0] or rng.random() > 0.6:
        return []
    by_sales = bool(rng.random() < 0.45)
    return [{
        "date": workday(day), "type": "survey", "phase": "Fin de relation",
        "asked_by_sales": by_sales, "score_csat": float(rng.integers(1, 4)),
        "cause": str(rng.choice(list(REASONS), p=list(REASONS.values()))),
        "channel": "Entretien du commercial" if by_sales else "Questionnaire client perdu",
        "salesperson": client["salesperson"] if by_sales else "Service qualité",
    }]  # fmt: skip


def _calls(client: Client, span: tuple, rng: np.random.Generator) -> list[dict[str, Any]]:
    found = []
    for _ in range(int(rng.poisson(_HOTLINE[client["segment"]]))):
        day = _day(span, rng)
        back = day + pd.Timedelta(days=int(rng.choice([0, 1, 2, 5], p=[0.5, 0.3, 0.15, 0.05])))
        found.append({
            "date": day, "type": "hotline", "opened": day, "hours": 0.3, "channel": "Téléphone",
            "called_back": back if back <= AS_OF and rng.random() < 0.74 else pd.NaT,
            "cause": str(rng.choice(["Disponibilité", "Suivi de commande", "Conseil technique"])),
            "salesperson": "Service clients",
        })  # fmt: skip
    return found


def _listened(client: Client, span: tuple, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Listening events: the large clients are heard at every phase, the small ones hardly ever."""
    many = int(rng.poisson({"Grands comptes": 1.2, "PME": 0.25, "Artisans": 0.03}[client["segment"]]))
    return [
        {
            "date": _day(span, rng), "type": "listening", "hours": 2.0, "phase": str(rng.choice(PHASES)),
            "channel": str(rng.choice(["Club clients", "Atelier de conception"])), "salesperson": client["salesperson"],
        }
        for _ in range(many)
    ]  # fmt: skip


def _disputes(client: Client, span: tuple, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Disputed invoices: late payers contest more; nearly all end amicably."""
    found = []
    for _ in range(int(rng.poisson(0.35 if client["late"] >= 15 else 0.03))):
        day = _day(span, rng)
        closed = day + pd.Timedelta(days=int(rng.integers(15, 160)))
        bought = max(client["revenue_2024"], client["revenue_2025"], 2_000)
        found.append({
            "date": day, "type": "dispute", "opened": day, "closed": closed if closed <= AS_OF else pd.NaT,
            "amount": round(float(rng.uniform(0.02, 0.12) * bought), 2),
            "hours": 2.0, "cause": str(rng.choice(["Écart de prix", "Quantité livrée", "Marchandise refusée"])),
            "channel": "Amiable" if rng.random() < 0.85 else "Avocat", "salesperson": client["salesperson"],
        })  # fmt: skip
    return found


def _day(span: tuple, rng: np.random.Generator) -> pd.Timestamp:
    day = span[0] + pd.Timedelta(days=int(rng.integers(0, (span[1] - span[0]).days + 1)))
    return workday(day)
