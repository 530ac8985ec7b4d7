"""What an invoice cannot be without: number, day, type, currency, amounts.

Floor 2. Each absence has its own reason, so that a rejected file says what is wrong with it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from capclient.readers.einvoice.document import KNOWN_TYPES, RefusedError
from capclient.readers.einvoice.values import day

LARGEST = Decimal(10) ** 13  # the ledger's own bound


def checked_number(text: str) -> str:
    """Return BT-1."""
    if not text:
        raise RefusedError("einvoice_no_number")
    return text


def checked_day(text: str) -> date:
    """Return BT-2."""
    found = day(text)
    if found is None:
        raise RefusedError("einvoice_no_date", text[:40])
    return found


def checked_type(text: str) -> str:
    """Return BT-3; a pro forma, an order or a payment request is no revenue."""
    code = text.lstrip("0")
    if code not in KNOWN_TYPES:
        raise RefusedError("einvoice_type", text[:40])
    return code


def checked_currency(text: str) -> str:
    """Return BT-5, three letters."""
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise RefusedError("einvoice_currency", text[:40])
    return text.upper()


def checked_amount(amount: Decimal | None) -> Decimal:
    """Return an amount that is there and fits the ledger."""
    if amount is None:
        raise RefusedError("einvoice_no_amount")
    if abs(amount) >= LARGEST:
        raise RefusedError("einvoice_no_amount", str(amount)[:40])
    return amount
