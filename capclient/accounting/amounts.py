"""C.5: revenue by customer and account, VAT and what else explains the price, to the cent.

Floor 3. A document of several customers is shared by what each owes. The sums of its accounts are cut at
running totals, each by largest remainder, so that both margins are exact: every account is fully given
away and every customer gets what it owes, no more.
"""

from __future__ import annotations

import duckdb

from capclient.accounting.identity import COUNTER, document_number_sql

# The customers of a document: those of its AR lines; for a cut-off entry the one its auxiliary names; for a sale
# in cash the one the file names, else the counter.
CUSTOMERS = """
CREATE OR REPLACE TEMP TABLE fec_doc_customers AS
WITH named AS (
    SELECT doc, customer, sum(balance) AS ttc, min(id) AS first, any_value(invoice_id ORDER BY id) AS invoice_id,
           any_value(document_date ORDER BY id) AS document_date, max(file_due) AS file_due
    FROM fec_parties JOIN (SELECT id, doc FROM fec_line_doc) USING (id) JOIN fec_docs USING (doc)
    WHERE customer IS NOT NULL AND (fec_parties.role = 'AR' OR (n_ar = 0 AND type IN ('cutoff', 'cash_sale')))
    GROUP BY doc, customer
),
documents AS (
    SELECT doc, type, year, fec_docs.date, fec_docs.rev, fec_docs.ar, n_ar, vat, num, journal, piece
    FROM fec_docs JOIN (SELECT entry, num, journal FROM fec_entries) USING (entry)
         JOIN (SELECT doc, any_value(piece ORDER BY id) AS piece FROM fec_line_doc WHERE role IN ('REV', 'REV_RED')
               GROUP BY doc) USING (doc)
    WHERE n_rev > 0 AND type NOT IN ('opening', 'closing_pl')
)
SELECT documents.*, coalesce(customer, CASE WHEN type = 'cash_sale' THEN '{counter}' END) AS customer,
       CASE WHEN n_ar > 0 THEN ttc END AS ttc, file_due,
       coalesce(invoice_id, {number}) AS invoice_id,
       coalesce(document_date, date) AS document_date,
       count(*) OVER (PARTITION BY doc) AS sharers
FROM documents LEFT JOIN named USING (doc)
"""

# When customers have several rates, pro rata would be wrong: an account that explains exactly one customer's price at
# a known rate, and no other's, is that customer's.
DIRECT = """
CREATE OR REPLACE TEMP TABLE fec_direct AS
WITH account AS (
    SELECT doc, account, -sum(balance) AS ht FROM fec_line_doc
    SEMI JOIN (SELECT * FROM fec_doc_customers WHERE sharers > 1 AND ar <> 0) AS shared USING (doc)
    WHERE role IN ('REV', 'REV_RED') GROUP BY ALL
),
pair AS (
    SELECT doc, account, customer, ht, ttc FROM account JOIN fec_doc_customers USING (doc)
    WHERE ttc IN (ht, round(ht * 1.2, 2), round(ht * 1.1, 2), round(ht * 1.055, 2), round(ht * 1.021, 2)) AND ht <> 0
)
SELECT doc, account, customer, ht, ttc FROM pair
QUALIFY count(*) OVER (PARTITION BY doc, account) = 1 AND count(*) OVER (PARTITION BY doc, customer) = 1
        AND (SELECT count(*) FROM account WHERE account.doc = pair.doc) > 1
"""

# Running totals of what is left, in cents: accounts of revenue first, then VAT, then the rest.
SHARES = """
CREATE OR REPLACE TEMP TABLE fec_shares AS
WITH claim AS (
    SELECT doc, customer, (ttc * 100)::HUGEINT AS owed, row_number() OVER (PARTITION BY doc ORDER BY customer) AS place,
           (sum(ttc) OVER (PARTITION BY doc) * 100)::HUGEINT AS owed_by_all
    FROM fec_doc_customers ANTI JOIN fec_direct USING (doc, customer) WHERE sharers > 1
),
line AS (
    SELECT doc, CASE WHEN role IN ('REV', 'REV_RED') THEN 1 WHEN role = 'VAT' THEN 2 ELSE 3 END AS part,
           CASE WHEN part = 1 THEN account ELSE '' END AS account, -sum(balance) AS amount, min(id) AS first
    FROM fec_line_doc SEMI JOIN claim USING (doc) WHERE role <> 'AR' GROUP BY ALL
),
given AS (
    SELECT doc, 1 AS part, account, ht AS amount FROM fec_direct
    UNION ALL SELECT doc, 2, '', sum(ttc - ht) FROM fec_direct GROUP BY doc
),
rest AS (
    SELECT doc, part, account, first, line.amount - coalesce(given.amount, 0) AS amount
    FROM line LEFT JOIN given USING (doc, part, account)
),
running AS (
    SELECT doc, part, account, first, (sum(amount) OVER upto * 100)::HUGEINT AS upto,
           row_number() OVER upto AS rank
    FROM rest WINDOW upto AS (PARTITION BY doc ORDER BY part, account ROWS UNBOUNDED PRECEDING)
),
exact AS (
    SELECT running.*, customer, place, owed_by_all, (upto * owed * sign(owed_by_all)) AS numerator,
        abs(owed_by_all) AS base,
           ((numerator % base) + base) % base AS remainder, (numerator - remainder) // base AS floor
    FROM running JOIN claim USING (doc) WHERE owed_by_all <> 0
),
rounded AS (
    SELECT *, floor + (row_number() OVER (PARTITION BY doc, rank ORDER BY remainder DESC, place)
                       <= upto - sum(floor) OVER (PARTITION BY doc, rank))::HUGEINT AS upto_customer
    FROM exact
)
SELECT doc, customer, part, account, first,
       ((upto_customer - coalesce(lag(upto_customer) OVER (PARTITION BY doc, customer ORDER BY rank), 0))::DECIMAL(38,0)
        * 0.01)::DECIMAL(18,2) AS amount
FROM rounded
UNION ALL
SELECT doc, customer, 1, account, 0, ht FROM fec_direct
UNION ALL
SELECT doc, customer, 2, '', 0, ttc - ht FROM fec_direct
"""

# Which VAT is that of which account: where each VAT account of a document is one account's amount at a known rate, and
# no other's, and together they explain the whole VAT. Otherwise VAT is spread over the document.
RATED = """
CREATE OR REPLACE TEMP TABLE fec_rated AS
WITH bill AS (SELECT doc, vat FROM fec_docs WHERE n_rev > 1 AND vat <> 0 AND type NOT IN ('opening', 'closing_pl')),
sold AS (SELECT doc, account, -sum(balance) AS ht FROM fec_line_doc SEMI JOIN bill USING (doc)
         WHERE role IN ('REV', 'REV_RED') GROUP BY ALL),
taxed AS (SELECT doc, account AS vat_account, -sum(balance) AS vat FROM fec_line_doc SEMI JOIN bill USING (doc)
          WHERE role = 'VAT' GROUP BY ALL),
pair AS (
    SELECT DISTINCT doc, account, vat_account, taxed.vat FROM sold JOIN taxed USING (doc),
           (VALUES (0.2), (0.1), (0.085), (0.055), (0.021)) AS known(rate)
    WHERE sign(ht) = sign(taxed.vat) AND abs(taxed.vat - ht * rate) <= 0.02
),
sole AS (
    SELECT doc, account, vat FROM pair
    QUALIFY count(*) OVER (PARTITION BY doc, account) = 1 AND count(*) OVER (PARTITION BY doc, vat_account) = 1
)
SELECT sole.doc, sole.account, sole.vat FROM sole
     JOIN (SELECT doc, sum(vat) AS explained FROM sole GROUP BY doc) USING (doc) JOIN bill USING (doc)
WHERE explained = -bill.vat
"""

# One row a line of account 70, or a customer's share of it. VAT goes to lines pro rata of their amount, within a rate
# where the rates are told.
REVENUE = """
CREATE OR REPLACE TEMP TABLE fec_revenue AS
WITH several AS (SELECT DISTINCT doc FROM fec_shares),
alone AS (
    SELECT line.id, line.account, -line.balance AS ht, buyer.*,
           CASE WHEN sharers = 1 THEN customer END AS buyer, false AS is_allocated,
           CASE WHEN rated_doc IS NOT NULL THEN line.account ELSE '' END AS rated,
           CASE WHEN rated = '' THEN -buyer.vat ELSE coalesce(rated_vat, 0) END AS doc_vat,
           CASE WHEN rated = '' THEN rev ELSE -sum(line.balance) OVER (PARTITION BY doc, line.account) END AS doc_ht
    FROM fec_line_doc AS line
         JOIN (SELECT * FROM fec_doc_customers QUALIFY row_number() OVER (PARTITION BY doc
             ORDER BY customer) = 1) AS buyer
              USING (doc) LEFT JOIN (SELECT DISTINCT doc AS rated_doc FROM fec_rated) ON rated_doc = line.doc
         LEFT JOIN (SELECT doc AS own_doc, account AS own_account, vat AS rated_vat FROM fec_rated)
              ON own_doc = line.doc AND own_account = line.account
    WHERE role IN ('REV', 'REV_RED') AND doc NOT IN (FROM several)
),
shared AS (
    SELECT coalesce(nullif(first, 0), doc) AS id, share.account, share.amount AS ht, buyer.*, buyer.customer AS buyer,
           coalesce(vat_of.amount, 0) AS doc_vat, sum(share.amount) OVER (PARTITION BY share.doc,
               share.customer) AS doc_ht,
           true AS is_allocated, '' AS rated
    FROM fec_shares AS share JOIN fec_doc_customers AS buyer USING (doc, customer)
         LEFT JOIN (SELECT doc, customer, sum(amount) AS amount FROM fec_shares WHERE part = 2 GROUP BY ALL) AS vat_of
              USING (doc, customer)
    WHERE part = 1 AND share.amount <> 0
),
line AS (SELECT * FROM alone UNION ALL BY NAME SELECT * FROM shared),
running AS (
    SELECT *, sum(ht) OVER upto AS ht_upto, row_number() OVER upto AS rank,
           (doc_vat * 100)::HUGEINT AS vat_cents, (doc_ht * 100)::HUGEINT AS ht_cents
    FROM line WINDOW upto AS (PARTITION BY doc, buyer, rated ORDER BY id, account ROWS UNBOUNDED PRECEDING)
),
halved AS (
    SELECT *, greatest(2 * abs(ht_cents), 1) AS base,
           2 * vat_cents * (ht_upto * 100)::HUGEINT * sign(ht_cents) + abs(ht_cents) AS numerator
    FROM running
),
cut AS (
    SELECT *, CASE WHEN ht_cents = 0 THEN vat_cents
                   ELSE (numerator - ((numerator % base) + base) % base) // base END AS vat_upto
    FROM halved
)
SELECT * EXCLUDE (ht_upto, vat_cents, ht_cents, vat_upto, base, numerator, customer), buyer AS customer,
       ((vat_upto - coalesce(lag(vat_upto) OVER (PARTITION BY doc, buyer, rated ORDER BY rank), 0))::DECIMAL(38,0)
        * 0.01)::DECIMAL(18,2) AS vat_amount
FROM cut
"""


def make_revenue(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``fec_revenue``: every line of account 70 once, with its customer, document and VAT."""
    con.execute(CUSTOMERS.format(counter=COUNTER, number=document_number_sql("piece")))
    con.execute(DIRECT)
    con.execute(SHARES)
    con.execute(RATED)
    con.execute(REVENUE)
