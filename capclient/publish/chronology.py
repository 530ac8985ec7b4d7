"""What happened in a recovery case, in order: a lawyer reads it first.

Floor 8. An invoice is told once with its whole amount; each due date that was not met with what was unpaid that day.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from capclient.decisions.recovery import Case
from capclient.levels import activity_code
from capclient.publish.letters import piece
from capclient.wording import text

Event = tuple[Any, str, Any, int | None]  # day, what, reference, cents
RETURNED = {"prelevement": "direct_debit", "sepa": "direct_debit", "cheque": "cheque"}


def events(case: Case, as_of: date, lang: str) -> list[Event]:
    """Return the invoices of a case, their due dates not met, payments, exchanges, and the day of the file."""
    told = [*_invoices(case, lang), *_due_dates(case, as_of, lang)]
    paid: Any = case.payments.itertuples()
    told += [(row.date, payment_word(row, lang), row.invoice_id, row.amount) for row in paid]
    talks: Any = case.reminders.itertuples()
    told += [(row.date, text(f"talk.{row.type}", lang), row.cause, None) for row in talks]
    owed = int(case.overdue_items.open.sum())
    told.append((pd.Timestamp(as_of), text("case.event.today", lang), None, owed))
    return sorted(told, key=lambda one: (pd.Timestamp(one[0]), one[1], str(one[2])))


def payment_word(row: Any, lang: str) -> str:
    """Say what a payment is; one that came back by its means, where the file tells it."""
    return returned_word(row.method, lang) if row.kind == "reject" else text(f"payment_kind.{row.kind}", lang)


def returned_word(method: object, lang: str) -> str:
    """Say how a payment came back: a direct debit, a cheque, or nobody knows.

    >>> returned_word("Rejet de prélèvement", "fr"), returned_word(None, "fr")
    ('rejet de prélèvement', 'paiement revenu impayé')
    """
    words = activity_code(method) if isinstance(method, str) else ""
    means = next((code for word, code in RETURNED.items() if word in words), "reject")
    return text(f"payment_kind.{means}", lang)


def _invoices(case: Case, lang: str) -> list[Event]:
    """Return each invoice once: its instalments added up; what stands in no invoice by itself."""
    keys = ["invoice_id", "kind", "date"]
    whole: Any = case.instalments.groupby(keys, as_index=False, sort=True).amount.sum()
    told: list[Event] = [
        (row.date, text(f"item_kind.{row.kind}", lang), _number(case, row.invoice_id, lang), int(row.amount))
        for row in whole.itertuples()
    ]
    apart = case.items[~case.items.kind.isin({*whole.kind, "reject"})]
    rows: Any = apart.itertuples()
    return told + [
        (row.date, text(f"item_kind.{row.kind}", lang), piece(row, lang), row.amount) for row in rows
    ]


def _due_dates(case: Case, as_of: date, lang: str) -> list[Event]:
    rows: Any = case.instalments.itertuples()
    word = text("case.event.due", lang)
    return [
        (row.due_date, word, _number(case, row.invoice_id, lang), int(row.unpaid))
        for row in rows
        if row.unpaid > 0 and pd.notna(row.due_date) and row.due_date < pd.Timestamp(as_of)
    ]


def _number(case: Case, id: str, lang: str) -> str:
    """Return the number of an invoice as its debtor knows it, never a key made by the program."""
    return id if id in set(case.items.invoice_id.dropna()) or "|" not in id else text("case.no_number", lang)
