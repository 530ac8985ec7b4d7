"""« Atlantique Maintenance Services »: 60 clients under contract or by the job."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.datasets.answer_key import company_key, entry, purchase_dates
from capclient.datasets.company import AS_OF, FIRST_DAY, YEARS, Company, day_number, euros, numbered
from capclient.datasets.names import site_names
from capclient.datasets.profiles import rare_days
from capclient.datasets.services_relation import deadlines, exchanges, people, prospects, with_partners
from capclient.datasets.settlements import settlements

SEED = 20_250_202
QUOTAS = {
    "contract_stable": 22, "contract_price_increase": 8, "contract_reduced": 5, "contract_ended": 5,
    "contract_ended_long_ago": 5, "contract_new": 5, "occasional": 10,
}  # fmt: skip
_LAST_YEAR = {  # change of the annual amount on 1 January of N
    "contract_price_increase": (0.15, 0.22),
    "contract_reduced": (-0.42, -0.3),
}
_USUAL_YEAR = (0.01, 0.03)
_ACTIVITIES = ("Maintenance multitechnique", "Chauffage et climatisation", "Ascenseurs", "Sécurité incendie")
_JOBS = ("Dépannage", "Remplacement de pièces", "Travaux neufs", "Mise en conformité")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What binds a client: amount of the last year, months between invoices, first and last day, term."""

    profile: str
    amount: float
    every: int
    start: pd.Timestamp
    end: pd.Timestamp | None
    term: int
    public: bool


def services() -> Company:
    """Simulate the services company.

    Source: simulated, fixed seed. About 2,400 invoice lines, 60 clients, their contracts. Sample of
    ``invoice_lines``::

          invoice_id customer_id invoice_date               activity  amount_ht  recurring
        FA2021-00001       00322   2021-01-12 Remplacement de pièces     824.24      False
        FA2021-00002       00245   2021-01-14 Remplacement de pièces     201.95      False
        AV2021-00001       00420   2021-09-09 Remplacement de pièces     -72.27      False
    """
    rng = np.random.default_rng(SEED)
    profiles = rng.permutation(np.repeat(list(QUOTAS), list(QUOTAS.values())))
    agreements = [_agreement(str(profile), rng) for profile in profiles]
    number = rng.permutation(60) + 1
    customers = pd.DataFrame({
        "customer_id": [f"{value * 7:05d}" for value in number],  # with leading zeros, as many tools give
        "name": site_names(60, rng),
        "sector": [("Public" if one.public else "Privé") for one in agreements],
        "is_public": [one.public for one in agreements],
        "region": rng.choice(["Bretagne", "Pays de la Loire", "Nouvelle-Aquitaine"], 60),
        "country": "FR",
        "salesperson": rng.choice(["Yann Kerbrat", "Anaïs Lœuillet", "Tarik Haddad"], 60),
    })  # fmt: skip
    contracts = pd.concat(
        [_contracts(row, one) for row, one in zip(customers["customer_id"], agreements, strict=True)],
        ignore_index=True,
    )
    lines = _lines(customers, agreements, contracts, rng)
    bought = purchase_dates(lines)
    clients = [
        entry(customer, name, one.profile, *_answers(one), bought[customer])
        for customer, name, one in zip(customers["customer_id"], customers["name"], agreements, strict=True)
    ]
    contracts = contracts.sort_values(["customer_id", "start"], ignore_index=True)
    told, planted = with_partners(contracts, lines)
    gone = [one["customer_id"] for one in clients if one["profile"] == "contract_ended_long_ago"]
    paid, owed = settlements(lines, customers, gone)
    profile = {one["customer_id"]: one["profile"] for one in clients}
    known, cast = people(customers, lines)
    return Company(
        "services",
        "Atlantique Maintenance Services",
        lines[LINE_COLUMNS],
        customers=customers.sort_values("customer_id", ignore_index=True),
        payments=paid,
        contracts=told,
        interactions=exchanges(customers, lines, owed["settlements"]["disputed"], profile),
        prospects=prospects(customers, contracts),
        contacts=known,
        key=company_key(
            "services", clients, **planted, **owed, parts=cast | {"deadlines": deadlines(contracts, gone)}
        ),
    )


LINE_COLUMNS = [
    "invoice_id", "line_id", "doc_type", "customer_id", "customer_name", "invoice_date", "due_date",
    "product",
    "activity", "amount_ht", "vat", "amount_ttc", "cost", "recurring", "contract_id",
]  # fmt: skip


_CONTRACT_TYPES = {
    "contract_id": "str", "customer_id": "str", "annual_amount": "float64", "recurring": "bool",
    "renewed_by": "str",
    **dict.fromkeys(("start", "end", "notice_date", "tender_date"), "datetime64[us]"),
}  # fmt: skip


def _agreement(profile: str, rng: np.random.Generator) -> Agreement:
    start = FIRST_DAY - pd.DateOffset(months=int(rng.integers(1, 34)))
    end = None
    if profile == "contract_new":
        start = pd.Timestamp("2025-02-01") + pd.DateOffset(months=int(rng.integers(0, 7)))
    elif profile == "contract_ended":
        end = pd.Timestamp("2025-05-01") + pd.DateOffset(months=int(rng.integers(0, 5)), days=-1)
    elif profile == "contract_ended_long_ago":
        end = pd.Timestamp("2022-07-01") + pd.DateOffset(months=int(rng.integers(0, 24)), days=-1)
    monthly = profile in ("contract_new", "contract_ended") or rng.random() < 0.6
    amount = float(np.round(rng.lognormal(9.9, 0.8), -1))
    return Agreement(
        profile, amount, 1 if monthly else 3, start, end, int(rng.choice([12, 24, 36])), rng.random() < 0.35
    )


def _answers(one: Agreement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the accepted stages and states; section 8 lets a recorded end of contract read in two ways."""
    if one.profile == "contract_ended_long_ago":
        assert one.end is not None
        # No purchase event is left in 24 months when the contract ended before they began.
        silent = "occasional" if one.end <= AS_OF - pd.DateOffset(months=24) else "old_age"
        few = ("occasional",) if one.every == 3 else ()
        return ("lost", *dict.fromkeys((silent, *few))), ("lost", "at_risk")
    stages = {
        "contract_stable": "adult", "contract_price_increase": "adolescence", "contract_reduced": "old_age",
        "contract_ended": "old_age", "contract_new": "childhood", "occasional": "occasional",
    }  # fmt: skip
    return (stages[one.profile],), (("at_risk",) if one.profile == "contract_ended" else ("active",))


def _contracts(customer_id: str, one: Agreement) -> pd.DataFrame:
    """Return the chain of contracts of a client, each renewed by the next, until its end or beyond D."""
    columns = [
        "contract_id", "customer_id", "start", "end", "notice_date", "tender_date", "annual_amount",
        "recurring",
        "renewed_by",
    ]  # fmt: skip
    rows: list[list[object]] = []
    start = one.start
    while one.profile != "occasional" and start <= (one.end or AS_OF):
        end = start + pd.DateOffset(months=one.term, days=-1)
        if end == AS_OF or (one.end and (end > one.end or (one.end - end).days < 60)):
            end = one.end or end + pd.DateOffset(months=1)  # none ends on the analysis date itself
        amounts = _yearly_amounts(one, np.random.default_rng(int(customer_id)))
        rows.append([
            f"CT-{customer_id}-{len(rows) + 1}", customer_id, start, end, end - pd.DateOffset(months=3),
            end - pd.DateOffset(months=6) if one.public else pd.NaT,
            round(float(amounts[max(0, start.year - YEARS[0])]), 2), True, None,
        ])  # fmt: skip
        if len(rows) > 1:
            rows[-2][-1] = rows[-1][0]
        start = end + pd.Timedelta(days=1)
    return pd.DataFrame(rows, columns=columns).astype(_CONTRACT_TYPES)


def _yearly_amounts(one: Agreement, rng: np.random.Generator) -> np.ndarray:
    """Return the contract amount of each year: indexed every January, changed in N where planted."""
    ratios = 1 + rng.uniform(*_USUAL_YEAR, len(YEARS))
    ratios[-1] = 1 + rng.uniform(*_LAST_YEAR.get(one.profile, _USUAL_YEAR))
    return one.amount / np.append(np.cumprod(ratios[:0:-1])[::-1], 1.0)


def _lines(
    customers: pd.DataFrame, agreements: list[Agreement], contracts: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return every invoice line: terms of the contracts at each end of period, and jobs."""
    rows: list[tuple[object, ...]] = []
    for customer, one in zip(customers["customer_id"], agreements, strict=True):
        activity = str(rng.choice(_ACTIVITIES))
        if one.profile == "occasional":
            for day in rare_days(rng):
                rows.append((customer, int(day), 20_000 + int(rng.integers(0, 180_000)), "job", None))
            continue
        amounts = _yearly_amounts(one, np.random.default_rng(int(customer)))
        own = contracts[contracts["customer_id"] == customer]
        billed = pd.date_range(max(one.start, FIRST_DAY), one.end or AS_OF, freq="ME")
        if one.every == 3:
            billed = billed[billed.month % 3 == 0]
        for day in billed:
            contract = own.loc[own["start"] <= day, "contract_id"].iloc[-1]
            cents = round(amounts[day.year - YEARS[0]] * 100 * one.every / 12)
            rows.append((customer, day_number(str(day.date())), cents, activity, contract))
        # Jobs are small beside the contract, so that they never decide what a client is.
        for month in billed[rng.random(len(billed)) < 0.12 * one.every]:
            day = day_number(str(month.date())) - int(rng.integers(3, 20))
            cents = round(amounts[month.year - YEARS[0]] * 100 * rng.uniform(0.002, 0.01))
            rows.append((customer, day, cents, "job", None))
    lines = pd.DataFrame(rows, columns=["customer_id", "day", "cents", "activity", "contract_id"])
    job = lines["activity"] == "job"
    lines["activity"] = lines["activity"].mask(job, pd.Series(rng.choice(_JOBS, len(lines))))
    lines["document"], lines["doc_type"], lines["recurring"] = np.arange(len(lines)), "invoice", ~job
    lines["cost_cents"] = np.round(lines["cents"] * rng.uniform(0.6, 0.75, len(lines))).astype("int64")
    lines = numbered(_with_credits(lines, rng))
    vat = (lines["cents"] * 20 + 50) // 100
    return lines.assign(
        customer_name=lines["customer_id"].map(customers.set_index("customer_id")["name"]),
        due_date=lines["invoice_date"].where(lines["cents"] > 0) + pd.Timedelta(days=30),
        product=np.where(lines["recurring"], "Redevance contractuelle", "Intervention"),
        contract_id=lines["contract_id"].astype("str"),
        amount_ht=euros(lines["cents"]), vat=euros(vat), amount_ttc=euros(lines["cents"] + vat),
        cost=euros(lines["cost_cents"]),
    )  # fmt: skip


def _with_credits(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Cancel a few jobs of the early years, two weeks later."""
    early = lines[~lines["recurring"] & (lines["day"] < day_number("2023-06-01"))]
    chosen = early.iloc[np.sort(rng.permutation(len(early))[:6])].copy()
    chosen[["cents", "cost_cents"]] *= -1
    chosen["day"] += 14
    chosen["doc_type"] = "credit_note"
    chosen["document"] = len(lines) + np.arange(len(chosen))
    return pd.concat([lines, chosen], ignore_index=True)
