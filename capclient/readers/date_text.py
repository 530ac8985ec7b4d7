r"""Dates as people and machines write them, as SQL over a text column.

Floor 2. Source: section E.2 of the formats. A date is the day that is written: a time or a time zone
behind it changes nothing. Two-digit years from 70 on are of the last century.
"""

from __future__ import annotations

from collections.abc import Collection

from capclient.readers.identifiers import BLANKS
from capclient.readers.sql_text import literal

# The families of dates; the profile of a column counts them. Among numbered days and months, those with a
# part above 12 tell the order.
MISSING, ISO, COMPACT, PARTS, DAY_FIRST, MONTH_FIRST = 0, 1, 2, 3, 4, 5
DAY_WORD, WORD_DAY, WORD_MONTH, MONTH_YEAR, YEAR_MONTH, SERIAL, UNREADABLE = 6, 7, 8, 9, 10, 11, 12

MONTHS = (
    ("janvier", "janv", "jan", "january"), ("fevrier", "fevr", "fev", "february", "feb"), ("mars", "mar", "march"),
    ("avril", "avr", "april", "apr"), ("mai", "may"), ("juin", "june", "jun"), ("juillet", "juil", "july", "jul"),
    ("aout", "aou", "august", "aug"), ("septembre", "sept", "september", "sep"),
    ("octobre", "october", "oct"), ("novembre", "november", "nov"), ("decembre", "december", "dec"),
)  # fmt: skip
_WORD = "|".join(sorted((word for words in MONTHS for word in words), key=lambda word: (-len(word), word)))
_TIME = r"(?:[ tT]+\d{1,2}[:hH]\d{2}(?::\d{2}(?:[.,]\d+)?)? ?(?:[AaPp][Mm]|[zZ]|[+-]\d{2}:?\d{2})?)?"
_YEAR = r"(\d{4}|\d{2})"
_JOIN = "[ /.-]"

PATTERNS = {
    ISO: rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}",
    COMPACT: r"((?:19|20)\d{2})(\d{2})(\d{2})(?:\.0)?",
    PARTS: rf"(\d{{1,2}}){_JOIN}(\d{{1,2}}){_JOIN}{_YEAR}{_TIME}",
    DAY_WORD: rf"(\d{{1,2}})(?:er)?{_JOIN}({_WORD}){_JOIN}{_YEAR}{_TIME}",
    WORD_DAY: rf"({_WORD}) (\d{{1,2}}),? (\d{{4}}){_TIME}",
    WORD_MONTH: rf"({_WORD}){_JOIN}{_YEAR}",
    MONTH_YEAR: r"(\d{1,2})[/.-](\d{4})",
    YEAR_MONTH: r"(\d{4})[/.-](\d{1,2})",
}
WITHOUT_DAY = (WORD_MONTH, MONTH_YEAR, YEAR_MONTH)
WITH_WORD = (DAY_WORD, WORD_DAY, WORD_MONTH)
# Places of day, month and year among the parts of each family (0: no day, the first of the month).
PLACES = {
    ISO: (3, 2, 1), COMPACT: (3, 2, 1), DAY_WORD: (1, 2, 3), WORD_DAY: (2, 1, 3), WORD_MONTH: (0, 1, 2),
    MONTH_YEAR: (0, 1, 2), YEAR_MONTH: (0, 2, 1),
}  # fmt: skip
ORDERS = {"dmy": (1, 2, 3), "mdy": (2, 1, 3), "ymd": (3, 2, 1)}
SERIALS = (20_000, 80_000)  # 1954 to 2119: days since 1899-12-30, as spreadsheets count


def core_sql(text: str) -> str:
    """Return SQL of a date in lower case, without accents, dots of abbreviations and odd blanks."""
    usual = f"trim(regexp_replace({text}, {literal(f'[{BLANKS}]+')}, ' ', 'g'))"
    return f"regexp_replace(lower(strip_accents({usual})), '([a-z])\\.', '\\1', 'g')"


def core_unless_plain_sql(text: str) -> str:
    """Return SQL of the core of a text, NULL when it is an ISO date: most are, and need no more."""
    return f"CASE WHEN NOT regexp_full_match({text}, {literal(PATTERNS[ISO])}) THEN {core_sql(text)} END"


def class_sql(text: str, core: str, *, is_serial: bool) -> str:
    """Return SQL of the family of a value; ``core`` is its :func:`core_unless_plain_sql`."""
    serial = f" WHEN {_serial_test(text)} THEN {SERIAL}" if is_serial else ""
    families = "".join(
        f" WHEN regexp_full_match({core}, {literal(pattern)}) "
        f"THEN {_order_sql(core) if family == PARTS else family}"
        for family, pattern in PATTERNS.items()
    )
    return (
        f"CASE WHEN {text} IS NULL THEN {MISSING} WHEN {core} IS NULL THEN {ISO} "
        f"WHEN {core} IN ('', '-') THEN {MISSING}{serial}{families} ELSE {UNREADABLE} END"
    )


def _order_sql(core: str) -> str:
    """Return SQL of what ``13/12/2024`` or ``12/13/2024`` tell; a value with two parts above 12 is no date."""
    first, second = (
        f"TRY_CAST(regexp_extract({core}, {literal(PATTERNS[PARTS])}, {place}) AS INTEGER)"
        for place in (1, 2)
    )
    return (
        f"CASE WHEN {first} BETWEEN 13 AND 31 AND {second} <= 12 THEN {DAY_FIRST} "
        f"WHEN {second} BETWEEN 13 AND 31 AND {first} <= 12 THEN {MONTH_FIRST} ELSE {PARTS} END"
    )


def date_sql(text: str, families: Collection[int], order: str, *, is_serial: bool, is_sound: bool) -> str:
    """Return SQL that reads the families a column has as DATE, NULL for any other text and impossible days.

    ``is_sound`` says that every text of the column is of these families, so that none is tested again.
    """
    if is_sound and set(families) <= {ISO}:
        return f"coalesce(TRY_CAST({text} AS DATE), {_assembled(text, ISO, PLACES[ISO])})"
    cases = ""
    if is_serial:
        days = f"TRY_CAST(floor(TRY_CAST({text} AS DOUBLE)) AS INTEGER)"
        cases = f" WHEN {_serial_test(text)} THEN DATE '1899-12-30' + {days}"
    core = core_sql(text)
    cases += "".join(
        f" WHEN regexp_full_match({core}, {literal(PATTERNS[family])}) "
        f"THEN {_assembled(core, family, ORDERS[order] if family == PARTS else PLACES[family])}"
        for family in sorted({PARTS if family in (DAY_FIRST, MONTH_FIRST) else family for family in families})
        if family in PATTERNS
    )
    return f"CASE{cases} END" if cases else "NULL::DATE"


def _serial_test(text: str) -> str:
    low, high = SERIALS
    return f"TRY_CAST({text} AS DOUBLE) BETWEEN {low} AND {high}"


def _assembled(core: str, family: int, places: tuple[int, int, int]) -> str:
    """Return SQL that puts the parts of a date in ISO order and casts them."""
    day, month, year = places
    pattern = literal(f"^{PATTERNS[family]}$")
    last = f"\\{day}" if day else "01"
    parts = f"regexp_replace({core}, {pattern}, '\\{year}-\\{month}-{last}')"
    if family in WITH_WORD:
        word = f"regexp_extract({core}, {pattern}, {month})"
        number = " ".join(
            f"WHEN {word} IN ({', '.join(map(literal, words))}) THEN '{rank}'"
            for rank, words in enumerate(MONTHS, 1)
        )
        parts = f"replace({parts}, {word}, CASE {number} END)"
    if family in (PARTS, DAY_WORD, WORD_MONTH):
        century = f"CASE WHEN {parts}[3] <> '-' THEN '' WHEN {parts} < '70' THEN '20' ELSE '19' END"
        parts = f"{century} || {parts}"
    return f"TRY_CAST({parts} AS DATE)"
