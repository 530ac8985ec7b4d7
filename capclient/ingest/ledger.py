"""The sales ledger: every line typed, kept or rejected with a reason.

Floor 3. A line with a date and an amount is revenue whatever its product code or prefix (0.4); a line
without client is unassigned revenue, not a reject. One Parquet file a part holds all its lines in file
order, rejected ones too: a line's place in it is its place in the source.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from capclient.errors import listed
from capclient.ingest.sources import Part
from capclient.ingest.typed import (
    CENTS,
    WIDE,
    code_sql,
    date_sql,
    flag_sql,
    merged,
    number_sql,
    row_hash_sql,
    text_sql,
)
from capclient.levels import NOT_INVOICED
from capclient.params import Filter, Params
from capclient.periods import principal_days
from capclient.readers.header import free_name
from capclient.readers.identifiers import clean_sql
from capclient.readers.raw import Note
from capclient.readers.sql_text import literal, quoted, written
from capclient.schema import TABLES

TABLE = TABLES["invoice_lines"]
TEXTS = [column.name for column in TABLE.columns if column.kind == "text"]
DATES = [column.name for column in TABLE.columns if column.kind == "date"]
MONEY = [column.name for column in TABLE.columns if column.kind == "money" and column.name != "amount_ht"]
NUMBERS = [column.name for column in TABLE.columns if column.kind == "number"]
FLAGS = [column.name for column in TABLE.columns if column.kind == "flag"]
FIRST_YEAR, LAST_YEAR, LAST_DUE = 1900, 2100, 2200
LARGEST = "1e13"
OPTIONAL = [name for name in (*DATES, *MONEY, *NUMBERS, "disputed") if name != "invoice_date"]
SIGNED = ("qty", "amount_exact", "amount_ht", "vat", "amount_ttc", "cost")  # negative on credit notes (0.1)


def write(con: duckdb.DuckDBPyConnection, parts: list[Part], params: Params, folder: Path) -> None:
    """Type every part into ``invoice_lines/part-000.parquet`` and so on."""
    target = folder / "invoice_lines"
    target.mkdir()
    limits = _overlap_limits(con, parts, params)
    for place, part in enumerate(parts):
        cells = _cells(con, part, params)
        part = parts[place] = _with_unknown_statuses_noted(con, part)
        flipped = _credit_notes_are_positive(con, part, cells)
        if flipped:
            parts[place] = part = _noted(part, Note("ingest.credit_notes_flipped", {"lines": flipped}))
        sql = _select(part, cells, params, limits.get(part.group), flip=bool(flipped))
        con.execute(f"COPY ({sql}) TO {written(part_path(folder, part))} (FORMAT parquet, COMPRESSION zstd)")


def part_path(folder: Path, part: Part) -> Path:
    """Return the Parquet file of a part."""
    return folder / "invoice_lines" / f"part-{part.number:03d}.parquet"


def relation(folder: Path, parts: list[Part]) -> str:
    """Return the kept lines of all parts with their source and line; ``{folder}`` is filled by the reader."""
    selects = [
        f"SELECT * EXCLUDE (reject, row_hash, rounding, file_row_number{_own_place(part)}), "
        f"{_source(part)} AS source, {_line(part)} AS source_line "
        f"FROM read_parquet('{{folder}}/invoice_lines/{part_path(folder, part).name}', file_row_number = true) "
        "WHERE reject IS NULL"
        for part in parts
    ]
    return "(" + " UNION ALL BY NAME ".join(selects) + ")"


def _own_place(part: Part) -> str:
    """The columns of lines and files that the part itself holds are replaced by the common ones."""
    own = [part.raw.line_column and "source_line", part.raw.source_column and "source"]
    return "".join(f", {name}" for name in own if name)


def _source(part: Part) -> str:
    return "source" if part.raw.source_column else literal(part.source)


def _line(part: Part) -> str:
    return "source_line" if part.raw.line_column else f"{part.raw.first_line} + file_row_number"


def _cells(con: duckdb.DuckDBPyConnection, part: Part, params: Params) -> dict[str, str]:
    """Return the SQL of each canonical column over the file's text columns."""
    cells = {name: text_sql(con, part, name) for name in TEXTS}
    cells["customer_id"] = merged(cells["customer_id"], params.identity.merge)
    cells |= {name: date_sql(part, name) for name in DATES}
    for name in ("due_date", "accounting_date"):  # 9999-12-31 means none; a day beyond any diary is no day
        cells[name] = (
            f"CASE WHEN year({cells[name]}) BETWEEN {FIRST_YEAR} AND {LAST_DUE} THEN {cells[name]} END"
        )
    cells |= {name: number_sql(part, name, "DECIMAL(19,9)") for name in NUMBERS}
    # without a rate to multiply by, the cast of the text rounds to cents: half of the cost of a wide decimal
    money = WIDE if _has_rate(part) else CENTS
    cells |= {name: number_sql(part, name, money) for name in MONEY}
    cells["doc_type"] = code_sql(part, TABLE.column("doc_type"))
    cells["status"] = code_sql(part, TABLE.column("status"))
    cells |= {name: flag_sql(part, name) for name in FLAGS}
    if part.column("amount_ht"):
        cells["amount_exact"] = number_sql(part, "amount_ht", WIDE)
        cells["amount_ht"] = number_sql(part, "amount_ht", CENTS)
    elif part.column("amount_ttc") and not (part.column("qty") and part.column("unit_price")):
        cells["amount_exact"] = _without_tax(cells["amount_ttc"], params.receivables.vat_rate or Decimal(0))
        cells["amount_ht"] = _cents(cells["amount_exact"])
    else:  # quantity times unit price, both with all their decimals
        cells["amount_exact"] = f"({cells['qty']} * {cells['unit_price']})"
        cells["amount_ht"] = _cents(cells["amount_exact"])
    return cells


def _select(part: Part, cells: dict[str, str], params: Params, limit: str | None, *, flip: bool) -> str:
    """Return the whole SELECT of a part: typed cells, signs and rates, one rounding, the reason of a reject."""
    typed = [f"{sql} AS {name}" for name, sql in cells.items()]
    typed += [f"{_given(part, name)} AS {name}_given" for name in (*OPTIONAL, "invoice_date", "amount_ht")]
    typed.append(f"{row_hash_sql(part)} AS row_hash")
    trimmed = quoted(free_name([*part.raw.columns, part.raw.line_column or ""], "__trimmed"))
    typed.append(f"{trimmed} AS is_trimmed")
    kept = [*TEXTS, *DATES, *FLAGS, "row_hash"]
    if part.raw.line_column:
        typed.append(f"{quoted(part.raw.line_column)}::BIGINT AS source_line")
        kept.append("source_line")
    if part.raw.source_column:
        typed.append(f"{quoted(part.raw.source_column)} AS source")
        kept.append("source")
    signed = [f"CASE WHEN doc_type = 'credit_note' THEN -{name} ELSE {name} END AS {name}" for name in SIGNED]
    flipped = f"REPLACE ({', '.join(signed)})" if flip else ""
    rated = [f"{_rated('amount_exact')} AS amount_exact"]
    rated.append(f"TRY_CAST({_rated('unit_price')} AS DECIMAL(19,9)) AS unit_price")
    rated += [f"{_cents(_rated(name))} AS {name}" for name in MONEY]
    rated.append(f"{_cents(_rated('amount_exact'))} AS amount_ht")
    converted = f"REPLACE ({', '.join(rated)})" if _has_rate(part) else ""
    return f"""
    WITH typed AS (SELECT {", ".join(typed)} FROM {part.texts_with(f"{_trimmed(part)} AS {trimmed}")}),
    signed AS (SELECT * {flipped}, {_rate(params)} AS rate, {_quality(part)} AS quality FROM typed),
    rated AS (SELECT * {converted} FROM signed)
    SELECT {", ".join(kept)}, nullif(doc_type, '?') AS doc_type, qty, unit_price, amount_ht, {", ".join(MONEY)},
           quality, (amount_exact - amount_ht)::DECIMAL(18,9) AS rounding, {_reason(params, limit)} AS reject
    FROM rated
    """


def _rated(name: str) -> str:
    """Return SQL of an amount in the company's currency, NULL without a rate: currencies are never summed.

    An amount beyond any ledger stays as it is, to be refused.
    """
    return (
        f"(CASE WHEN rate IS NULL THEN NULL WHEN abs({name}) * rate::DOUBLE < {LARGEST} THEN {name} * rate "
        f"ELSE {name} END)"
    )


def _cents(exact: str) -> str:
    """Return SQL that rounds an exact amount half away from zero; NULL when it is too large for a ledger."""
    return f"TRY_CAST(round({exact}, 2) AS {CENTS})"


def _without_tax(amount: str, rate: Decimal) -> str:
    """Return SQL of an amount less the tax in it, to the cent: in whole numbers, for a division makes a float."""
    scale = 10 ** max(0, -int(rate.as_tuple().exponent))
    cents, whole = f"(({amount})::{CENTS} * 100)::HUGEINT", int((1 + rate) * scale)
    halves = f"((2 * {scale} * abs({cents}) + {whole}) // {2 * whole})"
    return f"(sign({cents})::HUGEINT * {halves} * 0.01::DECIMAL(3,2))::{WIDE}"


def _has_rate(part: Part) -> bool:
    """Tell whether lines say their currency: those of another file are in the company's own."""
    return part.column("currency") is not None


def _given(part: Part, name: str) -> str:
    """Return SQL that tells whether the file says something in this column."""
    if name == "amount_ht" and not part.column(name):
        if part.column("amount_ttc") and not (part.column("qty") and part.column("unit_price")):
            return _given(part, "amount_ttc")
        return f"({_given(part, 'qty')} AND {_given(part, 'unit_price')})"
    column = part.column(name)
    return "false" if column is None else f"({column} IS NOT NULL)"


def _trimmed(part: Part) -> str:
    """Return SQL that tells whether the file's own text has outer blanks around the client's identifier."""
    column = part.column("customer_id")
    return "false" if column is None else f"coalesce({column} <> {clean_sql(column)}, false)"


def _quality(part: Part) -> str:
    """Return what is odd in a line that is kept all the same, as codes joined by commas."""
    odd = {"no_invoice_id": "invoice_id IS NULL", "trimmed": "is_trimmed"}
    odd |= {
        f"{name}_unreadable": f"({name}_given AND {name} IS NULL)" for name in OPTIONAL if part.column(name)
    }
    codes = ", ".join(f"CASE WHEN {test} THEN '{code}' END" for code, test in odd.items())
    return f"CASE WHEN {' OR '.join(odd.values())} THEN concat_ws(',', {codes}) END"


def _rate(params: Params) -> str:
    """Return the SQL of a line's rate to the company's currency; NULL where the user gave none."""
    own = literal(params.company.currency)
    rates = "".join(
        f" WHEN {literal(code)} THEN {rate}" for code, rate in sorted(params.exchange_rates.items())
    )
    return f"(CASE upper(coalesce(currency, {own})) WHEN {own} THEN 1{rates} END)::DECIMAL(18,12)"


def _reason(params: Params, limit: str | None) -> str:
    """Return the SQL of a line's reject code, NULL when it is kept."""
    filters = " ".join(
        f"WHEN {_matches(rule)} THEN {literal('filter:' + rule.name)}" for rule in params.filters
    )
    overlap = f"WHEN invoice_date >= DATE '{limit}' THEN 'overlap'" if limit else ""
    left_out = ", ".join(literal(code) for code, _ in NOT_INVOICED)
    return f"""CASE
        WHEN status IN ({left_out}) THEN status WHEN doc_type IN ({left_out}) THEN doc_type
        WHEN invoice_date IS NULL THEN CASE WHEN invoice_date_given THEN 'unreadable_date' ELSE 'missing_date' END
        WHEN year(invoice_date) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN 'implausible_date'
        WHEN rate IS NULL THEN 'no_exchange_rate'
        WHEN amount_exact IS NULL THEN CASE WHEN amount_ht_given THEN 'unreadable_amount' ELSE 'missing_amount' END
        WHEN abs(amount_exact) >= {LARGEST} THEN 'amount_too_large'
        WHEN doc_type = '?' THEN 'unknown_doc_type'
        {overlap} {filters} END"""


def _matches(rule: Filter) -> str:
    tests = []
    if rule.values:
        tests.append(f"{quoted(rule.column)} IN ({', '.join(literal(value) for value in rule.values)})")
    tests += [
        f"starts_with({quoted(rule.column)}, {literal(prefix)})" for prefix in rule.starts_with if prefix
    ]
    return f"({' OR '.join(tests)})" if tests else "false"


def _overlap_limits(
    con: duckdb.DuckDBPyConnection, parts: list[Part], params: Params
) -> dict[int, str | None]:
    """With ``keep_last``: the first date of the parts that follow, for each part that one follows."""
    source = params.sources.get("invoice_lines")
    if source is None or source.overlap != "keep_last":
        return {}
    days: dict[int, set[date]] = {}
    for part in parts:
        rows = con.execute(f"SELECT DISTINCT {date_sql(part, 'invoice_date')} FROM {part.texts}").fetchall()
        days.setdefault(part.group, set()).update(row[0] for row in rows if row[0] is not None)
    # a mistyped date in a later part must not throw the earlier ones away
    firsts = {group: principal_days(sorted(found))[0].isoformat() for group, found in days.items() if found}
    groups = sorted(firsts)
    return {
        group: min((firsts[later] for later in groups if later > group), default=None) for group in groups
    }


def _credit_notes_are_positive(con: duckdb.DuckDBPyConnection, part: Part, cells: dict[str, str]) -> int:
    """Count credit-note lines when the file writes all of them as positive amounts; 0 otherwise."""
    if not part.column("doc_type") or part.is_settled:
        return 0
    row = con.execute(
        f"SELECT count(*) FILTER (amount > 0), count(*) FILTER (amount < 0) "
        f"FROM (SELECT {cells['doc_type']} AS kind, {cells['amount_exact']} AS amount FROM {part.texts}) "
        "WHERE kind = 'credit_note'"
    ).fetchone()
    return int(row[0]) if row and row[0] and not row[1] else 0


def _with_unknown_statuses_noted(con: duckdb.DuckDBPyConnection, part: Part) -> Part:
    """Say which statuses mean nothing to us: their lines stay."""
    column = part.column("status")
    if column is None or part.is_settled:
        return part
    found = con.execute(
        f"SELECT {column}, count(*) FROM {part.texts} WHERE {code_sql(part, TABLE.column('status'))} = '?' "
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 9"
    ).fetchall()
    if not found:
        return part
    facts: dict[str, object] = {"found": listed(f"« {word} » ({count})" for word, count in found)}
    return _noted(part, Note("ingest.unknown_statuses", facts))


def _noted(part: Part, note: Note) -> Part:
    return replace(part, notes=(*part.notes, note))
