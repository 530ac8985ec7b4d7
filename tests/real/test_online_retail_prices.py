"""Purchases and prices of Online Retail II against plain DuckDB SQL on the raw file, which shares nothing with ours.

Data: D. Chen, Online Retail II, UCI Machine Learning Repository; two exports that overlap in December 2010.
"""

import pytest

from capclient.themes import Findings, price_volume_mix, pricing, purchases
from tests.real.test_online_retail import N1, N, portfolio, raw, value

pytestmark = pytest.mark.real
__all__ = ["portfolio", "raw"]  # fixtures of the other module

LILY, BAG = "85123A", "22423"
# Prices of a code that differ by more than half of their mean are not those of one thing (POST, the postage: 0.94).
COMPARED = f"""WITH sales AS (SELECT client, StockCode AS product, sum(amount)::DOUBLE AS r, sum(Quantity)::DOUBLE AS q
        FROM kept WHERE {N} AND client IS NOT NULL GROUP BY ALL HAVING sum(Quantity) > 0),
    means AS (SELECT product, sum(r) / sum(q) AS price, count(*) AS buyers FROM sales GROUP BY product),
    fair AS (SELECT product FROM sales JOIN means USING (product) GROUP BY product
        HAVING sum(q * (r / q - price) ** 2) / sum(q) <= (0.5 * any_value(price)) ** 2 AND any_value(price) > 0)"""


@pytest.fixture(scope="module")
def found(portfolio):
    return Findings(portfolio)


@pytest.fixture(scope="module")
def documents(raw):
    raw.execute(
        f"""CREATE OR REPLACE VIEW documents AS SELECT client, Invoice, d, sum(amount) AS amount FROM kept
        WHERE {N} GROUP BY ALL"""
    )
    return raw


def test_baskets_orders_and_credit_notes(found, documents):
    orders = value(documents, "SELECT count(*) FILTER (amount >= 0) FROM documents")
    assert found["purchases.orders"].value == orders
    net = float(value(documents, "SELECT sum(amount) FROM documents"))
    assert found["purchases.average_basket"].value == pytest.approx(net / orders, abs=0.005)
    middle = value(documents, "SELECT quantile_cont(amount::DOUBLE, 0.5) FROM documents WHERE amount >= 0")
    assert found["purchases.median_basket"].value == pytest.approx(middle, abs=0.005)
    rate = value(
        documents,
        "SELECT -(sum(amount) FILTER (amount < 0) / sum(amount) FILTER (amount >= 0))::DOUBLE FROM documents",
    )
    assert found["purchases.credit_note_rate"].value == pytest.approx(rate, abs=1e-9)


def test_the_basket_of_every_client(portfolio, documents):
    expected = documents.execute(
        """SELECT client, (sum(amount) / count(*) FILTER (amount >= 0))::DOUBLE AS basket FROM documents
        WHERE client IS NOT NULL GROUP BY client HAVING count(*) FILTER (amount >= 0) > 0"""
    ).df()
    own = purchases(portfolio).customers.average_basket.dropna()
    assert sorted(own.index) == sorted(expected.client)
    ours = own[expected.client].to_numpy()
    assert abs(ours - expected.basket.to_numpy()).max() <= 0.006


def test_the_median_interval(found, raw):
    middle = value(
        raw,
        """WITH days AS (SELECT DISTINCT client, d FROM (SELECT client, Invoice, d, sum(amount) AS amount FROM kept
            WHERE client IS NOT NULL AND d <= DATE '2011-11-30' GROUP BY ALL) WHERE amount >= 0),
        gaps AS (SELECT client, d - lag(d) OVER (PARTITION BY client ORDER BY d) AS gap FROM days)
        SELECT median(middle) FROM (SELECT median(gap) AS middle FROM gaps WHERE gap IS NOT NULL GROUP BY client)""",
    )
    assert found["purchases.interval_median_days"].value == middle == 64.0


def test_the_change_of_the_retained_clients_to_the_cent(portfolio, found, raw):
    change = value(
        raw,
        f"""SELECT sum(n - n1) FROM (SELECT coalesce(sum(amount) FILTER ({N}), 0) AS n,
            coalesce(sum(amount) FILTER ({N1}), 0) AS n1 FROM kept WHERE client IS NOT NULL GROUP BY client)
        WHERE n > 0 AND n1 > 0""",
    )
    parts = ("price", "volume", "mix", "new_products", "stopped_products", "not_decomposable")
    assert found["price_volume_mix.total"].value == float(change) == -542_477.88
    assert round(sum(found[f"price_volume_mix.{part}"].value for part in parts), 2) == float(change)
    assert abs(price_volume_mix(portfolio).customers.total.sum() - float(change)) < 0.01


def test_the_price_effect_and_the_products_that_came_and_went(found, raw):
    cells = raw.execute(
        f"""WITH cells AS (SELECT client, StockCode AS product, sum(amount) FILTER ({N} AND Quantity <> 0) AS r1,
            sum(amount) FILTER ({N1} AND Quantity <> 0) AS r0, sum(Quantity) FILTER ({N}) AS q1,
            sum(Quantity) FILTER ({N1}) AS q0 FROM kept WHERE client IN (SELECT client FROM kept GROUP BY client
            HAVING sum(amount) FILTER ({N}) > 0 AND sum(amount) FILTER ({N1}) > 0) GROUP BY ALL)
        SELECT sum(r1 - r0::DOUBLE / q0 * q1) FILTER (q0 > 0 AND q1 > 0),
            sum(r1) FILTER (q1 > 0 AND coalesce(q0, 0) <= 0), -sum(r0) FILTER (q0 > 0 AND coalesce(q1, 0) <= 0)
        FROM cells"""
    ).fetchone()
    assert found["price_volume_mix.price"].value == pytest.approx(cells[0], abs=0.02)
    assert found["price_volume_mix.new_products"].value == float(cells[1])
    assert found["price_volume_mix.stopped_products"].value == float(cells[2])


@pytest.mark.parametrize("product", [LILY, BAG])
def test_mean_price_dispersion_and_line_of_a_product(portfolio, raw, product):
    mean, dispersion, slope, clients = raw.execute(
        f"""WITH sales AS (SELECT client, sum(amount)::DOUBLE AS r, sum(Quantity)::DOUBLE AS q FROM kept
            WHERE {N} AND StockCode = '{product}' AND client IS NOT NULL GROUP BY client HAVING sum(Quantity) > 0),
        mean AS (SELECT sum(r) / sum(q) AS price FROM sales)
        SELECT any_value(mean.price), sqrt(sum(q * (r / q - mean.price) ** 2) / sum(q)) / any_value(mean.price),
            regr_slope(ln(r / q), ln(q)) FILTER (r > 0), count(*) FROM sales, mean"""
    ).fetchone()
    row = pricing(portfolio).products.set_index("product").loc[product]
    assert row.customers == clients
    assert row.mean_price == pytest.approx(mean, abs=1e-8)
    assert row.dispersion == pytest.approx(dispersion, abs=1e-8)
    assert row.slope == pytest.approx(slope, abs=1e-8)


def test_the_price_index_of_the_ten_largest_clients(portfolio, raw):
    expected = raw.execute(
        f"""{COMPARED} SELECT client, 100 * sum(r) / sum(price * q) AS i FROM sales JOIN means USING (product)
        WHERE buyers >= 3 AND product IN (SELECT product FROM fair) GROUP BY client ORDER BY sum(r) DESC LIMIT 10"""
    ).df()
    ours = pricing(portfolio).customers.price_index[expected.client]
    assert abs(ours.to_numpy() - expected.i.to_numpy()).max() < 1e-5


def test_the_clients_that_pay_little_are_active_clients(portfolio, found, raw):
    low = value(
        raw,
        f"""{COMPARED}, indices AS (SELECT client, 100 * sum(r) / sum(price * q) AS i
            FROM sales JOIN means USING (product) WHERE buyers >= 3 AND product IN (SELECT product FROM fair)
            GROUP BY client)
        SELECT count(*) FROM indices JOIN (SELECT client FROM kept WHERE {N} AND client IS NOT NULL GROUP BY client
            HAVING sum(amount) > 0) USING (client) WHERE i < 95""",
    )
    assert found["pricing.low_index_customers"].value == low == 304


def test_the_amount_below_the_line_leaves_postage_out(portfolio, found, raw):
    lever = value(
        raw,
        f"""{COMPARED}, lines AS (SELECT product, regr_slope(ln(r / q), ln(q)) AS b,
                regr_intercept(ln(r / q), ln(q)) AS a
            FROM sales WHERE r > 0 AND product IN (SELECT product FROM fair) GROUP BY product HAVING count(*) >= 5)
        SELECT sum(greatest(exp(a + b * ln(q)) * q - r, 0)) FROM sales JOIN lines USING (product)
        WHERE r > 0 AND isfinite(b)""",
    )
    assert found["pricing.lever_amount"].value == pytest.approx(lever, abs=0.5)
    drawn = pricing(portfolio).positions
    assert "POST" not in set(drawn["product"]) and drawn["product"].nunique() == 5
    assert pricing(portfolio).products.set_index("product").is_mixed[["POST", "M"]].all()
