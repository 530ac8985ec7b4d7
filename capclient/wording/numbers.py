"""Numbers and dates as a French or an English reader writes them.

French: ``1 234,56 €`` with a narrow no-break space (U+202F) inside the number and a no-break space
(U+00A0) before the unit. English: ``€1,234.56``. A missing value is an en dash, never 0. A number that is not zero
never reads as zero: it takes as many decimals as its first figure asks for. The minus sign is U+2212, never a hyphen.
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
from babel.numbers import format_currency, format_decimal, get_currency_symbol

MISSING = "–"
Number = float | Decimal
SYMBOLS = {("GBP", "fr"): "£"}  # CLDR writes £GB, which nobody in France does
LOCALES = {"fr": "fr_FR", "en": "en_GB"}
MINUS = "\u2212"
FINEST = 3  # decimals of a per cent: a euro in a million is nothing to a reader
NOISE = 1e-6  # below, in the unit shown, a number is what binary floats leave of a zero


def is_missing(value: object) -> bool:
    """Tell whether a value is None, NaN or NaT."""
    if value is None or value is not value:
        return True
    return type(value).__name__ in {"NAType", "NaTType"} or (isinstance(value, float) and math.isnan(value))


def symbol(currency: str, lang: str) -> str:
    """``€``, ``£``, ``$US`` ...: the sign of a currency in a language."""
    return SYMBOLS.get((currency, lang)) or get_currency_symbol(currency, LOCALES[lang])


def decimals(value: Number, digits: int) -> int:
    """Return the decimals that show a number: those asked for, more when they would all be zeros.

    >>> decimals(0.172, 1), decimals(0.005, 1), decimals(0.0, 1)
    (1, 3, 1)
    """
    size = abs(float(value))
    return digits if size < NOISE or round(size, digits) else -math.floor(math.log10(size))


def _pattern(digits: int) -> str:
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


def _number(value: Number, digits: int, lang: str, pattern: str = "{}") -> str:
    """Write a rounded number; what rounds to zero has no sign."""
    shown = round(value, digits) + 0  # type: ignore[operator]  # never « -0 »
    words = format_decimal(shown, pattern.format(_pattern(digits)), locale=LOCALES[lang])
    return words.replace("-", MINUS)


def money(value: Number, lang: str, currency: str = "EUR", cents: bool = False) -> str:
    """``12 345 €``, or ``12 345,60 €`` with cents; ``0,30 €`` never reads as nothing."""
    cents = cents or 0.005 <= abs(float(value)) <= 0.5
    number = "#,##0.00" if cents else "#,##0"
    sign = symbol(currency, lang)
    pattern = f"{number}\u00a0'{sign}'" if lang == "fr" else f"'{sign}'{number}"
    shown = round(float(value), 2 if cents else 0) + 0.0  # never « -0 € »
    words = format_currency(shown, currency, pattern, locale=LOCALES[lang], currency_digits=False)
    return words.replace("-", MINUS)


def share(value: Number, lang: str, digits: int = 1) -> str:
    """``12,3 %`` from 0.123; what would need more than :data:`FINEST` decimals of a per cent is shown as none.

    >>> share(0.00005, "en"), share(-0.0000002, "en")
    ('0.005%', '0.0%')
    """
    needed = decimals(float(value) * 100, digits)
    digits = needed if needed <= max(FINEST, digits) else digits
    words = _number(round(float(value), digits + 2) * 100, digits, lang)
    return words + ("\u00a0%" if lang == "fr" else "%")


def points(value: Number, lang: str) -> str:
    """``+1,2 pt`` from a difference of shares of 0.012."""
    unit = "pt" if lang == "fr" else "pp"
    hundredths = float(value) * 100
    words = _number(hundredths, decimals(hundredths, 1), lang, "+{0};-{0}")
    return f"{words if words.strip('+0,.') else words[1:]}\u00a0{unit}"  # no sign before zero


def margin(value: Number, lang: str) -> str:
    """``± 1,2 pt`` from a half-width of 0.012."""
    return f"±\u00a0{points(abs(float(value)), lang).removeprefix('+')}"


def count(value: Number, lang: str) -> str:
    """``1 234``."""
    return decimal(value, lang, 0)


def people(value: Number, lang: str) -> str:
    """``5``, or ``4,3`` for an estimate that is no whole number.

    >>> people(5.0, "fr"), people(4.3, "fr")
    ('5', '4,3')
    """
    return decimal(value, lang, 0 if float(value).is_integer() else 1)


def decimal(value: Number, lang: str, digits: int = 2) -> str:
    """``3,17``."""
    return _number(value, decimals(value, digits), lang)


def ratio(value: Number, lang: str) -> str:
    """``0,66``, ``3,6``, ``27``: a ratio is read with two figures or so, not with all those of the computer."""
    size = abs(float(value))
    return decimal(value, lang, 2 if size < 2 else 1 if size < 10 else 0)


def days(value: Number, lang: str) -> str:
    """``45 j`` or ``45 d``; a mean keeps its tenth (``54,6 j``), so that two means and their difference agree."""
    whole = round(float(value), 1) % 1 == 0 or abs(float(value)) >= 100
    return decimal(value, lang, 0 if whole else 1) + ("\u00a0j" if lang == "fr" else "\u00a0d")


def years(value: Number, lang: str) -> str:
    """``4,2 ans``, ``1,2 an`` (the plural begins at two in French) or ``4.2 years``."""
    words = decimal(value, lang, 1)
    if lang == "fr":
        return words + ("\u00a0an" if abs(round(float(value), 1)) < 2 else "\u00a0ans")
    return words + "\u00a0years"


def day(value: date, lang: str, style: str = "long") -> str:
    """``30 novembre 2011``; ``short`` gives ``30/11/2011``, and in English ``30 Nov 2011``, which nobody misreads."""
    short = "dd/MM/yyyy" if lang == "fr" else "d MMM yyyy"
    patterns = {"short": short, "long": "d MMMM yyyy", "month": "MMMM yyyy"}
    words = format_date(value, patterns[style], locale=LOCALES[lang])
    return f"1er{words[1:]}" if lang == "fr" and style == "long" and value.day == 1 else words


@cache
def formatters() -> dict[str, Callable[..., str]]:
    """Return the formatter of each unit of :mod:`capclient.vocabulary`."""
    return {
        "share": share,
        "points": points,
        "margin": margin,
        "count": count,
        "customers": count,
        "people": people,
        "index": lambda value, lang: decimal(value, lang, 0),
        "ratio": ratio,
        "marks": lambda value, lang: decimal(value, lang, 1),
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
