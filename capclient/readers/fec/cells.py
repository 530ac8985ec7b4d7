"""Amounts and dates of a FEC as SQL over text (A.4): exact decimals, nothing guessed from a neighbour.

Floor 2.
"""

from __future__ import annotations

from capclient.readers.identifiers import BLANKS
from capclient.readers.sql_text import literal

MONEY = "DECIMAL(18,2)"
_DIGITS = r"^[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$|^\.[0-9]+$"


def amount_sql(text: str) -> str:
    """Return SQL of an amount: 0 for an empty text, NULL for one that is no number.

    A comma or a point is the decimal mark, the last one when there are both; the sign stands first or last.
    """
    plain = f"TRY_CAST(replace({text}, ',', '.') AS {MONEY})"
    bare = f"translate({text}, {literal(BLANKS)}, '')"
    sign = f"CASE WHEN {bare}[1] = '-' OR {bare}[-1] = '-' THEN -1 ELSE 1 END"
    digits = f"regexp_replace({bare}, '^[-+]|[-+]$', '', 'g')"
    marked = (
        f"CASE WHEN contains({digits}, '.') AND contains({digits}, ',') THEN "
        f"CASE WHEN strpos(reverse({digits}), ',') < strpos(reverse({digits}), '.') "
        f"THEN replace(replace({digits}, '.', ''), ',', '.') ELSE replace({digits}, ',', '') END "
        f"ELSE replace({digits}, ',', '.') END"
    )
    careful = (
        f"CASE WHEN regexp_matches({marked}, {literal(_DIGITS)}) "
        f"THEN ({sign}) * TRY_CAST(TRY_CAST({marked} AS DECIMAL(28,9)) AS {MONEY}) END"
    )
    return f"CASE WHEN {text} IS NULL THEN 0::{MONEY} ELSE coalesce({plain}, {careful})::{MONEY} END"


def date_sql(text: str) -> str:
    """Return SQL of a date: AAAAMMJJ, also with separators, day first or a time behind; NULL for none.

    A date outside 1900 to 2099 is an error of entry, not a date.
    """
    joined = f"{text}[1:4] || '-' || {text}[5:6] || '-' || {text}[7:8]"
    compact = f"CASE WHEN length({text}) = 8 THEN TRY_CAST({joined} AS DATE) END"
    day = f"regexp_replace({text}, '[T ].*$', '')"
    parts = f"regexp_replace({day}, '[-/.]', '', 'g')"
    careful = f"try_strptime({parts}, ['%Y%m%d', '%d%m%Y'])::DATE"
    read = f"coalesce({compact}, CASE WHEN length({parts}) = 8 THEN {careful} END)"
    return f"CASE WHEN year({read}) BETWEEN 1900 AND 2099 THEN {read} END"


def is_no_date_sql(text: str) -> str:
    """Return SQL that tells whether a text says on purpose that there is no date."""
    return f"({text} IS NULL OR regexp_matches({text}, '^[0/. -]*$'))"


def side_sql(text: str) -> str:
    """Return SQL of the sign of ``Sens``: 1 for D or +1, -1 for C or -1, NULL for anything else."""
    bare = f"upper(translate({text}, {literal(BLANKS)}, ''))"
    return f"CASE WHEN {bare} IN ('D', '+1', '1', 'DEBIT') THEN 1 WHEN {bare} IN ('C', '-1', 'CREDIT') THEN -1 END"
