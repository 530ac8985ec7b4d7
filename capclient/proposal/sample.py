"""The numbers of a table, ready to be added up: what the values say of the columns that hold them.

Each test counts the lines (or invoices) that fit and those that could; 95 % make a proof. Source: section E.1 of
the formats ("content decides").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import duckdb

from capclient.errors import SourceError
from capclient.readers import inference
from capclient.readers.identifiers import clean_sql
from capclient.readers.raw import RawTable
from capclient.readers.sql_text import quoted

MOST = 100_000  # records: enough to be sure, and quick on a large file
ENOUGH = 0.95
RATES = (
    "0.2",
    "0.1",
    "0.055",
    "0.021",
    "0.085",
    "0.0105",
    "0.0175",
    "0.009",
)  # metropolitan and overseas VAT
RATE_VALUES = {"20", "10", "5.5", "2.1", "8.5", "19.6", "1.05", "1.75", "0.9", "0", *RATES, "0.196"}
CENTS = "0.02"  # two roundings to cents
TELLING = 5  # euros: below, several rates give the same cents
NUMBER = "DECIMAL(18,4)"  # products of two fit in the widest decimal


@dataclass(frozen=True, slots=True)
class Fit:
    """How many of the lines (or invoices) that could tell do fit."""

    hits: int
    among: int

    @property
    def is_proof(self) -> bool:
        """Tell whether it is more than chance."""
        return self.hits > 0 and self.hits >= ENOUGH * self.among


class Sample:
    """The first records of a table, numeric columns as exact decimals, in a temporary table."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, table: RawTable, headers: Sequence[str], decimal: str = ""
    ) -> None:
        """Read the numeric columns ``headers``.

        Raises
        ------
        SourceError
            If the numbers of a column can be read in two ways.
        """
        self._con, self._table = con, table
        styles = inference.styles(
            con, [table], dict.fromkeys(headers, "number"), decimal=decimal, currency=""
        )
        self._columns = {header: f"n{at}" for at, header in enumerate(headers)}
        self._cells = [
            f"{styles[header].number_sql(clean_sql(quoted(header)), NUMBER)} AS {name}"
            for header, name in self._columns.items()
        ]
        self._read("NULL::VARCHAR")

    def _read(self, invoice: str) -> None:
        cells = ", ".join([*self._cells, f"{invoice} AS invoice"])
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE proposal AS SELECT {cells} "
            f"FROM (SELECT * FROM {self._table.relation} LIMIT {MOST})"
        )

    @property
    def headers(self) -> list[str]:
        """The numeric columns."""
        return list(self._columns)

    def group_by(self, invoice: str) -> None:
        """Say which column numbers the invoices."""
        self._read(clean_sql(quoted(invoice)))
        names = list(self._columns.values())
        cells = [
            f"any_value({name}) AS first_{name}, count(DISTINCT {name}) = 1 AND count({name}) = count(*) "
            f"AS same_{name}, sum({name}) AS sum_{name}"
            for name in names
        ]
        cells += [f"sum({a} * {b}) AS {a}_x_{b}" for a, b in combinations(names, 2)]
        told = ", ".join(["invoice, count(*) AS lines", *cells])
        self._con.execute(
            f"CREATE OR REPLACE TEMP TABLE proposal_invoices AS SELECT {told} "
            "FROM proposal WHERE invoice IS NOT NULL GROUP BY invoice"
        )

    def _fit(self, test: str, among: str, table: str = "proposal") -> Fit:
        row = self._con.execute(
            f"SELECT count(*) FILTER ({test}), count(*) FROM {table} WHERE {among}"
        ).fetchone()
        return Fit(*row) if row else Fit(0, 0)

    def adds_up(self, ht: str, vat: str, ttc: str) -> Fit:
        """Count the lines on which ``ht + vat = ttc``, among those with tax."""
        a, v, c = (self._columns[name] for name in (ht, vat, ttc))
        return self._fit(
            f"abs({a} + {v} - {c}) <= {CENTS}", f"{v} <> 0 AND {a} IS NOT NULL AND {c} IS NOT NULL"
        )

    def is_taxed(self, ht: str, ttc: str) -> Fit:
        """Count the lines on which ``ttc`` is ``ht`` and a French rate, among those where they differ."""
        a, c = self._columns[ht], self._columns[ttc]
        test = " OR ".join(f"abs({a} * (1 + {rate}) - {c}) <= {CENTS}" for rate in RATES)
        return self._fit(test, f"{a} <> {c} AND abs({a}) >= {TELLING}")

    def is_rate_of(self, amount: str, vat: str, *, inside: bool) -> Fit:
        """Count the lines on which ``vat`` is a French rate of ``amount``, without (``inside``) the tax in it."""
        a, v = self._columns[amount], self._columns[vat]
        base = f"({a} - {v})" if inside else a
        test = " OR ".join(f"abs({base} * {rate} - {v}) <= {CENTS}" for rate in RATES)
        return self._fit(test, f"{v} <> 0 AND abs({a}) >= {TELLING}")

    def is_product(self, qty: str, price: str, amount: str, discount: str = "") -> Fit:
        """Count the lines on which quantity times unit price, less a discount, is the amount."""
        q, p, a = (self._columns[name] for name in (qty, price, amount))
        slack = f"0.01 + 0.005 * abs({q})"
        if not discount:
            return self._fit(f"abs({q} * {p} - {a}) <= {slack}", f"{q} * {p} <> 0 AND {a} IS NOT NULL")
        d = f"coalesce({self._columns[discount]}, 0)"
        among = f"{q} * {p} <> 0 AND {a} IS NOT NULL AND {d} <> 0"
        forms = (
            f"{q} * {p} * (1 - {d} / 100.0)",
            f"{q} * {p} * (1 - {d})",
            f"{q} * {p} - {d}",
            f"{q} * ({p} - {d})",
        )
        return max(
            (self._fit(f"abs({form} - {a}) <= {slack}", among) for form in forms), key=lambda fit: fit.hits
        )

    def is_filled(self, header: str) -> bool:
        """Tell whether a column holds anything but zeros."""
        return self._fit("true", f"coalesce({self._columns[header]}, 0) <> 0").hits > 0

    def is_same(self, one: str, other: str) -> Fit:
        """Count the lines on which two columns are equal."""
        a, b = self._columns[one], self._columns[other]
        return self._fit(f"{a} = {b}", f"{a} IS NOT NULL OR {b} IS NOT NULL")

    def is_rate_column(self, header: str) -> bool:
        """Tell whether a column holds rates of tax (20, 5.5) and no amounts."""
        name = self._columns[header]
        rows = self._con.execute(
            f"SELECT DISTINCT {name}::DOUBLE FROM proposal WHERE {name} IS NOT NULL LIMIT 12"
        )
        found = [f"{value:g}" for (value,) in rows.fetchall()]
        return bool(found) and set(found) <= RATE_VALUES and found != ["0"]

    # ---- lines of one invoice, once group_by was called

    def invoices(self) -> tuple[int, int]:
        """Return the number of lines that bear an invoice number, and of invoices."""
        row = self._con.execute(
            "SELECT coalesce(sum(lines), 0)::BIGINT, count(*) FROM proposal_invoices"
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def is_repeated(self, header: str) -> Fit:
        """Count the invoices of several lines on which a column never changes."""
        name = self._columns[header]
        return self._fit(f"same_{name}", f"lines > 1 AND first_{name} <> 0", "proposal_invoices")

    def sums_to(self, header: str, total: str) -> Fit:
        """Count the invoices of several lines whose ``header`` sums to ``total``, written on each of them."""
        return self._sums(f"sum_{self._columns[header]}", self._columns[total])

    def product_sums_to(self, qty: str, price: str, total: str) -> Fit:
        """Count the same for quantity times unit price."""
        names = list(self._columns.values())
        a, b = sorted((self._columns[qty], self._columns[price]), key=names.index)
        return self._sums(f"{a}_x_{b}", self._columns[total])

    def _sums(self, computed: str, total: str) -> Fit:
        forms = [f"{computed}::DOUBLE * (1 + {rate})" for rate in ("0", *RATES)]
        test = " OR ".join(f"abs({form} - first_{total}) <= 0.01 + 0.01 * lines" for form in forms)
        return self._fit(test, f"lines > 1 AND same_{total} AND first_{total} <> 0", "proposal_invoices")


def numbers_of(con: duckdb.DuckDBPyConnection, table: RawTable, headers: Sequence[str]) -> tuple[Sample, str]:
    """Return the sample of a table, and the decimal mark supposed where nothing tells it."""
    try:
        return Sample(con, table, headers), ""
    except SourceError as error:
        if error.code not in {"source.ambiguous_number", "source.two_decimal_marks"}:
            raise
    return Sample(con, table, headers, decimal=","), ","
