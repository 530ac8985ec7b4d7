"""A file that was read: its document, its settled lines, and who sold to whom.

Floor 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from capclient.errors import listed
from capclient.readers.book import BookReject
from capclient.readers.einvoice.document import Document
from capclient.readers.einvoice.parties import Identity
from capclient.readers.einvoice.settling import Settled
from capclient.readers.raw import Note


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted file; ``place`` is its rank among the files given.

    The lines of ``document`` are left out: those of ``settled`` say all that the ledger needs.
    """

    place: int
    source: str
    document: Document
    settled: Settled
    seller: Identity
    buyer: Identity

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two files the same document: seller, number, day and kind."""
        document = self.document
        kind = (document.is_credit, document.is_correction, document.doc_type)
        return self.seller.id, document.number, document.day, kind

    @property
    def amounts(self) -> tuple[object, ...]:
        """What two files of the same document agree on."""
        return self.document.currency, self.settled.ht, self.settled.ttc

    def reject(self, reason: str, detail: str = "") -> BookReject:
        """Return this file as one that is not used."""
        document = self.document
        adds = Decimal(0) if document.doc_type == "deposit" else self.settled.ht
        told = f"{document.number} {document.day} {self.settled.ht} {document.currency} {detail}".strip()
        return BookReject(self.source, 0, reason, told, adds)


def note_of(code: str, entries: list[Entry], **facts: object) -> list[tuple[str, Note]]:
    """Return a note about files, none when there is no file."""
    if not entries:
        return []
    sources = list(dict.fromkeys(entry.source for entry in entries))
    return [(listed(sources, 3), Note(f"einvoice.{code}", {"count": len(entries), **facts}))]
