"""C.3: an entry of several customers or several invoices is cut into documents, when the cuts balance.

Floor 3. A document is named by its smallest line.
"""

from __future__ import annotations

import duckdb

# (a) every piece of the entry balances on its own, and there are several customers or invoices, or a till ticket or a
# provision beside the invoice; (b) read in file order, the entry comes back to zero after
# each customer. A cut that would leave revenue without its customer, or a customer alone, is no cut; what
# cannot be cut stays one document of several customers, whose amounts are allocated (C.5).
SPLIT = """
CREATE OR REPLACE TEMP TABLE fec_split AS
WITH owed AS (
    SELECT entry, count(DISTINCT (customer, piece)) > 1 AS is_several FROM fec_parties
    WHERE role = 'AR' AND NOT is_opening GROUP BY entry
),
line AS (SELECT id, entry, is_several, piece, role, balance FROM fec_lines JOIN owed USING (entry)),
pieces AS (SELECT entry, is_several, piece, sum(balance) AS total, bool_or(role IN ('REV', 'REV_RED', 'CASH'))
               AND NOT bool_or(role = 'AR') AS is_other FROM line GROUP BY ALL),
by_piece AS (SELECT entry FROM pieces GROUP BY entry
             HAVING bool_and(total = 0) AND count(*) > 1 AND bool_or(is_several OR is_other)),
running AS (SELECT *, sum(balance) OVER (PARTITION BY entry ORDER BY id) AS running
            FROM line ANTI JOIN by_piece USING (entry) WHERE is_several),
cut AS (SELECT *, coalesce(sum((running = 0)::INT) OVER (PARTITION BY entry ORDER BY id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS run FROM running),
run AS (SELECT entry, run, sum(balance) AS total, bool_or(role = 'AR') AS has_customer,
    bool_and(role = 'AR') AS is_alone,
               bool_or(role IN ('REV', 'REV_RED')) AS has_revenue FROM cut GROUP BY ALL),
by_run AS (SELECT entry FROM run GROUP BY entry
           HAVING count(*) FILTER (has_customer) > 1 AND bool_and(total = 0)
              AND NOT bool_or(has_revenue AND NOT has_customer) AND NOT bool_or(is_alone))
SELECT id, min(id) OVER (PARTITION BY entry, piece) AS doc FROM line SEMI JOIN by_piece USING (entry)
UNION ALL
SELECT id, min(id) OVER (PARTITION BY entry, run) AS doc FROM cut SEMI JOIN by_run USING (entry)
"""

LINE_DOC = """
CREATE OR REPLACE TEMP VIEW fec_line_doc AS
SELECT line.*, coalesce(cash.doc, split.doc, line.entry) AS doc
FROM fec_lines AS line LEFT JOIN fec_split AS split USING (id) LEFT JOIN fec_cash_split AS cash USING (id)
"""

# An invoice paid on the spot and booked in one entry (411 D, 70 C, 44571 C, 512 D, 411 C) is an invoice and a
# payment: the side of the customer that the sale explains, and the side that the money explains (end of C.4).
CASH_SPLIT = """
CREATE OR REPLACE TEMP TABLE fec_cash_split AS
WITH line AS (
    SELECT fec_lines.id, coalesce(split.doc, fec_lines.entry) AS doc, fec_lines.role, fec_lines.balance, customer
    FROM fec_lines LEFT JOIN fec_split AS split USING (id) LEFT JOIN (SELECT id, customer
        FROM fec_parties) AS party USING (id)
),
sale AS (
    SELECT doc, sign(-sum(balance) FILTER (role IN ('REV', 'REV_RED'))) AS way FROM line GROUP BY doc
    HAVING way <> 0 AND bool_or(role = 'CASH') AND bool_or(role = 'AR' AND balance > 0)
       AND bool_or(role = 'AR' AND balance < 0) AND count(DISTINCT customer) FILTER (role = 'AR') = 1
),
side AS (
    SELECT id, doc, balance, role IN ('CASH', 'BANKFEE', 'DISC_FIN', 'DIFF')
                             OR (role = 'AR' AND sign(balance) <> way) AS is_paid
    FROM line JOIN sale USING (doc)
),
balanced AS (SELECT doc FROM side GROUP BY doc HAVING sum(balance) FILTER (is_paid) = 0 AND sum(balance) = 0)
SELECT id, min(id) OVER (PARTITION BY doc, is_paid) AS doc FROM side SEMI JOIN balanced USING (doc)
"""


def make_documents(con: duckdb.DuckDBPyConnection) -> None:
    """Make the view ``fec_line_doc``: the lines with their document."""
    con.execute(SPLIT)
    con.execute(CASH_SPLIT)
    con.execute(LINE_DOC)
