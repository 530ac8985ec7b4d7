"""The files of a table as parts: which columns they give, in which style they write numbers and dates.

Floor 3. A part is one entry of ``sources``; where there is a single entry that names many files, each
file is a part, in the order of their names. Decimal mark and date order are inferred for each entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from capclient.errors import SourceError, listed
from capclient.params_sources import FileSource, TableSource
from capclient.readers import inference, mapping, tabular
from capclient.readers.identifiers import clean_sql
from capclient.readers.plan_words import TABLE as PLAN
from capclient.readers.plan_words import plan_sheets
from capclient.readers.raw import Note, RawTable
from capclient.readers.sql_text import literal, quoted
from capclient.readers.table_words import TABLE_WORDS, headers_named
from capclient.schema import Table


@dataclass(frozen=True, slots=True)
class Part:
    """One file or sheet, ready to be typed.

    ``number`` is its place among the files read; ``group`` the part that overlap rules compare.
    ``headers`` maps canonical names to the file's columns.
    """

    number: int
    group: int
    raw: RawTable
    options: FileSource
    headers: dict[str, str]
    styles: dict[str, inference.Style]
    notes: tuple[Note, ...]
    is_book: bool = False
    constants: dict[str, str] = field(default_factory=dict)  # what every line says alike, by canonical name

    @property
    def source(self) -> str:
        """What a person calls it."""
        return self.raw.source

    @property
    def texts(self) -> str:
        """The SQL of a FROM item: every column of the file, each text without its outer blanks."""
        return self.texts_with()

    def texts_with(self, *more: str) -> str:
        """Return :attr:`texts` with more columns, computed from the texts as the file has them."""
        cells = [f"{clean_sql(quoted(name))} AS {quoted(name)}" for name in self.raw.columns]
        place = [quoted(name) for name in (self.raw.line_column, self.raw.source_column) if name]
        return f"(SELECT {', '.join([*cells, *place, *more])} FROM {self.raw.relation})"

    @property
    def is_settled(self) -> bool:
        """Tell whether the part is of a book, whose signs and document types need no second look."""
        return self.is_book

    def column(self, name: str) -> str | None:
        """Return the SQL of a canonical column of :attr:`texts`, or None when the file does not give it."""
        if name in self.constants:
            return literal(self.constants[name])
        return quoted(self.headers[name]) if name in self.headers else None

    def style(self, name: str) -> inference.Style:
        """Return how a number or date column is written."""
        return self.styles[self.headers[name]]


def parts_of(
    con: duckdb.DuckDBPyConnection,
    source: TableSource,
    table: Table,
    folder: Path,
    work: Path,
    currency: str,
    labels: Mapping[str, str],
    *,
    is_rated: bool = False,
) -> list[Part]:
    """Read the files of a table and infer how each entry writes numbers, in which currency, and dates.

    ``labels`` name the answers of databases, by path; ``is_rated`` tells that a rate of VAT is given, from which
    an amount without tax is computed where the file only has it with tax.
    """
    parts: list[Part] = []
    sheets = plan_sheets() if table.name == PLAN else ()
    for group, options in enumerate(source.parts):
        raws = tabular.raw_tables(con, options, folder=folder, workspace=work, sheets=sheets)
        if options.path in labels:
            raws = [replace(raw, source=labels[options.path]) for raw in raws]
        whole = len(source.parts) == 1
        for part in _styled(con, raws, options, table, currency, is_rated=is_rated):
            number = len(parts)
            parts.append(replace(part, number=number, group=number if whole else group))
    return parts


def settled_part(con: duckdb.DuckDBPyConnection, raw: RawTable, table: Table, *, number: int) -> Part:
    """Return the part of a book's table: columns already bear their names, numbers and dates their types."""
    options = FileSource(path=raw.source)
    (part,) = _styled(con, [raw], options, table, currency="")
    return replace(part, number=number, group=number, is_book=True)


def _styled(
    con: duckdb.DuckDBPyConnection,
    raws: list[RawTable],
    options: FileSource,
    table: Table,
    currency: str,
    *,
    is_rated: bool = False,
) -> list[Part]:
    """Return the parts of one entry; what its styles suppose is said once for all its files."""
    constants = [_constants(options, raw, table) for raw in raws]
    headers = [
        mapping.resolve(
            options.columns, raw.columns, table=table, source=raw.source, constants=same, is_rated=is_rated
        )
        for raw, same in zip(raws, constants, strict=True)
    ]
    wanted = _wanted(table, headers, options)
    # many hands fill a plan in: its dates are read one by one, the day first
    order = options.dates or ("dmy" if table.name == PLAN else "")
    styles = inference.styles(con, raws, wanted, decimal=options.decimal, dates=order, currency=currency)
    said: set[str] = set()
    parts = []
    for raw, names, same in zip(raws, headers, constants, strict=True):
        notes = [*raw.notes, *_supposed(names, same, options, table)]
        for header in names.values():
            if header in styles and header not in said:
                said.add(header)
                notes += styles[header].notes
        parts.append(Part(0, 0, raw, options, names, styles, tuple(notes), constants=same))
    return parts


SCORES = ("score_nps", "score_csat")


def _constants(options: FileSource, raw: RawTable, table: Table) -> dict[str, str]:
    """Return what every line says alike; a score without a type is that of a survey.

    Raises
    ------
    SourceError
        If a constant names no column of texts or codes of the table.
    """
    for name in options.constants:
        valid = [column.name for column in table.columns if column.kind in {"text", "code"}]
        if name not in valid:
            raise SourceError(
                "source.unknown_constant",
                source=raw.source,
                column=name,
                table=table.name,
                columns=listed(valid, 40),
            )
    same = {name: value for name, value in options.constants.items() if name not in options.columns}
    if table.name == "interactions" and "type" not in {*same, *options.columns, *raw.columns}:
        scored = any(name in options.columns or name in raw.columns for name in SCORES)
        if scored and not any(headers_named(table.name, "type", raw.columns)):
            same["type"] = "survey"
    return same


def _supposed(
    names: Mapping[str, str], same: Mapping[str, str], options: FileSource, table: Table
) -> list[Note]:
    """Say which columns were read without being declared: by a word of their header, or as a survey."""
    notes = [
        Note("readers.read_as", {"header": header, "column": name})
        for name, header in names.items()
        if table.name in TABLE_WORDS and name not in options.columns and header != name
    ]
    if "type" in same and "type" not in options.constants:
        notes.append(Note("readers.survey"))
    computed = table.name == "invoice_lines" and not (
        {"amount_ht"} <= names.keys() or {"qty", "unit_price"} <= names.keys()
    )
    if computed and "amount_ttc" in names:
        notes.append(Note("readers.ht_from_ttc", {"header": names["amount_ttc"]}))
    return notes


def _wanted(table: Table, headers: list[dict[str, str]], options: FileSource) -> dict[str, str]:
    """Columns whose style must be known: header to ``number`` or ``date``."""
    wanted = {name: "number" for name in options.measures}
    for names in headers:
        for canonical, header in names.items():
            kind = table.column(canonical).kind
            if kind in {"number", "money"}:
                wanted[header] = "number"
            elif kind == "date":
                wanted[header] = "date"
    return wanted
