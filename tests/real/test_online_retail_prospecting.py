"""New clients and new products of Online Retail II against plain SQL on the raw file: nothing is shared."""

from datetime import date

import pytest

from capclient.portfolio import Portfolio
from capclient.themes import Findings
from capclient.thresholds import ProspectingThresholds, Thresholds
from tests.real.test_online_retail import N, portfolio, raw, value
from tests.real.test_online_retail_loyalty import clients

__all__ = ["clients", "portfolio", "raw"]  # fixtures of the other modules

pytestmark = pytest.mark.real

NEW = "n > 0 AND n1 <= 0 AND first_purchase >= DATE '2010-12-01'"


def test_new_clients_to_the_cent(portfolio, clients):
    found = Findings(portfolio)
    number, revenue = (
        value(clients, f"SELECT count(*) FROM clients WHERE {NEW}"),
        value(clients, f"SELECT sum(n) FROM clients WHERE {NEW}"),
    )
    total = value(clients, f"SELECT sum(amount) FROM kept WHERE {N}")
    assert found["prospecting.new_revenue"].n == number
    assert found["prospecting.new_revenue"].value == float(revenue)
    assert found["prospecting.new_revenue_share"].value == pytest.approx(float(revenue / total), abs=1e-9)
    assert found["prospecting.new_mean_revenue"].value == pytest.approx(float(revenue) / number, abs=0.005)


def test_two_years_are_too_short_to_say_what_is_new_or_who_stayed(portfolio):
    found = Findings(portfolio)
    for id in ("new_activity_share", "new_product_share", "new_kept_rate", "second_year_ratio"):
        assert found[f"prospecting.{id}"].reason == "history_short", id
    assert found["prospecting.conversion_rate"].reason == "missing:prospects"


def test_products_of_six_months_are_those_of_plain_sql(portfolio, clients):
    limits = Thresholds(prospecting=ProspectingThresholds(new_months=6))
    shorter = Portfolio(portfolio.params.model_copy(update={"thresholds": limits}), portfolio.store)
    found = Findings(shorter)["prospecting.new_product_share"]
    sql = f"""WITH firsts AS (SELECT StockCode, min(d) FILTER (amount > 0) AS first_day FROM kept
                  WHERE d <= DATE '2011-11-30' GROUP BY 1)
              SELECT (sum(amount) FILTER (first_day >= DATE '2011-06-01') / sum(amount))::DOUBLE
              FROM kept LEFT JOIN firsts USING (StockCode) WHERE {N}"""
    assert shorter.as_of == date(2011, 11, 30)
    assert found.value == pytest.approx(value(clients, sql), abs=1e-9) and found.caveat is None
