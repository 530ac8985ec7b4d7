"""C.0 and C.10: which file is which fiscal year, and whether the years follow each other.

Floor 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from capclient.accounting.openings import opening_journal_sql
from capclient.accounting.options import Options
from capclient.errors import LedgerError, listed
from capclient.readers.fec import FecFile, FecLines

STRAY_SHARE = 0.05  # a few entries may be dated outside their year; more means that two files overlap


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year: its files (parts), and its bounds. ``label`` names it in identifiers of items."""

    number: int
    start: date
    end: date
    files: tuple[FecFile, ...]

    @property
    def label(self) -> str:
        """Closing date as the norm writes it."""
        return f"{self.end:%Y%m%d}"


def fiscal_years(con: duckdb.DuckDBPyConnection, lines: FecLines, options: Options) -> list[Year]:
    """Return the fiscal years in order.

    Raises
    ------
    LedgerError
        If two files hold the same year or the same lines, years overlap or leave a gap, or companies differ.
    """
    _refuse_same_lines(lines)
    sirens = sorted({file.name.siren for file in lines.files if file.name.siren})
    if len(sirens) > 1 and not options.is_group:
        raise LedgerError("fec.several_companies", sirens=listed(sirens))
    by_end: dict[date, list[FecFile]] = {}
    for file in lines.files:
        by_end.setdefault(options.closings.get(file.source, file.closing), []).append(file)
    years: list[Year] = []
    for number, end in enumerate(sorted(by_end)):
        files = tuple(sorted(by_end[end], key=lambda file: (file.name.siren, file.name.part, file.source)))
        _refuse_same_year(files, end)
        before = years[-1] if years else None
        start = (
            _following(con, lines, before, files, options)
            if before
            else _first_day(con, lines, files, options)
        )
        years.append(Year(number, start, end, files))
    return years


def _refuse_same_lines(lines: FecLines) -> None:
    seen: dict[tuple[int, int], FecFile] = {}
    for file in lines.files:
        other = seen.setdefault((file.lines, file.fingerprint), file)
        if other is not file:
            raise LedgerError("fec.same_lines", first=other.source, second=file.source)


def _refuse_same_year(files: tuple[FecFile, ...], end: date) -> None:
    """Parts bear a number (``_1``); without it, two files of one year are two versions of the same accounts."""
    kinds = {(file.name.siren, file.name.part) for file in files}
    has_unnumbered = any(not file.name.part for file in files)
    one_a_company = len({file.name.siren for file in files}) == len(files)
    if len(files) > 1 and not one_a_company and (has_unnumbered or len(kinds) < len(files)):
        raise LedgerError(
            "fec.same_year", closing=end.isoformat(), files=listed(file.source for file in files)
        )


def _dated(lines: FecLines, files: tuple[FecFile, ...], options: Options, *, is_opening: bool) -> str:
    """SQL: the dates of files inside, or outside, opening journals: openings may bear the dates of old invoices."""
    numbers = ", ".join(str(file.number) for file in files)
    opening = opening_journal_sql(options.opening_journals)
    return f"(SELECT date FROM {lines.relation} WHERE file IN ({numbers}) AND {'' if is_opening else 'NOT'} {opening})"


def _first_day(
    con: duckdb.DuckDBPyConnection, lines: FecLines, files: tuple[FecFile, ...], options: Options
) -> date:
    """Return when the first year begins: the month that openings open, else the month of the first movement."""
    row = con.execute(f"SELECT min(date) FROM {_dated(lines, files, options, is_opening=False)}").fetchone()
    moved = row[0] if row and row[0] else max(file.first_date for file in files)
    row = con.execute(
        f"SELECT max(date) FROM {_dated(lines, files, options, is_opening=True)} WHERE day(date) = 1 AND date <= $1",
        [moved],
    ).fetchone()
    opened = row[0] if row else None
    return opened or moved.replace(day=1)


def _following(
    con: duckdb.DuckDBPyConnection,
    lines: FecLines,
    before: Year,
    files: tuple[FecFile, ...],
    options: Options,
) -> date:
    """Return the day after the previous closing, once nothing is missing nor told twice (C.10)."""
    start = before.end + timedelta(days=1)
    row = con.execute(
        "SELECT count(*) FILTER (date < $1), count(*), min(date), min(date) FILTER (date >= $1) "
        f"FROM {_dated(lines, files, options, is_opening=False)}",
        [start],
    ).fetchone()
    assert row is not None
    early, count, first, first_inside = row
    if early > STRAY_SHARE * count or (count and first_inside is None):
        raise LedgerError(
            "fec.overlap", first=listed(file.source for file in before.files),
            second=listed(file.source for file in files), day=first.isoformat(), closing=before.end.isoformat(),
        )  # fmt: skip
    opened = con.execute(
        f"SELECT min(date) FROM {_dated(lines, files, options, is_opening=True)} WHERE date >= $1", [start]
    ).fetchone()
    days = [day for day in (first_inside, opened[0] if opened else None) if day]
    inside = min(days, default=start)
    missing = (inside.year - start.year) * 12 + inside.month - start.month
    if missing > 0:
        months = [
            f"{start.year + (start.month - 1 + at) // 12}-{(start.month - 1 + at) % 12 + 1:02d}"
            for at in range(missing)
        ]
        raise LedgerError("fec.gap", months=listed(months, 24), after=before.end.isoformat())
    return start
