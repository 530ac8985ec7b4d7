"""The other canonical tables (clients, contracts, payments, market ...): typed, checked, bad rows set aside.

Floor 3. Rows in = rows kept + rows merged into another (clients described twice) + rows rejected.
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import duckdb
import pandas as pd

from capclient.ingest import scales
from capclient.ingest.sheet_cells import (
    judged_columns,
    kept_sql,
    percent_sql,
    read_sql,
    text_of,
    unreadable_sql,
)
from capclient.ingest.sources import Part
from capclient.ingest.typed import text_sql
from capclient.params import Params
from capclient.readers.header import free_name
from capclient.readers.sql_text import literal, quoted, written
from capclient.schema import Table

# What tells a row from another. One payment may settle several invoices, one number stand for several instalments or
# for a payment and its return; what proves a capability may be many things.
KEYS = {
    "customers": ("customer_id",),
    "contracts": ("contract_id",),
    "prospects": ("prospect_id",),
    "payments": ("payment_id", "invoice_id", "date", "amount", "kind"),
    "receivable_items": ("item_id",),
    "targets": ("salesperson",),
    "market": ("segment_type", "segment", "year"),
    "evidence": ("capability", "device", "evidence", "date"),
    "actions": ("customer_id", "prospect_id", "action", "action_code", "action_rank", "planned_on"),
}
PER_FILE = ("actions",)  # a plan sent back again says the same action again: that is no mistake
TOLD_TWICE = (("action", "action_code"), ("plan_status", "status_code"), ("decision", "decision_code"))
# Empty, these mean « still running » or « the whole history »: unreadable, they must not.
MUST_BE_READ = {
    "contracts": ("start", "end"),
    "contacts": ("until",),
    "interactions": ("closed",),
    "cost_to_serve": ("period",),
    "actions": (
        "planned_on",
    ),  # the day of the plan tells which one speaks; what people type is theirs, cell by cell
}
EXAMPLES = 10
COLUMNS = ("source", "line", "reason_code", "amount_ht", "raw")


def write(
    con: duckdb.DuckDBPyConnection, table: Table, parts: list[Part], params: Params, folder: Path
) -> dict[str, object]:
    """Write one table as ``<table>.parquet`` and return what became of its rows and cells.

    Returns
    -------
    dict
        ``rows_in rows_kept rows_merged rows_rejected``, counts; ``rejects``, reason to count; ``duplicates``, keys
        and how often they came again; ``unreadable``, column to count, with ``examples`` (text and count) and
        ``known`` (codes of a column of codes); ``impossible`` and ``scales`` (:mod:`capclient.ingest.scales`);
        ``turned``, returned payments written as positive amounts, made negative;
        ``columns`` given and ``headers``, what the files call them.
    """
    selects = " UNION ALL ".join(_typed(con, table, parts, at, params) for at in range(len(parts)))
    con.execute(f"CREATE OR REPLACE TEMP TABLE typed AS {selects}")
    read_as, impossible = scales.settle(con, table, parts)
    turned = _turned(con) if table.name == "payments" else 0
    if table.name == "actions":
        _undecided(con)
    con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {_judged(table)}")
    target = written(folder / f"{table.name}.parquet")
    con.execute(f"COPY ({_kept(table)}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {_refused(table)} AS "
        f"SELECT part, place, line, reject FROM judged WHERE reject IS NOT NULL{_cells(table)}"
    )
    asides = [aside.reason for part in parts for aside in part.raw.asides]
    reasons = dict(
        con.execute("SELECT reject, count(*) FROM judged WHERE reject IS NOT NULL GROUP BY 1").fetchall()
    )
    for reason in asides:
        reasons[reason] = reasons.get(reason, 0) + 1
    (kept,) = con.execute(f"SELECT count(*) FROM {target}").fetchone() or (0,)
    (typed,) = con.execute("SELECT count(*) FROM judged").fetchone() or (0,)
    rejected_rows, rows = sum(reasons.values()), typed + len(asides)
    told = {
        "rows_in": rows,
        "rows_kept": kept,
        "rows_merged": rows - rejected_rows - kept,
        "rows_rejected": rejected_rows,
        "rejects": dict(sorted(reasons.items())),
        "duplicates": _duplicates(con, table),
        "impossible": impossible,
        "scales": read_as,
        "turned": turned,
        "columns": sorted({name for part in parts for name in part.headers}),
        "headers": {name: header for part in reversed(parts) for name, header in part.headers.items()},
    }
    told |= _unreadable(con, table)
    con.execute("DROP TABLE typed; DROP TABLE judged")
    return told


def rejected(con: duckdb.DuckDBPyConnection, table: Table, parts: list[Part]) -> pd.DataFrame:
    """Return the rows of a table that were not kept; to be called after :func:`write`, on the same connection.

    Of a plan read back, also the cells that nobody can read, in rows that are kept: ``actions:cell_<column>``.

    Returns
    -------
    DataFrame
        ``source line reason_code amount_ht raw``, one row a line of the files: ``reason_code`` is
        ``<table>:<reason>``, ``amount_ht`` is missing, for such a row is no revenue.
    """
    frames = [_rejected(con, table, part) for part in parts]
    asides = [
        (part.source, aside.line, f"{table.name}:{aside.reason}", None, aside.raw)
        for part in parts
        for aside in part.raw.asides
    ]
    frames = [frame for frame in [*frames, pd.DataFrame(asides, columns=list(COLUMNS))] if len(frame)]
    whole = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))
    types = {"source": "str", "line": "int64", "reason_code": "str", "amount_ht": "float64", "raw": "str"}
    return whole.astype(types).sort_values(["source", "line", "reason_code"], ignore_index=True)


def _rejected(con: duckdb.DuckDBPyConnection, table: Table, part: Part) -> pd.DataFrame:
    """Join the refused places of a part with its texts; scanned again only when there are any."""
    refused = f"(SELECT * FROM {_refused(table)} WHERE part = {part.number})"
    found = con.execute(f"SELECT count(*) FROM {refused}").fetchone()
    if not found or not found[0]:
        return pd.DataFrame(columns=list(COLUMNS))
    text = ", ".join(f"coalesce({quoted(name)}, '')" for name in part.raw.columns)
    return con.execute(
        f"SELECT {literal(part.source)} AS source, line, {literal(table.name + ':')} || reject AS reason_code, "
        f"NULL::DOUBLE AS amount_ht, raw FROM (SELECT row_number() OVER () - 1 AS place, "
        f"concat_ws({literal(part.raw.separator)}, {text}) AS raw FROM {part.raw.relation}) "
        f"JOIN {refused} USING (place)"
    ).df()


def _cells(table: Table) -> str:
    """Return the SELECT, to be added to that of the rows refused, of the cells set aside in the rows kept of a plan."""
    if table.name != "actions":
        return ""
    return (
        " UNION ALL SELECT part, place, line, 'cell_' || cell.name FROM "
        "(SELECT part, place, line, unnest(unreadable) AS cell FROM judged WHERE reject IS NULL)"
    )


def _refused(table: Table) -> str:
    return f"refused_{table.name}"


def _typed(con: duckdb.DuckDBPyConnection, table: Table, parts: list[Part], at: int, params: Params) -> str:
    """Return the SELECT of a part: where each row stands, its cells, and which of them nobody can read."""
    part = parts[at]
    place = quoted(free_name([*part.raw.columns, part.raw.line_column or ""], "__place"))
    line = quoted(part.raw.line_column) if part.raw.line_column else f"{part.raw.first_line} + {place}"
    cells = [
        f"{read_sql(con, part, table, column, params)} AS {quoted(column.name)}" for column in table.columns
    ]
    cells += [f"{part.column(column.name)} AS {text_of(column)}" for column in judged_columns(part, table)]
    own = text_sql(con, part, "customer_id") if table.name == "customers" else "NULL::VARCHAR"
    return (
        f"SELECT {part.number} AS part, {list(scales.entries(parts)).index(id(part.options))} AS entry, "
        f"place, line, own_id, {', '.join(kept_sql(column) for column in table.columns)}, "
        f"{unreadable_sql(part, table)} AS unreadable, percent FROM ("
        f"SELECT {place} AS place, ({line})::BIGINT AS line, {own} AS own_id, {', '.join(cells)}, "
        f"{percent_sql(part, table)} AS percent FROM {part.texts_with(f'row_number() OVER () - 1 AS {place}')})"
    )


def _judged(table: Table) -> str:
    """Return the SELECT that gives each row the reason of its reject, NULL when it is kept."""
    own_key = KEYS.get(table.name, ())
    unread = "list_transform(unreadable, lambda cell: cell.name)"
    cases = []
    for name in table.required:
        missing = "missing_key" if own_key == (name,) else f"missing_{name}"
        cases.append(f"WHEN list_contains({unread}, '{name}') THEN 'unreadable_{name}'")
        cases.append(f"WHEN {quoted(name)} IS NULL THEN '{missing}'")
    cases += [
        f"WHEN list_contains({unread}, '{name}') THEN 'unreadable_{name}'"
        for name in MUST_BE_READ.get(table.name, ())
    ]
    if table.name == "contracts":
        cases.append("""WHEN "end" < "start" THEN 'end_before_start'""")
    if table.name == "actions":
        cases.append("WHEN customer_id IS NULL AND prospect_id IS NULL THEN 'missing_key'")
        cases += [f"WHEN {word} <> {code} THEN 'contradiction'" for word, code in TOLD_TWICE]
    reason = f"CASE {' '.join(cases)} END"
    if not own_key:
        return f"SELECT *, {reason} AS reject FROM typed"
    # one client in two sources is one client described twice; in one source, a row too many
    same = ("part", "own_id") if table.name == "customers" else tuple(map(quoted, own_key))
    if table.name in PER_FILE:
        same = ("part", *same)
    turn = f"row_number() OVER (PARTITION BY {', '.join(same)}, reason IS NULL ORDER BY part, place)"
    first = quoted(own_key[0]) if table.name != "actions" else "coalesce(customer_id, prospect_id)"
    return (
        f"SELECT * EXCLUDE (reason, turn), coalesce(reason, CASE WHEN turn > 1 AND {first} IS NOT NULL "
        f"THEN 'duplicate_key' END) AS reject FROM (SELECT *, {turn} AS turn FROM "
        f"(SELECT *, {reason} AS reason FROM typed))"
    )


def _kept(table: Table) -> str:
    """Return the SELECT of the rows kept, in the order of the files."""
    names = [quoted(name) for name in table.names]
    if table.name != "customers":
        return f"SELECT {', '.join(names)} FROM judged WHERE reject IS NULL ORDER BY part, place"
    firsts = [
        f"first({name} ORDER BY part, place) FILTER ({name} IS NOT NULL) AS {name}" for name in names[1:]
    ]
    return (
        f"SELECT {', '.join([names[0], *firsts])} FROM judged WHERE reject IS NULL "
        f"GROUP BY customer_id ORDER BY min((part, place))"
    )


def _turned(con: duckdb.DuckDBPyConnection) -> int:
    """Make the payments that came back negative, whatever the sign in the file; count those changed."""
    changed = con.execute("UPDATE typed SET amount = -amount WHERE kind = 'reject' AND amount > 0").fetchone()
    return int(changed[0]) if changed else 0


def _undecided(con: duckdb.DuckDBPyConnection) -> None:
    """Keep as a comment what stands for a decision in words of nobody's list: it decides nothing, nor does its code.

    Nor does the code beside an action or a status that nobody can read: whoever wrote the word left it behind.
    """
    for word, code in TOLD_TWICE:
        names = "list_transform(unreadable, lambda cell: cell.name)"
        con.execute(
            f"UPDATE typed SET {word} = NULL, {code} = NULL WHERE list_has_any({names}, ['{word}', '{code}'])"
        )
    unread = "list_filter(unreadable, lambda cell: cell.name IN ('decision', 'decision_code'))"
    con.execute(
        f"UPDATE typed SET decision = NULL, decision_code = NULL, comment = concat_ws(' · ', comment, "
        f"list_aggregate(list_transform({unread}, lambda cell: cell.text), 'string_agg', ' · ')) "
        f"WHERE len({unread}) > 0"
    )


def _duplicates(con: duckdb.DuckDBPyConnection, table: Table) -> list[list[object]]:
    """List the keys met again, most often first: the key as one text, how many rows were refused for it."""
    keys = ", ".join(f"{quoted(name)}::VARCHAR" for name in KEYS.get(table.name, ()))
    if not keys:
        return []
    rows = con.execute(
        f"SELECT concat_ws(' · ', {keys}), count(*) FROM judged WHERE reject = 'duplicate_key' "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {EXAMPLES}"
    ).fetchall()
    return [list(row) for row in rows]


def _unreadable(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, object]:
    """Count the cells that nobody can read, with the commonest texts of each column and the codes it knows."""
    rows = con.execute(
        "SELECT name, text, number, sum(number) OVER (PARTITION BY name) FROM "
        "(SELECT cell.name AS name, cell.text AS text, count(*) AS number "
        "FROM (SELECT unnest(unreadable) AS cell FROM typed) GROUP BY ALL) "
        f"QUALIFY row_number() OVER (PARTITION BY name ORDER BY number DESC, text) <= {EXAMPLES} "
        "ORDER BY name, number DESC, text"
    ).fetchall()
    found = {name: list(group) for name, group in groupby(rows, key=lambda row: row[0])}
    return {
        "unreadable": {name: int(group[0][3]) for name, group in found.items()},
        "examples": {name: [[row[1], row[2]] for row in group] for name, group in found.items()},
        "known": {
            name: [code for code, _ in table.column(name).words] for name in found if table.column(name).words
        },
    }
