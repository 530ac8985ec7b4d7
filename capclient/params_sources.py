"""Where the data are: one entry of ``sources`` a table, or a book that gives several tables at once.

Floor 1. A book is accounts (``fec``), e-invoices (``einvoices``) or the database of an ERP (``database``).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, field_validator, model_validator

from capclient.bounds import STRICT, Day, Given, Texts, as_list, form, refusal
from capclient.errors import listed
from capclient.schema import TABLES

# The keys that an entry of a book may have; every other source is a table with columns to name.
BOOKS: dict[str, frozenset[str]] = {
    "fec": frozenset({"path", "tables"}),
    "einvoices": frozenset({"path", "tables", "seller"}),
    "database": frozenset({"path", "tables", "profile", "options"}),
}
BOOK_KEYS = frozenset().union(*BOOKS.values()) - {"path"}  # what no table knows


class Model(BaseModel):
    """Base of every part of the parameters: unknown keys are errors, values never change."""

    model_config = STRICT


def _as_mapping(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class TotalsPeriod(Model):
    """The one period that client totals describe."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise refusal("order", first="start", last="end")
        return self


class Wide(Model):
    """A table with one column a month or a year: ``year`` of months that have none, ``measure`` the words beside."""

    by: Literal["month", "year"]
    year: Annotated[str, form(r"((19|20)[0-9]{2})?", "2024")] = ""
    measure: str = ""
    totals: Literal["check", "ignore"] = "check"


def _as_wide(value: object) -> object:
    return {"by": value} if isinstance(value, str) else value


class FileSource(Model):
    """One path (file, glob, folder) and how to read it; what is left out is inferred and printed."""

    path: Given
    columns: dict[str, str] = {}
    constants: dict[str, str] = {}  # columns of texts or codes that every line has alike
    sheet: Annotated[list[str], BeforeValidator(as_list)] = []
    rows: Annotated[str, form(r"([0-9]{1,12}-[0-9]{0,12})?", "1-5000", "5001-")] = ""
    encoding: str = ""
    separator: Annotated[str, form(r"(?s:.?)", ";", ",", r"\t")] = ""
    decimal: Literal["", ",", "."] = ""
    dates: Literal["", "dmy", "mdy", "ymd"] = ""
    wide: Annotated[Wide | None, BeforeValidator(_as_wide)] = None
    fill_down: Annotated[list[str], BeforeValidator(as_list)] = []  # columns written once for the lines below
    unit: Literal["", "k", "M"] = ""  # amounts in thousands or in millions, as the header says
    measures: list[str] = []
    period: TotalsPeriod | None = None
    query: str = ""  # of a database: the statement that gives the table
    profile: Literal["", "odoo", "dolibarr"] = ""
    options: dict[str, str] = {}  # of a profile: the company, the prefix of its tables
    tables: Texts = []  # of a book: the tables to take from it; all of them when none is named
    seller: Texts = []  # of e-invoices: the company's own SIREN, VAT number or name

    @field_validator("rows")
    @classmethod
    def _in_order(cls, value: str) -> str:
        first, _, last = value.partition("-")
        if value and not 1 <= int(first) <= int(last or first):
            raise refusal("rows_order")
        return value

    @property
    def row_bounds(self) -> tuple[int, int | None]:
        """First and last record to read, counted from 1; None when the file's end bounds them."""
        first, _, last = self.rows.partition("-")
        return int(first or 1), int(last) if last else None


class TableSource(Model):
    """Every file of one canonical table, in order, and what to do where two of them overlap."""

    parts: list[FileSource]
    overlap: Literal["keep_all", "keep_last"] = "keep_all"

    @field_validator("parts")
    @classmethod
    def _some(cls, value: list[FileSource]) -> list[FileSource]:
        if not value:
            raise refusal("no_source")
        return value

    def refuse_foreign_keys(self, name: str) -> None:
        """Refuse the keys that mean nothing to a source of this name, and a database without its profile."""
        if name == "database" and len(self.parts) > 1:
            raise refusal("one_part", source=name)
        for part in self.parts:
            given = part.model_fields_set
            foreign = given - BOOKS[name] if name in BOOKS else given & BOOK_KEYS
            if foreign:
                valid = sorted(BOOKS.get(name, frozenset(FileSource.model_fields) - BOOK_KEYS))
                raise refusal("foreign_key", source=name, name=min(foreign), valid=listed(valid, 40))
            for table in part.tables:
                if table not in TABLES:
                    raise refusal(
                        "unknown_table",
                        key=table,
                        value=table,
                        names=tuple(TABLES),
                        tables=listed(TABLES, 20),
                    )
            if name == "database" and not part.profile:
                raise refusal("no_profile", source=name)


def table_source(entry: object) -> dict[str, object]:
    """Return a source entry (path, mapping, mapping with ``parts``, list of either) in its one full form."""
    if isinstance(entry, list):
        return {"parts": [_as_mapping(item) for item in entry]}
    if isinstance(entry, dict) and "parts" in entry:
        common = {key: value for key, value in entry.items() if key not in {"parts", "overlap"}}
        parts = entry["parts"] if isinstance(entry["parts"], list) else [entry["parts"]]
        merged = [common | part if isinstance(part, dict) else part for part in map(_as_mapping, parts)]
        return {"parts": merged, **{key: entry[key] for key in ("overlap",) if key in entry}}
    if isinstance(entry, dict):
        rest = {key: value for key, value in entry.items() if key != "overlap"}
        return {"parts": [rest], **{key: entry[key] for key in ("overlap",) if key in entry}}
    return {"parts": [_as_mapping(entry)]}
