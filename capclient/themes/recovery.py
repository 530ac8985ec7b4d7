"""What may be lost: disputes, losses, limits of credit, first debtors, and the recovery list (5.14 to 5.16).

Floor 5. Its findings bear the group ``receivables`` and are handed over by that theme.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from capclient.findings import Finding, finding
from capclient.portfolio import Portfolio
from capclient.themes import settlements as accounts
from capclient.themes.accounts import PAYMENTS, no_accounts, sales, year, year_caveat
from capclient.themes.lateness import lateness
from capclient.themes.once import once
from capclient.themes.recovery_list import names_of, recovery_clients
from capclient.vocabulary import Unknown

FOUND = (
    "dispute_rate", "bad_debt", "bad_debt_rate", "impairment_rate", "limit_exceeded_customers", "limit_exceeded_amount",
    "top5_overdue_share", "recovery_cases", "recovery_amount", "overdue_to_reconcile",
    "small_debt_customers", "small_debt_amount", "escalated_cases",
)  # fmt: skip
FIRST = 5


@dataclass(frozen=True)
class RecoveryTheme:
    """``clients``: the recovery list; ``limits``: exposure against the limit of credit, by client (euros).

    ``doubts``: the other codes that may have paid (see ``Recovery``). ``reason`` and ``limits_reason`` say why one of
    them is empty.
    """

    clients: pd.DataFrame
    reason: Unknown | None
    limits: pd.DataFrame
    limits_reason: Unknown | None
    doubts: pd.DataFrame
    findings: list[Finding]


@once
def recovery(portfolio: Portfolio) -> RecoveryTheme:
    """Return what is at risk among the debts of clients at D."""
    listed = recovery_clients(portfolio)
    limits = _limits(portfolio)
    known = not isinstance(limits, Unknown)
    return RecoveryTheme(
        clients=listed.clients,
        reason=listed.reason,
        limits=limits if known else pd.DataFrame(),  # type: ignore[arg-type]
        limits_reason=None if known else limits,  # type: ignore[arg-type]
        doubts=listed.doubts,
        findings=_findings(portfolio, listed.clients, listed.reason, limits),
    )


def _limits(portfolio: Portfolio) -> pd.DataFrame | Unknown:
    """Exposure against the limit of credit of each client that has one; the most exceeded first (5.16)."""
    missing = no_accounts(portfolio)
    if missing is not None:
        return missing
    if not portfolio.has("customers"):
        return Unknown("missing:credit_limit")
    sheet = portfolio.ledger.frame(
        "SELECT customer_id, (credit_limit * 100)::BIGINT AS credit_limit FROM {customers} "
        "WHERE credit_limit IS NOT NULL"
    ).drop_duplicates("customer_id")
    if sheet.empty:
        return Unknown("missing:credit_limit")
    sheet = sheet.set_index("customer_id")
    owed = lateness(portfolio).customers.receivable.reindex(sheet.index).fillna(0.0)
    table = pd.DataFrame({"name": names_of(portfolio, sheet.index), "receivable": owed})
    table["credit_limit"] = sheet.credit_limit / 100
    table["limit_used"] = (owed / table.credit_limit).where(table.credit_limit > 0)
    table["excess"] = (owed - table.credit_limit).clip(lower=0).round(2)
    return table.sort_values(["excess", "limit_used"], ascending=False, kind="stable")


def _findings(
    portfolio: Portfolio, clients: pd.DataFrame, missing: Unknown | None, limits: pd.DataFrame | Unknown
) -> list[Finding]:
    values: dict[str, object] = dict.fromkeys(FOUND, missing or Unknown("not_applicable"))
    values["impairment_rate"] = _impairment(portfolio)
    caveat = None
    if missing is None:
        told = accounts.events(portfolio, portfolio.windows.n)
        sold, lost = sales(portfolio), int(told.lost.sum())
        billed = int(told.billed.sum()) if sold.reason else sold.over(portfolio.windows.n)
        recent = accounts.events(portfolio, year(portfolio))
        billed_lately = int(recent.billed.sum()) if sold.reason else sold.over(year(portfolio))
        customers = lateness(portfolio).customers
        whole = portfolio.is_complete(portfolio.windows.n)
        no_rate = Unknown("denominator_zero") if whole else Unknown("period_incomplete")
        ratio = billed > 0 and whole
        known = portfolio.is_complete(
            year(portfolio)
        )  # a dispute open at D is compared with the months before D
        no_lately = Unknown("denominator_zero") if known else Unknown("period_incomplete")
        if accounts.disputes_known(portfolio):
            disputed = float(customers.disputed.sum())
            values["dispute_rate"] = (
                disputed * 100 / billed_lately if billed_lately > 0 and known else no_lately
            )
        else:
            values["dispute_rate"] = Unknown("missing:disputed")
        if not portfolio.has(PAYMENTS):
            values["bad_debt"] = values["bad_debt_rate"] = Unknown("missing:payments")
        elif not _kinds_told(portfolio):  # a loss would look like a payment, or be in no file
            values["bad_debt"] = values["bad_debt_rate"] = Unknown("missing:payment_kind")
        else:
            values["bad_debt"] = lost / 100
            values["bad_debt_rate"] = lost / billed if ratio else no_rate
        claimed = clients.claim[clients.claim > 0].sort_values(ascending=False)
        total = float(claimed.sum())
        share = float(claimed.head(FIRST).sum()) / total if total > 0 else Unknown("denominator_zero")
        values["top5_overdue_share"] = share
        values["recovery_cases"], values["recovery_amount"] = len(claimed), round(total, 2)
        # late all the same, but nobody is asked for it yet: credits cover it, or another code may have paid it
        values["overdue_to_reconcile"] = round(
            float((clients.overdue - clients.claim - clients.small).sum()), 2
        )
        values["small_debt_customers"] = int((clients.small > 0).sum())
        values["small_debt_amount"] = round(float(clients.small.sum()), 2)
        values["escalated_cases"] = int((clients.stage == "counsel").sum())
        caveat = "caveat.due_estimated" if lateness(portfolio).is_estimated else None
    if isinstance(limits, Unknown):
        values["limit_exceeded_customers"] = values["limit_exceeded_amount"] = limits
    else:
        values["limit_exceeded_customers"] = int((limits.excess > 0).sum())
        values["limit_exceeded_amount"] = float(limits.excess.sum())
    dated = {
        "top5_overdue_share", "recovery_cases", "recovery_amount", "overdue_to_reconcile",
        "small_debt_customers", "small_debt_amount", "escalated_cases",
    }  # fmt: skip
    period = portfolio.windows.n if portfolio.has_lines else None
    return [
        finding(
            f"receivables.{name}", values[name],  # type: ignore[arg-type]
            period=year(portfolio) if name == "dispute_rate" and period else period, inputs=accounts.INPUTS,
            caveat=year_caveat(portfolio) if name == "dispute_rate" else caveat if name in dated else None,
        )
        for name in FOUND
    ]  # fmt: skip


def _kinds_told(portfolio: Portfolio) -> bool:
    """Tell whether a payment of the file, or an item, says what it is: without a word, no loss can be told."""
    rows = portfolio.ledger.frame("SELECT count(kind) AS told FROM {payments}")
    return bool(rows.told.iloc[0])


def _impairment(portfolio: Portfolio) -> float | Unknown:
    """Return what the accounts impair of doubtful debts, excluding VAT: 491 over 416 (5.15)."""
    books = [
        book["facts"]["doubtful"] for book in portfolio.books.values() if "doubtful" in book.get("facts", {})
    ]
    if not books:
        return Unknown("missing:fec")
    rate = books[0].get("rate")
    return Unknown("not_applicable") if rate is None else float(rate)
