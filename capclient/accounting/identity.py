"""C.6: who the customer of a line is. C.7: dates and number of its document.

Floor 3. Codes are never merged because names look alike; a reclassification from 411 to 416 links two
codes, since it says in the accounts themselves that both are one debtor.
"""

from __future__ import annotations

import duckdb

from capclient.accounting.options import Options, term_sql
from capclient.readers.sql_text import literal

COUNTER, UNKNOWN = "#COMPTOIR", "#NON_IDENTIFIE"
NO_NUMBER = ("", "-", "/", "NC", "0", "AN", "RAN")
POOL = (
    r"#?(?:(?:clients?|ventes?|vte|cli|site|boutique)[ _.-]*)?(?:divers(?:es)?|comptoir|passage|caisse|web|"
    r"particuliers?|shopify|stripe)(?:[ _.-]*(?:divers|comptoir|passage|caisse|web|[0-9]+))*"
)
_GENERIC = r"clients?|clients\b.*|creances?\b.*|.*\bdouteux\b.*|.*\blitigieux\b.*|.*\bcollectif\b.*"


def _own_name(label: str) -> str:
    """SQL: the label of an account when it names a customer, NULL when it only says "Clients"."""
    bare = f"lower(strip_accents({label}))"
    return f"CASE WHEN NOT regexp_full_match({bare}, {literal(_GENERIC)}) OR {is_pool_sql(label)} THEN {label} END"


def is_pool_sql(text: str) -> str:
    """SQL: a code or a name that stands for many buyers."""
    return f"coalesce(regexp_full_match(lower(strip_accents({text})), {literal(POOL)}), false)"


# "411DUPONT" gives DUPONT, "41100123" gives 00123; "411000", "4111" and "411100" are general accounts.
_SUFFIX = "CASE WHEN NOT regexp_full_match(account[4:], '[0-9]?0*') THEN account[4:] END"
_CUSTOMER = f"coalesce(aux, {_SUFFIX}, aux_label, {_own_name('account_label')}, {literal(UNKNOWN)})"

PARTY_LINES = """
CREATE OR REPLACE TEMP TABLE fec_parties AS
SELECT line.id, line.company, line.year, entry, line.account, role, line.balance, line.date,
       CASE WHEN role = 'AR' THEN {customer} ELSE coalesce(client, aux, aux_label) END AS customer,
       aux_label AS name, piece, piece_date, let, let_date,
       due_date AS file_due, method, label || '-' || text.line AS item_id,
       text.source, text.line, is_opening,
       CASE WHEN piece_date BETWEEN line.date - 400 AND line.date + 31 OR is_opening AND piece_date <= line.date
            THEN piece_date ELSE line.date END AS document_date,
       coalesce(invoice_number, {number}) AS invoice_id, fy_start
FROM fec_lines AS line JOIN fec_kinds USING (entry)
     JOIN (SELECT id, file, source, line, client, aux, aux_label, account_label, piece_date,
                  invoice_number, let, let_date, due_date, method FROM {lines}) AS text USING (id)
     JOIN (SELECT file, label, fy_start FROM fec_years) USING (file)
WHERE role IN ('AR', 'ADVANCE', 'UNBILLED', 'REBATE_DUE', 'DEFER')
   OR (client IS NOT NULL AND role IN ('CASH', 'REV', 'REV_RED'))
"""


def no_number_sql() -> str:
    """SQL: the references that are no number of a document, for ``IN``."""
    return ", ".join(literal(code) for code in NO_NUMBER)


def document_number_sql(piece: str, of: str = "") -> str:
    """SQL: the number of a document (C.7): its piece, else the number of its entry, else journal and day."""
    return (
        f"CASE WHEN upper({piece}) NOT IN ({no_number_sql()}) THEN {piece} WHEN num NOT IN ('', '0') THEN num "
        f"ELSE {of}journal || '-' || strftime({of}date, '%Y%m%d') END"
    )


def make_parties(con: duckdb.DuckDBPyConnection, lines: str) -> None:
    """Make ``fec_parties``: the lines that may name a customer, with customer, document date and number."""
    con.execute(
        PARTY_LINES.format(lines=lines, customer=_CUSTOMER, number=document_number_sql("piece", "line."))
    )


def due_sql(options: Options, file_due: str, customer: str, day: str) -> tuple[str, str]:
    """Return SQL of a due date and of its source: the file, the client's own term, the default term (C.7)."""
    terms = sorted(options.customer_terms.items())
    cases = "".join(f" WHEN {literal(code)} THEN {term_sql(term, day)}" for code, term in terms)
    own = f"CASE {customer}{cases} END" if terms else "NULL::DATE"
    due = f"coalesce({file_due}, {own}, {term_sql(options.default_term, day)})"
    source = (
        f"CASE WHEN {file_due} IS NOT NULL THEN 'file' WHEN {own} IS NOT NULL THEN 'customer_term' "
        "ELSE 'default_term' END"
    )
    return due, source


def linked(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the codes that reclassifications link, each with the first code of its group (union-find)."""
    pairs = con.execute(
        """SELECT DISTINCT least(a.customer, b.customer), greatest(a.customer, b.customer)
        FROM (SELECT * FROM fec_parties JOIN fec_line_doc USING (id)) AS a
             JOIN (SELECT * FROM fec_parties JOIN fec_line_doc USING (id)) AS b USING (doc)
             JOIN fec_docs USING (doc)
        WHERE type = 'reclass' AND a.role = 'AR' AND b.role = 'AR' AND a.balance = -b.balance
              AND a.account[:3] <> b.account[:3] AND a.customer <> b.customer ORDER BY ALL"""
    ).fetchall()
    parents: dict[str, str] = {}

    def root(code: str) -> str:
        while parents.get(code, code) != code:
            code = parents[code]
        return code

    for first, second in pairs:
        if UNKNOWN in (first, second):
            continue
        low, high = sorted((root(first), root(second)))
        parents[high] = low
    return {code: root(code) for code in sorted(parents)}
