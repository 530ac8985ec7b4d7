"""C.4: what each document is, by the first condition that its signed balances meet.

Floor 3. ``ar`` is the balance on the customers' accounts, ``rev`` minus the balance on accounts 70.
"""

from __future__ import annotations

import duckdb

TYPES: tuple[tuple[str, str], ...] = (
    ("opening", "is_opening"),
    ("closing_pl", "is_closing"),
    ("cutoff", "n_rev > 0 AND n_cutoff > 0 AND n_ar = 0"),
    ("invoice", "rev <> 0 AND ar > 0"),
    ("credit_note", "rev <> 0 AND ar < 0"),
    ("zero_invoice", "rev <> 0 AND n_ar > 0"),
    ("deposit_invoice", "ar > 0 AND n_rev = 0 AND advance < 0"),
    ("cash_sale", "rev <> 0 AND n_cash > 0"),
    ("factoring", "ar < 0 AND n_rev = 0 AND n_factor > 0 AND n_cash = 0"),
    ("payment", "ar < 0 AND rev = 0 AND (n_cash > 0 OR (n_settled > 0 AND n_other_side = 0))"),
    ("payment_reject", "ar > 0 AND rev = 0 AND cash < 0"),
    ("loss", "ar < 0 AND n_loss > 0"),
    ("reclass", "n_ar > 0 AND n_ar + n_advance = n"),
    ("impairment", "n_impair = n"),
    ("netting", "n_ar > 0 AND n_rev = 0 AND n_netting > 0"),
    ("not_rev_sale", "ar > 0 AND n_not_rev > 0"),
    ("rev_reclass", "n_rev = n AND rev = 0"),
    ("other_rev", "rev <> 0"),
    ("other_od", "n_ar > 0 OR n_rev > 0"),
)
REVIEWED = ("other_rev", "other_od")  # listed for an accountant to look at

_COUNTS = {
    "n_ar": "role = 'AR'",
    "n_rev": "role IN ('REV', 'REV_RED')",
    "n_cutoff": "role IN ('UNBILLED', 'REBATE_DUE', 'DEFER')",
    "n_cash": "role = 'CASH'",
    "n_settled": "role IN ('DISC_FIN', 'BANKFEE', 'DIFF')",
    "n_other_side": "role IN ('FACTOR', 'LOSS', 'NETTING', 'NOT_REV')",
    "n_factor": "role = 'FACTOR'",
    "n_loss": "role = 'LOSS'",
    "n_advance": "role = 'ADVANCE'",
    "n_impair": "role = 'IMPAIR'",
    "n_netting": "role = 'NETTING'",
    "n_not_rev": "role = 'NOT_REV'",
}
_SUMS = {
    "ar": "role = 'AR'",
    "cash": "role = 'CASH'",
    "advance": "role = 'ADVANCE'",
    "vat": "role = 'VAT'",
}


def make_classes(con: duckdb.DuckDBPyConnection) -> None:
    """Make ``fec_docs``: one row a document with its type and its sums, of the documents that concern customers."""
    counts = ", ".join(f"count(*) FILTER ({test}) AS {name}" for name, test in _COUNTS.items())
    sums = ", ".join(f"coalesce(sum(balance) FILTER ({test}), 0) AS {name}" for name, test in _SUMS.items())
    cases = " ".join(f"WHEN {test} THEN '{name}'" for name, test in TYPES)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE fec_docs AS
        WITH sums AS (
            SELECT doc, any_value(entry) AS entry, any_value(line.year) AS year, min(line.date) AS date, count(*) AS n,
                   coalesce(-sum(balance) FILTER (role IN ('REV', 'REV_RED')), 0) AS rev, sum(balance) AS total,
                   {counts}, {sums}
            FROM fec_line_doc AS line GROUP BY doc
            HAVING n_ar > 0 OR n_rev > 0 OR n_impair = n
        )
        SELECT sums.*, CASE {cases} END AS type FROM sums JOIN fec_kinds USING (entry)"""
    )
