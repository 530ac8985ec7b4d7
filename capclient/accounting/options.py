"""What a user may decide about a FEC: terms, matching, opening journals, closing dates.

Floor 3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from capclient.errors import ParamsError

_TERM = re.compile(r"(\d{1,3})\s*(?:j(?:ours)?|d(?:ays)?)?\s*(fdm|fin de mois|end of month)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Options:
    """Parameters of the translation; every default is the one of part C.

    Parameters
    ----------
    default_term
        Term of a client without one of its own: ``"30"``, ``"60"``, ``"45 FDM"`` (45 days, then end of month).
    customer_terms
        The same by client identifier (C.7).
    matching
        How far un-lettered items are matched (C.8.5): ``letters`` alone, same piece or unique ``amount``
        (default), exact ``sum`` of the oldest invoices, first in first out (``fifo``, for the aged balance).
    opening_journals
        Journal codes that hold opening entries besides the usual ones (C.2).
    closings
        Closing date by file name, where the name of the file lies or says nothing (A.2).
    is_group
        Several companies in one portfolio are meant (C.0).
    declared_revenue
        Revenue of the tax return by closing date, for R13.
    """

    default_term: str = "30"
    customer_terms: dict[str, str] = field(default_factory=dict)
    matching: Literal["letters", "amount", "sum", "fifo"] = "amount"
    opening_journals: tuple[str, ...] = ()
    closings: dict[str, date] = field(default_factory=dict)
    is_group: bool = False
    declared_revenue: dict[date, Decimal] = field(default_factory=dict)


def term_sql(term: str, day: str) -> str:
    """Return SQL of the due date of an invoice of a day.

    Raises
    ------
    ParamsError
        If the term is not written like ``30`` or ``45 FDM``.

    >>> term_sql("45 FDM", "day")
    'last_day(day + 45)'
    """
    match = _TERM.fullmatch(term.strip())
    if not match:
        raise ParamsError("fec.bad_term", value=repr(term))
    due = f"{day} + {int(match.group(1))}"
    return f"last_day({due})" if match.group(2) else due
