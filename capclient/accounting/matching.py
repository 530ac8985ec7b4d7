"""C.8, points 2 to 5: which credit settles which debit, and how we know.

Floor 3. Every method is the same move: inside a group, credits settle debits in order, first in first out,
computed at once for all groups by cutting both running totals at each other's bounds.

The items are those of a *ledger*: the accounts of a FEC, or documents and payments of other sources. Its table
``<ledger>_items`` has ``id company customer amount date document_date due_date piece let``; a debit is positive.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection

import duckdb
import pandas as pd

from capclient.accounting.identity import is_pool_sql, no_number_sql
from capclient.accounting.in_order import MOST_INVOICES, Piece, settled_in_order
from capclient.accounting.options import Options

FEC = "fec"
LEVELS = ("letters", "amount", "sum", "fifo")

# What is left of each item.
LEFT = """
CREATE OR REPLACE TEMP VIEW fec_left AS
SELECT item.*, item.amount - coalesce(debits.amount, 0) + coalesce(credits.amount, 0) AS rest
FROM fec_items AS item
     LEFT JOIN (SELECT debit_id AS id, sum(amount) AS amount FROM fec_allocations GROUP BY ALL) AS debits USING (id)
     LEFT JOIN (SELECT credit_id AS id, sum(amount) AS amount FROM fec_allocations GROUP BY ALL) AS credits USING (id)
"""

SETTLE = """
INSERT INTO fec_allocations
WITH member AS ({members}),
span AS (
    SELECT {group}, id, rest > 0 AS is_debit, abs(rest) AS size,
           sum(abs(rest)) OVER (PARTITION BY {group}, rest > 0
                                ORDER BY CASE WHEN rest > 0 THEN coalesce(due_date,
                                    document_date) ELSE document_date END, id)
           - abs(rest) AS start
    FROM member WHERE rest <> 0
),
whole AS (
    SELECT {group}, least(sum(size) FILTER (is_debit), sum(size) FILTER (NOT is_debit)) AS settled
    FROM span GROUP BY {group} HAVING bool_or(is_debit) AND bool_or(NOT is_debit)
),
bound AS (
    SELECT {group}, start, max(id) FILTER (is_debit) AS debit, max(id) FILTER (NOT is_debit) AS credit,
        any_value(settled) AS settled
    FROM span JOIN whole USING ({group}) WHERE start < settled GROUP BY {group}, start
),
piece AS (
    SELECT last_value(debit IGNORE NULLS) OVER upto AS debit, last_value(credit IGNORE NULLS) OVER upto AS credit,
           coalesce(lead(start) OVER upto, settled) - start AS amount
    FROM bound WINDOW upto AS (PARTITION BY {group} ORDER BY start)
)
SELECT debit, credit, amount, '{method}' FROM piece
"""

# A letter belongs to a company, an account, a customer and the year of its file; used a year later, it is another.
LETTERED = """
SELECT *, CASE WHEN max(let_date) OVER code - min(let_date) OVER code > 366 THEN let_date END AS let_split
FROM fec_left WHERE let IS NOT NULL WINDOW code AS (PARTITION BY company, let_account, customer, let, let_year)
"""
LETTER = "company, let_account, customer, let, let_year, let_split"

BY_PIECE = """
SELECT *, abs(rest) AS size FROM fec_left WHERE rest = amount AND let IS NULL AND piece NOT IN ({no_number})
"""

# What meets in order of time: items with something left of the clients who owe and are owed. A credit that names an
# invoice it more than paid is no receipt without name: first in, first out alone may use the rest of it.
IN_ORDER = f"""
WITH item AS (
    SELECT id, company, customer, date, document_date - DATE '1970-01-01' AS day,
           coalesce(due_date, document_date) - DATE '1970-01-01' AS due, (rest * 100)::BIGINT AS cents,
           rest = amount AND let IS NULL AND NOT {is_pool_sql("customer")} AS is_whole,
           let IS DISTINCT FROM 'named' AS is_free, <refund> AS is_refund
    FROM fec_left WHERE rest <> 0 AND date IS NOT NULL AND document_date IS NOT NULL
)
SELECT id, concat(company, ' ', customer), cents, day, due, is_whole, is_free FROM item
SEMI JOIN (SELECT company, customer FROM item GROUP BY ALL HAVING min(cents) < 0 AND max(cents) > 0)
     USING (company, customer)
ORDER BY company, customer, date, is_refund, cents < 0, id
"""
ADD = """
INSERT INTO fec_allocations
SELECT debit, credit, (cents::DECIMAL(18,0) * 0.01)::DECIMAL(18,2), method FROM fec_pieces
"""
MANY = 100_000  # rows read at once

# A receipt may bear the letter of an opening whose own letter the new year dropped: the debit was lettered in a file
# that is not there. Such receipts settle openings only, and by an exact amount: the only one, or the oldest together.
ORPHAN = f"""
opening AS (
    SELECT * FROM fec_left WHERE is_opening AND amount > 0 AND rest = amount AND let IS NULL
                                 AND NOT {is_pool_sql("customer")}
),
orphan AS (
    SELECT * FROM ({LETTERED})
    QUALIFY NOT bool_or(amount > 0) OVER (PARTITION BY {LETTER}) AND amount < 0 AND rest = amount AND NOT is_opening
)
"""
OPENING = f"""
WITH {ORPHAN},
pair AS (
    SELECT opening.id AS debit_id, orphan.id AS credit_id FROM opening JOIN orphan
    ON orphan.company = opening.company AND orphan.customer = opening.customer AND orphan.amount = -opening.amount
       AND orphan.date >= opening.date
    QUALIFY count(*) OVER (PARTITION BY opening.id) = 1 AND count(*) OVER (PARTITION BY orphan.id) = 1
)
SELECT item.*, pair FROM fec_left AS item
     JOIN (SELECT debit_id AS id, debit_id AS pair FROM pair UNION ALL SELECT credit_id, debit_id FROM pair) USING (id)
"""
OPENING_SUM = f"""
WITH {ORPHAN},
debit AS (
    SELECT *, sum(rest) OVER oldest AS total, row_number() OVER oldest AS rank FROM opening
    WINDOW oldest AS (PARTITION BY company, customer ORDER BY coalesce(due_date, document_date), id)
),
receipt AS (
    SELECT orphan.id, orphan.company, orphan.customer, debit.rank AS debits FROM orphan JOIN debit
    ON debit.company = orphan.company AND debit.customer = orphan.customer AND debit.total = -orphan.amount
       AND rank BETWEEN 2 AND {MOST_INVOICES} AND orphan.date >= debit.date
    QUALIFY row_number() OVER (PARTITION BY orphan.company, orphan.customer
        ORDER BY orphan.document_date, orphan.id) = 1
)
SELECT debit.* EXCLUDE (total, rank) FROM debit JOIN receipt USING (company, customer) WHERE rank <= debits
UNION ALL SELECT item.* FROM fec_left AS item SEMI JOIN receipt USING (id)
"""

# All that letters left over of a customer, when it makes all its openings to the cent: one balance paid in parts.
OPENING_WHOLE = f"""
WITH member AS (
    SELECT * FROM fec_left WHERE NOT {is_pool_sql("customer")}
        AND (is_opening AND amount > 0 AND rest = amount AND let IS NULL
             OR NOT is_opening AND let IS NOT NULL AND rest < 0)
)
SELECT * FROM member SEMI JOIN (
    SELECT company, customer FROM member GROUP BY ALL HAVING sum(rest) = 0
        AND min(date) FILTER (NOT is_opening) >= max(date) FILTER (is_opening)
) USING (company, customer)
"""


def match(con: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Make ``fec_allocations`` (``debit_id credit_id amount method``) and the view ``fec_left`` of what stays open."""
    begin(con)
    codes = no_number_sql()
    quoting = (
        f"SELECT * FROM ({LETTERED}) WHERE (amount > 0 OR type = 'credit_note') AND piece NOT IN ({codes})"
    )
    settle(con, quoting, f"{LETTER}, piece", "lettrage")  # a credit note first settles the invoice it quotes
    settle(con, LETTERED, LETTER, "lettrage")
    levels = levels_of(options.matching)
    match_unnamed(con, levels[:1])
    if levels:
        settle(con, OPENING, "pair", "opening")
        while settle(con, OPENING_SUM, "company, customer", "opening"):
            pass
        settle(con, OPENING_WHOLE, "company, customer", "opening")
    match_unnamed(con, levels[1:])


def begin(con: duckdb.DuckDBPyConnection, *, ledger: str = FEC) -> None:
    """Make the empty table of allocations of a ledger, and the view of what is left of each item."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {ledger}_allocations "
        "(debit_id BIGINT, credit_id BIGINT, amount DECIMAL(18,2), method VARCHAR)"
    )
    con.execute(_of(LEFT, ledger))


def levels_of(matching: str) -> tuple[str, ...]:
    """Return the methods up to a level, letters apart.

    >>> levels_of("sum")
    ('amount', 'sum')
    """
    return LEVELS[1 : LEVELS.index(matching) + 1]


def match_unnamed(
    con: duckdb.DuckDBPyConnection,
    levels: Collection[str],
    *,
    ledger: str = FEC,
    refunds: Collection[int] = (),
) -> None:
    """Settle what neither a letter nor the number of an invoice has settled, by the ``levels`` asked, in order of time.

    A later entry changes nothing that an earlier one settled: see :mod:`~capclient.accounting.in_order`. ``refunds``
    are the ids of money given back, in a ledger whose items have ``is_refund``: these meet credits at every level.
    """
    if "amount" in levels:
        settle(
            con, BY_PIECE.format(no_number=no_number_sql()), "company, customer, piece, size", "piece", ledger=ledger
        )  # fmt: skip
    asked = [level for level in levels if level in LEVELS[1:]]
    if not asked and not refunds:
        return
    found = con.execute(_of(IN_ORDER.replace("<refund>", "is_refund" if refunds else "false"), ledger))
    rows = itertools.chain.from_iterable(iter(lambda: found.fetchmany(MANY), []))
    add(con, list(settled_in_order(rows, asked, refunds=refunds)), ledger=ledger)


def add(con: duckdb.DuckDBPyConnection, pieces: Collection[Piece], *, ledger: str = FEC) -> None:
    """Add allocations made elsewhere: ``debit credit cents method``, by the ids of the items."""
    made = pd.DataFrame(pieces, columns=["debit", "credit", "cents", "method"])
    kinds = {"debit": "int64", "credit": "int64", "cents": "int64", "method": "str"}
    con.register(f"{ledger}_pieces", made.astype(kinds))
    con.execute(_of(ADD, ledger))
    con.unregister(f"{ledger}_pieces")


def settle(
    con: duckdb.DuckDBPyConnection, members: str, group: str, method: str, *, ledger: str = FEC
) -> int:
    """Settle debits by credits inside each group; return how many allocations that made.

    Parameters
    ----------
    members
        SELECT of the items that take part, from ``fec_left`` whatever the ledger.
    group
        Their columns that name a group, separated by commas.
    """
    # the columns of a group are compared as one record, in which missing equals missing
    keyed = f"SELECT *, row({group}) AS grouped FROM ({members})"
    sql = SETTLE.format(members=keyed, group="grouped", method=method)
    row = con.execute(_of(sql, ledger)).fetchone()
    return int(row[0]) if row else 0


def _of(sql: str, ledger: str) -> str:
    """Return a query on the tables of a ledger."""
    return sql if ledger == FEC else re.sub(r"\bfec_(?=items|left|allocations|pieces)", f"{ledger}_", sql)
