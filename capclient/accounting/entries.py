"""C.0 and C.1: the working lines, and which lines make one entry.

Floor 3. The key is (company, year, journal, number): a number alone is not enough, since numbering may be per journal.
Files without true numbers are grouped by what is left, and each entry keeps the strategy that made it.
"""

from __future__ import annotations

import duckdb

from capclient.accounting.chart import role_sql
from capclient.accounting.openings import opening_journal_sql
from capclient.accounting.options import Options
from capclient.accounting.parts import company_numbers
from capclient.accounting.years import Year
from capclient.readers.fec import FecLines

# The lines that entries are made of: narrow, since every step reads them; the texts stay in the files.
# A company tells its openings only from its second year on; before, nothing else tells them.
COMPANIES = """
CREATE OR REPLACE TEMP TABLE fec_companies AS
SELECT company, min(year) AS first_year FROM fec_years GROUP BY company
"""

LINES = """
CREATE OR REPLACE TEMP TABLE fec_numbered AS
SELECT id, company, year, coalesce(journal, '') AS journal, coalesce(num, '') AS num, date, account, role,
       coalesce(piece, '') AS piece, balance
FROM {lines} JOIN fec_years USING (file) JOIN fec_accounts USING (account)
"""

ACCOUNTS = """
CREATE OR REPLACE TEMP TABLE fec_accounts AS
SELECT account, account_label, {role} AS role FROM (
    SELECT account, mode(account_label) AS account_label FROM
        (SELECT account, account_label FROM {lines} ORDER BY account_label) GROUP BY account
)
"""

JOURNALS = """
CREATE OR REPLACE TEMP TABLE fec_journals AS
SELECT company, year, coalesce(journal, '') AS journal, bool_or({is_opening}) AS is_opening_journal
FROM {lines} JOIN fec_years USING (file) GROUP BY ALL
"""

# Groups by number. Balanced on one day: an entry. Several lines of one day that do not balance: an entry in
# error, kept and flagged. The rest has no usable number.
GROUPS = """
CREATE OR REPLACE TEMP TABLE fec_groups AS
SELECT company, year, journal, num, min(id) AS entry, count(*) AS lines, sum(balance) AS total,
       min(date) AS first, max(date) AS last, count(*) OVER (PARTITION BY company, year, journal) AS numbers
FROM fec_numbered GROUP BY company, year, journal, num
"""
BY_NUMBER = """
CREATE OR REPLACE TEMP TABLE fec_lines AS
SELECT fec_numbered.*, entry,
       CASE WHEN total = 0 AND first = last THEN 'number'
            WHEN dates_fail AND (is_opening_journal OR (numbers > 1 AND last - first <= 31)) THEN 'number'
            WHEN total <> 0 AND lines > 1 AND first = last THEN 'unbalanced' END AS strategy
FROM fec_numbered JOIN (
    SELECT *, total = 0 AND first < last AND NOT (company, year, journal, num)
        IN (SELECT (company, year, journal, num) FROM fec_by_date)
        AS dates_fail FROM fec_groups
) USING (company, year, journal, num) JOIN fec_journals USING (company, year, journal)
"""

# Numbers used again on other days: every day of such a number must balance, else every piece of every day.
BY_DATE = """
CREATE OR REPLACE TEMP TABLE {table} AS
SELECT company, year, journal, num FROM (
    SELECT company, year, journal, num, {keys}, sum(balance) AS total
    FROM fec_numbered SEMI JOIN (SELECT * FROM fec_groups WHERE total = 0 AND first < last) AS several
         USING (company, year, journal, num)
    GROUP BY company, year, journal, num, {keys}
) GROUP BY company, year, journal, num HAVING bool_and(total = 0)
"""

# What is left, strategy after strategy; ``run`` counts how often the balance of a journal's day came back to zero.
REST = """
CREATE OR REPLACE TEMP TABLE fec_rest AS
WITH rest AS (SELECT * EXCLUDE (entry, strategy),
                     (company, year, journal, num) IN (SELECT (company, year, journal, num) FROM fec_by_date)
                         AS is_by_date,
                     (company, year, journal, num) IN (SELECT (company, year, journal, num) FROM fec_by_piece)
                         AS is_by_piece
              FROM fec_lines WHERE strategy IS NULL),
dated AS (SELECT id, min(id) OVER (PARTITION BY company, year, journal, num, date) AS entry, 'number_date' AS strategy
          FROM rest WHERE is_by_date),
pieced AS (SELECT id, min(id) OVER (PARTITION BY company, year, journal, num, date, piece) AS entry,
                  'number_date_piece' AS strategy FROM rest WHERE is_by_piece AND NOT is_by_date),
numberless AS (SELECT *, sum(balance) OVER (PARTITION BY company, year, journal, date, piece) AS piece_total,
                      min(id) OVER (PARTITION BY company, year, journal, date, piece) AS piece_entry
               FROM rest WHERE NOT is_by_date AND NOT is_by_piece),
by_piece AS (SELECT id, piece_entry AS entry, 'date_piece' AS strategy FROM numberless WHERE piece_total = 0),
running AS (SELECT *, sum(balance) OVER (PARTITION BY company, year, journal, date ORDER BY id) AS running
            FROM numberless WHERE piece_total <> 0),
runs AS (SELECT *, coalesce(sum((running = 0)::INT) OVER (PARTITION BY company, year, journal, date ORDER BY id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS run FROM running),
sequential AS (SELECT id, min(id) OVER day_run AS entry,
                      CASE WHEN sum(balance) OVER day_run = 0 THEN 'sequence' ELSE 'unbalanced' END AS strategy
               FROM runs WINDOW day_run AS (PARTITION BY company, year, journal, date, run))
SELECT * FROM dated UNION ALL SELECT * FROM pieced UNION ALL SELECT * FROM by_piece UNION ALL SELECT * FROM sequential
"""
REGROUPED = """
CREATE OR REPLACE TEMP TABLE fec_lines AS
SELECT kept.* REPLACE (coalesce(rest.entry, kept.entry) AS entry, coalesce(rest.strategy, kept.strategy) AS strategy)
FROM fec_lines AS kept LEFT JOIN fec_rest AS rest USING (id)
"""


def make_entries(
    con: duckdb.DuckDBPyConnection, lines: FecLines, years: list[Year], options: Options
) -> None:
    """Make ``fec_lines``: every line with its year, role, entry (its smallest line) and strategy."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE fec_years "
        "(file INTEGER, company INTEGER, year INTEGER, fy_start DATE, fy_end DATE, label VARCHAR)"
    )
    companies = company_numbers(lines.files)
    con.executemany(
        "INSERT INTO fec_years VALUES (?, ?, ?, ?, ?, ?)",
        [
            (file.number, companies[file.number], year.number, year.start, year.end, _label(year, place))
            for year in years
            for place, file in enumerate(year.files)
        ],
    )
    con.execute(COMPANIES)
    con.execute(ACCOUNTS.format(lines=lines.relation, role=role_sql("account", "account_label")))
    is_opening = opening_journal_sql(options.opening_journals)
    con.execute(JOURNALS.format(lines=lines.relation, is_opening=is_opening))
    con.execute(LINES.format(lines=lines.relation))
    con.execute(GROUPS)
    con.execute(BY_DATE.format(table="fec_by_date", keys="date"))
    con.execute(BY_DATE.format(table="fec_by_piece", keys="date, piece"))
    con.execute(BY_NUMBER)
    row = con.execute("SELECT count(*) FROM fec_lines WHERE strategy IS NULL").fetchone()
    if row and row[0]:
        con.execute(REST)
        con.execute(REGROUPED)
        con.execute("DROP TABLE fec_rest")
    for table in ("fec_numbered", "fec_groups", "fec_by_date", "fec_by_piece"):
        con.execute(f"DROP TABLE {table}")


def _label(year: Year, place: int) -> str:
    return year.label if place == 0 else f"{year.label}_{place + 1}"
