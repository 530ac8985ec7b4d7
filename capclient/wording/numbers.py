"""Numbers and dates as a French or an English reader writes them.

French: ``1 234,56 €`` with a narrow no-break space (U+202F) inside the number and a no-break space
(U+00A0) before the unit. English: ``€1,234.56``. A missing value is an en dash, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from numbers import Real
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol

MISSING = "–"
Number = float | Decimal
SYMBOLS = {("GBP", "fr"): "£"}  # CLDR writes £GB, which nobody in France does
LOCALES = {"fr": "fr_FR", "en": "en_GB"}


def is_missing(value: object) -> bool:
    """Tell whether a value is None, NaN or NaT."""
    if value is None or value is not value:
        return True
    return type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, float) and math.isnan(value))


def symbol(currency: str, lang: str) -> str:
    """``€``, ``£``, ``$US`` ...: the sign of a currency in a language."""
    return SYMBOLS.get((currency, lang)) or get_currency_symbol(currency, LOCALES[lang])


def money(value: Number, lang: str, currency: str = "EUR", cents: bool = False) -> str:
    """``12 345 €``, or ``12 345,60 €`` with cents."""
    number = "#,##0.00" if cents else "#,##0"
    sign = symbol(currency, lang)
    pattern = f"{number}\u00a0'{sign}'" if lang == "fr" else f"'{sign}'{number}"
    shown = round(float(value), 2 if cents else 0) + 0.0  # never « -0 € »
    return format_currency(shown, currency, pattern, locale=LOCALES[lang], currency_digits=False)


def share(value: Number, lang: str, digits: int = 1) -> str:
    """``12,3 %`` from 0.123."""
    zeros = "0" * digits
    pattern = f"#,##0{'.' + zeros if digits else ''}" + ("\u00a0%" if lang == "fr" else "%")
    return format_percent(
        round(float(value), digits + 2) + 0.0, pattern, locale=LOCALES[lang]
    )  # never « -0,0 % »


def points(value: Number, lang: str) -> str:
    """``+1,2 pt`` from a difference of shares of 0.012."""
    unit = "pt" if lang == "fr" else "pp"
    return format_decimal(float(value) * 100, "+#,##0.0;-#,##0.0", locale=LOCALES[lang]) + f"\u00a0{unit}"


def count(value: Number, lang: str) -> str:
    """``1 234``."""
    return format_decimal(value, "#,##0", locale=LOCALES[lang])


def decimal(value: Number, lang: str, digits: int = 2) -> str:
    """``3,17``."""
    return format_decimal(value, f"#,##0.{'0' * digits}" if digits else "#,##0", locale=LOCALES[lang])


def days(value: Number, lang: str) -> str:
    """``45 j`` or ``45 d``."""
    return count(value, lang) + ("\u00a0j" if lang == "fr" else "\u00a0d")


def years(value: Number, lang: str) -> str:
    """``4,2 ans`` or ``4.2 years``."""
    return decimal(value, lang, 1) + ("\u00a0ans" if lang == "fr" else "\u00a0years")


def day(value: date, lang: str, style: str = "long") -> str:
    """``30 novembre 2011``; ``short`` gives ``30/11/2011``."""
    patterns = {"short": "dd/MM/yyyy", "long": "d MMMM yyyy", "month": "MMMM yyyy"}
    words = format_date(value, patterns[style], locale=LOCALES[lang])
    return f"1er{words[1:]}" if lang == "fr" and style == "long" and value.day == 1 else words


@cache
def formatters() -> dict[str, Callable[..., str]]:
    """Return the formatter of each unit of :mod:`capclient.vocabulary`."""
    return {
        "share": share,
        "points": points,
        "count": count,
        "customers": count,
        "index": lambda value, lang: decimal(value, lang, 0),
        "ratio": lambda value, lang: decimal(value, lang, 2),
        "days": days,
        "years": years,
    }


def spoken(value: Any, unit: str, lang: str, currency: str = "EUR") -> str:
    """Format a value by its unit; a missing one is an en dash."""
    if is_missing(value):
        return MISSING
    if unit in {"money", "money_cents"}:
        return money(value, lang, currency, cents=unit == "money_cents")
    if unit == "text" or not isinstance(value, Real):
        return day(value, lang) if isinstance(value, date) else str(value)
    return formatters()[unit](value, lang)
