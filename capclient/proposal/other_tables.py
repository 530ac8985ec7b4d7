"""Tables beside the ledger, told by their columns: payments, exchanges, prospects, contracts, clients.

Floor 8. A table is recognised by a mark that no ledger bears and by its required columns; when one of these is
missing the block is written as comments, for the user to complete.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from python_calamine import CalamineWorkbook

from capclient.engine.duckdb import workspace
from capclient.errors import CapclientError
from capclient.ingest.scales import SHARES
from capclient.ingest.typed import FALSE_WORDS, TRUE_WORDS
from capclient.params_sources import FileSource
from capclient.proposal.columns import known_share
from capclient.readers.capacity import refuse_bomb
from capclient.readers.identifiers import clean_sql
from capclient.readers.proposals import Content, contents, header_key
from capclient.readers.raw import RawTable
from capclient.readers.sql_text import quoted
from capclient.readers.table_words import TABLE_WORDS, headers_named
from capclient.readers.tabular import WORKBOOKS, raw_tables
from capclient.schema import TABLES, Column

RECORDS = 2_000  # enough to know what a table holds
MOSTLY = 0.95
KNOWN = 0.5  # share of the texts of a column of codes that are words of ours
# What only this table says, in its headers or in the name of its file or sheet.
MARKS = {
    "contacts": r"^(?=.*\b(nom|prenom|civilite|name)\b).*\b(fonction|poste|job title)\b|\binterlocuteurs?\b",
    "prospects": r"\b(prospects?|opportunites?|opportunit(y|ies)|leads?|pipeline|probabilite|probability)\b",
    "contracts": r"\b(contrats?|contracts?)\b",
    "interactions": r"\b(visites?|reclamations?|enquetes?|surveys?|visits?|appels|tickets?|nps|csat|satisfaction"
    r"|recommandation|interactions?|echanges|devis|quotes?)\b",
    "payments": r"\b(reglements?|paiements?|encaissements?|versements?|payments?|settled|settlement|receipts?)\b",
}
TITLES = {"survey": r"\b(enquetes?|surveys?|satisfaction|nps)\b", "visit": r"\b(visites?|visits?)\b",
          "claim": r"\b(reclamations?|claims?|complaints?)\b", "call": r"\b(appels?|calls?)\b",
          "quote": r"\b(devis|quotes?)\b"}  # fmt: skip
_INVOICE_DATE = re.compile(
    r"date (de |d )?(la )?(facture|facturation|emission|piece)|(invoice|facture) ?date.*|date invoice"
)
# The day since when somebody is known is a trait of a client, not an event.
_RECORDED = re.compile(
    r"date (de |d )?(creation|entree|ouverture|inscription)( .*)?|(creation|created) ?(date|on)?"
)
_SHARE = re.compile(r"[0-9]{1,3}([.,][0-9]+)?[ \u00a0\u202f]*%?")
_LEDGER = re.compile(
    r"\b(ht|hors taxes?|ttc|tva|qte|quantite|quantity|qty|article|produit|designation|prix unitaire|unit price|price"
    r"|product|stock code|echeance|due date|untaxed)\b"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file or a sheet of a workbook: the table it is, empty when nothing tells, and how to read it."""

    path: Path
    sheet: str = ""
    table: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    rows: int = 0
    is_ledger: bool = False

    @property
    def source(self) -> str:
        """What a person calls it."""
        return f"{self.path.name}, {self.sheet}" if self.sheet else self.path.name


def sheets_of(path: Path) -> list[Sheet]:
    """Return what a file is, sheet by sheet where a workbook has several; what cannot be read is nothing known."""
    with workspace() as (con, scratch):
        found = []
        for at, title in enumerate(_titles(path)):
            source = FileSource(path=str(path.resolve()), sheet=[title] if title else [])
            try:
                (table, *_) = raw_tables(con, source, folder=path.parent, workspace=scratch / str(at))
            except CapclientError:  # whoever reads it as a ledger says why
                found.append(Sheet(path, title))
                continue
            found.append(_recognised(con, _first(table), path, title))
        return found


def _titles(path: Path) -> list[str]:
    """Return the sheets of a workbook that has several, else one empty name."""
    if path.suffix.lower() not in WORKBOOKS:
        return [""]
    try:
        refuse_bomb(path, path.name)
        titles = CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())).sheet_names
    except (
        Exception
    ):  # calamine has one exception a format; whoever reads the file says what is wrong with it
        return [""]
    return titles if len(titles) > 1 else [""]


def _first(table: RawTable) -> RawTable:
    return replace(table, relation=f"(SELECT * FROM {table.relation} LIMIT {RECORDS})")


def _recognised(con: duckdb.DuckDBPyConnection, table: RawTable, path: Path, title: str) -> Sheet:
    profile = contents(con, table)
    keys = [header_key(name) for name in table.columns]
    named = header_key(title or path.stem)
    is_ledger = any(_INVOICE_DATE.fullmatch(key) for key in keys) or (
        sum(bool(_LEDGER.search(key)) for key in keys) >= 2
    )
    nothing = Sheet(path, title, rows=table.rows, is_ledger=is_ledger)
    if any(_INVOICE_DATE.fullmatch(key) for key in keys):
        return nothing
    whole = " | ".join([*keys, named])
    for name, mark in MARKS.items():
        if name == "payments" and is_ledger and not re.search(mark, named):
            continue
        if re.search(mark, whole) and (found := _read_as(con, table, profile, name, path, title)):
            return found
    if not is_ledger and _describes_clients(con, table, profile):
        return _read_as(con, table, profile, "customers", path, title) or nothing
    return nothing


def _read_as(
    con: duckdb.DuckDBPyConnection,
    table: RawTable,
    profile: Mapping[str, Content],
    name: str,
    path: Path,
    title: str,
) -> Sheet | None:
    """Return a table with its columns, None when too little of it is there."""
    columns = _mapped(name, table.columns, profile)
    constants: dict[str, str] = {}
    schema = TABLES[name]
    for column in schema.columns:
        if column.kind == "code" and column.name in columns:
            words = _words(con, table, columns[column.name])
            if known_share(column, words) < KNOWN:
                del columns[column.name]
    if name == "prospects" and "outcome" not in columns and "stage" in columns:
        stages = _words(con, table, columns["stage"])  # « Gagné » and « Perdu » are stages and outcomes
        if known_share(schema.column("outcome"), stages) >= KNOWN:
            columns["outcome"] = columns["stage"]
    if name == "interactions" and "type" not in columns:
        constants |= _type_of(columns, header_key(title or path.stem))
    missing = tuple(one for one in schema.required if one not in columns and one not in constants)
    if len(missing) > 1 or (missing and len(columns) < len(schema.required)):
        return None
    used = set(columns.values())
    return Sheet(
        path,
        title,
        name,
        tuple((one, columns[one]) for one in schema.names if one in columns),
        tuple(constants.items()),
        missing,
        tuple(header for header in table.columns if header not in used),
        table.rows,
    )


def _mapped(name: str, headers: Sequence[str], profile: Mapping[str, Content]) -> dict[str, str]:
    """Return the header of each column: the clearest word whose content is of the column's kind."""
    columns: dict[str, str] = {}
    schema = TABLES[name]
    for is_filled in (True, False):  # a column that nobody filled yet waits for what it is called
        for canonical in TABLE_WORDS[name]:
            if canonical in columns or not (is_filled or _may_wait(schema.column(canonical))):
                continue
            for header in [
                *(one for one in headers if one == canonical),
                *headers_named(name, canonical, headers),
            ]:
                content = profile[header]
                if header not in columns.values() and (
                    _fits(name, schema.column(canonical), content) if content.filled else not is_filled
                ):
                    columns[canonical] = header
                    break
    return columns


def _may_wait(column: Column) -> bool:
    """Tell whether an empty column may be one: « Code client » of prospects waits for the first one won."""
    return not column.required or column.kind == "text"


def _fits(name: str, column: Column, content: Content) -> bool:
    if column.kind == "date":
        return content.dates > MOSTLY
    if SHARES.get(name) == column.name and all(_SHARE.fullmatch(word) for word in content.samples):
        return True  # « 20 % » and 0,8 in one column
    if column.kind in {"money", "number"}:
        return content.numbers > MOSTLY
    if column.kind == "flag":
        return all(word.casefold() in (*TRUE_WORDS, *FALSE_WORDS) for word in content.samples)
    return content.dates <= MOSTLY or content.numbers > MOSTLY


def _type_of(columns: Mapping[str, str], named: str) -> dict[str, str]:
    """Return the one type of every line, told by a score or by the name of the file or sheet."""
    if {"score_nps", "score_csat"} & columns.keys():
        return {"type": "survey"}
    told = [code for code, words in TITLES.items() if re.search(words, named)]
    return {"type": told[0]} if len(told) == 1 else {}


def _words(con: duckdb.DuckDBPyConnection, table: RawTable, header: str) -> list[str]:
    cell = clean_sql(quoted(header))
    rows = con.execute(f"SELECT {cell} FROM {table.relation} WHERE {cell} IS NOT NULL").fetchall()
    return [word for (word,) in rows]


def _describes_clients(
    con: duckdb.DuckDBPyConnection, table: RawTable, profile: Mapping[str, Content]
) -> bool:
    """Tell whether each line is one client, with a name or two traits, and no amount of money or day of an event."""
    columns = _mapped("customers", table.columns, profile)
    if "customer_id" not in columns or not ("name" in columns or len(columns) > 2):
        return False
    if any(
        re.search(r"\b(montant|ca|total|chiffre|amount|sales|revenue|facture|date)\b", header_key(name))
        for name in table.columns
        if not _RECORDED.fullmatch(header_key(name))
    ):
        return False
    words = _words(con, table, columns["customer_id"])
    return bool(words) and len(set(words)) == len(words)
