"""The accounts of a simulated company: one FEC a fiscal year, as its accounting software would write it.

Beside the floors. Sales, receipts with their lettering, opening balances; no purchases: the clients are the subject.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from capclient.datasets.company import AS_OF, YEARS

SIREN = "000000018"  # valid key, belongs to nobody
HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
CLIENTS, BANK, VAT, RESULT = "411000", "512000", "445710", "120000"
LABELS = {CLIENTS: "Clients", BANK: "Banque", VAT: "TVA collectée", RESULT: "Résultat des exercices"}
Row = tuple[str, ...]
Revenue = dict[str, list[tuple[str, int]]]  # of an invoice: activity and cents


def write_accounts(lines: pd.DataFrame, folder: Path) -> list[Path]:
    """Write ``<SIREN>FEC<year>1231.txt`` for every year of a ledger with VAT; return the paths in order."""
    documents = _documents(lines)
    sums = (
        (lines.amount_ht * 100)
        .round()
        .astype("int64")
        .groupby([lines["invoice_id"], lines["activity"]])
        .sum()
    )
    revenue: dict[str, list[tuple[str, int]]] = {}
    for number, activity, cents in sums.reset_index().itertuples(index=False):
        revenue.setdefault(number, []).append((activity, int(cents)))
    accounts = {name: f"706{place}00" for place, name in enumerate(sorted(lines["activity"].unique()), 1)}
    paths = []
    for year in YEARS:
        text = (
            "\r\n".join("\t".join(row) for row in [HEADER, *_year(documents, revenue, accounts, year)])
            + "\r\n"
        )
        path = folder / f"{SIREN}FEC{year}1231.txt"
        path.write_bytes(text.encode("iso-8859-15"))
        paths.append(path)
    return paths


def _documents(lines: pd.DataFrame) -> pd.DataFrame:
    """One row an invoice or credit note: client, dates, cents, the day it was paid (missing when it was not)."""
    cents = lines.assign(
        ht=(lines.amount_ht * 100).round().astype("int64"), tax=(lines.vat * 100).round().astype("int64")
    )
    grouped = cents.groupby("invoice_id", sort=False)
    found = grouped.agg(
        customer_id=("customer_id", "first"), name=("customer_name", "first"), day=("invoice_date", "first"),
        due=("due_date", "first"), ht=("ht", "sum"), tax=("tax", "sum"),
    ).reset_index()  # fmt: skip
    found["ttc"] = found.ht + found.tax
    late = pd.Series(range(len(found))) * 7919 % 48 - 6  # days after the due date, the same every time
    paid = found.due + pd.to_timedelta(late, unit="D")
    found["paid"] = paid.where((found.ttc > 0) & (paid <= AS_OF))
    found["letter"] = [_letter(place) for place in found.groupby("customer_id").cumcount()]
    return found


def _letter(place: int) -> str:
    """``AAA``, ``AAB`` ...: the lettering code of the n-th invoice of a client."""
    return "".join(chr(65 + place // 26**power % 26) for power in (2, 1, 0))


def _year(documents: pd.DataFrame, revenue: Revenue, accounts: dict[str, str], year: int) -> Iterator[Row]:
    number = 0
    for number, rows in enumerate(_entries(documents, revenue, accounts, year), 1):
        for (
            journal,
            label,
            day,
            account,
            head,
            aux,
            name,
            piece,
            piece_day,
            text,
            cents,
            letter,
            lettered,
        ) in rows:
            stamp = f"{day:%Y%m%d}"
            yield (
                journal, label, str(number), stamp, account, head, aux, name, piece, f"{piece_day:%Y%m%d}", text,
                _euros(max(cents, 0)), _euros(max(-cents, 0)), letter, lettered, stamp, "", "",
            )  # fmt: skip


def _entries(
    documents: pd.DataFrame, revenue: Revenue, accounts: dict[str, str], year: int
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the entries of a year in the order of their dates, the opening first."""
    start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    if year > YEARS[0]:
        yield _opening(documents, start)
    sold = documents[documents.day.between(start, end)].assign(when=lambda frame: frame.day, kind=0)
    paid = documents[documents.paid.between(start, end)].assign(when=lambda frame: frame.paid, kind=1)
    for one in (
        pd.concat([sold, paid]).sort_values(["when", "kind", "invoice_id"], kind="stable").itertuples()
    ):
        yield _sale(one, revenue[str(one.invoice_id)], accounts, end) if one.kind == 0 else _receipt(one)


def _sale(
    one: Any, sums: list[tuple[str, int]], accounts: dict[str, str], end: pd.Timestamp
) -> list[tuple[Any, ...]]:
    number, day = one.invoice_id, one.day
    text = f"{'Facture' if one.ttc > 0 else 'Avoir'} {number}"
    rows = [
        (
            "VE",
            "Ventes",
            day,
            CLIENTS,
            LABELS[CLIENTS],
            *_party(one),
            number,
            day,
            text,
            one.ttc,
            *_let(one, end),
        )
    ]
    rows += [("VE", "Ventes", day, accounts[name], name, "", "", number, day, text, -cents, "", "")
             for name, cents in sums]  # fmt: skip
    return [*rows, ("VE", "Ventes", day, VAT, LABELS[VAT], "", "", number, day, text, -one.tax, "", "")]


def _receipt(one: Any) -> list[tuple[Any, ...]]:
    day, text = one.paid, f"Virement {one.invoice_id}"
    piece = f"VIR {one.invoice_id[2:]}"
    return [
        ("BQ", "Banque", day, BANK, LABELS[BANK], "", "", piece, day, text, one.ttc, "", ""),
        (
            "BQ",
            "Banque",
            day,
            CLIENTS,
            LABELS[CLIENTS],
            *_party(one),
            piece,
            day,
            text,
            -one.ttc,
            *_let(one, AS_OF),
        ),
    ]


def _opening(documents: pd.DataFrame, start: pd.Timestamp) -> list[tuple[Any, ...]]:
    """Every invoice still open, then what the earlier years left in the bank, the VAT and the result."""
    before = documents[documents.day < start]
    open_ones = before[before.paid.isna() | (before.paid >= start)]
    rows = [
        ("AN", "À-nouveaux", start, CLIENTS, LABELS[CLIENTS], *_party(one), one.invoice_id, one.day,
         f"À-nouveau {one.invoice_id}", one.ttc, *_let(one, AS_OF))
        for one in open_ones.itertuples()
    ]  # fmt: skip
    cash = before[before.paid < start].ttc.sum()
    for account, cents in ((BANK, cash), (VAT, -before.tax.sum()), (RESULT, -before.ht.sum())):
        rows.append(
            (
                "AN",
                "À-nouveaux",
                start,
                account,
                LABELS[account],
                "",
                "",
                "AN",
                start,
                "À-nouveau",
                int(cents),
                "",
                "",
            )
        )
    return rows


def _party(one: Any) -> tuple[str, str]:
    return one.customer_id, one.name


def _let(one: Any, end: pd.Timestamp) -> tuple[str, str]:
    """Lettering code and its date, once the invoice is paid; a file knows nothing of the year after it."""
    if pd.isna(one.paid) or one.paid > end:
        return "", ""
    return one.letter, f"{one.paid:%Y%m%d}"


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
