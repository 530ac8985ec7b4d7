"""Concentration of Online Retail II against plain DuckDB SQL on the raw file: nothing is shared but the data.

Data: D. Chen, Online Retail II, UCI Machine Learning Repository. The file knows neither groups nor salespeople: both
are given here, as the country of the client and as the last digit of its code.
"""

import duckdb
import pandas as pd
import pytest

from capclient.frames import written
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import Findings, concentration, salespeople

pytestmark = pytest.mark.real

N = "d BETWEEN DATE '2010-12-01' AND DATE '2011-11-30'"
N1 = "d BETWEEN DATE '2009-12-01' AND DATE '2010-11-30'"


@pytest.fixture(scope="module")
def raw(real_data):
    con = duckdb.connect()
    con.execute(
        f"""CREATE TABLE kept AS SELECT *, InvoiceDate::DATE AS d,
        CASE WHEN "Customer ID" IS NULL THEN NULL ELSE "Customer ID"::BIGINT::VARCHAR END AS client,
        round(Quantity::DECIMAL(18,4) * Price::DECIMAL(18,4), 2)::DECIMAL(18,2) AS amount
        FROM (SELECT *, file_row_number + 1 AS place
              FROM read_parquet('{real_data / "online_retail_ii.parquet"}', file_row_number = true))
        WHERE NOT (place <= 525461 AND InvoiceDate::DATE >= DATE '2010-12-01')"""
    )
    con.execute(
        f"""CREATE TABLE active AS SELECT client, max(Country) AS country, right(client, 1) AS seller,
        sum(amount) FILTER ({N}) AS n, coalesce(sum(amount) FILTER ({N1}), 0) AS n1,
        coalesce(sum(Quantity) FILTER ({N}), 0) AS qty
        FROM kept WHERE client IS NOT NULL GROUP BY client HAVING sum(amount) FILTER ({N}) > 0"""
    )
    return con


@pytest.fixture(scope="module")
def portfolio(real_data, raw):
    sheet = raw.execute(
        """SELECT client AS customer_id, max(Country) AS group_id, max(Country) AS country,
        'V' || right(client, 1) AS salesperson, NULL AS variable FROM kept WHERE client IS NOT NULL
        GROUP BY client ORDER BY client"""
    ).df()
    path = str(real_data / "online_retail_ii.parquet")
    folder = written({"customers": sheet.drop(columns="variable")})
    content = {
        "company": {"id": "online_retail_ii", "currency": "GBP"},
        "period": {"as_of": "2011-11-30"},
        "economics": {"variable_cost_rate": "0.65", "fixed_costs": "2000000"},
        "sources": {
            "customers": "customers.parquet",
            "invoice_lines": {
                "parts": [{"path": path, "rows": "1-525461"}, {"path": path, "rows": "525462-"}],
                "overlap": "keep_last",
                "columns": {
                    "invoice_id": "Invoice", "customer_id": "Customer ID", "invoice_date": "InvoiceDate",
                    "product": "StockCode", "qty": "Quantity", "unit_price": "Price",
                },
            },
        },
    }  # fmt: skip
    return Portfolio.of(make_params(content, folder=folder, where="test"))


@pytest.fixture(scope="module")
def findings(portfolio):
    return Findings(portfolio)


def value(con, sql):
    return con.execute(sql).fetchone()[0]


def test_groups_are_weighed_as_sql_weighs_them(findings, raw):
    raw.execute("CREATE OR REPLACE VIEW groups AS SELECT country, sum(n) AS n FROM active GROUP BY country")
    assert findings["concentration.groups"].value == value(raw, "SELECT count(*) FROM groups")
    top = (
        "SELECT (sum(n) FILTER (p <= {k}) / sum(n))::DOUBLE FROM "
        "(SELECT n, row_number() OVER (ORDER BY n DESC) AS p FROM groups)"
    )
    for k in (1, 3, 5, 10):
        assert findings[f"concentration.top{k}_share_group"].value == pytest.approx(
            value(raw, top.format(k=k)), abs=1e-9
        )
    hhi = value(raw, "SELECT 10000 * sum((n / (SELECT sum(n) FROM groups)::DOUBLE) ** 2) FROM groups")
    assert findings["concentration.hhi_group"].value == pytest.approx(hhi, abs=1e-6)
    assert findings["concentration.hhi_group"].value > findings["concentration.hhi"].value
    before = value(
        raw,
        f"""WITH past AS (SELECT client, max(Country) AS country, sum(amount) FILTER ({N1}) AS n1 FROM kept
        WHERE client IS NOT NULL GROUP BY client HAVING sum(amount) FILTER ({N1}) > 0),
        groups AS (SELECT country, sum(n1) AS n1 FROM past GROUP BY country)
        SELECT (max(n1) / sum(n1))::DOUBLE FROM groups""",
    )
    change = findings["concentration.top1_share_group"].value - before
    assert findings["concentration.top1_share_group_change"].value == pytest.approx(change, abs=1e-9)


def test_classes_by_the_share_after_the_client(portfolio, findings, raw):
    rows = raw.execute(
        """SELECT CASE WHEN reached * 100 <= 80 * total THEN 'A' WHEN reached * 100 <= 95 * total THEN 'B' ELSE 'C' END,
        count(*) FROM (SELECT sum(n) OVER (ORDER BY n DESC, client ROWS UNBOUNDED PRECEDING) AS reached,
        (SELECT sum(n) FROM active) AS total FROM active) GROUP BY 1"""
    ).fetchall()
    told = {code: findings[f"concentration.class_{code.lower()}_customers_after"].value for code in "ABC"}
    assert told == dict(rows)


def test_losing_the_first_three_clients(findings, raw):
    lost = float(value(raw, "SELECT sum(n) FROM (SELECT n FROM active ORDER BY n DESC LIMIT 3)"))
    total = float(value(raw, f"SELECT sum(amount) FROM kept WHERE {N}"))
    assert findings["concentration.stress_top3_revenue_lost"].value == round(lost, 2)
    assert findings["concentration.stress_top3_contribution_lost"].value == pytest.approx(
        0.35 * lost, abs=0.01
    )
    assert findings["concentration.stress_top3_result"].value == pytest.approx(
        0.35 * (total - lost) - 2e6, abs=0.01
    )
    assert findings["concentration.stress_top3_months"].value == pytest.approx(
        0.35 * lost / (2e6 / 12), abs=1e-6
    )


def test_every_country_and_what_has_no_client_make_the_whole(portfolio, raw):
    table = concentration(portfolio).breakdown.tables["country"]
    expected = raw.execute(
        f"""WITH clients AS (SELECT client, max(Country) AS country FROM kept WHERE client IS NOT NULL GROUP BY client)
        SELECT clients.country AS country, coalesce(sum(amount) FILTER ({N}), 0)::DOUBLE AS n,
        coalesce(sum(amount) FILTER ({N1}), 0)::DOUBLE AS n1
        FROM kept LEFT JOIN clients USING (client) GROUP BY 1"""
    ).df()
    table = table.assign(key=table.segment.fillna(table.line)).set_index("key")
    expected = expected.assign(key=expected.country.fillna("unassigned")).set_index("key")
    assert set(table.index) == set(expected.index)
    assert (table.revenue.round(2) == expected.n.round(2).reindex(table.index)).all()
    assert (table.revenue_n1.round(2) == expected.n1.round(2).reindex(table.index)).all()
    assert round(table.revenue.sum(), 2) == 9_314_079.92


def test_salespeople_by_revenue_and_by_quantity(portfolio, raw):
    table = salespeople(portfolio).table
    expected = raw.execute(
        f"""SELECT 'V' || right(client, 1) AS seller, sum(amount) FILTER ({N})::DOUBLE AS n,
        sum(Quantity) FILTER ({N})::DOUBLE AS qty,
        count(DISTINCT client) AS clients FROM kept WHERE client IS NOT NULL AND d <= DATE '2011-11-30'
        GROUP BY 1 ORDER BY n DESC"""
    ).df()
    assert table.salesperson.tolist() == expected.seller.tolist()
    assert table.revenue.round(2).tolist() == expected.n.round(2).tolist()
    assert table.customers.tolist() == expected.clients.tolist()
    assert table.quantity.tolist() == expected.qty.tolist()
    places = expected.qty.rank(method="min", ascending=False).astype("int64")
    assert table.rank_quantity.tolist() == places.tolist()
    assert table.rank_change_quantity.tolist() == (pd.Series(range(1, 11)) - places).tolist()


def test_former_clients_and_their_best_year(portfolio, raw):
    winback = concentration(portfolio).winback
    gone = value(
        raw,
        f"""SELECT count(*) FROM (SELECT client FROM kept WHERE client IS NOT NULL AND d <= DATE '2011-11-30'
        GROUP BY client HAVING coalesce(sum(amount) FILTER ({N}), 0) <= 0)""",
    )
    assert 0 < len(winback) <= gone
    first = winback.iloc[0]
    best = value(
        raw,
        f"""SELECT max(total)::DOUBLE FROM (SELECT (SELECT sum(amount) FROM kept
        WHERE client = '{winback.index[0]}' AND d <= e AND d > e - INTERVAL 12 MONTH) AS total
        FROM (SELECT last_day(DATE '2009-12-01' + to_months(m::INTEGER)) AS e FROM range(24) t(m)))""",
    )
    assert first.best_12m == pytest.approx(best, abs=0.005)
