"""C.8, points 1, 8 and 9: the items of the customers' accounts over all years, each balance told once.

Floor 3. An item is a line on a customer's account. Openings of a year whose previous year is loaded are the same
debts told again: they go, and the letters they bear go back to the original items.
"""

from __future__ import annotations

import duckdb

from capclient.accounting.identity import UNKNOWN, due_sql, is_pool_sql, no_number_sql
from capclient.accounting.options import Options
from capclient.readers.sql_text import literal

ALL_ITEMS = """
CREATE OR REPLACE TEMP TABLE fec_all_items AS
SELECT id, item_id, company, party.year, party.entry, doc, account, coalesce(link.root, customer) AS customer, name,
       party.balance AS amount, party.date, document_date, invoice_id, piece, piece_date, let, let_date, method,
       coalesce(type, 'other_od') AS type, party.is_opening, account LIKE '416%' AS is_doubtful, file_due,
       party.is_opening AND document_date >= fy_start AS is_undated, source, line
FROM fec_parties AS party JOIN (SELECT id, doc FROM fec_line_doc) USING (id) LEFT JOIN fec_docs USING (doc)
     LEFT JOIN fec_links AS link ON link.code = party.customer
WHERE party.role = 'AR' AND coalesce(type, '') <> 'closing_pl'
"""

# Openings that repeat what an earlier file already told.
REPEATED = """
CREATE OR REPLACE TEMP TABLE fec_repeated AS
SELECT id FROM fec_all_items JOIN fec_companies USING (company) WHERE is_opening AND year > first_year
"""

# The original of a repeated opening line: same customer, piece and amount, else same amount and date of piece.
CARRIED = """
CREATE OR REPLACE TEMP TABLE fec_carried AS
WITH opening AS (
    SELECT company, year, account, customer, let, let_date, piece, piece_date, amount,
           row_number() OVER (PARTITION BY company, year, customer, piece, amount ORDER BY id) AS by_piece,
           row_number() OVER (PARTITION BY company, year, customer, piece_date, amount ORDER BY id) AS by_date
    FROM fec_all_items SEMI JOIN fec_repeated USING (id) WHERE let IS NOT NULL
),
original AS (
    SELECT id, company, year AS own_year, customer, piece, piece_date, amount,
           row_number() OVER (PARTITION BY company, customer, piece, amount ORDER BY id) AS by_piece,
           row_number() OVER (PARTITION BY company, customer, piece_date, amount ORDER BY id) AS by_date
    FROM fec_all_items ANTI JOIN fec_repeated USING (id)
),
found AS (
    SELECT original.id, opening.* FROM opening JOIN original USING (company, customer, piece, amount, by_piece)
    WHERE own_year < opening.year AND piece NOT IN ({no_number})
    UNION ALL BY NAME
    SELECT original.id, opening.* FROM opening JOIN original USING (company, customer, piece_date, amount, by_date)
    WHERE own_year < opening.year
)
SELECT id, year, account, let, let_date FROM found QUALIFY row_number() OVER (PARTITION BY id
    ORDER BY year DESC, let) = 1
"""

# Where the openings of a year do not add up to the closing before it, the difference is an item of its own, customer
# by customer: balances then follow the last file, and R8 says so. Differences that add up to nothing are debts told
# under other codes, unless the opening tells them all together: then the detail of the year before is better.
DIFFERENCES = """
WITH openings AS (SELECT company, year, customer, sum(amount) AS opening
                  FROM fec_all_items SEMI JOIN fec_repeated USING (id) GROUP BY ALL),
years AS (SELECT DISTINCT company, year FROM openings),
closings AS (
    SELECT company, years.year, customer, sum(amount) AS closing FROM years
        JOIN fec_all_items AS item USING (company) WHERE item.year = years.year - 1
    GROUP BY ALL
),
compared AS (
    SELECT company, year, customer, coalesce(opening, 0) - coalesce(closing, 0) AS difference
    FROM openings FULL JOIN closings USING (company, year, customer)
)
SELECT company, year, customer, difference FROM compared
QUALIFY difference <> 0 AND (sum(difference) OVER (PARTITION BY company, year) <> 0
    OR NOT bool_or(difference <> 0 AND (customer = {unknown} OR {is_pool})) OVER (PARTITION BY company, year))
"""

ITEMS = """
CREATE OR REPLACE TEMP TABLE fec_items AS
WITH kept AS (
    SELECT item.* REPLACE (coalesce(back.let, item.let) AS let, coalesce(back.let_date, item.let_date) AS let_date),
           coalesce(back.year, item.year) AS let_year, coalesce(back.account, item.account) AS let_account
    FROM fec_all_items AS item ANTI JOIN fec_repeated USING (id) LEFT JOIN fec_carried AS back USING (id)
    UNION ALL BY NAME
    SELECT -row_number() OVER (ORDER BY year, company, customer) AS id, label || '-ouverture-' || customer AS item_id,
           company, year,
           '411' AS account, customer, difference AS amount, fy_start AS date, fy_start AS document_date,
           label AS invoice_id, '' AS piece, 'opening' AS type, true AS is_opening, false AS is_doubtful,
               true AS is_undated,
           year AS let_year, '411' AS let_account
    FROM ({differences}) JOIN (SELECT company, year, min(fy_start) AS fy_start, min(label) AS label FROM fec_years
        GROUP BY ALL) USING (company, year)
)
SELECT * EXCLUDE (file_due), CASE WHEN amount > 0 AND NOT is_undated THEN {due} END AS due_date,
       CASE WHEN amount > 0 AND NOT is_undated THEN {due_source} END AS due_source
FROM kept
"""


def make_items(con: duckdb.DuckDBPyConnection, links: dict[str, str], options: Options) -> None:
    """Make ``fec_items``: every debt and every credit of every customer, once."""
    con.execute("CREATE OR REPLACE TEMP TABLE fec_links (code VARCHAR, root VARCHAR)")
    if links:
        con.executemany("INSERT INTO fec_links VALUES (?, ?)", sorted(links.items()))
    con.execute(ALL_ITEMS)
    con.execute(REPEATED)
    con.execute(CARRIED.format(no_number=no_number_sql()))
    due, source = due_sql(options, "file_due", "customer", "document_date")
    differences = DIFFERENCES.format(unknown=literal(UNKNOWN), is_pool=is_pool_sql("customer"))
    con.execute(ITEMS.format(differences=differences, due=due, due_source=source))


# A reclassified debt keeps the age of the invoice it stands for: the one its counterpart on 411 settled, else the
# one its piece names (C.8.9).
AGES = """
UPDATE fec_items SET document_date = found.document_date, due_date = found.due_date, due_source = found.due_source,
                     invoice_id = found.invoice_id, is_undated = found.is_undated
FROM (
    WITH moved AS (
        SELECT debit.id, debit.company, debit.customer, debit.piece, credit.id AS credit_id FROM fec_items AS debit
            JOIN fec_items AS credit
        ON credit.doc = debit.doc AND credit.customer = debit.customer AND credit.amount = -debit.amount
        WHERE debit.type = 'reclass' AND debit.amount > 0
    ),
    candidate AS (
        SELECT moved.id, debit_id AS origin, 1 AS rank FROM moved JOIN fec_allocations USING (credit_id)
        UNION ALL
        SELECT moved.id, origin.id, 2 FROM moved JOIN fec_items AS origin USING (company, customer, piece)
        WHERE origin.amount > 0 AND origin.type <> 'reclass' AND piece NOT IN ({no_number})
    )
    SELECT candidate.id, origin.document_date, origin.due_date, origin.due_source, origin.invoice_id, origin.is_undated
    FROM candidate JOIN fec_items AS origin ON origin.id = candidate.origin
    QUALIFY row_number() OVER (PARTITION BY candidate.id ORDER BY rank, origin.document_date, origin.id) = 1
) AS found WHERE fec_items.id = found.id
"""


def keep_ages(con: duckdb.DuckDBPyConnection) -> None:
    """Give reclassified debts the dates of their invoice; run after the matching."""
    con.execute(AGES.format(no_number=no_number_sql()))
