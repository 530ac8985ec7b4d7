"""Segments against a market, on Online Retail II, recomputed in plain SQL; and what a real FEC cannot tell."""

import duckdb
import pandas as pd
import pytest

from capclient.frames import written
from capclient.params import make_params
from capclient.portfolio import Portfolio
from capclient.themes import market, results

pytestmark = pytest.mark.real

GROWTH = {"United Kingdom": 0.031, "EIRE": -0.12, "Germany": 0.05, "France": 0.0, "Netherlands": 0.4}
OVERALL = 0.0275


@pytest.fixture(scope="module")
def portfolio(real_data):
    path = str(real_data / "online_retail_ii.parquet")
    rows = [("family", name, "2011", rate) for name, rate in GROWTH.items()]
    table = pd.DataFrame(
        [*rows, ("total", "total", "2011", OVERALL)], columns=["segment_type", "segment", "year", "growth"]
    )
    folder = written({"market": table})
    lines = {
        "parts": [{"path": path, "rows": "1-525461"}, {"path": path, "rows": "525462-"}], "overlap": "keep_last",
        "columns": {
            "invoice_id": "Invoice", "customer_id": "Customer ID", "invoice_date": "InvoiceDate",
            "product": "StockCode", "qty": "Quantity", "unit_price": "Price", "family": "Country",
        },
    }  # fmt: skip
    content = {
        "company": {"id": "countries", "currency": "GBP"}, "period": {"as_of": "2011-11-30"},
        "sources": {"invoice_lines": lines, "market": "market.parquet"},
    }  # fmt: skip
    return Portfolio.of(make_params(content, folder=folder, where="test"))


@pytest.fixture(scope="module")
def raw(real_data):
    """Revenue of both years by country, by SQL that knows nothing of the package."""
    con = duckdb.connect()
    return con.execute(
        f"""WITH lines AS (
            SELECT *, file_row_number + 1 AS place, InvoiceDate::DATE AS d,
                   round(Quantity::DECIMAL(18,4) * Price::DECIMAL(18,4), 2)::DECIMAL(18,2) AS amount
            FROM read_parquet('{real_data / "online_retail_ii.parquet"}', file_row_number = true)
        )
        SELECT Country AS country,
               coalesce(sum(amount) FILTER (d BETWEEN DATE '2009-12-01' AND DATE '2010-11-30'), 0) * 100 AS n1,
               coalesce(sum(amount) FILTER (d BETWEEN DATE '2010-12-01' AND DATE '2011-11-30'), 0) * 100 AS n
        FROM lines WHERE NOT (place <= 525461 AND d >= (SELECT min(d) FROM lines WHERE place > 525461))
        GROUP BY Country"""
    ).df().set_index("country").astype("int64")  # fmt: skip


def test_revenue_by_country_is_that_of_plain_sql(portfolio, raw):
    rows = market(portfolio).segments
    got = (rows[["revenue_n1", "revenue_n"]] * 100).round().astype("int64")
    want = raw[(raw.n != 0) | (raw.n1 != 0)]
    assert got.index.notna().all() and len(got) == len(want)
    assert got.revenue_n1.to_dict() == want.n1.to_dict()
    assert got.revenue_n.to_dict() == want.n.to_dict()


def test_the_four_effects_are_those_of_plain_arithmetic_and_close_to_the_cent(portfolio, raw):
    known = raw.loc[list(GROWTH)]
    rate = pd.Series(GROWTH)
    shift = market(portfolio).shift
    assert shift.growth == pytest.approx(known.n1.sum() * OVERALL / 100, abs=0.011)
    assert shift.mix == pytest.approx((known.n1 * (rate - OVERALL)).sum() / 100, abs=0.021)
    assert shift.competitive == pytest.approx((known.n - known.n1 * (1 + rate)).sum() / 100, abs=0.011)
    parts = [round(getattr(shift, name) * 100) for name in ("growth", "mix", "competitive", "not_compared")]
    assert sum(parts) == raw.n.sum() - raw.n1.sum()


def test_a_real_fec_knows_no_market_no_wallet_and_no_declaration(real_data):
    path = str(real_data / "fec" / "0000000001FEC20220831.txt")
    content = {"company": {"id": "grower"}, "sources": {"fec": path}}
    found = {
        item.id: item for item in results(Portfolio.of(make_params(content, folder=real_data, where="t")))
    }
    assert {item.reason for id, item in found.items() if id.startswith("market.") and "cooperation" not in id} == {
        "missing:market"
    }  # fmt: skip
    assert found["market.cooperation_revenue"].reason == "missing:contracts"
    assert found["wallet.share"].reason == "missing:wallet_amount"
    assert found["declared.contradictory_customers"].reason == "missing:declared"
