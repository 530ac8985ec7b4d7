"""C.5: what was sold, as far as accounts tell: each account 70 is a segment, rebates belong to what they rebate.

Floor 3.
"""

from __future__ import annotations

import duckdb

# 7097 rebates sales of 707, and 709710 those of 707100 where that account exists; else the account of 707 that sells
# most. A rebate of nothing sold keeps its own label. Accounts that share a label are told apart by their number.
SEGMENTS = """
CREATE OR REPLACE TEMP TABLE fec_segments AS
WITH sold AS (
    SELECT account, sum(abs(ht)) AS amount, any_value(coalesce(account_label, account)) AS label
    FROM fec_revenue JOIN fec_accounts USING (account) GROUP BY account
),
rebate AS (
    SELECT account, '70' || account[4:4] AS root, rpad('70' || account[4:], length(account)::INTEGER, '0') AS twin
    FROM sold WHERE regexp_matches(account, '^709[1-8]')
),
mapped AS (
    SELECT rebate.account, arg_max(sold.account, (sold.account = twin, sold.amount, sold.account)) AS segment
    FROM rebate JOIN sold ON starts_with(sold.account, root) GROUP BY rebate.account
),
named AS (
    SELECT sold.account, coalesce(segment, sold.account) AS segment, own.label
    FROM sold LEFT JOIN mapped ON mapped.account = sold.account
         JOIN sold AS own ON own.account = coalesce(segment, sold.account)
)
SELECT account, segment, CASE WHEN count(DISTINCT segment) OVER (PARTITION BY label) > 1
                              THEN label || ' (' || segment || ')' ELSE label END AS family,
       (SELECT count(DISTINCT segment) FROM named) > 1 AS is_told
FROM named
"""


def make_segments(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``fec_segments``: account of revenue, account it counts with, its label, whether there are several."""
    con.execute(SEGMENTS)
