"""Chapter 70, first half: what clients owe, since when, how it moved, how long the company waits.

Floor 7.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from capclient import figures
from capclient.figures.receivables import class_name
from capclient.notebook.desk import absent, desk, found
from capclient.notebook.listing import client_words, listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.receivables import BESIDE, Receivables
from capclient.vocabulary import Unknown
from capclient.wording import text

__all__ = [
    "ageing_figure",
    "ageing_table",
    "beside_table",
    "credit_balances_table",
    "debtor_groups_table",
    "debtor_salespeople_table",
    "debtors_figure",
    "debtors_table",
    "owed_figure",
    "sources_of_accounts_table",
    "wait_figure",
]

DRAWN = 12


def ageing_figure(owed: Receivables) -> figures.Figure | Notice:
    """Draw the aged balance, what is to come at the left and what is overdue at the right."""
    if owed.reason is not None:
        return absent(owed.reason)
    return figures.ageing_figure(owed.balance, owed.ahead, **desk().drawn)


def ageing_table(owed: Receivables) -> Table | Notice:
    """Show the aged balance class by class; the last row is the balance of the accounts."""
    if owed.reason is not None:
        return absent(owed.reason)
    lang = desk().lang
    late = [name for name in owed.balance.index if name.startswith("overdue_")]
    debits = float(owed.balance[["not_due", *late, "undated"]].sum())
    rows = [
        *((_side(name), float(amount)) for name, amount in owed.ahead.iloc[::-1].items()),
        *((_side(name), float(owed.balance[name])) for name in [*late, "undated", "disputed", "unallocated"]),
        (text("column.receivable", lang), float(owed.balance.sum())),
    ]
    frame = pd.DataFrame(rows, columns=["age", "amount_open"])
    frame["open_share"] = (frame.amount_open / debits).where(frame.index < 8) if debits > 0 else float("nan")
    frame.loc[frame.age.isin([_side("disputed"), _side("unallocated")]), "open_share"] = float("nan")
    return listing(frame, ["age", "amount_open", "open_share"], "table.ageing", note="table.ageing.note")


def _side(name: Any) -> str:
    """Say a class with its side of today."""
    lang = desk().lang
    words = class_name(str(name), lang)
    if not str(name).startswith(("due_", "overdue_")):
        return words[:1].upper() + words[1:]
    side = "ahead" if str(name).startswith("due_") else "late"
    return (
        f"{text(f'figure.ageing.{side}', lang)} : {words}"
        if lang == "fr"
        else (f"{text(f'figure.ageing.{side}', lang)}: {words}")
    )


def debtors_figure(owed: Receivables) -> figures.Figure | Notice:
    """Draw what the first debtors owe, by age."""
    if owed.reason is not None:
        return absent(owed.reason)
    first = owed.customers[owed.customers.receivable > 0].head(DRAWN)
    if first.empty:
        return absent(Unknown("not_applicable"))
    first = first.assign(name=client_words(first["name"], desk().lang))
    return figures.debtors_figure(first, **desk().drawn)


def debtors_table(owed: Receivables, *, most: int = 15) -> Table | Notice:
    """Show the first debtors: balance, ages, days of the oldest debt."""
    if owed.reason is not None:
        return absent(owed.reason)
    frame = owed.customers[owed.customers.receivable > 0]
    names = [
        "name",
        "customer_id",
        "receivable",
        "weight",
        "not_due",
        "overdue",
        "overdue_over_90",
        "oldest_days",
    ]
    return listing(frame, [*names, "salesperson"], "table.debtors", most=most)


def debtor_groups_table(owed: Receivables, *, most: int = 10) -> Table | Notice:
    """Show what each group owes."""
    if owed.reason is None and owed.groups.empty:
        return absent(Unknown("missing:group_id"))
    return _summed(owed, owed.groups.rename_axis("group_name"), "group_name", "table.debtor_groups", most)


def debtor_salespeople_table(owed: Receivables, *, most: int = 15) -> Table | Notice:
    """Show what the clients of each salesperson owe."""
    if owed.reason is None and owed.salespeople.empty:
        return absent(Unknown("missing:salesperson"))
    return _summed(owed, owed.salespeople, "salesperson", "table.debtor_salespeople", most)


def _summed(owed: Receivables, frame: pd.DataFrame, name: str, caption: str, most: int) -> Table | Notice:
    if owed.reason is not None:
        return absent(owed.reason)
    columns = [name, "customers", "receivable", "weight", "overdue", "overdue_share", "overdue_over_90"]
    return listing(frame.reset_index(), columns, caption, most=most)


def credit_balances_table(owed: Receivables, *, most: int = 10) -> Table | Notice:
    """Show the clients whose account is in credit: to refund, or receipts to file."""
    if owed.reason is not None:
        return absent(owed.reason)
    frame = owed.customers[owed.customers.receivable < 0].sort_values(["receivable", "name"], kind="stable")
    return listing(
        frame, ["name", "customer_id", "receivable", "unallocated"], "table.credit_balances", most=most
    )


def owed_figure(owed: Receivables) -> figures.Figure | Notice:
    """Draw the balance and what of it was overdue, at the end of each month of two years."""
    if owed.no_history is not None:
        return absent(owed.no_history)
    return figures.owed_figure(owed.history, **desk().drawn)


def wait_figure(owed: Receivables) -> figures.Figure | Notice:
    """Draw the measures of the wait side by side."""
    if owed.reason is not None:
        return absent(owed.reason)
    if owed.waits.drop("average_days_delinquent").isna().all():
        return absent(Unknown(found()["receivables.dso"].reason or "not_applicable"))
    return figures.wait_figure(owed.waits, lang=desk().lang)


def sources_of_accounts_table(owed: Receivables) -> Table | Notice:
    """Show where the accounts come from: basis, matching, due dates, and what was set aside."""
    if owed.reason is not None:
        return absent(owed.reason)
    here = desk()
    told: dict[str, Any] = here.portfolio.store.report.get("receivables", {})
    total = float(owed.balance.sum())
    rows: list[tuple[str, float, float]] = [
        (text(f"accounts.basis.{told.get('basis') or 'book'}", here.lang), total, float("nan"))
    ]
    for frame, kind, slot in ((owed.matched, "method", "method"), (owed.due_sources, "due", "source")):
        for code, amount, part in frame.itertuples(index=False):
            words = text(f"accounts.{kind}.{code}", here.lang)
            rows.append((text(f"accounts.{kind}", here.lang, **{slot: words}), amount, part))
    for name, fact in told.get("facts", {}).items():
        amount = float(fact) if isinstance(fact, str) else float(fact["amount"])
        if amount:
            rows.append((text(f"accounts.{name}", here.lang), amount, float("nan")))
    frame = pd.DataFrame(rows, columns=["what", "amount_open", "open_share"])
    return listing(frame, ["what", "amount_open", "open_share"], "table.sources_of_accounts")


def beside_table(owed: Receivables) -> Table | Notice:
    """Show what the accounts hold beside receivables: advances, invoices to issue, doubtful debts."""
    here = desk()
    known = [found()[f"receivables.{name}"] for name in BESIDE]
    if known[0].value is None:
        return absent(Unknown(known[0].reason or "missing:fec"))
    frame = pd.DataFrame(
        {
            "label": [item.spec.label(here.lang) for item in known],
            "value": [item.spoken(here.lang, here.currency) for item in known],
        }
    )
    return listing(frame, ["label", "value"], "table.beside", note="table.beside.note")
