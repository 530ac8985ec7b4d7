"""The operations of the segment chapter: revenue by what lines say of themselves, and by contract (1.10, C05).

Floor 3. Amounts leave as whole cents; only segments and contracts reach pandas, never lines.
"""

from __future__ import annotations

LINE_DIMENSIONS = ("family", "activity")

# Revenue of both years by family or activity, one scan; what has none is one row.
_BY_LINE = """
SELECT segment, coalesce(sum(amount) FILTER (day >= $n_start) * 100, 0)::BIGINT AS revenue_n,
       coalesce(sum(amount) FILTER (day <= $n1_end) * 100, 0)::BIGINT AS revenue_n1
FROM (
    SELECT <column> AS segment, coalesce(accounting_date, invoice_date) AS day, sum(amount_ht) AS amount
    FROM {invoice_lines}
    WHERE coalesce(accounting_date, invoice_date) BETWEEN $n1_start AND $n_end AND coalesce(doc_type, '') <> 'deposit'
    GROUP BY ALL
) GROUP BY segment ORDER BY segment NULLS LAST
"""

# Contracts that name partners, with the revenue of the year booked on them; ``told`` counts the lines of the year
# that name any contract: without one, nothing can be said.
COOPERATIONS = """
WITH lines AS (
    SELECT contract_id, sum(amount_ht) AS amount, count(*) AS many
    FROM {invoice_lines}
    WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AND coalesce(doc_type, '') <> 'deposit'
      AND contract_id IS NOT NULL
    GROUP BY contract_id
), shared AS (
    SELECT contract_id, min(customer_id) AS customer_id, min(trim(partners)) AS partners
    FROM {contracts} WHERE trim(coalesce(partners, '')) <> '' GROUP BY contract_id
)
SELECT shared.*, coalesce(amount * 100, 0)::BIGINT AS revenue,
       (SELECT coalesce(sum(many), 0) FROM lines)::BIGINT AS told
FROM shared LEFT JOIN lines USING (contract_id) ORDER BY amount DESC NULLS LAST, contract_id
"""


def distinct(column: str) -> str:
    """Return the operation that lists what lines say in a column of :data:`LINE_DIMENSIONS`."""
    if column not in LINE_DIMENSIONS:
        raise ValueError(column)
    return f"SELECT DISTINCT {column} AS segment FROM {{invoice_lines}} WHERE {column} IS NOT NULL"


def by_line(column: str) -> str:
    """Return the operation that sums both years by a column of the lines, one of :data:`LINE_DIMENSIONS`.

    Raises
    ------
    ValueError
        For any other column: its name becomes SQL.
    """
    if column not in LINE_DIMENSIONS:
        raise ValueError(column)
    return _BY_LINE.replace("<column>", column)
