"""Rows that are no record: blank rows, totals, headers repeated on each page.

Floor 2. The rule is written once as patterns that Python and the engine's regular expressions read alike:
Python judges the rows of a sheet, SQL those of a long file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from capclient.readers.identifiers import clean, clean_sql, normal_key
from capclient.readers.sql_text import literal

BLANK, REPEATED, TOTAL = "blank", "repeated_header", "total_row"

# "TOTAL" may be a client (an oil company): the whole label must be that of a total, and every other
# cell must be empty or a number: a record has a date or a text somewhere.
LABEL = (
    r"(?i)(?:sous[- ]?|sub[- ]?)?tota(?:l|ux)(?:\s*:)?"
    r"|grand total(?:\s*:)?"
    r"|(?:sous[- ]?|sub[- ]?)total\s.*"
    r"|tota(?:l|ux)\s+(?:g[ée]n[ée]ra(?:l|ux)|general|ht|ttc|tva|(?:factur|avoir|client|compte|page|mois|ann[ée]e|"
    r"exercice|p[ée]riode|pour|for|du|de|des)\b).*"
)
NUMBERISH = (
    r"[-+(]? ?(?:[€$£] ?)?[-+]?\d*(?:[.,' \x{00a0}\x{202f}\x{2009}]\d{3})*(?:[.,]\d*)?"
    r"[ \x{00a0}\x{202f}\x{2009}]?(?:[€$£%]|EUR)? ?[-)]?"
)
# A compact date or the serial number of a spreadsheet is a number too: the column tells.
DATE_NUMBER = r"(?:19|20)\d{6}(?:\.0)?|[2-7]\d{4}(?:\.\d+)?"
_DATE_HEADER = re.compile(r"\b(?:dates?|jour|echeance|day)\b|date$")
# "Total DUPONT", "DUPONT Total": a total only where DUPONT stands in another cell of the table.
NAMED = (
    r"(?i)(?:(?:sous[- ]?|sub[- ]?)?tota(?:l|ux)\s*[-:]?\s+(?:client\s+|pour\s+)?(\S.*)"
    r"|(\S.*?)\s*[-:]?\s+(?:sous[- ]?|sub[- ]?)?total)"
)
_NAMED = re.compile(NAMED)
LONGEST = 200  # characters of a label
_LABEL = re.compile(LABEL)
_DATE_NUMBER = re.compile(DATE_NUMBER)
_NUMBERISH = re.compile(re.sub(r"\\x\{([0-9a-f]{4})\}", r"\\u\1", NUMBERISH))


def date_places(header: Sequence[str], columns: Mapping[str, str]) -> frozenset[int]:
    """Return the places of the columns of dates: those that the user declared, those whose header says so."""
    declared = {normal_key(name) for canonical, name in columns.items() if canonical.endswith("_date")}
    keys = [normal_key(name) for name in header]
    return frozenset(
        at for at, key in enumerate(keys) if key in declared or _DATE_HEADER.search(key.replace("_", " "))
    )


def named(label: str) -> str:
    """Return what a label sums when it may be a subtotal; empty when it cannot.

    >>> named("Total DUPONT"), named("Dupont SARL - Total"), named("DUPONT")
    ('DUPONT', 'Dupont SARL', '')
    """
    found = _NAMED.fullmatch(clean(label)) if len(label) <= LONGEST else None
    return clean(found[1] or found[2]) if found else ""


def kind(
    cells: Sequence[str], header: Sequence[str], dates: Collection[int] = (), subtotals: Collection[str] = ()
) -> str | None:
    """Tell what a row is when it is no record: ``blank``, ``repeated_header`` or ``total_row``.

    ``dates`` are the places of the columns of dates: a total has none. ``subtotals`` are labels known to be
    totals because what they name (:func:`named`) stands in another cell of the table.
    """
    cleaned = [clean(cell) for cell in cells]
    if not any(cleaned):
        return BLANK
    if cleaned == [clean(name) for name in header]:
        return REPEATED
    place = next(at for at, cell in enumerate(cleaned) if cell)  # subtotals stand under the column they sum
    rest = cleaned[:place] + cleaned[place + 1 :]
    dated = any(_DATE_NUMBER.fullmatch(cleaned[at]) for at in dates if at < len(cleaned))
    is_label = cleaned[place] in subtotals or _LABEL.fullmatch(cleaned[place])
    if not dated and is_label and all(_NUMBERISH.fullmatch(cell) for cell in rest):
        return TOTAL
    return None


def kind_sql(
    columns: Sequence[str],
    header: Sequence[str],
    dates: Collection[int] = (),
    subtotals: Collection[str] = (),
) -> str:
    """Return the same as SQL over the columns (already quoted), NULL for a record."""
    cells = [clean_sql(column) for column in columns]
    blank = " AND ".join(f"{cell} IS NULL" for cell in cells)
    repeated = " AND ".join(
        f"coalesce({cell}, '') = {literal(clean(name))}" for cell, name in zip(cells, header, strict=True)
    )
    first = first_sql(columns)
    label = f"regexp_full_match({first}, {literal(LABEL)})"
    if subtotals:
        label = f"({label} OR {first} IN ({', '.join(map(literal, sorted(subtotals)))}))"
    rest = [  # the label is the first filled cell: nothing stands before it
        f"(coalesce({', '.join(cells[:at])}) IS NULL OR regexp_full_match(coalesce({cells[at]}, ''), "
        f"{literal(NUMBERISH)}))"
        for at in range(1, len(cells))
    ]
    undated = [
        f"NOT regexp_full_match(coalesce({cells[at]}, ''), {literal(DATE_NUMBER)})" for at in sorted(dates)
    ]
    total = " AND ".join([label, *rest, *undated])
    return (
        f"CASE WHEN {suspect_sql(columns, header)} THEN CASE WHEN {blank} THEN '{BLANK}' "
        f"WHEN {repeated} THEN '{REPEATED}' WHEN {total} THEN '{TOTAL}' "
        "END END"
    )


def first_sql(columns: Sequence[str]) -> str:
    """Return SQL of the first filled cell of a row: where a total has its label."""
    return f"coalesce({', '.join(clean_sql(column) for column in columns)})"


def suspect_sql(columns: Sequence[str], header: Sequence[str]) -> str:
    """Return a cheap test on the first two columns that every row which is no record passes."""
    tests = [f"lower({column}) LIKE '%tota%'" for column in columns[:2]]
    blank = " AND ".join(f"{clean_sql(column)} IS NULL" for column in columns[:2])
    repeated = f"coalesce({clean_sql(columns[0])}, '') = {literal(clean(header[0]))}"
    return f"coalesce({' OR '.join([*tests, f'({blank})', f'({repeated})'])}, false)"
