"""How the clients of the services company settle: in full or in parts, late, back from the bank, or never.

One truth, told twice: the file of receipts and the accounts are both written from it, so they must agree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from capclient.datasets.company import AS_OF, euros

SEED = 20_250_212
_LATE_CLIENTS, _LATE = 4, (35, 80)
_USUAL = {True: (0, 31), False: (-6, 21)}  # days after the due date: a public buyer pays in 30 to 60 days
_PARTIAL, _PARTIAL_OPEN, _INSTALMENTS, _REJECTED, _DISPUTED, _LOST = 14, 4, 6, 5, 5, 3
_STRAY = (1_234.56, 480.10, 2_071.33, 96.47)  # received, for what nobody knows
_BANK_DELAY, _AGAIN = 6, 21  # days until a direct debit comes back, and until it is paid all the same
_WRITTEN_OFF = "2024-12-31"


def settlements(
    lines: pd.DataFrame, customers: pd.DataFrame, gone: list[str]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return what was received by the analysis date, and what was planted.

    Parameters
    ----------
    lines
        The ledger: ``invoice_id customer_id invoice_date due_date amount_ttc``.
    customers
        ``customer_id is_public``.
    gone
        Clients that left long ago; one of them never paid its last invoices.

    Returns
    -------
    tuple
        Rows of ``payments`` (``kind``: payment, reject or loss; amounts with VAT) in the order of their dates; of the
        key: ``late_clients`` and the invoices ``partial``, ``partial_open``, ``instalments``, ``rejected``,
        ``disputed``, ``lost``; ``stray`` (identifiers of receipts that name no invoice).
    """
    rng = np.random.default_rng(SEED)
    bills = _bills(lines, customers)
    late = sorted(
        map(
            str,
            rng.permutation(sorted(bills.loc[~bills["is_public"], "customer_id"].unique()))[:_LATE_CLIENTS],
        )
    )
    span = np.where(
        bills["is_public"], *(np.array(_USUAL[one])[:, None] * np.ones(len(bills)) for one in (True, False))
    )
    days = rng.integers(span[0].astype(int), span[1].astype(int))
    days = np.where(bills["customer_id"].isin(late), rng.integers(*_LATE, len(bills)), days)
    bills["paid"] = np.maximum(
        bills["due"] + pd.to_timedelta(days, unit="D"), bills["day"] + pd.Timedelta(days=2)
    )
    special = _special(bills, gone, rng)
    rows: list[tuple[Any, ...]] = []
    for one in bills.itertuples():
        rows += _receipts(one, special.get(str(one.invoice_id), ""))
    for client, amount in zip(rng.permutation(sorted(bills["customer_id"].unique())), _STRAY, strict=False):
        day = AS_OF - pd.Timedelta(days=int(rng.integers(15, 300)))
        rows.append((str(client), None, day, round(amount * 100), "payment", "Virement"))
    table = pd.DataFrame(rows, columns=["customer_id", "invoice_id", "date", "cents", "kind", "method"])
    table = table[table["date"] <= AS_OF].sort_values(["date", "customer_id", "invoice_id"], kind="stable")
    table = table.reset_index(drop=True)
    table.insert(0, "payment_id", "ENC" + (table.index + 1).astype(str).str.zfill(5))
    table["amount"] = euros(table["cents"])
    key: dict[str, Any] = {
        "late_clients": late,
        "stray": table.loc[table["invoice_id"].isna(), "payment_id"].tolist(),
    }
    for kind in ("partial", "partial_open", "instalments", "rejected", "disputed", "lost"):
        key[kind] = sorted(number for number, planted in special.items() if planted == kind)
    columns = ["payment_id", "customer_id", "invoice_id", "date", "amount", "kind", "method"]
    return table[columns], {"settlements": key}


def _bills(lines: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """One row an invoice, in order: client, days, cents with VAT."""
    cents = lines.assign(cents=(lines["amount_ttc"] * 100).round().astype("int64"))
    bills = cents[cents["doc_type"] == "invoice"].groupby("invoice_id", sort=True).agg(
        customer_id=("customer_id", "first"), day=("invoice_date", "first"), due=("due_date", "first"),
        cents=("cents", "sum"),
    ).reset_index()  # fmt: skip
    is_public = bills["customer_id"].map(customers.set_index("customer_id")["is_public"])
    return bills.assign(is_public=is_public.astype(bool))


def _special(bills: pd.DataFrame, gone: list[str], rng: np.random.Generator) -> dict[str, str]:
    """Choose the invoices that are not simply paid at once."""
    found: dict[str, str] = {}
    large = bills["cents"] > 60_000

    def draw(kind: str, many: int, fit: pd.Series) -> None:
        free = bills.loc[fit & large & ~bills["invoice_id"].isin(list(found)), "invoice_id"].to_numpy()
        found.update(dict.fromkeys(map(str, rng.permutation(free)[:many]), kind))

    of_gone = bills[bills["customer_id"].isin(gone) & large]
    debtor = sorted(of_gone["customer_id"].unique())[0]
    last = of_gone.loc[of_gone["customer_id"] == debtor, "invoice_id"].tolist()[-_LOST:]
    found.update(dict.fromkeys(last, "lost"))
    draw("partial_open", _PARTIAL_OPEN, bills["day"].between("2025-08-01", "2025-10-15"))
    draw("disputed", _DISPUTED, bills["day"].between("2025-03-01", "2025-10-31"))
    settled = bills["day"].between("2022-01-01", "2025-06-30")
    draw("partial", _PARTIAL, settled)
    draw("instalments", _INSTALMENTS, settled)
    draw("rejected", _REJECTED, bills["day"].between("2025-01-01", "2025-09-30"))
    return found


def _receipts(one: Any, kind: str) -> list[tuple[Any, ...]]:
    """Return the receipts of an invoice: client, invoice, day, cents, kind, method."""

    def receipt(
        day: pd.Timestamp, cents: int, nature: str = "payment", method: str = "Virement"
    ) -> tuple[Any, ...]:
        return one.customer_id, one.invoice_id, day, cents, nature, method

    third = one.cents // 3
    month = pd.Timedelta(days=30)
    if kind in ("partial", "partial_open"):
        parts = [receipt(one.due + pd.Timedelta(days=5), one.cents * 2 // 5)]
        return (
            parts
            if kind == "partial_open"
            else [*parts, receipt(one.due + 2 * month, one.cents - one.cents * 2 // 5)]
        )
    if kind == "instalments":
        return [
            receipt(one.due + step * month, third if step else one.cents - 2 * third) for step in range(3)
        ]
    if kind == "rejected":
        back = one.due + pd.Timedelta(days=_BANK_DELAY)
        return [
            receipt(one.due, one.cents, method="Prélèvement"), receipt(back, -one.cents, "reject", "Prélèvement"),
            receipt(back + pd.Timedelta(days=_AGAIN), one.cents),
        ]  # fmt: skip
    if kind == "lost":
        return [receipt(pd.Timestamp(_WRITTEN_OFF), one.cents, "loss", "Écriture")]
    return [] if kind == "disputed" else [receipt(one.paid, one.cents)]
