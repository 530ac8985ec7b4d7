"""Online Retail II against plain DuckDB SQL on the raw file: two computations that share nothing, to the cent.

Data: D. Chen, Online Retail II, UCI Machine Learning Repository; two exports that overlap in December 2010.
"""

from datetime import date

import duckdb
import pytest

from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import activity, concentration, counts, results

pytestmark = pytest.mark.real

N = "d BETWEEN DATE '2010-12-01' AND DATE '2011-11-30'"
N1 = "d BETWEEN DATE '2009-12-01' AND DATE '2010-11-30'"


@pytest.fixture(scope="module")
def raw(real_data):
    """The kept lines of the raw file, by SQL that knows nothing of the package."""
    con = duckdb.connect()
    con.execute(
        f"""CREATE TABLE lines AS SELECT *, file_row_number + 1 AS place, InvoiceDate::DATE AS d,
        CASE WHEN "Customer ID" IS NULL THEN NULL ELSE "Customer ID"::BIGINT::VARCHAR END AS client,
        round(Quantity::DECIMAL(18,4) * Price::DECIMAL(18,4), 2)::DECIMAL(18,2) AS amount
        FROM read_parquet('{real_data / "online_retail_ii.parquet"}', file_row_number = true)"""
    )
    con.execute(
        """CREATE TABLE kept AS SELECT * FROM lines
        WHERE NOT (place <= 525461 AND d >= (SELECT min(d) FROM lines WHERE place > 525461))"""
    )
    return con


def value(con, sql):
    return con.execute(sql).fetchone()[0]


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


@pytest.fixture(scope="module")
def findings(portfolio):
    return {finding.id: finding for finding in results(portfolio)}


def test_the_overlap_of_the_two_exports_is_left_out_and_counted(portfolio, findings):
    assert portfolio.quality["lines_in"] == 1_067_370
    assert portfolio.quality["rejects_by_reason"] == [["overlap", 22_523, pytest.approx(377_488.45)]]
    assert findings["quality.lines_overlap"].value == 22_523
    assert portfolio.quality["overlap_lines_kept"] == 0


def test_lines_and_amounts_close(portfolio, raw):
    told = portfolio.quality
    assert told["lines_kept"] == value(raw, "SELECT count(*) FROM kept") == 1_044_847
    assert told["amount_kept"] == float(value(raw, "SELECT sum(amount) FROM kept")) == 18_909_744.10
    assert told["amount_in"] == float(value(raw, "SELECT sum(amount) FROM lines")) == 19_287_232.55
    assert told["lines_in"] == told["lines_kept"] + told["lines_rejected"]
    assert round(told["amount_kept"] + told["amount_rejected"], 2) == told["amount_in"]
    assert {row["status"] for row in portfolio.reconciliations} == {"ok"}


def test_duplicates_inside_an_export_stay_and_are_reported(portfolio, raw):
    columns = "trim(Invoice), trim(StockCode), trim(Description), Quantity, InvoiceDate, Price, client, trim(Country)"
    repeated = value(
        raw,
        f"SELECT sum(times - 1) FROM (SELECT count(*) AS times FROM kept GROUP BY place > 525461, {columns})",
    )
    assert portfolio.quality["duplicate_lines"] == repeated


def test_revenue_and_its_unassigned_part(findings, raw):
    total = float(value(raw, f"SELECT sum(amount) FROM kept WHERE {N}"))
    unassigned = float(value(raw, f"SELECT sum(amount) FROM kept WHERE {N} AND client IS NULL"))
    assert findings["portfolio.revenue_n"].value == total == 9_314_079.92
    assert findings["portfolio.revenue_n1"].value == float(
        value(raw, f"SELECT sum(amount) FROM kept WHERE {N1}")
    )
    assert findings["quality.revenue_unassigned"].value == unassigned == 1_356_520.49
    assert findings["quality.revenue_unassigned_share"].value == pytest.approx(unassigned / total, abs=1e-10)


def test_revenue_of_every_client_to_the_cent(portfolio, raw):
    expected = raw.execute(
        f"""SELECT client, coalesce(sum(amount) FILTER ({N}), 0)::DOUBLE AS n,
        coalesce(sum(amount) FILTER ({N1}), 0)::DOUBLE AS n1
        FROM kept WHERE client IS NOT NULL AND d <= DATE '2011-11-30' GROUP BY 1 ORDER BY 1"""
    ).df()
    clients = portfolio.customers
    assert clients.index.tolist() == expected.client.tolist()
    assert (clients.revenue_n.round(2).to_numpy() == expected.n.round(2).to_numpy()).all()
    assert (clients.revenue_n1.round(2).to_numpy() == expected.n1.round(2).to_numpy()).all()


def test_concentration(findings, raw):
    raw.execute(
        f"""CREATE OR REPLACE VIEW active AS SELECT client, sum(amount) AS amount FROM kept
        WHERE {N} AND client IS NOT NULL GROUP BY 1 HAVING sum(amount) > 0"""
    )
    top = (
        "SELECT (sum(amount) FILTER (place <= {k}) / sum(amount))::DOUBLE FROM "
        "(SELECT *, row_number() OVER (ORDER BY amount DESC, client) AS place FROM active)"
    )
    for k in (1, 3, 5, 10):
        assert findings[f"concentration.top{k}_share"].value == pytest.approx(
            value(raw, top.format(k=k)), abs=1e-9
        )
    gini = value(
        raw,
        """SELECT (2 * sum(place * amount) / (count(*) * sum(amount)) - (count(*) + 1) / count(*)::DOUBLE)::DOUBLE
        FROM (SELECT amount::DOUBLE AS amount, row_number() OVER (ORDER BY amount) AS place FROM active)""",
    )
    hhi = value(
        raw, "SELECT 10000 * sum((amount / (SELECT sum(amount) FROM active)::DOUBLE) ** 2) FROM active"
    )
    for_80 = value(
        raw,
        """SELECT count(*) + 1 FROM (SELECT sum(amount) OVER (ORDER BY amount DESC, client) AS reached FROM active)
        WHERE reached < 0.80 * (SELECT sum(amount) FROM active)""",
    )
    assert findings["concentration.gini"].value == pytest.approx(gini, abs=1e-9)
    assert findings["concentration.hhi"].value == pytest.approx(hhi, abs=1e-6)
    assert findings["concentration.pareto_customers_for_80"].value == for_80
    assert findings["portfolio.customers_active_n"].value == value(raw, "SELECT count(*) FROM active")


def test_who_is_new_lost_and_kept(portfolio, findings, raw):
    rows = raw.execute(
        f"""WITH documents AS (SELECT client, Invoice, d, sum(amount) AS amount FROM kept
            WHERE client IS NOT NULL AND d <= DATE '2011-11-30' GROUP BY ALL),
        clients AS (SELECT client, coalesce(sum(amount) FILTER ({N}), 0) AS n,
            coalesce(sum(amount) FILTER ({N1}), 0) AS n1,
            min(d) FILTER (amount >= 0) AS first_purchase FROM documents GROUP BY 1)
        SELECT CASE WHEN n > 0 AND n1 > 0 THEN 'retained' WHEN n1 > 0 THEN 'lost'
            WHEN n > 0 AND first_purchase < DATE '2010-12-01' THEN 'reactivated'
            WHEN n > 0 THEN 'new' ELSE 'inactive' END,
            count(*) FROM clients GROUP BY 1"""
    ).fetchall()
    assert counts(portfolio).customers.status.value_counts().to_dict() == dict(rows)
    assert findings["portfolio.customers_lost"].value == dict(rows)["lost"]


def test_recency_and_gaps_of_purchase_days(portfolio, raw):
    expected = raw.execute(
        """WITH days AS (SELECT DISTINCT client, d FROM (SELECT client, Invoice, d, sum(amount) AS amount FROM kept
            WHERE client IS NOT NULL AND d <= DATE '2011-11-30' GROUP BY ALL) WHERE amount >= 0)
        SELECT client, DATE '2011-11-30' - max(d) AS recency, count(*) - 1 AS gaps, max(d) - min(d) AS span
        FROM days GROUP BY 1 ORDER BY 1"""
    ).df()
    states = activity(portfolio).customers.loc[expected.client]
    clients = portfolio.customers.loc[expected.client]
    assert (states.recency_days.astype("int64").to_numpy() == expected.recency.to_numpy()).all()
    assert (clients.gaps.to_numpy() == expected.gaps.to_numpy()).all()
    assert (clients.span_days.to_numpy() == expected.span.to_numpy()).all()


def test_the_default_date_is_the_last_complete_month(portfolio):
    undated = portfolio.params.model_copy(
        update={"period": portfolio.params.period.model_copy(update={"as_of": None})}
    )
    assert Portfolio(undated, portfolio.store).as_of == date(2011, 11, 30)


def test_the_concentration_carries_no_caveat_below_a_fifth_of_unassigned_revenue(portfolio):
    caveats = {finding.caveat for finding in concentration(portfolio).findings}
    assert "caveat.unassigned" not in caveats
