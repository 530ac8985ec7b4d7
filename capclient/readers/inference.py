"""How a column writes its numbers or its dates, decided on the whole column, never cell by cell.

Floor 2. Source: sections E.1 and E.2 of the formats. ``1.234`` or ``03/04/2024`` alone mean nothing: the
other values of the column tell, in one scan of each file; what nothing tells is asked, never guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from capclient.errors import SourceError
from capclient.readers import date_text, number_text
from capclient.readers.damage import damaged
from capclient.readers.foreign import foreign_counts
from capclient.readers.raw import Note, RawTable
from capclient.readers.sql_text import quoted


@dataclass(frozen=True, slots=True)
class Style:
    """How one column is written: what turns its texts into numbers or dates.

    ``marks`` are the decimal marks to try, the first decides for ``1.234``; empty when every text is a
    machine number. ``families`` are the ways dates are written (:mod:`capclient.readers.date_text`) and
    ``order`` that of day and month. ``is_sound`` says that every text of the column can be read,
    ``currency`` which one numbers may bear.
    """

    kind: str
    marks: tuple[str, ...] = ()
    has_exponents: bool = False
    families: tuple[int, ...] = ()
    order: str = "dmy"
    is_serial: bool = False
    is_sound: bool = False
    currency: str = ""
    notes: tuple[Note, ...] = ()

    def number_sql(self, expression: str, sql_type: str) -> str:
        """Return SQL of the number as ``sql_type``, rounded half away from zero; NULL where unreadable."""
        if not self.marks:
            return f"TRY_CAST({expression} AS {sql_type})"
        return number_text.number_sql(
            expression,
            sql_type,
            self.marks,
            has_exponents=self.has_exponents,
            is_sound=self.is_sound,
            currency=self.currency,
        )

    def date_sql(self, expression: str) -> str:
        """Return SQL of the DATE; NULL where unreadable or impossible."""
        return date_text.date_sql(
            expression, self.families, self.order, is_serial=self.is_serial, is_sound=self.is_sound
        )


@dataclass(slots=True)
class _Profile:
    """Counts of one column over all the tables of a source."""

    counts: Counter[int]
    is_typed: bool = True
    is_serial: bool = False

    def has(self, *classes: int) -> bool:
        return any(self.counts[one] for one in classes)

    @property
    def evident_marks(self) -> set[str]:
        """Decimal marks that some value has beyond doubt; a type given by the file tells nothing of texts."""
        if self.is_typed:
            return set()
        return {mark for mark, classes in number_text.EVIDENCE.items() if self.has(*classes)}


def styles(
    con: duckdb.DuckDBPyConnection,
    tables: list[RawTable],
    wanted: Mapping[str, str],
    *,
    decimal: str = "",
    dates: str = "",
    currency: str = "EUR",
) -> dict[str, Style]:
    """Infer the style of columns from every value of every table, one scan a table.

    Parameters
    ----------
    tables
        Tables of one source: they write alike.
    wanted
        Column header to ``number`` or ``date``; a table may lack some.
    decimal, dates
        What the user declared: decimal mark (``,`` or ``.``) and order (``dmy``, ``mdy``, ``ymd``).
    currency
        That of the company: a number with the sign or the code of another one is unreadable, and noted.

    Raises
    ------
    SourceError
        If a column holds values that contradict each other, or only values that two readings fit.
    """
    profiles = {header: _Profile(Counter()) for header in wanted}
    for table in tables:
        present = {name: kind for name, kind in wanted.items() if name in table.columns}
        _count(con, table, present, profiles, currency)
    marks = [profiles[header].evident_marks for header, kind in wanted.items() if kind == "number"]
    elsewhere = {mark for found in marks if len(found) == 1 for mark in found}
    examples = _Examples(con, tables, currency)
    return {
        header: _number_style(header, profiles[header], decimal, elsewhere, examples)
        if kind == "number"
        else _date_style(header, profiles[header], dates, examples)
        for header, kind in wanted.items()
    }


def _count(
    con: duckdb.DuckDBPyConnection,
    table: RawTable,
    wanted: dict[str, str],
    profiles: dict[str, _Profile],
    currency: str,
) -> None:
    """Add the counts of a table: texts are put in shape once, classed, and each combination of classes counted.

    Grouping by the classes of all columns costs half of one counter a class: combinations are few.
    """
    if not wanted:
        return
    shaped, classed = [], []
    for at, (header, kind) in enumerate(wanted.items()):
        profile, typed = profiles[header], table.typed.get(header)
        profile.is_typed &= typed is not None
        profile.is_serial |= kind == "date" and typed == "number"
        shaped.append(f"{quoted(header)} AS text_{at}")
        shaped.append(f"{_core_sql(kind, quoted(header), currency)} AS core_{at}")
        classed.append(f"({_class_sql(kind, typed, f'text_{at}', f'core_{at}')})::UTINYINT AS class_{at}")
    try:
        rows = con.execute(
            f"SELECT *, count(*) FROM (SELECT {', '.join(classed)} FROM (SELECT {', '.join(shaped)} "
            f"FROM {table.relation})) GROUP BY ALL"
        ).fetchall()
    except duckdb.Error as error:
        raise damaged(table.source, error) from None
    for *classes, count in rows:
        for header, one in zip(wanted, classes, strict=True):
            profiles[header].counts[one] += count


def _core_sql(kind: str, text: str, currency: str) -> str:
    if kind == "number":
        return number_text.core_unless_plain_sql(text, currency)
    return date_text.core_unless_plain_sql(text)


def _class_sql(kind: str, typed: str | None, text: str, core: str) -> str:
    if kind == "number":
        return number_text.class_sql(text, core)
    return date_text.class_sql(text, core, is_serial=typed == "number")


def _number_style(
    header: str, profile: _Profile, decimal: str, elsewhere: set[str], examples: _Examples
) -> Style:
    if profile.is_typed:
        return Style("number")
    evident = profile.evident_marks
    is_ambiguous = profile.has(*number_text.AMBIGUOUS) and not decimal
    if is_ambiguous and len(evident) == 2:
        raise examples.error("source.two_decimal_marks", header, "number", *number_text.EVIDENCE.values())
    if is_ambiguous and not evident and len(elsewhere) != 1:
        raise examples.error("source.ambiguous_number", header, "number", number_text.AMBIGUOUS)
    mark = decimal or min(evident or (elsewhere if is_ambiguous else {"."}))
    notes: tuple[Note, ...] = ()
    if is_ambiguous and not evident:
        notes = (Note("readers.decimal_borrowed", {"column": header, "mark": mark}),)
    elif len(evident) == 2:
        notes = (Note("readers.decimal_both", {"column": header}),)
    elif mark == "," and not decimal:
        notes = (Note("readers.decimal_mark", {"column": header, "mark": mark}),)
    if mark == "." and profile.counts.keys() <= number_text.PLAIN_ONES:
        return Style("number", notes=notes)
    if profile.has(number_text.UNREADABLE):
        notes += examples.foreign(header)
    return Style(
        "number",
        marks=(mark, *sorted(evident - {mark})),
        has_exponents=profile.has(number_text.EXPONENT),
        is_sound=not profile.has(number_text.UNREADABLE),
        currency=examples.currency,
        notes=notes,
    )


def _date_style(header: str, profile: _Profile, dates: str, examples: _Examples) -> Style:
    families = tuple(sorted(profile.counts.keys() - {date_text.MISSING, date_text.UNREADABLE}))
    day_first, month_first = profile.has(date_text.DAY_FIRST), profile.has(date_text.MONTH_FIRST)
    order, notes = dates or "dmy", []
    if not dates and (day_first or month_first or profile.has(date_text.PARTS)):
        if day_first and month_first:
            told = (date_text.DAY_FIRST,), (date_text.MONTH_FIRST,)
            raise examples.error("source.two_date_orders", header, "date", *told)
        order = "mdy" if month_first else "dmy"
        code = "readers.date_order" if day_first or month_first else "readers.date_order_default"
        notes.append(Note(code, {"column": header, "order": order}))
    without_day = sum(profile.counts[family] for family in date_text.WITHOUT_DAY)
    if without_day:
        notes.append(Note("readers.month_dates", {"column": header, "count": without_day}))
    if profile.has(date_text.SERIAL):
        serials = profile.counts[date_text.SERIAL]
        notes.append(Note("readers.serial_dates", {"column": header, "count": serials}))
    return Style(
        "date",
        families=families,
        order=order,
        is_serial=profile.is_serial,
        is_sound=not profile.has(date_text.UNREADABLE),
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class _Examples:
    """Finds what an error or a note shows; a second scan, only when something is amiss."""

    con: duckdb.DuckDBPyConnection
    tables: list[RawTable]
    currency: str

    def foreign(self, header: str) -> tuple[Note, ...]:
        """Say how many numbers of a column bear which other currency."""
        counts = foreign_counts(self.con, self.tables, header, self.currency)
        told = ", ".join(f"{name} ({count})" for name, count in counts.items())
        facts = {"column": header, "count": sum(counts.values()), "found": told, "currency": self.currency}
        return (Note("readers.foreign_currency", facts),) if counts else ()

    def error(self, code: str, header: str, kind: str, *shown: tuple[int, ...]) -> SourceError:
        """Return the error with the first line of each set of classes."""
        found = [self._first(header, kind, classes) for classes in shown]
        return SourceError(code, column=header, examples=" ; ".join(found))

    def _first(self, header: str, kind: str, classes: tuple[int, ...]) -> str:
        listed = ", ".join(map(str, classes))
        for table in (table for table in self.tables if header in table.columns):
            place = f"row_number() OVER () + {table.first_line - 1}"
            line = quoted(table.line_column) if table.line_column else place
            row = self.con.execute(
                f"SELECT line, text FROM (SELECT {line} AS line, {quoted(header)} AS text, "
                f"{_core_sql(kind, quoted(header), self.currency)} AS core FROM {table.relation}) "
                f"WHERE {_class_sql(kind, table.typed.get(header), 'text', 'core')} IN ({listed}) LIMIT 1"
            ).fetchone()
            if row:
                return f"{table.source}, {row[0]} : « {row[1]} »"
        raise AssertionError("the profile counted such a value")
