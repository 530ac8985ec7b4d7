"""What the law says of payment terms, as dated tables: they change by decree, and a user may add to them.

Floor 1. Sources: C. com. L441-10, L441-11, D441-5; CCP R2192-10, R2192-11, R2192-31; ECB key rates, as section 5 of
the dictionary states them. This is no legal advice: an exception (a sector agreement, a decree) is for a person to see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FRANCE = {"", "fr", "fra", "france", "france metropolitaine", "fr france"}


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The longest term the law allows for invoices from a day on; one of the four ways to count is given.

    ``month_end`` stands beside ``days``: the longer of the two holds, if the contract says so.
    """

    since: date
    days: int | None = None
    month_end: int | None = None
    ten_days_end: int | None = None
    after_month_end: int | None = None


@cache
def _table(name: str) -> dict[str, Any]:
    import yaml

    text = (Path(__file__).parent / f"{name}.yml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return found


def refi_rates(more: Mapping[date, Decimal] | None = None) -> dict[date, Decimal]:
    """Return the refinancing rate in percent by the day it took effect, oldest first; ``more`` adds or replaces.

    >>> list(refi_rates().items())[-1]
    (datetime.date(2025, 6, 11), Decimal('2.15'))
    """
    known = {date.fromisoformat(day): Decimal(rate) for day, rate in _table("refi").items()}
    return dict(sorted((known | dict(more or {})).items()))


def rates_known_to(rates: Mapping[date, Decimal]) -> date:
    """Return the last day whose half-year rate a table of rates gives: it is fixed on 1 January and 1 July.

    >>> rates_known_to(refi_rates())
    datetime.date(2025, 12, 31)
    """
    last = max(rates)
    if last == date(last.year, 1, 1):
        return date(last.year, 6, 30)
    return date(last.year, 12, 31) if last <= date(last.year, 7, 1) else date(last.year + 1, 6, 30)


def ceilings(kind: str, name: str = "") -> tuple[Ceiling, ...]:
    """Return the dated ceilings of ``private``, ``periodic``, ``public`` (with its buyer) or ``sectors`` (with one).

    Empty when the law says nothing special.
    """
    rows = _table("terms")[kind]
    rows = rows.get(name, []) if isinstance(rows, dict) else rows
    return tuple(
        Ceiling(
            since=date.fromisoformat(row["from"]),
            **{key: value for key, value in row.items() if key != "from"},
        )
        for row in rows
    )


def sector_slug(sector: str) -> str:
    """Return the sector of the table that a sector of the parameters names, else nothing.

    >>> sector_slug("Transport")
    'transport'
    """
    slug = plain(sector).replace(" ", "_")
    return slug if slug in _table("terms")["sectors"] else ""


def public_buyer(customer_type: str | None, *, is_public: bool = False) -> str:
    """Return which public buyer a client is: ``state``, ``hospital``, ``undertaking``; empty for a private one.

    >>> public_buyer("Centre hospitalier"), public_buyer("PME"), public_buyer(None, is_public=True)
    ('hospital', '', 'state')
    """
    words = plain(customer_type)
    for kind, names in _table("terms")["public_words"].items():
        if words in names:
            return str(kind)
    return "state" if is_public else ""


def is_french(country: str | None) -> bool:
    """Tell whether a client is in France; one whose country nobody told is.

    >>> is_french(None), is_french("FR"), is_french("Belgique")
    (True, True, False)
    """
    return plain(country) in FRANCE


def indemnity() -> Decimal:
    """Return the fixed indemnity of an invoice paid late, in euros."""
    return Decimal(_table("terms")["indemnity"])


def margin(kind: str) -> Decimal:
    """Return the points above the refinancing rate: ``private`` or ``public``."""
    return Decimal(_table("terms")["margin"][kind])


def floor_times() -> Decimal:
    """Return how many times the legal interest rate a rate of the contract is at least (C. com. L441-10 II)."""
    return Decimal(_table("terms")["floor_times"])


def plain(words: str | None) -> str:
    """Return words in small letters, without accents nor punctuation; nothing for what is missing."""
    if not isinstance(words, str):
        return ""
    bare = unicodedata.normalize("NFKD", words.casefold())
    return re.sub(r"[^a-z0-9]+", " ", "".join(c for c in bare if not unicodedata.combining(c))).strip()
