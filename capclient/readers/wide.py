"""Tables with one column a month or a year (client x month), turned into one line a client and a period.

Floor 2. Source: sections E.1 and E.3 of the formats ("Excel by hand"). A raw table in, a raw table out, so that
everything after reads it like any ledger: the line stays that of the sheet, the cell is the amount, the date is
the last day of the period and there is no invoice number. Empty cells and zeros are no line.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from capclient.errors import SourceError, listed
from capclient.params_sources import Wide
from capclient.readers.date_text import MONTHS
from capclient.readers.header import free_name
from capclient.readers.identifiers import clean_sql, normal_key
from capclient.readers.raw import Note, RawTable
from capclient.readers.sql_text import literal, quoted
from capclient.readers.wide_totals import check_totals

INVOICE, DAY, AMOUNT = "invoice_id", "invoice_date", "amount_ht"
NOTHING = r"[-+]?[ 0.,\x{00a0}\x{202f}]*(?:€|EUR)?|[-–—]"  # an empty cell, a zero, a dash

LONGEST = 200  # characters of a header that are looked at

_WORDS = {word: number for number, words in enumerate(MONTHS, 1) for word in words}
_WORD = "|".join(sorted(_WORDS, key=lambda word: (-len(word), word)))
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH_FORMS = tuple(
    re.compile(rf"(?<![a-z0-9/])(?:{form})(?![a-z0-9/])")
    for form in (
        rf"{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?: 00:00:00)?",
        rf"(?P<day>\d\d?)[/.](?P<month>\d\d?)[/.]{_YEAR}",
        rf"(?P<word>{_WORD})[ /_-]*(?P<year>(?:19|20)?\d\d)",
        rf"{_YEAR}[ /_-]*(?P<word>{_WORD})",
        rf"(?P<month>\d\d?)[/.-]{_YEAR}",
        rf"{_YEAR}[/.-]?m?(?P<month>\d\d)",
        r"(?P<month>\d\d)/(?P<year>\d\d)",
    )
)
_BARE_MONTH = re.compile(rf"(?<![a-z0-9])(?P<word>{_WORD})(?![a-z0-9])")
_BARE_YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_TOTAL = re.compile(r"(?:total|totaux|cumul|somme)\b.*")
_NO_MEASURE = re.compile(
    r"(?:total|totaux|cumul|somme|moyenne|moy|ecart|delta|evol\w*|var\w*|croissance|%|part|rang|budget|objectif|"
    r"prev\w*|reste)\b.*|.*%.*"
)
_REVENUE = re.compile(r"\b(?:ca|chiffre|montants?|ventes|factur\w*|ht|revenue|sales|turnover)\b")


@dataclass(frozen=True, slots=True)
class Period:
    """A column of a wide table: its header, the last day of its month or year, the words beside the period."""

    header: str
    day: date
    label: str = ""


def period_of(header: str, spec: Wide) -> Period | None:
    """Read a header as a month or a year; None when it is neither.

    >>> [period_of(name, Wide(by="month")).day.isoformat() for name in ("janv.-24", "02/2024", "CA Mars 2024")]
    ['2024-01-31', '2024-02-29', '2024-03-31']
    >>> period_of("Avril", Wide(by="month", year="2024")).day, period_of("CA 2024", Wide(by="year")).label
    (datetime.date(2024, 4, 30), 'ca')
    """
    key = re.sub(r"([a-z])\.", r"\1", normal_key(header[:LONGEST]))
    found = next((match for form in _MONTH_FORMS if (match := form.search(key))), None)
    if spec.by == "year":
        years = list(_BARE_YEAR.finditer(key))
        if found or len(years) != 1:
            return None  # a month, or the change from one year to the next
        return Period(header, date(int(years[0]["year"]), 12, 31), _rest(key, years[0]))
    if found is None and spec.year:
        found = _BARE_MONTH.search(key)
    if found is None:
        return None
    parts = found.groupdict()
    year = int(parts.get("year") or spec.year)
    year += 2000 if year < 70 else 1900 if year < 100 else 0
    month = _WORDS[parts["word"]] if parts.get("word") else int(parts["month"])
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    if parts.get("day") and int(parts["day"]) not in {1, last}:
        return None  # a day, not a month
    return Period(header, date(year, month, last), _rest(key, found))


def first_day(day: date, by: str) -> date:
    """Return the first day of the month or year of which ``day`` is the last.

    >>> first_day(date(2024, 2, 29), "month"), first_day(date(2024, 12, 31), "year")
    (datetime.date(2024, 2, 1), datetime.date(2024, 1, 1))
    """
    return day.replace(day=1) if by == "month" else day.replace(month=1, day=1)


def _rest(key: str, found: re.Match[str]) -> str:
    rest = f"{key[: found.start()]} {key[found.end() :]}".strip(" -–_:/()")
    return "" if rest.isdigit() else rest  # "janv.-24 (2)" is the same header twice, no other measure


def months_without_year(headers: Sequence[str]) -> list[str]:
    """Return the headers that name a month and no year.

    >>> months_without_year(["Client", "Janvier", "Févr.", "Mars 2024"])
    ['Janvier', 'Févr.']
    """
    dated = Wide(by="month")
    guessed = Wide(by="month", year="2000")
    return [name for name in headers if not period_of(name, dated) and period_of(name, guessed)]


def periods(headers: Sequence[str], spec: Wide, source: str) -> list[Period]:
    """Return the columns to unpivot, in their order.

    Raises
    ------
    SourceError
        If no header is a period, if months have no year, if several measures stand side by side and none is
        chosen, or if two columns give the same period.
    """
    found = [period for name in headers if (period := period_of(name, spec))]
    if not found:
        bare = months_without_year(headers) if spec.by == "month" else []
        code = "wide.no_year" if bare else f"wide.no_{spec.by}_columns"
        raise SourceError(code, source=source, headers=listed(bare or headers, 20))
    groups: dict[str, list[Period]] = {}
    for period in found:
        groups.setdefault(period.label, []).append(period)
    chosen = _measure(groups, spec.measure, source)
    seen: dict[date, Period] = {}
    for period in chosen:
        other = seen.setdefault(period.day, period)
        if other is not period:
            raise SourceError(
                "wide.repeated_period", source=source, first=other.header, other=period.header,
                day=period.day.isoformat(),
            )  # fmt: skip
    return chosen


def _measure(groups: Mapping[str, list[Period]], wanted: str, source: str) -> list[Period]:
    """Return the columns of the one measure that is revenue."""
    told = "; ".join(
        f"{label or '-'}: {listed((item.header for item in items), 3)}" for label, items in groups.items()
    )
    if wanted:
        mine = [items for label, items in groups.items() if label == normal_key(wanted).replace(".", "")]
        if not mine:
            raise SourceError("wide.no_measure", source=source, measure=wanted, measures=told)
        return mine[0]
    measures = {label: items for label, items in groups.items() if not _NO_MEASURE.fullmatch(label)} or groups
    revenue = [label for label in measures if not label or _REVENUE.search(label)]
    merged = [item for label in revenue for item in measures[label]]
    if len(revenue) == len(measures) > 1 and len({item.day for item in merged}) == len(merged):
        return merged  # 2022, 2023, then CA 2024: one measure, named once
    if (
        len(measures) > 1
        and "" in measures
        and len(revenue) == 1
        and not any("(" in label for label in measures)
    ):
        return list(measures[""])  # the others say that they are something else: quantities, margins
    if len(measures) > 1:
        raise SourceError("wide.several_measures", source=source, measures=told)
    return list(next(iter(measures.values())))


def total_columns(headers: Sequence[str], chosen: Sequence[Period], spec: Wide) -> dict[str, list[Period]]:
    """Return the columns that sum the chosen ones, each with those it sums: all, or those of a year."""
    names = {period.header for period in chosen}
    found: dict[str, list[Period]] = {}
    bare: list[str] = []
    for header in headers:
        key = re.sub(r" \(\d+\)$", "", normal_key(header))  # the second « Total » of a sheet is « Total (2) »
        if header in names or not _TOTAL.fullmatch(key) or re.search(r"\b(?:ttc|tva)\b|%", key):
            continue
        years = {int(match["year"]) for match in _BARE_YEAR.finditer(key)}
        if len(years) > 1 or (years and spec.by == "year"):
            continue
        summed = [period for period in chosen if not years or period.day.year in years]
        if summed:
            found[header] = summed
            bare += [] if years else [header]
    if len(bare) > 1:  # a total after each year: it sums what stands between the one before and itself
        places = {header: place for place, header in enumerate(headers)}
        starts = [-1, *(places[header] for header in bare)]
        for start, header in zip(starts, bare, strict=False):
            block = [period for period in chosen if start < places[period.header] < places[header]]
            found[header] = block or list(chosen)
    return found


def unpivoted(con: duckdb.DuckDBPyConnection, table: RawTable, spec: Wide, *, decimal: str = "") -> RawTable:
    """Return one line a row and period of a wide table; its totals are compared with its cells first.

    Raises
    ------
    SourceError
        If the columns of periods cannot be told, or if a total row or column differs from what it sums.
    """
    chosen = periods(table.columns, spec, table.source)
    totals = total_columns(table.columns, chosen, spec)
    names = {period.header for period in chosen}
    left = {period.header for name in table.columns if (period := period_of(name, spec))} - names
    others = {*names, *left, *totals, INVOICE, DAY, AMOUNT}
    kept = [name for name in table.columns if name not in others]
    line = table.line_column or free_name(table.columns)
    place = quoted(line) if table.line_column else f"row_number() OVER () + {table.first_line - 1}"
    numbered = f"(SELECT *, {place} AS __place FROM {table.relation})"
    cells = ", ".join(
        f"{{'day': '{period.day.isoformat()}', 'cell': {clean_sql(quoted(period.header))}}}"
        for period in chosen
    )
    told = ", ".join(quoted(name) for name in kept)
    relation = (
        f"(SELECT {told}, NULL::VARCHAR AS {INVOICE}, period.day AS {DAY}, period.cell AS {AMOUNT}, "
        f"__place AS {quoted(line)} FROM (SELECT {told}, __place, unnest([{cells}]) AS period FROM {numbered}) "
        f"WHERE period.cell IS NOT NULL AND NOT regexp_full_match(period.cell, {literal(NOTHING)}))"
    )
    counted = con.execute(f"SELECT count(*), count(DISTINCT {quoted(line)}) FROM {relation}").fetchone()
    assert counted is not None
    rows, filled = counted
    if not rows:
        raise SourceError("wide.no_amount", source=table.source, headers=listed(names, 8))
    numeric = all(table.typed.get(name) == "number" for name in names)
    days = sorted(period.day for period in chosen)
    facts: dict[str, object] = {
        "columns": len(chosen),
        "first": chosen[0].header,
        "last": chosen[-1].header,
        "rows": rows,
        "covered_from": first_day(days[0], spec.by).isoformat(),
        "first_day": days[0].isoformat(),
        "last_day": days[-1].isoformat(),
    }
    notes = [Note(f"readers.wide_{spec.by}", facts)]
    if left:
        notes.append(Note("readers.wide_left", {"columns": listed(sorted(left, key=table.columns.index))}))
    if filled < table.rows:
        notes.append(Note("readers.wide_empty", {"count": table.rows - filled}))
    long = replace(
        table,
        relation=relation,
        columns=(*kept, INVOICE, DAY, AMOUNT),
        rows=rows,
        typed={name: kind for name, kind in table.typed.items() if name in kept}
        | {DAY: "date"}
        | ({AMOUNT: "number"} if numeric else {}),
        line_column=line,
    )
    if spec.totals == "check":
        notes += check_totals(con, table, long, chosen, totals, decimal=decimal)
    return replace(long, notes=(*table.notes, *notes))
