"""What no header names: required columns with the headers whose content would do, and what the choice supposes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from capclient.errors import listed
from capclient.proposal.columns import Witness
from capclient.proposal.draft import LEDGER, Choice, Draft
from capclient.readers.proposals import Content, header_key
from capclient.readers.raw import Note

MOSTLY = 0.8  # share of the filled cells that make a column one of dates or of numbers
MOST_CANDIDATES = 6
_CODE = re.compile(r"\b(?:id|code|n|no|num|numero|ref|compte)\b")
FEW_LINES = 0.02  # different values by line: an invoice has fifty lines at most, nearly always


def supposed(
    told: Mapping[str, Choice], missing: Mapping[str, tuple[str, ...]], profile: Mapping[str, Content]
) -> list[Note]:
    """Say what the choice of columns supposes, and what else the table may be."""
    if "invoice_date" in missing and not missing["invoice_date"]:
        measures = [name for name, content in profile.items() if content.numbers > MOSTLY]
        return [Note("init.warning.totals", {"columns": listed(measures)})] if measures else []
    if "amount_ht" not in told and {"qty", "unit_price"} <= told.keys():
        facts: dict[str, object] = {"qty": told["qty"].header, "price": told["unit_price"].header}
        return [Note("init.warning.product", facts)]
    return []


def missing_columns(
    draft: Draft, profile: Mapping[str, Content], witness: Witness
) -> dict[str, tuple[str, ...]]:
    """Required columns that no header names, each with the headers whose content would do."""
    taken = {item.canonical: item.header for item in draft.chosen}
    known = set(taken) | set(draft.open)
    needed = [name for name in LEDGER.required if name != "amount_ht" and name not in known]
    if "amount_ht" not in known and not {"qty", "unit_price"} <= known:
        needed.append("amount_ht")
    candidates = {item.header for items in draft.open.values() for item in items}
    free = [
        header
        for header, content in profile.items()
        if header not in taken.values() and header not in draft.set_aside and header not in candidates
        and content.filled
    ]  # fmt: skip
    ranked = sorted(free, key=lambda header: -profile[header].distinct)
    client = taken.get("customer_id")

    def numbers_invoices(header: str) -> bool:
        content = profile[header]
        if content.distinct < FEW_LINES or content.filled < 0.95 or is_dates(content):
            return False
        return client is None or witness.is_of_one_client(header, client)

    fitting = {
        "invoice_date": [header for header in free if is_dates(profile[header])],
        "amount_ht": [header for header in ranked if profile[header].numbers > MOSTLY],
        "customer_id": [header for header in free if _names_clients(header, profile[header])],
        "invoice_id": [header for header in ranked if numbers_invoices(header)],
    }
    return {name: tuple(fitting.get(name, ())[:MOST_CANDIDATES]) for name in needed}


def _names_clients(header: str, content: Content) -> bool:
    """Tell whether a column may name clients: texts, or numbers that its header says to be codes."""
    if content.numbers > MOSTLY:
        return bool(_CODE.search(header_key(header)))
    return not is_dates(content)


def is_dates(content: Content) -> bool:
    """Tell whether a column holds dates; ``1241.10`` reads like a month of the year 1241, and is a number."""
    return content.dates > MOSTLY and content.numbers < MOSTLY
