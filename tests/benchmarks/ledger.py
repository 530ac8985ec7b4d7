"""The simulated ledger of the benchmarks: 20,000 clients of very unequal size, 36 months, 12 families."""

from __future__ import annotations

from pathlib import Path
from typing import Any

CUSTOMERS, DAYS, PRODUCTS = 20_000, 1096, 600
LINES_AN_INVOICE = 4  # one to seven
AS_OF = "2024-12-31"

# hash() instead of random(): the same ledger whatever the number of threads.
SQL = f"""
CREATE MACRO chance(i, salt) AS (hash(i, salt) % 1000003 + 0.5) / 1000003;
CREATE TABLE customers AS
SELECT customer, sum(weight) OVER (ORDER BY customer) - weight AS reached, sum(weight) OVER () AS total FROM (
    SELECT range AS customer,
           exp(1.8 * sqrt(-2 * ln(chance(range, 'a'))) * cos(2 * pi() * chance(range, 'b'))) AS weight
    FROM range({CUSTOMERS})
);
CREATE TABLE invoices AS
SELECT drawn.invoice, customer, DATE '2022-01-01' + (drawn.invoice * {DAYS} // $invoices)::INTEGER AS day
FROM (SELECT range AS invoice, chance(range, 'c') * (SELECT any_value(total) FROM customers) AS place
      FROM range($invoices)) AS drawn
ASOF JOIN customers ON drawn.place >= customers.reached;
CREATE VIEW ledger AS
SELECT 'F' || lpad(invoice::VARCHAR, 8, '0') AS invoice_id, 'C' || lpad(customer::VARCHAR, 5, '0') AS customer_id,
       day AS invoice_date, 'P' || product AS product, 'Famille ' || (product % 12) AS family, line AS line_id, qty,
       unit_price, (qty * unit_price * sign)::DECIMAL(18,2) AS amount_ht,
       (qty * unit_price * sign * 0.62)::DECIMAL(18,2) AS cost, 'Vendeur ' || (customer % 25) AS salesperson
FROM (
    SELECT *, hash(invoice, line, 'p') % {PRODUCTS} AS product, (1 + hash(invoice, line, 'q') % 20)::INTEGER AS qty,
           ((100 + hash(invoice, line, 'u') % 9900) / 100)::DECIMAL(9,2) AS unit_price,
           CASE WHEN chance(invoice, 'n') < 0.02 THEN -1 ELSE 1 END AS sign
    FROM (SELECT *, unnest(range(1, 2 + (hash(invoice, 'l') % 7)::BIGINT)) AS line FROM invoices)
) ORDER BY invoice, line
"""


def write(folder: str, lines: int) -> tuple[float, dict[str, Any]]:
    """Write ``ledger.csv``, and ``ledger.parquet`` with the types that pandas reads at once (float, datetime)."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    for statement in SQL.replace("$invoices", str(lines // LINES_AN_INVOICE)).split(";\n"):
        con.execute(statement)
    con.execute(f"COPY ledger TO '{Path(folder) / 'ledger.csv'}' (HEADER)")
    floats = "amount_ht::DOUBLE AS amount_ht, cost::DOUBLE AS cost, unit_price::DOUBLE AS unit_price"
    con.execute(
        f"COPY (SELECT * REPLACE (invoice_date::TIMESTAMP AS invoice_date, {floats}) FROM ledger) "
        f"TO '{Path(folder) / 'ledger.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
    )
    found = con.execute("SELECT count(*), sum(amount_ht)::DOUBLE FROM ledger").fetchone()
    assert found is not None
    return 0.0, {"lines": found[0], "revenue": found[1]}


def params(folder: str) -> Any:
    """Return the parameters of a company that has this ledger."""
    from capclient.params import make_params

    content = {
        "company": {"id": "banc"},
        "period": {"as_of": AS_OF},
        "sources": {"invoice_lines": "ledger.csv"},
    }
    return make_params(content, folder=Path(folder), where="benchmark")
