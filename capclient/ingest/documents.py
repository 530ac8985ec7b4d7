"""The documents that the lines of a ledger make, as items of customers' accounts.

Floor 3. Sections 0.1 and 0.4 of the dictionary. A document is a client, a number and a day: a number that comes back,
next year or for another kind of paper, names another document, and what is owed on a past day never holds what was
billed later. A credit note is apart from the invoice of its day when it corrects another one. An item is a document at
one due date and one day of booking.
"""

from __future__ import annotations

from capclient.accounting.identity import UNKNOWN
from capclient.readers.sql_text import literal

# What a line is worth to its buyer. Deposits are owed like invoices; cut-off entries are owed by nobody. One line of a
# rebate or of a deposit taken off does not change what the paper is.
DOCUMENTS = f"""
CREATE OR REPLACE TEMP TABLE ar_documents AS
WITH line AS (
    SELECT coalesce(customer_id, {literal(UNKNOWN)}) AS customer, invoice_id, doc_type, credited_invoice_id,
           invoice_date AS day, coalesce(accounting_date, invoice_date) AS booked, due_date AS file_due, amount_ht,
           coalesce(amount_ttc, amount_ht + vat) AS ttc, disputed
    FROM {{lines}} WHERE coalesce(doc_type, '') <> 'cutoff'
),
told AS (
    SELECT *, coalesce(doc_type = 'credit_note' AND (invoice_id IS NULL OR invoice_id <>
                  min(credited_invoice_id) FILTER (doc_type = 'credit_note') OVER number), false) AS is_apart
    FROM line WINDOW number AS (PARTITION BY customer, invoice_id, day)
),
document AS (
    SELECT *, sum(amount_ht) OVER bill < 0 AS is_credit, min(file_due) OVER bill AS first_due,
           bool_or(disputed) OVER bill AS contested,
           CASE WHEN bool_and(coalesce(doc_type = 'credit_note', false)) OVER bill THEN 'credit_note'
                WHEN bool_or(coalesce(doc_type, 'invoice') = 'invoice') OVER bill THEN 'invoice' ELSE 'deposit' END
               AS paper
    FROM told WINDOW bill AS (PARTITION BY customer, invoice_id, day, is_apart)
),
item AS (
    SELECT customer, invoice_id, day, is_apart, booked, is_credit, paper,
           CASE WHEN NOT is_credit THEN coalesce(file_due, first_due) END AS file_due,
           any_value(credited_invoice_id ORDER BY credited_invoice_id) AS credited,
           (coalesce(sum(ttc), 0) + round(coalesce(sum(amount_ht) FILTER (ttc IS NULL), 0) * {{factor}}, 2))
               ::DECIMAL(18,2) AS amount,
           bool_or(contested) AS disputed
    FROM document GROUP BY ALL
)
SELECT *, invoice_id IS NULL OR min((day, is_apart, booked)) OVER number <> max((day, is_apart, booked)) OVER number
              AS is_again
FROM item WINDOW number AS (PARTITION BY customer, invoice_id)
"""


def part_sql(text: str) -> str:
    """Return SQL of a text as one part of an identifier: ``|`` parts them, so none is left inside.

    >>> part_sql("x")
    "replace(replace(x, '\\\\', '\\\\\\\\'), '|', '\\\\/')"
    """
    return f"replace(replace({text}, '\\', '\\\\'), '|', '\\/')"


def as_part(text: str) -> str:
    """Return a text as :func:`part_sql` writes it.

    >>> as_part("a|b")
    'a\\\\/b'
    """
    return text.replace("\\", "\\\\").replace("|", "\\/")


# Client, number, and what tells documents of one number apart: no two items bear one identifier.
MADE = f"""
SELECT concat({part_sql("customer")}, '|', {part_sql("coalesce(invoice_id, '')")},
              CASE WHEN is_again THEN concat('|', day, CASE WHEN is_apart THEN '|c' END,
                                             CASE WHEN booked <> day THEN concat('|b', booked) END) END,
              '|' || file_due::VARCHAR) AS item_id,
       customer AS customer_id, invoice_id,
       CASE WHEN amount < 0 OR is_credit THEN 'credit_note' ELSE paper END AS kind,
       day AS date, booked AS accounting_date, CASE WHEN amount > 0 THEN {{due}} END AS due_date,
       CASE WHEN amount > 0 THEN {{source}} END AS due_source, amount,
       CASE WHEN amount < 0 THEN credited END AS credited, CASE WHEN amount > 0 THEN disputed END AS disputed
FROM ar_documents WHERE amount <> 0 ORDER BY date, item_id
"""
