"""What a value of a sheet can be: shares, marks and their scales, amounts, dates in their order.

Floor 3. An impossible value becomes NULL and is counted with its reason; its row stays. The scale of a column
(percent or share, marks out of 5 or 10) is decided on the whole column of an entry, and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal

import duckdb

from capclient.ingest.sources import Part
from capclient.readers.sql_text import quoted
from capclient.schema import Table

SHARES = {"prospects": "probability", "market": "growth"}  # 0 to 1, however the sheet writes them
RATED = {"interactions": "score_csat"}  # marks, kept out of 5 (6.2: satisfied from 4 on)
RATINGS = {5: None, 10: "0.5", 20: "0.25", 100: "0.05"}  # scales that surveys use, and what brings them to 5
LIMITS: dict[tuple[str, str], tuple[int | None, int | None]] = {
    ("prospects", "probability"): (0, 1),
    ("market", "growth"): (-1, None),
    ("interactions", "score_nps"): (0, 10),
    ("interactions", "score_csat"): (0, 5),
    ("evidence", "maturity"): (0, 4),
}
NOT_NEGATIVE = {
    "customers": ("wallet_amount",),
    "cost_to_serve": ("driver_qty", "unit_cost"),
    "interactions": ("cost", "hours", "amount"),
    "contracts": ("annual_amount", "n_institutions"),
    "prospects": ("amount",),
    "market": ("size",),
    "targets": ("visits_per_year", "cost_per_visit"),
}
# Of two dates in the wrong order one is lost: never the end, whose absence would mean « still open ».
ORDERED = {
    "contacts": (("since", "until", "since"),),
    "interactions": (("opened", "closed", "opened"), ("opened", "called_back", "called_back")),
    "prospects": (("created", "closed_date", "closed_date"),),
}
ONE_IN_TEN = 10  # one odd value in ten is a mistake, more are the scale of the column
LARGE_GROWTH = Decimal("0.5")  # a market that grows by half: more often a percentage without its sign
EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Impossible:
    """Values set to NULL: how many, why, the first of them as texts, and the limits or the other column."""

    column: str
    reason: str
    rows: int
    examples: tuple[str, ...]
    low: int | None = None
    high: int | None = None
    other: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of a column were understood: ``percent``, ``rating`` or ``large`` (a doubt, left as it is)."""

    source: str
    column: str
    code: str
    top: str


def settle(
    con: duckdb.DuckDBPyConnection, table: Table, parts: list[Part]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Bring the values of the temporary table ``typed`` to their scales and empty the impossible ones.

    Returns
    -------
    tuple
        Facts of each :class:`Scale` and of each :class:`Impossible`, as mappings ready for JSON.
    """
    given = {name for part in parts for name in part.headers}
    scales: list[Scale] = []
    wrong: list[Impossible] = []
    share, rated = SHARES.get(table.name), RATED.get(table.name)
    for number, source in enumerate(entries(parts).values()):
        if share in given:
            scales += _share(con, str(share), source, f"entry = {number}", wrong)
        if rated in given:
            scales += _rating(con, str(rated), source, f"entry = {number}")
    for column, reason, test, facts in _rules(table.name, given):
        wrong += _emptied(con, column, reason, test, **facts)
    return [asdict(one) for one in scales], [asdict(one) for one in wrong]


def entries(parts: list[Part]) -> dict[int, str]:
    """Return the entries of ``sources`` that parts come from: what a person calls the first file of each."""
    found: dict[int, str] = {}
    for part in parts:
        found.setdefault(id(part.options), part.source)
    return found


def _rules(table: str, given: set[str]) -> Iterator[tuple[str, str, str, dict[str, object]]]:
    """Column to empty, reason, SQL of the impossible and what a person needs to understand it."""
    for (name, column), (low, high) in LIMITS.items():
        if name == table and column in given:
            tests = [f"{column} < {low}"] + ([] if high is None else [f"{column} > {high}"])
            yield column, "out_of_range", " OR ".join(tests), {"low": low, "high": high}
    for column in NOT_NEGATIVE.get(table, ()):
        if column in given:
            yield column, "negative", f"{column} < 0", {}
    for first, second, lost in ORDERED.get(table, ()):
        if first in given and second in given:
            other = second if lost == first else first
            reason = "after" if lost == first else "before"
            yield lost, reason, f"{quoted(second)} < {quoted(first)}", {"other": other}


def _emptied(
    con: duckdb.DuckDBPyConnection, column: str, reason: str, test: str, **facts: object
) -> list[Impossible]:
    found = con.execute(
        f"SELECT {quoted(column)}, count(*), sum(count(*)) OVER () FROM typed WHERE {test} "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {EXAMPLES}"
    ).fetchall()
    if not found:
        return []
    con.execute(f"UPDATE typed SET {quoted(column)} = NULL WHERE {test}")
    shown = tuple(_shown(row[0]) for row in found)
    return [Impossible(column, reason, int(found[0][2]), shown, **facts)]  # type: ignore[arg-type]


def _shown(value: object) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _share(
    con: duckdb.DuckDBPyConnection, column: str, source: str, entry: str, wrong: list[Impossible]
) -> list[Scale]:
    """Read a column of percentages as shares when it bears the sign or when its values exceed 1.

    A cell with its own ``%`` is settled already. A probability of 0.5 among bare percentages is half a percent or one
    in two: nobody can tell, it is emptied. Beside « 20 % » and no bare number above 1, 0.8 is four in five.
    """
    plain = f"{entry} AND {column} IS NOT NULL AND NOT list_contains(percent, '{column}')"
    row = con.execute(
        f"SELECT count(*) FILTER ({plain}), count(*) FILTER ({plain} AND abs({column}) > 1), "
        f"count(*) FILTER ({entry} AND list_contains(percent, '{column}')), "
        f"max(abs({column})) FILTER ({entry}) FROM typed"
    ).fetchone()
    assert row is not None
    numbers, above, signed, top = row
    if signed and not above and column == "probability":
        return [Scale(source, column, "percent", _shown(top))]
    if not signed and (not above or above * ONE_IN_TEN < numbers):
        doubtful = column == "growth" and top is not None and top >= LARGE_GROWTH
        return [Scale(source, column, "large", _shown(top))] if doubtful else []
    if column == "probability":
        wrong += _emptied(con, column, "ambiguous_share", f"{plain} AND {column} > 0 AND {column} <= 1")
    con.execute(f"UPDATE typed SET {column} = {column} * 0.01 WHERE {plain}")
    return [Scale(source, column, "percent", _shown(top))]


def _rating(con: duckdb.DuckDBPyConnection, column: str, source: str, entry: str) -> list[Scale]:
    """Bring marks to a scale of 5: theirs is the smallest usual one that holds nine marks in ten."""
    within = ", ".join(f"count(*) FILTER ({column} <= {top})" for top in RATINGS)
    row = con.execute(f"SELECT count({column}), {within} FROM typed WHERE {entry}").fetchone()
    assert row is not None
    marks, *held = row
    if not marks:
        return []
    fitting = [top for top, number in zip(RATINGS, held, strict=True) if number * 10 >= marks * 9]
    top = fitting[0] if fitting else max(RATINGS)
    if RATINGS[top]:
        con.execute(f"UPDATE typed SET {column} = {column} * {RATINGS[top]} WHERE {entry}")
    return [Scale(source, column, "rating", str(top))]
