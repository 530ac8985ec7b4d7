"""Do the totals of a wide table equal the cells they sum? Compared before anything is believed.

Floor 2. A total row or column that differs means a line that a filter hides, a cell typed over or a subtotal
counted twice: the error names the cells. A gap that rounded display explains is said and no error.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import duckdb

from capclient.errors import SourceError
from capclient.readers import inference, records
from capclient.readers.identifiers import clean, clean_sql, normal_key
from capclient.readers.raw import Note, RawTable
from capclient.readers.sql_text import literal, quoted

AMOUNT = "amount_ht"
WIDE = "DECIMAL(28,9)"
SHOWN = 5  # cells named in an error
GRAND = re.compile(r"(?:grand )?tota(?:l|ux)(?: genera(?:l|ux)| ht| ca| annuel| clients?| \d{4})*(?: ?:)?")
CENT = Decimal("0.01")


class Column(Protocol):
    """What a total sums: a column with its header."""

    @property
    def header(self) -> str:
        """Name of the column."""


@dataclass(frozen=True, slots=True)
class _Gap:
    """A total beside what its cells sum to, and how much of the difference rounding explains."""

    where: str
    shown: Decimal
    computed: Decimal
    rounding: Decimal

    @property
    def size(self) -> Decimal:
        return abs(self.shown - self.computed)

    def __str__(self) -> str:
        return f"{self.where} : {_plain(self.shown)} ≠ {_plain(self.computed)}"


def check_totals(
    con: duckdb.DuckDBPyConnection,
    table: RawTable,
    long: RawTable,
    chosen: Sequence[Column],
    totals: Mapping[str, Sequence[Column]],
    *,
    decimal: str,
) -> list[Note]:
    """Compare the total columns and the last total row of a wide table with its cells.

    ``long`` is the same table with one line a cell, ``chosen`` the columns of periods, ``totals`` the columns
    that sum some of them.

    Raises
    ------
    SourceError
        If a total differs by more than the rounding of what is displayed.
    """
    cells = _total_row(table)
    if not cells and not totals:
        return []
    try:
        style = inference.styles(con, [long], {AMOUNT: "number"}, decimal=decimal, currency="")[AMOUNT]
    except SourceError:
        return [
            Note("readers.wide_totals_unchecked")
        ]  # ingest will say why, with all the files of the source

    def number(text: str) -> str:
        return style.number_sql(text, WIDE)

    unit = None if AMOUNT in long.typed else _unit(con, long, number(AMOUNT))
    gaps = [
        *_across(con, table, totals, number, unit),
        *_down(con, table, cells, chosen, totals, number, unit),
    ]
    wrong = [gap for gap in gaps if gap.size > gap.rounding]
    if wrong:
        told = " ; ".join(map(str, wrong[:SHOWN]))
        raise SourceError("wide.totals_differ", source=table.source, count=len(wrong), cells=told)
    if not gaps:
        return [Note("readers.wide_totals_unchecked")]
    most = max(gap.size for gap in gaps)
    if most < CENT:
        return [Note("readers.wide_totals_equal", {"count": len(gaps)})]
    return [Note("readers.wide_totals_rounded", {"count": len(gaps), "most": _plain(most)})]


def _total_row(table: RawTable) -> list[str]:
    """Return the cells of the last total row; none when it cannot be cut into cells again."""
    for aside in reversed([aside for aside in table.asides if aside.reason == records.TOTAL]):
        cells = next(csv.reader([aside.raw.replace("\n", " ")], delimiter=table.separator), [])
        label = next((text for cell in cells if (text := normal_key(cell))), "")
        if GRAND.fullmatch(label) and len(cells) <= len(table.columns):
            return [*cells, *[""] * len(table.columns)]
    return []


def _unit(con: duckdb.DuckDBPyConnection, long: RawTable, number: str) -> Decimal:
    """Return the smallest amount that the texts show: a cent, or a euro where no cell has decimals."""
    row = con.execute(f"SELECT bool_and({number} = floor({number})) FROM {long.relation}").fetchone()
    return Decimal(1) if row and row[0] else CENT


def _rounding(unit: Decimal | None, cells: int) -> Decimal:
    """Return how far a sum of displayed cells may be from a displayed total; a workbook's cells are exact."""
    if unit is None:
        return CENT
    return unit * min(Decimal(cells + 1) / 2, Decimal(cells + 1).sqrt())  # the worst case, or a likely one


def _across(
    con: duckdb.DuckDBPyConnection,
    table: RawTable,
    totals: Mapping[str, Sequence[Column]],
    number: Callable[[str], str],
    unit: Decimal | None,
) -> list[_Gap]:
    """Compare each filled cell of the total columns with the cells of its row."""
    gaps = []
    place = (
        quoted(table.line_column) if table.line_column else f"row_number() OVER () + {table.first_line - 1}"
    )
    for header, summed in totals.items():
        computed = _sum([number(clean_sql(quoted(column.header))) for column in summed])
        rows = con.execute(
            f"SELECT place, shown, computed FROM (SELECT {place} AS place, {number(clean_sql(quoted(header)))} "
            f"AS shown, {computed} AS computed FROM {table.relation}) WHERE shown IS NOT NULL ORDER BY place"
        ).fetchall()
        rounding = _rounding(unit, len(summed))
        gaps += [_Gap(f"« {header} », {line}", shown, found, rounding) for line, shown, found in rows]
    return gaps


def _down(
    con: duckdb.DuckDBPyConnection,
    table: RawTable,
    cells: list[str],
    chosen: Sequence[Column],
    totals: Mapping[str, Sequence[Column]],
    number: Callable[[str], str],
    unit: Decimal | None,
) -> list[_Gap]:
    """Compare each filled cell of the total row with the cells of its column."""
    gaps = []
    names = [column.header for column in chosen] + list(totals)
    for header in names if cells else []:
        text = clean(cells[table.columns.index(header)])
        own = number(clean_sql(quoted(header)))
        row = con.execute(
            f"SELECT {number(literal(text))}, coalesce(sum({own}), 0)::{WIDE}, count({own}) FROM {table.relation}"
        ).fetchone()
        if text and row and row[0] is not None:
            gaps.append(_Gap(f"« {header} », total", row[0], row[1], _rounding(unit, row[2])))
    return gaps


def _sum(expressions: Sequence[str]) -> str:
    return "(" + " + ".join(f"coalesce({one}, 0)" for one in expressions) + f")::{WIDE}"


def _plain(amount: Decimal) -> str:
    """Return an amount with its cents, more decimals only where there are some."""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount.normalize():f}"
