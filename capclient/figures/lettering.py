"""What is written on figures: numbers on axes, counts of clients, names that cannot break a drawing."""

from __future__ import annotations

import unicodedata
from functools import cache

from matplotlib.axis import Axis
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ticker import FuncFormatter, MaxNLocator

from capclient.wording import text
from capclient.wording.numbers import MINUS, count, decimal, money, share, symbol

ELLIPSIS = "…"
PART = {"fr": "\u00a0; ", "en": "; "}  # between the parts of a long description
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, bidirectional marks, lone surrogates


def clean(name: object) -> str:
    """Return a name without what cannot be seen: controls, bidirectional marks, doubled blanks."""
    seen = "".join(" " if c in "\t\n\r" else c for c in str(name))
    seen = "".join(c for c in seen if unicodedata.category(c) not in _INVISIBLE)
    return " ".join(seen.split()) or "?"


def shortened(name: object, most: int = 28) -> str:
    """Cut a name in its middle: both ends tell clients apart (``Société générale … Nantes Est``)."""
    whole = clean(name)
    if len(whole) <= most:
        return whole
    head = (most - 1) * 3 // 5
    return whole[:head].rstrip() + ELLIPSIS + whole[-(most - 1 - head) :].lstrip()


def drawable(name: object, most: int = 28) -> str:
    """Return a name that the font of the figures can draw: symbols it lacks go, letters become a box."""
    known = _characters()
    seen = ("" if unicodedata.category(c) == "So" else "□" if ord(c) not in known else c for c in clean(name))
    return shortened("".join(seen), most)


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def customers(number: float, lang: str) -> str:
    """``1 client``, ``12 clients``, ``aucun client``."""
    whole = round(float(number))
    key = {0: "customers.none", 1: "customers.one"}.get(whole, "customers.many")
    return text(key, lang, n=count(whole, lang))


def short_money(
    value: float, lang: str, currency: str, unit: float | None = None, *, decimals: int | None = None
) -> str:
    """``950 €``, ``45,3 k€``, ``1,2 M€``; ``unit`` imposes the same unit along an axis, ``decimals`` their number."""
    scale = unit or money_unit(value)
    if scale == 1:
        return money(round(value), lang, currency)
    prefix = {1e3: "k", 1e6: "M", 1e9: text("money.billion", lang)}[scale]
    size = value / scale
    digits = 0 if abs(size) >= 99.95 or abs(size - round(size)) < 0.005 else 1
    if decimals is not None:
        digits = decimals
    sign = symbol(currency, lang)
    number = decimal(size, lang, digits)
    return f"{number}\u00a0{prefix}{sign}" if lang == "fr" else _english(number, sign, prefix)


def _english(number: str, symbol: str, prefix: str) -> str:
    sign, digits = (MINUS, number[1:]) if number.startswith(MINUS) else ("", number)
    return f"{sign}{symbol}{digits}{prefix}"


def money_unit(largest: float) -> float:
    """Return the unit in which an amount is read best: 1, a thousand, a million, a billion."""
    size = abs(float(largest))
    return 1e9 if size >= 1e9 else 1e6 if size >= 1e6 else 1e3 if size >= 1e4 else 1


def money_axis(axis: Axis, largest: float, lang: str, currency: str, ticks: int = 5) -> None:
    """Write amounts along an axis, all in the unit of the largest."""
    unit = money_unit(largest)
    axis.set_major_locator(MaxNLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: short_money(value, lang, currency, unit)))


def share_axis(axis: Axis, lang: str) -> None:
    """Write shares of 0 to 1 along an axis as percentages."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: share(value, lang, 0)))


def count_axis(axis: Axis, lang: str, ticks: int = 5) -> None:
    """Write whole numbers along an axis."""
    axis.set_major_locator(MaxNLocator(ticks, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: count(value, lang)))


def listed(parts: list[str], lang: str) -> str:
    """Join phrases: ``a, b et c``."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + text("list.and", lang) + parts[-1]
