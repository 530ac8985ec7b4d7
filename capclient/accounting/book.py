"""The client ledger of a FEC as a book: canonical tables in Parquet, and what the data chapter says of them.

Floor 3.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from capclient.accounting.identity import UNKNOWN
from capclient.accounting.options import Options
from capclient.accounting.reconciliations import COUNTS, Reconciliation
from capclient.accounting.summary import facts
from capclient.accounting.translation import Translation, translate
from capclient.accounting.years import Year
from capclient.errors import listed
from capclient.readers.book import Book, BookFile, BookReject
from capclient.readers.fec import FecFile, FecLines, read_fec
from capclient.readers.raw import Note
from capclient.readers.sql_text import literal, written

EARLY_DAYS = 31  # without any line before the closing: the file was extracted before the year ended
MONTH_END_DAYS = 5  # a month whose last lines are this close to its end was extracted whole
LONGEST_RAW = 2000  # characters of a rejected line that are quoted

# A line without client is unassigned revenue (0.1); what it owes keeps the code, so that balances are told.
INVOICE_LINES = f"""
SELECT * REPLACE (nullif(customer_id, {literal(UNKNOWN)}) AS customer_id,
                  CASE WHEN customer_id <> {literal(UNKNOWN)} THEN customer_name END AS customer_name)
FROM {{table}} ORDER BY file, source_line, line_id
"""
# An account of revenue on a line that was not used; where the line is broken, its cells are not to be believed.
REJECTS = f"""
SELECT source, line, reason_code, left(raw, {LONGEST_RAW}),
       CASE WHEN account LIKE '70%' AND reason_code <> 'malformed_line' THEN -amount END
FROM {{rejects}} ORDER BY source, line
"""


def fec_book(
    con: duckdb.DuckDBPyConnection, paths: list[Path], *, workspace: Path, options: Options | None = None
) -> Book:
    """Read the files of a FEC, translate them, and write the canonical tables.

    Parameters
    ----------
    con
        Connection that does the work; its ``fec_...`` and ``ledger_...`` tables stay, for whoever wants to look.
    paths
        The files, in any order.
    workspace
        Folder of the tables; it must live as long as the book.

    Returns
    -------
    Book
        ``facts`` has ``documents review matching years advances doubtful unbilled``, see
        :mod:`capclient.accounting.summary`.

    Raises
    ------
    SourceError
        If a file cannot be read, is no FEC or has no usable line.
    LedgerError
        If files contradict each other: same year twice, overlap, gap, several companies.
    ParamsError
        If a term of payment cannot be read.
    """
    options = options or Options()
    lines = read_fec(con, paths, workspace=workspace / "fec")
    translation = translate(con, lines, options)
    last_days = {year.number: _last_day(con, year) for year in translation.years}
    extracted = [
        (year, end, following)
        for year, following in zip(translation.years, (*translation.years[1:], None), strict=True)
        if (end := _early_end(year, last_days[year.number]))
    ]
    return Book(
        tables=_tables(con, translation, workspace),
        files=tuple(_file(file) for file in lines.files),
        rejects=tuple(_rejects(con, lines)),
        notes=(
            *_notes(lines, translation),
            *(_extracted(year, last_days[year.number], end, following) for year, end, following in extracted),
        ),
        limits=translation.limits,
        checks=tuple(_check(found) for found in translation.reconciliations),
        covered=_covered(translation.years, {year.number: end for year, end, _ in extracted}),
        counts_lines=True,
        facts=facts(con, lines.relation, translation.years, last_days),
    )


def _tables(con: duckdb.DuckDBPyConnection, translation: Translation, workspace: Path) -> dict[str, Path]:
    """Write each table that has rows."""
    found: dict[str, Path] = {}
    for name, table in translation.tables.items():
        row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
        if not row or not row[0]:
            continue
        found[name] = workspace / f"{name}.parquet"
        select = f"SELECT * FROM {table}"
        if name == "invoice_lines":
            select = f"SELECT * EXCLUDE (file) FROM ({INVOICE_LINES.format(table=table)})"
        con.execute(f"COPY ({select}) TO {written(found[name])} (FORMAT parquet, COMPRESSION zstd)")
    return found


def _file(file: FecFile) -> BookFile:
    return BookFile(file.source, file.lines + file.rejected, file.lines, file.first_date, file.last_date)


def _rejects(con: duckdb.DuckDBPyConnection, lines: FecLines) -> list[BookReject]:
    rows = con.execute(REJECTS.format(rejects=lines.rejects)).fetchall()
    return [BookReject(source, line, reason, raw, amount) for source, line, reason, raw, amount in rows]


def _notes(lines: FecLines, translation: Translation) -> list[tuple[str, Note]]:
    """What each file made us infer, then what all of them did."""
    every = lines.files[0].source if len(lines.files) == 1 else "FEC"
    own = [(file.source, note) for file in lines.files for note in file.notes]
    return own + [(every, note) for note in translation.notes]


def _check(found: Reconciliation) -> dict[str, object]:
    return {
        "id": found.id,
        "computed": found.computed,
        "expected": found.expected,
        "difference": found.difference,
        "status": found.status,
        "facts": found.facts,
        "kind": "count" if found.id in COUNTS else "money",
    }


def _last_day(con: duckdb.DuckDBPyConnection, year: Year) -> date | None:
    """The last day of a year on which something was booked, openings apart."""
    row = con.execute(
        "SELECT max(line.date) FROM fec_lines AS line JOIN fec_kinds USING (entry) "
        "WHERE year = $1 AND NOT is_opening AND line.date BETWEEN $2 AND $3",
        [year.number, year.start, year.end],
    ).fetchone()
    return row[0] if row else None


def _early_end(year: Year, last: date | None) -> date | None:
    """Return the last whole month of a year that was extracted before its closing; None for a whole year."""
    if last is None or (year.end - last).days <= EARLY_DAYS:
        return None
    month_end = (last.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return month_end if (month_end - last).days <= MONTH_END_DAYS else last.replace(day=1) - timedelta(days=1)


def _extracted(year: Year, last: date | None, end: date, following: Year | None) -> tuple[str, Note]:
    facts: dict[str, object] = {"closing": year.end.isoformat(), "last": str(last)}
    if following:
        note = Note("fec.extracted_early_inside", facts | {"start": following.start.isoformat()})
    else:
        note = Note("fec.extracted_early", facts | {"end": end.isoformat()})
    return listed(file.source for file in year.files), note


def _covered(years: tuple[Year, ...], extracted: dict[int, date]) -> tuple[date, date] | None:
    """First and last day that the files cover without a hole: after a year extracted early, a new cover begins."""
    end = extracted.get(years[-1].number, years[-1].end)
    first = max((at + 1 for at, year in enumerate(years[:-1]) if year.number in extracted), default=0)
    return (years[first].start, end) if end >= years[first].start else None
