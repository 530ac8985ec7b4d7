"""C.8, points 2 to 5: which credit settles which debit, and how we know.

Floor 3. Every method is the same move: inside a group, credits settle debits in order, first in first out,
computed at once for all groups by cutting both running totals at each other's bounds.

The items are those of a *ledger*: the accounts of a FEC, or documents and payments of other sources. Its table
``<ledger>_items`` has ``id company customer amount date document_date due_date piece let``; a debit is positive.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import duckdb

from capclient.accounting.identity import is_pool_sql, no_number_sql
from capclient.accounting.options import Options

FEC = "fec"
LEVELS = ("letters", "amount", "sum", "fifo")
MOST_ALIKE = 50  # equal amounts of one customer beyond which none is unique
MOST_INVOICES, MOST_DAYS = 6, 120

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

UNIQUE_AMOUNT = f"""
WITH alone AS (
    SELECT * FROM fec_left WHERE rest = amount AND let IS NULL AND NOT {is_pool_sql("customer")}
    QUALIFY count(*) OVER (PARTITION BY company, customer, abs(amount)) <= {MOST_ALIKE}
),
pair AS (
    SELECT debit.id AS debit_id, credit.id AS credit_id FROM alone AS debit JOIN alone AS credit
    ON credit.company = debit.company AND credit.customer = debit.customer
       AND credit.amount = -debit.amount AND debit.amount > 0
       AND credit.document_date BETWEEN debit.document_date AND debit.document_date + {MOST_DAYS}
    QUALIFY count(*) OVER (PARTITION BY debit.id) = 1 AND count(*) OVER (PARTITION BY credit.id) = 1
)
SELECT item.*, pair FROM fec_left AS item
     JOIN (SELECT debit_id AS id, debit_id AS pair FROM pair UNION ALL SELECT credit_id, debit_id FROM pair) USING (id)
"""

# The oldest open debits whose running total equals a receipt exactly; the oldest such receipt of each customer.
OLDEST_SUM = f"""
WITH debit AS (
    SELECT *, sum(rest) OVER oldest AS total, row_number() OVER oldest AS rank FROM fec_left WHERE rest > 0
    WINDOW oldest AS (PARTITION BY company, customer ORDER BY coalesce(due_date, document_date), id)
),
receipt AS (
    SELECT credit.id, credit.company, credit.customer, debit.rank AS debits FROM fec_left AS credit JOIN debit
    ON debit.company = credit.company AND debit.customer = credit.customer
        AND debit.total = -credit.rest AND rank <= {MOST_INVOICES}
        AND credit.date >= debit.date
    WHERE credit.rest < 0 QUALIFY row_number() OVER (PARTITION BY credit.company, credit.customer
        ORDER BY credit.document_date, credit.id) = 1
)
SELECT debit.* EXCLUDE (total, rank) FROM debit JOIN receipt USING (company, customer) WHERE rank <= debits
UNION ALL SELECT item.* FROM fec_left AS item SEMI JOIN receipt USING (id)
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
    match_unnamed(con, levels_of(options.matching))


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


def match_unnamed(con: duckdb.DuckDBPyConnection, levels: Collection[str], *, ledger: str = FEC) -> None:
    """Settle what neither a letter nor the number of an invoice has settled, by each of the ``levels`` asked."""
    if "amount" in levels:
        settle(
            con, BY_PIECE.format(no_number=no_number_sql()), "company, customer, piece, size", "piece", ledger=ledger
        )  # fmt: skip
        settle(con, UNIQUE_AMOUNT, "pair", "amount", ledger=ledger)
    if "sum" in levels:
        while settle(con, OLDEST_SUM, "company, customer", "sum", ledger=ledger):
            pass
    if "fifo" in levels:
        settle(con, "SELECT * FROM fec_left", "company, customer", "fifo", ledger=ledger)


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
    return sql if ledger == FEC else re.sub(r"\bfec_(?=items|left|allocations)", f"{ledger}_", sql)
