"""The restated view of revenue: a credit note counts on the day of the invoice that it corrects (0.4).

Floor 3. An option (``period.restate``): accounts, and every reconciliation with them, count a credit note when it is
booked. Behaviour does not change: orders, silences and prices keep the dates of the documents.
"""

from __future__ import annotations

import duckdb

# Without a declared type, a negative line is that of a credit note. A number that several clients share is each one's.
_JOINED = """
WITH line AS (FROM {lines}),
origin AS (
    SELECT customer_id, invoice_id AS credited_invoice_id, min(coalesce(accounting_date, invoice_date)) AS day
    FROM line WHERE coalesce(doc_type, CASE WHEN amount_ht < 0 THEN 'credit_note' ELSE 'invoice' END) = 'invoice'
    GROUP BY ALL
)
SELECT <chosen>
FROM line LEFT JOIN origin ON origin.credited_invoice_id = line.credited_invoice_id
                          AND origin.customer_id IS NOT DISTINCT FROM line.customer_id
                          AND coalesce(doc_type, CASE WHEN amount_ht < 0 THEN 'credit_note' END) = 'credit_note'
"""
RESTATED = "line.* REPLACE (coalesce(origin.day, accounting_date) AS accounting_date)"
MOVED = "count(*), coalesce(sum(amount_ht), 0)::VARCHAR"


def restated(lines: str) -> str:
    """Return the FROM item of lines whose credit notes bear the date of their invoice as ``accounting_date``."""
    return f"({_JOINED.replace('<chosen>', RESTATED).replace('{lines}', lines)})"


def moved(con: duckdb.DuckDBPyConnection, lines: str) -> dict[str, object]:
    """Return how many lines changed dates, and their amount in euros as text."""
    sql = _JOINED.replace("<chosen>", MOVED).replace("{lines}", lines)
    count, amount = con.execute(f"{sql} WHERE day <> coalesce(accounting_date, invoice_date)").fetchall()[0]
    return {"count": int(count), "amount": amount}
