"""Where the header of a table stands, under its title rows, and the names it gives.

Floor 2. The same rule for the lines of a text file and the rows of a sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from capclient.readers.date_text import MONTHS
from capclient.readers.identifiers import clean, normal_key

FARTHEST = 40  # a header lower than this is not looked for
_NUMBER = re.compile(r"[-+(]?[€$£]?\s*\d[\d\s.,'’]*\s*(?:[€$£%]|EUR|[eE][-+]?\d+)?[-)]?")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH = re.compile(rf"(?:{'|'.join(word for words in MONTHS for word in words)})\.?")
_MONTH_EDGE = re.compile(r"^(?:0?1[-/.]\d|\d{4}-\d\d-01|\d{4}-\d\d-(?:28|29|30|31)|(?:28|29|30|31)[-/.])")
_YEAR_OR_RANK = re.compile(r"(?:19|20)\d\d|[1-9]|[12]\d|3[01]")  # headers of wide tables


def modal_width(rows: Sequence[Sequence[str]]) -> int:
    """Return the width (last non-empty cell) that holds most cells: titles are narrow, records are not."""
    widths = Counter(filled_width(row) for row in rows)
    return max(widths, key=lambda width: (widths[width] * width, width), default=0)


def filled_width(row: Sequence[str]) -> int:
    """Return the place of the last non-empty cell."""
    return max((place for place, cell in enumerate(row, 1) if clean(cell)), default=0)


def header_place(rows: Sequence[Sequence[str]], wanted: Collection[str] = ()) -> int | None:
    """Return the place of the header among the first rows, or None when no row looks like one.

    ``wanted`` are header names that the user gave: the row that holds most of them is the header.
    Else it is the first row as wide as the records, mostly filled, that the rows below do not resemble.
    """
    if wanted:
        keys = {normal_key(name) for name in wanted}
        found = [len(keys & {normal_key(cell) for cell in row}) for row in rows[:FARTHEST]]
        if max(found, default=0):
            return found.index(max(found))
    width = modal_width(rows)
    for place, row in enumerate(rows[:FARTHEST]):
        texts = [clean(cell) for cell in row]
        filled = sum(1 for text in texts if text)
        if filled * 2 <= width or filled < min(2, width):
            continue  # a title
        return place if _is_header(texts, rows[place + 1 :]) else None
    return None


def _is_header(texts: list[str], below: Sequence[Sequence[str]]) -> bool:
    """A header holds words; a number or a date over numbers or dates is a record (years and months apart)."""
    if not any(_kind(text) == "text" for text in texts):
        return False
    for column, text in enumerate(texts):
        kind = _kind(text)
        if kind in {"number", "date"} and not _YEAR_OR_RANK.fullmatch(text):
            kinds = Counter(_kind(clean(row[column])) for row in below if column < len(row))
            kinds.pop("", None)
            if not kinds and _is_first_of_months(texts):
                continue  # a month of which nothing is sold yet
            if not kinds or max(kinds, key=lambda found: (kinds[found], found)) == kind:
                return False
    return True


def _is_first_of_months(texts: Sequence[str]) -> bool:
    """Tell whether a row holds several dates, all of them the first or the last day of a month."""
    days = [text for text in texts if _DATE.fullmatch(text)]
    return len(days) > 1 and all(_MONTH_EDGE.search(day) for day in days)


def with_years(header: Sequence[str], above: Sequence[str]) -> list[str]:
    """Return a header whose months bear the year that stands above them, once for each or merged over several.

    >>> with_years(["Client", "Janv.", "Févr.", "Janv."], ["", "2023", "", "2024"])
    ['Client', 'Janv. 2023', 'Févr. 2023', 'Janv. 2024']
    """
    years = [clean(text) for text in above]
    if not any(_YEAR.fullmatch(text) for text in years):
        return list(header)
    told, year = [], ""
    for place, name in enumerate(header):
        if place < len(years) and years[place]:
            year = years[place] if _YEAR.fullmatch(years[place]) else ""
        told.append(f"{clean(name)} {year}" if year and _MONTH.fullmatch(normal_key(name)) else name)
    return told


def _kind(text: str) -> str:
    if not text:
        return ""
    if _DATE.fullmatch(text):
        return "date"
    return "number" if _NUMBER.fullmatch(text) else "text"


def unique_names(header: Sequence[str], width: int) -> tuple[str, ...]:
    """Return one name a column: inner blanks single, empty names ``colonne_3``, repeated ones ``Total (2)``.

    >>> unique_names(["Code", "", "Total", "total"], 5)
    ('Code', 'colonne_2', 'Total', 'total (2)', 'colonne_5')
    """
    names: list[str] = []
    taken: set[str] = set()
    for place in range(width):
        text = " ".join(clean(header[place]).split()) if place < len(header) else ""
        base = name = text or f"colonne_{place + 1}"
        rank = 1
        while name.lower() in taken:  # the engine does not tell case apart
            rank += 1
            name = f"{base} ({rank})"
        taken.add(name.lower())
        names.append(name)
    return tuple(names)


def free_name(names: Collection[str], base: str = "__line") -> str:
    """Return a column name that no header bears."""
    taken = {name.lower() for name in names}
    while base in taken:
        base += "_"
    return base
