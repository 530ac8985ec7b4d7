"""Chapter 00, continued: what the accounts say, and what such sources cannot say.

Floor 7. Source: sections C.4, C.8 and C.11 of the sources.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from capclient.checks import limits_said
from capclient.ingest.remarks import key_remarks
from capclient.notebook.desk import desk
from capclient.notebook.listing import listing
from capclient.notices import Notice
from capclient.portfolio import Portfolio
from capclient.tables import Table
from capclient.wording import text

__all__ = [
    "documents_table",
    "keys_table",
    "limits_table",
    "matching_table",
    "review_table",
]


def documents_table(portfolio: Portfolio) -> Table | Notice:
    """Show what the entries of the accounts were taken for: kind of document, number, amount."""
    return _accounts(portfolio, "documents", "document", "type", ["document", "number_of", "booked"])


def matching_table(portfolio: Portfolio) -> Table | Notice:
    """Show how receipts and credit notes were matched to invoices, and what stays unallocated."""
    return _accounts(portfolio, "matching", "matched", "method", ["matched", "booked", "share"])


def _accounts(portfolio: Portfolio, fact: str, name: str, code: str, columns: list[str]) -> Table | Notice:
    lang = desk().lang
    rows = _facts(portfolio).get(fact, [])
    frame = pd.DataFrame(rows).rename(columns={"count": "number_of", "amount": "booked"})
    if frame.empty:
        return _no_accounts()
    frame[name] = [text(f"{name}.{value}", lang) for value in frame[code]]
    for column in {"booked", "share"} & set(frame):
        frame[column] = frame[column].astype("float64")  # JSON keeps exact amounts as texts
    order = frame.booked.abs().sort_values(ascending=False, kind="stable").index
    return listing(frame.loc[order], columns, f"table.{fact}", note=f"table.{fact}.note")


def review_table(portfolio: Portfolio) -> Table | Notice:
    """Show the entries that an accountant should look at, the largest first."""
    here = desk()
    if not _facts(portfolio):
        return _no_accounts()
    review: dict[str, Any] = _facts(portfolio)["review"]
    frame = pd.DataFrame(review["examples"])
    if len(frame):
        frame = frame.assign(
            document=[text(f"document.{code}", here.lang) for code in frame.type],
            invoice_date=frame.date,
            booked=frame.amount.astype("float64"),
        )
    names = ["document", "journal", "number", "invoice_date", "source", "line", "booked"]
    return listing(frame, names, "table.review", most=10)


def limits_table(portfolio: Portfolio) -> Table | Notice:
    """Show what the sources of this company cannot tell, whatever is done with them."""
    lang = desk().lang
    said = limits_said(portfolio, lang)
    if not said:
        return _no_accounts()
    return listing(pd.DataFrame({"limit": said}), ["limit"], "table.limits")


def keys_table(portfolio: Portfolio) -> Table | Notice:
    """Show who is in one source only: clients of a sheet without invoices, clients of the ledger without sheet."""
    here = desk()
    said = key_remarks(portfolio.store.report["keys"], here.lang, here.currency)
    return listing(pd.DataFrame({"what": said}), ["what"], "table.keys")


def _facts(portfolio: Portfolio) -> dict[str, Any]:
    accounts = portfolio.books.get("fec")
    return accounts["facts"] if accounts else {}


def _no_accounts() -> Notice:
    lang = desk().lang
    return Notice(text("notice.no_accounts", lang), "", lang, "notice.nothing")
