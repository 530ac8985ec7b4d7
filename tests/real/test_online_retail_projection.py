"""The projection of Online Retail II against plain SQL on the raw file: naive total, errors of one past day.

Data: D. Chen, Online Retail II, UCI Machine Learning Repository; two exports that overlap in December 2010.
"""

from datetime import date

import duckdb
import pytest

from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import projection
from capclient.themes.outlook import outlook

pytestmark = pytest.mark.real
DAY = date(2010, 11, 30)


@pytest.fixture(scope="module")
def raw(real_data):
    """Revenue of each client in the two years of the file, by SQL that knows nothing of the package."""
    con = duckdb.connect()
    con.execute(
        f"""CREATE TABLE lines AS SELECT *, file_row_number + 1 AS place, InvoiceDate::DATE AS d,
        CASE WHEN "Customer ID" IS NULL THEN NULL ELSE "Customer ID"::BIGINT::VARCHAR END AS client,
        round(Quantity::DECIMAL(18,4) * Price::DECIMAL(18,4), 2)::DECIMAL(18,2) AS amount
        FROM read_parquet('{real_data / "online_retail_ii.parquet"}', file_row_number = true)"""
    )
    con.execute(
        """CREATE TABLE years AS SELECT client,
        coalesce(sum(amount) FILTER (d BETWEEN DATE '2009-12-01' AND DATE '2010-11-30'), 0)::DOUBLE AS before,
        coalesce(sum(amount) FILTER (d BETWEEN DATE '2010-12-01' AND DATE '2011-11-30'), 0)::DOUBLE AS after,
        min(d) FILTER (amount > 0) AS first
        FROM lines WHERE NOT (place <= 525461 AND d >= (SELECT min(d) FROM lines WHERE place > 525461))
        GROUP BY client"""
    )
    return con


@pytest.fixture(scope="module")
def portfolio(real_data):
    path = str(real_data / "online_retail_ii.parquet")
    content = {
        "company": {"id": "online_retail_ii", "currency": "GBP"},
        "period": {"as_of": "2011-11-30"},
        "sources": {
            "invoice_lines": {
                "parts": [{"path": path, "rows": "1-525461"}, {"path": path, "rows": "525462-"}],
                "overlap": "keep_last",
                "columns": {
                    "invoice_id": "Invoice", "customer_id": "Customer ID", "invoice_date": "InvoiceDate",
                    "product": "StockCode", "qty": "Quantity", "unit_price": "Price",
                },
            }
        },
    }  # fmt: skip
    return Portfolio.of(make_params(content, folder=real_data, where="test"))


def test_the_naive_total_is_the_year_that_is_over_unassigned_sales_included(raw, portfolio):
    total = raw.execute("SELECT sum(after) FROM years").fetchall()[0][0]
    found = {item.id: item.value for item in projection(portfolio).findings}
    assert found["forecast.naive"] == pytest.approx(total, abs=0.01)
    assert found["forecast.naive"] == 9_314_079.92
    assert found["forecast.origins"] == 1, "two years of data: one day of the past has both sides"


def test_the_error_of_the_one_past_day_is_that_of_plain_sql(raw, portfolio):
    ahead = projection(portfolio)
    told = outlook(portfolio, DAY).clients[["presence", "p_active", "months", "reason"]].reset_index()
    raw.register("told", told)
    naive, error, clients = raw.execute(
        """SELECT sum(abs(after - before)), sum(abs(after - presence)), count(*)
        FROM told JOIN years ON told.customer_id = years.client WHERE reason IS NULL"""
    ).fetchall()[0]
    methods = ahead.proof.methods.set_index("method")
    assert methods.mase["presence"] == pytest.approx(error / naive, rel=1e-9)
    assert methods.mase["presence"] < 0.95 and clients > 2_000
    # the projection itself: a year of purchases, brought to twelve months, times the chance observed in its state
    gap = raw.execute(
        """SELECT max(abs(presence - greatest(before, 0) * CASE WHEN months IS NULL THEN 1 ELSE 12 / months END
                                    * coalesce(p_active, 0)))
        FROM told JOIN years ON told.customer_id = years.client WHERE reason IS NULL"""
    ).fetchall()[0][0]
    assert gap < 0.01
