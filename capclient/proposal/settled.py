"""Accounts of clients hidden in an export of invoices: a column that says when each was paid makes the payments.

Floor 8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from capclient.proposal.draft import Draft, Settled
from capclient.readers.proposals import Content, header_key

DATES = 0.95
_PAID = re.compile(
    r"(date (de |du |d )?(dernier )?(reglement|paiement|encaissement)|(regle|paye|encaisse|solde)e? le"
    r"|(settled|settlement|payment|paid|receipt|clear(ed|ing)?) ?(date|on)|date (paid|settled|cleared))"
)


def settled_in(draft: Draft, unused: Sequence[str], profile: Mapping[str, Content]) -> Settled | None:
    """Return the columns of payments of an export whose lines name their client and their invoice, else None."""
    chosen = {item.canonical: item.header for item in draft.chosen}
    if not {"invoice_id", "customer_id", "invoice_date"} <= chosen.keys():
        return None
    dates = [name for name in unused if _PAID.fullmatch(header_key(name)) and profile[name].dates > DATES]
    waiting = {item.header for name in ("amount_ht", "amount_ttc") for item in draft.open.get(name, ())}
    amount = chosen.get("amount_ttc") or (waiting.pop() if len(waiting) == 1 else chosen.get("amount_ht"))
    if len(dates) != 1 or not amount:
        return None
    disputed = chosen.get("disputed", "")
    if not any(note.code == "init.evidence.one_line" for item in draft.chosen for note in item.evidence):
        disputed = (
            ""  # a document is one line of receivables: the lines of an invoice tell its disputes themselves
        )
    is_sure = amount == chosen.get("amount_ttc") or "amount_ht" not in chosen
    return Settled(dates[0], amount, disputed, is_sure)
