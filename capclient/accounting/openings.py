"""C.2: opening entries, and the entries that close classes 6 and 7.

Floor 3. Neither makes an invoice, revenue, an order or a payment; openings make opening items.
"""

from __future__ import annotations

import duckdb

from capclient.readers.sql_text import literal

JOURNALS = ("AN", "ANO", "RAN", "OUV", "REP", "A-N", "AN0")
WEAK_JOURNALS = ("RN",)  # also the bank of Rennes: an opening only with its other signs
# Whole words: a bank may be that of a roofer ("BNP Couverture").
LABEL = r"(^|[^\pL])((a|à)[ -]?nouveaux?|reports?|ouvertures?|balances? initiales?|openings?)([^\pL]|$)"


def opening_journal_sql(own: tuple[str, ...], journal: str = "journal", label: str = "journal_label") -> str:
    """SQL: a journal is one of openings by its code, by its label, or because the user says so."""
    return (
        f"(upper(coalesce({journal}, '')) IN ({', '.join(literal(code) for code in JOURNALS)}) "
        f"OR regexp_matches(lower(coalesce({label}, '')), {literal(LABEL)}) OR {own_journal_sql(own, journal)})"
    )


def own_journal_sql(own: tuple[str, ...], journal: str = "journal") -> str:
    """SQL: the user named this journal as one of openings."""
    return f"coalesce({journal} IN ({', '.join(literal(code) for code in own) or 'NULL'}), false)"


# A sales journal may be coded AN (Annecy): where a journal holds results, its code proves nothing. Nor is money
# received from one client an opening, whatever the label of the bank says.
ENTRIES = """
CREATE OR REPLACE TEMP TABLE fec_entries AS
WITH totals AS (
    SELECT entry, any_value(strategy) AS strategy, any_value(company) AS company, any_value(year) AS year,
           any_value(journal) AS journal,
           min(num) AS num, min(date) AS date, sum(balance) AS total,
           bool_or(account[1] IN ('6', '7')) AS has_results,
           bool_and(account[1] IN ('1', '2', '3', '4', '5')) AS has_balances_only,
           bool_and(account[1] IN ('6', '7') OR role = 'RESULT') AND bool_or(role = 'RESULT') AS is_transfer,
           count(DISTINCT account) AS accounts,
           count(DISTINCT account) FILTER (account[1] IN ('6', '7')) AS result_accounts,
           bool_or(account LIKE '10%' OR account LIKE '12%') AS has_capital,
           bool_or(account[:2] IN ('51', '53')) AND count(*) FILTER (account LIKE '411%') = 1
               AND NOT bool_or(account[1] = '1') AS is_receipt
    FROM fec_lines GROUP BY entry
),
results AS (SELECT company, year, journal, bool_or(has_results) AS journal_has_results, min(entry) AS first
    FROM totals GROUP BY ALL),
firsts AS (SELECT company, year, min(first) AS first_entry FROM results GROUP BY ALL),
bounds AS (SELECT year, min(fy_start) AS fy_start, max(fy_end) AS fy_end FROM fec_years GROUP BY ALL),
emptied AS (
    SELECT entry FROM (SELECT DISTINCT entry, company, year, account FROM fec_lines
                       SEMI JOIN (SELECT * FROM totals WHERE is_transfer) AS transfer USING (entry)
                       WHERE account[1] IN ('6', '7'))
    JOIN (SELECT company, year, account, sum(balance) AS left_over FROM fec_lines GROUP BY ALL)
         USING (company, year, account)
    GROUP BY entry HAVING bool_and(left_over = 0)
)
SELECT totals.*, NOT has_results AND coalesce(
           (is_opening_journal AND NOT is_receipt AND (NOT journal_has_results OR date = fy_start))
           OR {own}
           OR starts_with(upper(num), 'OUVERTURE/')
           OR (date = fy_start AND has_balances_only AND has_capital
               AND (accounts >= 3 AND entry = first_entry OR upper(journal) IN ({weak}))), false
       ) AS is_opening,
       is_transfer AND (result_accounts >= 5 AND date >= fy_end OR entry IN (FROM emptied)) AS is_closing
FROM totals JOIN fec_journals USING (company, year, journal) JOIN results USING (company, year, journal)
     JOIN firsts USING (company, year) JOIN bounds USING (year)
"""


def make_openings(con: duckdb.DuckDBPyConnection, own: tuple[str, ...]) -> None:
    """Make ``fec_entries``: one row an entry, with ``is_opening`` and ``is_closing``; ``fec_kinds`` has these alone."""
    con.execute(
        ENTRIES.format(own=own_journal_sql(own), weak=", ".join(literal(code) for code in WEAK_JOURNALS))
    )
    con.execute(
        "CREATE OR REPLACE TEMP VIEW fec_kinds AS SELECT entry, is_opening, is_closing FROM fec_entries"
    )
