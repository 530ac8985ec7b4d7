"""The operations of the loyalty chapter: revenue per client and year, and revenue under contract (2.12 to 2.14).

Floor 3. Amounts leave as whole cents; only clients and years reach pandas, never lines.
"""

from __future__ import annotations

# Revenue of each client in years that follow each other; $ends gives their last days, earliest first.
YEARS = """
WITH ends AS (SELECT unnest($ends::DATE[]) AS year_end, unnest(range(len($ends))) AS place),
closes AS (
    SELECT day, min(place) AS place
    FROM (SELECT DISTINCT day FROM {customer_days} WHERE day BETWEEN $start AND list_max($ends)) JOIN ends
         ON day <= year_end
    GROUP BY day
)
SELECT customer_id, place::INTEGER AS place, (sum(revenue) * 100)::BIGINT AS revenue
FROM {customer_days} JOIN closes USING (day) WHERE customer_id IS NOT NULL AND revenue <> 0 GROUP BY ALL
"""

# A line is under contract when it says so, or when it names a recurring contract that runs on the day it is booked,
# whatever else it says (2.14). ``told`` counts the days of lines that say something.
_CONTRACTED = """
WITH lines AS (
    SELECT recurring, contract_id, coalesce(accounting_date, invoice_date) AS day, sum(amount_ht) AS amount
    FROM {invoice_lines}
    WHERE coalesce(accounting_date, invoice_date) BETWEEN $start AND $end AND coalesce(doc_type, '') <> 'deposit'
      AND (recurring IS NOT NULL OR contract_id IS NOT NULL)
    GROUP BY ALL
), signed AS (<signed>), running AS (
    SELECT lines.*, recurring IS NOT NULL OR contract_id IN (SELECT contract_id FROM signed) AS is_told,
           EXISTS (
               SELECT 1 FROM signed WHERE signed.contract_id = lines.contract_id AND coalesce(signed.recurring, true)
                   AND lines.day >= coalesce(signed.begin, lines.day)
                   AND lines.day <= coalesce(signed.finish, lines.day)
           ) AS is_running
    FROM lines
)
SELECT count(*) FILTER (is_told) AS told,
       coalesce(sum(amount) FILTER (coalesce(recurring, false) OR is_running) * 100, 0)::BIGINT AS revenue
FROM running
"""
_SIGNED = 'SELECT contract_id, "start" AS begin, "end" AS finish, recurring FROM {contracts}'
_NONE_SIGNED = """SELECT NULL::VARCHAR AS contract_id, NULL::DATE AS begin, NULL::DATE AS finish,
    NULL::BOOLEAN AS recurring LIMIT 0"""


def contracted(*, with_contracts: bool) -> str:
    """Return the operation that adds up revenue under contract, with the table of contracts or without."""
    return _CONTRACTED.replace("<signed>", _SIGNED if with_contracts else _NONE_SIGNED)
