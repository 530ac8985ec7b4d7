"""Whose invoices these are: since 2026 a company receives e-invoices too, and a purchase is no revenue.

Floor 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from capclient.errors import SourceError, listed
from capclient.readers.book import BookReject
from capclient.readers.einvoice.document import Party
from capclient.readers.einvoice.entry import Entry
from capclient.readers.einvoice.parties import compact, identity, siren_of


def of_sellers(
    entries: list[Entry], sellers: Collection[str], *, is_group: bool
) -> tuple[list[Entry], list[BookReject]]:
    """Return the invoices that the company issued, and the others as rejects.

    Parameters
    ----------
    entries
        Every document that was read.
    sellers
        SIREN, SIRET, VAT numbers, identifiers or exact names of the company; none to take what the files say.
    is_group
        Whether several sellers are expected, when none is named.

    Raises
    ------
    SourceError
        If no document is of the sellers named, or none is named and there are several.
    """
    wanted = [text for text in sellers if text.strip()]
    if wanted:
        kept = [entry for entry in entries if any(_is_called(entry.document.seller, text) for text in wanted)]
        if entries and not kept:
            raise SourceError("einvoice.no_such_seller", sellers=listed(wanted), found=_told(entries))
        own = {entry.place for entry in kept}
        others = [entry for entry in entries if entry.place not in own]
        return kept, [entry.reject("einvoice_other_seller", entry.document.seller.name) for entry in others]
    if len({entry.seller.id for entry in entries}) > 1 and not is_group:
        raise SourceError("einvoice.several_sellers", found=_told(entries))
    return entries, []


def _is_called(party: Party, text: str) -> bool:
    """Tell whether a text names a party."""
    who = identity(party)
    siren = siren_of(text)
    if siren and who and siren == who.siren:
        return True
    texts = (party.vat, party.legal_id[1], *(own for _, own in party.ids))
    if compact(text) and compact(text) in {compact(own) for own in texts}:
        return True
    return " ".join(text.split()).casefold() == party.name.casefold()


def _told(entries: list[Entry]) -> str:
    """Sellers with their number of files, the most frequent first."""
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for entry in entries:
        names.setdefault(entry.seller.id, entry.document.seller.name)
        counts[entry.seller.id] += 1
    ranked = sorted(counts, key=lambda id: (-counts[id], id))
    return listed(
        f"{names[id]} [{id}] ({counts[id]})" if names[id] not in ("", id) else f"{id} ({counts[id]})"
        for id in ranked
    )
