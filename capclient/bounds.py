"""Values of the parameters, each with its limits: numbers, days, texts, pairs of limits.

Floor 1. Every scalar of the YAML arrives as text. A value out of its limits raises an error whose type is
the code of a sentence in ``errors.po`` and whose facts say what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from capclient.errors import listed

NUMBER = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
STRICT = ConfigDict(extra="forbid", frozen=True, defer_build=True)  # of every model of the parameters
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
BLANKS = " \t\r\n\u00a0\u202f\u2009\u2007\u200b\ufeff"  # those that readers trim from identifiers


def refusal(code: str, **facts: object) -> PydanticCustomError:
    """Return the error of a value: ``params.<code>`` is its sentence, ``facts`` fill it."""
    full: Any = f"params.{code}"
    return PydanticCustomError(full, full, facts)


def number(
    least: str, most: str, *, above: bool = False, below: bool = False, decimals: int = 6
) -> BeforeValidator:
    """Return the check of a decimal between two limits, both allowed unless ``above`` or ``below``."""
    low, high = Decimal(least), Decimal(most)
    facts = {"least": least, "most": most, "decimals": decimals}

    def checked(value: object) -> Decimal:
        found = _decimal(value)
        if not low <= found <= high or (above and found == low) or (below and found == high):
            raise refusal("number_above" if above else "number_between", **facts)
        exponent = found.as_tuple().exponent
        if isinstance(exponent, int) and -exponent > decimals:
            raise refusal("decimals", **facts)
        return Decimal(format(found, "f"))  # without exponent: SQL reads 1E-7 as a binary float

    return BeforeValidator(checked)


def whole(least: int, most: int) -> BeforeValidator:
    """Return the check of a whole number between two limits, both allowed."""

    def checked(value: object) -> int:
        found = _decimal(value)
        if found != found.to_integral_value() or not least <= found <= most:
            raise refusal("whole_between", least=least, most=most)
        return int(found)

    return BeforeValidator(checked)


def _decimal(value: object) -> Decimal:
    """Read a number; a long exponent is refused before anyone computes with it."""
    written = str(value).strip()
    if not written:
        raise refusal("blank")
    if not NUMBER.fullmatch(written):
        raise refusal("not_number")
    return Decimal(written)


def _day(value: object) -> date:
    if value == "":
        raise refusal("blank")
    if not isinstance(value, date):
        try:
            value = date.fromisoformat(value if isinstance(value, str) and DAY.fullmatch(value) else "")
        except ValueError:
            raise refusal("not_day") from None
    if not FIRST_DAY <= value <= LAST_DAY:
        raise refusal("day_between", least=FIRST_DAY, most=LAST_DAY)
    return value


def form(pattern: str, *examples: str) -> AfterValidator:
    """Return the check of a text that must have one form; ``examples`` show it."""

    def checked(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise refusal("form", examples=listed(f'"{example}"' for example in examples))
        return value

    return AfterValidator(checked)


def trimmed(value: str) -> str:
    """Trim a text like an identifier of a file; one with nothing left is refused."""
    found = value.strip(BLANKS)
    if not found:
        raise refusal("blank")
    return found


def _not_blank(value: str) -> str:
    trimmed(value)
    return value


def as_list(value: object) -> object:
    """Take a single value for a list of one."""
    return value if isinstance(value, list) else [value]


def count(wanted: int) -> BeforeValidator:
    """Return the check of a list that holds so many values."""

    def checked(value: object) -> object:
        if not isinstance(value, (list, tuple)) or len(value) != wanted:
            raise refusal("count", count=wanted)
        return value

    return BeforeValidator(checked)


def _ascending(values: Any) -> Any:
    if any(one >= other for one, other in pairwise(values)):
        raise refusal("ascending")
    return values


def mapped(
    mapping: Mapping[str, Any], key: Callable[[str], str], value: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return a mapping with cleaned keys and values; two keys that become one are refused."""
    found: dict[str, Any] = {}
    for old, new in mapping.items():
        name = key(old)
        if name in found:
            raise refusal("same_key", name=name)
        found[name] = value(new)
    return found


Share = Annotated[Decimal, number("0", "1")]
Factor = Annotated[Decimal, number("0", "1000")]
Score = Annotated[Decimal, number("0", "100")]
Decline = Annotated[Decimal, number("-1", "0")]
Percent = Annotated[Decimal, number("0", "100")]
Rise = Annotated[Decimal, number("0", "100")]
Rate = Annotated[Decimal, number("0", "1000000000", above=True, below=True, decimals=12)]
Amount = Annotated[Decimal, number("-1000000000000000", "1000000000000000")]
Cost = Annotated[Decimal, number("0", "1000000000000000")]
Capacity = Annotated[Decimal, number("0", "1000000000000", above=True)]
Days = Annotated[int, whole(0, 36_500)]
Months = Annotated[int, whole(0, 1_200)]
Years = Annotated[int, whole(1, 100)]
Count = Annotated[int, whole(0, 1_000_000)]
Customers = Annotated[int, whole(2, 1_000_000)]
Repeats = Annotated[int, whole(1, 1_000)]
Seed = Annotated[int, whole(0, 2**32 - 1)]  # what NumPy takes
Seconds = Annotated[int, whole(1, 1_000_000)]
Shares = Annotated[tuple[Share, Share], count(2), AfterValidator(_ascending)]
Voice = Annotated[
    Decimal, number("0.0001", "1")
]  # of the unhappy clients: nobody at all would be no scenario
Voices = Annotated[tuple[Voice, Voice], count(2), AfterValidator(_ascending)]
Factors = Annotated[tuple[Factor, Factor], count(2), AfterValidator(_ascending)]
Stages = Annotated[tuple[Days, Days, Days], count(3), AfterValidator(_ascending)]
Cadence = Annotated[tuple[Count, Count], count(2), AfterValidator(_ascending)]
Ratios = Annotated[tuple[Factor, Factor, Factor], count(3), AfterValidator(_ascending)]
Clusters = Annotated[
    tuple[Annotated[int, whole(2, 50)], Annotated[int, whole(2, 50)]], count(2), AfterValidator(_ascending)
]
Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, AfterValidator(trimmed)]
Given = Annotated[str, AfterValidator(_not_blank)]
Texts = Annotated[list[Text], BeforeValidator(as_list)]


class Group(BaseModel):
    """A family of thresholds."""

    model_config = STRICT
