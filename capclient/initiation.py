"""``capclient init``: what each file is, how it would be read, and the parameters that say so.

Floor 8. Accounts and e-invoices are recognised by their content and need no mapping; tables of sales are for
:mod:`capclient.proposal`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from capclient.accounting.book import fec_book
from capclient.checks import spoken_facts
from capclient.engine.duckdb import workspace
from capclient.errors import SourceError, listed
from capclient.proposal import company_names, drafted, name_to_check, quoted_text, yaml_text
from capclient.proposal.beside import sorted_tables, spoken, yaml_lines
from capclient.readers.address import is_sqlite_file
from capclient.readers.book import Book
from capclient.readers.fec import is_fec
from capclient.readers.fec.file_name import file_name
from capclient.readers.paths import SUFFIXES, SUFFIXES_OF
from capclient.schema import TABLES
from capclient.wording import language, text
from capclient.wording.numbers import count, day, decimal

OTHER_TABLES = tuple(
    name for name in TABLES if name not in {"invoice_lines", "receivable_items", "allocations"}
)
KNOWN = tuple(sorted({*SUFFIXES, *SUFFIXES_OF["fec"], *SUFFIXES_OF["einvoices"]}))


@dataclass(frozen=True, slots=True)
class Initiation:
    """Lines to print, the YAML, and what the user must still choose."""

    lines: tuple[str, ...]
    yaml: str
    blocking: tuple[str, ...]


def initiated(paths: Sequence[Path], out: Path) -> Initiation:
    """Look at files or folders and propose the parameters of a company.

    Raises
    ------
    SourceError, LedgerError
        If a path names no file, or the files contradict each other.
    """
    kinds = sorted_out(paths)
    if not kinds["fec"] and not kinds["einvoices"]:
        return _tables_alone(paths, kinds["tables"], out)
    lines: list[str] = []
    sources: list[str] = []
    company: dict[str, str] = {}
    period: list[str] = []
    if kinds["fec"]:
        book = _read_accounts(kinds["fec"])
        lines += _told_accounts(book)
        period += _fiscal_year(book)
        company |= _siren(kinds["fec"])
        sources += _listed("fec", kinds["fec"], out, {file.source: file for file in book.files})
    blocking: tuple[str, ...] = ()
    if kinds["einvoices"]:
        told, blocking = _read_invoices(kinds["einvoices"], company)
        lines += told
        named = _einvoices(paths, kinds["einvoices"], out, is_open=bool(blocking))
        # two sources of the same lines would be a question: the accounts are complete, the folder may not be
        sources += (
            [f"  # {text('init.yaml.both')}", *(f"  # {line[2:]}" for line in named)]
            if kinds["fec"]
            else named
        )
        blocking = () if kinds["fec"] else blocking
    if kinds["tables"]:
        found = sorted_tables(kinds["tables"])
        lines += spoken(found)
        sources += yaml_lines(found, out, booked={"payments"} if kinds["fec"] else ())
        if found.ledger:
            names = listed((path.name for path in found.ledger), 20)
            lines.append(text("init.other_tables", files=names))
            sources.append(f"  # {text('init.yaml.other_tables', tables=', '.join(OTHER_TABLES))}")
            sources += [
                f"  # customers: {{path: {quoted_text(_relative(path, out))}}}" for path in found.ledger
            ]
    return Initiation(tuple(lines), _yaml(out, paths, company, period, sources), blocking)


def _tables_alone(paths: Sequence[Path], files: list[Path], out: Path) -> Initiation:
    """Propose tables without accounts nor e-invoices: sales, and what lies beside them."""
    found = sorted_tables(files)
    if not found.others:
        draft = drafted(list(paths))
        return Initiation(draft.lines, yaml_text(draft, out), tuple(draft.blocking))
    beside = yaml_lines(found, out)
    if not found.ledger:
        missing = text("init.no_ledger")
        beside += [f"  # {text('init.yaml.no_ledger')}", "  # fec: ", "  # invoice_lines: {path: }"]
        return Initiation((*spoken(found), missing), _yaml(out, paths, {}, [], beside), ("invoice_lines",))
    draft = drafted(list(found.ledger), found.sheets)
    if any(item.table == "payments" for item in found.others):
        draft = replace(draft, settled=None)  # what was paid is in a table of its own
    whole = "\n".join([yaml_text(draft, out).rstrip("\n"), *beside, ""])
    return Initiation((*draft.lines, *spoken(found)), whole, tuple(draft.blocking))


def sorted_out(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """Return every file by what it is: ``fec``, ``einvoices`` or ``tables``.

    Raises
    ------
    SourceError
        If a path names no file, or a folder holds none that can be read.
    """
    kinds: dict[str, list[Path]] = {"fec": [], "einvoices": [], "tables": []}
    for file in [file for path in paths for file in _files(path)]:
        if is_sqlite_file(file):
            raise _is_database(file)
        if is_fec(file):
            kinds["fec"].append(file)
        elif _is_einvoice(file):
            kinds["einvoices"].append(file)
        else:
            kinds["tables"].append(file)
    return kinds


def _is_database(file: Path) -> SourceError:
    """Return the error that says what a database holds and how to read it."""
    with closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True)) as con:
        try:
            rows = con.execute(
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY 1"
            ).fetchall()
        except sqlite3.Error:
            rows = []
    return SourceError("init.database", path=file.name, tables=listed((row[0] for row in rows), 30))


def _is_einvoice(file: Path) -> bool:
    if file.suffix.lower() not in SUFFIXES_OF["einvoices"]:
        return False
    from capclient.readers.einvoice import is_einvoice  # its libraries are slow to import

    return is_einvoice(file)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(
            item
            for item in path.iterdir()
            if item.suffix.lower() in KNOWN and item.is_file() and not item.name.startswith((".", "~$"))
        )
        if not found:
            raise SourceError("source.empty_folder", path=path.name, suffixes=" ".join(KNOWN))
        return found
    if not path.is_file():
        raise SourceError("source.missing_file", path=path.name)
    return [path]


def _read_accounts(files: list[Path]) -> Book:
    """Read the accounts whole: what contradicts itself is better known before the report than in it."""
    with workspace() as (con, scratch):
        return fec_book(con, files, workspace=scratch / "book")


def _told_accounts(book: Book) -> list[str]:
    lang = language()
    lines = [
        text(
            "init.fec_file",
            lang,
            source=file.source,
            lines=count(file.lines, lang),
            kept=count(file.kept, lang),
        )
        for file in book.files
    ]
    years: Any = book.facts["years"]
    for year in years:
        facts = {"start": day(year["start"], lang), "end": day(year["end"], lang)}
        lines.append(
            text("init.fec_year", lang, revenue=decimal(year["revenue"] or Decimal(0), lang), **facts)
        )
    failed = [str(check["id"]) for check in book.checks if check["status"] == "failed"]
    if "invoice_lines" not in book.tables:
        return [*lines, text("init.fec_no_sale", lang)]
    lines.append(text("init.fec_failed" if failed else "init.fec_sound", lang, checks=listed(failed)))
    return lines


def _fiscal_year(book: Book) -> list[str]:
    """The closing that the name of the last file states; one deduced from the entries is for the user to confirm."""
    years: Any = book.facts["years"]
    named = any(file_name(name).closing for name in years[-1]["files"])
    return [f"fiscal_year_end: {years[-1]['end']:%m-%d}"] if named else []


def _siren(files: list[Path]) -> dict[str, str]:
    """Return the SIREN that every file name bears, when it is one and valid."""
    found = {file_name(path.name).siren for path in files if file_name(path.name).is_conform}
    return {"siren": found.pop()} if len(found) == 1 else {}


def _listed(name: str, files: list[Path], out: Path, read: dict[str, Any]) -> list[str]:
    lang = language()
    lines = [f"  {name}:"]
    for path in files:
        file = read.get(path.name)
        said = ""
        if file:
            facts = {"lines": count(file.lines, lang), "first": file.first_day, "last": file.last_day}
            said = f"   # {text('init.yaml.fec_file', lang, **facts)}"
        lines.append(f"    - {quoted_text(_relative(path, out))}{said}")
    return lines


def _read_invoices(files: list[Path], company: dict[str, str]) -> tuple[list[str], tuple[str, ...]]:
    """Read the invoices whole; several sellers are a question that the user must answer."""
    from capclient.readers.einvoice import read_einvoices

    lang = language()
    lines = [text("init.einvoices", lang, files=count(len(files), lang))]
    sellers = [company["siren"]] if "siren" in company else []
    with workspace() as (con, scratch):
        try:
            book = read_einvoices(con, files, workspace=scratch, sellers=sellers)
        except SourceError as error:
            if not error.code.startswith("einvoice."):
                raise
            return [*lines, error.text(lang)], ("seller",)
    lines += [f"  {spoken_facts(note.code, note.facts, lang)}" for _, note in book.notes]
    refused = len({item.source for item in book.rejects})
    return lines + (
        [f"  {text('init.einvoices_refused', lang, files=count(refused, lang))}"] if refused else []
    ), ()


def _einvoices(paths: Sequence[Path], files: list[Path], out: Path, *, is_open: bool) -> list[str]:
    """Name a folder as a folder, so that the invoices of next month are read too."""
    folders = [path for path in paths if path.is_dir() and any(file.parent == path for file in files)]
    loose = [file for file in files if file.parent not in folders]
    named = [quoted_text(_relative(path, out)) for path in (*folders, *loose)]
    if not is_open:
        return ["  einvoices:", *(f"    - {name}" for name in named)]
    return [
        "  einvoices:",
        "    parts:",
        *(f"      - {name}" for name in named),
        f"    # {text('init.yaml.seller')}",
        "    # seller: ",
    ]


def _relative(path: Path, out: Path) -> str:
    return Path(os.path.relpath(path.resolve(), out.parent.resolve())).as_posix()


def _yaml(
    out: Path, given: Sequence[Path], company: dict[str, str], period: list[str], sources: list[str]
) -> str:
    lang = language()
    siren = f', siren: "{company["siren"]}"' if "siren" in company else ""
    id, name, is_open = company_names(out, given, company.get("siren", ""))
    lines = [
        f"# {text('init.yaml.title', lang)}",
        *name_to_check(is_open),
        f"company: {{id: {id}, name: {quoted_text(name)}{siren}, language: {lang}}}",
        "",
        f"# {text('init.yaml.as_of_comment', lang)}",
        *([f"period: {{{', '.join(period)}}}"] if period else ["# period: {as_of: 2025-12-31}"]),
        "",
        "sources:",
        *sources,
    ]
    if company.keys() or period:
        lines += ["", f"# {text('init.yaml.default_term', lang)}", '# receivables: {default_term: "30"}']
    return "\n".join([*lines, ""])
