"""Tables that are no ledger as they stand: one column a month or a year, a client written once above its lines."""

from __future__ import annotations

import re
from collections.abc import Mapping

import duckdb

from capclient.params_sources import Wide
from capclient.proposal.draft import Shape
from capclient.readers.header import free_name
from capclient.readers.identifiers import clean_sql, normal_key
from capclient.readers.proposals import Content, header_key
from capclient.readers.raw import Note, RawTable
from capclient.readers.records import TOTAL, named
from capclient.readers.sql_text import quoted
from capclient.readers.wide import months_without_year, period_of

MOSTLY = 0.8  # share of the filled cells that are numbers in a column of amounts
FEWEST = {"month": 3, "year": 2}
BLANK_SHARE = 0.2
_CLIENT = re.compile(r"\b(?:clients?|customers?|tiers|partenaire|raison sociale|nom|name)\b|^colonne 1$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def shape_of(con: duckdb.DuckDBPyConnection, table: RawTable, profile: Mapping[str, Content]) -> Shape:
    """Tell whether a table is wide, or writes its clients once, with the evidence."""
    return _wide(table, profile) or _filled_down(con, table, profile) or Shape()


def _wide(table: RawTable, profile: Mapping[str, Content]) -> Shape | None:
    def amounts(headers: list[str]) -> list[str]:
        return [name for name in headers if profile[name].numbers > MOSTLY or not profile[name].filled]

    if any(content.dates > MOSTLY and not content.numbers for content in profile.values()):
        return None  # each line has its date: it is a ledger
    for by in ("month", "year"):
        spec = Wide(by=by)
        found = amounts([name for name in table.columns if period_of(name, spec)])
        if len(found) >= FEWEST[by]:
            facts = {"count": len(found), "first": found[0], "last": found[-1]}
            return Shape(wide=spec, evidence=(Note(f"init.evidence.wide_{by}", facts),))
    bare = amounts(months_without_year(table.columns))
    if len(bare) < FEWEST["month"]:
        return None
    titles = " ".join(
        str(note.facts.get("text", "")) for note in table.notes if note.code == "readers.titles"
    )
    facts = {"count": len(bare), "first": bare[0], "last": bare[-1]}
    evidence = [Note("init.evidence.wide_month", facts)]
    years = set(_YEAR.findall(titles)) or set(_YEAR.findall(table.source))
    if len(years) == 1:
        year = years.pop()
        evidence.append(Note("init.evidence.year_told", {"year": year, "where": titles or table.source}))
        return Shape(wide=Wide(by="month", year=year), evidence=tuple(evidence))
    return Shape(
        wide=Wide(by="month"), evidence=(*evidence, Note("init.evidence.year_unknown")), is_doubtful=True
    )


def _filled_down(
    con: duckdb.DuckDBPyConnection, table: RawTable, profile: Mapping[str, Content]
) -> Shape | None:
    """Find the column whose value is written once for the lines below it.

    Proof is a heading (a row that holds nothing else) or a subtotal for most values; where there is neither and no
    value is ever written twice running, the user is asked: those lines may as well have no client.
    """
    candidates = [
        name
        for name in table.columns
        if _CLIENT.search(header_key(name)) and 0 < profile[name].filled < 1 - BLANK_SHARE
    ]
    for name in candidates:
        values, twice, headings, first_filled = _runs(con, table, name)
        if not values or not first_filled or twice > 0.05 * values:
            continue
        labels = {
            normal_key(label)
            for aside in table.asides
            if aside.reason == TOTAL and (label := named(_first_cell(aside.raw, table.separator)))
        }
        facts = {"column": name, "values": values, "headings": headings, "subtotals": len(labels)}
        if headings >= 0.8 * values or len(labels) >= 0.8 * values:
            return Shape(fill_down=(name,), evidence=(Note("init.evidence.written_once", facts),))
        return Shape(perhaps=(name,), evidence=(Note("init.evidence.perhaps_once", facts),))
    return None


def _runs(con: duckdb.DuckDBPyConnection, table: RawTable, name: str) -> tuple[int, int, int, bool]:
    """Count the values of a column, those that repeat the one before, and the rows that hold nothing else."""
    others = [clean_sql(quoted(other)) for other in table.columns if other != name]
    alone = f"coalesce({', '.join(others)}) IS NULL" if others else "false"
    line = quoted(table.line_column) if table.line_column else "row_number() OVER ()"
    place = quoted(free_name(table.columns, "__rank"))
    row = con.execute(
        f"WITH numbered AS (SELECT {clean_sql(quoted(name))} AS cell, {alone} AS alone, {line} AS {place} "
        f"FROM {table.relation} LIMIT 100000), runs AS (SELECT *, lag(cell) OVER (ORDER BY {place}) AS above, "
        f"row_number() OVER (ORDER BY {place}) AS rank FROM numbered) "
        "SELECT count(cell), count(*) FILTER (cell = above), count(*) FILTER (alone AND cell IS NOT NULL), "
        "bool_or(rank = 1 AND cell IS NOT NULL) FROM runs"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1]), int(row[2]), bool(row[3])


def _first_cell(raw: str, separator: str) -> str:
    return next((cell.strip(' "') for cell in raw.split(separator) if cell.strip(' "')), "")
