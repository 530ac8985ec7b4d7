"""Texts, numbers and days of an XML element.

Floor 2. An XML decimal has a point and no exponent; anything else is unreadable rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from lxml.etree import _Element

from capclient.readers.einvoice.document import RefusedError

MOST_TEXT = 500  # characters of a name or an identifier
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


class Reader:
    """Finds the descendants of an element by paths whose prefixes are ours; those of the file do not matter."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(prefixes)

    def one(self, node: _Element | None, path: str) -> _Element | None:
        """Return the first element at a path."""
        return None if node is None else node.find(path, self.prefixes)

    def all(self, node: _Element | None, path: str) -> list[_Element]:
        """Return every element at a path, in order."""
        return [] if node is None else node.findall(path, self.prefixes)

    def text(self, node: _Element | None, path: str) -> str:
        """Return the text of the first element at a path; empty when there is none."""
        return own_text(self.one(node, path))

    def amount(
        self, node: _Element | None, path: str, currency: str, *, is_optional: bool = False
    ) -> Decimal | None:
        """Return an amount, None when it is absent; of several, the one in ``currency``.

        Raises
        ------
        RefusedError
            If it is no number, or given in other currencies only, unless ``is_optional``: the VAT of an invoice
            may be told in the currency of the tax alone (BT-111).
        """
        found = [item for item in self.all(node, path) if own_text(item)]
        own = [item for item in found if item.get("currencyID", "").strip().upper() in ("", currency)]
        if found and not own and not is_optional:
            raise RefusedError("einvoice_currency", found[0].get("currencyID", "")[:20])
        return decimal(own_text(own[0])) if own else None

    def quantity(self, node: _Element | None, path: str) -> Decimal | None:
        """Return a quantity or a price; None when it is absent or no number."""
        text = self.text(node, path)
        return Decimal(text) if _NUMBER.fullmatch(text) else None


def own_text(node: _Element | None) -> str:
    """Return the text of an element with single blanks, cut at :data:`MOST_TEXT`."""
    if node is None or not node.text:
        return ""
    return " ".join(node.text[: 4 * MOST_TEXT].split())[:MOST_TEXT].strip()


def decimal(text: str) -> Decimal:
    """Return an XML decimal.

    >>> decimal("-1200.50")
    Decimal('-1200.50')

    Raises
    ------
    RefusedError
        If the text is none: a comma, an exponent, NaN, digits of another script.
    """
    if not _NUMBER.fullmatch(text):
        raise RefusedError("einvoice_no_amount", text[:40])
    return Decimal(text)


def day(text: str) -> date | None:
    """Return a day written ``2026-01-31`` or ``20260131``; None when it is neither.

    >>> day("2026-01-31Z"), day("20260131"), day("31/01/2026")
    (datetime.date(2026, 1, 31), datetime.date(2026, 1, 31), None)
    """
    found = _ISO_DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    if not found:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:  # the 31st of February
        return None
