"""What reading a set of e-invoices made us decide, what they cannot tell, and whether the totals hold.

Floor 2.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import duckdb

from capclient.errors import listed
from capclient.readers.einvoice.entry import Entry, note_of
from capclient.readers.einvoice.parties import claims_wrong_siren
from capclient.readers.raw import Note
from capclient.readers.sql_text import one_file

LIMITS = ("scope", "history", "payments", "cost", "people", "families")


def notes(entries: list[Entry]) -> list[tuple[str, Note]]:
    """Return what was inferred, each with the files it is about."""
    if not entries:
        return []
    kinds = Counter(entry.document.doc_type for entry in entries)
    currencies = Counter(entry.document.currency for entry in entries)
    named = [entry for entry in entries if entry.buyer.kind == "name"]
    dropped = [entry for entry in entries if entry.settled.prices_dropped]
    turned = [entry for entry in entries if entry.settled.quantities_turned]
    credits = [entry for entry in entries if entry.document.is_credit]
    found = note_of(
        "read", entries, invoices=kinds["invoice"], credit_notes=kinds["credit_note"], deposits=kinds["deposit"],
        sellers=listed(sorted({entry.document.seller.name or entry.seller.id for entry in entries})),
    )  # fmt: skip
    if len(currencies) > 1:
        told = listed(f"{currency} ({number})" for currency, number in sorted(currencies.items()))
        found += note_of("currencies", entries, currencies=told)
    found += note_of("undetailed", [entry for entry in entries if not entry.settled.is_detailed])
    found += note_of("spread", [entry for entry in entries if entry.settled.is_spread])
    found += note_of("by_name", named, names=listed(sorted({entry.buyer.id for entry in named})))
    found += note_of("wrong_siren", [entry for entry in entries if claims_wrong_siren(entry.document.buyer)])
    found += note_of("negative_credit", [entry for entry in entries if entry.settled.is_negative_credit])
    found += note_of("several_credited", [entry for entry in credits if len(entry.document.references) > 1])
    found += note_of("several_due_days", [entry for entry in entries if len(entry.document.due_days) > 1])
    found += note_of("deposits", [entry for entry in entries if entry.document.doc_type == "deposit"])
    found += note_of("prices_dropped", dropped, lines=sum(entry.settled.prices_dropped for entry in dropped))
    found += note_of(
        "quantities_turned", turned, lines=sum(entry.settled.quantities_turned for entry in turned)
    )
    return found


def limits() -> tuple[Note, ...]:
    """Return what e-invoices cannot tell."""
    return tuple(Note(f"einvoice.limit_{name}") for name in LIMITS)


def checks(
    con: duckdb.DuckDBPyConnection, entries: list[Entry], tables: dict[str, Path], *, given: int, refused: int
) -> tuple[dict[str, object], ...]:
    """Return the reconciliations: files in = files kept + files set aside, and the totals of each currency.

    The sums are those of the table as it was written, against the totals that the files state (BT-109, BT-110 and
    BT-112, with the sign of credit notes).
    """
    rows = [_check("einvoice_files", Decimal(len(entries) + refused), Decimal(given), "count", {})]
    if not entries:
        return tuple(rows)
    written = con.execute(
        "SELECT currency, coalesce(sum(amount_ht), 0), coalesce(sum(vat), 0), coalesce(sum(amount_ttc), 0) "
        f"FROM read_parquet({one_file(tables['invoice_lines'])}) GROUP BY currency ORDER BY currency"
    ).fetchall()
    for currency, *sums in written:
        own = [entry.settled for entry in entries if entry.document.currency == currency]
        facts: dict[str, object] = {"currency": currency, "invoices": len(own)}
        stated = (
            sum((settled.ht for settled in own), Decimal(0)),
            sum((settled.vat or Decimal(0) for settled in own), Decimal(0)),
            sum((settled.ttc or Decimal(0) for settled in own), Decimal(0)),
        )
        for id, computed, expected in zip(("totals", "vat", "ttc"), sums, stated, strict=True):
            rows.append(_check(f"einvoice_{id}", computed, expected, "money", facts))
    return tuple(rows)


def _check(
    id: str, computed: Decimal, expected: Decimal, kind: str, facts: dict[str, object]
) -> dict[str, object]:
    return {
        "id": id,
        "computed": computed,
        "expected": expected,
        "difference": computed - expected,
        "status": "ok" if computed == expected else "failed",
        "facts": facts,
        "kind": kind,
    }
