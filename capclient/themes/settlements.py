"""What the customers' accounts of a portfolio say of payments, as small frames; or why they say nothing.

Floor 5. The shared half of the themes of lateness, terms and recovery.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capclient.engine import payments as engine
from capclient.periods import Period
from capclient.portfolio import Portfolio
from capclient.themes.accounts import ITEMS, PAYMENTS, no_accounts
from capclient.themes.once import once
from capclient.vocabulary import Unknown

INPUTS = (ITEMS, PAYMENTS, "allocations")


def no_payments(portfolio: Portfolio) -> Unknown | None:
    """Return why nobody knows which invoice was paid when, None when it is known."""
    missing = no_accounts(portfolio)
    if missing is not None:
        return missing
    if not portfolio.has(PAYMENTS):
        return Unknown("missing:payments")
    return None if portfolio.has("allocations") else Unknown("missing:allocations")


def paid(portfolio: Portfolio, period: Period) -> pd.DataFrame:
    """Return what payments settled in a period: ``customer_id due_date paid_date is_estimated amount settlements``."""
    return portfolio.ledger.frame(engine.PAID, _named(portfolio, period))


def settled(portfolio: Portfolio, period: Period) -> pd.DataFrame:
    """Return the invoices settled in a period: ``customer_id days is_late amount invoices``."""
    return portfolio.ledger.frame(engine.SETTLED, _named(portfolio, period))


@once
def still_open(portfolio: Portfolio) -> pd.DataFrame:
    """Return what is open at D: ``customer_id due_date is_estimated disputed is_debit amount`` (signed cents)."""
    return portfolio.ledger.frame(engine.STILL_OPEN, {"day": portfolio.as_of})


def unallocated_caveat(portfolio: Portfolio) -> str | None:
    """Return the caveat of what is said of open debts when receipts matched to nothing are large against them."""
    rows = still_open(portfolio)
    owed, apart = int(rows.amount[rows.is_debit].sum()), -int(rows.amount[~rows.is_debit].sum())
    above = owed > 0 and apart > float(portfolio.thresholds.receivables.unallocated) * owed
    return "caveat.unallocated" if above else None


def caveats(*codes: str | None) -> str | None:
    """Join caveats as a finding bears them: codes with blanks between them, None for none."""
    return " ".join(code for code in codes if code) or None


def overdue(portfolio: Portfolio) -> pd.DataFrame:
    """Return the open debts past their due date at D, disputed ones included."""
    rows = still_open(portfolio)
    return rows[rows.is_debit & (pd.to_datetime(rows.due_date) < pd.Timestamp(portfolio.as_of))]


def late_invoices(portfolio: Portfolio, period: Period, *, apart: Sequence[str] = ()) -> pd.Series:
    """Return the number of invoices of each client paid late in a period, or overdue at D.

    What is open of the clients ``apart`` does not count.
    """
    is_known = no_payments(portfolio) is None
    named = _named(portfolio, period) if is_known else {"day": portfolio.as_of}
    sql = engine.late_invoices(with_settled=is_known)
    rows = portfolio.ledger.frame(sql, named | {"apart": list(apart)})
    return rows.set_index("customer_id").invoices


def events(portfolio: Portfolio, period: Period) -> pd.DataFrame:
    """Return by client what was billed and lost in a period (cents), and how many payments came and came back."""
    return portfolio.ledger.frame(engine.EVENTS, _named(portfolio, period)).set_index("customer_id")


def disputes_known(portfolio: Portfolio) -> bool:
    """Tell whether somebody says which debts are disputed."""
    if not portfolio.has(ITEMS):
        return False
    rows = portfolio.ledger.frame("SELECT count(disputed) AS told FROM {receivable_items}")
    return bool(rows.told.iloc[0])


def _named(portfolio: Portfolio, period: Period) -> dict[str, object]:
    return {"start": period.start, "end": period.end, "day": portfolio.as_of}
