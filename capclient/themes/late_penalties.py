"""What late payers owe on top of their debts: interest and fixed indemnities (5.11, 5.12).

Floor 5. Nothing is asked for a debt that a receipt may already have paid: the open debts of clients whose accounts are
to be reconciled first (credits cover them, or another code may have paid) are left out, and their amount is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from capclient import regulation
from capclient.findings import Finding, finding
from capclient.indicators.penalties import recovery_indemnity, rounded_euros
from capclient.portfolio import Portfolio
from capclient.themes import settlements as accounts
from capclient.themes.accounts import no_accounts, year, year_caveat
from capclient.themes.buyers import PRIVATE
from capclient.themes.lateness import is_client
from capclient.themes.penalty_rates import claims_penalties, floor_unchecked
from capclient.themes.recovery_list import recovery_clients
from capclient.vocabulary import Unknown

PENALTIES = ("late_penalties_due", "recovery_indemnity_due", "late_invoices", "unclaimable_penalties",
             "penalties_to_reconcile")  # fmt: skip
COLUMNS = (
    "exact",
    "paid_late",
    "overdue",
    "penalty",
    "late_invoices",
    "indemnity",
    "is_estimated",
    "unrated",
)


@dataclass(frozen=True)
class LatePenalties:
    """``clients``: exact cents in ``exact``, euros in ``penalty`` and ``indemnity`` by client; or why there is none."""

    clients: pd.DataFrame
    reason: Unknown | None
    findings: list[Finding]


def late_penalties(portfolio: Portfolio, buyers: pd.Series) -> LatePenalties:
    """Return what is owed for debts paid late in N, and for undisputed debts overdue at D."""
    missing = no_accounts(portfolio)
    if missing is not None:
        found = [_found(portfolio, name, missing) for name in PENALTIES]
        return LatePenalties(pd.DataFrame(), missing, found)
    claims = _claims(portfolio)
    claims["exact"] = claims_penalties(portfolio, claims, buyers)
    apart = _to_reconcile(portfolio)
    is_apart = claims.is_open & claims.customer_id.isin(apart)
    clients = _by_client(portfolio, claims[~is_apart], apart)
    left_out = rounded_euros(_total(claims.exact[is_apart])) + _indemnity(portfolio, apart)
    caveats = _caveats(portfolio, claims[~is_apart], clients, buyers)
    return LatePenalties(clients, None, _findings(portfolio, clients, left_out, caveats))


def _to_reconcile(portfolio: Portfolio) -> list[str]:
    """Return the late clients whose accounts are to be matched before anything is claimed."""
    clients = recovery_clients(portfolio).clients
    return [] if clients.empty else clients.index[clients.stage == "reconcile"].astype(str).tolist()


def _claims(portfolio: Portfolio) -> pd.DataFrame:
    """List late debts: those open at D and undisputed, and what payments settled late in N."""
    late = accounts.overdue(portfolio)
    late = late[~late.disputed.astype(bool)].assign(end_date=pd.Timestamp(portfolio.as_of), is_open=True)
    parts = [late]
    if accounts.no_payments(portfolio) is None:
        paid = accounts.paid(portfolio, year(portfolio))
        paid = paid[pd.to_datetime(paid.paid_date) > pd.to_datetime(paid.due_date)]
        parts.append(paid.assign(end_date=paid.paid_date, is_open=False))
    names = ["customer_id", "amount", "due_date", "end_date", "is_open", "is_estimated"]
    some = [part[names] for part in parts if len(part)] or [late[names]]
    claims = pd.concat(some, ignore_index=True)
    return claims.astype({"is_open": bool, "is_estimated": bool})


def _by_client(portfolio: Portfolio, claims: pd.DataFrame, apart: list[str]) -> pd.DataFrame:
    if claims.empty:
        return pd.DataFrame(columns=list(COLUMNS), index=pd.Index([], name="customer_id"))
    keys = claims.customer_id
    unrated = claims.exact.isna()
    table = pd.DataFrame(
        {
            "exact": claims.exact.groupby(keys).agg(_total),
            "paid_late": claims.amount.where(~claims.is_open, 0).groupby(keys).sum() / 100,
            "overdue": claims.amount.where(claims.is_open, 0).groupby(keys).sum() / 100,
            "is_estimated": claims.is_estimated.groupby(keys).any(),
            "unrated": unrated.groupby(keys).sum(),
        }
    )
    table["penalty"] = [float(rounded_euros(value)) for value in table.exact]
    table.loc[unrated.groupby(keys).all(), "penalty"] = float("nan")
    invoices = accounts.late_invoices(portfolio, year(portfolio), apart=apart)
    table["late_invoices"] = invoices.reindex(table.index).fillna(0).astype("int64")
    each = regulation.indemnity()
    table["indemnity"] = [float(recovery_indemnity(int(n), amount=each)) for n in table.late_invoices]
    return table[list(COLUMNS)].sort_values(["penalty", "indemnity"], ascending=False, kind="stable")


def _indemnity(portfolio: Portfolio, apart: list[str]) -> Decimal:
    """Return the indemnities of the open debts of some clients, in euros."""
    if not apart:
        return Decimal(0)
    period = year(portfolio)
    every, kept = (accounts.late_invoices(portfolio, period, apart=out).sum() for out in ([], apart))
    return recovery_indemnity(int(every - kept), amount=regulation.indemnity())


def _total(values: pd.Series) -> Fraction:
    """Add exact numbers; those that nobody could compute count for nothing."""
    return sum((value for value in values if isinstance(value, Fraction)), Fraction(0))


def _caveats(
    portfolio: Portfolio, claims: pd.DataFrame, owed: pd.DataFrame, buyers: pd.Series
) -> dict[str, str | None]:
    estimated = "caveat.due_estimated" if len(owed) and owed.is_estimated.any() else None
    credit = portfolio.params.credit
    refi = regulation.refi_rates(credit.refi_rates)
    rate = None
    if len(owed) and credit.penalty_rate is None and portfolio.as_of > regulation.rates_known_to(refi):
        rate = "caveat.refi_old"
    elif len(owed) and owed.unrated.any():
        rate = "caveat.refi_partial"
    floor = "caveat.floor_unchecked" if _has_unchecked(portfolio, claims, buyers) else None
    apart, twelve = accounts.unallocated_caveat(portfolio), year_caveat(portfolio)
    caveats: dict[str, str | None] = dict.fromkeys(PENALTIES, accounts.caveats(estimated, twelve))
    caveats["late_penalties_due"] = accounts.caveats(estimated, rate, floor, apart, twelve)
    caveats["recovery_indemnity_due"] = accounts.caveats(estimated, apart, twelve)
    return caveats


def _has_unchecked(portfolio: Portfolio, claims: pd.DataFrame, buyers: pd.Series) -> bool:
    """Tell whether a contract rate counts in a half-year whose legal interest rate is missing."""
    kinds = buyers.reindex(claims.customer_id).fillna(PRIVATE).to_numpy()
    return any(
        floor_unchecked(
            portfolio, str(buyer), pd.to_datetime(group.due_date).min().date() + timedelta(days=1),
            pd.to_datetime(group.end_date).max().date(),
        )
        for buyer, group in claims.groupby(kinds)
    )  # fmt: skip


def _findings(
    portfolio: Portfolio, owed: pd.DataFrame, left_out: Decimal, caveats: dict[str, str | None]
) -> list[Finding]:
    late = int(owed.late_invoices.sum())
    unrated = len(owed) > 0 and owed.penalty.isna().all()
    pools = owed[~is_client(portfolio, owed.index)]
    claimed_of_nobody = Decimal(str(pools.indemnity.sum())) + rounded_euros(_total(pools.exact))
    values: dict[str, object] = {
        "late_penalties_due": Unknown("missing:refi_rates")
        if unrated
        else float(rounded_euros(_total(owed.exact))),
        "recovery_indemnity_due": float(recovery_indemnity(late, amount=regulation.indemnity())),
        "late_invoices": late,
        "unclaimable_penalties": float(claimed_of_nobody),
        "penalties_to_reconcile": float(left_out),
    }
    return [_found(portfolio, name, values[name], caveats[name], late) for name in PENALTIES]


def _found(
    portfolio: Portfolio, name: str, value: object, caveat: str | None = None, n: int | None = None
) -> Finding:
    period = year(portfolio) if portfolio.has_lines else None
    return finding(
        f"receivables.{name}", value, period=period, n=n, caveat=caveat, inputs=accounts.INPUTS,  # type: ignore[arg-type]
    )  # fmt: skip
