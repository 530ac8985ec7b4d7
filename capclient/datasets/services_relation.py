"""What the services company knows of its clients beside its invoices: partners, exchanges, prospects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets import proofs
from capclient.datasets.company import AS_OF, YEARS, workday

SEED = 20_250_211
INITIAL = ("Maintenance multitechnique", "Chauffage et climatisation")  # what the company began with
_PARTNERS = ("Électricité Kerouan", "Isolation de l'Ouest", "Bureau Véga Contrôle")
_SHARED, _SEVERAL = 9, 6
_KEPT = YEARS[3:]
_CAUSES = ("Délai d’intervention", "Panne répétée", "Facture contestée", "Propreté du chantier")
_PROSPECTS = 36
_ALONE, _CHANGED = 4, 3
_ROLES = ("Services généraux", "Direction", "Comptabilité", "Maintenance")


def with_partners(contracts: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Add ``n_institutions``, ``is_initial_activity`` and ``partners``; return the key beside.

    ``multi_institution`` are new contracts of the last year with several institutions; ``multi_institution_renewed``
    are the trap: they began in the last year too, but only go on from one before.
    """
    rng = np.random.default_rng(SEED)
    activity = lines[lines["recurring"]].drop_duplicates("customer_id").set_index("customer_id")["activity"]
    own = contracts["customer_id"].map(activity)
    recent = contracts["start"] > AS_OF - pd.DateOffset(years=1)
    several = rng.permutation(contracts.loc[recent, "contract_id"].to_numpy())[:_SEVERAL]
    many = np.where(contracts["contract_id"].isin(several), rng.integers(2, 5, len(contracts)), 1).astype(
        "float64"
    )
    shared = rng.permutation(contracts["contract_id"].to_numpy())[:_SHARED]
    partner = pd.Series(rng.choice(_PARTNERS, len(contracts)), index=contracts.index)
    told = contracts.assign(
        n_institutions=many, is_initial_activity=own.isin(INITIAL),
        partners=partner.where(contracts["contract_id"].isin(shared)),
    )  # fmt: skip
    renewed = set(contracts["renewed_by"].dropna())
    found = {
        "multi_institution": sorted(str(one) for one in several if one not in renewed),
        "multi_institution_renewed": sorted(str(one) for one in several if one in renewed),
    }
    return told, {**found, "with_partners": sorted(map(str, shared))}


def exchanges(
    customers: pd.DataFrame, lines: pd.DataFrame, disputed: list[str], key: dict[str, str]
) -> pd.DataFrame:
    """Return visits, claims, surveys and disputes of the last two years; clients whose contract ends complain more.

    Parameters
    ----------
    disputed
        Invoices that their client refuses to pay.
    key
        Profile of each client.
    """
    rng = np.random.default_rng(SEED + 1)
    sold = lines[lines["doc_type"] == "invoice"].groupby("customer_id")["invoice_date"]
    first, last = sold.min(), sold.max()
    rows: list[dict[str, Any]] = []
    for customer, person in zip(customers["customer_id"], customers["salesperson"], strict=True):
        unhappy = key[customer] in ("contract_ended", "contract_reduced")
        for year in _KEPT:
            start, end = (
                max(pd.Timestamp(year, 1, 6), first[customer]),
                min(AS_OF, pd.Timestamp(year, 12, 20)),
            )
            end = min(end, last[customer] + pd.Timedelta(days=60))
            if start >= end:
                continue

            def day(start: pd.Timestamp = start, end: pd.Timestamp = end) -> pd.Timestamp:
                found = start + pd.Timedelta(days=int(rng.integers(0, (end - start).days + 1)))
                return workday(found)

            for _ in range(rng.poisson(3)):
                rows.append(
                    {
                        "customer_id": customer,
                        "date": day(),
                        "type": "visit",
                        "hours": 1.5,
                        "salesperson": person,
                    }
                )
            for _ in range(rng.poisson(3.5 if unhappy else 0.8)):
                told = day()
                closed = told + pd.Timedelta(days=int(rng.gamma(2, 6)) + 1)
                rows.append({
                    "customer_id": customer, "date": told, "type": "claim", "opened": told, "hours": 1.0,
                    "severity": "major" if rng.random() < 0.3 else "minor", "cause": str(rng.choice(_CAUSES)),
                    "closed": closed if closed <= AS_OF else pd.NaT, "salesperson": person,
                })  # fmt: skip
            mark = int(np.clip(round(rng.normal(4.5 if unhappy else 8.2, 1.2)), 0, 10))
            answered = rng.random() < 0.7
            asked = workday(pd.Timestamp(year, 10, 6) + pd.Timedelta(days=int(rng.integers(0, 12))))
            rows.append({
                "customer_id": customer, "date": asked, "type": "survey", "asked_by_sales": False,
                "score_nps": float(mark) if answered else None, "salesperson": "Assistante de direction",
            })  # fmt: skip
    rows += _disputes(customers, lines, disputed)
    table = pd.DataFrame(rows).sort_values(["date", "customer_id", "type"], kind="stable", ignore_index=True)
    return table.astype({"asked_by_sales": "object"})


def _disputes(customers: pd.DataFrame, lines: pd.DataFrame, disputed: list[str]) -> list[dict[str, Any]]:
    person = customers.set_index("customer_id")["salesperson"]
    bills = lines[lines["invoice_id"].isin(disputed)]
    told = bills[["customer_id", "invoice_id", "due_date", "amount_ttc"]].itertuples(index=False, name=None)
    return [
        {
            "customer_id": customer, "date": due, "type": "dispute", "opened": due, "amount": amount,
            "cause": f"Facture {invoice} contestée", "salesperson": person[customer],
        }
        for customer, invoice, due, amount in told
    ]  # fmt: skip


def prospects(customers: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """Return the tenders and requests of two years: the clients whose first contract is recent, and those not won."""
    rng = np.random.default_rng(SEED + 2)
    first = contracts.groupby("customer_id")["start"].min()
    begun = first[first > AS_OF - pd.DateOffset(years=1)]
    person = customers.set_index("customer_id")["salesperson"]
    rows: list[dict[str, Any]] = []
    for customer, start in zip(begun.index, begun, strict=True):
        signed = start - pd.Timedelta(days=int(rng.integers(20, 60)))
        amount = float(contracts.loc[contracts["customer_id"] == customer, "annual_amount"].iloc[0])
        rows.append({
            "created": signed - pd.Timedelta(days=int(rng.integers(60, 200))), "stage": "Signé", "amount": amount,
            "closed_date": signed, "outcome": "won", "customer_id": customer, "salesperson": person[customer],
        })  # fmt: skip
    while len(rows) < _PROSPECTS:
        created = AS_OF - pd.Timedelta(days=int(rng.integers(10, 700)))
        closed = created + pd.Timedelta(days=int(rng.integers(60, 220)))
        lost = closed <= AS_OF
        rows.append({
            "created": created, "stage": str(rng.choice(["Dossier remis", "Soutenance"])),
            "amount": float(round(rng.lognormal(9.8, 0.7), -2)), "closed_date": closed if lost else pd.NaT,
            "outcome": "lost" if lost else "open", "customer_id": None, "salesperson": str(rng.choice(person.unique())),
        })  # fmt: skip
    table = pd.DataFrame(rows).sort_values("created", kind="stable", ignore_index=True)
    table["source"] = np.where(rng.random(len(table)) < 0.6, "Appel d'offres", "Demande directe")
    table.insert(0, "prospect_id", "AO" + (table.index + 1).astype(str).str.zfill(3))
    return table


def people(customers: pd.DataFrame, lines: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Return the people known at the clients that buy, and which of them hang on one person or have lost one.

    ``single_contact``: large clients where one person is known; ``contact_changed``: somebody left in the last year.
    """
    rng = np.random.default_rng(SEED + 3)
    sold = lines[lines["invoice_date"].dt.year == YEARS[-1]].groupby("customer_id")["amount_ht"].sum()
    buying = sold[sold > 0].sort_values(ascending=False, kind="stable").index
    first = lines.groupby("customer_id")["invoice_date"].min()
    large = rng.permutation(buying[:16].to_numpy())
    single, changed = set(large[:_ALONE]), set(large[_ALONE : _ALONE + _CHANGED])
    rows: list[tuple[Any, ...]] = []
    for customer in customers["customer_id"][customers["customer_id"].isin(buying)]:
        start = max(pd.Timestamp(YEARS[0], 1, 4), first[customer])
        for place in range(1 if customer in single else int(rng.integers(2, 4))):
            rows.append((customer, proofs.person(rng), _ROLES[place], start, pd.NaT))
        if customer in changed:
            left = workday(AS_OF - pd.Timedelta(days=int(rng.integers(30, 240))))
            rows.append((customer, proofs.person(rng), _ROLES[-1], start, left))
    table = pd.DataFrame(rows, columns=["customer_id", "person", "role", "since", "until"])
    planted = {"single_contact": sorted(map(str, single)), "contact_changed": sorted(map(str, changed))}
    return table.assign(side="theirs").sort_values("customer_id", kind="stable", ignore_index=True), planted


def deadlines(contracts: pd.DataFrame, gone: list[str]) -> list[str]:
    """Return the clients, but those ``gone`` for long, with a date of a contract near or past that nobody renewed."""
    near = (AS_OF + pd.DateOffset(months=3)).normalize()
    open_ended = contracts[contracts["renewed_by"].isna() & ~contracts["customer_id"].isin(gone)]
    coming = open_ended[["notice_date", "tender_date", "end"]]
    coming = coming.where(coming.gt(open_ended["start"], axis=0))  # a tender before the contract was won
    return sorted(map(str, open_ended.loc[(coming <= near).any(axis=1), "customer_id"].unique()))
