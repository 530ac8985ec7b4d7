"""Who owes: one row a client that has an account, with its ages, and the same by group or salesperson (5.1).

Floor 5. A client that owes without having bought in the ledger, carried forward from an earlier year, has its row too.
"""

from __future__ import annotations

import pandas as pd

from capclient.accounting.identity import UNKNOWN
from capclient.engine import receivables as engine
from capclient.portfolio import Portfolio
from capclient.themes.once import once

BUCKETS = {
    "0": "not_due", "1": "overdue_1_30", "2": "overdue_31_60", "3": "overdue_61_90", "4": "overdue_over_90",
    "undated": "undated", "unallocated": "unallocated", "disputed": "disputed",
}  # fmt: skip
LATE = ["overdue_1_30", "overdue_31_60", "overdue_61_90", "overdue_over_90"]
MONEY = ["receivable", *BUCKETS.values(), "overdue"]


@once
def debtors(portfolio: Portfolio) -> pd.DataFrame:
    """Return the account of each client at D.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, largest balance first: ``name group_id salesperson is_pool``, ``receivable`` (the
        balance), the classes of age, ``overdue`` (their sum), in euros, ``overdue_share`` of its open debits,
        ``oldest_days`` (days late of its oldest open debt, missing when none is late) and ``weight`` of the total.
    """
    sql = engine.aged((0, 30, 60, 90), by_customer=True)
    rows = portfolio.ledger.frame(sql, {"days": [portfolio.as_of]})
    wide = rows.pivot(index="customer_id", columns="bucket", values="cents") if len(rows) else pd.DataFrame()
    wide = wide.reindex(columns=list(BUCKETS)).rename(columns=BUCKETS).fillna(0).astype("int64")
    wide.index = wide.index.astype("str").rename("customer_id")
    wide["receivable"], wide["overdue"] = wide[list(BUCKETS.values())].sum(axis=1), wide[LATE].sum(axis=1)
    base = wide.not_due + wide.overdue + wide.undated
    total = int(wide.receivable.sum())
    frame = wide[MONEY] / 100
    frame["overdue_share"] = (wide.overdue / base).where(base > 0)
    frame["weight"] = wide.receivable / total if total > 0 else float("nan")
    oldest = portfolio.ledger.frame(engine.oldest(), {"day": portfolio.as_of})
    days = (pd.Timestamp(portfolio.as_of) - oldest.due_date.astype("datetime64[ns]")).dt.days
    days.index = oldest.customer_id.astype("str")
    frame["oldest_days"] = days[days > 0].reindex(frame.index).astype("Int64")
    known = _described(portfolio, frame.index)
    return known.join(frame).sort_values(["receivable", "name"], ascending=[False, True], kind="stable")


def by_attribute(clients: pd.DataFrame, name: str) -> pd.DataFrame:
    """Sum the accounts of clients by group or salesperson; empty when nobody has one.

    Returns
    -------
    DataFrame
        Indexed by the attribute, largest balance first; clients without one have a row of their own, whose key is
        missing, so that the rows add up to the accounts. ``customers`` counts the clients of each that have an account.
    """
    if not clients[name].notna().any():
        return pd.DataFrame()
    told = clients.groupby(name, dropna=False)
    summed = told[MONEY].sum().round(2)
    base = (summed.not_due + summed.overdue + summed.undated).round(2)
    summed["overdue_share"] = (summed.overdue / base).where(base > 0)
    summed["customers"] = told.size()
    summed["weight"] = (
        summed.receivable / total if (total := float(clients.receivable.sum())) > 0 else float("nan")
    )
    return summed.sort_values("receivable", ascending=False, kind="stable")


def _described(portfolio: Portfolio, index: pd.Index) -> pd.DataFrame:
    """Names, groups and salespeople: those of the ledger, else those of the client sheet."""
    sheet = portfolio.table("customers").set_index("customer_id")
    sheet = sheet[~sheet.index.duplicated()].reindex(index)
    known = portfolio.customers.reindex(index)
    frame = pd.DataFrame(index=index)
    for name in ("name", "group_id", "salesperson"):
        said = sheet[name].astype("object") if name in sheet else pd.Series(None, index=index, dtype="object")
        frame[name] = known[name].astype("object").where(known[name].notna(), said)
    frame["name"] = frame.name.where(frame.name.notna(), pd.Series(index, index=index)).astype("str")
    pool = known.is_pool.astype("boolean")
    if "is_pool" in sheet:
        pool = pool.fillna(sheet.is_pool.astype("boolean"))
    frame["is_pool"] = pool.fillna(False).astype("bool") | (index == UNKNOWN)
    return frame
