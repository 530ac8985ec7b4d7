"""C.0 and C.10: which file is which fiscal year, and whether the years follow each other.

Floor 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from capclient.accounting.openings import opening_journal_sql
from capclient.accounting.options import Options
from capclient.accounting.parts import company_numbers, refuse_companies, refuse_same_year
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
        If two files hold the same year or the same lines, years overlap or leave a gap, companies differ, or a file
        begins after its closing date.
    """
    _refuse_same_lines(lines)
    refuse_companies(lines.files, options)
    by_end: dict[date, list[FecFile]] = {}
    for file in lines.files:
        by_end.setdefault(options.closings.get(file.source, file.closing), []).append(file)
    years: list[Year] = []
    for number, end in enumerate(sorted(by_end)):
        files = tuple(sorted(by_end[end], key=lambda file: (file.name.siren, file.name.part, file.source)))
        refuse_same_year(con, lines, files, end)
        _refuse_early_closing(files, end)
        before = years[-1] if years else None
        start = (
            _following(con, lines, before, files, options)
            if before
            else _first_day(con, lines, files, options)
        )
        if start > end:
            raise _early_closing(files[0], start, end)
        years.append(Year(number, start, end, files))
    _refuse_hole(years, company_numbers(lines.files))
    return years


def _refuse_hole(years: list[Year], companies: dict[int, int]) -> None:
    """Refuse a company of a group that has the years before and after one, and not that one."""
    latest: dict[int, int] = {}
    for year in years:
        for company in sorted({companies[file.number] for file in year.files}):
            if latest.get(company, year.number) < year.number - 1:
                after, hole = years[latest[company]].end, years[latest[company] + 1]
                raise LedgerError(
                    "fec.gap", months=listed(_months(hole.start, hole.end), 24), after=after.isoformat()
                )
            latest[company] = year.number


def _months(first: date, last: date) -> list[str]:
    places = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{place // 12}-{place % 12 + 1:02d}" for place in places]


def _refuse_same_lines(lines: FecLines) -> None:
    seen: dict[tuple[int, int], FecFile] = {}
    for file in lines.files:
        other = seen.setdefault((file.lines, file.fingerprint), file)
        if other is not file:
            raise LedgerError("fec.same_lines", first=other.source, second=file.source)


def _refuse_early_closing(files: tuple[FecFile, ...], end: date) -> None:
    for file in files:
        if file.first_date > end:
            raise _early_closing(file, file.first_date, end)


def _early_closing(file: FecFile, first: date, end: date) -> LedgerError:
    facts = {"source": file.source, "first": first.isoformat(), "closing": end.isoformat()}
    return LedgerError("fec.closing_before_lines", **facts)


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
