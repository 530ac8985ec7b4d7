"""An e-invoice as its file states it: the terms of EN 16931 (BT-…) that a client ledger needs.

Floor 2. Both syntaxes, CII and UBL, become the same document; nothing is signed, spread or rounded yet.
Source: D.2 of the sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Codes of UNTDID 1001 that EN 16931 and the French CTC profiles allow (BT-3).
CREDIT_NOTES = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"}
)
CORRECTIONS = frozenset({"384", "471", "472", "473"})  # each replaces the invoice it refers to
DEPOSITS = frozenset({"386", "500", "503"})  # 503 gives a deposit back
INVOICES = frozenset(
    {
        *("80", "82", "84", "102", "295", "326", "331", "380", "382", "383", "385", "387", "388"),
        *("389", "390", "393", "394", "395", "456", "457", "501", "527", "553", "575", "623"),
        *("633", "751", "780", "817", "870", "875", "876", "877", "935"),
    }
)
KNOWN_TYPES = CREDIT_NOTES | CORRECTIONS | DEPOSITS | INVOICES

TaxKey = tuple[str, Decimal | None]  # category (BT-151) and rate in per cent (BT-152)


class RefusedError(Exception):
    """A file that cannot be used; the code is that of its reject, the detail a short quotation."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4) or buyer (BG-7). Identifiers come with their scheme, empty where the file gives none."""

    name: str = ""
    legal_id: tuple[str, str] = ("", "")  # BT-30, BT-47
    ids: tuple[tuple[str, str], ...] = ()  # BT-29, BT-46
    vat: str = ""  # BT-31, BT-48
    country: str = ""
    postcode: str = ""
    subdivision: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line (BG-25), with its place among all lines of the file, from 1.

    ``amount`` is net of the line's own allowances, which ``adjustment`` sums (charges positive).
    """

    rank: int
    id: str
    product: str
    quantity: Decimal | None
    unit: str
    price: Decimal | None  # BT-146
    base: Decimal | None  # BT-149
    amount: Decimal  # BT-131
    adjustment: Decimal
    tax: TaxKey


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (negative) or a charge of the whole document (BG-20, BG-21)."""

    amount: Decimal
    tax: TaxKey


@dataclass(frozen=True, slots=True)
class Totals:
    """BG-22; a total that the file does not give is None."""

    allowances: Decimal | None  # BT-107
    charges: Decimal | None  # BT-108
    net: Decimal | None  # BT-109
    vat: Decimal | None  # BT-110
    gross: Decimal | None  # BT-112


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice or credit note.

    Parameters
    ----------
    number, day, type_code, currency
        BT-1, BT-2, BT-3, BT-5.
    is_credit
        Whether its amounts reduce revenue when they are positive.
    due_days
        BT-9; several in the EXTENDED profile.
    references
        BT-25 and BT-26: number and, where given, day of the preceding invoices.
    lines
        Those that count.
    uncounted
        Rank and product of the group and information lines of the EXTENDED profile: their amounts are told twice.
    """

    number: str
    day: date
    type_code: str
    is_credit: bool
    currency: str
    due_days: tuple[date, ...]
    references: tuple[tuple[str, date | None], ...]
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    uncounted: tuple[tuple[int, str], ...]
    adjustments: tuple[Adjustment, ...]
    totals: Totals

    @property
    def doc_type(self) -> str:
        """The canonical type: ``invoice``, ``credit_note`` or ``deposit``."""
        if self.type_code in DEPOSITS:
            return "deposit"
        return "credit_note" if self.is_credit else "invoice"

    @property
    def is_correction(self) -> bool:
        """Whether it replaces the invoice it refers to."""
        return self.type_code in CORRECTIONS and not self.is_credit
