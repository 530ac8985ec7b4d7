"""The accounts of a simulated company: one FEC a fiscal year, as its accounting software would write it.

Beside the floors. Sales, receipts with their lettering, losses, opening balances; no purchases: the clients are the
subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from capclient.datasets.company import YEARS

SIREN = "000000018"  # valid key, belongs to nobody
HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
CLIENTS, BANK, VAT, LOSSES, RESULT = "411000", "512000", "445710", "654000", "120000"
LABELS = {
    CLIENTS: "Clients", BANK: "Banque", VAT: "TVA collectée", LOSSES: "Pertes sur créances irrécouvrables",
    RESULT: "Résultat des exercices",
}  # fmt: skip
JOURNALS = {"VE": "Ventes", "BQ": "Banque", "OD": "Opérations diverses", "AN": "À-nouveaux"}
_WORDS = {"payment": "Règlement", "reject": "Rejet de prélèvement", "loss": "Créance irrécouvrable"}


Letters = dict[str, tuple[str, pd.Timestamp]]  # of an invoice: its code and the day it was given


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an entry: cents, positive for a debit; on 411, its client and the invoice it raises or settles.

    ``text``, ``piece`` and ``day`` are those of the entry where they are not given.
    """

    account: str
    label: str
    cents: int
    customer: str = ""
    invoice: str | None = None
    text: str = ""
    piece: str = ""
    day: pd.Timestamp | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: where, when, on what proof, its lines."""

    journal: str
    day: pd.Timestamp
    piece: str
    text: str
    lines: tuple[Line, ...]


def write_accounts(lines: pd.DataFrame, payments: pd.DataFrame, folder: Path) -> list[Path]:
    """Write ``<SIREN>FEC<year>1231.txt`` for every year of a ledger with VAT; return the paths in order."""
    entries = sorted(
        [*_sales(lines), *_receipts(lines, payments)],
        key=lambda entry: (entry.day, entry.journal != "VE", entry.piece),
    )
    names = dict(zip(lines["customer_id"], lines["customer_name"], strict=True))
    letters = _letters(entries)
    paths = []
    for year in YEARS:
        opening = _opening(entries, letters, pd.Timestamp(year, 1, 1))
        written = [*([opening] if opening else []), *(entry for entry in entries if entry.day.year == year)]
        rows = (
            row
            for number, entry in enumerate(written, 1)
            for row in _rows(number, entry, letters, names, year)
        )
        path = folder / f"{SIREN}FEC{year}1231.txt"
        path.write_bytes("".join("\t".join(row) + "\r\n" for row in (HEADER, *rows)).encode("iso-8859-15"))
        paths.append(path)
    return paths


def _cents(amounts: pd.Series) -> pd.Series:
    return (amounts * 100).round().astype("int64")


def _sales(lines: pd.DataFrame) -> Iterator[Entry]:
    """One entry an invoice or credit note: the client, its activities, the tax."""
    accounts = {name: f"706{place}00" for place, name in enumerate(sorted(lines["activity"].unique()), 1)}
    table = lines.assign(ht=_cents(lines["amount_ht"]), tax=_cents(lines["vat"]))
    sold: dict[str, list[Line]] = {}
    sums = table.groupby(["invoice_id", "activity"])["ht"].sum().reset_index()
    for number, name, cents in zip(sums["invoice_id"], sums["activity"], sums["ht"], strict=True):
        sold.setdefault(number, []).append(Line(accounts[name], name, -int(cents)))
    bills = table.groupby("invoice_id", sort=False).agg(
        customer=("customer_id", "first"), day=("invoice_date", "first"), ht=("ht", "sum"), tax=("tax", "sum")
    )
    for number, customer, day, ht, tax in bills.reset_index().itertuples(index=False, name=None):
        client = Line(CLIENTS, LABELS[CLIENTS], int(ht + tax), customer, number)
        text = f"{'Facture' if ht > 0 else 'Avoir'} {number}"
        yield Entry("VE", day, number, text, (client, *sold[number], Line(VAT, LABELS[VAT], -int(tax))))


def _receipts(lines: pd.DataFrame, payments: pd.DataFrame) -> Iterator[Entry]:
    """One entry a receipt, rejected debit or loss; a loss gives back the tax of the invoice."""
    tax = _cents(lines["vat"]).groupby(lines["invoice_id"]).sum()
    told = payments[["payment_id", "customer_id", "invoice_id", "date", "kind"]].itertuples(
        index=False, name=None
    )
    for (number, customer, named, day, kind), cents in zip(told, _cents(payments["amount"]), strict=True):
        invoice = named if isinstance(named, str) else None
        text = _WORDS[kind] + (f" {invoice}" if invoice else " à identifier")
        client = Line(CLIENTS, LABELS[CLIENTS], -int(cents), customer, invoice)
        against = [Line(BANK, LABELS[BANK], int(cents))]
        if kind == "loss":
            vat = int(tax[named])
            against = [Line(LOSSES, LABELS[LOSSES], int(cents) - vat), Line(VAT, LABELS[VAT], vat)]
        yield Entry("OD" if kind == "loss" else "BQ", day, number, text, (*against, client))


def _letters(entries: list[Entry]) -> Letters:
    """Return, by invoice that something settled, its code (``AAA``, ``AAB`` ... of each client) and the last day.

    Partly settled, an invoice bears its code in the year of the receipt: accountants call that a partial lettering.
    """
    rank: dict[str, int] = {}
    code: dict[str, str] = {}
    last: dict[str, pd.Timestamp] = {}
    for entry in entries:
        for line in entry.lines:
            if line.invoice is None:
                continue
            if entry.journal == "VE":
                place = rank[line.customer] = rank.get(line.customer, -1) + 1
                code[line.invoice] = "".join(chr(65 + place // 26**power % 26) for power in (2, 1, 0))
            else:
                last[line.invoice] = entry.day
    return {invoice: (code[invoice], day) for invoice, day in last.items()}


def _opening(entries: list[Entry], letters: Letters, start: pd.Timestamp) -> Entry | None:
    """What the earlier years left: every debt and receipt not lettered before, then the other accounts."""
    before = [entry for entry in entries if entry.day < start]
    sums: dict[str, int] = {BANK: 0, VAT: 0, RESULT: 0}
    lines: list[tuple[Entry, Line]] = []
    for entry in before:
        for line in entry.lines:
            if line.account == CLIENTS:
                _, lettered = letters.get(line.invoice or "", ("", start))
                lines += [(entry, line)] if lettered >= start else []
            else:
                sums[line.account if line.account in sums else RESULT] += line.cents
    if not before:
        return None
    debts = [
        Line(
            CLIENTS,
            LABELS[CLIENTS],
            line.cents,
            line.customer,
            line.invoice,
            f"À-nouveau {entry.piece}",
            entry.piece,
            entry.day,
        )
        for entry, line in lines
    ]
    rest = [Line(account, LABELS[account], cents) for account, cents in sums.items()]
    return Entry("AN", start, "AN", "À-nouveau", (*debts, *rest))


def _rows(
    number: int, entry: Entry, letters: Letters, names: dict[str, str], year: int
) -> Iterator[tuple[str, ...]]:
    """Write an entry; a file knows no lettering of the years after it."""
    end, stamp = pd.Timestamp(year, 12, 31), f"{entry.day:%Y%m%d}"
    for line in entry.lines:
        code, day = letters.get(line.invoice or "", ("", end))
        lettered = (code, f"{day:%Y%m%d}") if code and day <= end else ("", "")
        yield (
            entry.journal, JOURNALS[entry.journal], str(number), stamp, line.account, line.label, line.customer,
            names.get(line.customer, ""), line.piece or entry.piece, f"{line.day or entry.day:%Y%m%d}",
            line.text or entry.text, _euros(max(line.cents, 0)), _euros(max(-line.cents, 0)), *lettered, stamp, "", "",
        )  # fmt: skip


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
