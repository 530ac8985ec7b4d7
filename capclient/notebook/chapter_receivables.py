"""Chapter 70, first half: what clients owe, since when, how it moved, how long the company waits.

Floor 7.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from capclient import figures
from capclient.cards import Sentence
from capclient.figures.lettering import listed
from capclient.figures.receivables import class_name, credits_exceed
from capclient.notebook.comparison import by_name, with_purpose
from capclient.notebook.desk import absent, desk, found, note
from capclient.notebook.listing import client_words, listing
from capclient.notices import Notice
from capclient.tables import Table
from capclient.themes.collection import PARTS
from capclient.themes.receivables import BESIDE, Receivables
from capclient.themes.settlements import disputes_known
from capclient.vocabulary import Unknown
from capclient.wording import text
from capclient.wording.numbers import money

__all__ = [
    "ageing_figure",
    "ageing_table",
    "apart_from_ages",
    "beside_table",
    "credit_balances_table",
    "debtor_groups_table",
    "debtor_salespeople_table",
    "debtors_figure",
    "debtors_table",
    "owed_figure",
    "owed_note",
    "sources_of_accounts_table",
    "wait_figure",
    "wait_parts",
]

DRAWN = 12


def owed_note(owed: Receivables) -> Sentence | Notice:
    """Say what clients owe and how much of it is late; where unallocated credits exceed the rest, each by itself."""
    if owed.reason is not None or not credits_exceed(owed.balance):
        return note("owed.balance")
    here, known = desk(), found()
    apart = float(owed.balance["unallocated"])
    words = text(
        "owed.credits", here.lang, open=money(float(owed.balance.sum()) - apart, here.lang, here.currency),
        credits=money(-apart, here.lang, here.currency), overdue=_spoken("receivables.overdue"),
        rate=_spoken("receivables.overdue_rate"), total=_spoken("receivables.total"),
    )  # fmt: skip
    said = {
        one
        for name in ("total", "overdue", "overdue_rate")
        for one in known[f"receivables.{name}"].caveats(here.lang)
    }
    return Sentence(words, tuple(sorted(said)))


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
    if not disputes_known(desk().portfolio):  # nobody says which: not a zero
        unknown = text("ageing.disputed_unknown", lang)
        here = frame.age == _side("disputed")
        frame["amount_open"] = frame.amount_open.mask(here)
        frame["age"] = frame.age.mask(here, _capital(unknown))
    return listing(frame, ["age", "amount_open", "open_share"], "table.ageing", note="table.ageing.note")


def _side(name: Any) -> str:
    """Say a class with its side of today."""
    lang = desk().lang
    words = class_name(str(name), lang)
    if not str(name).startswith(("due_", "overdue_")):
        return _capital(words)
    side = "ahead" if str(name).startswith("due_") else "late"
    return (
        f"{text(f'figure.ageing.{side}', lang)} : {words}"
        if lang == "fr"
        else (f"{text(f'figure.ageing.{side}', lang)}: {words}")
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def apart_from_ages(owed: Receivables) -> Sentence | Notice:
    """Say what has no age: undated, unallocated, disputed or of unknown disputes; and the disputes noted elsewhere."""
    if owed.reason is not None:
        return absent(owed.reason)
    here, known = desk(), found()
    names = ["undated", "unallocated", "disputed"]
    if not disputes_known(here.portfolio):
        names[2] = "disputed_unknown"
    said = [
        text(f"apart.{name}", here.lang, amount=_spoken(f"receivables.{name.removesuffix('_unknown')}"))
        for name in names if name == "disputed_unknown" or known[f"receivables.{name}"].value
    ]  # fmt: skip
    if known["satisfaction.disputed_amount"].value:
        said.append(text("apart.crm", here.lang, amount=_spoken("satisfaction.disputed_amount")))
    caveats = known["receivables.disputed"].caveats(here.lang)
    words = text("apart.head", here.lang, parts=listed(said, here.lang))
    return Sentence(words if said else text("apart.none", here.lang), caveats)


def _spoken(id: str) -> str:
    here = desk()
    return found()[id].spoken(here.lang, here.currency)


def debtors_figure(owed: Receivables) -> figures.Figure | Notice:
    """Draw what the first debtors owe, by age."""
    if owed.reason is not None:
        return absent(owed.reason)
    first = owed.customers[owed.customers.receivable > 0].head(DRAWN)
    if first.empty:
        return absent(Unknown("not_applicable:nobody_owes"))
    first = first.assign(name=client_words(first["name"], desk().lang))
    return figures.debtors_figure(first, **desk().drawn)


def debtors_table(owed: Receivables, *, most: int = 15) -> Table | Notice:
    """Show the first debtors: balance, ages, days of the oldest debt."""
    if owed.reason is not None:
        return absent(owed.reason)
    frame = owed.customers[owed.customers.receivable > 0]
    apart = [name for name in ("undated", "unallocated", "disputed") if frame.head(most)[name].any()]
    old = (
        ["overdue_over_90"] if not frame.overdue_over_90.head(most).equals(frame.overdue.head(most)) else []
    )  # said twice otherwise
    later = [name for name in apart if name != "unallocated"]
    names = [
        "name",
        "receivable",
        "overdue",
        "oldest_days",
        *old,
        "not_due",
        *later,
    ]  # a phone shows the first ones
    names += ["unallocated"] if "unallocated" in apart else []
    return listing(frame, [*names, "salesperson", "customer_id"], "table.debtors", most=most)


def debtor_groups_table(owed: Receivables, *, most: int = 10) -> Table | Notice:
    """Show what each group owes."""
    if owed.reason is None and owed.groups.empty:
        return absent(Unknown("missing:group_id"))
    return _summed(owed, owed.groups.rename_axis("group_name"), "group_name", "table.debtor_groups", most)


def debtor_salespeople_table(owed: Receivables, *, most: int = 15) -> Table | Notice:
    """Show what the clients of each salesperson owe."""
    if owed.reason is None and owed.salespeople.empty:
        return absent(Unknown("missing:salesperson"))
    people = owed.salespeople
    if owed.reason is None:
        people = by_name(people.rename_axis("salesperson").reset_index(), most=most).set_index("salesperson")
    return with_purpose(_summed(owed, people, "salesperson", "table.debtor_salespeople", most))


def _summed(owed: Receivables, frame: pd.DataFrame, name: str, caption: str, most: int) -> Table | Notice:
    if owed.reason is not None:
        return absent(owed.reason)
    columns = [name, "customers", "receivable", "weight", "overdue", "overdue_share", "overdue_over_90"]
    rows = frame.reset_index()
    rows[name] = (
        rows[name].astype("object").where(rows[name].notna(), text(f"debtors.no_{name}", desk().lang))
    )
    return listing(rows, columns, caption, most=most)


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
    if owed.waits[["dso", "dso_countback", "dso_best_possible"]].isna().all():
        return absent(Unknown(found()["receivables.dso"].reason or "not_applicable"))
    return figures.wait_figure(owed.waits, lang=desk().lang)


def wait_parts(owed: Receivables) -> Sentence | Notice:
    """Say what makes the wait longer than what is not due yet: each part that exists, in days of sales."""
    known, lang = found(), desk().lang
    gap = known["receivables.average_days_delinquent"]
    if gap.value is None:
        return absent(Unknown(owed.reason.reason if owed.reason else gap.reason or "not_applicable"))
    said = [
        text(f"wait.{name}.part", lang, days=_spoken(f"receivables.{name}"))
        for name in PARTS if known[f"receivables.{name}"].value
    ]  # fmt: skip
    whole = _spoken("receivables.average_days_delinquent")
    words = text("wait.parts", lang, gap=whole, parts=listed(said, lang))
    return Sentence(words if said else text("wait.parts_none", lang))  # its caveats stand beside the DSO


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
