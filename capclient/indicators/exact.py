"""Exact arithmetic where a threshold decides (0.3).

Floor 4. Euros become whole cents, and a ratio is compared with its limit by cross-multiplication: in
binary floats 0.7 + 0.1 is less than 0.8, and 81/90 - 1 is more than -0.1.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from capclient.errors import LedgerError, listed

Limit = str | int | float | Decimal | Fraction

_SAFE = 2**62  # products below it fit int64, sign included


def number(value: Limit) -> Fraction:
    """Return the exact number that a person typed; a float is read by its shortest decimal text.

    >>> number(-0.1) == number("-0.10") == Fraction(-1, 10)
    True
    """
    return Fraction(str(float(value))) if isinstance(value, float) else Fraction(value)


def cents(amounts: pd.Series) -> pd.Series:
    """Return amounts in euros as whole cents (int64), same index.

    Raises
    ------
    LedgerError
        If an amount is missing or infinite.

    Examples
    --------
    >>> cents(pd.Series({"C1": 0.7, "C2": -0.1})).to_dict()
    {'C1': 70, 'C2': -10}
    """
    euros = amounts.to_numpy(dtype="float64", na_value=np.nan)
    bad = ~np.isfinite(euros)
    if bad.any():
        raise LedgerError(
            "indicators.missing_amount", count=int(bad.sum()), customers=listed(amounts.index[bad])
        )
    return pd.Series((euros * 100).round().astype("int64"), index=amounts.index, name=amounts.name)


def compare(numerator: Any, denominator: Any, limit: Any) -> np.ndarray:
    """Return the sign of ``numerator / denominator - limit``, exactly: -1, 0 or 1 (int8).

    Parameters
    ----------
    numerator, denominator
        Whole numbers, as a Series, an array or one number. Denominators are positive; the sign of a row
        whose denominator is not has no meaning, and the caller masks it.
    limit
        One limit, or one a row (object array of Fraction).

    Examples
    --------
    81 is exactly 10 % less than 90:

    >>> compare([81, 82], [90, 90], "0.90")
    array([0, 1], dtype=int8)
    """
    if isinstance(limit, np.ndarray):
        ratios = [number(value).as_integer_ratio() for value in limit]
        above = np.array([part for part, _ in ratios], dtype=object)
        below = np.array([part for _, part in ratios], dtype=object)
    else:
        above, below = (np.asarray(part) for part in number(limit).as_integer_ratio())
    left = product(numerator, below)
    right = product(denominator, above)
    return (left > right).astype("int8") - (left < right).astype("int8")


def product(left: Any, right: Any) -> np.ndarray:
    """Multiply whole numbers: in int64 where every product fits, in Python integers otherwise."""
    a, b = np.asarray(left), np.asarray(right)
    if a.size == 0 or b.size == 0 or _largest(a) * _largest(b) < _SAFE:
        return np.asarray(a.astype("int64") * b.astype("int64"))
    return np.asarray(a.astype(object) * b.astype(object))


def _largest(values: np.ndarray) -> int:
    return max(abs(int(values.max())), abs(int(values.min())))
