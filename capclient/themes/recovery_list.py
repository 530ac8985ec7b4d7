"""The recovery list of a portfolio: whom to remind first, and the step that is due (E06, E07).

Floor 5. The list follows rules of the parameters (``thresholds.recovery``); a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from capclient.accounting.identity import COUNTER, UNKNOWN
from capclient.engine import payments as engine
from capclient.indicators.recovery import recovery_list
from capclient.levels import activity_code
from capclient.portfolio import Portfolio
from capclient.themes import settlements as accounts
from capclient.themes.accounts import no_accounts, year
from capclient.themes.lateness import lateness
from capclient.themes.once import once
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import count, money

REMINDERS = ("mail", "call", "visit", "claim", "dispute")  # exchanges that a file tells
PROMISE = ("promesse", "promise")


@dataclass(frozen=True)
class Recovery:
    """``clients``: the list, most urgent first (euros), with names, score and grade; or why there is none.

    ``doubts``: why nothing is claimed of some of them, one row a client and other code: ``customer_id other payments
    amount`` (number and cents received under the other code that name its debts; 0 when the codes alone are alike).
    """

    clients: pd.DataFrame
    reason: Unknown | None
    doubts: pd.DataFrame


@once
def recovery_clients(portfolio: Portfolio) -> Recovery:
    """Return the recovery list of a portfolio at D."""
    missing = no_accounts(portfolio)
    if missing is not None:
        return Recovery(pd.DataFrame(), missing, pd.DataFrame())
    late = accounts.overdue(portfolio)
    late = late[~late.customer_id.isin(_nobody(portfolio))]
    told = accounts.events(portfolio, year(portfolio))
    doubts = _doubts(portfolio, set(late.customer_id))
    table = recovery_list(
        late, as_of=portfolio.as_of, credits=_credits(portfolio), rejected=told.rejected,
        broken=_broken(portfolio, late), doubtful=set(doubts.customer_id), thresholds=portfolio.thresholds.recovery,
    )  # fmt: skip
    known = lateness(portfolio).customers
    people = portfolio.customers.reindex(table.index)
    table["name"] = names_of(portfolio, table.index)
    table["salesperson"] = people.salesperson.astype("str")
    table["payment_score"], table["payment_grade"] = (
        known[name].reindex(table.index) for name in known.columns[-2:]
    )
    for name in ("overdue", "disputed", "credits", "claim", "small"):
        table[name] = table[name] / 100
    return Recovery(table, None, doubts)


def _doubts(portfolio: Portfolio, late: set[str]) -> pd.DataFrame:
    """Return late clients that another code may have paid for: it names their debts, or differs by case or blanks."""
    day = {"day": portfolio.as_of}
    named = portfolio.ledger.frame(engine.ELSEWHERE, day).rename(columns={"payer": "other"})
    known = portfolio.ledger.frame(engine.CODES, day).customer_id
    alike = known.groupby(known.map(_bare)).agg(list)
    told = set(zip(named.customer_id, named.other, strict=True))
    pairs = (
        (one, group[0] if one != group[0] else group[1])
        for group in alike[alike.map(len) > 1]
        for one in group
    )
    twins = [(*pair, 0, 0) for pair in pairs if pair not in told]
    rows = [*named.itertuples(index=False, name=None), *twins]
    found = pd.DataFrame(rows, columns=["customer_id", "other", "payments", "amount"])
    return found[found.customer_id.isin(late)].sort_values(["customer_id", "other"], ignore_index=True)


def doubt_lines(doubts: pd.DataFrame, lang: str, currency: str) -> list[str]:
    """Say why the accounts of a client are to be matched before anything is claimed."""
    rows: Any = doubts.itertuples()
    return [
        text(f"case.doubt.{'alike' if not row.payments else 'one' if row.payments == 1 else 'many'}", lang,
             other=row.other, count=count(row.payments, lang),
             amount=money(Decimal(int(row.amount)).scaleb(-2), lang, currency, cents=True))
        for row in rows
    ]  # fmt: skip


def _bare(code: str) -> str:
    return "".join(code.split()).casefold()


def names_of(portfolio: Portfolio, index: pd.Index) -> pd.Series:
    """Return the names of clients of the accounts, their identifiers where nobody told one."""
    names = portfolio.customers.name.reindex(index)
    sheet = portfolio.table("customers").drop_duplicates("customer_id").set_index("customer_id")
    names = names.fillna(sheet.name.reindex(index))
    return names.fillna(pd.Series(index, index=index)).astype("str")


def _nobody(portfolio: Portfolio) -> set[str]:
    """Return the accounts to which no letter can be sent: pooled codes, and lines without client."""
    sheet = portfolio.table("customers")
    pools = set(sheet.customer_id[sheet.is_pool.fillna(False).astype(bool)]) if len(sheet) else set()
    return pools | set(portfolio.customers.index[portfolio.customers.is_pool]) | {UNKNOWN, COUNTER}


def _credits(portfolio: Portfolio) -> pd.Series:
    """Return the credits of each client that nobody has set against a debt, in cents."""
    rows = accounts.still_open(portfolio)
    return -rows[~rows.is_debit].groupby("customer_id").amount.sum()


def _broken(portfolio: Portfolio, late: pd.DataFrame) -> pd.Series:
    """Count the promises to pay, told among the exchanges, of debts that were already due and still are."""
    talks = reminders(portfolio)
    if talks.empty or late.empty:
        return pd.Series(dtype="int64")
    promised = talks[
        talks.cause.map(lambda cause: isinstance(cause, str) and activity_code(cause).startswith(PROMISE))
    ]
    oldest = pd.to_datetime(late.due_date).groupby(late.customer_id).min()
    due = promised.customer_id.map(oldest)
    kept_waiting = promised[(due < promised.date) & (promised.date < pd.Timestamp(portfolio.as_of))]
    return kept_waiting.groupby("customer_id").size()


def reminders(portfolio: Portfolio) -> pd.DataFrame:
    """Return the exchanges up to D that a file may tell: ``customer_id date type channel cause salesperson``."""
    names = ["customer_id", "date", "type", "channel", "cause", "salesperson"]
    table = portfolio.table("interactions")
    if table.empty:
        return pd.DataFrame(columns=names).astype({"date": "datetime64[ns]"})
    told = table[table["type"].isin(REMINDERS) & (table["date"] <= pd.Timestamp(portfolio.as_of))]
    return told[names].sort_values(["customer_id", "date", "type"], kind="stable")


def open_claims(portfolio: Portfolio) -> pd.Series:
    """Count by client the complaints and disputes noted up to D that nobody had closed by then; none if never told."""
    table = portfolio.table("interactions")
    if table.empty or table.closed.isna().all():
        return pd.Series(dtype="int64")
    day = pd.Timestamp(portfolio.as_of)
    noted = table[table["type"].isin(("claim", "dispute")) & (table["date"] <= day)]
    return noted[noted.closed.isna() | (noted.closed > day)].groupby("customer_id").size()
