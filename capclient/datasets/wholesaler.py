"""« Fournitures Industrielles du Rhône »: an industrial wholesaler, 400 clients, and every classical flaw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets import names
from capclient.datasets.answer_key import client_key, company_key, purchase_dates
from capclient.datasets.clients import histories, parts
from capclient.datasets.company import YEARS, Company, euros, numbered
from capclient.datasets.customer_sheet import described
from capclient.datasets.encounters import encounters, reminders, service_costs
from capclient.datasets.flaws import COUNTER, NOBODY, unattributed, with_duplicates, with_two_spellings
from capclient.datasets.ledger import Catalogue, losses, payments, sold_lines, with_credit_notes, with_vat
from capclient.datasets.objections import with_objections
from capclient.datasets.profiles import SEASONS, Plan, make_plan
from capclient.datasets.proofs import contacts, evidence, targets
from capclient.datasets.prospection import prospects
from capclient.datasets.voices import voices

SEED = 20_250_101
POOL, POOL_NAME = "DIVERS", "Ventes comptoir - clients divers"
TERMS = {"30 jours": 30, "45 jours": 45, "60 jours": 60}
QUOTAS = {
    "stable": 112, "growing": 55, "developing": 25, "declining_slowly": 25, "declining_fast": 25,
    "leaver": 40,
    "leaver_last_year": 15, "leaving": 15, "new": 22, "reactivated": 12, "occasional": 22, "seasonal": 16,
    "slowing_watch": 5, "slowing_risk": 5, "follows_market": 6,
}  # fmt: skip
MARKET = {  # value growth of each sector from 2022 to 2025, and its size in 2025 in millions of euros
    "Mécanique générale": ((0.061, 0.038, 0.012, 0.021), 410),
    "Bâtiment": ((0.052, 0.02, -0.021, -0.018), 620),
    "Agroalimentaire": ((0.047, 0.041, 0.028, 0.031), 380),
    "Maintenance industrielle": ((0.055, 0.036, 0.024, 0.026), 290),
    "Agriculture": ((0.043, 0.018, -0.012, 0.008), 170),
    "Collectivités": ((0.03, 0.027, 0.019, 0.014), 140),
    "Sous-traitance automobile": ((0.02, -0.03, -0.08, -0.13), 260),
}
_FALLING = "Sous-traitance automobile"
_PRICE_GAPS = (*[-0.15] * 8, *[0.15] * 8)
_LATE_PAYERS = 30


def wholesaler() -> Company:
    """Simulate the wholesaler.

    Source: simulated, fixed seeds. About 62,000 invoice lines, 400 clients and one pooled counter code,
    payments, a market table; since 2023 about 9,000 encounters with clients and 250 prospects.
    Sample of ``invoice_lines``::

          invoice_id customer_id invoice_date                    family   qty  unit_price  amount_ht
        FA2021-00001     CLI0323   2021-01-04   Visserie et boulonnerie 165.0       37.68    6217.20
        FA2021-00001     CLI0323   2021-01-04                Roulements  22.0      111.77    2458.94
        AV2021-00001     CLI0072   2021-01-12 Outillage électroportatif  -7.0      124.28    -869.96
    """
    rng = np.random.default_rng(SEED)
    customers, plans, factor, gaps = _clients(rng)
    interval = np.array([plan.interval for plan in plans])
    catalogue = _catalogue(rng)
    lines = sold_lines(plans, catalogue, _lines_per_order(interval), factor, rng)
    lines = with_credit_notes(lines, np.flatnonzero(interval <= 21), 0.02, rng)
    lines = with_vat(numbered(pd.concat([lines, unattributed(lines, rng)], ignore_index=True)))
    lines = _described(lines, customers, catalogue)
    bought = purchase_dates(lines)
    late = _days_late(customers, rng)
    paid = payments(lines, late, rng)
    paid = pd.concat([paid, losses(lines, paid)], ignore_index=True)
    known = histories(customers, lines, paid, late)
    relation, told = _relation(known, lines, paid)
    steady = pd.Index(customers.loc[(customers["profile"] == "stable") & (interval <= 20), "customer_id"])
    lines, duplicates = with_duplicates(lines, steady, rng)
    lines, spellings = with_two_spellings(lines, steady, rng)
    clients = [
        client_key(
            one, name, plan, bought[one], group_id=None if pd.isna(group) else group, price_gap=gap,
            days_late=float(late.loc[one]),
        )
        for one, name, group, plan, gap in zip(
            customers["customer_id"], customers["name"], customers["group_id"], plans, gaps, strict=True
        )
    ]  # fmt: skip
    pool = pd.DataFrame([{"customer_id": POOL, "name": POOL_NAME, "country": "FR", "is_pool": True}])
    sheet = pd.concat([customers.drop(columns="profile"), pool], ignore_index=True)
    sheet, declared = described(sheet, known)
    sheet, relation["contacts"], objections = with_objections(sheet, relation["contacts"], told["parts"])
    return Company(
        "grossiste",
        "Fournitures Industrielles du Rhône",
        lines[LINE_COLUMNS].reset_index(drop=True),
        customers=sheet.sort_values("customer_id", ignore_index=True),
        payments=paid,
        market=_market(),
        **relation,
        key=company_key(
            "grossiste", clients, pool=[POOL], duplicate_lines=duplicates, identifier_spellings=spellings,
            lines_without_client=int(lines["customer_id"].isna().sum()), **told, **declared,
            objections=objections,
        ),
    )  # fmt: skip


LINE_COLUMNS = [
    "invoice_id", "line_id", "doc_type", "customer_id", "customer_name", "invoice_date", "due_date",
    "product",
    "family", "qty", "unit_price", "amount_ht", "cost", "credited_invoice_id", "salesperson", "amount_ttc",
]  # fmt: skip
RELATION_COLUMNS = [
    "customer_id", "date", "type", "phase", "severity", "cost", "hours", "score_nps", "score_csat", "asked_by_sales",
    "opened", "closed", "called_back", "amount", "channel", "cause", "promise_id", "salesperson",
]  # fmt: skip


def _relation(
    known: pd.DataFrame, lines: pd.DataFrame, paid: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Return the tables that tell of the relation with clients, and who plays which part in them."""
    cast = parts(known)
    met = pd.concat(
        [encounters(known, cast), voices(known, cast), reminders(paid, lines, known)], ignore_index=True
    )
    met = met.sort_values(["date", "customer_id", "type"], kind="stable", ignore_index=True)
    file, planted = prospects(known)
    tables = {
        "interactions": met[RELATION_COLUMNS], "cost_to_serve": service_costs(known, cast), "prospects": file,
        "contacts": contacts(known, cast), "evidence": evidence(), "targets": targets(),
    }  # fmt: skip
    return tables, {"parts": cast, "prospects": planted}


def _clients(rng: np.random.Generator) -> tuple[pd.DataFrame, list[Plan], np.ndarray, list[float | None]]:
    """Draw who the clients are: size, sector, profile, price level; sizes are heavy-tailed."""
    many = sum(QUOTAS.values())
    level = 2_400 * ((np.arange(many) + 1.2) / many) ** -0.95 * rng.lognormal(0, 0.05, many)
    profile = rng.permutation(np.repeat(list(QUOTAS), list(QUOTAS.values())))
    profile = profile[np.argsort(profile == "occasional", kind="stable")]  # who buys rarely buys little
    leading = np.flatnonzero(profile == "stable")[0]
    profile[[0, leading]] = profile[[leading, 0]]  # the first client is there to stay
    sector = rng.choice([name for name in MARKET if name != _FALLING], many)
    sector = np.where(profile == "follows_market", _FALLING, sector)
    interval = np.clip(38 / (level / 6_000) ** 0.42 * rng.lognormal(0, 0.2, many), 3.5, 60)
    seasons = iter(SEASONS * 2)
    plans = []
    for one in range(many):
        growth = MARKET[sector[one]][0]
        begins = int(rng.integers(150, 650)) if rng.random() < 0.3 else 0
        plans.append(
            make_plan(
                str(profile[one]), level[one], interval[one], (growth[2], growth[3]), rng, first=begins,
                season=next(seasons) if profile[one] == "seasonal" else (),
            )
        )  # fmt: skip
    factor = 1 - 0.05 * (np.log(level) - np.log(level.min())) / np.ptp(np.log(level))
    factor *= 1 + np.clip(rng.normal(0, 0.012, many), -0.025, 0.025)
    gaps: list[float | None] = [None] * many
    loyal = np.flatnonzero(np.isin(profile, ["stable", "growing"]) & (interval <= 30))
    # Not the largest: they make the mean price that they are compared with.
    middling = loyal[8 : 8 + len(_PRICE_GAPS)]
    for one, gap in zip(middling, rng.permutation(_PRICE_GAPS), strict=True):
        factor[one] *= 1 + gap
        gaps[one] = float(gap)
    place = rng.permutation(many)  # identifiers say nothing of size
    region = rng.integers(0, len(names.REGIONS), many)
    customers = pd.DataFrame({
        "customer_id": [f"CLI{number + 1:04d}" for number in place],
        "name": names.firm_names(many, rng),
        "group_id": pd.Series([None] * many, dtype="str"),
        "segment": np.select([level > 60_000, level > 9_000], ["Grands comptes", "PME"], "Artisans"),
        "sector": sector,
        "customer_type": np.where(sector == "Collectivités", "Public", "Entreprise"),
        "region": np.array(names.REGIONS)[region],
        "country": "FR",
        "salesperson": np.array(names.SALESPEOPLE)[(region + 5 * (rng.random(many) < 0.4)) % 8],
        "payment_terms": rng.choice(list(TERMS), many, p=[0.4, 0.35, 0.25]),
        "is_pool": False,
        "profile": profile,
    })  # fmt: skip
    return _grouped(customers, rng), plans, factor, gaps


def _grouped(customers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give the members of each group its identifier, and a name that shows the parent."""
    members = rng.permutation(len(customers))[: len(names.GROUPS) * 3].reshape(-1, 3)
    for (group, parent), rows in zip(names.GROUPS.items(), members, strict=True):
        for row, town in zip(rows, names.GROUP_TOWNS, strict=False):
            customers.loc[row, ["group_id", "name"]] = [group, f"{parent} {town}"]
    return customers


def _lines_per_order(interval: np.ndarray) -> np.ndarray:
    """Mean lines of an order: who orders often orders many articles."""
    return 1.8 + 19 / interval**0.75


def _days_late(customers: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Return the usual days late of each client: most pay about on time, a few never do."""
    late = pd.Series(rng.normal(-1, 3, len(customers)), index=customers["customer_id"])
    staying = customers["profile"].isin(["stable", "growing", "declining_slowly"])
    slow = rng.permutation(customers.loc[staying, "customer_id"].to_numpy())[:_LATE_PAYERS]
    late[slow] = rng.uniform(25, 60, len(slow))
    return late


def _described(lines: pd.DataFrame, customers: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Replace places by identifiers and words, and cents by euros."""
    known = customers[["customer_id", "name", "salesperson", "payment_terms"]]
    nobody = pd.DataFrame([{"customer_id": None, "name": None}], index=[NOBODY])
    counter = pd.DataFrame([{"customer_id": POOL, "name": POOL_NAME}], index=[COUNTER])
    client = pd.concat([known, counter, nobody]).loc[lines["client"]].reset_index(drop=True)
    product = catalogue.products.loc[lines["product"]].reset_index(drop=True)
    days = client["payment_terms"].map(TERMS).fillna(0)
    invoice = lines.drop_duplicates("document").set_index("document")["invoice_id"]
    return lines.assign(
        customer_id=client["customer_id"].astype("str"), customer_name=client["name"].astype("str"),
        salesperson=client["salesperson"],
        product=product["product"], family=product["family"],
        due_date=lines["invoice_date"] + pd.to_timedelta(days.where(lines["cents"] >= 0), unit="D"),
        unit_price=euros(lines["price"]), amount_ht=euros(lines["cents"]), amount_ttc=euros(lines["ttc"]),
        cost=euros(lines["cost"]),
        credited_invoice_id=lines["credited"].map(invoice), qty=lines["qty"].astype("float64"),
    )  # fmt: skip


def _catalogue(rng: np.random.Generator) -> Catalogue:
    products = pd.DataFrame(names.articles(), columns=["product", "name", "family"])
    known = pd.DataFrame.from_dict(names.FAMILIES, orient="index", columns=["kinds", "low", "high", "share"])
    own = known.loc[products["family"]]
    low, high = (np.log(own[name].to_numpy("float64")) for name in ("low", "high"))
    price = np.exp(rng.uniform(low, high)) * 100
    cost = price * own["share"].to_numpy("float64") * rng.uniform(0.93, 1.07, len(products))
    price_index = np.cumprod([1, 1.052, 1.045, 1.018, 1.015])
    cost_index = np.cumprod([1, 1.06, 1.048, 1.02, 1.021])
    return Catalogue(products, price, cost, price_index, cost_index)


def _market() -> pd.DataFrame:
    """Growth by sector and year; ``total`` is weighted by the sizes."""
    rows = []
    for sector, (growth, size) in MARKET.items():
        sizes = size / np.append(np.cumprod(1 + np.array(growth[:0:-1]))[::-1], 1.0)
        for year, rate, value in zip(YEARS[1:], growth, sizes, strict=True):
            rows.append(("sector", sector, str(year), rate, float(round(value * 1e6))))
    table = pd.DataFrame(rows, columns=["segment_type", "segment", "year", "growth", "size"])
    years = table.assign(before=table["size"] / (1 + table["growth"])).groupby("year", as_index=False)
    total = years[["size", "before"]].sum()
    total["growth"] = (total["size"] / total["before"] - 1).round(4)
    total = total.assign(segment_type="total", segment="total")[table.columns]
    return pd.concat([table, total], ignore_index=True)
