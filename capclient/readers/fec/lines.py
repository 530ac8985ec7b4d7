"""Every line of every file of a FEC, typed, in one relation; what cannot be read is rejected with its reason.

Floor 2. The relation is scanned, never collected: two million lines stay in Parquet.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from capclient.errors import SourceError
from capclient.readers.damage import damaged
from capclient.readers.fec.archive import given_files
from capclient.readers.fec.cells import MONEY, amount_sql, date_sql, is_no_date_sql, side_sql
from capclient.readers.fec.file_name import FileName
from capclient.readers.fec.scan import Scan, refuse_empty, scan
from capclient.readers.raw import Note
from capclient.readers.sql_text import literal, one_file

TEXTS = (
    "journal", "journal_label", "num", "account", "account_label", "aux", "aux_label", "piece", "label", "let",
    "currency", "method", "client", "invoice_number",
)  # fmt: skip
MOST_REJECTED = 1000  # beyond it, a file of which most lines cannot be used is no FEC
UNREADABLE = (duckdb.InvalidInputException, duckdb.DataError, zipfile.BadZipFile)
OTHER_DATES = ("piece_date", "let_date", "valid_date", "due_date", "payment_date")


@dataclass(frozen=True, slots=True)
class FecFile:
    """One file as it was read.

    ``number`` is its place in ``FecLines.files`` and the column ``file`` of its lines. ``closing`` comes from
    the name, else from the file itself (XML), else from the last date rounded to its month end
    (``is_closing_named`` tells). ``fingerprint``
    is the same for the same lines in any order.
    """

    number: int
    source: str
    name: FileName
    closing: date
    is_closing_named: bool
    encoding: str
    separator: str
    columns: dict[str, int]
    lines: int
    rejected: int
    first_date: date
    last_date: date
    fingerprint: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class FecLines:
    """The lines of all files.

    Parameters
    ----------
    relation
        SQL of a FROM item: ``id`` (BIGINT, file after file, in file order), ``file``, ``source``, ``line``,
        ``date piece_date let_date valid_date due_date payment_date`` (DATE), ``debit credit balance``
        (DECIMAL(18,2), euros; balance = debit - credit), and texts, NULL when blank: ``journal journal_label
        num account account_label aux aux_label piece label let currency method client invoice_number``.
    rejects
        SQL of a FROM item: ``source line reason_code account amount raw`` of the lines that could not be used.
    files
        What is known of each file.
    """

    relation: str
    rejects: str
    files: tuple[FecFile, ...]


def read_fec(con: duckdb.DuckDBPyConnection, paths: list[Path], *, workspace: Path) -> FecLines:
    """Read files of a FEC: text, Excel or XML, in a ZIP or not.

    Parameters
    ----------
    con
        Connection that will scan the relations.
    paths
        The files, in any order.
    workspace
        Folder for the typed copies; it must live as long as the relations.

    Raises
    ------
    SourceError
        If a file is empty, damaged, no FEC, lacks a column, or has no usable line.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    files: list[FecFile] = []
    targets: list[Path] = []
    offset = 0
    for number, given in enumerate(given_files(paths, workspace)):
        target = workspace / f"fec-{number:03d}.parquet"
        try:
            found = scan(con, given.path, given.source, workspace)
            select = _typed(found, number, given.source, offset)
            con.execute(f"COPY ({select}) TO {literal(str(target))} (FORMAT parquet, COMPRESSION zstd)")
        except OSError as error:
            raise SourceError(
                "source.unreadable", source=given.source, detail=error.strerror or str(error)
            ) from None
        except UNREADABLE as error:
            raise damaged(given.source, error) from None
        files.append(_described(con, target, found, number, given.source, given.name))
        offset += files[-1].lines + files[-1].rejected
        targets.append(target)
    every = f"read_parquet([{', '.join(one_file(target) for target in targets)}])"
    return FecLines(
        relation=f"(SELECT * EXCLUDE (reject, raw, unreadable) FROM {every} WHERE reject IS NULL)",
        rejects="(SELECT source, line, reject AS reason_code, account, balance AS amount, raw "
        f"FROM {every} WHERE reject IS NOT NULL)",
        files=tuple(files),
    )


def _typed(found: Scan, number: int, source: str, offset: int) -> str:
    """Return the SELECT of a file's lines, rejected ones with a reason and their text."""
    places = found.header.places

    def text(name: str) -> str:
        return name if name in places else "NULL::VARCHAR"

    if "debit" in places and "credit" in places:
        debit, credit = amount_sql("debit"), amount_sql("credit")
    else:  # Montant and Sens: the amount stands on the side it names
        amount = amount_sql("amount")
        debit = f"CASE {side_sql('side')} WHEN 1 THEN {amount} WHEN -1 THEN 0 END"
        credit = f"CASE {side_sql('side')} WHEN -1 THEN {amount} WHEN 1 THEN 0 END"
    texts = ", ".join(f"{text(name)} AS {name}" for name in TEXTS)
    dates = ", ".join(
        f"{date_sql(name) if name in places else 'NULL::DATE'} AS {name}" for name in OTHER_DATES
    )
    unreadable = " + ".join(
        f"({name} IS NULL AND NOT {is_no_date_sql('given_' + name)})::INT" for name in OTHER_DATES
    )
    given = ", ".join(f"{text(name)} AS given_{name}" for name in OTHER_DATES)
    no_date = f"CASE WHEN {is_no_date_sql('given_date')} THEN 'missing_date' ELSE 'unreadable_date' END"
    return f"""
    WITH cells AS (SELECT * FROM {found.relation}),
    typed AS (SELECT line, raw, is_broken, {texts}, {date_sql("date")} AS date, {dates}, date AS given_date, {given},
                     ({debit})::{MONEY} AS debit, ({credit})::{MONEY} AS credit FROM cells),
    judged AS (SELECT *, CASE WHEN is_broken THEN 'malformed_line'
                              WHEN date IS NULL THEN {no_date}
                              WHEN account IS NULL THEN 'missing_account'
                              WHEN debit IS NULL OR credit IS NULL THEN 'unreadable_amount' END AS reject
               FROM typed WHERE is_broken OR account IS NOT NULL OR given_date IS NOT NULL OR debit <> 0 OR credit <> 0)
    SELECT row_number() OVER () + {offset} AS id, {number}::INTEGER AS file, {literal(source)} AS source, line,
           {", ".join(TEXTS)}, date, {", ".join(OTHER_DATES)}, debit, credit, (debit - credit)::{MONEY} AS balance,
           reject, CASE WHEN reject IS NOT NULL THEN raw END AS raw, ({unreadable})::TINYINT AS unreadable
    FROM judged"""


def _described(
    con: duckdb.DuckDBPyConnection, target: Path, found: Scan, number: int, source: str, name: FileName
) -> FecFile:
    row = con.execute(
        f"""SELECT count(*) FILTER (reject IS NULL), count(*) FILTER (reject IS NOT NULL),
            min(date) FILTER (reject IS NULL), max(date) FILTER (reject IS NULL),
            coalesce(sum(hash(journal, num, date, account, aux, piece, label, debit, credit)), 0),
            coalesce(sum(unreadable), 0)
        FROM {one_file(target)}"""
    ).fetchone()
    assert row is not None
    lines, rejected, first, last, fingerprint, unreadable = row
    refuse_empty(lines + rejected, source)
    if not lines or rejected > max(lines, MOST_REJECTED):
        raise SourceError("fec.no_sound_line", source=source, lines=lines, count=lines + rejected)
    notes = list(found.notes)
    if not name.is_conform:
        notes.append(Note("fec.file_name", {"source": source}))
    if rejected:
        notes.append(Note("fec.rejected", {"count": rejected, "source": source}))
    if found.asides:
        notes.append(Note("fec.asides", {"count": len(found.asides), "source": source}))
    if unreadable:
        notes.append(Note("fec.unreadable_dates", {"count": unreadable, "source": source}))
    stated = name.closing or found.closing
    closing = stated or _month_end(last)
    if stated is None:
        notes.append(Note("fec.closing_guessed", {"source": source, "closing": closing.isoformat()}))
    return FecFile(
        number, source, name, closing, stated is not None, found.encoding, found.header.separator,
        found.header.places, lines, rejected, first, last, int(fingerprint), tuple(notes),
    )  # fmt: skip


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
