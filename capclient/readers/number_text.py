r"""Numbers as people and machines write them, as SQL over a text column.

Floor 2. Source: section E.2 of the formats. A text is a number with a decimal comma when it matches
``SHAPES[","]``, with a decimal point when it matches ``SHAPES["."]``; ``1.234`` matches both and only its
column can tell. An amount in another currency than the company's is no number of its ledger.
Casting a text to DECIMAL rounds half away from zero exactly (checked by a test).
"""

from __future__ import annotations

from string import ascii_letters

from capclient.readers.sql_text import literal

# What each value of a column is; the profile counts them. The plain ones are machine texts that a cast reads.
MISSING, PLAIN_INTEGER, PLAIN_POINT, PLAIN_EITHER = 0, 1, 2, 3
INTEGER, POINT, COMMA, EITHER_POINT, EITHER_COMMA, EXPONENT, UNREADABLE = 4, 5, 6, 7, 8, 9, 10
PLAIN_ONES = {MISSING, PLAIN_INTEGER, PLAIN_POINT, PLAIN_EITHER}
EVIDENCE = {".": (PLAIN_POINT, POINT), ",": (COMMA,)}  # decimal mark beyond doubt
AMBIGUOUS = (PLAIN_EITHER, EITHER_POINT, EITHER_COMMA)

_ODD = "\u00a0\u202f\u2009\u2007\t’−–"  # blanks, apostrophe and minus that look like those of a keyboard
_USUAL = "     '--"
CODES = (
    "EUR", "USD", "GBP", "CHF", "CAD", "AUD", "JPY", "CNY", "HKD", "SGD", "NZD", "SEK", "NOK", "DKK", "PLN", "CZK",
    "HUF", "RON", "BGN", "TRY", "MAD", "TND", "DZD", "XOF", "XAF", "XPF", "MUR", "MXN", "BRL", "INR", "ILS", "AED",
    "SAR", "KRW", "ZAR", "THB", "FRF",
)  # fmt: skip
SIGNS = {"€": ("EUR",), "£": ("GBP",), "¥": ("JPY", "CNY"),
         "$": ("USD", "CAD", "AUD", "HKD", "SGD", "NZD", "MXN")}  # fmt: skip
_DELETED = (
    f" \u00a0\u202f\u2009\u2007\t'’+{''.join(SIGNS)}{ascii_letters}"  # once a text is known to be a number
)
_WHOLE = r"\d+|[1-9]\d{{0,2}}(?: \d{{3}})+|[1-9]\d{{0,2}}(?:'\d{{3}})+|[1-9]\d{{0,2}}(?:\{0}\d{{3}})+"
_SHAPE = r"[-+]? ?(?:(?:{whole})(?:\{mark}\d*)?|\{mark}\d+)"
SHAPES = {
    ",": _SHAPE.format(whole=_WHOLE.format("."), mark=","),
    ".": _SHAPE.format(whole=_WHOLE.format(","), mark="."),
}
EXPONENT_SHAPE = r"[-+]?\d+(?:[.,]\d+)?[eE][-+]?\d+"
PLAIN = r"-?\d+(?:\.\d+)?"
EITHER = r"[-+]? ?[1-9]\d{0,2}[.,]\d{3}"


def currencies(currency: str = "") -> str:
    """Return the pattern of the signs and codes of a currency, of every one when none is given.

    >>> currencies("EUR"), currencies("CAD")
    ('(?i)[€]|EUR', '(?i)[$]|CAD')
    """
    signs = "".join(sign for sign, codes in SIGNS.items() if not currency or currency in codes)
    return "(?i)" + "|".join(
        filter(None, [f"[{signs}]" if signs else "", *([currency] if currency else CODES)])
    )


def core_sql(text: str, currency: str = "") -> str:
    """Return SQL of a number without currency, its minus in front: ``(1 234,56 €)`` gives ``-1 234,56``.

    Signs and codes of other currencies than ``currency`` stay, so that the text is no number.
    """
    usual = f"translate({text}, {literal(_ODD)}, {literal(_USUAL)})"
    bare = f"trim(regexp_replace({usual}, {literal(currencies(currency))}, '', 'g'))"
    inside = f"regexp_replace({bare}, '^\\( ?([^()-].*?) ?\\)$', '-\\1')"
    return f"regexp_replace({inside}, '^([^-].*?) ?-$', '-\\1')"


def core_unless_plain_sql(text: str, currency: str = "") -> str:
    """Return SQL of the core of a text, NULL when it is a plain machine number: most are, and need no more."""
    return f"CASE WHEN NOT regexp_full_match({text}, {literal(PLAIN)}) THEN {core_sql(text, currency)} END"


def class_sql(text: str, core: str) -> str:
    """Return SQL of what a value is; ``core`` is its :func:`core_unless_plain_sql`."""

    def is_like(shape: str, value: str = core) -> str:
        return f"regexp_full_match({value}, {literal(shape)})"

    either = f"CASE WHEN contains({core}, '.') THEN {EITHER_POINT} ELSE {EITHER_COMMA} END"
    plain = (
        f"CASE WHEN NOT contains({text}, '.') THEN {PLAIN_INTEGER} WHEN {text} NOT LIKE '%.___' THEN {PLAIN_POINT} "
        f"WHEN {is_like(EITHER, text)} THEN {PLAIN_EITHER} ELSE {PLAIN_POINT} END"
    )
    return (
        f"CASE WHEN {text} IS NULL THEN {MISSING} WHEN {core} IS NULL THEN {plain} "
        f"WHEN {core} IN ('', '-') THEN {MISSING} WHEN {is_like(EITHER)} THEN {either} "
        f"WHEN {is_like(SHAPES[','])} THEN CASE WHEN {is_like(SHAPES['.'])} THEN {INTEGER} ELSE {COMMA} END "
        f"WHEN {is_like(SHAPES['.'])} THEN {POINT} WHEN {is_like(EXPONENT_SHAPE)} THEN {EXPONENT} "
        f"ELSE {UNREADABLE} END"
    )


def number_sql(
    text: str,
    sql_type: str,
    marks: tuple[str, ...],
    *,
    has_exponents: bool,
    is_sound: bool,
    currency: str = "",
) -> str:
    """Return SQL that reads a text whose decimal mark is the first of ``marks`` that it may have.

    ``is_sound`` says that every text of the column is a number with that mark, so that none is tested again.
    """
    casts = {mark: f"TRY_CAST({_signed(_digits(text, mark))} AS {sql_type})" for mark in marks}
    if is_sound and len(marks) == 1 and not has_exponents:
        return casts[marks[0]]
    core = core_sql(text, currency)
    cases = "".join(
        f" WHEN regexp_full_match({core}, {literal(SHAPES[mark])}) THEN {cast}"
        for mark, cast in casts.items()
    )
    if has_exponents:
        machine = f"TRY_CAST(replace({core}, ',', '.') AS {sql_type})"
        cases += f" WHEN regexp_full_match({core}, {literal(EXPONENT_SHAPE)}) THEN {machine}"
    return f"CASE{cases} END"


def _digits(text: str, mark: str) -> str:
    """Return SQL that keeps digits, minus and a decimal point of a text known to be a number.

    Brackets become minus signs, so that a negative of any style ends or begins with one.
    """
    thousands = "." if mark == "," else ","
    return f"translate({text}, {literal(f'{mark}−–)({thousands}{_DELETED}')}, '.----')"


def _signed(digits: str) -> str:
    """Return SQL that moves in front the minus that a bracket or a trailing sign left behind."""
    return f"CASE WHEN ends_with({digits}, '-') THEN '-' || replace({digits}, '-', '') ELSE {digits} END"
