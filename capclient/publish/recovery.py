"""``recouvrement/<case>.zip``: all that a lawyer needs of one client, in files that open everywhere.

Floor 8. The bytes are the same for the same data: entries in order, with the date of the format itself. Nothing in a
file computes, runs or loads: names and labels come from the data of others.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from capclient.decisions.recovery import Case, recovery_cases
from capclient.portfolio import Portfolio
from capclient.publish.case_page import case_page
from capclient.publish.chronology import events, payment_word, returned_word
from capclient.publish.files import shown
from capclient.publish.letters import letter, piece
from capclient.store import write_atomically
from capclient.wording import LANGUAGES, text

FOLDER = "recouvrement"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day a zip can tell
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.I)
SETTLING = frozenset({"credit_note", "loss", "netting", "factoring", "payment", "reject"})  # kinds of credits


def write_recovery(portfolio: Portfolio, folder: Path, lang: str) -> list[str]:
    """Write a file for each recovery case, the most urgent first, and return their names; nothing without a case."""
    cases = recovery_cases(portfolio)
    if not cases:
        return []
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    names = case_names([case.customer_id for case in cases])
    for case, name in zip(cases, names, strict=True):
        write_atomically(target / f"{name}.zip", case_zip(portfolio, case, lang))
    return names


def case_names(ids: list[str]) -> list[str]:
    """Return a safe file name for each client: letters, digits, ``-`` and ``_``; a changed one ends with a digest.

    >>> case_names(["C0017", "../etc", "con", "c0017"])
    ['C0017-23724e2a', 'etc-f7f9121f', 'con-1143da2b', 'c0017-58887607']
    """
    stems = [_stem(id) for id in ids]
    seen = [stem.casefold() for stem in stems]
    return [
        stem
        if stem == id and seen.count(stem.casefold()) == 1 and not RESERVED.fullmatch(stem)
        else f"{stem or 'client'}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"
        for id, stem in zip(ids, stems, strict=True)
    ]


def _stem(id: str) -> str:
    bare = unicodedata.normalize("NFKD", id)
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9_]+", "-", bare).strip("-")[:60]


def case_zip(portfolio: Portfolio, case: Case, lang: str) -> bytes:
    """Return the file of a case: a page to read, its tables as CSV, and the letters in French and in English."""
    files = {
        text("case.file.page", lang): case_page(portfolio, case, lang),
        text("case.file.invoices", lang): _invoices(case, lang),
        text("case.file.payments", lang): _payments(case, lang),
        text("case.file.reminders", lang): _reminders(case, lang),
        text("case.file.dates", lang): _dates(portfolio, case, lang),
        text("case.file.statement", lang): _statement(case, lang),
        text("case.file.account", lang): _account(case, lang),
    }
    folder = text("case.file.letters", lang)
    for kind in case.letters:
        for other in LANGUAGES:
            files[f"{folder}/{text(f'case.file.{kind}', other)}"] = letter(portfolio, case, kind, other)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # the same on every machine
            archive.writestr(entry, files[name].encode("utf-8"))
    return out.getvalue()


def _invoices(case: Case, lang: str) -> str:
    rows = [
        [
            piece(row, lang), _word(f"item_kind.{row.kind}", lang), row.date, row.due_date,
            _flag(row.is_estimated, lang), row.days_late if row.is_overdue else None, _euros(row.amount),
            _euros(row.open), _flag(row.disputed, lang), row.penalty,
        ]
        for row in case.items.itertuples()
    ]  # fmt: skip
    heads = [
        "invoice",
        "kind",
        "date",
        "due",
        "estimated",
        "late",
        "amount",
        "open",
        "disputed",
        "penalty",
    ]
    return _table(heads, rows, lang)


def _payments(case: Case, lang: str) -> str:
    rows = [
        [
            _own(row.payment_id),
            row.invoice_id,
            payment_word(row, lang),
            row.date,
            _euros(row.amount),
        ]
        for row in case.payments.itertuples()
    ]
    return _table(["payment", "invoice", "kind", "date", "amount"], rows, lang)


def _statement(case: Case, lang: str) -> str:
    """How interest is computed: invoice and half-year, base, days, rate, amount."""
    listed: Any = case.statement.itertuples()
    rows = [
        [
            piece(case.items.loc[row.item], lang), _euros(row.base), row.from_day, row.to_day,
            row.days, row.rate, row.penalty,
        ]
        for row in listed
    ]  # fmt: skip
    return _table(["invoice", "base", "from", "to", "days", "rate", "penalty"], rows, lang)


def _account(case: Case, lang: str) -> str:
    """Every piece of the account with its running balance: the last one is what the client owes."""
    listed: Any = case.account.itertuples()
    methods = dict(zip(case.payments.payment_id, case.payments.method, strict=True))
    rows = [
        [
            row.date, _kind(row, methods, lang),
            _reference(row, lang), row.due_date,
            _euros(row.amount) if row.amount > 0 else None, _euros(-row.amount) if row.amount < 0 else None,
            _euros(row.balance),
        ]
        for row in listed
    ]  # fmt: skip
    return _table(["date", "kind", "reference", "due", "debit", "credit", "balance"], rows, lang)


def _kind(row: Any, methods: dict[str, Any], lang: str) -> str:
    if row.kind == "reject":
        return returned_word(methods.get(row.item_id), lang)
    room = "payment_kind" if row.amount < 0 and row.kind in SETTLING else "item_kind"
    return text(f"{room}.{row.kind}", lang)


def _reference(row: Any, lang: str) -> str:
    if isinstance(row.invoice_id, str) or row.amount > 0:
        return piece(row, lang)
    return _own(row.item_id)


def _reminders(case: Case, lang: str) -> str:
    rows = [
        [row.date, _word(f"talk.{row.type}", lang), row.channel, row.cause, row.salesperson]
        for row in case.reminders.itertuples()
    ]
    return _table(["date", "kind", "channel", "cause", "salesperson"], rows, lang)


def _dates(portfolio: Portfolio, case: Case, lang: str) -> str:
    """Everything that happened, in order: invoices, due dates that were not met, payments, exchanges."""
    rows = ([day, said, piece, None if sum is None else _euros(sum)] for day, said, piece, sum in
            events(case, portfolio.as_of, lang))  # fmt: skip
    return _table(["date", "event", "reference", "amount"], rows, lang)


def _table(heads: list[str], rows: Iterable[list[Any]], lang: str) -> str:
    """Write a table as the spreadsheets of the language open it; texts of the data never compute."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if lang == "fr" else ",", lineterminator="\r\n")
    writer.writerow([text(f"case.head.{head}", lang) for head in heads])
    for row in rows:
        writer.writerow([_cell(value, lang) for value in row])
    return "\ufeff" + out.getvalue()  # without it, spreadsheets misread accents


def _cell(value: Any, lang: str) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",") if lang == "fr" else f"{value:.2f}"
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(int(value))
    return shown(re.sub(r"[\r\n\x00]+", " ", str(value)))


def _own(key: object) -> str:
    """Return the part of a key that the company wrote: what follows a bar was added to tell pieces apart."""
    own = key if isinstance(key, str) else ""
    return own.partition("|")[0] if own.partition("|")[0] != "R" else ""


def _euros(cents: Any) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


def _word(key: str, lang: str) -> str:
    return text(key, lang)


def _flag(value: object, lang: str) -> str:
    return text("case.yes" if bool(value) else "case.no", lang)
