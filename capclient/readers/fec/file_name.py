"""What the name of a FEC says: SIREN, closing date, part (A.2).

Floor 2. A name that does not conform is worth a warning, never a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from stdnum.fr import siren as siren_number

_NAME = re.compile(
    r"(\d{9,10})FEC(\d{8})([_-].*?)?(\.(txt|csv|tsv|xml|fec|zip|xlsx|xlsm|xls|ods))?", re.IGNORECASE
)
_PART = re.compile(r"_(\d{1,2})")  # a longer number is a date or a version


@dataclass(frozen=True, slots=True)
class FileName:
    """SIREN (empty when unknown), closing date (None when unknown), part number, conformity to the norm."""

    siren: str
    closing: date | None
    part: int
    is_conform: bool


def file_name(name: str) -> FileName:
    """Read the name of a file.

    >>> file_name("123456782FEC20251231_2.txt")
    FileName(siren='123456782', closing=datetime.date(2025, 12, 31), part=2, is_conform=True)
    >>> file_name("export compta.txt")
    FileName(siren='', closing=None, part=0, is_conform=False)
    """
    match = _NAME.fullmatch(name)
    if not match:
        return FileName("", None, 0, False)
    siren, digits, rest = match.group(1), match.group(2), match.group(3) or ""
    try:
        closing = date.fromisoformat(digits)
    except ValueError:
        closing = None
    part = _PART.fullmatch(rest)
    is_conform = len(siren) == 9 and siren_number.is_valid(siren) and closing is not None
    return FileName(siren, closing, int(part.group(1)) if part else 0, is_conform)
