"""Is an answer right, and if not, what does it look like?

Floor 8. Pure: an answer and the expected one in, a code and its facts out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import Any

import pandas as pd

from capclient.vocabulary import Unknown

CENT = 0.006  # euros: a sum of floats is right when its cents are
NEAR = 1e-6  # relative: the last bits of a sum are nobody's mistake
FIGURES = 2  # figures that an answer rounded by hand keeps at least; a coarser one is a guess
COUNTED = ("count", "customers")  # these are never rounded
ALMOST = 0.01  # relative: worth saying that little is missing
SHOWN = 3  # clients named in a message


@dataclass(frozen=True)
class Judgement:
    """``code``: ``right``, ``rounded``, ``todo``, ``unknown``, or what is wrong; ``facts`` fill its sentence."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Tell whether the exercise is done."""
        return self.code in {"right", "rounded"}


def judged(given: Any, expected: Any, unit: str = "ratio") -> Judgement:
    """Compare an answer with the expected one.

    Parameters
    ----------
    given
        What the student found; ``...`` where nothing was written yet.
    expected
        Number, text, set of codes or Series by code; or an ``Unknown``: nothing can be checked then.
    unit
        Unit of numbers: money is right to the cent.

    Examples
    --------
    A share given as a percentage is recognised:

    >>> judged(43.1, 0.431, "share").code
    'percent'
    >>> judged(0.43, 0.431, "share").code
    'rounded'
    """
    if given is ...:
        return Judgement("todo")
    if isinstance(expected, Unknown):
        return Judgement("unknown", {"reason": expected.reason})
    if isinstance(expected, pd.Series):
        return _series(given, expected, unit)
    if isinstance(expected, set | frozenset):
        return _codes(given, {str(code) for code in expected})
    if isinstance(expected, str):
        return _text(given, expected)
    return _number(given, float(expected), unit)


def same_number(one: float, other: float, unit: str) -> bool:
    """Tell whether two numbers are equal but for the last bits; money to the cent."""
    least = CENT if unit.startswith("money") else max(1e-9, NEAR * abs(other))
    return abs(one - other) <= least


def _number(given: Any, expected: float, unit: str) -> Judgement:
    value = _as_number(given)
    if value is None:
        return Judgement("no_number", {"kind": _kind(given)})
    if math.isnan(value):
        return Judgement("empty")
    if same_number(value, expected, unit):
        return Judgement("right")
    gap = abs(value - expected) / abs(expected) if expected else math.inf
    if unit not in COUNTED and _is_rounded(value, expected):
        return Judgement("rounded")
    looks = {
        "percent": expected * 100,
        "sign": -expected,
        "complement": 1 - expected,
        "inverse": 1 / expected if expected else math.nan,
    }
    if unit != "share":
        del looks["percent"], looks["complement"]
    for code, wrong in looks.items():
        if same_number(value, wrong, unit):
            return Judgement(code)
    if gap <= ALMOST:
        return Judgement("close", {"gap": value - expected})
    if unit == "share" and abs(value) > 2 >= abs(expected):
        return Judgement("no_share")
    return Judgement("high" if value > expected else "low", {"given": value})


def _is_rounded(value: float, expected: float) -> bool:
    """Tell whether a number is the expected one, rounded to two figures or more."""
    if not expected:
        return False
    first = math.floor(math.log10(abs(expected)))  # place of its first figure: 2 for 345, -1 for 0.43
    places = range(FIGURES - 1 - first, 8 - first)
    return any(abs(value - round(expected, digits)) < 1e-9 for digits in places)


def _text(given: Any, expected: str) -> Judgement:
    if not isinstance(given, str):
        return Judgement("no_text", {"kind": _kind(given)})
    same = given.strip().casefold() == expected.strip().casefold()
    return Judgement("right") if same else Judgement("other_text", {"given": given.strip()[:80]})


def _codes(given: Any, expected: set[str]) -> Judgement:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable) or isinstance(given, pd.DataFrame):
        return Judgement("no_codes", {"kind": _kind(given)})
    codes = {str(code) for code in given}
    if codes == expected:
        return Judgement("right")
    if not expected:
        return Judgement("no_code", {"n": len(codes)})
    missing, extra = sorted(expected - codes), sorted(codes - expected)
    if not codes & expected:
        return Judgement("other_codes", {"n": len(codes)})
    return Judgement("codes_differ", {**_named("missing", missing), **_named("extra", extra)})


def _series(given: Any, expected: pd.Series, unit: str) -> Judgement:
    if isinstance(given, pd.DataFrame) and given.shape[1] == 1:
        given = given.iloc[:, 0]
    if isinstance(given, dict):
        given = pd.Series(given)
    if not isinstance(given, pd.Series):
        return Judgement("no_series", {"kind": _kind(given)})
    found = given.set_axis(given.index.astype(str))
    wanted = expected.set_axis(expected.index.astype(str))
    if found.index.has_duplicates:
        return Judgement("rows_twice", {"code": str(found.index[found.index.duplicated()][0])})
    missing, extra = (
        sorted(set(wanted.index) - set(found.index)),
        sorted(set(found.index) - set(wanted.index)),
    )
    if missing or extra:
        return Judgement("codes_differ", {**_named("missing", missing), **_named("extra", extra)})
    differ = [code for code in wanted.index if not _same(found[code], wanted[code], unit)]
    if not differ:
        return Judgement("right")
    return Judgement("rows_differ", {"n": len(differ), "code": differ[0], "value": wanted[differ[0]]})


def _same(one: Any, other: Any, unit: str) -> bool:
    number = _as_number(other)
    if number is None:
        return str(one).strip().casefold() == str(other).strip().casefold()
    value = _as_number(one)
    if value is None:
        return False
    return (math.isnan(value) and math.isnan(number)) or same_number(value, number, unit)


def _as_number(value: Any) -> float | None:
    if isinstance(value, pd.Series) and len(value) == 1:
        value = value.iloc[0]
    if value is pd.NA:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    return float(value)


def _named(name: str, codes: list[str]) -> dict[str, Any]:
    return {f"n_{name}": len(codes), name: codes[:SHOWN]}


def _kind(value: Any) -> str:
    """Name what a student gave: ``table``, ``series``, ``list``, ``text``, ``nothing`` or ``other``."""
    kinds: tuple[tuple[Any, str], ...] = (
        (pd.DataFrame, "table"),
        (pd.Series, "series"),
        (pd.Index | list | tuple | set | dict, "list"),
        (str, "text"),
        (bool, "truth"),
        (Real | Decimal, "number"),
        (type(None), "nothing"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "other")
