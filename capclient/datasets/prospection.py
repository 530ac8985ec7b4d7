"""The prospects of the wholesaler over three years: where they come from, how far they went, who became a client."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets.clients import Client, each
from capclient.datasets.company import AS_OF
from capclient.datasets.names import SALESPEOPLE, firm_names

SEED = 20_250_115
STAGES = {"Premier contact": 0.1, "Besoin qualifié": 0.3, "Devis remis": 0.5, "Négociation": 0.75}
SOURCES = {  # share of the prospects, and of those decided that were won
    "Recommandation": (0.16, 0.55), "Salon": (0.2, 0.35), "Site internet": (0.24, 0.28),
    "Partenaire": (0.1, 0.4), "Prospection téléphonique": (0.3, 0.1),
}  # fmt: skip
_MANY, _UNLINKED, _STALE = 250, 5, 12
_SIGNED = "Signé"


def prospects(clients: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return about 250 prospects created since 2023 and what was planted among them.

    Every client that began between summer 2023 and autumn 2025 was a prospect before its first invoice.

    Returns
    -------
    tuple
        Rows of ``prospects`` with ``name``; of the key: ``won``, ``lost``, ``open`` (counts), ``stale`` (identifiers
        of prospects open far longer than a sale takes), ``linked`` (prospect to client) and ``best_source``.
    """
    rng = np.random.default_rng(SEED)
    begun = clients[clients["profile"].isin(["new", "developing"])].sort_index()
    won = [_won(customer, client, rng) for customer, client in each(begun)]
    won += [_won(None, None, rng) for _ in range(_UNLINKED)]
    others = _MANY - len(won)
    stale = [_open(rng, days=int(rng.integers(420, 800))) for _ in range(_STALE)]
    current = [_open(rng, days=int(rng.integers(2, 110))) for _ in range(38)]
    lost = [_lost(rng) for _ in range(others - len(stale) - len(current))]
    table = pd.DataFrame([*won, *stale, *current, *lost])
    table["stale"] = [len(won) <= place < len(won) + _STALE for place in range(len(table))]
    table["source"] = _sources(table["outcome"], rng)
    names = np.array([name for name in firm_names(700, rng) if name not in set(clients["name"])])[
        : len(table)
    ]
    table["name"] = table["customer_id"].map(clients["name"]).fillna(pd.Series(names))
    table = table.sort_values(["created", "name"], kind="stable", ignore_index=True)
    table.insert(0, "prospect_id", "P" + (table.index + 1).astype(str).str.zfill(4))
    tally = table["outcome"].value_counts()
    linked = table.dropna(subset="customer_id").set_index("prospect_id")["customer_id"]
    key = {
        **{outcome: int(tally[outcome]) for outcome in ("won", "lost", "open")},
        "stale": table.loc[table["stale"], "prospect_id"].tolist(),
        "linked": {str(one): str(other) for one, other in linked.items()}, "best_source": "Recommandation",
    }  # fmt: skip
    return table.drop(columns="stale"), key


def _won(customer: str | None, client: Client | None, rng: np.random.Generator) -> dict[str, Any]:
    """A prospect that signed: one to three weeks before its first invoice, after a sale of one to four months."""
    if client is None:
        signed = AS_OF - pd.Timedelta(days=int(rng.integers(3, 35)))  # signed, nothing delivered yet
    else:
        signed = client["first"] - pd.Timedelta(days=int(rng.integers(5, 22)))
    created = signed - pd.Timedelta(days=int(rng.gamma(6, 11)) + 8)
    yearly = 4_500.0 if client is None else max(float(client["revenue_2025"]), 2_000.0)
    return {
        "created": created, "stage": _SIGNED, "amount": float(round(yearly * rng.uniform(0.7, 1.3), -2)),
        "probability": 1.0, "closed_date": signed, "outcome": "won", "customer_id": customer,
        "salesperson": str(rng.choice(SALESPEOPLE)) if client is None else client["salesperson"],
    }  # fmt: skip


def _lost(rng: np.random.Generator) -> dict[str, Any]:
    created = AS_OF - pd.Timedelta(days=int(rng.integers(60, 1_090)))
    closed = min(AS_OF, created + pd.Timedelta(days=int(rng.gamma(3, 30)) + 5))
    stage = str(rng.choice(list(STAGES), p=[0.35, 0.27, 0.28, 0.1]))
    return _row(created, stage, 0.0, rng) | {"closed_date": closed, "outcome": "lost"}


def _open(rng: np.random.Generator, *, days: int) -> dict[str, Any]:
    stage = str(rng.choice(list(STAGES), p=[0.3, 0.3, 0.25, 0.15]))
    created = AS_OF - pd.Timedelta(days=days)
    return _row(created, stage, STAGES[stage], rng) | {"closed_date": pd.NaT, "outcome": "open"}


def _row(created: pd.Timestamp, stage: str, probability: float, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "created": created, "stage": stage, "amount": float(round(rng.lognormal(8.4, 0.7), -2)),
        "probability": probability, "customer_id": None, "salesperson": str(rng.choice(SALESPEOPLE)),
    }  # fmt: skip


def _sources(outcome: pd.Series, rng: np.random.Generator) -> list[str]:
    """Draw where each prospect came from, so that sources convert as planted."""
    share = np.array([part for part, _ in SOURCES.values()])
    converts = np.array([rate for _, rate in SOURCES.values()])
    weights = {"won": share * converts, "lost": share * (1 - converts), "open": share}
    return [str(rng.choice(list(SOURCES), p=weights[code] / weights[code].sum())) for code in outcome]
