"""Which debts to recover first, and the next step of each client (E06, E07).

Floor 4. The order is that of euro-days: amounts overdue times the days they have waited, so that a large old debt
comes before a large young one and before a small old one. What is disputed is told apart: one does not dun a claim.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd

from capclient.thresholds import RecoveryThresholds

STAGES = ("none", "reconcile", "small", "reminder", "dunning", "formal_notice", "counsel")
CLAIMED = STAGES[3:]


def recovery_list(
    overdue: pd.DataFrame,
    *,
    as_of: date,
    credits: pd.Series | None = None,
    rejected: pd.Series | None = None,
    broken: pd.Series | None = None,
    doubtful: Collection[str] = (),
    thresholds: RecoveryThresholds | None = None,
) -> pd.DataFrame:
    """Return the clients with overdue debts, the most urgent first, with the step that is due.

    Parameters
    ----------
    overdue
        Open debts past their due date: ``customer_id``, ``due_date``, ``amount`` (cents), ``disputed`` (bool).
    credits
        Credits of each client that nobody has set against a debt (cents, positive): they come off what is claimed. A
        client whose credits cover its overdue debts owes a matching of the accounts, not a payment.
    rejected, broken
        Payments that came back, and promises to pay that were not kept, by client.
    doubtful
        Clients whose accounts may stand under two codes: nothing is claimed before somebody matched them.

    Returns
    -------
    DataFrame
        By client: ``overdue``, ``disputed``, ``credits``, ``claim``, ``small`` (cents), ``oldest_days``,
        ``oldest_due``, ``euro_days``, ``rejected``, ``broken_promises``, ``stage`` (a code of ``STAGES``; ``none`` when
        everything is disputed, ``reconcile`` when credits cover it or the account is doubtful, ``small`` when less than
        ``least_amount`` is owed: it stands in ``small``, and nothing is claimed) and ``next_date``, the day from which
        the next stage is due (missing for the last ones).

    Examples
    --------
    >>> debts = pd.DataFrame({"customer_id": ["A", "A", "B"], "amount": [500_000, 100_000, 80_000], "disputed": False,
    ...                       "due_date": pd.to_datetime(["2025-08-01", "2025-12-20", "2025-12-10"])})
    >>> table = recovery_list(debts, as_of=date(2025, 12, 31))
    >>> table.stage.to_dict(), table.euro_days.to_dict()
    ({'A': 'counsel', 'B': 'dunning'}, {'A': 771000, 'B': 16800})
    """
    limits = thresholds or RecoveryThresholds()
    day = pd.Timestamp(as_of)
    rows = overdue.assign(days=(day - pd.to_datetime(overdue["due_date"])).dt.days)
    rows = rows[rows.days > 0]
    firm = rows[~rows["disputed"].astype(bool)]
    table = pd.DataFrame(index=pd.Index(sorted(rows["customer_id"].unique()), name="customer_id"))
    table["overdue"] = firm.groupby("customer_id")["amount"].sum()
    table["disputed"] = rows[rows["disputed"].astype(bool)].groupby("customer_id")["amount"].sum()
    table["oldest_days"] = firm.groupby("customer_id").days.max()
    table = table.fillna(0).astype("int64")
    table["oldest_due"] = firm.groupby("customer_id")["due_date"].min()
    table["euro_days"] = (firm.days * firm["amount"]).groupby(firm["customer_id"]).sum()
    table["euro_days"] = table.euro_days.fillna(0).astype("int64") // 100
    for name, told in (("credits", credits), ("rejected", rejected), ("broken_promises", broken)):
        table[name] = 0 if told is None else told.reindex(table.index).fillna(0).astype("int64")
    waiting = (table.overdue - table.credits).clip(lower=0)
    claim = waiting.mask(table.index.isin(list(doubtful)), 0).astype("int64")
    is_small = (claim > 0) & (
        claim < int(limits.least_amount * 100)
    )  # a letter would cost more than it brings
    table["claim"], table["small"] = claim.mask(is_small, 0), claim.where(is_small, 0)
    table["euro_days"] = [
        days * rest // owed if owed else 0  # a doubtful account keeps its place: it is to be matched first
        for days, rest, owed in zip(table.euro_days, waiting, table.overdue, strict=True)
    ]
    listed: Any = table.itertuples()
    table["stage"] = [
        "small"
        if row.small
        else "reconcile"
        if row.overdue and not row.claim
        else _stage(row.claim, row.oldest_days, row.rejected + row.broken_promises, limits)
        for row in listed
    ]
    days = [_next_date(stage, due, limits) for stage, due in zip(table.stage, table.oldest_due, strict=True)]
    table["next_date"] = pd.Series(days, index=table.index, dtype="datetime64[ns]")
    order = ["euro_days", "overdue", "disputed", "customer_id"]
    return (
        table.reset_index().sort_values(order, ascending=[False, False, False, True]).set_index("customer_id")
    )


def slips(items: pd.DataFrame, most: Decimal) -> pd.Series:
    """Tell which debts are what cents of rounding leave of an invoice: ``most`` euros of it are open at most.

    ``items``: open debts, ``customer_id invoice_id item_id billed open`` (cents). Returns a bool by row of ``items``.
    """
    invoice = items.invoice_id.fillna(items.item_id)
    left = items.groupby([items.customer_id, invoice, items.billed], dropna=False).open.transform("sum")
    return left <= int(most * 100)


def _stage(claim: int, days: int, broken: int, limits: RecoveryThresholds) -> str:
    """Return the step that is due; counsel by amount and age, or by amount and broken word."""
    if claim <= 0:
        return "none"
    first, second, third = limits.stages
    if claim >= limits.counsel_amount * 100 and (
        days >= limits.counsel_days or broken >= limits.counsel_broken
    ):
        return "counsel"
    if days >= third:
        return "formal_notice"
    if days >= second:
        return "dunning"
    return "reminder" if days >= first else "none"


def _next_date(stage: str, oldest: pd.Timestamp, limits: RecoveryThresholds) -> Any:
    """Return the day the next step falls due, counted from the oldest due date."""
    place = CLAIMED.index(stage) + 1 if stage in CLAIMED else len(STAGES)
    if place >= len(limits.stages) or pd.isna(oldest):
        return pd.NaT
    return oldest + timedelta(days=limits.stages[place])
