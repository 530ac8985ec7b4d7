"""Is an answer right, and if not, what does it look like?

Floor 8. Pure: an answer and the expected one in, a code and its facts out.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from capclient.vocabulary import Unknown

CENT = 0.006  # euros: a sum of floats is right when its cents are
NEAR = 1e-6  # relative: the last bits of a sum are nobody's mistake
SETTING = 2e-5  # relative: 1.96 for the normal quantile, 365.25 days in a year of 365.2425
PRICE = 0.005  # relative: the cent of a price is no cent where the price itself is of a few cents
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
    if not math.isfinite(expected):  # a mean of nothing: there is no answer to compare with
        return Judgement("unknown", {"reason": "denominator_zero"})
    return _number(given, float(expected), unit)


def same_number(one: float, other: float, unit: str) -> bool:
    """Tell whether two numbers are equal but for the last bits; money to the cent, what is counted exactly."""
    if unit == "money_cents":
        least = min(CENT, PRICE * abs(other))
    elif unit.startswith("money"):
        least = CENT
    else:
        least = 0.0 if unit in COUNTED and float(other).is_integer() else NEAR * abs(other)
    return abs(one - other) <= max(1e-9, least)


def _number(given: Any, expected: float, unit: str) -> Judgement:
    value = _as_number(given)
    if value is None:
        return Judgement("no_number", {"kind": _kind(given)})
    if math.isnan(value):
        return Judgement("empty")
    if same_number(value, expected, unit):
        return Judgement("right")
    gap = abs(value - expected) / abs(expected) if expected else math.inf
    if _is_rounded(value, expected, unit):
        return Judgement("rounded")
    looks = {
        "percent": expected * 100,
        "sign": -expected,
        "complement": 1 - expected,
        "inverse": 1 / expected if expected else math.nan,
    }
    if unit != "share":
        del looks["percent"], looks["complement"]
    if unit.startswith("money"):
        del looks["inverse"]
    for code, wrong in looks.items():
        if same_number(value, wrong, unit) or (code == "percent" and _is_rounded(value, wrong, unit)):
            return Judgement(code)
    if gap <= ALMOST:
        return Judgement("close", {"gap": value - expected})
    if unit == "share" and abs(value) > 2 >= abs(expected):
        return Judgement("no_share")
    return Judgement("high" if value > expected else "low", {"given": value})


def _is_rounded(value: float, expected: float, unit: str) -> bool:
    """Tell whether a number is the expected one, rounded to two figures or more; money to the euro at most."""
    if not expected or unit in COUNTED:
        return False
    is_money = unit.startswith("money")
    if not is_money and abs(value - expected) <= SETTING * abs(expected):
        return True
    first = math.floor(math.log10(abs(expected)))  # place of its first figure: 2 for 345, -1 for 0.43
    places = range(max(FIGURES - 1 - first, 0 if is_money else -first), 8 - min(first, 0))
    return any(abs(value - round(expected, digits)) < 1e-9 for digits in places)


def _text(given: Any, expected: str) -> Judgement:
    if not isinstance(given, str):
        return Judgement("no_text", {"kind": _kind(given)})
    return (
        Judgement("right")
        if _plain(given) == _plain(expected)
        else Judgement("other_text", {"given": given.strip()[:80]})
    )


def _codes(given: Any, expected: set[str]) -> Judgement:
    if (
        isinstance(given, str | bytes)
        or not isinstance(given, Iterable)
        or (isinstance(given, np.ndarray) and not given.ndim)
    ):
        return Judgement("no_codes", {"kind": _kind(given)})
    codes = _named_in(given)
    if codes == expected:
        return Judgement("right")
    if not expected:
        return Judgement("no_code", {"n": len(codes)})
    missing, extra = sorted(expected - codes), sorted(codes - expected)
    if codes and not codes & expected:
        return Judgement("other_codes", {"n": len(codes)})
    return Judgement("codes_differ", {**_named("missing", missing), **_named("extra", extra)})


def _named_in(given: Iterable[Any]) -> set[str]:
    """Return the codes of a list, of a column, of the rows that a mask keeps, or of the rows of a table."""
    if isinstance(given, pd.Series) and pd.api.types.is_bool_dtype(given):
        given = given.index[given.fillna(False).astype(bool)]
    elif isinstance(given, pd.DataFrame):
        given = given.index
    return {str(code) for code in given}


def _series(given: Any, expected: pd.Series, unit: str) -> Judgement:
    if isinstance(given, pd.DataFrame) and given.shape[1] == 1:
        given = given.iloc[:, 0]
    if isinstance(given, dict):
        given = pd.Series(given)
    if not isinstance(given, pd.Series):
        return Judgement("no_series", {"kind": _kind(given)})
    found, wanted = _by_text(given), _by_text(expected)
    if found.index.has_duplicates:
        return Judgement("rows_twice", {"code": str(found.index[found.index.duplicated()][0])})
    missing, extra = (
        sorted(set(wanted.index) - set(found.index)),
        sorted(set(found.index) - set(wanted.index)),
    )
    if missing or extra:
        return Judgement("codes_differ", {**_named("missing", missing), **_named("extra", extra)})
    rows = zip(wanted.index, found[wanted.index], wanted, strict=True)
    differ = [(code, one, value) for code, one, value in rows if not _same(one, value, unit)]
    if not differ:
        return Judgement("right")
    if all(_is_hand_rounded(one, value, unit) for _, one, value in differ):
        return Judgement("rounded")
    code, _, value = differ[0]
    return Judgement("rows_differ", {"n": len(differ), "code": code, "value": value})


def _by_text(series: pd.Series) -> pd.Series:
    """Return a Series by code, codes as text whatever they were: numbers, dates, several levels, missing."""
    return series.set_axis(pd.Index([str(code) for code in series.index], dtype="object"))


def _same(one: Any, other: Any, unit: str) -> bool:
    if _is_missing(other) or _is_missing(one):
        return _is_missing(other) and _is_missing(one)
    number, value = _as_number(other), _as_number(one)
    if number is None:
        return _plain(str(one)) == _plain(str(other))
    return value is not None and same_number(value, number, unit)


def _is_hand_rounded(one: Any, other: Any, unit: str) -> bool:
    number, value = _as_number(other), _as_number(one)
    if number is None or value is None or unit.startswith("money"):
        return False
    return _is_rounded(value, number, unit)


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _plain(words: str) -> str:
    """Return a text without what nobody sees: outer spaces, capitals, and how an accent is encoded."""
    return unicodedata.normalize("NFC", words).strip().casefold()


def _as_number(value: Any) -> float | None:
    if isinstance(value, pd.Series | pd.DataFrame | np.ndarray) and value.size == 1:
        value = np.ravel(value)[0]
    if value is pd.NA:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        return None
    number: Any = value
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
    except ValueError:  # a Decimal that signals
        return math.nan


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
