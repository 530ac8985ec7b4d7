"""Plans become invoice lines: products, quantities, prices, costs, credit notes, all in whole cents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.datasets.company import AS_OF, YEARS, day_number, euros, working_days
from capclient.datasets.profiles import HALF_YEAR, Plan, purchase_days

_SLOTS = 24  # products a client ever buys
_HALVES = 2 * len(YEARS)
_MOST_CREDITED = 0.03  # a credited line is at most this share of the half-year: growth stays as planted


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products of a company; ``price`` and ``cost`` are list values of 2021 in cents, one a product.

    ``price_index`` and ``cost_index`` multiply them, one a year.
    """

    products: pd.DataFrame  # product, name, family
    price: np.ndarray
    cost: np.ndarray
    price_index: np.ndarray
    cost_index: np.ndarray


def sold_lines(
    plans: list[Plan],
    catalogue: Catalogue,
    lines_per_order: np.ndarray,
    price_factor: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the lines that the plans produce: ``client day document product qty price cents cost``.

    Quantities are whole and the price of a client is the same all year; they are chosen so that the
    revenue of each half-year comes out at its planned value, to the rounding of a quantity.
    """
    days = [np.unique(working_days(purchase_days(plan, rng))) for plan in plans]
    orders = pd.DataFrame({
        "client": np.repeat(np.arange(len(plans)), [len(one) for one in days]),
        "day": np.concatenate(days),
    })  # fmt: skip
    orders["document"] = np.arange(len(orders))
    orders["size"] = rng.lognormal(0, 0.5, len(orders))
    counts = 1 + rng.poisson(lines_per_order[orders["client"]] - 1)
    lines = orders.loc[orders.index.repeat(np.minimum(counts, 14))].reset_index(drop=True)
    client, half = lines["client"].to_numpy(), HALF_YEAR[lines["day"]]
    by_year = np.array([plan.by_year for plan in plans])
    bucket = client * _HALVES + np.where(by_year[client], half - half % 2, half)
    target = np.concatenate([plan.targets() for plan in plans]) * 100
    weight = lines["size"].to_numpy() * rng.lognormal(0, 0.5, len(lines))
    wanted = target[bucket] * weight / np.bincount(bucket, weights=weight)[bucket]

    usual = pd.Series(wanted).groupby(client).median().reindex(range(len(plans)), fill_value=10_000.0)
    baskets = _baskets(usual.to_numpy(), catalogue.price, rng)
    lines["product"] = baskets[client, (rng.beta(0.9, 1.7, len(lines)) * _SLOTS).astype(int)]
    product, year = lines["product"].to_numpy(), half // 2
    price = np.round(catalogue.price[product] * catalogue.price_index[year] * price_factor[client])
    lines["price"] = np.maximum(1, price).astype("int64")
    lines["qty"] = _quantities(wanted, lines["price"].to_numpy(), bucket, target)
    lines["cents"] = lines["qty"] * lines["price"]
    unit_cost = catalogue.cost[product] * catalogue.cost_index[year]
    lines["cost"] = np.round(lines["qty"] * unit_cost).astype("int64")
    lines["doc_type"] = "invoice"
    lines["credited"] = -1
    lines["bucket"] = bucket
    return lines.drop(columns="size")


def with_credit_notes(
    lines: pd.DataFrame, clients: np.ndarray, share: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Add credit notes: returns, in part or in full, of a share of the small lines of some clients.

    Only frequent buyers get them, so that returns never decide what a client is.
    """
    half = lines.groupby("bucket")["cents"].transform("sum")
    last = day_number(AS_OF.date().isoformat())
    fit = (
        lines["client"].isin(clients)
        & (lines["cents"] <= half * _MOST_CREDITED)
        & (lines["day"] <= last - 32)
    )
    chosen = lines[fit & (rng.random(len(lines)) < share * len(lines) / max(1, int(fit.sum())))].copy()
    returned = np.maximum(1, np.round(chosen["qty"] * rng.uniform(0.2, 1.0, len(chosen)))).astype("int64")
    chosen["cost"] = -np.round(chosen["cost"] * returned / chosen["qty"]).astype("int64")
    chosen["qty"] = -returned
    chosen["cents"] = chosen["qty"] * chosen["price"]
    chosen["day"] = working_days(chosen["day"].to_numpy() + rng.integers(4, 26, len(chosen)))
    chosen["credited"] = chosen["document"]
    chosen["doc_type"] = "credit_note"
    chosen["document"] = lines["document"].max() + 1 + np.arange(len(chosen))
    return pd.concat([lines, chosen], ignore_index=True)


def with_vat(lines: pd.DataFrame) -> pd.DataFrame:
    """Add ``ttc``: the cents of each line with VAT at 20 %, so that documents and payments agree to the cent.

    Lines of an invoice and of the credit notes on it are rounded on their running total: their sum is the rounded
    sum, what :func:`payments` receives, and no line is more than a cent from its own rounding.
    """
    family = lines["document"].where(lines["credited"] < 0, lines["credited"])
    order = np.lexsort((np.arange(len(lines)), lines["document"], lines["credited"] >= 0, family))
    total = lines["cents"].iloc[order].groupby(family.iloc[order]).cumsum()
    rounded = (total * 120 + 50) // 100
    before = ((total - lines["cents"].iloc[order]) * 120 + 50) // 100
    return lines.assign(ttc=(rounded - before).sort_index())


def payments(lines: pd.DataFrame, delay: pd.Series, rng: np.random.Generator) -> pd.DataFrame:
    """Return what was received by the analysis date: each invoice with VAT, less the credit notes on it.

    Parameters
    ----------
    lines
        Finished lines: ``invoice_id customer_id due_date cents credited_invoice_id``.
    delay
        Usual days late of each client, by identifier; early payment is negative.
    """
    sold = lines[lines["doc_type"] == "invoice"].dropna(subset="customer_id")
    bills = sold.groupby("invoice_id", sort=True).agg(
        customer_id=("customer_id", "first"),
        billed=("invoice_date", "first"),
        due=("due_date", "first"),
        cents=("cents", "sum"),
    )
    credit = lines[lines["doc_type"] == "credit_note"].groupby("credited_invoice_id")["cents"].sum()
    net = bills["cents"] + credit.reindex(bills.index, fill_value=0)
    usual = bills["customer_id"].map(delay).fillna(0.0)
    late = usual + rng.normal(0, 1, len(bills)) * np.maximum(3.0, usual / 4)
    received = bills["due"] + pd.to_timedelta(np.round(late).astype("int64"), unit="D")
    paid = pd.DataFrame({
        "customer_id": bills["customer_id"], "invoice_id": bills.index,
        "date": np.maximum(received, bills["billed"]),
        "amount": euros((net * 120 + 50) // 100), "kind": "payment",
        "method": rng.choice(["Virement", "Chèque", "LCR"], len(bills), p=[0.7, 0.1, 0.2]),
    })  # fmt: skip
    paid = paid.reset_index(drop=True)
    forgotten = rng.random(len(paid)) < 0.003
    paid = paid[(paid["date"] <= AS_OF) & (paid["amount"] > 0) & ~forgotten]
    paid = paid.sort_values(["date", "invoice_id"], kind="stable").reset_index(drop=True)
    paid.insert(0, "payment_id", "R" + (paid.index + 1).astype(str).str.zfill(6))
    return paid


def losses(lines: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """Return the write-offs: invoices that nobody ever paid, given up at the end of the year after they were due.

    Same columns as ``paid``, of kind ``loss``; the invoices due since the last quarter of N-1 are still waited for.
    """
    sold = lines[lines["doc_type"] == "invoice"].dropna(subset="customer_id")
    bills = sold.groupby("invoice_id", sort=True).agg(
        customer_id=("customer_id", "first"), due=("due_date", "first")
    )
    family = lines["credited_invoice_id"].fillna(lines["invoice_id"])
    owed = lines["ttc"].groupby(family).sum().reindex(bills.index)
    waited = pd.Timestamp(AS_OF.year - 1, 10, 1)
    lost = (owed > 0) & ~bills.index.isin(paid["invoice_id"]) & (bills["due"] < waited)
    bills = bills[lost]
    given_up = pd.to_datetime((bills["due"].dt.year + 1).astype(str) + "-12-31")
    number = pd.Series(range(1, len(bills) + 1), index=bills.index).astype(str).str.zfill(3)
    found = pd.DataFrame({
        "payment_id": "P" + number, "customer_id": bills["customer_id"], "invoice_id": bills.index,
        "date": given_up, "amount": euros(owed[lost]), "kind": "loss", "method": "Écriture",
    })  # fmt: skip
    return found.reset_index(drop=True)


def _baskets(usual: np.ndarray, price: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the products of each client (clients x slots): none dearer than a quarter of its usual line."""
    by_price = np.argsort(price, kind="stable")
    affordable = np.searchsorted(price[by_price], usual / 4)
    pool = np.clip(affordable, min(20, len(price)), len(price))
    return by_price[(rng.random((len(usual), _SLOTS)) * pool[:, None]).astype(int)]


def _quantities(wanted: np.ndarray, price: np.ndarray, bucket: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return whole quantities; a second pass takes back what rounding the first added to a half-year."""
    qty = np.maximum(1, np.round(wanted / price))
    got = np.bincount(bucket, weights=qty * price)
    ratio = target[bucket] / np.maximum(got[bucket], 1)
    return np.maximum(1, np.round(wanted * ratio / price)).astype("int64")
